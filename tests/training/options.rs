//! What the settings of `[training]` change.

use super::toy::{Watcher, accuracy, dataset, model, recipe, run, run_in, settings};
use undertone::corpus::Subset;
use undertone::device::device;
use undertone::inference::FinalFit;
use undertone::models::Network;
use undertone::training::{
    AverageKind, BEST, EarlyStoppingSettings, LAST, LoopControl, Monitor, OptimizerKind, ScheduleKind, Trained,
    TrainingSettings,
};

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
    let losses: Vec<f64> = trained.history.iter().map(|metrics| metrics.validation_loss).collect();
    let lowest = (0..losses.len())
        .min_by(|a, b| losses[*a].total_cmp(&losses[*b]))
        .unwrap();
    assert_eq!(trained.best_epoch, lowest + 1);
    assert_eq!(losses.len(), trained.best_epoch + 4);
    assert!(!trained.stopped);
    let last_best = trained.history.iter().rposition(|metrics| metrics.best).unwrap();
    assert_eq!(last_best, lowest);
    assert!(trained.history.last().unwrap().learning_rate < 0.02);

    // best.safetensors is the package's network, last.safetensors is not.
    let judge = |name: &str| {
        let device = device("flex").unwrap();
        let network = Network::new(&model(), recipe().shape(), 3, 0, &device).unwrap();
        let mut package = trained.package.clone();
        package.network = network.load(&folder.path().join(name)).unwrap();
        package.rows(&dataset.matrices).unwrap()
    };
    let kept = trained.package.rows(&dataset.matrices).unwrap();
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
        .map(|metrics| metrics.validation_uar)
        .fold(0.0, f64::max);
    let first = trained
        .history
        .iter()
        .position(|metrics| metrics.validation_uar == highest)
        .unwrap();
    assert_eq!(trained.best_epoch, first + 1);
}

#[test]
fn class_weights_help_the_rare_class() {
    let mut dataset = dataset(240, 6.0, true);
    // Nine in ten training clips of the first class become copies of one clip of the second.
    let train = dataset.subset(Subset::Train);
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
        .map(|metrics| metrics.learning_rate)
        .collect();
    assert!(
        rates[0] < 0.005 && rates[1] == 0.005 && rates[3] < rates[2] && rates[3] > 0.0,
        "{rates:?}"
    );
}

#[test]
fn a_final_fit_learns_from_more_and_is_judged_on_what_it_did_not_learn_from() {
    let dataset = dataset(120, 2.0, true);
    let fit = |final_fit, orders: Vec<(usize, usize, LoopControl)>| {
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
    let metrics = |trained: &Trained| trained.package.metadata.clone();
    for (how, subsets) in [
        (FinalFit::TrainValidation, &[Subset::Train, Subset::Validation][..]),
        (FinalFit::Everything, &[Subset::Train, Subset::Validation, Subset::Test]),
    ] {
        let (fitted, watcher) = fit(how, Vec::new());
        assert_eq!(fitted.best_epoch, chosen.best_epoch);
        assert_eq!(
            (metrics(&chosen).final_fit, metrics(&fitted).final_fit),
            (FinalFit::None, how)
        );
        assert_ne!(metrics(&fitted).scaler, metrics(&chosen).scaler);
        // The steps after the last epoch's are those of the final fit.
        let clips: usize = subsets.iter().map(|subset| dataset.subset(*subset).len()).sum();
        let steps = clips.div_ceil(16);
        let mut last = watcher.steps.iter().rev().take(steps * fitted.best_epoch);
        assert!(last.clone().all(|(_, _, total)| *total == steps));
        assert_eq!(last.next_back(), Some(&(1, 0, steps)));
        let rows = fitted
            .package
            .rows(fitted.test.iter().map(|(clip, _)| &dataset.matrices[*clip]))
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
