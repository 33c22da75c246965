//! A small task, generated and quick to learn, and one who watches it.

use rand::RngExt;
use std::path::Path;
use tempfile::TempDir;
use undertone::corpus::{Split, SplitKind, Subset};
use undertone::engine::load_settings;
use undertone::features::{Feature, FeatureMatrix, Recipe};
use undertone::models::{Conv1dSettings, ModelSettings};
use undertone::random::stream;
use undertone::training::{
    Dataset, EarlyStoppingSettings, EpochMetrics, LoopControl, Observer, ReduceOnPlateauSettings, Task, Trained,
    TrainingError, TrainingSettings, train,
};

/// 11 frames of 4 numbers.
pub fn recipe() -> Recipe {
    Recipe {
        sample_rate: 8_000,
        skip_seconds: 0.0,
        take_seconds: 0.5,
        frame_length: 512,
        hop_length: 400,
        n_mels: 20,
        n_mfcc: 4,
        features: vec![Feature::Mfcc],
        ..Recipe::default()
    }
}

pub fn model() -> ModelSettings {
    ModelSettings {
        conv1d: Conv1dSettings {
            filters: vec![8, 12],
            kernel_size: 3,
            pool_size: 2,
            dropout: 0.1,
            dense_units: 16,
            dense_dropout: 0.1,
        },
        ..load_settings(None, &[]).unwrap().model
    }
}

pub fn settings(epochs: usize) -> TrainingSettings {
    TrainingSettings {
        epochs,
        batch_size: 16,
        learning_rate: 0.005,
        gradient_clip_norm: 1.0,
        early_stopping: EarlyStoppingSettings {
            patience: 0,
            min_delta: 0.0,
        },
        reduce_on_plateau: ReduceOnPlateauSettings {
            patience: 3,
            factor: 0.5,
            min_delta: 1e-4,
            minimum: 1e-5,
        },
        ..load_settings(None, &[]).unwrap().training
    }
}

/// Three classes that differ in how fast a coefficient swings, in noise of that strength; two thirds of
/// the clips to learn from, the rest halved. Labels drawn at random when nothing is to be learnt.
pub fn dataset(clips: usize, noise: f32, learnable: bool) -> Dataset {
    let (frames, coefficients) = recipe().shape();
    let mut draw = stream(5, "toy", 0);
    let mut matrices = Vec::new();
    let mut targets = Vec::new();
    for clip in 0..clips {
        let class = clip % 3;
        let phase = draw.random::<f32>() * 6.0;
        let value = |index: usize, noise: f32| {
            let (frame, coefficient) = (index / coefficients, index % coefficients);
            // An offset and a scale far from 0 and 1: only a fitted scaler makes this easy.
            300.0 + 40.0 * ((frame as f32 * (class + 1) as f32 * 0.7 + phase + coefficient as f32).sin() + noise)
        };
        let values = (0..frames * coefficients).map(|index| value(index, noise * (draw.random::<f32>() - 0.5)));
        matrices.push(FeatureMatrix {
            frames,
            coefficients,
            values: values.collect(),
        });
        targets.push(if learnable { class } else { draw.random_range(0..3) });
    }
    let subset = |clip: usize| match clip % 6 {
        4 => Subset::Validation,
        5 => Subset::Test,
        _ => Subset::Train,
    };
    Dataset {
        votes: None,
        dimensions: None,
        matrices,
        targets,
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Random,
            given: None,
            fold: None,
            // Three clips in a row go together, so that every class is on every side.
            subsets: (0..clips).map(|clip| subset(clip / 3)).collect(),
            notes: Vec::new(),
        },
        speakers: vec![None; clips],
        sources: (0..clips).collect(),
        cached: 0,
        skip_clamped: 0,
    }
}

/// Stops as it is set to at a given (epoch, step), and remembers what was reported to it.
#[derive(Default)]
pub struct Watcher {
    pub orders: Vec<(usize, usize, LoopControl)>,
    pub steps: Vec<(usize, usize, usize)>,
    pub epochs: Vec<EpochMetrics>,
}

impl Observer for Watcher {
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> LoopControl {
        self.steps.push((epoch, done, total));
        let order = self.orders.iter().find(|order| (order.0, order.1) == (epoch, done));
        order.map_or(LoopControl::Continue, |order| order.2)
    }

    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        self.epochs.push(metrics.clone());
        Ok(())
    }
}

pub fn run_in(
    folder: &Path,
    dataset: &Dataset,
    settings: &TrainingSettings,
    seed: u64,
    observer: &mut dyn Observer,
) -> Result<Trained, TrainingError> {
    let task = Task {
        dataset,
        recipe: &recipe(),
        augmentation: None,
        model: &model(),
        settings,
        device: "flex",
        seed,
        checkpoints: folder,
        resume: false,
        synthetic: true,
        training_rms_dbfs: -23.5,
    };
    train(&task, observer)
}

pub fn run(dataset: &Dataset, settings: &TrainingSettings, seed: u64) -> (TempDir, Trained) {
    let folder = tempfile::tempdir().unwrap();
    let trained = run_in(folder.path(), dataset, settings, seed, &mut Watcher::default()).unwrap();
    (folder, trained)
}

pub fn accuracy(dataset: &Dataset, trained: &Trained) -> f64 {
    let best = |row: &[f32]| (0..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
    let right = trained
        .test
        .iter()
        .filter(|(clip, row)| best(row) == dataset.targets[*clip]);
    right.count() as f64 / trained.test.len() as f64
}
