//! Getting published corpora from a server on the loopback: interrupted, wrong, hostile, and without room.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

#[path = "common/file_server.rs"]
mod file_server;

use file_server::{Fault, Served, Server};
use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use undertone::download::{Client, DownloadError, Patience};
use undertone::published::{Access, Archive, Dataverse, Files, Published, PublishedError, Stage, get};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fn client() -> Client {
    Client::new(Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(500),
        attempts: 1,
        pause: Duration::from_millis(10),
    })
    .unwrap()
}

/// Sound that cannot be packed.
fn noise(length: u32, seed: u32) -> Vec<u8> {
    let mut state = u64::from(seed) + 1;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    };
    (0..length).map(|_| next()).collect()
}

/// An archive of files and folders with these names.
fn archive(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        if let Some(folder) = name.strip_suffix('/') {
            zip.add_directory(folder, SimpleFileOptions::default()).unwrap();
        } else {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(content).unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

fn corpus(access: Access) -> Published {
    Published {
        name: "mine".to_owned(),
        title: "Mine".to_owned(),
        licence: None,
        page: "http://127.0.0.1/".to_owned(),
        note: None,
        source: "a test".to_owned(),
        access,
    }
}

fn packed(addresses: Vec<String>, size: Option<u64>, md5: Option<&str>) -> Published {
    let md5 = md5.map(str::to_owned);
    corpus(Access::Archives(vec![Archive { addresses, size, md5 }]))
}

/// Everything below a folder: its path, and its content.
fn below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(path),
                false => {
                    found.insert(
                        path.strip_prefix(folder).unwrap().to_owned(),
                        fs::read(&path).unwrap_or_default(),
                    );
                }
            }
        }
    }
    found
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn getting(published: &Published, data: &Path) -> Result<PathBuf, PublishedError> {
    get(published, data, &client(), &mut |_, _, _| true)
}

/// A server that has an archive at `/mine.zip`, and what gets it.
fn served(body: Vec<u8>, faults: &[Fault]) -> (Server, Published) {
    let server = Server::start();
    let headers = vec![("ETag".to_owned(), "\"one\"".to_owned())];
    let faults = faults.iter().copied().collect();
    server.serve(
        "/mine.zip",
        Served {
            body,
            headers,
            faults,
            ..Served::default()
        },
    );
    let published = packed(vec![server.url("/mine.zip")], None, None);
    (server, published)
}

#[test]
fn a_corpus_that_is_interrupted_five_times_comes_whole() {
    let (one, two) = (noise(300_000, 1), noise(200_000, 2));
    let body = archive(&[
        ("Actor_01/", b""),
        ("Actor_01/a.wav", &one),
        ("Actor_02/b.wav", &two),
        ("__MACOSX/._a.wav", b"x"),
    ]);
    // Five times the connection is lost, and there is no second attempt within a call: each is a call of its own.
    let (server, published) = served(body.clone(), &[Fault::Drop(body.len() / 8); 5]);
    let data = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        let error = getting(&published, data.path()).unwrap_err();
        assert!(
            matches!(error, PublishedError::Download(DownloadError::Dropped { .. })),
            "{error}"
        );
        assert_eq!(names(data.path()), [".mine.incomplete"], "a scan would find it");
    }
    let mut stages = Vec::new();
    let folder = get(&published, data.path(), &client(), &mut |stage, done, total| {
        assert!(total.is_none_or(|total| done <= total));
        stages.push(stage);
        true
    })
    .unwrap();
    stages.dedup();
    assert_eq!(stages, [Stage::Fetching, Stage::Unpacking]);
    assert_eq!(folder, data.path().join("mine"));
    let expected = [("Actor_01/a.wav".into(), one), ("Actor_02/b.wav".into(), two)];
    assert!(below(&folder) == BTreeMap::from(expected));
    assert_eq!(names(data.path()), ["mine"]);
    let ranges: Vec<_> = server
        .gets("/mine.zip")
        .iter()
        .map(|get| get.get("range").cloned())
        .collect();
    let range = |times: usize| (times > 0).then(|| format!("bytes={}-", times * (body.len() / 8)));
    assert_eq!(ranges, (0..6).map(range).collect::<Vec<_>>());
    // What is there is never written over.
    let error = getting(&published, data.path()).unwrap_err();
    assert!(matches!(error, PublishedError::Exists { .. }), "{error}");
    assert_eq!(server.gets("/mine.zip").len(), 6);
}

