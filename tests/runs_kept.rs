//! Notes, tags, differences, plans and deletion of runs, from the command line.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::Lab;
use std::time::Duration;

#[test]
fn a_run_says_why_it_ended_and_one_of_an_older_version_what_follows_from_its_folder() {
    let lab = Lab::new();
    let early = ["-s", "training.epochs=60", "-s", "training.early_stopping.patience=2"];
    // With a rate that changes nothing, no epoch is better than the first by this much.
    let stuck = [
        "-s",
        "training.learning_rate=1e-9",
        "-s",
        "training.early_stopping.min_delta=1.0",
    ];
    let said = lab.done(&[&["train"], &early[..], &stuck[..]].concat());
    let patience = "patience: validation loss no better than in epoch 1 for 2 epochs";
    assert!(said.contains(&format!("is finished: {patience}")), "{said}");
    lab.done(&["train"]);
    let runs = lab.runs();
    let [last, first] = [0, 1].map(|place| runs[place].clone());
    assert_eq!(
        first["end"],
        serde_json::json!({ "short": "patience", "words": patience })
    );
    assert_eq!(first["kept_epoch"]["epoch"], 1);
    assert_eq!(first["kept_epoch"]["name"], "UAR of the lowest-loss epoch");
    assert_eq!(last["end"]["words"], "the last epoch, 2, was reached");
    let table = lab.done(&["runs"]);
    assert!(table.contains("patience") && table.contains("last epoch"), "{table}");
    let id = first["id"].as_str().unwrap();
    let report = lab.done(&["report", id]);
    assert!(report.contains(&format!("ended: {patience}")), "{report}");
    assert!(
        report.contains("best validation UAR") && report.contains("UAR of the lowest-loss epoch, 1: "),
        "{report}"
    );

    // As an older version left it: the reason follows from epochs and settings, and where it does not, that is said.
    let journal = lab.run_folder(id).join("events.jsonl");
    let text = std::fs::read_to_string(&journal).unwrap();
    let older = text.lines().map(|line| match line.contains("\"finished\"") {
        true => line.split(",\"why\"").next().unwrap().to_owned() + "}\n",
        false => line.to_owned() + "\n",
    });
    let older: String = older.collect();
    assert_ne!(older, text);
    std::fs::write(&journal, &older).unwrap();
    assert_eq!(lab.row(id)["end"]["words"], patience);
    let cut = older.lines().filter(|line| !line.contains("\"epoch\":3"));
    std::fs::write(&journal, cut.map(|line| line.to_owned() + "\n").collect::<String>()).unwrap();
    assert_eq!(lab.row(id)["end"]["short"], "unknown");

    let killed = lab.start_long_run(&[]);
    let worker = lab.wait_for_epochs(&killed);
    assert!(lab.row(&killed)["end"].is_null());
    common::signal("KILL", worker);
    let row = lab.wait(&killed, Duration::from_secs(20), |row| row["state"] == "dead");
    let words = row["end"]["words"].as_str().unwrap();
    assert!(
        words.starts_with("died: no heartbeat since") && words.contains(&format!("process {worker} ")),
        "{words}"
    );
    assert!(lab.done(&["runs"]).contains(words));
    let stopped = lab.start_long_run(&[]);
    lab.wait_for_epochs(&stopped);
    lab.done(&["stop", &stopped]);
    let row = lab.wait(&stopped, Duration::from_secs(20), |row| row["state"] == "stopped");
    assert!(
        row["end"]["words"]
            .as_str()
            .unwrap()
            .starts_with("stopped by the user after epoch")
    );
}

