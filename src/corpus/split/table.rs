//! A split as a table (`split.csv`): written when a run begins, taken when it goes on.

use super::super::{CorpusError, Selection};
use super::{Dealing, Side, Split, SplitSettings, check_sides, split};
use std::collections::{HashMap, VecDeque};
use std::io;

const COLUMNS: [&str; 5] = ["path", "corpus", "speaker", "emotion", "side"];

impl Split {
    /// Writes `path,corpus,speaker,emotion,side`, one row per clip.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_csv(&self, selection: &Selection, writer: impl io::Write) -> Result<(), CorpusError> {
        let failed = |error: &dyn std::fmt::Display| CorpusError::Split(format!("cannot write its table: {error}"));
        let mut table = csv::Writer::from_writer(writer);
        table.write_record(COLUMNS).map_err(|error| failed(&error))?;
        for (clip, side) in selection.clips.iter().zip(&self.sides) {
            let row: [&[u8]; 5] = [
                clip.path.as_os_str().as_encoded_bytes(),
                clip.corpus.as_bytes(),
                clip.speaker.as_deref().unwrap_or_default().as_bytes(),
                clip.emotion.name().as_bytes(),
                side.name().as_bytes(),
            ];
            table.write_record(row).map_err(|error| failed(&error))?;
        }
        table.flush().map_err(|error| failed(&error))
    }

    /// The split whose table was written when a run began. Its sides count, whatever the same settings would come to
    /// now; where that is the same, it has the same remarks as well. Rows of clips that take part no more are passed
    /// over.
    ///
    /// # Errors
    /// [`CorpusError::Split`] for a table that is damaged, that lacks a clip of the selection, or that leaves a side
    /// empty.
    pub fn kept(
        selection: &Selection,
        settings: &SplitSettings,
        dealing: Dealing,
        (seed, fold): (u64, usize),
        table: &[u8],
    ) -> Result<Self, CorpusError> {
        let sides = sides(selection, table)?;
        check_sides(selection, &sides, settings)?;
        match split(selection, settings, dealing, seed, fold) {
            Ok(split) if split.sides == sides => Ok(split),
            _ => Ok(Self {
                kind: settings.kind,
                fold: settings.folds().map(|folds| (fold, folds)),
                sides,
                remarks: vec!["the sides are those of the run's split.csv".to_owned()],
            }),
        }
    }
}

/// One side per clip; of several rows of one file (copies of a clip), in their order.
fn sides(selection: &Selection, table: &[u8]) -> Result<Vec<Side>, CorpusError> {
    let damaged = |problem: String| {
        CorpusError::Split(format!(
            "split.csv of the run {problem}; put it and the data back as they were, or start a new run"
        ))
    };
    let mut reader = csv::Reader::from_reader(table);
    let headings = reader
        .byte_headers()
        .map_err(|error| damaged(format!("cannot be read ({error})")))?;
    if headings.iter().ne(COLUMNS.map(str::as_bytes)) {
        return Err(damaged(format!("lacks its heading {}", COLUMNS.join(","))));
    }
    let mut known: HashMap<(Vec<u8>, Vec<u8>), VecDeque<Side>> = HashMap::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| damaged(format!("cannot be read ({error})")))?;
        let [path, corpus, side] = [0, 1, 4].map(|column| record.get(column).unwrap_or_default());
        let side = Side::ALL.into_iter().find(|known| known.name().as_bytes() == side);
        let Some(side) = side else {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(damaged(format!("names no side in line {line}")));
        };
        known
            .entry((corpus.to_vec(), path.to_vec()))
            .or_default()
            .push_back(side);
    }
    let side = |clip: &super::super::Clip| {
        let key = (
            clip.corpus.as_bytes().to_vec(),
            clip.path.as_os_str().as_encoded_bytes().to_vec(),
        );
        let side = known.get_mut(&key).and_then(VecDeque::pop_front);
        side.ok_or_else(|| damaged(format!("has no row for {}", clip.path.display())))
    };
    selection.clips.iter().map(side).collect()
}
