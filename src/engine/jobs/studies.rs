//! What is asked of studies: the stop, a trial by hand, a trial made into runs, the repair, the table.

use super::Answer;
use super::context::Context;
use super::train::start;
use crate::engine::runs::file::{RunFile, RunMetadata};
use crate::engine::studies::book::StudyBook;
use crate::engine::studies::folder::{PROMOTED_ATTRIBUTE, StudyFolder, TRIAL, TRIALS_ATTRIBUTE, space_of, wanted};
use crate::engine::studies::trial;
use crate::engine::{EngineError, Enqueued, Started, StopTuning, StudyExported, StudyRepaired, TuningStops, request};
use crate::runs::{Liveness, RunFolder, Stop, liveness, request_stop, watch_heartbeats};
use crate::tuning::{Study, Trial, TrialState, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

impl Answer for request::StopTuning {
    /// Asks one worker, or all, to take no more trials, and their trials to stop.
    fn answer(self, context: &Context) -> Result<TuningStops, EngineError> {
        let (worker, when) = (self.worker.as_deref(), self.when);
        let folder = StudyFolder::find(&context.settings.tuning.studies, &self.study)?;
        let opened = folder.open_study()?;
        let request = if when == StopTuning::Now {
            Stop::Now
        } else {
            Stop::AfterEpoch
        };
        let (mut stopped, mut trials) = (Vec::new(), Vec::new());
        let workers = folder.worker_folders();
        watch_heartbeats(workers.clone());
        for path in workers {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let Liveness::Held(heartbeat) = liveness(&path) else {
                continue;
            };
            if worker.is_none_or(|wanted| wanted == name) {
                // Either request means no more trials; the stronger one is passed on to the trial it is at.
                request_stop(&path, request)?;
                trials.extend((heartbeat.phase == TRIAL).then_some(heartbeat.done as usize));
                stopped.push(name);
            }
        }
        if when != StopTuning::AfterTrial {
            // A trial may have outlived its worker.
            let asked = |number: &usize| worker.is_none() || trials.contains(number);
            for (_, id) in opened.running_runs().filter(|(trial, _)| asked(&trial.number)) {
                let path = folder.trials().join(id);
                if path.is_dir() {
                    request_stop(&path, request)?;
                }
            }
        }
        if stopped.is_empty() {
            return Err(EngineError::State(match worker {
                Some(worker) => format!("worker {worker} does not work on study `{}`", folder.name),
                None => format!("study `{}` has no worker", folder.name),
            }));
        }
        stopped.sort();
        Ok(TuningStops {
            study: folder.name,
            workers: stopped,
            when,
        })
    }
}

impl Answer for request::Enqueue {
    /// Puts a trial with these values in the queue; the study is to end with one trial more.
    fn answer(self, context: &Context) -> Result<Enqueued, EngineError> {
        let folder = StudyFolder::find(&context.settings.tuning.studies, &self.study)?;
        let settings = folder.settings(&[])?;
        let space = space_of(&settings)?;
        let mut opened = folder.open_study()?;
        let number = opened.enqueue(space, &trial::typed(&opened.newest(space), &self.values)?)?;
        let wanted = wanted(&opened, &settings).saturating_add(1);
        opened.note(TRIALS_ATTRIBUTE, Value::Int(i64::try_from(wanted).unwrap_or(i64::MAX)))?;
        Ok(Enqueued {
            study: folder.name,
            trial: number,
        })
    }
}

impl Answer for request::Promote {
    /// Makes a trial into runs, one per seed on the study's split; each is evaluated once on the test set.
    fn answer(self, context: &Context) -> Result<Started, EngineError> {
        let Self {
            study,
            trial: wanted,
            seeds,
        } = self;
        let folder = StudyFolder::find(&context.settings.tuning.studies, &study)?;
        let settings = folder.settings(&[])?;
        let mut opened = folder.open_study()?;
        // Runs that no journal could name are not begun.
        opened.check()?;
        let best = || opened.history().best().map(|trial| trial.number);
        let number = wanted
            .or_else(best)
            .ok_or_else(|| EngineError::State(format!("study `{}` has no complete trial yet", folder.name)))?;
        let row = opened
            .trials()
            .get(number)
            .ok_or_else(|| EngineError::Unknown(format!("study `{}` has no trial {number}", folder.name)))?;
        if row.state == TrialState::Waiting {
            return Err(EngineError::State(format!("trial {number} has no parameters yet")));
        }
        let settings = trial::trial_settings(&folder, &settings, &row.parameters)?;
        let metadata = RunMetadata {
            searched: Some(searched(&opened, &folder.name, row)),
            ..folder.begun()?.run
        };
        let created = jiff::Timestamp::now();
        let mut runs: Vec<(RunFolder, u64)> = Vec::new();
        for place in 0..seeds.max(1) as u64 {
            let seed = settings.seed.wrapping_add(place);
            let name = format!("{}-{}-t{number:04}-s{seed}", settings.model.name, folder.name);
            let run = RunFolder::create(&context.settings.runs, &name, created, |id| {
                let group = runs.first().map_or(id, |(first, _)| &first.id);
                let run = RunMetadata {
                    command: format!(
                        "undertone study promote {} --trial {number} --seeds {}",
                        folder.name,
                        seeds.max(1)
                    ),
                    training_seed: Some(seed),
                    ..metadata.of(id, group, created)
                };
                RunFile {
                    run,
                    settings: settings.clone(),
                }
                .to_toml()
            })?;
            runs.push((run, seed));
        }
        note_promoted(&mut opened, number, &runs)?;
        let folders: Vec<RunFolder> = runs.into_iter().map(|(run, _)| run).collect();
        start(&context.settings.runs, folders, &settings.device)
    }
}

/// What the settings of a trial were chosen from: without that, a score says little of how hard it was looked for.
fn searched(study: &Study, name: &str, trial: &Trial) -> String {
    let ranges: Vec<String> = trial
        .parameters
        .iter()
        .map(|(key, chosen)| format!("{key} ({})", chosen.distribution))
        .collect();
    format!(
        "settings of trial {} of study {name}, chosen on validation among {} complete trials over {}",
        trial.number,
        study.history().completed().count(),
        ranges.join(", ")
    )
}

fn note_promoted(study: &mut Study, trial: usize, runs: &[(RunFolder, u64)]) -> Result<(), EngineError> {
    study.refresh()?;
    let known = study
        .attributes()
        .and_then(|attributes| attributes.get(PROMOTED_ATTRIBUTE));
    let mut all = match known {
        Some(Value::Array(known)) => known.clone(),
        _ => Vec::new(),
    };
    let number = |value: u64| Value::Int(i64::try_from(value).unwrap_or(i64::MAX));
    all.extend(runs.iter().map(|(run, seed)| {
        Value::Object(BTreeMap::from([
            ("trial".to_owned(), number(trial as u64)),
            ("run".to_owned(), Value::from(run.id.as_str())),
            ("seed".to_owned(), number(*seed)),
        ]))
    }));
    Ok(study.note(PROMOTED_ATTRIBUTE, Value::Array(all))?)
}

impl Answer for request::RepairStudy {
    /// Repairs the journal, when nobody works on the study: they would go on writing into the file as they know it.
    fn answer(self, context: &Context) -> Result<StudyRepaired, EngineError> {
        let folder = StudyFolder::find(&context.settings.tuning.studies, &self.study)?;
        folder.check_idle("repair the study")?;
        let repaired = folder.repair()?.map(Arc::new);
        Ok(StudyRepaired {
            study: folder.name,
            repaired,
        })
    }
}

impl Answer for request::ExportStudy {
    /// Writes the trials as a table: CSV, or the whole study as JSON by the file's extension.
    fn answer(self, context: &Context) -> Result<StudyExported, EngineError> {
        let Self { study, path } = self;
        let folder = StudyFolder::find(&context.settings.tuning.studies, &study)?;
        let mut book = StudyBook::open(folder, &context.settings.runs)?;
        book.refresh()?;
        let page = book.page();
        let unwritable = |problem: String| EngineError::File {
            path: path.clone(),
            problem,
        };
        let text = if path.extension().is_some_and(|extension| extension == "json") {
            serde_json::to_vec_pretty(&page).map_err(|error| unwritable(error.to_string()))?
        } else {
            crate::engine::studies::table::csv(&page).map_err(|error| unwritable(error.to_string()))?
        };
        crate::files::replace(&path, &text).map_err(|error| unwritable(error.to_string()))?;
        let trials = page.trials.len();
        Ok(StudyExported { path, trials })
    }
}
