//! One study as its folder has it, read on from where the last poll ended. Reading changes nothing on disk.

use super::folder::{BASELINE_ATTRIBUTE, PROMOTED_ATTRIBUTE, StudyFolder, TRIAL, TRIALS_ATTRIBUTE, space_of};
use super::lost::lost;
use super::rows::{extend, ranks, row_of};
use crate::engine::api::{Axis, PromotedRun, StudyCounts, StudyPage, StudySummary, TrialRow, WorkerRow};
use crate::engine::runs::page::tail;
use crate::engine::runs::results::read_report;
use crate::engine::{EngineError, Settings};
use crate::runs::{Liveness, RunFolder, liveness};
use crate::tuning::importance::importance;
use crate::tuning::{Objective, SpaceCoverage, Study, TrialState, Value};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What takes long is done again only after this many times as long.
const POLLS_PER_CHECK: u32 = 20;
/// Time between two checks for trials that were lost.
const SEARCH: Duration = Duration::from_secs(2);

/// One study as its folder has it.
#[derive(Debug)]
pub struct StudyBook {
    /// Where it is.
    pub folder: StudyFolder,
    runs: PathBuf,
    study: Study,
    /// `None` for a study of another program.
    settings: Option<Settings>,
    rows: Vec<Arc<TrialRow>>,
    axes: BTreeMap<String, Axis>,
    /// Trials whose distributions are in the axes already.
    measured: usize,
    summary: Summary,
    /// Running trials whose process is gone, and why; when that was checked.
    lost: BTreeMap<usize, String>,
    searched: Option<Instant>,
    coverage: Option<SpaceCoverage>,
    /// How many trials were begun, and how many of them failed, when that was found.
    covered: Option<(usize, usize)>,
}

/// What follows from all complete trials together.
#[derive(Debug, Default)]
struct Summary {
    complete: usize,
    pruning_line: Vec<(i64, f64)>,
    importance: Vec<(String, f64)>,
    made: Option<Instant>,
    took: Duration,
}

impl StudyBook {
    /// Opens a study; `runs` is where its trials are made into runs.
    ///
    /// # Errors
    /// A journal that cannot be read.
    pub fn open(folder: StudyFolder, runs: &Path) -> Result<Self, EngineError> {
        let study = folder.open_study()?;
        let settings = folder.settings(&[]).ok();
        Ok(Self {
            folder,
            runs: runs.to_owned(),
            study,
            settings,
            rows: Vec::new(),
            axes: BTreeMap::new(),
            measured: 0,
            summary: Summary::default(),
            lost: BTreeMap::new(),
            searched: None,
            coverage: None,
            covered: None,
        })
    }

    /// The folders whose heartbeats show which workers and running trials are alive.
    pub fn heartbeat_folders(&self) -> Vec<PathBuf> {
        let trials = self.study.running_runs();
        let trials = trials.map(|(_, run)| self.folder.trials().join(run));
        self.folder.worker_folders().into_iter().chain(trials).collect()
    }

    /// Reads what is new, and checks what is lost.
    ///
    /// # Errors
    /// A journal that cannot be read.
    pub fn refresh(&mut self) -> Result<(), EngineError> {
        self.study.refresh()?;
        if self.searched.is_none_or(|at| at.elapsed() > SEARCH) {
            self.searched = Some(Instant::now());
            let objective = self.settings.as_ref().map(|settings| settings.tuning.objective);
            self.lost = lost(&self.folder, &self.study, objective.unwrap_or_default());
        }
        self.cover();
        let trials = self.study.trials();
        self.rows.truncate(trials.len());
        for (number, trial) in trials.iter().enumerate() {
            match self.rows.get_mut(number) {
                // What is finished changes no more.
                Some(row) if row.state.is_finished() => {}
                Some(row) => {
                    let now = row_of(trial, self.lost.get(&number));
                    if **row != now {
                        *row = Arc::new(now);
                    }
                }
                None => self.rows.push(Arc::new(row_of(trial, self.lost.get(&number)))),
            }
        }
        // A waiting trial may get its parameters later.
        let settled = trials.iter().take_while(|trial| trial.state.is_finished()).count();
        for trial in &trials[self.measured.min(trials.len())..] {
            for (name, chosen) in &trial.parameters {
                extend(&mut self.axes, name, &chosen.distribution);
            }
        }
        self.measured = settled;
        self.summarise();
        Ok(())
    }

