//! Which trials are shown, and in which order.

use crate::engine::{StudyPage, TrialRow, TrialState};
use crate::present::filter::Query;
use crate::present::filter::trials::TrialOf;

/// What the leaderboard is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    /// The best first, then what runs, what was cut, what waits, what failed.
    #[default]
    Rank,
    /// The newest first.
    Newest,
    /// The most epochs first.
    Epochs,
    /// The longest first.
    Time,
    /// The largest value of one parameter first.
    Parameter,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Rank, Self::Newest, Self::Epochs, Self::Time, Self::Parameter];

    /// The next one, around the end.
    pub fn next(self) -> Self {
        Self::ALL[(self as usize + 1) % Self::ALL.len()]
    }

    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Rank => "rank",
            Self::Newest => "newest",
            Self::Epochs => "epochs",
            Self::Time => "time",
            Self::Parameter => "parameter",
        }
    }
}

/// The rank of every trial by number, from 1.
pub fn ranks(page: &StudyPage) -> Vec<Option<usize>> {
    let mut ranks = vec![None; page.trials.len()];
    for (rank, number) in page.ranking.iter().enumerate() {
        if let Some(slot) = ranks.get_mut(*number) {
            *slot = Some(rank + 1);
        }
    }
    ranks
}

/// The trials as a filter takes them.
pub fn trials<'a>(page: &'a StudyPage, ranks: &[Option<usize>]) -> impl Iterator<Item = TrialOf<'a>> {
    page.trials.iter().map(|trial| TrialOf {
        page,
        trial,
        rank: ranks.get(trial.number).copied().flatten(),
    })
}

/// Numbers of the trials that pass the filter, in order.
pub fn order(
    page: &StudyPage,
    ranks: &[Option<usize>],
    (sort, reversed, axis): (Sort, bool, usize),
    query: &Query,
) -> Vec<usize> {
    let passing = trials(page, ranks)
        .filter(|of| query.is_empty() || query.passes(of))
        .map(|of| of.trial);
    let axis = page.axes.get(axis).map(|axis| axis.name.as_str());
    let key = |trial: &TrialRow| -> (usize, f64) {
        let number = trial.number as f64;
        match sort {
            Sort::Rank => match ranks.get(trial.number).copied().flatten() {
                Some(rank) => (0, rank as f64),
                None => (state_rank(trial.state), -number),
            },
            Sort::Newest => (0, -number),
            Sort::Epochs => (0, -(trial.reports.len() as f64)),
            Sort::Time => (0, trial.seconds.map_or(1.0, |seconds| -seconds)),
            Sort::Parameter => axis
                .and_then(|axis| trial.parameter(axis))
                .map_or((1, 0.0), |parameter| (0, -parameter.internal)),
        }
    };
    let mut keyed: Vec<((usize, f64), usize)> = passing.map(|trial| (key(trial), trial.number)).collect();
    keyed.sort_by(|(one, _), (two, _)| one.0.cmp(&two.0).then(one.1.total_cmp(&two.1)));
    if reversed {
        keyed.reverse();
    }
    keyed.into_iter().map(|(_, number)| number).collect()
}

fn state_rank(state: TrialState) -> usize {
    match state {
        TrialState::Running => 1,
        TrialState::Pruned => 2,
        TrialState::Waiting => 3,
        TrialState::Complete => 4,
        TrialState::Failed => 5,
    }
}
