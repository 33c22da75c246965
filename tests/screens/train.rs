//! The Train tab.

use super::fixtures;
use super::fixtures::{detail, opening, report, runs, survey};
use super::harness::{Workbench, screens};
use std::sync::Arc;
use undertone::engine::{
    Cancelled, Command, CommandKind, EpochMetrics, Event, NoteChange, RunState, RunSummary, Shift, Started, Stop,
};

#[test]
fn train_shows_runs_and_curves() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: "20260612-153012-conv1d".into()
        })
    );
    let runs = runs();
    workbench.tell(Event::Run(Arc::new(detail(&runs[0], 1))));
    screens(&workbench, "train");
    workbench.press("m m m m m");
    screens(&workbench, "train_use");
    workbench.press("m");
    // Laid over each other: the marked run is known already, the next one is watched as it is reached.
    workbench.press("Space Down");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: "20260612-141500-conv1d".into()
        })
    );
    workbench.tell(Event::Run(Arc::new(detail(&runs[1], 4))));
    workbench.press("Space m m");
    screens(&workbench, "train_overlay");
    workbench.press("Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs[2], 2))));
    workbench.compare("train_failed_80x24", 80, 24);
    workbench.press("Down Down Down");
    assert!(workbench.text(80, 24).contains("died"), "a dead run says so");
}

#[test]
fn a_run_has_one_best_and_says_why_it_ended() {
    let mut workbench = Workbench::new(opening());
    let mut all = runs();
    workbench.press("3 Down");
    let known = detail(&all[1], 4);
    let (best, kept) = (known.epochs.best().unwrap().clone(), known.summary.kept_epoch.unwrap());
    assert_ne!(best.epoch, kept.epoch, "the fixture tells them apart");
    all[1] = known.summary.clone();
    workbench.tell(Event::Runs(Arc::new(all)));
    workbench.tell(Event::Run(Arc::new(known)));
    for (width, height) in [(80, 24), (120, 40), (160, 50)] {
        let text = workbench.text(width, height);
        // What is wrapped is read on in the next line of its column.
        let row = text.lines().find(|line| line.contains("20260612-141500")).unwrap();
        let score = format!("{:.1}", 100.0 * best.validation_uar);
        assert!(row.contains(&score), "the list has the best one: {row}");
        assert!(row.contains("patience"), "and why it ended: {row}");
        assert!(text.contains(&format!("validation UAR {score} %")), "{text}");
        for words in ["UAR of the", "lowest-loss", "kept", "patience:"] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    workbench.press("Down");
    assert!(workbench.text(160, 50).contains("the loss is NaN in epoch 4"));
    workbench.press("Down");
    let text = workbench.text(160, 50);
    assert!(text.contains("stopped by the user after epoch 17"), "{text}");
    workbench.press("G");
    let text = workbench.text(160, 50);
    assert!(text.contains("no heartbeat since 1970-01-01 00:00:00 UTC"), "{text}");
    workbench.press("/");
    workbench.type_text("patience");
    assert!(workbench.text(80, 24).contains("Runs 1 of 6"));
}

#[test]
fn letters_and_colours_stay_with_their_runs_when_the_cursor_moves() {
    let mut workbench = Workbench::new(opening());
    let all = runs();
    workbench.press("3");
    for (index, run) in all[..3].iter().enumerate() {
        workbench.tell(Event::Run(Arc::new(detail(run, index as u64 + 1))));
        workbench.press("Space Down");
    }
    let letters = |workbench: &Workbench| -> Vec<bool> {
        let text = workbench.text(160, 50);
        let named = all[..3].iter().zip(["A", "B", "C"]);
        named
            .map(|(run, letter)| text.contains(&format!("{letter} {}", run.id)))
            .collect()
    };
    for key in ["Up", "Up", "Up", "Down"] {
        workbench.press(key);
        assert_eq!(
            letters(&workbench),
            [true; 3],
            "after {key}: {}",
            workbench.text(160, 50)
        );
    }
}

#[test]
fn train_shows_the_queue_and_changes_it() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3");
    workbench.tell(Event::Runs(Arc::new(fixtures::queue(true))));
    workbench.press("g");
    screens(&workbench, "train_queue");
    let run = fixtures::queue(true)[0].id.clone();
    for (key, to) in [
        ("K", Shift::Up),
        ("J", Shift::Down),
        ("<", Shift::First),
        (">", Shift::Last),
    ] {
        workbench.press(key);
        let run = run.clone();
        assert_eq!(workbench.last(), Some(Command::Move { run: run.into(), to }));
    }
    workbench.press("!");
    workbench.compare("train_start_now_80x24", 80, 24);
    workbench.press("Esc");
    for key in ["x Enter", "s Enter"] {
        workbench.press(key);
        assert_eq!(
            workbench.last(),
            Some(Command::Cancel {
                run: run.clone().into()
            }),
            "{key}"
        );
    }
    workbench.tell(Event::Cancelled(Cancelled { runs: vec![run] }));
    assert!(workbench.text(80, 24).contains("was removed"));
    workbench.tell(Event::Runs(Arc::new(fixtures::queue(false))));
    workbench.press("Q");
    assert_eq!(workbench.last(), Some(Command::Queue));
    workbench.press("W");
    assert_eq!(workbench.last(), Some(Command::Wake { follow: false }));
    workbench.compare("train_queue_stalled_80x24", 80, 24);
    workbench.press("G K");
    assert!(workbench.text(80, 24).contains("does not wait"));
}

