//! The selected clip: its wave, its spectrogram, what is known about it.

use super::{ListenView, prediction, sound};
use crate::engine::{Clip, CommandKind, Dimensions, Preview, Survey};
use crate::present::numbers::grouped;
use crate::present::words;
use crate::ui::model::Model;
use crate::ui::text::{Paint, cut, file_name, fit, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::playhead::playhead;
use crate::ui::widgets::section::section;
use crate::ui::widgets::spectrogram::Spectrogram;
use crate::ui::widgets::waveform::Waveform;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Modifier, Style};
use ratatui::widgets::Widget;

/// Draws the clip under the cursor.
pub fn draw(view: &ListenView, model: &Model, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(index) = view.index() else { return };
    let Some(clip) = survey.catalogue.clips.get(index) else {
        return;
    };
    let preview = view
        .preview
        .as_ref()
        .filter(|preview| preview.path == clip.name() && preview.variant == view.playback_view.variant);
    let folder = || clip.path.parent().map(|folder| folder.display().to_string());
    let note = sound::words(view, &clip.name()).or_else(folder).unwrap_or_default();
    let title = match preview.map(|preview| preview.label.as_str()) {
        None | Some("") => file_name(&clip.name()),
        Some(label) => format!("{}: {label}", file_name(&clip.name())),
    };
    let body = section(buffer, area, &title, &note, theme);
    let mut details = details_of(survey, index, clip);
    let evaluated = view.predicted(&clip.name());
    let asking = model.busy(CommandKind::Predict);
    for note in preview.iter().flat_map(|preview| &preview.notes) {
        details.push(JournalEntry {
            name: "features",
            words: words::note(note),
            tone: Tone::Plain,
        });
    }
    if body.height >= 24 {
        let below = (details.len() as u16 + 6).clamp(12, 16);
        let rows = [Constraint::Fill(1), Constraint::Length(1), Constraint::Length(below)];
        let [pictures, _, bottom] = body.layout(&Layout::vertical(rows));
        picture(view, preview.map(AsRef::as_ref), pictures, buffer, theme);
        let columns = [Constraint::Percentage(48), Constraint::Length(2), Constraint::Fill(1)];
        let [left, _, right] = bottom.layout(&Layout::horizontal(columns));
        write_details(&details, section(buffer, left, "Clip", "", theme), buffer, theme);
        prediction::draw(
            (evaluated, asking),
            clip,
            section(buffer, right, "Prediction", "", theme),
            buffer,
            theme,
        );
    } else {
        let subset = (body.width * 2 / 5).clamp(20, 34);
        let columns = [Constraint::Fill(1), Constraint::Length(2), Constraint::Length(subset)];
        let [left, _, right] = body.layout(&Layout::horizontal(columns));
        picture(view, preview.map(AsRef::as_ref), left, buffer, theme);
        let facts_rows = if evaluated.is_some() || asking {
            (right.height / 2).min(details.len() as u16)
        } else {
            right.height
        };
        let [top, bottom] = right.layout(&Layout::vertical([Constraint::Length(facts_rows), Constraint::Fill(1)]));
        write_details(&details, top, buffer, theme);
        if evaluated.is_some() || asking {
            prediction::draw((evaluated, asking), clip, bottom, buffer, theme);
        }
    }
}

