//! What a corpus offers, by its layout.

use super::demographics::is_metadata;
use super::described;
use super::folder::Folder;
use super::source::{Source, from_tables};
use super::table_records::is_table_name;
use super::walk::walk;
use super::{CorpusError, CorpusSettings, Layout};

/// Finds what a corpus offers, by its layout; of a folder under [`Layout::Auto`] it is found out.
///
/// # Errors
/// A folder or table that cannot be read, a folder that nothing recognises.
pub(super) fn source(corpus: &CorpusSettings) -> Result<Source, CorpusError> {
    let path = &corpus.path;
    if matches!(corpus.layout, Layout::Auto | Layout::Table) && is_table_name(path) && !path.is_dir()
        || corpus.layout == Layout::Table && path.is_file()
    {
        let source = from_tables(std::slice::from_ref(path), &corpus.columns)?;
        let layout = "the table that the settings name".to_owned();
        return Ok(Source { layout, ..source });
    }
    let mut found = walk(path, usize::MAX).map_err(|source| CorpusError::Io {
        path: path.clone(),
        source,
    })?;
    found.files.retain(|file| !is_metadata(file));
    let described = match corpus.layout {
        Layout::Auto => described::recognise(path),
        layout => Some(layout),
    };
    let described = described.map(|layout| CorpusSettings {
        layout,
        ..corpus.clone()
    });
    if let Some(read) = described.and_then(|corpus| described::source(&corpus, &found)) {
        return read;
    }
    let mut folder = Folder::of(corpus, found);
    match corpus.layout {
        Layout::Auto => folder.recognised(),
        Layout::Table => folder.by_its_table(),
        Layout::Folders => folder.by_its_folders(),
        Layout::Pattern => folder.by_pattern(),
        scheme => {
            let layout = format!("the names of {}, as the settings say", scheme.title());
            folder.by_names(&[scheme], layout)
        }
    }
}
