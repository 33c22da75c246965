//! The speakers.

use super::DataView;
use crate::engine::{SpeakerRow, Survey};
use crate::present::numbers::grouped;
use crate::ui::text::{Paint, fit, fit_right, short, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::Parts;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the filter searches.
pub fn text(survey: &Survey, index: usize) -> String {
    let speaker = &survey.statistics.speakers[index];
    format!("{} {} {}", speaker.corpus, speaker.speaker, speaker.gender)
}

/// Draws one row per speaker, with the clips of every emotion.
pub fn draw(view: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = &view.rows;
    let speakers = &survey.statistics.speakers;
    if speakers.is_empty() {
        buffer.put(
            area,
            0,
            0,
            "No corpus names its speakers: only random splits can be made.",
            theme.dim(),
        );
        return;
    }
    let list = area.below(1);
    let list = view.cursor.bar(rows.len(), list, buffer, theme);
    let visible = view.cursor.window(rows.len(), list);
    let longest = |text: fn(&SpeakerRow) -> &str| speakers.iter().map(|row| width(text(row))).max().unwrap_or(0);
    let (corpus, name) = (
        longest(|row| &row.corpus).clamp(6, 12),
        longest(|row| &row.speaker).clamp(7, 12),
    );
    let head = format!(
        "{} {} {} Age Clips  Time",
        fit("Corpus", corpus),
        fit("Speaker", name),
        fit("Gender", 7)
    );
    let start = buffer.put(area, 0, 0, &head, theme.dim()) + 1;
    let emotions = &survey.statistics.emotions;
    let room = usize::from(area.width.saturating_sub(start));
    let cell = (room / emotions.len().max(1)).clamp(4, 11);
    let x_of = |index: usize| start + (index * cell) as u16;
    for (index, (emotion, _)) in emotions.iter().enumerate() {
        let word = short(emotion, cell - 1);
        buffer.put(area, x_of(index), 0, &fit_right(&word, cell), theme.emotion(emotion));
    }
    for (line, row) in visible.enumerate() {
        let (speaker, y) = (&speakers[rows[row]], line as u16);
        let selected = row == view.cursor.row;
        let over = |style| if selected { theme.selected() } else { style };
        if selected {
            buffer.set_style(list.line(y), theme.selected());
        }
        let text = format!(
            "{} {} {} {:>3} {:>5} {}",
            fit(&speaker.corpus, corpus),
            fit(&speaker.speaker, name),
            fit(&speaker.gender, 7),
            speaker.age.map_or_else(|| "–".to_owned(), |age| age.to_string()),
            grouped(speaker.clips),
            fit_right(&clock(speaker.seconds), 5),
        );
        buffer.put(list, 0, y, &text, over(theme.text()));
        for (index, clips) in speaker.emotions.iter().enumerate() {
            let (text, style) = match clips {
                0 => ("·".to_owned(), theme.faint()),
                clips => (clips.to_string(), theme.dim()),
            };
            buffer.put(list, x_of(index), y, &fit_right(&text, cell), over(style));
        }
    }
    if rows.is_empty() {
        buffer.put(list, 0, 0, "No speaker passes the filter; Esc clears it.", theme.dim());
    }
}

/// `142` seconds as `2:22`.
fn clock(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..3600 => format!("{}:{:02}", whole / 60, whole % 60),
        _ => format!("{}:{:02}h", whole / 3600, whole % 3600 / 60),
    }
}
