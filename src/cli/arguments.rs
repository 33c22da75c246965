//! The arguments of the program.

use super::model::{LabelArguments, ModelArguments};
use super::parse::{change, clear, positive, shift, subset};
use super::study::StudyCommands;
use super::tune::TuneArguments;
use crate::engine::{Clear, RunSelector, Shift, Subset, Variant};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    it failed: a run that failed, died or was stopped, a refused file, a full disk, ...
  2    the arguments or the settings are wrong
  130  interrupted (Ctrl-C)";

/// A terminal workbench for speech emotion recognition. Without a subcommand it opens the workbench.
#[derive(Debug, Parser)]
#[command(name = "undertone", version, after_help = EXIT_CODES, max_term_width = 110)]
pub struct Arguments {
    /// What to do; nothing opens the workbench.
    #[command(subcommand)]
    pub command: Option<Subcommands>,
    /// Settings file [default: workbench.toml in the current folder, when there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Set one value over those of the settings file, as `training.epochs=10`; repeatable
    #[arg(short, long = "set", global = true, value_name = "KEY=VALUE", value_parser = change)]
    pub set: Vec<(String, String)>,
    /// Apply a preset over the settings file; `undertone presets` lists them
    #[arg(long, global = true, value_name = "NAME")]
    pub preset: Option<String>,
    /// Print one JSON document (one per line where something is followed)
    #[arg(long, global = true)]
    pub json: bool,
}

