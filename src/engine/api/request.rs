//! What may be asked of the engine. One table: of every row come the typed request, its [`Command`], and its answering.

use super::{
    Architectures, CacheReport, Cancelled, Clear, Comparison, Deletion, DemoCorpus, Enqueued, Exported, FeatureSummary,
    FeaturesExported, FilePrediction, Finding, ImportSummary, Measured, NoteChange, Noted, QueueReport, Reply,
    Restored, Resumed, RunDetail, RunPlan, RunReport, RunSummary, Shift, SoundState, Started, Stopping, StudyExported,
    StudyPage, StudyRepaired, StudySummary, Survey, Trimming, Tuning, TuningStops, Variant,
};
use crate::engine::api;
use crate::engine::settings::Preset;
use std::path::PathBuf;
use std::sync::Arc;
use strum::{EnumDiscriminants, EnumIter};

/// What is asked once and answered once. Before the reply, the engine may emit others of its type: the picture so far.
pub trait Request: Into<Command> {
    /// The answer.
    type Reply: Reply;
    /// Its kind.
    const KIND: CommandKind;
}

/// What is followed: emitted at once, and again whenever it changed, until it ends or another of its kind is asked for.
pub trait Subscription: Into<Command> {
    /// What it is now.
    type Update: Reply;
    /// Its kind.
    const KIND: CommandKind;
}

/// Hands the table of requests to a macro.
macro_rules! requests {
    ($with:ident) => {
        $with! {
            asked {
                /// Read the headers of every corpus, then (unless `headers_only`) the samples of what is new.
                Scan {
                    /// Leave the samples alone.
                    headers_only: bool,
                } -> Arc<Survey>;
                /// Write the table of clips.
                Export {
                    /// CSV, or TSV by its extension.
                    path: PathBuf,
                } -> Exported;
                /// Extract the recipe's features of every selected clip into the cache.
                Features -> FeatureSummary;
                /// Extract the features, then write them as NumPy arrays with a table of labels.
                ExportFeatures {
                    /// A folder that is new, or holds an earlier export.
                    folder: PathBuf,
                    /// Also one file per clip and feature.
                    per_clip: bool,
                } -> FeaturesExported;
                /// Put features that were made elsewhere into the store, and a recipe that stands for them into the
                /// settings.
                ImportFeatures {
                    /// With `X.npy` and `labels.csv`.
                    folder: PathBuf,
                    /// The recipe's name; `None` is the folder's.
                    name: Option<String>,
                } -> Arc<ImportSummary>;
                /// What trimming silence at several thresholds would remove from the clips that take part.
                Trim -> Arc<Trimming>;
                /// What lies in the cache folder.
                Cache {
                    /// What of it is to be cleared.
                    clear: Option<Clear>,
                } -> Arc<CacheReport>;
                /// Write the synthetic demo corpus.
                Demo {
                    /// Where; `None` is `<data>/demo`.
                    folder: Option<PathBuf>,
                    /// Instead of `demo.clips`.
                    clips: Option<usize>,
                    /// Only where there are no corpora.
                    if_empty: bool,
                } -> DemoCorpus;
                /// Measure how fast the work is here, and where the time goes.
                Bench {
                    /// What.
                    what: api::Bench,
                } -> Arc<Measured>;
                /// The resolved settings and where each came from.
                Config -> Arc<api::Config>;
                /// What this machine has and lacks, and what would help.
                Doctor -> Arc<Vec<Finding>>;
                /// The presets.
                Presets -> Arc<Vec<Preset>>;
                /// The architectures, or one of them layer by layer.
                Models {
                    /// Which, summed up for the settings' recipe; `None` lists all.
                    name: Option<String>,
                } -> Architectures;
                /// A clip's wave and spectrogram. The last one asked for wins.
                Preview {
                    /// The clip.
                    path: PathBuf,
                    /// In which form.
                    variant: Variant,
                } -> Arc<api::Preview>;
                /// Put a run (or the folds of a K-fold) in the queue of its device, and see that it is worked on.
                Train {
                    /// `key=value` over the settings, as `--set`.
                    changes: Vec<(String, String)>,
                } -> Started;
                /// What a run would be: the shape of its input, its network, its subsets, and how long an epoch takes.
                /// The last one asked for wins.
                Plan {
                    /// `key=value` over the settings, as `--set`.
                    changes: Vec<(String, String)>,
                    /// Whether to time some steps when no earlier run tells the time.
                    measure: bool,
                } -> Arc<RunPlan>;
                /// Ask a run to stop.
                Stop {
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                    /// How soon.
                    when: api::Stop,
                } -> Stopping;
                /// What is trained and what waits.
                Queue -> Arc<QueueReport>;
                /// Move waiting runs in the queue of their device.
                Move {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: String,
                    /// Where to.
                    to: Shift,
                } -> Arc<QueueReport>;
                /// Take waiting runs out of the queue; they count as stopped.
                Cancel {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: String,
                } -> Cancelled;
                /// Start waiting runs at once, on this machine, beside whatever is trained there.
                StartNow {
                    /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: String,
                } -> Arc<QueueReport>;
                /// Compare runs: their settings and their scores.
                Compare {
                    /// Their ids, unique beginnings of them, or `last`.
                    runs: Vec<String>,
                } -> Arc<Comparison>;
                /// Write a note of a run, and tags to find it by.
                Note {
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                    /// What is to be different; nothing only shows the note.
                    change: NoteChange,
                } -> Noted;
                /// Delete an inactive run, with all that is in its folder: it can be restored for a week.
                Delete {
                    /// Its id, a beginning of it that fits one run or the folds of one group, or `last`.
                    run: String,
                    /// With its other folds.
                    all_folds: bool,
                    /// For good: it cannot be restored.
                    now: bool,
                    /// Whether to do it; else it is only said what would be deleted.
                    confirmed: bool,
                } -> Arc<Deletion>;
                /// Bring a deleted run back, with its fold group.
                Restore {
                    /// Its id, a unique beginning of it, or `last`, the one deleted last.
                    run: String,
                } -> Restored;
                /// Resume a run that was interrupted, and its other folds.
                Resume {
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                } -> Resumed;
                /// The report of a finished run (with its folds).
                Report {
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                } -> Arc<RunReport>;
                /// The emotion of audio files, as a run's model predicts it.
                Predict {
                    /// The files.
                    files: Vec<PathBuf>,
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                } -> Vec<FilePrediction>;
                /// Begin a study or continue it, and start the workers that are missing.
                Tune {
                    /// `key=value` over the settings, as `--set`.
                    changes: Vec<(String, String)>,
                } -> Tuning;
                /// List the studies.
                Studies -> Arc<Vec<StudySummary>>;
                /// Ask the workers of a study to stop.
                StopTuning {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Only this one.
                    worker: Option<String>,
                    /// How soon.
                    when: api::StopTuning,
                } -> TuningStops;
                /// Put a trial in a study's queue; what is left out is chosen by the sampler.
                Enqueue {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Parameters and their values.
                    values: Vec<(String, String)>,
                } -> Enqueued;
                /// Train a trial again, as runs that are evaluated on the test set.
                Promote {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// The trial's number; `None` is the best.
                    trial: Option<usize>,
                    /// How many runs, each with a seed of its own.
                    seeds: usize,
                } -> Started;
                /// Repair a study's damaged journal, as far as can be known; a copy of it is kept.
                RepairStudy {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                } -> StudyRepaired;
                /// Write a study's trials.
                ExportStudy {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// CSV, or JSON by its extension.
                    path: PathBuf,
                } -> StudyExported;
            }
            followed {
                /// Play a clip, in place of another; done when its end was played, or another took its place.
                Play {
                    /// The clip.
                    path: PathBuf,
                    /// In which form.
                    variant: Variant,
                    /// From which position on (s).
                    from: f64,
                } -> SoundState;
                /// Change how the clip plays.
                Sound {
                    /// How.
                    control: api::PlaybackControl,
                } -> SoundState;
                /// List the runs; while `follow`, again whenever one changes.
                Runs {
                    /// Go on until another list is asked for.
                    follow: bool,
                } -> Arc<Vec<RunSummary>>;
                /// Everything about one run; again whenever it changes, until it has ended or another one is watched.
                Watch {
                    /// Its id, a unique beginning of it, or `last`.
                    run: String,
                } -> Arc<RunDetail>;
                /// Start the workers that the queue lacks; while `follow`, whenever one is missing.
                Wake {
                    /// Go on as long as the engine lives.
                    follow: bool,
                } -> Arc<QueueReport>;
                /// Everything about one study; while `follow`, again whenever it changes.
                Study {
                    /// Its name, a unique beginning of it, or `last`.
                    study: String,
                    /// Go on until another one is asked for.
                    follow: bool,
                } -> Arc<StudyPage>;
            }
        }
    };
}
pub(in crate::engine) use requests;

