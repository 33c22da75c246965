//! `steps.jsonl`: what the steps of a run's optimiser came to, one JSON object a line. At most 4,000 lines, evenly spread
//! over the run: while there is room every step has one, then every second, fourth, eighth and so on.

use super::lease::generation;
use super::{Lease, RunError};
use crate::{files, lines};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::fs::{self, File};
use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

/// Most lines.
const MOST: usize = 4000;

pub(super) fn steps_path(run: &Path) -> PathBuf {
    run.join("steps.jsonl")
}

/// The number of a line's step; other keys are `S`'s affair.
#[derive(Deserialize)]
struct Numbered {
    step: u64,
}

fn number(line: &[u8]) -> Option<u64> {
    serde_json::from_slice::<Numbered>(line).ok().map(|line| line.step)
}

/// The writer's end. `S` has its number, from 1, in the key `step`.
#[derive(Debug)]
pub struct StepLog<S> {
    run: PathBuf,
    generation: u64,
    most: usize,
    /// Of so many steps one is kept.
    every: u64,
    /// Lines, and the step of the newest.
    kept: usize,
    newest: u64,
    /// The file, and where its last whole line ends.
    file: Option<(File, u64)>,
    _steps: PhantomData<fn(S)>,
}

impl<S: Serialize> StepLog<S> {
    /// The log of a run that this process holds, gone on with where there is one.
    pub fn of(lease: &Lease) -> Self {
        let (run, generation) = lease.run();
        // Without a file, or one that cannot be read, it begins here; what is wrong is said when it is written to.
        let content = fs::read(steps_path(run)).unwrap_or_default();
        let numbers: Vec<u64> = content.split(|byte| *byte == b'\n').filter_map(number).collect();
        let apart = numbers.windows(2).map(|pair| pair[1].saturating_sub(pair[0]));
        Self {
            run: run.to_owned(),
            generation,
            most: MOST,
            every: apart.min().unwrap_or(1).max(1),
            kept: numbers.len(),
            newest: numbers.last().copied().unwrap_or(0),
            file: None,
            _steps: PhantomData,
        }
    }

    /// Appends the line of a step (from 1), if it is one that is kept and the run is still ours; nothing is flushed for
    /// it. A step that was done before is done again: it replaces all from there on.
    ///
    /// # Errors
    /// [`RunError::Replaced`], [`RunError::Io`].
    pub fn append(&mut self, step: u64, metrics: &S) -> Result<(), RunError> {
        if !self.holds(step) {
            return Ok(());
        }
        if generation(&self.run) != self.generation {
            return Err(RunError::Replaced { path: self.run.clone() });
        }
        let path = steps_path(&self.run);
        self.append_line(&path, step, metrics).map_err(RunError::io(&path))
    }

    /// Whether a step is one of those that are kept.
    fn holds(&self, step: u64) -> bool {
        step.saturating_sub(1).is_multiple_of(self.every)
    }

    fn append_line(&mut self, path: &Path, step: u64, metrics: &S) -> io::Result<()> {
        if step <= self.newest {
            self.keep(path, |_, earlier| earlier < step)?;
        }
        while self.kept >= self.most {
            self.every *= 2;
            self.keep(path, |log, earlier| log.holds(earlier))?;
        }
        if !self.holds(step) {
            return Ok(());
        }
        let mut line = serde_json::to_vec(metrics)?;
        line.push(b'\n');
        let (mut file, end) = match self.file.take() {
            Some(open) => open,
            None => {
                let mut file = File::options().read(true).append(true).create(true).open(path)?;
                let end = lines::cut_torn(&mut file)?;
                (file, end)
            }
        };
        if let Err(error) = file.write_all(&line) {
            // Readers ignore a torn line, and the next writer cuts it off.
            let _ = file.set_len(end);
            return Err(error);
        }
        self.file = Some((file, end + line.len() as u64));
        (self.kept, self.newest) = (self.kept + 1, step);
        Ok(())
    }

    /// Keeps the lines of some steps.
    fn keep(&mut self, path: &Path, holds: impl Fn(&Self, u64) -> bool) -> io::Result<()> {
        self.file = None;
        let content = fs::read(path)?;
        let (mut kept, mut numbers) = (Vec::with_capacity(content.len()), Vec::new());
        for line in lines::whole(&content).split_inclusive(|byte| *byte == b'\n') {
            if let Some(step) = number(line).filter(|step| holds(self, *step)) {
                kept.extend_from_slice(line);
                numbers.push(step);
            }
        }
        files::replace(path, &kept)?;
        (self.kept, self.newest) = (numbers.len(), numbers.last().copied().unwrap_or(0));
        Ok(())
    }
}

