//! Features to and from other programs, the cache, and what trimming would remove: the program itself, and NumPy.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may panic, and says when it is skipped"
)]

mod common;

use common::Lab;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Command;
use undertone::features::FeatureArray;

/// What the script beside the golden files prints; nothing where there is no Python with NumPy.
fn numpy(arguments: &[&str]) -> Option<Value> {
    let python = std::env::var_os("UNDERTONE_PYTHON").unwrap_or_else(|| "python3".into());
    let has_numpy = Command::new(&python).args(["-c", "import numpy"]).output();
    if !has_numpy.is_ok_and(|output| output.status.success()) {
        println!("skipped: neither UNDERTONE_PYTHON nor python3 is a Python with numpy");
        return None;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/read_npy.py");
    let output = Command::new(&python).arg(script).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// The sum of all numbers of an array.
fn sum(path: &Path) -> f64 {
    let mut array = FeatureArray::open(path).unwrap();
    let sums = (0..array.clips()).map(|clip| {
        let matrix = array.matrix(clip).unwrap();
        matrix.values.iter().map(|&value| f64::from(value)).sum::<f64>()
    });
    sums.sum()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_exported_numpy_reads_and_we_read_again() {
    let lab = Lab::new();
    let exported = lab.json(&["features", "--export", "arrays/all", "--per-clip"]);
    assert_eq!(exported["shape"], json!([60, 108, 22]));
    assert_eq!(exported["folders"], json!(["zcr", "rms", "mfcc"]));
    let folder = lab.path("arrays/all");
    let whole = ["X.npy", "about.json", "labels.csv", "mfcc", "rms", "y.npy", "zcr"];
    assert_eq!(names(&folder), whole);
    assert_eq!(names(&folder.join("mfcc")).len(), 60);
    let mut clip = FeatureArray::open(&folder.join("mfcc").join(&names(&folder.join("mfcc"))[7])).unwrap();
    // Frames by coefficients is read as clips by features: one row per frame.
    assert_eq!((clip.clips(), clip.shape()), (108, (1, 20)));
    let row = FeatureArray::open(&folder.join("X.npy")).unwrap().matrix(7).unwrap();
    assert_eq!(clip.matrix(5).unwrap().values, row.values[5 * 22 + 2..6 * 22]);
    let table = fs::read_to_string(folder.join("labels.csv")).unwrap();
    assert_eq!(table.lines().count(), 61);
    assert_eq!(sum(&folder.join("y.npy")), 60.0, "one-hot");
    // The table is one of clips as well.
    let corpora = r#"corpora=[{ name = "t", layout = "table", path = "arrays/all/labels.csv" }]"#;
    assert_eq!(lab.json(&["scan", "--headers-only", "-s", corpora])["clips"], 60);

    // An earlier export is replaced, anything else is not.
    let again = lab.json(&["features", "--export", "arrays/all"]);
    assert_eq!(again["folders"], json!([]));
    assert_eq!(names(&folder), ["X.npy", "about.json", "labels.csv", "y.npy"]);
    assert_eq!(names(&lab.path("arrays")), ["all"], "nothing temporary is left");
    fs::write(folder.join("thesis.docx"), "all of it").unwrap();
    let error = lab.refused(1, &["features", "--export", "arrays/all"]);
    assert!(error.contains("thesis.docx") && error.contains("new folder"), "{error}");
    fs::write(lab.path("file"), "").unwrap();
    lab.refused(1, &["features", "--export", "file"]);
    assert!(lab.refused(2, &["features", "--per-clip"]).contains("--export"));
    fs::remove_file(folder.join("thesis.docx")).unwrap();
    lab.done(&["features", "--export", "arrays/all", "--per-clip"]);
    let own = lab.path("own");
    fs::create_dir_all(own.join("embeddings")).unwrap();
    for file in ["labels.csv", "embeddings/000001_a.npy"] {
        fs::write(own.join(file), "made by hand").unwrap();
        assert!(
            lab.refused(1, &["features", "--export", "own"])
                .contains("no export wrote")
        );
        assert!(own.join(file).exists());
    }

    let Some(seen) = numpy(&["check", folder.to_str().unwrap()]) else {
        return;
    };
    assert_eq!(seen["shape"], exported["shape"]);
    assert_eq!(seen["labels"], exported["labels"]);
    assert_eq!(seen["per_clip"], 3 * 60);
    let ours = sum(&folder.join("X.npy"));
    assert!((seen["sum"].as_f64().unwrap() - ours).abs() < 1e-9 * ours.abs());
}

#[test]
fn an_export_is_imported_trained_on_and_cannot_be_computed_from_sound() {
    let lab = Lab::new();
    lab.done(&["features", "--export", "arrays"]);
    let imported = lab.json(&["features", "--import", "arrays", "--name", "copy"]);
    assert_eq!((&imported["matched"], &imported["missing"]), (&60.into(), &0.into()));
    assert_eq!(
        (&imported["unmatched"], &imported["relabelled"]),
        (&json!([]), &0.into())
    );
    let settings = fs::read_to_string(lab.path("workbench.toml")).unwrap();
    assert!(
        settings.contains("epochs = 2") && settings.contains("[recipes.copy.import]"),
        "{settings}"
    );

    let chosen = ["-s", "recipe=copy"];
    let again = lab.json(&[&["features"], &chosen[..]].concat());
    assert_eq!((&again["cached"], &again["shape"]), (&60.into(), &json!([108, 22])));
    // The same numbers, the same seed, the same run.
    lab.done(&["train"]);
    let own = lab.json(&["report"])["evaluated"].clone();
    lab.done(&[&["train"], &chosen[..]].concat());
    assert_eq!(lab.json(&["report"])["evaluated"], own);

    let clip = lab.clip();
    let output = lab.run(&["predict", clip.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("arrays") && text.contains("not from its sound"), "{text}");
    lab.done(&[&["preview", clip.to_str().unwrap()], &chosen[..]].concat());

    // A clip without features is named, with what can be done.
    lab.done(&["cache", "--clear", "features"]);
    let error = lab.refused(1, &[&["features"], &chosen[..]].concat());
    assert!(error.contains("--import") && error.contains("[filter]"), "{error}");
    lab.done(&["features", "--import", "arrays", "--name", "copy"]);
    assert_eq!(lab.json(&[&["features"], &chosen[..]].concat())["cached"], 60);
    let error = lab.refused(1, &["features", "--import", "arrays", "--name", "mfcc_zcr_rms"]);
    assert!(error.contains("--name"), "{error}");
}

#[test]
fn arrays_of_other_programs_are_imported_whatever_their_numbers() {
    let lab = Lab::new();
    lab.done(&["features", "--export", "arrays"]);
    let (from, to) = (lab.path("arrays"), lab.path("varied"));
    let Some(sums) = numpy(&["vary", from.to_str().unwrap(), to.to_str().unwrap()]) else {
        return;
    };
    for (kind, total) in sums.as_object().unwrap() {
        let ours = sum(&to.join(kind).join("X.npy"));
        let total = total.as_f64().unwrap();
        assert!((ours - total).abs() < 1e-6 * total.abs(), "{kind}: {ours} {total}");
        let imported = lab.json(&["features", "--import", to.join(kind).to_str().unwrap()]);
        assert_eq!(imported["matched"], 60, "{kind}");
        assert_eq!(imported["recipe"], kind.as_str());
        let frames = if kind == "mean" { 1 } else { 108 };
        assert_eq!(imported["shape"], json!([60, frames, 22]), "{kind}");
    }
}

#[test]
fn rows_are_matched_by_path_content_or_name_and_mistakes_are_named() {
    let lab = Lab::new();
    lab.done(&["features", "--export", "arrays"]);
    let table = lab.path("arrays/labels.csv");
    let whole = fs::read_to_string(&table).unwrap();
    let root = lab.path("data").canonicalize().unwrap();
    let import = || lab.json(&["features", "--import", "arrays", "--name", "x"]);
    // From another machine: the paths are others, the content is the same.
    let moved = whole.replace(root.to_str().unwrap(), "/elsewhere");
    assert_ne!(moved, whole);
    fs::write(&table, &moved).unwrap();
    assert_eq!(import()["matched"], 60);
    // Only names, and one of them of no clip, one with another emotion.
    let mut lines: Vec<String> = vec!["path,emotion".to_owned()];
    for line in whole.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let file = Path::new(fields[1]).file_name().unwrap().to_string_lossy();
        lines.push(format!("{file},{}", fields[3]));
    }
    lines[1] = "nobody.wav,sad".to_owned();
    let (file, _) = lines[2].split_once(',').unwrap();
    lines[2] = format!("{file},perplexed");
    fs::write(&table, lines.join("\n")).unwrap();
    let imported = import();
    let unmatched = imported["unmatched"].as_array().unwrap();
    assert!(
        unmatched[0]["reason"].as_str().unwrap().contains("nobody.wav"),
        "{imported}"
    );
    assert_eq!(imported["matched"].as_u64().unwrap() as usize + unmatched.len(), 60);
    assert_eq!(imported["relabelled"], 1);
    assert!(imported["missing"].as_u64().unwrap() >= 1);
    assert!(
        lab.done(&["features", "--import", "arrays", "--name", "x"])
            .contains("row 0: ")
    );

    // A clip has one row: what came first.
    let twice = lines[3].clone();
    lines[4] = twice;
    fs::write(&table, lines.join("\n")).unwrap();
    let imported = import();
    let unmatched = imported["unmatched"].as_array().unwrap();
    let same = unmatched.iter().find(|row| row["row"] == 3).unwrap();
    assert!(
        same["reason"].as_str().unwrap().contains("the same clip as row 2"),
        "{imported}"
    );

    let refused = |wrong: &str| {
        fs::write(&table, wrong).unwrap();
        lab.refused(1, &["features", "--import", "arrays", "--name", "x"])
    };
    assert!(refused("path\na.wav\n").contains("1 lines, but X.npy has 60 rows"));
    assert!(refused("file\na.wav\n").contains("it needs `path`"));
    assert!(refused("row,path\n60,a.wav\n").contains("row 60"));
    assert!(refused(&format!("path\n{}", "no.wav\n".repeat(60))).contains("no row belongs to a clip"));
    fs::remove_file(&table).unwrap();
    let error = lab.refused(1, &["features", "--import", "arrays"]);
    assert!(error.contains("labels.csv"), "{error}");
    assert!(lab.refused(1, &["features", "--import", "absent"]).contains("X.npy"));
    fs::write(&table, whole).unwrap();
    fs::copy(lab.path("arrays/X.npy"), lab.path("arrays/y.npy")).unwrap();
    let bytes = fs::read(lab.path("arrays/X.npy")).unwrap();
    fs::write(lab.path("arrays/X.npy"), &bytes[..bytes.len() - 4]).unwrap();
    assert!(
        lab.refused(1, &["features", "--import", "arrays"])
            .contains("copied whole")
    );
}

#[test]
fn the_cache_is_listed_and_cleared_in_parts_and_nobodys_file_goes() {
    let lab = Lab::new();
    assert_eq!(lab.json(&["cache"])["entries"], json!([]));
    lab.done(&["features"]);
    fs::write(lab.path("cache/letter.txt"), "dear").unwrap();
    fs::create_dir_all(lab.path("cache/features/0123456789abcdef-v1/ab")).unwrap();
    fs::write(lab.path("cache/features/0123456789abcdef-v1/ab/cd"), "an old entry").unwrap();
    lab.done(&["features", "-s", "recipes.mfcc_zcr_rms.n_mfcc=13"]);
    let rows = |report: &Value, kind: &str, state: &str| {
        let rows = report["entries"].as_array().unwrap().iter();
        rows.filter(|row| row["kind"] == kind && row["state"] == state).count()
    };
    let report = lab.json(&["cache"]);
    assert_eq!(
        (rows(&report, "scan", "current"), rows(&report, "analysis", "current")),
        (1, 1)
    );
    let packs = rows(&report, "features", "current");
    assert!(packs >= 1);
    assert_eq!(rows(&report, "features", "recipe"), packs);
    assert_eq!(rows(&report, "features", "version"), 1);
    assert_eq!(rows(&report, "other", "foreign"), 1);
    let clips = |row: &Value| row["clips"].as_u64().unwrap_or_default();
    let kept = report["entries"].as_array().unwrap().iter();
    let kept = kept
        .filter(|row| row["recipe"] == "mfcc_zcr_rms")
        .map(clips)
        .sum::<u64>();
    assert!((1..=60).contains(&kept));
    let text = lab.done(&["cache"]);
    assert!(
        text.contains("mfcc_zcr_rms") && text.contains("letter.txt") && text.contains("total"),
        "{text}"
    );

    let stale = lab.json(&["cache", "--clear", "stale"]);
    assert_eq!(stale["cleared"].as_array().unwrap().len(), packs + 1);
    assert_eq!(rows(&stale, "features", "current"), packs);
    assert_eq!(lab.json(&["features"])["cached"], 60);
    let text = lab.done(&["cache", "--clear", "features"]);
    assert!(text.contains("clearing") && text.contains("freed"), "{text}");
    assert_eq!(lab.json(&["features"])["cached"], 0);
    lab.done(&["cache", "--clear"]);
    assert_eq!(names(&lab.path("cache")), ["features", "letter.txt"]);
    assert!(lab.done(&["cache", "--clear"]).contains("nothing to clear"));
    assert!(lab.refused(2, &["cache", "--clear", "letters"]).contains("analysis"));
}

#[test]
fn trimming_is_shown_for_several_thresholds() {
    let lab = Lab::new();
    let found = lab.json(&["trim"]);
    let corpora = found["corpora"].as_array().unwrap();
    assert_eq!(corpora[0]["clips"], 60);
    assert_eq!(corpora[0]["name"], Value::Null, "all corpora together come first");
    let shares: Vec<f64> = corpora[0]["thresholds"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["share"].as_f64().unwrap())
        .collect();
    assert_eq!(shares.len(), 5);
    assert!(shares.is_sorted_by(|one, other| one >= other), "{shares:?}");
    assert!(lab.done(&["trim"]).contains("lose half"));
}

#[test]
fn imported_rows_that_are_no_numbers_leave_out_their_clips_and_nothing_else() {
    let lab = Lab::new();
    lab.done(&["features", "--export", "arrays"]);
    let arrays = lab.path("arrays/X.npy");
    let mut bytes = fs::read(&arrays).unwrap();
    let end = bytes.len();
    bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
    fs::write(&arrays, bytes).unwrap();
    let imported = lab.json(&["features", "--import", "arrays", "--name", "torn"]);
    assert_eq!((&imported["matched"], &imported["missing"]), (&60.into(), &0.into()));
    assert_eq!(
        imported["faulty"],
        json!([{ "row": 59, "reason": "frame 107, column 21 is NaN" }])
    );
    let text = lab.done(&["features", "--import", "arrays", "--name", "torn"]);
    assert!(text.contains("row 59: frame 107, column 21 is NaN"), "{text}");
    let chosen = ["-s", "recipe=torn", "-s", "split.kind=random"];
    let features = lab.json(&[&["features"], &chosen[..]].concat());
    assert_eq!(features["clips"], 59);
    assert!(
        features["refused"][0]["reason"].as_str().unwrap().contains("NaN"),
        "{features}"
    );
    lab.done(&[&["train"], &chosen[..]].concat());
    let report = lab.json(&["report"]);
    let line = report["protocol_line"].as_str().unwrap();
    assert!(line.contains("left out: 1 without features"), "{line}");
}
