//! Test sets that lack a class or have few clips of one: said beside the score, wherever it stands.

use super::fixtures;
use super::fixtures::{detail, opening, report, runs, survey};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use undertone::engine::{Comparison, Coverage, Event, Pooled, RunPlan, RunReport, RunSummary};

/// Two of seven classes are lacking, and one has three clips.
fn thin() -> Coverage {
    let clips = [60, 60, 3, 60, 60, 0, 0];
    let labels = ["neutral", "happy", "sad", "angry", "fearful", "disgust", "surprised"];
    Coverage::of(labels.into_iter().zip(clips))
}

fn thin_runs() -> Vec<RunSummary> {
    let mut runs = runs();
    runs[1].coverage = Some(thin());
    runs
}

#[test]
fn the_report_says_it_beside_the_score_and_before_the_protocol() {
    let mut workbench = Workbench::new(opening());
    let runs = thin_runs();
    workbench.tell(Event::Runs(Arc::new(runs.clone())));
    workbench.press("5");
    workbench.tell(Event::Report(Arc::new(RunReport {
        coverage: thin(),
        ..report(&runs[1], &survey())
    })));
    workbench.compare("report_thin_80x24", 80, 24);
    let text = workbench.text(120, 40);
    assert!(text.contains("UAR over 5 of 7 classes"), "{text}");
    assert!(workbench.text(60, 15).contains("UAR over 5 of 7 classes"));
}

#[test]
fn a_fold_says_what_its_score_is_over_and_all_folds_together_the_rest() {
    let mut workbench = Workbench::new(opening());
    let runs = thin_runs();
    workbench.tell(Event::Runs(Arc::new(runs.clone())));
    workbench.press("5");
    let whole = report(&runs[1], &survey());
    workbench.tell(Event::Report(Arc::new(RunReport {
        coverage: thin().in_fold(Some((Coverage::of([("sad", 4), ("happy", 90)]), 5))),
        pooled: Some(Pooled {
            report: whole.report.clone(),
            folds: Vec::new(),
        }),
        ..whole
    })));
    workbench.press("t");
    workbench.compare("report_folds_80x24", 80, 24);
}

#[test]
fn the_list_marks_it_and_the_selected_run_spells_it_out() {
    let mut workbench = Workbench::new(opening());
    let runs = thin_runs();
    workbench.tell(Event::Runs(Arc::new(runs.clone())));
    workbench.press("3 Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs[1], 4))));
    workbench.compare("train_thin_80x24", 80, 24);
    workbench.press("Space Up d");
    workbench.tell(Event::Compared(Arc::new(Comparison {
        runs: vec![runs[0].clone(), runs[1].clone()],
        settings: Vec::new(),
    })));
    workbench.compare("train_differences_thin_80x24", 80, 24);
}

#[test]
fn the_form_and_the_study_say_it_too() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 n");
    workbench.tell(Event::Plan(Arc::new(RunPlan {
        coverage: thin(),
        ..fixtures::plan(Vec::new())
    })));
    let text = workbench.text(80, 24);
    assert!(text.contains("(test: 3 sad, no disgust, no surprised)"), "{text}");

    let mut page = study();
    page.promoted[0].coverage = Some(thin());
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(page)));
    workbench.press("4 m m m m m");
    workbench.compare("tune_workers_thin_80x24", 80, 24);
    workbench.compare("tune_workers_thin_120x40", 120, 40);
}
