//! CREMA-D's `tabulatedVotes.csv`: how many listeners heard which emotion in every recording.

use super::demographics::beside;
use super::layouts::Labels;
use super::{CorpusError, Emotion, ListenerVotes};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

const NAMES: [&str; 2] = ["tabulatedVotes.csv", "tabulatedvotes.csv"];

/// Its columns of counts, and what each counts.
const LABELS: [(&str, &str); 6] = [
    ("A", "angry"),
    ("D", "disgust"),
    ("F", "fearful"),
    ("H", "happy"),
    ("N", "neutral"),
    ("S", "sad"),
];

/// A row's number begins with how the recording was presented: 1 is the voice alone, 2 the face alone, 3 both
/// (`queryType` in the README of the corpus). What was seen is nothing that a voice could tell.
const VOICE: std::ops::Range<u32> = 100_000..200_000;

/// The votes on the voices, by the name of the recording.
#[derive(Debug, Default)]
pub(super) struct CremaDVotes(HashMap<String, ListenerVotes>);

impl CremaDVotes {
    /// The table beside the clips, see [`beside`].
    pub fn find(folder: &Path) -> Option<PathBuf> {
        beside(folder, &NAMES)
    }

    /// Reads the table.
    ///
    /// # Errors
    /// A file that cannot be read, or is no such table.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let wrong = |line: u64, problem: String| CorpusError::Table {
            path: path.to_path_buf(),
            line,
            problem,
        };
        let failed = |source: io::Error| CorpusError::Io {
            path: path.to_path_buf(),
            source,
        };
        let bytes = fs::read(path).map_err(failed)?;
        let text = String::from_utf8_lossy(&bytes);
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let headings = reader.headers().map_err(|error| wrong(1, error.to_string()))?;
        let column = |name: &str| {
            let found = headings.iter().position(|heading| heading == name);
            found.ok_or_else(|| {
                wrong(
                    1,
                    format!("no column `{name}`; CREMA-D's table of votes has A, D, F, H, N, S and fileName"),
                )
            })
        };
        let file = column("fileName")?;
        let labels: Vec<(usize, Emotion)> = LABELS
            .iter()
            .map(|(name, label)| Ok((column(name)?, Emotion::new(label))))
            .collect::<Result<_, CorpusError>>()?;
        let mut votes = HashMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                wrong(line, error.to_string())
            })?;
            let of_voice = record
                .get(0)
                .and_then(|row| row.parse().ok())
                .is_some_and(|row| VOICE.contains(&row));
            let counts = labels.iter().filter_map(|(column, label)| {
                let count = record.get(*column)?.parse().ok()?;
                Some((label.clone(), count))
            });
            if let (true, Some(file), Some(counts)) = (of_voice, record.get(file), ListenerVotes::new(counts)) {
                votes.insert(file.to_uppercase(), counts);
            }
        }
        match votes.is_empty() {
            true => Err(wrong(
                1,
                "no row of votes on voices, whose number would be 100001 or above".to_owned(),
            )),
            false => Ok(Self(votes)),
        }
    }

    /// Adds the votes on a recording.
    pub fn complete(&self, file: &Path, labels: &mut Labels) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().to_uppercase();
        labels.votes = self.0.get(&name).cloned();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "\"\",\"A\",\"D\",\"F\",\"H\",\"N\",\"S\",\"fileName\",\"numResponses\"\n";

    fn read(rows: &str) -> Result<CremaDVotes, CorpusError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tabulatedVotes.csv");
        fs::write(&path, format!("{HEAD}{rows}")).unwrap();
        CremaDVotes::read(&path)
    }

    #[test]
    fn the_votes_on_voices_are_taken_and_not_those_on_faces() {
        let rows = "\"100004\",2,0,0,6,2,0,\"1001_IEO_HAP_HI\",10\n\"200004\",0,0,0,9,0,0,\"1001_IEO_HAP_HI\",9\n";
        let votes = read(rows).unwrap();
        let mut labels = Labels::default();
        votes.complete(Path::new("AudioWAV/1001_ieo_hap_hi.wav"), &mut labels);
        let expected =
            [("angry", 2.0), ("happy", 6.0), ("neutral", 2.0)].map(|(name, count)| (Emotion::new(name), count));
        assert_eq!(labels.votes, ListenerVotes::new(expected));
        votes.complete(Path::new("1001_IEO_HAP_LO.wav"), &mut labels);
        assert_eq!(labels.votes, None);
    }

    #[test]
    fn what_is_no_such_table_is_an_error() {
        for rows in ["", "\"200004\",0,0,0,9,0,0,\"x\",9\n", "\"100004\"\n"] {
            assert!(matches!(read(rows), Err(CorpusError::Table { .. })), "{rows}");
        }
    }
}
