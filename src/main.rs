//! The program: arguments and settings, handed over to the command line or the workbench.

use anyhow::Context;
use clap::Parser;
use std::ffi::{c_int, c_long};
use std::io;
use std::process::ExitCode;
use undertone::cli::{self, Arguments, Interrupted, Subcommands, Usage};
use undertone::engine::{SettingsError, load_settings};
use undertone::ui::{self, NoTerminal};

/// Training and scanning make and drop many buffers on many threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of mimalloc.h: for how many milliseconds freed memory is kept.
const PURGE_DELAY: c_int = 15;

#[allow(unsafe_code)]
unsafe extern "C" {
    fn mi_option_set_default(option: c_int, value: c_long);
}

/// Keeps freed memory for a minute, unless `MIMALLOC_PURGE_DELAY` says otherwise. A step of training wants the
/// buffers of the step before again; given back after a second, they return as pages to be cleared.
#[allow(unsafe_code)]
fn keep_freed_memory() {
    // SAFETY: declared as in mimalloc.h; it stores a number that any thread may change at any time.
    unsafe { mi_option_set_default(PURGE_DELAY, 60_000) };
}

fn main() -> ExitCode {
    keep_freed_memory();
    #[cfg(feature = "cuda")]
    #[allow(unsafe_code)]
    // SAFETY: nothing has started a thread.
    unsafe {
        undertone::engine::point_to_cuda_headers();
    }
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
        Some(Subcommands::Worker { tell: Some(folder), .. }) => return Ok(undertone::engine::tell_end(folder)?),
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
        None => ui::run(settings).context("the workbench needs a terminal"),
    }
}

/// The exit codes that scripts rely on; the error itself is printed here.
fn exit_code(error: &anyhow::Error) -> ExitCode {
    // The reader of our output has seen enough (`| head`): that is how it wanted it.
    let reader_gone = |cause: &io::Error| cause.kind() == io::ErrorKind::BrokenPipe;
    if error.downcast_ref::<io::Error>().is_some_and(reader_gone) {
        return ExitCode::SUCCESS;
    }
    if error.is::<Interrupted>() {
        return ExitCode::from(130);
    }
    cli::report(error);
    let no_terminal = |cause: &io::Error| cause.get_ref().is_some_and(|inner| inner.is::<NoTerminal>());
    let not_as_asked = error.is::<SettingsError>() || error.is::<Usage>();
    if not_as_asked || error.downcast_ref::<io::Error>().is_some_and(no_terminal) {
        ExitCode::from(2)
    } else {
        ExitCode::FAILURE
    }
}

#[test]
#[allow(unsafe_code)]
fn freed_memory_is_kept_for_a_minute() {
    unsafe extern "C" {
        fn mi_option_get(option: c_int) -> c_long;
    }
    // SAFETY: declared as in mimalloc.h; it reads a number.
    let purge_delay = || unsafe { mi_option_get(PURGE_DELAY) };
    // What mimalloc 3 keeps it for by itself: the number of the option is still right.
    assert_eq!(purge_delay(), 1_000);
    keep_freed_memory();
    assert_eq!(purge_delay(), 60_000);
}
