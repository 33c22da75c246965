//! Finding what is looked for: filters, order, marks, positions, and lists of a thousand rows.

use super::fixtures::{opening, report, runs, summary, survey};
use super::harness::Workbench;
use super::study::{studies, study};
use std::sync::Arc;
use std::time::Instant;
use undertone::engine::{Command, CommandKind, Deletion, Event, NoteChange, RunState, RunSummary, StudyPage, TrialRow};

fn training() -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.press("3");
    workbench
}

/// So many runs of three architectures, newest first.
fn many(count: usize) -> Vec<RunSummary> {
    let run = |index: usize| RunSummary {
        model: ["conv1d", "crnn", "logistic"][index % 3].to_owned(),
        test_uar: Some((index % 97) as f64 / 100.0),
        ..summary(&format!("20260612-{index:06}-run"), RunState::Finished, 1 + index % 40)
    };
    (0..count).rev().map(run).collect()
}

#[test]
fn a_filter_compares_fields_and_names_its_mistake_beside_the_line() {
    let mut workbench = training();
    workbench.press("/");
    workbench.type_text("state=finished");
    assert!(workbench.text(120, 40).contains("Runs 1 of 6"));
    workbench.press("Ctrl-u");
    workbench.type_text("uar>59.9 !state=running");
    assert!(
        workbench.text(120, 40).contains("Runs 2 of 6"),
        "{}",
        workbench.text(120, 40)
    );
    workbench.press("Ctrl-u");
    workbench.type_text("uar>68.1 uarr>1");
    for (width, height) in [(80, 24), (120, 40)] {
        let text = workbench.text(width, height);
        assert!(text.contains("column 10: no field `uarr`"), "{text}");
        assert!(text.contains("Runs 1 of 6"), "what stands before it holds: {text}");
    }
    workbench.compare("train_filter_mistake_80x24", 80, 24);
    workbench.compare("train_filter_mistake_120x40", 120, 40);
    workbench.press("Esc");
    assert!(!workbench.text(120, 40).contains("uarr"));

    workbench.press("4");
    workbench.tell(Event::Studies(Arc::new(studies())));
    workbench.tell(Event::Study(Arc::new(study())));
    workbench.press("/");
    workbench.type_text("kernel_size=5 state=complete");
    let page = study();
    let wanted = |trial: &&Arc<TrialRow>| {
        trial.state.to_string() == "complete"
            && trial
                .parameter("model.conv1d.kernel_size")
                .is_some_and(|kernel| kernel.text == "5")
    };
    let passing = page.trials.iter().filter(wanted).count();
    assert!(passing > 0 && workbench.text(120, 40).contains(&format!("{passing} of 30")));

    workbench.press("Esc 2 /");
    workbench.type_text("speaker=1001 \"1001_IEO\" !sad");
    assert!(
        workbench.text(120, 40).contains(" of 8,140 clips"),
        "{}",
        workbench.text(120, 40)
    );
    workbench.press("Ctrl-u");
    workbench.type_text("speaker>3");
    assert!(workbench.text(120, 40).contains("column 8: `speaker` is a text"));
}

#[test]
fn tab_completes_fields_and_values() {
    let mut workbench = training();
    workbench.press("/");
    workbench.type_text("stat");
    workbench.press("Tab");
    workbench.type_text("fi");
    workbench.press("Tab");
    let text = workbench.text(120, 40);
    assert!(
        text.contains("/ state=finished") && text.contains("Runs 1 of 6"),
        "{text}"
    );
    workbench.type_text("test");
    workbench.press("Tab");
    let text = workbench.text(80, 24);
    assert!(text.contains("test_") && text.contains("test_uar  test_ccc"), "{text}");
    workbench.press("Ctrl-u");
    workbench.type_text("state=");
    workbench.press("Tab");
    workbench.compare("train_filter_offers_120x40", 120, 40);
    workbench.press("Esc Tab");
    assert!(
        workbench.text(120, 40).contains("Tune"),
        "elsewhere Tab is the next tab"
    );
}

