//! What one corpus offers: the files that may be clips, with the labels that names or a table give them.

use super::demographics::{Demographics, is_metadata};
use super::layouts::{Labels, SCHEMES, read_first, vote};
use super::table_reader::{is_table_name, read_table, tables_in};
use super::walk::walk;
use super::{Columns, CorpusError, CorpusSettings, Layout};
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A file that may be a clip.
#[derive(Debug)]
pub(super) struct Candidate {
    /// The file.
    pub path: PathBuf,
    /// Where a table names it (`line 12 of clips.csv`); a folder's files need no such word.
    pub line: Option<Line>,
    /// What it is labelled, or why it is not.
    pub labels: Result<Labels, String>,
}

/// A line of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line(u64);

/// A reason with the line that it concerns.
pub(super) fn at(line: Option<Line>, reason: String) -> String {
    match line {
        Some(Line(line)) => format!("line {line} of the table: {reason}"),
        None => reason,
    }
}

/// What one corpus offers.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// Every file that may be a clip.
    pub candidates: Vec<Candidate>,
    /// What is none without a look at its content.
    pub refused: Vec<(PathBuf, String)>,
    /// Whether a name stands for one recording, as in all published schemes: a second file of that
    /// name is a copy.
    pub names_are_unique: bool,
}

/// Finds what a corpus offers. Under [`Layout::Auto`] each file is read by the first scheme that
/// understands its name, those that name most files first, so that a mixed folder is no trouble; a
/// folder that follows no scheme may hold a table; a CSV or TSV file is one.
///
/// # Errors
/// A folder or table that cannot be read, a folder that nothing recognises.
pub(super) fn source(corpus: &CorpusSettings) -> Result<Source, CorpusError> {
    let path = &corpus.path;
    if corpus.layout == Layout::Table || (corpus.layout == Layout::Auto && is_table_name(path) && path.is_file()) {
        let tables = if path.is_dir() {
            tables_in(path)
        } else {
            vec![path.clone()]
        };
        if tables.is_empty() {
            let problem = "a folder without a table of clips; name the CSV or TSV file itself".to_owned();
            return Err(CorpusError::Table {
                path: path.clone(),
                line: 1,
                problem,
            });
        }
        return from_tables(&tables, &corpus.columns);
    }
    let found = walk(path, usize::MAX).map_err(|source| CorpusError::Io {
        path: path.clone(),
        source,
    })?;
    let mut files = found.files;
    files.retain(|file| !is_metadata(file));
    let schemes = match corpus.layout {
        Layout::Auto => {
            let votes = vote(files.iter().map(|file| beneath(file, path)));
            if votes.is_empty() {
                let tables = tables_in(path);
                if tables.is_empty() {
                    return Err(CorpusError::Unrecognised { path: path.clone() });
                }
                return from_tables(&tables, &corpus.columns);
            }
            by_votes(&votes)
        }
        scheme => vec![scheme],
    };
    let mut refused = found.unreadable;
    let demographics = if schemes.contains(&Layout::CremaD) {
        demographics(corpus, &mut refused)?
    } else {
        None
    };
    let candidates = files.into_iter().map(|file| {
        let labels = read_first(&schemes, beneath(&file, path)).map(|(scheme, mut labels)| {
            labels.scheme = Some(scheme);
            if scheme == Layout::CremaD {
                let stated = demographics.as_ref().is_some_and(|table| table.complete(&mut labels));
                labels.completed = !stated && Demographics::published().complete(&mut labels);
            }
            labels
        });
        Candidate {
            path: file,
            line: None,
            labels,
        }
    });
    Ok(Source {
        candidates: candidates.collect(),
        refused,
        names_are_unique: true,
    })
}

/// The schemes that name most files first, then all others.
fn by_votes(votes: &[(Layout, usize)]) -> Vec<Layout> {
    let mut schemes: Vec<Layout> = votes.iter().map(|(scheme, _)| *scheme).collect();
    schemes.extend(
        SCHEMES
            .iter()
            .copied()
            .filter(|scheme| votes.iter().all(|(voted, _)| voted != scheme)),
    );
    schemes
}

/// The path below the corpus folder, with that folder's own name in front: `DC/a01.wav` differs from
/// its folder even when the folder itself is the corpus.
fn beneath<'a>(file: &'a Path, top: &Path) -> &'a Path {
    file.strip_prefix(top.parent().unwrap_or(top)).unwrap_or(file)
}

/// The table that the settings name must be right; one that merely lies around is refused when it is not.
fn demographics(
    corpus: &CorpusSettings,
    refused: &mut Vec<(PathBuf, String)>,
) -> Result<Option<Demographics>, CorpusError> {
    if let Some(named) = &corpus.demographics {
        return Demographics::read(named).map(Some);
    }
    let Some(found) = Demographics::find(&corpus.path) else {
        return Ok(None);
    };
    match Demographics::read(&found) {
        Ok(demographics) => Ok(Some(demographics)),
        Err(error) => {
            refused.push((found, format!("not used for age and sex: {error}")));
            Ok(None)
        }
    }
}

fn from_tables(tables: &[PathBuf], columns: &Columns) -> Result<Source, CorpusError> {
    let mut source = Source::default();
    let mut seen: HashMap<PathBuf, u64> = HashMap::new();
    for table in tables {
        for row in read_table(table, columns)? {
            let line = Some(Line(row.line));
            if row.path.as_os_str().is_empty() {
                let reason = row.labels.err().unwrap_or_default();
                source.refused.push((table.clone(), at(line, reason)));
            } else if let Some(first) = seen.get(&row.path) {
                source
                    .refused
                    .push((row.path, at(line, format!("listed before, in line {first}"))));
            } else {
                seen.insert(row.path.clone(), row.line);
                source.candidates.push(Candidate {
                    path: row.path,
                    line,
                    labels: row.labels,
                });
            }
        }
    }
    Ok(source)
}
