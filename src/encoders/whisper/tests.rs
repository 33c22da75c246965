//! Whisper encoders beside `transformers`.

use crate::encoders::fixture::{Case, Drawn, clip, differences, largest_share, open, published};
use crate::encoders::network::Network;
use crate::encoders::{Encoder, Layer, Pool};

fn drawn() -> Vec<Drawn> {
    serde_json::from_str(include_str!("../../../tests/golden/encoders/whisper.json")).unwrap()
}

fn agree(encoder: &Encoder, cases: &[Case], within: f32) {
    for (case, off) in differences(encoder, cases) {
        let shown: Vec<String> = off.iter().map(|off| format!("{off:.1e}")).collect();
        println!("{case}: {}", shown.join(" "));
        assert!(off.iter().all(|off| *off <= within), "{case}: {off:?}");
    }
}

#[test]
fn states_of_drawn_encoders_are_those_of_transformers_at_every_layer() {
    for drawn in drawn() {
        let folder = drawn.folder();
        agree(&open(folder.path()), &drawn.cases, 2e-5);
    }
}

#[test]
fn states_of_a_published_encoder_are_those_of_transformers_at_every_layer() {
    let Some(folder) = published("whisper-tiny.en") else {
        return;
    };
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/golden/encoders/whisper_tiny_en.json")).unwrap();
    agree(&open(&folder), &cases, 1e-4);
}

#[test]
fn a_clips_states_are_the_same_alone_and_in_any_batch() {
    let drawn = &drawn()[0];
    let folder = drawn.folder();
    let encoder = open(folder.path());
    // 41 and 10 columns: an odd number, too, after which the second convolution sees one more column.
    let clips: Vec<Vec<f32>> = [6600, 1600, 24_000, 160, 9_999]
        .map(|samples| clip("sound", samples))
        .into();
    let alone: Vec<_> = clips
        .iter()
        .map(|clip| encoder.hidden_states(&[clip], false).unwrap().remove(0))
        .collect();
    for order in [[0, 1, 2, 3, 4], [4, 2, 0, 1, 3]] {
        let batch: Vec<&[f32]> = order.iter().map(|clip| clips[*clip].as_slice()).collect();
        let expected: Vec<_> = order.iter().map(|clip| alone[*clip].clone()).collect();
        // As many clips as tasks, which the CPU does, and as one batch that is filled up, which the others do.
        assert_eq!(encoder.hidden_states(&batch, false).unwrap(), expected);
        let filled = encoder.batch(&batch, &[0, 1, 2, 3], false).unwrap();
        assert!(largest_share(&filled, &expected) < 1e-5);
        let padded = encoder.batch(&batch, &[0, 1, 2, 3], true).unwrap();
        assert!(largest_share(&padded, &encoder.hidden_states(&batch, true).unwrap()) < 1e-5);
    }
}

#[test]
fn other_devices_give_the_same_states() {
    let drawn = &drawn()[1];
    let folder = drawn.folder();
    let here = open(folder.path());
    let clips = [6600, 1600, 9_999].map(|samples| clip("sound", samples));
    let clips: Vec<&[f32]> = clips.iter().map(Vec::as_slice).collect();
    let expected = here.hidden_states(&clips, false).unwrap();
    for name in crate::device::device_names() {
        let encoder = Encoder::open(folder.path(), &crate::device::device(&name).unwrap()).unwrap();
        let states = encoder.hidden_states(&clips, false).unwrap();
        let off = largest_share(&states, &expected);
        assert!(off < 1e-5, "{name}: {off}");
    }
}

#[test]
fn embeddings_are_the_states_pooled() {
    let drawn = &drawn()[0];
    let folder = drawn.folder();
    let encoder = open(folder.path());
    let wave = clip("sound", 9_999);
    let states = encoder.hidden_states(&[&wave], false).unwrap().remove(0);
    let embed = |layer, pool| {
        let embedded = encoder.embed(&[&wave], &[], layer, pool, false).unwrap().remove(0);
        if pool != Pool::Frames {
            let width = encoder.config().embedding_width(layer, pool).unwrap();
            assert_eq!(
                (embedded.frames, embedded.width, embedded.values.len()),
                (1, width, width)
            );
        }
        embedded
    };
    assert_eq!(embed(Layer::Index(1), Pool::Frames), states[1]);
    assert_eq!(embed(Layer::Last, Pool::Frames), states[3]);
    let mean = |state: usize, column: usize| {
        let values = states[state].values[column..].iter().step_by(16);
        values.map(|value| f64::from(*value)).sum::<f64>() / states[state].frames as f64
    };
    let all = embed(Layer::All, Pool::Mean);
    for (index, value) in all.values.iter().enumerate() {
        assert!((f64::from(*value) - mean(index / 16, index % 16)).abs() < 1e-5);
    }
    let both = embed(Layer::All, Pool::MeanStd);
    assert_eq!(both.values[..16], all.values[..16]);
    assert_eq!(embed(Layer::Index(0), Pool::MeanStd).values, both.values[..32]);
    for (layer, pool) in [(Layer::Index(4), Pool::Mean), (Layer::All, Pool::Frames)] {
        assert!(encoder.embed(&[&wave], &[], layer, pool, false).is_err());
    }
}

