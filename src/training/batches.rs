//! The batches of an epoch, put together on other threads while the network learns from the ones before.

use super::ahead::{Ahead, with_ahead};
use super::augmentation::Augmenter;
use super::{Dataset, TrainingError};
use crate::features::{FeatureMatrix, Scaler};
use crate::inference::standardised;
use burn::tensor::TensorData;
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::thread::available_parallelism;

/// Batches that are made ahead of the one that is learnt from, and whose examples are made ahead of them.
const BATCHES_AHEAD: usize = 2;

/// Batches as they come ready: [`standardised`].
pub(super) type Ready = Ahead<Result<TensorData, TrainingError>>;

/// What an epoch's batches are made of.
pub(super) struct Batches<'a> {
    pub dataset: &'a Dataset,
    pub scaler: &'a Scaler,
    /// Whether the clips are of unequal length, see [`standardised`].
    pub masked: bool,
    pub augmenter: Option<&'a Augmenter<'a>>,
    /// From 1.
    pub epoch: usize,
    /// In the order in which they are learnt from.
    pub clips: &'a [usize],
    /// Clips of a batch; the last one may have fewer.
    pub size: usize,
}

impl Batches<'_> {
    /// Makes them in order while `work` runs. What they hold does not depend on which thread makes it, or when.
    pub fn ready<R>(&self, work: impl FnOnce(&mut Ready) -> R) -> R {
        let clips: Vec<&[usize]> = self.clips.chunks(self.size).collect();
        let Some(augmenter) = self.augmenter.filter(|augmenter| augmenter.makes_examples()) else {
            let make = |batch: usize| {
                let matrices = clips[batch].iter().map(|clip| &self.dataset.matrices[*clip]);
                Ok(standardised(&matrices.collect::<Vec<_>>(), self.scaler, self.masked)?)
            };
            return with_ahead(clips.len(), 1, BATCHES_AHEAD, make, work);
        };
        let turns = turns(self.clips);
        let make = |index: usize| {
            let clip = self.clips[index];
            let matrix = &self.dataset.matrices[clip];
            augmenter.example((self.epoch, turns[index]), clip, matrix, self.scaler)
        };
        let threads = available_parallelism().map_or(1, usize::from);
        let bound = BATCHES_AHEAD * self.size + threads;
        with_ahead(self.clips.len(), threads, bound, make, |examples| {
            let examples = Mutex::new(examples);
            let make = |batch: usize| {
                let mut examples = examples.lock().unwrap_or_else(PoisonError::into_inner);
                let next = |_| examples.next().unwrap_or_else(gone);
                let matrices: Vec<Cow<FeatureMatrix>> = clips[batch].iter().map(next).collect::<Result<_, _>>()?;
                let matrices: Vec<&FeatureMatrix> = matrices.iter().map(AsRef::as_ref).collect();
                Ok(standardised(&matrices, self.scaler, self.masked)?)
            };
            with_ahead(clips.len(), 1, BATCHES_AHEAD, make, work)
        })
    }
}

/// The error in place of the batch of a thread that panicked.
pub(super) fn gone<T>() -> Result<T, TrainingError> {
    let problem = "a thread that makes examples came to an end";
    Err(TrainingError::Data(problem.to_owned()))
}

/// How often each clip came before.
fn turns(clips: &[usize]) -> Vec<usize> {
    let mut seen: HashMap<usize, usize> = HashMap::new();
    let mut turn = |clip: &usize| {
        let next = seen.entry(*clip).or_default();
        *next += 1;
        *next - 1
    };
    clips.iter().map(&mut turn).collect()
}

#[cfg(test)]
mod tests {
    use super::super::augmentation::{AugmentationSettings, OnTheFly};
    use super::super::normalise::Normaliser;
    use super::*;
    use crate::corpus::{Split, SplitKind};
    use crate::features::Recipe;

    const SHAPE: (usize, usize) = (6, 2);

