//! Which column of a table holds what.

use super::layouts::Labels;
use super::span::Span;
use super::{Columns, Dimensions, Emotion, Gender, Intensity, ListenerVotes};
use csv::ByteRecord;

/// Not configurable: `undertone scan --export` writes it so that generated speech never passes for human.
const SYNTHETIC: &str = "synthetic";

/// What other programs call the column of files, read where there is no `path`; the likeliest first.
pub(super) const PATH_NAMES: [&str; 6] = ["file", "file_name", "filename", "wav", "audio", "name"];

/// What other programs call the column of emotions, read where there is no `emotion`.
pub(super) const EMOTION_NAMES: [&str; 1] = ["label"];

/// What other programs call arousal.
const AROUSAL_NAMES: [&str; 1] = ["activation"];

/// Where votes stand in one column, as `undertone scan --export` writes them: `{"angry": 3, "sad": 1}`.
const VOTES: &str = "votes";

/// Where each column is.
#[derive(Debug)]
pub(super) struct ColumnIndices {
    width: usize,
    path: usize,
    emotion: Option<usize>,
    speaker: Option<usize>,
    gender: Option<usize>,
    corpus: Option<usize>,
    text: Option<usize>,
    intensity: Option<usize>,
    dimensions: [Option<usize>; 3],
    votes: Votes,
    age: Option<usize>,
    ethnicity: Option<usize>,
    split: Option<usize>,
    start: Option<usize>,
    end: Option<usize>,
    synthetic: Option<usize>,
}

/// Where the listeners' votes are.
#[derive(Debug)]
enum Votes {
    /// In columns of counts, with the label that each counts.
    Columns(Vec<(usize, Emotion)>),
    /// In one column.
    Json(usize),
    /// Nowhere.
    None,
}

impl ColumnIndices {
    /// Finds the columns under the names of the settings; path, emotion and arousal also under those that other
    /// programs give them, unless they were asked for by name. A table of dimensions or votes needs no emotion.
    ///
    /// # Errors
    /// A column that is needed or was asked for and is not there; in words, with those that are.
    pub fn find(headings: &[String], columns: &Columns) -> Result<Self, String> {
        let index = |name: &str| {
            let exact = headings.iter().position(|heading| heading == name);
            exact.or_else(|| headings.iter().position(|heading| heading.eq_ignore_ascii_case(name)))
        };
        let missing = |key: &str, name: &str, others: &[&str]| {
            let others = match others {
                [] => String::new(),
                others => format!(" (nor {})", others.join(", ")),
            };
            format!(
                "no column `{name}`{others} among {}; name it in the corpus's settings: columns.{key} = \"…\"",
                headings.join(", ")
            )
        };
        let needed = |key: &str, name: &str, others: &[&str]| {
            let others = if name == key { others } else { &[] };
            let found = index(name).or_else(|| others.iter().find_map(|other| index(other)));
            found.ok_or_else(|| missing(key, name, others))
        };
        // A column of the usual name may be absent; one that was asked for by name may not.
        let optional = |key: &str, name: &str| match index(name) {
            None if name != key && !name.is_empty() => Err(missing(key, name, &[])),
            found => Ok(found),
        };
        let path = needed("path", &columns.path, &PATH_NAMES)?;
        let arousal = optional("arousal", &columns.arousal)?;
        let activation = || AROUSAL_NAMES.iter().find_map(|name| index(name));
        let dimensions = [
            arousal.or_else(|| (columns.arousal == "arousal").then(activation).flatten()),
            optional("dominance", &columns.dominance)?,
            optional("valence", &columns.valence)?,
        ];
        let counts = columns.votes.iter().map(|name| {
            let column = index(name).ok_or_else(|| missing("votes", name, &[]))?;
            Ok((column, Emotion::new(name)))
        });
        let votes = match (counts.collect::<Result<Vec<_>, String>>()?, index(VOTES)) {
            (counts, _) if !counts.is_empty() => Votes::Columns(counts),
            (_, Some(column)) => Votes::Json(column),
            _ => Votes::None,
        };
        let labelled_otherwise =
            columns.emotion == "emotion" && (dimensions.iter().any(Option::is_some) || !matches!(votes, Votes::None));
        let emotion = match needed("emotion", &columns.emotion, &EMOTION_NAMES) {
            Err(_) if labelled_otherwise => None,
            found => Some(found?),
        };
        Ok(Self {
            width: headings.len(),
            path,
            emotion,
            speaker: optional("speaker", &columns.speaker)?,
            gender: optional("gender", &columns.gender)?,
            corpus: optional("corpus", &columns.corpus)?,
            text: optional("text", &columns.text)?,
            intensity: optional("intensity", &columns.intensity)?,
            dimensions,
            votes,
            age: optional("age", &columns.age)?,
            ethnicity: optional("ethnicity", &columns.ethnicity)?,
            split: optional("split", &columns.split)?,
            start: optional("start", &columns.start)?,
            end: optional("end", &columns.end)?,
            synthetic: index(SYNTHETIC),
        })
    }

