//! The header of a data set in the form of audformat: `db.yaml`, which describes its tables and schemes.

use super::super::super::CorpusError;
use serde::{Deserialize, Deserializer};
use serde_yaml_ng::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What the header says of tables and columns.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Header {
    #[serde(default, deserialize_with = "or_default")]
    pub tables: BTreeMap<String, Table>,
    #[serde(default, deserialize_with = "or_default")]
    pub misc_tables: BTreeMap<String, MiscTable>,
    #[serde(default, deserialize_with = "or_default")]
    pub schemes: BTreeMap<String, Scheme>,
    #[serde(default, deserialize_with = "or_default")]
    pub splits: BTreeMap<String, Split>,
}

/// A table of files (`filewise`) or of segments (`segmented`).
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    #[serde(default)]
    pub split_id: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    pub columns: BTreeMap<String, Column>,
}

/// A table of something else, speakers say: its first level is what the others look up in it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct MiscTable {
    #[serde(default, deserialize_with = "or_default")]
    pub columns: BTreeMap<String, Column>,
}

/// A column, with what describes its values.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Column {
    #[serde(default)]
    pub scheme_id: Option<String>,
}

/// What describes values: `labels` is a list, a map from values to what is known of them, or the name of a miscellaneous
/// table that has it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Scheme {
    #[serde(default)]
    pub labels: Value,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Split {
    #[serde(default, rename = "type")]
    pub kind: Option<String>,
}

/// `columns:` without a word is none.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(deserializer: D) -> Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

impl Header {
    /// Reads the header.
    ///
    /// # Errors
    /// A file that cannot be read or is none.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let text = fs::read_to_string(path).map_err(|source| CorpusError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        parse(&text).map_err(|(line, problem)| CorpusError::Table {
            path: path.to_path_buf(),
            line,
            problem,
        })
    }

    /// What is known of a value of a scheme, by name; where the scheme's labels say it.
    pub fn of_label(&self, scheme: &str, value: &str) -> BTreeMap<String, String> {
        let labels = self.schemes.get(scheme).map(|scheme| &scheme.labels);
        let Some(Value::Mapping(labels)) = labels else {
            return BTreeMap::new();
        };
        let known = labels.iter().find(|(label, _)| scalar(label).as_deref() == Some(value));
        let Some((_, Value::Mapping(known))) = known else {
            return BTreeMap::new();
        };
        known
            .iter()
            .filter_map(|(name, value)| Some((scalar(name)?, scalar(value)?)))
            .collect()
    }

    /// The miscellaneous table that a scheme's values are looked up in.
    pub fn table_of(&self, scheme: &str) -> Option<&str> {
        let name = self.schemes.get(scheme)?.labels.as_str()?;
        self.misc_tables.contains_key(name).then_some(name)
    }

    /// Whether a scheme lists its values.
    pub fn is_listed(&self, scheme: &str) -> bool {
        self.schemes.get(scheme).is_some_and(|scheme| !scheme.labels.is_null())
    }
}

/// The header in a text, or the line that is wrong, with what is.
fn parse(text: &str) -> Result<Header, (u64, String)> {
    let header: Header = serde_yaml_ng::from_str(text).map_err(|error| {
        let line = error.location().map_or(1, |place| place.line() as u64);
        (line, format!("no header of audformat: {error}"))
    })?;
    if header.tables.is_empty() {
        return Err((1, "no header of audformat: it describes no tables".into()));
    }
    Ok(header)
}

/// A value as text.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_describes_labels_is_read_in_every_form() {
        let text = "tables:\n  emotion:\n    type: filewise\n    split_id: test\n    columns:\n      emotion: {scheme_id: emotion}\n\
            \x20 empty:\n    type: filewise\n    columns:\nsplits:\n  test: {type: test}\nmisc_tables:\n  who:\n    levels: {speaker: int}\n\
            schemes:\n  emotion:\n    dtype: str\n    labels: [anger, joy]\n  speaker: {dtype: int, labels: who}\n\
            \x20 other:\n    labels:\n      3: {gender: male, age: 31}\n      b:\n";
        let header = parse(text).unwrap();
        assert_eq!(header.tables["emotion"].split_id.as_deref(), Some("test"));
        assert_eq!(
            header.tables["emotion"].columns["emotion"].scheme_id.as_deref(),
            Some("emotion")
        );
        assert_eq!(header.splits["test"].kind.as_deref(), Some("test"));
        assert_eq!(header.table_of("speaker"), Some("who"));
        assert_eq!((header.table_of("emotion"), header.is_listed("emotion")), (None, true));
        let known = [
            ("age".to_owned(), "31".to_owned()),
            ("gender".to_owned(), "male".to_owned()),
        ];
        assert_eq!(header.of_label("other", "3"), known.into());
        assert!(header.of_label("other", "b").is_empty() && header.of_label("none", "3").is_empty());
    }

    #[test]
    fn what_is_no_header_is_refused_with_its_line() {
        for text in [
            "",
            "x",
            "[1, 2]",
            "name: x\n",
            "tables: 3\n",
            "tables: {a: [}\n",
            "\u{0}",
        ] {
            assert!(parse(text).is_err(), "{text:?}");
        }
        let (line, why) = parse("name: x\ntables:\n  a: {columns: 3}\n").unwrap_err();
        assert!(line == 3 && why.contains("tables.a.columns"), "{line}: {why}");
        // References to references, of which each names the one before ten times.
        let mut bomb = "a0: &a0 [x]\n".to_owned();
        for level in 1..40 {
            let before = vec![format!("*a{}", level - 1); 10].join(", ");
            bomb += &format!("a{level}: &a{level} [{before}]\n");
        }
        assert!(parse(&(bomb + "schemes: {s: {labels: *a39}}\ntables: {a: {}}\n")).is_err());
    }

    proptest! {
        #[test]
        fn any_text_is_a_header_or_refused(
            text in "(tables:|schemes:|  [a-z]{0,3}:|[ \n]|[&*!|>%@\\[\\]{},:?-]|\\PC){0,20}",
        ) {
            let _ = parse(&text);
        }
    }
}
