//! The form of a new run, and the architectures and presets that it is filled from.

use super::fixtures;
use super::fixtures::opening;
use super::harness::{Workbench, screens};
use super::networks;
use std::sync::Arc;
use undertone::engine::{Command, CommandKind, Event, Started};

#[test]
fn the_form_shows_what_the_run_would_be_and_is_edited_as_text() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 n");
    assert!(matches!(workbench.last(), Some(Command::Plan { changes, .. }) if changes.is_empty()));
    workbench.tell(Event::Plan(Arc::new(fixtures::plan(Vec::new()))));
    screens(&workbench, "form_planned");
    workbench.press("e");
    workbench.edit(|text| text.replace("epochs = 50", "epochs = 7") + "model.conv1d.dropout = 0.5\n");
    let Some(Command::Plan { changes, .. }) = workbench.last() else {
        panic!("what was edited is planned anew")
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        changes,
        [pair("model.conv1d.dropout", "0.5"), pair("training.epochs", "7")]
    );
    workbench.tell(Event::Plan(Arc::new(fixtures::plan(changes.clone()))));
    workbench.compare("form_edited_80x24", 80, 24);
    workbench.press("e");
    workbench.edit(|text| text.replace("epochs = 7", "epochs = "));
    assert!(workbench.text(80, 24).contains("line "));
    workbench.press("Enter");
    assert_eq!(workbench.last(), Some(Command::Train { changes }));
}

#[test]
fn the_form_starts_a_run() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 n");
    screens(&workbench, "form");
    workbench.press("Down Right Down Down Backspace Backspace 8 0");
    workbench.press("Down Down Down Down Down Down Right Space Left");
    workbench.compare("form_changed_80x24", 80, 24);
    workbench.press("Enter");
    let changes = [
        ("split.kind", "\"random\""),
        ("training.epochs", "80"),
        ("filter.corpus", "[\"crema-d\", \"tess\"]"),
    ];
    let changes = changes.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    assert_eq!(workbench.last(), Some(Command::Train { changes }));
    workbench.tell(Event::Failed {
        command: CommandKind::Train,
        message: "runs: no space left on device; free some, or set `runs`".to_owned(),
    });
    assert!(
        workbench.text(80, 24).contains("no space left on device"),
        "the form stays and says why"
    );
    workbench.press("Enter");
    workbench.tell(Event::Started(Started {
        runs: vec!["20260613-080000-conv1d".to_owned()],
        ahead: 0,
    }));
    workbench.done(CommandKind::Train);
    assert!(!workbench.text(80, 24).contains("New run"));
    let words: Vec<String> = workbench.text(80, 24).split_whitespace().map(str::to_owned).collect();
    assert!(words.join(" ").contains("keeps running when the workbench is closed"));
}

#[test]
fn a_preset_fills_the_form_of_a_new_run() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 P");
    assert_eq!(workbench.last(), Some(Command::Presets));
    workbench.tell(Event::Presets(Arc::new(networks::presets())));
    screens(&workbench, "presets");
    workbench.compare("presets_60x15", 60, 15);
    workbench.press("Enter");
    workbench.compare("preset_form_80x24", 80, 24);
    workbench.press("Enter");
    let Some(Command::Train { changes }) = workbench.last() else {
        panic!("no run was asked for")
    };
    let value = |key: &str| {
        changes
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("preset"), Some("crnn_143x40"));
    assert_eq!(value("split.kind"), Some("\"random\""));
    assert_eq!(value("recipe"), Some("\"mfcc40_143\""));
}

#[test]
fn architectures_are_listed_and_opened_layer_by_layer() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 M");
    assert_eq!(workbench.last(), Some(Command::Models { name: None }));
    assert!(workbench.text(80, 24).contains("building them"));
    workbench.tell(Event::Models(Arc::new(networks::models())));
    workbench.press("Down");
    screens(&workbench, "models");
    workbench.press("Enter");
    let asked = Command::Models {
        name: Some("crnn".to_owned()),
    };
    assert_eq!(workbench.last(), Some(asked));
    workbench.tell(Event::Model(Arc::new(networks::layers())));
    screens(&workbench, "model_layers");
    workbench.press("End");
    workbench.compare("model_layers_60x15", 60, 15);
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Architectures"));
    workbench.press("Esc");
    assert!(!workbench.text(80, 24).contains("Architectures"));
}
