//! Distributions of arousal, dominance and valence, and of listeners' votes, by corpus.

use super::{Catalogue, Clip, Dimensions, LabelSettings, label_map::LabelMap};
use crate::quantile;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Bins of a histogram over a whole scale.
const BINS: usize = 20;

/// Steps of a scatter along either scale: what is nearer stands in one point.
const STEPS: f32 = 100.0;

/// The dimensions of one corpus, in its units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DimensionStatistics {
    /// The corpus.
    pub corpus: String,
    /// Whether the settings state the range of its scale; else it is that of the values.
    pub range_stated: bool,
    /// Those that its clips have.
    pub dimensions: Vec<DimensionRow>,
    /// Where clips lie: (valence, arousal, clips).
    pub scatter: Vec<(f64, f64, usize)>,
}

/// One dimension of one corpus, in its units.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DimensionRow {
    /// `arousal`, `dominance` or `valence`.
    pub name: String,
    /// Clips that have it.
    pub clips: usize,
    /// Clips whose value lies beyond the range.
    pub beyond: usize,
    /// The range that is learnt on 0 to 1.
    pub range: (f64, f64),
    /// Least value.
    pub minimum: f64,
    /// Median.
    pub median: f64,
    /// Mean.
    pub mean: f64,
    /// Standard deviation over all of them.
    pub deviation: f64,
    /// Greatest value.
    pub maximum: f64,
    /// Clips per bin over the range: (lower edge, upper edge, clips); the outer ones hold what lies beyond.
    pub histogram: Vec<(f64, f64, usize)>,
}

/// The listeners' votes of one corpus.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct VoteStatistics {
    /// The corpus.
    pub corpus: String,
    /// Clips with votes.
    pub clips: usize,
    /// Votes of a clip, on average.
    pub votes: f64,
    /// Share of a clip's votes that its most chosen label has, on average.
    pub agreement: f64,
    /// Clips on which no label was chosen more often than all others.
    pub ties: usize,
    /// Share of all votes per label, in the order in which labels are shown.
    pub labels: Vec<(String, f64)>,
}

/// Of every corpus that has any.
pub(super) fn dimension_statistics(catalogue: &Catalogue) -> Vec<DimensionStatistics> {
    let by_corpus = grouped(&catalogue.clips, |clip| !clip.dimensions.is_none());
    let of = |(corpus, clips): (&Arc<str>, Vec<&Clip>)| {
        let scales = catalogue.scales.get(corpus).copied().unwrap_or_default();
        let ends = scales.scales.map(|scale| scale.map(|scale| scale.ends()));
        let rows = Dimensions::NAMES.iter().enumerate().filter_map(|(index, name)| {
            let values = clips.iter().filter_map(|clip| clip.dimensions.values()[index]);
            row(name, values.map(f64::from).collect(), ends[index])
        });
        let mut points: BTreeMap<(i64, i64), usize> = BTreeMap::new();
        let [arousal, _, valence] = scales.scales;
        if let (Some(arousal), Some(valence)) = (arousal, valence) {
            let step = |unit: f32| (unit * STEPS).round() as i64;
            for clip in &clips {
                if let (Some(a), Some(v)) = (clip.dimensions.arousal, clip.dimensions.valence) {
                    let point = (step(valence.to_unit(v)), step(arousal.to_unit(a)));
                    *points.entry(point).or_default() += 1;
                }
            }
        }
        let scatter = points.into_iter().filter_map(|((v, a), clips)| {
            let value = |step: i64, scale: super::Scale| f64::from(scale.of_unit(step as f32 / STEPS));
            Some((value(v, valence?), value(a, arousal?), clips))
        });
        DimensionStatistics {
            corpus: corpus.to_string(),
            range_stated: scales.stated,
            dimensions: rows.collect(),
            scatter: scatter.collect(),
        }
    };
    by_corpus.into_iter().map(of).collect()
}

fn row(name: &str, mut values: Vec<f64>, ends: Option<(f32, f32)>) -> Option<DimensionRow> {
    values.sort_unstable_by(f64::total_cmp);
    let (minimum, maximum) = (*values.first()?, *values.last()?);
    let clips = values.len();
    let mean = values.iter().sum::<f64>() / clips as f64;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / clips as f64;
    let (low, high) = ends.map_or((minimum, maximum), |(low, high)| (f64::from(low), f64::from(high)));
    let bins = if low < high { BINS } else { 1 };
    let edge = |bin: usize| low + (high - low) * bin as f64 / bins as f64;
    let mut histogram: Vec<(f64, f64, usize)> = (0..bins).map(|bin| (edge(bin), edge(bin + 1), 0)).collect();
    for value in &values {
        // A value on the upper end, and one value alone, is in the last bin.
        let bin = (value - low) / (high - low) * bins as f64;
        histogram[(bin.max(0.0) as usize).min(bins - 1)].2 += 1;
    }
    Some(DimensionRow {
        name: name.to_owned(),
        clips,
        beyond: values.iter().filter(|value| **value < low || **value > high).count(),
        range: (low, high),
        minimum,
        median: quantile::of_sorted(&values, 0.5).unwrap_or_default(),
        mean,
        deviation: variance.sqrt(),
        maximum,
        histogram,
    })
}

