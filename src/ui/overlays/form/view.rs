//! The form as it is seen.

use super::entry::{Entry, Input};
use super::{Form, Purpose};
use crate::present::numbers::{count, duration, grouped};
use crate::present::words;
use crate::ui::text::{Paint, cut, fit, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{Parts, overlay, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

const LABELS: u16 = 18;
/// The width on a narrow screen, and at most.
const COLUMNS: (u16, u16) = (76, 120);
/// Rows below the fields: a rule, the comment, then the problem, or what the run would be and how it is started.
const BELOW: u16 = 6;

/// Draws the fields, what the one under the cursor means, and what is wrong.
pub fn draw(form: &Form, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = form.entries.len() as u16;
    let columns = area.width.saturating_sub(4).clamp(COLUMNS.0, COLUMNS.1);
    let inner = overlay(buffer, area, (columns, rows + BELOW + 2), form.purpose.title(), theme);
    let list = Rect {
        height: inner.height.saturating_sub(BELOW),
        ..inner
    };
    let window = form.cursor.window(form.entries.len(), list);
    for (line, row) in window.clone().enumerate() {
        let at = list.line(line as u16);
        entry(&form.entries[row], at, row == form.cursor.row, buffer, theme);
    }
    // Beside the fields, where nothing else stands.
    let edge = Rect {
        x: list.right(),
        width: 1,
        ..list
    };
    if window.start > 0 {
        buffer.put(edge, 0, 0, "↑", theme.accent());
    }
    if window.end < form.entries.len() {
        buffer.put(edge, 0, list.height.saturating_sub(1), "↓", theme.accent());
    }
    let foot = Rect {
        y: list.bottom(),
        height: inner.height - list.height,
        ..inner
    };
    let here = form.entries.get(form.cursor.row);
    let (key, mark) = here.map_or(("", ""), |entry| (entry.key, entry.mark()));
    let inside = section(buffer, foot, mark, key, theme);
    if let Some(entry) = here {
        for (row, line) in wrap(&entry.setting.help, usize::from(inside.width))
            .iter()
            .take(2)
            .enumerate()
        {
            buffer.put(inside, 0, row as u16, line, theme.dim());
        }
    }
    let last = inside.below(2);
    match (&form.problem, form.waiting) {
        (Some(problem), _) => {
            for (row, line) in wrap(problem, usize::from(last.width)).iter().enumerate() {
                buffer.put(last, 0, row as u16, line, theme.bad());
            }
        }
        (None, true) => drop(buffer.put(last, 0, 0, "starting …", theme.accent())),
        (None, false) => {
            let mut lines = details(form);
            if form.purpose == Purpose::Study {
                lines[0] = searched(form);
            }
            for (row, words) in lines.iter().enumerate() {
                buffer.put(last, 0, row as u16, &cut(words, usize::from(last.width)), theme.text());
            }
            let copied = form
                .copied
                .as_ref()
                .map(|(origin, rest)| format!("{} without a field, from {origin}. ", count(rest.len(), "setting")));
            let taken = buffer.put(last, 0, 2, copied.as_deref().unwrap_or_default(), theme.warn());
            buffer.put(
                last,
                taken,
                2,
                if copied.is_some() {
                    "e shows them."
                } else {
                    form.purpose.advice()
                },
                theme.accent(),
            );
        }
    }
}

/// Which parameters a study searches.
fn searched(form: &Form) -> String {
    let edited = form.copied.iter().flat_map(|(_, rest)| rest);
    if edited.clone().any(|(key, _)| key.starts_with("tuning.space.")) {
        return "searches the space that was edited".to_owned();
    }
    let names: Vec<&str> = form.space().map(|(name, _)| name).collect();
    match names.len() {
        0 => "no search space for this model: e writes one, as tuning.space.MODEL.SETTING = { float = [0.1, 0.5] }"
            .to_owned(),
        several => format!("searches {}: {}", count(several, "parameter"), names.join(", ")),
    }
}

/// What the run would be, in two lines; a dash for what is not known yet.
fn details(form: &Form) -> [String; 2] {
    let Some(plan) = &form.plan else {
        let clips = count(form.selected_clips(), "clip");
        return [
            "input – , parameters – , multiply-adds –".to_owned(),
            format!("{clips} in these corpora and genders; an epoch –"),
        ];
    };
    let (frames, coefficients) = (words::frames(plan.input.0), plan.input.1);
    let time = plan.epoch.as_ref().map_or_else(
        || "–".to_owned(),
        |time| {
            let (epoch, run) = (duration(time.seconds), duration(time.run_seconds * plan.folds as f64));
            let runs = match plan.folds {
                1 => "the run".to_owned(),
                folds => format!("{folds} runs"),
            };
            format!("≈ {epoch}, {runs} ≤ {run} ({})", time.source)
        },
    );
    [
        format!(
            "input {frames} × {coefficients}, {} parameters, {} multiply-adds a clip",
            grouped(plan.parameters),
            short_count(plan.multiply_adds)
        ),
        format!(
            "{} / {} / {} clips{}, {}; an epoch {time}",
            grouped(plan.train),
            grouped(plan.validation),
            grouped(plan.test),
            plan.coverage
                .short()
                .map_or_else(String::new, |words| format!(" (test: {words})")),
            count(plan.steps(), "step")
        ),
    ]
}

/// `8.1 M`.
fn short_count(number: usize) -> String {
    match number {
        0..10_000 => grouped(number),
        10_000..1_000_000 => format!("{:.0} k", number as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} M", number as f64 / 1e6),
        _ => format!("{:.2} G", number as f64 / 1e9),
    }
}

fn entry(entry: &Entry, line: Rect, here: bool, buffer: &mut Buffer, theme: Theme) {
    let label = if here {
        theme.accent().add_modifier(Modifier::BOLD)
    } else {
        theme.text()
    };
    buffer.put(line, 0, 0, if here { "›" } else { " " }, theme.accent());
    buffer.put(line, 2, 0, &fit(entry.label, usize::from(LABELS)), label);
    let left = 2 + LABELS + 1;
    let value = Rect {
        x: line.x + left,
        width: line.width.saturating_sub(left + 2),
        ..line
    };
    let chosen = if here { theme.selected() } else { theme.heading() };
    match &entry.input {
        Input::Number(field) | Input::Text(field) => {
            let style = if entry.problem().is_some() {
                theme.bad()
            } else {
                theme.heading()
            };
            field.draw(buffer, value, style, here, theme);
        }
        Input::Choice { options, at } => {
            let cell = |(index, option): (usize, &String)| {
                let word = match option.as_str() {
                    "true" => "on",
                    "false" => "off",
                    other => other,
                };
                match index == *at {
                    true => (format!("[{word}]"), chosen),
                    false => (format!(" {word} "), theme.dim()),
                }
            };
            let cells: Vec<_> = options.iter().enumerate().map(cell).collect();
            whole_cells(&cells, 0, *at, value, buffer, theme);
        }
        Input::Many { options, on, at } => {
            let cell = |(index, (option, on)): (usize, (&String, &bool))| {
                let style = match (here && index == *at, on) {
                    (true, _) => theme.selected(),
                    (false, true) => theme.heading(),
                    (false, false) => theme.dim(),
                };
                (format!("{} {}", if *on { "■" } else { "□" }, cut(option, 14)), style)
            };
            let cells: Vec<_> = options.iter().zip(on).enumerate().map(cell).collect();
            whole_cells(&cells, 2, *at, value, buffer, theme);
        }
    }
    if entry.changed() {
        buffer.put_right(line, 0, "●", theme.accent());
    }
}

/// As many whole cells as there is room for, the one at `at` among them; dots stand for those before and behind.
fn whole_cells(cells: &[(String, Style)], gap: u16, at: usize, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let columns = |cell: &(String, Style)| width(&cell.0) as u16 + gap;
    let fits = |first: usize, end: usize| {
        let dots = 2 * (u16::from(first > 0) + u16::from(end < cells.len()));
        cells[first..end].iter().map(columns).sum::<u16>() + dots <= area.width + gap
    };
    let first = (0..at).find(|first| fits(*first, at + 1)).unwrap_or(at);
    let end = (at + 1..=cells.len()).rev().find(|end| fits(first, *end));
    let mut x = 0;
    if first > 0 {
        x += buffer.put(area, x, 0, "… ", theme.dim());
    }
    for (text, style) in cells.iter().take(end.unwrap_or(at + 1)).skip(first) {
        x += buffer.put(area, x, 0, text, *style) + gap;
    }
    if end != Some(cells.len()) {
        buffer.put(area, x, 0, "…", theme.dim());
    }
}
