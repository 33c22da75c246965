//! Tuning: a study started and followed, and requests about studies.

use super::delete::delete_study;
use super::session::{Failed, Interrupted, Session};
use super::study::StudyCommands;
use super::{filter, show};
use crate::engine::{StopTuning, StudyPage, Task, request};
use crate::present::filter::trials::fields;
use std::collections::BTreeSet;

/// What `undertone tune` takes beside the settings.
#[derive(Debug, Clone, clap::Args)]
pub struct TuneArguments {
    /// The study [default: `tuning.study`, or the architecture's name]
    #[arg(long, value_name = "NAME")]
    pub study: Option<String>,
    /// Complete and pruned trials after which the study ends [default: `tuning.trials`]
    #[arg(long, value_name = "N", value_parser = super::parse::positive)]
    pub trials: Option<usize>,
    /// Processes at once; those that are missing are started [default: `tuning.workers`]
    #[arg(long, value_name = "K", value_parser = super::parse::positive)]
    pub workers: Option<usize>,
    /// Return as soon as the workers have started
    #[arg(long)]
    pub detach: bool,
    /// Run one worker of an existing study in this process, also on another machine that shares the folder
    #[arg(long)]
    pub worker: bool,
    /// The worker's folder
    #[arg(long, hide = true)]
    pub slot: Option<String>,
}

/// Starts or continues a study and, unless detached, follows it.
pub fn tune(session: &mut Session, arguments: TuneArguments) -> anyhow::Result<()> {
    let numbers = [
        ("tuning.trials", arguments.trials),
        ("tuning.workers", arguments.workers),
    ];
    let numbers = numbers
        .into_iter()
        .filter_map(|(key, number)| Some((key, number?.to_string())));
    let study = arguments.study.map(|study| ("tuning.study", format!("\"{study}\"")));
    let changes = study
        .into_iter()
        .chain(numbers)
        .map(|(key, value)| (key.to_owned(), value));
    let detach = arguments.detach;
    let begun = session.ask(request::Tune {
        changes: changes.collect(),
    })?;
    let study = begun.study;
    show::tuning(session.output, &study, &begun.workers, &begun.notes)?;
    if detach {
        return Ok(());
    }
    let outcome = follow(session, &study);
    if outcome.as_ref().is_err_and(|error| error.is::<Interrupted>()) {
        session.note(&format!(
            "the study keeps running; `undertone study stop {study}` ends it, `undertone study show {study}` shows it"
        ));
    }
    outcome
}

/// Reports every trial that ends, until the study has no worker any more.
fn follow(session: &mut Session, study: &str) -> anyhow::Result<()> {
    session.send(request::Study {
        study: study.to_owned(),
        follow: true,
    });
    let mut reported: Option<BTreeSet<usize>> = None;
    while let Some(page) = session.update::<request::Study>()? {
        let ended = page.trials.iter().filter(|trial| trial.state.is_finished());
        let reported = reported.get_or_insert_with(|| ended.clone().map(|trial| trial.number).collect());
        for trial in ended {
            if reported.insert(trial.number) {
                show::trial(session.output, &page, trial)?;
            }
        }
        session.show(&progress(&page));
        if page.workers.iter().all(|worker| worker.heartbeat.is_none()) {
            if !session.output.json {
                show::study(session.output, &page, (Some(10), &|_| true))?;
            }
            return verdict(&page);
        }
    }
    Ok(())
}

fn progress(page: &StudyPage) -> crate::engine::Progress {
    crate::engine::Progress {
        task: Task::Trials,
        done: page.counts.complete + page.counts.pruned,
        total: page.wanted.unwrap_or(0),
    }
}

fn verdict(page: &StudyPage) -> anyhow::Result<()> {
    let (done, wanted) = (page.counts.complete + page.counts.pruned, page.wanted.unwrap_or(0));
    if done >= wanted || page.coverage.is_some_and(|coverage| coverage.exhausted) {
        return Ok(());
    }
    let problem = page.workers.iter().find_map(|worker| worker.problem.clone());
    let problem = problem.unwrap_or_else(|| "its workers have ended".to_owned());
    Err(Failed(format!("study {} has {done} of {wanted} trials: {problem}", page.name)).into())
}

/// Carries out a request about studies.
pub fn study(session: &mut Session, command: StudyCommands) -> anyhow::Result<()> {
    let output = session.output;
    match command {
        StudyCommands::List => {
            session.send(request::Studies { follow: false });
            if let Some(studies) = session.update::<request::Studies>()? {
                show::studies(output, &studies)?;
            }
        }
        StudyCommands::Show { study, filter, rows } => {
            session.send(request::Study { study, follow: false });
            if let Some(page) = session.update::<request::Study>()? {
                let query = filter.map(|text| filter::read(&text, &fields(&page))).transpose()?;
                let query = query.unwrap_or_default();
                show::study(output, &page, (rows, &filter::trials(&page, &query)))?;
            }
        }
        StudyCommands::Stop {
            study,
            worker,
            after_epoch,
            after_trial,
        } => {
            let when = match (after_epoch, after_trial) {
                (_, true) => StopTuning::AfterTrial,
                (true, false) => StopTuning::AfterEpoch,
                (false, false) => StopTuning::Now,
            };
            let stops = session.ask(request::StopTuning { study, worker, when })?;
            show::tuning_stops(output, &stops.study, &stops.workers, when)?;
        }
        StudyCommands::Enqueue { study, values } => {
            let enqueued = session.ask(request::Enqueue { study, values })?;
            show::enqueued(output, &enqueued.study, enqueued.trial)?;
        }
        StudyCommands::Promote { study, trial, seeds } => {
            let started = session.ask(request::Promote { study, trial, seeds })?;
            show::started(output, &started.runs, started.ahead)?;
        }
        StudyCommands::Repair { study } => {
            let done = session.ask(request::RepairStudy { study })?;
            show::study_repaired(output, &done.study, done.repaired.as_deref())?;
        }
        StudyCommands::Delete { study, runs, yes } => delete_study(session, &study, runs, yes)?,
        StudyCommands::Restore { study } => {
            show::study_restored(output, &session.ask(request::RestoreStudy { study })?)?;
        }
        StudyCommands::Export { study, path } => {
            let exported = session.ask(request::ExportStudy { study, path })?;
            show::study_exported(output, &exported.path, exported.trials)?;
        }
    }
    Ok(())
}
