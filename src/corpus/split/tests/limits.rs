//! What cannot be split, what is tiny, what is large; the table.

use super::*;

#[test]
fn without_speakers_only_random_is_offered() {
    let mut clips = corpus("a", 6, &EMOTIONS[..4], 2);
    clips.extend((0..12).map(|take| clip("mine", None, None, "sad", take)));
    let selection = selection(clips);
    let message = problem(split(&selection, &settings(SplitKind::Speaker, 0), 1, 0));
    assert!(
        message.contains("12 clips") && message.contains("mine: 12"),
        "{message}"
    );
    assert!(message.contains("split.kind = \"random\""), "{message}");
    assert_eq!(of(&selection, SplitKind::Random, 1).name(), "random clips");
}

#[test]
fn impossible_settings_are_refused_by_key() {
    let selection = ravdess();
    let refused = |test, validation, kfold, fold| {
        problem(split(
            &selection,
            &SplitSettings {
                kind: SplitKind::Random,
                test,
                validation,
                kfold,
                ..SplitSettings::default()
            },
            1,
            fold,
        ))
    };
    assert!(refused(0.0, 0.1, 0, 0).contains("split.test: 0"));
    assert!(refused(1.0, 0.1, 0, 0).contains("split.test: 1"));
    assert!(refused(f64::NAN, 0.1, 0, 0).contains("split.test: NaN"));
    assert!(refused(0.2, -0.1, 0, 0).contains("split.validation: -0.1"));
    let both = refused(0.6, 0.4, 0, 0);
    assert!(
        both.contains("split.validation: 0.4") && both.contains("split.test (0.6)"),
        "{both}"
    );
    assert!(refused(0.2, 0.5, 2, 0).contains("split.kfold"));
    assert!(refused(0.2, 0.1, 5, 5).contains("no fold 6 of 5"));
    assert!(refused(0.2, 0.1, 0, 1).contains("no fold 2 of 1"));
    assert!(refused(0.2, 0.1, 2000, 0).contains("split.kfold = 2000"));
    let nothing = problem(split(&Selection::default(), &settings(SplitKind::Speaker, 0), 1, 0));
    assert!(nothing.contains("no clip takes part"), "{nothing}");
    let few = super::selection(corpus("a", 3, &["sad"], 1));
    let few = problem(split(&few, &settings(SplitKind::Random, 0), 1, 0));
    assert!(few.contains("3 clips take part"), "{few}");
}

#[test]
fn tiny_catalogues_never_crash() {
    for seed in 0..60 {
        let random: &mut Stream = &mut stream(seed, "test tiny", 0);
        let clips = (0..random.random_range(1..6)).map(|take| {
            let speaker = format!("{}", random.random_range(0..3));
            clip(
                ["a", "b"][random.random_range(0..2)],
                Some(&speaker),
                None,
                EMOTIONS[random.random_range(0..2)],
                take,
            )
        });
        let selection = selection(clips.collect());
        for (kind, kfold) in [(SplitKind::Speaker, 0), (SplitKind::Speaker, 2), (SplitKind::Random, 3)] {
            if let Ok(split) = split(&selection, &settings(kind, kfold), seed, 0) {
                assert_eq!(split.subsets.iter().collect::<HashSet<_>>().len(), 3);
            }
        }
    }
}

