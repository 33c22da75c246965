//! The training loop from data set to package, on generated features.

// Helpers of tests are no tests to clippy.
#![allow(clippy::unwrap_used)]

mod ends;
mod options;
mod toy;

use std::fs;
use std::path::Path;
use toy::{accuracy, dataset, run, settings};
use undertone::corpus::{Clip, Emotion, Gender, Selection, Subset};
use undertone::training::{BEST, Dataset, EpochMetrics, LAST, Trained, evaluated};

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
    assert_eq!(trained.test.len(), dataset.subset(Subset::Test).len());
    for (_, row) in &trained.test {
        assert!((row.iter().sum::<f32>() - 1.0).abs() < 1e-6);
    }
    assert!(trained.package.metadata.synthetic);
    assert_eq!(trained.package.metadata.training_rms_dbfs, -23.5);

    // The package on disk judges the test clips as the run did.
    let home = folder.path().join("model");
    trained.package.save(&home).unwrap();
    let package = undertone::inference::Package::load(&home, "flex").unwrap();
    assert_eq!(package.metadata, trained.package.metadata);
    let rows = package
        .rows(trained.test.iter().map(|(clip, _)| &dataset.matrices[*clip]))
        .unwrap();
    assert!(rows.iter().eq(trained.test.iter().map(|(_, row)| row)));
}

#[test]
fn the_scaler_knows_the_training_clips_only() {
    let mut dataset = dataset(60, 1.0, true);
    let fit = |dataset: &Dataset| run(dataset, &settings(1), 1).1.package.metadata.scaler;
    let before = fit(&dataset);
    for clip in [dataset.subset(Subset::Validation), dataset.subset(Subset::Test)].concat() {
        dataset.matrices[clip].values.iter_mut().for_each(|value| *value *= 3.0);
    }
    assert_eq!(fit(&dataset), before);
    let clip = dataset.subset(Subset::Train)[0];
    dataset.matrices[clip].values[0] *= 3.0;
    assert_ne!(fit(&dataset), before);
}

#[test]
fn two_runs_of_one_seed_are_identical_and_another_seed_differs() {
    let dataset = dataset(120, 2.0, true);
    let metrics = |trained: &Trained| -> Vec<_> {
        let figures = |metrics: &EpochMetrics| {
            (
                metrics.train_loss,
                metrics.validation_loss,
                metrics.train_uar,
                metrics.best,
            )
        };
        trained.history.iter().map(figures).collect()
    };
    let (one, first) = run(&dataset, &settings(4), 1);
    let (two, second) = run(&dataset, &settings(4), 1);
    for name in [BEST, LAST] {
        let (one, two) = (one.path().join(name), two.path().join(name));
        assert!(fs::read(one).unwrap() == fs::read(two).unwrap(), "{name}");
    }
    assert_eq!(metrics(&first), metrics(&second));
    assert_eq!(first.test, second.test);
    let (_folder, other) = run(&dataset, &settings(4), 2);
    assert_ne!(metrics(&first), metrics(&other));
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
        given_split: None,
        columns: Default::default(),
        intensity: None,
        dimensions: Default::default(),
        votes: None,
        text: None,
        container: "wav".into(),
        frames: 4_000,
        rate: 8_000,
        channels: 1,
        decoded: None,
        channel: Default::default(),
        segment: None,
    };
    let selection = Selection {
        clips: (0..60).map(clip).collect(),
        analysis: vec![None; 60],
        ..Selection::default()
    };
    let evaluated = evaluated(&dataset, &selection, &trained);
    assert_eq!(evaluated.len(), trained.test.len());
    for (evaluated, (index, row)) in evaluated.iter().zip(&trained.test) {
        assert_eq!(evaluated.path, Path::new(&format!("{index}.wav")));
        assert_eq!(evaluated.truth, dataset.targets[*index]);
        assert_eq!(evaluated.probabilities, *row);
        assert_eq!(evaluated.gender.as_deref(), index.is_multiple_of(2).then_some("female"));
        assert_eq!(
            (evaluated.corpus.as_str(), evaluated.speaker.as_deref()),
            ("toy", Some("s1"))
        );
    }
}
