//! Files from a server on the loopback, which has the faults that servers and networks have.

#[path = "common/file_server.rs"]
mod file_server;

use file_server::{Fault, Served, Server};
use std::cell::Cell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};
use undertone::download::{Checksum, Client, Download, DownloadError, Patience, Token};

/// What is fetched: 300,000 bytes that do not repeat soon, and their SHA-256 by `sha256sum`.
fn content() -> Vec<u8> {
    (0..300_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

fn sum() -> Checksum {
    Checksum::of_digits("136f334d647619879743ff33fde1ac6547f40e314692441f2a125e087cad47c9").unwrap()
}

fn client() -> Client {
    Client::new(Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(500),
        attempts: 4,
        pause: Duration::from_millis(10),
    })
    .unwrap()
}

/// A folder, a server with the content at `/file`, and where it is to lie.
struct Place {
    folder: tempfile::TempDir,
    server: Server,
}

impl Place {
    fn new(served: Served) -> Self {
        let server = Server::start();
        server.serve("/file", served);
        let folder = tempfile::tempdir().unwrap();
        Self { folder, server }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("file")
    }

    fn partial(&self) -> PathBuf {
        self.folder.path().join("file.incomplete")
    }

    fn fetch(&self, checksum: Option<&Checksum>) -> Result<(), DownloadError> {
        self.fetch_while(checksum, &mut |_, _| true)
    }

    fn fetch_while(
        &self,
        checksum: Option<&Checksum>,
        watch: &mut dyn FnMut(u64, Option<u64>) -> bool,
    ) -> Result<(), DownloadError> {
        let download = Download {
            url: &self.server.url("/file"),
            token: None,
            path: &self.path(),
            lock: &self.folder.path().join("lock"),
            checksum,
            size: None,
        };
        client().fetch(&download, watch)
    }

    /// Only the file and its lock are there.
    fn is_whole(&self) {
        assert!(fs::read(self.path()).unwrap() == content());
        assert_eq!(names(self.folder.path()), ["file", "lock"]);
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn served() -> Served {
    Served {
        body: content(),
        headers: vec![("ETag".to_owned(), "\"one\"".to_owned())],
        ..Served::default()
    }
}

fn failing(faults: impl IntoIterator<Item = Fault>) -> Served {
    Served {
        faults: faults.into_iter().collect(),
        ..served()
    }
}

#[test]
fn a_file_comes_whole_and_its_progress_is_told() {
    let place = Place::new(served());
    let (mut last, mut told) = ((0, None), 0);
    place
        .fetch_while(Some(&sum()), &mut |done, total| {
            assert!(done >= last.0, "{done} after {last:?}");
            (last, told) = ((done, total), told + 1);
            true
        })
        .unwrap();
    place.is_whole();
    assert_eq!(last, (300_000, Some(300_000)));
    assert!(told > 3);
    // It is not asked for again.
    place.fetch(Some(&sum())).unwrap();
    assert_eq!(place.server.gets("/file").len(), 1);
}

#[test]
fn after_a_lost_connection_it_goes_on_where_it_was() {
    for checksum in [Some(sum()), None] {
        let place = Place::new(failing([Fault::Drop(100_000), Fault::Drop(0), Fault::Drop(50_000)]));
        place.fetch(checksum.as_ref()).unwrap();
        place.is_whole();
        let ranges: Vec<_> = place
            .server
            .gets("/file")
            .iter()
            .map(|get| get.get("range").cloned())
            .collect();
        let range = |from: usize| Some(format!("bytes={from}-"));
        assert_eq!(ranges, [None, range(100_000), range(100_000), range(150_000)]);
        let marks = place
            .server
            .gets("/file")
            .iter()
            .filter(|get| get.contains_key("if-range"))
            .count();
        assert_eq!(marks, if checksum.is_some() { 0 } else { 3 });
    }
}

#[test]
fn a_server_that_falls_silent_is_asked_again() {
    let place = Place::new(failing([Fault::Stall(1000)]));
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    assert_eq!(place.server.gets("/file").len(), 2);
}

#[test]
fn what_was_fetched_of_a_file_that_has_changed_since_is_thrown_away() {
    let place = Place::new(failing([Fault::Drop(1000); 4]));
    let mut old = served();
    old.body.iter_mut().for_each(|byte| *byte ^= 1);
    place.server.change("/file", |file| {
        (file.body, file.headers[0].1) = (old.body, "\"other\"".to_owned());
    });
    let error = place.fetch_while(None, &mut |done, _| done < 1000).unwrap_err();
    assert!(matches!(error, DownloadError::Cancelled), "{error}");
    place.server.serve("/file", served());
    place.fetch(None).unwrap();
    place.is_whole();
}

#[test]
fn a_server_without_parts_sends_the_whole_again() {
    let place = Place::new(Served {
        no_ranges: true,
        ..failing([Fault::Drop(100_000)])
    });
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    assert_eq!(place.server.gets("/file")[1]["range"], "bytes=100000-");
}

#[test]
fn a_connection_that_is_lost_again_and_again_is_given_up() {
    let place = Place::new(failing([
        Fault::Drop(7),
        Fault::Drop(0),
        Fault::Drop(0),
        Fault::Drop(0),
        Fault::Drop(0),
    ]));
    let error = place.fetch(Some(&sum())).unwrap_err();
    assert!(matches!(error, DownloadError::Dropped { .. }), "{error}");
    assert_eq!(place.server.gets("/file").len(), 4);
    assert_eq!(fs::read(place.partial()).unwrap(), content()[..7]);
    assert!(!place.path().exists());
}

#[test]
fn a_wrong_checksum_leaves_no_file() {
    let mut wrong = served();
    wrong.body[1234] ^= 1;
    let place = Place::new(wrong);
    let error = place.fetch(Some(&sum())).unwrap_err();
    assert!(matches!(error, DownloadError::Checksum { .. }), "{error}");
    assert_eq!(names(place.folder.path()), ["lock"]);
    // Nothing of it was there before: the server would send the same again.
    assert_eq!(place.server.gets("/file").len(), 1);
}

#[test]
fn a_part_that_was_of_another_file_costs_one_more_attempt() {
    let place = Place::new(served());
    fs::write(place.partial(), vec![0; 5000]).unwrap();
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    let ranges: Vec<_> = place
        .server
        .gets("/file")
        .iter()
        .map(|get| get.get("range").cloned())
        .collect();
    assert_eq!(ranges, [Some("bytes=5000-".to_owned()), None]);
    // Longer than the file itself.
    let place = Place::new(served());
    fs::write(place.partial(), vec![0; 400_000]).unwrap();
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    // Complete, but not checked and named any more.
    let place = Place::new(served());
    fs::write(place.partial(), content()).unwrap();
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    assert_eq!(place.server.gets("/file").len(), 1);
}

#[test]
fn a_part_without_a_mark_or_a_checksum_is_not_trusted() {
    let place = Place::new(served());
    fs::write(place.partial(), vec![0; 5000]).unwrap();
    place.fetch(None).unwrap();
    place.is_whole();
}

#[test]
fn a_busy_server_is_asked_again_when_it_says() {
    let place = Place::new(failing([
        Fault::Status(429, Some(1)),
        Fault::Status(503, None),
        Fault::Status(500, Some(0)),
    ]));
    let begun = Instant::now();
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    assert!(begun.elapsed() >= Duration::from_secs(1));
    // One that asks for a day is not waited for.
    let place = Place::new(failing([Fault::Status(429, Some(86_400))]));
    let error = place.fetch(Some(&sum())).unwrap_err();
    let DownloadError::Busy { code: 429, after, .. } = error else {
        panic!("{error}");
    };
    assert_eq!(after, Some(Duration::from_secs(86_400)));
}

#[test]
fn a_refusal_is_not_argued_with() {
    let kind = |error| match error {
        DownloadError::Denied { code, .. } | DownloadError::Missing { code, .. } => code,
        other => panic!("{other}"),
    };
    for code in [401, 403, 404, 410] {
        let place = Place::new(failing([Fault::Status(code, None)]));
        assert_eq!(kind(place.fetch(None).unwrap_err()), code);
        assert_eq!(place.server.gets("/file").len(), 1);
        assert!(!place.path().exists());
    }
    let place = Place::new(failing([Fault::Status(418, None)]));
    let error = place.fetch(None).unwrap_err();
    assert!(matches!(error, DownloadError::Answer { .. }), "{error}");
}

#[test]
fn where_nobody_answers_it_is_said_at_once() {
    let place = Place::new(served());
    let download = Download {
        url: "http://127.0.0.1:1/file",
        token: None,
        path: &place.path(),
        lock: &place.folder.path().join("lock"),
        checksum: None,
        size: None,
    };
    let begun = Instant::now();
    let error = client().fetch(&download, &mut |_, _| true).unwrap_err();
    assert!(matches!(error, DownloadError::Unreachable { .. }), "{error}");
    assert!(begun.elapsed() < Duration::from_secs(3));
    let url = "not an address";
    let error = client()
        .fetch(&Download { url, ..download }, &mut |_, _| true)
        .unwrap_err();
    assert!(matches!(error, DownloadError::Answer { .. }), "{error}");
}

#[test]
fn only_the_server_that_was_asked_sees_the_token() {
    let token = Token::new(" secret\n").unwrap();
    assert!(!format!("{token:?}").contains("secret"));
    let (hub, store) = (Server::start(), Server::start());
    hub.serve(
        "/moved",
        Served {
            location: Some("/file".to_owned()),
            token: Some("secret".to_owned()),
            ..Served::default()
        },
    );
    hub.serve(
        "/file",
        Served {
            location: Some(store.url("/stored?signature=1")),
            token: Some("secret".to_owned()),
            ..Served::default()
        },
    );
    store.serve("/stored", served());
    let folder = tempfile::tempdir().unwrap();
    let download = Download {
        url: &hub.url("/moved"),
        token: Some(&token),
        path: &folder.path().join("file"),
        lock: &folder.path().join("lock"),
        checksum: Some(&sum()),
        size: Some(300_000),
    };
    client().fetch(&download, &mut |_, _| true).unwrap();
    let seen = |server: &Server| -> Vec<_> {
        let asked = server.asked().into_iter();
        asked.map(|asked| asked.headers.get("authorization").cloned()).collect()
    };
    assert_eq!(
        seen(&hub),
        [Some("Bearer secret".to_owned()), Some("Bearer secret".to_owned())]
    );
    assert_eq!(seen(&store), [None]);
    // Without it the hub refuses.
    let path = &folder.path().join("other");
    let anonymous = Download {
        token: None,
        path,
        ..download
    };
    let error = client().fetch(&anonymous, &mut |_, _| true).unwrap_err();
    assert!(matches!(error, DownloadError::Denied { code: 401, .. }), "{error}");
}

#[test]
fn redirects_in_a_circle_end() {
    let place = Place::new(Served {
        location: Some("/file".to_owned()),
        ..Served::default()
    });
    let error = place.fetch(None).unwrap_err();
    assert!(matches!(error, DownloadError::Answer { .. }), "{error}");
    assert_eq!(place.server.gets("/file").len(), 11);
}

#[test]
fn it_stops_at_once_when_it_is_to_and_goes_on_later() {
    // While a server is silent, and while it is slow.
    for fault in [Fault::Stall(50_000), Fault::Slow(50)] {
        let place = Place::new(failing([fault]));
        let (begun, wanted) = (Instant::now(), Cell::new(None));
        let error = place
            .fetch_while(Some(&sum()), &mut |done, _| {
                if done > 0 && wanted.get().is_none() {
                    wanted.set(Some(begun.elapsed()));
                }
                wanted
                    .get()
                    .is_none_or(|since| begun.elapsed() < since + Duration::from_millis(150))
            })
            .unwrap_err();
        assert!(matches!(error, DownloadError::Cancelled), "{error}");
        assert!(begun.elapsed() < wanted.get().unwrap() + Duration::from_millis(450));
        assert!(!place.path().exists());
        let kept = fs::metadata(place.partial()).unwrap().len();
        assert!(kept > 0 && kept < 300_000, "{kept}");
        place.fetch(Some(&sum())).unwrap();
        place.is_whole();
        assert_eq!(place.server.gets("/file")[1]["range"], format!("bytes={kept}-"));
    }
}

#[test]
fn another_length_than_the_promised_one_is_an_error() {
    let place = Place::new(served());
    let download = Download {
        url: &place.server.url("/file"),
        token: None,
        path: &place.path(),
        lock: &place.folder.path().join("lock"),
        checksum: None,
        size: Some(300_001),
    };
    let error = client().fetch(&download, &mut |_, _| true).unwrap_err();
    assert!(matches!(error, DownloadError::Answer { .. }), "{error}");
    assert!(!place.path().exists());
}

#[test]
fn many_who_fetch_the_same_file_at_once_ask_once() {
    let place = Place::new(failing([Fault::Slow(3)]));
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| place.fetch(Some(&sum())).unwrap());
        }
    });
    place.is_whole();
    assert_eq!(place.server.gets("/file").len(), 1);
}

