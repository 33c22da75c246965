//! Files that are replaced whole or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path` so that a reader, or a crash at any moment, sees the old file or the
/// new one and never a mixture: a temporary file beside it, flushed to disk, renamed over it.
///
/// # Errors
/// Whatever the file system says; the temporary file is removed and the old file untouched.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let temporary = temporary_beside(path);
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one worth reporting; what is left here is only rubbish.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Whether there is no room left: on the disk, or in what the user may take of it.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Bytes of a file, or of all files below a folder; nothing where there is none, links are not followed.
///
/// # Errors
/// What of it cannot be read.
pub fn size(path: &Path) -> io::Result<u64> {
    let missing_is_nothing = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Ok(0),
        _ => Err(error),
    };
    match fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => match fs::read_dir(path) {
            Ok(mut entries) => entries.try_fold(0, |sum, entry| Ok(sum + size(&entry?.path())?)),
            Err(error) => missing_is_nothing(error),
        },
        Ok(metadata) => Ok(metadata.len()),
        Err(error) => missing_is_nothing(error),
    }
}

/// A name beside `path` that no other call has, of this process or of another one on any machine, for a file being
/// written.
pub fn temporary_beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{:016x}.tmp", rand::random::<u64>()));
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replacing_leaves_the_new_content_and_no_rubbish() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        replace(&path, b"one").unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_failed_replacement_keeps_what_was_there() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("taken");
        fs::create_dir(&target).unwrap();
        fs::write(target.join("inside"), b"kept").unwrap();
        assert!(replace(&target, b"new").is_err());
        assert_eq!(fs::read(target.join("inside")).unwrap(), b"kept");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