#[test]
fn curves_are_smoothed_zoomed_into_and_drawn_over_a_logarithmic_axis() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs()[1], 4))));
    workbench.press("l w w");
    let text = workbench.text(120, 40);
    assert!(text.contains("EMA 0.9") && text.contains(" log"), "{text}");
    workbench.press("+ +");
    screens(&workbench, "train_zoomed");
    workbench.press("Left - - l w w");
    let text = workbench.text(80, 24);
    assert!(!text.contains("EMA") && !text.contains("epochs 1"), "{text}");
}

#[test]
fn a_chart_says_what_is_in_view_and_follows_the_end_or_stays() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 Down");
    let mut run = runs()[1].clone();
    workbench.tell(Event::Run(Arc::new(detail(&run, 4))));
    let seen = |workbench: &Workbench, words: &str| {
        for (width, height) in [(80, 24), (120, 40)] {
            let text = workbench.text(width, height);
            assert!(text.contains(words), "{words}: {text}");
        }
    };
    seen(&workbench, " whole");
    workbench.press("t");
    seen(&workbench, "tail, epochs 23-44 of 44");
    workbench.press("t");
    run.epochs = 50;
    workbench.tell(Event::Run(Arc::new(detail(&run, 4))));
    seen(&workbench, "frozen, epochs 23-44 of 50");
    workbench.press("t t");
    seen(&workbench, "tail, epochs 26-50 of 50");
    run.epochs = 60;
    workbench.tell(Event::Run(Arc::new(detail(&run, 4))));
    seen(&workbench, "tail, epochs 36-60 of 60");
    workbench.press("t t");
    seen(&workbench, " whole");
}

#[test]
fn points_are_inspected_on_all_charts_at_once() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 Down");
    let known = detail(&runs()[1], 4);
    workbench.tell(Event::Run(Arc::new(known.clone())));
    workbench.press("i Left Left Left");
    screens(&workbench, "train_inspected");
    let at = known.epochs.get(40).unwrap();
    let text = workbench.text(120, 40);
    assert_eq!(text.matches("epoch 41  validation").count(), 2, "{text}");
    for figure in [
        format!("{:.4}", at.validation_loss),
        format!("training {:.4}", at.train_loss),
        format!("validation {:.1} %", 100.0 * at.validation_accuracy),
    ] {
        assert!(text.contains(&figure), "{figure}: {text}");
    }
    // The window comes along; over time the same epoch is looked at.
    workbench.press("t");
    (0..30).for_each(|_| workbench.press("Left"));
    workbench.press("T T");
    let text = workbench.text(120, 40);
    assert!(
        text.contains("epoch 11  validation") && text.contains("frozen, epochs 11-32 of 44"),
        "{text}"
    );
    let last: f64 = known.epochs.iter().take(32).map(|metrics| metrics.seconds).sum();
    assert!(text.contains(&format!("s {last:.0}")), "{last}: {text}");
    workbench.press("Space Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs()[2], 2))));
    let text = workbench.text(120, 40);
    assert!(text.contains("epoch 11  A 1."), "of two runs both: {text}");
    assert!(text.contains("B – / –"), "and a run that ended before says so: {text}");
    workbench.press("Esc");
    assert!(!workbench.text(120, 40).contains("epoch 11  A"));
}

