//! The check itself is checked: a source that breaks a rule must be found, one that keeps them left alone.

use super::{UNFINISHED_WORDS, violations};

fn check(files: &[(&str, &str)]) -> Vec<String> {
    violations(
        &files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), (*text).to_owned()))
            .collect(),
    )
}

#[test]
fn whatever_breaks_a_rule_is_found() {
    let todo = format!("// {}: later", UNFINISHED_WORDS[0]);
    let offenders: &[(&str, &str, &str)] = &[
        // Upwards, sideways, and past the door.
        (
            "audio/wave.rs",
            "use crate::corpus::Clip;",
            "src/audio/wave.rs:1: audio must not name corpus",
        ),
        (
            "corpus/scan.rs",
            "\n\nuse crate::features::{Recipe};",
            "src/corpus/scan.rs:3: corpus must not name features",
        ),
        (
            "evaluation/report.rs",
            "fn f(clip: &crate::corpus::Clip) {}",
            "evaluation must not name corpus",
        ),
        (
            "models/conv1d.rs",
            "use crate::{random, audio::Wave};",
            "models must not name audio (crate::audio::Wave)",
        ),
        (
            "runs/lease.rs",
            "pub use crate::training::EpochFacts as Facts;",
            "runs must not name training",
        ),
        ("random.rs", "use crate::audio;", "random must not name audio"),
        ("ui/tabs/data.rs", "use crate::corpus::Clip;", "ui must not name corpus"),
        ("ui/mod.rs", "use crate::cli::table;", "ui must not name cli"),
        (
            "cli/mod.rs",
            "let x = crate::training::train();",
            "cli must not name training",
        ),
        ("main.rs", "use undertone::corpus;", "main must not name corpus"),
        ("engine/mod.rs", "use crate::ui::State;", "engine must not name ui"),
        // By way of the parents.
        (
            "corpus/mod.rs",
            "use super::features::Recipe;",
            "corpus must not name features",
        ),
        (
            "corpus/scan.rs",
            "use super::super::training::fit;",
            "corpus must not name training",
        ),
        (
            "corpus/split/mod.rs",
            "fn f() { super::super::runs::f() }",
            "corpus must not name runs",
        ),
        (
            "corpus/scan.rs",
            "mod inner { use super::super::super::runs; }",
            "corpus must not name runs",
        ),
        (
            "corpus/scan.rs",
            "mod a {} mod b { fn f() { if x {} } } use super::super::runs;",
            "must not name runs",
        ),
        ("audio/wave.rs", "use self::super::super::ui;", "audio must not name ui"),
        ("features/mel.rs", "use super::super::*;", "features must not name *"),
        ("features/mel.rs", "use crate as root;", "names the root of the crate"),
        (
            "features/mel.rs",
            "macro_rules! m { () => { $crate::corpus::scan() } }",
            "features must not name corpus",
        ),
        (
            "features/mel.rs",
            "#[cfg(test)] mod tests { use crate::corpus::Clip; }",
            "features must not name corpus",
        ),
        ("lib.rs", "pub use audio::Wave;", "lib.rs names audio::Wave"),
        ("attic.rs", "", "attic is on no floor"),
        // The screen.
        ("engine/event.rs", "use ratatui::style::Color;", "names ratatui"),
        (
            "audio/wave.rs",
            "fn f() -> ::crossterm::Result<()> {}",
            "names crossterm",
        ),
        ("corpus/scan.rs", "use {std::fs, indicatif as bar};", "names indicatif"),
        // Printing.
        ("audio/wave.rs", "fn f() { println!(\"x\"); }", "prints (println!)"),
        (
            "engine/worker.rs",
            "fn f() { std::eprintln!(\"x\"); }",
            "prints (eprintln!)",
        ),
        ("training/fit.rs", "let y = dbg!(x);", "prints (dbg!)"),
        (
            "training/fit.rs",
            "use std::io::{self, Write, stdout};",
            "prints (std::io::stdout)",
        ),
        (
            "training/fit.rs",
            "let x = '\"'; io::stderr().write(b\"x\");",
            "prints (io::stderr)",
        ),
        (
            "training/fit.rs",
            "#[cfg(test)] mod tests { fn f() {} } fn g() { print!(\"x\") }",
            "prints (print!)",
        ),
        (
            "training/fit.rs",
            "#[cfg(test)] use std::fs; fn g() { print!(\"x\") }",
            "prints (print!)",
        ),
        (
            "training/fit.rs",
            "const A: &str = r#\"\"/*\"#; fn g() { print!(\"x\") } /* */",
            "prints (print!)",
        ),
        // What is not done.
        (
            "ui/mod.rs",
            "fn f() { unimplemented!() }",
            "is unfinished (unimplemented!)",
        ),
        ("main.rs", "fn f() { todo!(\"x\") }", "is unfinished (todo!)"),
        ("random.rs", &todo, "src/random.rs:1: is unfinished"),
    ];
    for (path, text, expected) in offenders {
        let found = check(&[(path, text)]);
        assert_eq!(found.len(), 1, "{path}: {text}\n{found:?}");
        assert!(found[0].contains(expected), "{path}: {text}\n{found:?}");
    }
}

#[test]
fn whatever_keeps_the_rules_is_left_alone() {
    let innocents: &[(&str, &str)] = &[
        (
            "main.rs",
            "use undertone::{cli, ui, engine::Settings}; fn main() { println!(\"x\") }",
        ),
        (
            "ui/mod.rs",
            "use crate::engine::{Clip, Event}; use ratatui::Frame; use super::engine;",
        ),
        (
            "cli/mod.rs",
            "use crate::engine; fn f() { println!(\"x\"); std::io::stdout(); }",
        ),
        (
            "engine/mod.rs",
            "pub use crate::audio::Wave; use crate::runs; use crate::{files, random};",
        ),
        (
            "training/fit.rs",
            "use crate::corpus::{self, split::{Split, Side}}; use super::Dataset; use super::*;",
        ),
        (
            "corpus/scan.rs",
            "use super::super::audio::Wave; use crate::corpus::Clip; use self::inner::f;",
        ),
        (
            "corpus/scan.rs",
            "mod tests { use super::*; use super::super::Clip; use super::super::super::audio; }",
        ),
        (
            "audio/wave.rs",
            "//! See [`crate::ui`]; println!(\"x\")\n/* use crate::ui; /* dbg!(1) */ ratatui */",
        ),
        (
            "audio/wave.rs",
            "const A: &str = \"use crate::ui; \\\" println!()\"; const B: &str = r##\"dbg!(\"#)\"##;",
        ),
        (
            "audio/wave.rs",
            "fn f<'a>(x: &'a str) -> char { '\\'' } fn g() { command.stdout(Stdio::null()).stderr(file); }",
        ),
        (
            "audio/wave.rs",
            "#[cfg(test)]\n#[allow(x)]\nmod tests { fn f() { if x {} println!(\"skipped\"); std::io::stdout(); } }",
        ),
        ("lib.rs", "pub mod audio; pub mod ui;"),
        (
            "runs/lease.rs",
            "fn f() { if a != b {} let todo = 1; pub(crate) fn g() {} }",
        ),
    ];
    for (path, text) in innocents {
        assert_eq!(check(&[(path, text)]), [""; 0], "{path}: {text}");
    }
    let test_file = [
        ("audio/mod.rs", "#[cfg(test)] mod tests;"),
        ("audio/tests.rs", "fn f() { println!(\"skipped\") }"),
    ];
    assert_eq!(check(&test_file), [""; 0]);
    assert_eq!(check(&test_file[1..]), ["src/audio/tests.rs:1: prints (println!)"]);
}
