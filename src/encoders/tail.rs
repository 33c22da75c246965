//! The upper layers of an encoder, which fine-tuning changes.

use super::checkpoint::Checkpoint;
use super::config::Details;
use super::parts::{LayerSizes, StackNames, TransformerLayer};
use super::wav2vec2::{self, Gate, RelativePosition, RelativeSizes};
use super::{EncoderConfig, EncoderError, Family, Layer, whisper};
use crate::layers::{KeyMask, LayerNorm, Mode};
use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// Sizes of the upper transformer layers of an encoder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TailConfig {
    /// How the encoder is built.
    pub family: Family,
    /// Layers below, which stay as they are.
    pub below: usize,
    /// Its own layers, up to the last.
    pub layers: usize,
    /// Numbers per frame.
    pub width: usize,
    /// Attention heads, which divide the width.
    pub heads: usize,
    /// Units of the feed-forward part of a layer.
    pub feed_forward: usize,
    /// Added to the variance in norms.
    pub epsilon: f64,
    /// Whether norms stand before the parts of a layer, and one behind the last layer; otherwise after the sums.
    pub pre_norm: bool,
    /// WavLM's bias of the attention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<RelativeSizes>,
}

impl EncoderConfig {
    /// The layers above a hidden state: what turns it into the last one.
    ///
    /// # Errors
    /// [`EncoderError::Settings`] for a state that no layer stands above, and for several states.
    pub fn tail(&self, state: Layer) -> Result<TailConfig, EncoderError> {
        let refuse = |problem: String| {
            Err(EncoderError::Settings {
                key: "layer",
                problem: format!(
                    "{problem}; the layers above it are what is fine-tuned: 0 leaves all {}, {} the last one",
                    self.layers,
                    self.layers - 1
                ),
            })
        };
        let below = match state {
            Layer::Index(below) if below < self.layers => below,
            Layer::Index(below) => return refuse(format!("{below} leaves no layer of the encoder's {}", self.layers)),
            Layer::Last => return refuse("\"last\" leaves no layer".to_owned()),
            Layer::All => return refuse("\"all\" is more than one state".to_owned()),
        };
        let (sizes, relative) = match &self.details {
            Details::Whisper(config) => (config.layer_sizes(), None),
            Details::Wav2vec2(config) => (config.layer_sizes(), config.relative),
        };
        Ok(TailConfig {
            family: self.family,
            below,
            layers: self.layers - below,
            width: self.width,
            heads: sizes.heads,
            feed_forward: sizes.feed_forward,
            epsilon: sizes.epsilon,
            pre_norm: sizes.pre_norm,
            relative,
        })
    }
}

impl TailConfig {
    /// What no layer can be built of, if anything is.
    pub fn problem(&self) -> Option<String> {
        let (width, heads) = (self.width, self.heads);
        if width == 0 || heads == 0 || !width.is_multiple_of(heads) {
            return Some(format!("{width} numbers per frame cannot be dealt to {heads} heads"));
        }
        if self.relative.is_some_and(|relative| !relative.can_be()) {
            return Some("its relative positions tell no distances apart".to_owned());
        }
        let fine = self.layers > 0 && self.feed_forward > 0 && self.epsilon.is_finite() && self.epsilon > 0.0;
        (!fine).then(|| {
            format!(
                "{} layers with {} units and {} added to variances are none",
                self.layers, self.feed_forward, self.epsilon
            )
        })
    }

    /// Weights of all layers together.
    pub fn weights(&self) -> usize {
        let layer = (4 * self.width).saturating_add(2 * self.feed_forward);
        self.width.saturating_mul(layer).saturating_mul(self.layers)
    }

    /// One for each layer.
    fn each<T>(&self, make: impl FnMut(usize) -> T) -> impl Iterator<Item = T> {
        (0..self.layers).map(make)
    }

    /// One for each layer whose attention has a gated bias.
    fn each_gate<T>(&self, make: impl FnMut(usize) -> T) -> impl Iterator<Item = T> {
        (0..if self.relative.is_some() { self.layers } else { 0 }).map(make)
    }

    fn sizes(&self) -> LayerSizes {
        LayerSizes {
            width: self.width,
            heads: self.heads,
            feed_forward: self.feed_forward,
            epsilon: self.epsilon,
            pre_norm: self.pre_norm,
        }
    }

    fn names(&self) -> StackNames {
        match self.family {
            Family::Whisper => whisper::STACK,
            Family::Wav2vec2 | Family::Hubert | Family::Wavlm | Family::Data2vecAudio => wav2vec2::stack(self.family),
        }
    }
}

