//! Mono samples and their rate.

/// Mono samples in [-1, 1] and their rate.
#[derive(Debug, Clone, PartialEq)]
pub struct Wave {
    /// The samples, full scale at 1.0.
    pub samples: Vec<f32>,
    /// Samples per second (Hz).
    pub rate: u32,
}

impl Wave {
    /// Length in seconds.
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.rate.max(1))
    }
}
