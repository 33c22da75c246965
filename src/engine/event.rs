//! What may be asked of the engine, and what it tells: plain data.

use super::{
    Beat, Bench, Catalogue, Epochs, ExportSummary, Finding, ImportSummary, Judged, Measured, ModelRow, ModelSummary,
    NoSound, Note, NoteChange, Playback, Prediction, Preset, QueuePlace, QueueReport, Report, RunNote, RunState,
    ScoreSpread, Shift, Statistics, Stop, StudyPage, StudySummary, Suspicion, Trimming, Usage, Variant, Wave,
};
use crate::corpus::Exclusion;
use serde::Serialize;
use std::path::PathBuf;
use std::sync::Arc;
use strum::{EnumDiscriminants, EnumIter};

pub use crate::corpus::demo::DemoSummary;

/// What may be asked of the engine. Every variant has a subcommand and a key; a test walks them.
#[derive(Debug, Clone, PartialEq, EnumDiscriminants)]
#[strum_discriminants(name(CommandKind), derive(EnumIter, Hash, PartialOrd, Ord))]
#[strum_discriminants(doc = "The kinds of [`Command`].")]
pub enum Command {
    /// Read the headers of every corpus, then (unless `headers_only`) the samples of what is new.
    Scan {
        /// Leave the samples alone.
        headers_only: bool,
    },
    /// Write the table of clips.
    Export {
        /// CSV, or TSV by its extension.
        path: PathBuf,
    },
    /// Extract the recipe's features of every selected clip into the cache.
    Features,
    /// Extract the features, then write them as NumPy arrays with a table of labels.
    ExportFeatures {
        /// A folder that is new, or holds an earlier export.
        folder: PathBuf,
        /// Also one file per clip and feature.
        per_clip: bool,
    },
    /// Put features that were made elsewhere into the store, and a recipe that stands for them into the settings.
    ImportFeatures {
        /// With `X.npy` and `labels.csv`.
        folder: PathBuf,
        /// The recipe's name; `None` is the folder's.
        name: Option<String>,
    },
    /// What trimming silence at several thresholds would remove from the clips that take part.
    Trim,
    /// What lies in the cache folder.
    Cache {
        /// What of it is to go.
        clear: Option<Clear>,
    },
    /// Write the synthetic demo corpus.
    Demo {
        /// Where; `None` is `<data>/demo`.
        folder: Option<PathBuf>,
        /// Instead of `demo.clips`.
        clips: Option<usize>,
    },
    /// Measure how fast the work is here, and where the time goes.
    Bench {
        /// What.
        what: Bench,
    },
    /// The resolved settings and where each came from.
    Config,
    /// What this machine has and lacks, and what would help.
    Doctor,
    /// The presets.
    Presets,
    /// The architectures, or one of them layer by layer.
    Models {
        /// Which, summed up for the settings' recipe; `None` lists all.
        name: Option<String>,
    },
    /// A clip's wave and spectrogram; the last one asked for wins.
    Preview {
        /// The clip.
        path: PathBuf,
        /// In which form.
        variant: Variant,
    },
    /// Play a clip, in place of another; done when its end was heard, or another took its place.
    Play {
        /// The clip.
        path: PathBuf,
        /// In which form.
        variant: Variant,
        /// From which place on (s).
        from: f64,
    },
    /// Change how the clip plays.
    Sound(Control),
    /// Put a run (or the linked runs of a K-fold) in the queue of its device, and see that it is worked on.
    Train {
        /// `key=value` over the settings, as `--set`.
        changes: Vec<(String, String)>,
    },
    /// What a run would be: the shape of its input, its network, its sides, and how long an epoch takes. The last one
    /// asked for wins.
    Plan {
        /// `key=value` over the settings, as `--set`.
        changes: Vec<(String, String)>,
        /// Whether to time some steps when no earlier run tells the time.
        measure: bool,
    },
    /// List the runs; while `follow`, again whenever one changes.
    Runs {
        /// Go on telling.
        follow: bool,
    },
    /// Everything about one run; told again whenever it changes, until it has ended or another one is watched.
    Watch {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
    },
    /// Ask a run to stop.
    Stop {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
        /// How soon.
        when: Stop,
    },
    /// What is trained and what waits; starts the workers that are missing.
    Queue,
    /// Move waiting runs in the queue of their device.
    Move {
        /// An id, a beginning of it that fits one run or linked ones, or `last`.
        run: String,
        /// Where to.
        to: Shift,
    },
    /// Take waiting runs out of the queue; they count as stopped.
    Cancel {
        /// An id, a beginning of it that fits one run or linked ones, or `last`.
        run: String,
    },
    /// Start waiting runs at once, on this machine, beside whatever is trained there.
    StartNow {
        /// An id, a beginning of it that fits one run or linked ones, or `last`.
        run: String,
    },
    /// What tells runs apart: their settings and their scores.
    Compare {
        /// Their ids, unique beginnings of them, or `last`.
        runs: Vec<String>,
    },
    /// Write a note of a run, and tags to find it by.
    Note {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
        /// What is to be different; nothing only tells the note.
        change: NoteChange,
    },
    /// Delete a run that does not run, with all that is in its folder.
    Delete {
        /// Its id, a beginning of it that fits one run or linked ones, or `last`.
        run: String,
        /// With the runs that are linked with it.
        linked: bool,
        /// Whether to do it; else only what would go is told.
        confirmed: bool,
    },
    /// Go on with a run that was interrupted, and those linked with it.
    Resume {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
    },
    /// The report of a finished run (with its linked runs).
    Report {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
    },
    /// What a run's model says about files.
    Predict {
        /// The files.
        files: Vec<PathBuf>,
        /// Its id, a unique beginning of it, or `last`.
        run: String,
    },
    /// Begin a study or go on with it, and start the workers that are missing.
    Tune {
        /// `key=value` over the settings, as `--set`.
        changes: Vec<(String, String)>,
    },
    /// List the studies.
    Studies,
    /// Everything about one study; while `follow`, again whenever it changes.
    Study {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// Go on telling, until another one is asked for.
        follow: bool,
    },
    /// Ask the workers of a study to stop.
    StopTuning {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// Only this one.
        worker: Option<String>,
        /// How soon.
        when: StopTuning,
    },
    /// Put a trial in a study's queue; what is left out is chosen by the sampler.
    Enqueue {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// Parameters and their values.
        values: Vec<(String, String)>,
    },
    /// Train a trial again, as runs that are judged on the test side.
    Promote {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// The trial's number; `None` is the best.
        trial: Option<usize>,
        /// How many runs, each with a seed of its own.
        seeds: usize,
    },
    /// Write a study's trials.
    ExportStudy {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// CSV, or JSON by its extension.
        path: PathBuf,
    },
}

