//! The leaderboard.

use super::TuneView;
use super::values::{figure, short_value};
use crate::engine::{Axis, Direction, StudyPage, TrialRow, TrialState};
use crate::present::numbers::grouped;
use crate::present::words::trial_state;
use crate::ui::text::{Paint, cut, fit, fit_right, width as columns_of};
use crate::ui::theme::Theme;
use crate::ui::widgets::list::by;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of a parameter with its gap: those of its name, within these.
const COLUMNS: (usize, usize) = (9, 24);

/// Draws one row per trial, below it what there is to say about the one under the cursor.
pub fn draw(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    // Below the rule: perhaps the filter, the names of the columns, the rows, the words.
    let room = usize::from(area.height).saturating_sub(3 + usize::from(view.filter.is_shown()));
    let mut shown = view.cursor.place(view.order.len(), room);
    if view.order.len() != page.trials.len() {
        shown += &format!(" of {}", grouped(page.trials.len()));
    }
    let order = by(view.sort.name(), view.reversed);
    let list = section(buffer, area, &format!("Trials {shown}"), &order, theme);
    if list.height < 2 {
        return;
    }
    let mut list = list;
    if view.filter.is_shown() {
        view.filter.draw(list, buffer, theme);
        list = list.below(1);
    }
    let wide = list.width >= 64;
    let left = heading(view, page, wide, list, buffer, theme);
    let rows = Rect {
        y: list.y + 1,
        height: list.height.saturating_sub(2),
        ..list
    };
    let rows = view.cursor.bar(view.order.len(), rows, buffer, theme);
    for (line, place) in view.cursor.window(view.order.len(), rows).enumerate() {
        let Some(trial) = view.order.get(place).and_then(|number| page.trials.get(*number)) else {
            continue;
        };
        let at = rows.line(line as u16);
        row(
            view,
            page,
            (trial, wide, left),
            at,
            place == view.cursor.row,
            buffer,
            theme,
        );
    }
    if view.order.is_empty() {
        let words = match page.trials.is_empty() {
            true => "No trial has begun yet.",
            false => "No trial passes the filter: Esc clears it.",
        };
        buffer.put(rows, 0, 0, &cut(words, usize::from(rows.width)), theme.dim());
    }
    let foot = Rect {
        y: list.bottom() - 1,
        height: 1,
        ..list
    };
    if let Some(trial) = view.trial() {
        let words = words(page, trial);
        buffer.put(foot, 0, 0, &cut(&words, usize::from(foot.width)), theme.dim());
    }
}

/// The names of the columns; returns where those of the parameters begin.
fn heading(view: &TuneView, page: &StudyPage, wide: bool, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let state = if wide { 15 } else { 8 };
    let text = format!("rank trial {} value ep.   time", fit("state", state));
    let left = buffer.put(area, 0, 0, &text, theme.dim()) + 2;
    for (axis, x, columns) in parameters(view, page, left, area.width) {
        let name = fit_right(&page.short_name(&axis.name), columns);
        buffer.put(area, x, 0, &name, theme.dim());
    }
    left
}

/// The parameters that there is room for from the column `left` on: where each begins, and how wide it is.
fn parameters<'a>(view: &TuneView, page: &'a StudyPage, left: u16, width: u16) -> Vec<(&'a Axis, u16, usize)> {
    let mut x = left;
    let mut shown = Vec::new();
    for axis in page.axes.iter().skip(view.column) {
        let columns = (columns_of(&page.short_name(&axis.name)) + 1).clamp(COLUMNS.0, COLUMNS.1);
        if usize::from(x) + columns - 1 > usize::from(width) {
            break;
        }
        shown.push((axis, x, columns - 1));
        x += columns as u16;
    }
    shown
}

