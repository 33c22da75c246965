//! The upper layers beside the whole encoder and PyTorch.

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
    let cases: Vec<Golden> = serde_json::from_str(include_str!("../../../tests/golden/transformer.json")).unwrap();
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
