//! Processes of their own, started from this one.

use super::page;
use crate::engine::EngineError;
use crate::runs::{Liveness, RunFolder, liveness};
use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a process may take to hold what it was started for, on a machine that swaps or reads programs from afar.
const START: Duration = Duration::from_secs(30);

/// Why a process did not take up its work.
#[derive(Debug)]
pub enum NotStarted {
    /// It ended at once, and would again.
    Refused(EngineError),
    /// There was no room for it, or no time.
    Unable(EngineError),
}

impl From<NotStarted> for EngineError {
    fn from(reason: NotStarted) -> Self {
        match reason {
            NotStarted::Refused(error) | NotStarted::Unable(error) => error,
        }
    }
}

/// Starts a process that trains a run beside whatever else is trained, and returns when it holds it.
pub fn launch_run(run: &RunFolder) -> Result<(), EngineError> {
    launch(&[OsStr::new("worker"), run.path.as_os_str()], &run.log(), &run.path)
}

/// Starts a process that trains a run on a lane of the queue; it holds the run.
pub fn launch_on(lane: &Path, run: &RunFolder) -> Result<Child, NotStarted> {
    let words = ["worker", "--lane"].map(OsStr::new);
    let arguments = [&words[..], &[lane.as_os_str(), run.path.as_os_str()]].concat();
    launch_held(&arguments, &run.log(), &run.path)
}

/// Starts this program with these arguments and returns when it holds the lease of a folder.
pub fn launch(arguments: &[&OsStr], log: &Path, held: &Path) -> Result<(), EngineError> {
    let mut child = launch_held(arguments, log, held)?;
    // Nobody waits for it, yet somebody has to take note of its end.
    let reaper = thread::Builder::new()
        .name("reaper".to_owned())
        .spawn(move || child.wait());
    reaper
        .map(|_| ())
        .map_err(|error| EngineError::Process(format!("no thread could be started: {error}")))
}

fn launch_held(arguments: &[&OsStr], log: &Path, held: &Path) -> Result<Child, NotStarted> {
    let mut child = spawn(arguments, log).map_err(NotStarted::Unable)?;
    let Err(problem) = wait_for(&mut child, held) else {
        return Ok(child);
    };
    let ended = matches!(child.try_wait(), Ok(Some(_)));
    // It holds nothing yet: nothing is lost. Whether it is gone already does not matter.
    let _ = child.kill();
    let _ = child.wait();
    let words = page::tail(log).join("\n");
    let error = EngineError::Process(format!("{problem}; {} says:\n{words}", log.display()));
    Err(if ended {
        NotStarted::Refused(error)
    } else {
        NotStarted::Unable(error)
    })
}

/// Starts this program with these arguments; what it prints goes to `log`.
pub fn spawn(arguments: &[&OsStr], log: &Path) -> Result<Child, EngineError> {
    spawn_reading(arguments, log, Stdio::null())
}

/// The same for one that reads from a pipe that this process holds.
pub fn spawn_watcher(arguments: &[&OsStr], log: &Path) -> Result<Child, EngineError> {
    spawn_reading(arguments, log, Stdio::piped())
}

fn spawn_reading(arguments: &[&OsStr], log: &Path, input: Stdio) -> Result<Child, EngineError> {
    let program = program()?;
    let output = File::options().create(true).append(true).open(log);
    output
        .and_then(|log| Ok((log.try_clone()?, log)))
        .and_then(|(output, errors)| {
            Command::new(&program)
                .args(arguments)
                .stdin(input)
                .stdout(output)
                .stderr(errors)
                .spawn()
        })
        .map_err(|error| EngineError::Process(format!("the worker {} cannot be started: {error}", program.display())))
}

fn wait_for(child: &mut Child, held: &Path) -> Result<(), String> {
    let begun = Instant::now();
    while begun.elapsed() < START {
        if !matches!(liveness(held), Liveness::Never | Liveness::Gone(_)) {
            return Ok(());
        }
        match child.try_wait() {
            // A run of no time at all: its folder says how it ended.
            Ok(Some(status)) if status.success() => return Ok(()),
            // It was killed at its work, which is not that it could not begin.
            Ok(Some(_)) if has_held(child.id(), held) => return Ok(()),
            Ok(Some(status)) => return Err(format!("the worker ended at once ({status})")),
            Ok(None) => thread::sleep(Duration::from_millis(20)),
            Err(error) => return Err(format!("the worker cannot be watched: {error}")),
        }
    }
    Err(format!(
        "the worker did not begin its work within {} s",
        START.as_secs()
    ))
}

/// Whether a process that is gone without a word held the folder.
fn has_held(process: u32, held: &Path) -> bool {
    matches!(liveness(held), Liveness::Gone(Some(last)) if last.pid == process && !last.released)
}

/// A session of its own gets no signal when the terminal goes; a hang-up from elsewhere is ignored too.
pub fn leave_terminal() -> Result<(), EngineError> {
    // Refused to a process that leads a group, as one started by hand from a shell does: it stays where it is.
    let _ = rustix::process::setsid();
    signal_hook::flag::register(signal_hook::consts::SIGHUP, std::sync::Arc::default())
        .map(|_| ())
        .map_err(|error| EngineError::Process(format!("the hang-up signal cannot be ignored: {error}")))
}

/// This very program, even when its file was replaced by a newer one since it was started.
fn program() -> Result<PathBuf, EngineError> {
    let running = Path::new("/proc/self/exe");
    match std::env::current_exe() {
        Ok(path) if path.exists() => Ok(path),
        _ if running.exists() => Ok(running.to_owned()),
        outcome => {
            let error = outcome.err().unwrap_or_else(|| io::ErrorKind::NotFound.into());
            Err(EngineError::Process(format!(
                "the program's own file is gone ({error}); start undertone again"
            )))
        }
    }
}
