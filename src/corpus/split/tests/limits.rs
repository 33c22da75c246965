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
                assert_eq!(split.sides.iter().collect::<HashSet<_>>().len(), 3);
            }
        }
    }
}

#[test]
fn a_table_has_one_row_per_clip() {
    let mut clips = corpus("a,b", 3, &["sad"], 1);
    clips.push(clip("a,b", None, None, "calm", 0));
    let selection = selection(clips);
    let sides = vec![Side::Train, Side::Validation, Side::Test, Side::Train];
    let split = Split {
        kind: SplitKind::Random,
        fold: Some((1, 5)),
        sides,
        remarks: Vec::new(),
    };
    assert_eq!(split.name(), "random clips, fold 2 of 5");
    let mut table = Vec::new();
    split.write_csv(&selection, &mut table).unwrap();
    let expected = "path,corpus,speaker,emotion,side\n\
        \"a,b/00/sad-0000.wav\",\"a,b\",00,sad,train\n\
        \"a,b/01/sad-0000.wav\",\"a,b\",01,sad,validation\n\
        \"a,b/02/sad-0000.wav\",\"a,b\",02,sad,test\n\
        \"a,b/nobody/calm-0000.wav\",\"a,b\",,calm,train\n";
    assert_eq!(String::from_utf8(table).unwrap(), expected);
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
