//! Keys, wherever one is: what the tables say of them, the help, and the palette that finds actions by their words.

use super::fixtures::{self, opening};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::Event;
use undertone::ui::input::{Key, Row};

/// Keys to every place where keys have a meaning of their own, and whether a text is typed there.
const PLACES: [(&str, bool); 29] = [
    ("1", false),
    ("1 Right Right /", true),
    ("2", false),
    ("2 /", true),
    ("3", false),
    ("3 /", true),
    ("4", false),
    ("4 /", true),
    ("4 Enter", false),
    ("5", false),
    ("5 Enter", false),
    ("?", false),
    ("b", false),
    ("c", false),
    ("c /", true),
    ("c Enter", true),
    ("C", false),
    ("N", true),
    ("D", false),
    ("E", false),
    ("t", false),
    ("e", true),
    ("d", false),
    ("3 n", false),
    ("3 n Down Down Down", true),
    ("3 P", false),
    ("3 M", false),
    ("4 a", true),
    ("Ctrl-p", true),
];

pub fn at(keys: &str) -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    workbench.tell(Event::Report(Arc::new(fixtures::report(
        &fixtures::runs()[1],
        &fixtures::survey(),
    ))));
    workbench.press(keys);
    workbench.answer();
    workbench
}

fn opens(place: &str, keys: &str, title: &str) -> bool {
    let mut workbench = at(place);
    let before = workbench.text(120, 40);
    workbench.press(keys);
    let opened = workbench.text(120, 40).contains(title);
    if opened {
        workbench.press("Esc");
        assert_eq!(workbench.text(120, 40), before, "{place}, {keys}, Esc");
    }
    opened
}

#[test]
fn no_key_means_two_things_in_one_table_and_all_are_explained() {
    for (place, _) in PLACES {
        let rows = at(place).rows();
        let keys: Vec<(&str, Key)> = rows
            .iter()
            .flat_map(|row: &Row| row.keys.iter().map(|key| (row.heading, *key)))
            .collect();
        for (index, key) in keys.iter().enumerate() {
            assert!(!keys[..index].contains(key), "{place}: {key:?} twice");
        }
        assert!(rows.iter().all(|row| !row.help.is_empty() && !row.heading.is_empty()));
    }
}

#[test]
fn keys_of_the_users_own_do_what_they_stand_for_and_are_shown() {
    let mut workbench = at("3");
    workbench.bind(&[("Train N", "n"), ("F10", "1"), ("Nowhere", "hyper")]);
    assert!(workbench.text(120, 40).contains("hyper"), "what is no key is said");
    workbench.press("N");
    let form = workbench.text(120, 40);
    assert_eq!(form, at("3 n").text(120, 40));
    workbench.press("Esc ?");
    assert!(workbench.text(120, 40).contains("N n  new run"));
    workbench.press("Esc F10");
    assert_eq!(workbench.text(120, 40), at("1").text(120, 40));
    workbench.press("N");
    assert!(
        workbench.text(120, 40).contains("A pattern of names"),
        "in Data N is another key"
    );
}

#[test]
fn help_palette_and_the_way_out_are_everywhere() {
    for (place, typing) in PLACES {
        if place != "?" {
            assert!(opens(place, "F1", "Keys in "), "{place}: F1");
            assert_eq!(opens(place, "?", "Keys in "), !typing, "{place}: ?");
        }
        if place != "Ctrl-p" {
            assert!(opens(place, "Ctrl-p", " Actions "), "{place}: Ctrl-p");
            assert_eq!(opens(place, ":", " Actions "), !typing, "{place}: colon");
        }
        let mut workbench = at(place);
        workbench.press("Ctrl-c Ctrl-c");
        assert!(workbench.has_quit(), "{place}");
    }
}

#[test]
fn what_is_typed_is_text_and_no_key() {
    for (place, typing) in PLACES.into_iter().filter(|(_, typing)| *typing) {
        assert!(typing);
        let mut workbench = at(place);
        workbench.type_text("q:?1/");
        assert!(workbench.text(120, 40).contains("q:?1/"), "{place}");
        assert!(!workbench.has_quit());
    }
}

#[test]
fn the_palette_finds_an_action_by_its_words_and_does_it() {
    let mut workbench = at(":");
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        workbench.compare(&format!("palette_{width}x{height}"), width, height);
    }
    workbench.type_text("demo");
    workbench.compare("palette_found_80x24", 80, 24);
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("Write the synthetic demo corpus?"));
    workbench.press("Esc :");
    // By the subcommand that does the same.
    for (subcommand, words) in [
        ("bench", "measure how fast"),
        ("doctor", "check this machine"),
        ("trim", "trimming silence"),
    ] {
        workbench.type_text(subcommand);
        assert!(workbench.text(80, 24).contains(words), "{subcommand}");
        workbench.press("Ctrl-u");
    }
    workbench.type_text("no such action");
    assert!(workbench.text(80, 24).contains("No action"));
    workbench.press("Enter Esc");
    // Over a form, where it finds what the form can do.
    workbench.press("3 n Ctrl-p");
    workbench.compare("palette_form_80x24", 80, 24);
    workbench.type_text("field below");
    workbench.press("Enter");
    let mut by_key = at("3 n Down");
    by_key.answer();
    assert_eq!(workbench.text(80, 24), by_key.text(80, 24));
}

#[test]
fn the_palette_does_what_the_key_does() {
    for place in ["1", "2", "3", "4", "5", "4 Enter", "c", "C", "3 n", "3 M"] {
        for (index, row) in at(place).rows().into_iter().enumerate() {
            // The palette over itself is one more palette.
            if row.help.starts_with("find an action") {
                continue;
            }
            let (mut by_key, mut by_palette) = (at(place), at(place));
            by_key.key(row.keys[0].event());
            by_palette.press("Ctrl-p");
            (0..index).for_each(|_| by_palette.press("Down"));
            by_palette.press("Enter");
            assert_eq!(by_palette.sent(), by_key.sent(), "{place}: {row:?}");
            assert_eq!(by_palette.text(120, 40), by_key.text(120, 40), "{place}: {row:?}");
            assert_eq!(by_palette.has_quit(), by_key.has_quit(), "{place}: {row:?}");
        }
    }
}

#[test]
fn forms_and_overlays_have_a_help_of_their_own() {
    for (name, keys) in [("form", "3 n F1"), ("settings", "c ?"), ("filter", "2 / F1")] {
        let workbench = at(keys);
        for (width, height) in [(60, 15), (80, 24), (120, 40)] {
            workbench.compare(&format!("help_{name}_{width}x{height}"), width, height);
        }
    }
}
