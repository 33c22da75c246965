//! Classifiers on top of features: one fitted at once, and one of clips of unequal length.

use super::super::settings::tests::shipped;
use super::super::{
    AugmentationSettings, CosineSettings, Dataset, EpochMetrics, LoopControl, Normaliser, Observer, OnTheFly,
    ScheduleKind, StepMetrics, Task, Trained, TrainingError, TrainingSettings,
};
use super::train;
use crate::corpus::{Split, SplitKind, Subset};
use crate::features::{Feature, FeatureMatrix, Functional, Recipe};
use crate::inference::{FinalFit, Package};
use crate::models::{ModelSettings, fixture};
use crate::random::stream;
use rand::RngExt;
use std::path::Path;

const CLASSES: usize = 3;

/// One row of so many numbers, or frames of unequal length.
fn recipe(coefficients: usize, unequal: bool) -> Recipe {
    Recipe {
        take_seconds: if unequal { 0.0 } else { 2.0 },
        n_mfcc: coefficients,
        features: vec![Feature::Mfcc],
        functionals: if unequal { Vec::new() } else { vec![Functional::Mean] },
        ..Recipe::default()
    }
}

/// Clips of six speakers whose class shows in a column, in noise; lengths are drawn where they are unequal.
fn dataset(recipe: &Recipe) -> Dataset {
    let (frames, coefficients) = recipe.shape();
    let draw = &mut stream(1, "clips", 0);
    let clips = 180;
    let mut matrix = |class: usize| {
        let frames = if frames == 0 { draw.random_range(3..20) } else { frames };
        let mut values: Vec<f32> = (0..frames * coefficients)
            .map(|_| 4.0 * draw.random::<f32>() - 2.0)
            .collect();
        values
            .iter_mut()
            .skip(class)
            .step_by(coefficients)
            .for_each(|value| *value += 4.0);
        FeatureMatrix {
            frames,
            coefficients,
            values,
        }
    };
    let subset = |clip: usize| match clip / CLASSES % 6 {
        4 => Subset::Validation,
        5 => Subset::Test,
        _ => Subset::Train,
    };
    Dataset {
        votes: None,
        dimensions: None,
        matrices: (0..clips).map(|clip| matrix(clip % CLASSES)).collect(),
        targets: (0..clips).map(|clip| clip % CLASSES).collect(),
        labels: ["neutral", "happy", "sad"].map(str::to_owned).to_vec(),
        split: Split {
            kind: SplitKind::Speaker,
            given: None,
            fold: None,
            subsets: (0..clips).map(subset).collect(),
            notes: Vec::new(),
        },
        speakers: (0..clips)
            .map(|clip| Some(format!("toy/{}", clip / CLASSES % 6)))
            .collect(),
        sources: (0..clips).collect(),
        cached: 0,
        skip_clamped: 0,
    }
}

#[derive(Default)]
struct Watcher {
    stop_at: Option<usize>,
    asked: usize,
    totals: Vec<usize>,
    steps: Vec<StepMetrics>,
}

impl Observer for Watcher {
    fn step(&mut self, _epoch: usize, _done: usize, total: usize) -> LoopControl {
        self.asked += 1;
        self.totals.push(total);
        if self.stop_at == Some(self.asked) {
            LoopControl::StopNow
        } else {
            LoopControl::Continue
        }
    }

    fn stepped(&mut self, metrics: &StepMetrics) {
        self.steps.push(*metrics);
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
        Ok(())
    }
}

struct Case {
    recipe: Recipe,
    dataset: Dataset,
    model: ModelSettings,
    settings: TrainingSettings,
}

impl Case {
    fn run(&self, folder: &Path, resume: bool, watcher: &mut Watcher) -> Result<Trained, TrainingError> {
        let file: toml::Table = include_str!("../../../workbench.toml").parse().unwrap();
        let mut augmentation: AugmentationSettings = file["augmentation"].clone().try_into().unwrap();
        if self.model.name == "emobox" {
            augmentation.mixup_alpha = 0.2;
        }
        let normaliser = Normaliser::default();
        let task = Task {
            dataset: &self.dataset,
            recipe: &self.recipe,
            augmentation: Some(OnTheFly {
                settings: &augmentation,
                clips: &[],
                normaliser: &normaliser,
            }),
            model: &self.model,
            settings: &self.settings,
            device: "flex",
            seed: 1,
            checkpoints: folder,
            resume,
            synthetic: true,
            training_rms_dbfs: -20.0,
        };
        train(&task, watcher)
    }

