//! What is deleted, overwritten or lost is confirmed by a button that is not the default.

use super::fixtures::{self, opening, runs};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::{Command, Event};

/// Whether a command carries out what was asked about.
type CarriesOut = fn(&Command) -> bool;

/// The workbench before a question of each kind, named.
fn questions(existing: &str) -> Vec<(&'static str, Workbench, CarriesOut)> {
    let open = |keys: &str| {
        let mut workbench = Workbench::new(opening());
        workbench.tell(Event::Studies(Arc::new(studies())));
        workbench.tell(Event::Study(Arc::new(study())));
        workbench.tell(Event::Runs(Arc::new(runs()[1..].to_vec())));
        workbench.press(keys);
        workbench
    };
    let cleared: CarriesOut = |command| matches!(command, Command::Cache { clear: Some(_) });
    let clear = |key: &str| {
        let mut workbench = open("C");
        workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
        workbench.press(key);
        workbench
    };
    let over = |keys: &str| {
        let mut workbench = open(keys);
        for _ in 0..20 {
            workbench.press("Backspace");
        }
        workbench.type_text(existing);
        workbench.press("Enter");
        workbench
    };
    vec![
        ("demo", open("d"), |command| {
            matches!(command, Command::Demo { if_empty: false, .. })
        }),
        ("clear stale", clear("s"), cleared),
        ("clear features", clear("d"), cleared),
        ("clear all", clear("D"), cleared),
        ("mend", open("4 M"), |command| {
            matches!(command, Command::RepairStudy { .. })
        }),
        ("delete", open("3 g X"), |command| {
            matches!(command, Command::Delete { .. })
        }),
        ("empty the trash", open("3 Z"), |command| {
            matches!(command, Command::EmptyTrash { .. })
        }),
        ("stop a study now", open("4 s"), |command| {
            matches!(command, Command::StopTuning { .. })
        }),
        ("export over a file", over("e"), |command| {
            matches!(command, Command::Export { .. })
        }),
        ("export trials over a file", over("4 e"), |command| {
            matches!(command, Command::ExportStudy { .. })
        }),
    ]
}

#[test]
fn neither_a_letter_nor_enter_alone_confirms_a_loss() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clips.csv");
    std::fs::write(&file, "mine").unwrap();
    let done = |workbench: &Workbench, kind: fn(&Command) -> bool| workbench.sent().iter().any(kind);
    for (name, mut workbench, kind) in questions(file.to_str().unwrap()) {
        let text = workbench.text(80, 24);
        assert!(text.contains("› [ Cancel ]"), "{name}:\n{text}");
        for character in ' '..='~' {
            // It leaves the workbench.
            if character != 'q' {
                workbench.type_text(&character.to_string());
            }
            // The help and the palette are over it then.
            if matches!(character, '?' | ':') {
                workbench.press("Esc");
            }
        }
        workbench.paste("y\ny\n");
        assert!(!done(&workbench, kind), "{name}: a character");
        assert!(workbench.text(80, 24).contains("› [ Cancel ]"), "{name} is still asked");
        workbench.press("Enter");
        assert!(!done(&workbench, kind), "{name}: Enter");
        assert!(!workbench.text(80, 24).contains("[ Cancel ]"), "{name} was answered");
    }
    for keys in ["Tab Enter", "BackTab Enter", "Right Enter", "Right Left Left Tab Enter"] {
        for (name, mut workbench, kind) in questions(file.to_str().unwrap()) {
            workbench.press(keys);
            assert!(done(&workbench, kind), "{name}: {keys}");
            assert!(!workbench.text(80, 24).contains("[ Cancel ]"), "{name} was answered");
        }
    }
    for keys in ["Esc", "Right Esc", "Right Left Enter", "Tab Tab Enter"] {
        for (name, mut workbench, kind) in questions(file.to_str().unwrap()) {
            workbench.press(keys);
            assert!(!done(&workbench, kind), "{name}: {keys}");
        }
    }
}

#[test]
fn a_folder_of_an_earlier_export_is_asked_about_too() {
    let folder = tempfile::tempdir().unwrap();
    let mut workbench = Workbench::new(opening());
    workbench.press("X");
    for _ in 0..20 {
        workbench.press("Backspace");
    }
    workbench.type_text(folder.path().to_str().unwrap());
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("› [ Cancel ]"));
    let exports = |workbench: &Workbench| {
        let sent = workbench.sent();
        let exports = sent
            .iter()
            .filter(|sent| matches!(sent, Command::ExportFeatures { .. }));
        exports.count()
    };
    assert_eq!(exports(&workbench), 0);
    workbench.press("Right Enter");
    assert_eq!(exports(&workbench), 1);
}

#[test]
fn both_buttons_are_seen_at_every_size() {
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Runs(Arc::new(runs()[1..].to_vec())));
    workbench.press("3 g X");
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        workbench.compare(&format!("question_{width}x{height}"), width, height);
    }
    workbench.press("Right");
    workbench.compare("question_moved_60x15", 60, 15);
    workbench.press("Esc 4");
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    workbench.press("p");
    for width in 60..=90 {
        for height in 15..=30 {
            let text = workbench.text(width, height);
            assert!(
                text.contains("[ Cancel ]") && text.contains("› [ Promote ]"),
                "{width} x {height}:\n{text}"
            );
        }
    }
}
