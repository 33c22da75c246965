//! Runs and studies that are deleted.

use super::session::{Failed, Session};
use super::show;
use crate::engine::{Deletion, Request, request};
use crate::present::numbers::bytes;
use crate::present::words::study_deletion;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

/// Deletes what `request` says, after a question unless `yes`. It is made again from what was found and asked about,
/// whatever `last` is by then; its other argument says whether to do it.
pub fn delete<R: Request<Reply = Arc<Deletion>>>(
    session: &mut Session,
    yes: bool,
    request: impl Fn(Option<&Deletion>, bool) -> R,
) -> anyhow::Result<()> {
    let found = match yes {
        true => None,
        false => Some(session.ask(request(None, false))?),
    };
    if let Some(found) = &found
        && let names = names(found)
        && let Some(first) = names.first()
    {
        confirmed(&format!("{} ({})", names.join(", "), bytes(found.bytes)), first)?;
    }
    let deleted = session.ask(request(found.as_deref(), true))?;
    if names(&deleted).is_empty() && !session.output.json {
        session.note("there is nothing to delete");
        return Ok(());
    }
    Ok(show::deleted(session.output, &deleted)?)
}

/// Deletes a study, after a question unless `yes`.
pub fn delete_study(session: &mut Session, study: &str, with_runs: bool, yes: bool) -> anyhow::Result<()> {
    let request = |confirmed| request::DeleteStudy {
        study: study.to_owned(),
        with_runs,
        confirmed,
    };
    if !yes {
        let found = session.ask(request(false))?;
        confirmed(&study_deletion(&found), study)?;
    }
    let deleted = session.ask(request(true))?;
    Ok(show::study_deleted(session.output, &deleted)?)
}

fn names(deletion: &Deletion) -> Vec<String> {
    let studies = deletion.studies.iter().map(|study| format!("study {study}"));
    deletion.runs.iter().cloned().chain(studies).collect()
}

/// Refuses what was not confirmed by typing the name. Without a terminal nobody can answer.
fn confirmed(what: &str, name: &str) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let words = format!("{what} would be deleted; --yes does it without a question");
        return Err(Failed(words).into());
    }
    let mut terminal = io::stderr();
    write!(terminal, "{what} will be deleted; type {name} to confirm: ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match !name.is_empty() && answer.trim() == name {
        true => Ok(()),
        false => Err(Failed("nothing was deleted".to_owned()).into()),
    }
}
