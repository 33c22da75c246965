//! One run as its folder has it, read on from where the last poll ended.

use super::ending::end_of_training;
use super::file::RunFile;
use super::results;
use super::usage;
use crate::engine::{
    EndReason, EpochMetrics, Epochs, Heartbeat, JournalEntry, KeptEpoch, RunDetail, RunLog, RunState, RunSummary,
    Scores, Task, Usage,
};
use crate::evaluation::Regression;
use crate::inference::FinalFit;
use crate::runs::queue::Entry;
use crate::runs::{LastBeat, Liveness, RunError, RunFolder, RunNote, liveness, read_entries, read_steps};
use crate::training::settings_of;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How much of `log.txt` is shown beside a run (bytes).
const LOG_TAIL: u64 = 8 * 1024;

/// How much of it is shown by itself (bytes).
const LOG_WHOLE: u64 = 4 * 1024 * 1024;

/// One run as its folder has it.
#[derive(Debug)]
pub struct RunPage {
    /// Where it is.
    pub folder: RunFolder,
    /// What it was started with, or why that cannot be read.
    pub file: Result<RunFile, String>,
    /// What happened, but for the epochs.
    entries: Vec<JournalEntry<EpochMetrics>>,
    epochs: Epochs,
    offset: u64,
    state: RunState,
    heartbeat: Option<Heartbeat>,
    /// The last heartbeat of a process that is gone.
    last: Option<LastBeat>,
    /// What it uses of the machine as long as it runs, and the size of the file that was read for it.
    usage: (Vec<Usage>, u64),
    /// Its place in the queue, while it waits.
    entry: Option<Entry>,
    /// What people say of it, or why that cannot be read.
    note: Result<RunNote, String>,
    /// On its test clips.
    scores: Option<Scores>,
    /// Mean CCC on these, where it has learnt dimensions.
    ccc: Option<f64>,
}