#[test]
fn it_stops_when_it_is_to_and_goes_on_later() {
    let body = archive(&[("a.wav", &noise(400_000, 3))]);
    let (_server, published) = served(body, &[]);
    let data = tempfile::tempdir().unwrap();
    for stage in [Stage::Fetching, Stage::Unpacking] {
        let error = get(&published, data.path(), &client(), &mut |at, done, _| {
            at != stage || done < 100_000
        })
        .unwrap_err();
        assert!(
            matches!(error, PublishedError::Download(DownloadError::Cancelled)),
            "{error}"
        );
        assert_eq!(names(data.path()), [".mine.incomplete"]);
    }
    assert_eq!(below(&getting(&published, data.path()).unwrap()).len(), 1);
}

#[test]
fn what_has_not_the_stated_checksum_or_size_is_not_kept() {
    let body = archive(&[("a.wav", b"hello\n")]);
    let (server, _) = served(body.clone(), &[]);
    let data = tempfile::tempdir().unwrap();
    let address = || vec![server.url("/mine.zip")];
    let wrong = packed(address(), None, Some("b1946ac92492d2347c6235b4d2611184"));
    let error = getting(&wrong, data.path()).unwrap_err();
    assert!(
        matches!(error, PublishedError::Download(DownloadError::Checksum { .. })),
        "{error}"
    );
    assert!(
        error.to_string().contains("md5 b1946ac92492d2347c6235b4d2611184"),
        "{error}"
    );
    let error = getting(&packed(address(), Some(7), None), data.path()).unwrap_err();
    assert!(error.to_string().contains("not 7"), "{error}");
    assert!(!data.path().join("mine").exists());
    // Nothing but locks, and the mark by which the server would know the file again.
    let left = below(data.path());
    let is_mark = |path: &Path| path.extension().is_some_and(|end| end == "etag");
    assert!(
        left.iter().all(|(path, content)| content.is_empty() || is_mark(path)),
        "{:?}",
        left.keys()
    );
}

#[test]
fn without_a_network_it_says_so_at_once() {
    let data = tempfile::tempdir().unwrap();
    let error = getting(
        &packed(vec!["http://127.0.0.1:1/mine.zip".to_owned()], None, None),
        data.path(),
    )
    .unwrap_err();
    assert!(
        matches!(error, PublishedError::Download(DownloadError::Unreachable { .. })),
        "{error}"
    );
}

#[test]
fn the_next_address_is_asked_where_one_does_not_answer() {
    let (server, _) = served(archive(&[("a.wav", b"x")]), &[]);
    let data = tempfile::tempdir().unwrap();
    let addresses = vec![
        "http://127.0.0.1:1/mine.zip".to_owned(),
        server.url("/none.zip"),
        server.url("/mine.zip"),
    ];
    getting(&packed(addresses, None, None), data.path()).unwrap();
}

#[test]
fn what_is_to_be_had_by_hand_says_where() {
    let data = tempfile::tempdir().unwrap();
    let error = getting(&corpus(Access::ByHand("fill in the form".to_owned())), data.path())
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("http://127.0.0.1/") && error.contains("fill in the form"),
        "{error}"
    );
    assert!(names(data.path()).is_empty());
}

