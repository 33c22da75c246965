//! `events.jsonl`: append-only entries, one JSON object a line.

use super::{EndReason, Lease, RunError};
use crate::{files, lines};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// What happened to a run. `E` is what is known after an epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum JournalEntry<E> {
    /// A process took the run up.
    Started {
        /// When.
        at: jiff::Timestamp,
        /// On which machine.
        host: String,
        /// In which process.
        pid: u32,
    },
    /// What it is computed on; a run that was taken up before there was a choice has none.
    Device {
        /// When.
        at: jiff::Timestamp,
        /// `cpu`, `cuda:0`, ...
        device: String,
        /// Why not what one might expect.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<String>,
    },
    /// A sentence for people.
    Note {
        /// When.
        at: jiff::Timestamp,
        /// The sentence.
        message: String,
    },
    /// An epoch is done and its checkpoints are on disk.
    Epoch {
        /// When.
        at: jiff::Timestamp,
        /// Its metrics.
        #[serde(flatten)]
        #[serde(rename = "facts")]
        metrics: E,
    },
    /// The run is resumed after it was interrupted. Later epochs than this one are done again, and replace
    /// those that stand above.
    Resumed {
        /// When.
        at: jiff::Timestamp,
        /// The last epoch that was kept; 0 starts over.
        epoch: usize,
    },
    /// The run is done; model and report are on disk.
    Finished {
        /// When.
        at: jiff::Timestamp,
        /// Why no epoch follows; older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<EndReason>,
    },
    /// The run was stopped as asked; model and report of the best epoch so far are on disk when there was one.
    Stopped {
        /// When.
        at: jiff::Timestamp,
        /// By whom; older versions did not say.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<EndReason>,
    },
    /// The run failed.
    Failed {
        /// When.
        at: jiff::Timestamp,
        /// Why, and what would help.
        reason: String,
    },
}

impl<E> JournalEntry<E> {
    /// Whether it is the last thing that a process has to say about its run.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Finished { .. } | Self::Stopped { .. } | Self::Failed { .. })
    }
}

/// Size of the reserve: room for the last entry, whatever the file system's blocks are (bytes).
const RESERVE: usize = 64 * 1024;

fn journal_path(run: &Path) -> PathBuf {
    run.join("events.jsonl")
}

fn reserve_path(run: &Path) -> PathBuf {
    run.join("reserve")
}

/// Sets space aside in a new run's folder, so that a full disk leaves room for the run's last entry.
pub(super) fn keep_reserve(run: &Path) -> Result<(), RunError> {
    let path = reserve_path(run);
    // Not zeros: a file system that compresses would store them in nothing.
    let mut noise: u32 = 1;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    })
    .take(RESERVE)
    .collect();
    File::create(&path)
        .and_then(|mut file| file.write_all(&bytes).and_then(|()| file.sync_all()))
        .map_err(RunError::io(&path))
}

/// The writer's end; opening it cuts off a torn last line.
#[derive(Debug)]
pub struct Journal<E> {
    run: PathBuf,
    path: PathBuf,
    file: File,
    /// Where the last whole line ends.
    end: u64,
    _metrics: PhantomData<fn(E)>,
}

impl<E: Serialize> Journal<E> {
    /// Opens the journal of a run that this process holds.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn open(run: &Path) -> Result<Self, RunError> {
        let path = journal_path(run);
        let open = || -> io::Result<(File, u64)> {
            let mut file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            let end = lines::cut_torn(&mut file)?;
            file.seek(SeekFrom::Start(end))?;
            Ok((file, end))
        };
        let (file, end) = open().map_err(RunError::io(&path))?;
        Ok(Self {
            run: run.to_owned(),
            path,
            file,
            end,
            _metrics: PhantomData,
        })
    }

    /// Appends one entry and flushes it to disk, if the lease is still ours.
    ///
    /// # Errors
    /// [`RunError::Replaced`], [`RunError::Io`] (a full disk among others: a torn line is cut off again,
    /// and a reserve kept in the folder is given up so that `Failed` can still be written).
    pub fn append(&mut self, lease: &Lease, entry: &JournalEntry<E>) -> Result<(), RunError> {
        lease.check()?;
        let mut line = serde_json::to_vec(entry).map_err(|error| RunError::io(&self.path)(error.into()))?;
        line.push(b'\n');
        let mut written = self.append_line(&line);
        if written.as_ref().is_err_and(files::is_full) {
            // Given up for good: what is short now would be short again at the next line.
            let _ = fs::remove_file(reserve_path(&self.run));
            if entry.is_final() {
                written = self.append_line(&line);
            }
        }
        written.map_err(RunError::io(&self.path))
    }

    fn append_line(&mut self, line: &[u8]) -> io::Result<()> {
        if let Err(error) = self.file.write_all(line) {
            // Readers ignore a torn line, so a failure to cut it off now only leaves it to the next writer.
            let _ = self.file.set_len(self.end);
            let _ = self.file.seek(SeekFrom::Start(self.end));
            return Err(error);
        }
        // A whole line may have been read already: it is never taken back, even when flushing it fails.
        self.end += line.len() as u64;
        self.file.sync_data()
    }
}