#[test]
fn a_table_has_one_row_per_clip() {
    let mut clips = corpus("a,b", 3, &["sad"], 1);
    clips.push(clip("a,b", None, None, "calm", 0));
    let selection = selection(clips);
    let subsets = vec![Subset::Train, Subset::Validation, Subset::Test, Subset::Train];
    let split = Split {
        kind: SplitKind::Random,
        given: None,
        fold: Some((1, 5)),
        subsets,
        notes: Vec::new(),
    };
    assert_eq!(split.name(), "random clips, fold 2 of 5");
    let mut table = Vec::new();
    let gone = LeftOut {
        clip: clip("a,b", Some("03"), None, "sad", 0),
        subset: Subset::Test,
        reason: "torn, said the tape".to_owned(),
    };
    split
        .write_csv(&selection, std::slice::from_ref(&gone), &mut table)
        .unwrap();
    let expected = "path,corpus,speaker,emotion,side,left_out\n\
        \"a,b/00/sad-0000.wav\",\"a,b\",00,sad,train,\n\
        \"a,b/01/sad-0000.wav\",\"a,b\",01,sad,validation,\n\
        \"a,b/02/sad-0000.wav\",\"a,b\",02,sad,test,\n\
        \"a,b/nobody/calm-0000.wav\",\"a,b\",,calm,train,\n\
        \"a,b/03/sad-0000.wav\",\"a,b\",03,sad,test,\"torn, said the tape\"\n";
    assert_eq!(String::from_utf8(table.clone()).unwrap(), expected);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("split.csv");
    assert!(left_out(&path).unwrap().is_empty(), "there is none yet");
    std::fs::write(&path, table).unwrap();
    assert_eq!(left_out(&path).unwrap(), [(gone.clip.path, gone.reason)].into());
    let earlier = "path,corpus,speaker,emotion,side\nx.wav,a,,sad,train\n";
    std::fs::write(&path, earlier).unwrap();
    assert!(left_out(&path).unwrap().is_empty(), "an earlier version left none out");
}

#[test]
fn what_is_left_out_moves_nobody_and_is_said_where_a_side_suffers() {
    let mut selection = selection(corpus("a", 6, &["sad", "happy"], 4));
    let before = of(&selection, SplitKind::Speaker, 1);
    // What a single run's test set lacks is said beside its score.
    let mut split = Split {
        fold: Some((0, 6)),
        ..before.clone()
    };
    let all = selection.clone();
    let is_lost = |clip: usize| split.subsets[clip] == Subset::Test && all.clips[clip].emotion.name() == "happy";
    let kept: Vec<bool> = (0..all.clips.len()).map(|clip| !is_lost(clip) && clip != 0).collect();
    split.keep(&mut selection, &kept).unwrap();
    let stayed = || (0..all.clips.len()).filter(|clip| kept[*clip]);
    let subsets: Vec<Subset> = stayed().map(|clip| before.subsets[clip]).collect();
    assert_eq!(split.subsets, subsets);
    assert_eq!(
        selection.clips,
        stayed().map(|clip| all.clips[clip].clone()).collect::<Vec<_>>()
    );
    assert_eq!(selection.analysis.len(), selection.clips.len());
    assert_eq!(split.notes, ["no test clips of happy in this fold"]);

    let (mut fewer, mut selection) = (before.clone(), all.clone());
    let kept: Vec<bool> = all.clips.iter().map(|clip| clip.emotion.name() != "happy").collect();
    fewer.keep(&mut selection, &kept).unwrap();
    assert_eq!(fewer.notes, ["no clip of happy is left"]);

    let (mut none, mut selection) = (before.clone(), all.clone());
    let kept: Vec<bool> = before.subsets.iter().map(|subset| *subset != Subset::Test).collect();
    let error = none.keep(&mut selection, &kept).unwrap_err().to_string();
    assert!(error.contains("no clip is left for test"), "{error}");
    let (mut untaught, mut selection) = (before.clone(), all.clone());
    let learnt = |clip: usize| before.subsets[clip] == Subset::Train && all.clips[clip].emotion.name() == "sad";
    let kept: Vec<bool> = (0..all.clips.len()).map(|clip| !learnt(clip)).collect();
    let error = untaught.keep(&mut selection, &kept).unwrap_err().to_string();
    assert!(error.contains("no clip of sad is left to train on"), "{error}");
}

#[test]
fn a_hundred_thousand_clips_are_dealt_quickly() {
    let selection = selection(corpus("large", 1000, &EMOTIONS[..5], 20));
    let start = std::time::Instant::now();
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        of(&selection, kind, 1);
    }
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
