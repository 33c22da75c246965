//! What a model gives that has learnt dimensions: which, and the units of the corpora it has learnt them from.

use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Outputs are linear and counted from here: a network that has learnt nothing is at the middle of the scale.
const MIDDLE: f64 = 0.5;

/// The outputs of a model that has learnt dimensions, each on 0 to 1.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DimensionHead {
    /// The dimensions, in the order of the outputs.
    pub names: Vec<String>,
    /// Of every corpus that it was trained on, the ends of the scale of each dimension that this states, the lower first:
    /// what is 0 and 1 here.
    pub scales: BTreeMap<String, BTreeMap<String, [f32; 2]>>,
}

impl DimensionHead {
    /// Values on 0 to 1 in the units of a corpus, in the order of the outputs; none where that has no scale.
    pub fn in_units(&self, corpus: &str, values: &[f32]) -> Vec<Option<f32>> {
        let scales = self.scales.get(corpus);
        let of = |(name, value): (&String, &f32)| {
            let [low, high] = *scales?.get(name)?;
            Some(low + value * (high - low))
        };
        self.names.iter().zip(values).map(of).collect()
    }

    /// The same in the units of every corpus, by name, without what these do not state.
    pub fn in_all_units(&self, values: &[f32]) -> Vec<(String, Vec<(String, f32)>)> {
        let of = |corpus: &String| {
            let named = self.names.iter().cloned().zip(self.in_units(corpus, values));
            let stated = named.filter_map(|(name, value)| Some((name, value?)));
            (corpus.clone(), stated.collect())
        };
        self.scales.keys().map(of).collect()
    }

    /// The ends of the scale of every output in a corpus.
    pub fn ranges(&self, corpus: &str) -> Vec<Option<(f32, f32)>> {
        let scales = self.scales.get(corpus);
        let of = |name: &String| scales?.get(name).map(|[low, high]| (*low, *high));
        self.names.iter().map(of).collect()
    }
}

/// The values on 0 to 1 that the last layer of a network stands for.
pub fn dimension_values_of(outputs: Tensor<2>) -> Tensor<2> {
    outputs.add_scalar(MIDDLE)
}
