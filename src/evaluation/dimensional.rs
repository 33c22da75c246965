//! How well predictions of arousal, dominance and valence agree with what listeners said.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clip with what is true of its dimensions and what is predicted, on 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct DimensionClip<'a> {
    /// Its corpus.
    pub corpus: &'a str,
    /// The ends of the scale on which the corpus states each dimension.
    pub ranges: Vec<Option<(f32, f32)>>,
    /// What its corpus states; none where it says nothing of a dimension.
    pub truth: Vec<Option<f32>>,
    /// What is predicted.
    pub prediction: Vec<f32>,
}

/// The agreement of one dimension over clips that have it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DimensionScores {
    /// Its name.
    pub dimension: String,
    /// Clips that have it.
    pub clips: usize,
    /// Lin's concordance correlation coefficient (1989), `2 s_xy / (s_x² + s_y² + (x̄ - ȳ)²)` with the moments over all
    /// clips, as in the AVEC challenges; none where neither truth nor prediction varies.
    pub ccc: Option<f64>,
    /// Pearson's correlation coefficient; none where truth or prediction does not vary.
    pub pearson: Option<f64>,
    /// Root mean square error, on 0 to 1.
    pub rmse: f64,
    /// The same in the units of the corpus; none over several.
    pub rmse_in_units: Option<f64>,
}

/// The agreement of every dimension.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DimensionReport {
    /// Over all clips at once.
    pub all: Vec<DimensionScores>,
    /// Per corpus, by name.
    pub by_corpus: Vec<(String, Vec<DimensionScores>)>,
}

impl DimensionReport {
    /// Of these clips; dimensions that no clip has are left out.
    pub fn of(dimensions: &[String], clips: &[DimensionClip]) -> Self {
        let mut corpora: BTreeMap<&str, Vec<&DimensionClip>> = BTreeMap::new();
        for clip in clips {
            corpora.entry(clip.corpus).or_default().push(clip);
        }
        let by_corpus = corpora.into_iter().filter_map(|(corpus, clips)| {
            let mut scores = scores_of(dimensions, &clips);
            for scores in &mut scores {
                let range = dimensions.iter().position(|name| *name == scores.dimension);
                let range = range.and_then(|index| *clips.first()?.ranges.get(index)?);
                scores.rmse_in_units = range.map(|(low, high)| scores.rmse * f64::from(high - low));
            }
            (!scores.is_empty()).then(|| (corpus.to_owned(), scores))
        });
        Self {
            by_corpus: by_corpus.collect(),
            all: scores_of(dimensions, &clips.iter().collect::<Vec<_>>()),
        }
    }
}

/// The mean over the dimensions of [`DimensionScores::ccc`], where one that is not defined counts as 0; none of none.
pub fn mean_ccc(scores: &[DimensionScores]) -> Option<f64> {
    let sum: f64 = scores.iter().map(|scores| scores.ccc.unwrap_or_default()).sum();
    (!scores.is_empty()).then(|| sum / scores.len() as f64)
}

fn scores_of(dimensions: &[String], clips: &[&DimensionClip]) -> Vec<DimensionScores> {
    let of = |(index, dimension): (usize, &String)| {
        let pairs = clips.iter().filter_map(|clip| {
            let truth = (*clip.truth.get(index)?)?;
            Some((f64::from(truth), f64::from(*clip.prediction.get(index)?)))
        });
        agreement(dimension, &pairs.collect::<Vec<_>>())
    };
    dimensions.iter().enumerate().filter_map(of).collect()
}

/// Of pairs of truth and prediction; none without any.
fn agreement(dimension: &str, pairs: &[(f64, f64)]) -> Option<DimensionScores> {
    if pairs.is_empty() {
        return None;
    }
    let mean = |value: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(value).sum::<f64>() / pairs.len() as f64;
    let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
    let (variance_x, variance_y) = (mean(&|pair| (pair.0 - x).powi(2)), mean(&|pair| (pair.1 - y).powi(2)));
    let covariance = mean(&|pair| (pair.0 - x) * (pair.1 - y));
    let ratio = |above: f64, below: f64| (below > 0.0).then(|| above / below);
    Some(DimensionScores {
        dimension: dimension.to_owned(),
        clips: pairs.len(),
        ccc: ratio(2.0 * covariance, variance_x + variance_y + (x - y).powi(2)),
        pearson: ratio(covariance, (variance_x * variance_y).sqrt()),
        rmse: mean(&|pair| (pair.0 - pair.1).powi(2)).sqrt(),
        rmse_in_units: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Golden {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        truth: Vec<f64>,
        prediction: Vec<f64>,
        ccc: f64,
        pearson: f64,
        rmse: f64,
    }

    #[test]
    fn agreement_is_that_of_the_definition_scipy_and_scikit_learn() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/dimensions.json")).unwrap();
        for case in golden.cases {
            let pairs: Vec<(f64, f64)> = case.truth.iter().copied().zip(case.prediction).collect();
            let got = agreement("arousal", &pairs).unwrap();
            let ours = [got.ccc.unwrap(), got.pearson.unwrap(), got.rmse];
            for (ours, theirs) in ours.into_iter().zip([case.ccc, case.pearson, case.rmse]) {
                assert!((ours - theirs).abs() < 1e-12, "{}: {ours} is not {theirs}", case.name);
            }
        }
    }

    #[test]
    fn what_does_not_vary_has_no_correlation() {
        let same = agreement("arousal", &[(0.5, 0.5), (0.5, 0.5)]).unwrap();
        assert_eq!((same.ccc, same.pearson, same.rmse), (None, None, 0.0));
        let flat = agreement("arousal", &[(0.0, 0.5), (1.0, 0.5)]).unwrap();
        assert_eq!((flat.ccc, flat.pearson, flat.rmse), (Some(0.0), None, 0.5));
        assert_eq!(agreement("arousal", &[]), None);
    }

    #[test]
    fn the_whole_is_not_the_mean_of_its_parts() {
        let clip = |corpus: &'static str, truth: Option<f32>, prediction: f32| DimensionClip {
            corpus,
            ranges: vec![Some((1.0, 5.0)), None],
            truth: vec![truth, None],
            prediction: vec![prediction, 0.5],
        };
        let clips = [
            clip("a", Some(0.0), 0.0),
            clip("a", Some(0.25), 0.25),
            clip("b", Some(0.5), 1.0),
            clip("b", Some(0.75), 0.75),
            clip("c", None, 0.75),
        ];
        let report = DimensionReport::of(&["arousal".to_owned(), "valence".to_owned()], &clips);
        let [all] = report.all.as_slice() else {
            panic!("{report:?}")
        };
        assert_eq!((all.dimension.as_str(), all.clips), ("arousal", 4));
        // numpy over the four clips.
        assert!((all.ccc.unwrap() - 0.75).abs() < 1e-12);
        let names: Vec<&str> = report.by_corpus.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        let ccc = |corpus: usize| report.by_corpus[corpus].1[0].ccc.unwrap();
        assert_eq!(ccc(0), 1.0);
        assert!(ccc(1) < 0.0);
        let rmse = &report.by_corpus[1].1[0];
        assert_eq!((all.rmse_in_units, rmse.rmse_in_units), (None, Some(4.0 * rmse.rmse)));
    }
}
