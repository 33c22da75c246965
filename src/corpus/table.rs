//! The table of clips for other tools; the `table` layout reads it back.

use super::{Catalogue, CorpusError};
use std::path::Path;

/// Writes one row per clip (CSV, or TSV when `path` ends in `.tsv`): path, labels, header facts and
/// sample facts where known. Returns the number of rows.
///
/// # Errors
/// What the file system says.
pub fn export(_catalogue: &Catalogue, _path: &Path) -> Result<usize, CorpusError> {
    unimplemented!()
}
