//! What all tables of a data set say of a file or a segment, put together.

use super::super::super::layouts::Labels;
use super::super::super::source::{Line, Source};
use super::super::super::span::Span;
use super::super::super::{ColumnValues, CorpusError, Dimensions, Gender};
use super::super::sheet::{Sheet, number, stated};
use super::columns::{Facts, MEANINGS, column_of, columns};
use super::header::{Header, Table};
use super::people::People;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A file, and the start and end of a segment as the tables write them; both are empty for the whole of it.
pub(super) type Key = (String, String, String);

/// A label, and where it is stated.
pub(super) struct Label {
    pub emotion: String,
    pub table: Arc<str>,
    pub line: Line,
    pub split: Option<String>,
    /// Another that another table states.
    pub other: Option<(String, Arc<str>)>,
}

/// What all tables say.
#[derive(Default)]
pub(super) struct Joined {
    pub labels: BTreeMap<Key, Label>,
    facts: BTreeMap<Key, Facts>,
}

/// Whether a key is that of a part of a file.
pub(super) fn is_segment((_, start, end): &Key) -> bool {
    !(start.is_empty() && end.is_empty())
}

impl Joined {
    /// Adds what a table states; its labels where it has any.
    pub fn add(
        &mut self,
        header: &Header,
        name: &str,
        table: &Table,
        sheet: &Sheet,
        emotion: Option<&str>,
        source: &mut Source,
    ) -> Result<(), CorpusError> {
        let file = sheet.needed("file")?;
        let times = ["start", "end"].map(|name| sheet.column(name));
        let named = emotion.and_then(|emotion| column_of(table, emotion));
        let emotions = named.and_then(|name| sheet.column(name));
        let columns = columns(header, table, sheet).filter(|(_, column)| Some(*column) != emotions);
        let columns: Vec<(String, usize)> = columns.collect();
        let split = table.split_id.as_ref().map(|id| {
            let kind = header.splits.get(id).and_then(|split| split.kind.clone());
            kind.unwrap_or_else(|| id.clone())
        });
        let shown: Arc<str> = format!("db.{name}.csv").into();
        for row in &sheet.rows {
            let line = Line::of(row.line, Some(Arc::clone(&shown)));
            let refused = |why: &str| (PathBuf::from(&*shown), format!("{line}: {why}"));
            let fields = match &row.fields {
                Ok(fields) => fields,
                Err(why) => {
                    source.refused.push(refused(why));
                    continue;
                }
            };
            let Some(file) = stated(fields, Some(file)) else {
                source.refused.push(refused("the file name is empty"));
                continue;
            };
            let time = |column| {
                stated(fields, column)
                    .filter(|text| *text != "NaT")
                    .unwrap_or_default()
                    .to_owned()
            };
            let key = (file.to_owned(), time(times[0]), time(times[1]));
            let facts = self.facts.entry(key.clone()).or_default();
            for (name, column) in &columns {
                if let Some(value) = stated(fields, Some(*column)) {
                    facts.entry(name.clone()).or_insert_with(|| value.to_owned());
                }
            }
            if emotion.is_some() {
                let emotion = stated(fields, emotions).unwrap_or_default();
                self.label(key, emotion, &line, &shown, split.as_deref());
            }
        }
        Ok(())
    }

    fn label(&mut self, key: Key, emotion: &str, line: &Line, table: &Arc<str>, split: Option<&str>) {
        let label = self.labels.entry(key).or_insert_with(|| Label {
            emotion: emotion.to_owned(),
            table: Arc::clone(table),
            line: line.clone(),
            split: None,
            other: None,
        });
        label.split = label.split.take().or_else(|| split.map(str::to_owned));
        if label.emotion.is_empty() {
            label.emotion = emotion.to_owned();
        } else if !emotion.is_empty() && label.emotion != emotion {
            label
                .other
                .get_or_insert_with(|| (emotion.to_owned(), Arc::clone(table)));
        }
    }

    /// All that is said of a file or a segment; what is said of the segment itself comes first.
    pub fn of(&self, key: &Key, label: &Label, header: &Header, people: &People) -> Result<Labels, String> {
        let whole = (key.0.clone(), String::new(), String::new());
        let facts: Vec<&Facts> = [key, &whole]
            .into_iter()
            .filter_map(|key| self.facts.get(key))
            .collect();
        let fact = |name: &str| facts.iter().find_map(|facts| facts.get(name)).map(String::as_str);
        let speaker = fact("speaker");
        let person = speaker.map(|speaker| people.of(header, speaker)).unwrap_or_default();
        let known = |name: &str| fact(name).or_else(|| person.get(name).map(String::as_str));
        let further = facts
            .iter()
            .flat_map(|facts| facts.iter())
            .filter(|(name, _)| !MEANINGS.contains(&name.as_str()));
        let columns: ColumnValues = further.map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Ok(Labels {
            speaker: speaker.map(str::to_owned),
            gender: known("gender").and_then(Gender::parse),
            age: known("age")
                .and_then(number)
                .filter(|age| (0.0..=200.0).contains(age))
                .map(|age| age as u16),
            ethnicity: known("ethnicity").map(str::to_owned),
            emotion: label.emotion.clone().into(),
            given_split: label.split.clone(),
            columns,
            dimensions: Dimensions::from(["arousal", "dominance", "valence"].map(|name| fact(name).and_then(number))),
            text: fact("text").map(|text| text.to_owned().into()),
            segment: Span::read(&key.1, &key.2)?,
            ..Labels::default()
        })
    }
}
