//! What the program makes of a data folder: the user's own recordings are read or refused, and never replaced by
//! synthetic ones; labels that mean none are no classes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod common;

use common::{Lab, files_below, write_wav};
use std::fs;
use std::path::{Path, PathBuf};

/// Half a second of a hum.
fn clip(path: &Path) {
    let hum: Vec<f32> = (0..8_000).map(|n| 0.3 * (n as f32 * 0.06).sin()).collect();
    write_wav(path, &hum);
}

fn text(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

/// Every file with its content.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files_below(folder).into_iter();
    files.map(|file| (file.clone(), fs::read(&file).unwrap())).collect()
}

/// A way of keeping recordings that no layout reads.
type Made = fn(&Path);

fn by_folder(data: &Path) {
    for file in ["happy/1.wav", "happy/2.wav", "sad/1.wav"] {
        clip(&data.join(file));
    }
}

fn by_table(data: &Path) {
    clip(&data.join("mine/a.wav"));
    text(&data.join("mine/list.csv"), "clip,class\na.wav,happy\n");
}

fn hugging_face(data: &Path) {
    clip(&data.join("set/train/a.wav"));
    text(
        &data.join("set/train/metadata.csv"),
        "file_name,sentiment\na.wav,happy\n",
    );
}

fn pointers(data: &Path) {
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123456\n";
    text(&data.join("set/a.wav"), pointer);
    text(&data.join("set/b.flac"), pointer);
}

fn empty_files(data: &Path) {
    text(&data.join("set/a.wav"), "");
}

fn audformat(data: &Path) {
    text(&data.join("emo/db.yaml"), "name: emo\n");
}

fn video(data: &Path) {
    text(&data.join("talks/a.mkv"), "x");
}

#[test]
fn recordings_that_are_not_understood_are_refused_and_never_replaced() {
    let all: [(Made, &[&str]); 7] = [
        (
            by_folder,
            &[
                "3 sound files (happy/1.wav)",
                "happy 2, sad 1",
                "layout = \"folders\"",
                "clips.csv",
            ],
        ),
        (
            by_table,
            &[
                "list.csv with the columns clip, class",
                "path = \"clip\", emotion = \"class\"",
            ],
        ),
        (
            hugging_face,
            &["metadata.csv", "path = \"file_name\", emotion = \"sentiment\""],
        ),
        (pointers, &["2 of them pointers of git-lfs", "git lfs pull"]),
        (empty_files, &["1 of them empty"]),
        (audformat, &["1 description of a data set (emo/db.yaml)"]),
        (video, &["1 video (talks/a.mkv)", "wav"]),
    ];
    for (made, words) in all {
        let lab = Lab::empty();
        made(&lab.path("data"));
        let before = contents(&lab.path("data"));
        for command in ["scan", "features", "train", "tune", "demo"] {
            let error = lab.refused(1, &[command]);
            for word in words {
                assert!(error.contains(word), "{command}: {word}: {error}");
            }
        }
        let doctor = lab.done(&["doctor"]);
        assert!(doctor.contains(words[0]), "{doctor}");
        assert_eq!(contents(&lab.path("data")), before);
        assert!(files_below(&lab.path("runs")).is_empty() && files_below(&lab.path("studies")).is_empty());
        // What the message offers works.
        lab.done(&["demo", "elsewhere/demo", "--clips", "60"]);
        let scan = lab.json(&["scan", "--headers-only", "-s", "data=elsewhere"]);
        assert_eq!((&scan["clips"], &scan["synthetic"]), (&60.into(), &true.into()));
        assert_eq!(contents(&lab.path("data")), before);
    }
}

#[test]
fn the_lines_that_the_message_gives_are_understood() {
    // By line: how many clips it makes.
    let all: [(Made, &[usize]); 3] = [(by_table, &[1]), (hugging_face, &[1]), (by_folder, &[3, 1])];
    for (made, clips) in all {
        let lab = Lab::empty();
        made(&lab.path("data"));
        let error = lab.refused(1, &["scan"]);
        let settings = fs::read_to_string(lab.path("workbench.toml")).unwrap();
        // Where the message asks for a table, this is it.
        text(&lab.path("data/clips.csv"), "path,emotion\nhappy/1.wav,happy\n");
        let lines: Vec<&str> = error
            .split("corpora = [")
            .skip(1)
            .map(|rest| &rest[..rest.find("}]").unwrap() + 2])
            .collect();
        assert_eq!(lines.len(), clips.len(), "{error}");
        for (line, clips) in lines.into_iter().zip(clips) {
            fs::write(lab.path("workbench.toml"), format!("corpora = [{line}\n{settings}")).unwrap();
            let scan = lab.json(&["scan", "--headers-only"]);
            assert_eq!(
                (&scan["clips"], &scan["synthetic"]),
                (&(*clips).into(), &false.into()),
                "{line}"
            );
        }
    }
}

