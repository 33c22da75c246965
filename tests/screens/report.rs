//! The Report tab.

use super::fixtures::{opening, prediction, preview, report, runs, survey};
use super::harness::{Workbench, screens};
use std::sync::Arc;
use undertone::engine::{
    Command, CommandKind, EvaluatedClip, Event, FoldScores, LabelChoice, Pooled, Predictor, RunReport, RunSummary,
    Variant,
};
use undertone::ui::{Colours, Theme};

#[test]
fn report_shows_the_newest_and_any_other() {
    let mut workbench = Workbench::new(opening());
    let (runs, survey) = (runs(), survey());
    workbench.press("5");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[1].id.clone().into()
        })
    );
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    workbench.press("Down Right Right Right");
    screens(&workbench, "report");
    workbench.press("n");
    workbench.compare("report_percent_80x24", 80, 24);
    workbench.theme(Theme::new(Colours::None));
    workbench.compare("report_monochrome_80x24", 80, 24);
    workbench.press("Enter Down");
    workbench.compare("report_clips_80x24", 80, 24);
    workbench.press("Enter");
    assert!(
        matches!(workbench.last(), Some(Command::Preview { .. })),
        "the clip is opened in Listen"
    );
    workbench.press("5 Esc [");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[3].id.clone().into()
        })
    );
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    assert!(
        workbench.text(80, 24).contains("Reading the report of"),
        "a report that was not asked for last is not shown"
    );
    workbench.press("3 Down Enter");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[1].id.clone().into()
        })
    );
}

#[test]
fn of_folds_all_predictions_come_first_and_then_each_fold() {
    let mut workbench = Workbench::new(opening());
    let survey = survey();
    let fold = |index: usize| RunSummary {
        fold: Some((index, 2, "20260612-141500-conv1d".to_owned())),
        folds: Some(FoldScores {
            evaluated: 2,
            folds: 2,
            uar: 0.6,
            accuracy: 0.61,
            mean_uar: 0.59,
            deviation: 0.02,
        }),
        ..runs()[1 + 2 * index].clone()
    };
    let (own, other) = (report(&fold(0), &survey), report(&fold(1), &survey));
    let mut all = own.report.clone();
    all.confusion.iter_mut().flatten().for_each(|clips| *clips *= 2);
    all.by_gender.truncate(1);
    let other_clips: Vec<_> = other.evaluated.iter().take(80).cloned().collect();
    workbench.press("5");
    workbench.tell(Event::Report(Arc::new(RunReport {
        pooled: Some(Pooled {
            report: all.clone(),
            folds: vec![
                (own.run.id.clone(), own.evaluated.clone()),
                (other.run.id.clone(), other_clips.clone()),
            ],
        }),
        ..own.clone()
    })));
    screens(&workbench, "report_pooled");
    for (width, height) in [(80, 24), (120, 40)] {
        let text = workbench.text(width, height);
        assert!(text.contains("clips of all 2 folds"), "{text}");
        assert!(text.contains("rows: labelled, columns: predicted as"), "{text}");
        assert!(text.contains(&all.confusion[0][0].to_string()), "{text}");
    }
    assert!(workbench.text(120, 40).contains("of its row 0 %"));
    workbench.press("f");
    let text = workbench.text(120, 40);
    assert!(
        text.contains("clips of fold 1") && text.contains("fold 1 of 2; f: all folds"),
        "{text}"
    );
    assert!(text.contains(&format!("[{}]", own.report.confusion[0][0])), "{text}");
    // A clip is heard with the model that was tested on it, among those that it was tested on.
    workbench.press("f Enter G Enter");
    let clips = |clips: &[EvaluatedClip]| {
        let cell = clips.iter().filter(|clip| (clip.truth, clip.prediction()) == (0, 0));
        cell.map(|clip| clip.path.clone()).collect::<Vec<_>>()
    };
    let Some(Command::Preview { path, .. }) = workbench.last() else {
        panic!("{:?}", workbench.last());
    };
    let (of_own, of_other) = (clips(&own.evaluated), clips(&other_clips));
    assert!(of_own.contains(&path) || of_other.contains(&path), "{}", path.display());
}

