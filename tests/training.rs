//! The training loop from data set to package, on generated features.

// Helpers of tests are no tests to clippy.
#![allow(clippy::unwrap_used)]

use rand::RngExt;
use std::fs;
use std::path::Path;
use tempfile::TempDir;
use undertone::corpus::{Clip, Emotion, Gender, Selection, Side, Split, SplitKind};
use undertone::engine::load_settings;
use undertone::features::{Feature, FeatureMatrix, Recipe};
use undertone::inference::FinalFit;
use undertone::models::{Conv1dSettings, ModelSettings, Network, device};
use undertone::random::stream;
use undertone::training::{
    AverageKind, BEST, Control, Dataset, EarlyStoppingSettings, EpochFacts, LAST, Monitor, Observer, OptimizerKind,
    ReduceOnPlateauSettings, ScheduleKind, Task, Trained, TrainingError, TrainingSettings, judged, train,
};

/// 11 frames of 4 numbers.
fn recipe() -> Recipe {
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

fn model() -> ModelSettings {
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

fn settings(epochs: usize) -> TrainingSettings {
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
fn dataset(clips: usize, noise: f32, learnable: bool) -> Dataset {
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
    let side = |clip: usize| match clip % 6 {
        4 => Side::Validation,
        5 => Side::Test,
        _ => Side::Train,
    };
    Dataset {
        matrices,
        targets,
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Random,
            fold: None,
            // Three clips in a row go together, so that every class is on every side.
            sides: (0..clips).map(|clip| side(clip / 3)).collect(),
            remarks: Vec::new(),
        },
        cached: 0,
        skip_clamped: 0,
    }
}

/// Says what it is told to say at a given (epoch, step), and remembers what it was told.
#[derive(Default)]
struct Watcher {
    orders: Vec<(usize, usize, Control)>,
    steps: Vec<(usize, usize, usize)>,
    epochs: Vec<EpochFacts>,
}

impl Observer for Watcher {
    fn step(&mut self, epoch: usize, done: usize, total: usize) -> Control {
        self.steps.push((epoch, done, total));
        let order = self.orders.iter().find(|order| (order.0, order.1) == (epoch, done));
        order.map_or(Control::Continue, |order| order.2)
    }

    fn epoch(&mut self, facts: &EpochFacts) -> Result<(), TrainingError> {
        self.epochs.push(facts.clone());
        Ok(())
    }
}

fn run_in(
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

fn run(dataset: &Dataset, settings: &TrainingSettings, seed: u64) -> (TempDir, Trained) {
    let folder = tempfile::tempdir().unwrap();
    let trained = run_in(folder.path(), dataset, settings, seed, &mut Watcher::default()).unwrap();
    (folder, trained)
}

fn accuracy(dataset: &Dataset, trained: &Trained) -> f64 {
    let best = |row: &[f32]| (0..row.len()).fold(0, |best, class| if row[class] > row[best] { class } else { best });
    let right = trained
        .test
        .iter()
        .filter(|(clip, row)| best(row) == dataset.targets[*clip]);
    right.count() as f64 / trained.test.len() as f64
}

#[test]
fn it_learns_what_can_be_learnt_and_hands_over_a_working_package() {
    let dataset = dataset(360, 1.0, true);
    let (folder, trained) = run(&dataset, &settings(15), 1);
    assert!(accuracy(&dataset, &trained) > 0.95);
    assert_eq!(trained.history.len(), 15);
    assert!(!trained.stopped);
    let first = &trained.history[0];
    let last = trained.history.last().unwrap();
    assert!(last.train_loss < first.train_loss && last.validation_uar > 0.95 && last.train_accuracy > 0.9);
    assert!(last.clips_per_second > 0.0 && last.seconds > 0.0 && last.memory_bytes > 1_000_000);
    assert_eq!(first.learning_rate, 0.005);
    assert_eq!(trained.test.len(), dataset.side(Side::Test).len());
    for (_, row) in &trained.test {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    assert!(trained.package.facts.synthetic);
    assert_eq!(trained.package.facts.training_rms_dbfs, -23.5);

    // The package on disk judges the test clips as the run did.
    let home = folder.path().join("model");
    trained.package.save(&home).unwrap();
    let package = undertone::inference::Package::load(&home, "flex").unwrap();
    assert_eq!(package.facts, trained.package.facts);
    let rows = package
        .probabilities(trained.test.iter().map(|(clip, _)| &dataset.matrices[*clip]))
        .unwrap();
    assert!(rows.iter().eq(trained.test.iter().map(|(_, row)| row)));
}

#[test]
fn the_scaler_knows_the_training_clips_only() {
    let mut dataset = dataset(60, 1.0, true);
    let fit = |dataset: &Dataset| run(dataset, &settings(1), 1).1.package.facts.scaler;
    let before = fit(&dataset);
    for clip in [dataset.side(Side::Validation), dataset.side(Side::Test)].concat() {
        dataset.matrices[clip].values.iter_mut().for_each(|value| *value *= 3.0);
    }
    assert_eq!(fit(&dataset), before);
    let clip = dataset.side(Side::Train)[0];
    dataset.matrices[clip].values[0] *= 3.0;
    assert_ne!(fit(&dataset), before);
}

#[test]
fn two_runs_of_one_seed_are_identical_and_another_seed_differs() {
    let dataset = dataset(120, 2.0, true);
    let facts = |trained: &Trained| -> Vec<_> {
        let figures = |facts: &EpochFacts| (facts.train_loss, facts.validation_loss, facts.train_uar, facts.best);
        trained.history.iter().map(figures).collect()
    };
    let (one, first) = run(&dataset, &settings(4), 1);
    let (two, second) = run(&dataset, &settings(4), 1);
    for name in [BEST, LAST] {
        let (one, two) = (one.path().join(name), two.path().join(name));
        assert!(fs::read(one).unwrap() == fs::read(two).unwrap(), "{name}");
    }
    assert_eq!(facts(&first), facts(&second));
    assert_eq!(first.test, second.test);
    let (_folder, other) = run(&dataset, &settings(4), 2);
    assert_ne!(facts(&first), facts(&other));
}

#[test]
fn early_stopping_keeps_the_best_epoch() {
    let dataset = dataset(120, 4.0, false);
    let patient = TrainingSettings {
        learning_rate: 0.02,
        early_stopping: EarlyStoppingSettings {
            patience: 4,
            min_delta: 0.0,
        },
        ..settings(60)
    };
    let (folder, trained) = run(&dataset, &patient, 1);
    let losses: Vec<f64> = trained.history.iter().map(|facts| facts.validation_loss).collect();
    let lowest = (0..losses.len())
        .min_by(|a, b| losses[*a].total_cmp(&losses[*b]))
        .unwrap();
    assert_eq!(trained.best_epoch, lowest + 1);
    assert_eq!(losses.len(), trained.best_epoch + 4);
    assert!(!trained.stopped);
    let last_best = trained.history.iter().rposition(|facts| facts.best).unwrap();
    assert_eq!(last_best, lowest);
    assert!(trained.history.last().unwrap().learning_rate < 0.02);

    // best.safetensors is the package's network, last.safetensors is not.
    let judge = |name: &str| {
        let device = device("flex").unwrap();
        let network = Network::new(&model(), recipe().shape(), 3, 0, &device).unwrap();
        let mut package = trained.package.clone();
        package.network = network.load(&folder.path().join(name)).unwrap();
        package.probabilities(&dataset.matrices).unwrap()
    };
    let kept = trained.package.probabilities(&dataset.matrices).unwrap();
    assert_eq!(judge(BEST), kept);
    assert_ne!(judge(LAST), kept);
}

#[test]
fn the_monitor_chooses() {
    let dataset = dataset(120, 4.0, false);
    let by_uar = TrainingSettings {
        monitor: Monitor::Uar,
        ..settings(12)
    };
    let (_folder, trained) = run(&dataset, &by_uar, 1);
    let highest = trained
        .history
        .iter()
        .map(|facts| facts.validation_uar)
        .fold(0.0, f64::max);
    let first = trained
        .history
        .iter()
        .position(|facts| facts.validation_uar == highest)
        .unwrap();
    assert_eq!(trained.best_epoch, first + 1);
}

#[test]
fn class_weights_help_the_rare_class() {
    let mut dataset = dataset(240, 6.0, true);
    // Nine in ten training clips of the first class become copies of one clip of the second.
    let train = dataset.side(Side::Train);
    for (number, clip) in train.iter().enumerate() {
        if dataset.targets[*clip] == 0 && number % 10 != 0 {
            let other = train.iter().find(|other| dataset.targets[**other] == 1).unwrap();
            dataset.matrices[*clip] = dataset.matrices[*other].clone();
            dataset.targets[*clip] = 1;
        }
    }
    let recall = |class_weights| {
        let settings = TrainingSettings {
            class_weights,
            ..settings(3)
        };
        let (_folder, trained) = run(&dataset, &settings, 1);
        let mean = |rows: Vec<f32>| rows.iter().sum::<f32>() / rows.len() as f32;
        let rare = trained.test.iter().filter(|(clip, _)| dataset.targets[*clip] == 0);
        mean(rare.map(|(_, row)| row[0]).collect())
    };
    let (plain, weighted) = (recall(false), recall(true));
    assert!(weighted > plain + 0.05, "{plain} {weighted}");
}

/// As many clips of every class, on average; every option in turn leads somewhere, and repeatably.
#[test]
fn every_option_learns_and_two_runs_of_it_are_identical() {
    let dataset = dataset(240, 1.0, true);
    let adamw = |settings: &mut TrainingSettings| {
        (settings.optimizer, settings.weight_decay) = (OptimizerKind::Adamw, 0.05);
    };
    let sgd = |settings: &mut TrainingSettings| {
        (settings.optimizer, settings.nesterov, settings.learning_rate) = (OptimizerKind::Sgd, true, 0.02);
    };
    let cosine = |settings: &mut TrainingSettings| settings.schedule = ScheduleKind::Cosine;
    let balanced = |settings: &mut TrainingSettings| settings.balanced_sampling = true;
    let smooth = |settings: &mut TrainingSettings| settings.label_smoothing = 0.1;
    let ema =
        |settings: &mut TrainingSettings| (settings.average.kind, settings.average.decay) = (AverageKind::Ema, 0.9);
    let swa = |settings: &mut TrainingSettings| settings.average.kind = AverageKind::Swa;
    let options: [&dyn Fn(&mut TrainingSettings); 7] = [&adamw, &sgd, &cosine, &balanced, &smooth, &ema, &swa];
    for (number, option) in options.iter().enumerate() {
        let mut settings = settings(10);
        option(&mut settings);
        let (_folder, trained) = run(&dataset, &settings, 1);
        assert!(accuracy(&dataset, &trained) > 0.9, "option {number}");
        let (_folder, again) = run(&dataset, &settings, 1);
        assert_eq!(trained.test, again.test, "option {number}");
    }
    let mut settings = settings(4);
    cosine(&mut settings);
    let rates: Vec<f64> = run(&dataset, &settings, 1)
        .1
        .history
        .iter()
        .map(|facts| facts.learning_rate)
        .collect();
    assert!(
        rates[0] < 0.005 && rates[1] == 0.005 && rates[3] < rates[2] && rates[3] > 0.0,
        "{rates:?}"
    );
}

#[test]
fn a_final_fit_learns_from_more_and_is_judged_on_what_it_did_not_learn_from() {
    let dataset = dataset(120, 2.0, true);
    let fit = |final_fit, orders: Vec<(usize, usize, Control)>| {
        let settings = TrainingSettings {
            final_fit,
            ..settings(6)
        };
        let folder = tempfile::tempdir().unwrap();
        let mut watcher = Watcher {
            orders,
            ..Watcher::default()
        };
        let trained = run_in(folder.path(), &dataset, &settings, 1, &mut watcher).unwrap();
        (trained, watcher)
    };
    let (chosen, _) = fit(FinalFit::None, Vec::new());
    let facts = |trained: &Trained| trained.package.facts.clone();
    for (how, sides) in [
        (FinalFit::TrainValidation, &[Side::Train, Side::Validation][..]),
        (FinalFit::Everything, &[Side::Train, Side::Validation, Side::Test]),
    ] {
        let (fitted, watcher) = fit(how, Vec::new());
        assert_eq!(fitted.best_epoch, chosen.best_epoch);
        assert_eq!(
            (facts(&chosen).final_fit, facts(&fitted).final_fit),
            (FinalFit::None, how)
        );
        assert_ne!(facts(&fitted).scaler, facts(&chosen).scaler);
        // The steps after the last epoch's are those of the final fit.
        let clips: usize = sides.iter().map(|side| dataset.side(*side).len()).sum();
        let steps = clips.div_ceil(16);
        let mut last = watcher.steps.iter().rev().take(steps * fitted.best_epoch);
        assert!(last.clone().all(|(_, _, total)| *total == steps));
        assert_eq!(last.next_back(), Some(&(1, 0, steps)));
        let rows = fitted
            .package
            .probabilities(fitted.test.iter().map(|(clip, _)| &dataset.matrices[*clip]))
            .unwrap();
        let own = rows.iter().eq(fitted.test.iter().map(|(_, row)| row));
        assert_eq!(
            own,
            how == FinalFit::TrainValidation,
            "who learnt from the test clips does not judge them"
        );
        assert_eq!(fitted.test == chosen.test, how == FinalFit::Everything);
        assert!(!fitted.stopped);
    }
}

#[test]
fn stopping_keeps_what_is_done() {
    let dataset = dataset(120, 1.0, true);
    let folder = tempfile::tempdir().unwrap();
    let stop = |orders: Vec<(usize, usize, Control)>| {
        let mut watcher = Watcher {
            orders,
            ..Watcher::default()
        };
        let result = run_in(folder.path(), &dataset, &settings(9), 1, &mut watcher);
        (result, watcher)
    };
    let (result, watcher) = stop(vec![(1, 2, Control::StopNow)]);
    assert!(matches!(result, Err(TrainingError::StoppedEarly)));
    assert!(watcher.epochs.is_empty());
    let total = dataset.side(Side::Train).len().div_ceil(16);
    assert_eq!(watcher.steps, [(1, 0, total), (1, 1, total), (1, 2, total)]);

    let (result, watcher) = stop(vec![(3, 1, Control::StopNow)]);
    let trained = result.unwrap();
    assert!(trained.stopped && !trained.test.is_empty());
    assert_eq!((trained.history.len(), watcher.epochs.len()), (2, 2));
    assert!(trained.best_epoch <= 2);

    let (result, watcher) = stop(vec![(2, 0, Control::StopAfterEpoch)]);
    let trained = result.unwrap();
    assert!(trained.stopped);
    assert_eq!(trained.history.len(), 2);
    assert_eq!(watcher.steps.last(), Some(&(2, total - 1, total)));
}

/// Puts something in the way of the next checkpoint once the first is written.
struct Spoiler<'a>(&'a Path);

impl Observer for Spoiler<'_> {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> Control {
        Control::Continue
    }

    fn epoch(&mut self, facts: &EpochFacts) -> Result<(), TrainingError> {
        if facts.epoch == 1 {
            let last = self.0.join(LAST);
            fs::remove_file(&last).unwrap();
            fs::create_dir_all(last.join("inside")).unwrap();
        }
        Ok(())
    }
}

#[test]
fn a_checkpoint_that_cannot_be_written_ends_the_run_and_leaves_the_earlier_one() {
    let dataset = dataset(60, 1.0, true);
    let folder = tempfile::tempdir().unwrap();
    let result = run_in(folder.path(), &dataset, &settings(5), 1, &mut Spoiler(folder.path()));
    let message = result.unwrap_err().to_string();
    assert!(message.contains(LAST), "{message}");
    let device = device("flex").unwrap();
    let network = Network::new(&model(), recipe().shape(), 3, 0, &device).unwrap();
    network.load(&folder.path().join(BEST)).unwrap();

    // A folder that cannot be made.
    let file = folder.path().join("file");
    fs::write(&file, b"kept").unwrap();
    let result = run_in(&file.join("inside"), &dataset, &settings(1), 1, &mut Watcher::default());
    assert!(matches!(result, Err(TrainingError::Io { .. })));
    assert_eq!(fs::read(&file).unwrap(), b"kept");
}

struct Unwilling;

impl Observer for Unwilling {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> Control {
        Control::Continue
    }

    fn epoch(&mut self, _facts: &EpochFacts) -> Result<(), TrainingError> {
        Err(TrainingError::Observer("the journal is gone".to_owned()))
    }
}

#[test]
fn what_cannot_go_on_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let refusal = |dataset: &Dataset, settings: &TrainingSettings, observer: &mut dyn Observer| {
        run_in(folder.path(), dataset, settings, 1, observer)
            .unwrap_err()
            .to_string()
    };
    let good = dataset(60, 1.0, true);
    assert_eq!(refusal(&good, &settings(3), &mut Unwilling), "the journal is gone");
    let wild = TrainingSettings {
        learning_rate: 1e30,
        gradient_clip_norm: 0.0,
        ..settings(5)
    };
    let message = refusal(&good, &wild, &mut Watcher::default());
    assert!(
        message.contains("in epoch 1; lower training.learning_rate"),
        "{message}"
    );
    assert!(refusal(&good, &settings(0), &mut Watcher::default()).starts_with("training.epochs"));

    let told = |change: fn(&mut Dataset)| {
        let mut changed = good.clone();
        change(&mut changed);
        refusal(&changed, &settings(1), &mut Watcher::default())
    };
    assert!(told(|d| d.split.sides.fill(Side::Train)).contains("no clips on the validation side"));
    assert!(told(|d| d.split.sides.fill(Side::Test)).contains("no clips on the training side"));
    assert!(told(|d| d.targets.fill(1)).contains("holds only `happy`"));
    assert!(told(|d| d.targets[3] = 3).contains("label number 3 of 3"));
    assert!(told(|d| d.split.sides.truncate(3)).contains("make the split again"));
    assert!(told(|d| d.matrices[2].frames = 12).contains("12 x 4 where the recipe gives 11 x 4"));
}

