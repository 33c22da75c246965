//! The whole workbench without a terminal: real keys, hand-made events, and the screens that follow,
//! compared with `tests/screens/*.txt` (`UNDERTONE_UPDATE_SCREENS=1` writes them anew).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "screens/fixtures.rs"]
mod fixtures;
#[path = "screens/harness.rs"]
mod harness;
#[path = "screens/networks.rs"]
mod networks;
#[path = "screens/study.rs"]
mod study;

use fixtures::{detail, judgement, opening, preview, report, runs, survey, synthetic_survey};
use harness::Workbench;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use strum::IntoEnumIterator;
use study::{studies, study};
use undertone::audio::playback::Environment;
use undertone::engine::{
    Attempt, Clear, Command, CommandKind, Control, Event, Finding, NoSound, NoteChange, Phase, Playback, Preview,
    Progress, RunState, Shift, SoundState, Stop, Variant,
};
use undertone::ui::input::{Tab, key_for};
use undertone::ui::{Colours, Theme};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (160, 50)];

/// Compares one state of the workbench at all sizes.
fn screens(workbench: &Workbench, name: &str) {
    for (width, height) in SIZES {
        workbench.compare(&format!("{name}_{width}x{height}"), width, height);
    }
}

#[test]
fn before_the_scan_has_finished() {
    let mut workbench = Workbench::new(Vec::new());
    workbench.compare("starting_80x24", 80, 24);
    let progress = |task: &str, done, total| {
        Event::Progress(Progress {
            task: task.to_owned(),
            done,
            total,
        })
    };
    workbench.tell(progress("reading headers", 3120, 8781));
    workbench.compare("scanning_80x24", 80, 24);
    workbench.tell(Event::Survey(Arc::new(undertone::engine::Survey {
        analysed: false,
        ..survey()
    })));
    workbench.tell(progress("analysing samples", 4096, 8140));
    workbench.compare("analysing_80x24", 80, 24);
    assert_eq!(
        workbench.sent().len(),
        3,
        "settings, scan and runs are asked for at once, and once"
    );
}

#[test]
fn nothing_there_yet() {
    let mut workbench = Workbench::new(vec![
        Event::Config(Arc::new(fixtures::config())),
        Event::Survey(Arc::default()),
        Event::Runs(Arc::default()),
    ]);
    for (key, name) in [
        ("1", "data"),
        ("2", "listen"),
        ("3", "train"),
        ("4", "tune"),
        ("5", "report"),
    ] {
        workbench.press(key);
        workbench.compare(&format!("empty_{name}_80x24"), 80, 24);
    }
}

#[test]
fn data_shows_every_view() {
    let mut workbench = Workbench::new(opening());
    for name in ["overview", "tables", "speakers", "suspicious", "refused"] {
        screens(&workbench, &format!("data_{name}"));
        workbench.press("Right");
    }
    workbench.press("Left Left Down Down Down");
    workbench.press("/ s a m e");
    assert!(
        workbench.text(80, 24).contains("1 of 2"),
        "two suspicions speak of the same samples"
    );
    workbench.press("Enter Enter");
    assert!(workbench.text(80, 24).contains("1006_TIE_HAP_XX.wav") || workbench.text(80, 24).contains("Clips"));
}

#[test]
fn a_demo_corpus_is_called_synthetic_wherever_it_is_shown() {
    let mut events = opening();
    events.push(Event::Survey(Arc::new(synthetic_survey())));
    let mut workbench = Workbench::new(events);
    for key in ["1", "2", "3"] {
        workbench.press(key);
        for (width, height) in SIZES {
            assert!(
                workbench
                    .text(width, height)
                    .lines()
                    .next()
                    .unwrap()
                    .contains("SYNTHETIC"),
                "tab {key}"
            );
        }
    }
}

