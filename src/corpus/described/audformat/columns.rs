//! What the columns of a data set hold, by their names and schemes.

use super::super::sheet::Sheet;
use super::header::{Header, Table};
use std::collections::BTreeMap;

/// What tables state of a file or a segment, by the meaning of their columns or the columns' own names.
pub(super) type Facts = BTreeMap<String, String>;

/// What columns are read as something of its own.
pub(super) const MEANINGS: [&str; 8] = [
    "speaker",
    "gender",
    "age",
    "ethnicity",
    "text",
    "arousal",
    "dominance",
    "valence",
];

/// The columns of a table that are kept, by their meaning: those known by their names or schemes, and any others whose
/// scheme lists its values.
pub(super) fn columns<'a>(
    header: &'a Header,
    table: &'a Table,
    sheet: &'a Sheet,
) -> impl Iterator<Item = (String, usize)> + 'a {
    table.columns.iter().filter_map(move |(name, column)| {
        let scheme = column.scheme_id.as_deref().unwrap_or_default();
        let meaning = meaning(name).or_else(|| meaning(scheme));
        let further = || header.is_listed(scheme).then_some(name.as_str());
        Some((meaning.or_else(further)?.to_owned(), sheet.column(name)?))
    })
}

/// What a column or a scheme of this name holds.
pub(super) fn meaning(name: &str) -> Option<&'static str> {
    Some(match name.to_lowercase().as_str() {
        "speaker" | "speaker_id" => "speaker",
        "gender" | "sex" => "gender",
        "age" => "age",
        "ethnicity" | "race" => "ethnicity",
        "text" | "transcription" | "transcript" => "text",
        "arousal" | "activation" => "arousal",
        "dominance" => "dominance",
        "valence" => "valence",
        _ => return None,
    })
}

/// The column of a meaning: of that name, else the only one of a scheme of that name.
pub(super) fn column_of<'a>(table: &'a Table, meaning: &str) -> Option<&'a str> {
    let same = |name: &str| name.eq_ignore_ascii_case(meaning);
    let by_name = table.columns.keys().find(|name| same(name));
    let by_scheme = || {
        let mut found = table
            .columns
            .iter()
            .filter(|(_, column)| column.scheme_id.as_deref().is_some_and(same));
        match (found.next(), found.next()) {
            (Some((name, _)), None) => Some(name),
            _ => None,
        }
    };
    by_name.or_else(by_scheme).map(String::as_str)
}
