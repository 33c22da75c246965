//! Tune: a study begun or gone on with, and the processes that work on it.

use super::Answer;
use super::context::Context;
use super::train::prepare;
use crate::engine::runs::launch::launch;
use crate::engine::settings::load_settings;
use crate::engine::studies::folder::{BASELINE_ATTRIBUTE, Begun, StudyFolder, TRIALS_ATTRIBUTE, space_of, wanted};
use crate::engine::studies::lost::settle;
use crate::engine::studies::{trash, trial};
use crate::engine::{EngineError, Origin, Settings, Tuning, request};
use crate::runs::trash::empty_expired;
use crate::runs::{Liveness, liveness, watch_heartbeats};
use crate::tuning::{Study, TrialState, Value};
use std::ffi::OsStr;

impl Answer for request::Tune {
    /// Begins the study, or continues it, and starts the workers that are missing.
    fn answer(self, context: &Context) -> Result<Tuning, EngineError> {
        let changes = &self.changes;
        let mut given = context.settings.with(changes)?;
        let name = given.tuning.study_name(&given.model.name).to_owned();
        let folder = StudyFolder::at(&given.tuning.studies.join(name));
        let mut notes = Vec::new();
        folder.check_journal()?;
        empty_expired(&given.runs);
        trash::empty_expired(&given.tuning.studies);
        let settings = if folder.settings_file().is_file() {
            should_continue(&folder, &given)?
        } else {
            space_of(&given)?;
            let run;
            (given, run) = prepare(context, changes)?;
            if run.folds > 1 || given.split.kfold > 0 {
                let problem = "a trial is one run, and split makes several; set split.kfold = 0 and split.leave_one_out = \
                               false, or name a split.file of one fold, and promote the best trial afterwards";
                return Err(EngineError::Unsuitable(problem.to_owned()));
            }
            trial::check(&given, space_of(&given)?)?;
            if folder.journal().is_file() {
                folder.open_study()?.check_space(space_of(&given)?)?;
            }
            let space_changes = given.source.changes.iter().filter(|(key, _)| is_space(key));
            let space_changes = space_changes.cloned().collect();
            folder.write(&given, &Begun { run, space_changes })?;
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
        settle(&folder, &mut study, settings.tuning.objective, settings.tuning.retries)?;
        let finished = |state| matches!(state, TrialState::Complete | TrialState::Pruned);
        let done = study.trials().iter().filter(|trial| finished(trial.state)).count();
        let workers = if done >= settings.tuning.trials {
            notes.push(format!(
                "the study has its {done} trials; more are asked for with `undertone tune --study {} --trials {}`",
                folder.name,
                2 * done
            ));
            Vec::new()
        } else if let Some(words) = exhausted(&study, &settings, &folder.name)? {
            notes.push(words);
            Vec::new()
        } else {
            start_workers(&folder, settings.tuning.workers)?
        };
        Ok(Tuning {
            study: folder.name,
            workers,
            notes,
        })
    }
}

/// Why there is nothing to begin: every setting of a finite space was tried, and nothing waits.
fn exhausted(study: &Study, settings: &Settings, name: &str) -> Result<Option<String>, EngineError> {
    let (tuning, space) = (&settings.tuning, study.newest(space_of(settings)?));
    let coverage = tuning.chosen_sampler().coverage(&space, study.trials(), tuning.repeats);
    let open = |state| matches!(state, TrialState::Waiting | TrialState::Running);
    if study.trials().iter().any(|trial| open(trial.state)) {
        return Ok(None);
    }
    Ok(coverage.filter(|coverage| coverage.exhausted).map(|coverage| {
        format!(
            "{} of {} settings tried; to try them again: `undertone tune --study {name} --set tuning.repeats={}`",
            coverage.tried,
            coverage.settings,
            tuning.repeats + 1
        )
    }))
}

/// Whether a key is one of the search spaces, or of a parameter in one.
fn is_space(key: &str) -> bool {
    key == "tuning.space" || key.starts_with("tuning.space.")
}

/// A study keeps the settings that it was begun with; of those given now, `[tuning]` counts, and any other must agree.
/// So must the search space, wherever it is written: with `--set`, in workbench.toml or in a preset.
fn should_continue(folder: &StudyFolder, given: &Settings) -> Result<Settings, EngineError> {
    let mut tuning = Vec::new();
    let stored = folder.settings(&[])?;
    check_space(folder, &stored, given)?;
    for (key, value) in &given.source.changes {
        if is_space(key) {
            continue;
        }
        // Values of another objective would be ranked among the old ones.
        if key.starts_with("tuning.") && key != "tuning.objective" {
            tuning.push((key.clone(), value.clone()));
        } else if !["runs", "cache", "data", "corpora", "notify.command"].contains(&key.as_str())
            && !holds(&stored, given, key, value)?
        {
            return Err(EngineError::Unsuitable(format!(
                "study `{}` was started with another `{key}`, and its trials would not compare; \
                 leave it out, or begin another study with --study NAME",
                folder.name
            )));
        }
    }
    let settings = load_settings(Some(&folder.settings_file()), &tuning)?;
    if !tuning.is_empty() {
        trial::check(&settings, space_of(&settings)?)?;
        folder.write(&settings, &folder.begun()?)?;
    }
    Ok(settings)
}

/// Refuses another search space than the study was begun with. What nobody wrote, but the program itself, does not count:
/// it may have been another in an older version, or under a `--set` that began the study.
fn check_space(folder: &StudyFolder, stored: &Settings, given: &Settings) -> Result<(), EngineError> {
    let name = &stored.model.name;
    let key = format!("tuning.space.{name}");
    let written = given.origins.iter().any(|(written, origin)| {
        let rest = written.strip_prefix(&key);
        *origin != Origin::Default && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    });
    if !written {
        return Ok(());
    }
    // What was put over the settings then still holds, and what is put over them now comes on top.
    let mut changes = folder.begun()?.space_changes;
    changes.extend(given.source.changes.iter().cloned());
    let given = load_settings(given.source.file.as_deref(), &changes)?;
    let (Some(before), Some(now)) = (stored.tuning.space.get(name), given.tuning.space.get(name)) else {
        return Ok(());
    };
    let words = |text: &Option<String>| text.clone().unwrap_or_else(|| "not searched".to_owned());
    let differences: Vec<String> = before
        .differences(now)
        .iter()
        .map(|parameter| {
            format!(
                "`{}` was {} and is now {}",
                parameter.name,
                words(&parameter.one),
                words(&parameter.other)
            )
        })
        .collect();
    if differences.is_empty() {
        return Ok(());
    }
    Err(EngineError::Unsuitable(format!(
        "study `{}` was started with another search space: {} (in {key}); restore that, or start another study with \
         --study NAME",
        folder.name,
        differences.join("; ")
    )))
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
    match trial::baseline(settings, space)? {
        Ok(values) => {
            let number = study.enqueue(space, &values)?;
            study.note(
                BASELINE_ATTRIBUTE,
                Value::Int(i64::try_from(number).unwrap_or(i64::MAX)),
            )?;
            Ok(None)
        }
        Err(name) => Ok(Some(format!(
            "no trial has the settings unchanged: the present `{name}` is outside of its range"
        ))),
    }
}

/// Starts as many workers as are missing to `count`; their names.
fn start_workers(folder: &StudyFolder, count: usize) -> Result<Vec<String>, EngineError> {
    let place = |number: usize| (format!("w{number}"), folder.workers().join(format!("w{number}")));
    watch_heartbeats(folder.worker_folders());
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
