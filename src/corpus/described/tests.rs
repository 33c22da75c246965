//! Corpora drawn as their descriptions say, read through a scan.

use super::super::fixture::{corpus, scan_of, tone, write_wav};
use super::super::{
    Catalogue, Clip, CorpusError, CorpusSettings, DialoguePart, Exclusion, FilterSettings, Gender, LabelSet,
    LabelSettings, Layout, discover, select,
};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn sound(top: &Path, name: &str, seconds: f64) {
    write_wav(&top.join(name), 8_000, 1, &tone((8_000.0 * seconds) as usize));
}

fn text(top: &Path, name: &str, content: &str) {
    let path = top.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, content).unwrap();
}

fn read(top: &Path) -> Catalogue {
    scan_of(&[corpus("it", Layout::Auto, top)]).unwrap()
}

fn counts<'a>(clips: impl IntoIterator<Item = &'a Clip>) -> BTreeMap<&'a str, usize> {
    let mut counts = BTreeMap::new();
    for clip in clips {
        *counts.entry(clip.emotion.name()).or_default() += 1;
    }
    counts
}

fn column<'a>(clip: &'a Clip, name: &str) -> &'a str {
    clip.columns.get(name).unwrap()
}

fn file(clip: &Clip) -> String {
    clip.path.file_name().unwrap().to_string_lossy().into_owned()
}

fn reasons(found: &Catalogue) -> Vec<&str> {
    found.refused.iter().map(|refused| refused.reason.as_str()).collect()
}

/// Turns of a hundredth of the published corpus.
const TURNS: [(&str, usize); 9] = [
    ("ang", 11),
    ("hap", 6),
    ("exc", 10),
    ("neu", 17),
    ("sad", 11),
    ("fru", 18),
    ("sur", 1),
    ("oth", 1),
    ("xxx", 25),
];

/// IEMOCAP, its turns dealt to the dialogues of two sessions, one after the other of half a second. The sentences of the
/// sessions in `cut` lie there; the dialogues of all.
fn iemocap(cut: &[usize]) -> TempDir {
    let data = tempfile::tempdir().unwrap();
    let top = data.path().join("IEMOCAP_full_release");
    let dialogues = [
        "Ses01F_impro01",
        "Ses01M_script01_1",
        "Ses02F_impro03",
        "Ses02M_script02_2b",
    ];
    let mut lines = [const { String::new() }; 4];
    let mut numbers = [0; 4];
    let codes = TURNS
        .iter()
        .flat_map(|(code, count)| std::iter::repeat_n(*code, *count));
    for (turn, code) in codes.enumerate() {
        let (which, letter) = (turn % 4, if turn % 3 == 0 { "F" } else { "M" });
        let (dialogue, number) = (dialogues[which], numbers[which]);
        let session = 1 + which / 2;
        let name = format!("{dialogue}_{letter}{number:03}");
        let (start, end) = (f64::from(number) / 2.0, f64::from(number) / 2.0 + 0.5);
        lines[which] += &format!(
            "[{start:.4} - {end:.4}]\t{name}\t{code}\t[2.5000, 3.0000, 3.5000]\nC-E2:\tNeutral;\t()\nC-E3:\tAnger;\t()\n\
             A-E3:\tval 3; act 2; dom 2;\t()\nC-{letter}1:\tSadness;\t()\n\n"
        );
        if cut.contains(&session) {
            sound(
                &top,
                &format!("Session{session}/sentences/wav/{dialogue}/{name}.wav"),
                0.5,
            );
        }
        numbers[which] += 1;
    }
    for (which, dialogue) in dialogues.iter().enumerate() {
        let session = format!("Session{}", 1 + which / 2);
        let head = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\n\n";
        text(
            &top,
            &format!("{session}/dialog/EmoEvaluation/{dialogue}.txt"),
            &format!("{head}{}", lines[which]),
        );
        text(
            &top,
            &format!("{session}/dialog/EmoEvaluation/Categorical/{dialogue}_e2_cat.txt"),
            "[0 - 1] x neu\n",
        );
        sound(
            &top,
            &format!("{session}/dialog/wav/{dialogue}.wav"),
            f64::from(numbers[which]) / 2.0,
        );
    }
    data
}

