//! Encoders from a hub on the loopback: what is asked for, what lies in the cache afterwards, and who sees the token.

#[path = "common/file_server.rs"]
mod file_server;

use file_server::{Fault, Served, Server};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use undertone::download::{Client, DownloadError, Patience};
use undertone::encoders::EncoderError;
use undertone::encoders::hub::Hub;
use undertone::encoders::locate_in;

const NAME: &str = "owner/tiny";
const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";
/// A later commit, in which only the configuration is another one.
const LATER: &str = "89abcdef0123456789abcdef0123456789abcdef";
const CONFIG: &[u8] = b"{\"model_type\": \"wav2vec2\"}\n";
/// `git hash-object` of the configuration.
const CONFIG_TAG: &str = "83c4aa1f4f1a447021ca64f5c4b0d219e85f524f";
const LATER_CONFIG: &[u8] = b"{\"model_type\": \"wav2vec2\", \"later\": true}\n";
const LATER_CONFIG_TAG: &str = "7f79028837b8b352e2b9cb487433f3eb4b4a647f";
const PREPROCESSOR: &[u8] = b"{\"sampling_rate\": 16000}\n";
const PREPROCESSOR_TAG: &str = "9ed48ec82b11a38d3b7ce84e2f6c5b886114eb92";
/// `sha256sum` of the weights below.
const WEIGHTS_TAG: &str = "2c4085b1ab9817526311b5a5b04451140dc922067c6922a59a77e1503918357b";

fn weights() -> Vec<u8> {
    (0..200_000_u32)
        .map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect()
}

/// A hub, the store to which it leads for large files, and a folder for the cache.
struct Place {
    hub: Server,
    store: Server,
    folder: tempfile::TempDir,
}

impl Place {
    /// With the model of this name.
    fn new() -> Self {
        let place = Self {
            hub: Server::start(),
            store: Server::start(),
            folder: tempfile::tempdir().unwrap(),
        };
        place.small("config.json", CONFIG, CONFIG_TAG);
        place.small("preprocessor_config.json", PREPROCESSOR, PREPROCESSOR_TAG);
        place.large("model.safetensors", weights(), WEIGHTS_TAG);
        place
    }

    /// A file that the hub has itself, at the branch and at the commit.
    fn small(&self, file: &str, body: &[u8], tag: &str) {
        self.at_both(
            file,
            &Served {
                body: body.to_vec(),
                headers: vec![
                    ("X-Repo-Commit".to_owned(), COMMIT.to_owned()),
                    ("ETag".to_owned(), format!("\"{tag}\"")),
                ],
                ..Served::default()
            },
        );
    }

    /// A file to whose place the hub leads.
    fn large(&self, file: &str, body: Vec<u8>, tag: &str) {
        self.at_both(
            file,
            &Served {
                headers: vec![
                    ("X-Repo-Commit".to_owned(), COMMIT.to_owned()),
                    ("X-Linked-Etag".to_owned(), format!("\"{tag}\"")),
                    ("X-Linked-Size".to_owned(), body.len().to_string()),
                    ("ETag".to_owned(), "\"of the redirect\"".to_owned()),
                ],
                location: Some(self.store.url(&format!("/{file}?signature=1"))),
                ..Served::default()
            },
        );
        let stored = Served {
            body,
            headers: vec![("ETag".to_owned(), "\"of the store\"".to_owned())],
            ..Served::default()
        };
        self.store.serve(&format!("/{file}"), stored);
    }

    fn at_both(&self, file: &str, served: &Served) {
        for revision in ["main", COMMIT] {
            self.hub.serve(&path(revision, file), served.clone());
        }
    }

    /// As the environment of a process would have it.
    fn hub(&self, more: &[(&str, &str)]) -> Hub {
        let endpoint = self.hub.url("/");
        let home = self.folder.path().to_str().unwrap();
        let variables = [("HF_ENDPOINT", &*endpoint), ("HF_HOME", home)];
        Hub::of(&|name| {
            let mut variables = more.iter().chain(&variables);
            variables
                .find(|(known, _)| *known == name)
                .map(|(_, value)| OsString::from(value))
        })
    }

    fn get(&self) -> Result<PathBuf, EncoderError> {
        self.hub(&[]).get(NAME, &client(), &mut |_, _| true)
    }

    /// Where the model lies in the cache.
    fn model(&self) -> PathBuf {
        self.folder.path().join("hub/models--owner--tiny")
    }