#[test]
fn one_process_gets_a_corpus_at_a_time() {
    let (_server, published) = served(archive(&[("a.wav", b"x")]), &[]);
    let data = tempfile::tempdir().unwrap();
    let mut seen = None;
    get(&published, data.path(), &client(), &mut |_, _, _| {
        seen.get_or_insert_with(|| getting(&published, data.path()).unwrap_err().to_string());
        true
    })
    .unwrap();
    assert!(seen.unwrap().contains("another process"));
}

/// What an archive is refused for; nothing of it is left, and nothing outside the folder was touched.
fn refused(body: Vec<u8>) -> String {
    let (_server, published) = served(body, &[]);
    let around = tempfile::tempdir().unwrap();
    fs::write(around.path().join("precious"), "kept").unwrap();
    let data = around.path().join("data");
    let error = getting(&published, &data).unwrap_err();
    assert!(matches!(error, PublishedError::Archive { .. }), "{error}");
    assert_eq!(names(around.path()), ["data", "precious"]);
    assert_eq!(fs::read(around.path().join("precious")).unwrap(), b"kept");
    assert_eq!(names(&data), [".mine.incomplete"]);
    assert!(below(&data).values().all(Vec::is_empty), "{:?}", below(&data).keys());
    error.to_string()
}

/// Puts another name of the same length into an archive.
fn renamed(mut body: Vec<u8>, from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut found = 0;
    for at in 0..body.len() - from.len() {
        if &body[at..at + from.len()] == from.as_bytes() {
            body[at..at + from.len()].copy_from_slice(to.as_bytes());
            found += 1;
        }
    }
    assert_eq!(found, 2, "once before the content, once at the end");
    body
}

#[test]
fn archives_that_lead_elsewhere_are_refused_as_a_whole() {
    for (name, word) in [
        ("../../precious", "leads out"),
        ("a/../../../../x", "leads out"),
        ("..\\..\\precious", "leads out"),
        ("/tmp/absolute-x", "absolute"),
        ("C:\\windows\\x.y", "absolute"),
        ("name\u{7}with\u{1b}[31m", "control characters"),
    ] {
        let plain = "x".repeat(name.len());
        let body = archive(&[("good.wav", b"good"), (&plain, b"bad")]);
        let error = refused(renamed(body, &plain, name));
        assert!(error.contains(word) && !error.contains('\u{1b}'), "{error}");
    }
}

#[test]
fn links_are_refused() {
    for target in ["/etc/passwd", "../../precious", "good.wav"] {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("good.wav", SimpleFileOptions::default()).unwrap();
        zip.write_all(b"good").unwrap();
        zip.add_symlink("link.wav", target, SimpleFileOptions::default())
            .unwrap();
        let error = refused(zip.finish().unwrap().into_inner());
        assert!(error.contains("`link.wav`, which is a link"), "{error}");
    }
}

#[test]
fn names_that_fall_together_are_refused() {
    let error = refused(archive(&[("Wav/a.wav", b"one"), ("wav/A.WAV", b"two")]));
    assert!(error.contains("but for the case"), "{error}");
    let error = refused(archive(&[("a", b"one"), ("a/b.wav", b"two")]));
    assert!(error.contains("both as a file and as a folder"), "{error}");
    // The same name twice, which the library that writes them would not do.
    let twice = renamed(archive(&[("a.wav", b"one"), ("b.wav", b"two")]), "b.wav", "./a.w");
    let twice = renamed(twice, "a.wav", "./a.w");
    let (_server, published) = served(twice, &[]);
    let data = tempfile::tempdir().unwrap();
    match getting(&published, data.path()) {
        Err(PublishedError::Archive { .. }) => {}
        Ok(folder) => assert_eq!(below(&folder).len(), 1),
        Err(other) => panic!("{other}"),
    }
}

/// An archive of one file of so many zeros.
fn zeros(length: u64) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().large_file(true);
    zip.start_file("zeros.wav", options).unwrap();
    std::io::copy(&mut std::io::Read::take(std::io::repeat(0), length), &mut zip).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
