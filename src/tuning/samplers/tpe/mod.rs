//! The tree-structured Parzen estimator: where good trials were and bad ones were not.
//!
//! This is Optuna 5.0's `TPESampler`, reimplemented: the same split into good and bad trials, the same densities (the
//! golden files compare both), another random generator. The crate `tpe` could not carry it: its optimizer knows one
//! parameter at a time, so no joint density; it is told values, not when they were, so no recency weights; running and
//! pruned trials have no place in it; its prior is as narrow as any kernel and its good side grows without a cap. It
//! serves as a peer in `tests/tuning_peers.rs` instead.
//!
//! Parameters without a condition are drawn from one joint density; those with one each from their own, among the
//! trials that had them. An observation counts when it still lies in the parameter's range.
//! Left out of Optuna's: several objectives, constraints, the grouping of conditional parameters.

mod normal;
mod parzen;
mod split;

use super::random;
use crate::random::{Stream, stream};
use crate::tuning::sampler::Request;
use crate::tuning::{Parameter, Parameters, Trial, TrialState, TuningError};
use parzen::Mixture;
use serde::{Deserialize, Serialize};
use split::Split;

/// The sampler's settings; the defaults are Optuna 5.0's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tpe {
    /// Trials (complete or pruned) that are drawn evenly before there is anything to learn from.
    pub startup_trials: usize,
    /// Points that are drawn where good trials were, of which the most promising is taken.
    pub candidates: usize,
    /// Whether parameters are drawn together, so that what goes well together is seen.
    pub multivariate: bool,
    /// Whether running trials count as bad ones, so that several workers do not try the same.
    pub constant_liar: bool,
}

impl Default for Tpe {
    fn default() -> Self {
        Self {
            startup_trials: 10,
            candidates: 24,
            multivariate: true,
            constant_liar: true,
        }
    }
}

impl Tpe {
    /// As [`crate::tuning::Sampler::check`].
    pub(in crate::tuning) fn check(&self) -> Result<(), TuningError> {
        if self.candidates == 0 {
            return Err(TuningError::Sampler {
                key: "candidates",
                value: "0".into(),
                expected: "1 or more",
            });
        }
        Ok(())
    }

    /// As [`crate::tuning::Sampler::sample`].
    pub(in crate::tuning) fn sample(&self, request: &Request<'_>) -> Parameters {
        let mut chosen = request.given();
        let finished = |trial: &&Trial| matches!(trial.state, TrialState::Complete | TrialState::Pruned);
        if request.history.trials.iter().filter(finished).count() < self.startup_trials {
            return random::sample(request);
        }
        let mut random = stream(request.seed, "sampler", request.number as u64);
        let split = Split::of(&request.history, request.number, self.constant_liar);
        if self.multivariate {
            let open = |parameter: &&Parameter| parameter.when.is_empty() && !chosen.contains_key(&parameter.name);
            let mut joint: Vec<&Parameter> = request.space.parameters().iter().filter(open).collect();
            joint.retain(|parameter| !parameter.distribution.is_single());
            for trial in request.history.trials.iter().filter(finished) {
                joint.retain(|parameter| observed(trial, parameter).is_some());
            }
            self.choose(&joint, &split, &mut random, &mut chosen);
        }
        for parameter in request.space.parameters() {
            if chosen.contains_key(&parameter.name) || !parameter.is_active(&chosen) {
                continue;
            }
            if parameter.distribution.is_single() {
                let only = random::draw(&parameter.distribution, &mut random);
                chosen.insert(parameter.name.clone(), parameter.chosen(only));
            } else {
                self.choose(&[parameter], &split, &mut random, &mut chosen);
            }
        }
        chosen
    }

    /// Draws these parameters together: of several candidates from the good trials' density the one where it exceeds
    /// the bad trials' most.
    fn choose(&self, parameters: &[&Parameter], split: &Split<'_>, random: &mut Stream, chosen: &mut Parameters) {
        if parameters.is_empty() {
            return;
        }
        let (good, bad) = (density(parameters, &split.good), density(parameters, &split.bad));
        let candidates: Vec<Vec<f64>> = (0..self.candidates.max(1)).map(|_| good.draw(random)).collect();
        let scores = good
            .ln_density(&candidates)
            .into_iter()
            .zip(bad.ln_density(&candidates));
        let scores: Vec<f64> = scores.map(|(good, bad)| good - bad).collect();
        let best = (1..scores.len()).fold(0, |best, other| if scores[other] > scores[best] { other } else { best });
        for (parameter, value) in parameters.iter().zip(&candidates[best]) {
            chosen.insert(parameter.name.clone(), parameter.chosen(*value));
        }
    }
}

/// The value a trial has for a parameter, when it is of the same kind and still in range.
fn observed(trial: &Trial, parameter: &Parameter) -> Option<f64> {
    let chosen = trial.parameters.get(&parameter.name)?;
    let same = std::sync::Arc::ptr_eq(&chosen.distribution, &parameter.distribution)
        || chosen.distribution.is_compatible(&parameter.distribution);
    (same && parameter.distribution.contains(chosen.internal)).then_some(chosen.internal)
}

/// The density of the trials that have all of these parameters.
fn density(parameters: &[&Parameter], trials: &[&Trial]) -> Mixture {
    let mut observations = vec![Vec::with_capacity(trials.len()); parameters.len()];
    for trial in trials {
        let values: Option<Vec<f64>> = parameters.iter().map(|parameter| observed(trial, parameter)).collect();
        for (column, value) in observations.iter_mut().zip(values.iter().flatten()) {
            column.push(*value);
        }
    }
    let distributions: Vec<_> = parameters.iter().map(|parameter| &*parameter.distribution).collect();
    Mixture::new(&distributions, &observations)
}

#[cfg(test)]
mod tests;
