//! Runs that are interrupted, at any moment, go on as if they had not been.

#![allow(clippy::unwrap_used)]

use rand::RngExt;
use std::fs;
use std::path::Path;
use undertone::corpus::{Split, SplitKind, Subset};
use undertone::engine::{Settings, load_settings};
use undertone::features::{FeatureMatrix, Recipe};
use undertone::random::stream;
use undertone::training::{
    BEST, Dataset, EpochMetrics, LAST, LoopControl, Normaliser, Observer, OnTheFly, Task, Trained, TrainingError,
    saved_epoch, train,
};

/// Three classes that differ in how fast a coefficient swings, in noise.
fn dataset(recipe: &Recipe) -> Dataset {
    let (frames, coefficients) = recipe.shape();
    let mut draw = stream(5, "toy", 0);
    let mut matrix = |class: usize| {
        let phase = draw.random::<f32>() * 6.0;
        let mut value = |index: usize| {
            let (frame, coefficient) = (index / coefficients, index % coefficients);
            (frame as f32 * (class + 1) as f32 * 0.7 + phase + coefficient as f32).sin() + 3.0 * draw.random::<f32>()
        };
        let values = (0..frames * coefficients).map(&mut value).collect();
        FeatureMatrix {
            frames,
            coefficients,
            values,
        }
    };
    let subset = |clip: usize| match clip / 3 % 5 {
        3 => Subset::Validation,
        4 => Subset::Test,
        _ => Subset::Train,
    };
    Dataset {
        votes: None,
        dimensions: None,
        matrices: (0..60).map(|clip| matrix(clip % 3)).collect(),
        targets: (0..60).map(|clip| clip % 3).collect(),
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Random,
            given: None,
            fold: None,
            subsets: (0..60).map(subset).collect(),
            notes: Vec::new(),
        },
        speakers: vec![None; 60],
        sources: (0..60).collect(),
        cached: 0,
        skip_clamped: 0,
    }
}

fn settings(changes: &[(&str, &str)]) -> Settings {
    let small = [
        ("recipes.mfcc_zcr_rms.sample_rate", "8000"),
        ("recipes.mfcc_zcr_rms.take_seconds", "1.0"),
        ("recipes.mfcc_zcr_rms.frame_length", "512"),
        ("recipes.mfcc_zcr_rms.hop_length", "400"),
        ("recipes.mfcc_zcr_rms.n_mels", "20"),
        ("recipes.mfcc_zcr_rms.n_mfcc", "8"),
        ("model.conv1d.filters", "[4, 4]"),
        ("model.conv1d.dense_units", "8"),
        ("model.crnn.filters1", "4"),
        ("model.crnn.filters2", "4"),
        ("model.crnn.lstm_units", "4"),
        ("training.epochs", "6"),
        ("training.batch_size", "16"),
        ("training.learning_rate", "0.01"),
        ("training.reduce_on_plateau.patience", "1"),
    ];
    let changes: Vec<(String, String)> = small
        .iter()
        .chain(changes)
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &changes).unwrap()
}

/// Stops at a step, or cannot go on after an epoch; remembers what was reported.
#[derive(Default)]
struct Watcher {
    stop: Option<(usize, usize)>,
    fail: Option<usize>,
    stop_final: Option<(usize, usize)>,
    epochs: Vec<usize>,
    resumed: Option<usize>,
}

impl Observer for Watcher {
    fn step(&mut self, epoch: usize, done: usize, _total: usize) -> LoopControl {
        if self.stop == Some((epoch, done)) {
            LoopControl::StopNow
        } else {
            LoopControl::Continue
        }
    }

    fn final_step(&mut self, (epoch, _): (usize, usize), done: usize, _total: usize) -> LoopControl {
        if self.stop_final == Some((epoch, done)) {
            LoopControl::StopNow
        } else {
            LoopControl::Continue
        }
    }

    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        self.epochs.push(metrics.epoch);
        match self.fail {
            Some(epoch) if epoch == metrics.epoch => Err(TrainingError::Observer("killed".to_owned())),
            _ => Ok(()),
        }
    }

    fn resumed(&mut self, history: &[EpochMetrics]) -> Result<(), TrainingError> {
        self.resumed = Some(history.len());
        Ok(())
    }
}

