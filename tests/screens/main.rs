//! The whole workbench without a terminal: real keys, hand-made events, and the screens that follow,
//! compared with `tests/screens/*.txt` (`UNDERTONE_UPDATE_SCREENS=1` records them again).

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod bottom;
mod coverage;
mod data;
mod encoders;
mod ends;
mod fixtures;
mod form;
mod harness;
mod keys;
mod keys_page;
mod listen;
mod lists;
mod mouse;
mod networks;
mod paste;
mod published;
mod question;
mod report;
mod study;
mod train;
mod tune;

use fixtures::{detail, opening, prediction, preview, report, runs, survey};
use harness::{Workbench, screens};
use listen::{no_sound, played};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use strum::IntoEnumIterator;
use study::{studies, study};
use undertone::engine::{Command, CommandKind, Event, Finding, Phase, Progress};

#[test]
fn before_the_scan_has_finished() {
    let mut workbench = Workbench::new(Vec::new());
    workbench.compare("starting_80x24", 80, 24);
    let progress = |task: &str, done, total| {
        Event::Progress(Progress {
            task: task.into(),
            done,
            total,
        })
    };
    workbench.tell(progress("reading headers", 3120, 8781));
    workbench.compare("scanning_80x24", 80, 24);
    workbench.tell(Event::Survey(Arc::new(undertone::engine::Survey {
        analysed: false,
        ..survey()
    })));
    workbench.tell(progress("analysing samples", 4096, 8140));
    workbench.compare("analysing_80x24", 80, 24);
    assert_eq!(
        workbench.sent().len(),
        6,
        "settings, a demo corpus where there is none, scan, queue, runs and studies are asked for at once, and once"
    );
}

#[test]
fn nothing_there_yet() {
    let mut workbench = Workbench::new(vec![
        Event::Config(Arc::new(fixtures::config())),
        Event::Survey(Arc::default()),
        Event::Runs(Arc::default()),
    ]);
    for (key, name) in [
        ("1", "data"),
        ("2", "listen"),
        ("3", "train"),
        ("4", "tune"),
        ("5", "report"),
    ] {
        workbench.press(key);
        workbench.compare(&format!("empty_{name}_80x24"), 80, 24);
    }
}

#[test]
fn help_lists_every_key_of_the_tab() {
    let mut workbench = Workbench::new(opening());
    for (tab, name) in (1..).zip(["data", "listen", "train", "tune", "report"]) {
        workbench.press(&tab.to_string());
        let rows = workbench.rows();
        workbench.press("?");
        workbench.compare(&format!("help_{name}_120x40"), 120, 40);
        let text = workbench.text(120, 90).replace('\n', " ");
        for row in rows {
            let words: Vec<&str> = row.help.split(' ').collect();
            assert!(words.iter().all(|word| text.contains(word)), "{name}: {}", row.help);
            assert!(text.contains(&row.names()), "{name}: {}", row.names());
        }
        workbench.press("Esc");
    }
}

#[test]
fn settings_are_shown_with_their_origin_and_filtered() {
    let mut workbench = Workbench::new(opening());
    workbench.press("c");
    assert_eq!(workbench.last(), Some(Command::Config));
    screens(&workbench, "settings");
    workbench.press("/");
    workbench.type_text("early");
    workbench.compare("settings_filter_80x24", 80, 24);
    workbench.press("Enter Esc Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn the_machine_is_looked_at() {
    let mut workbench = Workbench::new(opening());
    workbench.press("D");
    assert_eq!(workbench.last(), Some(Command::Doctor));
    workbench.tell(Event::Doctor(Arc::new(vec![
        Finding::good("terminal", "120 x 40"),
        Finding::note(
            "gpu",
            "no NVIDIA driver on this machine",
            "none is needed to train on the CPU",
        ),
        Finding::lack(
            "runs",
            "/data/runs: 0.2 GiB free",
            "make room, or set `runs` in workbench.toml to a larger disk",
        ),
    ])));
    screens(&workbench, "doctor");
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn leaving_says_that_runs_go_on() {
    let mut workbench = Workbench::new(opening());
    workbench.press("q");
    workbench.compare("quit_80x24", 80, 24);
    workbench.press("Esc");
    assert!(!workbench.has_quit());
    workbench.press("q q");
    assert!(workbench.has_quit());
    let mut calm = Workbench::new(vec![Event::Runs(Arc::default())]);
    calm.press("q");
    assert!(calm.has_quit(), "nothing runs: no question");
    let mut typing = Workbench::new(opening());
    typing.press("2 / q");
    assert!(!typing.has_quit(), "a q that is typed is a letter");
    typing.press("Ctrl-c Ctrl-c");
    assert!(typing.has_quit());
}

#[test]
fn failures_stay_until_a_key_is_pressed() {
    let mut workbench = Workbench::new(opening());
    let message = "data/crema-d: permission denied; make the folder readable (chmod -R u+rX data/crema-d) or take the corpus out of workbench.toml, then scan again";
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: message.to_owned(),
    });
    workbench.tell(Event::Runs(Arc::new(runs())));
    workbench.compare("failed_80x24", 80, 24);
    workbench.press("Right");
    assert!(!workbench.text(80, 24).contains("permission denied"));
}

