//! What speaker splits promise.

use super::*;

#[test]
fn small_uneven_corpora_are_split_differently_by_seed() {
    let random = &mut stream(3, "test takes", 0);
    let mut clips = Vec::new();
    for (index, clip) in corpus("small", 6, &EMOTIONS[..6], 10).into_iter().enumerate() {
        // About one clip in ten is missing, as in real corpora.
        if index % 10 == 0 || random.random_range(0..10) > 0 {
            clips.push(clip);
        }
    }
    let selection = selection(clips);
    let tested: HashSet<String> = (0..40)
        .flat_map(|seed| speakers(&selection, &of(&selection, SplitKind::Speaker, seed), Subset::Test))
        .collect();
    assert_eq!(tested.len(), 6, "only {tested:?} are ever tested");
}

#[test]
fn a_corpus_is_split_the_same_whatever_stands_beside_it() {
    let alone = ravdess();
    let mut both = alone.clone();
    both.clips.extend(corpus("another", 9, &EMOTIONS[..7], 3));
    both.analysis.resize(both.clips.len(), None);
    let beside = of(&both, SplitKind::Speaker, 4).subsets;
    assert_eq!(of(&alone, SplitKind::Speaker, 4).subsets, beside[..alone.clips.len()]);
}

#[test]
fn ravdess_is_balanced_by_gender() {
    for seed in 0..20 {
        let selection = ravdess();
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_eq!(split.notes, [""; 0]);
        for (subset, wanted) in [(Subset::Test, 2), (Subset::Validation, 1), (Subset::Train, 6)] {
            let of_gender = |gender| {
                let clips = selection.clips.iter().zip(&split.subsets);
                let of_subset = clips.filter(|(clip, at)| **at == subset && clip.gender == Some(gender));
                of_subset
                    .map(|(clip, _)| clip.speaker.clone())
                    .collect::<HashSet<_>>()
                    .len()
            };
            assert_eq!(
                (of_gender(Gender::Female), of_gender(Gender::Male)),
                (wanted, wanted),
                "{subset:?}"
            );
        }
        let kfold = settings(SplitKind::Speaker, 5);
        for fold in 0..5 {
            let split = super::split(&selection, &kfold, seed, fold).unwrap();
            let test = speakers(&selection, &split, Subset::Test);
            let men = test
                .iter()
                .filter(|key| key[8..].parse::<usize>().unwrap() % 2 == 0)
                .count();
            assert!(test.len() == 3 || test.len() == 4);
            assert!(men.abs_diff(test.len() - men) <= 1, "{men} men of {}", test.len());
        }
    }
}

#[test]
fn corpora_give_their_share_of_speakers() {
    let mut clips = ravdess().clips;
    clips.extend(corpus("crema-d", 60, &EMOTIONS[..6], 13));
    clips.extend(tess());
    let selection = selection(clips);
    let split = of(&selection, SplitKind::Speaker, 42);
    let of_corpus = |subset, name: &str| {
        speakers(&selection, &split, subset)
            .iter()
            .filter(|key| key.starts_with(name))
            .count()
    };
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Subset::Test, name)),
        [4, 12, 1]
    );
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Subset::Validation, name)),
        [2, 6, 1]
    );
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Subset::Train, name)),
        [12, 42, 1]
    );
    assert_eq!(split.notes, ["validation cut by clip from training speakers (tess)"]);
}

#[test]
fn two_speakers_test_on_one_and_cut_validation_from_the_other() {
    let selection = selection(tess());
    for seed in 0..10 {
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_eq!(split.notes, ["validation cut by clip from training speakers (tess)"]);
        assert_eq!(count(&split, Subset::Test), 1400);
        assert_eq!(count(&split, Subset::Validation), 175);
        assert_speakers_are_apart(&selection, &split);
        let mut per_emotion: BTreeMap<&str, usize> = BTreeMap::new();
        for (clip, _) in selection
            .clips
            .iter()
            .zip(&split.subsets)
            .filter(|(_, subset)| **subset == Subset::Validation)
        {
            *per_emotion.entry(clip.emotion.name()).or_default() += 1;
        }
        assert!(per_emotion.len() == 7 && per_emotion.values().all(|clips| (24..=26).contains(clips)));
    }
    let tested: HashSet<String> = (0..10)
        .flat_map(|seed| speakers(&selection, &of(&selection, SplitKind::Speaker, seed), Subset::Test))
        .collect();
    assert_eq!(tested.len(), 2);
}

#[test]
fn a_single_speaker_is_learnt_from_and_not_tested() {
    let mut clips = corpus("one", 1, &EMOTIONS[..4], 5);
    let alone = selection(clips.clone());
    let message = problem(split(&alone, &settings(SplitKind::Speaker, 0), 1, 0));
    assert!(message.contains("split.kind = \"random\""), "{message}");
    clips.extend(corpus("many", 6, &EMOTIONS[..4], 5));
    let selection = selection(clips);
    let split = of(&selection, SplitKind::Speaker, 1);
    assert_eq!(split.notes, ["single speaker, learnt from and not tested (one)"]);
    assert!(split.subsets[..20].iter().all(|subset| *subset == Subset::Train));
}

