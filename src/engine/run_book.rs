//! All runs, read on from where the last look ended.

use super::run_page::RunPage;
use super::{RunDetail, RunSummary};
use crate::runs::{RunError, list_runs};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// All runs by id, that is by age.
#[derive(Debug)]
pub struct RunBook {
    runs: PathBuf,
    pages: BTreeMap<String, RunPage>,
}

impl RunBook {
    /// A book of that folder of runs, with nothing read yet.
    pub fn new(runs: &Path) -> Self {
        Self {
            runs: runs.to_owned(),
            pages: BTreeMap::new(),
        }
    }

    /// Reads what is new: runs that came or went, and what their folders tell.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn refresh(&mut self) -> Result<(), RunError> {
        let folders = list_runs(&self.runs)?;
        self.pages
            .retain(|id, _| folders.binary_search_by(|folder| folder.id.cmp(id)).is_ok());
        for folder in folders {
            match self.pages.get_mut(&folder.id) {
                Some(page) => page.refresh()?,
                None => {
                    self.pages.insert(folder.id.clone(), RunPage::open(folder)?);
                }
            }
        }
        Ok(())
    }

    /// One row per run, newest first.
    pub fn summaries(&self) -> Vec<RunSummary> {
        self.pages.values().rev().map(RunPage::summary).collect()
    }

    /// Everything about a run.
    pub fn detail(&self, id: &str) -> Option<RunDetail> {
        let page = self.pages.get(id)?;
        // One process trains linked runs, and writes its log beside the first.
        let first = self.pages.get(page.group()).unwrap_or(page);
        Some(page.detail(&first.folder.log()))
    }

    /// A run and those linked with it, in their order.
    pub fn group(&self, id: &str) -> Vec<&RunPage> {
        let Some(page) = self.pages.get(id) else {
            return Vec::new();
        };
        self.pages
            .values()
            .filter(|other| other.group() == page.group())
            .collect()
    }
}
