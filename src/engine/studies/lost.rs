//! Running trials whose process is gone, by what the folders of their own runs say.

use super::folder::StudyFolder;
use super::report::value;
use crate::engine::{EngineError, EpochMetrics, JournalEntry, RunState};
use crate::runs::{Liveness, host_name, liveness, read_entries};
use crate::tuning::{Objective, Outcome, Study, Trial, TuningError};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// A process that was silent for so long is gone; one that is just changing hands is not.
const SILENCE: SignedDuration = SignedDuration::from_secs(5);
/// A trial whose run's folder has not come up after this time has none.
const START: SignedDuration = SignedDuration::from_secs(30);

/// What the folder of its run says of a trial that counts as running.
#[derive(Debug, Clone, PartialEq)]
pub enum Standing {
    /// Somebody works on it, or may still begin to; also where the folder cannot be read.
    Working,
    /// Nobody will end it, and why.
    Lost(String),
    /// Its run came to its end with this value, and only the journal does not know.
    Finished(f64),
}

/// What the folder of its run says of a running trial; changes nothing.
pub fn standing(folder: &StudyFolder, trial: &Trial, run: &str, objective: Objective) -> Standing {
    let (path, now) = (folder.trials().join(run), Timestamp::now());
    // Between the trial, its folder and the first heartbeat there are moments.
    let is_young = trial.started.is_some_and(|at| now.duration_since(at) <= START);
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return if is_young {
                Standing::Working
            } else {
                Standing::Lost("its run was never started".to_owned())
            };
        }
        Err(_) => return Standing::Working,
        Ok(_) => {}
    }
    let liveness = liveness(&path);
    match &liveness {
        Liveness::Held(_) | Liveness::Never => Standing::Working,
        Liveness::Gone(None) if is_young => Standing::Working,
        // By this machine's clock alone: another one's may be hours ahead.
        Liveness::Gone(Some(heartbeat))
            if heartbeat.host == host_name() && now.duration_since(heartbeat.at) <= SILENCE =>
        {
            Standing::Working
        }
        Liveness::Gone(_) => ended(&path, &liveness, objective),
    }
}

fn ended(run: &Path, liveness: &Liveness, objective: Objective) -> Standing {
    let Ok((entries, _)) = read_entries::<EpochMetrics>(run, 0) else {
        return Standing::Working;
    };
    let failure = entries.iter().rev().find_map(|entry| match entry {
        JournalEntry::Failed { reason, .. } => Some(reason),
        _ => None,
    });
    match (RunState::of(&entries, liveness), failure) {
        (RunState::Finished, _) => {
            let best = entries.iter().rev().find_map(|entry| match entry {
                JournalEntry::Epoch { metrics, .. } if metrics.best => Some(value(objective, metrics)),
                _ => None,
            });
            best.map_or(Standing::Working, Standing::Finished)
        }
        (RunState::Failed, Some(reason)) => Standing::Lost(reason.clone()),
        (RunState::Stopped, _) => Standing::Lost("its run was stopped".to_owned()),
        _ => Standing::Lost("its process is gone".to_owned()),
    }
}

/// The running trials that nobody will end, with the reason; changes nothing.
pub fn lost(folder: &StudyFolder, study: &Study, objective: Objective) -> BTreeMap<usize, String> {
    let running = study.running_runs();
    let lost = running.filter_map(|(trial, run)| match standing(folder, trial, run, objective) {
        Standing::Lost(reason) => Some((trial.number, reason)),
        _ => None,
    });
    lost.collect()
}