/// How soon workers stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StopTuning {
    /// At the next step; their trials fail.
    Now,
    /// When the epoch is done; their trials fail.
    AfterEpoch,
    /// When the trial is done.
    AfterTrial,
}

/// How the clip that was played last is to go on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Control {
    /// Wait at the place that is heard.
    Pause,
    /// Go on from there; from the start when the end was heard.
    Resume,
    /// Further by so much, or back.
    Seek {
        /// How much (s); negative is back.
        seconds: f64,
    },
    /// Go on in silence, or be heard again; holds for the clips that follow, too.
    Mute {
        /// Whether in silence.
        muted: bool,
    },
    /// End.
    Stop,
}

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
    /// No sound is to be had; what was tried, and what would help.
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
    /// A run was taken out of the queue.
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
    /// A report.
    Report(Arc<RunReport>),
    /// One file judged, or refused.
    Judged(Judgement),
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

/// A catalogue with everything the Data tab shows of it.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Clips, facts, refused files.
    pub catalogue: Catalogue,
    /// Distributions over all clips.
    pub statistics: Statistics,
    /// Clips that deserve a second look.
    pub suspicions: Vec<Suspicion>,
    /// Clips that take part in training under the settings' labels and filter.
    pub selected: usize,
    /// Left out of training, with the reason.
    pub excluded: Vec<(Exclusion, usize)>,
    /// Whether every clip is synthetic (the demo corpus), or some are.
    pub synthetic: bool,
    /// Whether the samples of every clip have been analysed.
    pub analysed: bool,
    /// Time that reading the headers took (s).
    pub header_seconds: f64,
    /// Time that analysing the samples took so far (s).
    pub analysis_seconds: f64,
}

/// Features in the cache.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FeatureSummary {
    /// The recipe's name.
    pub recipe: String,
    /// (frames, coefficients).
    pub shape: (usize, usize),
    /// Clips.
    pub clips: usize,
    /// Of these, read from the cache.
    pub cached: usize,
    /// Clips shorter than the skip, whose skip was cut.
    pub skip_clamped: usize,
    /// Files that could not be decoded, with the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Time taken (s).
    pub seconds: f64,
}