/// The upper transformer layers of an encoder, and the norm behind the last where the family has one: from a hidden state
/// to the last.
#[derive(Module, Debug)]
pub struct Tail {
    layers: Vec<TransformerLayer>,
    norm: Option<LayerNorm>,
    relative: Option<RelativePosition>,
    /// One for each layer where there is a relative position.
    gates: Vec<Gate>,
}

impl Tail {
    /// All weights zero, for weights that are read later.
    pub fn silent(config: &TailConfig, device: &Device) -> Self {
        let sizes = config.sizes();
        let norm = || LayerNorm::new(config.width, config.epsilon, device);
        Self {
            layers: config.each(|_| TransformerLayer::silent(sizes, device)).collect(),
            norm: config.pre_norm.then(norm),
            relative: config
                .relative
                .map(|relative| RelativePosition::silent(config.heads, relative, device)),
            gates: config.each_gate(|_| Gate::silent(sizes, device)).collect(),
        }
    }

    /// With the weights in an encoder's folder.
    ///
    /// # Errors
    /// [`EncoderError::File`] for a file that is missing or damaged, and for a tensor that is missing or of another shape.
    pub fn read(folder: &Path, config: &TailConfig, device: &Device) -> Result<Self, EncoderError> {
        let (names, sizes) = (config.names(), config.sizes());
        let mut checkpoint = Checkpoint::open(folder, device)?;
        checkpoint.under(names.prefixes, names.known)?;
        let name = |index: usize| format!("{}.{}", names.layers, config.below + index);
        let layer = |index| TransformerLayer::read(&mut checkpoint, &name(index), names.layer, sizes);
        let layers = config.each(layer).collect::<Result<_, _>>()?;
        let gate = |index| Gate::read(sizes, &name(index), &mut checkpoint);
        let gates = config.each_gate(gate).collect::<Result<_, _>>()?;
        let norm = config
            .pre_norm
            .then(|| checkpoint.layer_norm(names.norm, config.width, config.epsilon));
        let relative = config
            .relative
            .map(|relative| RelativePosition::read(config.heads, relative, &mut checkpoint));
        Ok(Self {
            layers,
            norm: norm.transpose()?,
            relative: relative.transpose()?,
            gates,
        })
    }

