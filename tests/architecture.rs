//! The house rules, read from the sources: imports go only downwards and never in a circle, the screen is known to `ui`
//! alone, nothing below the two faces prints, and nothing unfinished is left.

#[path = "architecture/checker.rs"]
mod checker;
#[path = "architecture/circles.rs"]
mod circles;
#[path = "architecture/source.rs"]
mod source;

use source::Source;
use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

/// What each floor may name, besides itself and what all may name. A new floor needs a line here.
const FLOORS: &[(&str, &[&str])] = &[
    ("main", &["ui", "cli", "engine"]),
    ("ui", &["present", "engine"]),
    ("cli", &["present", "engine"]),
    ("present", &["engine"]),
    (
        "engine",
        &[
            "training",
            "inference",
            "models",
            "features",
            "encoders",
            "published",
            "download",
            "layers",
            "device",
            "evaluation",
            "corpus",
            "audio",
            "runs",
            "tuning",
            "system",
        ],
    ),
    (
        "training",
        &[
            "inference",
            "evaluation",
            "corpus",
            "models",
            "features",
            "encoders",
            "layers",
            "device",
            "audio",
        ],
    ),
    ("inference", &["models", "features", "encoders", "device", "audio"]),
    ("corpus", &["audio"]),
    ("features", &["encoders", "device", "audio"]),
    ("encoders", &["layers", "device", "download", "audio"]),
    ("models", &["encoders", "layers", "device"]),
    ("layers", &["device"]),
    ("device", &[]),
    ("published", &["download"]),
    ("download", &[]),
    ("evaluation", &[]),
    ("audio", &[]),
    ("runs", &[]),
    ("tuning", &[]),
    ("system", &[]),
    ("random", &[]),
    ("quantile", &[]),
    ("lines", &[]),
    ("file_lock", &["files"]),
    ("files", &[]),
    ("formats", &[]),
];
const FOR_ALL: [&str; 6] = ["random", "quantile", "files", "lines", "file_lock", "formats"];

/// Modules beside each other that may need each other, by the path of their parent. What is listed here and is no
/// circle any more is reported as well, so that the list only shrinks.
const CIRCLES: circles::Allowed = &[
    // The patient pruner wraps another pruner.
    ("tuning", &["pruner", "pruners"]),
    // An event carries replies, a request has a reply, and a reply is an event's content.
    ("engine/api", &["event", "reply", "request", "task"]),
];

/// The faces, which may know the screen and may print.
const FACES: [&str; 3] = ["main", "ui", "cli"];
const SCREEN_CRATES: [&str; 3] = ["ratatui", "crossterm", "indicatif"];
const PRINTS: [&str; 5] = ["print", "println", "eprint", "eprintln", "dbg"];
const STREAMS: [&str; 2] = ["stdout", "stderr"];

const UNFINISHED_MACROS: [&str; 2] = ["todo", "unimplemented"];
/// In two halves, so that a search for them does not find this line.
const UNFINISHED_WORDS: [&str; 2] = [concat!("TO", "DO"), concat!("FIX", "ME")];

/// Everything that breaks a rule in these files (path below `src`, text).
fn violations(files: &BTreeMap<String, String>) -> Vec<String> {
    let sources: BTreeMap<&str, Source> = files.iter().map(|(path, text)| (&**path, Source::read(text))).collect();
    let test_modules = test_modules(&sources);
    let mut found = Vec::new();
    for (path, source) in &sources {
        let module = module(path);
        let test_file = test_modules.iter().any(|test| module.starts_with(test));
        let mut report = |line: usize, problem: String| found.push(format!("src/{path}:{line}: {problem}"));
        imports(path, &module, source, &mut report);
        if !FACES.contains(&floor(path)) {
            screen_and_prints(source, test_file, &mut report);
        }
        unfinished(source, &files[*path], &mut report);
    }
    found
}

fn imports(path: &str, module: &[String], source: &Source, report: &mut impl FnMut(usize, String)) {
    let floor = floor(path);
    if floor == "lib" {
        // The map: it declares the floors and names nothing.
        for named in source.paths.iter().filter(|named| named.segments[0] != "self") {
            report(
                named.line,
                format!(
                    "lib.rs names {}; it only declares the floors",
                    named.segments.join("::")
                ),
            );
        }
        return;
    }
    let Some((_, below)) = FLOORS.iter().find(|(name, _)| *name == floor) else {
        report(
            1,
            format!("{floor} is on no floor; say in tests/architecture.rs what it may name"),
        );
        return;
    };
    for named in &source.paths {
        let Some(absolute) = absolute(module, &named.inline, &named.segments) else {
            continue;
        };
        let Some(target) = absolute.first() else {
            report(
                named.line,
                "names the root of the crate, which hides what is imported".to_owned(),
            );
            continue;
        };
        let target = target.as_str();
        if target != floor && !below.contains(&target) && !FOR_ALL.contains(&target) {
            report(
                named.line,
                format!("{floor} must not name {target} ({})", named.segments.join("::")),
            );
        }
    }
}

