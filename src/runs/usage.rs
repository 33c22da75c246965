//! `usage.jsonl`: what a run used of the machine, one JSON object a line; it never grows beyond a bound.

use super::lease::generation;
use super::{Lease, RunError};
use crate::{files, lines};
use serde::{Serialize, de::DeserializeOwned};
use std::fs::{self, File};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// Above this size every second line goes, so that the rest still spans the whole run (bytes).
const MOST: u64 = 2 << 20;

pub(super) fn usage_path(run: &Path) -> PathBuf {
    run.join("usage.jsonl")
}

/// The writer's end; it may outlive the lease, and then writes nothing more.
#[derive(Debug)]
pub struct UsageLog<U> {
    run: PathBuf,
    generation: u64,
    most: u64,
    /// Of so many readings one is kept; doubled whenever the file has grown to its bound.
    every: u64,
    /// Readings so far.
    readings: u64,
    /// Where the newest one begins, when it only stands there until the next.
    passing: Option<u64>,
    _usage: PhantomData<fn(U)>,
}

impl<U: Serialize> UsageLog<U> {
    /// The log of a run that this process holds.
    pub fn of(lease: &Lease) -> Self {
        let (run, generation) = lease.run();
        Self {
            run: run.to_owned(),
            generation,
            most: MOST,
            every: 1,
            readings: 0,
            passing: None,
            _usage: PhantomData,
        }
    }

    /// Appends one line, if the run is still ours; nothing is flushed for it.
    ///
    /// # Errors
    /// [`RunError::Replaced`], [`RunError::Io`].
    pub fn append(&mut self, usage: &U) -> Result<(), RunError> {
        if generation(&self.run) != self.generation {
            return Err(RunError::Replaced { path: self.run.clone() });
        }
        let path = usage_path(&self.run);
        self.append_line(&path, usage).map_err(RunError::io(&path))
    }

    fn append_line(&mut self, path: &Path, usage: &U) -> io::Result<()> {
        let mut line = serde_json::to_vec(usage)?;
        line.push(b'\n');
        let mut file = File::options().read(true).append(true).create(true).open(path)?;
        if let Some(end) = self.passing.take() {
            file.set_len(end)?;
        }
        let length = lines::cut_torn(&mut file)?;
        file.write_all(&line)?;
        if !self.readings.is_multiple_of(self.every) {
            self.passing = Some(length);
        } else if length > self.most {
            files::replace(path, &every_second_line(&fs::read(path)?))?;
            self.every *= 2;
        }
        self.readings += 1;
        Ok(())
    }
}

/// The first line stays.
fn every_second_line(content: &[u8]) -> Vec<u8> {
    let lines = content.split_inclusive(|byte| *byte == b'\n');
    lines.step_by(2).flatten().copied().collect()
}

/// All lines so far, oldest first; none when there is no file. A line that is damaged is skipped.
///
/// # Errors
/// [`RunError::Io`].
pub fn read_usage<U: DeserializeOwned>(run: &Path) -> Result<Vec<U>, RunError> {
    let path = usage_path(run);
    match fs::read(&path) {
        Ok(content) => Ok(content
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(RunError::io(&path)(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(run: &Path) -> Vec<u64> {
        read_usage(run).unwrap()
    }

    #[test]
    fn lines_come_back_and_a_torn_one_costs_only_itself() {
        let run = tempfile::tempdir().unwrap();
        assert!(numbers(run.path()).is_empty());
        let lease = Lease::take(run.path()).unwrap();
        let mut log = UsageLog::of(&lease);
        log.append(&1u64).unwrap();
        let mut file = File::options().append(true).open(usage_path(run.path())).unwrap();
        file.write_all(b"{\"torn").unwrap();
        log.append(&2).unwrap();
        assert_eq!(numbers(run.path()), [1, 2]);
        drop(lease);
        let _next = Lease::take(run.path()).unwrap();
        assert!(matches!(log.append(&3), Err(RunError::Replaced { .. })));
        assert_eq!(numbers(run.path()), [1, 2]);
    }

    #[test]
    fn a_long_run_is_thinned_out_from_end_to_end() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let mut log = UsageLog {
            most: 1000,
            ..UsageLog::of(&lease)
        };
        for number in 0..5000u64 {
            log.append(&number).unwrap();
            let length = fs::metadata(usage_path(run.path())).unwrap().len();
            assert!(length <= 1020, "{length}");
        }
        let kept = numbers(run.path());
        assert!(kept.len() > 90, "{}", kept.len());
        let (last, even) = kept.split_last().unwrap();
        let steps: std::collections::BTreeSet<u64> = even.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(even[0] == 0 && steps.len() == 1, "{kept:?}");
        assert_eq!(*last, 4999);
    }
}
