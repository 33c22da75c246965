//! Which parameters mattered: PED-ANOVA, which matches Optuna's `PedAnovaImportanceEvaluator`.
//!
//! Watanabe, Bansal and Hutter 2023 (arXiv 2304.10255), with Optuna 5.0's treatment of parameters that exist only
//! beside others: how much the best tenth of the complete trials differs, parameter by parameter, from all of them.
//! Both are smoothed by Parzen estimators (Scott's rule) on a grid of at most 50 points; what is compared is their
//! Pearson divergence `Σ p_all (p_top / p_all - 1)²`. It says where good trials were among those that were made, so it
//! says nothing of what no trial tried.

use super::samplers::tpe::normal::ln_mass;
use super::{Chosen, Distribution, History, Trial};
use std::collections::{BTreeMap, BTreeSet};

/// The share of trials that count as the best.
const TOP: f64 = 0.1;
/// Most points of the grid.
const PLACES: usize = 50;
/// Weight of the even prior beside the trials' own.
const PRIOR: f64 = 1.0;
/// Fewer trials with one and the same range say nothing.
const FEWEST: usize = 2;

/// Every parameter of the complete trials with its share of all importance, the largest first; nothing before there
/// are two trials that differ.
pub fn importance(history: &History<'_>) -> Vec<(String, f64)> {
    let valued: Vec<(&Trial, f64)> = history
        .completed()
        .filter_map(|trial| Some((trial, history.direction.as_loss(trial.value()?))))
        .filter(|(_, loss)| loss.is_finite())
        .collect();
    let mut losses: Vec<f64> = valued.iter().map(|(_, loss)| *loss).collect();
    losses.sort_by(f64::total_cmp);
    let count = (TOP * losses.len() as f64).ceil() as usize;
    let (Some(cutoff), true) = (count.checked_sub(1).and_then(|last| losses.get(last)), losses.len() > 1) else {
        return Vec::new();
    };
    let top = valued.iter().filter(|(_, loss)| loss <= cutoff).count() as f64;
    let names: BTreeSet<&String> = valued.iter().flat_map(|(trial, _)| trial.parameters.keys()).collect();
    let mut found: Vec<(String, f64)> = names
        .into_iter()
        .map(|name| {
            let mut ranges: BTreeMap<String, Vec<(&Chosen, bool)>> = BTreeMap::new();
            for (trial, loss) in &valued {
                if let Some(chosen) = trial.parameters.get(name) {
                    let same = ranges.entry(chosen.distribution.to_json()).or_default();
                    same.push((chosen, loss <= cutoff));
                }
            }
            let large = ranges.values().filter(|chosen| chosen.len() >= FEWEST);
            (
                name.clone(),
                large.map(|chosen| of_range(chosen, top, valued.len())).sum(),
            )
        })
        .collect();
    let total: f64 = found.iter().map(|(_, importance)| importance).sum();
    if total <= 0.0 {
        return Vec::new();
    }
    for (_, importance) in &mut found {
        *importance /= total;
    }
    found.sort_by(|one, two| two.1.total_cmp(&one.1));
    found
}

/// What the trials of one range add to a parameter's importance, but for a factor that all have.
fn of_range(chosen: &[(&Chosen, bool)], top: f64, all: usize) -> f64 {
    let distribution = &chosen[0].0.distribution;
    let best = chosen.iter().filter(|(_, best)| *best).count();
    if distribution.is_single() || best == 0 {
        return 0.0;
    }
    let counts = |only_best: bool| {
        let values = chosen.iter().filter(|(_, best)| *best || !only_best);
        let mut counts = vec![0_usize; places_of(distribution)];
        for (chosen, _) in values {
            if let Some(count) = counts.get_mut(grid_point(distribution, chosen.internal)) {
                *count += 1;
            }
        }
        counts
    };
    let categorical = matches!(**distribution, Distribution::Categorical { .. });
    let (p_top, p_all) = (
        density(&counts(true), categorical),
        density(&counts(false), categorical),
    );
    let divergence: f64 = p_top
        .iter()
        .zip(&p_all)
        .map(|(top, all)| (top + 1e-12, all + 1e-12))
        .map(|(top, all)| all * (top / all - 1.0).powi(2))
        .sum();
    let (share_top, share_all) = (best as f64 / top, chosen.len() as f64 / all as f64);
    share_top * share_top / share_all * divergence
}