#[test]
fn iemocap_is_its_cut_sentences_or_segments_of_its_dialogues_and_never_both() {
    let all: usize = TURNS.iter().map(|(_, count)| count).sum();
    for (cut, words) in [
        (&[1, 2][..], "over 100 cut sentences"),
        (&[], "over 100 segments of the dialogues"),
        (&[2], "over 50 cut sentences and 50 segments of the dialogues"),
    ] {
        let data = iemocap(cut);
        let corpora = discover(data.path());
        assert_eq!(corpora.len(), 1);
        assert_eq!(corpora[0].name, "IEMOCAP_full_release");
        let found = scan_of(&corpora).unwrap();
        assert_eq!(found.clips.len(), all, "{:?}", found.refused);
        assert!(found.refused.is_empty(), "{:?}", found.refused);
        let reading = &found.readings[0];
        assert_eq!(
            reading.layout,
            format!("dialog/EmoEvaluation, as IEMOCAP brings it, {words}")
        );
        assert!(reading.notes.contains(
            &"dialogues: improvised 50, scripted 50; part = \"improvised\" or \"scripted\" takes one kind".to_owned()
        ));
        let none = "without a label, and left out of training: 25 without agreement (xxx), 1 other (oth)";
        assert!(reading.notes.contains(&none.to_owned()), "{:?}", reading.notes);
        let counts = reading.counts.as_ref().unwrap();
        assert_eq!(
            (counts.found, counts.published, counts.missing["happy"]),
            (100, 10_039, 589)
        );
        let of_dialogues = found.clips.iter().filter(|clip| clip.segment.is_some());
        let segments = of_dialogues.clone().count();
        assert_eq!(segments, all - 50 * cut.len());
        assert!(of_dialogues.clone().all(|clip| clip.length() == 4_000));
        let clip = found
            .clips
            .iter()
            .find(|clip| clip.segment.is_none() || segments == all)
            .unwrap();
        assert_eq!(clip.dimensions.values(), [Some(3.0), Some(3.5), Some(2.5)]);
        assert_eq!(clip.votes.as_ref().unwrap().total(), 2.0);
    }
}

#[test]
fn the_four_classes_of_iemocap_are_a_named_set() {
    let data = iemocap(&[1, 2]);
    let found = scan_of(&discover(data.path())).unwrap();
    let of = |set| {
        let labels = LabelSettings {
            set,
            ..LabelSettings::default()
        };
        select(&found, &labels, &FilterSettings::default())
    };
    let four = of(LabelSet::Iemocap4);
    // 5,531 in the corpus: 1,103, 1,636, 1,708, 1,084.
    assert_eq!(four.clips.len(), 55);
    assert_eq!(
        counts(&four.clips),
        [("angry", 11), ("happy", 16), ("neutral", 17), ("sad", 11)].into()
    );
    assert_eq!(
        four.excluded,
        [(Exclusion::Label, 19), (Exclusion::Unlabelled, 26)].into()
    );
    let all = of(LabelSet::All);
    assert_eq!((all.clips.len(), all.labels().len()), (74, 7));
}