#[test]
fn marked_runs_are_deleted_together_after_one_question_with_figures() {
    let mut workbench = training();
    workbench.press("/");
    workbench.type_text("!state=queued");
    workbench.press("Enter A");
    assert!(workbench.text(120, 40).contains("Runs 5 of 6, 5 marked"));
    workbench.press("X");
    let asked = |runs: &[&str], confirmed| Command::Delete {
        runs: runs.iter().map(|run| (*run).into()).collect(),
        all_folds: true,
        now: false,
        confirmed,
    };
    let Some(Command::Delete {
        runs: marked,
        confirmed: false,
        ..
    }) = workbench.last()
    else {
        unreachable!("nothing is deleted before it is asked")
    };
    assert_eq!(marked.len(), 5);
    let found = Deletion {
        runs: ["20260612-101007-conv1d", "20260612-141500-conv1d"]
            .map(str::to_owned)
            .to_vec(),
        studies: Vec::new(),
        refused: vec![(
            "20260612-153012-conv1d".to_owned(),
            "it is running; stop it first".to_owned(),
        )],
        bytes: 12_400_000_000,
        deleted: false,
        restorable: true,
        trash_bytes: 0,
    };
    workbench.tell(Event::Deletion(Arc::new(found.clone())));
    workbench.done(CommandKind::Delete);
    for (width, height) in [(80, 24), (120, 40)] {
        let text = workbench.text(width, height);
        assert!(text.contains("Delete 2 runs (12.4 GB)?"), "{text}");
        assert!(text.contains("20260612-153012-conv1d stays: it is running"), "{text}");
    }
    workbench.compare("train_delete_marked_80x24", 80, 24);
    workbench.compare("train_delete_marked_120x40", 120, 40);
    workbench.press("Right Enter");
    let gone = ["20260612-101007-conv1d", "20260612-141500-conv1d"];
    assert_eq!(workbench.last(), Some(asked(&gone, true)));
    let deleted = Deletion {
        deleted: true,
        refused: Vec::new(),
        ..found
    };
    workbench.tell(Event::Deletion(Arc::new(deleted)));
    assert!(workbench.text(120, 40).contains("2 runs deleted; u restores them"));
    let mut left = runs();
    left.retain(|run| !gone.contains(&&*run.id));
    workbench.tell(Event::Runs(Arc::new(left)));
    assert!(workbench.text(120, 40).contains("Runs 3 of 4, 3 marked"));
    workbench.press("A");
    assert!(!workbench.text(120, 40).contains("marked,"));
}

#[test]
fn runs_are_ordered_and_pinned() {
    let mut workbench = training();
    workbench.press("o o");
    let text = workbench.text(120, 40);
    assert!(text.contains("Runs 6, by validation ↓"), "{text}");
    let place = |id: &str| text.find(id).unwrap();
    assert!(place("20260612-141500") < place("20260612-153012"));
    assert!(place("20260612-153012") < place("20260612-101007"));
    workbench.press("O");
    assert!(workbench.text(80, 24).contains("by validation ↑"));
    workbench.press("O o o o o G *");
    let id = runs().remove(5).id;
    let change = NoteChange {
        text: None,
        add: vec!["pinned".to_owned()],
        remove: Vec::new(),
    };
    let pin = Command::Note {
        run: id.clone().into(),
        change: change.clone(),
    };
    assert_eq!(workbench.last(), Some(pin));
    let mut pinned = runs();
    pinned[5].note = change.apply(&pinned[5].note).unwrap();
    workbench.tell(Event::Runs(Arc::new(pinned)));
    let text = workbench.text(120, 40);
    assert!(text.find(&id) < text.find("20260612-153012"), "{text}");
    workbench.press("*");
    assert!(matches!(workbench.last(), Some(Command::Note { change, .. }) if change.remove == ["pinned"]));
}

