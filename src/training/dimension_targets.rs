//! What is learnt of clips in place of a label: their dimensions, each on 0 to 1 of its corpus's scale.

use super::TrainingError;
use crate::corpus::{Clip, Dimensions, Selection};
use crate::evaluation::DimensionValue;
use crate::inference::DimensionHead;
use std::collections::BTreeMap;

/// The dimensions of every clip.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct DimensionTargets {
    /// Which they are, and the scales of the corpora.
    pub head: DimensionHead,
    /// Of every clip a value per dimension, on 0 to 1; none where its corpus states none.
    pub values: Vec<Vec<Option<f32>>>,
}

impl DimensionTargets {
    /// Those that the selection asks for.
    ///
    /// # Errors
    /// [`TrainingError::Data`] for a dimension that no clip states.
    pub(super) fn of(selection: &Selection) -> Result<Self, TrainingError> {
        let places: Vec<usize> = selection
            .dimensions
            .iter()
            .filter_map(|name| Dimensions::place(name))
            .collect();
        let values = |clip: &Clip| {
            let all = selection.scales.on_unit(clip);
            places.iter().map(|place| all[*place]).collect::<Vec<_>>()
        };
        let values: Vec<Vec<Option<f32>>> = selection.clips.iter().map(values).collect();
        for (column, name) in selection.dimensions.iter().enumerate() {
            if values.iter().all(|row| row[column].is_none()) {
                return Err(TrainingError::Data(format!(
                    "none of {} clips states {name} in more than one value; name other dimensions (training.dimensions), or \
                     the columns that state it (columns.{name} of the corpus)",
                    values.len()
                )));
            }
        }
        let names: Vec<String> = selection.dimensions.iter().map(|name| (*name).to_owned()).collect();
        Ok(Self {
            head: dimension_head(&names, selection),
            values,
        })
    }

    /// Refuses clips that agreement cannot be learnt from: of every dimension there must be two values.
    ///
    /// # Errors
    /// [`TrainingError::Data`] with the dimension.
    pub(super) fn check(&self, clips: &[usize], subset: &str) -> Result<(), TrainingError> {
        for (column, name) in self.head.names.iter().enumerate() {
            let mut values = clips.iter().filter_map(|clip| self.values[*clip][column]);
            let first = values.next();
            if values.all(|value| Some(value) == first) {
                return Err(TrainingError::Data(format!(
                    "the {subset} set does not hold two values of {name}; select more clips, change [split], or leave the \
                     dimension out (training.dimensions)"
                )));
            }
        }
        Ok(())
    }
}

/// These dimensions on the scales of the corpora of these clips.
pub fn dimension_head(names: &[String], selection: &Selection) -> DimensionHead {
    let mut scales: BTreeMap<String, BTreeMap<String, [f32; 2]>> = BTreeMap::new();
    for clip in &selection.clips {
        if scales.contains_key(&*clip.corpus) {
            continue;
        }
        let of_corpus = selection.scales.get(&clip.corpus).copied().unwrap_or_default().scales;
        let ends = names
            .iter()
            .filter_map(|name| Some((name.clone(), of_corpus[Dimensions::place(name)?]?.into())));
        scales.insert(clip.corpus.to_string(), ends.collect());
    }
    DimensionHead {
        names: names.to_vec(),
        scales,
    }
}

/// A clip's values as its corpus states them and as they are predicted (on 0 to 1), both in the corpus's units.
pub fn dimension_values(head: &DimensionHead, clip: &Clip, predicted: &[f32]) -> Vec<DimensionValue> {
    let stated = clip.dimensions.values();
    let predicted = head.in_units(&clip.corpus, predicted);
    let of = |(name, predicted): (&String, Option<f32>)| DimensionValue {
        truth: Dimensions::place(name)
            .and_then(|place| stated[place])
            .filter(|_| predicted.is_some()),
        prediction: predicted,
    };
    head.names.iter().zip(predicted).map(of).collect()
}
