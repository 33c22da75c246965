//! The epochs of a run, which may be very many.

use super::EpochMetrics;
use serde::{Serialize, Serializer};
use std::sync::Arc;

/// Epochs of a chunk.
const CHUNK: usize = 1024;

/// The epochs of a run, in chunks that copies share: following a run of a million epochs copies a thousand of them.
#[derive(Debug, Clone, Default)]
pub struct Epochs {
    chunks: Vec<Arc<Vec<EpochMetrics>>>,
    len: usize,
    kept: Option<usize>,
    best: Option<usize>,
    seconds: f64,
}

impl Epochs {
    /// Adds one.
    pub fn push(&mut self, metrics: EpochMetrics) {
        if metrics.best {
            self.kept = Some(self.len);
        }
        let score = |metrics: &EpochMetrics| metrics.validation_ccc.unwrap_or(metrics.validation_uar);
        if self.best().is_none_or(|best| score(&metrics) > score(best)) {
            self.best = Some(self.len);
        }
        self.seconds += metrics.seconds;
        self.len += 1;
        match self.chunks.last_mut() {
            Some(chunk) if chunk.len() < CHUNK => Arc::make_mut(chunk).push(metrics),
            _ => self.chunks.push(Arc::new(vec![metrics])),
        }
    }

    /// Adds one, in place of those that were done before and are done again.
    pub fn redo(&mut self, metrics: EpochMetrics) {
        self.keep(metrics.epoch.saturating_sub(1));
        self.push(metrics);
    }

    /// Forgets the epochs after this one.
    pub fn keep(&mut self, epoch: usize) {
        if self.last().is_some_and(|last| last.epoch > epoch) {
            *self = self.iter().filter(|metrics| metrics.epoch <= epoch).cloned().collect();
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// All of them, the first first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &EpochMetrics> {
        self.since(0)
    }

    /// Those from a place on.
    pub fn since(&self, place: usize) -> impl DoubleEndedIterator<Item = &EpochMetrics> {
        let chunks = self.chunks.iter().skip(place / CHUNK).enumerate();
        chunks.flat_map(move |(index, chunk)| {
            let start = if index == 0 { place % CHUNK } else { 0 };
            chunk.get(start..).unwrap_or_default()
        })
    }

    /// The one at a place.
    pub fn get(&self, place: usize) -> Option<&EpochMetrics> {
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// The newest.
    pub fn last(&self) -> Option<&EpochMetrics> {
        self.chunks.last()?.last()
    }

    /// The place of the one whose network is kept: the best so far by `training.monitor`.
    pub fn kept(&self) -> Option<usize> {
        self.kept
    }

    /// The one with the best UAR on validation so far, or the best mean CCC where dimensions are learnt; the first of several.
    pub fn best(&self) -> Option<&EpochMetrics> {
        self.get(self.best?)
    }

    /// Time taken by all of them (s).
    pub fn seconds(&self) -> f64 {
        self.seconds
    }
}

impl PartialEq for Epochs {
    /// Shared chunks are equal without being read.
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len
            && self
                .chunks
                .iter()
                .zip(&other.chunks)
                .all(|(one, another)| Arc::ptr_eq(one, another) || one == another)
    }
}

impl FromIterator<EpochMetrics> for Epochs {
    fn from_iter<I: IntoIterator<Item = EpochMetrics>>(all: I) -> Self {
        let mut epochs = Self::default();
        all.into_iter().for_each(|metrics| epochs.push(metrics));
        epochs
    }
}

impl Serialize for Epochs {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
pub(in crate::engine) mod tests {
    use super::*;

    pub fn metrics(epoch: usize) -> EpochMetrics {
        EpochMetrics {
            epoch,
            train_loss: 1.0 / epoch as f64,
            train_accuracy: 0.5,
            train_uar: 0.5,
            train_ccc: None,
            validation_loss: 1.0,
            validation_accuracy: 0.5,
            validation_uar: 0.25,
            validation_ccc: None,
            learning_rate: 0.001,
            clips_per_second: 100.0,
            seconds: 0.5,
            memory_bytes: 0,
            best: epoch == 3,
        }
    }

    #[test]
    fn a_million_epochs_are_followed_without_copying_them() {
        let mut epochs: Epochs = (1..=1_000_000).map(metrics).collect();
        let told = epochs.clone();
        epochs.push(metrics(1_000_001));
        assert_ne!(epochs, told);
        let shared = epochs
            .chunks
            .iter()
            .zip(&told.chunks)
            .filter(|(a, b)| Arc::ptr_eq(a, b))
            .count();
        assert_eq!(shared, epochs.chunks.len() - 1, "only the last chunk was copied");
        assert_eq!((told.len(), epochs.len()), (1_000_000, 1_000_001));
        assert_eq!(
            epochs.since(1_000_000).map(|metrics| metrics.epoch).collect::<Vec<_>>(),
            [1_000_001]
        );
        assert_eq!(epochs.since(2000).next().unwrap().epoch, 2001);
        assert_eq!(epochs.iter().next_back(), epochs.last());
        assert_eq!((epochs.kept(), epochs.best().unwrap().epoch), (Some(2), 1));
        assert_eq!(epochs.seconds(), 500_000.5);
        assert_eq!(epochs.get(1_000_001), None);
    }

    #[test]
    fn an_epoch_that_is_done_again_takes_the_place_of_those_from_there_on() {
        let mut epochs: Epochs = (1..=9).map(metrics).collect();
        epochs.keep(4);
        epochs.redo(metrics(5));
        epochs.redo(metrics(2));
        assert_eq!(epochs.iter().map(|metrics| metrics.epoch).collect::<Vec<_>>(), [1, 2]);
        assert_eq!((epochs.kept(), epochs.seconds()), (None, 1.0));
    }
}
