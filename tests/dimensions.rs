//! Arousal and valence learnt from a table without emotions, as a user trains, looks at and uses such a model.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod common;

use common::{Lab, write_wav};
use serde_json::Value;

/// Tones of a corpus on a scale from 1 to 5: their pitch follows the arousal, and how noisy they are the valence. The values
/// of every fifth clip have no valence.
fn drawn() -> Lab {
    let lab = Lab::empty();
    let mut table = "file,speaker,valence,arousal\n".to_owned();
    let mut state = 7u32;
    let mut draw = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    for index in 0..120 {
        let (arousal, valence) = (draw(), draw());
        let step = (150.0 + 1200.0 * arousal) / 16_000.0 * std::f32::consts::TAU;
        let samples: Vec<f32> = (0..9_600)
            .map(|at| 0.2 * (at as f32 * step).sin() + 0.2 * valence * (draw() - 0.5))
            .collect();
        write_wav(&lab.path(&format!("drawn/clip{index}.wav")), &samples);
        let stated = match index % 5 {
            0 => String::new(),
            _ => format!("{:.3}", 1.0 + 4.0 * valence),
        };
        table += &format!("clip{index}.wav,s{},{stated},{:.3}\n", index % 12, 1.0 + 4.0 * arousal);
    }
    std::fs::write(lab.path("drawn/clips.csv"), table).unwrap();
    let settings = r#"
corpora = [{ name = "drawn", layout = "table", path = "drawn/clips.csv", range = [1, 5] }]
recipe = "small"
[recipes.small]
features = ["mfcc", "rms"]
sample_rate = 16000
take_seconds = 0.6
skip_seconds = 0.0
[training]
target = "dimensions"
epochs = 40
batch_size = 16
learning_rate = 0.005
[training.early_stopping]
patience = 0
[model.conv1d]
filters = [8, 16]
dense_units = 16
"#;
    std::fs::write(lab.path("workbench.toml"), settings).unwrap();
    lab
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap()
}

#[test]
fn a_planted_dependence_is_learnt_and_shown_in_the_units_of_the_corpus() {
    let lab = drawn();
    let scan = lab.json(&["scan"]);
    assert_eq!(scan["selected"], 120, "{}", scan["excluded"]);
    let text = lab.done(&["train"]);
    assert!(text.contains("CCC") && !text.contains("UAR"), "{text}");
    let row = lab.runs()[0].clone();
    let id = row["id"].as_str().unwrap();
    let ccc = number(&row["test_ccc"]);
    assert!(ccc > 0.7, "{row}");
    assert!(row["test_uar"].is_null() && row["best_validation_uar"].is_null() && row["coverage"].is_null());
    assert!(number(&row["best_validation_ccc"]) > 0.7);

    let report = lab.json(&["report", id]);
    let found = &report["regression"];
    assert!((number(&found["mean_ccc"]) - ccc).abs() < 1e-9);
    let [arousal, valence] = [0, 1].map(|index| &found["agreement"]["all"][index]);
    assert_eq!(
        (&arousal["dimension"], &valence["dimension"]),
        (&"arousal".into(), &"valence".into())
    );
    assert!(number(&arousal["ccc"]) > 0.8, "{found}");
    assert!(valence["clips"].as_u64() < arousal["clips"].as_u64());
    let own = &found["agreement"]["by_corpus"]["drawn"][0];
    assert!((number(&own["rmse_in_units"]) - 4.0 * number(&own["rmse"])).abs() < 1e-6);
    let clip = &report["evaluated"][0]["dimensions"]["arousal"];
    assert!((1.0..=5.0).contains(&number(&clip["true"])) && (0.0..=6.0).contains(&number(&clip["predicted"])));
    let line = report["protocol_line"].as_str().unwrap();
    assert!(
        line.contains("learnt: arousal, valence") && line.contains("speaker-disjoint split"),
        "{line}"
    );
    let table = std::fs::read_to_string(lab.run_folder(id).join("predictions.csv")).unwrap();
    assert!(table.starts_with("path,corpus,speaker,gender,arousal_truth,arousal_prediction,valence_truth"));
    let text = lab.done(&["report", id]);
    assert!(text.contains("mean CCC") && text.contains("RMSE in units"), "{text}");
    assert!(lab.done(&["runs"]).contains("CCC 0."));

    // In the units of the corpus, and on 0 to 1.
    let predicted = lab.json(&["predict", "drawn/clip5.wav", "--run", id]);
    let predicted = &predicted["predictions"][0];
    let unit = number(&predicted["dimensions"]["arousal"]);
    let value = number(&predicted["units"]["drawn"]["arousal"]);
    assert!(
        (value - (1.0 + 4.0 * unit)).abs() < 1e-5 && predicted["label"].is_null(),
        "{predicted}"
    );
    assert!(
        lab.done(&["predict", "drawn/clip5.wav", "--run", id])
            .contains("in the units of drawn")
    );
    let refusal = lab.refused(1, &["predict", "drawn/clip5.wav", "--run", id, "--labels", "happy,sad"]);
    assert!(refusal.contains("dimensions and no labels"), "{refusal}");

    let evaluation = lab.json(&["evaluate", "--run", id, "--subset", "test"]);
    let all = &evaluation["agreement"]["all"][0];
    assert!((number(&all["ccc"]) - number(&arousal["ccc"])).abs() < 1e-6, "{all}");
    assert!(lab.done(&["evaluate", "--run", id]).contains("mean CCC"));
}