    /// A state (clips, frames, width) to the last one. In training each layer is left out of a pass with a probability of
    /// `layer_drop`, and is a segment whose activations need not be kept ([`Mode::segment`]).
    pub fn forward(&self, state: Tensor<3>, mask: &KeyMask, layer_drop: f64, mode: &mut Mode) -> Tensor<3> {
        let mut hidden = state;
        for (index, layer) in self.layers.iter().enumerate() {
            if mode.leaves_out(layer_drop) {
                continue;
            }
            let mask = mask.clone();
            // The bias is the same for all layers, and made anew in each: a segment is whole by itself.
            let part = (layer.clone(), self.gates.get(index).cloned(), self.relative.clone());
            hidden = mode.segment(&part, hidden, move |(layer, gate, relative), hidden| {
                let bias = relative.as_ref().zip(gate.as_ref());
                let bias = bias.map(|(relative, gate)| {
                    let bias = relative.bias(hidden.dims()[1]);
                    gate.of_layer(layer, &hidden, &bias)
                });
                layer.forward(hidden, &mask, bias)
            });
        }
        match &self.norm {
            Some(norm) => norm.forward(hidden),
            None => hidden,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::wav2vec2::tests::{cases, clip};
    use super::super::{Encoder, Pool};
    use super::*;
    use crate::device::{device, device_names};
    use crate::layers::TrainingPass;
    use crate::layers::lcg::{Lcg, Levelled};
    use crate::random::stream;
    use burn::module::{ModuleMapper, ModuleVisitor, Param};
    use burn::optim::GradientsParams;
    use burn::tensor::TensorData;

    fn numbers(tensor: Tensor<3>) -> Vec<f32> {
        tensor.into_data().try_into_vec().unwrap()
    }

    #[test]
    fn from_any_state_it_gives_the_last_one_of_the_whole_encoder() {
        let cpu = device("cpu").unwrap();
        for case in cases() {
            let folder = case.write(&case.drawn());
            let encoder = Encoder::open(folder.path(), &cpu).unwrap();
            let samples = [clip(3, 6000), clip(4, 9000)];
            let clips: Vec<&[f32]> = samples.iter().map(Vec::as_slice).collect();
            let states = encoder.hidden_states(&clips, false).unwrap();
            for below in 0..encoder.config().layers {
                let config = encoder.config().tail(Layer::Index(below)).unwrap();
                assert_eq!(
                    (config.problem(), config.below + config.layers),
                    (None, encoder.config().layers)
                );
                let tail = Tail::read(folder.path(), &config, &cpu).unwrap();
                for states in &states {
                    let (state, last) = (&states[below], &states[encoder.config().layers]);
                    let input = TensorData::new(state.values.clone(), [1, state.frames, state.width]);
                    let mask = KeyMask::new(&[state.frames], state.frames);
                    let found = tail.forward(Tensor::from_data(input, &cpu), &mask, 0.0, &mut Mode::Inference);
                    assert_eq!(numbers(found), last.values, "{} from {below}", case.name);
                }
                // In a batch, whatever fills it up.
                let frames = states.iter().map(|states| states[below].frames).max().unwrap();
                let padded = states.iter().flat_map(|states| {
                    let mut values = states[below].values.clone();
                    values.resize(frames * config.width, 7.0);
                    values
                });
                let input = TensorData::new(padded.collect::<Vec<f32>>(), [2, frames, config.width]);
                let mask = KeyMask::new(
                    &states.iter().map(|states| states[below].frames).collect::<Vec<_>>(),
                    frames,
                );
                let found = numbers(tail.forward(Tensor::from_data(input, &cpu), &mask, 0.0, &mut Mode::Inference));
                for (found, states) in found.chunks(frames * config.width).zip(&states) {
                    let last = &states[encoder.config().layers].values;
                    let most = last.iter().fold(0.0f32, |most, value| most.max(value.abs()));
                    for (found, expected) in found.iter().zip(last) {
                        assert!(
                            (found - expected).abs() < 1e-5 * most,
                            "{}: {found} {expected}",
                            case.name
                        );
                    }
                }
            }
        }
    }

    /// `tests/golden/transformer.py` says what these are.
    #[derive(Deserialize)]
    struct Golden {
        pre_norm: bool,
        own: Vec<f32>,
        gradients: Vec<Vec<f32>>,
        to_input: Vec<f32>,
    }

    /// Makes weights that were computed the beginnings of graphs.
    struct Leaves;

    impl ModuleMapper for Leaves {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            param.map(|weights| weights.detach().require_grad())
        }
    }

    /// Gradients of all parameters, in their order.
    struct InOrder<'a>(&'a GradientsParams, Vec<Vec<f32>>);

