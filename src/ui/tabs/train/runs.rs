//! The list of runs.

use super::{TrainView, order, queue};
use crate::engine::{CommandKind, RunState, RunSummary};
use crate::present::numbers::grouped;
use crate::present::words;
use crate::ui::model::Model;
use crate::ui::styles;
use crate::ui::text::{Paint, cut, fit, fit_right, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::gauge::gauge;
use crate::ui::widgets::list::by;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of `59 min ago`.
const AGO: usize = 10;

/// Draws one row per run, the newest first.
pub fn draw(view: &TrainView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let (runs, all) = (&view.listed, model.runs().len());
    let filtered = !view.filter.text().is_empty();
    let room = usize::from(area.height).saturating_sub(1 + usize::from(view.filter.is_shown()));
    let mut title = format!("Runs {}", view.cursor.place(runs.len(), room));
    if filtered {
        title += &format!(" of {}", grouped(all));
    }
    if (view.sort, view.reversed) != Default::default() {
        title += &format!(", {}", by(view.sort.name(), view.reversed));
    }
    match view.marks.all().count() {
        0 => {}
        marked => title += &format!(", {} marked", grouped(marked)),
    }
    let mut list = section(buffer, area, &title, "UAR best val.  test", theme);
    if view.filter.is_shown() {
        view.filter.draw(list, buffer, theme);
        list = list.below(1);
    }
    if runs.is_empty() {
        buffer.put(list, 0, 0, "No run passes the filter; Esc clears it.", theme.dim());
    }
    let list = view.cursor.bar(runs.len(), list, buffer, theme);
    let longest = runs.iter().map(|run| width(&run.id)).max().unwrap_or(0);
    for (line, row) in view.cursor.window(runs.len(), list).enumerate() {
        let at = list.line(line as u16);
        let age = model.clock.ago(runs[row].created);
        run_row(
            view,
            (&runs[row], longest, &age),
            at,
            row == view.cursor.row,
            buffer,
            theme,
        );
    }
}

/// One run, and when it was begun; names take the columns of the longest.
fn run_row(
    view: &TrainView,
    (run, longest, age): (&RunSummary, usize, &str),
    line: Rect,
    selected: bool,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let over = |style: Style| if selected { theme.selected() } else { style };
    if selected {
        buffer.set_style(line, theme.selected());
    }
    let slot = view.marks.slot(&run.id);
    let mark = match (view.marks.contains(&run.id), order::is_pinned(run)) {
        (true, _) => "●",
        (false, true) => "*",
        (false, false) => " ",
    };
    buffer.put(
        line,
        0,
        0,
        mark,
        slot.map_or(over(theme.dim()), |slot| theme.series(slot)),
    );
    buffer.put(
        line,
        2,
        0,
        &fit(&queue::state_word(run), 8),
        over(styles::run_style(run, theme)),
    );
    let columns = usize::from(line.width);
    let scores = format!(
        "{}{}",
        fit_right(&words::best_validation(run), 5),
        fit_right(&words::tested(run), 6)
    );
    let epochs = fit_right(&format!("{}/{}", run.epochs, run.max_epochs), 7);
    let bar = if columns >= 100 { 10 } else { 8 };
    let details = details(run);
    let room = columns.saturating_sub(11 + bar + 1 + 7 + 2 + 11 + 1);
    // Runs differ by their names, so the name comes first; what is left says what they are.
    let name = longest.min(room).min(34);
    buffer.put(line, 11, 0, &fit(&run.id, name), over(theme.text()));
    let mut x = 11 + name as u16 + 1;
    let words = room.saturating_sub(name + 1);
    // When it was begun, and before that what else there is room for.
    let (others, ago) = match words.checked_sub(AGO + 1) {
        Some(others) if others >= 8 => (others, AGO),
        _ => (0, words),
    };
    if others > 0 {
        x += buffer.put(line, x, 0, &fit(&details, others), over(theme.dim())) + 1;
    }
    if ago >= 7 {
        let shown = if ago < AGO { age.trim_end_matches(" ago") } else { age };
        x += buffer.put(line, x, 0, &fit_right(shown, ago), over(theme.dim())) + 1;
    }
    let done = Rect {
        x: line.x + x,
        width: (bar as u16).min(line.width.saturating_sub(x)),
        ..line
    };
    // What is left to do is of interest while something is; then, why it ended.
    match &run.end {
        Some(end) => {
            buffer.put(done, 0, 0, &cut(end.short(), bar), over(theme.dim()));
        }
        None => gauge(
            buffer,
            done,
            share_done(run),
            over(styles::state_style(run.state, theme)),
            theme,
        ),
    }
    if selected {
        buffer.set_style(done, theme.selected());
    }
    buffer.put(line, x + bar as u16 + 1, 0, &epochs, over(theme.dim()));
    buffer.put_right(line, 0, &scores, over(theme.heading()));
}

/// What is behind a run: its epochs and the batches of the one it is at, or all of it when it came to its end.
fn share_done(run: &RunSummary) -> f64 {
    match run.state {
        RunState::Finished => 1.0,
        _ => {
            let heartbeat = run
                .heartbeat
                .as_ref()
                .filter(|heartbeat| heartbeat.phase.starts_with("epoch") && heartbeat.total > 0);
            let batches = heartbeat.map_or(0.0, |heartbeat| heartbeat.done as f64 / heartbeat.total as f64);
            (run.epochs as f64 + batches) / run.max_epochs.max(1) as f64
        }
    }
}

/// Split, corpora and model in few words.
fn details(run: &RunSummary) -> String {
    let fold = run
        .fold
        .as_ref()
        .map(|(fold, folds, _)| format!(" fold {}/{folds}", fold + 1))
        .unwrap_or_default();
    let tags = words::tags(&run.note);
    let details = format!("{}{fold} {} {}", run.split, run.corpora.join("+"), run.model);
    if tags.is_empty() {
        details
    } else {
        format!("{tags} {details}")
    }
}

/// What is said before there is a run.
pub fn nothing(model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let first = match (&model.listed, model.busy(CommandKind::Runs)) {
        (None, true) => "Looking for runs …",
        _ => "There is no run yet: press n to train one.",
    };
    let advice = "A run is a process of its own: it keeps running when the workbench, or the terminal, is closed. \
                  Its curves appear here, epoch by epoch; its report under 5 when it is done.";
    buffer.put(area, 0, 1, first, theme.heading());
    for (row, line) in wrap(advice, usize::from(area.width.min(90))).iter().enumerate() {
        buffer.put(area, 0, row as u16 + 3, line, theme.dim());
    }
}