#[test]
fn speakers_and_sessions_of_iemocap_are_those_of_the_turn() {
    let data = iemocap(&[]);
    let mut settings = discover(data.path()).remove(0);
    let found = scan_of(std::slice::from_ref(&settings)).unwrap();
    let speakers: BTreeMap<&str, (&str, Option<Gender>)> = found
        .clips
        .iter()
        .map(|clip| (clip.speaker.as_deref().unwrap(), (column(clip, "session"), clip.gender)))
        .collect();
    let expected = [
        ("Ses01F", ("Ses01", Some(Gender::Female))),
        ("Ses01M", ("Ses01", Some(Gender::Male))),
        ("Ses02F", ("Ses02", Some(Gender::Female))),
        ("Ses02M", ("Ses02", Some(Gender::Male))),
    ];
    assert_eq!(speakers, expected.into());
    settings.part = DialoguePart::Improvised;
    let improvised = scan_of(&[settings]).unwrap();
    assert_eq!(improvised.clips.len(), 50);
    assert!(improvised.clips.iter().all(|clip| column(clip, "part") == "improvised"));
    assert_eq!(improvised.readings[0].counts, None);
}

#[test]
fn turns_that_cannot_be_are_named_and_the_rest_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    sound(top, "dialog/wav/Ses03F_impro01.wav", 2.0);
    let turns = "[0.5 - 1.0]\tSes03F_impro01_F000\tang\t[1, 2, 3]\n[1.0 - 0.5]\tSes03F_impro01_M000\tsad\t[]\n\
        [1.0 - 9.0]\tSes03F_impro01_M001\tsad\t[]\n[1 - 2\n[1.0 - 1.5]\tSes03F_impro01_M002\tjoy\t[]\n\
        [0.5 - 1.0]\tSes03F_impro01_F003\tsad\t[]\n[1.0 - 1.5]\tnobody\tsad\t[]\n";
    text(top, "dialog/EmoEvaluation/Ses03F_impro01.txt", turns);
    text(
        top,
        "dialog/EmoEvaluation/Ses03F_impro02.txt",
        "[0.5 - 1.0]\tSes03F_impro02_F000\tang\t[]\n",
    );
    let found = read(top);
    assert_eq!(counts(&*found.clips), [("angry", 1)].into());
    let reasons = reasons(&found);
    for word in [
        "comes after end",
        "past the end",
        "is no turn",
        "`joy` is unknown",
        "listed before",
        "`nobody` names no speaker",
    ] {
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains(word) && reason.contains("line ")),
            "{word}: {reasons:?}"
        );
    }
    let notes = &found.readings[0].notes;
    assert!(
        notes
            .iter()
            .any(|note| note.starts_with("labelled but not there: 1 of 7 recordings (Ses03F_impro02_F000)")),
        "{notes:?}"
    );
}

