//! The whole screen: tabs above, the tab in front, messages and keys below, overlays over it.

use crate::present::numbers::{count, grouped};
use crate::ui::input::{Key, Row};
use crate::ui::message::Tone;
use crate::ui::text::{Paint, width, wrap, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::gauge::gauge;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::{Parts, inset};
use crate::ui::workbench::{Target, Workbench};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// The smallest screen that everything has room on.
const NEEDED: (u16, u16) = (60, 15);

/// Hints at the end of the bottom row that are never left out.
const KEPT: usize = 3;

/// Draws everything.
pub fn draw(workbench: &Workbench, area: Rect, buffer: &mut Buffer, theme: Theme) {
    workbench.targets.clear();
    if area.width < NEEDED.0 || area.height < NEEDED.1 {
        too_small(area, buffer, theme);
        return;
    }
    let panes = workbench.tabs.iter().chain(&workbench.overlays);
    panes.filter_map(|pane| pane.cursor()).for_each(Cursor::unseen);
    let message = message_lines(workbench, area);
    let rows = message.len() as u16;
    let airy = area.height >= 22;
    let top = Rect { height: 1, ..area };
    let bottom = Rect {
        y: area.bottom() - 1,
        height: 1,
        ..area
    };
    let head = if airy { 2 } else { 1 };
    let above = Rect {
        y: bottom.y - rows,
        height: rows,
        ..area
    };
    let body = Rect {
        y: area.y + head,
        height: area.height - head - rows - 1 - u16::from(airy),
        ..area
    };
    header(workbench, inset(top), buffer, theme);
    let inside = inset(body);
    if let Some(tab) = workbench.tabs.get(workbench.front) {
        tab.draw(&workbench.model, inside, buffer, theme);
    }
    if !workbench.overlays.is_empty() {
        // What lies below steps back, so that only one thing is read at a time.
        buffer.set_style(body, Style::reset().patch(theme.faint()));
    }
    for overlay in &workbench.overlays {
        overlay.draw(&workbench.model, body, buffer, theme);
    }
    let tone = match workbench.message.as_ref().map(|message| message.tone) {
        Some(Tone::Bad) => theme.bad(),
        Some(Tone::Good) => theme.good(),
        _ => theme.accent(),
    };
    for (row, line) in message.iter().enumerate() {
        buffer.put(inset(above), 0, row as u16, line, tone);
    }
    footer(workbench, inset(bottom), buffer, theme);
}

fn too_small(area: Rect, buffer: &mut Buffer, theme: Theme) {
    let text = format!(
        "undertone needs {} x {} characters; here are {} x {}",
        NEEDED.0, NEEDED.1, area.width, area.height
    );
    let lines = wrap(&text, usize::from(area.width));
    let first = area.height.saturating_sub(lines.len() as u16) / 2;
    for (row, line) in lines.iter().enumerate() {
        let x = area.width.saturating_sub(width(line) as u16) / 2;
        buffer.put(area, x, first + row as u16, line, theme.text());
    }
}

fn message_lines(workbench: &Workbench, area: Rect) -> Vec<String> {
    let Some(message) = &workbench.message else {
        return Vec::new();
    };
    let most = usize::from(area.height / 4).max(2);
    let columns = usize::from(area.width.saturating_sub(2));
    wrap_to(&message.text, columns, most)
}

fn header(workbench: &Workbench, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut x = buffer.put(area, 0, 0, "undertone", theme.accent().patch(theme.heading())) + 2;
    for (index, tab) in workbench.tabs.iter().enumerate() {
        let name = format!(" {} {} ", index + 1, tab.name());
        let style = if index == workbench.front {
            theme.tab()
        } else {
            theme.dim()
        };
        let taken = buffer.put(area, x, 0, &name, style);
        let place = area.right_of(x).first_columns(taken);
        workbench.targets.add(place, Target::Tab(index));
        x += taken + u16::from(area.width >= 62);
    }
    let mut right = area.right_of(x);
    let active = workbench.model.active_runs();
    let runs = if active > 0 {
        format!("● {}", count(active, "run"))
    } else {
        String::new()
    };
    // A report says for itself whether its own data were synthetic.
    let synthetic = workbench.model.survey.as_ref().is_some_and(|survey| survey.synthetic);
    let says_so = workbench
        .tabs
        .get(workbench.front)
        .is_some_and(|tab| tab.says_synthetic());
    if synthetic && !says_so {
        let long = " SYNTHETIC demo corpus ";
        let badge = if usize::from(right.width) > width(long) + width(&runs) + 2 {
            long
        } else {
            " SYNTHETIC "
        };
        buffer.put_right(right, 0, badge, theme.badge());
        right.width = right.width.saturating_sub(width(badge) as u16 + 2);
    }
    if usize::from(right.width) >= width(&runs) {
        buffer.put_right(right, 0, &runs, theme.accent());
    }
}

fn footer(workbench: &Workbench, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let taken = progress(workbench, area, buffer, theme);
    let room = area.width.saturating_sub(taken);
    let hints = Rect { width: room, ..area };
    let mut x = 0;
    let shown = fitting(&workbench.rows(), workbench.is_typing(), usize::from(room));
    for (name, hint, key) in shown {
        let from = x;
        x += buffer.put(hints, x, 0, &name, theme.accent()) + 1;
        x += buffer.put(hints, x, 0, hint, theme.dim());
        let place = hints.right_of(from).first_columns(x - from);
        workbench.targets.add(place, Target::Key(key));
        x += 2;
    }
}

/// Keys and their words, as many as there is room for. The help and the palette say what does not fit, so their keys and the
/// way out stay when there is little room; of the others, those that are spare go first, the last of them before the rest.
fn fitting(rows: &[Row], typing: bool, room: usize) -> Vec<(String, &'static str, Key)> {
    let hint = |row: &Row| {
        let (keys, word) = row.hint?;
        let first = row.in_force(typing).next()?;
        Some((
            row.spare,
            (
                keys.map_or_else(|| row.pressed.unwrap_or(first).name(), str::to_owned),
                word,
                first,
            ),
        ))
    };
    let mut shown: Vec<(bool, (String, &str, Key))> = rows.iter().filter_map(hint).collect();
    let columns = |(_, (name, word, _)): &(bool, (String, &str, Key))| width(name) + width(word) + 3;
    while shown.iter().map(columns).sum::<usize>() > room + 2 && shown.len() > KEPT {
        let others = shown.len() - KEPT;
        let spare = shown[..others].iter().rposition(|(spare, _)| *spare);
        shown.remove(spare.unwrap_or(others - 1));
    }
    shown.into_iter().map(|(_, hint)| hint).collect()
}

/// The newest task's progress at the right; returns the columns taken.
fn progress(workbench: &Workbench, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    const GAUGE: u16 = 12;
    let Some(progress) = workbench.model.jobs.tasks.last() else {
        return 0;
    };
    let figures = match progress.total {
        0 => grouped(progress.done),
        total => format!("{:3} %", 100 * progress.done.min(total) / total),
    };
    let task = progress.task.to_string();
    let columns = (width(&task) + width(&figures)) as u16 + GAUGE + 2;
    if columns > area.width / 2 + 8 {
        buffer.put_right(area, 0, &figures, theme.accent());
        return width(&figures) as u16 + 2;
    }
    let at = Rect {
        x: area.right() - columns,
        width: columns,
        ..area
    };
    let taken = buffer.put(at, 0, 0, &task, theme.dim()) + 1;
    if progress.total > 0 {
        let bar = Rect {
            x: at.x + taken,
            width: GAUGE,
            ..at
        };
        gauge(
            buffer,
            bar,
            progress.done as f64 / progress.total as f64,
            theme.accent(),
            theme,
        );
    }
    buffer.put_right(at, 0, &figures, theme.accent());
    columns + 2
}