/// All steps that are kept so far, oldest first; none when there is no file. A line that is damaged is skipped.
///
/// # Errors
/// [`RunError::Io`].
pub fn read_steps<S: DeserializeOwned>(run: &Path) -> Result<Vec<S>, RunError> {
    let path = steps_path(run);
    match fs::read(&path) {
        Ok(content) => Ok(lines::whole(&content)
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

    #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
    struct Step {
        step: u64,
        loss: f64,
    }

    fn append(log: &mut StepLog<Step>, step: u64) {
        let loss = 1.0 / step as f64;
        log.append(step, &Step { step, loss }).unwrap();
    }

    fn numbers(run: &Path) -> Vec<u64> {
        let steps: Vec<Step> = read_steps(run).unwrap();
        steps.iter().map(|step| step.step).collect()
    }

    #[test]
    fn a_long_run_keeps_an_even_spread_in_bounds() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let mut log = StepLog {
            most: 40,
            ..StepLog::of(&lease)
        };
        for step in 1..=1000 {
            append(&mut log, step);
            let kept = numbers(run.path());
            assert!(kept.len() <= 40 && (step < 40 || kept.len() >= 20), "{step}: {kept:?}");
            let apart: std::collections::BTreeSet<u64> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
            assert!(kept[0] == 1 && apart.len() <= 1, "{kept:?}");
            assert!(
                step - kept[kept.len() - 1] < log.every,
                "the newest is near: {step} {kept:?}"
            );
        }
        assert_eq!(log.every, 32);
    }

    #[test]
    fn a_run_that_goes_on_after_a_kill_does_its_steps_again_and_has_them_once() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let begin = |lease: &Lease| StepLog {
            most: 16,
            ..StepLog::<Step>::of(lease)
        };
        let mut log = begin(&lease);
        (1..=50).for_each(|step| append(&mut log, step));
        let every = log.every;
        let uninterrupted: Vec<u64> = (1..=50).step_by(every as usize).collect();
        assert_eq!(numbers(run.path()), uninterrupted);
        // Killed in the middle of a line; the last checkpoint is that of step 30.
        let mut file = File::options().append(true).open(steps_path(run.path())).unwrap();
        file.write_all(b"{\"step\":51,\"lo").unwrap();
        drop((log, lease));
        let lease = Lease::take(run.path()).unwrap();
        let mut log = begin(&lease);
        assert_eq!((log.every, log.kept), (every, uninterrupted.len()));
        (31..=50).for_each(|step| append(&mut log, step));
        assert_eq!(numbers(run.path()), uninterrupted);
        // From the beginning.
        drop((log, lease));
        let lease = Lease::take(run.path()).unwrap();
        let mut log = begin(&lease);
        (1..=9).for_each(|step| append(&mut log, step));
        assert_eq!(
            numbers(run.path()),
            (1..=9).step_by(every as usize).collect::<Vec<u64>>()
        );
    }

    #[test]
    fn who_lost_the_run_writes_nothing_and_damage_costs_its_line() {
        let run = tempfile::tempdir().unwrap();
        assert!(numbers(run.path()).is_empty());
        let lease = Lease::take(run.path()).unwrap();
        let mut log = StepLog::of(&lease);
        append(&mut log, 1);
        drop(lease);
        let next = Lease::take(run.path()).unwrap();
        let refused = log.append(2, &Step { step: 2, loss: 0.5 });
        assert!(matches!(refused, Err(RunError::Replaced { .. })));
        assert_eq!(numbers(run.path()), [1]);
        fs::write(
            steps_path(run.path()),
            "{\"step\":1,\"loss\":1.0}\nnonsense\n{\"step\":3,\"loss\":0.1}\n{",
        )
        .unwrap();
        assert_eq!(numbers(run.path()), [1, 3]);
        let mut log = StepLog::of(&next);
        (3..=5).for_each(|step| append(&mut log, step));
        assert_eq!(numbers(run.path()), [1, 3, 5]);
    }

    #[test]
    fn a_step_costs_microseconds() {
        let run = tempfile::tempdir().unwrap();
        let lease = Lease::take(run.path()).unwrap();
        let mut log = StepLog::of(&lease);
        let begun = std::time::Instant::now();
        (1..=20_000).for_each(|step| append(&mut log, step));
        let each = begun.elapsed().as_secs_f64() / 20_000.0;
        // A hundredth of the shortest steps there are (10 ms); a loaded machine is given ten times what is measured.
        assert!(each < 1e-4, "{:.1} µs", 1e6 * each);
        let size = fs::metadata(steps_path(run.path())).unwrap().len();
        assert!(numbers(run.path()).len() <= MOST && size < 400_000, "{size}");
    }
}
