//! Which trials count as good.

use crate::tuning::{History, Trial, TrialState};

/// A tenth of the trials is good, but never more than so many.
const MOST: f64 = 25.0;

/// The good trials and the others, each in the order of their numbers (Optuna's `_split_trials`).
#[derive(Debug)]
pub(super) struct Split<'a> {
    /// The best tenth.
    pub good: Vec<&'a Trial>,
    /// All others, running ones among them when several workers are to keep apart.
    pub bad: Vec<&'a Trial>,
}

impl<'a> Split<'a> {
    /// Complete trials come first, the best before the others; then pruned ones, those that came furthest before the
    /// others. The trial `number` itself is left out.
    pub fn of(history: &History<'a>, number: usize, with_running: bool) -> Self {
        let others = || history.trials.iter().filter(move |trial| trial.number != number);
        let in_state = |state| others().filter(move |trial| trial.state == state);
        let loss = |trial: &Trial| trial.value().map(|value| history.direction.as_loss(value));
        let mut complete: Vec<(f64, &Trial)> = in_state(TrialState::Complete)
            .filter_map(|trial| Some((loss(trial)?, trial)))
            .collect();
        complete.sort_by(|one, two| one.0.total_cmp(&two.0));
        let mut pruned: Vec<((i64, f64), &Trial)> = in_state(TrialState::Pruned)
            .map(|trial| (pruned_order(history, trial), trial))
            .collect();
        pruned
            .sort_by(|((step, value), _), ((other_step, other), _)| step.cmp(other_step).then(value.total_cmp(other)));
        let mut good: Vec<&Trial> = complete.into_iter().map(|(_, trial)| trial).collect();
        good.extend(pruned.into_iter().map(|(_, trial)| trial));
        let count = (0.1 * good.len() as f64).ceil().min(MOST) as usize;
        let mut bad = good.split_off(count);
        if with_running {
            bad.extend(in_state(TrialState::Running));
        }
        good.sort_by_key(|trial| trial.number);
        bad.sort_by_key(|trial| trial.number);
        Self { good, bad }
    }
}

/// Smaller is better: further first, then by the last value; NaN, and a trial without reports, last.
fn pruned_order(history: &History<'_>, trial: &Trial) -> (i64, f64) {
    match trial.last_report() {
        None => (1, 0.0),
        Some((step, value)) if value.is_nan() => (-step, f64::INFINITY),
        Some((step, value)) => (-step, history.direction.as_loss(value)),
    }
}
