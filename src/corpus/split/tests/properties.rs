//! Properties of both kinds of split over many catalogues.

use super::*;

#[test]
fn no_speaker_and_no_duplicate_straddles_in_any_catalogue() {
    let mut split_at_all = 0;
    for seed in 0..150 {
        let selection = random_selection(seed);
        for (kind, kfold) in [
            (SplitKind::Speaker, 0),
            (SplitKind::Speaker, 3),
            (SplitKind::Random, 0),
            (SplitKind::Random, 3),
        ] {
            let folds: Vec<Split> = (0..kfold.max(1))
                .map(|fold| split(&selection, &settings(kind, kfold), seed, fold))
                .collect::<Result<_, _>>()
                .unwrap_or_default();
            split_at_all += usize::from(!folds.is_empty());
            for split in &folds {
                assert_eq!(split.subsets.len(), selection.clips.len());
                assert_duplicates_are_together(&selection, split);
                if kind == SplitKind::Speaker {
                    assert_speakers_are_apart(&selection, split);
                }
            }
            if folds.len() > 1 {
                for clip in 0..selection.clips.len() {
                    let tested = folds.iter().filter(|split| split.subsets[clip] == Subset::Test).count();
                    assert_eq!(tested, 1, "a clip is tested {tested} times");
                }
            }
        }
    }
    // Duplicates can join so many speakers that nothing is left to split; that must stay the exception.
    assert!(split_at_all > 570, "{split_at_all} of 600");
}

#[test]
fn the_seed_alone_decides() {
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        let selection = ravdess();
        assert_eq!(of(&selection, kind, 1), of(&selection, kind, 1));
        let distinct: HashSet<Vec<Subset>> = (0..20).map(|seed| of(&selection, kind, seed).subsets).collect();
        assert!(distinct.len() > 15, "{} of 20 seeds differ", distinct.len());
    }
}

#[test]
fn the_order_of_the_clips_does_not_matter() {
    for seed in 0..10 {
        let selection = random_selection(seed);
        let mut order: Vec<usize> = (0..selection.clips.len()).collect();
        order.shuffle(&mut stream(seed, "test order", 0));
        let shuffled = Selection {
            clips: order.iter().map(|&clip| selection.clips[clip].clone()).collect(),
            analysis: order.iter().map(|&clip| selection.analysis[clip].clone()).collect(),
            ..Selection::default()
        };
        for kind in [SplitKind::Speaker, SplitKind::Random] {
            let (Ok(one), Ok(other)) = (
                split(&selection, &settings(kind, 0), 5, 0),
                split(&shuffled, &settings(kind, 0), 5, 0),
            ) else {
                continue;
            };
            assert!(
                order
                    .iter()
                    .zip(&other.subsets)
                    .all(|(&clip, subset)| one.subsets[clip] == *subset)
            );
        }
    }
}

#[test]
fn random_sides_have_their_share_of_every_emotion_and_corpus() {
    let mut clips = ravdess().clips;
    clips.extend(corpus("another", 7, &EMOTIONS[..6], 9));
    let selection = selection(clips);
    for seed in 0..10 {
        let split = of(&selection, SplitKind::Random, seed);
        for (subset, share) in [(Subset::Test, 0.2), (Subset::Validation, 0.1), (Subset::Train, 0.7)] {
            let wanted = share * selection.clips.len() as f64;
            assert!((count(&split, subset) as f64 - wanted).abs() <= 1.0, "{subset:?}");
            let mut strata: BTreeMap<(&Emotion, &str), (f64, f64)> = BTreeMap::new();
            for (clip, at) in selection.clips.iter().zip(&split.subsets) {
                let (here, all) = strata.entry((&clip.emotion, &clip.corpus)).or_default();
                *here += f64::from(*at == subset);
                *all += 1.0;
            }
            for (stratum, (here, all)) in strata {
                assert!(
                    (here - share * all).abs() <= 2.0,
                    "{stratum:?}: {here} of {all} on {subset:?}"
                );
            }
        }
        let leaking = speakers(&selection, &split, Subset::Test);
        assert_eq!(
            leaking
                .intersection(&speakers(&selection, &split, Subset::Train))
                .count(),
            25
        );
    }
}

#[test]
fn folds_are_of_one_size() {
    let selection = ravdess();
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        let sizes: Vec<usize> = (0..5)
            .map(|fold| count(&split(&selection, &settings(kind, 5), 3, fold).unwrap(), Subset::Test))
            .collect();
        let (smallest, largest) = (sizes.iter().min().unwrap(), sizes.iter().max().unwrap());
        assert!(
            largest - smallest <= if kind == SplitKind::Speaker { 60 } else { 1 },
            "{sizes:?}"
        );
    }
}

#[test]
fn a_rare_emotion_is_learnt_whenever_it_can_be() {
    for seed in 0..30 {
        let mut clips = corpus("a", 10, &EMOTIONS[..5], 4);
        let rare = |speaker: &str, take| clip("a", Some(speaker), Some(Gender::Male), "boredom", take);
        clips.extend([rare("02", 0), rare("02", 1)]);
        let only_one = selection(clips.clone());
        let split = of(&only_one, SplitKind::Speaker, seed);
        let unseen = "validation UAR over 5 of 6 classes (no clips of boredom)";
        assert_eq!(
            split.notes,
            [unseen],
            "what the test set lacks is reported beside its score"
        );
        let split = of(&selection(clips.clone()), SplitKind::Random, seed);
        assert!(
            clips
                .iter()
                .zip(&split.subsets)
                .any(|(clip, subset)| clip.emotion.name() == "boredom" && *subset == Subset::Train)
        );

        clips.push(rare("04", 2));
        let two = selection(clips);
        for fold in 0..5 {
            super::split(&two, &settings(SplitKind::Speaker, 5), seed, fold).unwrap();
        }
        let problems =
            (0..5).filter_map(|fold| super::split(&only_one, &settings(SplitKind::Speaker, 5), seed, fold).err());
        let problems: Vec<String> = problems.map(|problem| problem.to_string()).collect();
        assert_eq!(problems.len(), 1);
        assert!(
            problems[0].contains("no clip of boredom is left to train on"),
            "{}",
            problems[0]
        );
    }
}

#[test]
fn the_only_clips_of_an_emotion_are_learnt_from() {
    for seed in 0..30 {
        // Balance alone would not mind to choose epochs on the first speaker.
        let mut clips = corpus("a", 3, &EMOTIONS[..3], 4);
        clips.push(clip("a", Some("00"), Some(Gender::Male), "boredom", 0));
        let few = selection(clips);
        assert_eq!(of(&few, SplitKind::Speaker, seed).subsets.last(), Some(&Subset::Train));
        for takes in 2..12 {
            let mut clips = corpus("a", 7, &EMOTIONS[..5], takes);
            clips.push(clip("a", Some("00"), Some(Gender::Male), "boredom", 0));
            assert_eq!(
                of(&selection(clips), SplitKind::Random, seed).subsets.last(),
                Some(&Subset::Train)
            );
        }
    }
}
