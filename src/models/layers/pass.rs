//! What a pass in training has that one in inference has not.

use crate::random::Stream;

/// Where noise and dropout come from, and how far the training has come, which says how much the running statistics of
/// batch normalisation are worth.
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
