//! A file that is not complete yet, and the mark by which the server knows it again.

use super::DownloadError;
use crate::files;
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Seek, Write};
use std::path::{Path, PathBuf};

/// A file that is not complete yet: `NAME.incomplete` beside the place that it will have, with `NAME.incomplete.etag`
/// where only that tells whether the server still has the same one.
#[derive(Debug)]
pub(super) struct Partial {
    pub(super) path: PathBuf,
    file: File,
    length: u64,
}

impl Partial {
    /// What there is of the file that will lie at `path`.
    pub(super) fn open(path: &Path) -> Result<Self, DownloadError> {
        let path = beside(path, ".incomplete");
        let opened = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .and_then(|mut file| Ok((file.seek(io::SeekFrom::End(0))?, file)));
        match opened {
            Ok((length, file)) => Ok(Self { path, file, length }),
            Err(error) => Err(failed(&path, &error, None)),
        }
    }

    /// Bytes that have arrived.
    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Puts more bytes to it; `missing` are to come, where that is known.
    pub(super) fn append(&mut self, bytes: &[u8], missing: Option<u64>) -> Result<(), DownloadError> {
        if let Err(error) = self.file.write_all(bytes) {
            // Part of them may be there.
            self.length = self.file.stream_position().unwrap_or(self.length);
            return Err(failed(&self.path, &error, missing));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Begins anew, with a file that the server knows by this mark.
    pub(super) fn restart(&mut self, mark: Option<&str>) -> Result<(), DownloadError> {
        if self.length > 0 {
            let emptied = self.file.set_len(0).and_then(|()| self.file.rewind());
            emptied.map_err(|error| failed(&self.path, &error, None))?;
            self.length = 0;
        }
        let path = self.mark_path();
        let marked = match mark {
            Some(mark) => files::replace(&path, mark.as_bytes()),
            None => remove(&path),
        };
        marked.map_err(|error| failed(&path, &error, None))
    }

    /// The mark by which the server knows it.
    pub(super) fn mark(&self) -> Option<String> {
        fs::read_to_string(self.mark_path()).ok()
    }

    /// Gives it its name.
    pub(super) fn finish(self, path: &Path) -> Result<(), DownloadError> {
        let _ = remove(&self.mark_path());
        let named = self.file.sync_all().and_then(|()| fs::rename(&self.path, path));
        named.map_err(|error| failed(path, &error, None))
    }

    /// Removes it.
    pub(super) fn discard(self) -> Result<(), DownloadError> {
        let _ = remove(&self.mark_path());
        remove(&self.path).map_err(|error| failed(&self.path, &error, None))
    }

    fn mark_path(&self) -> PathBuf {
        beside(&self.path, ".etag")
    }
}

/// The length that the part of a file has, which another process may be at.
pub(super) fn length_beside(path: &Path) -> u64 {
    fs::metadata(beside(path, ".incomplete")).map_or(0, |metadata| metadata.len())
}

/// What the file system says of a file that is written.
pub(super) fn failed(path: &Path, error: &io::Error, missing: Option<u64>) -> DownloadError {
    let path = path.to_owned();
    if files::is_full(error) || error.kind() == io::ErrorKind::FileTooLarge {
        return DownloadError::Full { path, missing };
    }
    let remedy = match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "it must be possible to write there; choose another folder"
        }
        _ => "it must be possible to write there",
    };
    DownloadError::File {
        path,
        problem: format!("{error}; {remedy}"),
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
