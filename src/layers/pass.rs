//! How a batch passes a network: as in training or as in inference.

use crate::random::Stream;

/// Whether a batch passes the network as in training, with noise, batch statistics and dropout, or as in inference
/// (PyTorch `train()` and `eval()`).
#[derive(Debug)]
pub enum Mode<'a> {
    /// Nothing is drawn; batch normalisation takes the running statistics.
    Inference,
    /// Noise and dropout are drawn, and batch normalisation takes the batch's statistics.
    Training(&'a mut TrainingPass),
}

impl Mode<'_> {
    /// In training, the steps that were taken before this pass.
    pub fn steps(&self) -> Option<u64> {
        match self {
            Self::Inference => None,
            Self::Training(pass) => Some(pass.steps),
        }
    }
}

/// Where noise and dropout come from, and how far the training has come, which decides how much weight the running
/// statistics of batch normalisation give to a batch.
#[derive(Debug)]
pub struct TrainingPass {
    /// What noise and dropout draw their keys from.
    pub stream: Stream,
    /// Steps that were taken before this pass.
    pub steps: u64,
}

impl TrainingPass {
    /// The pass after so many steps.
    pub fn new(stream: Stream, steps: u64) -> Self {
        Self { stream, steps }
    }
}
