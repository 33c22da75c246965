//! What the workbench does to a terminal, byte by byte: how it enters and leaves it, whatever ends or stops it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::Lab;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Termios, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

const TIMEOUT: Duration = Duration::from_secs(60);
/// Leaving may take two seconds; a machine with much to do may take longer over it.
const LEAVING: Duration = Duration::from_secs(10);

const ENTERED: [&str; 3] = ["\x1b[?1049h", "\x1b[?2004h", "\x1b[2J"];
const LEFT: [&str; 3] = ["\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"];

/// A terminal that shows nothing to anybody.
struct Terminal {
    controller: Option<File>,
    child: Child,
    /// The other side, kept open so that its modes can be seen.
    program_side: File,
    modes: Termios,
    bytes: Option<Receiver<Vec<u8>>>,
    seen: String,
}

impl Terminal {
    /// The workbench in a terminal that is read.
    fn open(lab: &Lab) -> Self {
        let mut terminal = Self::unread(lab.program(&[]));
        terminal.read();
        terminal
    }

    /// A command as the leader of a new session in a terminal that nobody reads yet.
    fn unread(mut command: Command) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let (ws_row, ws_col) = (24, 80);
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
        command.env("TERM", "xterm-256color");
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
    fn read(&mut self) {
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

    fn press(&self, keys: &str) {
        self.controller.as_ref().unwrap().write_all(keys.as_bytes()).unwrap();
    }

    /// Reads until all of these have come since the last time, in whatever order; what came.
    fn shows(&mut self, wanted: &[&str]) -> String {
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

    fn signal(&self, signal: rustix::process::Signal) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, signal).unwrap();
    }

    /// How the program ended, in good time.
    fn ends(&mut self) -> ExitStatus {
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
    fn is_as_before(&self) -> bool {
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

#[test]
fn modes_are_entered_before_the_first_frame_and_left_after_the_last() {
    let lab = Lab::new();
    let mut terminal = Terminal::open(&lab);
    let first = terminal.shows(&["undertone", "quit"]);
    let frame = first.find("undertone").unwrap();
    for entered in ENTERED {
        assert!(
            first.find(entered).is_some_and(|at| at < frame),
            "{entered:?}: {first:?}"
        );
    }
    assert!(!terminal.is_as_before());
    // Drawn anew, over whatever stands there.
    terminal.press("\x0c");
    let again = terminal.shows(&["\x1b[2J", "undertone"]);
    assert!(again.find("\x1b[2J") < again.find("undertone"), "{again:?}");
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
    terminal.shows(&LEFT);
    assert!(terminal.is_as_before());
}

#[test]
fn a_signal_to_leave_gives_the_terminal_back() {
    use rustix::process::Signal;
    let lab = Lab::new();
    for signal in [Signal::TERM, Signal::HUP] {
        let mut terminal = Terminal::open(&lab);
        terminal.shows(&["undertone", "quit"]);
        terminal.signal(signal);
        assert_eq!(terminal.ends().signal(), Some(signal.as_raw()));
        terminal.shows(&LEFT);
        assert!(terminal.is_as_before());
    }
}

#[test]
fn it_ends_when_the_terminal_is_gone() {
    let lab = Lab::new();
    let mut terminal = Terminal::unread(lab.program(&[]));
    let mut controller = terminal.controller.take().unwrap();
    let mut buffer = [0; 4096];
    assert!(controller.read(&mut buffer).unwrap() > 0);
    drop(controller);
    let status = terminal.ends();
    assert!(!status.success(), "{status}");
}

#[test]
fn it_ends_while_nobody_reads_a_full_terminal() {
    use rustix::process::Signal;
    let lab = Lab::new();
    let mut terminal = Terminal::unread(lab.program(&[]));
    // A terminal takes some kilobytes that nobody reads; each of these asks for a whole screen.
    for _ in 0..40 {
        terminal.press("\x0c");
        thread::sleep(Duration::from_millis(50));
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.ends().signal(), Some(Signal::TERM.as_raw()));
    assert!(terminal.is_as_before());
}

#[test]
fn a_stopped_workbench_draws_itself_anew_when_it_goes_on() {
    use rustix::process::Signal;
    let lab = Lab::new();
    let mut terminal = Terminal::open(&lab);
    terminal.shows(&["undertone", "quit"]);
    terminal.signal(Signal::STOP);
    terminal.signal(Signal::CONT);
    terminal.shows(&["\x1b[?1049h", "\x1b[2J", "undertone"]);
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
}

#[test]
fn control_z_goes_to_the_shell_and_fg_comes_back() {
    let lab = Lab::new();
    let mut shell = lab.program(&[]);
    let program = shell.get_program().to_owned();
    let mut command = Command::new("sh");
    command
        .arg("-c")
        .arg("set -m; \"$0\"; echo in the shell; fg; echo left with $?")
        .arg(program);
    command.current_dir(lab.path(""));
    for (name, value) in shell.env("HF_HOME", lab.path("huggingface")).get_envs() {
        if let Some(value) = value {
            command.env(name, value);
        }
    }
    let mut terminal = Terminal::unread(command);
    terminal.read();
    terminal.shows(&["undertone", "quit"]);
    terminal.press("\x1a");
    let between = terminal.shows(&["in the shell"]);
    for left in LEFT {
        assert!(between.contains(left), "{left:?}: {between:?}");
    }
    terminal.shows(&["\x1b[?1049h", "\x1b[2J", "quit"]);
    terminal.press("q");
    terminal.shows(&["left with 0"]);
}

#[test]
fn a_new_start_clears_what_a_killed_one_left() {
    let lab = Lab::new();
    let mut command = Command::new("sh");
    let program = lab.program(&[]).get_program().to_owned();
    command.arg("-c").arg("\"$0\"; echo killed; exec \"$0\"").arg(program);
    command
        .current_dir(lab.path(""))
        .env("HF_HOME", lab.path("huggingface"));
    let mut terminal = Terminal::unread(command);
    terminal.read();
    terminal.shows(&["undertone", "quit"]);
    let children = std::fs::read_to_string(format!("/proc/{0}/task/{0}/children", terminal.child.id()));
    let Ok(children) = children else { return };
    let id = children
        .trim()
        .parse()
        .ok()
        .and_then(rustix::process::Pid::from_raw)
        .unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::KILL).unwrap();
    let again = terminal.shows(&["killed", "undertone", "quit"]);
    let again = &again[again.find("killed").unwrap()..];
    assert!(again.find("\x1b[2J") < again.find("undertone"), "{again:?}");
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
    terminal.shows(&LEFT);
}

#[test]
fn without_a_terminal_it_says_so_and_writes_nothing_else() {
    let lab = Lab::new();
    let output = lab.run(&[]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(output.stdout.is_empty() && !output.stderr.contains(&0x1b), "{output:?}");
    let mut program = lab.program(&[]);
    let terminal = Terminal::unread(Command::new("true"));
    let side = || Stdio::from(terminal.program_side.try_clone().unwrap());
    let dumb = program
        .stdin(side())
        .stdout(side())
        .stderr(Stdio::piped())
        .env("TERM", "dumb");
    let output = dumb.spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("TERM"), "{output:?}");
}
