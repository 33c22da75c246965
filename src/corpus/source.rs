//! What one corpus offers: the files that may be clips, with the labels that names or a table give them.

use super::crema_d_votes::CremaDVotes;
use super::demographics::Demographics;
use super::layouts::folders::is_part_of_a_split;
use super::layouts::{Labels, read_first};
use super::table_reader::read_table;
use super::{Columns, CorpusError, CorpusSettings, Layout};
use std::borrow::Cow;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    number: u64,
    /// Where the corpus has several tables.
    table: Option<Arc<str>>,
}

impl Line {
    /// A line, of a table that must be told from others where it is named.
    pub fn of(number: u64, table: Option<Arc<str>>) -> Self {
        Self { number, table }
    }
}

impl fmt::Display for Line {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.table {
            Some(table) => write!(formatter, "line {} of {table}", self.number),
            None => write!(formatter, "line {}", self.number),
        }
    }
}

/// A reason with the line that it concerns.
pub(super) fn at(line: Option<&Line>, reason: String) -> String {
    match line {
        Some(line @ Line { table: Some(_), .. }) => format!("{line}: {reason}"),
        Some(line) => format!("{line} of the table: {reason}"),
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
    /// What labels them and why, as [`Reading::layout`](super::Reading::layout).
    pub layout: String,
    /// What else is to be said, as [`Reading::notes`](super::Reading::notes).
    pub notes: Vec<String>,
}

/// The files of a folder, read by the first of `schemes` that understands a name.
///
/// # Errors
/// A table of speakers that the settings name and that cannot be used; a pattern that cannot.
pub(super) fn from_names(
    corpus: &CorpusSettings,
    files: impl Iterator<Item = PathBuf>,
    schemes: &[Layout],
) -> Result<Source, CorpusError> {
    let mut refused = Vec::new();
    let (demographics, votes) = if schemes.contains(&Layout::CremaD) {
        (demographics(corpus, &mut refused)?, crema_d_votes(corpus, &mut refused))
    } else {
        (None, None)
    };
    let pattern = match schemes {
        [Layout::Pattern] => Some(corpus.name_pattern()?),
        _ => None,
    };
    let read = |name: &Path| match &pattern {
        Some(pattern) => {
            let labels = pattern.read(name).map_err(|refusal| refusal.words(Layout::Pattern));
            labels.map(|labels| (Layout::Pattern, labels))
        }
        None => read_first(schemes, name),
    };
    let candidates = files.map(|file| {
        let labels = read(beneath(&file, &corpus.path)).map(|(scheme, mut labels)| {
            labels.scheme = Some(scheme);
            labels.given_split = labels.given_split.or_else(|| part_below(&corpus.path, &file));
            if scheme == Layout::CremaD {
                let stated = demographics.as_ref().is_some_and(|table| table.complete(&mut labels));
                labels.completed = !stated && Demographics::published().complete(&mut labels);
                if let Some(votes) = &votes {
                    votes.complete(&file, &mut labels);
                }
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
        names_are_unique: !matches!(schemes, [Layout::Folders | Layout::Pattern]),
        ..Source::default()
    })
}

/// The path below the corpus folder, with that folder's own name in front: `DC/a01.wav` differs from
/// its folder even when the folder itself is the corpus.
pub(super) fn beneath<'a>(file: &'a Path, top: &Path) -> &'a Path {
    file.strip_prefix(top.parent().unwrap_or(top)).unwrap_or(file)
}

/// The part of a given split that a file lies in: the folder directly below `top`, where it is called like one.
fn part_below(top: &Path, file: &Path) -> Option<String> {
    let mut parts = file.strip_prefix(top).ok()?.components();
    let first = parts.next()?.as_os_str().to_string_lossy();
    (parts.next().is_some() && is_part_of_a_split(&first)).then(|| first.into_owned())
}

/// The part of a given split that a table is of, by its own name or its folder's.
fn part_of(table: &Path) -> Option<String> {
    let names = [table.file_stem(), table.parent().and_then(Path::file_name)];
    let mut names = names.into_iter().flatten().map(|name| name.to_string_lossy());
    names.find(|name| is_part_of_a_split(name)).map(Cow::into_owned)
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

fn crema_d_votes(corpus: &CorpusSettings, refused: &mut Vec<(PathBuf, String)>) -> Option<CremaDVotes> {
    let found = CremaDVotes::find(&corpus.path)?;
    match CremaDVotes::read(&found) {
        Ok(votes) => Some(votes),
        Err(error) => {
            refused.push((found, format!("not used for the listeners' votes: {error}")));
            None
        }
    }
}

/// The rows of tables, which are one corpus. A row without a split is of the part that one of several tables, or a folder
/// beside it, is called by.
///
/// # Errors
/// A table that cannot be read or lacks a column.
pub(super) fn from_tables(tables: &[PathBuf], columns: &Columns) -> Result<Source, CorpusError> {
    let mut source = Source::default();
    for table in tables {
        let name: Option<Arc<str>> = (tables.len() > 1).then(|| table.display().to_string().into());
        let part = (tables.len() > 1).then(|| part_of(table)).flatten();
        let folder = table.parent().unwrap_or(Path::new(""));
        for row in read_table(table, columns)? {
            let line = Line {
                number: row.line,
                table: name.clone(),
            };
            if row.path.as_os_str().is_empty() {
                let reason = row.labels.err().unwrap_or_default();
                source.refused.push((table.clone(), at(Some(&line), reason)));
            } else {
                let labels = row.labels.map(|mut labels| {
                    let given = labels.given_split.take().or_else(|| part.clone());
                    labels.given_split = given.or_else(|| part_below(folder, &row.path));
                    labels
                });
                source.candidates.push(Candidate {
                    path: row.path,
                    line: Some(line),
                    labels,
                });
            }
        }
    }
    Ok(source)
}
