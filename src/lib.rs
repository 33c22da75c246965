//! Undertone: a terminal workbench for speech emotion recognition.
//!
//! # The map
//!
//! From the door down; a floor may use the floors below it, never a sibling or one above.
//!
//! | floor | what it is |
//! |---|---|
//! | [`cli`], [`ui`] | the two faces: subcommands, and the workbench on the screen; they talk to [`engine`] only |
//! | [`engine`] | the only door: takes `Command`s, joins the floors below, emits `Event`s |
//! | [`training`] | clips and features to batches, the training loop, checkpoints |
//! | [`evaluation`] | labels and predictions to numbers: metrics, reports, leakage |
//! | [`corpus`] | what there is to learn from: layouts, scan, statistics, splits, the demo corpus |
//! | [`inference`] | the package (weights, recipe, scaler, labels) and a wave to probabilities |
//! | [`models`] | Burn modules, one file per architecture; tensors only |
//! | [`features`] | the numbers a model sees: pure functions of a wave |
//! | [`audio`] | samples: decoding, resampling, the short-time Fourier transform, augmentation, playing |
//! | [`runs`] | run folders on disk: journal, lease, control; a leaf that only `engine` uses |
//! | [`system`] | the machine: what it has, what it lacks, and the remedy; a leaf that only `engine` uses |
//! | [`tuning`] | which parameters to try next, and when to give a trial up; a leaf that only `engine` uses |
//! | [`random`], [`files`], [`file_lock`], [`formats`] | seeded streams of random numbers; files replaced whole or not at all; locks between processes; the versions of the formats on disk |
//!
//! The way of the data: folder → scan → clips → split → recipe over each wave (cached) → scaler
//! fitted on training clips only → batches → fit → checkpoint → package → predictions → report.

pub mod audio;
pub mod cli;
pub mod corpus;
pub mod engine;
pub mod evaluation;
pub mod features;
pub mod file_lock;
pub mod files;
pub mod formats;
pub mod inference;
pub mod models;
pub mod random;
pub mod runs;
pub mod system;
pub mod training;
pub mod tuning;
pub mod ui;
