//! All runs, read on from where the last look ended.

use super::run_page::RunPage;
use super::{QueuePlace, RunDetail, RunSummary};
use crate::runs::queue::Lane;
use crate::runs::{RunError, list_runs, watch_heartbeats};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// All runs by id, that is by age.
#[derive(Debug)]
pub struct RunBook {
    runs: PathBuf,
    pages: BTreeMap<String, RunPage>,
    /// Where waiting runs stand.
    places: HashMap<String, QueuePlace>,
}

impl RunBook {
    /// A book of that folder of runs, with nothing read yet.
    pub fn new(runs: &Path) -> Self {
        Self {
            runs: runs.to_owned(),
            pages: BTreeMap::new(),
            places: HashMap::new(),
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
        self.places = self.queue_places();
        Ok(())
    }

    /// As [`RunBook::refresh`], once it is known which runs live: the heartbeats of other machines have to be watched.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn refresh_with_heartbeats(&mut self) -> Result<(), RunError> {
        self.refresh()?;
        let lanes = self.pages.values().filter_map(|page| page.entry()?.lane.as_ref());
        let lanes = lanes.map(|lane| lane.folder(&self.runs)).collect::<BTreeSet<_>>();
        let open = self.pages.values().filter(|page| !page.state().is_over());
        let open = open.map(|page| page.folder.path.clone()).chain(lanes).collect();
        if watch_heartbeats(open) {
            self.refresh()?;
        }
        Ok(())
    }

    fn queue_places(&self) -> HashMap<String, QueuePlace> {
        let mut lanes: BTreeMap<Option<&Lane>, Vec<(u64, &str)>> = BTreeMap::new();
        for (id, page) in &self.pages {
            if let Some(entry) = page.entry() {
                lanes.entry(entry.lane.as_ref()).or_default().push((entry.place, id));
            }
        }
        let mut places = HashMap::new();
        for (lane, mut runs) in lanes {
            runs.sort_unstable();
            let worker = lane.is_some_and(|lane| lane.has_worker(&self.runs));
            for ((_, id), place) in runs.into_iter().zip(1..) {
                let place = QueuePlace {
                    place,
                    device: lane.map_or("?", |lane| &lane.device).to_owned(),
                    host: lane.filter(|lane| !lane.is_here()).map(|lane| lane.host.clone()),
                    worker,
                };
                places.insert(id.to_owned(), place);
            }
        }
        places
    }

    /// Whether runs wait on this machine for a worker that is not there.
    pub fn is_stalled(&self) -> bool {
        self.places.values().any(|place| !place.worker && place.host.is_none())
    }

    /// One row per run, newest first.
    pub fn summaries(&self) -> Vec<RunSummary> {
        self.pages
            .values()
            .rev()
            .map(|page| self.placed(page.summary()))
            .collect()
    }

    fn placed(&self, summary: RunSummary) -> RunSummary {
        let queue = self.places.get(&summary.id).cloned();
        RunSummary { queue, ..summary }
    }

    /// Everything about a run.
    pub fn detail(&self, id: &str) -> Option<RunDetail> {
        let page = self.pages.get(id)?;
        let own = page.folder.log();
        // Before there was a queue, one process trained linked runs, and wrote its log beside the first.
        let first = self.pages.get(page.group()).unwrap_or(page);
        let mut detail = page.detail(&if own.exists() { own } else { first.folder.log() });
        detail.summary = self.placed(detail.summary);
        Some(detail)
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
