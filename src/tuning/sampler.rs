//! Which parameters to try next.

use super::samplers::{Grid, Tpe, random};
use super::{History, Parameters, Space, TuningError};
use serde::{Deserialize, Serialize};

/// A way of choosing the next parameters.
///
/// Samplers hold no state: what they need is in the trials, and their random numbers come from the study's seed and
/// the trial's number, so that workers need not know of each other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Sampler {
    /// Evenly from the whole space.
    Random,
    /// Every combination once, in a seeded order.
    Grid(Grid),
    /// Where good trials were and bad ones were not.
    Tpe(Tpe),
}

impl Default for Sampler {
    fn default() -> Self {
        Self::Tpe(Tpe::default())
    }
}

/// What a sampler is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The parameters to choose, and from what.
    pub space: &'a Space,
    /// The trials so far, running ones among them.
    pub history: History<'a>,
    /// The number of the trial that is to be.
    pub number: usize,
    /// The study's seed.
    pub seed: u64,
    /// Parameters that are given.
    pub fixed: &'a Parameters,
}

impl Sampler {
    /// Whether the settings make sense.
    ///
    /// # Errors
    /// [`TuningError::Sampler`], with the setting and what it must be.
    pub fn check(&self) -> Result<(), TuningError> {
        match self {
            Self::Random => Ok(()),
            Self::Grid(grid) => grid.check(),
            Self::Tpe(tpe) => tpe.check(),
        }
    }

    /// All parameters of the next trial: those given, and a value for every other that exists beside them.
    ///
    /// # Errors
    /// [`TuningError::Exhausted`] and [`TuningError::TooManyPoints`] from a grid.
    pub fn sample(&self, request: &Request<'_>) -> Result<Parameters, TuningError> {
        match self {
            Self::Random => Ok(random::sample(request)),
            Self::Grid(grid) => grid.sample(request),
            Self::Tpe(tpe) => Ok(tpe.sample(request)),
        }
    }
}

impl Request<'_> {
    /// The given parameters that the space knows and that exist beside the other given ones.
    pub(super) fn given(&self) -> Parameters {
        let mut given = Parameters::new();
        for parameter in self.space.parameters() {
            if let Some(chosen) = self.fixed.get(&parameter.name)
                && parameter.is_active(&given)
            {
                given.insert(parameter.name.clone(), chosen.clone());
            }
        }
        given
    }
}
