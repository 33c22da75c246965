//! Every combination once, in a seeded order.

use super::Request;
use super::random::Scale;
use crate::random::stream;
use crate::tuning::finite::{SpaceCoverage, Tally};
use crate::tuning::{Distribution, Parameters, Space, Trial, TuningError};
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// More points than this are no plan.
const LIMIT: usize = 100_000;

/// Every combination of values once. Which ones are done is read off the trials; those that failed are tried again
/// only when nothing else is left untried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Grid {
    /// The most values of one parameter; a longer or continuous range is cut into so many, ends included.
    pub points: usize,
}

impl Default for Grid {
    fn default() -> Self {
        Self { points: 5 }
    }
}

impl Grid {
    /// As [`crate::tuning::Sampler::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        let expected = "1 or more";
        let error = || TuningError::Sampler {
            key: "points",
            value: self.points.to_string(),
            expected,
        };
        if self.points == 0 { Err(error()) } else { Ok(()) }
    }

    /// All combinations, in the order of the parameters.
    ///
    /// # Errors
    /// [`TuningError::TooManyPoints`].
    pub fn combinations(&self, space: &Space, given: &Parameters) -> Result<Vec<Parameters>, TuningError> {
        let mut combinations = vec![given.clone()];
        for parameter in space.parameters() {
            let values = self.values(&parameter.distribution);
            let mut longer = Vec::with_capacity(combinations.len());
            for chosen in combinations {
                if chosen.contains_key(&parameter.name) || !parameter.is_active(&chosen) {
                    longer.push(chosen);
                    continue;
                }
                for value in &values {
                    let mut chosen = chosen.clone();
                    chosen.insert(parameter.name.clone(), parameter.chosen(*value));
                    longer.push(chosen);
                }
                if longer.len() > LIMIT {
                    return Err(TuningError::TooManyPoints { limit: LIMIT });
                }
            }
            combinations = longer;
        }
        Ok(combinations)
    }

    /// As [`crate::tuning::Sampler::sample`].
    pub(in crate::tuning) fn sample(&self, request: &Request<'_>) -> Result<Parameters, TuningError> {
        self.next(request, 0)
    }

    /// As [`crate::tuning::Sampler::next`].
    pub(in crate::tuning) fn next(&self, request: &Request<'_>, repeats: usize) -> Result<Parameters, TuningError> {
        let mut combinations = self.combinations(request.space, &request.given())?;
        combinations.shuffle(&mut stream(request.seed, "grid", 0));
        let (tally, settings) = tally(&combinations, request.history.trials);
        let least = tally.least(settings);
        if least > repeats {
            return Err(TuningError::Exhausted { settings });
        }
        let free = |failed_too| {
            combinations
                .iter()
                .find(|next| tally.is_free(&key(next), least, failed_too))
        };
        free(false)
            .or_else(|| free(true))
            .cloned()
            .ok_or(TuningError::Exhausted { settings })
    }

    /// As [`crate::tuning::Sampler::coverage`].
    pub(in crate::tuning) fn coverage(&self, space: &Space, trials: &[Trial], repeats: usize) -> Option<SpaceCoverage> {
        let combinations = self.combinations(space, &Parameters::new()).ok()?;
        let (tally, settings) = tally(&combinations, trials);
        Some(tally.coverage(settings, repeats))
    }

    /// The internal values of one parameter.
    fn values(&self, distribution: &Distribution) -> Vec<f64> {
        let scale = Scale::of(distribution);
        let (low, high) = scale.bounds;
        if distribution.is_single() {
            return vec![low];
        }
        if scale.half_step > 0.0 {
            let count = ((high - low) / (2.0 * scale.half_step)).round() as usize + 1;
            if count <= self.points || matches!(distribution, Distribution::Categorical { .. }) {
                return (0..count)
                    .map(|index| (low + index as f64 * 2.0 * scale.half_step).min(high))
                    .collect();
            }
        }
        if self.points == 1 {
            return vec![scale.value(f64::midpoint(scale.position(low), scale.position(high)))];
        }
        let (first, last) = (scale.position(low), scale.position(high));
        let part = |index: usize| first + (last - first) * index as f64 / (self.points - 1) as f64;
        let between = (1..self.points - 1).map(|index| scale.value(part(index)));
        let mut values: Vec<f64> = std::iter::once(low).chain(between).chain([high]).collect();
        values.dedup();
        values
    }
}

