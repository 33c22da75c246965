//! What the version before finished or set opens as it did then.

use crate::common::kept::{lab, words};
use crate::{FINISHED, RUNNING, kept, kept_text, put};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;

#[test]
fn a_finished_run_is_listed_reported_compared_predicts_and_comes_back_from_the_trash() {
    let lab = lab();
    let run = put(&lab, FINISHED);
    put(&lab, RUNNING);
    let row = lab.row(FINISHED);
    assert_eq!((&row["state"], &row["epochs"]), (&"finished".into(), &3.into()));
    assert_eq!(
        row["note"],
        serde_json::json!({ "text": "as it was", "tags": ["baseline"] })
    );
    assert!(
        lab.runs()
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["model"] == "conv1d")
    );

    let recorded: Value = serde_json::from_str(&kept_text("finished/report.json")).unwrap();
    let report = lab.json(&["report", FINISHED]);
    let figures = ["accuracy", "unweighted_average_recall", "support"];
    for figure in figures {
        assert_eq!(report["scores"][figure], recorded["scores"][figure], "{figure}");
    }
    assert_eq!(report["confusion"], recorded["confusion"]);
    assert!(lab.done(&["compare", FINISHED, RUNNING]).contains("training.epochs"));
    assert!(lab.done(&["watch", FINISHED]).contains("finished"));

    let clip = lab.path("clips/03-01-05-01-01-01-02.wav");
    let text = lab.done(&["predict", clip.to_str().unwrap(), "--run", FINISHED, "--json"]);
    let then = probabilities(&kept_text("predict.json"));
    let now = probabilities(&text);
    assert_eq!(then.len(), now.len(), "{text}");
    assert!(
        then.iter().zip(&now).all(|(one, two)| (one - two).abs() < 1e-5),
        "{then:?} {now:?}"
    );

    lab.done(&["note", FINISHED, "--tag", "kept"]);
    let before = fs::read(run.join("report.json")).unwrap();
    lab.done(&["delete", FINISHED, "--yes"]);
    assert!(!run.exists());
    lab.done(&["runs", "--restore", FINISHED]);
    assert_eq!(fs::read(run.join("report.json")).unwrap(), before);
    assert_eq!(
        lab.row(FINISHED)["note"]["tags"],
        serde_json::json!(["baseline", "kept"])
    );
}

/// The probabilities that stand somewhere in a document, the smallest first.
fn probabilities(text: &str) -> Vec<f64> {
    fn collect(value: &Value, inside: bool, found: &mut Vec<f64>) {
        match value {
            Value::Number(number) if inside => found.extend(number.as_f64()),
            Value::Array(values) => values.iter().for_each(|value| collect(value, inside, found)),
            Value::Object(values) => {
                for (key, value) in values {
                    collect(value, inside || key == "probabilities", found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(&serde_json::from_str(text).unwrap(), false, &mut found);
    found.sort_by(f64::total_cmp);
    found
}

#[test]
fn settings_of_before_come_to_the_same_values() {
    let lab = lab();
    fs::copy(kept().join("workbench.toml"), lab.path("workbench.toml")).unwrap();
    let [(word, here), _] = words(&lab);
    let then = kept_text("config.json").replace(&word, &here);
    let then: BTreeMap<String, String> = serde_json::from_str(&then).unwrap();
    assert!(then.len() > 300, "{}", then.len());
    let now = lab.json(&["config"]);
    let now: BTreeMap<&str, &str> = rows(&now)
        .iter()
        .map(|row| (row["key"].as_str().unwrap(), row["value"].as_str().unwrap()))
        .collect();
    for (key, value) in &then {
        assert_eq!(now.get(&**key), Some(&&**value), "{key}");
    }
}

/// The rows of `config --json`, wherever they stand in it.
pub fn rows(config: &Value) -> &Vec<Value> {
    let found = config
        .as_object()
        .into_iter()
        .flatten()
        .find(|(_, value)| value.is_array() && value[0]["key"].is_string());
    found
        .map_or_else(|| config.as_array(), |(_, rows)| rows.as_array())
        .unwrap()
}
