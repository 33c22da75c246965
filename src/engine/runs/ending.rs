//! Why a training ended, as it follows from its epochs and its settings.

use crate::engine::{EndReason, Monitor, Settings};
use crate::models::Fitting;
use crate::training::settings_of;

/// Why no epoch follows `done` ones, of which `kept` is the one whose network is kept; both from 1.
pub fn end_of_training(settings: &Settings, done: usize, kept: usize) -> EndReason {
    if settings.model.fitting() != Fitting::Steps {
        return EndReason::Fitted;
    }
    let training = settings_of(&settings.model, &settings.training);
    let patience = training.early_stopping.patience;
    let waited = done.saturating_sub(kept);
    match () {
        () if done >= training.epochs => EndReason::LastEpoch { epoch: done },
        () if patience > 0 && waited >= patience => EndReason::Patience {
            best: kept,
            epochs: waited,
            metric: metric(training.monitor).to_owned(),
        },
        () => EndReason::NotRecorded,
    }
}

/// What chooses the epoch that is kept.
fn metric(monitor: Monitor) -> &'static str {
    match monitor {
        Monitor::Loss => "validation loss",
        Monitor::Accuracy => "validation accuracy",
        Monitor::Uar => "validation UAR",
        Monitor::Ccc => "validation CCC",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;

    #[test]
    fn the_last_epoch_goes_before_patience_and_what_follows_from_nothing_is_not_made_up() {
        let changes = [
            ("training.epochs", "20"),
            ("training.early_stopping.patience", "4"),
            ("training.monitor", "\"uar\""),
        ];
        let changes = changes.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let settings = load_settings(None, &changes).unwrap();
        let patience = EndReason::Patience {
            best: 7,
            epochs: 4,
            metric: "validation UAR".to_owned(),
        };
        assert_eq!(end_of_training(&settings, 11, 7), patience);
        assert_eq!(end_of_training(&settings, 20, 16), EndReason::LastEpoch { epoch: 20 });
        assert_eq!(end_of_training(&settings, 11, 8), EndReason::NotRecorded);
        let none = [("training.early_stopping.patience".to_owned(), "0".to_owned())];
        let settings = settings.with(&none).unwrap();
        assert_eq!(end_of_training(&settings, 11, 1), EndReason::NotRecorded);
        let logistic = [("model.name".to_owned(), "logistic".to_owned())];
        let settings = settings.with(&logistic).unwrap();
        assert_eq!(end_of_training(&settings, 1, 1), EndReason::Fitted);
    }
}
