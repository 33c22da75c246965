//! The Tune tab.

use super::fixtures::{detail, opening, runs, tuning_config};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::{
    Command, Damage, Event, LeftOut, Repaired, SpaceCoverage, StudyDeletion, StudyRepaired, TrialState, Tuning,
};
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
            run: format!("conv1d/{run}").into()
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
fn tune_tells_of_damage_lost_trials_and_the_end_of_a_space() {
    let mut workbench = tuning();
    let mut page = study();
    page.damage = Some(Damage {
        line: 77,
        offset: 12_345,
        problem: "not a line of an Optuna journal: several records on one line".to_owned(),
    });
    page.coverage = Some(SpaceCoverage {
        tried: 28,
        settings: 30,
        exhausted: false,
    });
    let mut lost = (*page.trials[28]).clone();
    lost.lost = Some("its process is gone".to_owned());
    page.trials[28] = Arc::new(lost);
    (page.counts.running, page.counts.lost) = (1, 1);
    workbench.tell(Event::Study(Arc::new(page)));
    workbench.compare("tune_damaged_80x24", 80, 24);
    workbench.compare("tune_damaged_120x40", 120, 40);
    workbench.compare("tune_damaged_60x15", 60, 15);
    workbench.press("/");
    workbench.type_text("lost");
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("1 of 30"));
    workbench.press("Esc M");
    workbench.compare("tune_mend_80x24", 80, 24);
    workbench.press("Right Enter");
    let study = "conv1d".to_owned();
    assert_eq!(workbench.last(), Some(Command::RepairStudy { study: study.clone() }));
    let left_out = |number, state, value| LeftOut {
        study: study.clone(),
        number,
        state,
        value,
    };
    let repaired = Repaired {
        copy: "studies/conv1d/journal.log.damaged-20260612-151200".into(),
        separated: 1,
        lost: Some(Damage {
            line: 90,
            offset: 15_000,
            problem: "not JSON at byte 20: a string does not end".to_owned(),
        }),
        left_out: vec![
            left_out(27, TrialState::Complete, Some(0.5512)),
            left_out(28, TrialState::Running, None),
        ],
    };
    workbench.tell(Event::StudyRepaired(StudyRepaired {
        study: study.clone(),
        repaired: Some(Arc::new(repaired)),
    }));
    workbench.compare("tune_mended_80x24", 80, 24);
    let again = Command::Study { study, follow: true };
    assert_eq!(workbench.last(), Some(again), "it is looked at anew");
}

