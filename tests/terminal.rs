//! What the workbench does to a terminal, byte by byte: how it enters and leaves it, whatever ends or stops it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use common::Lab;
use common::pty::Terminal;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const ENTERED: [&str; 5] = ["\x1b[?1049h", "\x1b[?2004h", "\x1b[2J", "\x1b[?1000h", "\x1b[?1006h"];
const LEFT: [&str; 5] = ["\x1b[?1006l", "\x1b[?1000l", "\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"];
/// The questions that a terminal is asked, the last of which every terminal answers.
const ASKED: &str = "\x1b]11;?\x1b\\\x1b[c";
const ATTRIBUTES: &str = "\x1b[?62;22c";

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
fn the_mouse_is_followed_without_its_movements_and_costs_nothing_at_rest() {
    let lab = Lab::new();
    let mut terminal = Terminal::open(&lab);
    let first = terminal.shows(&["undertone", "quit", ASKED]);
    for asked in ["\x1b[?1002h", "\x1b[?1003h", "\x1b[?1005h", "\x1b[?1015h"] {
        assert!(!first.contains(asked), "{asked:?}");
    }
    terminal.press(ATTRIBUTES);
    // In two pieces, the third tab; then what no terminal should send.
    let third = " undertone   1 Data   2 Listen   3 Train".len();
    terminal.within(Duration::from_secs(2));
    terminal.press("\x1b[<0;");
    terminal.press(&format!("{third};1M\x1b[<0;{third};1m"));
    terminal.shows(&["yet:"]);
    terminal.within(Duration::from_secs(1));
    terminal.press("\x1b[<0;9999999999;1M\x1b[<64;0;0M\x1b[<35;5;5M\x1b[<0;65535;65535M\x1b[M!!!");
    assert_eq!(terminal.within(Duration::from_secs(1)), "");
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
    terminal.shows(&LEFT);
    let mut terminal = Terminal::unread(lab.program(&["-s", "ui.mouse=false"]));
    terminal.read();
    let first = terminal.shows(&["undertone", "quit"]);
    assert!(
        !first.contains("\x1b[?1000h") && !first.contains("\x1b[?1006h"),
        "{first:?}"
    );
}

