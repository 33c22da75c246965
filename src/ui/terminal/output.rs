//! What goes to the terminal. Nothing here waits for a terminal that nobody reads, unless it says for how long.

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{Mode, OFlags, open};
use rustix::io::Errno;
use rustix::termios::{QueueSelector, tcflush, tcgetsid, ttyname};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Takes back a sequence that was cut off in the middle (CAN, as ECMA-48 has it).
const CANCEL: u8 = 0x18;

/// The way to the terminal, which several threads may use: bytes that it does not take at once wait here.
#[derive(Debug, Clone)]
pub struct Output {
    terminal: Arc<OwnedFd>,
    waiting: Arc<Mutex<Vec<u8>>>,
}

impl Output {
    /// Opens the terminal of standard output once more: that writing never waits must hold here alone, not for whoever
    /// else writes there.
    ///
    /// # Errors
    /// A terminal that cannot be opened.
    pub fn open() -> io::Result<Self> {
        let stdout = io::stdout();
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let own = || open("/dev/tty", flags, Mode::empty());
        let named = || ttyname(&stdout, Vec::new()).and_then(|name| open(name, flags, Mode::empty()));
        // The program's own terminal can be opened under this name also where another user owns it (su).
        let is_own = tcgetsid(&stdout).is_ok_and(|session| rustix::process::getsid(None) == Ok(session));
        let terminal = if is_own {
            own().or_else(|_| named())
        } else {
            named().or_else(|_| own())
        };
        Ok(Self::to(terminal?))
    }

    fn to(terminal: OwnedFd) -> Self {
        Self {
            terminal: Arc::new(terminal),
            waiting: Arc::default(),
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<u8>> {
        // Bytes are never half written into it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts bytes behind those that wait, and writes what the terminal takes now.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.waiting().extend_from_slice(bytes);
        self.push()
    }

    /// Writes what the terminal takes now.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn push(&self) -> io::Result<()> {
        let mut waiting = self.waiting();
        while !waiting.is_empty() {
            match rustix::io::write(&*self.terminal, &waiting) {
                Ok(written) => drop(waiting.drain(..written)),
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Whether the terminal has taken everything.
    pub fn is_idle(&self) -> bool {
        self.waiting().is_empty()
    }

    /// What is waited on until the terminal takes more.
    pub fn terminal(&self) -> BorrowedFd<'_> {
        self.terminal.as_fd()
    }

    /// Writes what waits and then these last words, for at most so long. In a terminal that takes nothing, what is on its
    /// way to it is thrown away half way through, so that there is room for the last words.
    ///
    /// # Errors
    /// A terminal that is gone.
    pub fn end(&self, last_words: &[u8], patience: Duration) -> io::Result<()> {
        let begun = Instant::now();
        if self.drain(begun + patience / 2)? {
            self.write(last_words)?;
            if self.drain(begun + patience / 2)? {
                return Ok(());
            }
        }
        {
            let mut waiting = self.waiting();
            waiting.clear();
            waiting.push(CANCEL);
            waiting.extend_from_slice(last_words);
        }
        // Where that is refused there is nothing else to be tried.
        let _ = tcflush(&*self.terminal, QueueSelector::OFlush);
        self.drain(begun + patience)?;
        self.waiting().clear();
        Ok(())
    }

    /// Writes what waits until then; whether all of it.
    fn drain(&self, until: Instant) -> io::Result<bool> {
        loop {
            self.push()?;
            if self.is_idle() {
                return Ok(true);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(false);
            }
            let time = rustix::event::Timespec::try_from(left).map_err(io::Error::other)?;
            match poll(
                &mut [PollFd::from_borrowed_fd(self.terminal(), PollFlags::OUT)],
                Some(&time),
            ) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pipe::{PipeFlags, pipe_with};
    use std::fs::File;
    use std::io::Read;

    #[test]
    fn what_is_not_taken_waits_and_comes_in_order() {
        let (reader, writer) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        let output = Output::to(writer);
        let frame: Vec<u8> = (0..200_000u32).map(|byte| byte as u8).collect();
        output.write(&frame).unwrap();
        assert!(!output.is_idle());
        let mut reader = File::from(reader);
        let mut seen = Vec::new();
        let mut buffer = [0; 8192];
        while seen.len() < frame.len() {
            let count = reader.read(&mut buffer).unwrap();
            seen.extend_from_slice(&buffer[..count]);
            output.push().unwrap();
        }
        assert!(output.is_idle() && seen == frame);
        output.end(b"bye", Duration::from_millis(100)).unwrap();
        assert_eq!(reader.read(&mut buffer).unwrap(), 3);
    }

    #[test]
    fn nobody_is_waited_for_longer_than_said() {
        let (_reader, writer) = pipe_with(PipeFlags::NONBLOCK).unwrap();
        let output = Output::to(writer);
        output.write(&vec![0; 200_000]).unwrap();
        let begun = Instant::now();
        output.end(b"bye", Duration::from_millis(200)).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(2) && output.is_idle());
    }
}
