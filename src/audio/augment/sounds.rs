//! Folders of sounds to draw from.

use crate::audio::{AudioError, decode, promises_sound, resample};
use crate::random::Stream;
use rand::RngExt;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Samples kept decoded (256 MiB); what is beyond is decoded again when it is drawn.
const KEPT: usize = 1 << 26;

/// What is known of the folders so far. It only saves reading them again: what is drawn depends on the files
/// and on the stream alone.
static BANK: LazyLock<Mutex<Bank>> = LazyLock::new(Mutex::default);

#[derive(Default)]
struct Bank {
    folders: HashMap<PathBuf, Arc<Vec<PathBuf>>>,
    sounds: HashMap<(PathBuf, u32), Arc<Vec<f32>>>,
    kept: usize,
}

/// One of the folder's sound files (those below it count too), as samples at `rate`.
pub(super) fn draw(folder: &Path, rate: u32, draw: &mut Stream) -> Result<Arc<Vec<f32>>, AudioError> {
    let files = files(folder)?;
    let path = &files[draw.random_range(0..files.len())];
    let key = (path.clone(), rate);
    if let Some(sound) = bank(|bank| bank.sounds.get(&key).cloned()) {
        return Ok(sound);
    }
    let sound = Arc::new(resample(&decode(path)?.wave, rate)?.samples);
    bank(|bank| {
        if bank.kept + sound.len() <= KEPT && bank.sounds.insert(key, Arc::clone(&sound)).is_none() {
            bank.kept += sound.len();
        }
    });
    Ok(sound)
}

fn bank<T>(work: impl FnOnce(&mut Bank) -> T) -> T {
    work(&mut BANK.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The sound files below a folder, in order of their names; at least one.
fn files(folder: &Path) -> Result<Arc<Vec<PathBuf>>, AudioError> {
    if let Some(files) = bank(|bank| bank.folders.get(folder).cloned()) {
        return Ok(files);
    }
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(path) = folders.pop() {
        let io = |source| AudioError::Io {
            path: path.clone(),
            source,
        };
        for entry in path.read_dir().map_err(io)? {
            let entry = entry.map_err(io)?;
            // A link to a folder is not followed: it may lead in a circle.
            if entry.file_type().map_err(io)?.is_dir() {
                folders.push(entry.path());
            } else if promises_sound(&entry.path()) {
                files.push(entry.path());
            }
        }
    }
    if files.is_empty() {
        return Err(AudioError::Augmentation(format!(
            "{}: holds no sound files; put some there or name another folder",
            folder.display()
        )));
    }
    files.sort();
    let files = Arc::new(files);
    bank(|bank| bank.folders.insert(folder.to_owned(), Arc::clone(&files)));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn a_folder_without_sounds_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "no sound").unwrap();
        let random = &mut stream(1, "test", 0);
        let message = draw(folder.path(), 8_000, random).unwrap_err().to_string();
        assert!(message.contains("holds no sound files"), "{message}");
        let missing = folder.path().join("missing");
        let message = draw(&missing, 8_000, random).unwrap_err().to_string();
        assert!(message.contains("missing"), "{message}");
    }
}