#[test]
fn without_other_folds_the_key_says_so() {
    let mut workbench = Workbench::new(opening());
    workbench.press("5");
    workbench.tell(Event::Report(Arc::new(report(&runs()[1], &survey()))));
    workbench.press("f");
    assert!(workbench.text(120, 40).contains("There are no other folds"));
}

#[test]
fn the_clips_of_a_report_are_listened_to_among_themselves_with_its_model_until_escape() {
    let mut workbench = Workbench::new(opening());
    let (runs, survey) = (runs(), survey());
    // A filter and a clip that are come back to, and a form of it that is not taken along.
    workbench.press("2 / s a d Enter Down");
    workbench.answer();
    let shown = |workbench: &Workbench| match workbench.last() {
        Some(Command::Preview { path, variant }) => (path, variant),
        other => panic!("{other:?}"),
    };
    let before = workbench.sent().into_iter().rev().find_map(|sent| match sent {
        Command::Preview { path, .. } => Some(path),
        _ => None,
    });
    workbench.tell(Event::Preview(Arc::new(preview(before.clone().unwrap()))));
    workbench.answer();
    workbench.press("v");
    assert_ne!(shown(&workbench).1, Variant::Original);
    workbench.answer();
    let sad = workbench.text(120, 40);
    // The report is not of the run that Train or the newest model would predict with.
    let run = &runs[3];
    workbench.press("5");
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    workbench.press("[");
    let tested = report(run, &survey);
    workbench.tell(Event::Report(Arc::new(tested.clone())));
    let cell: Vec<_> = tested
        .evaluated
        .iter()
        .filter(|clip| (clip.truth, clip.prediction()) == (0, 0))
        .map(|clip| clip.path.clone())
        .collect();
    assert!(cell.len() > 2, "{}", cell.len());
    workbench.press("g Left Left Left Enter Down Enter");
    workbench.answer();
    let (path, variant) = shown(&workbench);
    assert!(
        cell.contains(&path) && variant == Variant::Original,
        "{}",
        path.display()
    );
    let text = workbench.text(120, 40);
    assert!(
        text.contains("neutral correct") && text.contains("Esc: all clips"),
        "{text}"
    );
    workbench.press("p");
    assert_eq!(
        workbench.last(),
        Some(Command::Predict {
            files: vec![path.clone()],
            by: Predictor::Run(run.id.clone().into()),
            choice: LabelChoice::default(),
        })
    );
    workbench.done(CommandKind::Predict);
    // What another run said of the clip is not what this one says.
    workbench.tell(Event::Predicted(vec![prediction(path.clone(), &runs[1].id)]));
    assert!(!workbench.text(120, 40).contains(&format!("by {}", runs[1].id)));
    workbench.tell(Event::Predicted(vec![prediction(path, &run.id)]));
    assert!(workbench.text(120, 40).contains(&format!("by {}", run.id)));
    // All that the cursor comes to is of the cell.
    let mut seen = std::collections::BTreeSet::new();
    for key in ["g"].into_iter().chain(["Down"; 60]) {
        workbench.answer();
        workbench.press(key);
        workbench.answer();
        seen.insert(shown(&workbench).0);
    }
    assert_eq!(seen, cell.into_iter().collect());
    workbench.press("Esc");
    workbench.answer();
    assert_eq!(workbench.text(120, 40).lines().nth(1), sad.lines().nth(1));
    assert_eq!(Some(shown(&workbench).0), before, "as it was before");
    workbench.press("p");
    let by = Predictor::Run(runs[1].id.clone().into());
    assert!(matches!(workbench.last(), Some(Command::Predict { by: used, .. }) if used == by));
}

#[test]
fn a_report_says_why_its_run_ended() {
    let mut workbench = Workbench::new(opening());
    let (runs, survey) = (runs(), survey());
    workbench.press("5");
    workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
    assert!(workbench.text(80, 24).contains("patience"));
    let text = workbench.text(160, 50);
    assert!(text.contains("no better than in epoch 34 for 10 epochs"), "{text}");
}
