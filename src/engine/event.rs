//! What the engine tells: plain data.

use super::{
    CacheReport, CommandKind, Comparison, Config, Deletion, ExportSummary, FeatureSummary, FilePrediction, Finding,
    ImportSummary, Measured, ModelRow, ModelSummary, NoSound, Preset, Preview, QueueReport, Repaired, RunDetail,
    RunNote, RunPlan, RunReport, RunSummary, SoundState, Stop, StopTuning, StudyPage, StudySummary, Survey, Trimming,
};
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;

pub use crate::corpus::demo::DemoSummary;

/// What the engine tells.
#[derive(Debug, Clone)]
pub enum Event {
    /// How far a job is.
    Progress(Progress),
    /// What a scan found; again as the analysis of the samples goes on.
    Survey(Arc<Survey>),
    /// The table of clips was written.
    Exported {
        /// Where.
        path: PathBuf,
        /// Rows.
        clips: usize,
    },
    /// Features are in the cache.
    Features(FeatureSummary),
    /// Features were written as NumPy arrays.
    FeaturesExported(Arc<ExportSummary>),
    /// Features were imported.
    FeaturesImported(Arc<ImportSummary>),
    /// What trimming would remove.
    Trimming(Arc<Trimming>),
    /// What lies in the cache folder; when something is to go, told before and after.
    Cache(Arc<CacheReport>),
    /// Something was measured.
    Measured(Arc<Measured>),
    /// The demo corpus was written.
    Demo {
        /// Where.
        folder: PathBuf,
        /// What.
        summary: DemoSummary,
    },
    /// The resolved settings.
    Config(Arc<Config>),
    /// What this machine has and lacks.
    Doctor(Arc<Vec<Finding>>),
    /// The presets, by name.
    Presets(Arc<Vec<Preset>>),
    /// The architectures.
    Models(Arc<Vec<ModelRow>>),
    /// One architecture, layer by layer.
    Model(Arc<ModelSummary>),
    /// A clip to look at.
    Preview(Arc<Preview>),
    /// How far the playing of a clip is; several times a second while it plays, and whenever that changes.
    Sound(SoundState),
    /// There is no audio output; what was tried, and what would help.
    NoSound(Arc<NoSound>),
    /// Runs were created and are in the queue.
    Started {
        /// Their ids; several for a K-fold.
        runs: Vec<String>,
        /// How many runs come before them.
        ahead: usize,
    },
    /// Runs go on in a process of their own.
    Resumed {
        /// Their ids, and the epochs that each has behind it.
        runs: Vec<(String, usize)>,
    },
    /// The runs, newest first.
    Runs(Arc<Vec<RunSummary>>),
    /// The watched run.
    Run(Arc<RunDetail>),
    /// A run was asked to stop.
    Stopping {
        /// Its id.
        run: String,
        /// How soon.
        when: Stop,
    },
    /// The queue, after what was asked of it.
    Queue(Arc<QueueReport>),
    /// A run was removed from the queue.
    Cancelled {
        /// Its id.
        run: String,
    },
    /// What a run would be; again when the time of an epoch is known.
    Plan(Arc<RunPlan>),
    /// What tells runs apart.
    Compared(Arc<Comparison>),
    /// A run's note, as it is now.
    Noted {
        /// The run.
        run: String,
        /// What is said of it.
        note: RunNote,
    },
    /// Runs that are to be deleted; again when they are gone.
    Deletion(Arc<Deletion>),
    /// Deleted runs are back.
    Restored {
        /// Their ids.
        runs: Vec<String>,
    },
    /// A report.
    Report(Arc<RunReport>),
    /// One file judged, or refused.
    Predicted(FilePrediction),
    /// A study is worked on.
    Tuning {
        /// Its name.
        study: String,
        /// The workers that were started.
        workers: Vec<String>,
        /// What else is worth knowing.
        notes: Vec<String>,
    },
    /// The studies, by name.
    Studies(Arc<Vec<StudySummary>>),
    /// The study that was asked for.
    Study(Arc<StudyPage>),
    /// Workers were asked to stop.
    TuningStops {
        /// The study.
        study: String,
        /// Which.
        workers: Vec<String>,
        /// How soon.
        when: StopTuning,
    },
    /// A trial is in the queue.
    Enqueued {
        /// The study.
        study: String,
        /// The trial's number.
        trial: usize,
    },
    /// A study's journal was repaired.
    StudyRepaired {
        /// The study.
        study: String,
        /// What was done; `None` when the journal is sound.
        repaired: Option<Arc<Repaired>>,
    },
    /// A study's trials were written.
    StudyExported {
        /// Where.
        path: PathBuf,
        /// How many.
        trials: usize,
    },
    /// A command could not be carried out; the message names the remedy.
    Failed {
        /// Which.
        command: CommandKind,
        /// Why, and what would help.
        message: String,
    },
    /// A command is carried out.
    Done(CommandKind),
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Progress {
    /// What is being done (`reading headers`, `analysing samples`, `features`, `exporting`, `importing`,
    /// `trimming`, `measuring`, `writing demo corpus`).
    pub task: String,
    /// Done so far.
    pub done: usize,
    /// Of how many; 0 when not known yet.
    pub total: usize,
}
