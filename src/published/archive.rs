//! Unpacking an archive of the form zip. All its names are looked at before anything is written; one that is no plain file
//! within the folder, or sizes that no sound has, refuse the archive as a whole.

use super::PublishedError;
use super::inside::inside;
use crate::download::DownloadError;
use crate::files::is_full;
use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zip::ZipArchive;
use zip::result::ZipError;

/// How many times its own size an archive may hold. Recordings are packed to a half or a third; a silent one to less.
const RATIO: u64 = 20;
/// Bytes that every archive may hold.
const SMALL: u64 = 64 << 20;
/// Bytes that are written at once.
const BLOCK: usize = 1 << 16;
/// The kind of a file within its mode in Unix.
const KIND: u32 = 0o170_000;
/// Of these the plain files.
const PLAIN: u32 = 0o100_000;

/// A file of an archive.
#[derive(Debug)]
struct Entry {
    index: usize,
    /// Below the folder.
    path: PathBuf,
    /// Bytes, as the archive states.
    size: u64,
}

/// Unpacks an archive into a folder that has nothing else in it. `watch` is told of bytes written and bytes in all, and
/// says whether to go on.
pub(super) fn unpack(
    archive: &Path,
    url: &str,
    folder: &Path,
    watch: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<(), PublishedError> {
    let wrong = |problem: String| PublishedError::Archive {
        url: url.to_owned(),
        problem,
    };
    let file = File::open(archive).map_err(PublishedError::of_file(archive))?;
    let length = file.metadata().map_err(PublishedError::of_file(archive))?.len();
    let mut zip = ZipArchive::new(file).map_err(|error| wrong(damage(&error)))?;
    let entries = entries(&mut zip).map_err(wrong)?;
    let needed = needed(&entries, length).map_err(wrong)?;
    let mut written = 0;
    for entry in &entries {
        let path = folder.join(&entry.path);
        let name = entry.path.display();
        let failed = |error: io::Error| match is_full(&error) || error.kind() == io::ErrorKind::FileTooLarge {
            true => PublishedError::Full {
                path: path.clone(),
                needed,
            },
            false => PublishedError::of_file(&path)(error),
        };
        if let Some(above) = path.parent() {
            fs::create_dir_all(above).map_err(failed)?;
        }
        // Never over what is there, and through no link.
        let mut file = File::create_new(&path).map_err(failed)?;
        let packed = zip
            .by_index(entry.index)
            .map_err(|error| wrong(format!("has `{name}`, which {}", damage(&error))))?;
        // One more shows that there is more than was stated.
        let mut packed = packed.take(entry.size.saturating_add(1));
        let (mut block, mut size) = (vec![0; BLOCK], 0);
        loop {
            if !watch(written + size, needed) {
                return Err(DownloadError::Cancelled.into());
            }
            let read = match packed.read(&mut block) {
                Ok(0) => break,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(wrong(format!("is damaged: `{name}` ({error})"))),
            };
            size += read as u64;
            if size > entry.size {
                return Err(wrong(format!(
                    "has `{name}`, which is longer than the {} bytes that it states",
                    entry.size
                )));
            }
            file.write_all(&block[..read]).map_err(failed)?;
        }
        if size < entry.size {
            return Err(wrong(format!(
                "has `{name}`, which is {size} bytes and not {}, as it states",
                entry.size
            )));
        }
        written += size;
    }
    match watch(needed, needed) {
        true => Ok(()),
        false => Err(DownloadError::Cancelled.into()),
    }
}

/// The plain files of an archive, or what it holds that must not be unpacked.
fn entries(zip: &mut ZipArchive<File>) -> Result<Vec<Entry>, String> {
    let mut entries = Vec::new();
    let (mut files, mut folders) = (HashMap::new(), HashSet::new());
    for index in 0..zip.len() {
        let entry = zip.by_index_raw(index).map_err(|error| damage(&error))?;
        let name = entry.name().map_err(|error| damage(&error))?.into_owned();
        let refused = |problem: &str| format!("has `{}`, which {problem}", name.escape_debug());
        let path = inside(&name).map_err(|problem| refused(&problem))?;
        if entry.is_symlink() {
            return Err(refused("is a link"));
        }
        let kind = entry.unix_mode().map_or(0, |mode| mode & KIND);
        let Some(path) = path.filter(|_| !entry.is_dir()) else {
            continue;
        };
        if !matches!(kind, 0 | PLAIN) {
            return Err(refused("is neither a file nor a folder"));
        }
        if entry.encrypted() {
            return Err(refused("is encrypted"));
        }
        // Where only the case differs, some file systems have room for one.
        let folded = path.to_string_lossy().to_lowercase();
        for above in Path::new(&folded).ancestors().skip(1) {
            folders.insert(above.to_owned());
        }
        if let Some(other) = files.insert(PathBuf::from(folded), name.clone()) {
            return Err(refused(&format!(
                "has the name of `{}`, but for the case",
                other.escape_debug()
            )));
        }
        let size = entry.size();
        entries.push(Entry { index, path, size });
    }
    if let Some((_, name)) = files.iter().find(|(path, _)| folders.contains(*path)) {
        return Err(format!("has `{}` both as a file and as a folder", name.escape_debug()));
    }
    match entries.is_empty() {
        true => Err("has no files in it".to_owned()),
        false => Ok(entries),
    }
}

/// The bytes of all its files; too many for an archive of this length are a mistake, or meant to fill the disk.
fn needed(entries: &[Entry], length: u64) -> Result<u64, String> {
    let sum = entries.iter().try_fold(0_u64, |sum, entry| sum.checked_add(entry.size));
    let most = length.saturating_mul(RATIO).max(SMALL);
    match sum.filter(|sum| *sum <= most) {
        Some(sum) => Ok(sum),
        None => Err(format!(
            "of {length} bytes would unpack to {}, which is more than {RATIO} times as many",
            sum.map_or_else(|| "countless bytes".to_owned(), |sum| format!("{sum} bytes"))
        )),
    }
}

/// What is wrong with an archive, in words.
fn damage(error: &ZipError) -> String {
    match error {
        ZipError::Io(error) => format!("is damaged ({error})"),
        ZipError::InvalidArchive(why) => format!("is no archive of the form zip, or damaged ({why})"),
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            format!("is packed in a way that is not read here ({error})")
        }
        other => format!("cannot be read ({other})"),
    }
}