fn places_of(distribution: &Distribution) -> usize {
    match distribution {
        Distribution::Int {
            low, high, log: true, ..
        } => {
            let doublings = (((high - low + 1) as f64).ln() / 2f64.ln()).ceil() as usize;
            PLACES.min(doublings + 1)
        }
        Distribution::Int { low, high, step, .. } => PLACES.min(((high - low) / step) as usize + 1),
        Distribution::Float {
            low,
            high,
            step: Some(step),
            ..
        } => PLACES.min(((high - low) / step).round() as usize + 1),
        Distribution::Float { .. } => PLACES,
        Distribution::Categorical { choices } => choices.len(),
    }
}

/// The index of the grid point nearest to a value; halfway between two it is the lower.
fn grid_point(distribution: &Distribution, internal: f64) -> usize {
    let (low, high, log) = match distribution {
        Distribution::Int { low, high, log, .. } => (*low as f64, *high as f64, *log),
        Distribution::Float { low, high, log, .. } => (*low, *high, *log),
        Distribution::Categorical { .. } => return internal as usize,
    };
    let scaled = |value: f64| if log { value.ln() } else { value };
    let last = places_of(distribution) - 1;
    let step = (scaled(high) - scaled(low)) / last as f64;
    let index = ((scaled(internal) - scaled(low)) / step - 0.5).ceil();
    (index.max(0.0) as usize).min(last)
}

/// The Parzen estimator over the grid points: one kernel for every point that was taken, as heavy as it was taken often,
/// and the prior.
fn density(counts: &[usize], categorical: bool) -> Vec<f64> {
    let taken: Vec<(f64, f64)> = counts
        .iter()
        .enumerate()
        .filter(|(_, count)| **count > 0)
        .map(|(point, count)| (point as f64, *count as f64))
        .collect();
    let total = taken.iter().map(|(_, count)| count).sum::<f64>() + PRIOR;
    let mut density = vec![0.0; counts.len()];
    if categorical {
        let even = PRIOR / (taken.len() + 1) as f64;
        let row = counts.len() as f64 * even + 1.0;
        for (point, p) in density.iter_mut().enumerate() {
            let kernels = taken.iter().map(|(at, count)| {
                let here = if *at as usize == point { even + 1.0 } else { even };
                count * here / row
            });
            *p = (kernels.sum::<f64>() + PRIOR / counts.len() as f64) / total;
        }
        return density;
    }
    let last = (counts.len() - 1) as f64;
    let sigma = bandwidth(&taken);
    let kernels = taken
        .iter()
        .map(|(mean, count)| (*mean, sigma, *count))
        .chain([(last / 2.0, last + 1.0, PRIOR)]);
    for (mean, sigma, weight) in kernels {
        let within = |from: f64, to: f64| ln_mass((from - mean) / sigma, (to - mean) / sigma);
        let all = within(-0.5, last + 0.5);
        for (point, p) in density.iter_mut().enumerate() {
            let point = point as f64;
            *p += weight / total * (within(point - 0.5, point + 0.5) - all).exp();
        }
    }
    density
}

/// Scott's rule over points and how often each was taken; at least so wide that a kernel stays on its point.
fn bandwidth(taken: &[(f64, f64)]) -> f64 {
    let total: f64 = taken.iter().map(|(_, count)| count).sum();
    let mean = taken.iter().map(|(point, count)| point * count).sum::<f64>() / total;
    let squares: f64 = taken.iter().map(|(point, count)| (point - mean).powi(2) * count).sum();
    let deviation = (squares / (total - 1.0).max(1.0)).sqrt();
    let mut below = 0.0;
    let sums: Vec<f64> = taken
        .iter()
        .map(|(_, count)| {
            below += count;
            below
        })
        .collect();
    let first = sums.partition_point(|sum| *sum < (total / 4.0).floor());
    let third = sums.partition_point(|sum| *sum <= (total * 3.0 / 4.0).floor());
    let quartiles = taken[third.min(taken.len() - 1)].0 - taken[first].0;
    (1.059 * deviation.min(quartiles / 1.34) * total.powf(-0.2)).max(0.5 / 1.64)
}