    impl ModuleVisitor for InOrder<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = self.0.get::<D>(param.id).unwrap().into_data();
            self.1.push(gradient.iter::<f32>().collect());
        }
    }

    #[test]
    fn outputs_and_gradients_are_those_of_pytorch() {
        let cases: Vec<Golden> = serde_json::from_str(include_str!("../../tests/golden/transformer.json")).unwrap();
        for golden in &cases {
            for (name, checkpointing) in device_names().iter().flat_map(|name| [(name, false), (name, true)]) {
                let device = device(name).unwrap().autodiff();
                let config = TailConfig {
                    family: Family::Whisper,
                    below: 0,
                    layers: 1,
                    width: 6,
                    heads: 2,
                    feed_forward: 8,
                    epsilon: 1e-5,
                    pre_norm: golden.pre_norm,
                    relative: None,
                };
                let mut weights = Levelled::new(Lcg(7));
                let tail = Tail::silent(&config, &device).map(&mut weights).map(&mut Leaves);
                let input = TensorData::new(weights.draw.values(48), [2, 4, 6]);
                let input = Tensor::<3>::from_data(input, &device).require_grad();
                let mask = KeyMask::new(&[4, 2], 4);
                let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0).checkpointing(checkpointing);
                let output = tail.forward(input.clone(), &mask, 0.0, &mut Mode::Training(&mut pass));
                let own = |values: Vec<f32>| -> Vec<f32> { values.into_iter().take(36).collect() };
                let close = |found: &[f32], expected: &[f32], what: &str| {
                    assert_eq!(found.len(), expected.len(), "{what}");
                    let most = expected.iter().fold(1.0f32, |most, value| most.max(value.abs()));
                    for (found, expected) in found.iter().zip(expected) {
                        assert!(
                            (found - expected).abs() < 2e-5 * most,
                            "{what} on {name}: {found} {expected}"
                        );
                    }
                };
                close(&own(numbers(output.clone())), &golden.own, "output");
                let loss = mask.cleared((output * 2.0).sin()).sum();
                let gradients = if checkpointing {
                    pass.backward(loss, &tail)
                } else {
                    let mut gradients = loss.backward();
                    let to_input = own(numbers(input.grad(&gradients).unwrap()));
                    close(&to_input, &golden.to_input, "gradient of the input");
                    GradientsParams::from_module(&mut gradients, &tail)
                };
                let mut found = InOrder(&gradients, Vec::new());
                tail.visit(&mut found);
                for (index, (found, expected)) in found.1.iter().zip(&golden.gradients).enumerate() {
                    close(found, expected, &format!("gradient {index}"));
                }
                assert_eq!(found.1.len(), golden.gradients.len());
            }
        }
    }

    #[test]
    fn layers_are_dropped_in_training_alone_and_nothing_is_kept_of_them_with_checkpointing() {
        let training = device("cpu").unwrap().autodiff();
        let case = cases().into_iter().find(|case| case.name.starts_with("wavlm")).unwrap();
        let folder = case.write(&case.drawn());
        let config = EncoderConfig::read(folder.path())
            .unwrap()
            .tail(Layer::Index(0))
            .unwrap();
        let tail = Tail::read(folder.path(), &config, &training).unwrap();
        let values: Vec<f32> = (0..2 * 5 * config.width)
            .map(|index| (index as f32 * 0.7).sin())
            .collect();
        let input = || Tensor::from_data(TensorData::new(values.clone(), [2, 5, config.width]), &training);
        let mask = KeyMask::new(&[5, 3], 5);
        let run = |checkpointing: bool| {
            let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0).checkpointing(checkpointing);
            let output = tail.forward(input(), &mask, 0.0, &mut Mode::Training(&mut pass));
            let loss = output.clone().powi_scalar(2).sum();
            let gradients = pass.backward(loss, &tail);
            (numbers(output), gradients)
        };
        let (all, kept) = run(false);
        let (again, recomputed) = run(true);
        assert_eq!(all, again);
        assert_eq!(kept.len(), recomputed.len());
        for (layer, gate) in tail.layers.iter().zip(&tail.gates) {
            let of = |gradients: &GradientsParams| {
                let one = gradients.get::<2>(layer.widen.kernel.id).unwrap().into_data();
                let two = gradients.get::<2>(gate.weights().id).unwrap().into_data();
                one.iter::<f32>().chain(two.iter::<f32>()).collect::<Vec<f32>>()
            };
            let (kept, recomputed) = (of(&kept), of(&recomputed));
            let most = kept.iter().fold(0.0f32, |most, value| most.max(value.abs()));
            assert!(most > 0.0);
            assert!(
                kept.iter()
                    .zip(&recomputed)
                    .all(|(one, two)| (one - two).abs() <= 1e-5 * most)
            );
        }
        // Without layers, and without a norm behind them, what went in.
        let mut pass = TrainingPass::new(stream(1, "dropout", 0), 0);
        assert_eq!(
            numbers(tail.forward(input(), &mask, 1.0, &mut Mode::Training(&mut pass))),
            values
        );
        assert_eq!(
            numbers(tail.valid().forward(input().inner(), &mask, 1.0, &mut Mode::Inference)),
            all
        );
    }

    #[test]
    fn only_a_state_with_layers_above_it_has_a_tail() {
        let case = cases().into_iter().next().unwrap();
        let folder = case.write(&case.drawn());
        let config = EncoderConfig::read(folder.path()).unwrap();
        for layer in [Layer::Last, Layer::All, Layer::Index(config.layers), Layer::Index(99)] {
            assert!(config.embedding_width(Layer::Last, Pool::Mean).is_ok());
            let Err(EncoderError::Settings { key, problem }) = config.tail(layer) else {
                panic!("{layer:?}")
            };
            assert_eq!(key, "layer");
            assert!(
                problem.contains(&format!("0 leaves all {}", config.layers)),
                "{problem}"
            );
        }
    }

    #[test]
    fn sizes_that_no_layer_has_are_named() {
        let case = cases().into_iter().next().unwrap();
        let folder = case.write(&case.drawn());
        let fine = EncoderConfig::read(folder.path())
            .unwrap()
            .tail(Layer::Index(0))
            .unwrap();
        for change in [
            |config: &mut TailConfig| config.heads = 5,
            |config: &mut TailConfig| config.heads = 0,
            |config: &mut TailConfig| config.layers = 0,
            |config: &mut TailConfig| config.epsilon = f64::NAN,
            |config: &mut TailConfig| {
                config.relative = Some(RelativeSizes {
                    buckets: 1,
                    furthest: 9,
                })
            },
        ] {
            let mut changed = fine.clone();
            change(&mut changed);
            assert!(changed.problem().is_some(), "{changed:?}");
        }
    }
}
