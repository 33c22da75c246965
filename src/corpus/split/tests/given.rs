//! Splits by hand, by the corpora's own parts, and by the values of a column.

use super::*;
use proptest::prelude::*;

/// Clips with speakers, sessions and parts of a split, in one to three corpora; some samples occur twice.
fn given_selection(seed: u64) -> Selection {
    let random = &mut stream(seed, "test given", 0);
    let mut selection = random_selection(seed);
    for clip in &mut selection.clips {
        let session = random.random_range(1..6);
        clip.columns = [("session", format!("Ses0{session}"))].into_iter().collect();
        let part = ["Train", "Train", "Train", "dev", "Test1", "Test2", "extra", ""][random.random_range(0..8)];
        clip.given_split = Some(part).filter(|part| !part.is_empty()).map(Into::into);
    }
    selection
}

fn by_column(column: &str, kfold: usize) -> SplitSettings {
    SplitSettings {
        column: column.into(),
        ..settings(SplitKind::Column, kfold)
    }
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|name| (*name).to_owned()).collect()
}

/// As a run does it.
fn dealt(
    selection: &Selection,
    settings: &SplitSettings,
    seed: u64,
    fold: usize,
) -> Result<(Selection, Split), CorpusError> {
    let selection = narrowed(selection, settings, fold)?.into_owned();
    let dealt = split(&selection, settings, seed, fold)?;
    Ok((selection, dealt))
}

fn values_of(selection: &Selection, split: &Split, of: impl Fn(&Clip) -> String, test: bool) -> HashSet<String> {
    let clips = selection.clips.iter().zip(&split.subsets);
    let clips = clips.filter(|(_, subset)| (**subset == Subset::Test) == test);
    clips.map(|(clip, _)| of(clip)).collect()
}

fn session(clip: &Clip) -> String {
    clip.columns.get("session").unwrap().to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// Whatever is given: one side per clip, and nothing that must be apart on two.
    #[test]
    fn no_value_is_tested_and_learnt_from(seed in 0u64..10_000, kfold in 0usize..4, way in 0usize..3) {
        let selection = given_selection(seed);
        let mut settings = by_column(["session", "Session", "speaker"][way], kfold);
        settings.leave_one_out = kfold == 1;
        settings.kfold = if kfold == 1 { 0 } else { kfold };
        let folds = fold_count(&selection, &settings).unwrap_or(1);
        let of = |clip: &Clip| if way < 2 { session(clip) } else { clip.speaker_key().unwrap() };
        let mut tested = vec![0; selection.clips.len()];
        let mut whole = true;
        for fold in 0..folds {
            // Tiny selections may leave a side empty.
            let Ok((kept, split)) = dealt(&selection, &settings, seed, fold) else {
                whole = false;
                continue;
            };
            prop_assert_eq!(kept.clips.len(), selection.clips.len());
            prop_assert_eq!(split.subsets.len(), kept.clips.len());
            let [test, other] = [true, false].map(|test| values_of(&kept, &split, of, test));
            prop_assert!(test.is_disjoint(&other), "{:?}", split.name());
            assert_duplicates_apart_from_validation(&kept, &split);
            for (count, subset) in tested.iter_mut().zip(&split.subsets) {
                *count += usize::from(*subset == Subset::Test);
            }
        }
        if whole && folds > 1 {
            prop_assert!(tested.iter().all(|count| *count == 1), "each clip is tested once");
        }
    }

    #[test]
    fn a_speaker_that_is_left_out_is_heard_nowhere_else(seed in 0u64..10_000) {
        let selection = given_selection(seed);
        let settings = SplitSettings { leave_one_out: true, ..SplitSettings::default() };
        let folds = fold_count(&selection, &settings).unwrap();
        let mut tested = BTreeMap::new();
        for fold in 0..folds {
            let Ok((kept, split)) = dealt(&selection, &settings, seed, fold) else { continue };
            assert_speakers_are_apart(&kept, &split);
            for speaker in speakers(&kept, &split, Subset::Test) {
                *tested.entry(speaker).or_insert(0) += 1;
            }
        }
        prop_assert!(tested.values().all(|count| *count == 1), "{tested:?}");
    }

    #[test]
    fn parts_are_where_the_corpora_put_them(seed in 0u64..10_000) {
        let selection = given_selection(seed);
        let settings = SplitSettings { test_part: "test1".into(), ..settings(SplitKind::Given, 0) };
        // A corpus that has no such part is tested on its own.
        let has = |corpus: &str| {
            let mut clips = selection.clips.iter().filter(|clip| &*clip.corpus == corpus);
            clips.any(|clip| clip.given_split.as_deref() == Some("Test1"))
        };
        prop_assume!(selection.clips.iter().all(|clip| has(&clip.corpus)));
        if let Ok((kept, split)) = dealt(&selection, &settings, seed, 0) {
            let expected = selection.clips.iter().filter(|clip| matches!(clip.given_split.as_deref(), Some("Train" | "dev" | "Test1")));
            prop_assert!(kept.clips.iter().eq(expected));
            let out = selection.clips.len() - kept.clips.len();
            prop_assert_eq!(kept.excluded.get(&crate::corpus::Exclusion::Split).copied().unwrap_or_default(), out);
            for (clip, subset) in kept.clips.iter().zip(&split.subsets) {
                let subset_given = match clip.given_split.as_deref() {
                    Some("Test1") => *subset == Subset::Test,
                    Some("dev") => *subset == Subset::Validation,
                    // Of a corpus that has no dev clips it is cut from these.
                    _ => *subset != Subset::Test,
                };
                prop_assert!(subset_given, "{clip:?} {subset:?}");
            }
        }
    }
}