#[test]
fn msp_podcast_is_read_by_its_table_in_both_spellings() {
    let table = "FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set\n\
        MSP-PODCAST_0001_0008.wav,N,2.6,3.8,3.4,127,Male,Test1\nMSP-PODCAST_0001_0019.wav,X,4,4,4,127,Male,Train\n\
        MSP-PODCAST_0002_0033.wav,A,5.6,2,6,Unknown,Unknown,Development\nMSP-PODCAST_0003_0001.wav,O,4,4,4,3,Female,Train\n\
        MSP-PODCAST_0003_0002.wav,C,4,4,4,3,Female,Train\nMSP-PODCAST_0003_0003.wav,,,,,,,Test3\n\
        MSP-PODCAST_0003_0004.wav,Q,4,4,4,3,Female,Train\nMSP-PODCAST_9999_0001.wav,H,4,4,4,9,Female,Test2\n,H,,,,,,\n";
    for name in ["labels_consensus.csv", "Labels/labels_concensus.csv"] {
        let data = tempfile::tempdir().unwrap();
        let top = data.path().join("release");
        for clip in [
            "0001_0008",
            "0001_0019",
            "0002_0033",
            "0003_0001",
            "0003_0002",
            "0003_0003",
            "0003_0004",
            "0005_0005",
        ] {
            sound(&top, &format!("Audios/MSP-PODCAST_{clip}.wav"), 0.1);
        }
        text(&top, name, table);
        let corpora = discover(data.path());
        assert_eq!(corpora[0].name, "msp_podcast");
        let found = scan_of(&corpora).unwrap();
        let expected = [
            ("", 1),
            ("angry", 1),
            ("contempt", 1),
            ("neutral", 1),
            ("oth", 1),
            ("xxx", 1),
        ];
        assert_eq!(counts(&*found.clips), expected.into(), "{:?}", found.refused);
        let of = |ending: &str| found.clips.iter().find(|clip| file(clip).ends_with(ending)).unwrap();
        let first = of("0001_0008.wav");
        assert_eq!(
            (first.speaker.as_deref(), first.gender),
            (Some("127"), Some(Gender::Male))
        );
        assert_eq!(first.given_split.as_deref(), Some("Test1"));
        assert_eq!(first.dimensions.values(), [Some(2.6), Some(3.4), Some(3.8)]);
        let unknown = of("0002_0033.wav");
        assert_eq!((&unknown.speaker, unknown.gender), (&None, None));
        assert_eq!(unknown.given_split.as_deref(), Some("Development"));
        let notes = &found.readings[0].notes;
        for note in [
            "without a label, and left out of training: 1 without agreement (X), 1 other (O), 1 unlabelled",
            "labelled but not there: 1 of 9 recordings (MSP-PODCAST_9999_0001.wav)",
            "sound files without a label, left out: 1 (Audios/MSP-PODCAST_0005_0005.wav)",
        ] {
            assert!(notes.contains(&note.to_owned()), "{notes:?}");
        }
        let reasons = reasons(&found);
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("EmoClass `Q`") && reason.contains("line 8")),
            "{reasons:?}"
        );
        assert!(
            reasons
                .iter()
                .any(|reason| reason.contains("line 10: the file name is empty")),
            "{reasons:?}"
        );
    }
}

