//! Notes of runs, and runs that are deleted.

use super::session::{Failed, Session};
use super::show;
use crate::engine::{Command, Deletion, Event, NoteChange};
use crate::present::numbers::bytes;
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
pub fn delete(session: &mut Session, run: &str, all_folds: bool, now: bool, yes: bool) -> anyhow::Result<()> {
    let (mut run, mut all_folds) = (run.to_owned(), all_folds);
    if !yes {
        let to_delete = ask(session, &run, all_folds, now, false)?;
        let Some((to_delete, first)) =
            to_delete.and_then(|to_delete| Some((Arc::clone(&to_delete), to_delete.runs.first()?.clone())))
        else {
            return Err(Failed("there is nothing to delete".to_owned()).into());
        };
        if !confirmed(&to_delete)? {
            return Err(Failed("nothing was deleted".to_owned()).into());
        }
        // The run that the question named, whichever is the last one by now.
        (run, all_folds) = (first, all_folds || to_delete.runs.len() > 1);
    }
    match ask(session, &run, all_folds, now, true)? {
        Some(gone) => Ok(show::deleted(session.output, &gone)?),
        None => Ok(()),
    }
}

fn ask(
    session: &mut Session,
    run: &str,
    all_folds: bool,
    now: bool,
    confirmed: bool,
) -> anyhow::Result<Option<Arc<Deletion>>> {
    let mut reply = None;
    let run = run.to_owned();
    let command = Command::Delete {
        run,
        all_folds,
        now,
        confirmed,
    };
    session.ask(command, |event, _| {
        if let Event::Deletion(deletion) = event {
            reply = Some(deletion);
        }
        Ok(())
    })?;
    Ok(reply)
}

/// Whether the name of the run was typed. Without a terminal nobody can answer.
fn confirmed(to_delete: &Deletion) -> anyhow::Result<bool> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let words = format!(
            "{} would be deleted; --yes does it without a question",
            to_delete.runs.join(", ")
        );
        return Err(Failed(words).into());
    }
    let mut terminal = io::stderr();
    let size = bytes(to_delete.bytes);
    let name = to_delete.runs.first().map_or("", String::as_str);
    write!(
        terminal,
        "{} ({size}) will be deleted; type {name} to confirm: ",
        to_delete.runs.join(", ")
    )?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(!name.is_empty() && answer.trim() == name)
}
