//! Clips and features to a trained network.

mod adam;
mod ahead;
mod augmentation;
mod callbacks;
mod checkpoint;
mod course;
mod dataset;
mod epoch;
mod error;
mod export;
mod fit;
mod gradient;
mod import;
mod loss;
mod observer;
mod settings;
mod tensors;
mod trial;

pub use adam::Adam;
pub use augmentation::{AugmentationMode, AugmentationSettings, Copy, Examples, OnTheFly, examples};
pub use callbacks::{EarlyStopping, Monitor, ReduceOnPlateau};
pub use checkpoint::{BEST, LAST, saved_epoch};
pub use dataset::{Dataset, build_dataset};
pub use error::TrainingError;
pub use export::{Export, ExportSummary, export_features};
pub use fit::{Task, Trained, fit, judged, train};
pub use gradient::clip_by_global_norm;
pub use import::{ImportFolder, ImportSummary};
pub use loss::class_weights;
pub use observer::{Control, EpochFacts, Observer};
pub use settings::{EarlyStoppingSettings, ReduceOnPlateauSettings, TrainingSettings};
pub use trial::{StepTime, Trial, clips_of, judge, product_speed};