/// Of every corpus that has any, under the labels as they are shown.
pub(super) fn vote_statistics(catalogue: &Catalogue) -> Vec<VoteStatistics> {
    let map = LabelMap::new(&LabelSettings::default(), catalogue.names.naming());
    let by_corpus = grouped(&catalogue.clips, |clip| clip.votes.is_some());
    let of = |(corpus, clips): (&Arc<str>, Vec<&Clip>)| {
        let mut found = VoteStatistics {
            corpus: corpus.to_string(),
            ..VoteStatistics::default()
        };
        let mut labels = BTreeMap::new();
        for votes in clips.iter().filter_map(|clip| map.votes(clip.votes.as_ref()?)) {
            let total = f64::from(votes.total());
            let most = votes.iter().map(|(_, count)| count).fold(0.0, f32::max);
            found.clips += 1;
            found.votes += total;
            found.agreement += f64::from(most) / total;
            found.ties += usize::from(votes.winner().is_none());
            for (label, count) in votes.iter() {
                *labels.entry(label.clone()).or_insert(0.0) += f64::from(count);
            }
        }
        let all = found.votes;
        found.votes /= found.clips.max(1) as f64;
        found.agreement /= found.clips.max(1) as f64;
        let mut labels: Vec<_> = labels.into_iter().collect();
        labels.sort_by(|(one, _), (other, _)| one.rank().cmp(&other.rank()));
        let share = |(label, votes): (super::Emotion, f64)| (label.name().to_owned(), votes / all);
        found.labels = labels.into_iter().map(share).collect();
        found
    };
    let found = by_corpus.into_iter().map(of);
    found.filter(|found| found.clips > 0).collect()
}

fn grouped(clips: &[Clip], keep: impl Fn(&Clip) -> bool) -> BTreeMap<&Arc<str>, Vec<&Clip>> {
    let mut by_corpus: BTreeMap<&Arc<str>, Vec<&Clip>> = BTreeMap::new();
    for clip in clips.iter().filter(|clip| keep(clip)) {
        by_corpus.entry(&clip.corpus).or_default().push(clip);
    }
    by_corpus
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::super::{Emotion, ListenerVotes, Scales};
    use super::*;

    fn catalogue(clips: Vec<Clip>) -> Catalogue {
        Catalogue {
            scales: Scales::of(&clips, &BTreeMap::new()).into(),
            clips: clips.into(),
            ..Catalogue::default()
        }
    }

    #[test]
    fn dimensions_are_described_in_the_units_of_their_corpus() {
        let at = |arousal: Option<f32>, valence: f32| Clip {
            dimensions: [arousal, None, Some(valence)].into(),
            ..clip("a", "")
        };
        let clips = vec![
            at(Some(1.0), -1.0),
            at(Some(5.0), 1.0),
            at(Some(2.0), -1.0),
            at(None, 0.0),
            clip("b", "sad"),
        ];
        let found = dimension_statistics(&catalogue(clips));
        let [of_test] = found.as_slice() else {
            panic!("{found:?}")
        };
        assert!(!of_test.range_stated);
        let [arousal, valence] = of_test.dimensions.as_slice() else {
            panic!("{of_test:?}")
        };
        assert_eq!((arousal.name.as_str(), arousal.clips, valence.clips), ("arousal", 3, 4));
        // numpy: mean and std of [1, 5, 2].
        assert!((arousal.mean - 2.666_666_7).abs() < 1e-6 && (arousal.deviation - 1.699_673_2).abs() < 1e-6);
        assert_eq!((arousal.minimum, arousal.median, arousal.maximum), (1.0, 2.0, 5.0));
        let bins: Vec<usize> = arousal.histogram.iter().map(|bin| bin.2).collect();
        assert_eq!((bins.len(), bins[0], bins[5], bins[19]), (20, 1, 1, 1));
        assert_eq!(valence.range, (-1.0, 1.0));
        assert_eq!(of_test.scatter, [(-1.0, 1.0, 1), (-1.0, 2.0, 1), (1.0, 5.0, 1)]);
    }

    #[test]
    fn one_value_is_one_bin_and_no_scatter() {
        let same = Clip {
            dimensions: [Some(3.0), None, Some(2.0)].into(),
            ..clip("a", "")
        };
        let found = dimension_statistics(&catalogue(vec![same.clone(), same]));
        assert_eq!(found[0].dimensions[0].histogram, [(3.0, 3.0, 2)]);
        assert!(found[0].scatter.is_empty());
    }

    #[test]
    fn votes_are_counted_under_the_labels_as_shown() {
        let with = |counts: &[(&str, f32)]| Clip {
            votes: ListenerVotes::new(counts.iter().map(|(label, count)| (Emotion::new(label), *count))),
            ..clip("a", "sad")
        };
        let clips = vec![
            with(&[("ang", 3.0), ("sad", 1.0)]),
            with(&[("anger", 1.0), ("hap", 1.0)]),
            with(&[]),
        ];
        let found = vote_statistics(&catalogue(clips));
        let expected = VoteStatistics {
            corpus: "test".into(),
            clips: 2,
            votes: 3.0,
            agreement: 0.625,
            ties: 1,
            labels: vec![
                ("happy".into(), 1.0 / 6.0),
                ("sad".into(), 1.0 / 6.0),
                ("angry".into(), 4.0 / 6.0),
            ],
        };
        assert_eq!(found, [expected]);
    }
}