fn row(
    view: &TuneView,
    page: &StudyPage,
    (trial, wide, left): (&TrialRow, bool, u16),
    line: Rect,
    selected: bool,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let pale = matches!(
        trial.state,
        TrialState::Pruned | TrialState::Failed | TrialState::Waiting
    );
    let over = |style: Style| match (selected, pale) {
        (true, _) => theme.selected(),
        (false, true) => theme.dim(),
        (false, false) => style,
    };
    if selected {
        buffer.set_style(line, theme.selected());
    }
    let rank = view.ranks.get(trial.number).copied().flatten();
    let text = format!(
        "{} {}",
        fit_right(&rank.map_or_else(|| "–".to_owned(), |rank| rank.to_string()), 4),
        fit_right(&trial.number.to_string(), 5)
    );
    let mut x = buffer.put(line, 0, 0, &text, over(theme.text())) + 1;
    let columns = if wide { 15 } else { 8 };
    let state = if wide {
        state_words(page, trial)
    } else {
        trial_state(trial)
    };
    let style = match trial.state {
        TrialState::Running if trial.lost.is_some() => theme.bad(),
        TrialState::Running => theme.accent(),
        TrialState::Complete => theme.good(),
        _ => theme.dim(),
    };
    let failed = trial.state == TrialState::Failed && !selected;
    x += buffer.put(
        line,
        x,
        0,
        &fit(&state, columns),
        if failed { theme.bad() } else { over(style) },
    ) + 1;
    let value = trial.value.map_or_else(|| "–".to_owned(), |value| figure(page, value));
    x += buffer.put(line, x, 0, &fit_right(&value, 5), over(theme.heading())) + 1;
    let rest = format!(
        "{} {}",
        fit_right(&trial.reports.len().to_string(), 3),
        fit_right(&trial.seconds.map_or_else(|| "–".to_owned(), clock), 6)
    );
    buffer.put(line, x, 0, &rest, over(theme.dim()));
    for (axis, x, columns) in parameters(view, page, left, line.width) {
        let value = trial
            .parameter(&axis.name)
            .map_or_else(|| "–".to_owned(), |parameter| short_value(&parameter.text));
        buffer.put(line, x, 0, &fit_right(&value, columns), over(theme.text()));
    }
}

/// The state, with the epoch in which a trial was pruned and the value that it was measured against.
fn state_words(page: &StudyPage, trial: &TrialRow) -> String {
    let step = trial.reports.last().map_or(0, |(step, _)| *step);
    match (trial.state, trial.threshold) {
        (TrialState::Pruned, Some(threshold)) => {
            let sign = if page.direction == Direction::Maximize {
                '<'
            } else {
                '>'
            };
            format!("cut {step} {sign} {}", figure(page, threshold))
        }
        (TrialState::Pruned, None) => format!("cut {step}"),
        _ => trial_state(trial),
    }
}

/// What there is to say about a trial.
fn words(page: &StudyPage, trial: &TrialRow) -> String {
    let step = trial.reports.last().map_or(0, |(step, _)| *step);
    let mut words = match (trial.state, trial.threshold, &trial.reason) {
        (TrialState::Pruned, Some(threshold), _) => format!(
            "trial {} was pruned in epoch {step}: its best was worse than {}",
            trial.number,
            figure(page, threshold)
        ),
        (_, _, Some(reason)) => format!("trial {} failed: {reason}", trial.number),
        _ if trial.lost.is_some() => {
            let reason = trial.lost.as_deref().unwrap_or_default();
            format!("trial {} is lost: {reason}; the next worker fails it", trial.number)
        }
        (state, _, _) => format!("trial {} is {state}", trial.number),
    };
    if page.baseline == Some(trial.number) {
        words += "; it has the settings unchanged";
    }
    if let Some(repeats) = trial.repeats {
        words += &format!("; it repeats trial {repeats}, whose process was lost");
    }
    if trial.run.is_none() && trial.state != TrialState::Waiting {
        words += "; made by another program";
    }
    words
}

/// Seconds in at most six columns.
fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..60 => format!("{whole} s"),
        60..6000 => format!("{}:{:02}", whole / 60, whole % 60),
        _ => format!("{}h{:02}", whole / 3600, whole % 3600 / 60),
    }
}
