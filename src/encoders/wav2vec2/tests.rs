//! Agreement with `transformers`: `tests/golden/wav2vec2.py` says how its states were made.

use super::{Wav2vec2, Wav2vec2Config};
use crate::device::device;
use crate::encoders::checkpoint::Checkpoint;
use crate::encoders::config::Details;
use crate::encoders::network::Network;
use crate::encoders::{Encoder, EncoderConfig, EncoderError, Frames, Layer, Pool};
use crate::layers::lcg::Lcg;
use half::{bf16, f16};
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

const STATES: &[u8] = include_bytes!("../../../tests/golden/wav2vec2.safetensors");
const PICKLED: &[u8] = include_bytes!("../../../tests/golden/wav2vec2.bin");

/// A small checkpoint, of which only the list of tensors is stored.
#[derive(Debug, Deserialize)]
pub(in crate::encoders) struct Case {
    pub name: String,
    config: serde_json::Value,
    preprocessor: serde_json::Value,
    /// `float32`, `float16` or `bfloat16`.
    numbers: String,
    seed: u32,
    /// Name, shape, and by what the generator's numbers are multiplied and moved.
    tensors: Vec<(String, Vec<usize>, f32, f32)>,
    clips: Vec<Clip>,
}

/// A clip and what is known of its states.
#[derive(Debug, Deserialize)]
struct Clip {
    seed: u32,
    samples: usize,
    frames: usize,
    /// The frames whose states are stored.
    shown: Vec<usize>,
    /// The largest number of each state.
    largest: Vec<f32>,
}

pub(in crate::encoders) fn cases() -> Vec<Case> {
    serde_json::from_str(include_str!("../../../tests/golden/wav2vec2.json")).unwrap()
}

fn case(name: &str) -> Case {
    cases().into_iter().find(|case| case.name == name).unwrap()
}

/// Noise on a saw of 100 Hz, away from zero and swelling; silence with seed 0.
pub(in crate::encoders) fn clip(seed: u32, samples: usize) -> Vec<f32> {
    if seed == 0 {
        return vec![0.0; samples];
    }
    let sample = |(at, noise): (usize, f32)| {
        let saw = (at % 160) as f32 / 160.0 - 0.5;
        let swell = (at % 4000) as f32 / 4000.0;
        noise * 0.125 + saw * swell * 0.5 + 0.0625
    };
    Lcg(seed).values(samples).into_iter().enumerate().map(sample).collect()
}

impl Case {
    /// All tensors but those that `skip`, in the bytes of the case's numbers.
    pub fn drawn(&self) -> Vec<(String, Vec<usize>, Vec<u8>)> {
        let mut draw = Lcg(self.seed);
        let tensors = self.tensors.iter().map(|(name, shape, scale, offset)| {
            let values = draw.values(shape.iter().product());
            let values = values.into_iter().map(|value| value * scale + offset);
            let bytes = values.flat_map(|value| match self.numbers.as_str() {
                "float16" => f16::from_f32(value).to_le_bytes().to_vec(),
                "bfloat16" => bf16::from_f32(value).to_le_bytes().to_vec(),
                _ => value.to_le_bytes().to_vec(),
            });
            (name.clone(), shape.clone(), bytes.collect())
        });
        tensors.collect()
    }

