//! What the outputs of a head are called, and what kind they are of.

use crate::encoders::EncoderError;
use crate::encoders::json::Json;
use std::collections::BTreeMap;

/// Dimensions of emotion that heads are trained on (Russell and Mehrabian 1977).
const DIMENSIONS: [&str; 3] = ["arousal", "dominance", "valence"];

/// More outputs than any published head has.
const MOST: usize = 10_000;

/// What the outputs of a head are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outputs {
    /// Logits of classes: their softmax is the probability of each.
    Classes,
    /// Values of arousal, dominance, valence, on about 0 to 1 as trained.
    Dimensions,
}

/// The outputs of a head.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Labels {
    /// One name per output, in their order.
    pub names: Vec<String>,
    /// What they are.
    pub outputs: Outputs,
}

impl Labels {
    /// From `id2label` in `config.json`.
    pub fn read(config: &Json) -> Result<Self, EncoderError> {
        let names = names(config)?;
        let is_dimension = |name: &String| DIMENSIONS.contains(&name.trim().to_lowercase().as_str());
        let dimensions = names.iter().filter(|name| is_dimension(name)).count();
        let guessed = |what: &str| {
            Err(config.refuse(format!(
                "{what}; only heads with one class per label, or with {} alone, are known here",
                DIMENSIONS.join(", ")
            )))
        };
        if dimensions == names.len() {
            return Ok(Self {
                names,
                outputs: Outputs::Dimensions,
            });
        }
        if dimensions > 0 {
            return guessed(&format!(
                "`id2label` mixes dimensions and classes ({})",
                names.join(", ")
            ));
        }
        match config.text("problem_type")? {
            Some("regression") => guessed("`problem_type` is regression, on a scale that nothing tells"),
            Some("multi_label_classification") => {
                guessed("`problem_type` is multi_label_classification, whose labels do not exclude each other")
            }
            _ if names.len() < 2 => guessed(&format!("the head has a single output, {}", names.join(", "))),
            _ => Ok(Self {
                names,
                outputs: Outputs::Classes,
            }),
        }
    }
}

/// The labels in the order of their indices.
fn names(config: &Json) -> Result<Vec<String>, EncoderError> {
    let mut of: BTreeMap<usize, &str> = BTreeMap::new();
    for (index, name) in config.texts("id2label")? {
        let Some(index) = index.parse().ok().filter(|index| *index < MOST) else {
            return Err(config.refuse(format!("`id2label` has the index {index}; indices are 0, 1, 2, ...")));
        };
        of.insert(index, name);
    }
    if of.is_empty() {
        return Err(config.refuse("`id2label` is empty: the outputs of the head have no labels".to_owned()));
    }
    let missing: Vec<String> = (0..of.len())
        .filter(|index| !of.contains_key(index))
        .map(|index| index.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(config.refuse(format!(
            "`id2label` has {} labels, but none for {}; name every output of the head",
            of.len(),
            missing.join(", ")
        )));
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (index, name) in &of {
        let key = name.trim().to_lowercase();
        if key.is_empty() {
            return Err(config.refuse(format!("`id2label` has no name for output {index}; give it one")));
        }
        if let Some(first) = seen.insert(key, *index) {
            return Err(config.refuse(format!(
                "`id2label` calls both output {first} and output {index} {name}; which is which would have to be guessed"
            )));
        }
    }
    Ok(of.into_values().map(str::to_owned).collect())
}
