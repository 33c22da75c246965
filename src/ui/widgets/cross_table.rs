//! Counts by two properties, each cell tinted by its size.

use crate::present::numbers::grouped;
use crate::ui::text::{Paint, cut, fit, fit_right, width};
use crate::ui::theme::{Colours, Scale, Theme};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// A table of counts with its sums.
pub struct CrossTable<'a> {
    /// Row names.
    pub rows: &'a [String],
    /// Column names.
    pub columns: &'a [String],
    /// `counts[row][column]`.
    pub counts: &'a [Vec<usize>],
    /// Colours.
    pub theme: Theme,
}

impl Widget for CrossTable<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let label = self.rows.iter().map(|row| width(row)).max().unwrap_or(0).clamp(3, 12);
        let sum = |row: &Vec<usize>| row.iter().sum::<usize>();
        let total: usize = self.counts.iter().map(sum).sum();
        let digits = width(&grouped(total)).max(3);
        let room = usize::from(area.width).saturating_sub(label + digits + 2);
        let longest = self.columns.iter().map(|column| width(column)).max().unwrap_or(0);
        let cell =
            (room / self.columns.len().max(1)).clamp(digits.min(6) + 1, 14.min(longest + 6).max(digits.min(6) + 1));
        let shown = (room / cell).min(self.columns.len());
        let largest = self.counts.iter().flatten().max().copied().unwrap_or(0).max(1);
        let x_of = |column: usize| (label + 1 + column * cell) as u16;
        for (index, column) in self.columns.iter().take(shown).enumerate() {
            buffer.put(
                area,
                x_of(index),
                0,
                &fit_right(&format!("{} ", cut(column, cell - 1)), cell),
                self.theme.dim(),
            );
        }
        let end = x_of(shown);
        let hidden = self.columns.len() - shown;
        let last = if hidden > 0 {
            format!("+{hidden}")
        } else {
            "all".to_owned()
        };
        buffer.put(area, end, 0, &fit_right(&last, digits + 1), self.theme.dim());
        let rows = usize::from(area.height).saturating_sub(2).min(self.rows.len());
        for (row, (name, counts)) in self.rows.iter().zip(self.counts).take(rows).enumerate() {
            let y = row as u16 + 1;
            buffer.put(area, 0, y, &fit(name, label), self.theme.text());
            for (column, count) in counts.iter().take(shown).enumerate() {
                let text = if *count == 0 { "·".to_owned() } else { grouped(*count) };
                let style = if *count == 0 {
                    self.theme.faint()
                } else {
                    self.tint(*count, largest)
                };
                buffer.put(area, x_of(column), y, &fit_right(&format!("{text} "), cell), style);
            }
            buffer.put(
                area,
                end,
                y,
                &fit_right(&grouped(sum(counts)), digits + 1),
                self.theme.heading(),
            );
        }
        let y = rows as u16 + 1;
        buffer.put(area, 0, y, &fit("all", label), self.theme.dim());
        for column in 0..shown {
            let sum: usize = self.counts.iter().filter_map(|row| row.get(column)).sum();
            buffer.put(
                area,
                x_of(column),
                y,
                &fit_right(&format!("{} ", grouped(sum)), cell),
                self.theme.heading(),
            );
        }
        buffer.put(
            area,
            end,
            y,
            &fit_right(&grouped(total), digits + 1),
            self.theme.heading(),
        );
    }
}

impl CrossTable<'_> {
    fn tint(&self, count: usize, largest: usize) -> Style {
        if self.theme.colours <= Colours::Sixteen {
            return self.theme.text();
        }
        let value = 0.08 + 0.62 * count as f32 / largest as f32;
        Style::new()
            .fg(self.theme.ink(Scale::Mako, value))
            .bg(self.theme.scale(Scale::Mako, value))
    }
}
