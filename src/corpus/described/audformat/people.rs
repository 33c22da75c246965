//! What a data set says of its speakers.

use super::super::super::source::Source;
use super::super::sheet::stated;
use super::columns::{Facts, meaning};
use super::header::Header;
use super::read;
use std::collections::BTreeMap;
use std::path::Path;

/// What is known of speakers from the miscellaneous table that has them.
#[derive(Default)]
pub(super) struct People {
    scheme: String,
    rows: BTreeMap<String, Facts>,
}

impl People {
    pub fn of(&self, header: &Header, speaker: &str) -> Facts {
        if let Some(facts) = self.rows.get(speaker) {
            return facts.clone();
        }
        let known = header.of_label(&self.scheme, speaker).into_iter();
        known
            .filter_map(|(name, value)| Some((meaning(&name)?.to_owned(), value)))
            .collect()
    }
}

/// The speakers of a data set; their table is refused where it cannot be used.
pub(super) fn people(top: &Path, header: &Header, source: &mut Source) -> People {
    let columns = header.tables.values().flat_map(|table| &table.columns);
    let scheme = columns.filter_map(|(name, column)| {
        let scheme = column.scheme_id.as_deref()?;
        (meaning(name).or_else(|| meaning(scheme)) == Some("speaker")).then_some(scheme)
    });
    let Some(scheme) = scheme.into_iter().next().map(str::to_owned) else {
        return People::default();
    };
    let mut people = People {
        scheme,
        rows: BTreeMap::new(),
    };
    let Some(name) = header.table_of(&people.scheme) else {
        return people;
    };
    match read(top, name) {
        Ok(sheet) => {
            let described = header.misc_tables.get(name).map(|table| &table.columns);
            let known = described.into_iter().flatten().filter_map(|(name, column)| {
                let meaning = meaning(name).or_else(|| meaning(column.scheme_id.as_deref()?))?;
                Some((meaning, sheet.column(name)?))
            });
            let known: Vec<(&str, usize)> = known.collect();
            for fields in sheet.rows.iter().filter_map(|row| row.fields.as_ref().ok()) {
                // The index is the first column.
                let Some(speaker) = stated(fields, Some(0)) else {
                    continue;
                };
                let facts = known
                    .iter()
                    .filter_map(|(name, column)| Some(((*name).to_owned(), stated(fields, Some(*column))?.to_owned())));
                people.rows.insert(speaker.to_owned(), facts.collect());
            }
        }
        Err(refused) => source.refused.push(refused),
    }
    people
}
