//! Runs that are stopped, and runs that cannot go on.

use super::toy::{Watcher, dataset, model, recipe, run_in, settings};
use std::fs;
use std::path::Path;
use undertone::corpus::Subset;
use undertone::device::device;
use undertone::models::Network;
use undertone::training::{BEST, Dataset, EpochMetrics, LAST, LoopControl, Observer, TrainingError, TrainingSettings};

#[test]
fn stopping_keeps_what_is_done() {
    let dataset = dataset(120, 1.0, true);
    let folder = tempfile::tempdir().unwrap();
    let stop = |orders: Vec<(usize, usize, LoopControl)>| {
        let mut watcher = Watcher {
            orders,
            ..Watcher::default()
        };
        let result = run_in(folder.path(), &dataset, &settings(9), 1, &mut watcher);
        (result, watcher)
    };
    let (result, watcher) = stop(vec![(1, 2, LoopControl::StopNow)]);
    assert!(matches!(result, Err(TrainingError::StoppedEarly)));
    assert!(watcher.epochs.is_empty());
    let total = dataset.subset(Subset::Train).len().div_ceil(16);
    assert_eq!(watcher.steps, [(1, 0, total), (1, 1, total), (1, 2, total)]);

    let (result, watcher) = stop(vec![(3, 1, LoopControl::StopNow)]);
    let trained = result.unwrap();
    assert!(trained.stopped && !trained.test.is_empty());
    assert_eq!((trained.history.len(), watcher.epochs.len()), (2, 2));
    assert!(trained.best_epoch <= 2);

    let (result, watcher) = stop(vec![(2, 0, LoopControl::StopAfterEpoch)]);
    let trained = result.unwrap();
    assert!(trained.stopped);
    assert_eq!(trained.history.len(), 2);
    assert_eq!(watcher.steps.last(), Some(&(2, total - 1, total)));
}

/// Puts something in the way of the next checkpoint once the first is written.
struct Spoiler<'a>(&'a Path);

impl Observer for Spoiler<'_> {
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        if metrics.epoch == 1 {
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
    fn step(&mut self, _epoch: usize, _done: usize, _total: usize) -> LoopControl {
        LoopControl::Continue
    }

    fn epoch(&mut self, _metrics: &EpochMetrics) -> Result<(), TrainingError> {
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
    assert!(told(|d| d.split.subsets.fill(Subset::Train)).contains("no clips in the validation set"));
    assert!(told(|d| d.split.subsets.fill(Subset::Test)).contains("no clips in the training set"));
    assert!(told(|d| d.targets.fill(1)).contains("holds only `happy`"));
    assert!(told(|d| d.targets[3] = 3).contains("label number 3 of 3"));
    assert!(told(|d| d.split.subsets.truncate(3)).contains("make the split again"));
    assert!(told(|d| d.matrices[2].frames = 12).contains("12 x 4 where the recipe gives 11 x 4"));
}
