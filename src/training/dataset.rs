//! Clips to features and labels.

use super::extraction::features_of;
use super::loss::Asked;
use super::{DimensionTargets, Examples, Target, TrainingError};
use crate::corpus::{Clip, Emotion, Selection, Split, Subset};
use crate::features::{FeatureMatrix, FeatureStore, Note};
use std::collections::BTreeMap;
use xxhash_rust::xxh3::Xxh3Default;

/// Features and labels of every selected clip, in the order of the selection.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// One matrix per clip, as extracted (not scaled), unless [`super::Normaliser`] has standardised them.
    pub matrices: Vec<FeatureMatrix>,
    /// Index into `labels` per clip; 0 where dimensions are learnt.
    pub targets: Vec<usize>,
    /// The labels, in order of [`crate::corpus::Emotion::rank`]; none where dimensions are learnt.
    pub labels: Vec<String>,
    /// What is learnt in place of the label alone, where [`Target::Votes`] asks for it.
    pub votes: Option<VoteShares>,
    /// What is learnt in place of labels, where [`Target::Dimensions`] asks for it.
    pub dimensions: Option<DimensionTargets>,
    /// The split.
    pub split: Split,
    /// Who speaks each clip ([`Clip::speaker_key`]), where it is known.
    pub speakers: Vec<Option<String>>,
    /// The clip that each one is a copy of, or itself.
    pub sources: Vec<usize>,
    /// How many matrices the cache already had.
    pub cached: usize,
    /// How many clips are shorter than the recipe's skip (`Note::SkipClamped`).
    pub skip_clamped: usize,
}

/// The listeners' votes of every clip.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct VoteShares {
    /// The share of every label, clip after clip; all of a clip without votes is on its label.
    pub shares: Vec<Vec<f32>>,
    /// How many clips have no votes for any of the labels.
    pub without: usize,
}

impl VoteShares {
    /// Those of these clips; votes for what is none of the labels do not count.
    fn of(clips: &[Clip], labels: &[String], targets: &[usize]) -> Result<Self, TrainingError> {
        let mut without = 0;
        let shares = clips.iter().zip(targets).map(|(clip, target)| {
            let mut row = vec![0.0; labels.len()];
            for (label, count) in clip.votes.iter().flat_map(|votes| votes.iter()) {
                if let Some(index) = labels.iter().position(|known| known == label.name()) {
                    row[index] = count;
                }
            }
            let sum: f32 = row.iter().sum();
            if sum > 0.0 {
                row.iter_mut().for_each(|share| *share /= sum);
            } else {
                without += 1;
                row[*target] = 1.0;
            }
            row
        });
        let shares = shares.collect();
        if without == clips.len() {
            return Err(TrainingError::Data(format!(
                "training.target is \"votes\", and of {without} clips none has votes for one of the labels ({}); name \
                 the columns that count them (columns.votes of the corpus), or set it to \"emotion\"",
                labels.join(", ")
            )));
        }
        Ok(Self { shares, without })
    }
}

impl Dataset {
    /// How many numbers the network gives for each clip.
    pub fn outputs(&self) -> usize {
        self.dimensions
            .as_ref()
            .map_or(self.labels.len(), |of| of.head.names.len())
    }

    /// What is asked for of a clip.
    pub(super) fn asked(&self, clip: usize) -> Asked<'_> {
        match &self.votes {
            Some(votes) => Asked::Shares(&votes.shares[clip]),
            None => Asked::Label(self.targets[clip]),
        }
    }

    /// The clips of one subset, as indices into the selection.
    pub fn subset(&self, subset: Subset) -> Vec<usize> {
        let subsets = self.split.subsets.iter().enumerate();
        subsets.filter(|(_, of)| **of == subset).map(|(clip, _)| clip).collect()
    }

    /// Hash of all that is learnt from and evaluated on: numbers, labels and subsets.
    pub(super) fn fingerprint(&self) -> String {
        let mut hash = Xxh3Default::new();
        hash.update(format!("{:?}", self.labels).as_bytes());
        for ((matrix, target), subset) in self.matrices.iter().zip(&self.targets).zip(&self.split.subsets) {
            hash.update(format!("{target} {subset:?} {}", matrix.frames).as_bytes());
            hash.update(bytemuck::cast_slice(&matrix.values));
        }
        for row in self.votes.iter().flat_map(|votes| &votes.shares) {
            hash.update(bytemuck::cast_slice(row));
        }
        if let Some(dimensions) = &self.dimensions {
            hash.update(format!("{:?} {:?}", dimensions.head.names, dimensions.values).as_bytes());
        }
        format!("{:032x}", hash.digest128())
    }
}

