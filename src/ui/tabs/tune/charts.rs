//! Values by trial, by epoch, and against one parameter.

use super::TuneView;
use super::values::{figure, short_value};
use crate::engine::{Axis, StudyPage, TrialRow, TrialState};
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::curve::{Curves, Series};
use crate::ui::widgets::dots::Dots;
use crate::ui::widgets::section::Parts;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// More curves than this are one blot.
const MOST_CURVES: usize = 60;
/// More dots than cells show nothing more.
const MOST_DOTS: usize = 2000;

fn series(points: Vec<(f64, f64)>, style: Style, dashed: bool) -> Series {
    Series {
        points,
        style,
        dashed,
        name: None,
        mark: None,
    }
}

fn complete(page: &StudyPage) -> impl DoubleEndedIterator<Item = (&TrialRow, f64)> {
    let done = page.trials.iter().filter(|trial| trial.state == TrialState::Complete);
    done.filter_map(|trial| Some((&**trial, trial.value?)))
}

fn too_early(area: Rect, buffer: &mut Buffer, theme: Theme) {
    buffer.put(
        area,
        0,
        area.height / 2,
        "Begins with the first complete trial.",
        theme.dim(),
    );
}

/// A dot for every complete trial, and the best so far as a line; that of another study beside it.
pub fn history(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if page.best.is_empty() {
        return too_early(area, buffer, theme);
    }
    let area = area.below(beside_named(view, page, area, buffer, theme));
    let dots = complete(page).rev().filter(|(trial, _)| view.shows_trial(trial));
    let dots = dots.take(MOST_DOTS);
    let mut all: Vec<Series> = dots
        .map(|(trial, value)| series(vec![(trial.number as f64, value)], theme.dim(), false))
        .collect();
    if let Some(beside) = comparable(view, page) {
        all.push(series(best_so_far(beside), theme.series(1), false));
    }
    all.push(series(best_so_far(page), theme.series(0), false));
    Curves {
        series: &all,
        share: page.share,
        log: false,
        unit: "trial",
        holds: &[],
        point: None,
        theme,
    }
    .render(area, buffer);
}

/// The best value after every trial.
fn best_so_far(page: &StudyPage) -> Vec<(f64, f64)> {
    let last = page.trials.len().saturating_sub(1) as f64;
    let mut steps = Vec::new();
    for (number, value) in &page.best {
        if let Some((_, before)) = steps.last().copied() {
            steps.push((*number as f64, before));
        }
        steps.push((*number as f64, *value));
    }
    steps.extend(page.best.last().map(|(_, value)| (last, *value)));
    steps
}

/// The study beside, where its values mean the same.
fn comparable<'a>(view: &'a TuneView, page: &StudyPage) -> Option<&'a StudyPage> {
    let beside = view.beside.page.as_deref()?;
    (beside.objective == page.objective && beside.direction == page.direction).then_some(beside)
}

/// Names the two studies, where there are two; returns the rows taken.
fn beside_named(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let Some(wanted) = &view.beside.wanted else { return 0 };
    let words = match (&view.beside.page, comparable(view, page)) {
        (None, _) => format!("{wanted}: reading"),
        (Some(beside), None) => format!("{wanted} has another objective: {}", beside.objective),
        (Some(beside), Some(_)) => match beside.best.last() {
            Some((_, value)) => format!("━━ {wanted} {}", figure(beside, *value)),
            None => format!("━━ {wanted}: no complete trial yet"),
        },
    };
    let best = page
        .best
        .last()
        .map_or_else(String::new, |(_, value)| format!(" {}", figure(page, *value)));
    let x = buffer.put(area, 0, 0, &format!("━━ {}{best}", page.name), theme.series(0)) + 2;
    if usize::from(x) + width(&words) <= usize::from(area.width) {
        buffer.put(area, x, 0, &words, theme.series(1));
        return 1;
    }
    buffer.put(area, 0, 1, &words, theme.series(1));
    2
}