fn screen_and_prints(source: &Source, test_file: bool, report: &mut impl FnMut(usize, String)) {
    for token in source
        .tokens
        .iter()
        .filter(|token| SCREEN_CRATES.contains(&&*token.text))
    {
        report(
            token.line,
            format!("names {}, which only the faces may know", token.text),
        );
    }
    if test_file {
        return;
    }
    for named in source
        .macros
        .iter()
        .filter(|named| !named.test && PRINTS.contains(&&*named.name))
    {
        report(named.line, format!("prints ({}!)", named.name));
    }
    for named in source
        .paths
        .iter()
        .filter(|named| !named.test && named.segments.len() > 1)
    {
        if named.segments.last().is_some_and(|last| STREAMS.contains(&&**last)) {
            report(named.line, format!("prints ({})", named.segments.join("::")));
        }
    }
}

fn unfinished(source: &Source, text: &str, report: &mut impl FnMut(usize, String)) {
    for named in source
        .macros
        .iter()
        .filter(|named| UNFINISHED_MACROS.contains(&&*named.name))
    {
        report(named.line, format!("is unfinished ({}!)", named.name));
    }
    for (index, line) in text.lines().enumerate() {
        let mut words = line.split(|letter: char| !letter.is_alphanumeric());
        if let Some(word) = words.find(|word| UNFINISHED_WORDS.contains(word)) {
            report(index + 1, format!("is unfinished ({word})"));
        }
    }
}

/// The modules in files of their own that only tests are built with.
fn test_modules(sources: &BTreeMap<&str, Source>) -> Vec<Vec<String>> {
    let of_file = |(path, source): (&&str, &Source)| {
        let module = module(path);
        let inner = source.test_modules.iter();
        inner.map(move |inner| [&*module, inner].concat()).collect::<Vec<_>>()
    };
    sources.iter().flat_map(of_file).collect()
}

/// The floor of a file: its first folder, or its own name.
fn floor(path: &str) -> &str {
    let first = path.split('/').next().unwrap_or_default();
    first.strip_suffix(".rs").unwrap_or(first)
}

/// The module that a file is, below the crate root.
fn module(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let mut segments: Vec<String> = path.split('/').map(str::to_owned).collect();
    let last = segments.last().map(String::as_str);
    if last == Some("mod") || matches!(path, "lib" | "main") {
        segments.pop();
    }
    segments
}

/// The path below the crate root; `None` when it does not start at a place that is known.
fn absolute(module: &[String], inline: &[String], segments: &[String]) -> Option<Vec<String>> {
    let mut base = [module, inline].concat();
    let mut rest = segments;
    match rest.first()?.as_str() {
        "crate" | "undertone" => (base, rest) = (Vec::new(), &rest[1..]),
        "self" => rest = &rest[1..],
        "super" => {}
        _ => return None,
    }
    while rest.first().is_some_and(|segment| segment == "super") {
        base.pop();
        rest = &rest[1..];
    }
    Some([&base, rest].concat())
}

/// Reads every source below a folder, by its path from there.
fn read_sources(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            read_sources(&entry.path(), &format!("{name}/"), files)?;
        } else if name.ends_with(".rs") {
            files.insert(name, fs::read_to_string(entry.path())?);
        }
    }
    Ok(())
}

/// The sources of the program.
fn house() -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    read_sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut files)?;
    Ok(files)
}

#[test]
fn the_house_is_in_order() {
    let files = house().unwrap();
    for floor in ["lib.rs", "main.rs", "engine/mod.rs", "audio/mod.rs", "random.rs"] {
        assert!(files.contains_key(floor), "src/{floor} was not read");
    }
    let found = violations(&files);
    assert!(found.is_empty(), "{} violations:\n{}", found.len(), found.join("\n"));
}

#[test]
fn modules_beside_each_other_need_each_other_in_one_direction_only() {
    let files = house().unwrap();
    let sources: BTreeMap<&str, Source> = files.iter().map(|(path, text)| (&**path, Source::read(text))).collect();
    let found = circles::circles(&sources, CIRCLES);
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn no_floor_can_reach_itself_from_below() {
    let below = |floor: &str| {
        FLOORS
            .iter()
            .find(|(name, _)| *name == floor)
            .map_or(&[] as &[&str], |(_, below)| below)
    };
    for (floor, _) in FLOORS {
        let mut reached: Vec<&str> = below(floor).to_vec();
        let mut at = 0;
        while at < reached.len() {
            let next: Vec<&str> = below(reached[at])
                .iter()
                .copied()
                .filter(|name| !reached.contains(name))
                .collect();
            reached.extend(next);
            at += 1;
        }
        assert!(!reached.contains(floor), "{floor} is below itself");
    }
}
