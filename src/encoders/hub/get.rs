//! Fetching a model from the hub into the cache.

use super::cache::missing;
use super::name::{is_commit, is_part};
use super::{Hub, ModelName};
use crate::download::{Checksum, Client, Download, DownloadError, Head};
use crate::encoders::EncoderError;
use crate::encoders::checkpoint::{WEIGHTS, is_index, shards};
use crate::encoders::config::{CONFIG, PREPROCESSOR};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Bytes beyond which a length is no file's (a petabyte): those of all files add up without overflow.
const LARGEST: u64 = 1 << 50;

/// Told of (bytes that are here, bytes in all), often; says whether to go on.
type Watch<'a> = &'a mut dyn FnMut(u64, u64) -> bool;

/// A file of a commit, as the hub describes it.
#[derive(Debug)]
struct Piece {
    file: String,
    /// Its checksum, or whatever else the server tells contents apart by.
    tag: String,
    size: u64,
}

impl Hub {
    /// The folder of a model, which is fetched as far as it is not here. What is asked for is its state now: with the
    /// same commit as before nothing is fetched again.
    ///
    /// # Errors
    /// A name that is none or that the hub does not have, a model that is not for everyone, no weights that can be
    /// read, `HF_HUB_OFFLINE`, and all that downloads suffer from. What has arrived by then is kept.
    pub fn get(&self, name: &str, client: &Client, watch: Watch) -> Result<PathBuf, EncoderError> {
        let unknown = |problem: String| EncoderError::Unknown {
            name: name.to_owned(),
            problem,
        };
        let model = ModelName::read(name).ok_or_else(|| {
            unknown(
                "is no name of a model on the hub; they have the form owner/model or owner/model@revision".to_owned(),
            )
        })?;
        if self.offline {
            return Err(unknown(
                "HF_HUB_OFFLINE forbids to fetch it; unset that, or copy a cache that has it and name its folder by \
                 HF_HUB_CACHE"
                    .to_owned(),
            ));
        }
        let mut go_on = || watch(0, 0);
        let config = match self.ask(&model, &model.revision, CONFIG, client, &mut go_on) {
            Err(DownloadError::Missing { .. }) => {
                return Err(unknown(format!(
                    "{} has no such model, or none with a {CONFIG} at the revision {}; check the name",
                    self.endpoint, model.revision
                )));
            }
            Err(DownloadError::Denied { code, .. }) => return Err(unknown(self.denied(&model, code))),
            asked => asked?,
        };
        let commit = config.get("X-Repo-Commit").filter(|commit| is_commit(commit));
        let commit = commit.map(str::to_owned).ok_or_else(|| {
            unknown(format!(
                "{} does not answer as the hub does; check HF_ENDPOINT",
                self.endpoint
            ))
        })?;
        let mut asked = |file| self.optional(&model, &commit, file, client, &mut go_on);
        let mut pieces = vec![self.piece(&model, CONFIG, &config)?];
        pieces.extend(asked(PREPROCESSOR)?);
        let mut weights = None;
        for file in WEIGHTS {
            weights = asked(file)?;
            if weights.is_some() {
                break;
            }
        }
        let Some(weights) = weights else {
            return Err(unknown(format!(
                "has no weights in a form that can be read; there is none of {}",
                WEIGHTS.join(", ")
            )));
        };
        if is_index(Path::new(&weights.file)) {
            let index = self.fetch(&model, &commit, &weights, client, &mut |_| watch(0, 0))?;
            let named = fs::read(&index).map_err(|error| error.to_string());
            let named = named.and_then(|index| shards(&index));
            let named = named.map_err(|problem| EncoderError::File {
                path: index,
                problem: format!("{problem}; the model cannot be used"),
            })?;
            for file in named.into_keys() {
                let shard = self.ask(&model, &commit, &file, client, &mut || watch(0, 0))?;
                pieces.push(self.piece(&model, &file, &shard)?);
            }
        }
        pieces.push(weights);
        let total = pieces.iter().map(|piece| piece.size).sum();
        let mut before = 0;
        for piece in &pieces {
            self.fetch(&model, &commit, piece, client, &mut |done| watch(before + done, total))?;
            before += piece.size;
        }
        watch(total, total);
        self.cache.remember(&model, &commit).map_err(written)?;
        let folder = self.cache.snapshot(&model, &commit);
        match missing(&folder) {
            None => Ok(folder),
            Some(missing) => Err(EncoderError::File {
                path: folder,
                problem: format!("{missing} is missing; fetch the model again"),
            }),
        }
    }