/// Copies are not tested and learnt from; validation is cut from training speakers, and a copy may be another's.
fn assert_duplicates_apart_from_validation(selection: &Selection, split: &Split) {
    let mut tested: HashMap<u128, bool> = HashMap::new();
    for (analysis, subset) in selection.analysis.iter().zip(&split.subsets) {
        if let Some(analysis) = analysis {
            let is_test = *subset == Subset::Test;
            assert_eq!(*tested.entry(analysis.content).or_insert(is_test), is_test);
        }
    }
}

#[test]
fn speakers_and_corpora_are_tested_on_by_name() {
    let mut clips = corpus("ravdess", 6, &EMOTIONS[..4], 2);
    clips.extend(corpus("emodb", 4, &EMOTIONS[..4], 2));
    let selection = selection(clips);
    let by_hand = SplitSettings {
        test_speakers: names(&["02", "EmoDB/03"]),
        validation_speakers: names(&["ravdess/01"]),
        ..SplitSettings::default()
    };
    let (_, split) = dealt(&selection, &by_hand, 1, 0).unwrap();
    let of = |subset| speakers(&selection, &split, subset);
    let keys = |list: &[&str]| list.iter().map(|key| (*key).to_owned()).collect::<HashSet<_>>();
    assert_eq!(of(Subset::Test), keys(&["ravdess/02", "emodb/02", "emodb/03"]));
    assert_eq!(of(Subset::Validation), keys(&["ravdess/01"]));
    assert_eq!(
        split.name(),
        "split by hand (tested on speakers 02, EmoDB/03; validated on ravdess/01)"
    );
    assert!(split.notes.is_empty(), "{:?}", split.notes);

    let across = SplitSettings {
        test_corpora: names(&["EmoDB"]),
        ..SplitSettings::default()
    };
    let (_, split) = dealt(&selection, &across, 1, 0).unwrap();
    assert_eq!(split.name(), "split by hand (tested on corpora EmoDB)");
    for (clip, subset) in selection.clips.iter().zip(&split.subsets) {
        assert_eq!(&*clip.corpus == "emodb", *subset == Subset::Test);
    }
    // Validation is cut by whole speakers.
    assert_speakers_are_apart(&selection, &split);
    assert!(split.subsets.contains(&Subset::Validation));
    let clips = SplitSettings {
        validation_by: ValidationBy::Clip,
        ..across.clone()
    };
    let (_, split) = dealt(&selection, &clips, 1, 0).unwrap();
    assert_eq!(split.notes, ["validation cut by clip from training speakers (ravdess)"]);
}

