//! Tune: a study begun or gone on with, and the processes that work on it.

use super::train::prepare;
use crate::engine::context::Context;
use crate::engine::launch::launch;
use crate::engine::run_file::RunFacts;
use crate::engine::settings::load_settings;
use crate::engine::study_folder::{BASELINE_ATTRIBUTE, StudyFolder, TRIALS_ATTRIBUTE};
use crate::engine::study_worker::{space_of, wanted};
use crate::engine::{EngineError, Event, Settings, study_trial};
use crate::runs::{Liveness, liveness};
use crate::tuning::{Study, TrialState, Value};
use std::ffi::OsStr;

/// Begins the study, or goes on with it, and starts the workers that are missing.
pub fn tune(context: &Context, changes: &[(String, String)]) -> Result<(), EngineError> {
    let mut given = context.settings.with(changes)?;
    let name = given.tuning.study_name(&given.model.name).to_owned();
    let folder = StudyFolder::at(&given.tuning.studies.join(name));
    let mut notes = Vec::new();
    let settings = if folder.settings_file().is_file() {
        go_on(&folder, &given)?
    } else {
        if given.split.kfold > 0 {
            let problem = "split.kfold: a trial is one run; set split.kfold = 0 and promote the best trial afterwards";
            return Err(EngineError::Other(problem.to_owned()));
        }
        space_of(&given)?;
        let facts: RunFacts;
        (given, facts) = prepare(context, changes)?;
        study_trial::check(&given, space_of(&given)?)?;
        folder.write(&given, &facts)?;
        given
    };
    let mut study = folder.begin_study(settings.tuning.objective)?;
    notes.extend(put_baseline(&mut study, &settings)?);
    let trials = i64::try_from(settings.tuning.trials).unwrap_or(i64::MAX);
    if wanted(&study, &settings) != settings.tuning.trials
        || study.attributes().is_none_or(|a| !a.contains_key(TRIALS_ATTRIBUTE))
    {
        study.note(TRIALS_ATTRIBUTE, Value::Int(trials))?;
    }
    folder.fail_lost(&mut study, settings.tuning.retries)?;
    let finished = |state| matches!(state, TrialState::Complete | TrialState::Pruned);
    let done = study.trials().iter().filter(|trial| finished(trial.state)).count();
    let workers = if done >= settings.tuning.trials {
        notes.push(format!(
            "the study has its {done} trials; more are asked for with `undertone tune --study {} --trials {}`",
            folder.name,
            2 * done
        ));
        Vec::new()
    } else {
        start_workers(&folder, settings.tuning.workers)?
    };
    context.emit(Event::Tuning {
        study: folder.name,
        workers,
        notes,
    });
    Ok(())
}

/// A study keeps the settings that it was begun with; of those given now, `[tuning]` counts, and any other must agree.
fn go_on(folder: &StudyFolder, given: &Settings) -> Result<Settings, EngineError> {
    let mut tuning = Vec::new();
    let stored = folder.settings(&[])?;
    for (key, value) in &given.source.changes {
        if key.starts_with("tuning.") {
            tuning.push((key.clone(), value.clone()));
        } else if !["runs", "cache", "data", "corpora"].contains(&key.as_str()) && !holds(&stored, given, key, value)? {
            return Err(EngineError::Other(format!(
                "study `{}` was begun with another `{key}`, and its trials would not compare; \
                 leave it out, or begin another study with --study NAME",
                folder.name
            )));
        }
    }
    let settings = load_settings(Some(&folder.settings_file()), &tuning)?;
    if !tuning.is_empty() {
        study_trial::check(&settings, space_of(&settings)?)?;
        folder.write(&settings, &folder.facts()?)?;
    }
    Ok(settings)
}

/// Whether a setting that is given now is as the study has it. A preset holds where it was begun with it, whatever was
/// put over it then.
fn holds(stored: &Settings, given: &Settings, key: &str, value: &str) -> Result<bool, EngineError> {
    if key == "preset" {
        return Ok(given.preset == stored.preset);
    }
    let same = stored.with(&[(key.to_owned(), value.to_owned())])?;
    Ok(same.without_source() == stored.clone().without_source())
}

/// Puts the settings as they are first in the queue of a study without trials.
fn put_baseline(study: &mut Study, settings: &Settings) -> Result<Option<String>, EngineError> {
    if !settings.tuning.baseline || !study.trials().is_empty() {
        return Ok(None);
    }
    let space = space_of(settings)?;
    match study_trial::baseline(settings, space)? {
        Ok(values) => {
            let number = study.enqueue(space, &values)?;
            study.note(
                BASELINE_ATTRIBUTE,
                Value::Int(i64::try_from(number).unwrap_or(i64::MAX)),
            )?;
            Ok(None)
        }
        Err(name) => Ok(Some(format!(
            "no trial takes the settings as they are: the present `{name}` is outside of its range"
        ))),
    }
}

/// Starts as many workers as are missing to `count`; tells their names.
fn start_workers(folder: &StudyFolder, count: usize) -> Result<Vec<String>, EngineError> {
    let place = |number: usize| (format!("w{number}"), folder.workers().join(format!("w{number}")));
    let is_held = |number: usize| matches!(liveness(&place(number).1), Liveness::Held(_));
    // Workers that others removed leave gaps, so more folders than workers may be there.
    let most = std::fs::read_dir(folder.workers()).map_or(0, Iterator::count) + count;
    let held = (1..=most).filter(|number| is_held(*number)).count();
    let free = (1..=most).filter(|number| !is_held(*number));
    let mut started = Vec::new();
    for number in free.take(count.saturating_sub(held)) {
        let (name, path) = place(number);
        std::fs::create_dir_all(&path).map_err(crate::runs::RunError::io(&path))?;
        let log = path.join("log.txt");
        // What an earlier worker said is over.
        std::fs::write(&log, b"").map_err(crate::runs::RunError::io(&log))?;
        let arguments = [
            OsStr::new("tune"),
            OsStr::new("--worker"),
            OsStr::new("--study"),
            folder.path.as_os_str(),
            OsStr::new("--slot"),
            OsStr::new(&name),
        ];
        launch(&arguments, &log, &path)?;
        started.push(name);
    }
    Ok(started)
}