#[test]
fn predictions_are_joined_with_their_clips() {
    let dataset = dataset(60, 1.0, true);
    let (_folder, trained) = run(&dataset, &settings(1), 1);
    let clip = |index: usize| Clip {
        path: format!("{index}.wav").into(),
        corpus: "toy".into(),
        synthetic: true,
        speaker: Some("s1".into()),
        gender: index.is_multiple_of(2).then_some(Gender::Female),
        age: None,
        ethnicity: None,
        emotion: Emotion::new(&dataset.labels[dataset.targets[index]]),
        intensity: None,
        text: None,
        container: "wav".into(),
        frames: 4_000,
        rate: 8_000,
        channels: 1,
    };
    let selection = Selection {
        clips: (0..60).map(clip).collect(),
        facts: vec![None; 60],
        ..Selection::default()
    };
    let judged = judged(&dataset, &selection, &trained);
    assert_eq!(judged.len(), trained.test.len());
    for (judged, (index, row)) in judged.iter().zip(&trained.test) {
        assert_eq!(judged.path, Path::new(&format!("{index}.wav")));
        assert_eq!(judged.truth, dataset.targets[*index]);
        assert_eq!(judged.probabilities, *row);
        assert_eq!(judged.gender.as_deref(), index.is_multiple_of(2).then_some("female"));
        assert_eq!((judged.corpus.as_str(), judged.speaker.as_deref()), ("toy", Some("s1")));
    }
}