/// What of the cache is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, EnumIter)]
#[serde(rename_all = "snake_case")]
pub enum Clear {
    /// Everything that this program wrote there.
    All,
    /// What it would not use: of other versions, of recipes that the settings do not name, damaged.
    Stale,
    /// Features.
    Features,
    /// What the samples said.
    Analysis,
    /// Headers of the last scan.
    Scan,
}

impl Clear {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Stale => "stale",
            Self::Features => "features",
            Self::Analysis => "analysis",
            Self::Scan => "scan",
        }
    }
}

/// What a part of the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// Headers of the last scan.
    Scan,
    /// What the samples said.
    Analysis,
    /// Features.
    Features,
    /// Not written by this program; never cleared.
    Other,
}

/// Whether a part of the cache would be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CacheState {
    /// It would.
    Current,
    /// Its recipe is none of the settings'.
    Recipe,
    /// Another version of the program wrote it.
    Version,
    /// It is damaged, or was left by a process that was killed.
    Damaged,
    /// It is not this program's.
    Foreign,
}

/// One part of the cache: a file, or a folder of an older version.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CacheRow {
    /// What it is.
    pub kind: CacheKind,
    /// Where.
    pub path: PathBuf,
    /// Of which corpus.
    pub corpus: Option<String>,
    /// By which recipe of the settings.
    pub recipe: Option<String>,
    /// Of how many clips.
    pub clips: Option<usize>,
    /// Size (bytes).
    pub bytes: u64,
    /// Whether it would be used.
    pub state: CacheState,
}

impl CacheRow {
    /// Whether it is among what is to go. What this program did not write stays, whatever is asked: the folder
    /// may be anybody's.
    pub fn goes(&self, clear: Clear) -> bool {
        let of = |kind| self.kind == kind;
        !of(CacheKind::Other)
            && match clear {
                Clear::All => true,
                Clear::Stale => self.state != CacheState::Current,
                Clear::Features => of(CacheKind::Features),
                Clear::Analysis => of(CacheKind::Analysis),
                Clear::Scan => of(CacheKind::Scan),
            }
    }
}

/// What lies in the cache.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct CacheReport {
    /// The folder.
    pub folder: PathBuf,
    /// What is there.
    pub rows: Vec<CacheRow>,
    /// What goes, or has gone.
    pub clearing: Vec<CacheRow>,
    /// Whether it has gone.
    pub cleared: bool,
}

impl CacheReport {
    /// Size of some rows together (bytes).
    pub fn bytes(rows: &[CacheRow]) -> u64 {
        rows.iter().map(|row| row.bytes).sum()
    }
}

/// The resolved settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Config {
    /// One row per value.
    pub rows: Vec<ConfigRow>,
}

/// One value of the settings.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ConfigRow {
    /// Dotted key (`training.batch_size`).
    pub key: String,
    /// The value as TOML.
    pub value: String,
    /// Where it came from (`default`, `workbench.toml:12`, `--set`).
    pub origin: String,
    /// The comment above it in the shipped `workbench.toml`.
    pub comment: String,
}

/// A clip to look at.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The clip.
    pub path: PathBuf,
    /// In which form it is shown.
    pub variant: Variant,
    /// What was done to it, in words; empty for the original.
    pub label: String,
    /// The forms in which it can be shown.
    pub variants: Vec<Variant>,
    /// Its samples, mono.
    pub wave: Wave,
    /// Smallest and largest sample of each of 1,024 equal stretches.
    pub envelope: Vec<(f32, f32)>,
    /// Frames of `mel_db`.
    pub frames: usize,
    /// Mel bands of `mel_db`, lowest first.
    pub mels: usize,
    /// Mel spectrogram in dB below its maximum (0 to -80), frame after frame.
    pub mel_db: Vec<f32>,
    /// Centre frequency of every mel band (Hz).
    pub mel_hz: Vec<f32>,
    /// What the samples say.
    pub facts: Arc<super::SampleFacts>,
    /// What the recipe would note about it.
    pub notes: Vec<Note>,
}

/// How far the playing of a clip is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SoundState {
    /// The clip.
    pub path: PathBuf,
    /// In which form it plays.
    pub variant: Variant,
    /// What is done, and where.
    #[serde(flatten)]
    pub playback: Playback,
    /// Where the sound goes, once that is known.
    pub output: Option<String>,
}

