//! The terminal: every mode that the workbench changes is entered and left here, and nowhere else.

mod frame;
mod notices;
mod output;
mod pace;
mod pen;
mod questions;

use super::input::{Input, Parser};
use super::notice::Notice;
use crate::engine::UiSettings;
use frame::{Detail, Shown};
use notices::Listener;
pub use output::Output;
use pace::{Pace, QUESTION, Room};
pub use questions::{Locale, ground};
use questions::{Questions, SIGN_COLUMNS};
use ratatui::buffer::Buffer;
use ratatui::crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::layout::Rect;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::termios::tcgetwinsize;
use std::ffi::OsStr;
use std::io::{self, IsTerminal, stdin, stdout};
use std::time::{Duration, Instant};

/// Alternate screen, pastes in brackets, no style, a clear screen, no cursor.
const ENTER: &str = "\x1b[?1049h\x1b[?2004h\x1b[m\x1b[2J\x1b[?25l";
/// Buttons and the wheel are reported, in numbers; the mouse's movements are not.
const MOUSE: &str = "\x1b[?1000h\x1b[?1006h";
/// All of it taken back, the mouse also where this program has not asked for it.
const LEAVE: &str = "\x1b[m\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1049l\x1b[?25h";
/// How long leaving waits for a terminal that takes nothing.
const PATIENCE: Duration = Duration::from_millis(1_000);
/// The same where it has been waited for already.
const LAST_PATIENCE: Duration = Duration::from_millis(200);
/// Where a terminal does not say how large it is.
const USUAL: (u16, u16) = (80, 24);
/// Bytes that are read at once.
const READ_AT_ONCE: usize = 64 << 10;

/// Differences in a channel of a picture's colours that nobody sees, then more and more of them.
const TOLERANCES: [u8; 8] = [3, 5, 8, 12, 18, 26, 38, 56];
/// What a frame may weigh: so many bytes for every cell of the screen, in a hurry and at leisure.
const HURRIED: usize = 2;
const LEISURELY: usize = 5;

/// What came of drawing a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drawn {
    /// All of it.
    Whole,
    /// What matters of it; the rest is worth another one.
    Coarse,
    /// Nothing: it would be too early.
    Nothing,
}

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

/// The terminal while the workbench has it.
#[derive(Debug)]
pub struct Terminal {
    output: Output,
    parser: Parser,
    shown: Shown,
    questions: Questions,
    pace: Pace,
    settings: UiSettings,
    /// The first tolerance that is tried: while a picture is hurried through, each frame would else add some of the detail
    /// that is to follow later.
    coarsest: usize,
}

impl Terminal {
    /// Enters every mode, over whatever was on the screen: a connection that broke off leaves its picture there.
    ///
    /// # Errors
    /// A terminal that cannot be written, or that takes no modes.
    pub fn enter(output: Output, settings: &UiSettings) -> io::Result<Self> {
        enable_raw_mode()?;
        output.write(ENTER.as_bytes())?;
        if settings.mouse {
            output.write(MOUSE.as_bytes())?;
        }
        Ok(Self {
            output,
            parser: Parser::default(),
            shown: Shown::cleared(size()),
            questions: Questions::default(),
            pace: Pace::new(settings.bytes_per_second, Instant::now()),
            coarsest: 0,
            settings: settings.clone(),
        })
    }