#[test]
fn names_that_are_nobodys_are_refused_with_those_there_are() {
    let selection = selection(corpus("ravdess", 3, &EMOTIONS[..2], 2));
    let refused = |settings: SplitSettings| problem(dealt(&selection, &settings, 1, 0).map(|(_, split)| split));
    let of = |test: &[&str], validation: &[&str], corpora: &[&str]| SplitSettings {
        test_speakers: names(test),
        validation_speakers: names(validation),
        test_corpora: names(corpora),
        ..SplitSettings::default()
    };
    for (settings, words) in [
        (
            of(&["19"], &[], &[]),
            "split.test_speakers: no speaker `19` takes part; there are 00, 01, 02",
        ),
        (of(&["tess/00"], &[], &[]), "no speaker `tess/00`"),
        (of(&["00"], &["7"], &[]), "split.validation_speakers: no speaker `7`"),
        (of(&["00"], &["00 "], &[]), "is in split.test_speakers too"),
        (of(&["00"], &["ravdess/00"], &[]), "ravdess/00 is tested on too"),
        (
            of(&[], &["00"], &[]),
            "split.validation_speakers: is set, and nobody to test on",
        ),
        (
            of(&[], &[], &["tess"]),
            "split.test_corpora: no corpus `tess` takes part; there are ravdess",
        ),
        (
            of(&[], &[], &["RAVDESS"]),
            "no clip is left for train by the split by hand (tested on corpora RAVDESS)",
        ),
    ] {
        let problem = refused(settings);
        assert!(problem.contains(words), "{problem}");
    }
    for (key, settings) in [
        (
            "split.kfold: is 5",
            SplitSettings {
                kfold: 5,
                ..of(&["00"], &[], &[])
            },
        ),
        (
            "split.leave_one_out: is true",
            SplitSettings {
                leave_one_out: true,
                ..of(&["00"], &[], &[])
            },
        ),
        (
            "split.test_speakers: is set while split.kind is \"random\"",
            SplitSettings {
                kind: SplitKind::Random,
                ..of(&["00"], &[], &[])
            },
        ),
        (
            "split.test_values: is set while",
            SplitSettings {
                test_values: names(&["1"]),
                ..SplitSettings::default()
            },
        ),
        ("split.column: names no column", settings(SplitKind::Column, 0)),
        ("split.file: names no file", settings(SplitKind::File, 0)),
        ("split.kfold: is 3", settings(SplitKind::Given, 3)),
        (
            "split.leave_one_out: is true while split.kfold is 2",
            SplitSettings {
                leave_one_out: true,
                ..settings(SplitKind::Speaker, 2)
            },
        ),
        (
            "split.leave_one_out: is true while split.kind",
            SplitSettings {
                leave_one_out: true,
                ..settings(SplitKind::Random, 0)
            },
        ),
        (
            "split.seed: -2",
            SplitSettings {
                seed: -2,
                ..SplitSettings::default()
            },
        ),
    ] {
        let problem = settings.validate().unwrap_err().to_string();
        assert!(problem.starts_with(key), "{problem}");
    }
}