#[test]
fn the_clipboard_is_written_through_tmux_and_shown() {
    let lab = Lab::new();
    let mut command = lab.program(&[]);
    command.env("TMUX", "/nowhere,1,0").env("TERM", "tmux-256color");
    let mut terminal = Terminal::unread(command);
    terminal.read();
    // The synthetic corpus, in Listen.
    terminal.shows(&["undertone", "quit"]);
    terminal.press("2");
    terminal.shows(&[".wav"]);
    terminal.press("y");
    let copied = terminal.shows(&["Copied", "\x1b]52;c;", "\x1bPtmux;\x1b\x1b]52;c;"]);
    let plain = copied.split("\x1b]52;c;").nth(1).unwrap();
    assert!(plain.find('\x07').is_some_and(|end| end < 100), "{copied:?}");
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
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

/// Fills a terminal that nobody reads: it takes some kilobytes, and each of these keys asks for a whole screen.
fn fill(terminal: &Terminal) {
    for _ in 0..40 {
        terminal.press("\x0c");
        thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn it_ends_while_nobody_reads_a_full_terminal() {
    use rustix::process::Signal;
    let lab = Lab::new();
    for signal in [Some(Signal::TERM), Some(Signal::HUP), None] {
        let mut terminal = Terminal::unread(lab.program(&[]));
        fill(&terminal);
        let begun = Instant::now();
        match signal {
            Some(signal) => terminal.signal(signal),
            // Keys are followed, although their frames go nowhere.
            None => terminal.press("q"),
        }
        let status = terminal.ends();
        let took = begun.elapsed();
        assert_eq!(status.signal(), signal.map(Signal::as_raw));
        assert!(
            took < Duration::from_secs(4),
            "two seconds, on a machine with much to do: {took:?}"
        );
        assert!(terminal.is_as_before());
        terminal.read();
        let rest = terminal.within(Duration::from_millis(500));
        assert!(rest.ends_with(&LEFT.concat()), "{rest:?}");
    }
}

#[test]
fn a_terminal_that_is_read_again_shows_the_newest_screen() {
    let lab = Lab::new();
    let mut terminal = Terminal::unread(lab.program(&[]));
    fill(&terminal);
    terminal.press("?");
    thread::sleep(Duration::from_millis(300));
    terminal.read();
    let seen = terminal.shows(&["Keys"]);
    // Whole frames, one behind the other: no sequence was cut off. What was read last may still have been on its way.
    let whole = seen.rsplit_once('\x1b').map_or("", |(whole, _)| whole);
    assert!(
        whole
            .split('\x1b')
            .skip(1)
            .all(|part| part.starts_with(['[', ']', '\\'])),
        "{seen:?}"
    );
    terminal.press("\x1b");
    thread::sleep(Duration::from_secs(1));
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
}

#[test]
fn the_terminal_is_asked_after_the_first_frame_and_keys_arrive_before_its_answers() {
    let lab = Lab::new();
    let mut terminal = Terminal::open(&lab);
    let first = terminal.shows(&["undertone", ASKED]);
    assert!(first.find("undertone") < first.find(ASKED), "{first:?}");
    // The line takes 300 ms there and as long back.
    let asked = Instant::now();
    thread::sleep(Duration::from_millis(300));
    terminal.press("?");
    terminal.shows(&["Keys"]);
    thread::sleep(Duration::from_millis(600).saturating_sub(asked.elapsed()));
    terminal.within(Duration::from_millis(500));
    terminal.press(&format!("\x1b]11;rgb:ffff/ffff/ffff\x1b\\{ATTRIBUTES}"));
    let light = terminal.within(Duration::from_secs(1));
    assert!(light.contains("38;5;") && !light.contains("\x1b[2J"), "{light:?}");
    // The same again changes nothing.
    terminal.press("\x1b]11;rgb:ff/ff/ff\x1b\\");
    assert_eq!(terminal.within(Duration::from_millis(700)), "");
    terminal.press("\x1b");
    thread::sleep(Duration::from_secs(1));
    terminal.press("q");
    assert_eq!(terminal.ends().code(), Some(0));
}

#[test]
fn an_answer_that_comes_while_it_leaves_is_no_key_of_the_shell() {
    let lab = Lab::new();
    let mut terminal = Terminal::open(&lab);
    terminal.shows(&[ASKED]);
    terminal.press("q");
    thread::sleep(Duration::from_millis(50));
    terminal.press(&format!("\x1b]11;rgb:0000/0000/0000\x1b\\{ATTRIBUTES}"));
    assert_eq!(terminal.ends().code(), Some(0));
    terminal.shows(&LEFT);
    assert_eq!(rustix::io::ioctl_fionread(&terminal.program_side).unwrap(), 0);
}

#[test]
fn characters_are_those_that_the_terminal_has() {
    const SIGN: &str = "\x1b[H\u{597d}\x1b[6n";
    let lab = Lab::new();
    // The variables, the settings, the cursor's column behind a wide sign, and whether all is ASCII then.
    for (variables, settings, column, ascii) in [
        (&[("LANG", "C")][..], &[][..], Some(3), false),
        (&[("LANG", "C")], &[], Some(4), true),
        (&[("LANG", "C")], &[], None, false),
        (&[("LANG", "de_DE.ISO-8859-1")], &[], None, true),
        (&[("TERM", "linux")], &[], None, true),
        (&[("LANG", "C")], &["-s", "ui.characters=unicode"], None, false),
        (&[("LANG", "C.UTF-8")], &["-s", "ui.characters=ascii"], None, true),
    ] {
        let mut command = lab.program(settings);
        command.envs(variables.iter().copied());
        let mut terminal = Terminal::unread(command);
        terminal.read();
        terminal.shows(&["undertone", "quit"]);
        let asked = terminal.within(Duration::from_millis(500));
        let case = format!("{variables:?} {settings:?} {column:?}");
        let unknown = variables[0] == ("LANG", "C") && settings.is_empty();
        // It may have come together with the frame.
        assert!(unknown || !asked.contains(SIGN), "{case}: {asked:?}");
        if let Some(column) = column {
            terminal.press(&format!("\x1b[1;{column}R{ATTRIBUTES}"));
        }
        thread::sleep(Duration::from_millis(300));
        terminal.within(Duration::from_millis(300));
        terminal.press("\x0c");
        terminal.shows(&["\x1b[2J"]);
        terminal.press("2");
        let screen = terminal.within(Duration::from_millis(1500));
        assert_eq!(screen.is_ascii(), ascii, "{case}: {screen:?}");
    }
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
    terminal.shows(&["\x1b[?1049h", "\x1b[2J", "\x1b[?1000h", "quit"]);
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
