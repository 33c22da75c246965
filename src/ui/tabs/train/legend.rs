//! The names of the curves, and their values at a point.

use super::metric::Metric;
use super::shown::Shown;
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Names the curves; returns the rows taken.
pub fn draw(shown: &[Shown<'_>], weight: f64, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let mut x = 0;
    for (sample, words) in [("━━", "validation"), ("╍╍", "training"), ("●", "kept epoch")] {
        x += buffer.put(area, x, 0, sample, theme.text()) + 1;
        x += buffer.put(area, x, 0, words, theme.dim()) + 2;
    }
    if weight > 0.0 {
        buffer.put(area, x, 0, &format!("EMA {weight}"), theme.accent());
    }
    if shown.len() < 2 {
        return 1;
    }
    let (mut x, mut y) = (0, 1);
    for run in shown {
        let id = &run.detail.summary.id;
        let name = format!("{} {}", run.name.unwrap_or(' '), cut(id, 30));
        if x > 0 && usize::from(x) + width(&name) > usize::from(area.width) {
            (x, y) = (0, y + 1);
        }
        x += buffer.put(area, x, y, &name, theme.series(run.color)) + 2;
    }
    y + 1
}

/// Writes the values of all curves of a quantity at the end of an epoch; returns the rows taken.
pub fn values(
    shown: &[Shown<'_>],
    (metric, place): (Metric, usize),
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) -> u16 {
    let (mut x, mut y) = (buffer.put(area, 0, 0, &epoch(shown, place), theme.heading()) + 2, 0);
    for run in shown {
        let figure = |validation: bool| {
            let value = run.tracks.value(metric, validation, place);
            value.map_or_else(|| "–".to_owned(), |value| metric.figure(value))
        };
        let (validation, training) = (figure(true), figure(false));
        let words = match run.name {
            Some(name) if metric.is_of_steps() => format!("{name} {validation}"),
            None if metric.is_of_steps() => validation,
            Some(name) => format!("{name} {validation} / {training}"),
            None => format!("validation {validation}  training {training}"),
        };
        if x > 0 && usize::from(x) + width(&words) > usize::from(area.width) {
            (x, y) = (0, y + 1);
        }
        x += buffer.put(area, x, y, &words, theme.series(run.color)) + 2;
    }
    y + 1
}

/// The number of the epoch at a place of the longest run.
fn epoch(shown: &[Shown<'_>], place: usize) -> String {
    let known = shown.iter().find_map(|run| run.detail.epochs.get(place));
    format!("epoch {}", known.map_or(place + 1, |metrics| metrics.epoch))
}
