//! Phrases that only insiders understand stay out of screens, help and the keys of JSON.

use clap::CommandFactory;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use undertone::cli::Arguments;
use undertone::present::json::KINDS;

/// What was said once, and misleads who knows the field; phrases, for each of their words has its use.
const PHRASES: &[&str] = &[
    "heard right",
    "heard as",
    "truth \\ said",
    "looks at test",
    "looked at once",
    "test side",
    "test not looked at",
    "no honest",
    "honest twin",
    "honest test score",
    "linked runs",
    "trained anew",
    "fitted anew",
    "gone without a word",
    "sign of life",
    "no sound to be had",
    "use of the machine",
    "nothing of the kind",
    "tells runs apart",
    "makes of sound files",
    "not judged",
    "mend the journal",
    "goes on with",
];

/// Keys of JSON documents that were renamed; none of them comes back.
const KEYS: &[&str] = &[
    "beat",
    "clearing",
    "facts",
    "judged",
    "lanes",
    "linked",
    "looks",
    "outcome",
    "place",
    "pruning_line",
    "remarks",
    "side",
    "spread",
    "suspicions",
    "truth",
    "twin",
    "woken",
];

fn misleading(text: &str) -> Vec<&'static str> {
    // A phrase may be wrapped.
    let text = text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    PHRASES.iter().copied().filter(|phrase| text.contains(phrase)).collect()
}

#[test]
fn a_misleading_phrase_is_found_in_any_case_and_wrapped() {
    assert_eq!(
        misleading("3 clips Heard\n   right, 2 heard as sad"),
        ["heard right", "heard as"]
    );
    assert!(misleading("3 clips correct, 2 predicted as sad; truth, said").is_empty());
}

#[test]
fn screens_use_the_words_of_the_field() {
    let screens = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/screens");
    let mut read = 0;
    for entry in fs::read_dir(screens).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "txt") {
            read += 1;
            let text = fs::read_to_string(&path).unwrap();
            assert_eq!(misleading(&text), [""; 0], "{}", path.display());
        }
    }
    assert!(read > 100, "only {read} screens");
}

#[test]
fn the_help_of_every_subcommand_uses_the_words_of_the_field() {
    fn read(command: &mut clap::Command, path: &str) -> usize {
        let help = command.render_long_help().to_string();
        assert_eq!(misleading(&help), [""; 0], "help of {path}");
        let below = command.get_subcommands_mut();
        1 + below
            .map(|below| {
                let path = format!("{path} {}", below.get_name());
                read(below, &path)
            })
            .sum::<usize>()
    }
    let mut command = Arguments::command();
    command.build();
    assert!(read(&mut command, "undertone") > 35);
}

#[test]
fn no_key_of_a_document_is_one_that_was_renamed() {
    fn keys(schema: &Value, found: &mut BTreeSet<String>) {
        match schema {
            Value::Object(parts) => {
                for (name, part) in parts {
                    if let (true, Value::Object(properties)) = (name == "properties", part) {
                        found.extend(properties.keys().cloned());
                    }
                    keys(part, found);
                }
            }
            Value::Array(parts) => parts.iter().for_each(|part| keys(part, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for kind in KINDS {
        keys(kind.schema().as_value(), &mut found);
    }
    assert!(
        found.len() > 200 && found.contains("unweighted_average_recall"),
        "{found:?}"
    );
    let renamed: Vec<&&str> = KEYS.iter().filter(|key| found.contains(**key)).collect();
    assert!(renamed.is_empty(), "{renamed:?}");
}
