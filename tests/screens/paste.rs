//! What is pasted goes into the field in focus, or nowhere.

use super::fixtures::{self, opening};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::Event;

fn opened(keys: &str) -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    workbench.press(keys);
    workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
    workbench.answer();
    workbench
}

#[test]
fn a_paste_is_typed_as_one_line_into_every_field() {
    for (place, keys) in [
        ("filter of speakers", "Right Right /"),
        ("filter of settings", "c /"),
        ("filter of clips", "2 /"),
        ("filter of runs", "3 /"),
        ("filter of trials", "4 /"),
        ("export", "e"),
        ("export of features", "X"),
        ("import of features", "i"),
        ("export of trials", "4 e"),
        ("note", "3 a"),
        ("trial by hand", "4 a"),
    ] {
        let mut workbench = opened(keys);
        workbench.paste("Mon\r\nday\x1b");
        let text = workbench.text(120, 40);
        assert!(text.contains("Mon day"), "{place}:\n{text}");
        workbench.type_text("!");
        assert!(workbench.text(120, 40).contains("Mon day!"), "{place}");
    }
    // A number of the form of a new run, which is checked as if it were typed.
    let mut workbench = opened("3 n");
    for _ in 0..40 {
        if workbench.text(120, 40).contains("Mon day") {
            break;
        }
        workbench.press("Down");
        workbench.paste("Mon\nday");
    }
    assert!(workbench.text(120, 40).contains("Mon day"), "no number takes it");
}

#[test]
fn elsewhere_a_paste_presses_nothing() {
    for keys in [
        "1", "2", "3", "4", "5", "?", "c", "C", "C d", "D", "t", "d", "3 n", "3 P", "3 M", "3 s", "4 p", "4 Enter", "q",
    ] {
        let mut workbench = opened(keys);
        let (sent, screen) = (workbench.sent(), workbench.text(120, 40));
        workbench.paste("Monday\ny\nq\n");
        assert_eq!(workbench.sent(), sent, "{keys}");
        assert_eq!(workbench.text(120, 40), screen, "{keys}");
        assert!(!workbench.has_quit(), "{keys}");
    }
}
