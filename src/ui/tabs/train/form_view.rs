//! The form as it is seen.

use super::entry::{Entry, Input};
use super::form::Form;
use crate::ui::text::{Paint, count, cut, fit, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{overlay, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

const LABELS: u16 = 18;
/// Rows below the fields: a rule, the comment, the problem or the sum.
const BELOW: u16 = 5;

/// Draws the fields, what the one under the cursor means, and what is wrong.
pub fn draw(form: &Form, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let rows = form.entries.len() as u16;
    let inner = overlay(buffer, area, (76, rows + BELOW + 2), "New run", theme);
    let list = Rect {
        height: inner.height.saturating_sub(BELOW),
        ..inner
    };
    for (line, row) in form
        .cursor
        .window(form.entries.len(), usize::from(list.height))
        .enumerate()
    {
        let at = Rect {
            y: list.y + line as u16,
            height: 1,
            ..list
        };
        entry(&form.entries[row], at, row == form.cursor.row, buffer, theme);
    }
    let foot = Rect {
        y: list.bottom(),
        height: inner.height - list.height,
        ..inner
    };
    let key = form.entries.get(form.cursor.row).map_or("", |entry| entry.key);
    let inside = section(buffer, foot, "", key, theme);
    if let Some(entry) = form.entries.get(form.cursor.row) {
        for (row, line) in wrap(&entry.comment, usize::from(inside.width))
            .iter()
            .take(2)
            .enumerate()
        {
            buffer.put(inside, 0, row as u16, line, theme.dim());
        }
    }
    let last = Rect {
        y: inside.y + 2.min(inside.height),
        height: inside.height.saturating_sub(2),
        ..inside
    };
    match (&form.problem, form.waiting) {
        (Some(problem), _) => {
            for (row, line) in wrap(problem, usize::from(last.width)).iter().enumerate() {
                buffer.put(last, 0, row as u16, line, theme.bad());
            }
        }
        (None, true) => drop(buffer.put(last, 0, 0, "starting …", theme.accent())),
        (None, false) => {
            if let Some((origin, rest)) = &form.copied {
                let words = format!("Settings of {origin}, {} of them without a field here.", rest.len());
                buffer.put(last, 0, 1, &words, theme.warn());
            }
            let clips = form.selected_clips();
            let words = format!("{} in these corpora and genders. ", count(clips, "clip"));
            let taken = if clips > 0 {
                buffer.put(last, 0, 0, &words, theme.text())
            } else {
                0
            };
            buffer.put(last, taken, 0, "Enter starts the run.", theme.accent());
        }
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
        Input::Number(field, _) => {
            let style = if entry.problem().is_some() {
                theme.bad()
            } else {
                theme.heading()
            };
            field.draw(buffer, value, style, here, theme);
        }
        Input::Choice { options, at } => {
            let mut x = 0;
            for (index, option) in options.iter().enumerate() {
                let word = match option.as_str() {
                    "true" => "on",
                    "false" => "off",
                    other => other,
                };
                let word = if index == *at {
                    format!("[{word}]")
                } else {
                    format!(" {word} ")
                };
                x += buffer.put(value, x, 0, &word, if index == *at { chosen } else { theme.dim() });
            }
        }
        Input::Many { options, on, at } => {
            let boxes: Vec<String> = options
                .iter()
                .zip(on)
                .map(|(word, on)| format!("{} {}", if *on { "■" } else { "□" }, cut(word, 14)))
                .collect();
            let fits = |first: usize| {
                boxes[first..=*at].iter().map(|text| width(text) + 2).sum::<usize>() <= usize::from(value.width)
            };
            let first = (0..=*at).find(|first| fits(*first)).unwrap_or(*at);
            let mut x = 0;
            for (index, text) in boxes.iter().enumerate().skip(first) {
                let style = match (here && index == *at, on[index]) {
                    (true, _) => theme.selected(),
                    (false, true) => theme.heading(),
                    (false, false) => theme.dim(),
                };
                x += buffer.put(value, x, 0, text, style) + 2;
            }
        }
    }
    if entry.changed() {
        buffer.put_right(line, 0, "●", theme.accent());
    }
}