#[test]
fn a_list_that_does_not_fit_says_where_one_is() {
    let mut workbench = training();
    workbench.tell(Event::Runs(Arc::new(many(1000))));
    workbench.press("j j");
    for (width, height) in [(80, 24), (120, 40)] {
        let text = workbench.text(width, height);
        assert!(text.contains("Runs 3/1,000") && text.contains('┃'), "{text}");
    }
    workbench.compare("train_many_80x24", 80, 24);
    workbench.press("G");
    let text = workbench.text(80, 24);
    assert!(
        text.contains("Runs 1,000/1,000") && text.contains("20260612-000000-run"),
        "{text}"
    );
    workbench.press("2 G");
    assert!(workbench.text(80, 24).contains("8,140/8,140 clips"));
    workbench.press("1 c");
    assert!(workbench.text(80, 24).contains(" 1/"), "{}", workbench.text(80, 24));
}

fn big_study(trials: usize) -> StudyPage {
    let mut page = study();
    let known = page.trials.clone();
    page.trials = (0..trials)
        .map(|number| {
            Arc::new(TrialRow {
                number,
                ..(*known[number % known.len()]).clone()
            })
        })
        .collect();
    let mut ranked: Vec<(usize, f64)> = page
        .trials
        .iter()
        .filter(|trial| trial.state.to_string() == "complete")
        .filter_map(|trial| Some((trial.number, trial.value?)))
        .collect();
    ranked.sort_by(|one, two| two.1.total_cmp(&one.1));
    page.ranking = ranked.iter().map(|(number, _)| *number).collect();
    page
}

/// The middle of the times of a key and the frame that follows it (ms), and the longest with its key, over all of these.
fn times<'a>(workbench: &mut Workbench, keys: &'a str, (width, height): (u16, u16)) -> (f64, f64, &'a str) {
    let time = |key: &'a str| {
        let start = Instant::now();
        workbench.press(key);
        workbench.buffer(width, height);
        (1000.0 * start.elapsed().as_secs_f64(), key)
    };
    let mut times: Vec<(f64, &str)> = keys.split(' ').map(time).collect();
    times.sort_by(|one, two| one.0.total_cmp(&two.0));
    let (slowest, key) = times[times.len() - 1];
    (times[times.len() / 2].0, slowest, key)
}

/// `cargo test --test screens -- --ignored --nocapture within_16_ms` prints the figures.
#[test]
#[ignore = "times keys: for a machine that does nothing else"]
#[allow(clippy::print_stdout, reason = "figures are what it is for")]
fn every_list_follows_a_key_within_16_ms() {
    let mut slow = Vec::new();
    let lists = [
        (
            "1,000 runs",
            "3",
            "j j j k G g / c r n n Enter Esc / u a r > 5 0 Esc o o O A X Space",
        ),
        (
            "10,000 trials",
            "4",
            "j j j k G g / p r u n Enter Esc / u a r > 5 0 Esc o o o O m m m m m",
        ),
        (
            "8,140 clips",
            "2",
            "j j j k G g / s a d Enter Esc / s e c o n d s > 2 Esc o o o O",
        ),
        ("speakers", "1 Right Right", "j j j k G g / c r Enter Esc"),
        ("issues", "1 Right Right Right", "j j j k G g / c r Enter Esc"),
    ];
    for (name, tab, keys) in lists {
        let mut workbench = Workbench::new(opening());
        workbench.tell(Event::Runs(Arc::new(many(1000))));
        workbench.press(tab);
        workbench.tell(Event::Studies(Arc::new(studies())));
        workbench.tell(Event::Study(Arc::new(big_study(10_000))));
        workbench.tell(Event::Report(Arc::new(report(&runs()[1], &survey()))));
        for size in [(80, 24), (120, 40)] {
            times(&mut workbench, "j", size);
            let (middle, slowest, key) = times(&mut workbench, keys, size);
            println!("{name} at {size:?}: {middle:.1} ms, at most {slowest:.1} ms ({key})");
            if slowest > 16.0 {
                slow.push((name, size, slowest));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:?}");
}
