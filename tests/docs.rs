//! The documentation, held to the program: every command is understood by the program's own parser and every key by
//! its own settings, what ends in seconds is run on the demo corpus, and every link leads somewhere.
//!
//! A block that is not run says why in a comment right before it: `<!-- not run: trains for minutes -->`.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says what it has not run"
)]

mod common;
#[path = "docs/page.rs"]
mod page;

use clap::Parser;
use clap::error::ErrorKind;
use common::Lab;
use page::Page;
use std::path::Path;
use undertone::cli::Arguments;
use undertone::engine::{Settings, load_settings};

/// Folders whose files the documentation names by their paths.
const NAMED: [&str; 4] = ["src/", "tests/", "docs/", "benches/"];
/// What was called otherwise than in the field.
const RETIRED: [&str; 10] = [
    "heard right",
    "honest",
    "judged",
    "trained anew",
    "fitted anew",
    "looks at test",
    "looked at test",
    "linked run",
    "test side",
    "taken for",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The pages for users; what has changed speaks of names that are gone.
fn pages() -> Vec<Page> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap();
    let names = docs.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names
        .filter(|name| name.ends_with(".md"))
        .map(|name| format!("docs/{name}"))
        .collect();
    names.sort();
    let first = ["README.md", "data/README.md"].map(str::to_owned);
    first
        .iter()
        .chain(&names)
        .map(|name| Page::read(root(), name))
        .collect()
}

/// The words of a command line, without its comment.
fn words(place: &str, line: &str) -> Vec<String> {
    shlex::split(line).unwrap_or_else(|| panic!("{place}: `{line}` has a quote too many"))
}

/// What the program's own parser makes of a command line.
fn parsed(place: &str, line: &str) -> Arguments {
    Arguments::try_parse_from(words(place, line)).unwrap_or_else(|error| panic!("{place}: `{line}`: {error}"))
}

/// The same of a command within the text, which may name a subcommand alone, or ask for help.
fn parsed_within(place: &str, span: &str) -> Option<Arguments> {
    use ErrorKind::{DisplayHelp, DisplayVersion, MissingRequiredArgument};
    match Arguments::try_parse_from(words(place, span)) {
        Ok(arguments) => Some(arguments),
        Err(error) if [DisplayHelp, DisplayVersion, MissingRequiredArgument].contains(&error.kind()) => None,
        Err(error) => panic!("{place}: `{span}`: {error}"),
    }
}

/// A name that the reader is to replace.
fn is_placeholder(word: &str) -> bool {
    word.chars().any(|c| c.is_ascii_uppercase())
}

/// The changes of a command line are settings that there are.
fn resolve(place: &str, changes: &[(String, String)], file: &Path) {
    if changes
        .iter()
        .any(|(key, value)| is_placeholder(key) || key == "preset" && is_placeholder(value))
    {
        return;
    }
    if let Err(error) = load_settings(Some(file), changes) {
        panic!("{place}: {changes:?}: {error}");
    }
}

