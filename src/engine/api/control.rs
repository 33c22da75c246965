//! How soon something ends, and how playing goes on.

use serde::Serialize;

/// How soon workers stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StopTuning {
    /// At the next step; their trials fail.
    Now,
    /// When the epoch is done; their trials fail.
    AfterEpoch,
    /// When the trial is done.
    AfterTrial,
}

/// How the clip that was played last is to go on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PlaybackControl {
    /// Pause.
    Pause,
    /// Go on from there; from the start when the end was reached.
    Resume,
    /// Further by so much, or back.
    Seek {
        /// How much (s); negative is back.
        seconds: f64,
    },
    /// Mute, or unmute; holds for the clips that follow, too.
    Mute {
        /// Whether in silence.
        muted: bool,
    },
    /// End.
    Stop,
}
