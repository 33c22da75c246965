//! A clip as it is shown and played.

use crate::engine::{self, Level, Phase, SoundState};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;

document! {
    /// A clip: its level, and what the recipe does with it.
    Preview(preview: engine::Preview) {
        /// The file.
        path: PathBuf,
        /// In which form it is shown.
        variant: String = preview.variant.to_string(),
        /// Its length (s).
        seconds: f64 = preview.wave.seconds(),
        /// Its sampling rate (Hz).
        rate: u32 = preview.wave.rate,
        /// Hash of its samples, equal for duplicates.
        content: String = format!("{:032x}", preview.analysis.content),
        /// Its level.
        level: ClipLevel = (&preview.analysis.level).into(),
        /// What the recipe does with it.
        notes: Vec<Note> = preview.notes.iter().map(Note::from).collect(),
        /// Centre frequencies of the mel bands (Hz), lowest first.
        mel_hz: Vec<f32>,
    }

    /// The level of a clip.
    ClipLevel(level: Level) {
        /// Largest magnitude, full scale at 1.
        peak: f32,
        /// Root mean square (dB relative to full scale).
        rms_dbfs: f32,
        /// Share of clipped samples, from 0 to 1.
        clipped: f32,
        /// Whether it is digital silence from end to end.
        silent: bool,
    }

    /// How far a clip was played.
    Playback(state: SoundState) {
        /// The file.
        path: PathBuf,
        /// In which form it was played.
        variant: String = state.variant.to_string(),
        /// Whether it plays, is paused, or has ended.
        phase: Phase = state.playback.phase,
        /// Where it is (s).
        position: f64 = state.playback.position,
        /// Its length (s).
        seconds: f64 = state.playback.seconds,
        /// Whether it is muted.
        muted: bool = state.playback.muted,
        /// The audio output, once that is known.
        output: Option<String>,
    }
}

/// What a recipe does with a clip.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Note {
    /// Silence is trimmed.
    Trimmed {
        /// At the start (s).
        start_seconds: f64,
        /// At the end (s).
        end_seconds: f64,
    },
    /// The clip is shorter than the recipe's skip, which is cut.
    SkipClamped {
        /// What is skipped instead (s).
        to_seconds: f64,
    },
    /// Zeros are added.
    Padded {
        /// How much (s).
        seconds: f64,
    },
    /// The clip goes through the encoder in windows of 30 s.
    Windows {
        /// How many.
        windows: usize,
    },
}

impl From<&engine::Note> for Note {
    fn from(note: &engine::Note) -> Self {
        match *note {
            engine::Note::Trimmed {
                start_seconds,
                end_seconds,
            } => Self::Trimmed {
                start_seconds,
                end_seconds,
            },
            engine::Note::SkipClamped { to_seconds } => Self::SkipClamped { to_seconds },
            engine::Note::Padded { seconds } => Self::Padded { seconds },
            engine::Note::Windows { windows } => Self::Windows { windows },
        }
    }
}