#[test]
fn a_study_that_cannot_be_opened_is_told_of_and_can_be_mended() {
    let mut workbench = Workbench::new(opening());
    let mut summary = studies().remove(1);
    summary.problem = Some(
        "studies/crnn/journal.log: line 1 cannot be read: not UTF-8; nothing is written to it until `undertone study repair crnn` has mended it".to_owned(),
    );
    workbench.tell(Event::Studies(Arc::new(vec![summary])));
    workbench.press("4");
    workbench.compare("tune_unreadable_80x24", 80, 24);
    workbench.press("M Right Enter");
    let study = "crnn".to_owned();
    assert_eq!(workbench.last(), Some(Command::RepairStudy { study }));
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

#[test]
fn a_second_study_is_begun_in_a_form_under_a_name_of_its_own() {
    let mut workbench = tuning();
    workbench.tell(Event::Config(Arc::new(tuning_config())));
    workbench.press("n");
    workbench.compare("tune_new_study_80x24", 80, 24);
    workbench.compare("tune_new_study_120x40", 120, 40);
    assert!(
        workbench.text(80, 24).contains("conv1d-2"),
        "the name of the first is taken"
    );
    // What is typed replaces the name; one that is taken is refused before anything is sent.
    workbench.press("Down Up");
    workbench.type_text("crnn");
    workbench.press("Enter");
    assert!(!matches!(workbench.last(), Some(Command::Tune { .. })));
    workbench.press("Down Up");
    workbench.type_text("wide");
    workbench.press("Down Down");
    workbench.type_text("80");
    workbench.press("Enter");
    let Some(Command::Tune { changes }) = workbench.last() else {
        panic!()
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(changes, [pair("tuning.study", "\"wide\""), pair("tuning.trials", "80")]);
    workbench.tell(Event::Tuning(Tuning {
        study: "wide".to_owned(),
        workers: vec!["w1".to_owned()],
        notes: Vec::new(),
    }));
    let follow = Command::Study {
        study: "wide".to_owned(),
        follow: true,
    };
    assert_eq!(
        workbench.last(),
        Some(follow),
        "the form is left, and the study followed"
    );
}

#[test]
fn a_study_is_shown_deleted_and_restored_from_the_list() {
    let mut workbench = tuning();
    workbench.press("L");
    workbench.compare("tune_studies_80x24", 80, 24);
    workbench.compare("tune_studies_120x40", 120, 40);
    workbench.compare("tune_studies_60x15", 60, 15);
    workbench.press("Down Enter");
    let crnn = "crnn".to_owned();
    let shown = Command::Study {
        study: crnn.clone(),
        follow: true,
    };
    assert_eq!(workbench.last(), Some(shown));
    for (key, with_runs) in [("X", false), ("R", true)] {
        let mut workbench = tuning();
        workbench.press(&format!("L Down {key}"));
        let delete = |confirmed| Command::DeleteStudy {
            study: crnn.clone(),
            with_runs,
            confirmed,
        };
        assert_eq!(workbench.last(), Some(delete(false)), "it is only asked for");
        let deletion = StudyDeletion {
            study: crnn.clone(),
            trials: Some(25),
            running_elsewhere: 1,
            runs: 24,
            run_bytes: 2_345_000_000,
            bytes: 412_000,
            promoted: 3,
            with_runs,
            deleted: false,
        };
        workbench.tell(Event::StudyDeletion(Arc::new(deletion.clone())));
        workbench.compare(&format!("tune_delete_{key}_80x24"), 80, 24);
        workbench.press("Enter");
        assert_eq!(workbench.last(), Some(delete(false)), "Cancel is the default");
        workbench.press(key);
        workbench.tell(Event::StudyDeletion(Arc::new(deletion.clone())));
        workbench.press("Right Enter");
        assert_eq!(workbench.last(), Some(delete(true)));
        workbench.tell(Event::StudyDeletion(Arc::new(StudyDeletion {
            deleted: true,
            ..deletion
        })));
        assert_eq!(workbench.last(), Some(Command::Studies { follow: true }));
        workbench.press("u");
        let study = "last".to_owned();
        assert_eq!(workbench.last(), Some(Command::RestoreStudy { study }));
    }
}

#[test]
fn studies_of_others_come_and_go() {
    let mut workbench = tuning();
    let mut all = studies();
    let mut new = all[1].clone();
    new.name = "elsewhere".to_owned();
    all.push(new);
    workbench.tell(Event::Studies(Arc::new(all.clone())));
    workbench.press("L");
    assert!(workbench.text(80, 24).contains("elsewhere"));
    workbench.press("Esc");
    // The one that is seen was deleted by another program.
    workbench.tell(Event::Studies(Arc::new(all.split_off(1))));
    assert!(!workbench.text(80, 24).contains("30 trials"));
    let last = Command::Study {
        study: "last".to_owned(),
        follow: true,
    };
    assert_eq!(workbench.last(), Some(last), "another one is followed");
}

#[test]
fn a_filter_without_hits_says_so_and_names_are_whole() {
    let mut workbench = tuning();
    assert!(workbench.text(120, 40).contains("dense_dropout"));
    workbench.press("/");
    workbench.type_text("nothing has this");
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("No trial passes the filter"));
}

#[test]
fn a_second_study_is_drawn_beside_the_one_in_front() {
    let mut workbench = tuning();
    workbench.answer();
    workbench.press("L Down Space");
    let asked = Command::Study {
        study: "crnn".to_owned(),
        follow: false,
    };
    assert_eq!(workbench.last(), Some(asked.clone()));
    assert!(workbench.text(120, 40).contains("crnn: reading"));
    let mut other = study();
    other.name = "crnn".to_owned();
    other.best = vec![(0, 0.31), (9, 0.41)];
    workbench.tell(Event::Study(Arc::new(other.clone())));
    workbench.answer();
    let front = study().best.last().unwrap().1;
    for (width, height) in [(80, 24), (120, 40)] {
        workbench.compare(&format!("tune_beside_{width}x{height}"), width, height);
        let text = workbench.text(width, height);
        assert!(text.contains("━━ crnn 41.0"), "{text}");
        assert!(text.contains(&format!("━━ conv1d {:.1}", 100.0 * front)), "{text}");
        assert!(text.contains("conv1d  "), "the one in front stays: {text}");
    }
    // It goes on, and is read again; that it does not is no reason to read it.
    let times = |workbench: &Workbench| workbench.sent().iter().filter(|sent| **sent == asked).count();
    workbench.tell(Event::Studies(Arc::new(studies())));
    assert_eq!(times(&workbench), 1);
    let mut further = studies();
    further[1].counts.complete = 12;
    workbench.tell(Event::Studies(Arc::new(further)));
    assert_eq!(times(&workbench), 2);
    other.objective = "validation CCC".to_owned();
    workbench.tell(Event::Study(Arc::new(other)));
    assert!(workbench.text(120, 40).contains("another objective"));
    workbench.press("L");
    workbench.press("Down Space");
    assert!(!workbench.text(120, 40).contains("━━ crnn"));
}

#[test]
fn charts_show_the_best_trials_and_no_pruned_ones_when_asked() {
    let mut workbench = tuning();
    workbench.press("m");
    let all = workbench.text(120, 40);
    workbench.press("P");
    let hidden = workbench.text(120, 40);
    assert!(
        hidden.contains("pruned hidden") && !all.contains("pruned hidden"),
        "{hidden}"
    );
    workbench.press("K");
    for _ in 0..2 {
        for (width, height) in [(80, 24), (120, 40)] {
            let text = workbench.text(width, height);
            assert!(text.contains("top 5"), "said on every chart: {text}");
        }
        workbench.press("m m");
    }
    let (complete, trials) = (study().importance_trials, study().trials.len());
    workbench.press("m m m");
    let words = format!("over {complete} complete of {trials} trials");
    assert!(workbench.text(120, 40).contains(&words), "{}", workbench.text(120, 40));
}
