//! Corpora whose speakers have unlike numbers of clips.

use super::*;

/// A corpus whose speakers say every emotion as often as is stated for them.
fn takes(name: &str, takes: &[usize], emotions: &[&str]) -> Vec<Clip> {
    let mut clips = Vec::new();
    for (speaker, &takes) in takes.iter().enumerate() {
        let gender = if speaker % 2 == 0 { Gender::Male } else { Gender::Female };
        for emotion in emotions {
            let of_speaker = |take| clip(name, Some(&format!("{speaker:02}")), Some(gender), emotion, take);
            clips.extend((0..takes).map(of_speaker));
        }
    }
    clips
}

/// Four speakers with 60 clips, and one with a single one.
fn four_and_one() -> Selection {
    let mut clips = takes("mine", &[10; 4], &EMOTIONS[..6]);
    clips.push(clip("mine", Some("04"), Some(Gender::Male), "happy", 0));
    selection(clips)
}

fn by_speakers(selection: &Selection, kfold: usize, seed: u64, fold: usize) -> Result<Split, CorpusError> {
    let settings = settings(SplitKind::Speaker, kfold);
    super::super::split(selection, &settings, Dealing::BySpeakers, seed, fold)
}

#[test]
fn a_speaker_with_one_clip_is_no_test_set() {
    let selection = four_and_one();
    let mut alone = 0;
    for seed in 0..60 {
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_speakers_are_apart(&selection, &split);
        for subset in [Subset::Test, Subset::Validation] {
            let clips = count(&split, subset);
            assert!(clips == 60 || clips == 61, "{clips} clips in {subset:?} of seed {seed}");
        }
        assert_eq!(split.notes, [""; 0]);
        alone += usize::from(count(&by_speakers(&selection, 0, seed, 0).unwrap(), Subset::Test) == 1);
    }
    assert!(alone > 5, "by speakers, {alone} of 60 seeds test on the one clip");
    let tested: HashSet<String> = (0..60)
        .flat_map(|seed| speakers(&selection, &of(&selection, SplitKind::Speaker, seed), Subset::Test))
        .collect();
    assert!(tested.len() >= 4, "the seed chooses: {tested:?}");
}

#[test]
fn folds_have_their_share_of_the_clips() {
    // Ten speakers of 6 to 240 clips, 600 in all.
    let sizes = [40, 20, 10, 10, 8, 6, 3, 1, 1, 1];
    let selection = selection(takes("mine", &sizes, &EMOTIONS[..6]));
    for seed in 0..10 {
        let settings = settings(SplitKind::Speaker, 3);
        let folds: Vec<Split> = (0..3)
            .map(|fold| split(&selection, &settings, seed, fold).unwrap())
            .collect();
        for index in 0..selection.clips.len() {
            assert_eq!(
                folds
                    .iter()
                    .filter(|split| split.subsets[index] == Subset::Test)
                    .count(),
                1
            );
        }
        let tested: Vec<usize> = folds.iter().map(|split| count(split, Subset::Test)).collect();
        assert!(
            tested.iter().all(|clips| (170..=240).contains(clips)),
            "the largest speaker has 240 clips, the others share 360: {tested:?}"
        );
        for split in &folds {
            assert_speakers_are_apart(&selection, split);
            assert!(
                (30..=120).contains(&count(split, Subset::Validation)),
                "{}",
                count(split, Subset::Validation)
            );
        }
    }
}

#[test]
fn five_folds_of_five_speakers_test_each_of_them() {
    let selection = four_and_one();
    let tested = |fold| {
        count(
            &split(&selection, &settings(SplitKind::Speaker, 5), 3, fold).unwrap(),
            Subset::Test,
        )
    };
    let mut sizes: Vec<usize> = (0..5).map(tested).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [1, 60, 60, 60, 60]);
}

#[test]
fn two_speakers_and_a_single_clip_are_split_as_two_speakers() {
    let mut clips = takes("mine", &[20; 2], &EMOTIONS[..5]);
    clips.push(clip("mine", Some("02"), None, "happy", 0));
    let selection = selection(clips);
    for seed in 0..20 {
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_eq!(split.notes, ["validation cut by clip from training speakers (mine)"]);
        let (test, validation) = (count(&split, Subset::Test), count(&split, Subset::Validation));
        assert!(
            (100..=101).contains(&test) && (15..=25).contains(&validation),
            "{test} {validation}"
        );
    }
}

/// Corpora of every size and unevenness, with emotions that few speakers have.
fn uneven(seed: u64) -> Selection {
    let random = &mut stream(seed, "test uneven", 0);
    let mut clips = Vec::new();
    for speaker in 0..random.random_range(5..25) {
        let gender = [None, Some(Gender::Female), Some(Gender::Male)][random.random_range(0..3)];
        let most = [2, 5, 20, 80][random.random_range(0..4)];
        for (index, emotion) in EMOTIONS[..6].iter().enumerate() {
            // The last one is rare.
            if index < 5 || random.random_range(0..4) == 0 {
                let name = format!("{speaker:02}");
                clips.extend(
                    (0..random.random_range(1..=most)).map(|take| clip("a", Some(&name), gender, emotion, take)),
                );
            }
        }
    }
    selection(clips)
}

