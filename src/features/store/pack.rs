//! One packed file: records appended under a lock, read from a map.

use super::header;
use super::record::{ALIGNMENT, Label, Layout};
use crate::features::Extracted;
use crate::file_lock::FileLock;
use crate::files;
use memmap2::{Mmap, MmapOptions};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

/// How often a pack that others replace while it is opened is opened again.
const ATTEMPTS: usize = 10;

/// One packed file.
#[derive(Debug)]
pub(super) struct Pack {
    layout: Layout,
    path: PathBuf,
    file: File,
    state: RwLock<State>,
}

/// What this process knows of the file.
#[derive(Debug)]
struct State {
    /// Where a content's newest record is, and its size (bytes).
    index: HashMap<u128, Place>,
    /// The end of what was looked at.
    end: usize,
    map: Option<Arc<Mmap>>,
}

/// Where a record begins, and its size (bytes).
type Place = (usize, usize);

impl Default for State {
    fn default() -> Self {
        Self {
            index: HashMap::new(),
            end: header::SIZE,
            map: None,
        }
    }
}

impl Pack {
    /// Opens the pack, made if missing. One whose header is not the wanted one, for it is damaged, is
    /// replaced by an empty one; whoever has it open keeps what he has.
    ///
    /// # Errors
    /// What the file system says. A pack that may only be read is opened all the same.
    pub fn open(path: &Path, header: &[u8], layout: Layout) -> io::Result<Self> {
        for _ in 0..ATTEMPTS {
            let file = open(path)?;
            if begins_with(&file, header) || settle(path, &file, header)? {
                let pack = Self {
                    layout,
                    path: path.to_owned(),
                    file,
                    state: RwLock::default(),
                };
                pack.catch_up(&mut pack.write(), false)?;
                return Ok(pack);
            }
        }
        Err(io::Error::other("other processes keep replacing it"))
    }

    /// What is kept for this content; nothing when absent or damaged, and then it can be appended again.
    pub fn get(&self, content: u128) -> Option<Extracted> {
        let (place, map) = self.find(content)?;
        let bytes = map.get(place.0..)?.get(..place.1)?;
        let found = self.layout.read(content, bytes);
        if found.is_none() {
            let mut state = self.write();
            if state.index.get(&content) == Some(&place) {
                state.index.remove(&content);
            }
        }
        found
    }

    /// Appends a record, unless the content has one already.
    ///
    /// # Errors
    /// What the file system says; what was written of the record is taken away again.
    pub fn append(&self, content: u128, record: &[u8]) -> io::Result<()> {
        let mut state = self.write();
        let _lock = FileLock::wait(&self.file, &self.path)?;
        self.append_locked(&mut state, content, record)
    }

    fn append_locked(&self, state: &mut State, content: u128, record: &[u8]) -> io::Result<()> {
        self.catch_up(state, true)?;
        if state.index.contains_key(&content) {
            return Ok(());
        }
        let end = state.end as u64;
        if self.file.metadata()?.len() > end {
            // The part of a record that a killed process left.
            self.file.set_len(end)?;
        }
        if let Err(error) = self.file.write_all_at(record, end) {
            // If this fails too, whoever appends next takes it away.
            let _ = self.file.set_len(end);
            return Err(error);
        }
        state.index.insert(content, (state.end, record.len()));
        state.end += record.len();
        Ok(())
    }

    /// The record of a content, and a map that holds it.
    fn find(&self, content: u128) -> Option<(Place, Arc<Mmap>)> {
        let covers = |map: &Mmap, place: Place| map.len() >= place.0 + place.1;
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if let (Some(&place), Some(map)) = (state.index.get(&content), &state.map)
            && covers(map, place)
        {
            return Some((place, Arc::clone(map)));
        }
        drop(state);
        let mut state = self.write();
        self.catch_up(&mut state, false).ok()?;
        let place = *state.index.get(&content)?;
        let map = match &state.map {
            Some(map) if covers(map, place) => Arc::clone(map),
            _ => Arc::new(map(&self.file, state.end).ok()?),
        };
        state.map = Some(Arc::clone(&map));
        Some((place, map))
    }

