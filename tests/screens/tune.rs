//! The Tune tab.

use super::fixtures::{detail, opening, runs};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::{Command, Event};
use undertone::ui::{Colours, Theme};

/// What the workbench knows when a study was looked at before.
fn tuning() -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    workbench.press("4");
    workbench
}

#[test]
fn tune_shows_the_leaderboard_and_every_panel() {
    let mut workbench = tuning();
    let asked = Command::Study {
        study: "last".to_owned(),
        follow: true,
    };
    assert_eq!(workbench.last(), Some(asked));
    for name in ["history", "curves", "importance", "slice", "parallel", "workers"] {
        workbench.compare(&format!("tune_{name}_80x24"), 80, 24);
        workbench.compare(&format!("tune_{name}_120x40"), 120, 40);
        workbench.press("m");
    }
    workbench.compare("tune_60x15", 60, 15);
    workbench.theme(Theme::new(Colours::None));
    workbench.compare("tune_monochrome_120x40", 120, 40);
}

#[test]
fn tune_orders_and_filters_and_opens_a_trial() {
    let mut workbench = tuning();
    workbench.press("o O l l");
    workbench.compare("tune_ordered_80x24", 80, 24);
    workbench.press("/");
    workbench.type_text("pruned");
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains(" of 30"));
    workbench.press("Esc O o o o o g Enter");
    let best = study().ranking[0];
    let run = study().trials[best].run.clone().unwrap();
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: format!("conv1d/{run}")
        })
    );
    let mut watched = detail(&runs()[1], 3);
    watched.summary.id = format!("conv1d/{run}");
    workbench.tell(Event::Run(Arc::new(watched)));
    workbench.compare("tune_trial_80x24", 80, 24);
    workbench.compare("tune_trial_120x40", 120, 40);
    workbench.press("Esc a");
    workbench.compare("tune_enqueue_80x24", 80, 24);
    workbench.press("Esc p");
    workbench.compare("tune_promote_80x24", 80, 24);
    workbench.press("Esc c");
    workbench.compare("tune_copied_80x24", 80, 24);
    workbench.press("Enter");
    let Some(Command::Train { changes }) = workbench.last() else {
        panic!()
    };
    assert!(
        changes.iter().any(|(key, _)| key == "model.conv1d.filters.0"),
        "{changes:?}"
    );
}

#[test]
fn tune_adds_and_removes_workers_and_turns_to_another_study() {
    let mut workbench = tuning();
    workbench.press("+");
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    let changes = vec![pair("tuning.study", "\"conv1d\""), pair("tuning.workers", "3")];
    assert_eq!(workbench.last(), Some(Command::Tune { changes }));
    workbench.press("-");
    let Some(Command::StopTuning { worker, .. }) = workbench.last() else {
        panic!()
    };
    assert_eq!(worker.as_deref(), Some("w2"));
    workbench.press("]");
    let other = Command::Study {
        study: "crnn".to_owned(),
        follow: true,
    };
    assert_eq!(workbench.last(), Some(other));
}