    fn accuracy(&self, trained: &Trained) -> f64 {
        let best = |row: &[f32]| (0..CLASSES).fold(0, |best, class| if row[class] > row[best] { class } else { best });
        let right = trained
            .test
            .iter()
            .filter(|(clip, row)| best(row) == self.dataset.targets[*clip]);
        right.count() as f64 / trained.test.len() as f64
    }
}

fn logistic(c: &[f64]) -> Case {
    let recipe = recipe(12, false);
    let mut model = fixture::settings("logistic");
    (model.logistic.c, model.logistic.inner_folds) = (c.to_vec(), 3);
    Case {
        dataset: dataset(&recipe),
        recipe,
        model,
        settings: TrainingSettings {
            final_fit: FinalFit::TrainValidation,
            class_weights: true,
            ..shipped()
        },
    }
}

#[test]
fn what_is_fitted_at_once_has_one_epoch_and_goes_the_way_of_every_run() {
    let case = logistic(&[10.0, 0.01, 1e-6]);
    let folder = tempfile::tempdir().unwrap();
    let mut watcher = Watcher::default();
    let trained = case.run(folder.path(), false, &mut watcher).unwrap();
    assert!(case.accuracy(&trained) > 0.9, "{}", case.accuracy(&trained));
    assert_eq!(
        (trained.history.len(), trained.best_epoch, trained.stopped),
        (1, 1, false)
    );
    let only = &trained.history[0];
    assert!(only.best && only.train_uar > 0.9 && only.validation_uar > 0.8 && only.learning_rate == 0.0);
    assert!(watcher.totals.iter().all(|total| *total == 3 * 3 + 1));
    // The fit on the training set and the final one.
    assert_eq!(trained.notes.len(), 2);
    assert!(
        trained.notes[0].contains("3 inner folds of the speakers"),
        "{:?}",
        trained.notes
    );
    assert_eq!(trained.package.metadata.final_fit, FinalFit::TrainValidation);

    let home = folder.path().join("model");
    trained.package.save(&home).unwrap();
    let package = Package::load(&home, "flex").unwrap();
    let rows = package.rows(trained.test.iter().map(|(clip, _)| &case.dataset.matrices[*clip]));
    assert!(rows.unwrap().iter().eq(trained.test.iter().map(|(_, row)| row)));

    // What was done is not done again.
    let mut watcher = Watcher::default();
    let resumed = case.run(folder.path(), true, &mut watcher).unwrap();
    assert_eq!(
        (watcher.asked, &resumed.notes, &resumed.test),
        (0, &trained.notes, &trained.test)
    );
    assert_eq!(resumed.history, trained.history);
}

#[test]
fn fitting_at_once_stops_when_asked_and_one_c_needs_no_folds() {
    let folder = tempfile::tempdir().unwrap();
    let case = logistic(&[0.01, 0.1]);
    let mut watcher = Watcher {
        stop_at: Some(4),
        ..Watcher::default()
    };
    let outcome = case.run(folder.path(), false, &mut watcher);
    assert!(matches!(outcome, Err(TrainingError::StoppedEarly)), "{outcome:?}");
    assert_eq!(watcher.asked, 4);

    let case = logistic(&[0.1]);
    let mut watcher = Watcher::default();
    let trained = case.run(folder.path(), false, &mut watcher).unwrap();
    assert!(watcher.totals.iter().all(|total| *total == 1));
    assert!(
        trained.notes[0].starts_with("C 0.1; the optimum"),
        "{:?}",
        trained.notes
    );
}

#[test]
fn the_choice_of_c_and_the_weights_see_neither_validation_nor_test_clips() {
    let mut case = logistic(&[0.01, 0.1]);
    case.settings.final_fit = FinalFit::None;
    let fitted = |case: &Case| {
        let folder = tempfile::tempdir().unwrap();
        let trained = case.run(folder.path(), false, &mut Watcher::default()).unwrap();
        (trained.notes, trained.package.network.to_bytes().unwrap())
    };
    let before = fitted(&case);
    for clip in 0..case.dataset.matrices.len() {
        if case.dataset.split.subsets[clip] != Subset::Train {
            case.dataset.matrices[clip]
                .values
                .iter_mut()
                .for_each(|value| *value *= -3.0);
        }
    }
    assert!(fitted(&case) == before);
}

