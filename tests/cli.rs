//! Every subcommand over a small synthetic corpus: text, JSON, exit codes.

mod common;

use common::Lab;
use serde_json::Value;
use std::process::Stdio;

#[test]
fn a_scan_finds_the_clips_and_its_table_can_be_read_back() {
    let lab = Lab::new();
    let scan = lab.json(&["scan", "--export", "clips.csv"]);
    assert_eq!(scan["clips"], 60);
    assert_eq!(scan["selected"], 60);
    assert_eq!(scan["analysed"], true);
    assert_eq!(scan["synthetic"], true);
    let text = lab.done(&["scan"]);
    assert!(
        text.starts_with("SYNTHETIC") && text.contains("60 clips") && text.contains("samples known"),
        "{text}"
    );

    assert_eq!(lab.json(&["export", "clips.tsv"])["clips"], 60);
    for table in ["clips.csv", "clips.tsv"] {
        let corpora = format!(r#"corpora=[{{ name = "t", layout = "table", path = "{table}" }}]"#);
        let again = lab.json(&["scan", "--headers-only", "-s", &corpora]);
        assert_eq!(again["clips"], 60, "{table}");
        assert_eq!(
            again["statistics"]["emotions"], scan["statistics"]["emotions"],
            "{table}"
        );
    }
}

#[test]
fn without_any_corpus_the_demo_corpus_is_made() {
    let lab = Lab::empty();
    let scan = lab.json(&["scan", "--headers-only"]);
    assert_eq!(scan["clips"], 60);
    assert!(lab.path("data/demo/SYNTHETIC.txt").exists());
}

#[test]
fn features_come_from_the_cache_the_second_time() {
    let lab = Lab::new();
    let first = lab.json(&["features"]);
    assert_eq!((&first["clips"], &first["cached"]), (&60.into(), &0.into()));
    assert_eq!(first["shape"], serde_json::json!([108, 22]));
    let second = lab.json(&["features"]);
    assert_eq!((&second["clips"], &second["cached"]), (&60.into(), &60.into()));
}

#[test]
fn a_run_is_trained_listed_reported_and_predicts() {
    let lab = Lab::new();
    assert_eq!(lab.runs(), serde_json::json!([]));
    let text = lab.done(&["train"]);
    assert!(
        text.contains("epoch   2/2") && text.contains("is finished") && text.contains("test: UAR"),
        "{text}"
    );
    let runs = lab.runs();
    assert_eq!((&runs[0]["state"], &runs[0]["epochs"]), (&"finished".into(), &2.into()));
    let id = runs[0]["id"].as_str().unwrap();
    assert!(lab.done(&["runs"]).contains(id));

    let report = lab.json(&["report"]);
    assert_eq!(report["run"]["id"], id);
    assert_eq!(report["scores"]["unweighted_average_recall"], runs[0]["test_uar"]);
    let text = lab.done(&["report", &id[..10]]);
    for words in [
        "precision",
        "macro average",
        "true \\ predicted",
        "SYNTHETIC",
        "speaker-disjoint",
        "0 of",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }

    let good = report["evaluated"][0]["path"].as_str().unwrap();
    let predicted = lab.json(&["predict", good]);
    let predicted = &predicted["predictions"][0];
    assert_eq!(predicted["synthetic_model"], true);
    let evaluated = &report["evaluated"][0];
    assert_eq!(predicted["label"], evaluated["predicted"]);
    for (label, probability) in evaluated["probabilities"].as_object().unwrap() {
        let again = predicted["probabilities"][label].as_f64().unwrap();
        assert!((probability.as_f64().unwrap() - again).abs() < 1e-4, "{label}");
    }

    std::fs::write(lab.path("no.wav"), b"not a sound").unwrap();
    let output = lab.run(&["predict", good, "no.wav", "absent.wav"]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("refused: no.wav: ") && text.contains("absent.wav"),
        "{text}"
    );
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("2 of 3 files refused")
    );
}

#[test]
fn a_final_model_says_wherever_it_is_shown_that_it_has_no_honest_score() {
    let lab = Lab::new();
    let options = ["training.final_fit=everything", "training.normalise=speaker"];
    let followed = lab.done(&["train", "-s", options[0], "-s", options[1]]);
    let words = "the FINAL MODEL was fitted on all clips and has no held-out test score";
    assert!(followed.contains(words), "{followed}");
    assert!(lab.done(&["runs"]).contains("a final model, fitted on all clips"));
    let report = lab.json(&["report"]);
    let line = report["protocol_line"].as_str().unwrap();
    assert!(
        line.contains(words) && line.contains("features standardised per speaker"),
        "{line}"
    );
    assert_eq!(report["protocol"]["final_model"], true);
    let clip = lab.clip();
    let shown = lab.done(&["predict", clip.to_str().unwrap(), clip.to_str().unwrap()]);
    assert!(shown.contains("without a held-out test score"), "{shown}");
    assert!(shown.contains("standardised by 2 files"), "{shown}");
}

