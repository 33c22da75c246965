//! `docs/json.md`: what every document holds, from its type, with an example of a real call.
//! `UNDERTONE_UPDATE_DOCS=1` writes it.

use crate::common::Lab;
use crate::markdown::{self, Objects};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;
use undertone::present::json::{KINDS, SCHEMA};

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/json.md");

const HEAD: &str = "\
# JSON documents

Every subcommand prints one JSON document with `--json`; where something is followed (`train`, `watch`, `resume`, \
`tune`, `runs --follow`) one document a line. Every document has the key `schema`: the version of the keys, raised when \
a key is renamed, removed, or means something else. New keys may appear without that. `undertone schema` lists the \
documents and `undertone schema VERB` prints the JSON Schema of one.

Errors go to standard error, as without `--json`, and the exit code says how it went: 0 done, 1 something could not be done (a run failed, a file \
was refused), 2 wrong arguments or settings, 130 interrupted. Numbers that are \
not finite are `null`. The examples come from the small synthetic demo corpus; lists are cut to their first two entries.

<!-- Written by tests/present.rs: change the types in src/present/json, then run it with UNDERTONE_UPDATE_DOCS=1. -->
";

/// Documents without an example, and why there is none.
const WITHOUT: [(&str, &str); 3] = [
    ("play", "an audio output is needed"),
    ("encoders get", "the hub is needed"),
    ("get corpus", "the network is needed"),
];

/// The shape of a document: its keys and the kinds of its values. What is absent in one example may be there in another.
fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, value)| b.get(key).is_some_and(|other| alike(value, other)))
        }
        (Value::Array(a), Value::Array(b)) => match (a.first(), b.first()) {
            (Some(a), Some(b)) => alike(a, b),
            _ => true,
        },
        (Value::Null, _) | (_, Value::Null) => true,
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

#[test]
fn documents_are_alike_by_their_keys_not_their_values() {
    assert!(alike(&json!({ "a": [1, 2], "b": null }), &json!({ "a": [], "b": "x" })));
    assert!(!alike(&json!({ "a": 1 }), &json!({ "b": 1 })));
    assert!(!alike(&json!([{ "a": 1 }]), &json!([{ "a": "1" }])));
}

#[test]
fn the_documents_are_as_docs_json_md_describes_them() {
    let update = std::env::var_os("UNDERTONE_UPDATE_DOCS").is_some();
    let written = fs::read_to_string(PATH).unwrap_or_default();
    let mut examples = examples();
    for (name, lines) in &examples {
        for line in lines {
            assert_eq!(line["schema"], SCHEMA, "{name}");
        }
        assert!(KINDS.iter().any(|kind| kind.name == *name), "{name}");
    }
    if !update {
        let before = examples_of(&written);
        for (name, lines) in &mut examples {
            let before = before.get(*name).cloned().unwrap_or_default();
            let same = before.len() == lines.len() && before.iter().zip(&*lines).all(|(one, other)| alike(one, other));
            assert!(
                same,
                "{name} prints {lines:#?}; UNDERTONE_UPDATE_DOCS=1 writes docs/json.md"
            );
            // Times and scores are those of another machine.
            *lines = before;
        }
    }
    let document = document(&examples);
    if update {
        fs::create_dir_all(concat!(env!("CARGO_MANIFEST_DIR"), "/docs")).unwrap();
        fs::write(PATH, document).unwrap();
    } else {
        assert_eq!(document, written, "UNDERTONE_UPDATE_DOCS=1 writes docs/json.md");
    }
}

/// The whole page.
fn document(examples: &BTreeMap<&'static str, Vec<Value>>) -> String {
    let (mut text, mut objects) = (HEAD.to_owned(), Objects::new());
    let mut known: Vec<(String, &str)> = Vec::new();
    for kind in KINDS {
        text += &format!("\n## {}\n\n`undertone {} --json`. ", kind.name, kind.subcommand);
        let body = markdown::document(kind.schema().as_value(), &mut objects);
        if let Some((_, same)) = known.iter().find(|(other, _)| *other == body) {
            text += &format!("As [{same}](#{}).\n", same.replace(' ', "-"));
            continue;
        }
        text += &body;
        known.push((body, kind.name));
        if let Some(lines) = examples.get(kind.name) {
            text += &format!("\n<!-- {} -->\n```json\n", kind.name);
            for line in lines {
                // One a line where several are printed.
                let plain = if lines.len() > 1 {
                    line.to_string()
                } else {
                    format!("{line:#}")
                };
                text += &format!("{plain}\n");
            }
            text += "```\n";
        } else {
            let why = WITHOUT.iter().find(|(name, _)| *name == kind.name);
            assert!(why.is_some(), "{} has no example", kind.name);
            text.extend(why.map(|(_, why)| format!("\nNo example: {why}.\n")));
        }
    }
    text += "\n# Objects\n";
    for (name, object) in &objects {
        text += &format!("\n## {name}\n\n{}", markdown::body(object));
    }
    text
}

/// The examples of a page that was written before.
fn examples_of(page: &str) -> BTreeMap<String, Vec<Value>> {
    let parts = page.split("\n<!-- ").skip(1);
    let example = |part: &str| {
        let (name, rest) = part.split_once(" -->\n```json\n")?;
        let (lines, _) = rest.split_once("```")?;
        let lines = serde_json::Deserializer::from_str(lines).into_iter::<Value>();
        Some((name.to_owned(), lines.collect::<Result<_, _>>().ok()?))
    };
    parts.filter_map(example).collect()
}