/// The newest trials' reports, the best one and the one under the cursor on top, and the pruning line.
pub fn curves(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let points = |trial: &TrialRow| {
        trial
            .reports
            .iter()
            .map(|(step, value)| (*step as f64, *value))
            .collect()
    };
    let reported = page
        .trials
        .iter()
        .rev()
        .filter(|trial| !trial.reports.is_empty() && view.shows_trial(trial));
    let mut all: Vec<Series> = reported
        .take(MOST_CURVES)
        .map(|trial| series(points(trial), theme.faint(), false))
        .collect();
    if all.is_empty() {
        let begun = page.trials.iter().any(|trial| !trial.reports.is_empty());
        let words = match begun {
            true => "No trial that is shown has epochs; K and P show others.",
            false => "The curves begin with the first epoch.",
        };
        buffer.put(area, 0, area.height / 2, words, theme.dim());
        return;
    }
    all.reverse();
    let line = page.pruning_line.iter().map(|(step, value)| (*step as f64, *value));
    all.push(series(line.collect(), theme.warn(), true));
    let best = page.ranking.first().and_then(|number| page.trials.get(*number));
    for (trial, colour) in best
        .into_iter()
        .map(|trial| (trial, 0))
        .chain(view.trial().map(|trial| (trial, 1)))
    {
        all.push(series(points(trial), theme.series(colour), false));
    }
    Curves {
        series: &all,
        share: page.share,
        log: false,
        unit: "epoch",
        holds: &[],
        point: None,
        theme,
    }
    .render(area, buffer);
}

/// A dot for every complete trial: the parameter across, the value upwards.
pub fn slice(view: &TuneView, page: &StudyPage, axis: &Axis, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let points: Vec<(f64, f64, usize)> = complete(page)
        .filter(|(trial, _)| view.shows_trial(trial))
        .filter_map(|(trial, value)| {
            let parameter = trial.parameter(&axis.name)?;
            Some((axis.place(parameter.internal), value, trial.number))
        })
        .collect();
    let low = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    if points.is_empty() || area.height < 3 {
        return too_early(area, buffer, theme);
    }
    let labels = [figure(page, high), figure(page, low)];
    let gutter = labels.iter().map(|label| width(label)).max().unwrap_or(0) as u16 + 1;
    let plot = Rect {
        x: area.x + gutter,
        width: area.width.saturating_sub(gutter),
        height: area.height - 1,
        ..area
    };
    buffer.put(area, 0, 0, &labels[0], theme.dim());
    buffer.put(area, 0, plot.height - 1, &labels[1], theme.dim());
    let mut dots = Dots::new(usize::from(plot.width), usize::from(plot.height));
    let at = |share: f64, dots: u16| (share.clamp(0.0, 1.0) * f64::from(dots.saturating_sub(1))).round() as i32;
    let mut selected = None;
    let best = page.ranking.first();
    for (place, value, number) in &points {
        let down = if high > low { (high - value) / (high - low) } else { 0.5 };
        let (x, y) = (at(*place, 2 * plot.width), at(down, 4 * plot.height));
        dots.set(
            x,
            y,
            if best == Some(number) {
                theme.good()
            } else {
                theme.series(0)
            },
        );
        if view.selected == Some(*number) {
            selected = Some(((x / 2) as u16, (y / 4) as u16));
        }
    }
    dots.draw(plot, buffer);
    if let Some((x, y)) = selected {
        buffer.put(plot, x, y, "●", theme.accent());
    }
    let bottom = Rect {
        y: plot.bottom(),
        height: 1,
        ..plot
    };
    let choices = axis.choices.len();
    if choices > 1 {
        for (index, choice) in axis.choices.iter().enumerate() {
            let x = index as u16 * plot.width.saturating_sub(8) / (choices as u16 - 1);
            buffer.put(bottom, x, 0, &cut(choice, 8), theme.dim());
        }
        return;
    }
    buffer.put(bottom, 0, 0, &short_value(&axis.range.0.to_string()), theme.dim());
    let log = if axis.log { "log" } else { "" };
    buffer.put(bottom, plot.width / 2, 0, log, theme.dim());
    buffer.put_right(bottom, 0, &short_value(&axis.range.1.to_string()), theme.dim());
}