#[test]
fn a_scan_says_what_labels_each_corpus_and_what_else_would() {
    let lab = Lab::empty();
    for file in [
        "savee/wav/DC_a01.wav",
        "savee/wav/DC_sa02.wav",
        "mine/angry/1.wav",
        "mine/sad/1.wav",
    ] {
        clip(&lab.path("data").join(file));
    }
    let table = "\u{feff}file;label\r\nwav\\DC_a01.wav;happy\r\nwav\\DC_sa02.wav;sad\r\nwav\\DC_x.wav;sad\r\n";
    text(&lab.path("data/savee/clips.csv"), table);
    let said = lab.done(&["scan", "--headers-only"]);
    for words in [
        "2 clips, 0 speakers, 0.0 min",
        "savee: read by clips.csv, which names 2 of 2 sound files",
        "the names of SAVEE (2 of 2 sound files) would fit too",
        "disagree on 1 of 2 clips, for example wav/DC_a01.wav is happy in the table and angry by its name",
        "line 4 of the table",
        "its folders may name the emotions: angry 1, sad 1",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let scan = lab.json(&["scan", "--headers-only"]);
    let corpora: Vec<&str> = scan["corpora"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reading| reading["corpus"].as_str().unwrap())
        .collect();
    assert_eq!(corpora, ["savee", "mine"]);
    assert_eq!(scan["corpora"][0]["notes"].as_array().unwrap().len(), 3);
}

#[test]
fn an_earlier_demo_does_not_stand_in_for_recordings_that_are_not_understood() {
    let lab = Lab::new();
    assert_eq!(lab.json(&["scan", "--headers-only"])["clips"], 60);
    by_folder(&lab.path("data"));
    let before = contents(&lab.path("data"));
    for command in ["scan", "train"] {
        assert!(lab.refused(1, &[command]).contains("happy/1.wav"), "{command}");
    }
    assert_eq!(contents(&lab.path("data")), before);
    // Once they are understood, the demo steps aside as ever.
    text(
        &lab.path("data/happy/clips.csv"),
        "path,emotion\n1.wav,happy\n2.wav,sad\n",
    );
    let scan = lab.json(&["scan", "--headers-only"]);
    assert_eq!((&scan["clips"], &scan["synthetic"]), (&2.into(), &false.into()));
}

#[test]
fn the_demo_is_made_where_nothing_can_be_meant_as_data() {
    let shipped = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("workbench.toml")).unwrap();
    assert!(shipped.contains("data = \"data\""));
    let lab = Lab::empty();
    // As in a fresh checkout.
    fs::write(lab.path("workbench.toml"), shipped).unwrap();
    for file in ["README.md", ".gitignore", ".cache/x.wav", "notes/plan.txt"] {
        text(&lab.path("data").join(file), "x");
    }
    let doctor = lab.done(&["doctor"]);
    assert!(doctor.contains("none yet"), "{doctor}");
    assert!(!lab.path("data/demo").exists(), "a question makes nothing");
    let small = ["-s", "demo.clips=60", "-s", "demo.speakers=12"];
    let scan = lab.json(&[&["scan", "--headers-only"], &small[..]].concat());
    assert_eq!((&scan["clips"], &scan["synthetic"]), (&60.into(), &true.into()));
    // One that was interrupted is written again.
    let marker = lab.path("data/demo/SYNTHETIC.txt");
    let whole = fs::read_to_string(&marker).unwrap();
    fs::write(&marker, whole.replace("complete: ", "incomplete: ")).unwrap();
    fs::remove_file(lab.clip()).unwrap();
    assert_eq!(
        lab.json(&[&["scan", "--headers-only"], &small[..]].concat())["clips"],
        60
    );
}