    /// Every setting of a grid is gone through for it, so only when it may have changed.
    fn cover(&mut self) {
        let trials = self.study.trials();
        let begun = trials.iter().filter(|trial| trial.state != TrialState::Waiting).count();
        let failed = trials.iter().filter(|trial| trial.state == TrialState::Failed).count();
        if self.covered.replace((begun, failed)) == Some((begun, failed)) {
            return;
        }
        self.coverage = self.settings.as_ref().and_then(|settings| {
            let space = self.study.newest(space_of(settings).ok()?);
            let tuning = &settings.tuning;
            tuning.chosen_sampler().coverage(&space, trials, tuning.repeats)
        });
    }

    fn summarise(&mut self) {
        let history = self.study.history();
        let complete = history.completed().count();
        let rested = self
            .summary
            .made
            .is_none_or(|at| at.elapsed() > POLLS_PER_CHECK * self.summary.took);
        if complete == self.summary.complete || !rested {
            return;
        }
        let begun = Instant::now();
        let pruner = self.settings.as_ref().map(|settings| settings.tuning.chosen_pruner());
        self.summary = Summary {
            complete,
            pruning_line: pruner.map_or_else(Vec::new, |pruner| pruner.line(&history)),
            importance: importance(&history),
            made: Some(Instant::now()),
            took: begun.elapsed(),
        };
    }

    fn counts(&self) -> StudyCounts {
        let mut counts = StudyCounts::default();
        for row in &self.rows {
            *match row.state {
                TrialState::Waiting => &mut counts.waiting,
                TrialState::Running if row.lost.is_some() => &mut counts.lost,
                TrialState::Running => &mut counts.running,
                TrialState::Complete => &mut counts.complete,
                TrialState::Pruned => &mut counts.pruned,
                TrialState::Failed => &mut counts.failed,
            } += 1;
        }
        counts
    }

    /// A number that was noted of the study.
    fn number(&self, key: &str) -> Option<usize> {
        let value = self.study.attributes()?.get(key)?.integer()?;
        usize::try_from(value).ok()
    }

    fn model(&self) -> String {
        let name = self.settings.as_ref().map(|settings| settings.model.name.clone());
        name.unwrap_or_default()
    }

    fn wanted(&self) -> Option<usize> {
        let settings = self.settings.as_ref().map(|settings| settings.tuning.trials);
        self.number(TRIALS_ATTRIBUTE).or(settings)
    }

    /// Its row in the list of studies.
    pub fn summary(&self) -> StudySummary {
        let best = self.study.history().best();
        StudySummary {
            name: self.folder.name.clone(),
            counts: self.counts(),
            model: self.model(),
            wanted: self.wanted(),
            written: written(&self.folder),
            best: best.and_then(|trial| Some((trial.number, trial.value()?))),
            direction: Some(self.study.history().direction),
            problem: self.study.check().err().map(|error| error.to_string()),
            workers: self
                .workers()
                .iter()
                .filter(|worker| worker.heartbeat.is_some())
                .count(),
        }
    }

