//! Properties of splits over many catalogues.

use super::super::{Clip, Emotion, Gender, SampleFacts};
use super::*;
use crate::audio::Level;
use crate::random::{Stream, stream};
use rand::RngExt;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

const EMOTIONS: [&str; 8] = *Emotion::KNOWN.first_chunk().unwrap();

fn clip(corpus: &str, speaker: Option<&str>, gender: Option<Gender>, emotion: &str, number: usize) -> Clip {
    Clip {
        path: format!("{corpus}/{}/{emotion}-{number:04}.wav", speaker.unwrap_or("nobody")).into(),
        corpus: corpus.into(),
        synthetic: false,
        speaker: speaker.map(Into::into),
        gender,
        age: None,
        ethnicity: None,
        emotion: Emotion::new(emotion),
        intensity: None,
        text: None,
        container: "wav".into(),
        frames: 16_000,
        rate: 16_000,
        channels: 1,
    }
}

fn facts(content: u128) -> Option<Arc<SampleFacts>> {
    let level = Level {
        peak: 0.5,
        rms_dbfs: -20.0,
        clipped: 0.0,
        silent: false,
    };
    Some(Arc::new(SampleFacts {
        content,
        frames: 16_000,
        level,
        glimpse: Vec::new(),
        damage: None,
    }))
}

fn selection(clips: Vec<Clip>) -> Selection {
    Selection {
        facts: vec![None; clips.len()],
        clips,
        ..Selection::default()
    }
}

/// A corpus where every speaker (alternately male and female) says every emotion `takes` times.
fn corpus(name: &str, speakers: usize, emotions: &[&str], takes: usize) -> Vec<Clip> {
    let mut clips = Vec::new();
    for speaker in 0..speakers {
        let gender = if speaker % 2 == 0 { Gender::Male } else { Gender::Female };
        for emotion in emotions {
            clips
                .extend((0..takes).map(|take| clip(name, Some(&format!("{speaker:02}")), Some(gender), emotion, take)));
        }
    }
    clips
}

/// Actors 01-18: every emotion eight times, neutral four times.
fn ravdess() -> Selection {
    let mut clips = corpus("ravdess", 18, &EMOTIONS[1..], 8);
    clips.extend(corpus("ravdess", 18, &EMOTIONS[..1], 4));
    selection(clips)
}

fn tess() -> Vec<Clip> {
    let mut clips = corpus("tess", 2, &EMOTIONS[..7], 200);
    clips.iter_mut().for_each(|clip| clip.gender = Some(Gender::Female));
    clips
}

/// One to four corpora of various sizes, uneven counts, missing emotions and genders, some twins.
fn random_selection(seed: u64) -> Selection {
    let random = &mut stream(seed, "test catalogue", 0);
    let mut clips = Vec::new();
    for name in ["a", "b", "c", "d"].into_iter().take(random.random_range(1..=4)) {
        for speaker in 0..random.random_range(if name == "a" { 6..20 } else { 1..20 }) {
            let gender = [None, Some(Gender::Female), Some(Gender::Male)][random.random_range(0..3)];
            for emotion in &EMOTIONS[..5] {
                let takes = random.random_range(if name == "a" { 1..9 } else { 0..9 });
                let name_of = format!("{speaker}");
                clips.extend((0..takes).map(|take| clip(name, Some(&name_of), gender, emotion, take)));
            }
        }
    }
    let mut selection = selection(clips);
    for index in 0..selection.clips.len() {
        selection.facts[index] = match random.random_range(0..100) {
            0..20 => None,
            20 => facts(random.random_range(0..3)),
            _ => facts(1000 + index as u128),
        };
    }
    selection
}

fn settings(kind: SplitKind, kfold: usize) -> SplitSettings {
    SplitSettings {
        kind,
        test: 0.2,
        validation: 0.1,
        kfold,
    }
}

fn of(selection: &Selection, kind: SplitKind, seed: u64) -> Split {
    split(selection, &settings(kind, 0), seed, 0).unwrap()
}

