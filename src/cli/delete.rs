//! Runs and studies that are deleted.

use super::session::{Failed, Session};
use super::show;
use crate::engine::{Deletion, Request, RunSelector, request};
use crate::present::filter::Query;
use crate::present::numbers::{bytes, count, grouped};
use crate::present::words::study_deletion;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::Arc;

/// Names that a question lists.
const LISTED: usize = 10;

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
    let mut stayed = 0;
    if let Some(found) = &found {
        stayed += refusals(session, found);
        if let Some((what, answer)) = asked(found) {
            confirmed(&what, &answer)?;
        }
    }
    // Where all stay, nothing is left to ask for.
    if !found
        .as_ref()
        .is_some_and(|found| names(found).is_empty() && stayed > 0)
    {
        let deleted = session.ask(request(found.as_deref(), true))?;
        stayed += refusals(session, &deleted);
        let gone = !names(&deleted).is_empty();
        if gone || session.output.json {
            show::deleted(session.output, &deleted)?;
        } else if stayed == 0 {
            session.note("there is nothing to delete");
        }
    }
    match stayed {
        0 => Ok(()),
        stayed => Err(Failed(format!("{} not deleted", count(stayed, "run"))).into()),
    }
}

/// The runs that pass a filter.
pub fn passing(session: &mut Session, query: &Query) -> anyhow::Result<Vec<RunSelector>> {
    session.send(request::Runs { follow: false });
    let mut passing = Vec::new();
    while let Some(runs) = session.update::<request::Runs>()? {
        let runs = runs.iter().filter(|run| query.passes(*run));
        passing = runs.map(|run| run.id.as_str().into()).collect();
    }
    Ok(passing)
}

/// Says which runs stay, each with the reason; how many.
fn refusals(session: &mut Session, deletion: &Deletion) -> usize {
    for (run, why) in &deletion.refused {
        session.note(&format!("{run} stays: {why}"));
    }
    deletion.refused.len()
}

/// What would go, and what confirms it: the name of one, the number of several.
fn asked(deletion: &Deletion) -> Option<(String, String)> {
    let names = names(deletion);
    let size = bytes(deletion.bytes);
    match &*names {
        [] => None,
        [name] => Some((format!("{name} ({size})"), name.clone())),
        several => {
            let listed = several.iter().take(LISTED).cloned().collect::<Vec<_>>().join(", ");
            let more = match several.len().saturating_sub(LISTED) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let what = format!("{} ({listed}{more}; {size})", grouped(several.len()));
            Some((what, several.len().to_string()))
        }
    }
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

/// Refuses what was not confirmed by typing the answer. Without a terminal nobody can answer.
fn confirmed(what: &str, wanted: &str) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let words = format!("{what} would be deleted; --yes does it without a question");
        return Err(Failed(words).into());
    }
    let mut terminal = io::stderr();
    write!(terminal, "{what} will be deleted; type {wanted} to confirm: ")?;
    terminal.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    match !wanted.is_empty() && answer.trim() == wanted {
        true => Ok(()),
        false => Err(Failed("nothing was deleted".to_owned()).into()),
    }
}
