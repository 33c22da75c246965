//! Which frames of a batch are the clips' own.

use burn::tensor::{Device, Tensor, TensorData};

/// Which frames of a batch of sequences of unequal length are their own; behind them stands what fills the batch up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMask {
    lengths: Vec<usize>,
    frames: usize,
}

impl KeyMask {
    /// Sequences of so many own frames in a batch of so many.
    pub fn new(lengths: &[usize], frames: usize) -> Self {
        Self {
            lengths: lengths.iter().map(|length| (*length).min(frames)).collect(),
            frames,
        }
    }

    /// Own frames of each.
    pub fn lengths(&self) -> &[usize] {
        &self.lengths
    }

    /// Whether nothing is hidden.
    pub fn is_full(&self) -> bool {
        self.lengths.iter().all(|length| *length == self.frames)
    }

    /// What hides the other frames when it is added to scores (clips, heads, frames, frames): (clips, 1, 1, frames);
    /// none where nothing is hidden.
    pub fn hidden(&self, device: &Device) -> Option<Tensor<4>> {
        let values = self.values(0.0, f32::MIN / 2.0)?;
        Some(Tensor::from_data(
            TensorData::new(values, [self.lengths.len(), 1, 1, self.frames]),
            device,
        ))
    }

    /// A batch (clips, frames, width) with zeros in the other frames.
    pub fn cleared(&self, batch: Tensor<3>) -> Tensor<3> {
        let Some(values) = self.values(1.0, 0.0) else {
            return batch;
        };
        let shape = [self.lengths.len(), self.frames, 1];
        let own = Tensor::from_data(TensorData::new(values, shape), &batch.device());
        batch * own
    }

    fn values(&self, own: f32, other: f32) -> Option<Vec<f32>> {
        if self.is_full() {
            return None;
        }
        let clip = |length: &usize| {
            let length = *length;
            (0..self.frames).map(move |frame| if frame < length { own } else { other })
        };
        Some(self.lengths.iter().flat_map(clip).collect())
    }
}
