//! A split as a table, `split.csv`: what was dealt where, and what was left out afterwards; written when a run begins,
//! read when it is resumed.

use super::super::{Clip, CorpusError, Selection};
use super::{Dealing, Split, SplitSettings, Subset, check_subsets, split};
use std::collections::{HashMap, VecDeque};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::{fs, io};

const COLUMNS: [&str; 5] = ["path", "corpus", "speaker", "emotion", "side"];
/// The column with the reasons why clips were left out after they had been dealt.
const LEFT_OUT: &str = "left_out";

/// A clip that was left out after it had been dealt: its samples or its features are no good.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// The clip.
    pub clip: Clip,
    /// Where it would have been.
    pub subset: Subset,
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

/// A clip that a run has dealt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dealt {
    /// The clip, by its name ([`Clip::name`]).
    pub path: PathBuf,
    /// Its corpus.
    pub corpus: String,
    /// Its speaker, where that is known.
    pub speaker: Option<String>,
    /// Where it was.
    pub subset: Subset,
}

/// The clips that took part in a run, from its table.
///
/// # Errors
/// A table that is missing or damaged.
pub fn dealt(table: &Path) -> Result<Vec<Dealt>, CorpusError> {
    let failed = |source| CorpusError::Io {
        path: table.to_owned(),
        source,
    };
    let damaged = || CorpusError::Split(format!("{} is no table of a split; train again", table.display()));
    let bytes = fs::read(table).map_err(failed)?;
    let mut reader = csv::Reader::from_reader(&*bytes);
    let headings = reader.byte_headers().map_err(|error| failed(error.into()))?;
    if headings.iter().take(COLUMNS.len()).ne(COLUMNS.map(str::as_bytes)) {
        return Err(damaged());
    }
    let mut clips = Vec::new();
    for row in reader.byte_records() {
        let row = row.map_err(|error| failed(error.into()))?;
        let [path, corpus, speaker, subset] = [0, 1, 2, 4].map(|column| row.get(column).unwrap_or_default());
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        if !row.get(COLUMNS.len()).unwrap_or_default().is_empty() {
            continue;
        }
        let subset = Subset::ALL.into_iter().find(|known| known.name().as_bytes() == subset);
        clips.push(Dealt {
            path: PathBuf::from(OsStr::from_bytes(path)),
            corpus: text(corpus),
            speaker: (!speaker.is_empty()).then(|| text(speaker)),
            subset: subset.ok_or_else(damaged)?,
        });
    }
    Ok(clips)
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
            .write_record(COLUMNS.iter().chain([&LEFT_OUT]))
            .map_err(|error| failed(&error))?;
        let taken = selection
            .clips
            .iter()
            .zip(&self.subsets)
            .map(|(clip, subset)| (clip, subset, ""));
        let left_out = left_out.iter().map(|one| (&one.clip, &one.subset, one.reason.as_str()));
        for (clip, subset, reason) in taken.chain(left_out) {
            let name = clip.name();
            let row: [&[u8]; 6] = [
                name.as_os_str().as_encoded_bytes(),
                clip.corpus.as_bytes(),
                clip.speaker.as_deref().unwrap_or_default().as_bytes(),
                clip.emotion.name().as_bytes(),
                subset.name().as_bytes(),
                reason.as_bytes(),
            ];
            table.write_record(row).map_err(|error| failed(&error))?;
        }
        table.flush().map_err(|error| failed(&error))
    }

    /// The split whose table was written when a run began. Its sides count, whatever the same settings would come to
    /// now; where that is the same, it has the same notes as well. Rows of clips that take part no more are passed
    /// over.
    ///
    /// # Errors
    /// [`CorpusError::Split`] for a table that is damaged, that lacks a clip of the selection, or that leaves a side
    /// empty.
    pub fn kept(
        selection: &Selection,
        settings: &SplitSettings,
        dealing: Dealing,
        (seed, fold, folds): (u64, usize, usize),
        table: &[u8],
    ) -> Result<Self, CorpusError> {
        let subsets = subsets(selection, table)?;
        check_subsets(selection, &subsets, settings.kind, None)?;
        match split(selection, settings, dealing, seed, fold) {
            Ok(split) if split.subsets == subsets => Ok(split),
            _ => Ok(Self {
                kind: settings.kind,
                given: settings.given_words(),
                fold: (folds > 1).then_some((fold, folds)),
                subsets,
                notes: vec!["the sides are those of the run's split.csv".to_owned()],
            }),
        }
    }
}

/// One side per clip; of several rows of one file (copies of a clip), in their order.
fn subsets(selection: &Selection, table: &[u8]) -> Result<Vec<Subset>, CorpusError> {
    let damaged = |problem: String| {
        CorpusError::Split(format!(
            "split.csv of the run {problem}; put it and the data back as they were, or start a new run"
        ))
    };
    let mut reader = csv::Reader::from_reader(table);
    let headings = reader
        .byte_headers()
        .map_err(|error| damaged(format!("cannot be read ({error})")))?;
    // An earlier version of the program did not write what was left out.
    if headings.iter().take(COLUMNS.len()).ne(COLUMNS.map(str::as_bytes)) {
        return Err(damaged(format!("lacks its heading {}", COLUMNS.join(","))));
    }
    let mut known: HashMap<(Vec<u8>, Vec<u8>), VecDeque<Subset>> = HashMap::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| damaged(format!("cannot be read ({error})")))?;
        let [path, corpus, subset] = [0, 1, 4].map(|column| record.get(column).unwrap_or_default());
        let subset = Subset::ALL.into_iter().find(|known| known.name().as_bytes() == subset);
        let Some(subset) = subset else {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(damaged(format!("names no side in line {line}")));
        };
        known
            .entry((corpus.to_vec(), path.to_vec()))
            .or_default()
            .push_back(subset);
    }
    let subset = |clip: &Clip| {
        let key = (
            clip.corpus.as_bytes().to_vec(),
            clip.name().as_os_str().as_encoded_bytes().to_vec(),
        );
        let subset = known.get_mut(&key).and_then(VecDeque::pop_front);
        subset.ok_or_else(|| damaged(format!("has no row for {}", clip.name().display())))
    };
    selection.clips.iter().map(subset).collect()
}