    /// Takes note of the whole records that were appended since, by whomever.
    fn catch_up(&self, state: &mut State, locked: bool) -> io::Result<()> {
        let length = self.length()?;
        if length < state.end {
            // Nobody who keeps to the rules makes a pack shorter: nothing that was known of it holds.
            *state = State::default();
        }
        let found = walk(&self.file, self.layout, state.end..length)?;
        if found.is_damaged && !locked {
            // Behind it there may be more; or it is no damage, but what another process is writing right now.
            let _lock = FileLock::wait(&self.file, &self.path)?;
            return self.catch_up(state, true);
        }
        state.index.extend(found.records);
        state.end = found.end;
        Ok(())
    }

    fn length(&self) -> io::Result<usize> {
        usize::try_from(self.file.metadata()?.len()).map_err(io::Error::other)
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What lies in a part of a file.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The whole records by content, in their order.
    pub records: Vec<(u128, Place)>,
    /// Where the next record belongs; what lies behind it is torn.
    end: usize,
    /// Whether anything was passed over that says not how far it goes.
    is_damaged: bool,
}

/// The records in a part of a file that begins with one. Behind a head that is damaged the next one is looked for.
///
/// # Errors
/// What the file system says.
pub(super) fn walk(file: &File, layout: Layout, part: Range<usize>) -> io::Result<Walk> {
    let mut found = Walk::default();
    let mut head = vec![0; layout.label_size()];
    let mut at = part.start;
    while at + head.len() <= part.end {
        file.read_exact_at(&mut head, at as u64)?;
        match layout.label(&head) {
            Label::Of(_, size) | Label::Foreign(size) if size > part.end - at => break,
            Label::Of(content, size) => {
                found.records.push((content, (at, size)));
                at += size;
            }
            Label::Foreign(size) => at += size,
            Label::Damaged => {
                found.is_damaged = true;
                at += ALIGNMENT;
            }
        }
    }
    found.end = at;
    Ok(found)
}

/// To be read and written, or only read where no more is allowed.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match options.read(true).write(true).create(true).truncate(false).open(path) {
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            File::open(path).map_err(|_| error)
        }
        opened => opened,
    }
}

fn begins_with(file: &File, header: &[u8]) -> bool {
    let mut bytes = [0; header::SIZE];
    file.read_exact_at(&mut bytes, 0).is_ok() && bytes[..] == *header
}

/// Writes the header of a new pack, or puts a new pack in the place of a damaged one. Says whether `file` is
/// the pack now; otherwise it is to be opened again.
fn settle(path: &Path, file: &File, header: &[u8]) -> io::Result<bool> {
    let _lock = FileLock::wait(file, path)?;
    if begins_with(file, header) {
        return Ok(true);
    }
    if file.metadata()?.len() < header.len() as u64 {
        // New, or left by a process that was killed right here: there is no record yet.
        file.set_len(0)?;
        if let Err(error) = file.write_all_at(header, 0) {
            let _ = file.set_len(0);
            return Err(error);
        }
        return Ok(true);
    }
    // Unless another process has done so meanwhile.
    if !File::open(path).is_ok_and(|current| begins_with(&current, header)) {
        files::replace(path, header)?;
    }
    Ok(false)
}

/// A map of the first `length` bytes.
#[allow(unsafe_code)]
fn map(file: &File, length: usize) -> io::Result<Mmap> {
    // SAFETY: a map is unsound when its bytes change, and ends the process when they go. Only whole records
    // are mapped, and a whole record is never written again: appending begins behind the last one. A pack is
    // made shorter under the lock only, by the part of a record behind the last whole one or while it has no
    // record at all, neither of which is ever mapped; a damaged pack is replaced by renaming and a cleared one
    // is unlinked, both of which leave the mapped file as it is.
    unsafe { MmapOptions::new().len(length).map(file) }
}
