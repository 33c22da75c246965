//! Clips and features to a trained network.

mod callbacks;
mod checkpoint;
mod dataset;
mod error;
mod fit;
mod settings;

pub use callbacks::{Monitor, ReduceOnPlateau};
pub use dataset::{Dataset, build_dataset};
pub use error::TrainingError;
pub use fit::{Control, EpochFacts, Observer, Trained, judged, train};
pub use settings::{EarlyStoppingSettings, ReduceOnPlateauSettings, TrainingSettings};