/// Extracts or reads the features of every example, on all cores; `progress(done, total)` returning false stops it.
/// Examples that cannot be read any more, or have no features, are left out ([`Examples::leave_out`]); of several other
/// failures, that of the first example is reported.
///
/// # Errors
/// A cache that cannot be written, features that were imported and are not there, what [`Examples::leave_out`] says,
/// fewer than two labels, votes or dimensions that are asked for and that no clip has, or being stopped.
pub fn build_dataset(
    examples: &mut Examples,
    target: Target,
    store: &FeatureStore,
    progress: &(dyn Fn(usize, usize) -> bool + Sync),
) -> Result<Dataset, TrainingError> {
    let (clips, analysis) = (&examples.selection.clips, &examples.selection.analysis);
    if examples.split.subsets.len() != clips.len() {
        return Err(TrainingError::Data(format!(
            "the split is of {} clips, the selection has {}; make the split again",
            examples.split.subsets.len(),
            clips.len()
        )));
    }
    // A single label, and votes that nobody gave, are refused before the work.
    check_target(target, &examples.selection)?;
    let outcomes = features_of(
        clips,
        analysis,
        |index| examples.copy(index),
        store,
        |extracted, cached| (extracted, cached),
        progress,
    )?;
    let mut found = Vec::with_capacity(clips.len());
    let mut bad = BTreeMap::new();
    for (example, outcome) in outcomes.into_iter().enumerate() {
        match outcome {
            Ok(extracted) => found.push(extracted),
            Err(reason) => drop(bad.insert(example, reason)),
        }
    }
    // The copies of what is left out go with it.
    let orphaned: Vec<bool> = (0..clips.len())
        .filter(|example| !bad.contains_key(example))
        .map(|example| bad.contains_key(&examples.source(example)))
        .collect();
    let mut orphaned = orphaned.into_iter();
    found.retain(|_| !orphaned.next().unwrap_or_default());
    examples.leave_out(&bad)?;
    let Labelled {
        labels,
        targets,
        votes,
        dimensions,
    } = asked_of(target, &examples.selection)?;
    let mut dataset = Dataset {
        matrices: Vec::with_capacity(found.len()),
        targets,
        labels,
        votes,
        dimensions,
        split: examples.split.clone(),
        speakers: examples.selection.clips.iter().map(Clip::speaker_key).collect(),
        sources: (0..examples.selection.clips.len())
            .map(|example| examples.source(example))
            .collect(),
        cached: 0,
        skip_clamped: 0,
    };
    for (extracted, cached) in found {
        let clamped = |note: &Note| matches!(note, Note::SkipClamped { .. });
        dataset.cached += usize::from(cached);
        dataset.skip_clamped += usize::from(extracted.notes.iter().any(clamped));
        dataset.matrices.push(extracted.matrix);
    }
    Ok(dataset)
}

/// Refuses clips that nothing can be learnt of.
///
/// # Errors
/// Fewer than two labels; votes or dimensions that are asked for and that no clip has.
pub fn check_target(target: Target, selection: &Selection) -> Result<(), TrainingError> {
    asked_of(target, selection).map(drop)
}

/// Labels, the one of each clip, and what is learnt in place of it.
#[derive(Default)]
struct Labelled {
    labels: Vec<String>,
    targets: Vec<usize>,
    votes: Option<VoteShares>,
    dimensions: Option<DimensionTargets>,
}

