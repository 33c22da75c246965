//! The workbench as its user has it: a real terminal, real keys, a terminal that closes in the middle of training.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and may say that it is skipped"
)]

mod common;

use common::Lab;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

const TIMEOUT: Duration = Duration::from_secs(60);

/// A tmux server of the test's own with the workbench in its one window.
struct Terminal<'a> {
    lab: &'a Lab,
    server: String,
}

impl<'a> Terminal<'a> {
    /// Opens the workbench; nothing when there is no tmux.
    fn open(lab: &'a Lab, name: &str, width: u16, height: u16) -> Option<Self> {
        Self::start(lab, name, "", width, height)
    }

    /// Starts the program with these arguments; nothing when there is no tmux.
    fn start(lab: &'a Lab, name: &str, arguments: &str, width: u16, height: u16) -> Option<Self> {
        let terminal = Self {
            lab,
            server: format!("undertone-{name}-{}", std::process::id()),
        };
        let (width, height) = (width.to_string(), height.to_string());
        // The shell stays when the program has left, so that what it left behind can be seen.
        let line = format!(
            "PS1='$ ' {} {arguments}; echo left with $?; exec sleep 600",
            env!("CARGO_BIN_EXE_undertone")
        );
        let started = Command::new("tmux")
            .args([
                "-L",
                &terminal.server,
                "-f",
                "/dev/null",
                "new-session",
                "-d",
                "-x",
                &width,
                "-y",
                &height,
            ])
            .args(["sh", "-c", &line])
            .current_dir(lab.path(""))
            .env("TERM", "xterm-256color")
            .status();
        if started.is_ok_and(|status| status.success()) {
            return Some(terminal);
        }
        println!("skipped: there is no tmux to open the workbench in");
        None
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let output = Command::new("tmux")
            .args(["-L", &self.server])
            .args(arguments)
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    fn screen(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// Presses keys one by one: an escape and a key at the same instant are an Alt key to a terminal.
    fn keys(&self, keys: &[&str]) {
        for key in keys {
            self.tmux(&["send-keys", key]);
            std::thread::sleep(Duration::from_millis(150));
        }
    }

    /// Sends bytes as they are, at once.
    fn bytes(&self, bytes: &str) {
        let hexadecimal: Vec<String> = bytes.bytes().map(|byte| format!("{byte:02x}")).collect();
        let mut arguments = vec!["send-keys", "-H"];
        arguments.extend(hexadecimal.iter().map(String::as_str));
        self.tmux(&arguments);
    }

    /// Pastes as a terminal does: in brackets, if the program has asked for them.
    fn paste(&self, text: &str) {
        self.tmux(&["set-buffer", text]);
        self.tmux(&["paste-buffer", "-p"]);
    }

    /// The screen, once it stays the same for a while.
    fn settled(&self) -> String {
        let mut screen = self.screen();
        loop {
            std::thread::sleep(Duration::from_millis(700));
            let now = self.screen();
            if now == screen {
                return now;
            }
            screen = now;
        }
    }

    /// Waits until the screen shows all of these.
    fn shows(&self, words: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if words.iter().all(|word| screen.contains(word)) {
                return screen;
            }
            assert!(begun.elapsed() < TIMEOUT, "no {words:?} on\n{screen}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
        // A run that a failed test left behind would go on for minutes.
        self.lab.run(&["stop", "last"]);
    }
}

#[test]
fn every_tab_works_in_a_terminal_and_the_terminal_comes_back_as_it_was() {
    let lab = Lab::new();
    let Some(terminal) = Terminal::open(&lab, "tabs", 80, 24) else {
        return;
    };
    let data = terminal.shows(&["1 Data", "60 clips", "Emotions", "SYNTHETIC"]);
    assert_eq!(data.lines().count(), 24, "{data}");
    terminal.keys(&["2"]);
    terminal.shows(&["Clips", "▀"]);
    terminal.keys(&["/", "ang", "Enter"]);
    terminal.shows(&["angry"]);
    terminal.keys(&["Escape", "3"]);
    terminal.shows(&["n new run"]);
    terminal.keys(&["4"]);
    terminal.shows(&["no study yet"]);
    terminal.keys(&["5"]);
    terminal.shows(&["Report"]);
    terminal.keys(&["?"]);
    terminal.shows(&["Keys in Report"]);
    terminal.keys(&["Escape"]);
    for (width, height) in [("160", "50"), ("59", "14"), ("20", "5"), ("100", "30")] {
        terminal.tmux(&["resize-window", "-x", width, "-y", height]);
        std::thread::sleep(Duration::from_millis(200));
    }
    terminal.shows(&["5 Report"]);
    terminal.keys(&["q"]);
    let after = terminal.shows(&["left with 0"]);
    assert!(!after.contains("5 Report"), "the screen was not given back:\n{after}");
}

#[test]
fn a_closed_terminal_costs_nothing() {
    let lab = Lab::new();
    // Long enough to be left in the middle, short enough to be waited for.
    let settings = std::fs::read_to_string(lab.path("workbench.toml")).unwrap();
    let longer = "epochs = 1500\nearly_stopping = { patience = 0, min_delta = 0.0 }";
    std::fs::write(lab.path("workbench.toml"), settings.replace("epochs = 2", longer)).unwrap();
    let Some(terminal) = Terminal::open(&lab, "hangup", 80, 24) else {
        return;
    };
    terminal.shows(&["60 clips"]);
    terminal.keys(&["3"]);
    terminal.shows(&["n new run"]);
    terminal.keys(&["n", "Enter"]);
    terminal.shows(&["running"]);
    terminal.tmux(&["kill-server"]);
    let id = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(lab.row(&id)["state"], "running", "it was to be left in the middle");
    let row = lab.wait(&id, 3 * TIMEOUT, |row| row["state"] == "finished");
    assert_eq!(row["epochs"], 1500);

    let again = Terminal::open(&lab, "again", 160, 50).unwrap();
    again.shows(&["60 clips"]);
    again.keys(&["5"]);
    again.shows(&["speaker-disjoint split", "SYNTHETIC"]);
}

/// Every file below a folder, and when it was written.
fn written(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let time = path.metadata().unwrap().modified().unwrap();
                files.push((path, time));
            }
        }
    }
    files.sort();
    files
}