    pub fn write(&self, tensors: &[(String, Vec<usize>, Vec<u8>)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let dtype = match self.numbers.as_str() {
            "float16" => Dtype::F16,
            "bfloat16" => Dtype::BF16,
            _ => Dtype::F32,
        };
        let views = tensors
            .iter()
            .map(|(name, shape, bytes)| (name, TensorView::new(dtype, shape.clone(), bytes).unwrap()));
        fs::write(folder.path().join("model.safetensors"), serialize(views, None).unwrap()).unwrap();
        fs::write(folder.path().join("config.json"), self.config.to_string()).unwrap();
        fs::write(
            folder.path().join("preprocessor_config.json"),
            self.preprocessor.to_string(),
        )
        .unwrap();
        folder
    }

    /// The worst difference of the stored frames from what was found, relative to the largest number of the state.
    fn worst(&self, number: usize, found: &[Frames]) -> f32 {
        let golden = SafeTensors::deserialize(STATES).unwrap();
        let golden = golden.tensor(&format!("{}.{number}", self.name)).unwrap();
        let clip = &self.clips[number];
        let [states, shown, width] = golden.shape() else {
            panic!("{:?}", golden.shape())
        };
        assert_eq!((*states, *shown), (found.len(), clip.shown.len()));
        let golden = numbers(golden.data());
        let mut worst: f32 = 0.0;
        for (index, state) in found.iter().enumerate() {
            assert_eq!((state.frames, state.width), (clip.frames, *width));
            for (row, frame) in clip.shown.iter().enumerate() {
                let golden = &golden[(index * shown + row) * width..][..*width];
                worst = worst.max(difference(&state.values[frame * width..][..*width], golden) / clip.largest[index]);
            }
        }
        worst
    }
}

fn numbers(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks();
    numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn difference(found: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let apart = found
        .iter()
        .zip(expected)
        .map(|(found, expected)| (found - expected).abs());
    // A number that is none counts as far apart.
    apart.fold(0.0, |most, apart| if apart <= most { most } else { apart })
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |most, value| most.max(value.abs()))
}

/// The worst difference of any state from the same clip's, relative to the state's largest number.
fn apart(found: &[Frames], expected: &[Frames]) -> f32 {
    assert_eq!(found.len(), expected.len());
    let states = found.iter().zip(expected);
    let apart = states.map(|(found, expected)| difference(&found.values, &expected.values) / largest(&expected.values));
    apart.fold(0.0, f32::max)
}

fn open(folder: &Path) -> Encoder {
    Encoder::open(folder, &device("cpu").unwrap()).unwrap()
}

fn network(folder: &Path) -> (Wav2vec2, Wav2vec2Config) {
    let config = EncoderConfig::read(folder).unwrap();
    let Details::Wav2vec2(own) = config.details else {
        panic!("{:?}", config.family)
    };
    let mut checkpoint = Checkpoint::open(folder, &device("cpu").unwrap()).unwrap();
    let network = Wav2vec2::read(config.family, &own, &mut checkpoint).unwrap();
    (network, own)
}

#[test]
fn every_layer_of_every_clip_agrees_with_transformers() {
    for case in cases() {
        let folder = case.write(&case.drawn());
        let encoder = open(folder.path());
        for (number, known) in case.clips.iter().enumerate() {
            assert_eq!(encoder.config().frames(known.samples), known.frames);
            let wave = clip(known.seed, known.samples);
            let states = encoder.hidden_states(&[&wave], false).unwrap().remove(0);
            let worst = case.worst(number, &states);
            println!("{} {} samples: {worst:.1e}", case.name, known.samples);
            assert!(worst < 1e-4, "{} {}: {worst}", case.name, known.samples);
        }
    }
}

#[test]
fn another_device_agrees_too() {
    for case in cases() {
        let folder = case.write(&case.drawn());
        let encoder = Encoder::open(folder.path(), &device("ndarray").unwrap()).unwrap();
        for number in [0, 2, 3, 4] {
            let known = &case.clips[number];
            let wave = clip(known.seed, known.samples);
            let states = encoder.hidden_states(&[&wave], false).unwrap().remove(0);
            let worst = case.worst(number, &states);
            assert!(worst < 1e-4, "{} {}: {worst}", case.name, known.samples);
        }
    }
}

#[test]
fn a_pickled_checkpoint_is_read_without_running_it() {
    let case = case("hubert-base");
    let folder = case.write(&case.drawn());
    let pickled = folder.path().join("pytorch_model.bin");
    fs::write(&pickled, PICKLED).unwrap();
    fs::remove_file(folder.path().join("model.safetensors")).unwrap();
    let wave = clip(case.clips[4].seed, case.clips[4].samples);
    let states = open(folder.path()).hidden_states(&[&wave], false).unwrap().remove(0);
    let worst = case.worst(4, &states);
    assert!(worst < 1e-4, "{worst}");
}

/// Masked batches as a GPU takes them, here on the CPU: group norm, positions and attention see the clip alone.
#[test]
fn a_clip_has_the_same_states_alone_and_in_any_batch() {
    let lengths = [400, 16_001, 1_600, 719, 9_000, 1_600];
    let waves: Vec<Vec<f32>> = (0..).zip(lengths).map(|(seed, samples)| clip(seed, samples)).collect();
    for case in cases() {
        let folder = case.write(&case.drawn());
        let (network, config) = network(folder.path());
        let states = |clips: &[&[f32]]| -> Vec<Vec<Frames>> {
            let mut found = vec![Vec::new(); clips.len()];
            let mut all = Vec::new();
            let own = network
                .states(clips, false, config.layers, &mut |_, state| all.push(state))
                .unwrap();
            for state in all {
                let [_, frames, width] = state.dims();
                let values = state.into_data().try_into_vec::<f32>().unwrap();
                for (clip, found) in found.iter_mut().enumerate() {
                    let values = values[clip * frames * width..][..own[clip] * width].to_vec();
                    let frames = own[clip];
                    found.push(Frames { frames, width, values });
                }
            }
            found
        };
        let alone: Vec<Vec<Frames>> = waves.iter().map(|wave| states(&[wave]).remove(0)).collect();
        for order in [[0, 1, 2, 3, 4, 5], [4, 2, 5, 1, 0, 3], [3, 5, 1, 4, 2, 0]] {
            let batch: Vec<&[f32]> = order.iter().map(|clip| &waves[*clip][..]).collect();
            for (clip, found) in order.iter().zip(states(&batch)) {
                let apart = apart(&found, &alone[*clip]);
                // States reach 250, their largest share is rounded twice.
                assert!(apart < 2e-5, "{} {}: {apart}", case.name, lengths[*clip]);
            }
        }
    }
}

#[test]
fn a_clip_too_short_for_a_frame_is_refused() {
    let case = case("wav2vec2-base");
    let folder = case.write(&case.drawn());
    let encoder = open(folder.path());
    for samples in [0, 1, 399] {
        let wave = clip(1, samples);
        let error = encoder
            .embed(&[&wave], &[], Layer::Last, Pool::Mean, false)
            .unwrap_err();
        assert!(matches!(error, EncoderError::Clip(_)), "{error}");
    }
}

#[test]
fn a_clip_beyond_30_s_goes_through_in_windows() {
    let case = case("wav2vec2-base");
    let folder = case.write(&case.drawn());
    let encoder = open(folder.path());
    // The last window is too short for a frame, and is left out.
    for (rest, frames) in [(16_000, 49), (399, 0)] {
        let wave = clip(1, 480_000 + rest);
        assert_eq!(encoder.config().frames(wave.len()), 1499 + frames);
        let whole = encoder.hidden_states(&[&wave], false).unwrap().remove(0);
        let first = encoder.hidden_states(&[&wave[..480_000]], false).unwrap().remove(0);
        for (whole, first) in whole.iter().zip(&first) {
            assert_eq!(whole.frames, 1499 + frames);
            assert_eq!(whole.values[..first.values.len()], first.values);
        }
        if frames > 0 {
            let second = encoder.hidden_states(&[&wave[480_000..]], false).unwrap().remove(0);
            for ((whole, first), second) in whole.iter().zip(&first).zip(&second) {
                assert_eq!(whole.values[first.values.len()..], second.values);
            }
        }
    }
}

#[test]
fn heads_are_passed_over_and_everything_else_must_be_there_and_fit() {
    let case = case("wavlm-large");
    let whole = case.drawn();
    let problem = |tensors: &[(String, Vec<usize>, Vec<u8>)]| {
        let folder = case.write(tensors);
        match Encoder::open(folder.path(), &device("cpu").unwrap()) {
            Ok(_) => String::new(),
            Err(error) => error.to_string(),
        }
    };
    for (index, (name, ..)) in whole.iter().enumerate() {
        let mut lacking = whole.clone();
        lacking.remove(index);
        assert!(problem(&lacking).contains(name.rsplit('.').next().unwrap()), "{name}");
    }
    let more = |name: &str| {
        let mut more = whole.clone();
        more.push((name.to_owned(), vec![1], vec![0; 2]));
        problem(&more)
    };
    for name in [
        "lm_head.bias",
        "masked_spec_embed",
        "quantizer.codevectors",
        "project_q.bias",
    ] {
        assert_eq!(more(name), "");
    }
    for name in ["encoder.layers.0.attention.other", "encoder.layers.2.layer_norm.bias"] {
        assert!(more(name).contains(name), "{name}");
    }
    let mut wrong = whole.clone();
    let shape = &mut wrong
        .iter_mut()
        .find(|(name, ..)| name.contains("original1"))
        .unwrap()
        .1;
    shape.swap(0, 1);
    assert!(problem(&wrong).contains("original1"));
}

/// `UNDERTONE_FULL_SIZE=FOLDER cargo test --release -- --ignored full_size --nocapture` prints a table, after
/// `python tests/golden/wav2vec2.py full FOLDER`.
#[test]
#[ignore = "needs a folder that tests/golden/wav2vec2.py wrote, with checkpoints of base size"]
fn full_size_checkpoints_agree() {
    println!("| configuration | clip (s) | worst difference at each layer |\n|---|---|---|");
    for place in full_size() {
        let encoder = open(&place);
        let bytes = fs::read(place.join("states.golden")).unwrap();
        let golden = SafeTensors::deserialize(&bytes).unwrap();
        let name = place.file_name().unwrap().to_string_lossy().into_owned();
        for number in 0.. {
            let Ok(wave) = golden.tensor(&format!("clip.{number}")) else {
                break;
            };
            let wave = numbers(wave.data());
            let expected = numbers(golden.tensor(&format!("states.{number}")).unwrap().data());
            let states = encoder.hidden_states(&[&wave], false).unwrap().remove(0);
            let size = expected.len() / states.len();
            let layers: Vec<f32> = states
                .iter()
                .zip(expected.chunks(size))
                .map(|(found, expected)| difference(&found.values, expected) / largest(expected))
                .collect();
            let shown: Vec<String> = layers.iter().map(|worst| format!("{worst:.1e}")).collect();
            println!("| {name} | {} | {} |", wave.len() as f32 / 16_000.0, shown.join(" "));
            assert!(layers.iter().all(|worst| *worst < 1e-4), "{name}");
        }
    }
}

/// The time of `python tests/golden/wav2vec2.py time FOLDER` in the same words, on as many threads as rayon has.
#[test]
#[ignore = "needs a folder that tests/golden/wav2vec2.py wrote, with checkpoints of base size, and a quiet machine"]
fn full_size_speed() {
    let wave = clip(12, 48_000);
    for place in full_size() {
        let encoder = open(&place);
        let round = || {
            let begun = Instant::now();
            encoder.embed(&[&wave], &[], Layer::Last, Pool::Mean, false).unwrap();
            begun.elapsed().as_secs_f64() * 1e3
        };
        let mut rounds: Vec<f64> = (0..12).map(|_| round()).collect();
        rounds.sort_by(f64::total_cmp);
        let name = place.file_name().unwrap().to_string_lossy().into_owned();
        println!("{name}: best {:.0} ms, median {:.0} ms", rounds[0], rounds[6]);
    }
}

fn full_size() -> Vec<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_FULL_SIZE").unwrap();
    let mut places: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    places.sort();
    places
}
