//! The package and what it says about a wave.

mod batch;
mod dimension_head;
mod error;
mod labels;
mod package;
mod predict;
mod ready_made;

pub use batch::{
    PREDICTION_BATCH, batch_dimension_rows, batch_log_probabilities, dimension_rows, log_probabilities, standardised,
};
pub use dimension_head::{DimensionHead, dimension_values_of};
pub use error::InferenceError;
pub use labels::LabelView;
pub use package::{FinalFit, Package, PackageMetadata};
pub use predict::{Prediction, PreparedFile, Speaker, Warning};
pub use ready_made::{ReadyMade, ResampledFile};
