//! The text of a settings file: its values, and the line of every key.

use super::SettingsError;
use std::collections::BTreeMap;
use std::ops::Range;
use toml_edit::{Document, Item, Value};

/// The dotted key of a name in a table; the table of all settings has an empty path.
pub(super) fn dotted(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A text as a table.
///
/// # Errors
/// Where it is no TOML, with the line.
pub(super) fn table_of(text: &str, place: &str) -> Result<toml::Table, SettingsError> {
    text.parse::<toml::Table>()
        .map_err(|error| syntax_error(text, place, error.span(), error.message()))
}

fn syntax_error(text: &str, place: &str, span: Option<Range<usize>>, message: &str) -> SettingsError {
    let line = line_of(text, span.map_or(0, |span| span.start));
    let excerpt = text.lines().nth(line - 1).unwrap_or_default().trim().to_owned();
    SettingsError {
        place: format!("{place}:{line}"),
        key: format!("`{excerpt}`"),
        problem: format!("{message}; correct the line, or delete the file to get the defaults back")
            .replace('\n', ", "),
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}

/// The line of every key in a text.
///
/// # Errors
/// As [`table_of`].
pub(super) fn lines(text: &str, place: &str) -> Result<BTreeMap<String, usize>, SettingsError> {
    let document = Document::parse(text).map_err(|error| syntax_error(text, place, error.span(), error.message()))?;
    let mut found = BTreeMap::new();
    walk(document.as_item(), "", &mut |key, span| {
        found.insert(key, line_of(text, span.start));
    });
    Ok(found)
}

fn walk(item: &Item, path: &str, found: &mut impl FnMut(String, Range<usize>)) {
    if let Some(table) = item.as_table_like() {
        for (name, child) in table.iter() {
            let key = dotted(path, name);
            if let Some(span) = table.key(name).and_then(|key| key.span()).or_else(|| child.span()) {
                found(key.clone(), span);
            }
            walk(child, &key, found);
        }
    } else if let Some(tables) = item.as_array_of_tables() {
        for (index, table) in tables.iter().enumerate() {
            let key = format!("{path}[{index}]");
            if let Some(span) = table.span() {
                found(key.clone(), span);
            }
            walk(&Item::Table(table.clone()), &key, found);
        }
    } else if let Some(array) = item.as_array() {
        for (index, value) in array.iter().enumerate() {
            if let (Value::InlineTable(_), Some(span)) = (value, value.span()) {
                let key = format!("{path}[{index}]");
                found(key.clone(), span);
                walk(&Item::Value(value.clone()), &key, found);
            }
        }
    }
}
