//! What ends while the workbench is open is told once; what is selected goes to the clipboard.

use super::fixtures::{self, opening, runs};
use super::harness::Workbench;
use super::study::{studies, study};
use jiff::tz::TimeZone;
use std::sync::Arc;
use undertone::engine::{Event, RunState, RunSummary};
use undertone::ui::Notice;

fn with_state(mut runs: Vec<RunSummary>, id: &str, state: RunState) -> Vec<RunSummary> {
    for run in &mut runs {
        if run.id.contains(id) {
            run.state = state;
        }
    }
    runs
}

fn tell(workbench: &mut Workbench, runs: &[RunSummary]) -> Vec<String> {
    workbench.tell(Event::Runs(Arc::new(runs.to_vec())));
    let notices = workbench.notices().into_iter();
    notices
        .map(|notice| match notice {
            Notice::Ended(words) => words,
            Notice::Copied(text) => panic!("{text}"),
        })
        .collect()
}

#[test]
fn the_end_of_a_run_is_told_once_and_none_that_was_there_before() {
    let mut workbench = Workbench::new(opening());
    assert_eq!(workbench.notices(), [], "what was over at the start is not told");
    let running = runs();
    assert_eq!(tell(&mut workbench, &running), [""; 0]);
    let over = with_state(running.clone(), "153012", RunState::Failed);
    let told = tell(&mut workbench, &over);
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("Run 20260612-153012-conv1d has failed"), "{told:?}");
    assert!(workbench.text(120, 40).contains(&told[0]));
    assert_eq!(tell(&mut workbench, &over), [""; 0]);
    // One that goes on and ends again ends again.
    assert_eq!(tell(&mut workbench, &running), [""; 0]);
    let finished = with_state(running, "153012", RunState::Finished);
    assert!(tell(&mut workbench, &finished)[0].contains("is finished"));
}

#[test]
fn folds_are_told_of_together() {
    let of = |first, second| {
        let runs = with_state(runs(), "fold1", first);
        with_state(runs, "fold2", second)
    };
    let mut workbench = Workbench::new(vec![Event::Runs(Arc::new(of(RunState::Running, RunState::Queued)))]);
    assert_eq!(
        tell(&mut workbench, &of(RunState::Finished, RunState::Running)),
        [""; 0]
    );
    let told = tell(&mut workbench, &of(RunState::Finished, RunState::Dead));
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("All folds from 20260611-090000-conv1d"), "{told:?}");
    assert!(told[0].contains("1 of 2 finished"), "{told:?}");
}

#[test]
fn the_end_of_a_study_is_told() {
    let mut all = studies();
    all[0].workers = 2;
    let mut workbench = Workbench::new(vec![Event::Studies(Arc::new(all.clone()))]);
    assert_eq!(workbench.notices(), []);
    all[0].workers = 1;
    workbench.tell(Event::Studies(Arc::new(all.clone())));
    assert_eq!(workbench.notices(), []);
    all[0].workers = 0;
    workbench.tell(Event::Studies(Arc::new(all.clone())));
    let told = workbench.notices();
    let [Notice::Ended(words)] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(words.contains(&all[0].name), "{words}");
    workbench.tell(Event::Studies(Arc::new(all)));
    assert_eq!(workbench.notices(), []);
}

#[test]
fn what_the_cursor_is_on_is_copied_in_every_tab() {
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    let runs_folder = "/data/runs";
    let mut config = fixtures::config();
    for row in config.rows.iter_mut().filter(|row| row.key == "runs") {
        row.value = format!("\"{runs_folder}\"");
    }
    let mut folder = config.rows[0].clone();
    (folder.key, folder.value) = ("tuning.studies".to_owned(), "\"/data/studies\"".to_owned());
    config.rows.push(folder);
    workbench.tell(Event::Config(Arc::new(config)));
    let mut copied = |keys: &str| {
        workbench.press(keys);
        let told = workbench.notices();
        let text = workbench.text(120, 40);
        match &told[..] {
            [Notice::Copied(copied)] => {
                assert!(text.replace('\n', " ").contains("Copied: "), "{text}");
                copied.clone()
            }
            [] => String::new(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(copied("1 y"), "", "nothing is selected in the overview");
    assert_eq!(copied("3 g y"), "20260612-153012-conv1d");
    assert_eq!(copied("Y"), "/data/runs/20260612-153012-conv1d");
    let (id, path) = (copied("2 g y"), copied("Y"));
    assert!(
        id.ends_with(".wav") && path.ends_with(&id) && path.len() > id.len(),
        "{id} {path}"
    );
    let (id, path) = (copied("4 g y"), copied("Y"));
    assert!(id.contains('/') && path.contains("/trials/"), "{id} {path}");
    assert!(!copied("L y").is_empty());
    assert!(copied("Esc / y").is_empty(), "a y that is typed is a letter");
}

#[test]
fn ages_stand_in_lists_and_full_times_beside_details() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 g");
    for (width, age) in [(80, "4 min"), (120, "4 min ago")] {
        let text = workbench.text(width, 40);
        let row = text.lines().find(|line| line.contains("153012-conv1d ")).unwrap();
        assert!(row.contains(age), "{text}");
        assert!(text.contains("2026-06-12 15:30:12"), "{text}");
    }
    // A day later, far from Greenwich.
    workbench.tell(Event::Run(Arc::new(super::detail(&runs()[0], 1))));
    let zone = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
    workbench.at("2026-06-13T15:34:20Z", zone);
    let text = workbench.text(120, 40);
    assert!(
        text.contains("24 h ago") && text.contains("2026-06-12 17:30:12 CEST"),
        "{text}"
    );
    assert!(text.contains("CEST; its id is in"), "{text}");
    assert!(text.contains("17:31:40 epoch 17"), "the log, too: {text}");
}