#[test]
fn every_step_is_told_with_its_loss_and_rate_and_goes_on_counting_after_a_stop() {
    let recipe = recipe(12, false);
    let case = Case {
        dataset: dataset(&recipe),
        recipe,
        model: fixture::settings("mlp"),
        settings: TrainingSettings {
            epochs: 3,
            batch_size: 16,
            accumulate: 2,
            schedule: ScheduleKind::Cosine,
            cosine: CosineSettings {
                warmup_epochs: 1.0,
                minimum: 0.0,
            },
            final_fit: FinalFit::TrainValidation,
            ..shipped()
        },
    };
    let folder = tempfile::tempdir().unwrap();
    // In the third epoch, between two steps.
    let mut stopped = Watcher {
        stop_at: Some(8 + 8 + 3),
        ..Watcher::default()
    };
    case.run(folder.path(), false, &mut stopped).unwrap();
    let mut resumed = Watcher::default();
    let trained = case.run(folder.path(), true, &mut resumed).unwrap();
    let whole = tempfile::tempdir().unwrap();
    let mut watcher = Watcher::default();
    case.run(whole.path(), false, &mut watcher).unwrap();
    let steps = watcher.steps;
    assert_eq!(stopped.steps[..], steps[..9]);
    assert_eq!(resumed.steps[..], steps[8..], "the third epoch is done again");
    // 120 clips, 32 a step: 4 steps an epoch, and none of the final fit.
    assert!(steps.iter().map(|step| step.step).eq(1..=12));
    for (step, index) in steps.iter().zip(1..) {
        assert_eq!(step.epoch, f64::from(index) / 4.0);
    }
    for (epoch, steps) in trained.history.iter().zip(steps.chunks(4)) {
        let sum: f64 = steps
            .iter()
            .zip([32.0, 32.0, 32.0, 24.0])
            .map(|(step, clips)| clips * step.loss)
            .sum();
        assert!((sum / 120.0 - epoch.train_loss).abs() < 1e-9, "{sum} {epoch:?}");
        assert_eq!(steps[3].learning_rate, epoch.learning_rate);
    }
    // Up through the first epoch, then down.
    let rates: Vec<f64> = steps.iter().map(|step| step.learning_rate).collect();
    assert!(rates[..4].windows(2).all(|pair| pair[0] < pair[1]), "{rates:?}");
    assert!(rates[4..].windows(2).all(|pair| pair[0] > pair[1]), "{rates:?}");
}

#[test]
fn clips_of_unequal_length_are_learnt_from_and_evaluated_as_if_each_were_alone() {
    let recipe = recipe(6, true);
    assert_eq!(recipe.shape(), (0, 6));
    let case = Case {
        dataset: dataset(&recipe),
        recipe,
        model: fixture::settings("emobox"),
        settings: TrainingSettings {
            epochs: 12,
            batch_size: 16,
            learning_rate: 0.01,
            ..shipped()
        },
    };
    let folder = tempfile::tempdir().unwrap();
    let trained = case.run(folder.path(), false, &mut Watcher::default()).unwrap();
    assert!(case.accuracy(&trained) > 0.9, "{}", case.accuracy(&trained));
    // The network sees features as they are.
    assert_eq!(trained.package.metadata.scaler.mean, [0.0; 6]);
    let home = folder.path().join("model");
    trained.package.save(&home).unwrap();
    let package = Package::load(&home, "flex").unwrap();
    for (clip, together) in &trained.test {
        let alone = package.rows([&case.dataset.matrices[*clip]]).unwrap();
        assert!(
            alone[0]
                .iter()
                .zip(together)
                .all(|(alone, together)| (alone - together).abs() < 1e-5)
        );
    }
    let mut narrow = case.dataset.matrices[0].clone();
    narrow.coefficients = 5;
    assert!(package.rows([&narrow]).is_err());
}