fn run(
    settings: &Settings,
    dataset: &Dataset,
    folder: &Path,
    resume: bool,
    watcher: &mut Watcher,
) -> Result<Trained, TrainingError> {
    let task = Task {
        dataset,
        recipe: settings.recipe().unwrap(),
        augmentation: Some(OnTheFly {
            settings: &settings.augmentation,
            clips: &[],
            normaliser: &Normaliser::default(),
        }),
        model: &settings.model,
        settings: &settings.training,
        device: "flex",
        seed: 3,
        checkpoints: folder,
        resume,
        synthetic: true,
        training_rms_dbfs: -23.5,
    };
    train(&task, watcher)
}

/// The bits of every epoch's figures, the best epochs, two files of weights, and the answers on the test clips.
type Outcome = (Vec<[u64; 7]>, Vec<bool>, [Vec<u8>; 2], Vec<(usize, Vec<f32>)>);

/// All that must be the same.
fn outcome(trained: &Trained, folder: &Path) -> Outcome {
    let bits = |metrics: &EpochMetrics| {
        [
            metrics.train_loss,
            metrics.train_accuracy,
            metrics.train_uar,
            metrics.validation_loss,
            metrics.validation_accuracy,
            metrics.validation_uar,
            metrics.learning_rate,
        ]
        .map(f64::to_bits)
    };
    (
        trained.history.iter().map(bits).collect(),
        trained.history.iter().map(|metrics| metrics.best).collect(),
        [BEST, LAST].map(|name| fs::read(folder.join(name)).unwrap()),
        trained.test.clone(),
    )
}

#[test]
fn a_run_goes_on_bit_for_bit_from_any_epoch() {
    let ways: [&[(&str, &str)]; 6] = [
        &[
            ("augmentation.mixup_alpha", "0.3"),
            ("augmentation.spec_augment.time_masks", "1"),
        ],
        &[("model.name", "crnn"), ("model.crnn.noise_std", "0.1")],
        &[
            ("training.optimizer", "adamw"),
            ("training.weight_decay", "0.05"),
            ("training.schedule", "cosine"),
            ("training.label_smoothing", "0.1"),
            ("training.average.kind", "ema"),
            ("model.name", "crnn"),
        ],
        &[
            ("training.final_fit", "train_validation"),
            ("training.class_weights", "true"),
        ],
        &[
            ("training.optimizer", "sgd"),
            ("training.nesterov", "true"),
            ("training.balanced_sampling", "true"),
            ("training.average.kind", "swa"),
            ("training.average.from_epoch", "3"),
        ],
        &[
            ("training.early_stopping.patience", "2"),
            ("training.class_weights", "true"),
        ],
    ];
    for way in ways {
        let settings = settings(way);
        let dataset = dataset(settings.recipe().unwrap());
        let whole = tempfile::tempdir().unwrap();
        let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
        let expected = outcome(&trained, whole.path());
        let last = trained.history.len();
        for done in 0..=last {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            // In the middle of the next epoch; or after the last one, before anything came of it.
            let mut watcher = Watcher {
                stop: Some((done + 1, 1)),
                fail: Some(last),
                ..Watcher::default()
            };
            if let Ok(trained) = run(&settings, &dataset, path, false, &mut watcher) {
                assert!(trained.stopped);
            }
            assert_eq!(watcher.epochs.len(), done);
            assert_eq!(saved_epoch(path).unwrap(), done);
            let mut watcher = Watcher::default();
            let resumed = run(&settings, &dataset, path, true, &mut watcher).unwrap();
            assert!(outcome(&resumed, path) == expected, "{way:?} after epoch {done}");
            assert_eq!(watcher.resumed, (done > 0).then_some(done));
            assert_eq!(watcher.epochs, (done + 1..=last).collect::<Vec<_>>());
            assert_eq!(resumed.best_epoch, trained.best_epoch);
        }
    }
}