/// Distinct speakers per side.
fn speakers(selection: &Selection, split: &Split, side: Side) -> HashSet<String> {
    let clips = selection.clips.iter().zip(&split.sides).filter(|(_, at)| **at == side);
    clips.filter_map(|(clip, _)| clip.speaker_key()).collect()
}

fn count(split: &Split, side: Side) -> usize {
    split.sides.iter().filter(|at| **at == side).count()
}

fn problem(result: Result<Split, CorpusError>) -> String {
    result.unwrap_err().to_string()
}

fn assert_twins_are_together(selection: &Selection, split: &Split) {
    let mut sides: HashMap<u128, Side> = HashMap::new();
    for (facts, side) in selection.facts.iter().zip(&split.sides) {
        if let Some(facts) = facts {
            assert_eq!(sides.entry(facts.content).or_insert(*side), side, "twins straddle");
        }
    }
}

fn assert_speakers_are_apart(selection: &Selection, split: &Split) {
    let [train, validation, test] =
        [Side::Train, Side::Validation, Side::Test].map(|side| speakers(selection, split, side));
    assert!(
        test.is_disjoint(&train) && test.is_disjoint(&validation),
        "a test speaker is heard before"
    );
    let cut: Vec<&String> = split
        .remarks
        .iter()
        .filter(|remark| remark.starts_with("validation cut by clip"))
        .collect();
    for shared in train.intersection(&validation) {
        let corpus = shared.split('/').next().unwrap();
        assert!(
            cut.iter().any(|remark| remark.contains(corpus)),
            "{shared} is in training and validation"
        );
    }
}

#[test]
fn no_speaker_and_no_twin_straddles_in_any_catalogue() {
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
                assert_eq!(split.sides.len(), selection.clips.len());
                assert_twins_are_together(&selection, split);
                if kind == SplitKind::Speaker {
                    assert_speakers_are_apart(&selection, split);
                }
            }
            if folds.len() > 1 {
                for clip in 0..selection.clips.len() {
                    let tested = folds.iter().filter(|split| split.sides[clip] == Side::Test).count();
                    assert_eq!(tested, 1, "a clip is tested {tested} times");
                }
            }
        }
    }
    // Twins can join so many speakers that nothing is left to split; that must stay the exception.
    assert!(split_at_all > 570, "{split_at_all} of 600");
}

#[test]
fn the_seed_alone_decides() {
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        let selection = ravdess();
        assert_eq!(of(&selection, kind, 1), of(&selection, kind, 1));
        let distinct: HashSet<Vec<Side>> = (0..20).map(|seed| of(&selection, kind, seed).sides).collect();
        assert!(distinct.len() > 15, "{} of 20 seeds differ", distinct.len());
    }
}

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
        .flat_map(|seed| speakers(&selection, &of(&selection, SplitKind::Speaker, seed), Side::Test))
        .collect();
    assert_eq!(tested.len(), 6, "only {tested:?} are ever tested");
}

#[test]
fn the_order_of_the_clips_does_not_matter() {
    for seed in 0..10 {
        let selection = random_selection(seed);
        let mut order: Vec<usize> = (0..selection.clips.len()).collect();
        order.shuffle(&mut stream(seed, "test order", 0));
        let shuffled = Selection {
            clips: order.iter().map(|&clip| selection.clips[clip].clone()).collect(),
            facts: order.iter().map(|&clip| selection.facts[clip].clone()).collect(),
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
                    .zip(&other.sides)
                    .all(|(&clip, side)| one.sides[clip] == *side)
            );
        }
    }
}

#[test]
fn a_corpus_is_split_the_same_whatever_stands_beside_it() {
    let alone = ravdess();
    let mut both = alone.clone();
    both.clips.extend(corpus("another", 9, &EMOTIONS[..7], 3));
    both.facts.resize(both.clips.len(), None);
    let beside = of(&both, SplitKind::Speaker, 4).sides;
    assert_eq!(of(&alone, SplitKind::Speaker, 4).sides, beside[..alone.clips.len()]);
}

