//! Whether a file is still the one that was looked at.

use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::UNIX_EPOCH;
use std::{fs, io};

/// Size and time of change; a file with the same stamp is taken to be unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    size: u64,
    /// Nanoseconds since 1970, negative before.
    modified: i64,
}

impl Stamp {
    /// Looks at a file, through links.
    ///
    /// # Errors
    /// What the file system says; a folder, pipe or device is an error too, for reading one may never end.
    pub fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        if !metadata.is_file() {
            return Err(io::Error::other("not a file"));
        }
        let modified = match metadata.modified()?.duration_since(UNIX_EPOCH) {
            Ok(since) => since.as_nanos() as i64,
            Err(before) => -(before.duration().as_nanos() as i64),
        };
        Ok(Self {
            size: metadata.len(),
            modified,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::time::Duration;

    #[test]
    fn size_and_time_make_the_stamp() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let at = |seconds: u64, content: &str| {
            fs::write(&path, content).unwrap();
            let file = File::options().write(true).open(&path).unwrap();
            file.set_modified(UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
            Stamp::of(&path).unwrap()
        };
        let first = at(1000, "abc");
        assert_eq!(first, at(1000, "xyz"));
        assert_ne!(first, at(1001, "abc"));
        assert_ne!(first, at(1000, "abcd"));
    }

    #[test]
    fn folders_have_no_stamp() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Stamp::of(folder.path()).is_err());
    }
}