#[test]
fn more_folds_than_speakers_of_a_corpus() {
    let mut clips = corpus("many", 12, &EMOTIONS[..4], 3);
    clips.extend(corpus("two", 2, &EMOTIONS[..4], 3));
    clips.extend(corpus("one", 1, &EMOTIONS[..4], 3));
    let selection = selection(clips);
    let folds: Vec<Split> = (0..5)
        .map(|fold| split(&selection, &settings(SplitKind::Speaker, 5), 7, fold).unwrap())
        .collect();
    for clip in 0..selection.clips.len() {
        assert_eq!(
            folds.iter().filter(|split| split.subsets[clip] == Subset::Test).count(),
            1
        );
    }
    for split in &folds {
        assert_speakers_are_apart(&selection, split);
        let untested = split
            .notes
            .iter()
            .any(|line| line.starts_with("no test speakers in this fold"));
        let tested = speakers(&selection, split, Subset::Test);
        assert_eq!(
            untested,
            !["two", "one"]
                .iter()
                .all(|name| tested.iter().any(|key| key.starts_with(name)))
        );
        // Twelve, two and one fill five folds evenly.
        assert_eq!(tested.len(), 3);
    }
    assert!(folds.iter().any(|split| {
        split
            .notes
            .contains(&"single speaker, tested and not learnt from in this fold (one)".to_owned())
    }));
    let message = problem(split(&selection, &settings(SplitKind::Speaker, 16), 7, 0));
    assert!(
        message.contains("split.kfold = 16") && message.contains("15 take part"),
        "{message}"
    );
}

#[test]
fn speakers_who_share_samples_stay_together() {
    let mut selection = selection(corpus("a", 8, &EMOTIONS[..4], 5));
    // One clip of speaker 00 and one of speaker 05 are the same.
    for (clip, analysis_of) in selection.clips.iter().zip(&mut selection.analysis) {
        let duplicate = matches!(clip.speaker.as_deref(), Some("00" | "05")) && clip.path.ends_with("calm-0003.wav");
        *analysis_of = if duplicate { analysis(1) } else { None };
    }
    for seed in 0..20 {
        let split = of(&selection, SplitKind::Speaker, seed);
        let subsets: HashSet<Subset> = selection
            .clips
            .iter()
            .zip(&split.subsets)
            .filter(|(clip, _)| matches!(clip.speaker.as_deref(), Some("00" | "05")))
            .map(|(_, subset)| *subset)
            .collect();
        assert_eq!(subsets.len(), 1);
        assert_eq!(split.notes, ["speakers with identical samples kept on one side (a)"]);
    }
}

#[test]
fn silence_makes_nobody_a_twin() {
    let mut selection = selection(corpus("a", 6, &EMOTIONS[..4], 2));
    let mut silent = SampleAnalysis::clone(&analysis(0).unwrap());
    silent.level.silent = true;
    selection.analysis = vec![Some(Arc::new(silent)); selection.clips.len()];
    assert_eq!(of(&selection, SplitKind::Speaker, 1).notes, [""; 0]);
}

#[test]
fn speakers_who_may_be_one_stay_on_one_side_until_they_are_told_apart() {
    // Six people under nine names, as a table with `01` and `1` has them.
    let mut clips = corpus("mine", 6, &EMOTIONS[..4], 4);
    for (index, clip) in clips.iter_mut().enumerate() {
        let speaker = clip.speaker.take().unwrap();
        let bare = speaker.trim_start_matches('0');
        clip.speaker = Some(match index % 2 {
            0 if (1..4).any(|name| bare == name.to_string()) => bare.into(),
            _ => speaker,
        });
    }
    let names = |numbers: std::ops::Range<u8>| {
        let alike = numbers.map(|number| crate::corpus::AlikeSpeakers {
            corpus: "mine".into(),
            speakers: [format!("{number:02}"), number.to_string()].map(Into::into).to_vec(),
        });
        Arc::new(alike.collect::<Vec<_>>())
    };
    let mut selection = selection(clips);
    let apart = of(&selection, SplitKind::Speaker, 1);
    assert_eq!(apart.notes, [""; 0]);
    selection.alike = names(1..4);
    let mut parted = false;
    for seed in 0..20 {
        let split = of(&selection, SplitKind::Speaker, seed);
        let note = "speakers whose names may be one person's (speakers.map) kept on one side (mine)";
        assert_eq!(split.notes, [note]);
        let of_side = |subset| -> HashSet<String> {
            let on_side = speakers(&selection, &split, subset).into_iter();
            on_side
                .map(|name| name.trim_start_matches("mine/").trim_start_matches('0').to_owned())
                .collect()
        };
        let sides = Subset::ALL.map(of_side);
        assert_eq!(sides.iter().map(HashSet::len).sum::<usize>(), 6, "{sides:?}");
        // Answered, they are nine, and may be parted.
        let answered = Selection {
            alike: Arc::default(),
            ..selection.clone()
        };
        let split = of(&answered, SplitKind::Speaker, seed);
        let sides = Subset::ALL.map(|subset| speakers(&answered, &split, subset).len());
        assert_eq!(sides.iter().sum::<usize>(), 9);
        parted |= split.subsets != of(&selection, SplitKind::Speaker, seed).subsets;
    }
    assert!(parted);
}

#[test]
fn one_person_under_two_names_is_nobody_to_test_on() {
    let mut selection = selection(corpus("mine", 2, &EMOTIONS[..4], 4));
    assert!(split(&selection, &settings(SplitKind::Speaker, 0), 1, 0).is_ok());
    selection.alike = Arc::new(vec![crate::corpus::AlikeSpeakers {
        corpus: "mine".into(),
        speakers: vec!["00".into(), "01".into()],
    }]);
    let refused = split(&selection, &settings(SplitKind::Speaker, 0), 1, 0)
        .unwrap_err()
        .to_string();
    assert!(refused.contains("speakers.map who 00 and 01 are"), "{refused}");
}
