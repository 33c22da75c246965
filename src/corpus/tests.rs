//! What scans make of the names of corpora, labels and speakers.

use super::fixture::{corpus, scan_of, sound};
use super::*;
use std::fs;
use std::path::PathBuf;

#[test]
fn known_actors_are_known_without_a_table_and_their_corpus_is_named_by_its_layout() {
    let data = tempfile::tempdir().unwrap();
    sound(
        data.path(),
        &[
            "AudioWAV/1001_DFA_ANG_XX.wav",
            "AudioWAV/1002_DFA_ANG_XX.wav",
            "AudioWAV/2001_DFA_ANG_XX.wav",
        ],
    );
    let found = scan_of(&discover(data.path())).unwrap();
    assert!(found.clips.iter().all(|clip| &*clip.corpus == "crema_d"));
    let known = |catalogue: &Catalogue| -> Vec<_> {
        let clips = catalogue.clips.iter();
        clips.map(|clip| (clip.age, clip.gender)).collect()
    };
    let published = [
        (Some(51), Some(Gender::Male)),
        (Some(21), Some(Gender::Female)),
        (None, None),
    ];
    assert_eq!(known(&found), published);
    // What was begun before they were known is dealt without.
    assert_eq!(known(&found.named(Naming::AsStated)), [(None, None); 3]);
    // A table of the user's counts, for the actors that it has.
    let table = "ActorID,Age,Sex,Race,Ethnicity\n1001,60,Female,Asian,Hispanic\n";
    fs::write(data.path().join("VideoDemographics.csv"), table).unwrap();
    let found = scan_of(&discover(data.path())).unwrap();
    let stated = [(Some(60), Some(Gender::Female)), published[1], (None, None)];
    assert_eq!(known(&found), stated);
    assert_eq!(
        known(&found.named(Naming::AsStated)),
        [stated[0], (None, None), (None, None)]
    );
}

#[test]
fn a_stray_of_another_scheme_is_an_issue_and_a_mixed_folder_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    let ravdess: Vec<String> = (1..=4)
        .map(|actor| format!("r/03-01-05-01-01-01-{actor:02}.wav"))
        .collect();
    sound(top, &ravdess.iter().map(String::as_str).collect::<Vec<_>>());
    sound(top, &["r/DC_a01.wav"]);
    sound(top, &["m/03-01-05-01-01-01-01.wav", "m/DC_a01.wav", "m/03a01Wa.wav"]);
    let issues = |name: &str| -> Vec<(PathBuf, String)> {
        let found = scan_of(&[corpus(name, Layout::Auto, &top.join(name))]).unwrap();
        let strays = quality_issues(&found).into_iter();
        let strays = strays.filter(|issue| issue.kind == QualityIssueKind::Scheme);
        strays
            .map(|issue| (found.clips[issue.clip].path.clone(), issue.detail))
            .collect()
    };
    let words = "named by another scheme than the rest: as SAVEE is, where r is named as RAVDESS is; read as \
                 speaker DC, angry";
    assert_eq!(issues("r"), [(top.join("r/DC_a01.wav"), words.to_owned())]);
    assert!(issues("m").is_empty());
}

#[test]
fn six_people_of_a_table_are_six_however_they_are_written() {
    let folder = tempfile::tempdir().unwrap();
    let top = folder.path();
    let rows = [
        ("Anna", "anger"),
        ("anna ", "Angry"),
        ("S03", "Freude"),
        ("s03", "happy"),
        ("01", "ps"),
        ("1", "surprise"),
        ("x", "0"),
        ("y", "1"),
        ("z", "excited"),
    ];
    let mut table = "path,emotion,speaker\n".to_owned();
    for (index, (speaker, emotion)) in rows.into_iter().enumerate() {
        sound(top, &[&format!("{index}.wav")]);
        table.push_str(&format!("{index}.wav,{emotion},\"{speaker}\"\n"));
    }
    fs::write(top.join("clips.csv"), table).unwrap();
    let mine = [corpus("mine", Layout::Table, &top.join("clips.csv"))];
    let found = scan_of(&mine).unwrap();
    let counts = statistics(&found);
    let labels: Vec<&str> = counts.emotions.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(labels, ["happy", "angry", "surprised", "0", "1", "excited"]);
    let speakers: Vec<&str> = counts.speakers.iter().map(|row| row.speaker.as_str()).collect();
    assert_eq!(speakers, ["01", "1", "Anna", "S03", "x", "y", "z"]);
    let said = name_notes(&found, &LabelSettings::default()).join("\n");
    for part in [
        "`freude` (1 clip) read as happy",
        "`anger` (1 clip) read as angry",
        "`ps` (1 clip), `surprise` (1 clip) read as surprised",
        "the labels 0, 1 of mine are numbers",
        "mine: speaker `anna` (1 clip) read as `Anna`",
        "mine: speakers `01`, `1` may be one person",
        "speakers.map = { \"mine/01\" = \"1\" }",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }
    let answer = SpeakerSettings {
        map: [("mine/01".to_owned(), "1".to_owned())].into(),
    };
    assert_eq!(statistics(&found.with_speakers(&answer)).speakers.len(), 6);
}
