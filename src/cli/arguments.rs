//! The arguments of the program.

use super::parse::{change, positive};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

const EXIT_CODES: &str = "\
Exit codes:
  0    done
  1    it failed: a run that failed, died or was stopped, a file that was refused, a disk that is full, ...
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
    /// Put one value over the settings, as `training.epochs=10`; repeatable
    #[arg(short, long = "set", global = true, value_name = "KEY=VALUE", value_parser = change)]
    pub set: Vec<(String, String)>,
    /// Print one JSON document (one per line where something is followed)
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Subcommands {
    /// Find the clips of all corpora, and look at their samples
    Scan {
        /// Write the table of clips (CSV, or TSV by its extension) as well
        #[arg(long, value_name = "PATH")]
        export: Option<PathBuf>,
        /// Leave the samples alone
        #[arg(long)]
        headers_only: bool,
    },
    /// Write the table of clips (CSV, or TSV by its extension)
    Export {
        /// Where
        path: PathBuf,
    },
    /// Extract the features of all clips that take part into the cache
    Features,
    /// Train a model in a process of its own, and follow it
    Train {
        /// Return as soon as the run has started
        #[arg(long)]
        detach: bool,
    },
    /// List the runs, newest first
    Runs {
        /// Go on, and list them again whenever one changes
        #[arg(long)]
        follow: bool,
    },
    /// Follow a run until it ends
    Watch {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: String,
    },
    /// Ask a run to stop; it keeps its checkpoints, and its best epoch's model
    Stop {
        /// Its id, a unique beginning of it, or `last`
        run: String,
        /// When its epoch is done, instead of at the next step
        #[arg(long)]
        after_epoch: bool,
    },
    /// Show the report of a run
    Report {
        /// Its id, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        run: String,
    },
    /// Say what a run's model makes of sound files
    Predict {
        /// The sound files
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// The run's id, a unique beginning of it, or `last`
        #[arg(long, default_value = "last", value_name = "ID")]
        run: String,
    },
    /// Show a sound file: its spectrogram and what its samples say
    Preview {
        /// The sound file
        file: PathBuf,
    },
    /// Write the synthetic demo corpus
    Demo {
        /// Where [default: `demo` in the data folder]
        dir: Option<PathBuf>,
        /// How many clips, about
        #[arg(long, value_parser = positive)]
        clips: Option<usize>,
    },
    /// Show the resolved settings and where each came from
    Config,
    /// Look at this machine: what it has, what it lacks, and what would help
    Doctor,
    /// Train the given run folders in this process
    #[command(hide = true)]
    Worker {
        /// The run folders, trained one after the other
        #[arg(required = true)]
        runs: Vec<PathBuf>,
    },
}
