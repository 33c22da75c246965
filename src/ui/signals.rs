//! What the system tells the workbench: to leave, or that it goes on after it was stopped.

use super::terminal::{self, Output};
use rustix::process::{Signal, getpgrp, kill_process_group};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use std::ffi::c_int;
use std::io;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// How long leaving may take before it is done without waiting for anything.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// How late the word may be that a stopped program goes on.
const LATE: Duration = Duration::from_millis(200);

/// What the system asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To leave for good, by this signal: the connection has closed, or somebody ends the program.
    Leave(c_int),
    /// What Ctrl-C asks for, from outside.
    Interrupt,
    /// To go on after it was stopped, in a terminal that others may have used meanwhile.
    Continue,
}

impl Asked {
    /// The signal, where it is to leave.
    pub fn leave(self) -> Option<c_int> {
        match self {
            Self::Leave(signal) => Some(signal),
            Self::Interrupt | Self::Continue => None,
        }
    }
}

/// Listens from now on. A thread of its own takes the signals, so that none waits for a screen that is busy; it leaves the
/// terminal itself where that takes too long.
///
/// # Errors
/// A system that takes no handlers.
pub fn listen(output: Output) -> io::Result<Receiver<Asked>> {
    let signals = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGCONT])?;
    let (sender, asked) = channel();
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || take(signals, &sender, &output))?;
    Ok(asked)
}

fn take(mut signals: Signals, sender: &Sender<Asked>, output: &Output) {
    for signal in signals.forever() {
        let asked = match signal {
            SIGCONT => Asked::Continue,
            SIGINT => Asked::Interrupt,
            signal => Asked::Leave(signal),
        };
        // Where nobody listens the workbench is left already.
        let _ = sender.send(asked);
        if let Asked::Leave(signal) = asked {
            thread::sleep(PATIENCE);
            terminal::leave_at_once(output);
            end_by(signal);
        }
    }
}

/// Ends the program as if nobody had taken the signal, so that whoever started it sees why.
pub fn end_by(signal: c_int) {
    if low_level::emulate_default_handler(signal).is_err() {
        low_level::exit(128 + signal);
    }
}

/// Stops the program and what was started together with it, as Ctrl-Z does in a terminal that takes that key itself, until
/// they are to go on. Says what else was asked for meanwhile; nothing where nobody could continue it, so that the system does
/// not stop it.
pub fn stop(asked: &Receiver<Asked>) -> Option<Asked> {
    // Where that is refused it is as if the key had not been pressed.
    let _ = kill_process_group(getpgrp(), Signal::TSTP);
    asked.recv_timeout(LATE).ok()
}
