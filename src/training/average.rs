//! Averages of the weights over the steps or epochs.

use super::tensors::Tensors;
use super::{AverageKind, AverageSettings};
use crate::models::Network;
use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::Tensor;
use std::collections::BTreeMap;

const UPDATES: &str = "average_updates";
const ROWS: &str = "average.";

/// A running average of a network's weights, which is validated and kept in place of the weights that
/// are trained. Running statistics of batch normalisation are averaged like weights (PyTorch
/// `torch.optim.swa_utils.AveragedModel` with `use_buffers=True`).
///
/// - `ema`, after every step: `a = d a + (1 - d) w` with `d = min(decay, (1 + n) / (10 + n))` after `n` updates,
///   TensorFlow `ExponentialMovingAverage(decay, num_updates)`: the first steps are soon forgotten.
/// - `swa`, after every epoch: `a = a + (w - a) / (n + 1)`, the mean of the epochs (Izmailov et al. 2018), PyTorch's
///   `get_swa_avg_fn`.
#[derive(Debug)]
pub(super) struct Average {
    settings: AverageSettings,
    updates: u64,
    /// By the parameter's path in the network.
    rows: BTreeMap<String, Tensor<1>>,
}

impl Average {
    /// Of nothing yet.
    pub fn new(settings: &AverageSettings) -> Self {
        Self {
            settings: settings.clone(),
            updates: 0,
            rows: BTreeMap::new(),
        }
    }

    /// A step of an epoch is done.
    pub fn step(&mut self, epoch: usize, network: &Network) {
        if self.settings.kind == AverageKind::Ema && epoch >= self.settings.from_epoch {
            let updates = self.updates as f64;
            let decay = self.settings.decay.min((1.0 + updates) / (10.0 + updates));
            self.update(network, decay);
        }
    }

    /// An epoch is done.
    pub fn epoch(&mut self, epoch: usize, network: &Network) {
        if self.settings.kind == AverageKind::Swa && epoch >= self.settings.from_epoch {
            let updates = self.updates as f64;
            self.update(network, updates / (updates + 1.0));
        }
    }

    /// `a = decay a + (1 - decay) w`; the first one is `w`.
    fn update(&mut self, network: &Network, decay: f64) {
        let mut mix = Mix {
            decay,
            rows: &mut self.rows,
            path: Vec::new(),
        };
        // The copy for inference has the running statistics after the last step; the network itself, before it.
        network.valid().visit(&mut mix);
        self.updates += 1;
    }

    /// The network with the average in place of its weights; as it is when there is none yet.
    pub fn applied(&self, network: Network) -> Network {
        if self.updates == 0 {
            return network;
        }
        network.map(&mut Replace {
            rows: &self.rows,
            path: Vec::new(),
        })
    }

    /// Adds what there is to keep.
    pub fn keep(&self, state: &mut Tensors) {
        if self.updates > 0 {
            state.words.insert(UPDATES.to_owned(), self.updates.to_string());
            let rows = self
                .rows
                .iter()
                .map(|(path, row)| (format!("{ROWS}{path}"), row.clone()));
            state.rows.extend(rows);
        }
    }

    /// Continues from what [`Self::keep`] added; whether that could be read.
    pub fn restore(&mut self, state: &mut Tensors) -> bool {
        let Some(updates) = state.words.get(UPDATES) else {
            return true;
        };
        let names: Vec<String> = state
            .rows
            .keys()
            .filter(|name| name.starts_with(ROWS))
            .cloned()
            .collect();
        for name in names {
            if let (Some(row), Some(path)) = (state.rows.remove(&name), name.strip_prefix(ROWS)) {
                self.rows.insert(path.to_owned(), row);
            }
        }
        updates.parse().map(|updates| self.updates = updates).is_ok()
    }
}

struct Mix<'a> {
    decay: f64,
    rows: &'a mut BTreeMap<String, Tensor<1>>,
    path: Vec<String>,
}

impl ModuleVisitor for Mix<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let weights: Tensor<1> = param.val().flatten(0, D - 1);
        let path = self.path.join(".");
        let mixed = match self.rows.remove(&path) {
            Some(average) => average.mul_scalar(self.decay) + weights.mul_scalar(1.0 - self.decay),
            None => weights,
        };
        self.rows.insert(path, mixed);
    }
}

struct Replace<'a> {
    rows: &'a BTreeMap<String, Tensor<1>>,
    path: Vec<String>,
}

impl ModuleMapper for Replace<'_> {
    fn enter_module(&mut self, name: &str, _container_type: &str) {
        self.path.push(name.to_owned());
    }

    fn exit_module(&mut self, _name: &str, _container_type: &str) {
        self.path.pop();
    }

    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        match self.rows.get(&self.path.join(".")) {
            Some(row) => param.map(|weights| row.clone().reshape(weights.shape())),
            None => param,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use crate::models::{Network, fixture};
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Golden {
        values: Vec<Vec<f32>>,
        decay: f64,
        swa: Vec<Vec<f32>>,
        ema: Vec<Vec<f32>>,
    }

    /// A network whose weights are all these, in turn.
    struct Fill(Vec<f32>);

    impl ModuleMapper for Fill {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|weights| {
                let count = weights.shape().num_elements();
                let values: Vec<f32> = self.0.iter().copied().cycle().take(count).collect();
                Tensor::<1>::from_data(&values[..], &weights.device()).reshape(weights.shape())
            })
        }
    }

    #[derive(Default)]
    struct First(Vec<f32>);

    impl ModuleVisitor for First {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            if self.0.is_empty() {
                self.0 = param.val().into_data().iter::<f32>().take(2).collect();
            }
        }
    }

    fn network() -> Network {
        let device = device("flex").unwrap();
        Network::new(&fixture::settings("conv1d"), (12, 4), 3, 1, &device).unwrap()
    }

    #[test]
    fn averages_move_as_in_pytorch_and_go_on_after_an_interruption() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/averages.json")).unwrap();
        for (kind, expected) in [(AverageKind::Swa, &golden.swa), (AverageKind::Ema, &golden.ema)] {
            let settings = AverageSettings {
                kind,
                decay: golden.decay,
                from_epoch: 2,
            };
            let mut average = Average::new(&settings);
            let raw = network();
            average.step(1, &raw);
            average.epoch(1, &raw);
            let bytes = raw.to_bytes().unwrap();
            assert_eq!(average.applied(raw).to_bytes().unwrap(), bytes, "too early");
            for (index, (value, expected)) in golden.values.iter().zip(expected).enumerate() {
                let now = network().map(&mut Fill(value.clone()));
                if kind == AverageKind::Swa {
                    average.step(2, &now);
                    average.epoch(2 + index, &now);
                } else {
                    average.step(2, &now);
                    average.epoch(2, &now);
                }
                let mut first = First::default();
                average.applied(now).visit(&mut first);
                for (got, expected) in first.0.iter().zip(expected) {
                    assert!((got - expected).abs() < 1e-6, "{kind:?}: {got} {expected}");
                }
                let mut state = Tensors::default();
                average.keep(&mut state);
                let mut restored = Average::new(&settings);
                assert!(restored.restore(&mut state));
                assert!(state.rows.is_empty());
                average = restored;
            }
        }
    }
}