impl RunPage {
    /// Reads a folder.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn open(folder: RunFolder) -> Result<Self, RunError> {
        let file = RunFile::read(&folder).map_err(|error| error.to_string());
        let mut page = Self {
            folder,
            file,
            entries: Vec::new(),
            epochs: Epochs::default(),
            offset: 0,
            state: RunState::Queued,
            heartbeat: None,
            last: None,
            usage: (Vec::new(), 0),
            entry: None,
            note: Ok(RunNote::default()),
            scores: None,
            ccc: None,
        };
        page.refresh()?;
        Ok(page)
    }

    /// Reads what is new.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn refresh(&mut self) -> Result<(), RunError> {
        // First the queue, then the process: who takes a run out of the queue holds it by then; and what a process wrote
        // before it ended is surely read.
        let entry = Entry::read(&self.folder.path);
        let liveness = liveness(&self.folder.path);
        let (entries, offset) = read_entries(&self.folder.path, self.offset)?;
        self.note = RunNote::read(&self.folder.path).map_err(|error| error.to_string());
        let news = !entries.is_empty();
        for entry in entries {
            match entry {
                // An epoch comes after `started`, which says as much about the state.
                JournalEntry::Epoch { metrics, .. } => self.epochs.redo(metrics),
                JournalEntry::Resumed { epoch, .. } => {
                    self.epochs.keep(epoch);
                    (self.scores, self.ccc) = (None, None);
                    self.entries.push(entry);
                }
                entry => self.entries.push(entry),
            }
        }
        self.offset = offset;
        self.entry = entry.filter(|_| !matches!(liveness, Liveness::Held(_)));
        self.state = match self.entry {
            Some(_) => RunState::Queued,
            None => RunState::of(&self.entries, &liveness),
        };
        (self.heartbeat, self.last) = match liveness {
            Liveness::Held(heartbeat) => (Some(heartbeat), None),
            Liveness::Gone(Some(Heartbeat { at, host, pid, .. })) => (None, Some(LastBeat { at, host, pid })),
            Liveness::Never | Liveness::Gone(None) => (None, None),
        };
        if self.state == RunState::Running {
            let length = usage::length(&self.folder);
            if length != self.usage.1 {
                self.usage = (usage::readings(&self.folder), length);
            }
        }
        // One that went on and then failed still has the report of its first end.
        if news && matches!(self.state, RunState::Finished | RunState::Stopped) {
            let report = results::read_report(&self.folder).ok();
            let regression = report.as_ref().and_then(|report| report.regression.as_ref());
            self.ccc = regression.and_then(Regression::mean_ccc);
            self.scores = report
                .filter(|report| report.regression.is_none())
                .map(|report| report.scores);
        }
        Ok(())
    }

    /// What it is doing.
    pub fn state(&self) -> RunState {
        self.state
    }

    /// Its place in the queue, while it waits.
    pub fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    /// The mean CCC on the test clips of one that has learnt dimensions and is evaluated.
    pub fn ccc(&self) -> Option<f64> {
        self.ccc
    }

    /// Its scores on its test clips, once evaluated; none where it has learnt dimensions.
    pub fn scores(&self) -> Option<&Scores> {
        self.scores.as_ref()
    }

    /// The id of the first of the folds; its own when it stands alone.
    pub fn group(&self) -> &str {
        self.file.as_ref().map_or(&self.folder.id, |file| &file.run.group)
    }

    /// Why it is over; nothing while it is not.
    fn end(&self) -> Option<EndReason> {
        let last = self.entries.iter().rev().find(|entry| entry.is_final());
        let epoch = self.epochs.last().map_or(0, |last| last.epoch);
        match (self.state, last) {
            (RunState::Queued | RunState::Running, _) => None,
            (RunState::Dead, _) => Some(EndReason::Died {
                last: self.last.clone(),
            }),
            (_, Some(JournalEntry::Failed { reason, .. })) => Some(EndReason::Failed {
                because: reason.clone(),
            }),
            (_, Some(JournalEntry::Finished { why: Some(why), .. } | JournalEntry::Stopped { why: Some(why), .. })) => {
                Some(why.clone())
            }
            (RunState::Finished, _) => {
                let kept = self.epochs.kept().and_then(|place| self.epochs.get(place));
                let derived = self.file.as_ref().ok().zip(kept);
                let derived = derived.map(|(file, kept)| end_of_training(&file.settings, epoch, kept.epoch));
                Some(derived.unwrap_or(EndReason::NotRecorded))
            }
            // A trial may as well have been pruned.
            (_, _) if self.file.as_ref().is_ok_and(|file| file.run.trial.is_none()) => {
                Some(EndReason::Stopped { epoch })
            }
            (_, _) => Some(EndReason::NotRecorded),
        }
    }

    /// The epoch whose network it keeps.
    fn kept_epoch(&self) -> Option<KeptEpoch> {
        let kept = self.epochs.get(self.epochs.kept()?)?;
        Some(KeptEpoch {
            epoch: kept.epoch,
            validation_uar: kept.validation_uar,
            validation_ccc: kept.validation_ccc,
            monitor: self.file.as_ref().ok()?.settings.training.monitor,
        })
    }

    /// Its row in the list of runs.
    pub fn summary(&self) -> RunSummary {
        let reason = self.entries.iter().rev().find_map(|entry| match entry {
            JournalEntry::Failed { reason, .. } => Some(Some(reason.clone())),
            JournalEntry::Resumed { .. } => Some(None),
            _ => None,
        });
        let stuck = self.heartbeat.as_ref().filter(|_| self.state == RunState::Running);
        let stuck = stuck.and_then(|heartbeat| Some(silent(heartbeat.pid, heartbeat.silence()?)));
        let best = self.epochs.best();
        let mut summary = RunSummary {
            id: self.folder.id.clone(),
            created: jiff::Timestamp::UNIX_EPOCH,
            state: self.state,
            model: String::new(),
            preset: String::new(),
            corpora: Vec::new(),
            split: String::new(),
            fold: None,
            seed: 0,
            device: String::new(),
            device_note: None,
            synthetic: false,
            epochs: self.epochs.len(),
            max_epochs: 0,
            best_validation_uar: best
                .filter(|best| best.validation_ccc.is_none())
                .map(|best| best.validation_uar),
            best_validation_ccc: best.and_then(|best| best.validation_ccc),
            kept_epoch: self.kept_epoch(),
            folds: None,
            test_uar: self.scores.as_ref().map(|scores| scores.unweighted_average_recall),
            test_ccc: self.ccc,
            folds_ccc: None,
            test_accuracy: self.scores.as_ref().map(|scores| scores.accuracy),
            coverage: self.scores.as_ref().map(Scores::coverage),
            final_model: false,
            heartbeat: self.heartbeat.clone(),
            usage: self.usage.0.last().filter(|_| self.state == RunState::Running).cloned(),
            queue: None,
            note: self.note.clone().unwrap_or_else(|problem| RunNote {
                text: problem,
                tags: Vec::new(),
            }),
            reason: stuck.or(reason.flatten()),
            end: self.end(),
        };
        match &self.file {
            Ok(RunFile { run, settings }) => {
                summary.created = run.created;
                summary.model.clone_from(&settings.model.name);
                summary.preset.clone_from(&settings.preset);
                summary.corpora.clone_from(&run.corpora);
                summary.split = settings.split.kind.name().to_owned();
                summary.fold = (run.folds > 1).then(|| (run.fold, run.folds, run.group.clone()));
                if run.folds > 1 {
                    summary.coverage = summary.coverage.map(|coverage| coverage.in_fold(None));
                }
                summary.seed = run.training_seed.unwrap_or(settings.seed);
                summary.device.clone_from(&settings.device);
                summary.synthetic = run.synthetic;
                summary.max_epochs = settings_of(&settings.model, &settings.training).epochs;
                summary.final_model = self.state == RunState::Finished
                    && run.trial.is_none()
                    && settings.training.final_fit == FinalFit::Everything;
            }
            Err(problem) => summary.reason = Some(problem.clone()),
        }
        let devices = self.entries.iter().rev().find_map(|entry| match entry {
            JournalEntry::Device { device, note, .. } => Some((device, note)),
            _ => None,
        });
        if let Some((device, note)) = devices {
            summary.device.clone_from(device);
            summary.device_note.clone_from(note);
        }
        summary
    }

    /// Everything about it; `log` is where its process writes.
    pub fn detail(&self, log: &Path) -> RunDetail {
        let summary = self.summary();
        let epochs = self.epochs.clone();
        let ending = summary
            .heartbeat
            .as_ref()
            .is_some_and(|heartbeat| matches!(Task::from(&*heartbeat.phase), Task::FinalFit(..)));
        let seconds_left = (self.state == RunState::Running && !epochs.is_empty() && !ending).then(|| {
            let per_epoch = epochs.seconds() / epochs.len() as f64;
            per_epoch * summary.max_epochs.saturating_sub(epochs.len()) as f64
        });
        RunDetail {
            summary,
            epochs,
            // Without them a run is shown all the same.
            steps: Arc::new(read_steps(&self.folder.path).unwrap_or_default()),
            log: self.notes().chain(tail(log)).collect(),
            usage: if self.state == RunState::Running {
                self.usage.0.clone()
            } else {
                usage::readings(&self.folder)
            },
            seconds_left,
        }
    }

    /// All that it has to say; `log` is where its process writes.
    pub fn log(&self, log: &Path) -> RunLog {
        let (cut, lines) = last_lines(log, LOG_WHOLE);
        RunLog {
            run: self.folder.id.clone(),
            path: log.to_owned(),
            lines: self.notes().chain(lines).collect(),
            cut,
        }
    }

    /// What the journal notes, a line each.
    fn notes(&self) -> impl Iterator<Item = String> {
        let line = |at: &jiff::Timestamp, message: &str| Some(format!("{}  {message}", at.strftime("%F %T UTC")));
        self.entries.iter().filter_map(move |entry| match entry {
            JournalEntry::Note { at, message }
            | JournalEntry::Device {
                at,
                note: Some(message),
                ..
            } => line(at, message),
            JournalEntry::Resumed { at, epoch: 0 } => line(at, "started again from the beginning"),
            JournalEntry::Resumed { at, epoch } => line(at, &format!("resumed after epoch {epoch}")),
            JournalEntry::Finished { at, why: Some(why) } => line(at, &format!("finished: {why}")),
            JournalEntry::Stopped { at, why: Some(why) } => line(at, &format!("stopped: {why}")),
            JournalEntry::Failed { at, reason } => line(at, &format!("failed: {reason}")),
            _ => None,
        })
    }
}