    /// Everything about it.
    pub fn page(&self) -> StudyPage {
        let direction = self.study.history().direction;
        let (ranking, best) = ranks(&self.rows, direction);
        let tuning = self.settings.as_ref().map(|settings| &settings.tuning);
        let baseline = self.number(BASELINE_ATTRIBUTE);
        StudyPage {
            name: self.folder.name.clone(),
            path: self.folder.path.clone(),
            model: self.model(),
            objective: tuning.map_or_else(
                || "value".to_owned(),
                |tuning| match tuning.objective {
                    Objective::Uar => "validation UAR".to_owned(),
                    Objective::Ccc => "validation CCC".to_owned(),
                    other => format!("validation {other}"),
                },
            ),
            share: tuning.is_some_and(|tuning| !matches!(tuning.objective, Objective::Loss | Objective::Ccc)),
            direction,
            method: tuning.map_or_else(String::new, |tuning| {
                format!("{}, {}", name_of(&tuning.sampler), name_of(&tuning.pruner))
            }),
            wanted: self.wanted(),
            counts: self.counts(),
            epochs: self.rows.iter().map(|row| row.reports.len()).sum(),
            trials: self.rows.clone(),
            ranking,
            best,
            pruning_line: self.summary.pruning_line.clone(),
            importance: self.summary.importance.clone(),
            importance_trials: self.summary.complete,
            axes: self.axes.values().cloned().collect(),
            workers: self.workers(),
            promoted: self.promoted(),
            baseline,
            gain: baseline.and_then(|number| {
                let row = self.rows.get(number).filter(|row| row.state == TrialState::Complete)?;
                let best = self.study.history().best()?.value()?;
                Some(best - row.value?)
            }),
            coverage: self.coverage,
            damage: self.study.damage().cloned(),
        }
    }

    /// The row of a study that cannot be opened.
    pub fn unreadable(folder: &StudyFolder, error: &EngineError) -> StudySummary {
        StudySummary {
            name: folder.name.clone(),
            counts: StudyCounts::default(),
            model: String::new(),
            wanted: None,
            written: written(folder),
            best: None,
            direction: None,
            workers: 0,
            problem: Some(error.to_string()),
        }
    }

    fn workers(&self) -> Vec<WorkerRow> {
        let Ok(entries) = fs::read_dir(self.folder.workers()) else {
            return Vec::new();
        };
        let mut rows: Vec<WorkerRow> = entries
            .flatten()
            .filter_map(|entry| {
                let name = entry.file_name().to_string_lossy().into_owned();
                match liveness(&entry.path()) {
                    Liveness::Held(heartbeat) => Some(WorkerRow {
                        name,
                        trial: (heartbeat.phase == TRIAL).then_some(heartbeat.done as usize),
                        heartbeat: Some(heartbeat),
                        problem: None,
                    }),
                    _ => Some(WorkerRow {
                        name,
                        heartbeat: None,
                        trial: None,
                        problem: Some(tail(&entry.path().join("log.txt")).pop()?),
                    }),
                }
            })
            .collect();
        rows.sort_by(|one, two| (one.name.len(), &one.name).cmp(&(two.name.len(), &two.name)));
        rows
    }

    fn promoted(&self) -> Vec<PromotedRun> {
        let noted = self
            .study
            .attributes()
            .and_then(|attributes| attributes.get(PROMOTED_ATTRIBUTE));
        let Some(Value::Array(noted)) = noted else {
            return Vec::new();
        };
        let runs = noted.iter().filter_map(|entry| {
            let number = |key: &str| entry.get(key)?.integer();
            let run = entry.get("run")?.text()?.to_owned();
            let folder = RunFolder {
                path: self.runs.join(&run),
                id: run.clone(),
            };
            let report = read_report(&folder).ok();
            let ccc = report
                .as_ref()
                .and_then(|report| report.regression.as_ref()?.mean_ccc());
            // Of dimensions there are no classes.
            let report = report.filter(|report| report.regression.is_none());
            Some(PromotedRun {
                ccc,
                trial: usize::try_from(number("trial")?).ok()?,
                run,
                seed: u64::try_from(number("seed")?).ok()?,
                coverage: report.as_ref().map(|report| report.scores.coverage()),
                test: report.map(|report| (report.scores.unweighted_average_recall, report.scores.accuracy)),
            })
        });
        runs.collect()
    }
}

/// When the journal was written last.
fn written(folder: &StudyFolder) -> Option<jiff::Timestamp> {
    let modified = fs::metadata(folder.journal())
        .and_then(|journal| journal.modified())
        .ok()?;
    jiff::Timestamp::try_from(modified).ok()
}

fn name_of(value: &impl serde::Serialize) -> String {
    let name = serde_json::to_value(value).ok();
    let name = name.as_ref().and_then(|value| value.as_str());
    name.unwrap_or_default().replace('_', " ")
}