#[test]
fn a_final_fit_goes_on_bit_for_bit_from_any_epoch() {
    // Without an average nothing else looks at the running statistics of the norms before they are saved.
    for (how, model, average) in [
        ("train_validation", "conv1d", "ema"),
        ("everything", "conv1d", "ema"),
        ("train_validation", "crnn", "none"),
    ] {
        let settings = settings(&[
            ("training.final_fit", how),
            ("model.name", model),
            ("training.schedule", "cosine"),
            ("training.average.kind", average),
            ("training.balanced_sampling", "true"),
        ]);
        let dataset = dataset(settings.recipe().unwrap());
        let weights = |trained: &Trained| trained.package.network.to_bytes().unwrap();
        let whole = tempfile::tempdir().unwrap();
        let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
        let expected = (outcome(&trained, whole.path()), weights(&trained));
        assert!(trained.best_epoch > 2);
        for epoch in 1..=trained.best_epoch {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path();
            let mut watcher = Watcher {
                stop_final: Some((epoch, 1)),
                ..Watcher::default()
            };
            let stopped = run(&settings, &dataset, path, false, &mut watcher).unwrap();
            assert!(stopped.stopped);
            assert_ne!(weights(&stopped), expected.1, "it is the one that validation chose");
            let mut watcher = Watcher::default();
            let resumed = run(&settings, &dataset, path, true, &mut watcher).unwrap();
            assert!(
                (outcome(&resumed, path), weights(&resumed)) == expected,
                "{how}, {epoch}"
            );
            assert!(!resumed.stopped);
            assert_eq!(watcher.epochs, [0; 0]);
        }
    }
}

#[test]
fn a_kill_between_two_files_leaves_a_state_to_go_on_from() {
    let settings = settings(&[]);
    let dataset = dataset(settings.recipe().unwrap());
    let whole = tempfile::tempdir().unwrap();
    let trained = run(&settings, &dataset, whole.path(), false, &mut Watcher::default()).unwrap();
    let expected = outcome(&trained, whole.path());
    assert!(trained.history[1].best, "the second epoch is better than the first");

    let interrupted = |epoch: usize| {
        let folder = tempfile::tempdir().unwrap();
        let stop = Some((epoch + 1, 0));
        let mut watcher = Watcher {
            stop,
            ..Watcher::default()
        };
        run(&settings, &dataset, folder.path(), false, &mut watcher).unwrap();
        folder
    };
    let (first, second) = (interrupted(1), interrupted(2));
    let goes_on = |folder: &Path, from: usize| {
        let mut watcher = Watcher::default();
        let resumed = run(&settings, &dataset, folder, true, &mut watcher).unwrap();
        assert_eq!(watcher.resumed, Some(from));
        assert!(outcome(&resumed, folder) == expected);
        let left = fs::read_dir(folder).unwrap().count();
        assert_eq!(left, 3, "no rubbish is left");
    };
    // The line of the second epoch is there, whole or torn, the weights are not.
    let table = fs::read(second.path().join("history.csv")).unwrap();
    for torn in [0, 20] {
        let folder = interrupted(1);
        fs::write(folder.path().join("history.csv"), &table[..table.len() - torn]).unwrap();
        fs::write(folder.path().join("last.safetensors.17-3.tmp"), b"half").unwrap();
        goes_on(folder.path(), 1);
    }
    // The second epoch's weights are there, the best ones still are the first's.
    fs::copy(first.path().join(BEST), second.path().join(BEST)).unwrap();
    goes_on(second.path(), 2);
}

#[test]
fn damage_and_other_data_are_refused_by_name() {
    let settings = settings(&[("training.epochs", "2")]);
    let mut dataset = dataset(settings.recipe().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    run(&settings, &dataset, path, false, &mut Watcher::default()).unwrap();
    let refusal = |dataset: &Dataset| {
        let outcome = run(&settings, dataset, path, true, &mut Watcher::default());
        outcome.unwrap_err().to_string()
    };
    dataset.matrices[7].values[3] += 1e-3;
    assert!(refusal(&dataset).contains("not those that the run began with"));
    dataset.matrices[7].values[3] -= 1e-3;
    dataset.targets.swap(0, 1);
    assert!(refusal(&dataset).contains("start a new run"));
    dataset.targets.swap(0, 1);

    let table = fs::read(path.join("history.csv")).unwrap();
    fs::write(path.join("history.csv"), &table[..table.len() / 2]).unwrap();
    assert!(refusal(&dataset).contains("history.csv"));
    let weights = fs::read(path.join(LAST)).unwrap();
    for length in [0, 5, 100, weights.len() - 1] {
        fs::write(path.join(LAST), &weights[..length]).unwrap();
        assert!(refusal(&dataset).contains(LAST), "{length}");
    }
    assert!(saved_epoch(path).is_ok_and(|epoch| epoch == 2), "its header is whole");
    fs::write(path.join(LAST), &weights[..100]).unwrap();
    assert!(saved_epoch(path).unwrap_err().to_string().contains(LAST));
    // What was never interrupted in the first place is started again from the beginning.
    let trained = run(&settings, &dataset, path, false, &mut Watcher::default()).unwrap();
    assert_eq!(trained.history.len(), 2);
}
