//! How an interrupted training run continues.

use super::checkpoint::Checkpoints;
use super::epoch::Learner;
use super::{EpochMetrics, Task, TrainingError};
use burn::tensor::Device;

/// Puts a learner where it was after the last epoch that was kept, if it is to go on; the epochs that are behind.
pub(super) fn should_continue(
    task: &Task,
    checkpoints: &Checkpoints,
    learner: &mut Learner,
    device: &Device,
    data: &str,
) -> Result<Vec<EpochMetrics>, TrainingError> {
    let Some(saved) = task.resume.then(|| checkpoints.read(device)).transpose()?.flatten() else {
        checkpoints.begin()?;
        return Ok(Vec::new());
    };
    if saved.data != data {
        return Err(TrainingError::Data(CHANGED.to_owned()));
    }
    let network = checkpoints.last(learner.network.clone())?;
    if learner.restore(network, saved.state) {
        Ok(saved.history)
    } else {
        Err(checkpoints.damaged())
    }
}

/// Said when a run is to go on with other data.
const CHANGED: &str = "the clips, their labels, their sides or their features are not those that the run began with; \
                       put the data back as it was, or start a new run";
