//! Published corpora: which are known, which are here, and getting one.

use super::Answer;
use super::context::Context;
use crate::download::{Client, DownloadError, Patience};
use crate::engine::{EngineError, Fetch, FetchedCorpus, PublishedReport, PublishedRow, Task, request};
use crate::published::{PublishedError, Stage, get, known};
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Answer for request::Get {
    /// What there is; after one was fetched, with it.
    fn answer(self, context: &Context) -> Result<Arc<PublishedReport>, EngineError> {
        let fetched = match self.fetch {
            None => None,
            Some(Fetch::Stop) => {
                context.corpora.stop();
                None
            }
            Some(Fetch::Get(name)) => {
                let folder = fetch(context, &name)?;
                let listed = !context.settings.corpora.is_empty();
                let line = folder.as_deref().filter(|_| listed).map(|folder| line(&name, folder));
                Some(FetchedCorpus { name, folder, line })
            }
        };
        let data = context.settings.data.clone();
        let rows = known().iter().map(|published| PublishedRow {
            published,
            here: Some(data.join(&published.name)).filter(|folder| folder.exists()),
            begun: data.join(format!(".{}.incomplete", published.name)).exists(),
        });
        Ok(Arc::new(PublishedReport {
            rows: rows.collect(),
            data,
            fetched,
        }))
    }
}

/// The folder of a corpus that is fetched; `None` when it was stopped.
fn fetch(context: &Context, name: &str) -> Result<Option<PathBuf>, EngineError> {
    let Some(published) = known().iter().find(|published| published.name == name) else {
        let names: Vec<_> = known().iter().map(|published| published.name.as_str()).collect();
        return Err(EngineError::Unknown(format!(
            "there is no published corpus `{name}`; there are {}",
            names.join(", ")
        )));
    };
    let client = Client::new(Patience::default()).map_err(PublishedError::from)?;
    let report = context.progress_reporter();
    let fetching = context.corpora.begin();
    let got = get(published, &context.settings.data, &client, &mut |stage, done, total| {
        let task = match stage {
            Stage::Fetching => Task::FetchingCorpus,
            Stage::Unpacking => Task::Unpacking,
        };
        report(task, done as usize, total.unwrap_or(0) as usize) && fetching()
    });
    match got {
        Err(PublishedError::Download(DownloadError::Cancelled)) => {
            context.check()?;
            Ok(None)
        }
        got => Ok(Some(got?)),
    }
}

/// A corpus as the settings list it.
fn line(name: &str, folder: &Path) -> String {
    format!(
        "{{ name = \"{name}\", path = {} }},",
        toml::Value::from(folder.display().to_string())
    )
}
