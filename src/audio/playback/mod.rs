//! Playback: waves played on the first output that the host has.
//!
//! The output is a sound server of PulseAudio's native protocol (PulseAudio, or PipeWire's `pipewire-pulse`),
//! local or, by `PULSE_SERVER`, at the other end of a network; or the system's own (cpal: CoreAudio, WASAPI, and
//! ALSA under the feature `alsa`). A sound is played from a position to its end, and every control (pause, seek, mute)
//! starts it again at the current position: what an output holds back in its buffers is dropped with the sound.

#[cfg(any(feature = "alsa", target_os = "macos", target_os = "windows"))]
mod device;
mod environment;
mod no_sound;
mod output;
mod outputs;
mod player;
mod pulse;
mod sound;

pub use environment::Environment;
pub use no_sound::{Attempt, NoSound, Remedy};
pub use player::{Phase, Playback, Player};

/// The name of the output that a sound would be played on.
///
/// # Errors
/// There is none; what was tried, and what would help.
pub fn output_name(environment: &Environment) -> Result<String, Box<NoSound>> {
    outputs::find(environment).map(|output| output.name().to_owned())
}

/// What can go wrong with playback.
#[derive(Debug, thiserror::Error)]
pub enum SoundError {
    /// No output takes sound.
    #[error("{0}")]
    NoSound(Box<NoSound>),
    /// The output that played has gone.
    #[error("{output}: {problem}; play again to try again")]
    Gone {
        /// Where the sound went.
        output: String,
        /// What it said, or did not say.
        problem: String,
    },
    /// The wave cannot be brought to a rate that the output takes.
    #[error(transparent)]
    Wave(#[from] crate::audio::AudioError),
}
