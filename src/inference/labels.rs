//! From the labels of a model to those that are asked for.

use super::{InferenceError, Prediction};

/// Which of a model's labels are shown, and under which names.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelView {
    names: Vec<String>,
    /// Of every output of the model its place among `names`; none where it is left out.
    places: Vec<Option<usize>>,
}

impl LabelView {
    /// The labels of a model under the names that `name` gives them: labels of one name are one, those without are left
    /// out.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] when fewer than two are left.
    pub fn new(labels: &[String], name: impl Fn(&str) -> Option<String>) -> Result<Self, InferenceError> {
        let mut names: Vec<String> = Vec::new();
        let mut place = |label: &String| {
            let name = name(label)?;
            Some(names.iter().position(|known| *known == name).unwrap_or_else(|| {
                names.push(name);
                names.len() - 1
            }))
        };
        let places = labels.iter().map(&mut place).collect();
        Self { names, places }.of_several()
    }

    /// Only these of them, in this order; none named stands for all.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] for a label that the model does not have, naming those that it has, and for a single
    /// one.
    pub fn restricted(self, labels: &[String]) -> Result<Self, InferenceError> {
        if labels.is_empty() {
            return Ok(self);
        }
        let mut names: Vec<String> = Vec::new();
        for label in labels {
            let wanted = label.trim().to_lowercase();
            let Some(known) = self.names.iter().find(|known| known.to_lowercase() == wanted) else {
                return Err(InferenceError::Refused(format!(
                    "the model has no label `{}`; it has {}",
                    label.trim(),
                    self.names.join(", ")
                )));
            };
            if !names.contains(known) {
                names.push(known.clone());
            }
        }
        let place = |place: &Option<usize>| {
            let name = &self.names[(*place)?];
            names.iter().position(|kept| kept == name)
        };
        let places = self.places.iter().map(place).collect();
        Self { names, places }.of_several()
    }

    /// The labels that are left.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Whether labels of the model are left out.
    pub fn leaves_out(&self) -> bool {
        self.places.contains(&None)
    }

    /// The probability of each label, from those of the model: added where labels are one, and divided by their sum
    /// where others are left out. With them the share that was left out.
    ///
    /// # Errors
    /// [`InferenceError::Refused`] where the model gives none of them any probability.
    pub fn of(&self, probabilities: &[f32]) -> Result<(Vec<f32>, f32), InferenceError> {
        let mut sums = vec![0.0; self.names.len()];
        let mut left_out = 0.0;
        for (place, probability) in self.places.iter().zip(probabilities) {
            match place {
                Some(place) => sums[*place] += f64::from(*probability),
                None => left_out += f64::from(*probability),
            }
        }
        let kept: f64 = sums.iter().sum();
        if !(kept.is_finite() && kept > 0.0) {
            return Err(InferenceError::Refused(format!(
                "the model gives none of {} any probability",
                self.names.join(", ")
            )));
        }
        // Where all is shown, the numbers stay as they are.
        let whole = if self.leaves_out() { kept } else { 1.0 };
        let shown = sums.into_iter().map(|sum| (sum / whole) as f32).collect();
        Ok((shown, (left_out / (kept + left_out)) as f32))
    }

    /// A prediction of the model under this view.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub fn shown(&self, prediction: Prediction) -> Result<Prediction, InferenceError> {
        let probabilities: Vec<f32> = prediction.probabilities.iter().map(|(_, value)| *value).collect();
        let (shown, left_out) = self.of(&probabilities)?;
        Ok(Prediction {
            probabilities: self.names.iter().cloned().zip(shown).collect(),
            left_out: self.leaves_out().then_some(left_out),
            ..prediction
        })
    }

    fn of_several(self) -> Result<Self, InferenceError> {
        match self.names.as_slice() {
            [_, _, ..] => Ok(self),
            few => Err(InferenceError::Refused(format!(
                "of the model's labels {} is left; keep at least two",
                few.first().map_or("none", String::as_str)
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn all(names: &[&str]) -> LabelView {
        LabelView::new(&labels(names), |name| Some(name.to_owned())).unwrap()
    }

    #[test]
    fn labels_are_renamed_merged_and_left_out() {
        let named = |name: &str| match name {
            "calm" | "neu" => Some("neutral".to_owned()),
            "noise" => None,
            other => Some(other.to_owned()),
        };
        let view = LabelView::new(&labels(&["neu", "hap", "noise", "calm"]), named).unwrap();
        assert_eq!(view.names(), ["neutral", "hap"]);
        assert!(view.leaves_out());
        let (shown, left_out) = view.of(&[0.1, 0.2, 0.5, 0.2]).unwrap();
        assert!((shown[0] - 0.6).abs() < 1e-6 && (shown[1] - 0.4).abs() < 1e-6);
        assert!((left_out - 0.5).abs() < 1e-6);
        assert!(view.of(&[0.0, 0.0, 1.0, 0.0]).is_err());
        assert!(LabelView::new(&labels(&["a", "b"]), |_| Some("c".to_owned())).is_err());
    }

    #[test]
    fn only_labels_of_the_model_can_be_asked_for() {
        let view = all(&["neutral", "happy", "sad"]);
        assert_eq!(view.clone().restricted(&[]).unwrap(), view);
        let two = view.clone().restricted(&labels(&[" Sad ", "neutral", "sad"])).unwrap();
        assert_eq!(two.names(), ["sad", "neutral"]);
        let (shown, left_out) = two.of(&[0.2, 0.5, 0.3]).unwrap();
        assert!((shown[0] - 0.6).abs() < 1e-6 && (left_out - 0.5).abs() < 1e-6);
        let refusal = view
            .clone()
            .restricted(&labels(&["sad", "angry"]))
            .unwrap_err()
            .to_string();
        assert!(
            refusal.contains("angry") && refusal.contains("neutral, happy, sad"),
            "{refusal}"
        );
        assert!(view.restricted(&labels(&["sad"])).is_err());
    }

    proptest! {
        #[test]
        fn what_is_left_sums_to_one_and_keeps_its_order(
            logits in proptest::collection::vec(-20.0f64..20.0, 6),
            kept in proptest::sample::subsequence(vec!["a", "b", "c", "d", "e", "f"], 2..=6),
        ) {
            let sum: f64 = logits.iter().map(|logit| logit.exp()).sum();
            let probabilities: Vec<f32> = logits.iter().map(|logit| (logit.exp() / sum) as f32).collect();
            let view = all(&["a", "b", "c", "d", "e", "f"]).restricted(&labels(&kept)).unwrap();
            let (shown, left_out) = view.of(&probabilities).unwrap();
            prop_assert!((shown.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            prop_assert!((0.0..=1.0).contains(&left_out));
            let of = |name: &&str| probabilities[usize::from(name.as_bytes()[0] - b'a')];
            for (one, other) in kept.iter().zip(&kept[1..]) {
                let at = |name: &&str| shown[kept.iter().position(|kept| kept == name).unwrap()];
                prop_assert_eq!(of(one).partial_cmp(&of(other)), at(one).partial_cmp(&at(other)));
            }
        }
    }
}