    /// What was asked of the hub: method and path, in order.
    fn asked(&self) -> Vec<String> {
        let asked = self.hub.asked().into_iter();
        asked.map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

fn path(revision: &str, file: &str) -> String {
    format!("/{NAME}/resolve/{revision}/{file}")
}

fn client() -> Client {
    Client::new(Patience {
        connect: Duration::from_secs(5),
        silence: Duration::from_millis(500),
        attempts: 3,
        pause: Duration::from_millis(10),
    })
    .unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The problem of a name that is not known.
fn unknown<T: std::fmt::Debug>(result: Result<T, EncoderError>) -> String {
    match result.unwrap_err() {
        EncoderError::Unknown { problem, .. } => problem,
        other => panic!("{other}"),
    }
}

#[test]
fn a_model_lies_in_the_cache_as_python_lays_it_out() {
    let place = Place::new();
    let mut last = (0, 0);
    let folder = place
        .hub(&[])
        .get(NAME, &client(), &mut |done, total| {
            assert!(done >= last.0, "{done} after {last:?}");
            last = (done, total);
            true
        })
        .unwrap();
    let total = (CONFIG.len() + PREPROCESSOR.len() + weights().len()) as u64;
    assert_eq!(last, (total, total));
    assert_eq!(folder, place.model().join("snapshots").join(COMMIT));
    assert_eq!(names(&place.model()), ["blobs", "refs", "snapshots"]);
    assert_eq!(fs::read_to_string(place.model().join("refs/main")).unwrap(), COMMIT);
    let mut tags = [CONFIG_TAG, PREPROCESSOR_TAG, WEIGHTS_TAG];
    tags.sort_unstable();
    assert_eq!(names(&place.model().join("blobs")), tags);
    for (file, tag, body) in [
        ("config.json", CONFIG_TAG, CONFIG.to_vec()),
        ("preprocessor_config.json", PREPROCESSOR_TAG, PREPROCESSOR.to_vec()),
        ("model.safetensors", WEIGHTS_TAG, weights()),
    ] {
        assert!(fs::read(folder.join(file)).unwrap() == body, "{file}");
        #[cfg(unix)]
        assert_eq!(
            fs::read_link(folder.join(file)).unwrap(),
            Path::new("../../blobs").join(tag)
        );
    }
    // All of one commit, whatever the branch is at by then.
    let [head, rest @ ..] = &*place.asked() else {
        panic!("nothing was asked")
    };
    assert_eq!(*head, format!("HEAD {}", path("main", "config.json")));
    assert!(rest.iter().all(|asked| asked.contains(COMMIT)), "{rest:?}");
    let cache = place.hub(&[]).cache;
    assert_eq!(locate_in(&cache, NAME).unwrap(), folder);
    assert_eq!(locate_in(&cache, &format!("{NAME}@{COMMIT}")).unwrap(), folder);
    let [listed] = &*cache.list() else {
        panic!("{:?}", cache.list())
    };
    assert_eq!((&*listed.name, &*listed.commit, listed.bytes), (NAME, COMMIT, total));
    assert_eq!(
        (listed.model_type.as_deref(), &listed.missing),
        (Some("wav2vec2"), &None)
    );
    assert_eq!(listed.revisions, ["main"]);
}

#[test]
fn what_is_here_is_not_fetched_again_and_a_later_commit_shares_it() {
    let place = Place::new();
    place.get().unwrap();
    place.get().unwrap();
    assert_eq!(place.store.asked().len(), 1);
    // The branch moves on.
    for file in ["config.json", "preprocessor_config.json", "model.safetensors"] {
        for revision in ["main", COMMIT] {
            place.hub.change(&path(revision, file), |served| {
                LATER.clone_into(&mut served.headers[0].1)
            });
        }
        let mut served = None;
        place.hub.change(&path("main", file), |main| {
            if file == "config.json" {
                LATER_CONFIG.clone_into(&mut main.body);
                main.headers[1].1 = format!("\"{LATER_CONFIG_TAG}\"");
            }
            served = Some(main.clone());
        });
        place.hub.serve(&path(LATER, file), served.unwrap());
    }
    let later = place.get().unwrap();
    assert_eq!(later, place.model().join("snapshots").join(LATER));
    assert_eq!(fs::read(later.join("config.json")).unwrap(), LATER_CONFIG);
    assert_eq!(place.store.asked().len(), 1);
    let cache = place.hub(&[]).cache;
    assert_eq!(locate_in(&cache, NAME).unwrap(), later);
    // The one before is still there, by its name.
    let before = locate_in(&cache, &format!("{NAME}@{COMMIT}")).unwrap();
    assert_eq!(fs::read(before.join("config.json")).unwrap(), CONFIG);
}

#[test]
fn weights_in_several_files_or_of_an_older_form_are_found() {
    let index = format!(
        "{{\"metadata\": {{}}, \"weight_map\": {{\"a\": \"model-1.safetensors\", \"b\": \"model-2.safetensors\"}}}}\n"
    );
    let place = Place::new();
    for revision in ["main", COMMIT] {
        place.hub.remove(&path(revision, "model.safetensors"));
    }
    place.small("model.safetensors.index.json", index.as_bytes(), "an-index");
    place.large("model-1.safetensors", weights(), WEIGHTS_TAG);
    place.large("model-2.safetensors", vec![7; 1000], "not-a-checksum");
    let folder = place.get().unwrap();
    assert!(fs::read(folder.join("model-1.safetensors")).unwrap() == weights());
    assert_eq!(fs::read(folder.join("model-2.safetensors")).unwrap(), [7; 1000]);
    let cache = place.hub(&[]).cache;
    assert_eq!(locate_in(&cache, NAME).unwrap(), folder);
    fs::remove_file(folder.join("model-2.safetensors")).unwrap();
    assert!(unknown(locate_in(&cache, NAME)).contains("model-2.safetensors"));

    let place = Place::new();
    for file in ["model.safetensors", "preprocessor_config.json"] {
        for revision in ["main", COMMIT] {
            place.hub.remove(&path(revision, file));
        }
    }
    place.large("pytorch_model.bin", weights(), WEIGHTS_TAG);
    let folder = place.get().unwrap();
    assert_eq!(names(&folder), ["config.json", "pytorch_model.bin"]);
    // Nothing that can be read at all.
    for revision in ["main", COMMIT] {
        place.hub.remove(&path(revision, "pytorch_model.bin"));
    }
    assert!(unknown(place.get()).contains("pytorch_model.bin"));
}

#[test]
fn a_hostile_index_reaches_no_file_outside() {
    let place = Place::new();
    for revision in ["main", COMMIT] {
        place.hub.remove(&path(revision, "model.safetensors"));
    }
    let index = br#"{"weight_map": {"a": "../../../../stolen"}}"#;
    place.small("model.safetensors.index.json", index, "an-index");
    let error = place.get().unwrap_err();
    assert!(matches!(error, EncoderError::File { .. }), "{error}");
    assert!(place.asked().iter().all(|asked| !asked.contains("stolen")));
}

#[test]
fn the_token_stays_with_the_hub() {
    let place = Place::new();
    for file in ["config.json", "preprocessor_config.json", "model.safetensors"] {
        for revision in ["main", COMMIT] {
            place.hub.change(&path(revision, file), |served| {
                served.token = Some("hf_secret".to_owned())
            });
        }
    }
    // Without a token, and with a wrong one: the word says what would help.
    assert!(unknown(place.get()).contains("HF_TOKEN"));
    let wrong = place.hub(&[("HF_TOKEN", "hf_wrong")]);
    assert!(unknown(wrong.get(NAME, &client(), &mut |_, _| true)).contains("HF_TOKEN"));
    place
        .hub(&[("HF_TOKEN", "hf_secret")])
        .get(NAME, &client(), &mut |_, _| true)
        .unwrap();
    assert!(
        place
            .store
            .asked()
            .iter()
            .all(|asked| !asked.headers.contains_key("authorization"))
    );
    assert_eq!(place.store.asked().len(), 1);
}

#[test]
fn an_interrupted_model_is_incomplete_and_goes_on_where_it_was() {
    let place = Place::new();
    place
        .store
        .change("/model.safetensors", |served| served.faults.push_back(Fault::Slow(20)));
    let error = place
        .hub(&[])
        .get(NAME, &client(), &mut |done, _| done < 50_000)
        .unwrap_err();
    assert!(
        matches!(error, EncoderError::Download(DownloadError::Cancelled)),
        "{error}"
    );
    let cache = place.hub(&[]).cache;
    let kept = fs::metadata(place.model().join("blobs").join(format!("{WEIGHTS_TAG}.incomplete"))).unwrap();
    // The branch is remembered with the last file: an earlier commit of it would be found until then.
    assert!(unknown(locate_in(&cache, NAME)).contains("undertone encoders get"));
    let by_commit = format!("{NAME}@{COMMIT}");
    assert!(unknown(locate_in(&cache, &by_commit)).contains("model.safetensors"));
    let [listed] = &*cache.list() else {
        panic!("{:?}", cache.list())
    };
    assert_eq!(listed.missing.as_deref(), Some("model.safetensors"));
    place.get().unwrap();
    assert_eq!(
        place.store.gets("/model.safetensors")[1]["range"],
        format!("bytes={}-", kept.len())
    );
    assert_eq!(names(&place.model().join("blobs")).len(), 3);
}

#[test]
fn weights_that_are_not_those_of_the_hub_never_get_their_name() {
    let place = Place::new();
    place.store.change("/model.safetensors", |served| served.body[7] ^= 1);
    let error = place.get().unwrap_err();
    assert!(
        matches!(error, EncoderError::Download(DownloadError::Checksum { .. })),
        "{error}"
    );
    assert!(!place.model().join("blobs").join(WEIGHTS_TAG).exists());
    // The configuration is checked by the name that git gives it.
    let place = Place::new();
    place.at_both(
        "config.json",
        &Served {
            body: b"{\"model_type\": \"wav2vec9\"}\n".to_vec(),
            headers: vec![
                ("X-Repo-Commit".to_owned(), COMMIT.to_owned()),
                ("ETag".to_owned(), format!("\"{CONFIG_TAG}\"")),
            ],
            ..Served::default()
        },
    );
    let error = place.get().unwrap_err();
    assert!(
        matches!(error, EncoderError::Download(DownloadError::Checksum { .. })),
        "{error}"
    );
}

#[test]
fn what_the_hub_does_not_have_is_said() {
    let place = Place::new();
    let get = |name: &str| unknown(place.hub(&[]).get(name, &client(), &mut |_, _| true));
    assert!(get("owner/none").contains("no such model"));
    assert!(get("owner/tiny@branch").contains("branch"));
    assert!(get("../tiny").contains("owner/model"));
    assert_eq!(
        unknown(locate_in(&place.hub(&[]).cache, "../tiny"))
            .split_once(',')
            .unwrap()
            .0,
        "is no folder"
    );
    // Some other server.
    let other = Server::start();
    other.serve(&path("main", "config.json"), Served::default());
    let hub = place.hub(&[("HF_ENDPOINT", &other.url(""))]);
    assert!(unknown(hub.get(NAME, &client(), &mut |_, _| true)).contains("HF_ENDPOINT"));
    // One that has no words for paths out of the cache.
    other.serve(
        &path("main", "config.json"),
        Served {
            headers: vec![
                ("X-Repo-Commit".to_owned(), COMMIT.to_owned()),
                ("ETag".to_owned(), "\"../../stolen\"".to_owned()),
            ],
            ..Served::default()
        },
    );
    assert!(unknown(hub.get(NAME, &client(), &mut |_, _| true)).contains("HF_ENDPOINT"));
}

#[test]
fn offline_nothing_is_asked_and_what_is_here_is_found() {
    let place = Place::new();
    let offline = place.hub(&[("HF_HUB_OFFLINE", "1")]);
    assert!(unknown(offline.get(NAME, &client(), &mut |_, _| true)).contains("HF_HUB_OFFLINE"));
    assert!(place.hub.asked().is_empty());
    let folder = place.get().unwrap();
    assert_eq!(locate_in(&offline.cache, NAME).unwrap(), folder);
}

/// Where writing is forbidden (to all but root), looking works, and getting what is there writes nothing.
#[test]
#[cfg(unix)]
fn the_cache_of_another_user_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let folder = place.get().unwrap();
    let stamps = |folder: &Path| -> Vec<_> {
        let mut stamps = Vec::new();
        let mut rest = vec![folder.to_owned()];
        while let Some(next) = rest.pop() {
            stamps.push((next.clone(), fs::symlink_metadata(&next).unwrap().modified().unwrap()));
            if next.is_dir() {
                rest.extend(fs::read_dir(&next).unwrap().map(|entry| entry.unwrap().path()));
            }
        }
        stamps.sort();
        stamps
    };
    let before = stamps(place.folder.path());
    let mode = |folder: &Path, mode| fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    for (path, _) in &before {
        if path.is_dir() {
            mode(path, 0o555);
        }
    }
    let located = locate_in(&place.hub(&[]).cache, NAME);
    let got = place.get();
    let after = stamps(place.folder.path());
    for (path, _) in &before {
        if path.is_dir() {
            mode(path, 0o755);
        }
    }
    assert_eq!(located.unwrap(), folder);
    assert_eq!(got.unwrap(), folder);
    assert_eq!(after, before);
}

#[test]
fn a_folder_is_an_encoder_by_its_path() {
    let folder = tempfile::tempdir().unwrap();
    let name = folder.path().to_str().unwrap();
    let cache = Hub::of(&|_| None).cache;
    assert_eq!(locate_in(&cache, name).unwrap(), folder.path());
}