#[test]
fn what_nobody_typed_presses_no_key() {
    let lab = Lab::new();
    let before = written(&lab.path("data"));
    let Some(terminal) = Terminal::open(&lab, "answers", 80, 24) else {
        return;
    };
    terminal.shows(&["1 Data", "60 clips", "Emotions", "SYNTHETIC"]);
    let calm = terminal.settled();
    terminal.paste("Monday\ny\n");
    assert_eq!(terminal.settled(), calm, "a paste");
    let colour = "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\";
    let graphics = "\x1b_Gi=1;OK\x1b\\";
    for answer in [
        colour,
        graphics,
        "\x1bP>|XTerm(390)\x1b\\",
        "\x1b]11;rgb:bdbd/1e1e/1e1e\x07",
    ] {
        terminal.bytes(answer);
        assert_eq!(terminal.settled(), calm, "{answer:?}");
    }
    // In two pieces; Esc at the end of the first one does nothing here.
    for (answer, place) in [
        (colour, 1),
        (colour, 2),
        (colour, 3),
        (colour, 12),
        (graphics, 1),
        (graphics, 2),
        (graphics, 4),
    ] {
        let (first, rest) = answer.split_at(place);
        terminal.bytes(first);
        std::thread::sleep(Duration::from_millis(200));
        terminal.bytes(rest);
        assert_eq!(terminal.settled(), calm, "{first:?}, {rest:?}");
    }
    terminal.keys(&["2", "/"]);
    terminal.paste("Mon\nday");
    terminal.shows(&["Mon day"]);
    terminal.keys(&["Escape", "M-]", "1"]);
    terminal.shows(&["Emotions"]);
    assert_eq!(written(&lab.path("data")), before);
    assert!(!lab.path("runs").exists());
    // In the middle of an answer that never ends.
    terminal.bytes("\x1b]11;rgb:1e1e");
    terminal.keys(&["C-c"]);
    terminal.shows(&["left with 0"]);
    terminal.paste("Tuesday");
    let after = terminal.shows(&["Tuesday"]);
    assert!(!after.contains("200~"), "pastes are still put in brackets:\n{after}");
}

#[test]
fn a_run_is_deleted_when_its_name_is_typed() {
    let lab = Lab::new();
    lab.done(&["train"]);
    let id = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    for (name, answer, code) in [("letter", "y", "1"), ("word", "yes", "1"), ("name", id.as_str(), "0")] {
        let Some(terminal) = Terminal::start(&lab, name, "delete last", 120, 24) else {
            return;
        };
        terminal.shows(&[&format!("type {id}")]);
        assert!(lab.run_folder(&id).is_dir());
        terminal.keys(&[answer, "Enter"]);
        terminal.shows(&[&format!("left with {code}")]);
    }
    assert!(!lab.run_folder(&id).exists());
}
