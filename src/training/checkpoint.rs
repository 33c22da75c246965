//! Weights of the best and the last epoch on disk.

use super::TrainingError;
use crate::models::Network;
use std::fs;
use std::path::{Path, PathBuf};

/// The file of the best epoch's weights.
pub const BEST: &str = "best.safetensors";
/// The file of the last epoch's weights.
pub const LAST: &str = "last.safetensors";

/// A run's folder of checkpoints. Every file is replaced whole: one that cannot be written leaves the
/// earlier one as it was.
#[derive(Debug)]
pub(super) struct Checkpoints {
    folder: PathBuf,
}

impl Checkpoints {
    /// Makes the folder when it is missing.
    pub fn open(folder: &Path) -> Result<Self, TrainingError> {
        fs::create_dir_all(folder).map_err(|source| TrainingError::Io {
            path: folder.to_owned(),
            source,
        })?;
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// Writes the epoch's weights, the best ones first: they matter most when the disk fills up.
    pub fn write(&self, network: &Network, best: bool) -> Result<(), TrainingError> {
        if best {
            network.save(&self.folder.join(BEST))?;
        }
        Ok(network.save(&self.folder.join(LAST))?)
    }
}
