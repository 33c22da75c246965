//! Undertone: a terminal workbench for speech emotion recognition.
//!
//! # The map
//!
//! From the door down; a floor may use the floors below it, never a sibling or one above.
//!
//! | floor | what it is |
//! |---|---|
//! | [`cli`], [`ui`] | the two faces: subcommands, and the workbench on the screen; they talk to [`engine`] and [`present`] only |
//! | [`present`] | words, numbers, tables and JSON documents of results, once for both faces |
//! | [`engine`] | the only door: takes `Command`s, joins the floors below, emits `Event`s |
//! | [`training`] | clips and features to batches, the training loop, checkpoints |
//! | [`evaluation`] | labels and predictions to numbers: metrics, reports, leakage |
//! | [`corpus`] | what there is to learn from: layouts, scan, statistics, splits, the demo corpus |
//! | [`inference`] | the package (weights, recipe, scaler, labels) or a ready-made classifier, and a wave to probabilities |
//! | [`models`] | Burn modules, one file per architecture; tensors only |
//! | [`features`] | the numbers a model sees, of a wave by itself or by an encoder; their cache |
//! | [`encoders`] | speech encoders with published weights: waves to hidden states |
//! | [`layers`] | layers of networks and their kernels, shared by architectures and encoders |
//! | [`device`] | the device to compute on, by name |
//! | [`audio`] | samples: decoding, resampling, the short-time Fourier transform, augmentation, playing |
//! | [`runs`] | run folders on disk: journal, lease, control; a leaf that only `engine` uses |
//! | [`system`] | the machine: what it has, what it lacks, and the remedy; a leaf that only `engine` uses |
//! | [`tuning`] | which parameters to try next, and when to give a trial up; a leaf that only `engine` uses |
//! | [`published`] | published corpora: where each is to be had, fetching and unpacking it; only `engine` uses it |
//! | [`download`] | files from the network, resumed and checked; a leaf that only `encoders`, `published` and `engine` use |
//! | [`random`], [`quantile`] | seeded streams of random numbers; quantiles |
//! | [`files`], [`lines`], [`file_lock`] | files replaced whole or not at all; files that grow by whole lines; locks between processes |
//! | [`formats`] | the versions of the formats on disk |
//!
//! The way of the data: folder → scan → clips → split → recipe over each wave (cached) → scaler
//! fitted on training clips only → batches → fit → checkpoint → package → predictions → report.
//!
//! # The words
//!
//! | word | meaning |
//! |---|---|
//! | clip, corpus, layout | one recording; a folder or table of them; how names and labels are read from it |
//! | recipe | every step from a file to features: rate, trimming, level, frames, features, functionals |
//! | split, subset, fold | the division of the clips; its training, validation or test set; one of K divisions of a cross-validation |
//! | speaker-independent | no speaker of the test set is in the training set; the opposite of a random split |
//! | UAR | unweighted average recall: the mean recall of the classes that occur in the test set |
//! | held-out test score | the metrics on clips that neither training nor the choice of the epoch has seen |
//! | data-quality issue | what may be wrong with a clip: duplicate, duplicate with conflicting labels, clipping, silence, ... |
//! | run, worker, heartbeat | one training with its folder; the process that trains it; the file by which it shows that it is alive |
//! | study, trial, promote | a search of settings; one of its runs; to retrain a trial and evaluate it on the test set |
//! | package | what predicts: weights, recipe, scaler, labels |
//! | encoder, hidden state | a speech network with published weights; what one of its layers gives for each frame |
//! | ready-made classifier | an encoder with a classification head, used as it was published |
//! | preset | settings under one name, ours or those of a paper |

pub mod audio;
pub mod cli;
pub mod corpus;
pub mod device;
pub mod download;
pub mod encoders;
pub mod engine;
pub mod evaluation;
pub mod features;
pub mod file_lock;
pub mod files;
pub mod formats;
pub mod inference;
pub mod layers;
pub mod lines;
pub mod models;
pub mod present;
pub mod published;
pub mod quantile;
pub mod random;
pub mod runs;
pub mod system;
pub mod training;
pub mod tuning;
pub mod ui;