/// What workers and `tune` do about them: fails those that are lost and puts them back in the queue, and completes
/// those whose run is finished.
///
/// # Errors
/// A journal that cannot be written.
pub fn settle(
    folder: &StudyFolder,
    study: &mut Study,
    objective: Objective,
    retries: usize,
) -> Result<(), EngineError> {
    let found: Vec<(usize, String, Standing)> = study
        .running_runs()
        .map(|(trial, run)| (trial.number, run.to_owned(), standing(folder, trial, run, objective)))
        .collect();
    for (number, run, standing) in found {
        match standing {
            Standing::Working => {}
            Standing::Lost(reason) => drop(study.fail_lost(&[(number, run)], &reason, retries)?),
            Standing::Finished(value) => match study.tell(number, &Outcome::Complete(value)) {
                // Somebody was faster.
                Ok(()) | Err(TuningError::State { .. }) => {}
                Err(error) => return Err(error.into()),
            },
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::api::epochs::tests::metrics;
    use crate::runs::{Heartbeat, Journal, Lease, RunFolder};
    use crate::tuning::{Direction, Sampler, Space, TrialState};

    /// A study of one running trial, and the folder of its run when that was made.
    fn lab(made: bool) -> (tempfile::TempDir, StudyFolder, Study, Option<RunFolder>) {
        let place = tempfile::tempdir().unwrap();
        let folder = StudyFolder::at(&place.path().join("s"));
        fs::create_dir_all(&folder.path).unwrap();
        let mut study = Study::open_or_create(&folder.journal(), "s", Direction::Maximize).unwrap();
        let space: Space = toml::from_str("x = { float = [0, 1] }").unwrap();
        study.ask(&space, &Sampler::Random, 1, |_| "run".to_owned()).unwrap();
        let run = made.then(|| {
            let run = RunFolder::create_as(&folder.trials(), "run", "").unwrap();
            drop(Lease::take(&run.path).unwrap());
            // Long ago.
            let mut heartbeat: Heartbeat =
                serde_json::from_slice(&fs::read(run.path.join("beat.json")).unwrap()).unwrap();
            heartbeat.at -= SignedDuration::from_secs(60);
            fs::write(run.path.join("beat.json"), serde_json::to_vec(&heartbeat).unwrap()).unwrap();
            run
        });
        (place, folder, study, run)
    }

    fn journal(run: &RunFolder, lines: &[JournalEntry<EpochMetrics>]) {
        let heartbeat = fs::read(run.path.join("beat.json")).unwrap();
        let lease = Lease::take(&run.path).unwrap();
        let mut journal = Journal::open(&run.path).unwrap();
        lines.iter().for_each(|entry| journal.append(&lease, entry).unwrap());
        drop(lease);
        fs::write(run.path.join("beat.json"), heartbeat).unwrap();
    }

    fn now(folder: &StudyFolder, study: &Study) -> Standing {
        let (trial, run) = study.running_runs().next().unwrap();
        standing(folder, trial, run, Objective::Uar)
    }

    #[test]
    fn a_trial_is_lost_only_when_its_own_run_says_so() {
        let at = Timestamp::UNIX_EPOCH;
        let epoch = |epoch, best| JournalEntry::Epoch {
            at,
            metrics: EpochMetrics { best, ..metrics(epoch) },
        };
        let started = JournalEntry::Started {
            at,
            host: "a".into(),
            pid: 1,
        };
        let (_place, folder, study, run) = lab(true);
        let run = run.unwrap();
        assert!(matches!(now(&folder, &study), Standing::Lost(_)));
        journal(&run, &[started, epoch(1, true), epoch(2, true), epoch(3, false)]);
        assert!(matches!(now(&folder, &study), Standing::Lost(_)));
        let lease = Lease::take(&run.path).unwrap();
        assert_eq!(now(&folder, &study), Standing::Working, "somebody holds it");
        drop(lease);
        assert_eq!(now(&folder, &study), Standing::Working, "it may be changing hands");
    }

    #[test]
    fn a_finished_run_completes_its_trial_and_never_fails_it() {
        let at = Timestamp::UNIX_EPOCH;
        let (_place, folder, mut study, run) = lab(true);
        let best = metrics(2).validation_uar;
        let epoch = |epoch, best| JournalEntry::Epoch {
            at,
            metrics: EpochMetrics { best, ..metrics(epoch) },
        };
        journal(
            &run.unwrap(),
            &[
                epoch(1, true),
                epoch(2, true),
                epoch(3, false),
                JournalEntry::Finished { at, why: None },
            ],
        );
        assert_eq!(now(&folder, &study), Standing::Finished(best));
        assert!(lost(&folder, &study, Objective::Uar).is_empty());
        settle(&folder, &mut study, Objective::Uar, 1).unwrap();
        let [trial] = study.trials() else { unreachable!() };
        assert_eq!((trial.state, trial.value()), (TrialState::Complete, Some(best)));
    }

    #[test]
    fn a_failed_run_fails_its_trial_with_its_own_reason() {
        let (at, reason) = (Timestamp::UNIX_EPOCH, "the disk is full".to_owned());
        let (_place, folder, mut study, run) = lab(true);
        journal(
            &run.unwrap(),
            &[JournalEntry::Failed {
                at,
                reason: reason.clone(),
            }],
        );
        assert_eq!(lost(&folder, &study, Objective::Uar), BTreeMap::from([(0, reason)]));
        settle(&folder, &mut study, Objective::Uar, 1).unwrap();
        let states: Vec<TrialState> = study.trials().iter().map(|trial| trial.state).collect();
        assert_eq!(states, [TrialState::Failed, TrialState::Waiting]);
    }

    #[test]
    fn a_run_that_was_never_made_does_not_block_the_study_for_ever() {
        let (_place, folder, mut study, _) = lab(false);
        assert_eq!(now(&folder, &study), Standing::Working, "its folder may be on its way");
        fs::create_dir_all(folder.trials().join("run")).unwrap();
        assert_eq!(now(&folder, &study), Standing::Working, "so may what goes into it");
        let text = fs::read_to_string(folder.journal()).unwrap();
        let year = Timestamp::now().strftime("\"datetime_start\":\"%Y").to_string();
        fs::write(folder.journal(), text.replace(&year, "\"datetime_start\":\"2001")).unwrap();
        study = Study::open(study.path(), "s").unwrap();
        assert!(matches!(now(&folder, &study), Standing::Lost(_)));
    }
}
