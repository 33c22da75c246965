//! What all families have in common for those who send clips through.

use super::EncoderError;
use burn::tensor::Tensor;
use std::fmt::Debug;

/// The network of an encoder.
pub(super) trait Network: Debug + Send + Sync {
    /// Sends a batch of clips through, each no longer than a window and long enough for a frame, and hands the hidden
    /// states 0 to `last` to `take`, one after the other: (clips, frames, width). Shorter clips are filled up, which
    /// changes nothing in their own frames. Returns how many frames are each clip's own.
    ///
    /// `padded` is for Whisper alone: clips are filled up to a window, and what fills them up takes part.
    fn states(
        &self,
        clips: &[&[f32]],
        padded: bool,
        last: usize,
        take: &mut dyn FnMut(usize, Tensor<3>),
    ) -> Result<Vec<usize>, EncoderError>;
}
