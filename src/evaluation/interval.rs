//! How far a score may be off by chance: which speakers were met.

use super::{EvaluatedClip, confusion_matrix, scores};
use crate::quantile::of_sorted;
use crate::random::stream;
use rand::RngExt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Samples that are drawn.
const SAMPLES: u64 = 1_000;
/// The share of the samples between the bounds.
const COVERED: f64 = 0.95;

/// A percentile bootstrap interval (Efron 1979) of 95 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Interval {
    /// The lower bound.
    pub low: f64,
    /// The upper bound.
    pub high: f64,
    /// Units that were drawn with replacement.
    pub units: usize,
    /// Whether these are speakers with all their clips, which are not independent of each other; else single clips, for
    /// want of known speakers.
    pub speakers: bool,
}

/// The interval of the unweighted average recall of these clips. In each sample as many speakers are drawn with replacement
/// as there are, each with all clips; where the speaker of a clip is not known, clips are drawn. A class that a sample has
/// no clip of is left out of its mean. None of fewer than two.
pub fn uar_interval(evaluated: &[EvaluatedClip], labels: &[String], seed: u64) -> Option<Interval> {
    let speakers = evaluated.iter().all(|clip| clip.speaker.is_some());
    let mut units: BTreeMap<(&str, &str, usize), Vec<&EvaluatedClip>> = BTreeMap::new();
    for (index, clip) in evaluated.iter().enumerate() {
        let unit = match clip.speaker.as_deref().filter(|_| speakers) {
            Some(speaker) => (clip.corpus.as_str(), speaker, 0),
            None => ("", "", index),
        };
        units.entry(unit).or_default().push(clip);
    }
    if units.len() < 2 {
        return None;
    }
    let counts: Vec<Vec<Vec<usize>>> = units.values().map(|clips| counts(clips, labels.len())).collect();
    let mut drawn: Vec<f64> = (0..SAMPLES)
        .map(|sample| {
            let mut random = stream(seed, "interval", sample);
            let mut sum = vec![vec![0; labels.len()]; labels.len()];
            for _ in 0..counts.len() {
                let unit = &counts[random.random_range(0..counts.len())];
                for (row, more) in sum.iter_mut().zip(unit) {
                    row.iter_mut().zip(more).for_each(|(count, more)| *count += more);
                }
            }
            scores(&sum, labels).unweighted_average_recall
        })
        .collect();
    drawn.sort_by(f64::total_cmp);
    let tail = (1.0 - COVERED) / 2.0;
    Some(Interval {
        low: of_sorted(&drawn, tail)?,
        high: of_sorted(&drawn, 1.0 - tail)?,
        units: counts.len(),
        speakers,
    })
}

fn counts(clips: &[&EvaluatedClip], labels: usize) -> Vec<Vec<usize>> {
    let (truth, prediction): (Vec<usize>, Vec<usize>) =
        clips.iter().map(|clip| (clip.truth, clip.prediction())).unzip();
    confusion_matrix(&truth, &prediction, labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(speaker: Option<&str>, truth: usize, prediction: usize) -> EvaluatedClip {
        EvaluatedClip {
            path: "a.wav".into(),
            corpus: "a".into(),
            speaker: speaker.map(str::to_owned),
            gender: None,
            truth,
            probabilities: (0..2)
                .map(|class| if class == prediction { 0.9 } else { 0.1 })
                .collect(),
            dimensions: Vec::new(),
        }
    }

    fn interval(evaluated: &[EvaluatedClip]) -> Option<Interval> {
        uar_interval(evaluated, &["sad".into(), "angry".into()], 1)
    }

    #[test]
    fn speakers_are_drawn_with_all_their_clips() {
        // One speaker all right, one all wrong: a sample has UAR 0, 1/2 or 1, each extreme in a quarter of them.
        let clips = [
            clip(Some("1"), 0, 0),
            clip(Some("1"), 1, 1),
            clip(Some("2"), 0, 1),
            clip(Some("2"), 1, 0),
        ];
        let found = interval(&clips).unwrap();
        assert_eq!(
            (found.low, found.high, found.units, found.speakers),
            (0.0, 1.0, 2, true)
        );
        assert_eq!(interval(&clips), Some(found), "the same seed gives the same interval");
        assert_eq!(interval(&clips[..2]), None);
        let unknown = [clip(None, 0, 0), clip(Some("2"), 1, 1)];
        let found = interval(&unknown).unwrap();
        assert_eq!(
            (found.low, found.high, found.units, found.speakers),
            (1.0, 1.0, 2, false)
        );
    }

    #[test]
    fn the_bounds_of_many_units_are_those_of_the_normal_approximation() {
        // 200 clips of one class, a quarter of them wrong: the recall has a standard error of sqrt(0.75 * 0.25 / 200).
        let clips: Vec<EvaluatedClip> = (0..200)
            .map(|index| clip(None, 0, usize::from(index % 4 == 0)))
            .collect();
        let found = interval(&clips).unwrap();
        let error = (0.75f64 * 0.25 / 200.0).sqrt();
        assert!((found.low - (0.75 - 1.96 * error)).abs() < 0.015, "{found:?}");
        assert!((found.high - (0.75 + 1.96 * error)).abs() < 0.015, "{found:?}");
    }
}
