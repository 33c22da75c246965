//! Following runs: one line per epoch, until they end.

use super::filter;
use super::session::{Failed, Interrupted, Session};
use super::show;
use crate::engine::{Progress, RunDetail, RunSelector, RunState, Stop, Task, request};
use crate::present::filter::Query;
use crate::present::json;
use crate::present::numbers::count;
use std::io::{self, BufRead, IsTerminal, Write};

/// Lists the runs that pass, and while `follow` again whenever one changes, until interrupted.
pub fn runs(session: &mut Session, follow: bool, query: &Query) -> anyhow::Result<()> {
    session.send(request::Runs { follow });
    while let Some(all) = session.update::<request::Runs>()? {
        let runs = filter::runs(&all, query);
        let table = || match runs.is_empty() && !all.is_empty() {
            true => format!("none of {} passes {}", count(all.len(), "run"), query.text()),
            false => show::runs_table(&runs),
        };
        match (follow, session.output.json) {
            (false, _) => session.output.either(|| json::Runs::from(runs.as_slice()), table)?,
            (true, true) => session.output.json(json::Runs::from(runs.as_slice()))?,
            (true, false) => {
                session.output.text(&table())?;
                session.output.text("")?;
            }
        }
    }
    Ok(())
}

/// Follows one run, with its steps where they are asked for.
pub fn watch(session: &mut Session, run: RunSelector, steps: bool) -> anyhow::Result<()> {
    let mut shown = Shown {
        step: steps.then_some(0),
        ..Shown::default()
    };
    let outcome = follow(session, run, false, &mut shown);
    if outcome.as_ref().is_err_and(|error| error.is::<Interrupted>()) {
        session.note("the run keeps running; `undertone stop` ends it");
    }
    outcome.and_then(|(id, state)| verdict(&[(id, state)]))
}

/// Starts a run (or the folds of a cross-validation) and, unless detached, follows it.
pub fn train(session: &mut Session, detach: bool) -> anyhow::Result<()> {
    let started = session.ask(request::Train { changes: Vec::new() })?;
    show::started(session.output, &started.runs, started.ahead)?;
    if detach {
        return Ok(());
    }
    follow_all(session, started.runs.into_iter().map(|run| (run, 0)).collect())
}

/// Resumes a run (and its other folds) and, unless detached, follows it.
pub fn resume(session: &mut Session, run: RunSelector, detach: bool) -> anyhow::Result<()> {
    let resumed = session.ask(request::Resume { run })?.runs;
    show::resumed(session.output, &resumed)?;
    if detach {
        return Ok(());
    }
    follow_all(session, resumed)
}

/// Follows runs one after the other, each from the epoch on that it has behind it.
fn follow_all(session: &mut Session, runs: Vec<(String, usize)>) -> anyhow::Result<()> {
    session.send(request::Wake { follow: true });
    let several = runs.len() > 1;
    let names: Vec<String> = runs.iter().map(|(run, _)| run.clone()).collect();
    let (mut ended, mut asked) = (Vec::new(), false);
    for (run, epochs) in runs {
        let mut shown = Shown { epochs, step: None };
        let end = loop {
            match follow(session, run.as_str().into(), several, &mut shown) {
                Err(error) if error.is::<Interrupted>() => {
                    if !ask_to_stop(session, &names)? {
                        return Err(error);
                    }
                    asked = true;
                }
                outcome => break outcome?,
            }
        };
        ended.push(end);
    }
    match verdict(&ended) {
        // Stopped as asked with Ctrl-C: no failure.
        Err(_)
            if asked
                && ended
                    .iter()
                    .all(|(_, state)| matches!(state, RunState::Finished | RunState::Stopped)) =>
        {
            Err(Interrupted.into())
        }
        verdict => verdict,
    }
}

/// What was shown of a run.
#[derive(Debug, Default)]
struct Shown {
    /// How many epochs.
    epochs: usize,
    /// The last step, where steps are shown.
    step: Option<u64>,
}