/// To the next ten seconds, so that what is reported is not new at every poll.
fn silent(pid: u32, silence: Duration) -> String {
    format!(
        "no heartbeat for {} s: process {pid} is suspended or stuck; `kill -CONT {pid}` wakes it, `kill -9 {pid}` ends \
         it",
        silence.as_secs() / 10 * 10
    )
}

/// The last whole lines of a log; none when there is no log.
pub fn tail(log: &Path) -> Vec<String> {
    last_lines(log, LOG_TAIL).1
}

/// Whether more stands before them, and the last whole lines of so many bytes.
fn last_lines(log: &Path, most: u64) -> (bool, Vec<String>) {
    let read = || -> std::io::Result<(bool, Vec<u8>)> {
        let mut file = File::open(log)?;
        let start = file.metadata()?.len().saturating_sub(most);
        file.seek(SeekFrom::Start(start))?;
        let mut content = Vec::new();
        file.take(most).read_to_end(&mut content)?;
        Ok((start > 0, content))
    };
    let Ok((cut, content)) = read() else {
        return (false, Vec::new());
    };
    let content = String::from_utf8_lossy(&content);
    let lines = content.lines().skip(usize::from(cut)).map(str::to_owned);
    (cut, lines.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::api::epochs::tests::metrics;
    use crate::runs::{Journal, Lease};
    use std::io::Write;

    #[test]
    fn a_long_journal_is_read_on_from_where_the_last_look_ended() {
        let runs = tempfile::tempdir().unwrap();
        let folder = RunFolder::create_as(runs.path(), "long", "").unwrap();
        let lease = Lease::take(&folder.path).unwrap();
        let line = |epoch| {
            let at = jiff::Timestamp::UNIX_EPOCH;
            let metrics = metrics(epoch);
            serde_json::to_string(&JournalEntry::Epoch { at, metrics }).unwrap() + "\n"
        };
        let text: String = (1..=50_000).map(line).collect();
        let path = folder.path.join("events.jsonl");
        std::fs::write(&path, &text).unwrap();
        let mut page = RunPage::open(folder).unwrap();
        assert_eq!((page.summary().epochs, page.offset), (50_000, text.len() as u64));

        // What was read is not read again: it may as well be gone.
        let mut file = File::options().write(true).open(&path).unwrap();
        file.write_all(&vec![b'\n'; text.len()]).unwrap();
        let mut journal = Journal::open(&page.folder.path).unwrap();
        let at = jiff::Timestamp::UNIX_EPOCH;
        journal
            .append(
                &lease,
                &JournalEntry::Epoch {
                    at,
                    metrics: metrics(50_001),
                },
            )
            .unwrap();
        page.refresh().unwrap();
        assert_eq!(page.summary().epochs, 50_001);
        assert_eq!(page.detail(Path::new("")).epochs.last().unwrap().epoch, 50_001);
    }

    #[test]
    fn a_holder_that_is_silent_is_told_of() {
        let runs = tempfile::tempdir().unwrap();
        let folder = RunFolder::create_as(runs.path(), "silent", "").unwrap();
        let lease = Lease::take(&folder.path).unwrap();
        let started = JournalEntry::<()>::Started {
            at: jiff::Timestamp::now(),
            host: crate::runs::host_name(),
            pid: 1,
        };
        Journal::open(&folder.path).unwrap().append(&lease, &started).unwrap();
        let mut page = RunPage::open(folder).unwrap();
        let heartbeat = page.heartbeat.as_mut().unwrap();
        heartbeat.at -= jiff::SignedDuration::from_secs(20);
        assert_eq!(heartbeat.silence(), None);
        heartbeat.at -= jiff::SignedDuration::from_secs(25);
        let silence = heartbeat.silence().unwrap();
        assert!(silent(7, silence).starts_with("no heartbeat for 40 s: process 7"));
        heartbeat.host = "elsewhere".to_owned();
        assert_eq!(heartbeat.silence(), None, "its clock may be another");
    }
}
