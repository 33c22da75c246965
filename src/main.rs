//! The program: arguments and settings, handed over to the command line or the workbench.

use anyhow::Context;
use clap::Parser;
use std::io;
use std::process::ExitCode;
use undertone::cli::{self, Arguments, Interrupted, Subcommands};
use undertone::engine::{SettingsError, load_settings};
use undertone::ui;

/// Training and scanning make and drop many buffers on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => exit_code(&error),
    }
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    // Everything a worker needs is in the run folders: settings files of the moment must not matter.
    match &arguments.command {
        Some(Subcommands::Worker {
            run: Some(run), lane, ..
        }) => {
            return Ok(undertone::engine::work(run, lane.as_deref())?);
        }
        Some(Subcommands::Worker {
            queue: Some(runs),
            device: Some(device),
            ..
        }) => return Ok(undertone::engine::work_on_queue(runs, device)?),
        _ => {}
    }
    if let Some(Subcommands::Tune(tune)) = &arguments.command
        && let (true, Some(study), Some(slot)) = (tune.worker, &tune.study, &tune.slot)
    {
        return Ok(undertone::engine::work_on_study(study.as_ref(), Some(slot))?);
    }
    let settings = load_settings(arguments.config.as_deref(), &arguments.changes())?;
    match arguments.command {
        Some(subcommand) => cli::run(subcommand, settings, arguments.json),
        None => ui::run(settings).context("the workbench needs a terminal; `undertone --help` lists the subcommands"),
    }
}

/// What scripts can trust; the error itself is told here.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    // The reader of our output has seen enough (`| head`): that is how it wanted it.
    let reader_gone = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.downcast_ref::<io::Error>().is_some_and(reader_gone) {
        return ExitCode::SUCCESS;
    }
    if error.is::<Interrupted>() {
        return ExitCode::from(130);
    }
    cli::tell(error);
    if error.is::<SettingsError>() {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}
