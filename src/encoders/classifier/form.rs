//! Which form a head has, by the tensors in the checkpoint.

use crate::encoders::EncoderError;
use crate::encoders::checkpoint::{Checkpoint, NO_HEAD};
use crate::encoders::json::{Json, refusal};
use std::path::Path;

/// The forms of heads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// `transformers`' own: `projector` for every frame, without activation, the mean over the frames, `classifier`.
    /// With `layer_weights`, of all states summed with the softmax of these; else of the last state.
    Projected {
        /// Whether the states are summed.
        weighted: bool,
    },
    /// Published outside of it, as `Wav2Vec2ForSpeechClassification`: the mean over the frames of the last state,
    /// `classifier.dense`, tanh, then a last layer of this name.
    Dense {
        /// `classifier.out_proj` (audeering's and many others) or `classifier.output` (ehcalabres').
        last: &'static str,
    },
}

/// What the last layer of a [`Form::Dense`] is called.
const LAST: [&str; 2] = ["classifier.out_proj", "classifier.output"];

impl Form {
    /// The form of the head in a checkpoint.
    pub fn of(config: &Json, checkpoint: &Checkpoint) -> Result<Self, EncoderError> {
        let has = |name: &str| checkpoint.has(&format!("{name}.weight"));
        let projected = has("projector") && has("classifier");
        let dense: Vec<&str> = LAST
            .into_iter()
            .filter(|last| has("classifier.dense") && has(last))
            .collect();
        let form = match (projected, dense.as_slice()) {
            (true, []) if !has("classifier.dense") => Self::Projected {
                weighted: weighted(config, checkpoint)?,
            },
            (false, [last]) if !has("projector") && !has("classifier") => Self::Dense { last },
            _ => {
                let found = checkpoint.names_of(&["projector", "classifier", "layer_weights"]);
                let found = match found.is_empty() {
                    true => "no head".to_owned(),
                    false => found.join(", "),
                };
                return Err(checkpoint.refuse(format!(
                    "holds no classification head of a form that is known here (projector and classifier; or \
                     classifier.dense with classifier.out_proj or classifier.output), but {found}; use it as features \
                     (a recipe with `encoder`)"
                )));
            }
        };
        if let (Self::Dense { .. }, Some(mode)) = (form, config.text("pooling_mode")?.filter(|mode| *mode != "mean")) {
            return Err(config.refuse(format!(
                "`pooling_mode` is {mode}; only heads over the mean of the frames are known here"
            )));
        }
        if matches!(form, Self::Dense { .. }) && checkpoint.has("layer_weights") {
            return Err(checkpoint.refuse(
                "has layer_weights beside classifier.dense; how both go together would have to be guessed".to_owned(),
            ));
        }
        Ok(form)
    }
}

/// Whether the head is over the weighted sum of all states; the configuration and the tensors must agree on it.
fn weighted(config: &Json, checkpoint: &Checkpoint) -> Result<bool, EncoderError> {
    let wanted = config.flag("use_weighted_layer_sum", false)?;
    if !wanted && checkpoint.has("layer_weights") {
        return Err(config.refuse(
            "`use_weighted_layer_sum` is not true, but the checkpoint has layer_weights; whether they count would have to \
             be guessed"
                .to_owned(),
        ));
    }
    Ok(wanted)
}

/// Refuses tensors beside encoder and head whose part in the head would have to be guessed (those of x-vectors, for
/// example). `passed` are the names that the encoder has passed over.
pub(super) fn check_rest(passed: &[String], path: &Path) -> Result<(), EncoderError> {
    let known = |name: &&String| {
        let is_head = ["projector.", "classifier.", "layer_weights"];
        is_head.iter().any(|head| name.starts_with(head)) || name.split('.').any(|part| NO_HEAD.contains(&part))
    };
    let others: Vec<&str> = passed
        .iter()
        .filter(|name| !known(name))
        .map(String::as_str)
        .take(4)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    Err(refusal(
        path,
        format!(
            "the checkpoint beside it has tensors ({}) whose part in its head would have to be guessed; use it as \
             features (a recipe with `encoder`)",
            others.join(", ")
        ),
    ))
}
