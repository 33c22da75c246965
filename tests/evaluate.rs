//! Models on clips that they were not trained on, as a user evaluates them: those of runs, and ready-made classifiers.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use common::{Lab, classifier};
use serde_json::{Value, json};

/// Of its labels, the one that is no spelling of a known emotion.
const MAP: &str = "grumpy=angry";

fn sum(probabilities: &Value) -> f64 {
    probabilities
        .as_object()
        .unwrap()
        .values()
        .map(|value| value.as_f64().unwrap())
        .sum()
}

fn lines(evaluation: &Value) -> &str {
    evaluation["protocol_line"].as_str().unwrap()
}

#[test]
fn a_ready_made_classifier_predicts_and_is_evaluated() {
    let lab = Lab::new();
    let labels = json!({ "id2label": { "0": "neu", "1": "hap", "2": "grumpy", "3": "sad" } });
    classifier::write("whisper-weighted", &lab.path("superb"), &labels);
    let clip = lab.clip();
    let clip = clip.to_str().unwrap();

    std::fs::write(lab.path("no.wav"), b"not a sound").unwrap();
    let output = lab.run(&["predict", "no.wav", clip, "--encoder", "superb", "--json"]);
    assert_eq!(output.status.code(), Some(1));
    let document: Value = serde_json::from_slice(&output.stdout).unwrap();
    let [refused, predicted] = [0, 1].map(|index| &document["predictions"][index]);
    assert!(refused["error"].as_str().unwrap().contains("no.wav"));
    assert_eq!(
        (&predicted["run"], &predicted["ready_made"]),
        (&"superb".into(), &true.into())
    );
    assert_eq!(predicted["unknown_labels"], json!(["grumpy"]));
    assert!((sum(&predicted["probabilities"]) - 1.0).abs() < 1e-5);

    let mapped = lab.json(&[
        "predict",
        clip,
        "--encoder",
        "superb",
        "--map",
        MAP,
        "--labels",
        "happy,sad",
    ]);
    let mapped = &mapped["predictions"][0];
    let plain = |label: &str| predicted["probabilities"][label].as_f64().unwrap();
    assert_eq!(mapped["probabilities"].as_object().unwrap().len(), 2);
    let expected = plain("happy") / (plain("happy") + plain("sad"));
    assert!((mapped["probabilities"]["happy"].as_f64().unwrap() - expected).abs() < 1e-5);
    assert!((mapped["left_out"].as_f64().unwrap() - plain("neutral") - plain("grumpy")).abs() < 1e-5);
    assert_eq!(mapped["unknown_labels"], json!([]));

    let evaluation = lab.json(&["evaluate", "--encoder", "superb", "--map", MAP]);
    assert_eq!(evaluation["labels"], json!(["neutral", "happy", "angry", "sad"]));
    let not_in_model: u64 = evaluation["not_in_model"]
        .as_array()
        .unwrap()
        .iter()
        .map(|label| label["clips"].as_u64().unwrap())
        .sum();
    let support = evaluation["scores"]["support"].as_u64().unwrap();
    assert_eq!(support + not_in_model, 60);
    assert!(not_in_model > 0 && evaluation["evaluated"].as_array().unwrap().len() as u64 == support);
    for label in evaluation["not_in_model"].as_array().unwrap() {
        let predicted = label["predicted"].as_object().unwrap().values();
        assert_eq!(
            predicted.map(|clips| clips.as_u64().unwrap()).sum::<u64>(),
            label["clips"].as_u64().unwrap()
        );
    }
    let uar = evaluation["scores"]["unweighted_average_recall"].as_f64().unwrap();
    let bound = |name: &str| evaluation["interval"][name].as_f64().unwrap();
    assert!(bound("low") <= uar && uar <= bound("high"));
    assert_eq!(evaluation["interval"]["speakers"], true);
    assert!(
        lines(&evaluation).contains("what it was trained on is not known here"),
        "{}",
        lines(&evaluation)
    );
    assert!(lines(&evaluation).contains("speakers also in training: not known"));
    let folder = std::path::PathBuf::from(evaluation["folder"].as_str().unwrap());
    assert!(folder.join("report.json").is_file() && folder.join("predictions.csv").is_file());
    assert_eq!(lab.runs(), json!([]), "an evaluation is no run");

    let text = lab.done(&["evaluate", "--encoder", "superb", "--map", MAP, "--subset", "test"]);
    for words in ["test set", "not in the model", "95 %, bootstrap over", "SYNTHETIC"] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_refused_with_the_remedy() {
    let lab = Lab::new();
    classifier::write(
        "whisper-last",
        &lab.path("labels"),
        &json!({
            "id2label": {"0": "a", "1": "b", "2": "c", "3": "d", "4": "e", "5": "f", "6": "g", "7": "h"}
        }),
    );
    let refused = |arguments: &[&str], words: &str| {
        let text = lab.refused(1, arguments);
        assert!(text.contains(words), "{words}: {text}");
    };
    refused(&["evaluate", "--encoder", "labels"], "--map a=neutral");
    refused(&["evaluate", "--encoder", "labels", "--map", "x=happy"], "no label `x`");
    refused(
        &["evaluate", "--encoder", "labels", "--labels", "a,z"],
        "no label `z`; it has a, b",
    );
    refused(
        &["evaluate", "--encoder", "nowhere/nothing"],
        "encoders get nowhere/nothing",
    );
    refused(&["evaluate", "--run", "last"], "no run");
    lab.refused(2, &["evaluate"]);
    lab.refused(2, &["evaluate", "--encoder", "labels", "--run", "last"]);
    lab.refused(2, &["evaluate", "--encoder", "labels", "--subset", "some"]);
    std::fs::write(lab.path("labels/model.safetensors"), b"nothing").unwrap();
    refused(&["predict", "a.wav", "--encoder", "labels"], "model.safetensors");
    std::fs::remove_file(lab.path("labels/config.json")).unwrap();
    refused(&["predict", "a.wav", "--encoder", "labels"], "config.json");
}

#[test]
fn dimensions_are_shown_with_their_scale_and_mapped_for_an_evaluation() {
    let lab = Lab::new();
    classifier::write("dimensions", &lab.path("avd"), &json!({}));
    let clip = lab.clip();
    let clip = clip.to_str().unwrap();
    let text = lab.done(&["predict", clip, "--encoder", "avd"]);
    assert!(
        text.contains("arousal, dominance, valence: about 0 to 1, as the model was trained"),
        "{text}"
    );
    let predicted = lab.json(&["predict", clip, "--encoder", "avd"]);
    let predicted = &predicted["predictions"][0];
    assert_eq!(predicted["dimensions"].as_object().unwrap().len(), 3);
    assert!(predicted.get("label").is_none());
    assert!(
        lab.refused(1, &["predict", clip, "--encoder", "avd", "--labels", "sad,happy"])
            .contains("dimensions")
    );

    let evaluation = lab.json(&["evaluate", "--encoder", "avd"]);
    assert_eq!(evaluation["dimensions"], json!(["arousal", "dominance", "valence"]));
    let line = lines(&evaluation);
    assert!(line.contains("FITTED HERE") && line.contains("test set"), "{line}");
    assert!(evaluation["scores"]["support"].as_u64().unwrap() < 60);
    assert!(
        lab.refused(1, &["evaluate", "--encoder", "avd", "--subset", "train"])
            .contains("test set")
    );
}

#[test]
fn a_runs_model_is_evaluated_on_other_clips() {
    let lab = Lab::new();
    lab.done(&["train", "-s", "training.normalise=speaker"]);
    let runs = lab.runs();
    let id = runs[0]["id"].as_str().unwrap();
    let report = lab.json(&["report"]);

    // On its own test set it is what its own report says.
    let same = lab.json(&[
        "evaluate",
        "--run",
        id,
        "--subset",
        "test",
        "-s",
        "training.normalise=speaker",
    ]);
    assert_eq!(same["confusion"], report["confusion"]);
    assert_eq!(
        same["evaluated"].as_array().unwrap().len(),
        report["evaluated"].as_array().unwrap().len()
    );
    assert!(
        lines(&same).contains("speakers also in training: 0 of"),
        "{}",
        lines(&same)
    );
    assert!(lines(&same).contains(&format!("by the model of run {id}")));

    // All clips hold those that it was trained on, and the line counts them.
    let all = lab.json(&["evaluate", "--run", "last"]);
    assert_eq!(all["scores"]["support"], 60);
    let leakage = &all["protocol"]["leakage"];
    let learnt =
        report["protocol"]["train_clips"].as_u64().unwrap() + report["protocol"]["validation_clips"].as_u64().unwrap();
    assert!(leakage["shared_clips"].as_u64().unwrap() >= learnt, "{leakage}");

    // Labels of the clips under another name are those that the model does not have.
    let renamed = lab.json(&["evaluate", "--run", "last", "-s", "labels.map={happy=\"glad\"}"]);
    assert_eq!(renamed["not_in_model"][0]["label"], "glad");
    let some = lab.json(&["evaluate", "--run", "last", "--labels", "sad,angry"]);
    assert_eq!(some["labels"], json!(["sad", "angry"]));
    assert!(lines(&some).contains("renormalised over sad, angry"));

    let clip = lab.clip();
    let predicted = lab.json(&["predict", clip.to_str().unwrap(), "--labels", "sad,angry"]);
    assert!((sum(&predicted["predictions"][0]["probabilities"]) - 1.0).abs() < 1e-5);
    let unknown = lab.refused(1, &["predict", clip.to_str().unwrap(), "--labels", "sad,glad"]);
    assert!(unknown.contains("no label `glad`"), "{unknown}");
}
