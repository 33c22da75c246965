//! Encoders: which are here, which are known to work, and fetching one from the hub.

use super::Answer;
use super::context::Context;
use crate::download::{Client, DownloadError, Patience};
use crate::encoders::hub::{Cached, Hub};
use crate::encoders::{EncoderError, Known, is_known_family, known, passed_over};
use crate::engine::{EncoderHere, EncoderReport, EncoderRow, EngineError, Fetch, FetchedEncoder, Task, request};
use std::path::PathBuf;
use std::sync::Arc;

impl Answer for request::Encoders {
    /// What there is; after one was fetched, with it.
    fn answer(self, context: &Context) -> Result<Arc<EncoderReport>, EngineError> {
        let hub = Hub::of_process();
        let fetched = match self.fetch {
            None => None,
            Some(Fetch::Stop) => {
                context.encoders.stop();
                None
            }
            Some(Fetch::Get(name)) => {
                let folder = get(context, &hub, &name)?;
                Some(FetchedEncoder { name, folder })
            }
        };
        Ok(Arc::new(EncoderReport {
            rows: rows(&hub.cache.list()),
            cache: hub.cache.folder().to_owned(),
            offline: hub.offline,
            fetched,
        }))
    }
}

/// The folder of an encoder that is fetched as far as it is not here; `None` when it was stopped.
fn get(context: &Context, hub: &Hub, name: &str) -> Result<Option<PathBuf>, EngineError> {
    let client = Client::new(Patience::default()).map_err(EncoderError::from)?;
    let report = context.progress_reporter();
    let fetching = context.encoders.begin();
    let got = hub.get(name, &client, &mut |done, total| {
        report(Task::Fetching, done as usize, total as usize) && fetching()
    });
    match got {
        Err(EncoderError::Download(DownloadError::Cancelled)) => {
            context.check()?;
            Ok(None)
        }
        got => Ok(Some(got?)),
    }
}

fn rows(cached: &[Cached]) -> Vec<EncoderRow> {
    let row = |cached: &Cached, known: Option<&'static Known>| EncoderRow {
        name: cached.name.clone(),
        family: cached.model_type.clone().unwrap_or_default(),
        here: Some(EncoderHere {
            commit: cached.commit.clone(),
            folder: cached.folder.clone(),
            bytes: cached.bytes,
            missing: cached.missing.clone(),
            // Damaged weights are said where they are used.
            passed_over: passed_over(&cached.folder).unwrap_or_default(),
        }),
        known,
    };
    let mut rows = Vec::new();
    for known in known() {
        let before = rows.len();
        let here = cached.iter().filter(|cached| cached.name == known.name);
        rows.extend(here.map(|cached| row(cached, Some(known))));
        if rows.len() == before {
            rows.push(EncoderRow {
                name: known.name.to_owned(),
                family: known.family.to_owned(),
                here: None,
                known: Some(known),
            });
        }
    }
    let listed = |cached: &&Cached| known().iter().any(|known| known.name == cached.name);
    let readable = |cached: &&Cached| cached.model_type.as_deref().is_some_and(is_known_family);
    let others = cached.iter().filter(|cached| !listed(cached) && readable(cached));
    rows.extend(others.map(|cached| row(cached, None)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_comes_first_then_what_else_is_here_and_can_be_read() {
        let cached = |name: &str, model_type: &str| Cached {
            name: name.to_owned(),
            commit: "0".repeat(40),
            revisions: Vec::new(),
            folder: PathBuf::from("/cache"),
            model_type: Some(model_type.to_owned()),
            bytes: 7,
            missing: None,
        };
        let rows = rows(&[
            cached("facebook/wav2vec2-base", "wav2vec2"),
            cached("me/fine-tuned", "hubert"),
            cached("you/chat", "llama"),
        ]);
        assert_eq!(rows.len(), known().len() + 1);
        let here: Vec<_> = rows
            .iter()
            .filter(|row| row.here.is_some())
            .map(|row| &*row.name)
            .collect();
        assert_eq!(here, ["facebook/wav2vec2-base", "me/fine-tuned"]);
        assert_eq!(rows.last().unwrap().known, None);
    }
}
