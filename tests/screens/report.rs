//! The Report tab.

use super::fixtures::{opening, prediction, preview, report, runs, survey};
use super::harness::{Workbench, screens};
use std::sync::Arc;
use undertone::engine::{Command, CommandKind, Event, LabelChoice, Predictor, Variant};
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
