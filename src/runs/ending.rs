//! Why a run is over.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Why a run is over. What the run itself can say stands in its journal; the rest follows from its folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum EndReason {
    /// Early stopping: so many epochs in a row were no better than an earlier one.
    Patience {
        /// The epoch that they were not better than.
        best: usize,
        /// How many.
        epochs: usize,
        /// In what they were not better, as in `validation loss`.
        metric: String,
    },
    /// All epochs were trained.
    LastEpoch {
        /// Its number.
        epoch: usize,
    },
    /// The model has no epochs: it was fitted to its optimum.
    Fitted,
    /// Somebody asked it to stop.
    Stopped {
        /// Epochs that were done by then.
        epoch: usize,
    },
    /// It was taken out of the queue before it had begun.
    Removed,
    /// The study's pruner gave it up.
    Pruned {
        /// After this epoch.
        epoch: usize,
    },
    /// It failed.
    Failed {
        /// Because of what, and what would help.
        because: String,
    },
    /// Its process is gone and has said nothing.
    Died {
        /// Its last heartbeat; none where it never had one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        last: Option<LastBeat>,
    },
    /// An older version of the program trained it, and it does not follow from what that wrote.
    NotRecorded,
}

/// The last sign of a process that is gone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LastBeat {
    /// When, by its own clock.
    pub at: jiff::Timestamp,
    /// Its machine.
    pub host: String,
    /// Its number there.
    pub pid: u32,
}

impl EndReason {
    /// In at most ten columns.
    pub fn short(&self) -> &'static str {
        match self {
            Self::Patience { .. } => "patience",
            Self::LastEpoch { .. } => "last epoch",
            Self::Fitted => "fitted",
            Self::Stopped { .. } => "by user",
            Self::Removed => "unqueued",
            Self::Pruned { .. } => "pruned",
            Self::Failed { .. } => "failed",
            Self::Died { .. } => "died",
            Self::NotRecorded => "unknown",
        }
    }
}

impl fmt::Display for EndReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Patience { best, epochs, metric } => {
                let plural = if *epochs == 1 { "epoch" } else { "epochs" };
                write!(
                    out,
                    "patience: {metric} no better than in epoch {best} for {epochs} {plural}"
                )
            }
            Self::LastEpoch { epoch } => write!(out, "the last epoch, {epoch}, was reached"),
            Self::Fitted => out.write_str("fitted to its optimum; it has no epochs"),
            Self::Stopped { epoch: 0 } => out.write_str("stopped by the user before its first epoch was done"),
            Self::Stopped { epoch } => write!(out, "stopped by the user after epoch {epoch}"),
            Self::Removed => out.write_str("removed from the queue before it had begun"),
            Self::Pruned { epoch } => write!(out, "given up by the study's pruner after epoch {epoch}"),
            Self::Failed { because } => write!(out, "failed because {because}"),
            Self::Died { last: Some(last) } => write!(
                out,
                "died: no heartbeat since {} of process {} on {}",
                last.at.strftime("%F %T UTC"),
                last.pid,
                last.host
            ),
            Self::Died { last: None } => out.write_str("died: no heartbeat, no process took it up"),
            Self::NotRecorded => out.write_str("not recorded by the version that trained it"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_back_as_written_and_fit_their_column() {
        let last = LastBeat {
            at: jiff::Timestamp::UNIX_EPOCH,
            host: "lab".to_owned(),
            pid: 7,
        };
        let all = [
            (
                EndReason::Patience {
                    best: 54,
                    epochs: 10,
                    metric: "validation loss".to_owned(),
                },
                "patience: validation loss no better than in epoch 54 for 10 epochs",
            ),
            (EndReason::LastEpoch { epoch: 80 }, "the last epoch, 80, was reached"),
            (EndReason::Fitted, "fitted to its optimum; it has no epochs"),
            (EndReason::Stopped { epoch: 3 }, "stopped by the user after epoch 3"),
            (EndReason::Removed, "removed from the queue before it had begun"),
            (
                EndReason::Pruned { epoch: 2 },
                "given up by the study's pruner after epoch 2",
            ),
            (
                EndReason::Failed {
                    because: "the loss is NaN".to_owned(),
                },
                "failed because the loss is NaN",
            ),
            (
                EndReason::Died { last: Some(last) },
                "died: no heartbeat since 1970-01-01 00:00:00 UTC of process 7 on lab",
            ),
            (
                EndReason::Died { last: None },
                "died: no heartbeat, no process took it up",
            ),
            (EndReason::NotRecorded, "not recorded by the version that trained it"),
        ];
        for (reason, words) in all {
            assert_eq!(reason.to_string(), words);
            assert!(reason.short().len() <= 10, "{}", reason.short());
            let text = serde_json::to_string(&reason).unwrap();
            assert_eq!(serde_json::from_str::<EndReason>(&text).unwrap(), reason, "{text}");
        }
    }
}
