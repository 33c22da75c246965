//! The queue, from the command line.

use super::arguments::QueueCommands;
use super::session::Session;
use super::show;
use crate::engine::request;
use anyhow::Context;

/// Asks the engine, and shows the queue as it is then.
pub fn queue(session: &mut Session, command: QueueCommands) -> anyhow::Result<()> {
    let report = match command {
        QueueCommands::List => session.ask(request::Queue)?,
        QueueCommands::Wake => {
            session.send(request::Wake { follow: false });
            let report = session.update::<request::Wake>()?;
            report.context("the engine gave no answer")?
        }
        QueueCommands::Move { run, to } => session.ask(request::Move { run, to })?,
        QueueCommands::Cancel { run } => {
            let cancelled = session.ask(request::Cancel { run })?;
            if !session.output.json {
                for run in cancelled.runs {
                    session.output.text(&format!("{run} was removed from the queue"))?;
                }
            }
            session.ask(request::Queue)?
        }
        QueueCommands::Start { run } => session.ask(request::StartNow { run })?,
    };
    Ok(show::queue(session.output, &report)?)
}