    /// Asks what is not known of the terminal. The answers come among the keys; what stood where a sign was tried is drawn
    /// anew by the next frame.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn ask(&mut self, locale: Locale) -> io::Result<()> {
        let term = std::env::var_os("TERM");
        let questions = self.questions.ask(locale, term.as_deref(), Instant::now());
        self.shown.forget(SIGN_COLUMNS);
        self.output.write(questions.as_bytes())
    }

    /// The cursor is in this column: whether the terminal writes UTF-8, if it was asked for that.
    pub fn cursor(&mut self, column: u16) -> Option<bool> {
        let unicode = self.questions.column(column);
        if unicode.is_none() {
            self.pace.answered();
        }
        unicode
    }

    /// The terminal has answered the last question.
    pub fn answered(&mut self) {
        self.questions.close();
        // tmux answers for itself, however slow the line behind it is.
        self.pace.answers(!in_tmux());
    }

    /// Waits a moment for answers that have not come yet: whoever reads next would take them for keys.
    pub fn settle(&mut self) {
        loop {
            let now = Instant::now();
            let patience = self.questions.patience(now).max(self.pace.patience(now));
            // A terminal that cannot be read answers nothing.
            let Some(inputs) = (!patience.is_zero()).then(|| self.read(patience)).and_then(Result::ok) else {
                return;
            };
            for input in inputs {
                match input {
                    Input::Cursor(column) => drop(self.cursor(column)),
                    Input::Attributes => self.answered(),
                    Input::Key(_) | Input::Paste(_) | Input::Mouse(_) => {}
                }
            }
        }
    }

    /// The same once more, after others have had the terminal; the next frame is drawn whole.
    ///
    /// # Errors
    /// As above.
    pub fn enter_again(&mut self) -> io::Result<()> {
        let known = self.pace.has_answers();
        *self = Self::enter(self.output.clone(), &self.settings.clone())?;
        self.pace.answers(known);
        Ok(())
    }

    /// Leaves every mode, each also where another cannot be left.
    ///
    /// # Errors
    /// The first that could not be left.
    pub fn leave(&mut self) -> io::Result<()> {
        self.settle();
        leave(&self.output)
    }

    /// Waits for keys and answers for at most so long, and meanwhile writes what the terminal could not take before;
    /// nothing where none came, or where nothing of it is whole.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn read(&mut self, wait: Duration) -> io::Result<Vec<Input>> {
        let until = Instant::now() + wait;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let (readable, writable) = self.poll(left)?;
            if writable {
                self.output.push()?;
            }
            if readable {
                let mut buffer = vec![0; READ_AT_ONCE];
                let count = match rustix::io::read(stdin(), &mut buffer) {
                    Ok(0) => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the terminal is gone")),
                    Ok(count) => count,
                    Err(Errno::INTR | Errno::AGAIN) => 0,
                    Err(error) => return Err(error.into()),
                };
                return Ok(self.parser.follow(&buffer[..count], Instant::now()));
            }
            if left.is_zero() {
                return Ok(self.parser.silence(Instant::now()));
            }
        }
    }

    /// Whether there is something to be read, and whether something that waits can be written.
    fn poll(&self, wait: Duration) -> io::Result<(bool, bool)> {
        let keys = stdin();
        let mut ends = vec![PollFd::new(&keys, PollFlags::IN)];
        if !self.output.is_idle() {
            ends.push(PollFd::from_borrowed_fd(self.output.terminal(), PollFlags::OUT));
        }
        let time = Timespec::try_from(wait).map_err(io::Error::other)?;
        match poll(&mut ends, Some(&time)) {
            Ok(_) => {
                let events = |end: Option<&PollFd<'_>>| end.is_some_and(|end| !end.revents().is_empty());
                Ok((events(ends.first()), events(ends.get(1))))
            }
            Err(Errno::INTR) => Ok((false, false)),
            Err(error) => Err(error.into()),
        }
    }

    /// Has the terminal ring, notify or copy.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn tell(&self, notice: &Notice) -> io::Result<()> {
        let listener = Listener::detect(&self.settings, |name| std::env::var_os(name));
        self.output.write(listener.told(notice, self.settings.bell).as_bytes())
    }

    /// Whether the terminal has another size than the frame before.
    pub fn resized(&self) -> bool {
        size() != self.shown.area()
    }

    /// Draws a frame, unless the one before is still on its way; drawn later, it shows what is then. In a hurry a picture
    /// comes with fewer colours first.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn draw(&mut self, hurried: bool, draw: impl FnOnce(Rect, &mut Buffer)) -> io::Result<Drawn> {
        let now = Instant::now();
        let room = self.pace.room(now);
        if room == Room::None || !self.output.is_idle() {
            return Ok(Drawn::Nothing);
        }
        let area = size();
        if area != self.shown.area() {
            // Terminals keep something of what was there, each in its own way.
            self.shown = Shown::unknown(area);
        }
        let mut wanted = Buffer::empty(area);
        draw(area, &mut wanted);
        if !hurried {
            self.coarsest = 0;
        }
        let Some((detail, bytes, shown)) = self.fitted(&wanted, room, hurried) else {
            return Ok(Drawn::Nothing);
        };
        let place = TOLERANCES
            .iter()
            .position(|tolerance| detail == Detail::Within(*tolerance));
        self.coarsest = place.filter(|_| hurried).unwrap_or(self.coarsest);
        self.shown = shown;
        if !bytes.is_empty() {
            self.output.write(&bytes)?;
            if self.pace.wrote(bytes.len(), now) {
                self.output.write(QUESTION)?;
            }
        }
        // What is left out because of its size alone is left out for good.
        let later = hurried || room != Room::Any;
        let coarse = later && detail != Detail::Within(TOLERANCES[0]);
        Ok(if coarse { Drawn::Coarse } else { Drawn::Whole })
    }

    /// The frame in as much detail as there is room for; nothing where there is none.
    fn fitted(&self, wanted: &Buffer, room: Room, hurried: bool) -> Option<(Detail, Vec<u8>, Shown)> {
        let usual = wanted.area.area() as usize * if hurried { HURRIED } else { LEISURELY };
        let most = match room {
            Room::Any => usual,
            Room::Small(bytes) => bytes.min(usual),
            Room::None => return None,
        };
        let mut last = None;
        let tolerances = TOLERANCES.map(Detail::Within).into_iter().skip(self.coarsest);
        for detail in tolerances.chain([Detail::NoPictures]) {
            if detail == Detail::NoPictures && room == Room::Any {
                break;
            }
            let mut shown = self.shown.clone();
            let bytes = shown.bytes(wanted, detail);
            let fits = bytes.len() <= most;
            last = Some((detail, bytes, shown));
            if fits {
                return last;
            }
        }
        // What is large without any picture is sent where that can be.
        last.filter(|_| room == Room::Any)
    }
}

/// Whether tmux or screen is in between.
fn in_tmux() -> bool {
    let term = std::env::var("TERM").unwrap_or_default();
    std::env::var_os("TMUX").is_some() || term.starts_with("tmux") || term.starts_with("screen")
}

/// Columns and rows.
fn size() -> Rect {
    let (columns, rows) = tcgetwinsize(stdout())
        .map(|size| (size.ws_col, size.ws_row))
        .ok()
        .filter(|(columns, rows)| *columns > 0 && *rows > 0)
        .unwrap_or(USUAL);
    Rect::new(0, 0, columns, rows)
}

/// Leaves every mode, each also where another cannot be left.
///
/// # Errors
/// The first that could not be left.
pub fn leave(output: &Output) -> io::Result<()> {
    leave_within(output, PATIENCE)
}

/// The same where leaving has taken long already.
pub fn leave_at_once(output: &Output) {
    // Whatever fails here, nothing else is left to be tried.
    let _ = leave_within(output, LAST_PATIENCE);
}

fn leave_within(output: &Output, patience: Duration) -> io::Result<()> {
    // First what waits for nobody: a terminal that is not read takes no characters.
    let cooked = disable_raw_mode();
    let written = output.end(LEAVE.as_bytes(), patience);
    cooked.and(written)
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
