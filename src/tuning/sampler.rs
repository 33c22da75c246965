//! Which parameters to try next.

use super::finite::{SpaceCoverage, Tally, count, search, setting};
use super::samplers::{Grid, Request, Tpe, random};
use super::{Parameters, Space, Trial, TuningError};
use crate::random::stream;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// Times that a sampler is asked again when it chose what was tried already.
const ATTEMPTS: u64 = 32;

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

    /// As [`Sampler::sample`], but in a finite space only what was tried least: first what no trial has, then what only
    /// failed, then what was tried once, up to `repeats` times again. In a space without end it is the same.
    ///
    /// # Errors
    /// [`TuningError::Exhausted`] when all was tried as often as that; [`TuningError::TooManyPoints`] from a grid.
    pub fn next(&self, request: &Request<'_>, repeats: usize) -> Result<Parameters, TuningError> {
        if let Self::Grid(grid) = self {
            return grid.next(request, repeats);
        }
        let first = self.sample(request)?;
        let Some(settings) = count(request.space) else {
            return Ok(first);
        };
        let tally = Tally::of(request.history.trials, |parameters| setting(request.space, parameters));
        let least = tally.least(settings);
        if least > repeats {
            return Err(TuningError::Exhausted { settings });
        }
        let is_free = |chosen: &Parameters, failed_too: bool| {
            setting(request.space, chosen).is_some_and(|setting| tally.is_free(&setting, least, failed_too))
        };
        let again = (1..=ATTEMPTS).map(|attempt| {
            let seed = stream(request.seed, "again", attempt).next_u64();
            self.sample(&Request { seed, ..*request })
        });
        for drawn in std::iter::once(Ok(first)).chain(again) {
            let drawn = drawn?;
            if is_free(&drawn, false) {
                return Ok(drawn);
            }
        }
        let mut random = stream(request.seed, "walk", request.number as u64);
        let mut walk = |failed_too| {
            let accept = |chosen: &Parameters| is_free(chosen, failed_too);
            search(request.space.parameters(), &mut request.given(), &mut random, &accept)
        };
        walk(false)
            .or_else(|| walk(true))
            .ok_or(TuningError::Exhausted { settings })
    }

    /// How much was tried of a finite space, or of a grid; `None` where there is no end.
    pub fn coverage(&self, space: &Space, trials: &[Trial], repeats: usize) -> Option<SpaceCoverage> {
        if let Self::Grid(grid) = self {
            return grid.coverage(space, trials, repeats);
        }
        let settings = count(space)?;
        let tally = Tally::of(trials, |parameters| setting(space, parameters));
        Some(tally.coverage(settings, repeats))
    }
}