#[test]
fn runs_are_planned_noted_compared_and_deleted() {
    let lab = Lab::new();
    let plan = lab.json(&["train", "--plan"]);
    assert_eq!(
        (&plan["model"], &plan["input"]),
        (&"conv1d".into(), &serde_json::json!([108, 22]))
    );
    let filters = (5 * 22 * 4 + 4) + (5 * 4 * 8 + 8);
    let dense = (8 * 8 + 8) + (8 + 1) * plan["classes"].as_u64().unwrap();
    assert_eq!(plan["parameters"], filters + dense);
    assert_eq!(plan["trainable"], plan["parameters"]);
    let clips = |subset: &str| plan[subset].as_u64().unwrap();
    assert_eq!(clips("train") + clips("validation") + clips("test"), 60);
    let examples = |leak: &str| {
        let way = ["-s", "augmentation.mode=materialised", "-s", leak];
        let plan = lab.json(&[&["train", "--plan", "-s", "split.kind=random"], &way[..]].concat());
        ["train", "validation", "test"].map(|subset| plan[subset].as_u64().unwrap())
    };
    let [train, validation, test] = examples("augmentation.leak_copies_across_sides=false");
    assert_eq!(train / 4 + validation + test, 60, "copies in training alone");
    let leaky = examples("augmentation.leak_copies_across_sides=true");
    assert_eq!(leaky.iter().sum::<u64>(), 240, "copies on every side");
    assert!(plan["epoch"]["source"].as_str().unwrap().contains("timed"), "{plan}");
    assert!(plan["epoch"]["seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(lab.runs().as_array().unwrap().len(), 0, "nothing was trained");
    assert!(
        lab.refused(2, &["train", "--plan", "-s", "training.epochs=0"])
            .contains("training.epochs")
    );

    lab.done(&["train"]);
    lab.done(&["train", "-s", "training.batch_size=16"]);
    let runs = lab.runs();
    let [new, old] = [0, 1].map(|place| runs[place]["id"].as_str().unwrap().to_owned());
    let told = lab.json(&["train", "--plan"])["epoch"]["source"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(told.contains(&old), "{told}");

    let said = lab.json(&[
        "note",
        &old,
        "--text",
        "the first",
        "--tag",
        "baseline",
        "--tag",
        "keep",
    ]);
    assert_eq!(
        (&said["text"], &said["tags"]),
        (&"the first".into(), &serde_json::json!(["baseline", "keep"]))
    );
    assert!(
        lab.done(&["note", &old, "--untag", "keep"])
            .contains("#baseline the first")
    );
    assert!(lab.done(&["runs"]).contains("#baseline the first"));
    assert!(
        lab.refused(1, &["note", &old, "--tag", "two words"])
            .contains("single word")
    );
    assert!(lab.done(&["note", &new]).contains("has no note"));

    let found = lab.json(&["compare", &old, &new]);
    assert_eq!(
        found["settings"],
        serde_json::json!({ "training.batch_size": ["64", "16"] })
    );
    assert!(lab.done(&["compare", &old, &old]).contains("do not differ"));

    assert!(lab.refused(1, &["delete", &old]).contains("--yes"));
    assert!(lab.run_folder(&old).exists());
    assert_eq!(lab.json(&["delete", &old, "--yes"])["runs"][0], old);
    assert!(!lab.run_folder(&old).exists());
    assert!(lab.refused(1, &["delete", &old, "--yes"]).contains("no run"));
}

#[test]
fn a_deleted_run_can_be_restored_for_a_week_and_no_question_empties_the_trash() {
    let lab = Lab::new();
    let few = r#"labels.map={ calm = "neutral" }"#;
    lab.done(&["train", "-s", "split.kfold=2", "-s", few]);
    let runs = lab.runs();
    let ids: Vec<&str> = runs
        .as_array()
        .unwrap()
        .iter()
        .map(|run| run["id"].as_str().unwrap())
        .collect();
    let report = lab.json(&["report", ids[0]]);
    let gone = lab.json(&["delete", ids[0], "--yes", "--folds"]);
    assert_eq!(gone["restorable"], true);
    assert!(gone["trash_bytes"].as_u64().unwrap() >= gone["bytes"].as_u64().unwrap());
    assert!(lab.runs().as_array().unwrap().is_empty());

    assert!(lab.refused(1, &["runs", "--restore", "nothing"]).contains(ids[0]));
    let back = lab.json(&["runs", "--restore", ids[0]]);
    assert_eq!(
        back["restored"],
        serde_json::json!([ids[1], ids[0]]),
        "with its fold group"
    );
    assert_eq!(lab.runs(), runs);
    assert_eq!(lab.json(&["report", ids[0]]), report);

    lab.done(&["delete", ids[0], "--yes", "--folds"]);
    let marks = ids
        .iter()
        .map(|id| lab.path("runs/.trash").join(id).join("deleted.json"));
    for mark in marks.clone() {
        let text = std::fs::read_to_string(&mark).unwrap();
        let year = text.find("\"at\":\"20").unwrap() + 6;
        std::fs::write(&mark, format!("{}2020{}", &text[..year], &text[year + 4..])).unwrap();
    }
    for question in [&["runs"][..], &["queue"], &["scan"], &["cache"], &["train", "--plan"]] {
        lab.done(question);
    }
    assert!(marks.clone().all(|mark| mark.exists()), "a question removes nothing");
    lab.done(&["train"]);
    assert!(!marks.clone().any(|mark| mark.exists()));
    assert!(lab.refused(1, &["runs", "--restore", "last"]).contains("none"));
    let newest = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    let gone = lab.json(&["delete", &newest, "--yes", "--now"]);
    assert_eq!((&gone["restorable"], &gone["trash_bytes"]), (&false.into(), &0.into()));
    assert!(
        lab.refused(1, &["runs", "--restore", &newest])
            .contains("no deleted run")
    );
}

#[test]
fn the_trash_is_emptied_after_a_question() {
    let lab = Lab::new();
    lab.done(&["train"]);
    let run = lab.runs()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        lab.done(&["runs", "--empty-trash"]),
        "",
        "there is nothing to ask about"
    );
    lab.done(&["delete", &run, "--yes"]);
    assert!(lab.refused(1, &["runs", "--empty-trash"]).contains("--yes"));
    assert!(lab.path("runs/.trash").join(&run).exists(), "nobody could answer");
    let gone = lab.json(&["runs", "--empty-trash", "--yes"]);
    assert_eq!(
        (&gone["runs"][0], &gone["trash_bytes"]),
        (&run.as_str().into(), &0.into()),
        "{gone}"
    );
    assert!(lab.refused(1, &["runs", "--restore", "last"]).contains("none"));
    lab.refused(2, &["runs", "--yes"]);
}

#[test]
fn what_runs_is_not_deleted_what_waits_is_and_linked_runs_go_together() {
    let lab = Lab::new();
    let first = lab.start_long_run(&[]);
    lab.wait_for_epochs(&first);
    assert!(lab.refused(1, &["delete", &first, "--yes"]).contains("is running"));
    let started = lab.json(&[
        "train",
        "--detach",
        "-s",
        "split.kfold=2",
        "-s",
        r#"labels.map={ calm = "neutral" }"#,
    ]);
    let fold = started["runs"][1].as_str().unwrap().to_owned();
    assert!(lab.refused(1, &["delete", &fold, "--yes"]).contains("--folds"));
    let gone = lab.json(&["delete", &fold, "--yes", "--folds"]);
    assert_eq!(gone["runs"], started["runs"]);
    assert_eq!(lab.json(&["queue"])["devices"][0]["runs"].as_array().unwrap().len(), 1);
    lab.done(&["stop", &first]);
    lab.wait(&first, Duration::from_secs(10), |row| row["state"] == "stopped");
    lab.done(&["delete", &first, "--yes"]);
    assert_eq!(lab.runs().as_array().unwrap().len(), 0);
}
