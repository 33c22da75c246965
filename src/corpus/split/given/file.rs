//! A split that a file gives: a table of clips and their part or fold, a folder with a table for every part, or a published
//! one.

use super::super::{Duplicates, SplitSettings, Subset};
use super::matching::{Matches, matches};
use super::parts::{Parts, side_of};
use super::split_file::{Place, SplitFile};
use super::{Given, corpora, emobox, listed, natural};
use crate::corpus::table_columns::PATH_NAMES;
use crate::corpus::table_records::{is_table_name, records};
use crate::corpus::walk::walk;
use crate::corpus::{CorpusError, Selection};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// What the column of parts is called.
const PART_NAMES: [&str; 7] = ["part", "split", "side", "subset", "set", "partition", "split_set"];
/// What the column of folds is called.
const FOLD_NAMES: [&str; 1] = ["fold"];
/// Files that a folder of a split has, at most.
const FILES: usize = 10_000;

/// The number of folds; none where there is one run.
pub fn folds(settings: &SplitSettings) -> Result<Option<usize>, CorpusError> {
    let folds = SplitFile::read(settings)?.folds().len();
    Ok((folds > 1).then_some(folds))
}

/// What the file gives in this fold; clips that it does not name are in none.
pub fn given(selection: &Selection, settings: &SplitSettings, fold: usize) -> Result<Given, CorpusError> {
    let file = SplitFile::read(settings)?;
    let folds = file.folds();
    let of_fold = folds.get(fold).map(String::as_str).unwrap_or_default();
    let names: BTreeSet<&str> = file.rows.iter().filter_map(|(_, place)| place.part()).collect();
    let parts = match names.is_empty() {
        true => None,
        false => Some(Parts::of(&names, &settings.test_part, &file.name, true)?),
    };
    let side = |place: &Place| match place {
        Place::Part(name) => parts.as_ref()?.side(name),
        Place::Tested(fold) if fold == of_fold => Some(Subset::Test),
        Place::Tested(_) => Some(Subset::Train),
        Place::In(fold, side) => (fold == of_fold).then_some(*side),
    };
    let rows: Vec<(&str, Subset)> = file
        .rows
        .iter()
        .filter_map(|(path, place)| Some((path.as_str(), side(place)?)))
        .collect();
    let keep_copies = settings.duplicates == Duplicates::Keep;
    let Matches { sides, missing } = matches(selection, &file, &rows, keep_copies)?;
    let named: BTreeSet<&str> = rows.iter().map(|(path, _)| *path).collect();
    let note = missing.first().map(|first| {
        format!(
            "{} of {} clips that {} names do not take part (first: {first})",
            missing.len(),
            named.len(),
            file.name
        )
    });
    let validates = rows.iter().any(|(_, side)| *side == Subset::Validation);
    let name = match &parts {
        Some(parts) => format!(
            "{} (tested on {})",
            file.name,
            parts.test.as_deref().unwrap_or_default()
        ),
        None => file.name,
    };
    Ok(Given {
        name,
        sides,
        cut: if validates { BTreeSet::new() } else { corpora(selection) },
        notes: Vec::from_iter(note),
    })
}

