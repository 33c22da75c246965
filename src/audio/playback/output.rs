//! An output: what every one of them can do.

use super::no_sound::Attempt;
use super::sound::Sound;
use std::fmt::Debug;
use std::time::Duration;

/// How far a sound has been played.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutputPosition {
    /// Since its start (s), without what has not left the loudspeaker yet.
    pub seconds: f64,
    /// Whether its end was reached.
    pub over: bool,
}

/// Why an output takes no sound (any more).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What it said, or did not say.
    pub problem: String,
    /// Whether it is there, but does not let us in.
    pub denied: bool,
}

impl Refusal {
    /// It is not there, or no more.
    pub fn gone(problem: impl ToString) -> Self {
        Self {
            problem: problem.to_string(),
            denied: false,
        }
    }
}

/// Something that plays one sound at a time.
pub trait Output: Debug {
    /// Its name, as in messages.
    fn name(&self) -> &str;

    /// The rate that a wave of this rate is played at (Hz).
    fn rate(&self, rate: u32) -> u32;

    /// Begins a sound; one that still plays is stopped.
    ///
    /// # Errors
    /// The output has gone.
    fn start(&mut self, sound: Sound) -> Result<(), Refusal>;

    /// Plays on for so long, or until the end.
    ///
    /// # Errors
    /// The output has gone.
    fn advance(&mut self, wait: Duration) -> Result<OutputPosition, Refusal>;

    /// Silences the sound at once.
    fn stop(&mut self);
}

/// An output that was tried in vain.
pub fn attempt(output: impl Into<String>, refusal: Refusal) -> Attempt {
    Attempt {
        output: output.into(),
        problem: refusal.problem,
        denied: refusal.denied,
    }
}