/// How often each of these points was tried, and how many there are.
fn tally<'a>(combinations: &'a [Parameters], trials: &'a [Trial]) -> (Tally<Key<'a>>, u64) {
    let points: HashSet<Key<'_>> = combinations.iter().map(key).collect();
    let tally = Tally::of(trials, |parameters| {
        Some(key(parameters)).filter(|key| points.contains(key))
    });
    (tally, points.len() as u64)
}

/// Parameters as something to compare; the last bits of a step's multiple do not distinguish two points.
type Key<'a> = Vec<(&'a str, i64, i64)>;

fn key(parameters: &Parameters) -> Key<'_> {
    let digits = |value: f64| {
        let exponent = if value == 0.0 { 0.0 } else { value.abs().log10().floor() };
        ((value / 10f64.powf(exponent) * 1e9).round() as i64, exponent as i64)
    };
    let numbers = parameters
        .iter()
        .map(|(name, chosen)| (name.as_str(), digits(chosen.internal)));
    numbers
        .map(|(name, (mantissa, exponent))| (name, mantissa, exponent))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tuning::journal::operation::NewTrial;
    use crate::tuning::{Direction, History, TrialState};

    fn space() -> Space {
        toml::from_str(
            "rate = { float = [1e-4, 1e-2], log = true }\n\
             optimizer = { choices = ['adam', 'sgd'] }\n\
             momentum = { float = [0.0, 0.8], step = 0.4, when = { optimizer = 'sgd' } }",
        )
        .unwrap()
    }

    fn trial(number: usize, state: TrialState, parameters: Parameters) -> Trial {
        let NewTrial {
            user_attributes,
            system_attributes,
            reports,
            ..
        } = NewTrial::new(state);
        let (values, started, finished) = (None, None, None);
        Trial {
            id: number,
            number,
            state,
            values,
            parameters,
            reports,
            user_attributes,
            system_attributes,
            started,
            finished,
        }
    }

    #[test]
    fn every_combination_comes_once_and_a_failed_one_again_at_the_end() {
        let (space, grid) = (space(), Grid { points: 3 });
        let mut trials: Vec<Trial> = Vec::new();
        let next = |trials: &[Trial]| {
            let history = History {
                study: "s",
                direction: Direction::Minimize,
                trials,
            };
            let (number, fixed) = (trials.len(), &Parameters::new());
            grid.sample(&Request {
                space: &space,
                history,
                number,
                seed: 3,
                fixed,
            })
        };
        for number in 0..12 {
            let state = if number == 4 {
                TrialState::Failed
            } else {
                TrialState::Running
            };
            trials.push(trial(number, state, next(&trials).unwrap()));
        }
        let distinct: std::collections::HashSet<_> = trials.iter().map(|trial| key(&trial.parameters)).collect();
        assert_eq!(distinct.len(), 12);
        let again = next(&trials).unwrap();
        assert_eq!(key(&again), key(&trials[4].parameters));
        trials.push(trial(12, TrialState::Complete, again));
        assert!(matches!(next(&trials), Err(TuningError::Exhausted { settings: 12 })));
    }

    #[test]
    fn a_range_is_cut_evenly_with_its_ends() {
        let grid = Grid { points: 3 };
        let values = grid.values(&Distribution::float(1e-4, 1e-2, None, true).unwrap());
        assert!((values[1] - 1e-3).abs() < 1e-9 && values[0] == 1e-4 && values[2] == 1e-2);
        assert_eq!(
            grid.values(&Distribution::int(0, 100, 1, false).unwrap()),
            [0.0, 50.0, 100.0]
        );
        assert_eq!(grid.values(&Distribution::int(1, 3, 1, true).unwrap()), [1.0, 2.0, 3.0]);
    }

    #[test]
    fn a_grid_without_end_is_refused() {
        let wide: String = (0..12)
            .map(|index| format!("p{index} = {{ float = [0, 1] }}\n"))
            .collect();
        let space: Space = toml::from_str(&wide).unwrap();
        assert!(matches!(
            Grid { points: 5 }.combinations(&space, &Parameters::new()),
            Err(TuningError::TooManyPoints { .. })
        ));
    }
}