#[ignore = "packs for half a minute"]
fn ten_gigabytes_of_zeros_are_refused() {
    let error = refused(zeros(10_000_000_000));
    assert!(error.contains("would unpack to 10000000000 bytes"), "{error}");
}

#[test]
fn more_zeros_than_sound_could_be_are_refused_before_one_is_written() {
    // Their length is stated at the end, and in a field before the content that only readers of streams need.
    let mut body = zeros(70_000_000);
    let (stated, bomb) = (70_000_000_u32.to_le_bytes(), 10_000_000_000_u64);
    let error = refused(body.clone());
    assert!(error.contains("would unpack to 70000000 bytes"), "{error}");
    // Stated as 10 GB, in the field for such lengths.
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file("zeros.wav", SimpleFileOptions::default()).unwrap();
    zip.write_all(b"x").unwrap();
    let mut giant = zip.finish().unwrap().into_inner();
    let central = giant.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    giant[central + 24..central + 28].copy_from_slice(&u32::try_from(bomb / 3).unwrap().to_le_bytes());
    assert!(refused(giant).contains("would unpack to 3333333333 bytes"));
    // Stated as small, and 70 MB all the same: it ends where the statement does.
    let central = body.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
    let at = body[central..].windows(4).position(|bytes| bytes == stated);
    let at = central + at.unwrap_or(24);
    body[at..at + 4].copy_from_slice(&1000_u32.to_le_bytes());
    let error = refused(body);
    assert!(
        error.contains("longer than the 1000 bytes") || error.contains("damaged"),
        "{error}"
    );
}

#[test]
fn damaged_archives_are_refused_whatever_is_damaged() {
    let body = archive(&[
        ("Actor_01/a.wav", &noise(20_000, 5)),
        ("Actor_02/b.wav", &noise(20_000, 6)),
    ]);
    assert!(refused(b"<html>Not found</html>".to_vec()).contains("no archive"));
    assert!(refused(body[..body.len() / 2].to_vec()).contains("no archive"));
    // One byte anywhere: refused, or of no consequence to what is in the files.
    let mut kept = 0;
    for at in (0..body.len()).step_by(body.len() / 60) {
        let mut damaged = body.clone();
        damaged[at] ^= 0x55;
        let (_server, published) = served(damaged, &[]);
        let data = tempfile::tempdir().unwrap();
        match getting(&published, data.path()) {
            Err(PublishedError::Archive { .. }) => {}
            Err(other) => panic!("{at}: {other}"),
            Ok(folder) => {
                kept += 1;
                let contents: Vec<_> = below(&folder).into_values().collect();
                assert!(
                    contents
                        .iter()
                        .all(|content| *content == noise(20_000, 5) || *content == noise(20_000, 6)),
                    "{at}"
                );
            }
        }
    }
    assert!(kept < 10, "{kept}");
}

fn listed(server: &Server) -> Published {
    let sums = [
        (
            "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03",
            "a.wav",
        ),
        ("ce013625030ba8dba906f756967f9e9ca394464a", "more/b.wav"),
    ];
    let lines = sums.map(|(sum, name)| format!("{sum} 6 {name}\n"));
    let folder = PathBuf::from("Audio");
    let list = format!("# From nowhere.\n{}", lines.concat()).into();
    let addresses = vec![server.url("/gone/"), server.url("/files/")];
    corpus(Access::Files(vec![Files {
        addresses,
        folder,
        list,
    }]))
}

