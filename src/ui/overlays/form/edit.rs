//! The form of a new run as TOML, for an editor, and back.

use std::fmt;
use toml_edit::{Document, Item, Value};

/// Said at the top.
const HEAD: &str = "\
# The settings of a new run. Save and leave the editor to go back to the form; nothing is trained before that.
# A line that is taken away leaves its setting as workbench.toml has it; any other setting may be added.
";

/// One setting of an edited text.
#[derive(Debug, Clone, PartialEq)]
pub struct Edited {
    /// Dotted key.
    pub key: String,
    /// The value as TOML.
    pub value: String,
    /// From 1.
    pub line: usize,
}

/// What is wrong with a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Where, from 1.
    pub line: usize,
    /// What.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

/// Before what is wrong, on top of a text that is edited again.
const NOT_TAKEN: &str = "# Not taken over: ";

/// A text with what is wrong with it on top.
pub fn again(text: &str, mistake: &Mistake) -> String {
    let below = Mistake {
        line: mistake.line + 1,
        message: mistake.message.replace('\n', " "),
    };
    format!("{NOT_TAKEN}{below}\n{text}")
}

/// A text without what [`again`] has put on top of it.
pub fn own(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.starts_with(NOT_TAKEN) => rest,
        _ => text,
    }
}

/// The text that is edited: (comment, key, value) one after the other.
pub fn write<'a>(settings: impl Iterator<Item = (&'a str, &'a str, String)>) -> String {
    let mut text = HEAD.to_owned();
    for (comment, key, value) in settings {
        text.push('\n');
        for line in comment.lines().filter(|line| !line.trim().is_empty()) {
            text += &format!("# {}\n", line.trim());
        }
        text += &format!("{key} = {value}\n");
    }
    text
}

/// What a text sets.
///
/// # Errors
/// What is wrong with it.
pub fn read(text: &str) -> Result<Vec<Edited>, Mistake> {
    let line_of = |at: usize| 1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    let document = Document::parse(text).map_err(|error| Mistake {
        line: error.span().map_or(1, |span| line_of(span.start)),
        message: error.message().lines().next().unwrap_or_default().to_owned(),
    })?;
    let mut found = Vec::new();
    let mut push = |key: String, value: &Value| {
        let span = value.span().unwrap_or_default();
        let line = line_of(span.start);
        let value = text.get(span).unwrap_or_default().to_owned();
        found.push(Edited { key, value, line });
    };
    collect(document.iter(), "", &mut push);
    Ok(found)
}

/// Every value below a table by its dotted key; tables in one line are values.
fn collect<'a>(items: impl Iterator<Item = (&'a str, &'a Item)>, path: &str, push: &mut dyn FnMut(String, &Value)) {
    for (name, item) in items {
        let key = if path.is_empty() {
            name.to_owned()
        } else {
            format!("{path}.{name}")
        };
        match item {
            Item::Table(table) => collect(table.iter(), &key, push),
            Item::Value(value) => push(key, value),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_with_its_lines() {
        let settings = [
            ("The network.", "model.name", "\"conv1d\"".to_owned()),
            ("Two lines,\nof words.", "training.epochs", "50".to_owned()),
        ];
        let text = write(settings.into_iter());
        let found = read(&text).unwrap();
        let keys: Vec<(&str, &str)> = found.iter().map(|edited| (&*edited.key, &*edited.value)).collect();
        assert_eq!(keys, [("model.name", "\"conv1d\""), ("training.epochs", "50")]);
        for edited in &found {
            assert!(text.lines().nth(edited.line - 1).unwrap().starts_with(&edited.key));
        }
    }

    #[test]
    fn tables_lists_and_mistakes_are_found_where_they_stand() {
        let text = "seed = 7\n[training]\nepochs = 9 # few\n[labels]\nmap = { calm = \"neutral\" }\n\n[model.conv1d]\nfilters = [\n 8,\n 16,\n]\n";
        let found = read(text).unwrap();
        let keys: Vec<(&str, usize)> = found.iter().map(|edited| (&*edited.key, edited.line)).collect();
        let expected = [
            ("seed", 1),
            ("training.epochs", 3),
            ("labels.map", 5),
            ("model.conv1d.filters", 8),
        ];
        assert_eq!(keys, expected);
        assert_eq!((&*found[1].value, &*found[2].value), ("9", "{ calm = \"neutral\" }"));
        let mistake = read("seed = 7\n\nepochs = \n").unwrap_err();
        assert_eq!(mistake.line, 3);
        assert!(mistake.to_string().starts_with("line 3: "), "{mistake}");
        let reopened = again("seed = 7\n\nepochs = \n", &mistake);
        assert!(reopened.lines().next().unwrap().contains("line 4: "), "{reopened}");
        assert_eq!(reopened.lines().nth(3), Some("epochs = "));
        assert_eq!(own(&reopened), "seed = 7\n\nepochs = \n");
        assert_eq!(read("seed = 7\nseed = 8\n").unwrap_err().line, 2);
        assert_eq!(read("").unwrap(), []);
    }
}
