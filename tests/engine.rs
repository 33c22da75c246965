//! The engine itself: what it emits and when.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod common;

use common::Lab;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};
use undertone::engine::{Command, CommandKind, Engine, Event, Settings, Variant, load_settings, request};

fn settings(lab: &Lab) -> Settings {
    load_settings(Some(&lab.path("workbench.toml")), &[]).unwrap()
}

/// All events until a kind of command is done.
fn until_done(events: &Receiver<Event>, kind: CommandKind) -> Vec<Event> {
    let mut told = Vec::new();
    loop {
        match events.recv_timeout(Duration::from_secs(60)).unwrap() {
            Event::Done(done) if done == kind => return told,
            Event::Failed { message, .. } => panic!("{message}"),
            event => told.push(event),
        }
    }
}

#[test]
fn a_scan_emits_the_headers_before_the_samples_and_only_one_runs_at_once() {
    let lab = Lab::new();
    let (engine, events) = Engine::start(settings(&lab));
    engine.send(Command::Scan { headers_only: true });
    engine.send(Command::Scan { headers_only: false });
    let mut analysed = Vec::new();
    for _ in 0..2 {
        for event in until_done(&events, CommandKind::Scan) {
            if let Event::Survey(survey) = event {
                assert_eq!(survey.catalogue.clips.len(), 60);
                analysed.push(survey.analysed);
            }
        }
    }
    assert_eq!((analysed.first(), analysed.last()), (Some(&false), Some(&true)));
    assert_eq!(
        events.recv_timeout(Duration::from_millis(300)).err(),
        Some(RecvTimeoutError::Timeout)
    );
}

#[test]
fn a_scan_of_nothing_writes_no_corpus_and_the_demo_corpus_is_one_only_where_there_is_none() {
    let lab = Lab::empty();
    let (engine, events) = Engine::start(settings(&lab));
    engine.send(Command::Scan { headers_only: false });
    let found = until_done(&events, CommandKind::Scan);
    assert!(matches!(found.last(), Some(Event::Survey(survey)) if survey.catalogue.clips.is_empty()));
    assert!(!lab.path("data").exists(), "a question changes nothing");
    let (folder, clips) = (None, Some(60));
    for written in [true, false] {
        engine.send(request::Demo {
            folder: folder.clone(),
            clips,
            if_empty: true,
        });
        let demo = until_done(&events, CommandKind::Demo).pop();
        assert!(
            matches!(&demo, Some(Event::Demo(demo)) if demo.summary.is_some() == written),
            "{demo:?}"
        );
    }
}

#[test]
fn a_dropped_engine_gives_up_its_scan() {
    let lab = Lab::empty();
    lab.done(&["demo", "--clips", "800"]);
    let (engine, events) = Engine::start(settings(&lab));
    engine.send(Command::Scan { headers_only: false });
    while !matches!(events.recv_timeout(Duration::from_secs(60)).unwrap(), Event::Survey(_)) {}
    let begun = Instant::now();
    drop(engine);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[test]
fn of_many_previews_the_last_one_is_shown_last() {
    let lab = Lab::new();
    let clip = lab.clip();
    let other = clip
        .parent()
        .unwrap()
        .read_dir()
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| *path != clip);
    let (engine, events) = Engine::start(settings(&lab));
    for _ in 0..50 {
        engine.send(Command::Preview {
            path: clip.clone(),
            variant: Variant::Original,
        });
    }
    engine.send(Command::Preview {
        path: other.clone().unwrap(),
        variant: Variant::Original,
    });
    let mut shown: Vec<PathBuf> = Vec::new();
    while shown.last() != other.as_ref() {
        if let Event::Preview(preview) = events.recv_timeout(Duration::from_secs(60)).unwrap() {
            assert_eq!(preview.mel_db.len(), preview.frames * preview.mels);
            assert_eq!(preview.mel_hz.len(), preview.mels);
            shown.push(preview.path.clone());
        }
    }
    assert!(shown.len() < 50, "{} previews were made", shown.len());
}

#[test]
fn the_list_of_runs_is_told_again_only_when_it_changed() {
    let lab = Lab::empty();
    let (engine, events) = Engine::start(settings(&lab));
    engine.send(Command::Runs { follow: true });
    let next = |within| match events.recv_timeout(Duration::from_millis(within)) {
        Ok(Event::Runs(runs)) => Some(runs),
        Ok(other) => panic!("{other:?}"),
        Err(_) => None,
    };
    assert_eq!(next(5000).unwrap().len(), 0);
    assert!(next(1300).is_none(), "nothing has changed");
    let folder = lab.run_folder("20250101-000000-conv1d");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("run.toml"), "from = \"another version\"\n").unwrap();
    let runs = next(5000).unwrap();
    assert!(runs[0].reason.as_ref().unwrap().contains("run.toml"), "{runs:?}");
    assert!(next(1300).is_none(), "nothing has changed");
}

#[test]
fn what_fails_says_which_command_and_the_engine_goes_on() {
    let lab = Lab::empty();
    let (engine, events) = Engine::start(settings(&lab));
    for command in [Command::Watch { run: "x".into() }, Command::Report { run: "x".into() }] {
        let wanted = CommandKind::from(&command);
        engine.send(command);
        match events.recv_timeout(Duration::from_secs(10)).unwrap() {
            Event::Failed { command, message } => assert!(command == wanted && message.contains('x'), "{message}"),
            other => panic!("{other:?}"),
        }
    }
    engine.send(Command::Train {
        changes: vec![("training.epochs".into(), "none".into())],
    });
    match events.recv_timeout(Duration::from_secs(10)).unwrap() {
        Event::Failed { message, .. } => assert!(message.contains("training.epochs"), "{message}"),
        other => panic!("{other:?}"),
    }
    engine.send(Command::Config);
    until_done(&events, CommandKind::Config);
}
