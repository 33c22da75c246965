//! The journal: an append-only file in Optuna's format (`JournalFileBackend`, Optuna 4 and 5), one JSON object a line.
//!
//! Readers take no lock: they read whole lines from where they stopped. A writer holds the lock, cuts off a torn last
//! line that a crash left (the next line would glue onto it and both be lost), appends, and flushes to disk.

pub mod json;
pub mod lock;
pub mod operation;
mod reading;
pub mod replay;
mod writing;

use super::TuningError;
use super::error::io;
use lock::Lock;
use operation::Operation;
use replay::Replay;
use std::collections::hash_map::RandomState;
use std::fs::{File, OpenOptions};
use std::hash::{BuildHasher, Hasher};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A journal file, and all that its lines so far add up to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// This process's name among the writers.
    worker: String,
    offset: u64,
    skipped: usize,
    replay: Replay,
}

impl Journal {
    /// Opens a journal and reads what it holds; it need not exist yet.
    ///
    /// # Errors
    /// [`TuningError::Io`].
    pub fn open(path: &Path) -> Result<Self, TuningError> {
        let mut journal = Self {
            path: path.to_owned(),
            worker: unique(),
            offset: 0,
            skipped: 0,
            replay: Replay::default(),
        };
        journal.refresh()?;
        Ok(journal)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the lines read so far add up to.
    pub fn replay(&self) -> &Replay {
        &self.replay
    }

    /// How many lines made no sense and were passed over. Optuna itself refuses a file with such a line.
    pub fn skipped(&self) -> usize {
        self.skipped
    }

    /// Reads the lines that were added since; a torn last line is left for later. Tells how many there were.
    ///
    /// # Errors
    /// [`TuningError::Io`], [`TuningError::Shrunk`].
    pub fn refresh(&mut self) -> Result<usize, TuningError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound && self.offset == 0 => return Ok(0),
            Err(error) => return Err(io(&self.path)(error)),
        };
        let length = file.metadata().map_err(io(&self.path))?.len();
        if length < self.offset {
            return Err(TuningError::Shrunk {
                path: self.path.clone(),
                was: self.offset,
                now: length,
            });
        }
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(self.offset)).map_err(io(&self.path))?;
        file.take(length - self.offset)
            .read_to_end(&mut bytes)
            .map_err(io(&self.path))?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let mut lines = 0;
        for line in bytes[..whole].split_inclusive(|byte| *byte == b'\n') {
            lines += 1;
            let applied = str::from_utf8(line)
                .map_err(|_| TuningError::Json {
                    position: 0,
                    problem: "not UTF-8",
                })
                .and_then(Operation::read)
                .and_then(|operation| self.replay.apply(operation));
            self.skipped += usize::from(applied.is_err());
        }
        self.offset += whole as u64;
        Ok(lines)
    }

    /// Under the lock: reads what is new, lets `decide` say what to add, appends it and reads it back. What `decide`
    /// sees is what there is, whoever else works on the file.
    ///
    /// # Errors
    /// Those of `decide`, [`TuningError::Locked`], [`TuningError::Io`]; then nothing was added.
    pub fn update<T>(
        &mut self,
        decide: impl FnOnce(&Replay) -> Result<(Vec<Operation>, T), TuningError>,
    ) -> Result<T, TuningError> {
        let lock = Lock::take(&self.path)?;
        self.refresh()?;
        let (operations, answer) = decide(&self.replay)?;
        if !operations.is_empty() {
            self.append(&operations)?;
        }
        drop(lock);
        self.refresh()?;
        Ok(answer)
    }

    /// All lines in one write: whole lines of it, or a torn tail that the next writer cuts off, are all a crash leaves.
    fn append(&self, operations: &[Operation]) -> Result<(), TuningError> {
        let mut text = String::new();
        for operation in operations {
            text.push_str(&operation.write(&self.worker));
            text.push('\n');
        }
        let mut options = OpenOptions::new();
        let mut file = options
            .read(true)
            .append(true)
            .create(true)
            .open(&self.path)
            .map_err(io(&self.path))?;
        let end = cut_torn_tail(&mut file).map_err(io(&self.path))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|error| {
                // A full disk: what was half written must not be taken for a line later.
                let _ = file.set_len(end);
                io(&self.path)(error)
            })
    }
}