#[test]
fn parts_of_several_corpora_are_each_their_own() {
    let mut clips = corpus("podcast", 9, &EMOTIONS[..3], 3);
    clips.extend(corpus("faces", 6, &EMOTIONS[..3], 2));
    for clip in &mut clips {
        let speaker: usize = clip.speaker.as_deref().unwrap().parse().unwrap();
        clip.given_split = Some(
            match &*clip.corpus {
                "podcast" => [
                    "Train",
                    "Train",
                    "Train",
                    "Train",
                    "Development",
                    "Test1",
                    "Test2",
                    "Test3",
                    "Train",
                ][speaker],
                _ => ["train", "test"][usize::from(speaker == 5)],
            }
            .into(),
        );
    }
    let selection = selection(clips);
    let given = |test_part: &str| SplitSettings {
        test_part: test_part.into(),
        ..settings(SplitKind::Given, 0)
    };
    let refused = |part: &str| problem(dealt(&selection, &given(part), 1, 0).map(|(_, split)| split));
    assert!(
        refused("").contains("podcast has several parts to test on: Test1, Test2, Test3"),
        "{}",
        refused("")
    );
    assert!(
        refused("Test9").contains("has no part `Test9` (split.test_part); there are"),
        "{}",
        refused("Test9")
    );
    let (kept, split) = dealt(&selection, &given("Test2"), 1, 0).unwrap();
    assert_eq!(
        split.name(),
        "split that the corpora bring (tested on test of faces, Test2 of podcast)"
    );
    assert_eq!(kept.excluded[&crate::corpus::Exclusion::Split], 18);
    let side = |corpus: &str, speaker: &str| {
        let mut clips = kept.clips.iter().zip(&split.subsets);
        clips
            .find(|(clip, _)| &*clip.corpus == corpus && clip.speaker.as_deref() == Some(speaker))
            .map(|(_, side)| *side)
    };
    assert_eq!(
        ["04", "05", "06"].map(|speaker| side("podcast", speaker)),
        [Some(Subset::Validation), None, Some(Subset::Test)]
    );
    // Faces have no part to validate on: it is cut from their speakers that are learnt from.
    assert!(
        speakers(&kept, &split, Subset::Validation)
            .iter()
            .any(|key| key.starts_with("faces/"))
    );
    assert_eq!(side("faces", "05"), Some(Subset::Test));
    assert_speakers_are_apart(&kept, &split);

    // A corpus that is only learnt from needs no other part.
    let mut learnt = selection.clone();
    learnt
        .clips
        .iter_mut()
        .filter(|clip| &*clip.corpus == "faces")
        .for_each(|clip| clip.given_split = Some("train".into()));
    let (kept, split) = dealt(&learnt, &given("Test1"), 1, 0).unwrap();
    assert_eq!(
        split.name(),
        "split that the corpora bring (tested on Test1 of podcast)"
    );
    assert!(
        speakers(&kept, &split, Subset::Test)
            .iter()
            .all(|key| key.starts_with("podcast/"))
    );

    let none = super::selection(corpus("a", 4, &["sad"], 2));
    assert!(problem(dealt(&none, &given(""), 1, 0).map(|(_, split)| split)).contains("columns.split"));
}

