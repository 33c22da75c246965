//! The player: one wave at a time, with pause, seek, mute and the playback position.

use super::SoundError;
use super::environment::Environment;
use super::no_sound::NoSound;
use super::output::{Output, Refusal, attempt};
use super::outputs::find;
use super::sound::Sound;
use crate::audio::{Wave, resample};
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

/// What a player does with its wave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// It plays.
    Playing,
    /// It is paused.
    Paused,
    /// Its end was reached.
    Ended,
}

/// The state of the playback.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Playback {
    /// What is done.
    pub phase: Phase,
    /// The current position in the wave (s).
    pub position: f64,
    /// Length of the wave (s).
    pub seconds: f64,
    /// Whether it is muted.
    pub muted: bool,
}

/// Plays one wave at a time. Controls take effect with the next [`Player::advance`], so that of many at once only
/// what they come to in the end is done.
#[derive(Debug)]
pub struct Player {
    environment: Environment,
    output: Option<Box<dyn Output>>,
    wave: Option<Arc<Wave>>,
    phase: Phase,
    muted: bool,
    /// Current position in the wave, or the last one (s).
    position: f64,
    /// Position at which the sound that the output plays started (s); none when it plays none.
    started: Option<f64>,
}

impl Player {
    /// A player that looks for an output when it has something to play.
    pub fn new(environment: Environment) -> Self {
        Self {
            environment,
            output: None,
            wave: None,
            phase: Phase::Ended,
            muted: false,
            position: 0.0,
            started: None,
        }
    }

    /// Plays a wave from a position (s) on, instead of the current one.
    pub fn play(&mut self, wave: Arc<Wave>, from: f64) {
        self.silence();
        self.position = from.clamp(0.0, wave.seconds());
        self.wave = Some(wave);
        self.phase = Phase::Playing;
    }

    /// Pauses at the current position.
    pub fn pause(&mut self) {
        if self.phase == Phase::Playing {
            self.silence();
            self.phase = Phase::Paused;
        }
    }

    /// Continues; from the start when the end was reached.
    pub fn resume(&mut self) {
        if self.wave.is_some() && self.phase != Phase::Playing {
            if self.phase == Phase::Ended {
                self.position = 0.0;
            }
            self.phase = Phase::Playing;
        }
    }

    /// Moves so many seconds forward, or back, within the wave.
    pub fn seek(&mut self, by: f64) {
        let Some(wave) = &self.wave else { return };
        let end = wave.seconds();
        self.silence();
        self.position = (self.position + by).clamp(0.0, end);
        if self.phase == Phase::Ended && self.position < end {
            self.phase = Phase::Paused;
        }
    }

    /// Plays on silently, or audibly again.
    pub fn mute(&mut self, muted: bool) {
        if self.muted != muted {
            self.silence();
            self.muted = muted;
        }
    }

    /// Forgets the wave.
    pub fn stop(&mut self) {
        self.silence();
        self.wave = None;
        self.phase = Phase::Ended;
    }

    /// Whether something plays, so that [`Player::advance`] has something to do.
    pub fn is_playing(&self) -> bool {
        self.phase == Phase::Playing
    }

    /// The state of the playback; nothing when there is nothing to play.
    pub fn playback(&self) -> Option<Playback> {
        self.wave.as_ref().map(|wave| Playback {
            phase: self.phase,
            position: self.position,
            seconds: wave.seconds(),
            muted: self.muted,
        })
    }

    /// The name of the output, once one was found.
    pub fn output(&self) -> Option<&str> {
        self.output.as_ref().map(|output| output.name())
    }

    /// Plays for so long, or until the end; does nothing unless something plays.
    ///
    /// # Errors
    /// No output takes sound, or the one that played has gone; the player waits then, and [`Player::resume`]
    /// looks for an output again.
    pub fn advance(&mut self, wait: Duration) -> Result<(), SoundError> {
        if !self.is_playing() {
            return Ok(());
        }
        let outcome = self.begin().and_then(|started| self.listen(started, wait));
        if outcome.is_err() {
            (self.output, self.started) = (None, None);
            self.phase = Phase::Paused;
        }
        outcome
    }

    /// The position at which the sound that the output plays started; starts one if there is none.
    fn begin(&mut self) -> Result<f64, SoundError> {
        if let Some(started) = self.started {
            return Ok(started);
        }
        // A server that was there before may have gone since: that is not worth a word when it is there again.
        if let Some(mut output) = self.output.take() {
            let sound = self.sound(&*output)?;
            if output.start(sound).is_ok() {
                self.output = Some(output);
                return Ok(*self.started.insert(self.position));
            }
        }
        let mut output = find(&self.environment).map_err(SoundError::NoSound)?;
        let sound = self.sound(&*output)?;
        if let Err(refusal) = output.start(sound) {
            let attempts = vec![attempt(output.name(), refusal)];
            return Err(SoundError::NoSound(Box::new(NoSound::after(
                attempts,
                &self.environment,
            ))));
        }
        self.output = Some(output);
        Ok(*self.started.insert(self.position))
    }

    /// From the current position on, at a rate that the output takes.
    fn sound(&mut self, output: &dyn Output) -> Result<Sound, SoundError> {
        let wave = match &self.wave {
            Some(wave) if output.rate(wave.rate) == wave.rate => Arc::clone(wave),
            Some(wave) => Arc::clone(self.wave.insert(Arc::new(resample(wave, output.rate(wave.rate))?))),
            None => Arc::new(Wave {
                samples: Vec::new(),
                rate: 1,
            }),
        };
        Ok(Sound {
            from: (self.position * f64::from(wave.rate)).round() as usize,
            wave,
            muted: self.muted,
        })
    }

    fn listen(&mut self, started: f64, wait: Duration) -> Result<(), SoundError> {
        let (Some(output), Some(wave)) = (&mut self.output, &self.wave) else {
            return Ok(());
        };
        let progress = output.advance(wait).map_err(|refusal| gone(output.name(), refusal))?;
        let end = wave.seconds();
        self.position = (started + progress.seconds).clamp(self.position.min(end), end);
        if progress.over {
            (self.phase, self.position, self.started) = (Phase::Ended, end, None);
        }
        Ok(())
    }

    fn silence(&mut self) {
        if let (Some(_), Some(output)) = (self.started.take(), &mut self.output) {
            output.stop();
        }
    }
}

fn gone(output: &str, refusal: Refusal) -> SoundError {
    SoundError::Gone {
        output: output.to_owned(),
        problem: refusal.problem,
    }
}
