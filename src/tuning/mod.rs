//! Tuning: which parameters to try next, and when to prune a trial. Knows parameters and scores, never models.
//!
//! A [`Study`] is a journal file in Optuna's format: Python Optuna can continue it, and this module can continue what
//! Optuna began. A worker *asks* the study for a trial's parameters (chosen by a [`Sampler`] in a [`Space`]), *reports*
//! a value after every epoch, asks a [`Pruner`] whether to continue, and *tells* the outcome, in Optuna's words. Any
//! number of processes do so on one file.
//!
//! | module | what it is |
//! |---|---|
//! | [`study`], [`lifecycle`] | ask, report, tell; fail and retry what a lost worker left |
//! | [`settings`], [`space_table`] | `[tuning]` of the settings, and the search spaces in it |
//! | [`space`], [`distribution`], [`value`] | parameters, the values they can take, and values |
//! | [`importance`] | which parameters mattered |
//! | [`trial`] | what is known of a trial |
//! | [`sampler`], [`samplers`] | the next parameters: random, grid, tree-structured Parzen estimator |
//! | [`finite`] | spaces of finitely many settings: what was tried of them |
//! | [`pruner`], [`pruners`] | when to prune a trial: median, percentile, patient, successive halving, Hyperband |
//! | [`journal`] | the file: its lock, its lines, the state they add up to, and its repair |

pub mod damage;
pub mod distribution;
pub mod error;
pub mod finite;
pub mod importance;
pub mod journal;
pub mod json;
pub mod lifecycle;
pub mod pruner;
pub mod pruners;
pub mod sampler;
pub mod samplers;
pub mod settings;
pub mod space;
pub mod space_table;
pub mod study;
pub mod trial;
pub mod value;

pub use damage::Damage;
pub use distribution::Distribution;
pub use error::TuningError;
pub use finite::SpaceCoverage;
pub use journal::lock::Lock;
pub use journal::repair::{LeftOut, Repaired, repair};
pub use lifecycle::Outcome;
pub use pruner::Pruner;
pub use pruners::PruningDecision;
pub use sampler::Sampler;
pub use settings::{Objective, TuningSettings};
pub use space::{Chosen, Parameter, Parameters, Space};
pub use study::{Limits, Study};
pub use trial::{Direction, History, Trial, TrialState};
pub use value::Value;
