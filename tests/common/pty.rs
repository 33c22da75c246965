//! A terminal of a test's own, which shows nothing to anybody.

use super::Lab;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(60);
/// Leaving may take two seconds; a machine with much to do may take longer over it.
const LEAVING: Duration = Duration::from_secs(10);

/// A terminal that shows nothing to anybody.
pub struct Terminal {
    pub controller: Option<File>,
    pub child: Child,
    /// The other side, kept open so that its modes can be seen.
    pub program_side: File,
    modes: Termios,
    bytes: Option<Receiver<Vec<u8>>>,
    pub seen: String,
}

impl Terminal {
    /// The workbench in a terminal that is read.
    pub fn open(lab: &Lab) -> Self {
        let mut terminal = Self::unread(lab.program(&[]));
        terminal.read();
        terminal
    }

    /// A command as the leader of a new session in a terminal that nobody reads yet.
    pub fn unread(command: Command) -> Self {
        Self::sized(command, (80, 24))
    }

    /// The same with so many columns and rows.
    pub fn sized(mut command: Command, size: (u16, u16)) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let (ws_col, ws_row) = size;
        let size = Winsize {
            ws_row,
            ws_col,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        let path = name.to_str().unwrap();
        let program_side = File::options().read(true).write(true).open(path).unwrap();
        tcsetwinsize(&controller, size).unwrap();
        let modes = tcgetattr(&program_side).unwrap();
        let side = || Stdio::from(program_side.try_clone().unwrap());
        command.stdin(side()).stdout(side()).stderr(side());
        let chosen: Vec<_> = command.get_envs().map(|(name, _)| name.to_owned()).collect();
        for variable in ["COLORFGBG", "COLORTERM", "TMUX", "LC_ALL", "LC_CTYPE"] {
            if !chosen.iter().any(|name| name == variable) {
                command.env_remove(variable);
            }
        }
        for (variable, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            if !chosen.iter().any(|name| name == variable) {
                command.env(variable, value);
            }
        }
        // SAFETY: both are plain system calls.
        #[allow(unsafe_code)]
        unsafe {
            command.pre_exec(|| {
                rustix::process::setsid()?;
                Ok(rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?)
            });
        }
        Self {
            child: command.spawn().unwrap(),
            controller: Some(controller.into()),
            program_side,
            modes,
            bytes: None,
            seen: String::new(),
        }
    }

    /// Reads from now on.
    pub fn read(&mut self) {
        let mut controller = self.controller.as_ref().unwrap().try_clone().unwrap();
        let (sender, bytes) = channel();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = controller.read(&mut buffer) {
                if sender.send(buffer[..count].to_vec()).is_err() {
                    return;
                }
            }
        });
        self.bytes = Some(bytes);
    }

    pub fn press(&self, keys: &str) {
        self.controller.as_ref().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Reads until all of these have come since the last time, in whatever order; what came.
    pub fn shows(&mut self, wanted: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let there = wanted.iter().all(|wanted| self.seen.contains(wanted));
            if there {
                return std::mem::take(&mut self.seen);
            }
            let left = TIMEOUT.saturating_sub(begun.elapsed());
            let received = self.bytes.as_ref().unwrap().recv_timeout(left);
            let bytes = received.unwrap_or_else(|_| panic!("{wanted:?} never came: {:?}", self.seen));
            self.seen += &String::from_utf8_lossy(&bytes);
        }
    }

    /// What comes within a time.
    pub fn within(&mut self, time: Duration) -> String {
        let until = Instant::now() + time;
        while let Ok(bytes) = {
            let left = until.saturating_duration_since(Instant::now());
            self.bytes.as_ref().unwrap().recv_timeout(left)
        } {
            self.seen += &String::from_utf8_lossy(&bytes);
        }
        std::mem::take(&mut self.seen)
    }

    pub fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// How the program ended, in good time.
    pub fn ends(&mut self) -> ExitStatus {
        let begun = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(begun.elapsed() < LEAVING, "it does not end");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The line's modes, which a shell would find.
    pub fn is_as_before(&self) -> bool {
        let now = tcgetattr(&self.program_side).unwrap();
        now.local_modes == self.modes.local_modes
            && now.input_modes == self.modes.input_modes
            && now.output_modes == self.modes.output_modes
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
