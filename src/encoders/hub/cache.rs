//! The hub's cache on this machine, as Python's `huggingface_hub` lays it out: per model the contents of files by
//! their checksum (`blobs`), the commits with links to them (`snapshots`), and which commit a branch was at (`refs`).

use super::ModelName;
use super::name::is_commit;
use crate::encoders::checkpoint::{WEIGHTS, is_index, shards};
use crate::encoders::config::CONFIG;
use crate::files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The hub's cache on this machine. Looking changes nothing in it.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
}

/// A commit of a model that lies in the cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// `owner/model`.
    pub name: String,
    /// The commit.
    pub commit: String,
    /// The branches and tags that were at this commit when they were last asked for.
    pub revisions: Vec<String>,
    /// Its files.
    pub folder: PathBuf,
    /// `model_type` of its `config.json`: what kind of network it is.
    pub model_type: Option<String>,
    /// Bytes of its files.
    pub bytes: u64,
    /// What it lacks to be used, if anything.
    pub missing: Option<String>,
}

impl Cache {
    /// The one in this folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The commit that a model was at when it was last asked for.
    pub fn commit(&self, model: &ModelName) -> Option<String> {
        if model.is_commit() {
            return Some(model.revision.clone());
        }
        let known = fs::read_to_string(self.reference(model)).ok()?;
        let known = known.trim();
        is_commit(known).then(|| known.to_owned())
    }

    /// The files of a commit.
    pub fn snapshot(&self, model: &ModelName, commit: &str) -> PathBuf {
        self.model(model).join("snapshots").join(commit)
    }

    /// All commits of all models that have a `config.json`, by name.
    pub fn list(&self) -> Vec<Cached> {
        let mut found: Vec<Cached> = Vec::new();
        for folder in folders(&self.folder) {
            if let Some(name) = folder.file_name().and_then(|name| ModelName::of_folder(name.to_str()?)) {
                found.extend(commits(&name, &folder));
            }
        }
        found.sort_by(|one, other| (&one.name, &one.commit).cmp(&(&other.name, &other.commit)));
        found
    }

    /// The commits of one model that have a `config.json`, in order.
    pub fn commits(&self, model: &ModelName) -> Vec<Cached> {
        let mut found = commits(&model.name, &self.model(model));
        found.sort_by(|one, other| one.commit.cmp(&other.commit));
        found
    }

    /// The content with this checksum.
    pub(super) fn blob(&self, model: &ModelName, tag: &str) -> PathBuf {
        self.model(model).join("blobs").join(tag)
    }

    /// What is locked while that is fetched: the file that Python's library locks.
    pub(super) fn lock(&self, model: &ModelName, tag: &str) -> PathBuf {
        let locks = self.folder.join(".locks").join(model.folder());
        locks.join(format!("{tag}.lock"))
    }

    /// Puts a file that has been fetched into a commit.
    pub(super) fn link(
        &self,
        model: &ModelName,
        commit: &str,
        file: &str,
        tag: &str,
    ) -> Result<(), (PathBuf, io::Error)> {
        let path = self.snapshot(model, commit).join(file);
        if path.exists() {
            return Ok(());
        }
        let folder = self.snapshot(model, commit);
        fs::create_dir_all(&folder).map_err(|error| (folder, error))?;
        let temporary = files::temporary_beside(&path);
        let linked = symlink(&Path::new("../../blobs").join(tag), &temporary, &self.blob(model, tag))
            .and_then(|()| fs::rename(&temporary, &path));
        linked.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            (path, error)
        })
    }

    /// Remembers which commit the revision is at.
    pub(super) fn remember(&self, model: &ModelName, commit: &str) -> Result<(), (PathBuf, io::Error)> {
        if model.is_commit() || self.commit(model).as_deref() == Some(commit) {
            return Ok(());
        }
        let path = self.reference(model);
        let folder = path.parent().unwrap_or(&path);
        let written = fs::create_dir_all(folder).and_then(|()| files::replace(&path, commit.as_bytes()));
        written.map_err(|error| (path, error))
    }

    fn model(&self, model: &ModelName) -> PathBuf {
        self.folder.join(model.folder())
    }

    fn reference(&self, model: &ModelName) -> PathBuf {
        self.model(model).join("refs").join(&model.revision)
    }
}

/// The commits of the model in this folder that have a `config.json`.
fn commits(name: &str, folder: &Path) -> Vec<Cached> {
    let revisions = revisions(&folder.join("refs"));
    let mut found = Vec::new();
    for snapshot in folders(&folder.join("snapshots")) {
        if !snapshot.join(CONFIG).exists() {
            continue;
        }
        let commit = snapshot.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let revisions = revisions.iter().filter(|(_, at)| **at == commit);
        found.push(Cached {
            name: name.to_owned(),
            revisions: revisions.map(|(revision, _)| revision.clone()).collect(),
            model_type: model_type(&snapshot),
            bytes: bytes(&snapshot),
            missing: missing(&snapshot),
            folder: snapshot,
            commit,
        });
    }
    found
}

/// What a folder lacks to hold an encoder: its configuration or (some of) its weights.
pub(super) fn missing(folder: &Path) -> Option<String> {
    if !folder.join(CONFIG).is_file() {
        return Some(CONFIG.to_owned());
    }
    let Some(file) = WEIGHTS.into_iter().find(|file| folder.join(file).is_file()) else {
        return Some(WEIGHTS[0].to_owned());
    };
    if !is_index(Path::new(file)) {
        return None;
    }
    match fs::read(folder.join(file)).map(|index| shards(&index)) {
        Ok(Ok(shards)) => shards.into_keys().find(|shard| !folder.join(shard).is_file()),
        _ => Some(format!("a readable {file}")),
    }
}

fn model_type(folder: &Path) -> Option<String> {
    #[derive(Deserialize)]
    struct Config {
        model_type: Option<String>,
    }
    let config = fs::read(folder.join(CONFIG)).ok()?;
    serde_json::from_slice::<Config>(&config).ok()?.model_type
}

/// The bytes of the files of a commit, wherever they lie.
fn bytes(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.filter_map(|entry| fs::metadata(entry.path()).ok());
    sizes.filter(fs::Metadata::is_file).map(|file| file.len()).sum()
}

/// What every branch and tag was at.
fn revisions(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut rest = vec![folder.to_owned()];
    while let Some(next) = rest.pop() {
        for entry in fs::read_dir(&next).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                rest.push(path);
            } else if let (Ok(name), Ok(commit)) = (path.strip_prefix(folder), fs::read_to_string(&path)) {
                let name: Vec<_> = name.iter().map(|part| part.to_string_lossy()).collect();
                found.insert(name.join("/"), commit.trim().to_owned());
            }
        }
    }
    found
}

fn folders(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths.filter(|path| path.is_dir()).collect()
}

/// A link to the content, or a copy of it where there are no links.
#[cfg(unix)]
fn symlink(relative: &Path, link: &Path, _: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(relative, link)
}

#[cfg(not(unix))]
fn symlink(_: &Path, link: &Path, content: &Path) -> io::Result<()> {
    fs::hard_link(content, link).or_else(|_| fs::copy(content, link).map(drop))
}