#[test]
fn shares_are_off_by_less_than_the_largest_speaker_and_no_class_is_lacking_where_it_can_be_had() {
    let (mut evaluated, mut off) = (0, [0.0, 0.0]);
    for seed in 0..60 {
        let selection = uneven(seed);
        let groups = super::groups::voices(&selection);
        if super::dealing::are_alike(&groups) {
            continue;
        }
        let largest = groups.iter().map(Vec::len).max().unwrap() as f64;
        let all = selection.clips.len() as f64;
        let mut having: BTreeMap<&Emotion, HashSet<String>> = BTreeMap::new();
        for clip in &selection.clips {
            having.entry(&clip.emotion).or_default().extend(clip.speaker_key());
        }
        let rare = having.values().map(HashSet::len).min();
        for kfold in [0, 4] {
            for fold in 0..kfold.max(1) {
                let Ok(split) = split(&selection, &settings(SplitKind::Speaker, kfold), seed, fold) else {
                    assert_eq!(
                        rare,
                        Some(1),
                        "only what a single speaker has may be lacking in training"
                    );
                    continue;
                };
                evaluated += 1;
                assert_speakers_are_apart(&selection, &split);
                let test = count(&split, Subset::Test) as f64;
                let share = if kfold == 0 { 0.2 } else { 0.25 };
                assert!(
                    (test - share * all).abs() <= largest,
                    "{test} of {all}, largest {largest}"
                );
                if kfold == 0 {
                    off[0] += (test / (share * all)).ln().abs();
                    if let Ok(before) = by_speakers(&selection, 0, seed, 0) {
                        off[1] += (count(&before, Subset::Test) as f64 / (share * all)).ln().abs();
                    }
                    for (emotion, _) in having.iter().filter(|(_, speakers)| speakers.len() > 1) {
                        let mut tested = selection.clips.iter().zip(&split.subsets);
                        assert!(
                            tested.any(|(clip, subset)| clip.emotion == **emotion && *subset == Subset::Test),
                            "{} is not tested with seed {seed}",
                            emotion.name()
                        );
                    }
                }
                assert!(count(&split, Subset::Validation) as f64 >= 0.05 * all.floor() - 1.0);
            }
        }
    }
    assert!(evaluated > 200, "{evaluated}");
    assert!(off[0] < 0.5 * off[1], "{off:?}: closer to the share than by speakers");
}

#[test]
fn the_order_of_the_clips_does_not_matter_and_other_corpora_do_not_either() {
    for seed in 0..10 {
        let alone = uneven(seed);
        let mut both = Selection {
            clips: alone.clips.iter().rev().cloned().collect(),
            ..Selection::default()
        };
        both.clips.extend(corpus("b", 9, &EMOTIONS[..6], 3));
        both.analysis.resize(both.clips.len(), None);
        let (Ok(one), Ok(other)) = (
            split(&alone, &settings(SplitKind::Speaker, 0), seed, 0),
            split(&both, &settings(SplitKind::Speaker, 0), seed, 0),
        ) else {
            continue;
        };
        assert!(one.subsets.iter().rev().eq(other.subsets[..alone.clips.len()].iter()));
    }
}

#[test]
fn speakers_with_like_numbers_of_clips_are_dealt_as_before() {
    let mut all = ravdess().clips;
    all.extend(corpus("crema-d", 31, &EMOTIONS[..6], 13));
    all.extend(tess());
    // Half and twice the median are alike still.
    all.extend(takes("edges", &[4, 2, 2, 3, 2, 1, 1], &EMOTIONS[..6]));
    let selection = selection(all);
    for seed in [42, 1, 2] {
        for (kfold, fold) in [(0, 0), (5, 0), (5, 1), (5, 2), (5, 3), (5, 4)] {
            let now = split(&selection, &settings(SplitKind::Speaker, kfold), seed, fold).unwrap();
            assert_eq!(now, by_speakers(&selection, kfold, seed, fold).unwrap());
        }
    }
}

#[test]
fn a_thousand_unlike_speakers_are_dealt_quickly() {
    let random = &mut stream(1, "test many", 0);
    let sizes: Vec<usize> = (0..1000).map(|_| random.random_range(1..40)).collect();
    let selection = selection(takes("large", &sizes, &EMOTIONS[..5]));
    let start = std::time::Instant::now();
    let split = of(&selection, SplitKind::Speaker, 1);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
    let (test, all) = (count(&split, Subset::Test) as f64, selection.clips.len() as f64);
    assert!((test / all - 0.2).abs() < 0.025, "{test} of {all}");
}
