//! That there is no audio output, and what to do about it on this host.

use crate::engine::{Event, NoSound};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use std::sync::Arc;

/// Columns at most.
const WIDTH: u16 = 78;
/// Columns for where a step is typed.
const PLACE: usize = 7;

/// That there is no audio output.
#[derive(Debug)]
pub struct NoSoundView(pub Arc<NoSound>);

impl Pane for NoSoundView {
    fn name(&self) -> &'static str {
        "No audio output"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![Table::CLOSE]
    }

    fn apply(&mut self, event: &Event, _: &Model, effects: &mut Effects) {
        // Another one takes its place.
        if matches!(event, Event::NoSound(_)) {
            effects.close();
        }
    }

    /// Draws what was tried and what would help.
    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let columns = usize::from(area.width.min(WIDTH)).saturating_sub(4);
        let lines = lines(&self.0, columns, theme);
        let size = (WIDTH, lines.len() as u16 + 2);
        let inner = overlay(buffer, area, size, self.name(), theme);
        for (row, (indent, text, style)) in lines.iter().enumerate() {
            buffer.put(inner, *indent as u16, row as u16, text, *style);
        }
    }
}

/// Every line: how far it is indented, what it says, and how.
fn lines(no_sound: &NoSound, columns: usize, theme: Theme) -> Vec<(usize, String, Style)> {
    let mut lines = Vec::new();
    for attempt in &no_sound.attempts {
        let text = format!("{}: {}", attempt.output, attempt.problem);
        lines.extend(wrap(&text, columns).into_iter().map(|line| (0, line, theme.warn())));
    }
    for remedy in &no_sound.remedies {
        let aim = wrap(&remedy.aim, columns).into_iter();
        lines.extend(aim.map(|line| (0, line, theme.text())));
        for (key_context, step) in &remedy.steps {
            for (index, line) in wrap(step, columns.saturating_sub(PLACE + 2)).into_iter().enumerate() {
                let key_context = if index == 0 { key_context } else { "" };
                lines.push((1, format!("{key_context:PLACE$} {line}"), theme.accent()));
            }
        }
    }
    lines
}
