//! Where a corpus grows until it is whole: a hidden folder beside the one that it will have, so that no scan finds half
//! a corpus.

use super::PublishedError;
use crate::file_lock::{self, Attempt, FileLock};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// `.NAME.incomplete` beside the folder that a corpus will have; one process has it at a time.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    target: PathBuf,
    _lock: FileLock,
}

impl Place {
    /// Makes it, or takes up what an earlier attempt has left.
    pub fn take(data: &Path, name: &str) -> Result<Self, PublishedError> {
        let (folder, target) = (data.join(format!(".{name}.incomplete")), data.join(name));
        absent(&target)?;
        fs::create_dir_all(&folder).map_err(PublishedError::of_file(&folder))?;
        let path = folder.join("lock");
        let attempt = file_lock::open(&path).and_then(|file| FileLock::attempt(file, &path));
        let lock = match attempt.map_err(PublishedError::of_file(&path))? {
            Attempt::Taken(lock) => lock,
            Attempt::Held | Attempt::Substituted(_) => return Err(PublishedError::Busy { path: folder }),
        };
        // Another process may have been done with it meanwhile.
        absent(&target)?;
        Ok(Self {
            folder,
            target,
            _lock: lock,
        })
    }

    /// What becomes the folder of the corpus.
    pub fn content(&self) -> PathBuf {
        self.folder.join("content")
    }

    /// A file that is of no use once the corpus is whole.
    pub fn aside(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Empties the folder of the corpus.
    pub fn clear(&self) -> Result<(), PublishedError> {
        let content = self.content();
        match fs::remove_dir_all(&content) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(PublishedError::of_file(&content)(error)),
            _ => fs::create_dir_all(&content).map_err(PublishedError::of_file(&content)),
        }
    }

    /// Gives the folder its name and removes the rest.
    pub fn finish(self) -> Result<PathBuf, PublishedError> {
        absent(&self.target)?;
        fs::rename(self.content(), &self.target).map_err(PublishedError::of_file(&self.target))?;
        // The corpus is whole; what is left here is only rubbish.
        let _ = fs::remove_dir_all(&self.folder);
        Ok(self.target)
    }
}

fn absent(path: &Path) -> Result<(), PublishedError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Err(PublishedError::Exists { path: path.to_owned() }),
        Err(_) => Ok(()),
    }
}
