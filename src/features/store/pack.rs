//! One packed file: records appended under a lock, read from a map.

use super::header;
use super::record::{LABEL, Layout, named};
use crate::features::Extracted;
use crate::file_lock::FileLock;
use crate::files;
use memmap2::{Mmap, MmapOptions};
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io;
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
#[derive(Debug, Default)]
struct State {
    /// Where a content's newest record is.
    index: HashMap<u128, usize>,
    /// Records looked at.
    records: usize,
    map: Option<Arc<Mmap>>,
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
                pack.catch_up(&mut pack.write())?;
                return Ok(pack);
            }
        }
        Err(io::Error::other("other processes go on replacing it"))
    }

    /// What is kept for this content; nothing when absent or damaged, and then it can be appended again.
    pub fn get(&self, content: u128) -> Option<Extracted> {
        let (record, map) = self.find(content)?;
        let bytes = map.get(self.offset(record)..)?.get(..self.layout.size())?;
        let found = self.layout.read(content, bytes);
        if found.is_none() {
            let mut state = self.write();
            if state.index.get(&content) == Some(&record) {
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
        self.catch_up(state)?;
        if state.index.contains_key(&content) {
            return Ok(());
        }
        let end = self.offset(state.records) as u64;
        if self.file.metadata()?.len() > end {
            // The part of a record that a killed process left.
            self.file.set_len(end)?;
        }
        if let Err(error) = self.file.write_all_at(record, end) {
            // If this fails too, whoever appends next takes it away.
            let _ = self.file.set_len(end);
            return Err(error);
        }
        state.index.insert(content, state.records);
        state.records += 1;
        Ok(())
    }

    /// The record of a content, and a map that holds it.
    fn find(&self, content: u128) -> Option<(usize, Arc<Mmap>)> {
        let covers = |map: &Mmap, record| map.len() >= self.offset(record + 1);
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        if let (Some(&record), Some(map)) = (state.index.get(&content), &state.map)
            && covers(map, record)
        {
            return Some((record, Arc::clone(map)));
        }
        drop(state);
        let mut state = self.write();
        self.catch_up(&mut state).ok()?;
        let record = *state.index.get(&content)?;
        let map = match &state.map {
            Some(map) if covers(map, record) => Arc::clone(map),
            _ => Arc::new(map(&self.file, self.offset(state.records)).ok()?),
        };
        state.map = Some(Arc::clone(&map));
        Some((record, map))
    }

    /// Takes note of the whole records that were appended since, by whomever.
    fn catch_up(&self, state: &mut State) -> io::Result<()> {
        let length = self.file.metadata()?.len() as usize;
        let whole = length.saturating_sub(header::SIZE) / self.layout.size();
        if whole < state.records {
            // Nobody who keeps to the rules makes a pack shorter: nothing that was known of it holds.
            *state = State::default();
        }
        let mut label = [0; LABEL];
        for record in state.records..whole {
            self.file.read_exact_at(&mut label, self.offset(record) as u64)?;
            if let Some(content) = named(&label) {
                state.index.insert(content, record);
            }
            state.records = record + 1;
        }
        Ok(())
    }

    fn offset(&self, record: usize) -> usize {
        header::SIZE + record * self.layout.size()
    }

    fn write(&self) -> RwLockWriteGuard<'_, State> {
        self.state.write().unwrap_or_else(PoisonError::into_inner)
    }
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
