//! Which clips a model is evaluated on, and what it took them for.

use crate::corpus::{Clip, CorpusError, Dealing, Emotion, Exclusion, Selection, Split, Subset, narrowed, split};
use crate::engine::jobs::predictor::Loaded;
use crate::engine::{EngineError, EvaluatedClip, Settings, UnknownLabel};
use crate::training::evaluated_clip;
use std::collections::BTreeMap;

/// The clips that are evaluated.
pub struct Side {
    /// The clips.
    pub selection: Selection,
    /// What they are of the settings' selection.
    pub name: String,
    /// What has to be said of how they were dealt.
    pub notes: Vec<String>,
}

impl Side {
    /// All selected clips, or a subset of the settings' split (its first fold).
    pub fn of(settings: &Settings, selection: Selection, subset: Option<Subset>) -> Result<Self, EngineError> {
        let Some(subset) = subset else {
            return match selection.clips.is_empty() {
                true => Err(EngineError::Unsuitable(
                    "no clip takes part; widen [filter] or [labels], or name corpora".to_owned(),
                )),
                false => Ok(Self {
                    selection,
                    name: "all selected clips".to_owned(),
                    notes: Vec::new(),
                }),
            };
        };
        let (selection, dealt) = deal(settings, selection)?;
        Ok(Self::dealt(settings, selection, dealt, subset))
    }

    /// The training and validation clips of the settings' split, and its test set.
    pub fn divided(settings: &Settings, selection: Selection) -> Result<(Selection, Self), EngineError> {
        let (selection, dealt) = deal(settings, selection)?;
        let fitted = kept(selection.clone(), |index, _| dealt.subsets[index] != Subset::Test);
        Ok((fitted, Self::dealt(settings, selection, dealt, Subset::Test)))
    }

    fn dealt(settings: &Settings, selection: Selection, dealt: Split, subset: Subset) -> Self {
        Self {
            name: format!(
                "{}, {} set (seed {})",
                dealt.name(),
                subset.name(),
                settings.split_seed()
            ),
            selection: kept(selection, |index, _| dealt.subsets[index] == subset),
            notes: dealt.notes,
        }
    }
}

/// The first fold of the settings' split.
fn deal(settings: &Settings, selection: Selection) -> Result<(Selection, Split), CorpusError> {
    let selection = narrowed(&selection, &settings.split, 0)?.into_owned();
    let dealt = split(&selection, &settings.split, Dealing::NEWEST, settings.split_seed(), 0)?;
    Ok((selection, dealt))
}

fn kept(selection: Selection, keep: impl Fn(usize, &Clip) -> bool) -> Selection {
    let mut kept = Selection {
        excluded: selection.excluded,
        alike: selection.alike,
        scales: selection.scales,
        dimensions: selection.dimensions,
        ..Selection::default()
    };
    for (index, (clip, analysis)) in selection.clips.into_iter().zip(selection.analysis).enumerate() {
        if keep(index, &clip) {
            kept.clips.push(clip);
            kept.analysis.push(analysis);
        }
    }
    kept
}

/// The clips of these labels, when any are named; the others count as not in the filter.
pub fn of_labels(selection: Selection, labels: &[String]) -> Result<Selection, EngineError> {
    if labels.is_empty() {
        return Ok(selection);
    }
    let wanted: Vec<Emotion> = labels.iter().map(|label| Emotion::new(label).joined()).collect();
    let there: Vec<String> = selection.labels().into_iter().map(str::to_owned).collect();
    if let Some(missing) = wanted
        .iter()
        .find(|label| !there.iter().any(|known| known == label.name()))
    {
        return Err(EngineError::Unknown(format!(
            "no selected clip has the label `{missing}`; there are {}",
            there.join(", ")
        )));
    }
    let before = selection.clips.len();
    let mut selection = kept(selection, |_, clip| wanted.contains(&clip.emotion));
    let gone = before - selection.clips.len();
    if gone > 0 {
        *selection.excluded.entry(Exclusion::Filter).or_default() += gone;
    }
    Ok(selection)
}

