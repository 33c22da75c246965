//! Tuning: a study started and followed, and requests about studies.

use super::arguments::StudyCommands;
use super::session::{Failed, Interrupted, Session};
use super::show;
use crate::engine::{Command, Event, StopTuning, StudyPage};
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
    let mut begun = None;
    let detach = arguments.detach;
    session.ask(
        Command::Tune {
            changes: changes.collect(),
        },
        |event, output| {
            if let Event::Tuning { study, workers, notes } = event {
                show::tuning(output, &study, &workers, &notes)?;
                begun = Some(study);
            }
            Ok(())
        },
    )?;
    let Some(study) = begun.filter(|_| !detach) else {
        return Ok(());
    };
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
    session.send(Command::Study {
        study: study.to_owned(),
        follow: true,
    });
    let mut reported: Option<BTreeSet<usize>> = None;
    loop {
        let Event::Study(page) = session.next()? else { continue };
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
                show::study(session.output, &page, Some(10))?;
            }
            return verdict(&page);
        }
    }
}

fn progress(page: &StudyPage) -> crate::engine::Progress {
    crate::engine::Progress {
        task: "trials".to_owned(),
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
    let mut rows = None;
    let command = match command {
        StudyCommands::List => Command::Studies,
        StudyCommands::Show { study, rows: most } => {
            rows = most;
            Command::Study { study, follow: false }
        }
        StudyCommands::Stop {
            study,
            worker,
            after_epoch,
            after_trial,
        } => Command::StopTuning {
            study,
            worker,
            when: match (after_epoch, after_trial) {
                (_, true) => StopTuning::AfterTrial,
                (true, false) => StopTuning::AfterEpoch,
                (false, false) => StopTuning::Now,
            },
        },
        StudyCommands::Enqueue { study, values } => Command::Enqueue { study, values },
        StudyCommands::Promote { study, trial, seeds } => Command::Promote { study, trial, seeds },
        StudyCommands::Repair { study } => Command::RepairStudy { study },
        StudyCommands::Export { study, path } => Command::ExportStudy { study, path },
    };
    session.ask(command, |event, output| {
        match event {
            Event::Studies(studies) => show::studies(output, &studies)?,
            Event::Study(page) => show::study(output, &page, rows)?,
            Event::TuningStops { study, workers, when } => show::tuning_stops(output, &study, &workers, when)?,
            Event::Enqueued { study, trial } => show::enqueued(output, &study, trial)?,
            Event::Started { runs, ahead } => show::started(output, &runs, ahead)?,
            Event::StudyRepaired { study, repaired } => show::study_repaired(output, &study, repaired.as_deref())?,
            Event::StudyExported { path, trials } => show::study_exported(output, &path, trials)?,
            _ => {}
        }
        Ok(())
    })
}
