//! The selected clip: its wave, its spectrogram, what is known about it.

use super::{sound, verdict};
use crate::engine::{Clip, CommandKind, Preview, Survey};
use crate::ui::state::State;
use crate::ui::text::{Paint, cut, file_name, fit, grouped, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::playhead::playhead;
use crate::ui::widgets::section::section;
use crate::ui::widgets::spectrogram::Spectrogram;
use crate::ui::widgets::waveform::Waveform;
use crate::ui::words;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

/// Draws the clip under the cursor.
pub fn draw(state: &State, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(index) = state.listen.index() else { return };
    let Some(clip) = survey.catalogue.clips.get(index) else {
        return;
    };
    let preview = state
        .listen
        .preview
        .as_ref()
        .filter(|preview| preview.path == clip.path && preview.variant == state.listen.hearing.variant);
    let folder = || clip.path.parent().map(|folder| folder.display().to_string());
    let note = sound::words(&state.listen, &clip.path)
        .or_else(folder)
        .unwrap_or_default();
    let title = match preview.map(|preview| preview.label.as_str()) {
        None | Some("") => file_name(&clip.path),
        Some(label) => format!("{}: {label}", file_name(&clip.path)),
    };
    let body = section(buffer, area, &title, &note, theme);
    let mut facts = facts_of(survey, index, clip);
    let judged = state.listen.judged.get(&clip.path);
    let asking = state.jobs.busy(CommandKind::Predict);
    for note in preview.iter().flat_map(|preview| &preview.notes) {
        facts.push(Fact {
            name: "features",
            words: words::note(note),
            tone: Tone::Plain,
        });
    }
    if body.height >= 24 {
        let below = (facts.len() as u16 + 6).clamp(12, 16);
        let rows = [Constraint::Fill(1), Constraint::Length(1), Constraint::Length(below)];
        let [pictures, _, bottom] = body.layout(&Layout::vertical(rows));
        picture(state, preview.map(AsRef::as_ref), pictures, buffer, theme);
        let columns = [Constraint::Percentage(48), Constraint::Length(2), Constraint::Fill(1)];
        let [left, _, right] = bottom.layout(&Layout::horizontal(columns));
        write_facts(&facts, section(buffer, left, "Clip", "", theme), buffer, theme);
        verdict::draw(
            (judged, asking),
            clip,
            section(buffer, right, "Prediction", "", theme),
            buffer,
            theme,
        );
    } else {
        let side = (body.width * 2 / 5).clamp(20, 34);
        let columns = [Constraint::Fill(1), Constraint::Length(2), Constraint::Length(side)];
        let [left, _, right] = body.layout(&Layout::horizontal(columns));
        picture(state, preview.map(AsRef::as_ref), left, buffer, theme);
        let facts_rows = if judged.is_some() || asking {
            (right.height / 2).min(facts.len() as u16)
        } else {
            right.height
        };
        let [top, bottom] = right.layout(&Layout::vertical([Constraint::Length(facts_rows), Constraint::Fill(1)]));
        write_facts(&facts, top, buffer, theme);
        if judged.is_some() || asking {
            verdict::draw((judged, asking), clip, bottom, buffer, theme);
        }
    }
}

fn picture(state: &State, preview: Option<&Preview>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(preview) = preview else {
        let text = if state.listen.waiting {
            "reading the samples …"
        } else {
            "no picture of this clip"
        };
        buffer.put(area, 0, area.height / 2, text, theme.dim());
        return;
    };
    let wave_rows = (area.height * 2 / 5).clamp(2, 8) & !1;
    let [top, bottom] = area.layout(&Layout::vertical([Constraint::Length(wave_rows), Constraint::Fill(1)]));
    Waveform {
        envelope: &preview.envelope,
        theme,
    }
    .render(top, buffer);
    let spectrogram = Spectrogram {
        values: &preview.mel_db,
        frames: preview.frames,
        bands_hz: &preview.mel_hz,
        seconds: preview.wave.seconds(),
        range_db: 80.0,
        theme,
    };
    spectrogram.render(bottom, buffer);
    if let Some(place) = sound::place(&state.listen, preview) {
        playhead(buffer, top, place, theme);
        let above_axis = Rect {
            height: bottom.height.saturating_sub(1),
            ..bottom
        };
        playhead(buffer, above_axis, place, theme);
    }
}

/// One fact: its name, its words, and how much they matter.
struct Fact {
    name: &'static str,
    words: String,
    tone: Tone,
}

/// How a fact is written.
enum Tone {
    Emotion(String),
    Plain,
    Odd,
}

fn facts_of(survey: &Survey, index: usize, clip: &Clip) -> Vec<Fact> {
    let fact = |name, words: String| Fact {
        name,
        words,
        tone: Tone::Plain,
    };
    let emotion = clip.emotion.name();
    let intensity = clip
        .intensity
        .map(|intensity| format!(", {}", intensity.name()))
        .unwrap_or_default();
    let mut facts = vec![Fact {
        name: "emotion",
        words: format!("{emotion}{intensity}"),
        tone: Tone::Emotion(emotion.to_owned()),
    }];
    let speaker = [
        clip.speaker
            .as_deref()
            .map(|speaker| format!("{} {speaker}", clip.corpus)),
        clip.gender.map(|gender| gender.name().to_owned()),
        clip.age.map(|age| format!("{age} years")),
        clip.ethnicity.as_deref().map(str::to_owned),
    ];
    let speaker: Vec<String> = speaker.into_iter().flatten().collect();
    if speaker.is_empty() {
        facts.push(fact("corpus", clip.corpus.to_string()));
    } else {
        facts.push(fact("speaker", speaker.join(", ")));
    }
    let channels = match clip.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        more => format!("{more} channels"),
    };
    let rate = grouped(clip.rate as usize);
    facts.push(fact(
        "audio",
        format!("{:.2} s, {rate} Hz {channels} {}", clip.seconds(), clip.container),
    ));
    if let Some(measured) = super::facts(survey, index) {
        let level = measured.level;
        let peak = 20.0 * level.peak.max(1e-10).log10();
        facts.push(fact("level", format!("{:.1} dBFS, peak {peak:.1}", level.rms_dbfs)));
        if level.clipped > 0.0 {
            let words = format!("{:.2} % of the samples", 100.0 * level.clipped);
            facts.push(Fact {
                name: "clipped",
                words,
                tone: Tone::Odd,
            });
        }
        if let Some(damage) = &measured.damage {
            facts.push(Fact {
                name: "damage",
                words: damage.clone(),
                tone: Tone::Odd,
            });
        }
    }
    if let Some(text) = &clip.text {
        facts.push(fact("text", text.to_string()));
    }
    if clip.synthetic {
        facts.push(Fact {
            name: "origin",
            words: "SYNTHETIC, no human voice".to_owned(),
            tone: Tone::Odd,
        });
    }
    for suspicion in survey.suspicions.iter().filter(|suspicion| suspicion.clip == index) {
        facts.push(Fact {
            name: words::suspicion(suspicion.kind),
            words: suspicion.detail.clone(),
            tone: Tone::Odd,
        });
    }
    facts
}

fn write_facts(facts: &[Fact], area: Rect, buffer: &mut Buffer, theme: Theme) {
    const NAMES: usize = 11;
    let names = facts.iter().map(|fact| fact.name.len()).max().unwrap_or(0).min(NAMES);
    let room = usize::from(area.width).saturating_sub(names + 1);
    let mut y = 0;
    for fact in facts {
        let style: Style = match &fact.tone {
            Tone::Emotion(name) => theme.emotion(name).add_modifier(Modifier::BOLD),
            Tone::Plain => theme.text(),
            Tone::Odd => theme.warn(),
        };
        buffer.put(area, 0, y, &fit(fact.name, names), theme.dim());
        let most = if area.height >= 10 {
            3
        } else {
            1 + usize::from(matches!(fact.tone, Tone::Odd))
        };
        let lines = match most {
            1 => vec![cut(&fact.words, room)],
            most => wrap_to(&fact.words, room, most),
        };
        for line in lines {
            buffer.put(area, names as u16 + 1, y, &line, style);
            y += 1;
        }
    }
}