/// Refuses a model that has none of the labels of the clips.
pub fn check_labels(loaded: &Loaded, labels: &[String], selection: &Selection) -> Result<(), EngineError> {
    let of_clips = selection.labels();
    if labels.iter().any(|label| of_clips.contains(label.as_str())) {
        return Ok(());
    }
    let first = labels.first().map_or("", String::as_str);
    Err(EngineError::Unsuitable(format!(
        "{} has the labels {}, the clips have {}: none is in both; name what they count as, as --map {first}=neutral",
        loaded.name(),
        labels.join(", "),
        of_clips.into_iter().collect::<Vec<_>>().join(", ")
    )))
}

/// Clips as they were predicted.
pub struct Predicted {
    /// Those whose label the model has.
    pub evaluated: Vec<EvaluatedClip>,
    /// The labels of the others. A model cannot be right about these, so they are in no score.
    pub not_in_model: Vec<UnknownLabel>,
}

/// Joins clips with the probabilities of the model's labels.
pub fn predicted<'a>(labels: &[String], shown: impl IntoIterator<Item = (&'a Clip, Vec<f32>)>) -> Predicted {
    let mut evaluated = Vec::new();
    let mut not_in_model: BTreeMap<(usize, &str), UnknownLabel> = BTreeMap::new();
    for (clip, row) in shown {
        let truth = labels.iter().position(|label| label == clip.emotion.name());
        let predicted = evaluated_clip(clip, truth.unwrap_or_default(), row);
        match truth {
            Some(_) => evaluated.push(predicted),
            None => {
                let label = not_in_model.entry(clip.emotion.rank()).or_insert_with(|| UnknownLabel {
                    label: clip.emotion.name().to_owned(),
                    clips: 0,
                    predicted: vec![0; labels.len()],
                });
                label.clips += 1;
                label.predicted[predicted.prediction()] += 1;
            }
        }
    }
    Predicted {
        evaluated,
        not_in_model: not_in_model.into_values().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(emotion: &str) -> Clip {
        Clip {
            path: "a.wav".into(),
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
            frames: 100,
            rate: 8_000,
            channels: 1,
            decoded: None,
            channel: Default::default(),
            segment: None,
        }
    }

    fn names(labels: &[&str]) -> Vec<String> {
        labels.iter().map(|label| (*label).to_owned()).collect()
    }

    #[test]
    fn clips_of_labels_that_the_model_lacks_are_counted_beside_the_scores() {
        let clips = ["sad", "calm", "happy", "calm"].map(clip);
        let rows = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.4, 0.6]].map(|row| row.to_vec());
        let found = predicted(&names(&["happy", "sad"]), clips.iter().zip(rows));
        let truth: Vec<(usize, usize)> = found
            .evaluated
            .iter()
            .map(|clip| (clip.truth, clip.prediction()))
            .collect();
        assert_eq!(truth, [(1, 0), (0, 0)]);
        let calm = UnknownLabel {
            label: "calm".to_owned(),
            clips: 2,
            predicted: vec![1, 1],
        };
        assert_eq!(found.not_in_model, [calm]);
    }

    #[test]
    fn only_labels_that_clips_have_can_be_asked_for() {
        let selection = || Selection {
            clips: ["sad", "calm", "happy"].map(clip).to_vec(),
            analysis: vec![None; 3],
            ..Selection::default()
        };
        let kept = of_labels(selection(), &names(&["Sad", "happy"])).unwrap();
        assert_eq!((kept.clips.len(), kept.analysis.len()), (2, 2));
        assert_eq!(kept.excluded[&Exclusion::Filter], 1);
        assert_eq!(of_labels(selection(), &[]).unwrap().clips.len(), 3);
        let message = of_labels(selection(), &names(&["sad", "glad"]))
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("`glad`") && message.contains("calm, happy, sad"),
            "{message}"
        );
    }
}
