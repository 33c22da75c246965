//! In which order the runs are listed.

use crate::engine::{RunState, RunSummary};
use std::cmp::Ordering;

/// A run that has this tag comes before all others.
pub const PINNED: &str = "pinned";

/// What the runs are ordered by; those without a value come last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The newest first.
    #[default]
    Newest,
    /// What works first, then what waits, then what is over.
    State,
    /// The best on validation first.
    Validation,
    /// The best on the test set first.
    Test,
    /// The most epochs first.
    Epochs,
    /// By architecture, then corpora.
    Model,
}

impl Sort {
    const ALL: [Self; 6] = [
        Self::Newest,
        Self::State,
        Self::Validation,
        Self::Test,
        Self::Epochs,
        Self::Model,
    ];

    /// The next one, around the end.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::State => "state",
            Self::Validation => "validation",
            Self::Test => "test",
            Self::Epochs => "epochs",
            Self::Model => "model",
        }
    }
}

/// Orders runs that come newest first; pinned ones stay in front, whichever way round.
pub fn sort(runs: &mut [RunSummary], (sort, reversed): (Sort, bool)) {
    let best = |run: &RunSummary| run.best_validation_ccc.or(run.best_validation_uar);
    let tested = |run: &RunSummary| run.shown_ccc().or(run.shown_uar());
    let ordered = |one: &RunSummary, two: &RunSummary| match sort {
        Sort::Newest => two.id.cmp(&one.id),
        Sort::State => state_rank(one.state).cmp(&state_rank(two.state)),
        Sort::Validation => descending(best(one), best(two)),
        Sort::Test => descending(tested(one), tested(two)),
        Sort::Epochs => two.epochs.cmp(&one.epochs),
        Sort::Model => (&one.model, &one.corpora).cmp(&(&two.model, &two.corpora)),
    };
    runs.sort_by(|one, two| {
        let pinned = is_pinned(two).cmp(&is_pinned(one));
        let order = ordered(one, two);
        pinned.then(if reversed { order.reverse() } else { order })
    });
}

/// Whether a run comes first.
pub fn is_pinned(run: &RunSummary) -> bool {
    run.note.tags.iter().any(|tag| tag == PINNED)
}

fn descending(one: Option<f64>, two: Option<f64>) -> Ordering {
    let key = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    key(two).total_cmp(&key(one))
}

fn state_rank(state: RunState) -> usize {
    match state {
        RunState::Running => 0,
        RunState::Queued => 1,
        RunState::Finished => 2,
        RunState::Stopped => 3,
        RunState::Failed => 4,
        RunState::Dead => 5,
    }
}
