//! The tree-structured Parzen estimator: where good trials were and bad ones were not.
//!
//! This is Optuna 5.0's `TPESampler`, reimplemented: the same split into good and bad trials, the same densities (the
//! golden files compare both), another random generator. The crate `tpe` could not carry it: its optimizer knows one
//! parameter at a time, so no joint density; it sees values, not their order in time, so no recency weights; running and
//! pruned trials are not used; its prior is as narrow as any kernel and its good side grows without a cap. It
//! serves as a peer in `tests/tuning_peers.rs` instead.
//!
//! Parameters without a condition are drawn from one joint density; those with one each from their own, among the
//! trials that had them. An observation counts when it still lies in the parameter's range.
//! Left out of Optuna's: several objectives, constraints, the grouping of conditional parameters.

pub(in crate::tuning) mod normal;
mod parzen;
mod split;

use super::{Request, random};
use crate::random::{Stream, stream};
use crate::tuning::{Distribution, Parameter, Parameters, Trial, TrialState, TuningError};
use parzen::Mixture;
use serde::{Deserialize, Serialize};
use split::Split;
use std::sync::Arc;

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
        let mut open = Vec::new();
        for parameter in request.space.parameters() {
            if parameter.distribution.is_single() && !chosen.contains_key(&parameter.name) {
                if parameter.is_active(&chosen) {
                    let only = random::draw(&parameter.distribution, &mut random);
                    chosen.insert(parameter.name.clone(), parameter.chosen(only));
                }
            } else if !chosen.contains_key(&parameter.name) {
                open.push((parameter, Columns::of(parameter, &split)));
            }
        }
        if self.multivariate {
            let (joint, alone): (Vec<_>, Vec<_>) = open
                .into_iter()
                .partition(|(parameter, columns)| parameter.when.is_empty() && columns.complete);
            self.choose(&joint, &mut random, &mut chosen);
            open = alone;
        }
        for one in open {
            if one.0.is_active(&chosen) {
                self.choose(&[one], &mut random, &mut chosen);
            }
        }
        chosen
    }

    /// Draws these parameters together: of several candidates from the good trials' density the one where it exceeds
    /// the bad trials' most.
    fn choose(&self, parameters: &[(&Parameter, Columns)], random: &mut Stream, chosen: &mut Parameters) {
        if parameters.is_empty() {
            return;
        }
        let good = density(parameters, |columns| &columns.good);
        let bad = density(parameters, |columns| &columns.bad);
        let candidates: Vec<Vec<f64>> = (0..self.candidates.max(1)).map(|_| good.draw(random)).collect();
        let scores = good
            .ln_density(&candidates)
            .into_iter()
            .zip(bad.ln_density(&candidates));
        let scores: Vec<f64> = scores.map(|(good, bad)| good - bad).collect();
        let best = (1..scores.len()).fold(0, |best, other| if scores[other] > scores[best] { other } else { best });
        for ((parameter, _), value) in parameters.iter().zip(&candidates[best]) {
            chosen.insert(parameter.name.clone(), parameter.chosen(*value));
        }
    }
}

/// What the trials have for a parameter; `None` where it is absent, of another kind, or no longer in range.
#[derive(Debug)]
struct Columns {
    good: Vec<Option<f64>>,
    bad: Vec<Option<f64>>,
    /// Whether each finished trial has it.
    complete: bool,
}

impl Columns {
    fn of(parameter: &Parameter, split: &Split<'_>) -> Self {
        // Thousands of trials share a handful of distributions: only a change is looked at closely.
        let mut last: Option<(Arc<Distribution>, bool)> = None;
        let mut observe = |trials: &[&Trial]| {
            let mut column = Vec::with_capacity(trials.len());
            let mut complete = true;
            for trial in trials {
                let value = trial.parameters.get(&parameter.name).and_then(|chosen| {
                    let seen = matches!(&last, Some((seen, _)) if Arc::ptr_eq(seen, &chosen.distribution));
                    if !seen {
                        let fits = chosen.distribution.is_compatible(&parameter.distribution);
                        last = Some((Arc::clone(&chosen.distribution), fits));
                    }
                    let fits = matches!(last, Some((_, true)));
                    (fits && parameter.distribution.contains(chosen.internal)).then_some(chosen.internal)
                });
                complete &= value.is_some() || trial.state == TrialState::Running;
                column.push(value);
            }
            (column, complete)
        };
        let ((good, good_complete), (bad, bad_complete)) = (observe(&split.good), observe(&split.bad));
        Self {
            good,
            bad,
            complete: good_complete && bad_complete,
        }
    }
}

/// The density of the trials that have all of these parameters.
fn density(parameters: &[(&Parameter, Columns)], subset: impl Fn(&Columns) -> &Vec<Option<f64>>) -> Mixture {
    let columns: Vec<&Vec<Option<f64>>> = parameters.iter().map(|(_, columns)| subset(columns)).collect();
    let rows = columns.first().map_or(0, |column| column.len());
    let whole: Vec<usize> = (0..rows)
        .filter(|row| columns.iter().all(|column| column[*row].is_some()))
        .collect();
    let values = |column: &&Vec<Option<f64>>| whole.iter().filter_map(|row| column[*row]).collect();
    let observations: Vec<Vec<f64>> = columns.iter().map(values).collect();
    let distributions: Vec<_> = parameters
        .iter()
        .map(|(parameter, _)| &*parameter.distribution)
        .collect();
    Mixture::new(&distributions, &observations)
}

#[cfg(test)]
mod tests;