#[test]
fn meld_is_read_by_split_dialogue_and_utterance() {
    let head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n";
    let row = |number: usize, speaker: &str, emotion: &str, dialogue: usize, utterance: usize| {
        format!(
            "{number},\"Oh, well.\",{speaker},{emotion},neutral,{dialogue},{utterance},8,21,\"00:16:16,059\",\"00:16:21,731\"\n"
        )
    };
    let data = tempfile::tempdir().unwrap();
    let top = data.path().join("MELD.Raw");
    text(
        &top,
        "train_sent_emo.csv",
        &(head.to_owned() + &row(1, "Chandler", "joy", 0, 0) + &row(2, "Ross", "anger", 0, 1)),
    );
    text(
        &top,
        "dev_sent_emo.csv",
        &(head.to_owned() + &row(1, "Ross", "fear", 0, 0) + &row(2, "Ross", "bliss", 0, 2)),
    );
    text(
        &top,
        "test_sent_emo.csv",
        &(head.to_owned() + &row(1, "Ross", "surprise", 0, 0) + &row(2, "Ross", "sadness", 1, 7)),
    );
    for name in [
        "train_splits/dia0_utt0",
        "train_splits/dia0_utt1",
        "dev_splits_complete/dia0_utt0",
        "dev_splits_complete/dia0_utt2",
        "output_repeated_splits_test/dia0_utt0",
        "output_repeated_splits_test/dia9_utt9",
        "output_repeated_splits_test/final_videos_testdia0_utt0",
    ] {
        sound(&top, &format!("{name}.wav"), 0.1);
    }
    // As they are published, beside the sound that was taken from them.
    text(&top, "train_splits/dia0_utt0.mp4", "no video");
    text(&top, "output_repeated_splits_test/dia1_utt7.mp4", "a broken file");
    let corpora = discover(data.path());
    let found = scan_of(&corpora).unwrap();
    let read: Vec<(String, &str, &str, &str)> = found
        .clips
        .iter()
        .map(|clip| {
            (
                column(clip, "dialogue").to_owned(),
                clip.emotion.name(),
                clip.speaker.as_deref().unwrap(),
                clip.given_split.as_deref().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("dev 0", "fearful", "Ross", "dev"),
        ("test 0", "surprised", "Ross", "test"),
        ("train 0", "happy", "Chandler", "train"),
        ("train 0", "angry", "Ross", "train"),
    ];
    assert_eq!(
        read,
        expected.map(|(dialogue, emotion, speaker, part)| (dialogue.to_owned(), emotion, speaker, part))
    );
    let reasons = reasons(&found);
    assert_eq!(reasons.len(), 2, "{reasons:?}");
    assert!(
        reasons.iter().any(|reason| reason.contains("`bliss` is unknown")),
        "{reasons:?}"
    );
    assert!(
        found
            .refused
            .iter()
            .any(|refused| refused.path.ends_with("dia1_utt7.mp4"))
    );
    let notes = &found.readings[0].notes;
    assert!(
        notes[0].starts_with("the same speakers are in all parts of its split (Ross)"),
        "{notes:?}"
    );
    let extra = "sound files without a label, left out: 2 (output_repeated_splits_test/dia9_utt9.wav, \
        output_repeated_splits_test/final_videos_testdia0_utt0.wav)";
    assert!(notes.contains(&extra.to_owned()), "{notes:?}");
    let counts = found.readings[0].counts.as_ref().unwrap();
    assert_eq!((counts.found, counts.published), (4, 13_708));
}

/// As `audformat.Database.save` writes it.
const DB: &str = "name: mini\nsource: x\nusage: research\nlanguages: [deu]\nschemes:\n  age: {dtype: int, minimum: 0}\n\
    \x20 arousal: {dtype: float, minimum: 0, maximum: 1}\n  emotion:\n    dtype: str\n    labels: [anger, sadness, neutral]\n\
    \x20 gender:\n    dtype: str\n    labels: [female, male]\n  room: {dtype: str, labels: [hall, lab]}\n  speaker: {dtype: int, labels: speaker}\n\
    splits:\n  test: {type: test}\n  train: {type: train}\ntables:\n  emotion.test:\n    type: filewise\n    split_id: test\n\
    \x20   columns:\n      emotion: {scheme_id: emotion}\n  emotion.train:\n    type: segmented\n    split_id: train\n    columns:\n\
    \x20     emotion: {scheme_id: emotion}\n      arousal: {scheme_id: arousal}\n  files:\n    type: filewise\n    columns:\n\
    \x20     speaker: {scheme_id: speaker}\n      room: {scheme_id: room}\nmisc_tables:\n  speaker:\n    levels: {speaker: int}\n\
    \x20   columns:\n      age: {scheme_id: age}\n      gender: {scheme_id: gender}\n";

fn audformat() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    for name in ["wav/a.wav", "wav/b.wav", "wav/c.wav"] {
        sound(top, name, 3.0);
    }
    text(top, "db.yaml", DB);
    text(top, "db.emotion.test.csv", "file,emotion\nwav/b.wav,neutral\n");
    let segments = "file,start,end,emotion,arousal\nwav/a.wav,0 days 00:00:00.000000,0 days 00:00:01.200000,anger,0.5\n\
        wav/a.wav,0 days 00:00:01.200000,,sadness,\n";
    text(top, "db.emotion.train.csv", segments);
    text(
        top,
        "db.files.csv",
        "file,speaker,room\nwav/a.wav,3,hall\nwav/b.wav,8,lab\n",
    );
    text(top, "db.speaker.csv", "speaker,age,gender\n3,31,male\n8,34,female\n");
    folder
}

#[test]
fn audformat_is_put_together_from_its_tables() {
    let folder = audformat();
    let found = read(folder.path());
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    type Row<'a> = (
        String,
        u64,
        &'a str,
        &'a str,
        Option<u16>,
        Option<Gender>,
        &'a str,
        &'a str,
    );
    let rows: Vec<Row> = found
        .clips
        .iter()
        .map(|clip| {
            let (speaker, split) = (clip.speaker.as_deref().unwrap(), clip.given_split.as_deref().unwrap());
            (
                file(clip),
                clip.length(),
                clip.emotion.name(),
                speaker,
                clip.age,
                clip.gender,
                split,
                column(clip, "room"),
            )
        })
        .collect();
    let expected = [
        (
            "a.wav".to_owned(),
            9_600,
            "angry",
            "3",
            Some(31),
            Some(Gender::Male),
            "train",
            "hall",
        ),
        (
            "a.wav".to_owned(),
            14_400,
            "sad",
            "3",
            Some(31),
            Some(Gender::Male),
            "train",
            "hall",
        ),
        (
            "b.wav".to_owned(),
            24_000,
            "neutral",
            "8",
            Some(34),
            Some(Gender::Female),
            "test",
            "lab",
        ),
    ];
    assert_eq!(rows, expected);
    assert_eq!(found.clips[0].dimensions.arousal, Some(0.5));
    let reading = &found.readings[0];
    assert_eq!(
        reading.layout,
        "db.yaml, with the tables emotion.test, emotion.train (files: 1, segments: 2)"
    );
    assert!(
        reading
            .notes
            .contains(&"sound files without a label, left out: 1 (wav/c.wav)".to_owned()),
        "{:?}",
        reading.notes
    );
}

