//! The speakers.

use crate::engine::Survey;
use crate::ui::state::State;
use crate::ui::text::{Paint, duration, fit, fit_right, grouped};
use crate::ui::theme::Theme;
use crate::ui::widgets::histogram::EIGHTHS;
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What the filter looks at.
pub fn text(survey: &Survey, index: usize) -> String {
    let speaker = &survey.statistics.speakers[index];
    format!("{} {} {}", speaker.corpus, speaker.speaker, speaker.gender)
}

/// Draws one row per speaker, with a column per emotion as high as its clips are many.
pub fn draw(state: &State, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = state.data.rows(survey);
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
    let emotions = &survey.statistics.emotions;
    let legend: Vec<&str> = emotions.iter().map(|(name, _)| name.as_str()).collect();
    let head = format!(
        "{} {} {} {:>4} {:>6} {:>11}  ",
        fit("Corpus", 12),
        fit("Speaker", 10),
        fit("Gender", 7),
        "Age",
        "Clips",
        "Length"
    );
    buffer.put(area, 0, 0, &head, theme.dim());
    buffer.put(area, head.len() as u16, 0, "Clips per emotion", theme.dim());
    let below = area.height.saturating_sub(2);
    let list = Rect {
        y: area.y + 1,
        height: below,
        ..area
    }
    .intersection(area);
    let largest = speakers
        .iter()
        .flat_map(|speaker| &speaker.emotions)
        .max()
        .copied()
        .unwrap_or(0)
        .max(1);
    for (line, row) in state
        .data
        .cursor
        .window(rows.len(), usize::from(list.height))
        .enumerate()
    {
        let (speaker, y) = (&speakers[rows[row]], line as u16);
        let selected = row == state.data.cursor.row;
        if selected {
            buffer.set_style(
                Rect {
                    y: list.y + y,
                    height: 1,
                    ..list
                },
                theme.selected(),
            );
        }
        let text = format!(
            "{} {} {} {:>4} {:>6} {}  ",
            fit(&speaker.corpus, 12),
            fit(&speaker.speaker, 10),
            fit(&speaker.gender, 7),
            speaker.age.map_or_else(|| "–".to_owned(), |age| age.to_string()),
            grouped(speaker.clips),
            fit_right(&duration(speaker.seconds), 11),
        );
        let style = if selected { theme.selected() } else { theme.text() };
        let mut x = buffer.put(list, 0, y, &text, style);
        for (index, clips) in speaker.emotions.iter().enumerate() {
            let name = legend.get(index).copied().unwrap_or_default();
            let level = (8 * clips).div_ceil(largest);
            let wide = area.width >= 100;
            let column = EIGHTHS[level.min(8)].repeat(if wide { 2 } else { 1 });
            x += buffer.put(list, x, y, &column, theme.emotion(name)) + u16::from(wide);
        }
    }
    if rows.is_empty() {
        buffer.put(list, 0, 0, "No speaker passes the filter; Esc clears it.", theme.dim());
    }
    let foot = Rect {
        y: area.bottom().saturating_sub(1),
        height: 1,
        ..area
    };
    section(buffer, foot, "", &format!("emotions: {}", legend.join(", ")), theme);
}