/// One row of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSummary {
    /// The folder's name.
    pub id: String,
    /// When it was made.
    pub created: jiff::Timestamp,
    /// What it is doing.
    pub state: RunState,
    /// Architecture.
    pub model: String,
    /// The preset it was started with; empty for none.
    pub preset: String,
    /// Names of the corpora it learns from.
    pub corpora: Vec<String>,
    /// `speaker` or `random`.
    pub split: String,
    /// (fold from 0, folds) of a K-fold, with the name that links the runs.
    pub fold: Option<(usize, usize, String)>,
    /// Seed.
    pub seed: u64,
    /// What it is computed on; the setting as long as it has not begun.
    pub device: String,
    /// Why the device is not what one might expect.
    pub device_note: Option<String>,
    /// Whether the data is synthetic.
    pub synthetic: bool,
    /// Epochs done.
    pub epochs: usize,
    /// At most this many.
    pub max_epochs: usize,
    /// Best validation UAR so far.
    pub best_validation_uar: Option<f64>,
    /// Test UAR, once judged.
    pub test_uar: Option<f64>,
    /// Test accuracy, once judged.
    pub test_accuracy: Option<f64>,
    /// Whether the model was fitted anew in the end on everything, so that the scores are those of the one before it.
    pub final_model: bool,
    /// What its process says.
    pub beat: Option<Beat>,
    /// What its process uses of the machine now.
    pub usage: Option<Usage>,
    /// Where it stands, while it waits for its device.
    pub queue: Option<QueuePlace>,
    /// What people say of it.
    pub note: RunNote,
    /// Why it failed.
    pub reason: Option<String>,
}

/// Everything about one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunDetail {
    /// Its row.
    pub summary: RunSummary,
    /// All epochs.
    pub epochs: Epochs,
    /// Notes from the journal, and the end of `log.txt`.
    pub log: Vec<String>,
    /// What it uses of the machine, oldest first, spread over its whole time.
    pub usage: Vec<Usage>,
    /// Estimated seconds to the last epoch at the pace so far; unknown before the first and in the final fit.
    pub seconds_left: Option<f64>,
}

/// What a run would be.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunPlan {
    /// What was asked for.
    pub changes: Vec<(String, String)>,
    /// Architecture.
    pub model: String,
    /// Device.
    pub device: String,
    /// (frames, coefficients).
    pub input: (usize, usize),
    /// Labels.
    pub classes: usize,
    /// Parameters, running statistics included.
    pub parameters: usize,
    /// Those that training changes by their gradient.
    pub trainable: usize,
    /// Multiply-adds of one clip's way forwards.
    pub multiply_adds: usize,
    /// Training examples, copies included.
    pub train: usize,
    /// Validation clips.
    pub validation: usize,
    /// Test clips.
    pub test: usize,
    /// Linked runs.
    pub folds: usize,
    /// Clips per step.
    pub batch: usize,
    /// How long an epoch takes; `None` until it is known.
    pub epoch: Option<EpochTime>,
}

impl RunPlan {
    /// Steps of an epoch.
    pub fn steps(&self) -> usize {
        self.train.div_ceil(self.batch.max(1))
    }
}

/// How long an epoch takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct EpochTime {
    /// Training and validation (s).
    pub seconds: f64,
    /// How that is known.
    pub source: String,
}

/// What tells runs apart.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Comparison {
    /// Their rows, in the order asked for.
    pub runs: Vec<RunSummary>,
    /// Settings that are not the same in all of them: the dotted key, and the value in each as TOML, where it has one.
    pub settings: Vec<(String, Vec<Option<String>>)>,
}

/// Runs that are to be deleted, or are gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deletion {
    /// Their ids.
    pub runs: Vec<String>,
    /// Size of all their files (bytes).
    pub bytes: u64,
    /// Whether they are gone.
    pub deleted: bool,
}

/// A report and its neighbours.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// The run.
    pub run: RunSummary,
    /// Its report.
    pub report: Report,
    /// Its test clips, as judged.
    pub judged: Vec<Judged>,
    /// Over the linked runs that are done, when there are several.
    pub spread: Vec<ScoreSpread>,
}

/// One file judged, or refused.
#[derive(Debug, Clone, Serialize)]
pub struct Judgement {
    /// The file.
    pub path: PathBuf,
    /// The run whose model judged.
    pub run: String,
    /// What the model says, or why the file cannot be judged.
    pub outcome: Result<Prediction, String>,
    /// Whether the model was trained on synthetic data.
    pub synthetic_model: bool,
}
