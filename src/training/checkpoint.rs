//! What a run keeps on disk: the best epoch's weights, and all that it needs to continue.

use super::tensors::{Tensors, word};
use super::{EpochMetrics, TrainingError};
use crate::files;
use crate::models::Network;
use burn::tensor::Device;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file of the best epoch's weights.
pub const BEST: &str = "best.safetensors";
/// The file of the last epoch's weights, with the optimiser's state beside them.
pub const LAST: &str = "last.safetensors";
/// The table of all epochs.
const HISTORY: &str = "history.csv";

const EPOCH: &str = "epoch";
const DATA: &str = "data";

/// A run's folder of checkpoints.
///
/// After an epoch its line is appended to `history.csv`, then `last.safetensors` is replaced whole, then
/// `best.safetensors` if it was the best. Whatever interrupts this, the epoch that `last.safetensors` names is the one
/// to continue from: the table has it, and `best.safetensors` is that of an earlier epoch, or else to be
/// made from `last.safetensors` itself.
#[derive(Debug)]
pub(super) struct Checkpoints {
    folder: PathBuf,
}

/// Where a run was when it was interrupted.
#[derive(Debug)]
pub(super) struct Saved {
    /// Of the optimiser, and what else there is beside the weights.
    pub state: Tensors,
    /// The epochs that are done.
    pub history: Vec<EpochMetrics>,
    /// Hash of the data that they were trained on.
    pub data: String,
}

impl Checkpoints {
    /// Makes the folder when it is missing, and clears away what an interrupted write left there.
    pub fn open(folder: &Path) -> Result<Self, TrainingError> {
        let checkpoints = Self {
            folder: folder.to_owned(),
        };
        let clear = || -> io::Result<()> {
            fs::create_dir_all(folder)?;
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|extension| extension == "tmp") {
                    fs::remove_file(path)?;
                }
            }
            Ok(())
        };
        clear().map_err(|source| refuse(folder, source))?;
        Ok(checkpoints)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Removes what an earlier run left there.
    pub fn begin(&self) -> Result<(), TrainingError> {
        for name in [LAST, BEST] {
            let path = self.path(name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(refuse(&path, error)),
                _ => {}
            }
        }
        self.write_history(&[])
    }

    /// Writes the epoch that was done last. `network` is trained further, `evaluated` is what was validated.
    pub fn write(
        &self,
        network: &Network,
        evaluated: &Network,
        mut state: Tensors,
        metrics: &EpochMetrics,
        data: &str,
    ) -> Result<(), TrainingError> {
        self.append_history(metrics)?;
        state.words.insert(EPOCH.to_owned(), metrics.epoch.to_string());
        state.words.insert(DATA.to_owned(), data.to_owned());
        let path = self.path(LAST);
        let bytes = state.beside(&network.to_bytes()?).ok_or_else(|| {
            let problem = "the weights cannot be written as safetensors";
            refuse(&path, io::Error::other(problem))
        })?;
        files::replace(&path, &bytes).map_err(|source| refuse(&path, source))?;
        if metrics.best {
            self.write_best(evaluated)?;
        }
        Ok(())
    }

    /// Writes the best epoch's weights.
    pub fn write_best(&self, evaluated: &Network) -> Result<(), TrainingError> {
        Ok(evaluated.save(&self.path(BEST))?)
    }

    /// Where an interrupted run was; nothing when it did not come to the end of its first epoch.
    pub fn read(&self, device: &Device) -> Result<Option<Saved>, TrainingError> {
        let path = self.path(LAST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refuse(&path, error)),
        };
        let state = Tensors::read(&bytes, device).ok_or_else(|| damaged(&path))?;
        let word = |name: &str| state.words.get(name).cloned().ok_or_else(|| damaged(&path));
        let epoch: usize = word(EPOCH)?.parse().map_err(|_| damaged(&path))?;
        let data = word(DATA)?;
        let path = self.path(HISTORY);
        let mut table = csv::Reader::from_path(&path).map_err(|error| refuse(&path, io::Error::other(error)))?;
        // What comes after the epoch was not kept; its line may be torn.
        let rows = table
            .deserialize()
            .take(epoch)
            .collect::<Result<Vec<EpochMetrics>, _>>();
        let history = rows.map_err(|error| refuse(&path, io::Error::other(error)))?;
        if history.len() != epoch || history.iter().zip(1..).any(|(metrics, epoch)| metrics.epoch != epoch) {
            return Err(damaged(&path));
        }
        self.write_history(&history)?;
        Ok(Some(Saved { state, history, data }))
    }

    /// The error of a last epoch that cannot be continued from.
    pub fn damaged(&self) -> TrainingError {
        damaged(&self.path(LAST))
    }

    /// The last epoch's weights in this network.
    pub fn last(&self, network: Network) -> Result<Network, TrainingError> {
        Ok(network.load(&self.path(LAST))?)
    }

    /// The best epoch's weights in this network.
    pub fn best(&self, network: Network) -> Result<Network, TrainingError> {
        Ok(network.load(&self.path(BEST))?)
    }

    fn write_history(&self, history: &[EpochMetrics]) -> Result<(), TrainingError> {
        let path = self.path(HISTORY);
        let table = rows(history, true).map_err(|error| refuse(&path, error))?;
        files::replace(&path, &table).map_err(|source| refuse(&path, source))
    }

    fn append_history(&self, metrics: &EpochMetrics) -> Result<(), TrainingError> {
        let path = self.path(HISTORY);
        // The first line brings the names of the columns along.
        let append = || -> io::Result<()> {
            let line = rows(std::slice::from_ref(metrics), metrics.epoch == 1)?;
            let mut file = File::options().append(true).create(true).open(&path)?;
            file.write_all(&line)?;
            file.sync_data()
        };
        append().map_err(|source| refuse(&path, source))
    }
}

/// The last epoch of a folder of checkpoints, from which a run would continue; 0 when there is none.
///
/// # Errors
/// [`TrainingError::Io`] for a file that is damaged or cannot be read.
pub fn saved_epoch(folder: &Path) -> Result<usize, TrainingError> {
    let path = folder.join(LAST);
    let read = || -> io::Result<Option<usize>> {
        let file = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Some(0)),
            file => file?,
        };
        Ok(word(file, EPOCH)?.and_then(|word| word.parse().ok()))
    };
    let epoch = read().map_err(|source| refuse(&path, source))?;
    epoch.ok_or_else(|| damaged(&path))
}

fn rows(history: &[EpochMetrics], names: bool) -> io::Result<Vec<u8>> {
    let mut table = csv::WriterBuilder::new().has_headers(names).from_writer(Vec::new());
    for metrics in history {
        table.serialize(metrics).map_err(io::Error::other)?;
    }
    table.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn damaged(path: &Path) -> TrainingError {
    let problem = "damaged, or not of a run that can continue; start a new run";
    refuse(path, io::Error::new(io::ErrorKind::InvalidData, problem))
}

fn refuse(path: &Path, source: io::Error) -> TrainingError {
    TrainingError::Io {
        path: path.to_owned(),
        source,
    }
}
