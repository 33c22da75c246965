//! The terminal: every mode that the workbench changes is entered and left here, and nowhere else.

use ratatui::crossterm::cursor::{Hide, Show};
use ratatui::crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use ratatui::crossterm::execute;
use ratatui::crossterm::style::ResetColor;
use ratatui::crossterm::terminal::{
    Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use ratatui::{DefaultTerminal, Terminal};
use std::ffi::OsStr;
use std::io::{self, IsTerminal, stdin, stdout};
use std::thread;
use std::time::Duration;

/// Attempts to have the last word in a terminal that is stuck, a millisecond from one to the next.
const ATTEMPTS: usize = 400;

/// There is no terminal to open the workbench in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}; `undertone --help` lists the subcommands, which need none")]
pub struct NoTerminal(&'static str);

/// Whether keys can be read and a screen be drawn, before anything is written.
///
/// # Errors
/// [`NoTerminal`] with what is missing.
pub fn check() -> Result<(), NoTerminal> {
    check_parts(
        stdin().is_terminal(),
        stdout().is_terminal(),
        std::env::var_os("TERM").as_deref(),
    )
}

fn check_parts(keys: bool, screen: bool, term: Option<&OsStr>) -> Result<(), NoTerminal> {
    let dumb = term.is_some_and(|term| term == "dumb");
    let missing = match (screen, keys) {
        (false, _) => "its output goes to a file or another program (over ssh, `ssh -t` makes a terminal)",
        (true, false) => "its input comes from a file or another program",
        (true, true) if dumb => {
            "TERM says `dumb`: this one cannot place characters; set TERM, as in `TERM=xterm-256color`"
        }
        (true, true) => return Ok(()),
    };
    Err(NoTerminal(missing))
}

/// Enters every mode, over whatever was on the screen: a connection that broke off leaves its picture there. The next frame
/// is drawn whole. (Ratatui's own `clear` asks where the cursor is, and waits for terminals that do not answer.)
///
/// # Errors
/// A terminal that cannot be written, or that takes no modes.
pub fn enter() -> io::Result<DefaultTerminal> {
    enable_raw_mode()?;
    execute!(
        stdout(),
        EnterAlternateScreen,
        EnableBracketedPaste,
        ResetColor,
        Clear(ClearType::All),
        Hide
    )?;
    Terminal::new(ratatui::backend::CrosstermBackend::new(stdout()))
}

/// Leaves every mode, each also where another cannot be left.
///
/// # Errors
/// The first that could not be left.
pub fn leave() -> io::Result<()> {
    // First what waits for nobody: a terminal that is not read takes no characters.
    let cooked = disable_raw_mode();
    let written = execute!(stdout(), ResetColor, DisableBracketedPaste, LeaveAlternateScreen, Show);
    cooked.and(written)
}

/// The same where nobody reads any more and the screen's own thread is stuck in a frame: what is still on its way is thrown
/// away, so that there is room for this, and nothing waits.
pub fn leave_at_once() {
    use ratatui::crossterm::Command;
    use rustix::fs::{Mode, OFlags, open};
    use rustix::termios::{QueueSelector, tcflush};
    // Whatever fails here, nothing else is left to be tried.
    let _ = disable_raw_mode();
    let mut bytes = String::new();
    let _ = ResetColor
        .write_ansi(&mut bytes)
        .and_then(|()| DisableBracketedPaste.write_ansi(&mut bytes))
        .and_then(|()| LeaveAlternateScreen.write_ansi(&mut bytes))
        .and_then(|()| Show.write_ansi(&mut bytes));
    let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
    let Ok(terminal) = open("/dev/tty", flags, Mode::empty()) else {
        return;
    };
    let mut rest = bytes.as_bytes();
    for _ in 0..ATTEMPTS {
        match rustix::io::write(&terminal, rest) {
            Ok(written) => rest = &rest[written.min(rest.len())..],
            Err(_) => {
                // Whoever waits in the middle of a frame has the terminal to itself until the rest of that has gone somewhere.
                let _ = tcflush(&terminal, QueueSelector::OFlush);
                rest = bytes.as_bytes();
                thread::sleep(Duration::from_millis(1));
            }
        }
        if rest.is_empty() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_it_says_what_is_missing() {
        let check = |keys, screen, term: &str| check_parts(keys, screen, Some(OsStr::new(term)));
        assert_eq!(check(true, true, "xterm"), Ok(()));
        assert_eq!(check_parts(true, true, None), Ok(()));
        let said = |found: Result<(), NoTerminal>| found.unwrap_err().to_string();
        assert!(said(check(true, false, "xterm")).contains("ssh -t"));
        assert!(said(check(false, true, "xterm")).contains("input"));
        assert!(said(check(true, true, "dumb")).contains("TERM"));
    }
}
