//! The form of a new run as TOML, for an editor, and back.

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
/// What is wrong with it, with the line.
pub fn read(text: &str) -> Result<Vec<Edited>, String> {
    let line_of = |at: usize| 1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count();
    let document = Document::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_of(span.start));
        format!("line {line}: {}", error.message().lines().next().unwrap_or_default())
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
        assert!(read("seed = 7\n\nepochs = \n").unwrap_err().starts_with("line 3"));
        assert!(read("seed = 7\nseed = 8\n").unwrap_err().starts_with("line 2"));
        assert_eq!(read("").unwrap(), []);
    }
}
