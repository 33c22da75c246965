//! The version before as a reader: every key that it asks for is there, of the same kind; where it refuses unknown keys
//! there is none; and words that it has to know are of those it knows.
//!
//! What it asks for is what it wrote itself: its files are the expectation. A key that is renamed on disk fails here.

use crate::kept_text;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Tables in which that version takes any name.
const FREE: [&str; 2] = ["labels.map", "tuning.space"];

/// Keys that it can do without.
const OPTIONAL: [&str; 1] = ["note"];

/// Words that it knows, by the key that holds them; from the declarations of its types. Those of settings stand in its
/// `workbench.toml`.
const WORDS: [(&str, &[&str]); 2] = [
    (
        "event",
        &[
            "started", "device", "note", "epoch", "resumed", "finished", "stopped", "failed",
        ],
    ),
    ("stop", &["now", "after_epoch"]),
];

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Unknown {
    Ignored,
    Refused,
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(number) if number.is_f64() => "float",
        Value::Number(_) => "integer",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "table",
    }
}

/// What that version would stumble over.
fn stumbles(then: &Value, now: &Value, unknown: Unknown, key: &str, found: &mut Vec<String>) {
    let below = |name: &str| {
        if key.is_empty() {
            name.to_owned()
        } else {
            format!("{key}.{name}")
        }
    };
    match (then, now) {
        (Value::Object(then), Value::Object(now)) => {
            if FREE.contains(&key) {
                return;
            }
            for (name, then) in then {
                match now.get(name) {
                    Some(now) => stumbles(then, now, unknown, &below(name), found),
                    None if OPTIONAL.contains(&&**name) => {}
                    None => found.push(format!("lacks {}", below(name))),
                }
            }
            let more = now.keys().filter(|name| !then.contains_key(*name));
            if unknown == Unknown::Refused {
                found.extend(more.map(|name| format!("has {}, which was unheard of", below(name))));
            }
        }
        (Value::Array(then), Value::Array(now)) => {
            if let (Some(then), Some(now)) = (then.first(), now.first()) {
                stumbles(then, now, unknown, &below("0"), found);
            }
        }
        // What is not known is nothing, in either; a whole number is a number.
        (Value::Null, _) | (_, Value::Null) => {}
        _ if kind(then) == kind(now) => {}
        _ if kind(then) == "float" && kind(now) == "integer" => {}
        _ => found.push(format!("{key} was {} and is {}", kind(then), kind(now))),
    }
    if let Some((_, known)) = WORDS.iter().find(|(of, _)| *of == key)
        && !now.as_str().is_some_and(|word| known.contains(&word))
    {
        found.push(format!("{key} is {now}, which was unheard of"));
    }
}

pub fn check(what: &str, then: &Value, now: &Value, unknown: Unknown) {
    let mut found = Vec::new();
    stumbles(then, now, unknown, "", &mut found);
    assert!(
        found.is_empty(),
        "{what}: the version before would not read it:\n{}",
        found.join("\n")
    );
}

/// Words among a document's values: what a type of that version would have to know, and names that people gave.
fn words_of(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if is_word(text) => drop(found.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| words_of(value, found)),
        Value::Object(values) => values.values().for_each(|value| words_of(value, found)),
        _ => {}
    }
}

fn is_word(text: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    text.starts_with(|letter: char| letter.is_ascii_lowercase()) && text.chars().all(plain)
}

/// Settings, and what else has the types of settings.
pub fn check_words(what: &str, then: &Value, now: &Value) {
    let shipped = kept_text("workbench.toml");
    let [mut known, mut written] = [BTreeSet::new(), BTreeSet::new()];
    words_of(then, &mut known);
    words_of(now, &mut written);
    known.extend(
        shipped
            .split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .map(str::to_owned),
    );
    let unheard: Vec<&String> = written.difference(&known).collect();
    assert!(unheard.is_empty(), "{what}: the version before knows no {unheard:?}");
}

pub fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

pub fn toml(text: &str) -> Value {
    serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
}

/// `[run]` takes more keys, the settings beside it take none.
pub fn check_settings(what: &str, then: &str, now: &str) {
    let [mut then, mut now] = [then, now].map(toml);
    let [facts_then, facts_now] =
        [&mut then, &mut now].map(|table| table.as_object_mut().unwrap().remove("run").unwrap_or_default());
    check(what, &facts_then, &facts_now, Unknown::Ignored);
    check(what, &then, &now, Unknown::Refused);
    check_words(what, &then, &now);
    for (architecture, space) in now["tuning"]["space"].as_object().unwrap() {
        for name in space.as_object().unwrap().keys() {
            let (setting, place) = name.rsplit_once('.').unwrap();
            let setting = if place.parse::<usize>().is_ok() { setting } else { name };
            let known = then.pointer(&format!("/{}", setting.replace('.', "/")));
            assert!(
                known.is_some(),
                "{what}: {architecture} searches {name}, which was unheard of"
            );
        }
    }
}

pub fn header(table: &str) -> Vec<&str> {
    table.lines().next().unwrap().split(',').collect()
}

/// Every line is compared with one of its kind.
pub fn check_lines(what: &str, then: &[Value], now: &[Value]) {
    let then: BTreeMap<String, &Value> = then.iter().map(|line| (line["event"].to_string(), line)).collect();
    assert!(!now.is_empty(), "{what}");
    for line in now {
        let known = then.get(&line["event"].to_string());
        check(
            what,
            known.unwrap_or_else(|| panic!("{what}: {line} was unheard of")),
            line,
            Unknown::Ignored,
        );
    }
}
