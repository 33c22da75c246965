//! A density from points: one kernel around each, and a wide one over everything (Optuna's `_ParzenEstimator`).

use super::super::random::Scale;
use super::normal::{ln_density, ln_mass};
use crate::random::Stream;
use crate::tuning::Distribution;
use rand::RngExt;
use std::collections::HashMap;
use std::f64::consts::TAU;

/// So many of the newest observations weigh 1 each.
const RECENT: usize = 25;

/// A kernel whose logarithm is so far below the largest adds nothing that a float could hold.
const NEGLIGIBLE: f64 = -50.0;

/// A mixture over one or several parameters; each kernel is a product over the parameters.
#[derive(Debug)]
pub(super) struct Mixture {
    /// Logarithms of the kernels' weights, the prior last; they add up to 1.
    ln_weights: Vec<f64>,
    dimensions: Vec<Dimension>,
}

#[derive(Debug)]
enum Dimension {
    /// Normal kernels cut off at the range's ends.
    Numeric {
        scale: Scale,
        means: Vec<f64>,
        sigmas: Vec<f64>,
    },
    /// Kernels that prefer the observed choice; the prior, last, prefers none.
    Categorical {
        choices: usize,
        observed: Vec<Option<usize>>,
    },
}

impl Mixture {
    /// The density of observations: `observations[d][i]` is the internal value of parameter `d` in observation `i`,
    /// the oldest first.
    pub fn new(distributions: &[&Distribution], observations: &[Vec<f64>]) -> Self {
        let count = observations.first().map_or(0, Vec::len);
        let mut weights = recency_weights(count);
        weights.push(1.0);
        let total: f64 = weights.iter().sum();
        let dimensions = distributions.iter().zip(observations).map(|(distribution, values)| {
            if let Distribution::Categorical { choices } = distribution {
                let mut observed: Vec<Option<usize>> = values.iter().map(|value| Some(*value as usize)).collect();
                observed.push(None);
                return Dimension::Categorical {
                    choices: choices.len(),
                    observed,
                };
            }
            let scale = Scale::of(distribution);
            let mut means: Vec<f64> = values.iter().map(|value| scale.position(*value)).collect();
            let mut sigmas = sigmas(&means, &scale);
            means.push(f64::midpoint(scale.low, scale.high));
            sigmas.push(scale.high - scale.low);
            Dimension::Numeric { scale, means, sigmas }
        });
        let dimensions = dimensions.collect();
        Self {
            ln_weights: weights.iter().map(|weight| (weight / total).ln()).collect(),
            dimensions,
        }
    }

    /// One point, drawn from the mixture: an internal value for each parameter.
    pub fn draw(&self, random: &mut Stream) -> Vec<f64> {
        let mut rest: f64 = random.random();
        let pick = self.ln_weights.iter().position(|weight| {
            rest -= weight.exp();
            rest < 0.0
        });
        let kernel = pick.unwrap_or(self.ln_weights.len() - 1);
        self.dimensions
            .iter()
            .map(|dimension| dimension.draw(kernel, self.ln_weights.len(), random))
            .collect()
    }

    /// The logarithm of the density at each point.
    pub fn ln_density(&self, points: &[Vec<f64>]) -> Vec<f64> {
        let mut terms = vec![self.ln_weights.clone(); points.len()];
        for (index, dimension) in self.dimensions.iter().enumerate() {
            let values: Vec<f64> = points.iter().map(|point| point[index]).collect();
            dimension.add_ln_density(&values, &mut terms);
        }
        let ln_sum = |terms: &Vec<f64>| {
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let largest = if largest.is_finite() { largest } else { 0.0 };
            let near = terms
                .iter()
                .map(|term| term - largest)
                .filter(|below| *below > NEGLIGIBLE);
            near.map(f64::exp).sum::<f64>().ln() + largest
        };
        terms.iter().map(ln_sum).collect()
    }
}

impl Dimension {
    fn draw(&self, kernel: usize, kernels: usize, random: &mut Stream) -> f64 {
        match self {
            Self::Categorical { choices, observed } => {
                let [ln_observed, ln_other] = choice_ln_weights(*choices, kernels);
                let mut rest: f64 = random.random();
                let weight = |choice| match observed[kernel] {
                    None => 1.0 / *choices as f64,
                    Some(preferred) if preferred == choice => ln_observed.exp(),
                    Some(_) => ln_other.exp(),
                };
                let pick = (0..*choices).find(|choice| {
                    rest -= weight(*choice);
                    rest < 0.0
                });
                pick.unwrap_or(*choices - 1) as f64
            }
            Self::Numeric { scale, means, sigmas } => {
                // A kernel's mean is in the range and its sigma at most the range, so a third of all draws is inside.
                for _ in 0..1000 {
                    let radius = (-2.0 * (1.0 - random.random::<f64>()).ln()).sqrt();
                    let position = means[kernel] + sigmas[kernel] * radius * (TAU * random.random::<f64>()).cos();
                    if (scale.low..=scale.high).contains(&position) {
                        return scale.value(position);
                    }
                }
                scale.value(means[kernel].clamp(scale.low, scale.high))
            }
        }
    }

