//! The resolved settings, where each came from, and what it means.

use super::Outcome;
use crate::engine::{Command, Config, ConfigRow};
use crate::ui::input::Action;
use crate::ui::text::{Paint, cut, fit, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What is seen of the settings.
#[derive(Debug, Default)]
pub struct SettingsView {
    /// The row under the cursor.
    pub cursor: Cursor,
    /// The filter.
    pub filter: Field,
    /// Whether it is being typed.
    pub filtering: bool,
}

impl SettingsView {
    fn rows<'a>(&self, config: Option<&'a Config>) -> Vec<&'a ConfigRow> {
        let words: Vec<String> = self.filter.text().split_whitespace().map(str::to_lowercase).collect();
        let passes = |row: &&ConfigRow| {
            let text = format!("{} {} {} {}", row.key, row.value, row.origin, row.setting.help).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        config.map_or_else(Vec::new, |config| config.rows.iter().filter(passes).collect())
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action, config: Option<&Config>) -> Outcome {
        match action {
            Action::Move(step) => self.cursor.step(step, self.rows(config).len()),
            Action::Filter => self.filtering = true,
            Action::Tidy => {
                return Outcome {
                    commands: vec![Command::Tidy { confirmed: false }],
                    ..Outcome::default()
                };
            }
            Action::Open if self.filtering => self.filtering = false,
            Action::Back if self.filtering || !self.filter.text().is_empty() => {
                self.filtering = false;
                self.filter = Field::default();
                self.cursor = Cursor::default();
            }
            Action::Back => return Outcome::closed(),
            _ => {}
        }
        Outcome::default()
    }

    /// Draws them over nearly the whole area.
    pub fn draw(&self, config: Option<&Config>, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(buffer, area, (area.width.min(124), area.height), "Settings", theme);
        let Some(all) = config else {
            buffer.put(inner, 0, 0, "reading …", theme.dim());
            return;
        };
        let rows = self.rows(config);
        self.head(rows.len(), all.rows.len(), inner, buffer, theme);
        let comment_rows = (inner.height / 5).clamp(2, 4);
        let list = Rect {
            y: inner.y + 1,
            height: inner.height.saturating_sub(comment_rows + 2),
            ..inner
        }
        .intersection(inner);
        let columns = usize::from(inner.width);
        let key = rows
            .iter()
            .map(|row| width(&row.key))
            .max()
            .unwrap_or(0)
            .min(columns * 2 / 5);
        let origin = rows
            .iter()
            .map(|row| width(&row.origin))
            .max()
            .unwrap_or(0)
            .min(columns / 3);
        let value = columns.saturating_sub(key + origin + 4);
        for (line, index) in self.cursor.window(rows.len(), usize::from(list.height)).enumerate() {
            let (row, y) = (rows[index], line as u16);
            let selected = index == self.cursor.row;
            let set = row.origin != "default";
            let styles = if selected {
                [theme.selected(); 3]
            } else {
                [
                    theme.text(),
                    if set { theme.accent() } else { theme.heading() },
                    theme.dim(),
                ]
            };
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
            buffer.put(list, 0, y, &fit(&row.key, key), styles[0]);
            buffer.put(list, key as u16 + 2, y, &fit(&row.value, value), styles[1]);
            buffer.put(list, (key + value) as u16 + 4, y, &cut(&row.origin, origin), styles[2]);
        }
        let below = Rect {
            y: list.bottom() + 1,
            height: comment_rows,
            ..inner
        }
        .intersection(inner);
        let Some(row) = rows.get(self.cursor.row) else {
            buffer.put(list, 0, 0, "No setting passes the filter; Esc clears it.", theme.dim());
            return;
        };
        buffer.put(below, 0, 0, &format!("{} = {}", row.key, row.value), theme.accent());
        for (line, words) in wrap(&row.setting.help, columns).iter().enumerate() {
            buffer.put(below, 0, line as u16 + 1, words, theme.dim());
        }
    }

    fn head(&self, shown: usize, all: usize, inner: Rect, buffer: &mut Buffer, theme: Theme) {
        let note = if shown == all {
            format!("{all} settings")
        } else {
            format!("{shown} of {all} settings")
        };
        buffer.put_right(inner, 0, &note, theme.dim());
        let room = inner.width.saturating_sub(width(&note) as u16 + 1);
        if self.filtering || !self.filter.text().is_empty() {
            let taken = buffer.put(inner, 0, 0, "/ ", theme.accent());
            let field = Rect {
                x: inner.x + taken,
                width: room.saturating_sub(taken),
                height: 1,
                ..inner
            };
            self.filter.draw(
                buffer,
                field.intersection(inner),
                theme.heading(),
                self.filtering,
                theme,
            );
        } else {
            let hint = "change them in workbench.toml, with --set, or per run in the form of Train";
            buffer.put(
                Rect { width: room, ..inner },
                0,
                0,
                &cut(hint, usize::from(room)),
                theme.dim(),
            );
        }
    }
}
