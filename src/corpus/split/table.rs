//! A split as a table, `split.csv`: what was dealt where, and what was left out afterwards.

use super::{Side, Split};
use crate::corpus::{Clip, CorpusError, Selection};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// The column with the reasons why clips were left out after they had been dealt.
const LEFT_OUT: &str = "left_out";

/// A clip that was left out after it had been dealt: its samples or its features are no good.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// The clip.
    pub clip: Clip,
    /// Where it would have been.
    pub side: Side,
    /// What is wrong with it.
    pub reason: String,
}

/// What a table of [`Split::write_csv`] says was left out: the file and the reason. Nothing where the table is not
/// there, or is of an earlier version of the program.
///
/// # Errors
/// A table that cannot be read.
pub fn left_out(table: &Path) -> Result<HashMap<PathBuf, String>, CorpusError> {
    let failed = |source| CorpusError::Io {
        path: table.to_owned(),
        source,
    };
    let bytes = match fs::read(table) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(HashMap::new()),
        outcome => outcome.map_err(failed)?,
    };
    let mut reader = csv::Reader::from_reader(&*bytes);
    let headers = reader.byte_headers().map_err(|error| failed(error.into()))?;
    let column = |name: &str| headers.iter().position(|header| header == name.as_bytes());
    let (Some(path), Some(reason)) = (column("path"), column(LEFT_OUT)) else {
        return Ok(HashMap::new());
    };
    let mut found = HashMap::new();
    for row in reader.byte_records() {
        let row = row.map_err(|error| failed(error.into()))?;
        match (row.get(path), row.get(reason)) {
            (Some(path), Some(reason)) if !reason.is_empty() => {
                let path = PathBuf::from(OsStr::from_bytes(path));
                found.insert(path, String::from_utf8_lossy(reason).into_owned());
            }
            _ => {}
        }
    }
    Ok(found)
}

impl Split {
    /// Writes `path,corpus,speaker,emotion,side,left_out`, one row per clip; then the clips that were dealt as well and
    /// left out afterwards, each with the side it was dealt to and the reason.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(
        &self,
        selection: &Selection,
        left_out: &[LeftOut],
        writer: impl io::Write,
    ) -> Result<(), CorpusError> {
        let failed = |error: &dyn std::fmt::Display| CorpusError::Split(format!("cannot write its table: {error}"));
        let mut table = csv::Writer::from_writer(writer);
        table
            .write_record(["path", "corpus", "speaker", "emotion", "side", LEFT_OUT])
            .map_err(|error| failed(&error))?;
        let taken = selection
            .clips
            .iter()
            .zip(&self.sides)
            .map(|(clip, side)| (clip, side, ""));
        let left_out = left_out.iter().map(|one| (&one.clip, &one.side, one.reason.as_str()));
        for (clip, side, reason) in taken.chain(left_out) {
            let row: [&[u8]; 6] = [
                clip.path.as_os_str().as_encoded_bytes(),
                clip.corpus.as_bytes(),
                clip.speaker.as_deref().unwrap_or_default().as_bytes(),
                clip.emotion.name().as_bytes(),
                side.name().as_bytes(),
                reason.as_bytes(),
            ];
            table.write_record(row).map_err(|error| failed(&error))?;
        }
        table.flush().map_err(|error| failed(&error))
    }
}
