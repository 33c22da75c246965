//! What the workbench sends to its terminal, in bytes: for sessions over slow lines. The one test is ignored, since it measures
//! for minutes; docs/performance.md has its command and a table. `UNDERTONE_PROGRAM` names another program to measure.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement is printed, and a test may panic"
)]

mod common;

use common::Lab;
use common::pty::Terminal;
use std::process::Command;
use std::time::{Duration, Instant};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 60)];
/// Long enough for whatever a key brings about.
const SETTLED: Duration = Duration::from_millis(1500);
/// Before what was left out of the first picture follows.
const FIRST: Duration = Duration::from_millis(250);
const HELD: Duration = Duration::from_secs(5);

/// Bytes that come within a time, with their times; questions are answered at once, as by a terminal nearby.
fn bytes(terminal: &mut Terminal, time: Duration) -> Vec<(Duration, usize)> {
    let begun = Instant::now();
    let mut came = Vec::new();
    while begun.elapsed() < time {
        let seen = terminal.within(Duration::from_millis(5));
        for (question, answer) in [("\x1b[c", "\x1b[?62;22c"), ("\x1b[6n", "\x1b[1;1R")] {
            for _ in 0..seen.matches(question).count() {
                terminal.press(answer);
            }
        }
        if !seen.is_empty() {
            came.push((begun.elapsed(), seen.len()));
        }
    }
    came
}

fn sum(came: &[(Duration, usize)]) -> usize {
    came.iter().map(|(_, count)| count).sum()
}

#[test]
#[ignore = "measures for minutes"]
fn bytes_of_a_session() {
    println!("size | key at rest: first 250 ms | after that | held, per second | watching, per second");
    for size in SIZES {
        let lab = Lab::new();
        let own = lab.program(&[]);
        let mut command = match std::env::var_os("UNDERTONE_PROGRAM") {
            Some(program) => Command::new(program),
            None => Command::new(own.get_program()),
        };
        command.current_dir(lab.path("")).env("COLORTERM", "truecolor");
        command.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let mut terminal = Terminal::sized(command, size);
        terminal.read();
        bytes(&mut terminal, 2 * SETTLED);
        terminal.press("2");
        bytes(&mut terminal, 2 * SETTLED);
        // The median of a few clips.
        let mut keys: Vec<(usize, usize)> = (0..7)
            .map(|_| {
                terminal.press("j");
                let came = bytes(&mut terminal, SETTLED);
                let early = came.iter().filter(|(time, _)| *time < FIRST);
                let first = early.map(|(_, count)| count).sum();
                (first, sum(&came) - first)
            })
            .collect();
        keys.sort_unstable();
        let (first, later) = keys[keys.len() / 2];

        let begun = Instant::now();
        let mut held = 0;
        while begun.elapsed() < HELD {
            terminal.press(if begun.elapsed() < HELD / 2 { "j" } else { "k" });
            held += sum(&bytes(&mut terminal, Duration::from_millis(33)));
        }
        let held = held as f64 / begun.elapsed().as_secs_f64();

        let run = lab.start_long_run(&[]);
        lab.wait_for_epochs(&run);
        terminal.press("3");
        // Until nobody has pressed a key for a while.
        bytes(&mut terminal, Duration::from_secs(12));
        let watching = sum(&bytes(&mut terminal, HELD)) as f64 / HELD.as_secs_f64();
        lab.done(&["stop", "last"]);
        println!("{size:?} | {first} | {later} | {held:.0} | {watching:.0}");
    }
}
