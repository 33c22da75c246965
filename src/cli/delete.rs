//! Runs that are deleted.

use super::session::{Failed, Session};
use super::show;
use crate::engine::{Deletion, Request};
use crate::present::numbers::bytes;
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
    if let Some(found) = found.as_ref().filter(|found| !found.runs.is_empty())
        && !confirmed(found)?
    {
        return Err(Failed("nothing was deleted".to_owned()).into());
    }
    let deleted = session.ask(request(found.as_deref(), true))?;
    if deleted.runs.is_empty() && !session.output.json {
        session.note("there is nothing to delete");
        return Ok(());
    }
    Ok(show::deleted(session.output, &deleted)?)
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