/// The typed request of one row.
macro_rules! typed {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name;
    };
    ($(#[$doc:meta])* $name:ident { $( $(#[$about:meta])* $field:ident: $type:ty ),* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $( $(#[$about])* pub $field: $type ),* }
    };
}

macro_rules! define {
    (
        asked { $( $(#[$doc:meta])* $name:ident $({ $( $(#[$about:meta])* $field:ident: $type:ty ),* $(,)? })? -> $reply:ty; )* }
        followed { $( $(#[$f_doc:meta])* $f_name:ident { $( $(#[$f_about:meta])* $f_field:ident: $f_type:ty ),* $(,)? } -> $update:ty; )* }
    ) => {
        /// Any request. Every variant has a subcommand and a key; a test walks them.
        #[derive(Debug, Clone, PartialEq, EnumDiscriminants)]
        #[strum_discriminants(name(CommandKind), derive(EnumIter, Hash, PartialOrd, Ord))]
        #[strum_discriminants(doc = "The kinds of [`Command`].")]
        pub enum Command {
            $( $(#[$doc])* $name $({ $( $(#[$about])* $field: $type ),* })?, )*
            $( $(#[$f_doc])* $f_name { $( $(#[$f_about])* $f_field: $f_type ),* }, )*
        }

        $(
            typed! { $(#[$doc])* $name $({ $( $(#[$about])* $field: $type ),* })? }

            impl Request for $name {
                type Reply = $reply;
                const KIND: CommandKind = CommandKind::$name;
            }

            impl From<$name> for Command {
                fn from($name $({ $($field),* })?: $name) -> Self {
                    Self::$name $({ $($field),* })?
                }
            }
        )*

        $(
            typed! { $(#[$f_doc])* $f_name { $( $(#[$f_about])* $f_field: $f_type ),* } }

            impl Subscription for $f_name {
                type Update = $update;
                const KIND: CommandKind = CommandKind::$f_name;
            }

            impl From<$f_name> for Command {
                fn from($f_name { $($f_field),* }: $f_name) -> Self {
                    Self::$f_name { $($f_field),* }
                }
            }
        )*
    };
}
requests!(define);
