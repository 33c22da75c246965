//! What is heard of the clips: what the keys ask for, and how far the playing is.

use super::ListenView;
use crate::engine::{Command, Phase, PlaybackControl, Preview, SoundState, Variant};
use crate::ui::input::Action;
use crate::ui::message::Message;
use crate::ui::state::State;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How far a key seeks: so much of a short clip (s), or this share of a long one.
const SEEK: f64 = 0.5;
const SEEK_SHARE: f64 = 0.05;

/// What is heard, and what is to be.
#[derive(Debug, Default)]
pub struct Hearing {
    /// How far the clip that was played last is.
    pub sound: Option<SoundState>,
    /// In which form clips are shown and played.
    pub variant: Variant,
    /// Whether nothing is to be heard of what plays.
    pub muted: bool,
    /// Whether a clip is played when the cursor comes to it.
    pub on_selection: bool,
    /// The clip that is to be played next, for that reason.
    due: Option<PathBuf>,
    /// The clip that was shown last.
    shown: Option<PathBuf>,
}

impl Hearing {
    /// How far the playing of this clip, in the form that is shown, is.
    pub fn of(&self, path: &Path) -> Option<&SoundState> {
        self.sound
            .as_ref()
            .filter(|sound| sound.path == path && sound.variant == self.variant)
    }

    /// Takes how far a clip is.
    pub fn heard(&mut self, sound: SoundState) {
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

/// What a key does to the sound.
pub fn act(state: &mut State, action: Action) -> Vec<Command> {
    let selected = selected(state);
    let view = &mut state.listen;
    let playback_view = &mut view.playback_view;
    let here = selected
        .as_ref()
        .and_then(|path| playback_view.of(path))
        .map(|sound| sound.playback);
    let control = |control| vec![Command::Sound { control }];
    match (action, selected) {
        (Action::Play, Some(path)) => match here.map(|playback| playback.phase) {
            Some(Phase::Playing) => control(PlaybackControl::Pause),
            Some(Phase::Paused | Phase::Ended) => control(PlaybackControl::Resume),
            None => vec![playback_view.play(path)],
        },
        (Action::Left | Action::Right, _) => match here {
            Some(playback) => {
                let far = SEEK.max(SEEK_SHARE * playback.seconds);
                let seconds = if action == Action::Left { -far } else { far };
                control(PlaybackControl::Seek { seconds })
            }
            None => Vec::new(),
        },
        (Action::Mute, _) => {
            playback_view.muted = !playback_view.muted;
            let muted = playback_view.muted;
            let text = if muted {
                "Muted; m unmutes."
            } else {
                "Sound is on again."
            };
            state.message = Some(Message::note(text));
            control(PlaybackControl::Mute { muted })
        }
        (Action::PlayOnSelection, _) => {
            playback_view.on_selection = !playback_view.on_selection;
            let text = if playback_view.on_selection {
                "Clips are played as the cursor comes to them; a turns that off."
            } else {
                "Clips are played when Space is pressed."
            };
            state.message = Some(Message::note(text));
            Vec::new()
        }
        (Action::NextVariant | Action::PreviousVariant, Some(path)) => {
            let variants: Vec<Variant> = match &view.preview {
                Some(preview) => preview.variants.clone(),
                None => Vec::new(),
            };
            let by = if action == Action::NextVariant {
                1
            } else {
                variants.len().saturating_sub(1)
            };
            playback_view.step(&variants, by);
            // What was heard goes on in the new form, so that the two can be told apart.
            match here.map(|playback| playback.phase) {
                Some(Phase::Playing) => vec![playback_view.play(path)],
                _ => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

fn selected(state: &State) -> Option<PathBuf> {
    let survey = Arc::clone(state.survey.as_ref()?);
    Some(state.listen.clip(&survey)?.path.clone())
}

/// The place that is heard, as the heading of a clip says it.
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

/// Where the place that is heard lies in the clip, from 0 to 1; nowhere when it is not played.
pub fn place(view: &ListenView, preview: &Preview) -> Option<f64> {
    let sound = view.playback_view.of(&preview.path)?;
    let playback = sound.playback;
    let shown = preview.variant == sound.variant && playback.phase != Phase::Ended && playback.seconds > 0.0;
    shown.then(|| playback.position / playback.seconds)
}