/// Follows a run until it ends, after what was shown already; how it ended.
fn follow(
    session: &mut Session,
    run: RunSelector,
    several: bool,
    shown: &mut Shown,
) -> anyhow::Result<(String, RunState)> {
    session.send(request::Watch { run });
    let (mut last, mut noted, mut measured) = (None, shown.epochs > 0, None);
    while let Some(detail) = session.update::<request::Watch>()? {
        if let Some(note) = detail.summary.device_note.as_ref().filter(|_| !noted) {
            session.note(note);
            noted = true;
        }
        for epoch in detail.epochs.since(shown.epochs) {
            show_steps(session, &detail, epoch.epoch as f64, &mut shown.step)?;
            show::epoch(session.output, &detail.summary, several, epoch)?;
        }
        shown.epochs = detail.epochs.len();
        show_steps(session, &detail, f64::INFINITY, &mut shown.step)?;
        show::usage(session.output, &detail.summary, &mut measured)?;
        if let Some(progress) = progress_of(&detail) {
            session.show(&progress);
        }
        last = Some(detail);
    }
    let Some(detail) = last else {
        return Err(Failed("the run reported nothing".to_owned()).into());
    };
    show::ended(session.output, &detail)?;
    if detail.summary.is_evaluated() && !session.output.json {
        let run = detail.summary.id.as_str().into();
        let report = session.ask(request::Report { run })?;
        session.output.text(&show::scores_line(&report))?;
    }
    Ok((detail.summary.id.clone(), detail.summary.state))
}

/// Shows the steps that were taken up to the end of an epoch, where steps are shown.
fn show_steps(session: &Session, detail: &RunDetail, epoch: f64, shown: &mut Option<u64>) -> io::Result<()> {
    let Some(shown) = shown else { return Ok(()) };
    let new = detail
        .steps
        .iter()
        .filter(|step| step.step > *shown && step.epoch <= epoch);
    let new: Vec<_> = new.collect();
    for step in &new {
        show::step(session.output, &detail.summary, step)?;
    }
    *shown = new.last().map_or(*shown, |last| last.step);
    Ok(())
}

fn progress_of(detail: &RunDetail) -> Option<Progress> {
    if let Some(queue) = &detail.summary.queue {
        let words = match (queue.worker, queue.place) {
            (false, _) => format!("{} has no worker; `undertone queue wake` starts one", queue.device),
            (true, 1) => format!("next on {}", queue.device),
            (true, place) => format!("position {place} on {}", queue.device),
        };
        return Some(Progress {
            task: Task::Other(format!("in the queue, {words}")),
            done: 0,
            total: 0,
        });
    }
    let heartbeat = detail
        .summary
        .heartbeat
        .as_ref()
        .filter(|_| !detail.summary.state.is_over())?;
    let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Some(Progress {
        task: Task::from(&*heartbeat.phase),
        done: whole(heartbeat.done),
        total: whole(heartbeat.total),
    })
}

/// After Ctrl-C: whether the runs were asked to stop. Without a terminal nobody can answer, and they keep running.
fn ask_to_stop(session: &mut Session, runs: &[String]) -> anyhow::Result<bool> {
    let words = format!("undertone watch {}", runs.first().map_or("last", String::as_str));
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        session.note(&format!("the run keeps running; `{words}` follows it again"));
        return Ok(false);
    }
    session.note("");
    let mut terminal = io::stderr();
    write!(
        terminal,
        "s = stop now, e = stop after this epoch, Enter = leave it running: "
    )?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    let when = match answer.trim() {
        "s" | "S" => Stop::Now,
        "e" | "E" => Stop::AfterEpoch,
        _ => {
            session.note(&format!("the run keeps running; `{words}` follows it again"));
            return Ok(false);
        }
    };
    session.resume();
    for run in runs {
        // One that has ended meanwhile needs no stopping.
        let _ = session.ask(request::Stop {
            run: run.as_str().into(),
            when,
        });
    }
    Ok(true)
}

fn verdict(ended: &[(String, RunState)]) -> anyhow::Result<()> {
    match ended.iter().find(|(_, state)| *state != RunState::Finished) {
        None => Ok(()),
        Some((id, state)) => Err(Failed(format!("run {id} is {}", state.name())).into()),
    }
}