/// What is written to `/dev/full` finds no room, as on a full disk: the part of the file is a link to it.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said() {
    let place = Place::new(served());
    std::os::unix::fs::symlink("/dev/full", place.partial()).unwrap();
    let error = place.fetch(Some(&sum())).unwrap_err();
    let DownloadError::Full { path, missing } = error else {
        panic!("{error}");
    };
    assert_eq!((path, missing), (place.partial(), Some(300_000)));
    assert!(!place.path().exists());
}

#[test]
#[cfg(unix)]
fn a_folder_that_nobody_may_write_to_is_said() {
    let place = Place::new(served());
    fs::write(place.folder.path().join("no_folder"), "").unwrap();
    let download = Download {
        url: &place.server.url("/file"),
        token: None,
        path: &place.folder.path().join("no_folder/file"),
        lock: &place.folder.path().join("lock"),
        checksum: None,
        size: None,
    };
    let error = client().fetch(&download, &mut |_, _| true).unwrap_err();
    assert!(matches!(error, DownloadError::File { .. }), "{error}");
}

/// Variables of the process that is killed; without them its test does nothing.
const KILLED: &str = "UNDERTONE_TEST_DOWNLOAD";

#[test]
fn killed() {
    let Ok(arguments) = std::env::var(KILLED) else { return };
    let (url, folder) = arguments.split_once(' ').unwrap();
    let folder = Path::new(folder);
    let download = Download {
        url,
        token: None,
        path: &folder.join("file"),
        lock: &folder.join("lock"),
        checksum: Some(&sum()),
        size: None,
    };
    client().fetch(&download, &mut |_, _| true).unwrap();
}

#[test]
fn a_killed_process_leaves_what_the_next_one_goes_on_with() {
    let place = Place::new(failing([Fault::Slow(40)]));
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["killed", "--exact"])
        .env(
            KILLED,
            format!("{} {}", place.server.url("/file"), place.folder.path().display()),
        )
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while fs::metadata(place.partial()).map_or(0, |metadata| metadata.len()) < 20_000 {
        assert!(begun.elapsed() < Duration::from_secs(20), "nothing arrives");
        thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!place.path().exists());
    let kept = fs::metadata(place.partial()).unwrap().len();
    place.fetch(Some(&sum())).unwrap();
    place.is_whole();
    assert_eq!(place.server.gets("/file")[1]["range"], format!("bytes={kept}-"));
}