#[test]
fn listen_shows_the_clip_under_the_cursor() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2");
    let path = PathBuf::from("data/crema-d/1001_IEO_ANG_XX.wav");
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: Variant::Original,
        })
    );
    workbench.tell(Event::Preview(Arc::new(preview(path.clone()))));
    workbench.done(CommandKind::Preview);
    screens(&workbench, "listen");
    workbench.press("p");
    assert_eq!(
        workbench.last(),
        Some(Command::Predict {
            files: vec![path.clone()],
            run: "20260612-141500-conv1d".to_owned()
        })
    );
    workbench.tell(Event::Judged(judgement(path, "20260612-141500-conv1d")));
    screens(&workbench, "listen_predicted");
    workbench.theme(Theme::new(Colours::None));
    workbench.compare("listen_monochrome_120x40", 120, 40);
}

/// Listen with the picture of the first clip.
fn listening() -> (Workbench, PathBuf) {
    let mut workbench = Workbench::new(opening());
    let path = PathBuf::from("data/crema-d/1001_IEO_ANG_XX.wav");
    workbench.press("2");
    workbench.tell(Event::Preview(Arc::new(preview(path.clone()))));
    workbench.done(CommandKind::Preview);
    (workbench, path)
}

fn played(path: &Path, phase: Phase, position: f64) -> Event {
    Event::Sound(SoundState {
        path: path.to_owned(),
        variant: Variant::Original,
        playback: Playback {
            phase,
            position,
            seconds: 3.0,
            muted: false,
        },
        output: Some("unix:/run/user/1000/pulse/native".to_owned()),
    })
}

#[test]
fn a_clip_is_played_and_the_place_that_is_heard_is_shown() {
    let (mut workbench, path) = listening();
    workbench.press("Left");
    assert!(!workbench.sent().iter().any(|sent| matches!(sent, Command::Sound(_))));
    workbench.press("Space");
    let play = Command::Play {
        path: path.clone(),
        variant: Variant::Original,
        from: 0.0,
    };
    assert_eq!(workbench.last(), Some(play.clone()));
    workbench.tell(played(&path, Phase::Playing, 1.15));
    screens(&workbench, "listen_playing");
    for (key, control) in [
        ("Space", Control::Pause),
        ("Left", Control::Seek { seconds: -0.5 }),
        ("Right", Control::Seek { seconds: 0.5 }),
        ("m", Control::Mute { muted: true }),
    ] {
        workbench.press(key);
        assert_eq!(workbench.last(), Some(Command::Sound(control)), "{key}");
    }
    workbench.tell(played(&path, Phase::Paused, 1.15));
    assert!(workbench.text(120, 40).contains("‖ 1.15 / 3.00 s"));
    workbench.press("Space");
    assert_eq!(workbench.last(), Some(Command::Sound(Control::Resume)));
    workbench.tell(played(&path, Phase::Ended, 3.0));
    assert!(!workbench.text(120, 40).contains("3.00 s"), "the cursor has gone");
    workbench.press("Down Space");
    let other = PathBuf::from("data/crema-d/1001_IEO_DIS_XX.wav");
    let play_other = Command::Play {
        path: other,
        variant: Variant::Original,
        from: 0.0,
    };
    assert_eq!(workbench.last(), Some(play_other));
}

#[test]
fn a_clip_is_played_when_the_cursor_has_come_to_it_if_one_wants_that() {
    let (mut workbench, _) = listening();
    let plays = |workbench: &Workbench| -> Vec<PathBuf> {
        let played = |sent: Command| match sent {
            Command::Play { path, .. } => Some(path),
            _ => None,
        };
        workbench.sent().into_iter().filter_map(played).collect()
    };
    workbench.press("a Down Down");
    assert!(plays(&workbench).is_empty(), "its picture is not there yet");
    let [between, there] =
        ["1001_IEO_DIS_XX.wav", "1001_IEO_FEA_XX.wav"].map(|name| Path::new("data/crema-d").join(name));
    workbench.tell(Event::Preview(Arc::new(preview(between))));
    workbench.done(CommandKind::Preview);
    assert!(plays(&workbench).is_empty(), "the cursor has gone on");
    workbench.tell(Event::Preview(Arc::new(preview(there.clone()))));
    workbench.done(CommandKind::Preview);
    assert_eq!(plays(&workbench), [there]);
    workbench.press("a Down");
    assert!(!workbench.text(120, 40).contains("as the cursor comes"));
    workbench.tell(Event::Preview(Arc::new(preview(
        "data/crema-d/1001_IEO_HAP_XX.wav".into(),
    ))));
    assert_eq!(plays(&workbench).len(), 1);
}