#[test]
fn a_folder_that_somebody_names_is_never_written_to() {
    let lab = Lab::empty();
    fs::create_dir(lab.path("mine")).unwrap();
    text(&lab.path("noted/README.md"), "x");
    let settings = fs::read_to_string(lab.path("workbench.toml")).unwrap();
    for folder in ["mine", "noted", "absent", "data"] {
        let change = format!("data={folder}");
        for command in ["scan", "train"] {
            let error = lab.refused(1, &[command, "-s", &change]);
            assert!(error.contains(folder), "{error}");
        }
        if folder != "data" {
            fs::write(lab.path("workbench.toml"), format!("data = \"{folder}\"\n{settings}")).unwrap();
            assert!(lab.refused(1, &["scan"]).contains("holds no clips"));
        }
        assert!(!lab.path(folder).join("demo").exists());
    }
    assert!(!lab.path("absent").exists() && !lab.path("data").exists());
    // Where it is asked for by name it is made.
    lab.done(&["demo", "--clips", "60", "-s", "data=mine"]);
    assert_eq!(lab.json(&["scan", "--headers-only", "-s", "data=mine"])["clips"], 60);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_read_is_not_taken_for_an_empty_one() {
    use std::os::unix::fs::symlink;
    let lab = Lab::empty();
    text(&lab.path("data"), "a file");
    assert!(lab.refused(1, &["scan"]).contains("data"));
    fs::remove_file(lab.path("data")).unwrap();
    symlink(lab.path("unmounted"), lab.path("data")).unwrap();
    assert!(lab.refused(1, &["scan"]).contains("data"));
    fs::remove_file(lab.path("data")).unwrap();
    fs::create_dir(lab.path("data")).unwrap();
    symlink(lab.path("unmounted"), lab.path("data/ravdess")).unwrap();
    assert!(lab.refused(1, &["train"]).contains("a link to nothing"));
    assert!(!lab.path("unmounted").exists());
    assert_eq!(fs::read_dir(lab.path("data")).unwrap().count(), 1);
}

#[test]
fn labels_that_mean_none_are_counted_and_left_out_unless_they_are_mapped() {
    let lab = Lab::new();
    lab.done(&["scan", "--export", "clips.csv"]);
    let table = fs::read_to_string(lab.path("clips.csv")).unwrap();
    let none = ["nan", "None", "NA", "null", "-", "", "no_agreement", "unknown"];
    let emotion = 4;
    let lines: Vec<String> = table
        .lines()
        .enumerate()
        .map(|(line, text)| {
            let mut fields: Vec<&str> = text.split(',').collect();
            // Every seventh, so that no class and no speaker loses all its clips.
            if let Some(label) = (line % 7 == 6).then(|| none.get(line / 7)).flatten() {
                fields[emotion] = label;
            }
            fields.join(",")
        })
        .collect();
    fs::write(lab.path("clips.csv"), lines.join("\n")).unwrap();
    let settings = fs::read_to_string(lab.path("workbench.toml")).unwrap();
    let corpora = "corpora = [{ name = \"t\", layout = \"table\", path = \"clips.csv\" }]\n";
    fs::write(lab.path("workbench.toml"), format!("{corpora}{settings}")).unwrap();

    let scan = lab.json(&["scan"]);
    assert_eq!((&scan["clips"], &scan["selected"]), (&60.into(), &52.into()));
    assert_eq!(scan["excluded"], serde_json::json!({ "unlabelled": 8 }));
    let counted: Vec<(&str, u64)> = scan["statistics"]["emotions"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(label, clips)| (label.as_str(), clips.as_u64().unwrap()))
        .collect();
    assert!(counted.contains(&("unlabelled", 8)), "{counted:?}");
    assert!(counted.iter().all(|(label, _)| !none.contains(label)), "{counted:?}");
    assert!(lab.done(&["scan"]).contains("8 left out: unlabelled"));

    lab.done(&["train", "-s", "split.kind=random"]);
    let report = lab.json(&["report"]);
    let line = report["protocol_line"].as_str().unwrap();
    assert!(line.contains("left out: 8 without a label"), "{line}");
    let classes = report["scores"]["classes"].to_string();
    assert!(!classes.contains("nan") && !classes.contains("unlabelled"), "{classes}");

    let mapped = [
        "scan",
        "-s",
        "labels.map={ unknown = \"unknown\", nan = \"neutral\", null = \"\" }",
    ];
    let scan = lab.json(&mapped);
    assert_eq!(scan["selected"], 54);
    assert_eq!(scan["excluded"], serde_json::json!({ "label": 1, "unlabelled": 5 }));
}

#[test]
fn a_corpus_of_pointers_says_how_to_fetch_it() {
    let lab = Lab::empty();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 123456\n";
    for actor in ["01", "02"] {
        text(
            &lab.path("data/ravdess").join(format!("03-01-03-01-01-01-{actor}.wav")),
            pointer,
        );
    }
    let before = contents(&lab.path("data"));
    let scan = lab.json(&["scan"]);
    assert_eq!(scan["clips"], 0);
    let said = lab.done(&["scan"]);
    assert!(
        said.starts_with("no clips; headers read in") && !said.contains(" speakers") && !said.contains(" min"),
        "{said}"
    );
    assert!(
        scan["refused"][0]["reason"].as_str().unwrap().contains("git lfs pull"),
        "{scan}"
    );
    for command in ["train", "tune"] {
        let error = lab.refused(1, &[command]);
        assert!(
            error.contains("2 files were refused") && error.contains("git lfs pull"),
            "{error}"
        );
    }
    assert_eq!(contents(&lab.path("data")), before);
}