/// Cuts off what follows the last line's end, and tells where that is.
fn cut_torn_tail(file: &mut File) -> std::io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let part = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        if let Some(last) = part.iter().rposition(|byte| *byte == b'\n') {
            end = start + last as u64 + 1;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(end)
}

/// A name that no other process or call has: 128 bits from the operating system's randomness.
pub(super) fn unique() -> String {
    let part = || RandomState::new().build_hasher().finish();
    // Each state's keys differ by one within a process: a hash of the process and time sets them apart from others'.
    let mut seasoned = RandomState::new().build_hasher();
    seasoned.write_u32(std::process::id());
    seasoned.write_u128(std::time::UNIX_EPOCH.elapsed().map_or(0, |time| time.as_nanos()));
    format!("{:016x}{:016x}", part(), seasoned.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuning::Direction;

    fn study(name: &str) -> Operation {
        Operation::CreateStudy {
            name: name.into(),
            directions: vec![Direction::Minimize],
        }
    }

    fn add(journal: &mut Journal, operation: Operation) {
        journal.update(|_| Ok((vec![operation], ()))).unwrap();
    }

    #[test]
    fn a_torn_tail_is_ignored_by_readers_and_cut_by_the_next_writer() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        let mut journal = Journal::open(&path).unwrap();
        add(&mut journal, study("one"));
        let whole = std::fs::read(&path).unwrap();
        for tail in [b"{\"op_code\":0,\"wor".to_vec(), vec![0; 10_000]] {
            std::fs::write(&path, [whole.clone(), tail].concat()).unwrap();
            let mut reader = Journal::open(&path).unwrap();
            assert_eq!((reader.replay().studies().count(), reader.skipped()), (1, 0));
            add(&mut reader, study("two"));
            assert_eq!(reader.replay().studies().count(), 2);
            assert_eq!(std::fs::read(&path).unwrap()[..whole.len()], whole);
            assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 2);
        }
    }

    #[test]
    fn lines_of_others_are_read_from_where_one_stopped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        let (mut one, mut two) = (Journal::open(&path).unwrap(), Journal::open(&path).unwrap());
        add(&mut one, study("one"));
        add(&mut two, study("two"));
        assert_eq!(two.replay().studies().count(), 2);
        assert_eq!(one.refresh().unwrap(), 1);
        assert_eq!(one.refresh().unwrap(), 0);
        assert_eq!(one.replay().studies().count(), 2);
    }

    #[test]
    fn lines_without_sense_are_passed_over_and_counted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        let good = study("one").write("w");
        std::fs::write(
            &path,
            [b"\xff\xfe\n{}\nnonsense\n".to_vec(), good.into_bytes(), b"\n".to_vec()].concat(),
        )
        .unwrap();
        let journal = Journal::open(&path).unwrap();
        assert_eq!((journal.replay().studies().count(), journal.skipped()), (1, 3));
    }

    #[test]
    fn a_journal_that_shrinks_is_an_error_and_not_a_crash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        let mut journal = Journal::open(&path).unwrap();
        add(&mut journal, study("one"));
        std::fs::write(&path, b"").unwrap();
        assert!(matches!(journal.refresh(), Err(TuningError::Shrunk { .. })));
        std::fs::remove_file(&path).unwrap();
        assert!(matches!(journal.refresh(), Err(TuningError::Io { .. })));
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<String> = (0..1000).map(|_| unique()).collect();
        assert_eq!(names.len(), 1000);
    }
}