#[test]
fn any_variant_of_a_clip_is_seen_and_heard() {
    let (mut workbench, path) = listening();
    workbench.tell(played(&path, Phase::Playing, 0.4));
    workbench.press("v v");
    let noise: Variant = "noise".parse().unwrap();
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: Variant::Input
        }),
        "one preview at a time"
    );
    let play = Command::Play {
        path: path.clone(),
        variant: Variant::Input,
        from: 0.0,
    };
    assert!(
        workbench.sent().contains(&play),
        "what was heard is heard in the new form"
    );
    workbench.done(CommandKind::Preview);
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: noise.clone()
        })
    );
    workbench.tell(Event::Preview(Arc::new(Preview {
        variant: noise.clone(),
        label: "white noise at 10 dB SNR".to_owned(),
        ..preview(path.clone())
    })));
    workbench.done(CommandKind::Preview);
    screens(&workbench, "listen_variant");
    workbench.press("Space");
    assert_eq!(
        workbench.last(),
        Some(Command::Play {
            path,
            variant: noise,
            from: 0.0
        })
    );
    workbench.press("V V V v");
    workbench.done(CommandKind::Preview);
    assert!(matches!(
        workbench.last(),
        Some(Command::Preview {
            variant: Variant::Original,
            ..
        })
    ));
}

/// What a host without any sound tells, to one who came over SSH.
fn no_sound() -> Event {
    let attempt = |output: &str, problem: &str| Attempt {
        output: output.to_owned(),
        problem: problem.to_owned(),
        denied: false,
    };
    let attempts = vec![
        attempt("/run/user/1000/pulse/native", "No such file or directory (os error 2)"),
        attempt("/run/pulse/native", "No such file or directory (os error 2)"),
    ];
    let environment = Environment {
        remote: true,
        ..Environment::default()
    };
    Event::NoSound(Arc::new(NoSound::after(attempts, &environment)))
}

#[test]
fn where_no_sound_is_to_be_had_one_screen_says_what_to_do() {
    let (mut workbench, _) = listening();
    workbench.press("a Space");
    workbench.tell(no_sound());
    screens(&workbench, "no_sound");
    workbench.tell(no_sound());
    workbench.press("Esc");
    assert!(!workbench.text(120, 40).contains("No sound"), "it lies there once");
    workbench.press("Down");
    workbench.tell(Event::Preview(Arc::new(preview(
        "data/crema-d/1001_IEO_DIS_XX.wav".into(),
    ))));
    let plays = workbench
        .sent()
        .into_iter()
        .filter(|sent| matches!(sent, Command::Play { .. }));
    assert_eq!(plays.count(), 1, "nothing is tried by itself any more");
}

#[test]
fn listen_filters_while_one_types_and_sorts() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2 / y a f");
    workbench.type_text(" sad");
    workbench.compare("listen_filter_80x24", 80, 24);
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("200 of 8,140"));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("8,140 clips, by corpus"));
    workbench.press("s s s s S");
    workbench.compare("listen_by_length_80x24", 80, 24);
    workbench.press("/ z z z z z");
    assert!(workbench.text(80, 24).contains("No clip passes the filter"));
}

#[test]
fn a_preview_is_asked_for_one_at_a_time_and_the_last_one_wins() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2 j j j");
    let previews = |workbench: &Workbench| {
        workbench
            .sent()
            .iter()
            .filter(|sent| matches!(sent, Command::Preview { .. }))
            .count()
    };
    assert_eq!(previews(&workbench), 1);
    workbench.done(CommandKind::Preview);
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: "data/crema-d/1001_IEO_HAP_XX.wav".into(),
            variant: Variant::Original,
        })
    );
    workbench.tell(Event::Failed {
        command: CommandKind::Preview,
        message: "1001_IEO_HAP_XX.wav: gone; scan again".to_owned(),
    });
    assert_eq!(previews(&workbench), 2, "what failed is not asked for again and again");
    assert!(workbench.text(80, 24).contains("gone; scan again"));
}