#[test]
fn steps_have_curves_and_older_runs_say_that_they_have_none() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 Down");
    let mut known = detail(&runs()[1], 4);
    workbench.tell(Event::Run(Arc::new(known.clone())));
    workbench.press("m m m");
    screens(&workbench, "train_steps");
    let text = workbench.text(120, 40);
    assert!(text.contains("Step loss ") && text.contains("Learning rate "), "{text}");
    workbench.press("T i");
    let text = workbench.text(120, 40);
    assert!(text.contains("step 175"), "{text}");
    assert!(text.contains("epoch 44  1.000e-3"), "{text}");
    workbench.press("i m");
    assert!(workbench.text(80, 24).contains("Learning rate"));
    // In the middle of the first epoch.
    let mut begun = known.clone();
    begun.epochs.keep(0);
    begun.steps = Arc::new(begun.steps[..12].to_vec());
    workbench.tell(Event::Run(Arc::new(begun)));
    let text = workbench.text(120, 40);
    assert!(
        text.contains("step 23") && !text.contains("begin with the first step"),
        "{text}"
    );
    known.steps = Arc::new(Vec::new());
    workbench.tell(Event::Run(Arc::new(known)));
    for (width, height) in [(80, 24), (120, 40)] {
        let text = workbench.text(width, height);
        assert!(text.contains("no record of its steps"), "{text}");
    }
    workbench.press("T m m");
    assert!(
        !workbench.text(80, 24).contains("no record"),
        "over time there is nothing to miss"
    );
}

#[test]
fn charts_share_a_scale_when_asked() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 Down m");
    let mut known = detail(&runs()[1], 4);
    let better = |mut metrics: EpochMetrics| {
        (metrics.train_accuracy, metrics.validation_accuracy) = (0.97, 0.95);
        metrics
    };
    known.epochs = known.epochs.iter().cloned().map(better).collect();
    workbench.tell(Event::Run(Arc::new(known)));
    // The numbers at the left of the first two charts, which are accuracy and UAR.
    let scales = |workbench: &Workbench| -> Vec<Vec<String>> {
        let text = workbench.text(160, 60);
        let half = text.lines().map(|line| line.chars().skip(85).collect::<String>());
        let mut charts: Vec<Vec<String>> = Vec::new();
        for line in half {
            if line.contains("───") {
                charts.push(Vec::new());
            }
            let number = line.split_whitespace().next().filter(|_| line.contains('┈'));
            charts
                .last_mut()
                .into_iter()
                .for_each(|chart| chart.extend(number.map(str::to_owned)));
        }
        charts.retain(|chart| !chart.is_empty());
        charts
    };
    let own = scales(&workbench);
    assert_ne!(own[0], own[1], "each its own");
    workbench.press("U");
    let one = scales(&workbench);
    assert_eq!(one[0], one[1]);
    assert!(workbench.text(80, 24).contains("one scale"));
}

#[test]
fn what_tells_runs_apart_is_shown_in_a_table() {
    let mut workbench = Workbench::new(opening());
    let runs = runs();
    workbench.press("3 Space Down d");
    let asked = vec![runs[0].id.clone(), runs[1].id.clone()];
    assert_eq!(
        workbench.last(),
        Some(Command::Compare {
            runs: asked.into_iter().map(Into::into).collect()
        })
    );
    assert!(workbench.text(80, 24).contains("reading the runs"));
    workbench.tell(Event::Compared(Arc::new(fixtures::comparison())));
    screens(&workbench, "train_differences");
    workbench.press("Esc Up Space G d");
    assert!(workbench.text(80, 24).contains("no second run"));
}

#[test]
fn runs_are_noted_tagged_found_and_deleted() {
    let mut workbench = Workbench::new(opening());
    let mut all = runs();
    workbench.press("3 Down a");
    workbench.type_text("the first honest one #baseline");
    workbench.compare("train_note_80x24", 80, 24);
    workbench.press("Enter");
    let id = all[1].id.clone();
    let change = NoteChange {
        text: Some("the first honest one".to_owned()),
        add: vec!["baseline".to_owned()],
        remove: Vec::new(),
    };
    let run = id.clone();
    assert_eq!(
        workbench.last(),
        Some(Command::Note {
            run: run.into(),
            change: change.clone()
        })
    );
    all[1].note = change.apply(&all[1].note).unwrap();
    workbench.tell(Event::Runs(Arc::new(all)));
    workbench.press("/");
    workbench.type_text("#base");
    workbench.compare("train_filter_80x24", 80, 24);
    workbench.compare("train_filter_160x50", 160, 50);
    workbench.press("Enter X");
    workbench.compare("train_delete_80x24", 80, 24);
    workbench.press("Tab Enter");
    let delete = |run: &str, all_folds| Command::Delete {
        runs: vec![run.into()],
        all_folds,
        now: false,
        confirmed: true,
    };
    assert_eq!(workbench.last(), Some(delete(&id, false)));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Runs 2/6"));
    workbench.press("G X");
    assert!(workbench.text(80, 24).contains("Delete all 2 folds?"));
    workbench.press("Right Enter");
    assert_eq!(workbench.last(), Some(delete("20260611-090000-conv1d-fold1", true)));
    workbench.press("g X");
    assert!(workbench.text(80, 24).contains("stop it first"));
    workbench.press("/ z z z");
    assert!(workbench.text(80, 24).contains("No run passes the filter"));
}