/// Real calls on a small corpus, by the name of the document.
fn examples() -> BTreeMap<&'static str, Vec<Value>> {
    let lab = Lab::empty();
    let mut found = BTreeMap::new();
    let mut ask = |name: &'static str, arguments: &[&str]| {
        let text = lab.done(&[arguments, &["--json"]].concat());
        let lines = serde_json::Deserializer::from_str(&text).into_iter::<Value>();
        let plain = lines.map(|line| plain(line.unwrap(), &lab.path("").display().to_string()));
        // How often usage is measured depends on the machine.
        found.insert(name, plain.filter(|line| line["event"] != "usage").collect());
    };
    ask("schema", &["schema"]);
    ask("demo", &["demo", "--clips", "60"]);
    ask("scan", &["scan"]);
    ask(
        "pattern",
        &["pattern", r"demo_(?<emotion>[a-z]+).*", "--folder", "data/demo"],
    );
    ask("export", &["export", "clips.csv"]);
    ask("features", &["features"]);
    ask("features export", &["features", "--export", "arrays"]);
    ask("features import", &["features", "--import", "arrays", "--name", "copy"]);
    ask("trim", &["trim"]);
    ask("cache", &["cache"]);
    ask("encoders", &["encoders"]);
    ask("encoders show", &["encoders", "show", "facebook/wav2vec2-base"]);
    ask("get", &["get"]);
    ask("config", &["config"]);
    ask("config tidy", &["config", "--tidy"]);
    ask("config write", &["config", "--write", "seed=7"]);
    ask("doctor", &["doctor"]);
    ask("presets", &["presets"]);
    ask("preset", &["presets", "crnn_143x40"]);
    ask("models", &["models"]);
    ask("model", &["models", "conv1d"]);
    ask("bench features", &["bench", "features", "--clips", "4"]);
    ask("bench model", &["bench", "model", "--steps", "1", "--batch", "2"]);
    ask("train plan", &["train", "--plan"]);
    ask("train", &["train"]);
    lab.done(&["train", "-s", "training.batch_size=16"]);
    ask("report", &["report"]);
    let clip = lab.clip();
    let clip = clip.to_str().unwrap();
    ask("predict", &["predict", clip]);
    ask("evaluate", &["evaluate", "--run", "last"]);
    ask("preview", &["preview", clip]);
    let ids: Vec<String> = lab
        .runs()
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap().to_owned())
        .collect();
    ask("log", &["log", "last"]);
    ask("note", &["note", "last", "--text", "smaller batches", "--tag", "batch"]);
    ask("compare", &["compare", &ids[1], &ids[0]]);
    ask("runs", &["runs"]);
    ask("delete", &["delete", &ids[1], "--yes"]);
    ask("runs restore", &["runs", "--restore", &ids[1]]);
    let long = lab.start_long_run(&[]);
    lab.wait_for_epochs(&long);
    ask("queue", &["queue"]);
    ask("stop", &["stop", &long]);
    ask("tune", &["tune", "--trials", "1", "--study", "example"]);
    ask("study list", &["study", "list"]);
    ask("study show", &["study", "show", "example"]);
    ask("study repair", &["study", "repair", "example"]);
    ask("study export", &["study", "export", "example", "trials.csv"]);
    ask(
        "study enqueue",
        &["study", "enqueue", "example", "training.learning_rate=0.002"],
    );
    ask("study delete", &["study", "delete", "example", "--yes"]);
    ask("study restore", &["study", "restore", "example"]);
    let endless = [
        "-s",
        "training.epochs=100000",
        "-s",
        "training.early_stopping.patience=0",
    ];
    lab.done(&[&["tune", "--detach", "--study", "long"], &endless[..]].concat());
    ask("study stop", &["study", "stop", "long"]);
    lab.wait(&long, Duration::from_secs(30), |row| row["state"] == "stopped");
    found
}

/// The example as it is shown: short, and without what is only true here.
fn plain(value: Value, folder: &str) -> Value {
    match value {
        Value::Object(values) => {
            let plain = |(key, value): (String, Value)| match key.as_str() {
                "host" if value.is_string() => (key, json!("server")),
                "pid" => (key, json!(4242)),
                "at" | "created" | "written" if value.is_string() => (key, json!("2026-01-01T12:00:00Z")),
                _ => (key, plain(value, folder)),
            };
            values.into_iter().map(plain).collect()
        }
        Value::Array(mut values) => {
            if values.len() > 3 {
                values.truncate(2);
            }
            values.into_iter().map(|value| plain(value, folder)).collect()
        }
        Value::String(text) => json!(undated(&text.replace(folder, "/home/me/"))),
        Value::Number(number) if number.is_f64() => {
            let rounded = (number.as_f64().unwrap() * 1e4).round() / 1e4;
            // A whole number stays one with a point.
            json!(rounded)
        }
        other => other,
    }
}

/// Run ids begin with the time at which they were made.
fn undated(text: &str) -> String {
    let dated = |part: &str| {
        part.len() > 15 && part.as_bytes()[8] == b'-' && part[..8].bytes().all(|byte| byte.is_ascii_digit())
    };
    let parts = text.split_inclusive(['/', ' ', '`']);
    parts
        .map(|part| {
            if part.is_char_boundary(15) && dated(part) {
                format!("20260101-120000{}", &part[15..])
            } else {
                part.to_owned()
            }
        })
        .collect()
}