#[test]
fn what_has_no_use_for_dimensions_is_refused_with_the_remedy_and_folds_are_pooled() {
    let lab = drawn();
    let refused = |settings: &[&str]| {
        let settings = settings.iter().flat_map(|setting| ["-s", setting]);
        let arguments: Vec<&str> = std::iter::once("train").chain(settings).collect();
        let output = lab.run(&arguments);
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(refused(&["model.name=logistic"]).contains("choose another architecture"));
    assert!(refused(&["training.monitor=uar"]).contains("training.monitor"));
    assert!(refused(&["augmentation.mixup_alpha=0.2"]).contains("augmentation.mixup_alpha"));
    assert!(refused(&["training.dimensions=[\"dominance\"]"]).contains("dominance"));
    assert!(refused(&["training.target=emotion"]).contains("no clip takes part"));
    let output = lab.run(&["tune", "--study", "s", "--trials", "1"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("tuning.objective"));

    lab.done(&["train", "-s", "training.epochs=3", "-s", "split.kfold=2"]);
    let rows = lab.runs();
    let id = rows[0]["id"].as_str().unwrap();
    let report = lab.json(&["report", id]);
    let pooled = &report["pooled_regression"]["agreement"]["all"][0];
    assert_eq!(pooled["clips"], 120);
    assert_eq!(report["folds"][0]["score"], "mean CCC");
    // The list of runs shows what all predictions come to together.
    let all = report["pooled_regression"]["agreement"]["all"].as_array().unwrap();
    let mean = all.iter().map(|row| number(&row["ccc"])).sum::<f64>() / all.len() as f64;
    for row in rows.as_array().unwrap() {
        assert!((number(&row["folds_ccc"]) - mean).abs() < 1e-9, "{row}");
    }
    let text = lab.done(&["compare", id, rows[1]["id"].as_str().unwrap()]);
    assert!(text.contains("test CCC") && text.contains("ΣCCC"), "{text}");
}

#[test]
fn a_run_that_was_stopped_goes_on() {
    let lab = drawn();
    let id = lab.start_long_run(&[]);
    lab.wait_for_epochs(&id);
    lab.done(&["stop", &id]);
    let stopped = lab.wait(&id, std::time::Duration::from_secs(60), |row| row["state"] == "stopped");
    lab.done(&["resume", &id, "--detach"]);
    let wanted = stopped["epochs"].as_u64().unwrap() + 2;
    let row = lab.wait(&id, std::time::Duration::from_secs(60), |row| {
        row["epochs"].as_u64() >= Some(wanted)
    });
    assert!(number(&row["best_validation_ccc"]) >= number(&stopped["best_validation_ccc"]));
    lab.done(&["stop", &id]);
    lab.wait(&id, std::time::Duration::from_secs(60), |row| row["state"] == "stopped");
}