#[test]
fn ravdess_is_balanced_by_gender() {
    for seed in 0..20 {
        let selection = ravdess();
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_eq!(split.remarks, [""; 0]);
        for (side, wanted) in [(Side::Test, 2), (Side::Validation, 1), (Side::Train, 6)] {
            let of_gender = |gender| {
                let clips = selection.clips.iter().zip(&split.sides);
                let of_side = clips.filter(|(clip, at)| **at == side && clip.gender == Some(gender));
                of_side
                    .map(|(clip, _)| clip.speaker.clone())
                    .collect::<HashSet<_>>()
                    .len()
            };
            assert_eq!(
                (of_gender(Gender::Female), of_gender(Gender::Male)),
                (wanted, wanted),
                "{side:?}"
            );
        }
        let kfold = settings(SplitKind::Speaker, 5);
        for fold in 0..5 {
            let split = super::split(&selection, &kfold, seed, fold).unwrap();
            let test = speakers(&selection, &split, Side::Test);
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
    let of_corpus = |side, name: &str| {
        speakers(&selection, &split, side)
            .iter()
            .filter(|key| key.starts_with(name))
            .count()
    };
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Side::Test, name)),
        [4, 12, 1]
    );
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Side::Validation, name)),
        [2, 6, 1]
    );
    assert_eq!(
        ["ravdess", "crema-d", "tess"].map(|name| of_corpus(Side::Train, name)),
        [12, 42, 1]
    );
    assert_eq!(split.remarks, ["validation cut by clip from training speakers (tess)"]);
}

#[test]
fn two_speakers_test_on_one_and_cut_validation_from_the_other() {
    let selection = selection(tess());
    for seed in 0..10 {
        let split = of(&selection, SplitKind::Speaker, seed);
        assert_eq!(split.remarks, ["validation cut by clip from training speakers (tess)"]);
        assert_eq!(count(&split, Side::Test), 1400);
        assert_eq!(count(&split, Side::Validation), 175);
        assert_speakers_are_apart(&selection, &split);
        let mut per_emotion: BTreeMap<&str, usize> = BTreeMap::new();
        for (clip, _) in selection
            .clips
            .iter()
            .zip(&split.sides)
            .filter(|(_, side)| **side == Side::Validation)
        {
            *per_emotion.entry(clip.emotion.name()).or_default() += 1;
        }
        assert!(per_emotion.len() == 7 && per_emotion.values().all(|clips| (24..=26).contains(clips)));
    }
    let tested: HashSet<String> = (0..10)
        .flat_map(|seed| speakers(&selection, &of(&selection, SplitKind::Speaker, seed), Side::Test))
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
    assert_eq!(split.remarks, ["single speaker, learnt from and not tested (one)"]);
    assert!(split.sides[..20].iter().all(|side| *side == Side::Train));
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
        assert_eq!(folds.iter().filter(|split| split.sides[clip] == Side::Test).count(), 1);
    }
    for split in &folds {
        assert_speakers_are_apart(&selection, split);
        let untested = split
            .remarks
            .iter()
            .any(|line| line.starts_with("no test speakers in this fold"));
        let tested = speakers(&selection, split, Side::Test);
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
            .remarks
            .contains(&"single speaker, tested and not learnt from in this fold (one)".to_owned())
    }));
    let message = problem(split(&selection, &settings(SplitKind::Speaker, 16), 7, 0));
    assert!(
        message.contains("split.kfold = 16") && message.contains("15 take part"),
        "{message}"
    );
}

#[test]
fn random_sides_have_their_share_of_every_emotion_and_corpus() {
    let mut clips = ravdess().clips;
    clips.extend(corpus("another", 7, &EMOTIONS[..6], 9));
    let selection = selection(clips);
    for seed in 0..10 {
        let split = of(&selection, SplitKind::Random, seed);
        for (side, share) in [(Side::Test, 0.2), (Side::Validation, 0.1), (Side::Train, 0.7)] {
            let wanted = share * selection.clips.len() as f64;
            assert!((count(&split, side) as f64 - wanted).abs() <= 1.0, "{side:?}");
            let mut strata: BTreeMap<(&Emotion, &str), (f64, f64)> = BTreeMap::new();
            for (clip, at) in selection.clips.iter().zip(&split.sides) {
                let (here, all) = strata.entry((&clip.emotion, &clip.corpus)).or_default();
                *here += f64::from(*at == side);
                *all += 1.0;
            }
            for (stratum, (here, all)) in strata {
                assert!(
                    (here - share * all).abs() <= 2.0,
                    "{stratum:?}: {here} of {all} on {side:?}"
                );
            }
        }
        let leaking = speakers(&selection, &split, Side::Test);
        assert_eq!(
            leaking.intersection(&speakers(&selection, &split, Side::Train)).count(),
            25
        );
    }
}

