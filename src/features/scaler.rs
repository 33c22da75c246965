//! Standardisation with the training clips' statistics.

use super::FeatureMatrix;
use serde::{Deserialize, Serialize};

/// Mean and deviation per feature (one pair per coefficient, over all frames of the clips it was fitted on).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scaler {
    /// Mean per coefficient.
    pub mean: Vec<f32>,
    /// Standard deviation (divisor n) per coefficient, as sklearn's StandardScaler; 1 where it is 0.
    pub deviation: Vec<f32>,
}

impl Scaler {
    /// Statistics over all frames of all given matrices; sums in f64.
    pub fn fit<'a>(_matrices: impl IntoIterator<Item = &'a FeatureMatrix>) -> Self {
        unimplemented!()
    }

    /// `(x - mean) / deviation` in place.
    pub fn apply(&self, _matrix: &mut FeatureMatrix) {
        unimplemented!()
    }
}