impl SplitFile {
    /// Reads one.
    ///
    /// # Errors
    /// What cannot be read, or says of no clip where it is.
    pub fn read(settings: &SplitSettings) -> Result<Self, CorpusError> {
        let path = &settings.file;
        if let Some(published) = emobox::published(path) {
            return Ok(published);
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let (folder, rows) = match path.is_dir() {
            true => (path.clone(), rows_of_folder(path, &settings.test_part)?),
            false => (path.parent().unwrap_or(Path::new("")).to_owned(), rows_of_table(path)?),
        };
        let name = format!("split of {file}");
        Ok(Self { name, folder, rows })
    }

    /// The folds by name, numbers in their order; none where it has none.
    fn folds(&self) -> Vec<String> {
        let names: BTreeSet<&str> = self.rows.iter().filter_map(|(_, place)| place.fold()).collect();
        let mut names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        names.sort_by(|one, other| natural(one).cmp(&natural(other)));
        names
    }
}

fn problem(path: &Path, line: u64, problem: String) -> CorpusError {
    CorpusError::Table {
        path: path.to_owned(),
        line,
        problem,
    }
}

/// A table whose columns say where its clips are.
fn rows_of_table(path: &Path) -> Result<Vec<(String, Place)>, CorpusError> {
    let table = Table::read(path)?;
    let (part, fold) = (table.column(&PART_NAMES), table.column(&FOLD_NAMES));
    if part.is_none() && fold.is_none() {
        let problem_words = format!(
            "says of no clip where it is: no column part, split or fold among {}; of a split in several files, name their \
             folder",
            table.headings.join(", ")
        );
        return Err(problem(path, 1, problem_words));
    }
    let mut rows = Vec::new();
    for (line, file, fields) in &table.rows {
        let value = |column: Option<usize>| {
            column
                .and_then(|at| fields.get(at))
                .map(|field| field.trim().to_owned())
        };
        let value = |column| value(column).filter(|field| !field.is_empty());
        let place = match (value(part), value(fold)) {
            (Some(part), None) => Place::Part(part),
            (None, Some(fold)) if part.is_none() => Place::Tested(fold),
            (Some(part), Some(fold)) => {
                let side = side_of(&part)
                    .ok_or_else(|| problem(path, *line, format!("`{part}` is none of train, validation and test")))?;
                Place::In(fold, side)
            }
            _ => continue,
        };
        rows.push((file.clone(), place));
    }
    if rows.is_empty() {
        return Err(problem(path, 1, "names no clip with its part".to_owned()));
    }
    Ok(rows)
}

/// A folder with a table for every part, and for those of every fold (`fold_1/x_train_fold_1.jsonl`, as EmoBox has them).
fn rows_of_folder(folder: &Path, test_part: &str) -> Result<Vec<(String, Place)>, CorpusError> {
    let found = walk(folder, FILES).map_err(|source| CorpusError::Io {
        path: folder.to_owned(),
        source,
    })?;
    let mut tables: BTreeMap<Option<u64>, Vec<(String, PathBuf)>> = BTreeMap::new();
    for file in found.files.into_iter().filter(|file| is_table_name(file)) {
        if let Some((part, fold)) = named(&file) {
            tables.entry(fold).or_default().push((part, file));
        }
    }
    let is_folds = tables.keys().any(Option::is_some);
    let mut rows = Vec::new();
    for (fold, of_fold) in tables.into_iter().filter(|(fold, _)| fold.is_some() == is_folds) {
        let (fold, whose) = match fold {
            Some(fold) => (fold.to_string(), format!("fold {fold} of {}", folder.display())),
            None => (String::new(), folder.display().to_string()),
        };
        let names = of_fold.iter().map(|(part, _)| part.as_str()).collect();
        let parts = Parts::of(&names, test_part, &whose, true)?;
        for (part, file) in &of_fold {
            if let Some(side) = parts.side(part) {
                let table = Table::read(file)?;
                let place = Place::In(fold.clone(), side);
                rows.extend(table.rows.into_iter().map(|(_, path, _)| (path, place.clone())));
            }
        }
    }
    if rows.is_empty() {
        let words = "has no table that is called train or test (x_train_fold_1.jsonl, train.csv) and names clips";
        return Err(problem(folder, 1, words.to_owned()));
    }
    Ok(rows)
}

/// The part, and the fold where it has one, that a table's name says: `ravdess_train_fold_1`, `emodb_test_fold1`, `dev`.
fn named(file: &Path) -> Option<(String, Option<u64>)> {
    let stem = file.file_stem()?.to_string_lossy().to_lowercase();
    let words: Vec<&str> = stem.split(|letter: char| !letter.is_alphanumeric()).collect();
    let part = words.iter().find(|word| side_of(word).is_some())?;
    let mut after = words.iter().skip_while(|word| !word.starts_with("fold"));
    let fold = after.next().map(|word| word.trim_start_matches("fold"));
    let fold = fold.and_then(|own| own.parse().ok().or_else(|| after.next()?.parse().ok()));
    Some(((*part).to_owned(), fold))
}

/// The rows of a table that name clips.
struct Table {
    headings: Vec<String>,
    /// Line, path and fields.
    rows: Vec<(u64, String, Vec<String>)>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, CorpusError> {
        let bytes = std::fs::read(path).map_err(|source| CorpusError::Io {
            path: path.to_owned(),
            source,
        })?;
        let read = records(path, &bytes).map_err(|words| problem(path, 1, words))?;
        let mut table = Self {
            headings: read.headings,
            rows: Vec::new(),
        };
        let column = table.column(&["path"]).or_else(|| table.column(&PATH_NAMES));
        let Some(column) = column else {
            let words = format!(
                "no column `path` (nor {}) among {}",
                PATH_NAMES.join(", "),
                listed(table.headings.iter().map(String::as_str))
            );
            return Err(problem(path, 1, words));
        };
        for record in read.records {
            let fields = record.fields.map_err(|words| problem(path, record.line, words))?;
            let text = |field: &[u8]| String::from_utf8_lossy(field).trim().to_owned();
            let fields: Vec<String> = fields.iter().map(text).collect();
            if let Some(file) = fields.get(column).filter(|file| !file.is_empty()) {
                table.rows.push((record.line, file.clone(), fields));
            }
        }
        Ok(table)
    }

    /// The first column of one of these names.
    fn column(&self, names: &[&str]) -> Option<usize> {
        let at = |name: &&str| {
            self.headings
                .iter()
                .position(|heading| heading.eq_ignore_ascii_case(name))
        };
        names.iter().find_map(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tables_name_says_part_and_fold() {
        for (name, expected) in [
            ("ravdess_train_fold_1.jsonl", Some(("train", Some(1)))),
            ("emodb_test_fold5.jsonl", Some(("test", Some(5)))),
            ("meld_valid_fold_1.jsonl", Some(("valid", Some(1)))),
            ("mer2023_test2_fold_1.jsonl", Some(("test2", Some(1)))),
            ("dev.csv", Some(("dev", None))),
            ("ravdess.jsonl", None),
            ("fold_1.csv", None),
        ] {
            let found = named(Path::new(name));
            let found = found.as_ref().map(|(part, fold)| (part.as_str(), *fold));
            assert_eq!(found, expected, "{name}");
        }
    }
}
