//! Sound: clips to be heard, one at a time, and the place that is heard while they are.

use crate::audio::decode;
use crate::audio::playback::{Environment, Phase, Playback, Player, SoundError};
use crate::engine::context::Context;
use crate::engine::pace::Pace;
use crate::engine::variant::form;
use crate::engine::{CommandKind, Control, EngineError, Event, SoundState, Variant};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::Duration;

/// How long a control may wait while something plays.
const STEP: Duration = Duration::from_millis(20);
/// How often the place that is heard is told: as often as the screen is drawn.
const TELLING: Duration = Duration::from_millis(100);

/// Something to be done about sound.
#[derive(Debug)]
pub enum Sounding {
    /// Play a clip in a form, from a place (s) on.
    Play(PathBuf, Variant, f64),
    /// Change how it plays.
    Control(Control),
}

/// Plays what is asked for. Of several clips that wait, only the last is worth the time; while nothing plays, this
/// sleeps.
pub fn sounds(context: &Context, wishes: &Receiver<Sounding>) {
    let mut desk = Desk {
        context,
        player: Player::new(Environment::of_process()),
        clip: None,
        next: None,
        unanswered: false,
        told: None,
        pace: Pace::every(TELLING),
    };
    loop {
        if !desk.player.is_playing() {
            match wishes.recv() {
                Ok(wish) => desk.follow(wish),
                Err(_) => return,
            }
        }
        loop {
            match wishes.try_recv() {
                Ok(wish) => desk.follow(wish),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        desk.load();
        let outcome = desk.player.advance(STEP);
        desk.tell();
        if let Err(problem) = outcome {
            desk.fail(problem);
        }
    }
}

struct Desk<'a> {
    context: &'a Context,
    player: Player,
    /// What the player has.
    clip: Option<(PathBuf, Variant)>,
    /// What it is to have next, and from where.
    next: Option<(PathBuf, Variant, f64)>,
    /// Whether the end of a play is still to be told.
    unanswered: bool,
    told: Option<Playback>,
    pace: Pace,
}

impl Desk<'_> {
    fn follow(&mut self, wish: Sounding) {
        match wish {
            Sounding::Play(path, variant, from) => {
                if self.next.replace((path, variant, from)).is_some() {
                    self.context.emit(Event::Done(CommandKind::Play));
                }
            }
            Sounding::Control(control) => {
                self.load();
                match control {
                    Control::Pause => self.player.pause(),
                    Control::Resume => self.player.resume(),
                    Control::Seek { seconds } => self.player.seek(seconds),
                    Control::Mute { muted } => self.player.mute(muted),
                    Control::Stop => {
                        self.player.stop();
                        self.answer();
                    }
                }
                self.tell();
                self.context.emit(Event::Done(CommandKind::Sound));
            }
        }
    }

    /// Gives the player what it is to have next.
    fn load(&mut self) {
        let Some((path, variant, from)) = self.next.take() else {
            return;
        };
        // The clip before stays at hand until there is another: one that cannot be read takes nobody's place.
        self.player.pause();
        match self.read(&path, &variant) {
            Ok(wave) => {
                self.answer();
                self.player.play(Arc::new(wave), from);
                self.clip = Some((path, variant));
                (self.unanswered, self.told) = (true, None);
            }
            Err(error) => self.context.emit(Event::Failed {
                command: CommandKind::Play,
                message: error.to_string(),
            }),
        }
    }

    fn read(&self, path: &Path, variant: &Variant) -> Result<crate::audio::Wave, EngineError> {
        Ok(form(&self.context.settings, decode(path)?.wave, variant)?.0)
    }

    /// The play that was asked for last has come to an end.
    fn answer(&mut self) {
        if std::mem::take(&mut self.unanswered) {
            self.context.emit(Event::Done(CommandKind::Play));
        }
    }

    /// Tells what has changed; of a place that only moves on, not too often.
    fn tell(&mut self) {
        let (Some((path, variant)), Some(playback)) = (&self.clip, self.player.playback()) else {
            return;
        };
        let moved_on = |told: &Playback| Playback {
            position: playback.position,
            ..*told
        };
        let only_moved = self.told.as_ref().is_some_and(|told| moved_on(told) == playback);
        let playing = playback.phase == Phase::Playing;
        if self.told == Some(playback) || (only_moved && playing && !self.pace.is_due()) {
            return;
        }
        self.told = Some(playback);
        self.context.emit(Event::Sound(SoundState {
            path: path.clone(),
            variant: variant.clone(),
            playback,
            output: self.player.output().map(str::to_owned),
        }));
        if playback.phase == Phase::Ended {
            self.answer();
        }
    }

    fn fail(&mut self, problem: SoundError) {
        match problem {
            SoundError::NoSound(no_sound) => {
                self.context.emit(Event::NoSound(no_sound.into()));
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
