//! What a run is doing.

use super::{JournalEntry, Liveness};
use serde::{Deserialize, Serialize};

/// What a run is doing, from its journal and its liveness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
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
    /// It failed.
    Failed,
    /// Its process is died unexpectedly.
    Dead,
}

impl RunState {
    /// The state that follows from the entries so far and the liveness.
    pub fn of<E>(entries: &[JournalEntry<E>], liveness: &Liveness) -> Self {
        let last = entries
            .iter()
            .rev()
            .find(|entry| !matches!(entry, JournalEntry::Note { .. }));
        match (last, liveness) {
            (Some(JournalEntry::Finished { .. }), _) => Self::Finished,
            (Some(JournalEntry::Stopped { .. }), _) => Self::Stopped,
            (Some(JournalEntry::Failed { .. }), _) => Self::Failed,
            (None, Liveness::Held(_) | Liveness::Never) | (Some(JournalEntry::Resumed { .. }), Liveness::Held(_)) => {
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
    use super::super::Heartbeat;
    use super::*;

    #[test]
    fn the_state_follows_from_the_last_fact_and_the_holder() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let heartbeat = Heartbeat {
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
            Liveness::Held(heartbeat.clone()),
            Liveness::Gone(Some(heartbeat)),
        );
        let started = || JournalEntry::<()>::Started {
            at,
            host: "a".into(),
            pid: 1,
        };
        let note = || JournalEntry::Note {
            at,
            message: String::new(),
        };
        let of = |entries: &[JournalEntry<()>], liveness| RunState::of(entries, liveness);

        assert_eq!(of(&[], &never), RunState::Queued);
        assert_eq!(of(&[note()], &held), RunState::Queued);
        assert_eq!(of(&[], &gone), RunState::Dead);
        assert_eq!(of(&[started(), note()], &held), RunState::Running);
        assert_eq!(of(&[started(), note()], &gone), RunState::Dead);
        for liveness in [&held, &gone] {
            assert_eq!(
                of(&[started(), JournalEntry::Finished { at, why: None }, note()], liveness),
                RunState::Finished
            );
            assert_eq!(
                of(&[started(), JournalEntry::Stopped { at, why: None }], liveness),
                RunState::Stopped
            );
            assert_eq!(
                of(
                    &[
                        started(),
                        JournalEntry::Failed {
                            at,
                            reason: String::new()
                        }
                    ],
                    liveness
                ),
                RunState::Failed
            );
        }
        let resumed = || JournalEntry::Resumed { at, epoch: 3 };
        let stopped = || JournalEntry::Stopped { at, why: None };
        assert_eq!(of(&[started(), stopped(), resumed()], &held), RunState::Queued);
        assert_eq!(of(&[started(), stopped(), resumed()], &gone), RunState::Dead);
        assert_eq!(
            of(&[started(), stopped(), resumed(), started()], &held),
            RunState::Running
        );
    }
}
