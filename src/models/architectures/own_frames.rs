//! Frames of clips of unequal length: which are a clip's own.

use burn::tensor::{Tensor, s};

/// A batch's frames, and which of them are a clip's own.
#[derive(Debug)]
pub(super) struct OwnFrames {
    /// (batch, frames, coefficients).
    pub values: Tensor<3>,
    /// (batch, frames, 1): 1 in a clip's own frames, 0 in those that pad it; none where all clips are of one length.
    pub mask: Option<Tensor<3>>,
}

impl OwnFrames {
    /// Takes the last column of a batch for the mask, where it is one.
    pub fn of(batch: Tensor<3>, masked: bool) -> Self {
        if !masked {
            return Self {
                values: batch,
                mask: None,
            };
        }
        let [_, _, columns] = batch.dims();
        let last = columns.saturating_sub(1);
        Self {
            values: batch.clone().slice(s![.., .., 0..last]),
            mask: Some(batch.slice(s![.., .., last..])),
        }
    }
}
