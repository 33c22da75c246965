//! The mouse, as a terminal reports it: what is pressed is chosen, what is turned scrolls, and nothing is lost by chance.

use super::fixtures::{self, opening, runs};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use std::time::{Duration, Instant};
use undertone::engine::{Command, CommandKind, Event};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

#[test]
fn tabs_rows_views_and_hints_are_clicked() {
    for size in SIZES {
        let text = |workbench: &Workbench| workbench.text(size.0, size.1);
        let mut workbench = Workbench::new(opening());
        workbench.click("Speakers", size);
        assert!(text(&workbench).contains("Gender  Age"), "{}", text(&workbench));
        workbench.click("Issues", size);
        workbench.click("1002_IEO_FEA_XX", size);
        assert!(text(&workbench).contains("2 of 6"), "{}", text(&workbench));
        workbench.click("3 Train", size);
        workbench.click("20260612-101007", size);
        let watched = |run: &str| {
            Some(Command::Watch {
                run: run.to_owned().into(),
            })
        };
        assert_eq!(workbench.last(), watched("20260612-101007-conv1d"));
        // Below the last row is nothing.
        let before = workbench.sent().len();
        workbench.report(&format!("\x1b[<0;5;{}M", size.1 - 3));
        assert_eq!(workbench.sent().len(), before);
        workbench.click("new run", size);
        assert!(text(&workbench).contains("cancel"), "{}", text(&workbench));
        // Under an overlay nothing is pressed.
        workbench.click("1 Data", size);
        assert!(text(&workbench).contains("cancel"), "{}", text(&workbench));
        workbench.click("Esc cancel", size);
        assert!(text(&workbench).contains("new run"), "{}", text(&workbench));
        workbench.click("? help", size);
        assert!(text(&workbench).contains("Keys in Train"));
        workbench.press("Esc");
        workbench.click("q quit", size);
        assert!(!workbench.has_quit() && text(&workbench).contains("Leave the workbench?"));
    }
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    for size in SIZES {
        let text = |workbench: &Workbench| workbench.text(size.0, size.1);
        let mut workbench = Workbench::new(opening());
        workbench.press("2");
        let first = text(&workbench);
        let clips = |text: &str| text.lines().filter(|line| line.contains(".wav")).count();
        assert!(clips(&first) > 4);
        let row = first.lines().find(|line| line.contains(".wav")).unwrap().to_owned();
        workbench.wheel("Clips", 3, size);
        assert_eq!(text(&workbench), first, "the pointer is over no list");
        let here: String = row
            .chars()
            .rev()
            .take(20)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        workbench.wheel(&here, 2, size);
        let scrolled = text(&workbench);
        assert!(!scrolled.contains(&row), "{scrolled}");
        workbench.wheel("Clips", -9, size);
        assert_eq!(text(&workbench), scrolled);
        let any = scrolled.lines().find(|line| line.contains(".wav")).unwrap();
        let any: String = any
            .chars()
            .rev()
            .take(20)
            .collect::<Vec<_>>()
            .into_iter()
            .rev()
            .collect();
        workbench.wheel(&any, -9, size);
        assert!(text(&workbench).contains(&here));
        // A text that lies over it takes the wheel, wherever its rows are.
        workbench.press("?");
        let help = text(&workbench);
        workbench.wheel("Keys in Listen", 1, size);
        assert_eq!(text(&workbench), help, "its frame is no part of it");
        workbench.wheel("half a second back", 1, size);
        assert_ne!(text(&workbench), help);
    }
}

#[test]
fn overlays_take_the_mouse() {
    for size in SIZES {
        let mut workbench = Workbench::new(opening());
        workbench.tell(Event::Studies(Arc::new(studies())));
        workbench.tell(Event::Study(Arc::new(study())));
        workbench.press("1 c");
        workbench.click("split.test ", size);
        assert!(workbench.text(size.0, size.1).contains("split.test = 0.2"));
        workbench.press("Esc :");
        workbench.click("scan the corpora again", size);
        assert_ne!(workbench.last(), Some(Command::Scan { headers_only: false }));
        workbench.answer();
        workbench.press("Enter");
        assert_eq!(workbench.last(), Some(Command::Scan { headers_only: false }));
        workbench.press("3 n");
        workbench.click("Epochs", size);
        workbench.type_text("7");
        workbench.press("Enter");
        let Some(Command::Train { changes, .. }) = workbench.last() else {
            panic!("{:?}", workbench.last())
        };
        assert_eq!(changes, [("training.epochs".to_owned(), "7".to_owned())]);
    }
}

