//! What can go wrong with getting a published corpus.

use crate::download::DownloadError;
use std::io;
use std::path::{Path, PathBuf};

/// What can go wrong with getting a published corpus.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// It is not for everyone to fetch.
    #[error("{title} is not fetched by this program: {page}: {how}")]
    ByHand {
        /// The corpus.
        title: String,
        /// Where it is to be had.
        page: String,
        /// What is to be done there.
        how: String,
    },
    /// Its folder is there already.
    #[error("{}: is there already, and nothing is written over it; rename it or remove it to get the corpus anew", path.display())]
    Exists {
        /// The folder.
        path: PathBuf,
    },
    /// Another process is at it.
    #[error("{}: another process is getting this corpus; wait for it, or stop it", path.display())]
    Busy {
        /// Where what has arrived lies.
        path: PathBuf,
    },
    /// An archive that is damaged, or that holds what no corpus should.
    #[error("{url}: the archive {problem}; nothing of it was kept, try again or get it by hand")]
    Archive {
        /// Where it came from.
        url: String,
        /// Which entry, and what is wrong with it.
        problem: String,
    },
    /// A list of files that makes no sense.
    #[error("{url}: the list of files {problem}; try again later or get the corpus by hand")]
    Listing {
        /// Where it came from.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// There is no room left for what is unpacked.
    #[error("{}: no room left on the disk or in the quota to unpack {needed} bytes; the archive is kept, make room and the same command goes on from there", path.display())]
    Full {
        /// Where it was to lie.
        path: PathBuf,
        /// Bytes of all its files.
        needed: u64,
    },
    /// A file or folder that cannot be read or written.
    #[error("{}: {problem}; it must be possible to write there: `data` names another folder", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What the file system says.
        problem: io::Error,
    },
    /// What cannot be fetched.
    #[error(transparent)]
    Download(#[from] DownloadError),
}

impl PublishedError {
    /// What the file system says of a file or folder.
    pub(super) fn of_file(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |problem| Self::File { path, problem }
    }
}
