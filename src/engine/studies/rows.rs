//! From a study's trials to their rows.

use crate::engine::api::{Axis, TrialParameter, TrialRow};
use crate::tuning::lifecycle::{failure_of, repeats, run_of, threshold_of};
use crate::tuning::{Direction, Distribution, Trial, TrialState};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The complete trials from the best on, and every one that was better than all before it.
pub fn ranks(rows: &[Arc<TrialRow>], direction: Direction) -> (Vec<usize>, Vec<(usize, f64)>) {
    let mut valued: Vec<(usize, f64)> = rows
        .iter()
        .filter(|row| row.state == TrialState::Complete)
        .filter_map(|row| Some((row.number, row.value?)))
        .collect();
    let mut best: Vec<(usize, f64)> = Vec::new();
    for (number, value) in &valued {
        let loss = direction.as_loss(*value);
        if best.last().is_none_or(|(_, before)| loss < direction.as_loss(*before)) {
            best.push((*number, *value));
        }
    }
    valued.sort_by(|one, two| direction.as_loss(one.1).total_cmp(&direction.as_loss(two.1)));
    (valued.into_iter().map(|(number, _)| number).collect(), best)
}

/// A trial's row; `lost` says why no worker any more.
pub fn row_of(trial: &Trial, lost: Option<&String>) -> TrialRow {
    let last = trial.last_report().map(|(_, value)| value);
    let ended = trial
        .finished
        .or_else(|| (trial.state == TrialState::Running).then(Timestamp::now));
    let seconds = trial
        .started
        .zip(ended)
        .map(|(from, to)| to.duration_since(from).as_secs_f64());
    TrialRow {
        number: trial.number,
        state: trial.state,
        value: trial.value().or(last),
        reports: trial.reports.iter().map(|(step, value)| (*step, *value)).collect(),
        // Whole seconds: a running trial is news once a second, not at every poll.
        seconds: if trial.state == TrialState::Running {
            seconds.map(f64::floor)
        } else {
            seconds
        },
        parameters: trial
            .parameters
            .iter()
            .map(|(name, chosen)| TrialParameter {
                name: name.clone(),
                text: chosen.value().to_string(),
                internal: chosen.internal,
            })
            .collect(),
        threshold: threshold_of(trial),
        reason: failure_of(trial).map(str::to_owned),
        lost: lost.cloned(),
        run: run_of(trial).map(str::to_owned),
        repeats: repeats(trial),
    }
}

/// Widens the axis of a parameter to the values that it could take in another trial.
pub fn extend(axes: &mut BTreeMap<String, Axis>, name: &str, distribution: &Distribution) {
    let (range, log) = match distribution {
        Distribution::Float { low, high, log, .. } => ((*low, *high), *log),
        Distribution::Int { low, high, log, .. } => ((*low as f64, *high as f64), *log),
        Distribution::Categorical { choices } => ((0.0, choices.len() as f64 - 1.0), false),
    };
    if let Some(axis) = axes.get_mut(name) {
        axis.range = (axis.range.0.min(range.0), axis.range.1.max(range.1));
        return;
    }
    let choices = match distribution {
        Distribution::Categorical { choices } => choices.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    axes.insert(
        name.to_owned(),
        Axis {
            name: name.to_owned(),
            range,
            log,
            choices,
        },
    );
}
