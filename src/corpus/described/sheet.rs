//! A table whose columns have names that its corpus gives them.

use super::super::CorpusError;
use super::super::table_columns::text;
use super::super::table_records::{Record, records};
use csv::ByteRecord;
use std::fs;
use std::path::{Path, PathBuf};

/// A table.
pub(super) struct Sheet {
    path: PathBuf,
    headings: Vec<String>,
    /// Its rows, with the line of each.
    pub rows: Vec<Record>,
}

impl Sheet {
    /// Reads a table.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(path: &Path) -> Result<Self, CorpusError> {
        let bytes = fs::read(path).map_err(|source| CorpusError::Io {
            path: path.to_path_buf(),
            source,
        })?;
        let read = records(path, &bytes).map_err(|problem| CorpusError::Table {
            path: path.to_path_buf(),
            line: 1,
            problem,
        })?;
        Ok(Self {
            path: path.to_path_buf(),
            headings: read.headings,
            rows: read.records,
        })
    }

    /// Where a column is; case does not matter.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.headings
            .iter()
            .position(|heading| heading.eq_ignore_ascii_case(name))
    }

    /// Where a column is that must be there.
    ///
    /// # Errors
    /// It is not.
    pub fn needed(&self, name: &str) -> Result<usize, CorpusError> {
        self.column(name).ok_or_else(|| CorpusError::Table {
            path: self.path.clone(),
            line: 1,
            problem: format!(
                "no column `{name}` among {}; take the table as it is published",
                self.headings.join(", ")
            ),
        })
    }
}

/// What a row states in a column that may not be there, trimmed; none where that is nothing.
pub(super) fn stated(row: &ByteRecord, column: Option<usize>) -> Option<&str> {
    text(row, column?)
}

/// A number that is one.
pub(super) fn number(text: &str) -> Option<f32> {
    text.parse().ok().filter(|number: &f32| number.is_finite())
}
