//! What a run is doing.

use super::{Fact, Liveness};
use serde::{Deserialize, Serialize};

/// What a run is doing, from its facts and its liveness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// Made, not begun, its process waits (another fold runs).
    Queued,
    /// A process works on it.
    Running,
    /// Done.
    Finished,
    /// Stopped as asked.
    Stopped,
    /// Could not go on.
    Failed,
    /// Its process is gone without a word.
    Dead,
}

impl RunState {
    /// The state that follows from the facts so far and the liveness.
    pub fn of<E>(facts: &[Fact<E>], liveness: &Liveness) -> Self {
        let last = facts.iter().rev().find(|fact| !matches!(fact, Fact::Note { .. }));
        match (last, liveness) {
            (Some(Fact::Finished { .. }), _) => Self::Finished,
            (Some(Fact::Stopped { .. }), _) => Self::Stopped,
            (Some(Fact::Failed { .. }), _) => Self::Failed,
            (None, Liveness::Held(_) | Liveness::Never) | (Some(Fact::Resumed { .. }), Liveness::Held(_)) => {
                Self::Queued
            }
            (Some(_), Liveness::Held(_)) => Self::Running,
            (Some(_), Liveness::Never) | (_, Liveness::Gone(_)) => Self::Dead,
        }
    }

    /// Whether nothing more will happen.
    pub fn is_over(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The name in tables and on screens.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Finished => "finished",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Dead => "dead",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Beat;
    use super::*;

    #[test]
    fn the_state_follows_from_the_last_fact_and_the_holder() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let beat = Beat {
            host: "a".into(),
            pid: 1,
            generation: 1,
            at,
            phase: String::new(),
            done: 0,
            total: 0,
            released: false,
        };
        let (never, held, gone) = (
            Liveness::Never,
            Liveness::Held(beat.clone()),
            Liveness::Gone(Some(beat)),
        );
        let started = || Fact::<()>::Started {
            at,
            host: "a".into(),
            pid: 1,
        };
        let note = || Fact::Note {
            at,
            message: String::new(),
        };
        let of = |facts: &[Fact<()>], liveness| RunState::of(facts, liveness);

        assert_eq!(of(&[], &never), RunState::Queued);
        assert_eq!(of(&[note()], &held), RunState::Queued);
        assert_eq!(of(&[], &gone), RunState::Dead);
        assert_eq!(of(&[started(), note()], &held), RunState::Running);
        assert_eq!(of(&[started(), note()], &gone), RunState::Dead);
        for liveness in [&held, &gone] {
            assert_eq!(
                of(&[started(), Fact::Finished { at }, note()], liveness),
                RunState::Finished
            );
            assert_eq!(of(&[started(), Fact::Stopped { at }], liveness), RunState::Stopped);
            assert_eq!(
                of(
                    &[
                        started(),
                        Fact::Failed {
                            at,
                            reason: String::new()
                        }
                    ],
                    liveness
                ),
                RunState::Failed
            );
        }
        let resumed = || Fact::Resumed { at, epoch: 3 };
        let stopped = || Fact::Stopped { at };
        assert_eq!(of(&[started(), stopped(), resumed()], &held), RunState::Queued);
        assert_eq!(of(&[started(), stopped(), resumed()], &gone), RunState::Dead);
        assert_eq!(
            of(&[started(), stopped(), resumed(), started()], &held),
            RunState::Running
        );
    }
}
