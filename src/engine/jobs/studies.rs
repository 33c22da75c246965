//! What is asked of studies: the list, the stop, a trial by hand, a trial made into runs, the repair, the table.

use super::train::start;
use crate::engine::context::Context;
use crate::engine::run_file::{RunFile, RunMetadata};
use crate::engine::study_book::StudyBook;
use crate::engine::study_folder::{PROMOTED_ATTRIBUTE, StudyFolder, TRIALS_ATTRIBUTE};
use crate::engine::study_worker::{space_of, wanted};
use crate::engine::{EngineError, Event, StopTuning, study_trial};
use crate::runs::{Liveness, RunFolder, Stop, liveness, request_stop, watch_heartbeats};
use crate::tuning::{Study, TrialState, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

/// Lists the studies.
pub fn list(context: &Context) -> Result<(), EngineError> {
    let folders = StudyFolder::list(&context.settings.tuning.studies)?;
    let books: Vec<_> = folders
        .iter()
        .map(|folder| StudyBook::open(folder.clone(), &context.settings.runs))
        .collect();
    watch_heartbeats(books.iter().flatten().flat_map(StudyBook::heartbeat_folders).collect());
    let summary = |(folder, book): (&StudyFolder, Result<StudyBook, EngineError>)| {
        let summary = book.and_then(|mut book| {
            book.refresh()?;
            Ok(book.summary())
        });
        // One that cannot be read hides no other.
        summary.unwrap_or_else(|error| StudyBook::unreadable(folder, &error))
    };
    let summaries = folders.iter().zip(books).map(summary).collect();
    context.emit(Event::Studies(Arc::new(summaries)));
    Ok(())
}

/// Asks one worker, or all, to take no more trials, and their trials to stop.
pub fn stop(context: &Context, study: &str, worker: Option<&str>, when: StopTuning) -> Result<(), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, study)?;
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
            trials.extend((heartbeat.phase == "trial").then_some(heartbeat.done as usize));
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
        return Err(EngineError::Other(match worker {
            Some(worker) => format!("worker {worker} does not work on study `{}`", folder.name),
            None => format!("study `{}` has no worker", folder.name),
        }));
    }
    stopped.sort();
    context.emit(Event::TuningStops {
        study: folder.name,
        workers: stopped,
        when,
    });
    Ok(())
}

/// Puts a trial with these values in the queue; the study is to end with one trial more.
pub fn enqueue(context: &Context, study: &str, values: &[(String, String)]) -> Result<(), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, study)?;
    let settings = folder.settings(&[])?;
    let space = space_of(&settings)?;
    let mut opened = folder.open_study()?;
    let number = opened.enqueue(space, &study_trial::typed(&opened.newest(space), values)?)?;
    let wanted = wanted(&opened, &settings).saturating_add(1);
    opened.note(TRIALS_ATTRIBUTE, Value::Int(i64::try_from(wanted).unwrap_or(i64::MAX)))?;
    context.emit(Event::Enqueued {
        study: folder.name,
        trial: number,
    });
    Ok(())
}

/// Makes a trial into runs, one per seed on the study's split; each is judged once on the test set.
pub fn promote(context: &Context, study: &str, trial: Option<usize>, seeds: usize) -> Result<(), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, study)?;
    let settings = folder.settings(&[])?;
    let mut opened = folder.open_study()?;
    // Runs that no journal could name are not begun.
    opened.check()?;
    let best = || opened.history().best().map(|trial| trial.number);
    let number = trial
        .or_else(best)
        .ok_or_else(|| EngineError::Other(format!("study `{}` has no complete trial yet", folder.name)))?;
    let row = opened
        .trials()
        .get(number)
        .ok_or_else(|| EngineError::Other(format!("study `{}` has no trial {number}", folder.name)))?;
    if row.state == TrialState::Waiting {
        return Err(EngineError::Other(format!("trial {number} has no parameters yet")));
    }
    let settings = study_trial::trial_settings(&folder, &settings, &row.parameters)?;
    let metadata = folder.begun()?.run;
    let mut runs: Vec<(RunFolder, u64)> = Vec::new();
    for place in 0..seeds.max(1) as u64 {
        let seed = settings.seed.wrapping_add(place);
        let name = format!("{}-{}-t{number:04}-s{seed}", settings.model.name, folder.name);
        let run = RunFolder::create(&context.settings.runs, &name, |id| {
            let group = runs.first().map_or(id, |(first, _)| &first.id).to_owned();
            let run = RunMetadata {
                id: id.to_owned(),
                created: jiff::Timestamp::now(),
                group,
                version: env!("CARGO_PKG_VERSION").to_owned(),
                command: format!(
                    "undertone study promote {} --trial {number} --seeds {}",
                    folder.name,
                    seeds.max(1)
                ),
                training_seed: Some(seed),
                ..metadata.clone()
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
    start(context, &context.settings.runs, folders, &settings.device)
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

/// Mends the journal, when nobody works on the study: they would go on writing into the file as they know it.
pub fn repair(context: &Context, study: &str) -> Result<(), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, study)?;
    let places = [folder.workers(), folder.trials()];
    let entries = places.iter().flat_map(std::fs::read_dir).flatten().flatten();
    if let Some(entry) = entries
        .into_iter()
        .find(|entry| matches!(liveness(&entry.path()), Liveness::Held(_)))
    {
        return Err(EngineError::Other(format!(
            "{}: a process works on it; `undertone study stop {}` first, then repair the study",
            entry.path().display(),
            folder.name
        )));
    }
    let repaired = folder.repair()?.map(Arc::new);
    context.emit(Event::StudyRepaired {
        study: folder.name,
        repaired,
    });
    Ok(())
}

/// Writes the trials as a table: CSV, or the whole study as JSON by the file's extension.
pub fn export(context: &Context, study: &str, path: &Path) -> Result<(), EngineError> {
    let folder = StudyFolder::find(&context.settings.tuning.studies, study)?;
    let mut book = StudyBook::open(folder, &context.settings.runs)?;
    book.refresh()?;
    let page = book.page();
    let unwritable = |error: String| EngineError::Other(format!("{}: {error}", path.display()));
    let text = if path.extension().is_some_and(|extension| extension == "json") {
        serde_json::to_vec_pretty(&page).map_err(|error| unwritable(error.to_string()))?
    } else {
        crate::engine::study_table::csv(&page).map_err(|error| unwritable(error.to_string()))?
    };
    crate::files::replace(path, &text).map_err(|error| unwritable(error.to_string()))?;
    context.emit(Event::StudyExported {
        path: path.to_owned(),
        trials: page.trials.len(),
    });
    Ok(())
}
