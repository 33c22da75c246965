//! Which layout a folder is read by, and what is said of it.

use crate::corpus::fixture::{corpus, scan_of, tone, write_wav};
use crate::corpus::{Catalogue, CorpusError, CorpusSettings, Layout};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A folder of short tones, and of texts under the names that have one.
fn folder(sound: &[&str], texts: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in sound {
        write_wav(&folder.path().join(name), 8_000, 1, &tone(80));
    }
    for (name, text) in texts {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn read_as(layout: Layout, path: &Path) -> Result<Catalogue, CorpusError> {
    scan_of(&[corpus("mine", layout, path)])
}

fn read(folder: &TempDir) -> Catalogue {
    read_as(Layout::Auto, folder.path()).unwrap()
}

/// Every clip below the folder with its label.
fn labels(found: &Catalogue, top: &Path) -> Vec<String> {
    let label = |clip: &crate::corpus::Clip| {
        let file = clip.path.strip_prefix(top).unwrap().display().to_string();
        format!("{file} {}", clip.emotion)
    };
    found.clips.iter().map(label).collect()
}

fn refused(found: &Catalogue) -> Vec<(PathBuf, &str)> {
    found
        .refused
        .iter()
        .map(|refused| (refused.path.clone(), refused.reason.as_str()))
        .collect()
}

/// The one refusal, of the folder itself, for which the settings are needed.
fn undecided(folder: &TempDir) -> String {
    let found = read(folder);
    assert!(found.clips.is_empty());
    let all = refused(&found);
    let [(path, reason)] = all.as_slice() else {
        panic!("{all:?}");
    };
    assert_eq!(path, folder.path());
    assert_eq!(found.readings[0].layout, "nothing that is certain");
    // Every line that it offers is one of the settings.
    let lines: Vec<&str> = reason.split("corpora = ").skip(1).collect();
    assert!(!lines.is_empty(), "{reason}");
    for line in lines {
        let line = &line[..line.find("}]").unwrap() + 2];
        let read: toml::Table = toml::from_str(&format!("corpora = {line}")).unwrap();
        let corpus: CorpusSettings = read["corpora"][0].clone().try_into().unwrap();
        assert!(read_as(corpus.layout, &corpus.path).unwrap().clips.len() > 1, "{line}");
    }
    (*reason).to_owned()
}

const SAVEE: [&str; 3] = ["wav/DC_a01.wav", "wav/DC_sa02.wav", "wav/JE_h03.wav"];
const CLIPS: &str = "path,emotion\nwav/DC_a01.wav,calm\nwav/DC_sa02.wav,sad\nwav/JE_h03.wav,happy\n";

#[test]
fn a_label_table_stands_above_names_and_is_compared_with_them() {
    for name in ["clips.csv", "labels.csv", "metadata.csv"] {
        let folder = folder(&SAVEE, &[(name, CLIPS)]);
        let found = read(&folder);
        let expected = ["wav/DC_a01.wav calm", "wav/DC_sa02.wav sad", "wav/JE_h03.wav happy"];
        assert_eq!(labels(&found, folder.path()), expected);
        assert!(found.refused.is_empty(), "{:?}", found.refused);
        let reading = &found.readings[0];
        assert_eq!(reading.layout, format!("{name}, which names 3 of 3 sound files"));
        assert_eq!(
            reading.notes,
            [
                "the names of SAVEE (3 of 3 sound files) would fit too: layout = \"savee\"",
                "table and names disagree on 1 of 3 clips, for example wav/DC_a01.wav is calm in the table and angry by \
                 its name"
            ]
        );
    }
}

#[test]
fn other_tables_are_offered_where_names_follow_a_layout() {
    let folder = folder(&SAVEE, &[("predictions.csv", CLIPS), ("notes.csv", "a,b\n1,2\n")]);
    let found = read(&folder);
    let expected = ["wav/DC_a01.wav angry", "wav/DC_sa02.wav sad", "wav/JE_h03.wav happy"];
    assert_eq!(labels(&found, folder.path()), expected);
    let reading = &found.readings[0];
    assert_eq!(reading.layout, "the names of SAVEE (3 of 3 sound files)");
    let [note] = reading.notes.as_slice() else {
        panic!("{:?}", reading.notes);
    };
    assert!(
        note.starts_with("predictions.csv would fit too: corpora = [{ name = \"mine\", layout = \"table\", path = "),
        "{note}"
    );
    // What is no table of clips is no sound either.
    assert_eq!(refused(&found)[0].0, folder.path().join("notes.csv"));
    assert_eq!(found.refused.len(), 1);
}

#[test]
fn a_table_of_any_name_is_taken_where_names_follow_no_layout() {
    let files = ["a.wav", "b.wav", "c.wav"];
    let folder = folder(
        &files,
        &[("list.csv", "file;label\r\na.wav;sad\r\nb.wav;awe\r\nx.wav;sad\r\n")],
    );
    let found = read(&folder);
    assert_eq!(labels(&found, folder.path()), ["a.wav sad", "b.wav awe"]);
    let reading = &found.readings[0];
    assert_eq!(reading.layout, "list.csv, which names 2 of 3 sound files");
    assert_eq!(
        reading.notes,
        [
            "not in the table and without a part in anything: 1 sound file, for example c.wav",
            "listed but not there: 1 of 3 rows, for example x.wav",
        ]
    );
    let (path, reason) = refused(&found)[0].clone();
    assert_eq!(path, folder.path().join("x.wav"));
    assert!(reason.starts_with("line 4 of the table: No such file"), "{reason}");
}

#[test]
fn tables_that_corpora_bring_are_neither_labels_nor_errors() {
    let names = [
        "SentenceFilenames.csv",
        "summaryTable.csv",
        "VideoDemographics.csv",
        "finishedResponses.csv",
    ];
    let actors = "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Hispanic\n";
    let texts = names.map(|name| {
        (
            name,
            if name.starts_with("Video") {
                actors
            } else {
                "Filename,emotion\nx,y\n"
            },
        )
    });
    let folder = folder(&["AudioWAV/1001_DFA_ANG_XX.wav"], &texts);
    let found = read(&folder);
    assert_eq!(labels(&found, folder.path()), ["AudioWAV/1001_DFA_ANG_XX.wav angry"]);
    assert!(
        found.refused.is_empty() && found.readings[0].notes.is_empty(),
        "{found:?}"
    );
}

#[test]
fn two_tables_are_said_and_not_guessed() {
    let two = folder(&SAVEE, &[("clips.csv", CLIPS), ("labels.csv", CLIPS)]);
    let reason = undecided(&two);
    assert!(
        reason.starts_with("several tables could label it: clips.csv, labels.csv; say which holds"),
        "{reason}"
    );
    let error = read_as(Layout::Table, two.path()).unwrap_err().to_string();
    assert!(error.contains("clips.csv, labels.csv"), "{error}");
    let plain = "path,emotion\na.wav,sad\nb.wav,happy\n";
    let other = folder(&["a.wav", "b.wav"], &[("one.csv", plain), ("two.csv", plain)]);
    assert!(undecided(&other).contains("one.csv, two.csv"));
    for name in ["3", "4", "5", "6", "7"] {
        fs::write(other.path().join(format!("{name}.csv")), plain).unwrap();
    }
    assert!(undecided(&other).contains("5.csv, 6.csv, 7.csv, and 2 more; say"));
    // A label table among others is not one of several.
    fs::write(other.path().join("clips.csv"), plain).unwrap();
    assert_eq!(read(&other).clips.len(), 2);
    assert_eq!(read_as(Layout::Table, other.path()).unwrap().clips.len(), 2);
}

#[test]
fn a_table_of_less_than_half_of_the_sound_is_said_and_not_guessed() {
    let files = [&SAVEE[..], &["wav/JK_d01.wav", "wav/JK_d02.wav"]].concat();
    let two = CLIPS.rsplit_once("wav/").unwrap().0;
    let few = folder(&files, &[("clips.csv", two)]);
    let reason = undecided(&few);
    assert!(
        reason.starts_with("clips.csv names 2 of 5 sound files, and the names of SAVEE (5 of 5 sound files)"),
        "{reason}"
    );
    // Named in the settings it stands.
    assert_eq!(read_as(Layout::Table, few.path()).unwrap().clips.len(), 2);
    // Half is not less than half, whichever way the table leads to its files.
    let above = few.path().file_name().unwrap().to_str().unwrap();
    let full = few.path().display();
    let half = format!("path,emotion\n../{above}/wav/DC_a01.wav,sad\n{full}/wav/DC_sa02.wav,sad\nwav/JE_h03.wav,sad\n");
    fs::write(few.path().join("clips.csv"), half).unwrap();
    assert_eq!(read(&few).clips.len(), 3);
    // Where names say nothing there is nothing to guess.
    let unnamed = folder(
        &["a.wav", "b.wav", "c.wav"],
        &[("clips.csv", "path,emotion\na.wav,sad\n")],
    );
    assert_eq!(read(&unnamed).clips.len(), 1);
}

#[test]
fn a_label_table_that_cannot_be_used_is_an_error_with_its_columns() {
    let unusable = ("metadata.csv", "file_name,transcription\nDC_a01.wav,hello\n");
    let plain = folder(&["a.wav"], &[unusable]);
    let found = read(&plain);
    let [(path, reason)] = &refused(&found)[..] else {
        panic!("{found:?}");
    };
    assert_eq!(path, &plain.path().join("metadata.csv"));
    assert!(
        reason.contains("no column `emotion`") && reason.contains("file_name, transcription"),
        "{reason}"
    );
    // Beside names that say enough it stops nothing.
    let named = folder(&SAVEE, &[unusable]);
    let found = read(&named);
    assert_eq!((found.clips.len(), found.refused.len()), (3, 1));
    let error = read_as(Layout::Table, plain.path()).unwrap_err().to_string();
    assert!(error.contains("file_name, transcription"), "{error}");
}

#[test]
fn folders_named_by_emotion_are_shown_and_then_taken() {
    let files = ["angry/1.wav", "angry/2.wav", "sad/1.wav"];
    let plain = folder(&files, &[("angry/notes.txt", "x")]);
    let reason = undecided(&plain);
    assert!(
        reason.starts_with("its folders may name the emotions: angry 2, sad 1; to take them so:"),
        "{reason}"
    );
    let found = read_as(Layout::Folders, plain.path()).unwrap();
    assert_eq!(
        labels(&found, plain.path()),
        ["angry/1.wav angry", "angry/2.wav angry", "sad/1.wav sad"]
    );
    assert_eq!(
        found.readings[0].layout,
        "the names of its folders, as the settings say"
    );
    assert!(found.readings[0].notes.is_empty());
    // A few names of a known corpus among them decide nothing.
    let stray = folder(
        &[
            "angry/1.wav",
            "angry/2.wav",
            "angry/DC_a01.wav",
            "sad/DC_sa01.wav",
            "sad/1.wav",
        ],
        &[],
    );
    let reason = undecided(&stray);
    assert!(
        reason.contains("or to take the names of SAVEE (2 of 5 sound files): corpora = [{"),
        "{reason}"
    );
    // A name that follows no scheme says nothing of folders that lie alone.
    let one = folder(&["takes/1.wav", "takes/2.wav"], &[]);
    let error = read_as(Layout::Auto, one.path());
    assert!(matches!(error, Err(CorpusError::Unrecognised { .. })));
}

#[test]
fn the_parts_of_a_split_are_no_classes() {
    let files = [
        "train/angry/1.wav",
        "train/sad/1.wav",
        "test/angry/1.wav",
        "dev/loose.wav",
    ];
    let parts = folder(&files, &[]);
    assert!(undecided(&parts).contains("angry 2, sad 1;"));
    let found = read_as(Layout::Folders, parts.path()).unwrap();
    let expected = [
        "test/angry/1.wav angry",
        "train/angry/1.wav angry",
        "train/sad/1.wav sad",
    ];
    assert_eq!(labels(&found, parts.path()), expected);
    assert!(
        refused(&found)[0]
            .1
            .contains("not of the form of folders that are named"),
        "{found:?}"
    );
    let parts = found.clips.iter().map(|clip| clip.given_split.as_deref());
    assert!(parts.eq([Some("test"), Some("train"), Some("train")]));
    let note = &found.readings[0].notes[0];
    assert!(
        note.starts_with("it brings a split of its own (test 1, train 2), which is no class"),
        "{note}"
    );
}

#[test]
fn the_metadata_of_hugging_face_is_read_in_both_forms() {
    let csv = "file_name,label\na.wav,sad\nsub/b.wav,happy\n";
    let json = "{\"file_name\": \"a.wav\", \"label\": \"sad\"}\n{\"label\": \"happy\", \"file_name\": \"sub/b.wav\"}\n";
    for (name, content) in [("metadata.csv", csv), ("metadata.jsonl", json)] {
        let whole = folder(&["a.wav", "sub/b.wav"], &[(name, content)]);
        let found = read(&whole);
        assert_eq!(labels(&found, whole.path()), ["a.wav sad", "sub/b.wav happy"], "{name}");
        assert!(found.refused.is_empty());
        let files = ["train/a.wav", "train/sub/b.wav", "test/a.wav"];
        let texts = ["train", "test"].map(|part| (format!("{part}/{name}"), content));
        let texts = texts.each_ref().map(|(name, content)| (name.as_str(), *content));
        let split = folder(&files, &texts);
        let found = read(&split);
        let expected = ["test/a.wav sad", "train/a.wav sad", "train/sub/b.wav happy"];
        assert_eq!(labels(&found, split.path()), expected, "{name}");
        let reading = &found.readings[0];
        assert_eq!(
            reading.layout,
            format!("test/{name} and train/{name}, which name 3 of 3 sound files")
        );
        assert!(reading.notes[0].contains("(test 1, train 2)"), "{:?}", reading.notes);
        let parts = found.clips.iter().map(|clip| clip.given_split.as_deref());
        assert!(parts.eq([Some("test"), Some("train"), Some("train")]));
        // Which of the tables a line is of.
        let (path, reason) = refused(&found)[0].clone();
        assert_eq!(path, split.path().join("test/sub/b.wav"));
        let line = format!(
            "line {} of {}: No such file",
            if name.ends_with('l') { 2 } else { 3 },
            split.path().join("test").join(name).display()
        );
        assert!(reason.starts_with(&line), "{reason}");
    }
}

#[test]
fn a_pattern_of_the_settings_is_shown_with_what_it_reads() {
    let folder = folder(
        &[
            "hall/s1_W_01.wav",
            "hall/s2_F_02.wav",
            "room/s1_W_03.wav",
            "room/test_3.wav",
            "loose.wav",
        ],
        &[("notes.txt", "x")],
    );
    let mut settings = corpus("mine", Layout::Pattern, folder.path());
    settings.pattern = r"(?<room>\w+)/(?<speaker>s\d)_(?<emotion>[A-Z])_\d+".into();
    settings.labels = [("W", "anger"), ("F", "joy")]
        .map(|(from, to)| (from.into(), to.into()))
        .into();
    let found = scan_of(std::slice::from_ref(&settings)).unwrap();
    assert_eq!(
        labels(&found, folder.path()),
        [
            "hall/s1_W_01.wav angry",
            "hall/s2_F_02.wav happy",
            "room/s1_W_03.wav angry"
        ]
    );
    let rooms = found
        .clips
        .iter()
        .map(|clip| clip.columns.get("room").map(|room| &**room));
    assert!(rooms.eq([Some("hall"), Some("hall"), Some("room")]));
    let reading = &found.readings[0];
    assert_eq!(reading.layout, "the pattern of the settings (3 of 5 names match)");
    let notes = [
        "names that do not match: loose.wav, room/test_3.wav",
        "emotion: anger 2, joy 1",
        "room: hall 2, room 1",
        "speaker: s1 2, s2 1",
    ];
    assert_eq!(reading.notes, notes);
    let reasons: Vec<&str> = refused(&found).into_iter().map(|(_, reason)| reason).collect();
    assert!(
        reasons[0].contains("not of the form of the corpus's own pattern"),
        "{reasons:?}"
    );

    for (pattern, word) in [
        ("", "needs a pattern"),
        ("(", "regular expression"),
        ("a", "(?<emotion>"),
    ] {
        settings.pattern = pattern.into();
        let error = scan_of(std::slice::from_ref(&settings)).unwrap_err().to_string();
        assert!(
            error.starts_with("corpora.pattern: mine") && error.contains(word),
            "{error}"
        );
    }
}
