//! Answers that are only said of a request: what was written, started, stopped.

use super::{Event, ExportSummary, FeatureSummary, ModelRow, ModelSummary, Repaired, Reply, RunNote, Stop, StopTuning};
use std::path::PathBuf;
use std::sync::Arc;

pub use crate::corpus::demo::DemoSummary;

/// The table of clips was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// Where.
    pub path: PathBuf,
    /// Rows.
    pub clips: usize,
}

/// Features were written as NumPy arrays.
#[derive(Debug, Clone)]
pub struct FeaturesExported {
    /// How they came into the cache.
    pub features: FeatureSummary,
    /// What was written.
    pub written: Arc<ExportSummary>,
}

/// The demo corpus.
#[derive(Debug, Clone, PartialEq)]
pub struct DemoCorpus {
    /// Where.
    pub folder: PathBuf,
    /// What was written; `None` where there are corpora already.
    pub summary: Option<DemoSummary>,
}

/// The architectures, or one of them.
#[derive(Debug, Clone)]
pub enum Architectures {
    /// All, by name.
    All(Arc<Vec<ModelRow>>),
    /// One, layer by layer.
    One(Arc<ModelSummary>),
}

impl From<Architectures> for Event {
    fn from(architectures: Architectures) -> Self {
        match architectures {
            Architectures::All(rows) => Self::Models(rows),
            Architectures::One(summary) => Self::Model(summary),
        }
    }
}

impl Reply for Architectures {
    fn of(event: Event) -> Option<Self> {
        match event {
            Event::Models(rows) => Some(Self::All(rows)),
            Event::Model(summary) => Some(Self::One(summary)),
            _ => None,
        }
    }
}

/// Runs were created and are in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Started {
    /// Their ids; several for a K-fold.
    pub runs: Vec<String>,
    /// How many runs come before them.
    pub ahead: usize,
}

/// Runs were resumed, in processes of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resumed {
    /// Their ids, and the epochs that each has behind it.
    pub runs: Vec<(String, usize)>,
}

/// Runs were asked to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stopping {
    /// Those that are trained.
    pub runs: Vec<String>,
    /// Those that waited, and were removed from the queue instead.
    pub cancelled: Vec<String>,
    /// How soon.
    pub when: Stop,
}

/// Runs were removed from the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancelled {
    /// Their ids.
    pub runs: Vec<String>,
}

/// A run's note, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Noted {
    /// The run.
    pub run: String,
    /// What is said of it.
    pub note: RunNote,
}

/// Deleted runs are back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Their ids.
    pub runs: Vec<String>,
}

/// A study is worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tuning {
    /// Its name.
    pub study: String,
    /// The workers that were started.
    pub workers: Vec<String>,
    /// What else is worth knowing.
    pub notes: Vec<String>,
}

/// Workers were asked to stop.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TuningStops {
    /// The study.
    pub study: String,
    /// Which.
    pub workers: Vec<String>,
    /// How soon.
    pub when: StopTuning,
}

/// A trial is in the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enqueued {
    /// The study.
    pub study: String,
    /// The trial's number.
    pub trial: usize,
}

/// A deleted study is back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyRestored {
    /// Its name.
    pub study: String,
}

/// A study's journal was repaired.
#[derive(Debug, Clone)]
pub struct StudyRepaired {
    /// The study.
    pub study: String,
    /// What was done; `None` when the journal is not damaged.
    pub repaired: Option<Arc<Repaired>>,
}

/// A study's trials were written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StudyExported {
    /// Where.
    pub path: PathBuf,
    /// How many.
    pub trials: usize,
}