#[test]
fn a_marked_run_that_goes_on_is_looked_at_and_then_the_selected_one_again() {
    let mut workbench = Workbench::new(opening());
    let runs = runs();
    workbench.press("3");
    workbench.tell(Event::Run(Arc::new(detail(&runs[0], 1))));
    workbench.press("Space Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs[1], 4))));
    let mut further = runs.clone();
    further[0].epochs = 31;
    workbench.tell(Event::Runs(Arc::new(further.clone())));
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: runs[0].id.clone().into()
        })
    );
    workbench.tell(Event::Run(Arc::new(detail(&further[0], 1))));
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: runs[1].id.clone().into()
        })
    );
}

#[test]
fn a_run_that_goes_on_in_another_terminal_is_followed_again_and_its_report_read_again() {
    let mut run = fixtures::summary("20260612-153012-conv1d", RunState::Stopped, 5);
    let list = |run: &RunSummary| Event::Runs(Arc::new(vec![run.clone()]));
    let watch = Command::Watch {
        run: run.id.clone().into(),
    };
    let read = Command::Report {
        run: run.id.clone().into(),
    };
    let mut workbench = Workbench::new(opening());
    workbench.tell(list(&run));
    let asked =
        |workbench: &Workbench, command: &Command| workbench.sent().iter().filter(|sent| *sent == command).count();
    workbench.press("3");
    workbench.tell(Event::Run(Arc::new(detail(&run, 1))));
    workbench.done(CommandKind::Watch);
    workbench.tell(list(&run));
    assert_eq!(asked(&workbench, &watch), 1, "nothing is new");
    workbench.press("Enter");
    workbench.tell(Event::Report(Arc::new(report(&run, &survey()))));
    workbench.press("3");

    let evaluated = run.test_uar.take();
    (run.state, run.epochs) = (RunState::Running, 6);
    workbench.tell(list(&run));
    assert_eq!(asked(&workbench, &watch), 2);
    workbench.tell(Event::Run(Arc::new(detail(&run, 1))));
    workbench.press("5 3");
    assert_eq!(asked(&workbench, &read), 1, "what it had come to is all there is");
    (run.state, run.test_uar) = (RunState::Finished, evaluated.map(|uar| uar + 0.1));
    workbench.tell(list(&run));
    workbench.press("5");
    assert_eq!(asked(&workbench, &read), 2);
    workbench.tell(list(&run));
    assert_eq!(asked(&workbench, &read), 2);
}

#[test]
fn the_cursor_stays_on_its_run_and_goes_to_a_new_one() {
    let mut workbench = Workbench::new(opening());
    let before = runs();
    workbench.press("3 Down Down");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: before[2].id.clone().into()
        })
    );
    let new = fixtures::summary("20260613-080000-conv1d", RunState::Running, 0);
    let after: Vec<_> = std::iter::once(new.clone()).chain(before.clone()).collect();
    workbench.tell(Event::Runs(Arc::new(after)));
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: before[2].id.clone().into()
        })
    );
    workbench.tell(Event::Started(Started {
        runs: vec![new.id.clone()],
        ahead: 0,
    }));
    workbench.tell(Event::Runs(Arc::new(
        std::iter::once(new.clone()).chain(before).collect(),
    )));
    assert_eq!(workbench.last(), Some(Command::Watch { run: new.id.into() }));
}

#[test]
fn stopping_asks_first() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 s");
    workbench.compare("stop_80x24", 80, 24);
    workbench.press("y n Left Enter");
    assert!(
        !workbench
            .sent()
            .iter()
            .any(|command| matches!(command, Command::Stop { .. }))
    );
    workbench.press("S Enter");
    assert_eq!(
        workbench.last(),
        Some(Command::Stop {
            run: "20260612-153012-conv1d".into(),
            when: Stop::AfterEpoch
        })
    );
    workbench.press("Down s");
    assert!(workbench.text(80, 24).contains("is not running"));
}

#[test]
fn a_final_model_is_not_shown_as_if_it_had_been_judged() {
    let mut workbench = Workbench::new(opening());
    let (mut runs, survey) = (runs(), survey());
    runs[1].final_model = true;
    workbench.tell(Event::Runs(Arc::new(runs.clone())));
    workbench.press("3 Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs[1], 4))));
    workbench.compare("train_final_model_120x40", 120, 40);
    workbench.press("5");
    let mut report = report(&runs[1], &survey);
    report.report.protocol.final_model = true;
    report.report.protocol_line = report.report.protocol.line();
    workbench.tell(Event::Report(Arc::new(report)));
    for (width, height) in [(80, 24), (120, 40)] {
        workbench.compare(&format!("report_final_model_{width}x{height}"), width, height);
    }
}