#[test]
fn train_shows_runs_and_curves() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: "20260612-153012-conv1d".to_owned()
        })
    );
    let runs = runs();
    workbench.tell(Event::Run(Arc::new(detail(&runs[0], 1))));
    screens(&workbench, "train");
    workbench.press("m m m");
    screens(&workbench, "train_use");
    workbench.press("m");
    // Laid over each other: the marked run is known already, the next one is watched as it is reached.
    workbench.press("Space Down");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: "20260612-141500-conv1d".to_owned()
        })
    );
    workbench.tell(Event::Run(Arc::new(detail(&runs[1], 4))));
    workbench.press("Space m m");
    screens(&workbench, "train_overlay");
    workbench.press("Down");
    workbench.tell(Event::Run(Arc::new(detail(&runs[2], 2))));
    workbench.compare("train_failed_80x24", 80, 24);
    workbench.press("Down Down Down");
    assert!(workbench.text(80, 24).contains("gone without"), "a dead run says so");
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
        assert_eq!(workbench.last(), Some(Command::Move { run, to }));
    }
    workbench.press("!");
    workbench.compare("train_start_now_80x24", 80, 24);
    workbench.press("n");
    for key in ["x y", "s y"] {
        workbench.press(key);
        assert_eq!(workbench.last(), Some(Command::Cancel { run: run.clone() }), "{key}");
    }
    workbench.tell(Event::Cancelled { run });
    assert!(workbench.text(80, 24).contains("was taken out"));
    workbench.tell(Event::Runs(Arc::new(fixtures::queue(false))));
    workbench.press("Q");
    assert_eq!(workbench.last(), Some(Command::Queue));
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
fn what_tells_runs_apart_is_shown_in_a_table() {
    let mut workbench = Workbench::new(opening());
    let runs = runs();
    workbench.press("3 Space Down d");
    let asked = vec![runs[0].id.clone(), runs[1].id.clone()];
    assert_eq!(workbench.last(), Some(Command::Compare { runs: asked }));
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
            run,
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
    workbench.press("y");
    let delete = |run: &str, linked| Command::Delete {
        run: run.to_owned(),
        linked,
        confirmed: true,
    };
    assert_eq!(workbench.last(), Some(delete(&id, false)));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Runs 6"));
    workbench.press("G X");
    assert!(workbench.text(80, 24).contains("Delete 2 linked runs?"));
    workbench.press("y");
    assert_eq!(workbench.last(), Some(delete("20260611-090000-conv1d-fold1", true)));
    workbench.press("g X");
    assert!(workbench.text(80, 24).contains("stop it first"));
    workbench.press("/ z z z");
    assert!(workbench.text(80, 24).contains("No run passes the filter"));
}

#[test]
fn the_form_shows_what_the_run_would_be_and_is_edited_as_text() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 n");
    assert!(matches!(workbench.last(), Some(Command::Plan { changes, .. }) if changes.is_empty()));
    workbench.tell(Event::Plan(Arc::new(fixtures::plan(Vec::new()))));
    screens(&workbench, "form_planned");
    workbench.press("e");
    workbench.edit(|text| text.replace("epochs = 50", "epochs = 7") + "model.conv1d.dropout = 0.5\n");
    let Some(Command::Plan { changes, .. }) = workbench.last() else {
        panic!("what was edited is planned anew")
    };
    let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(
        changes,
        [pair("model.conv1d.dropout", "0.5"), pair("training.epochs", "7")]
    );
    workbench.tell(Event::Plan(Arc::new(fixtures::plan(changes.clone()))));
    workbench.compare("form_edited_80x24", 80, 24);
    workbench.press("e");
    workbench.edit(|text| text.replace("epochs = 7", "epochs = "));
    assert!(workbench.text(80, 24).contains("line "));
    workbench.press("Enter");
    assert_eq!(workbench.last(), Some(Command::Train { changes }));
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
            run: runs[0].id.clone()
        })
    );
    workbench.tell(Event::Run(Arc::new(detail(&further[0], 1))));
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: runs[1].id.clone()
        })
    );
}