#[test]
fn folds_are_of_one_size() {
    let selection = ravdess();
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        let sizes: Vec<usize> = (0..5)
            .map(|fold| count(&split(&selection, &settings(kind, 5), 3, fold).unwrap(), Side::Test))
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
        assert_eq!(split.remarks, ["no test clips of boredom"]);
        let split = of(&selection(clips.clone()), SplitKind::Random, seed);
        assert!(
            clips
                .iter()
                .zip(&split.sides)
                .any(|(clip, side)| clip.emotion.name() == "boredom" && *side == Side::Train)
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
        assert_eq!(of(&few, SplitKind::Speaker, seed).sides.last(), Some(&Side::Train));
        for takes in 2..12 {
            let mut clips = corpus("a", 7, &EMOTIONS[..5], takes);
            clips.push(clip("a", Some("00"), Some(Gender::Male), "boredom", 0));
            assert_eq!(
                of(&selection(clips), SplitKind::Random, seed).sides.last(),
                Some(&Side::Train)
            );
        }
    }
}

#[test]
fn speakers_who_share_samples_stay_together() {
    let mut selection = selection(corpus("a", 8, &EMOTIONS[..4], 5));
    // One clip of speaker 00 and one of speaker 05 are the same.
    for (clip, facts_of) in selection.clips.iter().zip(&mut selection.facts) {
        let twin = matches!(clip.speaker.as_deref(), Some("00" | "05")) && clip.path.ends_with("calm-0003.wav");
        *facts_of = if twin { facts(1) } else { None };
    }
    for seed in 0..20 {
        let split = of(&selection, SplitKind::Speaker, seed);
        let sides: HashSet<Side> = selection
            .clips
            .iter()
            .zip(&split.sides)
            .filter(|(clip, _)| matches!(clip.speaker.as_deref(), Some("00" | "05")))
            .map(|(_, side)| *side)
            .collect();
        assert_eq!(sides.len(), 1);
        assert_eq!(split.remarks, ["speakers with identical samples kept on one side (a)"]);
    }
}

#[test]
fn silence_makes_nobody_a_twin() {
    let mut selection = selection(corpus("a", 6, &EMOTIONS[..4], 2));
    let mut silent = SampleFacts::clone(&facts(0).unwrap());
    silent.level.silent = true;
    selection.facts = vec![Some(Arc::new(silent)); selection.clips.len()];
    assert_eq!(of(&selection, SplitKind::Speaker, 1).remarks, [""; 0]);
}

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
    assert!(refused(0.0, 0.1, 0, 0).contains("split.test = 0"));
    assert!(refused(1.0, 0.1, 0, 0).contains("split.test = 1"));
    assert!(refused(f64::NAN, 0.1, 0, 0).contains("split.test = NaN"));
    assert!(refused(0.2, -0.1, 0, 0).contains("split.validation = -0.1"));
    let both = refused(0.6, 0.4, 0, 0);
    assert!(
        both.contains("split.test (0.6)") && both.contains("split.validation (0.4)"),
        "{both}"
    );
    assert!(refused(0.2, 0.5, 2, 0).contains("split.kfold"));
    assert!(refused(0.2, 0.1, 5, 5).contains("no fold 6 of 5"));
    assert!(refused(0.2, 0.1, 0, 1).contains("no fold 2 of 1"));
    assert!(refused(0.2, 0.1, 2000, 0).contains("split.kfold = 2000"));
    let nothing = problem(split(&Selection::default(), &settings(SplitKind::Speaker, 0), 1, 0));
    assert!(nothing.contains("no clip takes part"), "{nothing}");
    let few = super::tests::selection(corpus("a", 3, &["sad"], 1));
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
