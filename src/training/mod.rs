//! Clips and features to a trained network.

mod callbacks;
mod checkpoint;
mod dataset;
mod epoch;
mod error;
mod fit;
mod gradient;
mod loss;
mod observer;
mod settings;

pub use callbacks::{EarlyStopping, Monitor, ReduceOnPlateau};
pub use checkpoint::{BEST, LAST};
pub use dataset::{Dataset, build_dataset};
pub use error::TrainingError;
pub use fit::{Task, Trained, fit, judged, train};
pub use gradient::clip_by_global_norm;
pub use loss::class_weights;
pub use observer::{Control, EpochFacts, Observer};
pub use settings::{EarlyStoppingSettings, ReduceOnPlateauSettings, TrainingSettings};
