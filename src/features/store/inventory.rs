//! What lies in the folder of a store, of whatever recipe and version.

use super::header::{self, Header};
use super::pack::walk;
use super::record::Layout;
use crate::features::{FEATURE_VERSION, Recipe};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// One pack as it lies on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct PackSummary {
    /// Where.
    pub path: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// What it holds; nothing when its header is damaged.
    pub contents: Option<PackContents>,
    /// Whether this program would read it, given its recipe.
    pub current: bool,
}

/// What a pack holds.
#[derive(Debug, Clone, PartialEq)]
pub struct PackContents {
    /// Of which corpus.
    pub corpus: String,
    /// Number of records.
    pub records: usize,
    key: u64,
    family: u64,
}

impl PackContents {
    /// Whether they were made by this recipe, which may be one without a length of its own.
    pub fn made_by(&self, recipe: &Recipe) -> bool {
        [self.key, self.family].contains(&recipe.key())
    }
}

/// The packs in a store's folder, by path; none when there is no folder.
///
/// # Errors
/// What the file system says.
pub fn inventory(folder: &Path) -> io::Result<Vec<PackSummary>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut packs = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "pack") {
            packs.push(look(path)?);
        }
    }
    packs.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(packs)
}

fn look(path: PathBuf) -> io::Result<PackSummary> {
    let file = File::open(&path)?;
    let bytes = file.metadata()?.len();
    let mut head = Vec::with_capacity(header::SIZE);
    (&file).take(header::SIZE as u64).read_to_end(&mut head)?;
    let header = Header::read(&head);
    let current = header.as_ref().is_some_and(|header| header.version == FEATURE_VERSION);
    let contents = header.map(|header| {
        Ok::<_, io::Error>(PackContents {
            records: count(&file, bytes, &header)?,
            corpus: header.corpus,
            key: header.key,
            family: header.family,
        })
    });
    let contents = contents.transpose()?;
    Ok(PackSummary {
        path,
        bytes,
        contents,
        current,
    })
}

fn count(file: &File, bytes: u64, header: &Header) -> io::Result<usize> {
    let layout = Layout::new(header.shape, header.key, header.version);
    match header.shape.0 {
        0 => {
            let length = usize::try_from(bytes).map_err(io::Error::other)?;
            Ok(walk(file, layout, header::SIZE..length)?.records.len())
        }
        frames => Ok(bytes.saturating_sub(header::SIZE as u64) as usize / layout.size(frames)),
    }
}