#[test]
fn the_cursor_stays_on_its_run_and_goes_to_a_new_one() {
    let mut workbench = Workbench::new(opening());
    let before = runs();
    workbench.press("3 Down Down");
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: before[2].id.clone()
        })
    );
    let new = fixtures::summary("20260613-080000-conv1d", RunState::Running, 0);
    let after: Vec<_> = std::iter::once(new.clone()).chain(before.clone()).collect();
    workbench.tell(Event::Runs(Arc::new(after)));
    assert_eq!(
        workbench.last(),
        Some(Command::Watch {
            run: before[2].id.clone()
        })
    );
    workbench.tell(Event::Started {
        runs: vec![new.id.clone()],
        ahead: 0,
    });
    workbench.tell(Event::Runs(Arc::new(
        std::iter::once(new.clone()).chain(before).collect(),
    )));
    assert_eq!(workbench.last(), Some(Command::Watch { run: new.id }));
}

#[test]
fn the_form_starts_a_run() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 n");
    screens(&workbench, "form");
    workbench.press("Down Right Down Down Backspace Backspace 8 0");
    workbench.press("Down Down Down Down Down Down Right Space Left");
    workbench.compare("form_changed_80x24", 80, 24);
    workbench.press("Enter");
    let changes = [
        ("split.kind", "\"random\""),
        ("training.epochs", "80"),
        ("filter.corpus", "[\"crema-d\", \"tess\"]"),
    ];
    let changes = changes.map(|(key, value)| (key.to_owned(), value.to_owned())).to_vec();
    assert_eq!(workbench.last(), Some(Command::Train { changes }));
    workbench.tell(Event::Failed {
        command: CommandKind::Train,
        message: "runs: no space left on device; free some, or set `runs`".to_owned(),
    });
    assert!(
        workbench.text(80, 24).contains("no space left on device"),
        "the form stays and says why"
    );
    workbench.press("Enter");
    workbench.tell(Event::Started {
        runs: vec!["20260613-080000-conv1d".to_owned()],
        ahead: 0,
    });
    workbench.done(CommandKind::Train);
    assert!(!workbench.text(80, 24).contains("New run"));
    let words: Vec<String> = workbench.text(80, 24).split_whitespace().map(str::to_owned).collect();
    assert!(words.join(" ").contains("goes on when the workbench is left"));
}

