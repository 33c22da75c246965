//! Made-up catalogues and what is asked of their splits.

mod before;
mod given;
mod given_files;
mod kept;
mod limits;
mod properties;
mod recordings;
mod speakers;
mod unlike;

use super::super::{Clip, Emotion, Gender, SampleAnalysis};
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
        given_split: None,
        columns: Default::default(),
        intensity: None,
        dimensions: Default::default(),
        votes: None,
        text: None,
        container: "wav".into(),
        frames: 16_000,
        rate: 16_000,
        channels: 1,
        decoded: None,
        channel: Default::default(),
        segment: None,
    }
}

fn analysis(content: u128) -> Option<Arc<SampleAnalysis>> {
    let level = Level {
        peak: 0.5,
        rms_dbfs: -20.0,
        clipped: 0.0,
        silent: false,
    };
    Some(Arc::new(SampleAnalysis {
        content,
        frames: 16_000,
        level,
        thumbnail: Vec::new(),
        damage: None,
        cancelled: None,
        left_out: None,
    }))
}

fn selection(clips: Vec<Clip>) -> Selection {
    Selection {
        analysis: vec![None; clips.len()],
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

/// One to four corpora of various sizes, uneven counts, missing emotions and genders, some duplicates.
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
        selection.analysis[index] = match random.random_range(0..100) {
            0..20 => None,
            20 => analysis(random.random_range(0..3)),
            _ => analysis(1000 + index as u128),
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
        ..SplitSettings::default()
    }
}

/// As new runs are dealt.
fn split(selection: &Selection, settings: &SplitSettings, seed: u64, fold: usize) -> Result<Split, CorpusError> {
    super::split(selection, settings, Dealing::NEWEST, seed, fold)
}

fn of(selection: &Selection, kind: SplitKind, seed: u64) -> Split {
    split(selection, &settings(kind, 0), seed, 0).unwrap()
}

/// Distinct speakers per side.
fn speakers(selection: &Selection, split: &Split, subset: Subset) -> HashSet<String> {
    let clips = selection
        .clips
        .iter()
        .zip(&split.subsets)
        .filter(|(_, at)| **at == subset);
    clips.filter_map(|(clip, _)| clip.speaker_key()).collect()
}

fn count(split: &Split, subset: Subset) -> usize {
    split.subsets.iter().filter(|at| **at == subset).count()
}

fn problem(result: Result<Split, CorpusError>) -> String {
    result.unwrap_err().to_string()
}

fn assert_duplicates_are_together(selection: &Selection, split: &Split) {
    let mut subsets: HashMap<u128, Subset> = HashMap::new();
    for (analysis, subset) in selection.analysis.iter().zip(&split.subsets) {
        if let Some(analysis) = analysis {
            assert_eq!(
                subsets.entry(analysis.content).or_insert(*subset),
                subset,
                "duplicates straddle the split"
            );
        }
    }
}

fn assert_speakers_are_apart(selection: &Selection, split: &Split) {
    let [train, validation, test] =
        [Subset::Train, Subset::Validation, Subset::Test].map(|subset| speakers(selection, split, subset));
    assert!(
        test.is_disjoint(&train) && test.is_disjoint(&validation),
        "a test speaker is also in training"
    );
    let cut: Vec<&String> = split
        .notes
        .iter()
        .filter(|note| note.starts_with("validation cut by clip"))
        .collect();
    for shared in train.intersection(&validation) {
        let corpus = shared.split('/').next().unwrap();
        assert!(
            cut.iter().any(|note| note.contains(corpus)),
            "{shared} is in training and validation"
        );
    }
}
