//! The workbench as its user has it: a real terminal, real keys, a terminal that closes in the middle of training.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and may say that it is skipped"
)]

mod common;

use common::Lab;
use std::process::Command;
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

/// A tmux server of the test's own with the workbench in its one window.
struct Terminal<'a> {
    lab: &'a Lab,
    server: String,
}

impl<'a> Terminal<'a> {
    /// Opens the workbench; nothing when there is no tmux.
    fn open(lab: &'a Lab, name: &str, width: u16, height: u16) -> Option<Self> {
        let terminal = Self {
            lab,
            server: format!("undertone-{name}-{}", std::process::id()),
        };
        let (width, height) = (width.to_string(), height.to_string());
        // The shell stays when the program has left, so that what it left behind can be seen.
        let line = format!(
            "PS1='$ ' {}; echo left with $?; exec sleep 600",
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

    /// Waits until the screen shows all of these.
    fn shows(&self, words: &[&str]) -> String {
        let begun = Instant::now();
        loop {
            let screen = self.screen();
            if words.iter().all(|word| screen.contains(word)) {
                return screen;
            }
            assert!(begun.elapsed() < PATIENCE, "no {words:?} on\n{screen}");
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
    let id = lab.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(lab.row(&id)["state"], "running", "it was to be left in the middle");
    let row = lab.wait(&id, PATIENCE, |row| row["state"] == "finished");
    assert_eq!(row["epochs"], 1500);

    let again = Terminal::open(&lab, "again", 160, 50).unwrap();
    again.shows(&["60 clips"]);
    again.keys(&["5"]);
    again.shows(&["speaker-disjoint split", "SYNTHETIC"]);
}
