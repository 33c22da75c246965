//! How a model that has learnt dimensions does on clips.

use super::{DimensionClip, DimensionReport, DimensionScores, DimensionValue, EvaluatedClip, mean_ccc};
use serde::{Deserialize, Serialize};

/// The ends of a scale, the lower first.
type Ends = (f32, f32);

/// Everything about dimensions as they were predicted.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Regression {
    /// The dimensions, in the order of [`EvaluatedClip::dimensions`].
    pub dimensions: Vec<String>,
    /// The ends of the scale of every corpus and dimension, by the name of the corpus; none where it has no such scale.
    pub scales: Vec<(String, Vec<Option<Ends>>)>,
    /// How well truth and prediction agree.
    pub agreement: DimensionReport,
}

impl Regression {
    /// Of these clips, which are put on 0 to 1 by the scales of their corpora.
    pub fn of(dimensions: &[String], scales: Vec<(String, Vec<Option<Ends>>)>, evaluated: &[EvaluatedClip]) -> Self {
        let clips = evaluated.iter().map(|clip| on_unit(clip, dimensions.len(), &scales));
        let clips: Vec<DimensionClip> = clips.collect();
        Self {
            agreement: DimensionReport::of(dimensions, &clips),
            dimensions: dimensions.to_vec(),
            scales,
        }
    }

    /// Mean over the dimensions of the coefficient over all clips.
    pub fn mean_ccc(&self) -> Option<f64> {
        mean_ccc(&self.agreement.all)
    }

    /// The agreement of all predictions of folds together, as if one test set had been evaluated; none without any, or of
    /// other dimensions or scales.
    pub fn pooled<'a>(folds: impl IntoIterator<Item = (&'a Self, &'a [EvaluatedClip])>) -> Option<Self> {
        let mut all: Option<(&Self, Vec<EvaluatedClip>)> = None;
        let mut scales: Vec<(String, Vec<Option<Ends>>)> = Vec::new();
        for (fold, evaluated) in folds {
            for (corpus, ends) in &fold.scales {
                match scales.iter().find(|(known, _)| known == corpus) {
                    Some((_, known)) if known != ends => return None,
                    Some(_) => {}
                    None => scales.push((corpus.clone(), ends.clone())),
                }
            }
            match &mut all {
                Some((first, _)) if first.dimensions != fold.dimensions => return None,
                Some((_, clips)) => clips.extend_from_slice(evaluated),
                None => all = Some((fold, evaluated.to_vec())),
            }
        }
        let (first, clips) = all?;
        Some(Self::of(&first.dimensions, scales, &clips))
    }

    /// The agreement of a dimension over all clips.
    pub fn of_dimension(&self, name: &str) -> Option<&DimensionScores> {
        self.agreement.all.iter().find(|scores| scores.dimension == name)
    }
}

/// What is not predicted counts as not stated.
fn on_unit<'a>(
    clip: &'a EvaluatedClip,
    dimensions: usize,
    scales: &[(String, Vec<Option<Ends>>)],
) -> DimensionClip<'a> {
    let ranges = scales.iter().find(|(corpus, _)| *corpus == clip.corpus);
    let ranges = ranges.map_or_else(|| vec![None; dimensions], |(_, ranges)| ranges.clone());
    let unit = |value: f32, (low, high): Ends| (value - low) / (high - low);
    let pair = |(value, range): (&DimensionValue, &Option<Ends>)| {
        let (truth, prediction) = (value.truth?, value.prediction?);
        Some((unit(truth, (*range)?), unit(prediction, (*range)?)))
    };
    let pairs: Vec<Option<(f32, f32)>> = clip.dimensions.iter().zip(&ranges).map(pair).collect();
    DimensionClip {
        corpus: &clip.corpus,
        truth: pairs.iter().map(|pair| pair.map(|(truth, _)| truth)).collect(),
        prediction: pairs
            .iter()
            .map(|pair| pair.map_or(0.0, |(_, predicted)| predicted))
            .collect(),
        ranges,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(corpus: &str, truth: Option<f32>, prediction: Option<f32>) -> EvaluatedClip {
        EvaluatedClip {
            path: "a.wav".into(),
            corpus: corpus.into(),
            speaker: None,
            gender: None,
            truth: 0,
            probabilities: Vec::new(),
            dimensions: vec![DimensionValue { truth, prediction }],
        }
    }

    fn scales() -> Vec<(String, Vec<Option<Ends>>)> {
        vec![
            ("a".to_owned(), vec![Some((1.0, 5.0))]),
            ("b".to_owned(), vec![Some((-1.0, 1.0))]),
            ("c".to_owned(), vec![None]),
        ]
    }

    #[test]
    fn corpora_of_unlike_units_are_joined_on_0_to_1() {
        let names = ["arousal".to_owned()];
        let clips = [
            clip("a", Some(1.0), Some(1.0)),
            clip("a", Some(2.0), Some(2.0)),
            clip("b", Some(0.0), Some(1.0)),
            clip("b", Some(0.5), Some(0.5)),
            clip("c", None, None),
        ];
        let found = Regression::of(&names, scales(), &clips);
        // The pairs are 0/0, 0.25/0.25, 0.5/1 and 0.75/0.75, as in `DimensionReport`'s own test; numpy gives 0.75.
        let all = &found.agreement.all[0];
        assert!((all.ccc.unwrap() - 0.75).abs() < 1e-12 && all.clips == 4);
        assert_eq!(found.mean_ccc(), all.ccc);
        let units: Vec<Option<f64>> = found
            .agreement
            .by_corpus
            .iter()
            .map(|(_, of)| of[0].rmse_in_units)
            .collect();
        assert!(
            units[0] == Some(0.0) && (units[1].unwrap() - 0.5f64.sqrt()).abs() < 1e-6,
            "{units:?}"
        );
    }

    #[test]
    fn folds_are_pooled_over_their_predictions() {
        let names = ["arousal".to_owned()];
        let one = [clip("a", Some(1.0), Some(1.0)), clip("a", Some(2.0), Some(2.0))];
        let two = [clip("b", Some(0.0), Some(1.0)), clip("b", Some(0.5), Some(0.5))];
        let of = |clips: &[EvaluatedClip]| Regression::of(&names, scales(), clips);
        let (first, second) = (of(&one), of(&two));
        let pooled = Regression::pooled([(&first, &one[..]), (&second, &two[..])]).unwrap();
        assert!((pooled.mean_ccc().unwrap() - 0.75).abs() < 1e-12);
        let mut other = second.clone();
        other.scales[0].1 = vec![Some((0.0, 5.0))];
        assert_eq!(Regression::pooled([(&first, &one[..]), (&other, &two[..])]), None);
        assert_eq!(Regression::pooled([]), None);
    }
}
