//! All runs, read on from where the last poll ended.

use super::page::RunPage;
use super::results;
use crate::engine::{Coverage, FoldScores, QueuePosition, RunDetail, RunLog, RunSummary, Scores};
use crate::evaluation::Regression;
use crate::runs::queue::Lane;
use crate::runs::{RunError, list_runs, watch_heartbeats};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

/// The evaluated folds of a K-fold.
#[derive(Debug)]
struct Together {
    /// Which classes their test sets are about, once all are evaluated.
    coverage: Option<Coverage>,
    scores: Option<FoldScores>,
}

/// All runs by id, that is by age.
#[derive(Debug)]
pub struct RunBook {
    runs: PathBuf,
    pages: BTreeMap<String, RunPage>,
    /// Where waiting runs stand.
    places: HashMap<String, QueuePosition>,
    /// Of every K-fold, what its evaluated folds come to together.
    together: HashMap<String, Together>,
    /// Of every K-fold whose folds learn dimensions, how many are evaluated, and the mean CCC of all their predictions.
    agreement: HashMap<String, (usize, Option<f64>)>,
}

impl RunBook {
    /// A book of that folder of runs, with nothing read yet.
    pub fn new(runs: &Path) -> Self {
        Self {
            runs: runs.to_owned(),
            pages: BTreeMap::new(),
            places: HashMap::new(),
            together: HashMap::new(),
            agreement: HashMap::new(),
        }
    }

    /// Reads what is new: runs that came or went, and what their folders hold.
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
        self.places = self.queue_positions();
        self.together = self.folds_together();
        self.agreement = self.folds_agree();
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

    fn queue_positions(&self) -> HashMap<String, QueuePosition> {
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
                let place = QueuePosition {
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

    fn folds_together(&self) -> HashMap<String, Together> {
        let mut groups: HashMap<&str, (usize, Vec<&Scores>)> = HashMap::new();
        for page in self.pages.values() {
            let folds = page.file.as_ref().map_or(1, |file| file.run.folds);
            if let (Some(scores), true) = (page.scores(), folds > 1) {
                let group = groups.entry(page.group()).or_insert((folds, Vec::new()));
                group.1.push(scores);
            }
        }
        let together = groups.into_iter().map(|(group, (folds, scores))| {
            let mut clips: BTreeMap<&str, usize> = BTreeMap::new();
            for class in scores.iter().flat_map(|scores| &scores.classes) {
                *clips.entry(&class.label).or_default() += class.support;
            }
            let together = Together {
                coverage: (scores.len() == folds).then(|| Coverage::of(clips)),
                scores: FoldScores::of(&scores, folds),
            };
            (group.to_owned(), together)
        });
        together.collect()
    }

    /// Their predictions are read again only when another fold was evaluated.
    fn folds_agree(&self) -> HashMap<String, (usize, Option<f64>)> {
        let mut groups: HashMap<&str, Vec<&RunPage>> = HashMap::new();
        for page in self.pages.values() {
            let folds = page.file.as_ref().map_or(1, |file| file.run.folds);
            if page.ccc().is_some() && folds > 1 {
                groups.entry(page.group()).or_default().push(page);
            }
        }
        let agree = groups.into_iter().map(|(group, pages)| {
            let known = self.agreement.get(group).filter(|(count, _)| *count == pages.len());
            let agreement = known.copied().unwrap_or_else(|| {
                let pooled = results::pooled_dimensions(pages.iter().map(|page| &page.folder));
                (pages.len(), pooled.as_ref().and_then(Regression::mean_ccc))
            });
            (group.to_owned(), agreement)
        });
        agree.collect()
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

    /// With what depends on the other runs: its place among those that wait, and what folds come to together.
    fn placed(&self, summary: RunSummary) -> RunSummary {
        let queue = self.places.get(&summary.id).cloned();
        let mut placed = RunSummary { queue, ..summary };
        if let Some((_, folds, group)) = &placed.fold {
            let together = self.together.get(group);
            let coverage_of_all = together.and_then(|all| Some((all.coverage.clone()?, *folds)));
            placed.coverage = placed.coverage.map(|coverage| coverage.in_fold(coverage_of_all));
            placed.folds = together.and_then(|all| all.scores.clone());
            placed.folds_ccc = self.agreement.get(group).and_then(|(_, ccc)| *ccc);
        }
        placed
    }

    /// The row of a run.
    pub fn row(&self, id: &str) -> Option<RunSummary> {
        self.pages.get(id).map(|page| self.placed(page.summary()))
    }

    /// Everything about a run.
    pub fn detail(&self, id: &str) -> Option<RunDetail> {
        let page = self.pages.get(id)?;
        let mut detail = page.detail(&self.log_of(page));
        detail.summary = self.placed(detail.summary);
        Some(detail)
    }

    /// All that a run has to say.
    pub fn log(&self, id: &str) -> Option<RunLog> {
        let page = self.pages.get(id)?;
        Some(page.log(&self.log_of(page)))
    }

    fn log_of(&self, page: &RunPage) -> PathBuf {
        let own = page.folder.log();
        // Before there was a queue, one process trained folds, and wrote its log beside the first.
        let first = self.pages.get(page.group()).unwrap_or(page);
        if own.exists() { own } else { first.folder.log() }
    }

    /// All runs, by age.
    pub fn into_pages(self) -> impl Iterator<Item = RunPage> {
        self.pages.into_values()
    }

    /// A run and its other folds, in their order.
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
