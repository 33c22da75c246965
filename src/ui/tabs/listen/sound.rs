//! Playback of the clips: what the keys ask for, and how far it is.

use super::ListenView;
use crate::engine::{Command, Phase, Playback, PlaybackControl, Preview, SoundState, Variant};
use crate::ui::model::Model;
use crate::ui::pane::Effects;
use std::path::{Path, PathBuf};

/// How far a key seeks: so much of a short clip (s), or this share of a long one.
const SEEK: f64 = 0.5;
const SEEK_SHARE: f64 = 0.05;

/// What is played, and what was asked for.
#[derive(Debug, Default)]
pub struct PlaybackView {
    /// How far the clip that was played last is.
    pub sound: Option<SoundState>,
    /// In which form clips are shown and played.
    pub variant: Variant,
    /// Whether playback is muted.
    pub muted: bool,
    /// Whether a clip is played when the cursor comes to it.
    pub on_selection: bool,
    /// The clip that is to be played next, for that reason.
    due: Option<PathBuf>,
    /// The clip that was shown last.
    shown: Option<PathBuf>,
}

impl PlaybackView {
    /// How far the playing of this clip, in the form that is shown, is.
    pub fn of(&self, path: &Path) -> Option<&SoundState> {
        self.sound
            .as_ref()
            .filter(|sound| sound.path == path && sound.variant == self.variant)
    }

    /// Takes how far a clip is.
    pub fn follow(&mut self, sound: SoundState) {
        self.muted = sound.playback.muted;
        self.sound = Some(sound);
    }

    /// A clip is shown: if it was not before, it may be one to be played.
    pub fn shown(&mut self, preview: &Preview) {
        if self.shown.as_deref() == Some(preview.path.as_path()) {
            return;
        }
        self.shown = Some(preview.path.clone());
        self.due = self.on_selection.then(|| preview.path.clone());
    }

    /// The play that is due, if the cursor is still there.
    pub fn needs(&mut self, selected: &Path) -> Option<Command> {
        let due = self.due.take().filter(|due| due == selected)?;
        Some(self.play(due))
    }

    fn play(&self, path: PathBuf) -> Command {
        Command::Play {
            path,
            variant: self.variant.clone(),
            from: 0.0,
        }
    }

    /// There is no audio output: nothing more is tried by itself.
    pub fn gave_up(&mut self) {
        (self.on_selection, self.due) = (false, None);
    }

    /// The form that many steps further among these, around the end.
    fn step(&mut self, variants: &[Variant], by: usize) {
        let now = variants.iter().position(|variant| *variant == self.variant);
        let next = now.map_or(0, |now| (now + by) % variants.len());
        self.variant = variants.get(next).cloned().unwrap_or_default();
    }
}

/// The clip under the cursor, and how far its playing is.
fn selected(view: &ListenView, model: &Model) -> Option<(PathBuf, Option<Playback>)> {
    let path = view.clip(model.survey.as_ref()?)?.name().into_owned();
    let playback = view.playback_view.of(&path).map(|sound| sound.playback);
    Some((path, playback))
}

/// Plays the clip under the cursor, pauses it or goes on.
pub fn play(view: &mut ListenView, model: &Model, effects: &mut Effects) {
    let Some((path, playback)) = selected(view, model) else {
        return;
    };
    effects.send(match playback.map(|playback| playback.phase) {
        Some(Phase::Playing) => Command::Sound {
            control: PlaybackControl::Pause,
        },
        Some(Phase::Paused | Phase::Ended) => Command::Sound {
            control: PlaybackControl::Resume,
        },
        None => view.playback_view.play(path),
    });
}

/// Pauses what is played, if something is.
pub fn pause(view: &ListenView, effects: &mut Effects) {
    let playing = |sound: &SoundState| sound.playback.phase == Phase::Playing;
    if view.playback_view.sound.as_ref().is_some_and(playing) {
        effects.send(Command::Sound {
            control: PlaybackControl::Pause,
        });
    }
}

/// Seeks in the clip that is played.
pub fn seek(view: &mut ListenView, model: &Model, forward: bool, effects: &mut Effects) {
    if let Some((_, Some(playback))) = selected(view, model) {
        let far = SEEK.max(SEEK_SHARE * playback.seconds);
        let seconds = if forward { far } else { -far };
        effects.send(Command::Sound {
            control: PlaybackControl::Seek { seconds },
        });
    }
}

/// Mutes what is played, or ends that.
pub fn mute(view: &mut ListenView, _: &Model, effects: &mut Effects) {
    let muted = !view.playback_view.muted;
    view.playback_view.muted = muted;
    effects.note(if muted {
        "Muted; m unmutes."
    } else {
        "Sound is on again."
    });
    effects.send(Command::Sound {
        control: PlaybackControl::Mute { muted },
    });
}

/// Plays clips as the cursor comes to them, or no more.
pub fn play_on_selection(view: &mut ListenView, _: &Model, effects: &mut Effects) {
    let playback_view = &mut view.playback_view;
    playback_view.on_selection = !playback_view.on_selection;
    effects.note(if playback_view.on_selection {
        "Clips are played as the cursor comes to them; a turns that off."
    } else {
        "Clips are played when Space is pressed."
    });
}

/// Shows the clip in its next form, or in the one before; playback goes on in it, so that the two can be told
/// apart.
pub fn turn(view: &mut ListenView, model: &Model, forward: bool, effects: &mut Effects) {
    let Some((path, playback)) = selected(view, model) else {
        return;
    };
    let variants = view.preview.as_ref().map_or(&[][..], |preview| &preview.variants);
    let by = if forward { 1 } else { variants.len().saturating_sub(1) };
    view.playback_view.step(variants, by);
    if playback.is_some_and(|playback| playback.phase == Phase::Playing) {
        effects.send(view.playback_view.play(path));
    }
}

/// The position of playback, as the heading of a clip has it.
pub fn words(view: &ListenView, path: &Path) -> Option<String> {
    let playback = view.playback_view.of(path)?.playback;
    let mark = match playback.phase {
        Phase::Playing => "▶",
        Phase::Paused => "‖",
        Phase::Ended => return None,
    };
    let muted = if playback.muted { " muted" } else { "" };
    Some(format!(
        "{mark} {:.2} / {:.2} s{muted}",
        playback.position, playback.seconds
    ))
}

/// The position of playback in the clip, from 0 to 1; none when it is not played.
pub fn place(view: &ListenView, preview: &Preview) -> Option<f64> {
    let sound = view.playback_view.of(&preview.path)?;
    let playback = sound.playback;
    let shown = preview.variant == sound.variant && playback.phase != Phase::Ended && playback.seconds > 0.0;
    shown.then(|| playback.position / playback.seconds)
}