/// Entries from byte `offset` on, and the offset to continue from; a torn last line is left for later,
/// an absent file is empty, a line that is no entry is skipped.
///
/// # Errors
/// [`RunError::Io`].
pub fn read_entries<E: DeserializeOwned>(run: &Path, offset: u64) -> Result<(Vec<JournalEntry<E>>, u64), RunError> {
    let path = journal_path(run);
    let read = || -> io::Result<Vec<u8>> {
        let mut content = Vec::new();
        let mut file = File::open(&path)?;
        file.seek(SeekFrom::Start(offset))?;
        file.read_to_end(&mut content)?;
        Ok(content)
    };
    let content = match read() {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(RunError::io(&path)(error)),
    };
    let whole = lines::whole(&content);
    let entries = whole
        .split(|byte| *byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    Ok((entries, offset + whole.len() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    type Entry = JournalEntry<Value>;

    fn note(message: &str) -> Entry {
        JournalEntry::Note {
            at: jiff::Timestamp::UNIX_EPOCH,
            message: message.to_owned(),
        }
    }

    fn epoch(number: u32) -> Entry {
        JournalEntry::Epoch {
            at: jiff::Timestamp::UNIX_EPOCH,
            metrics: serde_json::json!({ "epoch": number, "loss": 0.5 }),
        }
    }

    #[test]
    fn facts_come_back_as_written_and_from_an_offset() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let mut journal = Journal::open(run.path()).unwrap();
        journal.append(&lease, &note("a")).unwrap();
        journal.append(&lease, &epoch(1)).unwrap();
        let (entries, offset) = read_entries::<Value>(run.path(), 0).unwrap();
        assert_eq!(entries, [note("a"), epoch(1)]);
        journal.append(&lease, &epoch(2)).unwrap();
        let (entries, end) = read_entries::<Value>(run.path(), offset).unwrap();
        assert_eq!(entries, [epoch(2)]);
        assert_eq!(read_entries::<Value>(run.path(), end).unwrap(), (vec![], end));
    }

    #[test]
    fn a_torn_last_line_is_ignored_by_readers_and_cut_off_by_the_next_writer() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        Journal::open(run.path())
            .unwrap()
            .append(&lease, &note("whole"))
            .unwrap();
        let whole = fs::read(journal_path(run.path())).unwrap();
        let torn = [&whole[..], b"{\"event\":\"epo"].concat();
        fs::write(journal_path(run.path()), torn).unwrap();
        let (entries, offset) = read_entries::<Value>(run.path(), 0).unwrap();
        assert_eq!((entries, offset), (vec![note("whole")], whole.len() as u64));

        let mut journal = Journal::open(run.path()).unwrap();
        assert_eq!(fs::read(journal_path(run.path())).unwrap(), whole);
        journal.append(&lease, &note("next")).unwrap();
        assert_eq!(read_entries::<Value>(run.path(), offset).unwrap().0, [note("next")]);
    }

    #[test]
    fn a_line_that_is_no_fact_is_skipped() {
        let run = tempfile::tempdir().unwrap();
        fs::write(
            journal_path(run.path()),
            "\u{0}\u{0}\nnonsense\n{\"event\":\"unheard of\"}\n",
        )
        .unwrap();
        assert_eq!(read_entries::<Value>(run.path(), 0).unwrap().0, []);
        assert_eq!(
            read_entries::<Value>(&run.path().join("absent"), 0).unwrap(),
            (vec![], 0)
        );
    }

    #[test]
    fn a_holder_that_was_replaced_writes_no_more() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let mut journal = Journal::open(run.path()).unwrap();
        journal.append(&lease, &note("mine")).unwrap();
        fs::write(run.path().join("lease.lock"), "00000000000000000002\n").unwrap();
        assert!(matches!(
            journal.append(&lease, &note("late")),
            Err(RunError::Replaced { .. })
        ));
        assert_eq!(read_entries::<Value>(run.path(), 0).unwrap().0, [note("mine")]);
    }

    /// Needs the right to mount a file system; says so where there is none.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_leaves_whole_lines_and_room_for_the_last_word() {
        use std::process::Command;
        let disk = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"])
            .arg(disk.path())
            .output();
        if !mounted.is_ok_and(|output| output.status.success()) {
            println!("skipped: a small file system cannot be mounted here");
            return;
        }
        let outcome = std::panic::catch_unwind(|| fill_disk_while_writing(disk.path()));
        let unmounted = Command::new("umount").arg(disk.path()).status().unwrap();
        assert!(unmounted.success());
        outcome.unwrap();
    }

    #[cfg(target_os = "linux")]
    fn fill_disk_while_writing(disk: &Path) {
        let folder = super::super::RunFolder::create(disk, "full", jiff::Timestamp::now(), |_| {
            Ok::<_, RunError>(String::new())
        })
        .unwrap();
        let run = folder.path.as_path();
        let lease = Lease::take(run).unwrap();
        let mut journal = Journal::open(run).unwrap();
        journal.append(&lease, &epoch(1)).unwrap();
        let mut filler = File::create(disk.join("filler")).unwrap();
        while filler.write_all(&[7; 512]).is_ok() {}

        let long = note(&"x".repeat(9000));
        let refused = journal.append(&lease, &long).unwrap_err();
        assert!(matches!(&refused, RunError::Io { source, .. } if source.kind() == io::ErrorKind::StorageFull));
        assert_eq!(read_entries::<Value>(run, 0).unwrap().0, [epoch(1)]);
        let content = fs::read(journal_path(run)).unwrap();
        assert_eq!(lines::whole(&content), content);
        assert!(!reserve_path(run).exists());

        let failed = JournalEntry::Failed {
            at: jiff::Timestamp::UNIX_EPOCH,
            reason: "no space".to_owned(),
        };
        journal.append(&lease, &failed).unwrap();
        assert_eq!(read_entries::<Value>(run, 0).unwrap().0, [epoch(1), failed]);
    }
}