/// A demo corpus, a run, a recording, and settings that let everything end soon.
fn lab() -> Lab {
    let lab = Lab::new();
    let settings = lab.path("workbench.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text + "[tuning]\ntrials = 2\n").unwrap();
    std::fs::copy(lab.clip(), lab.path("recording.wav")).unwrap();
    lab.done(&["train"]);
    lab
}

#[test]
fn commands_are_understood_and_what_ends_in_seconds_is_run() {
    // Most of a command's time is spent waiting.
    let pages = pages();
    let counts: Vec<(usize, usize)> = std::thread::scope(|scope| {
        let threads: Vec<_> = pages.iter().map(|page| scope.spawn(|| commands_of(page))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (run, not_run) = counts
        .iter()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    println!("{run} commands run, {not_run} not run");
    assert!(run > 0, "the documentation has no command");
}

/// Runs the commands of a page, in a lab of its own; how many were run, and how many not.
fn commands_of(page: &Page) -> (usize, usize) {
    let is_ours = |line: &str| line == "undertone" || line.starts_with("undertone ");
    let commands = page
        .blocks
        .iter()
        .filter(|block| block.language == "sh")
        .flat_map(|block| {
            let lines = block.lines.iter().filter(|(_, line)| is_ours(line));
            lines.map(|(place, line)| (place, line, block.reason("not run")))
        });
    let commands: Vec<_> = commands.collect();
    if commands.is_empty() {
        return (0, 0);
    }
    let lab = lab();
    for (place, line, reason) in &commands {
        let arguments = parsed(place, line);
        if let Some(reason) = reason {
            resolve(place, &arguments.changes(), &lab.path("workbench.toml"));
            println!("{place}: not run, {reason}: {line}");
            continue;
        }
        let words = words(place, line);
        let output = lab.run(&words[1..].iter().map(String::as_str).collect::<Vec<_>>());
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{place}: `{line}`: {error}");
    }
    let not_run = commands.iter().filter(|(_, _, reason)| reason.is_some()).count();
    (commands.len() - not_run, not_run)
}

#[test]
fn code_within_the_text_names_what_there_is() {
    let file = root().join("workbench.toml");
    let settings = load_settings(Some(&file), &[]).unwrap();
    for page in pages() {
        for (place, span) in &page.spans {
            if span.starts_with("undertone ") {
                if let Some(arguments) = parsed_within(place, span) {
                    resolve(place, &arguments.changes(), &file);
                }
            } else if ["-s ", "--set ", "--preset "]
                .iter()
                .any(|option| span.starts_with(option))
            {
                let line = format!("undertone config {span}");
                resolve(place, &parsed(place, &line).changes(), &file);
            } else if let Some((key, value)) = span.split_once(" = ").filter(|(key, _)| is_key(&settings, key)) {
                resolve(place, &[(key.to_owned(), value.to_owned())], &file);
            } else {
                let key = span
                    .strip_prefix('[')
                    .and_then(|rest| rest.strip_suffix(']'))
                    .unwrap_or(span);
                let known = !is_key(&settings, key) || value_of(&settings, key).is_some();
                assert!(known, "{place}: `{span}` is no setting");
            }
            files_exist(place, span);
        }
    }
}

/// Whether this begins like a setting in a table, `training.epochs`, and is neither a file, `labels.csv`, nor has a part
/// for the reader to replace.
fn is_key(settings: &Settings, text: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._".contains(c);
    if [".csv", ".safetensors", ".json", ".pt"]
        .iter()
        .any(|file| text.ends_with(file))
    {
        return false;
    }
    let table = text.split_once('.').map(|(table, _)| table);
    text.chars().all(plain)
        && table.is_some_and(|table| value_of(settings, table).is_some_and(|value| value.is_table()))
}

fn value_of(settings: &Settings, key: &str) -> Option<toml::Value> {
    let table = toml::Value::try_from(settings).unwrap();
    key.split('.')
        .try_fold(table, |value, name| match name.parse::<usize>() {
            Ok(index) => value.get(index).cloned(),
            Err(_) => value.get(name).cloned(),
        })
}

#[test]
fn settings_files_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("workbench.toml");
    let mut read = 0;
    for page in pages() {
        for block in page.blocks.iter().filter(|block| block.language == "toml") {
            if block.reason("not settings").is_some() {
                continue;
            }
            read += 1;
            let lines: Vec<&str> = block.lines.iter().map(|(_, line)| line.as_str()).collect();
            std::fs::write(&file, lines.join("\n")).unwrap();
            resolve(&block.lines[0].0, &[], &file);
        }
    }
    assert!(read > 0, "the documentation has no settings");
}

#[test]
fn links_and_files_lead_somewhere() {
    let pages: Vec<Page> = [pages(), vec![Page::read(root(), "CHANGELOG.md")]]
        .into_iter()
        .flatten()
        .collect();
    for page in &pages {
        for (place, link) in &page.links {
            if link.contains("://") {
                continue;
            }
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = page.path.parent().unwrap().join(path);
            let target = if path.is_empty() { page.path.clone() } else { target };
            let target = target
                .canonicalize()
                .unwrap_or_else(|error| panic!("{place}: {link}: {error}"));
            let there = pages.iter().find(|page| page.path.canonicalize().unwrap() == target);
            let found = anchor.is_empty() || there.is_some_and(|page| page.anchors.iter().any(|known| known == anchor));
            assert!(found, "{place}: {link}: no heading of that name");
        }
        for (place, line) in page
            .blocks
            .iter()
            .filter(|block| block.language == "sh")
            .flat_map(|block| &block.lines)
        {
            let words = words(place, line);
            words.iter().for_each(|word| files_exist(place, word));
            if let Some(target) = words.iter().skip_while(|word| *word != "--test").nth(1) {
                let known = [format!("tests/{target}.rs"), format!("tests/{target}/main.rs")];
                assert!(
                    known.iter().any(|file| root().join(file).exists()),
                    "{place}: no test `{target}`"
                );
            }
        }
    }
    let unlinked = |page: &&Page| {
        let name = page.name.strip_prefix("docs/").map(|name| format!("docs/{name}"));
        name.is_some_and(|name| !pages[0].links.iter().any(|(_, link)| *link == name))
    };
    let unlinked: Vec<&str> = pages.iter().filter(unlinked).map(|page| page.name.as_str()).collect();
    assert!(unlinked.is_empty(), "README.md links to no {unlinked:?}");
}

/// A path of the repository, if it is one, leads to a file or a folder.
fn files_exist(place: &str, word: &str) {
    let path =
        NAMED.iter().any(|folder| word.starts_with(folder)) && !is_placeholder(word) && !word.contains(['*', ' ']);
    assert!(!path || root().join(word).exists(), "{place}: there is no {word}");
}

#[test]
fn the_fields_own_words_are_used() {
    for page in pages() {
        for (index, line) in page.text.lines().enumerate() {
            // A preset's name is a key.
            let words = line.to_lowercase().replace("_honest", "");
            let retired = RETIRED.iter().find(|phrase| words.contains(*phrase));
            assert!(
                retired.is_none(),
                "{}:{}: `{}` is not a word of the field",
                page.name,
                index + 1,
                retired.unwrap()
            );
        }
    }
}

#[test]
fn continuous_integration_finds_the_test_command() {
    let page = Page::read(root(), "README.md");
    let first = page.text.lines().find(|line| line.starts_with("cargo test"));
    assert_eq!(first, Some("cargo test"));
}
