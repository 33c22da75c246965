//! Parallel coordinates: every trial a line through its parameters to its value.

use super::TuneView;
use super::values::{figure, short_value};
use crate::engine::{StudyPage, TrialRow};
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::dots::Dots;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// More lines than this are one blot.
const MOST: usize = 300;
/// Columns from one axis to the next.
const APART: u16 = 10;

/// Draws as many parameters as there is room for, the first of the leaderboard's columns first; the value is the last axis.
pub fn draw(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let ranked: Vec<&TrialRow> = page
        .ranking
        .iter()
        .filter_map(|number| page.trials.get(*number).map(|trial| &**trial))
        .filter(|trial| view.shows_trial(trial))
        .take(MOST)
        .collect();
    let (Some(best), Some(worst)) = (
        ranked.first().and_then(|trial| trial.value),
        ranked.last().and_then(|trial| trial.value),
    ) else {
        buffer.put(
            area,
            0,
            area.height / 2,
            "Begins with the first complete trial.",
            theme.dim(),
        );
        return;
    };
    if area.height < 5 || area.width < 2 * APART {
        return;
    }
    let room = usize::from(area.width / APART).saturating_sub(1);
    let axes: Vec<_> = page.axes.iter().skip(view.column).take(room.max(1)).collect();
    let plot = Rect {
        y: area.y + 1,
        height: area.height - 3,
        ..area
    };
    let apart = f64::from(plot.width.saturating_sub(7)) / axes.len() as f64;
    let column = |index: usize| (index as f64 * apart).round() as u16 + 3;
    let across = |index: usize| i32::from(2 * column(index));
    let down = |share: f64| ((1.0 - share.clamp(0.0, 1.0)) * f64::from(4 * plot.height - 1)).round() as i32;
    let mut dots = Dots::new(usize::from(plot.width), usize::from(plot.height));
    for index in 0..=axes.len() {
        dots.line(
            (across(index), 0),
            (across(index), i32::from(4 * plot.height) - 1),
            theme.faint(),
            false,
        );
    }
    let top = page.ranking.len().div_ceil(10);
    let ranks = ranked.iter().enumerate().rev();
    let chosen = view
        .trial()
        .filter(|trial| ranked.iter().any(|other| other.number == trial.number));
    let lines = ranks.map(|(rank, trial)| (*trial, if rank < top { theme.series(0) } else { theme.faint() }));
    for (trial, style) in lines.chain(chosen.map(|trial| (&**trial, theme.accent()))) {
        let value = trial.value.unwrap_or(worst);
        let share = if best == worst {
            0.5
        } else {
            (value - worst) / (best - worst)
        };
        let places = axes.iter().enumerate().filter_map(|(index, axis)| {
            let parameter = trial.parameter(&axis.name)?;
            Some((across(index), down(axis.place(parameter.internal))))
        });
        let points: Vec<(i32, i32)> = places.chain([(across(axes.len()), down(share))]).collect();
        for pair in points.windows(2) {
            dots.line(pair[0], pair[1], style, false);
        }
    }
    dots.draw(plot, buffer);
    let names = axes.iter().map(|axis| {
        let end = |internal: f64| match axis.choices.get(internal as usize) {
            Some(choice) => choice.clone(),
            None => short_value(&internal.to_string()),
        };
        (page.short_name(&axis.name), end(axis.range.1), end(axis.range.0))
    });
    let value = ("value".to_owned(), figure(page, best), figure(page, worst));
    for (index, (name, high, low)) in names.chain([value]).enumerate() {
        for (row, text) in [(0, high), (area.height - 2, low), (area.height - 1, name)] {
            let text = cut(&text, usize::from(APART) - 1);
            let x = (column(index) + 1).saturating_sub(width(&text) as u16 / 2);
            let x = x.min(area.width.saturating_sub(width(&text) as u16));
            buffer.put(area, x, row, &text, theme.dim());
        }
    }
}