impl Arguments {
    /// What is set over the settings file.
    pub fn changes(&self) -> Vec<(String, String)> {
        let preset = self.preset.iter().map(|name| ("preset".to_owned(), name.clone()));
        preset.chain(self.set.iter().cloned()).collect()
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Subcommands {
    /// Find the clips of all corpora, and analyse their samples
    Scan {
        /// Write the table of clips (CSV, or TSV by its extension) as well
        #[arg(long, value_name = "PATH")]
        export: Option<PathBuf>,
        /// Do not analyse the samples
        #[arg(long)]
        headers_only: bool,
        /// List the clips that pass this filter, as `emotion=sad seconds>2`, and export only these
        #[arg(long = "where", value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Show what a pattern would make of the names of the sound files in a folder; nothing is written
    #[command(name = "pattern")]
    NamePattern {
        /// A regular expression with the groups emotion and, where known, speaker, ... [default: that of the settings]
        pattern: Option<String>,
        /// The folder [default: that of the first corpus that is read by a pattern, else the data folder]
        #[arg(long, value_name = "DIR")]
        folder: Option<PathBuf>,
    },
    /// Write the table of clips (CSV, or TSV by its extension)
    Export {
        /// The file
        path: PathBuf,
        /// Only the clips that pass this filter, as `emotion=sad seconds>2`
        #[arg(long = "where", value_name = "FILTER")]
        filter: Option<String>,
    },
    /// Extract the features of all selected clips into the cache
    Features {
        /// Write them as NumPy arrays as well: X.npy, y.npy and labels.csv in this folder
        #[arg(long, value_name = "DIR")]
        export: Option<PathBuf>,
        /// With --export: also one file per clip and feature
        #[arg(long, requires = "export")]
        per_clip: bool,
        /// Import features made elsewhere: X.npy, labels.csv (with the column path) and, if there, y.npy of this folder
        #[arg(long, value_name = "DIR", conflicts_with = "export")]
        import: Option<PathBuf>,
        /// With --import: the name of the recipe that stands for them [default: the folder's name]
        #[arg(long, requires = "import")]
        name: Option<String>,
    },
    /// Show what trimming silence at several thresholds would remove from the selected clips
    Trim,
    /// Show the contents of the cache, by kind, corpus and recipe
    Cache {
        /// Clear it, or a part of it: all, stale, features, analysis, scan
        #[arg(long, value_name = "WHAT", num_args = 0..=1, default_missing_value = "all", value_parser = clear)]
        clear: Option<Clear>,
    },
    /// List the speech encoders that are here, and those that are known to work
    Encoders {
        /// What about them [default: list]
        #[command(subcommand)]
        command: Option<EncoderCommands>,
    },
    /// Train a model in a process of its own, as soon as its device is free, and follow it
    Train {
        /// Return as soon as the run is in the queue
        #[arg(long)]
        detach: bool,
        /// Train nothing: show input, parameters, multiply-adds, subsets and the time of an epoch
        #[arg(long, conflicts_with = "detach")]
        plan: bool,
    },
    /// List the runs, newest first
    Runs {
        /// Keep running, and list them again whenever one changes
        #[arg(long)]
        follow: bool,
        /// Only the runs that pass this filter, as `uar>60 model=crnn !tag=old`
        #[arg(long = "where", value_name = "FILTER", conflicts_with_all = ["restore", "empty_trash"])]
        filter: Option<String>,
        /// Restore a deleted run, with its fold group: its id, a unique beginning of it, or `last`
        #[arg(long, value_name = "RUN", conflicts_with = "follow")]
        restore: Option<RunSelector>,
        /// Delete for good what lies in the trash
        #[arg(long, conflicts_with_all = ["follow", "restore"])]
        empty_trash: bool,
        /// With --empty-trash: do not ask
        #[arg(long, requires = "empty_trash")]
        yes: bool,
    },
    /// Follow a run until it ends
    Watch {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: RunSelector,
        /// Show the loss and the learning rate of its steps as well, at most 4,000 evenly spread over the run
        #[arg(long)]
        steps: bool,
    },
    /// Ask a run to stop; it keeps its checkpoints, and its best epoch's model
    Stop {
        /// Its id, a unique beginning of it, or `last`
        run: RunSelector,
        /// When its epoch is done, instead of at the next step
        #[arg(long)]
        after_epoch: bool,
    },
    /// Print all that a run has to say: its journal's notes and its log
    Log {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: RunSelector,
    },
    /// Compare runs: their scores, and the settings that differ
    Compare {
        /// Their ids, unique beginnings of them, or `last`
        #[arg(required = true, num_args = 2..)]
        runs: Vec<RunSelector>,
    },
    /// Write a note of a run, and tags to find it by; without options, show them
    Note {
        /// Its id, a unique beginning of it, or `last`
        run: RunSelector,
        /// The note, in place of the present one; "" removes it
        #[arg(long, value_name = "WORDS")]
        text: Option<String>,
        /// Add a tag; repeatable
        #[arg(long, value_name = "WORD")]
        tag: Vec<String>,
        /// Remove a tag; repeatable
        #[arg(long, value_name = "WORD")]
        untag: Vec<String>,
    },
    /// Delete inactive runs, with their models, checkpoints and reports; `runs --restore` restores them for a week
    Delete {
        /// An id, or a beginning of one that fits one run or the folds of one group; or several whole ids
        #[arg(required_unless_present = "filter", value_name = "RUN")]
        runs: Vec<RunSelector>,
        /// The runs that pass this filter, as `uar<30 !tag=keep`; those that are running stay
        #[arg(long = "where", value_name = "FILTER", conflicts_with = "runs")]
        filter: Option<String>,
        /// Do not ask for confirmation
        #[arg(long)]
        yes: bool,
        /// Delete the other folds of their groups as well
        #[arg(long = "folds", alias = "linked")]
        all_folds: bool,
        /// Delete for good: they cannot be restored
        #[arg(long)]
        now: bool,
    },
    /// The queue: which runs are training, which wait for which device, and in which order [default: list]
    Queue {
        /// What to do
        #[command(subcommand)]
        command: Option<QueueCommands>,
    },
    /// Resume a run that was killed, stopped or failed, and follow it
    Resume {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: RunSelector,
        /// Return as soon as the run has resumed
        #[arg(long)]
        detach: bool,
    },
    /// Show the report of a run
    Report {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: RunSelector,
    },
    /// Predict the emotion of audio files with a run's model [default: the newest], or with a ready-made classifier
    Predict {
        /// The audio files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The model
        #[command(flatten)]
        model: ModelArguments,
        /// Its labels
        #[command(flatten)]
        labels: LabelArguments,
    },
    /// Evaluate a model on the selected clips, whatever it was trained on: a run's on other corpora, or a ready-made
    /// classifier
    #[command(group(clap::ArgGroup::new("model").args(["run", "encoder"]).required(true)))]
    Evaluate {
        /// The model
        #[command(flatten)]
        model: ModelArguments,
        /// Its labels
        #[command(flatten)]
        labels: LabelArguments,
        /// Only this subset of the settings' split: train, validation, test [default: all selected clips]
        #[arg(long, value_name = "NAME", value_parser = subset)]
        subset: Option<Subset>,
    },
    /// Show an audio file: its level and its spectrogram
    Preview {
        /// The audio file
        file: PathBuf,
        /// `original`, `input` (the model's input) or an augmentation (`noise`, `pitch`, ...)
        #[arg(long, default_value = "original", value_name = "NAME")]
        variant: Variant,
    },
    /// Play an audio file; in a terminal, keys pause it, seek and mute
    Play {
        /// The audio file; `a.wav#t=1.2,3.4` plays that part of it (s)
        file: PathBuf,
        /// `original`, `input` (the model's input) or an augmentation (`noise`, `pitch`, ...)
        #[arg(long, default_value = "original", value_name = "NAME")]
        variant: Variant,
        /// Start at this position (s)
        #[arg(long, default_value_t = 0.0, value_name = "SECONDS")]
        from: f64,
    },
    /// Get published corpora into the data folder; without a name, list them
    Get {
        /// Their names: ravdess, crema_d, tess, ...; what was interrupted goes on where it was
        #[arg(value_name = "NAME")]
        names: Vec<String>,
        /// Do not ask
        #[arg(long, requires = "names")]
        yes: bool,
    },
    /// Write the synthetic demo corpus
    Demo {
        /// The folder [default: `demo` in the data folder]
        dir: Option<PathBuf>,
        /// About how many clips
        #[arg(long, value_parser = positive)]
        clips: Option<usize>,
        /// Only where there are no corpora yet
        #[arg(long)]
        if_empty: bool,
    },
    /// Measure the speed of features and models on this machine
    Bench {
        /// What to measure
        #[command(subcommand)]
        what: BenchSubcommands,
    },
    /// Show the resolved settings, and where each came from
    Config {
        /// Show what in the settings file equals the defaults
        #[arg(long)]
        tidy: bool,
        /// Show which lines of the settings file would change if a key had this value in it
        #[arg(long, value_name = "KEY=VALUE", value_parser = change, conflicts_with = "tidy")]
        write: Vec<(String, String)>,
        /// The same if a key were not in the settings file
        #[arg(long, value_name = "KEY", conflicts_with = "tidy")]
        reset: Vec<String>,
        /// With --tidy, --write or --reset: write the file; comments stay
        #[arg(long)]
        yes: bool,
    },
    /// Check this machine: what it has, what it lacks, and what would help
    Doctor,
    /// List the presets, or show the settings of one
    Presets {
        /// The preset
        name: Option<String>,
    },
    /// List the architectures, or show one layer by layer for the settings' recipe
    Models {
        /// The architecture
        name: Option<String>,
    },
    /// Tune hyperparameters: a study of many trials, in processes of their own
    Tune(TuneArguments),
    /// Studies: trials, workers, best settings
    Study {
        /// What to do
        #[command(subcommand)]
        command: StudyCommands,
    },
    /// Show the JSON Schema of what a subcommand prints with --json; without one, list them
    Schema {
        /// As in the list: `runs`, `train plan`, `study show`
        #[arg(value_name = "VERB")]
        verb: Vec<String>,
    },
    /// Train the given run folder, or the runs of a queue, in this process
    #[command(hide = true)]
    Worker {
        /// The run folder
        #[arg(required_unless_present_any = ["queue", "tell"])]
        run: Option<PathBuf>,
        /// The folder of the queue's lane that the run occupies
        #[arg(long, value_name = "DIR")]
        lane: Option<PathBuf>,
        /// The folder of runs whose queue is worked on
        #[arg(long, value_name = "DIR", requires = "device", conflicts_with = "run")]
        queue: Option<PathBuf>,
        /// The device whose queue is worked on
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// The run, or the worker of a study, whose end is told when standard input is closed
        #[arg(long, value_name = "DIR", conflicts_with_all = ["run", "queue"])]
        tell: Option<PathBuf>,
    },
}

/// Requests about encoders.
#[derive(Debug, Subcommand)]
pub enum EncoderCommands {
    /// List them
    List,
    /// Show one: its layers, its licence, what it was trained on, its published scores, and where it lies
    Show {
        /// Its name on the hub
        name: String,
    },
    /// Fetch encoders from the Hugging Face hub into its cache; what was interrupted goes on where it was
    Get {
        /// Their names on the hub, as owner/model or owner/model@revision
        #[arg(required = true)]
        names: Vec<String>,
    },
}

/// Requests about the queue.
#[derive(Debug, Subcommand)]
pub enum QueueCommands {
    /// Show it
    List,
    /// Start the workers that are missing: runs wait, and none takes them
    Wake,
    /// Move a waiting run among those that wait for the same device
    Move {
        /// Its id, a unique beginning of it, or `last`; a beginning that fits folds moves them all
        run: RunSelector,
        /// up, down, first, last
        #[arg(value_parser = shift)]
        to: Shift,
    },
    /// Remove a waiting run; it counts as stopped
    Cancel {
        /// Its id, a unique beginning of it, or `last`; a beginning that fits folds removes them all
        run: RunSelector,
    },
    /// Start a waiting run at once, beside the runs that are training
    Start {
        /// Its id, a unique beginning of it, or `last`; a beginning that fits folds starts them all
        run: RunSelector,
    },
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub enum BenchSubcommands {
    /// Feature extraction without the cache: time per stage, clips per second, memory
    Features {
        /// How many clips, evenly spaced over the selected ones [default: 200]
        #[arg(long, value_parser = positive)]
        clips: Option<usize>,
        /// The recipe [default: the settings']
        #[arg(long, value_name = "NAME")]
        recipe: Option<String>,
    },
    /// A model on random clips: time of a training step and of inference, arithmetic per second, memory
    Model {
        /// The architecture [default: the settings']
        name: Option<String>,
        /// Clips per batch
        #[arg(long, value_parser = positive, default_value = "32")]
        batch: usize,
        /// The device [default: the settings']
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// Steps to time
        #[arg(long, value_parser = positive, default_value = "10")]
        steps: usize,
        /// Profile a step, operation by operation
        #[arg(long)]
        profile: bool,
    },
}