fn picture(view: &ListenView, preview: Option<&Preview>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(preview) = preview else {
        let text = if view.waiting {
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
    if let Some(place) = sound::place(view, preview) {
        playhead(buffer, top, place, theme);
        let above_axis = Rect {
            height: bottom.height.saturating_sub(1),
            ..bottom
        };
        playhead(buffer, above_axis, place, theme);
    }
}

/// One fact: its name, its words, and how much they matter.
struct JournalEntry {
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

fn details_of(survey: &Survey, index: usize, clip: &Clip) -> Vec<JournalEntry> {
    let entry = |name, words: String| JournalEntry {
        name,
        words,
        tone: Tone::Plain,
    };
    let emotion = clip.emotion.name();
    let intensity = clip
        .intensity
        .map(|intensity| format!(", {}", intensity.name()))
        .unwrap_or_default();
    let mut details = vec![JournalEntry {
        name: "emotion",
        words: format!("{emotion}{intensity}"),
        tone: Tone::Emotion(emotion.to_owned()),
    }];
    let dimensions = Dimensions::NAMES.iter().zip(clip.dimensions.values());
    let dimensions: Vec<String> = dimensions
        .filter_map(|(name, value)| Some(format!("{name} {:.2}", value?)))
        .collect();
    if !dimensions.is_empty() {
        details.push(entry("dimensions", dimensions.join(", ")));
    }
    if let Some(votes) = &clip.votes {
        let words: Vec<String> = votes.iter().map(|(label, count)| format!("{label} {count}")).collect();
        details.push(entry("votes", words.join(", ")));
    }
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
        details.push(entry("corpus", clip.corpus.to_string()));
    } else {
        details.push(entry("speaker", speaker.join(", ")));
    }
    let channels = match clip.channels {
        1 => "mono".to_owned(),
        2 => "stereo".to_owned(),
        more => format!("{more} channels"),
    };
    let about = if clip.is_estimated() { "~" } else { "" };
    let rate = grouped(clip.rate as usize);
    details.push(entry(
        "audio",
        format!(
            "{about}{:.2} s, {rate} Hz {channels} {}",
            clip.seconds(),
            clip.container
        ),
    ));
    if let Some(measured) = super::details(survey, index) {
        let level = measured.level;
        let peak = 20.0 * level.peak.max(1e-10).log10();
        details.push(entry("level", format!("{:.1} dBFS, peak {peak:.1}", level.rms_dbfs)));
        if level.clipped > 0.0 {
            let words = format!("{:.2} % of the samples", 100.0 * level.clipped);
            details.push(JournalEntry {
                name: "clipped",
                words,
                tone: Tone::Odd,
            });
        }
        if let Some(damage) = &measured.damage {
            details.push(JournalEntry {
                name: "damage",
                words: damage.clone(),
                tone: Tone::Odd,
            });
        }
    }
    if let Some(text) = &clip.text {
        details.push(entry("text", text.to_string()));
    }
    if clip.synthetic {
        details.push(JournalEntry {
            name: "origin",
            words: "SYNTHETIC, no human voice".to_owned(),
            tone: Tone::Odd,
        });
    }
    for quality_issue in survey
        .quality_issues
        .iter()
        .filter(|quality_issue| quality_issue.clip == index)
    {
        details.push(JournalEntry {
            name: words::quality_issue(quality_issue.kind),
            words: quality_issue.detail.clone(),
            tone: Tone::Odd,
        });
    }
    details
}

fn write_details(details: &[JournalEntry], area: Rect, buffer: &mut Buffer, theme: Theme) {
    const NAMES: usize = 11;
    let names = details
        .iter()
        .map(|entry| entry.name.len())
        .max()
        .unwrap_or(0)
        .min(NAMES);
    let room = usize::from(area.width).saturating_sub(names + 1);
    let mut y = 0;
    for entry in details {
        let style: Style = match &entry.tone {
            Tone::Emotion(name) => theme.emotion(name).add_modifier(Modifier::BOLD),
            Tone::Plain => theme.text(),
            Tone::Odd => theme.warn(),
        };
        buffer.put(area, 0, y, &fit(entry.name, names), theme.dim());
        let most = if area.height >= 10 {
            3
        } else {
            1 + usize::from(matches!(entry.tone, Tone::Odd))
        };
        let lines = match most {
            1 => vec![cut(&entry.words, room)],
            most => wrap_to(&entry.words, room, most),
        };
        for line in lines {
            buffer.put(area, names as u16 + 1, y, &line, style);
            y += 1;
        }
    }
}