#[test]
fn columns_are_those_of_tables_and_what_is_known() {
    let mut selection = selection(corpus("a", 4, &EMOTIONS[..2], 3));
    for (index, clip) in selection.clips.iter_mut().enumerate() {
        clip.columns = [("Room", ["hall", "kitchen", "10", "9"][index % 4])]
            .into_iter()
            .collect();
        clip.text = Some(["dogs", "kids"][index % 2].into());
    }
    let test = SplitSettings {
        test_values: names(&["Kitchen"]),
        ..by_column("room", 0)
    };
    let (_, split) = dealt(&selection, &test, 1, 0).unwrap();
    assert_eq!(split.name(), "split by room (tested on kitchen)");
    let room = |clip: &Clip| clip.columns.get("room").unwrap().to_string();
    assert_eq!(
        values_of(&selection, &split, room, true),
        HashSet::from(["kitchen".to_owned()])
    );
    let left_out = SplitSettings {
        leave_one_out: true,
        ..by_column("Room", 0)
    };
    assert_eq!(fold_count(&selection, &left_out).unwrap(), 4);
    let names_of: Vec<String> = (0..4)
        .map(|fold| dealt(&selection, &left_out, 1, fold).unwrap().1.name())
        .collect();
    let expected = ["hall", "kitchen", "9", "10"].iter().zip(1..);
    let expected =
        expected.map(|(room, fold)| format!("split by Room (one left out, tested on {room}), fold {fold} of 4"));
    assert_eq!(names_of, expected.collect::<Vec<_>>());
    let (_, split) = dealt(&selection, &by_column("text", 0), 1, 0).unwrap();
    assert!(
        split.name().starts_with("split by text (tested on "),
        "{}",
        split.name()
    );

    let refused = |settings: &SplitSettings| problem(dealt(&selection, settings, 1, 0).map(|(_, split)| split));
    let unknown = refused(&by_column("language", 0));
    assert!(
        unknown.contains("no clip has a value in `language`; there are Room, corpus, speaker"),
        "{unknown}"
    );
    let wrong = refused(&SplitSettings {
        test_values: names(&["garden"]),
        ..by_column("room", 0)
    });
    assert!(
        wrong.contains("split.test_values: no clip has `garden` in the column `room`; there are hall, kitchen, 9, 10"),
        "{wrong}"
    );
    assert!(refused(&by_column("room", 5)).contains("split.kfold: is 5, and `room` has 4 values"));
    assert!(refused(&by_column("corpus", 0)).contains("`corpus` has one value, a"));
    selection.clips[0].columns = Default::default();
    let missing = problem(dealt(&selection, &by_column("room", 0), 1, 0).map(|(_, split)| split));
    assert!(
        missing.contains("1 clips have no value in the column `room` (a: 1)"),
        "{missing}"
    );
}

#[test]
fn the_split_has_a_seed_of_its_own_or_that_of_the_run() {
    let own = SplitSettings {
        seed: 7,
        ..SplitSettings::default()
    };
    assert_eq!((own.seed(42), SplitSettings::default().seed(42)), (7, 42));
}

#[test]
fn names_that_may_be_one_persons_on_both_sides_are_pointed_out() {
    let mut selection = selection(corpus("a", 4, &EMOTIONS[..2], 3));
    selection.alike = Arc::new(vec![crate::corpus::AlikeSpeakers {
        corpus: "a".into(),
        speakers: vec!["00".into(), "01".into()],
    }]);
    let hand = |test: &[&str]| SplitSettings {
        test_speakers: names(test),
        ..SplitSettings::default()
    };
    let (_, split) = dealt(&selection, &hand(&["00"]), 1, 0).unwrap();
    assert!(
        split.notes[0].ends_with("on both sides: 00 and 01"),
        "{:?}",
        split.notes
    );
    let (_, split) = dealt(&selection, &hand(&["00", "01"]), 1, 0).unwrap();
    assert!(split.notes.is_empty(), "{:?}", split.notes);
    // Left out, they are one.
    let left_out = SplitSettings {
        leave_one_out: true,
        ..SplitSettings::default()
    };
    assert_eq!(fold_count(&selection, &left_out).unwrap(), 3);
}

#[test]
fn a_run_that_goes_on_needs_no_file_and_no_clips_of_other_parts() {
    let selection = given_selection(3);
    let settings = SplitSettings {
        test_part: "Test1".into(),
        ..settings(SplitKind::Given, 0)
    };
    let (kept, split) = dealt(&selection, &settings, 1, 0).unwrap();
    let mut table = Vec::new();
    split.write_csv(&kept, &[], &mut table).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("split.csv");
    std::fs::write(&path, &table).unwrap();
    let again = narrowed_to(selection, &settings, &super::super::dealt(&path).unwrap());
    assert_eq!(again.clips, kept.clips);
    let back = Split::kept(&again, &settings, Dealing::NEWEST, (1, 0, 1), &table).unwrap();
    assert_eq!(back, split);
    let gone = SplitSettings {
        file: folder.path().join("gone.csv"),
        ..super::settings(SplitKind::File, 0)
    };
    let back = Split::kept(&again, &gone, Dealing::NEWEST, (1, 0, 1), &table).unwrap();
    assert_eq!(back.subsets, split.subsets);
    assert!(back.name().contains("gone.csv"));
}