    /// What the hub says of a file.
    fn ask(
        &self,
        model: &ModelName,
        revision: &str,
        file: &str,
        client: &Client,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Head, DownloadError> {
        client.head(&self.url(model, revision, file), self.token.as_ref(), go_on)
    }

    /// The same of one that need not be there.
    fn optional(
        &self,
        model: &ModelName,
        commit: &str,
        file: &str,
        client: &Client,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<Option<Piece>, EncoderError> {
        match self.ask(model, commit, file, client, go_on) {
            Err(DownloadError::Missing { .. }) => Ok(None),
            asked => Ok(Some(self.piece(model, file, &asked?)?)),
        }
    }

    fn piece(&self, model: &ModelName, file: &str, head: &Head) -> Result<Piece, EncoderError> {
        let tag = head.get("X-Linked-Etag").or_else(|| head.get("ETag"));
        let tag = tag.map(|tag| tag.trim_start_matches("W/").trim_matches('"'));
        // The length of a redirect is not that of the file.
        let length = head.get("Content-Length").filter(|_| head.get("Location").is_none());
        let size = head.get("X-Linked-Size").or(length).and_then(|size| size.parse().ok());
        let size = size.filter(|size: &u64| *size < LARGEST);
        match (tag.filter(|tag| is_part(tag)), size) {
            (Some(tag), Some(size)) => Ok(Piece {
                file: file.to_owned(),
                tag: tag.to_owned(),
                size,
            }),
            _ => Err(EncoderError::Unknown {
                name: model.to_string(),
                problem: format!(
                    "{} does not say what {file} is, as the hub does; check HF_ENDPOINT",
                    self.endpoint
                ),
            }),
        }
    }

    /// Fetches a file unless it is here, and links it into the commit.
    fn fetch(
        &self,
        model: &ModelName,
        commit: &str,
        piece: &Piece,
        client: &Client,
        watch: &mut dyn FnMut(u64) -> bool,
    ) -> Result<PathBuf, EncoderError> {
        let blob = self.cache.blob(model, &piece.tag);
        // Nothing is locked where all is there: the cache may be somebody else's.
        if !blob.exists() {
            let checksum = Checksum::of_digits(&piece.tag);
            let download = Download {
                url: &self.url(model, commit, &piece.file),
                token: self.token.as_ref(),
                path: &blob,
                lock: &self.cache.lock(model, &piece.tag),
                checksum: checksum.as_ref(),
                size: Some(piece.size),
            };
            client
                .fetch(&download, &mut |done, _| watch(done))
                .map_err(|error| match error {
                    DownloadError::Denied { code, .. } => EncoderError::Unknown {
                        name: model.to_string(),
                        problem: self.denied(model, code),
                    },
                    DownloadError::File { path, problem } => EncoderError::File {
                        path,
                        problem: format!("{problem}, named by HF_HUB_CACHE or HF_HOME"),
                    },
                    other => other.into(),
                })?;
        }
        self.cache
            .link(model, commit, &piece.file, &piece.tag)
            .map_err(written)?;
        Ok(self.cache.snapshot(model, commit).join(&piece.file))
    }

    fn url(&self, model: &ModelName, revision: &str, file: &str) -> String {
        let revision = revision.replace('/', "%2F");
        format!("{}/{}/resolve/{revision}/{file}", self.endpoint, model.name)
    }

    fn denied(&self, model: &ModelName, code: u16) -> String {
        let page = format!("{}/{}", self.endpoint, model.name);
        match &self.token {
            None => format!(
                "the hub has no such model for everyone ({code}): check the name; where it asks for consent, give it at \
                 {page} and set HF_TOKEN to a token of your account"
            ),
            Some(_) => format!(
                "the hub does not give it to the owner of the token in HF_TOKEN ({code}): check the name and the \
                 token; where it asks for consent, give it at {page}"
            ),
        }
    }
}

fn written((path, error): (PathBuf, io::Error)) -> EncoderError {
    EncoderError::File {
        path,
        problem: format!("{error}; it must be possible to write there: HF_HUB_CACHE or HF_HOME name another folder"),
    }
}
