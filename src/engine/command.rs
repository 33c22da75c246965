//! What may be asked of the engine.

use super::{Bench, Clear, NoteChange, Shift, Stop, Variant};
use serde::Serialize;
use std::path::PathBuf;
use strum::{EnumDiscriminants, EnumIter};

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
    Sound(PlaybackControl),
    /// Put a run (or the folds of a K-fold) in the queue of its device, and see that it is worked on.
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
        /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
        run: String,
        /// Where to.
        to: Shift,
    },
    /// Take waiting runs out of the queue; they count as stopped.
    Cancel {
        /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
        run: String,
    },
    /// Start waiting runs at once, on this machine, beside whatever is trained there.
    StartNow {
        /// An id, a beginning of it that fits one run or the folds of one group, or `last`.
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
    /// Delete an inactive run, with all that is in its folder: it can be restored for a week.
    Delete {
        /// Its id, a beginning of it that fits one run or the folds of one group, or `last`.
        run: String,
        /// With its other folds.
        all_folds: bool,
        /// For good: it cannot be restored.
        now: bool,
        /// Whether to do it; else only what would go is told.
        confirmed: bool,
    },
    /// Bring a deleted run back, with its fold group.
    Restore {
        /// Its id, a unique beginning of it, or `last`, the one deleted last.
        run: String,
    },
    /// Go on with a run that was interrupted, and its other folds.
    Resume {
        /// Its id, a unique beginning of it, or `last`.
        run: String,
    },
    /// The report of a finished run (with its folds).
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
    /// Train a trial again, as runs that are evaluated on the test set.
    Promote {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
        /// The trial's number; `None` is the best.
        trial: Option<usize>,
        /// How many runs, each with a seed of its own.
        seeds: usize,
    },
    /// Make a study's damaged journal whole again, as far as can be told; a copy of it is kept.
    RepairStudy {
        /// Its name, a unique beginning of it, or `last`.
        study: String,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
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
pub enum PlaybackControl {
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
