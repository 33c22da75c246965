//! Counts over a continuous quantity as columns.

use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// Lower block elements from nothing to a full cell.
pub const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// A histogram with its axis in the last row.
pub struct Histogram<'a> {
    /// (lower edge, upper edge, count).
    pub bins: &'a [(f64, f64, usize)],
    /// Unit of the edges.
    pub unit: &'static str,
    /// Colours.
    pub theme: Theme,
}

impl Widget for Histogram<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let (Some(first), Some(last)) = (self.bins.first(), self.bins.last()) else {
            return;
        };
        if area.height < 2 || area.width == 0 {
            return;
        }
        let rows = area.height - 1;
        let columns = column_counts(self.bins, usize::from(area.width));
        let largest = columns.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
        for (x, count) in columns.iter().enumerate() {
            let mut eighths = (count / largest * f64::from(rows) * 8.0).round() as usize;
            if *count > 0.0 {
                eighths = eighths.max(1);
            }
            for row in 0..rows {
                let level = eighths.saturating_sub(8 * usize::from(row)).min(8);
                if level > 0 {
                    buffer.put(area, x as u16, rows - 1 - row, EIGHTHS[level], self.theme.bar());
                }
            }
        }
        let left = format!("{:.1}", first.0);
        let middle = format!("{:.1}", (first.0 + last.1) / 2.0);
        let right = format!("{:.1} {}", last.1, self.unit);
        buffer.put(area, 0, rows, &left, self.theme.dim());
        let centre = (usize::from(area.width) / 2).saturating_sub(width(&middle) / 2);
        if width(&left) + width(&middle) + width(&right) + 4 < usize::from(area.width) {
            buffer.put(area, centre as u16, rows, &middle, self.theme.dim());
        }
        let room = usize::from(area.width).saturating_sub(width(&left) + 1);
        buffer.put_right(area, rows, &cut(&right, room), self.theme.dim());
    }
}

/// The count that every column shows: that of the bin over its middle, or the mean of several narrower bins.
fn column_counts(bins: &[(f64, f64, usize)], columns: usize) -> Vec<f64> {
    let edge = |column: usize| column * bins.len() / columns.max(1);
    let column = |column: usize| {
        let from = edge(column).min(bins.len().saturating_sub(1));
        let to = edge(column + 1).clamp(from + 1, bins.len().max(from + 1));
        let counts = &bins[from..to.min(bins.len())];
        counts.iter().map(|bin| bin.2 as f64).sum::<f64>() / counts.len().max(1) as f64
    };
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bin_is_seen_when_there_is_room_and_none_is_lost_when_not() {
        let bins: Vec<(f64, f64, usize)> = (0..5)
            .map(|bin| (f64::from(bin), f64::from(bin + 1), bin as usize))
            .collect();
        assert_eq!(
            column_counts(&bins, 10),
            [0.0, 0.0, 1.0, 1.0, 2.0, 2.0, 3.0, 3.0, 4.0, 4.0]
        );
        let narrow = column_counts(&bins, 2);
        assert_eq!(narrow, [0.5, 3.0]);
    }
}
