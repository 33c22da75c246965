//! The published corpora: which are here, and getting one.

use super::fixtures::opening;
use super::harness::{Workbench, screens};
use std::path::PathBuf;
use std::sync::Arc;
use undertone::engine::{
    Command, CommandKind, Event, Fetch, FetchedCorpus, Progress, PublishedReport, PublishedRow, Task,
};
use undertone::published::known;

/// What is known, RAVDESS here and CREMA-D begun.
fn published(fetched: Option<FetchedCorpus>) -> PublishedReport {
    let data = PathBuf::from("data");
    let rows = known().iter().map(|published| PublishedRow {
        published,
        here: (published.name == "ravdess").then(|| data.join("ravdess")),
        begun: published.name == "crema_d",
    });
    let rows = rows.collect();
    PublishedReport { data, rows, fetched }
}

fn get(name: &str) -> Option<Command> {
    let fetch = Some(Fetch::Get(name.to_owned()));
    Some(Command::Get { fetch })
}

/// With the list in sight.
fn opened() -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.press("a");
    assert_eq!(workbench.last(), Some(Command::Get { fetch: None }));
    assert!(workbench.text(80, 24).contains("looking"));
    workbench.tell(Event::Published(Arc::new(published(None))));
    workbench.done(CommandKind::Get);
    workbench
}

fn progress(task: Task, done: usize, total: usize) -> Event {
    Event::Progress(Progress { task, done, total })
}

#[test]
fn corpora_are_listed_with_their_licences() {
    let mut workbench = opened();
    workbench.press("Down");
    screens(&workbench, "published");
    workbench.compare("published_60x15", 60, 15);
    let text = workbench.text(120, 40);
    assert!(
        text.contains("ODbL 1.0") && text.contains("begun") && text.contains("by hand"),
        "{text}"
    );
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn one_is_fetched_after_a_question_stopped_and_scanned() {
    let mut workbench = opened();
    let asked = workbench.sent().len();
    // What is here is not fetched.
    workbench.press("Enter");
    assert_eq!(workbench.sent().len(), asked);
    workbench.press("Down Enter");
    workbench.compare("published_fetch_80x24", 80, 24);
    workbench.press("Enter");
    assert_eq!(workbench.last(), get("crema_d"));
    workbench.tell(progress(Task::FetchingCorpus, 95_000_000, 610_411_282));
    workbench.compare("published_fetching_80x24", 80, 24);
    // One at a time.
    let asked = workbench.sent().len();
    workbench.press("Down Enter");
    assert_eq!(workbench.sent().len(), asked);
    workbench.press("s");
    let fetch = Some(Fetch::Stop);
    assert_eq!(workbench.last(), Some(Command::Get { fetch }));
    let fetched = |folder: Option<&str>| {
        let (name, folder) = ("crema_d".to_owned(), folder.map(PathBuf::from));
        Event::Published(Arc::new(published(Some(FetchedCorpus {
            name,
            folder,
            line: None,
        }))))
    };
    workbench.tell(fetched(None));
    workbench.answer();
    assert!(workbench.text(120, 40).contains("what has arrived is kept"));
    workbench.press("Up Enter Enter");
    assert_eq!(workbench.last(), get("crema_d"));
    workbench.tell(progress(Task::Unpacking, 1, 2));
    assert!(workbench.text(120, 40).contains("unpacking"));
    workbench.tell(fetched(Some("data/crema_d")));
    assert_eq!(workbench.last(), Some(Command::Scan { headers_only: false }));
    workbench.answer();
    assert!(workbench.text(120, 40).contains("crema_d is in data/crema_d."));
}

#[test]
fn what_is_had_by_hand_says_where() {
    let mut workbench = opened();
    let asked = workbench.sent().len();
    let row = known()
        .iter()
        .position(|published| published.name == "iemocap")
        .unwrap();
    for _ in 0..row {
        workbench.press("Down");
    }
    workbench.press("Enter");
    assert_eq!(workbench.sent().len(), asked);
    assert!(workbench.text(120, 40).contains("sail.usc.edu"));
}

#[test]
fn any_size_can_be_drawn() {
    let mut workbench = opened();
    for place in ["Down", "End", "Up Up Home Down Enter"] {
        workbench.press(place);
        for width in (1..=210).step_by(13).chain([60, 61, 80]) {
            for height in (1..=64).step_by(7).chain([15, 16, 24]) {
                workbench.text(width, height);
            }
        }
    }
}