#[test]
fn single_files_are_fetched_checked_and_gone_on_with() {
    let server = Server::start();
    let serve = |path: &str, body: &[u8]| {
        server.serve(
            path,
            Served {
                body: body.to_vec(),
                ..Served::default()
            },
        )
    };
    serve("/files/a.wav", b"hello\n");
    serve("/files/more/b.wav", b"wrong\n");
    let (published, data) = (listed(&server), tempfile::tempdir().unwrap());
    assert_eq!(published.bytes(), Some(12));
    let error = getting(&published, data.path()).unwrap_err();
    assert!(
        matches!(error, PublishedError::Download(DownloadError::Checksum { .. })),
        "{error}"
    );
    assert_eq!(names(data.path()), [".mine.incomplete"]);
    serve("/files/more/b.wav", b"hello\n");
    let mut last = (0, None);
    let folder = get(&published, data.path(), &client(), &mut |_, done, total| {
        last = (done, total);
        true
    })
    .unwrap();
    assert_eq!(last, (12, Some(12)));
    let expected = ["Audio/a.wav", "Audio/more/b.wav"].map(|name| (PathBuf::from(name), b"hello\n".to_vec()));
    assert!(below(&folder) == BTreeMap::from(expected));
    assert_eq!(names(data.path()), ["mine"]);
}

#[test]
fn the_files_of_a_record_are_those_that_its_server_lists() {
    let server = Server::start();
    let serve = |path: &str, body: &str| {
        server.serve(
            path,
            Served {
                body: body.into(),
                ..Served::default()
            },
        )
    };
    let list = |folder: &str| {
        format!(
            r#"{{"data": {{"latestVersion": {{"files": [{{"directoryLabel": "{folder}", "dataFile":
            {{"id": 7, "filename": "OAF_back_angry.wav", "filesize": 6, "md5": "b1946ac92492d2347c6235b4d2611184"}}}}]}}}}}}"#
        )
    };
    serve("/api/access/datafile/7", "hello\n");
    let (server_, doi) = (server.url(""), "doi:10.1/2".to_owned());
    let published = corpus(Access::Dataverse(Dataverse { server: server_, doi }));
    let data = tempfile::tempdir().unwrap();
    for wrong in [list("../../x"), "<html>".to_owned()] {
        serve("/api/datasets/:persistentId/", &wrong);
        let error = getting(&published, data.path()).unwrap_err();
        assert!(matches!(error, PublishedError::Listing { .. }), "{error}");
    }
    serve("/api/datasets/:persistentId/", &list("OAF_angry"));
    let folder = getting(&published, data.path()).unwrap();
    let expected = [(PathBuf::from("OAF_angry/OAF_back_angry.wav"), b"hello\n".to_vec())];
    assert!(below(&folder) == BTreeMap::from(expected));
}

/// Variables of the process that may write only small files; without them its test does nothing.
const LIMITED: &str = "UNDERTONE_TEST_PUBLISHED";

#[test]
fn limited() {
    let Ok(arguments) = std::env::var(LIMITED) else { return };
    let (url, data) = arguments.split_once(' ').unwrap();
    let error = getting(&packed(vec![url.to_owned()], None, None), data.as_ref()).unwrap_err();
    println!("{error}");
}

/// A limit on the size of files stands for a full disk: the system says as much of both.
#[test]
#[cfg(unix)]
fn a_full_disk_is_said_and_what_was_fetched_is_kept() {
    // Zeros that are packed to less than the limit of 1 MiB, and unpacked to more.
    let body = zeros(3_000_000);
    let length = body.len();
    let (server, published) = served(body, &[]);
    let data = tempfile::tempdir().unwrap();
    let output = Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 2048; exec \"$0\" limited --exact --nocapture",
        ])
        .arg(std::env::current_exe().unwrap())
        .env(
            LIMITED,
            format!("{} {}", server.url("/mine.zip"), data.path().display()),
        )
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        said.contains("no room left") && said.contains("unpack 3000000 bytes"),
        "{output:?}"
    );
    let left = below(data.path());
    assert_eq!(left[Path::new(".mine.incomplete/0.zip")].len(), length);
    assert_eq!(
        left.values().filter(|content| !content.is_empty()).count(),
        1,
        "{:?}",
        left.keys()
    );
    // With room again, nothing is fetched anew.
    assert_eq!(below(&getting(&published, data.path()).unwrap()).len(), 1);
    assert_eq!(server.gets("/mine.zip").len(), 1);
}