#[test]
fn following_prints_one_json_document_a_line() {
    let lab = Lab::new();
    let text = lab.done(&["train", "--json"]);
    // On a slow machine there may be readings of its use in between.
    let text: Vec<&str> = text
        .lines()
        .filter(|line| !line.contains(r#""event":"usage""#))
        .collect();
    let lines: Vec<Value> = text.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events: Vec<&str> = lines.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["started", "epoch", "epoch", "ended"]);
    assert_eq!(lines[2]["metrics"]["epoch"], 2);
    assert_eq!(lines[3]["run"]["state"], "finished");
    let again = lab.done(&["watch", "--json"]);
    assert_eq!(again.lines().collect::<Vec<_>>(), text[1..]);

    let steps = lab.done(&["watch", "--steps", "--json"]);
    let (steps, others): (Vec<&str>, Vec<&str>) = steps.lines().partition(|line| line.contains(r#""event":"step""#));
    assert_eq!(others, text[1..]);
    let steps: Vec<Value> = steps.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let number = |index: usize| steps[index]["step"]["step"].as_u64().unwrap();
    assert!(steps.len() > 1 && (0..steps.len()).all(|index| number(index) == index as u64 + 1));
    assert_eq!(steps.last().unwrap()["step"]["epoch"], 2.0);
    let rate = &lines[2]["metrics"]["learning_rate"];
    assert_eq!(&steps.last().unwrap()["step"]["learning_rate"], rate);
    assert!(lab.done(&["watch", "--steps"]).contains("step     1  epoch"));
}

#[test]
fn a_run_knows_its_device_and_one_that_is_not_there_is_refused() {
    let lab = Lab::new();
    lab.done(&["train", "-s", "device=flex"]);
    let run = &lab.runs()[0];
    assert_eq!((&run["device"], &run["device_note"]), (&"cpu".into(), &Value::Null));
    let error = lab.refused(2, &["train", "-s", "device=gpu9"]);
    assert!(
        error.contains("device `gpu9`") && error.contains("auto, cpu"),
        "{error}"
    );
    let doctor = lab.json(&["doctor"]);
    let found = |topic| {
        doctor["findings"]
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["topic"] == topic)
    };
    if found("cuda devices").is_some_and(|finding| finding["health"] == "good") {
        return;
    }
    let error = lab.refused(1, &["train", "-s", "device=cuda"]);
    assert!(
        error.contains("device `cuda`") && error.contains("auto or cpu"),
        "{error}"
    );
    let output = lab.run(&["train", "-s", "device=auto"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        output.status.success() && said.contains("device `auto` is the CPU here"),
        "{said}"
    );
    let run = &lab.runs()[0];
    assert_eq!(run["device"], "cpu");
    assert!(run["device_note"].as_str().unwrap().contains("the CPU here"), "{run}");
    let devices = found("devices").unwrap()["found"].as_str().unwrap();
    assert!(devices.contains("`auto` is cpu"), "{devices}");
}

#[test]
fn two_runs_of_one_seed_are_the_same_run() {
    let lab = Lab::new();
    let probabilities = || {
        lab.done(&["train"]);
        lab.json(&["report"])["evaluated"].clone()
    };
    assert_eq!(probabilities(), probabilities());
}

#[test]
fn a_clip_is_shown() {
    let lab = Lab::new();
    let clip = lab.clip();
    let clip = clip.to_str().unwrap();
    let shown = lab.json(&["preview", clip]);
    assert!(shown["seconds"].as_f64().unwrap() > 0.5);
    assert!(lab.done(&["preview", clip]).contains("dBFS"));
    assert!(lab.refused(1, &["preview", "absent.wav"]).contains("absent.wav"));
}

#[test]
fn architectures_are_listed_and_summed_up_for_the_recipe() {
    let lab = Lab::empty();
    let rows = lab.json(&["models"]);
    let row = |name: &str| {
        rows["models"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["name"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(row("deep_conv1d")["parameters"], 7_193_223);
    assert_eq!(row("crnn")["input"], serde_json::json!([143, 40]));
    let text = lab.done(&["models"]);
    for words in ["time_conv1d", "108 x 2", "48150", "what it is"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let summary = lab.json(&["models", "crnn", "-s", "recipe=mfcc40_143"]);
    assert_eq!(
        (&summary["trainable"], &summary["fixed"]),
        (&808_520.into(), &192.into())
    );
    assert_eq!(
        summary["layers"].as_array().unwrap().last().unwrap()["output"],
        serde_json::json!([8])
    );
    let text = lab.done(&["models", "crnn", "-s", "recipe=mfcc40_143"]);
    for words in [
        "convolution 32, kernel 3 x 3, ReLU",
        "143 x 20 x 32",
        "LSTM 128, both directions",
        "808520",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(
        lab.refused(1, &["models", "crn"])
            .contains("there is no architecture `crn`; one of conv1d,")
    );
    assert!(
        lab.refused(1, &["models", "deep_mel_conv2d"])
            .contains("leave nothing of 22 coefficients")
    );
}

#[test]
fn a_preset_is_listed_shown_trained_and_remembered() {
    let lab = Lab::new();
    let mine = "[presets.mine]\nabout = 'a try'\ntraining.epochs = 1\nsplit.kind = 'random'\n";
    let settings = std::fs::read_to_string(lab.path("workbench.toml")).unwrap();
    std::fs::write(lab.path("workbench.toml"), settings + mine).unwrap();
    let text = lab.done(&["presets"]);
    assert!(
        text.contains("mine") && text.contains("a try") && text.contains("crnn_143x40_honest"),
        "{text}"
    );
    let preset = lab.json(&["presets", "mine"]);
    assert_eq!(
        (&preset["values"]["training.epochs"], &preset["provenance"]),
        (&"1".into(), &"own".into())
    );
    let config = lab.json(&["config"]);
    let rows = config["settings"].as_array().unwrap();
    let epochs = rows.iter().find(|row| row["key"] == "training.epochs").unwrap();
    assert_eq!(
        (&epochs["type"], &epochs["unit"], &epochs["range"]["minimum"]),
        (&"integer".into(), &"epochs".into(), &1.0.into())
    );
    assert_eq!(config["recipes"]["log_mel"], "shipped");
    assert!(lab.done(&["config"]).contains("# preset mine"));
    assert!(
        lab.done(&["presets", "best"])
            .contains("# augmentation.mixup_alpha = 0.3")
    );
    assert!(
        lab.done(&["presets", "crnn_143x40_honest"])
            .contains("split.kind = \"speaker\"")
    );
    assert!(
        lab.refused(1, &["presets", "yours"])
            .contains("there is no preset `yours`")
    );
    let text = lab.done(&["train", "--preset", "mine"]);
    assert!(text.contains("epoch   1/1"), "{text}");
    let runs = lab.runs();
    assert_eq!(
        (&runs[0]["preset"], &runs[0]["split"]),
        (&"mine".into(), &"random".into())
    );
    assert!(lab.done(&["report"]).contains(", preset mine"));
    let stored = std::fs::read_to_string(lab.run_folder(runs[0]["id"].as_str().unwrap()).join("run.toml")).unwrap();
    assert!(
        stored.contains("preset = \"mine\"") && stored.contains("--set preset=mine"),
        "{stored}"
    );
}

#[test]
fn settings_are_shown_with_their_origin_and_mistakes_are_refused() {
    let lab = Lab::empty();
    let text = lab.done(&["config", "-s", "seed=7"]);
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(
        line("seed ").contains("# --set") && line("seed ").contains('7'),
        "{text}"
    );
    assert!(line("training.epochs").contains("workbench.toml:3"), "{text}");
    assert!(line("device").contains("# default"), "{text}");
    assert!(lab.json(&["config"])["settings"].as_array().unwrap().len() > 40);

    let text = lab.done(&["config", "--preset", "crnn_143x40", "-s", "seed=7"]);
    let line = |key: &str| text.lines().find(|line| line.starts_with(key)).unwrap().to_owned();
    assert!(
        line("training.epochs ").contains("50") && line("training.epochs ").contains("# preset crnn_143x40"),
        "{text}"
    );
    assert!(line("seed ").contains("# --set"), "{text}");
    let error = lab.refused(2, &["train", "--preset", "help"]);
    assert!(
        error.contains("there is no preset `help`; there are best, best_encoder, conv1d_six_classes,"),
        "{error}"
    );

    let error = lab.refused(2, &["config", "--set", "training.epoch=3"]);
    assert!(
        error.contains("training.epoch") && error.starts_with("error: "),
        "{error}"
    );
    assert!(
        lab.refused(2, &["scan", "--config", "absent.toml"])
            .contains("absent.toml")
    );
    lab.refused(2, &["no-such-subcommand"]);
    lab.refused(2, &["predict"]);
    lab.refused(2, &["demo", "--clips", "0"]);
}

#[test]
fn a_settings_file_is_tidied_when_that_is_confirmed() {
    let lab = Lab::empty();
    let before = "# My own words.\nseed = 42\n\n[training]\nepochs = 9\nbatch_size = 64\n\n[presets.mine]\nseed = 1\n";
    let path = lab.path("workbench.toml");
    std::fs::write(&path, before).unwrap();
    let text = lab.done(&["config", "--tidy"]);
    assert!(text.contains("training.batch_size") && text.contains("--yes"), "{text}");
    let shown = lab.json(&["config", "--tidy"]);
    assert_eq!(
        (&shown["removed"][1]["line"], &shown["kept"]),
        (&6.into(), &serde_json::Value::Null)
    );
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        before,
        "shown, and not written"
    );
    lab.refused(2, &["config", "--yes"]);
    let written = lab.json(&["config", "--tidy", "--yes"]);
    let left = "# My own words.\n# seed = 42\n\n[training]\nepochs = 9\n\n[presets.mine]\nseed = 1\n";
    assert_eq!(std::fs::read_to_string(&path).unwrap(), left);
    assert_eq!(
        std::fs::read_to_string(lab.path("workbench.toml.untidied")).unwrap(),
        before
    );
    assert_eq!(written["text"], left);
    assert!(lab.done(&["config", "--tidy", "--yes"]).contains("nothing in"));
    std::fs::remove_file(&path).unwrap();
    assert!(lab.refused(1, &["config", "--tidy"]).contains("no settings file"));
}

#[test]
fn what_cannot_be_done_ends_with_one_and_a_reason() {
    let lab = Lab::new();
    for arguments in [["report", "x"], ["stop", "x"], ["watch", "x"], ["predict", "a.wav"]] {
        let error = lab.refused(1, &arguments);
        assert!(error.contains("no run"), "{arguments:?}: {error}");
    }
    let error = lab.refused(1, &["train", "-s", "filter.emotion=nobody"]);
    assert!(error.contains("error: "), "{error}");
    let alone = [
        "train",
        "-s",
        "recipe=functionals",
        "-s",
        "training.normalise=utterance",
    ];
    let error = lab.refused(1, &alone);
    assert!(error.contains("training.normalise"), "{error}");
    let error = lab.refused(1, &["train", "-s", "model.conv1d.pool_size=1000"]);
    assert!(error.contains("model.conv1d.pool_size"), "{error}");
    assert_eq!(lab.runs(), serde_json::json!([]), "what cannot be trained makes no run");
    std::fs::write(lab.path("mine"), b"").unwrap();
    lab.refused(1, &["demo", "mine"]);
}

#[test]
fn a_reader_that_goes_away_is_no_panic() {
    let lab = Lab::new();
    let mut child = lab
        .program(&["config"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("panick"),
        "{output:?}"
    );
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[cfg(unix)]
#[test]
fn ctrl_c_without_a_terminal_leaves_the_run_running() {
    use std::io::{BufRead, BufReader, Read};
    let lab = Lab::new();
    let long = [
        "train",
        "-s",
        "training.epochs=100000",
        "-s",
        "training.early_stopping.patience=0",
    ];
    let mut child = lab
        .program(&long)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let started = lines.next().unwrap().unwrap();
    let id = started.strip_prefix("started ").unwrap();
    lines.next().unwrap().unwrap();
    common::signal("INT", i32::try_from(child.id()).unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let mut told = String::new();
    child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
    assert!(told.contains("keeps running"), "{told}");
    assert_eq!(lab.row(id)["state"], "running");
    lab.done(&["stop", id]);
    lab.wait(id, std::time::Duration::from_secs(10), |row| row["state"] == "stopped");
}

#[test]
fn lists_of_clips_runs_and_trials_are_filtered() {
    let lab = Lab::new();
    let all = lab.json(&["scan"]);
    assert_eq!(all["found"], Value::Null);
    let sad = all["statistics"]["emotions"]["sad"].as_u64().unwrap();
    let found = lab.json(&["scan", "--where", "emotion=sad seconds>0.1", "--export", "sad.csv"]);
    let clips = found["found"].as_array().unwrap();
    assert_eq!(clips.len() as u64, sad);
    assert!(clips.iter().all(|clip| clip["emotion"] == "sad"));
    let text = std::fs::read_to_string(lab.path("sad.csv")).unwrap();
    assert_eq!(text.lines().count() as u64, 1 + sad);
    assert_eq!(
        lab.json(&["export", "others.tsv", "--where", "!emotion=sad"])["clips"],
        60 - sad
    );
    let listed = lab.done(&["scan", "--headers-only", "--where", "sad speaker=\"\""]);
    assert!(listed.ends_with("0 of 60 clips\n"), "{listed}");

    let refused = lab.refused(2, &["scan", "--where", "emotion=sad emotional=x"]);
    assert!(
        refused.contains("column 13") && refused.contains("emotion, intensity"),
        "{refused}"
    );
    assert!(
        lab.refused(2, &["runs", "--where", "epochs>two"])
            .contains("`two` is no number")
    );
    assert!(
        lab.refused(2, &["delete", "--where", "epochs>", "--yes"])
            .contains("column 8")
    );
    assert!(lab.refused(2, &["delete", "--yes"]).contains("RUN"));

    for (model, epochs) in [("conv1d", "1"), ("conv1d", "2"), ("mlp", "1")] {
        let (model, epochs) = (format!("model.name={model}"), format!("training.epochs={epochs}"));
        lab.done(&["train", "-s", &model, "-s", &epochs]);
    }
    let ids = |filter: &str| -> Vec<String> {
        let runs = lab.json(&["runs", "--where", filter]);
        let runs = runs["runs"].as_array().unwrap();
        runs.iter().map(|run| run["id"].as_str().unwrap().to_owned()).collect()
    };
    let all = ids("");
    assert_eq!(all.len(), 3);
    assert_eq!(ids("model=conv1d").len(), 2);
    assert_eq!(ids("model=conv1d epochs>=2").len(), 1);
    assert_eq!(ids("conv1d !epochs=2").len(), 1);
    assert_eq!(ids("uar>100").len(), 0);
    assert!(
        lab.done(&["runs", "--where", "uar>100"])
            .contains("none of 3 runs passes uar>100")
    );

    // One that is running stays, the others go, and come back together.
    let live = lab.start_long_run(&[]);
    lab.wait_for_epochs(&live);
    let asked = lab.refused(1, &["delete", "--where", "model=conv1d"]);
    assert!(asked.contains("2 (") && asked.contains("--yes"), "{asked}");
    assert!(asked.contains(&format!("{live} stays: it is running")), "{asked}");
    assert_eq!(ids("").len(), 4);
    let output = lab.run(&["delete", "--where", "model=conv1d", "--yes", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let gone: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(gone["runs"].as_array().unwrap().len(), 2);
    assert_eq!(gone["refused"].as_object().unwrap().keys().collect::<Vec<_>>(), [&live]);
    assert_eq!(ids("").len(), 2);
    assert_eq!(
        lab.json(&["runs", "--restore", "last"])["restored"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    assert_eq!(ids("").len(), 4);
    lab.done(&["stop", &live]);
    lab.wait(&live, std::time::Duration::from_secs(60), |row| {
        row["state"] == "stopped"
    });
    let both = lab.json(&["delete", &all[0], &all[1], "--yes"]);
    assert_eq!(both["runs"].as_array().unwrap().len(), 2);
    assert!(
        lab.refused(1, &["delete", "--where", "uar>100", "--yes"])
            .contains("nothing is deleted")
    );

    let study = [
        "tune",
        "--study",
        "s",
        "--trials",
        "3",
        "-s",
        "model.name=conv1d",
        "-s",
        "tuning.space.conv1d.training.learning_rate={ float = [1e-4, 1e-2], log = true }",
        "-s",
        "training.epochs=1",
    ];
    lab.done(&study);
    let trials = |filter: &str| {
        let page = lab.json(&["study", "show", "s", "--where", filter]);
        page["trials"].as_array().unwrap().len()
    };
    assert_eq!(trials("learning_rate>0"), 3);
    assert_eq!(trials("rank=1 state=complete"), 1);
    assert_eq!(trials("learning_rate>1"), 0);
    assert!(
        lab.refused(2, &["study", "show", "s", "--where", "x=1"])
            .contains("training.learning_rate")
    );
}