    /// Adds to `terms[point][kernel]` the logarithm of each kernel's density at each point.
    fn add_ln_density(&self, values: &[f64], terms: &mut [Vec<f64>]) {
        match self {
            Self::Categorical { choices, observed } => {
                let [ln_observed, ln_other] = choice_ln_weights(*choices, observed.len());
                let ln_prior = -(*choices as f64).ln();
                for (value, terms) in values.iter().zip(terms) {
                    for (term, observed) in terms.iter_mut().zip(observed) {
                        *term += match observed {
                            None => ln_prior,
                            Some(preferred) if *preferred == *value as usize => ln_observed,
                            Some(_) => ln_other,
                        };
                    }
                }
            }
            Self::Numeric { scale, means, sigmas } if scale.half_step == 0.0 => {
                let kernels = means.iter().zip(sigmas);
                let norms: Vec<f64> = kernels
                    .clone()
                    .map(|(mean, sigma)| scale.ln_inside(*mean, *sigma) + sigma.ln())
                    .collect();
                for (value, terms) in values.iter().zip(terms) {
                    let position = scale.position(*value);
                    for ((term, (mean, sigma)), norm) in terms.iter_mut().zip(kernels.clone()).zip(&norms) {
                        *term += ln_density((position - mean) / sigma) - norm;
                    }
                }
            }
            Self::Numeric { scale, means, sigmas } => {
                // Observations of whole numbers repeat, and so do candidates: each pair is computed once.
                let (kernels, which) = distinct(means, sigmas);
                let norms: Vec<f64> = kernels
                    .iter()
                    .map(|(mean, sigma)| scale.ln_inside(*mean, *sigma))
                    .collect();
                let mut known: HashMap<u64, Vec<f64>> = HashMap::new();
                for (value, terms) in values.iter().zip(terms) {
                    let at_value = known.entry(value.to_bits()).or_insert_with(|| {
                        let left = scale.position(value - scale.half_step);
                        let right = scale.position(value + scale.half_step);
                        let mass = |((mean, sigma), norm): (&(f64, f64), &f64)| {
                            ln_mass((left - mean) / sigma, (right - mean) / sigma) - norm
                        };
                        kernels.iter().zip(&norms).map(mass).collect()
                    });
                    for (term, kernel) in terms.iter_mut().zip(&which) {
                        *term += at_value[*kernel];
                    }
                }
            }
        }
    }
}

impl Scale {
    /// The logarithm of how much of a normal kernel is inside the range.
    fn ln_inside(&self, mean: f64, sigma: f64) -> f64 {
        ln_mass((self.low - mean) / sigma, (self.high - mean) / sigma)
    }
}

/// 1 for the newest 25, before them ever less, down to `1 / count` for the oldest.
fn recency_weights(count: usize) -> Vec<f64> {
    let ramp = count.saturating_sub(RECENT);
    let first = 1.0 / count.max(1) as f64;
    let slope = (1.0 - first) / ramp.saturating_sub(1).max(1) as f64;
    (0..count)
        .map(|index| {
            if index < ramp {
                first + slope * index as f64
            } else {
                1.0
            }
        })
        .collect()
}

/// Each kernel's width: the larger gap to its neighbours, kept between a part of the range that shrinks with the number
/// of kernels (Optuna's "magic clip") and the whole of it. The outermost look inwards only.
fn sigmas(means: &[f64], scale: &Scale) -> Vec<f64> {
    let range = scale.high - scale.low;
    let smallest = range / (means.len() as f64 + 2.0).min(100.0);
    let mut order: Vec<usize> = (0..means.len()).collect();
    order.sort_by(|one, two| means[*one].total_cmp(&means[*two]));
    let mut sigmas = vec![0.0; means.len()];
    for (rank, index) in order.iter().enumerate() {
        let mean = means[*index];
        let left = rank.checked_sub(1).map(|before| mean - means[order[before]]);
        let right = order.get(rank + 1).map(|after| means[*after] - mean);
        let gap = match (left, right) {
            (Some(left), Some(right)) => left.max(right),
            (Some(gap), None) | (None, Some(gap)) => gap,
            (None, None) => (mean - scale.low).max(scale.high - mean),
        };
        sigmas[*index] = gap.clamp(smallest, range);
    }
    sigmas
}

/// The logarithms of a kernel's weight for the choice it saw, and for every other.
fn choice_ln_weights(choices: usize, kernels: usize) -> [f64; 2] {
    let other = 1.0 / kernels as f64;
    let total = 1.0 + choices as f64 * other;
    [((1.0 + other) / total).ln(), (other / total).ln()]
}

/// The different (mean, sigma) pairs, and for each kernel which one it is.
fn distinct(means: &[f64], sigmas: &[f64]) -> (Vec<(f64, f64)>, Vec<usize>) {
    let mut known: HashMap<(u64, u64), usize> = HashMap::new();
    let mut kernels = Vec::new();
    let which = means.iter().zip(sigmas).map(|(mean, sigma)| {
        *known.entry((mean.to_bits(), sigma.to_bits())).or_insert_with(|| {
            kernels.push((*mean, *sigma));
            kernels.len() - 1
        })
    });
    let which = which.collect();
    (kernels, which)
}