#[test]
fn one_click_loses_nothing() {
    for size in SIZES {
        let deletes = |workbench: &Workbench| {
            workbench
                .last()
                .is_some_and(|last| CommandKind::from(&last) == CommandKind::Delete)
        };
        let open = || {
            let mut workbench = Workbench::new(vec![Event::Runs(Arc::new(runs()[1..].to_vec()))]);
            workbench.tell(Event::Config(Arc::new(fixtures::config())));
            workbench.press("3 g X");
            workbench.text(size.0, size.1);
            workbench
        };
        let mut workbench = open();
        workbench.click("[ Delete ]", size);
        assert!(!deletes(&workbench));
        workbench.click("[ Delete ]", size);
        assert!(deletes(&workbench));
        let mut workbench = open();
        workbench.click("[ Cancel ]", size);
        assert!(!deletes(&workbench) && !workbench.text(size.0, size.1).contains("[ Cancel ]"));
        // Beside it and under it is nothing to press.
        let mut workbench = open();
        workbench.click("Runs 5", size);
        workbench.click("3 Train", size);
        workbench.click("It goes with", size);
        workbench.wheel("[ Delete ]", 5, size);
        assert!(!deletes(&workbench) && workbench.text(size.0, size.1).contains("› [ Cancel ]"));
    }
}

#[test]
fn the_second_half_of_a_double_click_presses_nothing_new() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 g");
    let screen = workbench.text(80, 24);
    let row = screen.lines().count();
    let column = screen.lines().last().unwrap().find("stop").unwrap_or(60) + 1;
    let now = Instant::now() + Duration::from_secs(1);
    // Whatever stands there in the bottom row, before and after.
    for column in (1..80).chain([column]) {
        let mut workbench = Workbench::new(opening());
        workbench.press("3 g");
        workbench.text(80, 24);
        let press = format!("\x1b[<0;{column};{row}M");
        let before = workbench.sent();
        workbench.report_at(&press, now);
        workbench.text(80, 24);
        let (once, screen) = (workbench.sent(), workbench.text(80, 24));
        workbench.report_at(&press, Instant::now());
        if once.len() == before.len() && screen.contains("Esc cancel") {
            assert_eq!(workbench.sent(), once, "{column}");
            assert_eq!(workbench.text(80, 24), screen, "{column}");
        }
    }
}

#[test]
fn places_outside_of_the_screen_and_small_screens_are_harmless() {
    let mut workbench = Workbench::new(opening());
    for size in [(80, 24), (20, 5), (1, 1)] {
        workbench.text(size.0, size.1);
        let before = workbench.sent().len();
        for report in ["0;65535;65535", "64;81;25", "65;65535;1", "0;1;65535", "0;200;1"] {
            workbench.report(&format!("\x1b[<{report}M"));
        }
        workbench.report("\x1b[<0;1;1M");
        assert_eq!(workbench.sent().len(), before);
        assert!(!workbench.has_quit());
    }
}

#[test]
fn a_cell_of_the_confusion_matrix_is_chosen() {
    for size in SIZES {
        let mut workbench = Workbench::new(opening());
        workbench.press("5");
        workbench.tell(Event::Report(Arc::new(super::report(&runs()[1], &super::survey()))));
        let screen = workbench.text(size.0, size.1);
        workbench.click(" 188 ", size);
        let text = workbench.text(size.0, size.1);
        assert!(text.contains("fearful correct: 188"), "{screen}{text}");
        workbench.press("Enter");
        workbench.click("UAR 60.8", size);
        assert!(workbench.text(size.0, size.1).contains("fearful correct: 188"));
    }
}