#[test]
fn clips_that_are_too_short_or_no_numbers_are_refused_and_long_ones_go_in_windows() {
    let drawn = &drawn()[0];
    let folder = drawn.folder();
    let encoder = open(folder.path());
    for wave in [vec![], vec![0.5; 159], vec![f32::NAN; 16_000]] {
        assert!(encoder.hidden_states(&[&[0.1; 800], &wave], false).is_err());
    }
    assert_eq!(encoder.hidden_states(&[&[0.5; 160]], false).unwrap()[0][3].frames, 1);
    let config = encoder.config();
    assert_eq!(
        [0, 159, 160, 480, 48_000].map(|samples| config.frames(samples)),
        [0, 0, 1, 2, 150]
    );
    // The rest of 100 samples is too short for a frame of its own.
    assert_eq!(config.frames(2 * 480_000 + 100), 3_000);
    let wave = clip("sound", 480_100);
    let states = encoder.hidden_states(&[&wave], false).unwrap();
    assert_eq!(
        states[0][2],
        encoder.hidden_states(&[&wave[..480_000]], false).unwrap()[0][2]
    );
}

#[test]
fn gradients_flow_from_a_state_to_every_weight_before_it() {
    use super::Whisper;
    use crate::encoders::checkpoint::Checkpoint;
    use burn::module::{Module, ModuleVisitor, Param};
    use burn::tensor::{Gradients, Tensor};

    struct Touched<'a>(&'a Gradients, Vec<bool>);
    impl ModuleVisitor for Touched<'_> {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = param
                .val()
                .grad(self.0)
                .map(|gradient| gradient.abs().sum().into_scalar::<f32>());
            self.1.push(gradient.is_some_and(|sum| sum > 0.0 && sum.is_finite()));
        }
    }

    let drawn = &drawn()[1];
    let folder = drawn.folder();
    let device = crate::device::device("cpu").unwrap().autodiff();
    let mut checkpoint = Checkpoint::open(folder.path(), &device).unwrap();
    let config = crate::encoders::EncoderConfig::read(folder.path()).unwrap();
    let crate::encoders::config::Details::Whisper(config) = config.details else {
        panic!("{:?}", config.family)
    };
    let whisper = Whisper::read(&config, &mut checkpoint).unwrap();
    let clips = [6600, 1600].map(|samples| clip("sound", samples));
    let mut last = None;
    let clips: Vec<&[f32]> = clips.iter().map(Vec::as_slice).collect();
    whisper
        .states(&clips, false, 2, &mut |_, state| last = Some(state))
        .unwrap();
    let gradients = last.unwrap().sin().sum().backward();
    let mut touched = Touched(&gradients, Vec::new());
    whisper.weights.visit(&mut touched);
    assert!(touched.1.iter().all(|touched| *touched), "{:?}", touched.1);
}

/// Beside `tests/golden/encoders/time_whisper.py`, which does the same with PyTorch.
#[test]
#[ignore = "measures time; run it optimised, by itself, with --show-output"]
fn time_of_an_embedding() {
    let Some(folder) = published("whisper-tiny.en") else {
        return;
    };
    let encoder = open(&folder);
    for (samples, times) in [(48_000, 40), (160_000, 20), (480_000, 8)] {
        let wave = clip("sound", samples);
        let mut best = [f64::INFINITY; 2];
        for _ in 0..times {
            let begun = (std::time::Instant::now(), processor_seconds());
            encoder.embed(&[&wave], &[], Layer::Last, Pool::Mean, false).unwrap();
            let took = [begun.0.elapsed().as_secs_f64(), processor_seconds() - begun.1];
            best = [best[0].min(took[0]), best[1].min(took[1])];
        }
        println!(
            "{samples} samples: {:.1} ms, processor {:.1} ms",
            best[0] * 1e3,
            best[1] * 1e3
        );
    }
}

fn processor_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}