    fn dataset(clips: usize) -> Dataset {
        let matrix = |clip: usize| FeatureMatrix {
            frames: SHAPE.0,
            coefficients: SHAPE.1,
            values: (0..SHAPE.0 * SHAPE.1)
                .map(|index| (100 * clip + index) as f32)
                .collect(),
        };
        Dataset {
            votes: None,
            dimensions: None,
            matrices: (0..clips).map(matrix).collect(),
            targets: vec![0; clips],
            labels: vec!["happy".to_owned()],
            split: Split {
                kind: SplitKind::Random,
                given: None,
                fold: None,
                subsets: Vec::new(),
                notes: Vec::new(),
            },
            speakers: vec![None; clips],
            sources: (0..clips).collect(),
            cached: 0,
            skip_clamped: 0,
        }
    }

    fn scaler() -> Scaler {
        Scaler {
            mean: vec![1.0, 2.0],
            deviation: vec![2.0, 4.0],
        }
    }

    /// All batches of an epoch, as rows of shape and numbers.
    fn all(clips: &[usize], augmenter: Option<&Augmenter>) -> Vec<(Vec<usize>, Vec<f32>)> {
        let (dataset, scaler) = (dataset(5), scaler());
        let batches = Batches {
            dataset: &dataset,
            scaler: &scaler,
            masked: false,
            augmenter,
            epoch: 3,
            clips,
            size: 2,
        };
        batches.ready(|ready| {
            let next = || ready.next().map(Result::unwrap);
            let row = |data: TensorData| (data.shape().to_vec(), data.iter::<f32>().collect());
            std::iter::from_fn(next).map(row).collect()
        })
    }

    fn values(batches: &[(Vec<usize>, Vec<f32>)]) -> Vec<f32> {
        batches.iter().flat_map(|(_, values)| values.clone()).collect()
    }

    #[test]
    fn batches_hold_the_clips_in_order_and_standardised() {
        let batches = all(&[4, 1, 3, 1, 0], None);
        let lengths: Vec<usize> = batches.iter().map(|(shape, _)| shape[0]).collect();
        assert_eq!(lengths, [2, 2, 1]);
        let values = values(&batches);
        for (position, clip) in [4, 1, 3, 1, 0].into_iter().enumerate() {
            let first = &values[position * 12..position * 12 + 2];
            assert_eq!(
                first,
                [(100.0 * clip as f32 - 1.0) / 2.0, (100.0 * clip as f32 - 1.0) / 4.0]
            );
        }
    }

    #[test]
    fn a_clip_that_is_drawn_twice_is_changed_twice_and_repeatably() {
        let file: toml::Table = include_str!("../../workbench.toml").parse().unwrap();
        let mut settings: AugmentationSettings = file["augmentation"].clone().try_into().unwrap();
        (settings.spec_augment.time_masks, settings.spec_augment.time_width) = (1, 4);
        settings.spec_augment.time_share = 1.0;
        let (recipe, normaliser) = (Recipe::default(), Normaliser::default());
        let on_the_fly = OnTheFly {
            settings: &settings,
            clips: &[],
            normaliser: &normaliser,
        };
        let augmenter = Augmenter::new(on_the_fly, &recipe, 1);
        let clips = [2; 12];
        let changed = values(&all(&clips, Some(&augmenter)));
        assert_eq!(changed, values(&all(&clips, Some(&augmenter))));
        let mut examples: Vec<&[f32]> = changed.chunks(12).collect();
        examples.sort_by(|one, other| one.partial_cmp(other).unwrap());
        examples.dedup();
        assert!(examples.len() > 3, "{examples:?}");
    }

    #[test]
    fn whoever_needs_no_more_does_not_wait_for_the_rest() {
        let (mut dataset, scaler) = (dataset(5), scaler());
        dataset.matrices[1].coefficients = 1;
        let clips = [0, 2, 3, 1, 4, 4, 4, 4, 4, 4, 4, 4, 4];
        let batches = Batches {
            dataset: &dataset,
            scaler: &scaler,
            masked: false,
            augmenter: None,
            epoch: 1,
            clips: &clips,
            size: 2,
        };
        let problem = batches.ready(|ready| {
            assert!(ready.next().unwrap().is_ok());
            ready.next().unwrap().unwrap_err().to_string()
        });
        assert!(problem.contains("do not fit"), "{problem}");
    }
}
