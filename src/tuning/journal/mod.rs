//! The journal: an append-only file in Optuna's format (`JournalFileBackend`, Optuna 4 and 5), one JSON object a line.
//!
//! Readers take no lock: they read whole lines from where they stopped. A writer holds the lock, cuts off a torn last
//! line that a crash left (the next line would glue onto it and both be lost), appends, and flushes to disk.
//!
//! A whole line that is no record is [`Damage`]: nothing from there on is applied and nothing is written until the
//! file is [repaired](repair::repair). Empty lines, and kinds of record that are not known here, do no harm.

pub mod lock;
pub mod operation;
mod reading;
pub mod repair;
pub mod replay;
mod writing;

use super::error::io;
use super::{Damage, TuningError};
use crate::lines;
use lock::Lock;
use operation::Operation;
use replay::Replay;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A journal file, and all that its lines so far add up to.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// This process's name among the writers.
    worker: String,
    /// Bytes and lines that were read.
    offset: u64,
    lines: usize,
    damage: Option<Damage>,
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
            lines: 0,
            damage: None,
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

    /// The line that reading stopped at, as of the last look.
    pub fn damage(&self) -> Option<&Damage> {
        self.damage.as_ref()
    }

    /// Refuses a file that is damaged, as of the last look.
    ///
    /// # Errors
    /// [`TuningError::Damaged`].
    pub fn check(&self) -> Result<(), TuningError> {
        match &self.damage {
            None => Ok(()),
            Some(damage) => Err(TuningError::Damaged {
                path: self.path.clone(),
                damage: damage.clone(),
            }),
        }
    }

    /// Reads the lines that were added since, up to one that is no record; a torn last line is left for later. Returns how
    /// many there were.
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
        let before = self.lines;
        // Somebody may have repaired it.
        self.damage = None;
        for line in lines::whole(&bytes).split_inclusive(|byte| *byte == b'\n') {
            let applied = match Operation::read_line(line) {
                Ok(Some(operation)) => self.replay.apply(operation),
                other => other.map(drop),
            };
            if let Err(error) = applied {
                self.damage = Some(Damage {
                    line: self.lines + 1,
                    offset: self.offset,
                    problem: error.to_string(),
                });
                break;
            }
            self.lines += 1;
            self.offset += line.len() as u64;
        }
        Ok(self.lines - before)
    }

    /// Under the lock: reads what is new, lets `decide` say what to add, appends it and reads it back. What `decide`
    /// sees is what there is, whoever else works on the file.
    ///
    /// # Errors
    /// Those of `decide`, [`TuningError::Damaged`], [`TuningError::Locked`], [`TuningError::Io`]; then nothing was added.
    pub fn update<T>(
        &mut self,
        decide: impl FnOnce(&Replay) -> Result<(Vec<Operation>, T), TuningError>,
    ) -> Result<T, TuningError> {
        self.refresh()?;
        self.check()?;
        let lock = Lock::take(&self.path)?;
        self.refresh()?;
        self.check()?;
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
        let end = lines::cut_torn(&mut file).map_err(io(&self.path))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.sync_data())
            .map_err(|error| {
                // A full disk: what was half written must not be taken for a line later.
                let _ = file.set_len(end);
                io(&self.path)(error)
            })
    }
}

/// A name that no other process or call has: 128 random bits.
pub(super) fn unique() -> String {
    format!("{:032x}", rand::random::<u128>())
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
            assert_eq!((reader.replay().studies().count(), reader.damage()), (1, None));
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
    fn a_line_that_is_no_record_ends_the_reading_and_forbids_writing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("study.log");
        let (one, two) = (study("one").write("w"), study("two").write("w"));
        let harmless = "  \n{\"op_code\":99,\"worker_id\":\"newer\"}\n";
        for bad in [
            b"\xff\xfe".to_vec(),
            b"{}".to_vec(),
            b"nonsense".to_vec(),
            vec![0; 100],
            b"{\"op_code\":4,\"worker_id\":\"w\"}".to_vec(),
            two.as_bytes()[..two.len() - 3].to_vec(),
            [two.as_bytes(), two.as_bytes()].concat(),
            b"{\"op_code\":5,\"trial_id\":0,\"param_name\":\"x\",\"param_value_internal\":1.0,\"distribution\":\"{}\"}"
                .to_vec(),
        ] {
            let head = format!("{one}\n{harmless}");
            let text = [head.as_bytes(), &bad, b"\n", two.as_bytes(), b"\n"].concat();
            std::fs::write(&path, &text).unwrap();
            let mut journal = Journal::open(&path).unwrap();
            let damage = journal.damage().unwrap();
            assert_eq!((damage.line, damage.offset), (4, head.len() as u64), "{damage}");
            assert_eq!(journal.replay().studies().count(), 1, "nothing behind it is believed");
            let refused = journal.update(|_| Ok((vec![study("three")], ())));
            assert!(matches!(refused, Err(TuningError::Damaged { .. })));
            assert_eq!(std::fs::read(&path).unwrap(), text);
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
            // Whoever repairs it needs no word to those who have it open.
            std::fs::write(&path, format!("{head}{two}\n")).unwrap();
            assert_eq!((journal.refresh().unwrap(), journal.damage()), (1, None));
            assert_eq!(journal.replay().studies().count(), 2);
        }
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