/// What is asked for of each clip.
fn asked_of(target: Target, selection: &Selection) -> Result<Labelled, TrainingError> {
    let clips = &selection.clips;
    if target == Target::Dimensions {
        return Ok(Labelled {
            targets: vec![0; clips.len()],
            dimensions: Some(DimensionTargets::of(selection)?),
            ..Labelled::default()
        });
    }
    let (labels, targets) = label(clips)?;
    let votes = match target {
        Target::Votes => Some(VoteShares::of(clips, &labels, &targets)?),
        _ => None,
    };
    Ok(Labelled {
        labels,
        targets,
        votes,
        dimensions: None,
    })
}

/// The emotions of these clips, each once, in the order in which they are shown.
pub(super) fn ranked(clips: &[Clip]) -> Vec<&Emotion> {
    let mut emotions: Vec<&Emotion> = clips.iter().map(|clip| &clip.emotion).collect();
    emotions.sort_by(|one, other| one.rank().cmp(&other.rank()));
    emotions.dedup();
    emotions
}

/// The labels in the order in which they are shown, and each clip's index among them.
fn label(clips: &[Clip]) -> Result<(Vec<String>, Vec<usize>), TrainingError> {
    let emotions = ranked(clips);
    if emotions.len() < 2 {
        let found = emotions.first().map_or("none", |emotion| emotion.name());
        return Err(TrainingError::Data(format!(
            "there is nothing to classify: {} clips with one emotion at most ({found}); \
             look at the corpora, [filter] and [labels]",
            clips.len()
        )));
    }
    let target = |clip: &Clip| emotions.binary_search_by(|emotion| emotion.rank().cmp(&clip.emotion.rank()));
    // Every emotion is in the list, so the search finds it.
    let targets = clips
        .iter()
        .map(|clip| target(clip).unwrap_or_else(|index| index))
        .collect();
    let labels = emotions.iter().map(|emotion| emotion.name().to_owned()).collect();
    Ok((labels, targets))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::{Level, decode};
    use crate::corpus::{Exclusion, SampleAnalysis, Selection, SplitKind};
    use crate::features::{Feature, Recipe};
    use std::fs;
    use std::path::Path;
    use std::sync::{Arc, Mutex};

    fn recipe() -> Recipe {
        Recipe {
            sample_rate: 8_000,
            skip_seconds: 0.2,
            take_seconds: 0.5,
            frame_length: 512,
            hop_length: 400,
            n_mels: 20,
            n_mfcc: 4,
            features: vec![Feature::Zcr, Feature::Mfcc],
            ..Recipe::default()
        }
    }

    /// A 16-bit mono wav of a tone at 8 kHz.
    fn write_tone(path: &Path, seconds: f64, frequency: f64) {
        let samples = (0..(seconds * 8_000.0) as u32).map(|index| {
            let sine = (f64::from(index) * frequency * std::f64::consts::TAU / 8_000.0).sin();
            (8_000.0 * sine) as i16
        });
        let data: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
        let mut bytes = Vec::new();
        let size = data.len() as u32;
        bytes.extend(b"RIFF");
        bytes.extend((36 + size).to_le_bytes());
        bytes.extend(b"WAVEfmt ");
        bytes.extend(16u32.to_le_bytes());
        bytes.extend([1u16.to_le_bytes(), 1u16.to_le_bytes()].concat());
        bytes.extend([8_000u32.to_le_bytes(), 16_000u32.to_le_bytes()].concat());
        bytes.extend([2u16.to_le_bytes(), 16u16.to_le_bytes()].concat());
        bytes.extend(b"data");
        bytes.extend(size.to_le_bytes());
        bytes.extend(data);
        fs::write(path, bytes).unwrap();
    }

    fn clip(path: &Path, emotion: &str) -> Clip {
        Clip {
            path: path.to_owned(),
            corpus: "toy".into(),
            synthetic: true,
            speaker: None,
            gender: None,
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
            frames: 4_800,
            rate: 8_000,
            channels: 1,
            decoded: None,
            channel: Default::default(),
            segment: None,
        }
    }

    /// Eight clips of four emotions, of which the first is shorter than the skip.
    fn selection(folder: &Path) -> Selection {
        let emotions = ["sad", "zest", "neutral", "happy"];
        let clips = (0..8).map(|index| {
            let path = folder.join(format!("clip{index}.wav"));
            write_tone(
                &path,
                if index == 0 { 0.15 } else { 0.6 },
                200.0 + 50.0 * f64::from(index),
            );
            clip(&path, emotions[index as usize % 4])
        });
        Selection {
            clips: clips.collect(),
            analysis: vec![None; 8],
            ..Selection::default()
        }
    }

    const ALL_TRAIN: [Subset; 8] = [Subset::Train; 8];
    /// Every emotion is learnt.
    const DEALT: [Subset; 8] = [
        Subset::Train,
        Subset::Train,
        Subset::Train,
        Subset::Train,
        Subset::Test,
        Subset::Validation,
        Subset::Test,
        Subset::Train,
    ];

    fn examples(selection: Selection, subsets: &[Subset]) -> Examples {
        Examples {
            split: Split {
                kind: SplitKind::Random,
                given: None,
                fold: None,
                subsets: subsets.to_vec(),
                notes: Vec::new(),
            },
            selection,
            copies: Vec::new(),
            left_out: Vec::new(),
        }
    }

    fn should_continue(_done: usize, _total: usize) -> bool {
        true
    }

    #[test]
    fn features_come_in_order_with_ranked_labels_and_from_the_cache_the_second_time() {
        let folder = tempfile::tempdir().unwrap();
        let mut selection = selection(folder.path());
        let store = FeatureStore::open(&folder.path().join("cache"), &recipe()).unwrap();
        let calls = Mutex::new(Vec::new());
        let progress = |done, total| {
            calls.lock().unwrap().push((done, total));
            true
        };
        let mut made = examples(selection.clone(), &ALL_TRAIN);
        let dataset = build_dataset(&mut made, Target::Emotion, &store, &progress).unwrap();
        assert!(made.left_out.is_empty());
        assert_eq!(dataset.labels, ["neutral", "happy", "sad", "zest"]);
        assert_eq!(dataset.targets, [2, 3, 0, 1, 2, 3, 0, 1]);
        assert_eq!((dataset.cached, dataset.skip_clamped), (0, 1));
        let mut calls = calls.into_inner().unwrap();
        calls.sort_unstable();
        assert_eq!(calls, (1..=8).map(|done| (done, 8)).collect::<Vec<_>>());
        // In order: the zero-crossing rate of clip n is that of its tone.
        for (index, matrix) in dataset.matrices.iter().enumerate().skip(1) {
            assert_eq!((matrix.frames, matrix.coefficients), recipe().shape());
            let rate = matrix.values[4 * matrix.coefficients];
            let expected = 2.0 * (200.0 + 50.0 * index as f32) / 8_000.0;
            assert!((rate - expected).abs() < 0.01, "{index}: {rate} {expected}");
        }

        // With the analysis the file is not even opened when the cache has it.
        for (clip, analysis) in selection.clips.iter().zip(&mut selection.analysis) {
            let content = decode(&clip.path).unwrap().content;
            *analysis = Some(Arc::new(SampleAnalysis {
                content,
                frames: 4_800,
                level: Level {
                    peak: 0.25,
                    rms_dbfs: -15.0,
                    clipped: 0.0,
                    silent: false,
                },
                thumbnail: Vec::new(),
                damage: None,
                cancelled: None,
                left_out: None,
            }));
            fs::remove_file(&clip.path).unwrap();
        }
        let again = build_dataset(
            &mut examples(selection, &ALL_TRAIN),
            Target::Emotion,
            &store,
            &should_continue,
        )
        .unwrap();
        assert_eq!(again.cached, 8);
        assert_eq!(again.matrices, dataset.matrices);
    }

    #[test]
    fn votes_become_shares_of_the_labels_that_there_are() {
        use crate::corpus::ListenerVotes;
        let with = |emotion: &str, votes: &[(&str, f32)]| Clip {
            votes: ListenerVotes::new(votes.iter().map(|(label, count)| (Emotion::new(label), *count))),
            ..clip(Path::new("a"), emotion)
        };
        let clips = [
            with("sad", &[("sad", 3.0), ("happy", 1.0), ("bored", 4.0)]),
            with("happy", &[("bored", 4.0)]),
            with("sad", &[]),
        ];
        let (labels, targets) = label(&clips).unwrap();
        assert_eq!(labels, ["happy", "sad"]);
        let votes = VoteShares::of(&clips, &labels, &targets).unwrap();
        assert_eq!(votes.shares, [[0.25, 0.75], [1.0, 0.0], [0.0, 1.0]]);
        assert_eq!(votes.without, 2);
        let error = VoteShares::of(&clips[1..], &labels, &targets[1..])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("columns.votes") && error.contains("happy, sad"),
            "{error}"
        );
    }

    #[test]
    fn clips_without_features_are_left_out_and_the_others_stay_where_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let selection = selection(folder.path());
        let store = FeatureStore::open(&folder.path().join("cache"), &recipe()).unwrap();
        let whole = build_dataset(
            &mut examples(selection.clone(), &DEALT),
            Target::Emotion,
            &store,
            &should_continue,
        )
        .unwrap();
        fs::remove_file(&selection.clips[6].path).unwrap();
        fs::write(&selection.clips[3].path, b"no sound at all").unwrap();
        let mut made = examples(selection.clone(), &DEALT);
        let dataset = build_dataset(&mut made, Target::Emotion, &store, &should_continue).unwrap();
        let stayed = [0, 1, 2, 4, 5, 7];
        assert_eq!(dataset.matrices, stayed.map(|clip| whole.matrices[clip].clone()));
        assert_eq!(dataset.targets, stayed.map(|clip| whole.targets[clip]));
        assert_eq!(dataset.split.subsets, stayed.map(|clip| DEALT[clip]));
        assert_eq!((&dataset.labels, &dataset.split), (&whole.labels, &made.split));
        assert_eq!(made.selection.excluded, [(Exclusion::Features, 2)].into());
        let listed: Vec<(&Path, Subset, bool)> = made
            .left_out
            .iter()
            .map(|one| (&*one.clip.path, one.subset, one.reason.contains("clip")))
            .collect();
        let clip = |index: usize| &*selection.clips[index].path;
        assert_eq!(
            listed,
            [(clip(3), Subset::Train, false), (clip(6), Subset::Test, false)]
        );

        // Without any clip to validate on there is nothing to choose by.
        fs::remove_file(&selection.clips[5].path).unwrap();
        let error = build_dataset(
            &mut examples(selection, &DEALT),
            Target::Emotion,
            &store,
            &should_continue,
        )
        .unwrap_err();
        assert!(
            error.to_string().contains("3 clips were left out") && error.to_string().contains("clip3.wav first"),
            "{error}"
        );
    }

    #[test]
    fn it_stops_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let selection = selection(folder.path());
        let store = FeatureStore::open(&folder.path().join("cache"), &recipe()).unwrap();
        let result = build_dataset(
            &mut examples(selection, &ALL_TRAIN),
            Target::Emotion,
            &store,
            &|done, _| done < 3,
        );
        assert!(matches!(result, Err(TrainingError::StoppedEarly)));
    }

    #[test]
    fn a_single_label_or_a_foreign_split_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut selection = selection(folder.path());
        let store = FeatureStore::open(&folder.path().join("cache"), &recipe()).unwrap();
        let refusal = |selection: &Selection, clips| {
            let mut made = examples(selection.clone(), &ALL_TRAIN[..clips]);
            build_dataset(&mut made, Target::Emotion, &store, &should_continue)
                .unwrap_err()
                .to_string()
        };
        assert!(refusal(&selection, 7).contains("the split is of 7 clips, the selection has 8"));
        selection
            .clips
            .iter_mut()
            .for_each(|clip| clip.emotion = Emotion::new("happy"));
        assert!(refusal(&selection, 8).contains("8 clips with one emotion at most (happy)"));
        assert!(refusal(&Selection::default(), 0).contains("0 clips"));
    }
}
