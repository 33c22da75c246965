//! Notes of runs, and runs that are deleted.

use super::session::{Failed, Session};
use super::show;
use crate::engine::{Command, Deletion, Event, NoteChange};
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

/// Changes a note, and shows it.
pub fn note(session: &mut Session, run: String, change: NoteChange) -> anyhow::Result<()> {
    session.ask(Command::Note { run, change }, |event, output| {
        if let Event::Noted { run, note } = event {
            show::noted(output, &run, &note)?;
        }
        Ok(())
    })
}

/// Deletes a run, after a question unless `yes`.
pub fn delete(session: &mut Session, run: &str, linked: bool, now: bool, yes: bool) -> anyhow::Result<()> {
    let (mut run, mut linked) = (run.to_owned(), linked);
    if !yes {
        let doomed = ask(session, &run, linked, now, false)?;
        let Some((doomed, first)) = doomed.and_then(|doomed| Some((Arc::clone(&doomed), doomed.runs.first()?.clone())))
        else {
            return Err(Failed("there is nothing to delete".to_owned()).into());
        };
        if !confirmed(&doomed)? {
            return Err(Failed("nothing was deleted".to_owned()).into());
        }
        // What was asked about, whichever run is the last one by now.
        (run, linked) = (first, linked || doomed.runs.len() > 1);
    }
    match ask(session, &run, linked, now, true)? {
        Some(gone) => Ok(show::deleted(session.output, &gone)?),
        None => Ok(()),
    }
}

fn ask(
    session: &mut Session,
    run: &str,
    linked: bool,
    now: bool,
    confirmed: bool,
) -> anyhow::Result<Option<Arc<Deletion>>> {
    let mut told = None;
    let run = run.to_owned();
    let command = Command::Delete {
        run,
        linked,
        now,
        confirmed,
    };
    session.ask(command, |event, _| {
        if let Event::Deletion(deletion) = event {
            told = Some(deletion);
        }
        Ok(())
    })?;
    Ok(told)
}

/// Whether the name of the run was typed. Without a terminal nobody can answer.
fn confirmed(doomed: &Deletion) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let words = format!(
            "{} would be deleted; --yes does it without a question",
            doomed.runs.join(", ")
        );
        return Err(Failed(words).into());
    }
    let mut terminal = io::stderr();
    let megabytes = doomed.bytes as f64 / 1e6;
    let name = doomed.runs.first().map_or("", String::as_str);
    write!(
        terminal,
        "{} ({megabytes:.1} MB) will be deleted; type {name} to confirm: ",
        doomed.runs.join(", ")
    )?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(!name.is_empty() && answer.trim() == name)
}
