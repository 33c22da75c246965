//! Playing an audio file: its position on one line, and in a terminal keys to pause, seek and mute.

use super::output::note;
use super::session::Session;
use crate::engine::{CommandKind, Event, Phase, PlaybackControl, SoundState, Variant, request};
use crate::present::json;
use anyhow::anyhow;
use crossterm::event::{self, Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use crossterm::terminal;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

/// How long a key may wait.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// How far a key seeks (s).
const SEEK: f64 = 1.0;
const KEYS: &str = "Space pauses, ← → seek, m mutes, q ends";

/// Plays a file to its end.
pub fn play(session: &mut Session, path: PathBuf, variant: Variant, from: f64) -> anyhow::Result<()> {
    let keys = Keys::listen();
    session.send(request::Play { path, variant, from });
    let mut last: Option<SoundState> = None;
    let outcome = loop {
        match session.within(POLL_INTERVAL) {
            Ok(Some(Event::Sound(state))) => {
                if keys.is_some() {
                    show(&state);
                }
                last = Some(state);
            }
            Ok(Some(Event::NoSound(no_sound))) => break Err(anyhow!(no_sound.to_string())),
            Ok(Some(Event::Done(CommandKind::Play))) => break Ok(()),
            Ok(_) => {}
            Err(error) => break Err(error),
        }
        if keys.is_some() {
            match control(last.as_ref()) {
                Ok(Some(control)) => session.send(request::Sound { control }),
                Ok(None) => {}
                Err(error) => break Err(error.into()),
            }
        }
    };
    if keys.is_some() {
        clear();
    }
    // The terminal must be restored before anything is written.
    drop(keys);
    outcome?;
    match last {
        Some(state) => Ok(session
            .output
            .either(|| json::Playback::from(&state), || describe(&state))?),
        None => Ok(()),
    }
}

fn describe(state: &SoundState) -> String {
    let variant = match &state.variant {
        Variant::Original => String::new(),
        variant => format!(" ({variant})"),
    };
    let output = state.output.as_deref().unwrap_or("no output");
    format!(
        "{}{variant}: {:.2} of {:.2} s played on {output}",
        state.path.display(),
        state.playback.position,
        state.playback.seconds
    )
}

/// Keys as they are pressed, while this is kept.
struct Keys;

impl Keys {
    /// Nothing when nobody sits at a keyboard.
    fn listen() -> Option<Self> {
        let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
        (terminal && terminal::enable_raw_mode().is_ok()).then_some(Self)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        if terminal::disable_raw_mode().is_err() {
            note("the terminal could not be restored; type `reset`");
        }
    }
}

/// What the keys that wait ask for.
fn control(state: Option<&SoundState>) -> io::Result<Option<PlaybackControl>> {
    while event::poll(Duration::ZERO)? {
        let TerminalEvent::Key(key) = event::read()? else {
            continue;
        };
        let meant = meaning(key, state);
        if key.kind != KeyEventKind::Release && meant.is_some() {
            return Ok(meant);
        }
    }
    Ok(None)
}

fn meaning(key: KeyEvent, state: Option<&SoundState>) -> Option<PlaybackControl> {
    let playback = state.map(|state| state.playback);
    match key.code {
        KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => Some(PlaybackControl::Stop),
        KeyCode::Char('q') | KeyCode::Esc => Some(PlaybackControl::Stop),
        KeyCode::Char(' ') if playback.is_some_and(|playback| playback.phase == Phase::Playing) => {
            Some(PlaybackControl::Pause)
        }
        KeyCode::Char(' ') => Some(PlaybackControl::Resume),
        KeyCode::Left => Some(PlaybackControl::Seek { seconds: -SEEK }),
        KeyCode::Right => Some(PlaybackControl::Seek { seconds: SEEK }),
        KeyCode::Char('m') => Some(PlaybackControl::Mute {
            muted: !playback?.muted,
        }),
        _ => None,
    }
}

/// The position, over the line before.
fn show(state: &SoundState) {
    let playback = state.playback;
    let mark = if playback.phase == Phase::Playing { "▶" } else { "‖" };
    let muted = if playback.muted { ", muted" } else { "" };
    let line = format!(
        "{mark} {:.1} of {:.1} s{muted}   {KEYS}",
        playback.position, playback.seconds
    );
    let width = terminal::size().map_or(80, |(columns, _)| usize::from(columns));
    let line: String = line.chars().take(width.saturating_sub(1)).collect();
    write(&format!("\r{line}\x1b[K"));
}

fn clear() {
    write("\r\x1b[K");
}

fn write(text: &str) {
    let mut stream = io::stderr().lock();
    // Only the display suffers when this fails.
    let _ = stream.write_all(text.as_bytes()).and_then(|()| stream.flush());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Playback;

    fn state(phase: Phase) -> SoundState {
        SoundState {
            path: "a.wav".into(),
            variant: Variant::Original,
            playback: Playback {
                phase,
                position: 1.25,
                seconds: 2.5,
                muted: false,
            },
            output: Some("unix:/run/pulse".to_owned()),
        }
    }

    #[test]
    fn keys_mean_what_they_do_in_the_workbench() {
        let means = |code, phase| meaning(KeyEvent::new(code, KeyModifiers::NONE), Some(&state(phase)));
        assert_eq!(means(KeyCode::Char(' '), Phase::Playing), Some(PlaybackControl::Pause));
        assert_eq!(means(KeyCode::Char(' '), Phase::Paused), Some(PlaybackControl::Resume));
        assert_eq!(
            means(KeyCode::Right, Phase::Playing),
            Some(PlaybackControl::Seek { seconds: SEEK })
        );
        assert_eq!(
            means(KeyCode::Char('m'), Phase::Playing),
            Some(PlaybackControl::Mute { muted: true })
        );
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_eq!(meaning(interrupt, None), Some(PlaybackControl::Stop));
        assert_eq!(means(KeyCode::Char('c'), Phase::Playing), None);
    }

    #[test]
    fn what_was_played_is_described_with_its_variant_and_output() {
        let mut state = state(Phase::Ended);
        assert_eq!(describe(&state), "a.wav: 1.25 of 2.50 s played on unix:/run/pulse");
        state.variant = Variant::Input;
        assert!(describe(&state).starts_with("a.wav (input): "));
    }
}