#[test]
fn every_command_has_a_key_that_sends_it() {
    for kind in CommandKind::iter() {
        let mut workbench = Workbench::new(opening());
        workbench.tell(Event::Studies(Arc::new(studies())));
        workbench.tell(Event::Study(Arc::new(study())));
        if matches!(kind, CommandKind::Move | CommandKind::Cancel | CommandKind::StartNow) {
            workbench.tell(Event::Runs(Arc::new(fixtures::queue(true))));
        }
        if kind == CommandKind::Delete {
            workbench.tell(Event::Runs(Arc::new(runs()[1..].to_vec())));
        }
        workbench.answer();
        let row = ["1", "2", "3", "4", "5", "1 c"].into_iter().find_map(|tab| {
            workbench.press(tab);
            workbench.rows().into_iter().find(|row| row.sends == Some(kind))
        });
        let row = row.unwrap_or_else(|| panic!("no key sends {kind:?}"));
        if workbench.text(80, 24).contains("UAR best val.  test") {
            workbench.press("g");
        }
        workbench.answer();
        let before = workbench.sent().len();
        for key in row.keys.iter().take(1).chain(row.then) {
            workbench.key(key.event());
        }
        let sent: BTreeSet<CommandKind> = workbench.sent()[before..].iter().map(CommandKind::from).collect();
        assert!(sent.contains(&kind), "{kind:?} by {row:?}: sent {sent:?}");
    }
}

#[test]
fn any_size_can_be_drawn() {
    let small = Workbench::new(opening());
    for (width, height) in [(1, 1), (20, 5), (59, 15), (60, 14)] {
        small.compare(&format!("small_{width}x{height}"), width, height);
    }
    let (runs, survey) = (runs(), survey());
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: "a message of many words ".repeat(20),
    });
    let places = [
        "1",
        "Right",
        "Right",
        "Right",
        "Right",
        "c",
        "Esc d",
        "Esc e",
        "Esc X",
        "Esc t",
        "Esc C",
        "s",
        "Esc",
        "Esc ?",
        "Esc 2",
        "p",
        "v",
        "V",
        "3",
        "n",
        "Esc l",
        "w",
        "+",
        "Space",
        "Down",
        "d",
        "Esc a",
        "Esc X",
        "Esc / z",
        "Esc s",
        "Esc 4",
        "m",
        "m",
        "m",
        "m",
        "m",
        "a",
        "Esc p",
        "Esc /",
        "Esc Enter",
        "Esc 5",
        "n",
        "Enter",
        "Esc q",
    ];
    for place in places {
        workbench.press(place);
        if place == "V" {
            workbench.tell(no_sound());
            workbench.text(60, 15);
            workbench.press("Esc");
        }
        workbench.tell(Event::Preview(Arc::new(preview(
            "data/crema-d/1001_IEO_ANG_XX.wav".into(),
        ))));
        workbench.tell(Event::Predicted(vec![prediction(
            "data/crema-d/1001_IEO_ANG_XX.wav".into(),
            "last",
        )]));
        workbench.tell(played(
            Path::new("data/crema-d/1001_IEO_ANG_XX.wav"),
            Phase::Playing,
            2.9,
        ));
        workbench.tell(Event::Run(Arc::new(detail(&runs[0], 1))));
        workbench.tell(Event::Compared(Arc::new(fixtures::comparison())));
        workbench.tell(Event::Plan(Arc::new(fixtures::plan(Vec::new()))));
        workbench.tell(Event::Study(Arc::new(study())));
        workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
        workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
        workbench.tell(Event::Trimming(Arc::new(fixtures::trimming())));
        for width in (1..=210).step_by(13).chain([60, 61, 80, 119, 120, 130]) {
            for height in (1..=64).step_by(7).chain([15, 16, 21, 28, 30]) {
                workbench.text(width, height);
            }
        }
    }
}