#[test]
fn tables_of_audformat_that_contradict_or_are_no_csv_are_named() {
    let folder = audformat();
    let top = folder.path();
    text(
        top,
        "db.emotion.test.csv",
        "file,emotion\nwav/b.wav,neutral\nwav/a.wav,anger\nwav/gone.wav,anger\n",
    );
    let db = DB.replace(
        "  files:\n",
        "  other:\n    type: filewise\n    columns:\n      emotion: {scheme_id: emotion}\n  files:\n",
    );
    text(top, "db.yaml", &db);
    text(top, "db.other.csv", "file,emotion\nwav/b.wav,sadness\n");
    fs::rename(top.join("db.speaker.csv"), top.join("db.speaker.parquet")).unwrap();
    let found = read(top);
    assert_eq!(counts(&*found.clips), [("angry", 1), ("sad", 1)].into());
    assert!(found.clips.iter().all(|clip| clip.age.is_none()));
    let reasons = reasons(&found);
    for word in [
        "neutral in db.emotion.test.csv and sadness in db.other.csv",
        "audformat.Database.load('",
        "No such file",
    ] {
        assert!(
            reasons.iter().any(|reason| reason.contains(word)),
            "{word}: {reasons:?}"
        );
    }
    let notes = &found.readings[0].notes;
    for note in [
        "files labelled both whole and by segments, of which the segments are taken: 1",
        "tables contradict each other on 1 of 5 labels",
        "listed but not there: 1 of 4 rows",
    ] {
        assert!(notes.iter().any(|shown| shown.starts_with(note)), "{note}: {notes:?}");
    }
}

#[test]
fn a_layout_whose_files_are_not_there_says_so() {
    let folder = tempfile::tempdir().unwrap();
    sound(folder.path(), "a.wav", 0.1);
    for (layout, word) in [
        (Layout::Iemocap, "EmoEvaluation"),
        (Layout::MspPodcast, "labels_consensus.csv"),
        (Layout::Meld, "train_sent_emo.csv"),
        (Layout::Audformat, "db.yaml"),
    ] {
        let settings = CorpusSettings {
            part: DialoguePart::All,
            ..corpus("it", layout, folder.path())
        };
        let error = scan_of(&[settings]).unwrap_err();
        assert!(matches!(error, CorpusError::Table { .. } | CorpusError::Io { .. }));
        assert!(error.to_string().contains(word), "{error}");
    }
    // A file of another program's is no data set.
    text(folder.path(), "db.yaml", "version: 3\n");
    assert!(matches!(
        scan_of(&[corpus("it", Layout::Auto, folder.path())]),
        Err(CorpusError::Unrecognised { .. })
    ));
}
