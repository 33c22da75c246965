//! The resolved settings, where each came from, and what it means.

use super::setting::SettingView;
use crate::engine::{Command, CommandKind, ConfigRow};
use crate::ui::input::key::{ENTER, ESCAPE, keys};
use crate::ui::input::{Key, bind};
use crate::ui::model::Model;
use crate::ui::pane::{Pane, Table};
use crate::ui::text::{Paint, cut, fit, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::filter::{Filter, holds};
use crate::ui::widgets::list::{Cursor, Step};
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// What is seen of the settings.
#[derive(Debug, Default)]
pub struct SettingsView {
    cursor: Cursor,
    filter: Filter,
}

const SETTINGS: Table<SettingsView> = Table {
    heading: "Here",
    bindings: &[
        bind(keys!['/'], "filter")
            .hint("filter")
            .does(|view, _, _| view.filter.typing = true),
        bind(
            keys!['T'],
            "take what equals the defaults out of the settings file; asks first",
        )
        .hint("tidy")
        .does(|_, _, effects| effects.send(Command::Tidy { confirmed: false })),
        bind(
            &[ENTER],
            "edit the setting in the settings file; the lines that change are shown first",
        )
        .hint("edit")
        .sends(CommandKind::EditSettings, &[ENTER])
        .does(|view, model, effects| {
            if let Some(row) = view.rows(model).get(view.cursor.row) {
                effects.open(SettingView::new(row));
            }
        }),
        bind(&[ESCAPE, Key::character('q'), Key::character('c')], "close")
            .hint("close")
            .does(|view, model, effects| {
                if view.filter.is_shown() {
                    view.clear_filter(model);
                } else {
                    effects.close();
                }
            }),
    ],
};

impl Pane for SettingsView {
    fn name(&self) -> &'static str {
        "Settings"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![SETTINGS, Table::MOVES]
    }

    fn step(&mut self, step: Step, model: &Model) {
        let rows = self.rows(model).len();
        self.cursor.step(step, rows);
    }

    fn cursor(&self) -> Option<&Cursor> {
        Some(&self.cursor)
    }

    fn filter(&self) -> Option<&Filter> {
        Some(&self.filter)
    }

    fn filter_mut(&mut self) -> Option<&mut Filter> {
        Some(&mut self.filter)
    }

    fn typed(&mut self, _: &Model) {
        self.cursor = Cursor::default();
    }

    /// Draws them over nearly the whole area.
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(buffer, area, (area.width.min(124), area.height), "Settings", theme);
        let Some(all) = &model.config else {
            buffer.put(inner, 0, 0, "reading …", theme.dim());
            return;
        };
        let rows = self.rows(model);
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
        self.cursor.on_frame(rows.len(), (inner, list), buffer, theme);
        for (line, index) in self.cursor.window(rows.len(), list).enumerate() {
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
                buffer.set_style(list.line(y), theme.selected());
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
}

impl SettingsView {
    fn rows<'a>(&self, model: &'a Model) -> Vec<&'a ConfigRow> {
        let words = self.filter.words();
        let passes = |row: &&ConfigRow| {
            let text = format!("{} {} {} {}", row.key, row.value, row.origin, row.setting.help);
            holds(&text, &words)
        };
        let rows = model.config.iter().flat_map(|config| &config.rows);
        rows.filter(passes).collect()
    }

    fn head(&self, shown: usize, all: usize, inner: Rect, buffer: &mut Buffer, theme: Theme) {
        let note = if shown == all {
            format!("{all} settings")
        } else {
            format!("{shown} of {all} settings")
        };
        buffer.put_right(inner, 0, &note, theme.dim());
        let room = inner.width.saturating_sub(width(&note) as u16 + 1);
        if self.filter.is_shown() {
            self.filter.draw(Rect { width: room, ..inner }, buffer, theme);
        } else {
            let hint = "Enter changes one in the settings file; --set and the form of Train change it for a run";
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