#[test]
fn stopping_asks_first() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 s");
    workbench.compare("stop_80x24", 80, 24);
    workbench.press("n");
    assert!(
        !workbench
            .sent()
            .iter()
            .any(|command| matches!(command, Command::Stop { .. }))
    );
    workbench.press("S y");
    assert_eq!(
        workbench.last(),
        Some(Command::Stop {
            run: "20260612-153012-conv1d".to_owned(),
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

#[test]
fn report_shows_the_newest_and_any_other() {
    let mut workbench = Workbench::new(opening());
    let (runs, survey) = (runs(), survey());
    workbench.press("5");
    assert_eq!(
        workbench.last(),
        Some(Command::Report {
            run: runs[1].id.clone()
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
            run: runs[3].id.clone()
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
            run: runs[1].id.clone()
        })
    );
}

#[test]
fn help_lists_every_key_of_the_tab() {
    use undertone::ui::input::Place;
    let mut workbench = Workbench::new(opening());
    for (tab, name) in Tab::ALL.into_iter().zip(["data", "listen", "train", "tune", "report"]) {
        workbench.press(&format!("{} ?", tab.index() + 1));
        workbench.compare(&format!("help_{name}_120x40"), 120, 40);
        let text = workbench.text(120, 90).replace('\n', " ");
        for binding in Place::Tab(tab).tables().iter().copied().flatten() {
            let words: Vec<&str> = binding.help.split(' ').collect();
            assert!(words.iter().all(|word| text.contains(word)), "{name}: {}", binding.help);
            assert!(text.contains(&binding.names()), "{name}: {}", binding.names());
        }
        workbench.press("Esc");
    }
}

#[test]
fn settings_are_shown_with_their_origin_and_filtered() {
    let mut workbench = Workbench::new(opening());
    workbench.press("c");
    assert_eq!(workbench.last(), Some(Command::Config));
    screens(&workbench, "settings");
    workbench.press("/");
    workbench.type_text("early");
    workbench.compare("settings_filter_80x24", 80, 24);
    workbench.press("Enter Esc Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn the_cache_is_shown_and_cleared_after_a_question() {
    let mut workbench = Workbench::new(opening());
    workbench.press("C");
    assert_eq!(workbench.last(), Some(Command::Cache { clear: None }));
    assert!(workbench.text(80, 24).contains("looking"));
    workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
    workbench.done(CommandKind::Cache);
    workbench.press("Down Down");
    screens(&workbench, "cache");
    workbench.press("s");
    workbench.compare("cache_clear_80x24", 80, 24);
    workbench.press("n d y");
    let clear = Some(Clear::Features);
    assert_eq!(workbench.last(), Some(Command::Cache { clear }));
    workbench.tell(Event::Cache(Arc::new(fixtures::cache(true))));
    let text = workbench.text(80, 24);
    assert!(
        text.contains("201 MB freed") && !text.contains("mfcc_zcr_rms"),
        "{text}"
    );
    workbench.press("d");
    assert!(workbench.text(80, 24).contains("nothing of the kind"));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn the_machine_is_looked_at() {
    let mut workbench = Workbench::new(opening());
    workbench.press("D");
    assert_eq!(workbench.last(), Some(Command::Doctor));
    workbench.tell(Event::Doctor(Arc::new(vec![
        Finding::good("terminal", "120 x 40"),
        Finding::note(
            "gpu",
            "no NVIDIA driver on this machine",
            "none is needed to train on the CPU",
        ),
        Finding::lack(
            "runs",
            "/data/runs: 0.2 GiB free",
            "make room, or set `runs` in workbench.toml to a larger disk",
        ),
    ])));
    screens(&workbench, "doctor");
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn architectures_are_listed_and_opened_layer_by_layer() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 M");
    assert_eq!(workbench.last(), Some(Command::Models { name: None }));
    assert!(workbench.text(80, 24).contains("building them"));
    workbench.tell(Event::Models(Arc::new(networks::models())));
    workbench.press("Down");
    screens(&workbench, "models");
    workbench.press("Enter");
    let asked = Command::Models {
        name: Some("crnn".to_owned()),
    };
    assert_eq!(workbench.last(), Some(asked));
    workbench.tell(Event::Model(Arc::new(networks::layers())));
    screens(&workbench, "model_layers");
    workbench.press("End");
    workbench.compare("model_layers_60x15", 60, 15);
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Architectures"));
    workbench.press("Esc");
    assert!(!workbench.text(80, 24).contains("Architectures"));
}

#[test]
fn a_preset_fills_the_form_of_a_new_run() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 P");
    assert_eq!(workbench.last(), Some(Command::Presets));
    workbench.tell(Event::Presets(Arc::new(networks::presets())));
    screens(&workbench, "presets");
    workbench.compare("presets_60x15", 60, 15);
    workbench.press("Enter");
    workbench.compare("preset_form_80x24", 80, 24);
    workbench.press("Enter");
    let Some(Command::Train { changes }) = workbench.last() else {
        panic!("no run was asked for")
    };
    let value = |key: &str| {
        changes
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value.as_str())
    };
    assert_eq!(value("preset"), Some("crnn_143x40"));
    assert_eq!(value("split.kind"), Some("\"random\""));
    assert_eq!(value("recipe"), Some("\"mfcc40_143\""));
}

#[test]
fn what_trimming_would_remove_is_measured_once() {
    let mut workbench = Workbench::new(opening());
    let asked = |workbench: &Workbench| workbench.sent().iter().filter(|sent| **sent == Command::Trim).count();
    workbench.press("t");
    workbench.tell(Event::Progress(Progress {
        task: "trimming".to_owned(),
        done: 3120,
        total: 8140,
    }));
    workbench.compare("trimming_80x24", 80, 24);
    workbench.press("Esc t");
    assert_eq!(asked(&workbench), 1, "it is being measured");
    workbench.tell(Event::Trimming(Arc::new(fixtures::trimming())));
    workbench.done(CommandKind::Trim);
    screens(&workbench, "trim");
    // How far a screen scrolls depends on the one that was drawn last.
    workbench.text(80, 24);
    workbench.press("G");
    assert!(
        workbench.text(80, 24).contains("1001_IEO_ANG_XX.wav"),
        "what was refused stands at the end"
    );
    workbench.press("Esc t");
    assert_eq!(asked(&workbench), 1, "it is known");
    workbench.press("r");
    assert_eq!(asked(&workbench), 2);
}

#[test]
fn features_are_exported_and_imported_by_a_folder() {
    let mut workbench = Workbench::new(opening());
    workbench.press("X");
    workbench.compare("export_features_80x24", 80, 24);
    workbench.type_text("/w2v");
    workbench.press("Enter");
    let (folder, per_clip) = (PathBuf::from("features/w2v"), false);
    assert_eq!(workbench.last(), Some(Command::ExportFeatures { folder, per_clip }));
    workbench.press("X");
    assert!(workbench.text(80, 24).contains("still being exported"));
    workbench.press("i");
    workbench.compare("import_features_80x24", 80, 24);
    workbench.press("Enter");
    let (folder, name) = (PathBuf::from("features"), None);
    assert_eq!(workbench.last(), Some(Command::ImportFeatures { folder, name }));
    workbench.tell(Event::FeaturesImported(Arc::new(undertone::engine::ImportSummary {
        folder: "/data/features".into(),
        recipe: "features".to_owned(),
        shape: (8140, 1, 768),
        matched: 8139,
        unmatched: vec![(7, "a.wav: no clip of the corpora".to_owned())],
        relabelled: 0,
        missing: 1,
    })));
    let text = workbench.text(80, 24);
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(
        text.contains("8,139 of 8,140 rows") && text.contains("Row 7: a.wav"),
        "{text}"
    );
}

#[test]
fn leaving_says_that_runs_go_on() {
    let mut workbench = Workbench::new(opening());
    workbench.press("q");
    workbench.compare("quit_80x24", 80, 24);
    workbench.press("Esc");
    assert!(!workbench.has_quit());
    workbench.press("q q");
    assert!(workbench.has_quit());
    let mut calm = Workbench::new(vec![Event::Runs(Arc::default())]);
    calm.press("q");
    assert!(calm.has_quit(), "nothing runs: no question");
    let mut typing = Workbench::new(opening());
    typing.press("2 / q");
    assert!(!typing.has_quit(), "a q that is typed is a letter");
    typing.press("Ctrl-c Ctrl-c");
    assert!(typing.has_quit());
}

#[test]
fn failures_stay_until_a_key_is_pressed() {
    let mut workbench = Workbench::new(opening());
    let message = "data/crema-d: permission denied; make the folder readable (chmod -R u+rX data/crema-d) or take the corpus out of workbench.toml, then scan again";
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: message.to_owned(),
    });
    workbench.tell(Event::Runs(Arc::new(runs())));
    workbench.compare("failed_80x24", 80, 24);
    workbench.press("Right");
    assert!(!workbench.text(80, 24).contains("permission denied"));
}

#[test]
fn the_demo_corpus_is_scanned_when_it_is_written() {
    let mut workbench = Workbench::new(opening());
    workbench.press("d");
    workbench.compare("demo_80x24", 80, 24);
    workbench.press("Enter");
    assert_eq!(
        workbench.last(),
        Some(Command::Demo {
            folder: None,
            clips: None
        })
    );
    let summary = undertone::engine::DemoSummary {
        clips: 1200,
        speakers: 24,
        seconds: 1804.0,
    };
    workbench.tell(Event::Demo {
        folder: "data/demo".into(),
        summary,
    });
    assert_eq!(workbench.last(), Some(Command::Scan { headers_only: false }));
}

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

#[test]
fn every_command_has_a_key_that_sends_it() {
    for kind in CommandKind::iter() {
        let (tab, keys) = key_for(kind).unwrap_or_else(|| panic!("no key sends {kind:?}"));
        let mut workbench = Workbench::new(opening());
        workbench.tell(Event::Studies(Arc::new(studies())));
        workbench.tell(Event::Study(Arc::new(study())));
        if matches!(kind, CommandKind::Move | CommandKind::Cancel | CommandKind::StartNow) {
            workbench.tell(Event::Runs(Arc::new(fixtures::queue(true))));
        }
        if kind == CommandKind::Delete {
            workbench.tell(Event::Runs(Arc::new(runs()[1..].to_vec())));
        }
        workbench.answer();
        workbench.press(&(tab.index() + 1).to_string());
        if tab == Tab::Train {
            workbench.press("g");
        }
        workbench.answer();
        let before = workbench.sent().len();
        for key in keys {
            workbench.key(key);
        }
        let sent: BTreeSet<CommandKind> = workbench.sent()[before..].iter().map(CommandKind::from).collect();
        assert!(sent.contains(&kind), "{kind:?} in {tab:?}: sent {sent:?}");
    }
}

#[test]
fn any_size_can_be_drawn() {
    let small = Workbench::new(opening());
    for (width, height) in [(1, 1), (20, 5), (59, 15), (60, 14)] {
        small.compare(&format!("small_{width}x{height}"), width, height);
    }
    let (runs, survey) = (runs(), survey());
    let mut workbench = Workbench::new(opening());
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: "a message of many words ".repeat(20),
    });
    let places = [
        "1",
        "Right",
        "Right",
        "Right",
        "Right",
        "c",
        "Esc d",
        "Esc e",
        "Esc X",
        "Esc t",
        "Esc C",
        "s",
        "Esc",
        "Esc ?",
        "Esc 2",
        "p",
        "v",
        "V",
        "3",
        "n",
        "Esc l",
        "w",
        "+",
        "Space",
        "Down",
        "d",
        "Esc a",
        "Esc X",
        "Esc / z",
        "Esc s",
        "Esc 4",
        "m",
        "m",
        "m",
        "m",
        "m",
        "a",
        "Esc p",
        "Esc /",
        "Esc Enter",
        "Esc 5",
        "n",
        "Enter",
        "Esc q",
    ];
    for place in places {
        workbench.press(place);
        if place == "V" {
            workbench.tell(no_sound());
            workbench.text(60, 15);
            workbench.press("Esc");
        }
        workbench.tell(Event::Preview(Arc::new(preview(
            "data/crema-d/1001_IEO_ANG_XX.wav".into(),
        ))));
        workbench.tell(Event::Judged(judgement(
            "data/crema-d/1001_IEO_ANG_XX.wav".into(),
            "last",
        )));
        workbench.tell(played(
            Path::new("data/crema-d/1001_IEO_ANG_XX.wav"),
            Phase::Playing,
            2.9,
        ));
        workbench.tell(Event::Run(Arc::new(detail(&runs[0], 1))));
        workbench.tell(Event::Compared(Arc::new(fixtures::comparison())));
        workbench.tell(Event::Plan(Arc::new(fixtures::plan(Vec::new()))));
        workbench.tell(Event::Study(Arc::new(study())));
        workbench.tell(Event::Report(Arc::new(report(&runs[1], &survey))));
        workbench.tell(Event::Cache(Arc::new(fixtures::cache(false))));
        workbench.tell(Event::Trimming(Arc::new(fixtures::trimming())));
        for width in (1..=210).step_by(13).chain([60, 61, 80, 119, 120, 130]) {
            for height in (1..=64).step_by(7).chain([15, 16, 21, 28, 30]) {
                workbench.text(width, height);
            }
        }
    }
}
