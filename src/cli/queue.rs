//! The queue, from the command line.

use super::arguments::QueueCommands;
use super::session::Session;
use super::show;
use crate::engine::{Command, Event};

/// Asks the engine, and shows the queue as it is then.
pub fn queue(session: &mut Session, command: QueueCommands) -> anyhow::Result<()> {
    let command = match command {
        QueueCommands::List => Command::Queue,
        QueueCommands::Move { run, to } => Command::Move { run, to },
        QueueCommands::Cancel { run } => Command::Cancel { run },
        QueueCommands::Start { run } => Command::StartNow { run },
    };
    session.ask(command, |event, output| {
        match event {
            Event::Cancelled { run } if !output.json => {
                output.text(&format!("{run} was removed from the queue"))?;
            }
            Event::Queue(report) => show::queue(output, &report)?,
            _ => {}
        }
        Ok(())
    })
}
