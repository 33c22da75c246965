//! Sound: playback of clips, one at a time, and its position.

use super::context::Context;
use super::form::form;
use super::rate_limiter::RateLimiter;
use crate::audio::playback::{Environment, Phase, Playback, Player, SoundError};
use crate::engine::{CommandKind, EngineError, Event, PlaybackControl, SoundState, Variant, request};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// How long a control may wait while something plays.
const STEP: Duration = Duration::from_millis(20);
/// How often the position is emitted: as often as the screen is drawn.
const TELLING: Duration = Duration::from_millis(100);

/// Something to be done about sound, in the order in which it is asked for.
#[derive(Debug)]
pub enum PlaybackRequest {
    /// Play a clip.
    Play(request::Play),
    /// Change how it plays.
    Control(PlaybackControl),
}

/// Plays what is asked for. Of several clips that wait, only the last is worth the time; while nothing plays, this
/// sleeps.
pub fn sounds(context: &Context, requests: &Receiver<PlaybackRequest>) {
    let mut playing = Playing {
        context,
        player: Player::new(Environment::of_process()),
        clip: None,
        next: None,
        unanswered: false,
        emitted: None,
        rate_limiter: RateLimiter::every(TELLING),
    };
    loop {
        if !playing.player.is_playing() {
            match requests.recv() {
                Ok(request) => playing.follow(request),
                Err(_) => return,
            }
        }
        loop {
            match requests.try_recv() {
                Ok(request) => playing.follow(request),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        playing.load();
        let outcome = playing.player.advance(STEP);
        playing.report();
        if let Err(problem) = outcome {
            playing.fail(problem);
        }
    }
}

struct Playing<'a> {
    context: &'a Context,
    player: Player,
    /// What the player has.
    clip: Option<(PathBuf, Variant)>,
    /// What it is to have next, and from where.
    next: Option<request::Play>,
    /// Whether the end of a play is still to be emitted.
    unanswered: bool,
    emitted: Option<Playback>,
    rate_limiter: RateLimiter,
}

impl Playing<'_> {
    fn follow(&mut self, request: PlaybackRequest) {
        match request {
            PlaybackRequest::Play(play) => {
                if self.next.replace(play).is_some() {
                    self.context.emit(Event::Done(CommandKind::Play));
                }
            }
            PlaybackRequest::Control(control) => {
                self.load();
                match control {
                    PlaybackControl::Pause => self.player.pause(),
                    PlaybackControl::Resume => self.player.resume(),
                    PlaybackControl::Seek { seconds } => self.player.seek(seconds),
                    PlaybackControl::Mute { muted } => self.player.mute(muted),
                    PlaybackControl::Stop => {
                        self.player.stop();
                        self.answer();
                    }
                }
                self.report();
                self.context.emit(Event::Done(CommandKind::Sound));
            }
        }
    }

    /// Gives the player what it is to have next.
    fn load(&mut self) {
        let Some(request::Play { path, variant, from }) = self.next.take() else {
            return;
        };
        // The clip before stays at hand until there is another: one that cannot be read takes nobody's place.
        self.player.pause();
        match self.read(&path, &variant) {
            Ok(wave) => {
                self.answer();
                self.player.play(Arc::new(wave), from);
                self.clip = Some((path, variant));
                (self.unanswered, self.emitted) = (true, None);
            }
            Err(error) => self.context.fail(CommandKind::Play, &error),
        }
    }

    fn read(&self, path: &Path, variant: &Variant) -> Result<crate::audio::Wave, EngineError> {
        let decoded = self.context.clip_of(path)?.decode()?;
        Ok(form(&self.context.settings, decoded.wave, variant)?.0)
    }

    /// The play that was asked for last has come to an end.
    fn answer(&mut self) {
        if std::mem::take(&mut self.unanswered) {
            self.context.emit(Event::Done(CommandKind::Play));
        }
    }

    /// Reports what has changed; of a position that only moves on, not too often.
    fn report(&mut self) {
        let (Some((path, variant)), Some(playback)) = (&self.clip, self.player.playback()) else {
            return;
        };
        let moved_on = |before: &Playback| Playback {
            position: playback.position,
            ..*before
        };
        let only_moved = self.emitted.as_ref().is_some_and(|before| moved_on(before) == playback);
        let playing = playback.phase == Phase::Playing;
        if self.emitted == Some(playback) || (only_moved && playing && !self.rate_limiter.is_due()) {
            return;
        }
        self.emitted = Some(playback);
        self.context.emit(SoundState {
            path: path.clone(),
            variant: variant.clone(),
            playback,
            output: self.player.output().map(str::to_owned),
        });
        if playback.phase == Phase::Ended {
            self.answer();
        }
    }

    fn fail(&mut self, problem: SoundError) {
        match problem {
            SoundError::NoSound(no_sound) => {
                self.context.emit(Arc::new(*no_sound));
                self.answer();
            }
            problem => {
                self.unanswered = false;
                self.context.emit(Event::Failed {
                    command: CommandKind::Play,
                    message: problem.to_string(),
                });
            }
        }
    }
}