    /// Whether a column is read as something of its own.
    pub fn reads(&self, column: usize) -> bool {
        let optional = [
            self.emotion,
            self.speaker,
            self.gender,
            self.corpus,
            self.text,
            self.intensity,
            self.age,
            self.ethnicity,
            self.split,
            self.start,
            self.end,
            self.synthetic,
        ];
        let voted = match &self.votes {
            Votes::Columns(columns) => columns.iter().any(|(voted, _)| *voted == column),
            Votes::Json(voted) => *voted == column,
            Votes::None => false,
        };
        let stated = optional.iter().chain(&self.dimensions);
        self.path == column || voted || stated.flatten().any(|stated| *stated == column)
    }

    /// The file that a row names, trimmed; none where it names none.
    pub fn path<'a>(&self, record: &'a ByteRecord) -> Option<&'a str> {
        text(record, self.path)
    }

    /// What a row says; without a column of emotions, the one that most listeners chose is its emotion. Values that need
    /// not be there (gender, age, intensity, dimensions, votes) are unknown when they cannot be understood.
    ///
    /// # Errors
    /// More fields than columns, text that is not UTF-8, no path, times that cannot be read; in words.
    pub fn read(&self, record: &ByteRecord) -> Result<Labels, String> {
        if record.len() > self.width {
            // Labels might stand under the wrong heading.
            let fields = record.len();
            return Err(format!(
                "{fields} fields under {} columns; quote fields that hold the delimiter",
                self.width
            ));
        }
        if let Some(index) = record.iter().position(|field| std::str::from_utf8(field).is_err()) {
            return Err(format!("field {} is not UTF-8; save the table as UTF-8", index + 1));
        }
        if self.path(record).is_none() {
            return Err("the path is empty".into());
        }
        let stated = |column: Option<usize>| column.and_then(|column| text(record, column));
        let owned = |column: Option<usize>| stated(column).map(str::to_owned);
        let votes = match &self.votes {
            Votes::Columns(columns) => ListenerVotes::new(columns.iter().filter_map(|(column, label)| {
                let count = text(record, *column).and_then(number)?;
                Some((label.clone(), count))
            })),
            Votes::Json(column) => text(record, *column).and_then(ListenerVotes::of_json),
            Votes::None => None,
        };
        let emotion = match self.emotion {
            Some(column) => text(record, column),
            None => votes.as_ref().and_then(ListenerVotes::winner).map(Emotion::name),
        };
        Ok(Labels {
            corpus: owned(self.corpus),
            speaker: owned(self.speaker),
            gender: stated(self.gender).and_then(Gender::parse),
            age: stated(self.age).and_then(years),
            ethnicity: owned(self.ethnicity),
            emotion: emotion.unwrap_or_default().to_owned().into(),
            given_split: owned(self.split),
            intensity: stated(self.intensity).and_then(Intensity::parse),
            dimensions: Dimensions::from(self.dimensions.map(|column| stated(column).and_then(number))),
            votes,
            text: owned(self.text).map(Into::into),
            segment: Span::read(
                stated(self.start).unwrap_or_default(),
                stated(self.end).unwrap_or_default(),
            )?,
            synthetic: stated(self.synthetic).and_then(|text| text.parse().ok()),
            ..Labels::default()
        })
    }
}

/// A field that is there, trimmed and not empty.
pub(super) fn text(record: &ByteRecord, column: usize) -> Option<&str> {
    let field = std::str::from_utf8(record.get(column)?).ok()?.trim();
    (!field.is_empty()).then_some(field)
}

fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}

fn years(text: &str) -> Option<u16> {
    let years: f64 = text.parse().ok()?;
    (0.0..=200.0).contains(&years).then_some(years as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(headings: &[&str], fields: &[&str]) -> Result<(String, String), String> {
        let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
        let indices = ColumnIndices::find(&headings, &Columns::default())?;
        let record = ByteRecord::from(fields.to_vec());
        let labels = indices.read(&record)?;
        Ok((
            indices.path(&record).unwrap_or_default().into(),
            labels.emotion.into_owned(),
        ))
    }

    #[test]
    fn the_names_of_other_programs_are_read() {
        for name in [
            "path",
            "file",
            "file_name",
            "filename",
            "wav",
            "audio",
            "name",
            "FileName",
        ] {
            for emotion in ["emotion", "label", "Label"] {
                let found = read(&["x", emotion, name], &["1", "sad", "a.wav"]);
                assert_eq!(found, Ok(("a.wav".into(), "sad".into())), "{name}, {emotion}");
            }
        }
        // The program's own names stand before those of others.
        let found = read(&["name", "label", "emotion", "path"], &["n", "l", "sad", "a.wav"]);
        assert_eq!(found, Ok(("a.wav".into(), "sad".into())));
        let found = read(&["name", "file", "label"], &["Anna", "a.wav", "sad"]);
        assert_eq!(found, Ok(("a.wav".into(), "sad".into())));
    }

    #[test]
    fn a_table_that_cannot_be_used_is_described_by_its_columns() {
        let why = read(&["clip", "feeling"], &["a.wav", "sad"]).unwrap_err();
        assert!(
            why.contains("no column `path` (nor file, file_name,")
                && why.contains("among clip, feeling")
                && why.contains("columns.path"),
            "{why}"
        );
        let why = read(&["file", "feeling"], &["a.wav", "sad"]).unwrap_err();
        assert!(
            why.contains("no column `emotion` (nor label) among file, feeling"),
            "{why}"
        );
    }
}
