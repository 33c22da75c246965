//! The arguments of `undertone study`.

use super::parse::{change, positive};
use clap::Subcommand;
use std::path::PathBuf;

/// Requests about studies.
#[derive(Debug, Subcommand)]
pub enum StudyCommands {
    /// List the studies
    List,
    /// Show a study: its trials from the best on, parameter importance, and test-set evaluations
    Show {
        /// Its name, a unique beginning of it, or `last`
        #[arg(default_value = "last")]
        study: String,
        /// Only the trials that pass this filter, as `uar>60 state=complete`
        #[arg(long = "where", value_name = "FILTER")]
        filter: Option<String>,
        /// At most so many trials
        #[arg(long, value_parser = positive)]
        rows: Option<usize>,
    },
    /// Ask the workers of a study to stop
    Stop {
        /// Its name, a unique beginning of it, or `last`
        study: String,
        /// Only this worker, as `w2`
        #[arg(long, value_name = "NAME")]
        worker: Option<String>,
        /// When the epoch is done, instead of at the next step
        #[arg(long)]
        after_epoch: bool,
        /// When the trial is done
        #[arg(long, conflicts_with = "after_epoch")]
        after_trial: bool,
    },
    /// Queue a trial; the sampler chooses the parameters that are left out
    Enqueue {
        /// Its name, a unique beginning of it, or `last`
        study: String,
        /// Parameters, as `training.learning_rate=0.002`
        #[arg(value_name = "KEY=VALUE", value_parser = change)]
        values: Vec<(String, String)>,
    },
    /// Retrain with a trial's settings, as runs that are evaluated on the test set
    Promote {
        /// Its name, a unique beginning of it, or `last`
        study: String,
        /// The trial [default: the best]
        #[arg(long, value_name = "NUMBER")]
        trial: Option<usize>,
        /// How many runs, each with a seed of its own on the study's split
        #[arg(long, default_value = "3", value_parser = positive)]
        seeds: usize,
    },
    /// Repair a damaged journal as far as possible; a copy of it is kept
    #[command(alias = "mend")]
    Repair {
        /// Its name, a unique beginning of it, or `last`
        study: String,
    },
    /// Delete a study that nobody works on; `restore` brings it back for a week
    Delete {
        /// Its whole name
        study: String,
        /// With the run folders of its trials, which else stay where they are
        #[arg(long)]
        runs: bool,
        /// Without a question
        #[arg(long)]
        yes: bool,
    },
    /// Bring a deleted study back
    Restore {
        /// Its name, or `last`, the one deleted last
        #[arg(default_value = "last")]
        study: String,
    },
    /// Write the trials as a table (CSV), or all of the study (JSON by the file's extension)
    Export {
        /// Its name, a unique beginning of it, or `last`
        study: String,
        /// The file
        path: PathBuf,
    },
}
