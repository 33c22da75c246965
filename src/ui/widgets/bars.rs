//! Counts as horizontal bars with their labels and figures.

use crate::present::numbers::grouped;
use crate::ui::text::{Paint, cut, fit, fit_right, width};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// One bar.
pub struct Bar {
    /// Left of it.
    pub label: String,
    /// Its length.
    pub value: f64,
    /// Right of it.
    pub figure: String,
    /// Its colour.
    pub style: Style,
    /// Whether the label stands out.
    pub strong: bool,
}

/// Bars below each other, the longest as long as there is room.
pub struct Bars<'a> {
    /// The bars.
    pub bars: &'a [Bar],
    /// The value of the longest possible bar; by default the largest value.
    pub maximum: Option<f64>,
    /// Columns for labels.
    pub label_width: usize,
    /// Colours.
    pub theme: Theme,
}

/// Bars of a distribution, with counts and shares.
pub fn distribution(counts: &[(String, usize)], style: impl Fn(&str) -> Style) -> Vec<Bar> {
    let total: usize = counts.iter().map(|(_, count)| count).sum();
    let digits = counts.iter().map(|(_, count)| grouped(*count).len()).max().unwrap_or(0);
    let bar = |(name, count): &(String, usize)| {
        let share = 100.0 * *count as f64 / total.max(1) as f64;
        Bar {
            label: name.clone(),
            value: *count as f64,
            figure: format!("{} {share:3.0} %", fit_right(&grouped(*count), digits)),
            style: style(name),
            strong: false,
        }
    };
    counts.iter().map(bar).collect()
}

/// A bar of this share of the columns in halves of a cell, low enough that bars below each other stay apart;
/// anything above nothing is seen.
pub fn blocks(share: f64, columns: usize) -> String {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let mut halves = (share * columns as f64 * 2.0).round() as usize;
    if share > 0.0 && columns > 0 {
        halves = halves.max(1);
    }
    format!("{}{}", "▄".repeat(halves / 2), if halves % 2 == 1 { "▖" } else { "" })
}

impl Widget for Bars<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let rows = usize::from(area.height);
        let shown = if self.bars.len() > rows {
            rows.saturating_sub(1)
        } else {
            self.bars.len()
        };
        let label = self.label_width.min(usize::from(area.width));
        let figure = self.bars.iter().map(|bar| width(&bar.figure)).max().unwrap_or(0);
        let room = usize::from(area.width).saturating_sub(label + figure + 2);
        let largest = self.bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
        let maximum = self.maximum.unwrap_or(largest).max(f64::MIN_POSITIVE);
        for (row, bar) in self.bars.iter().take(shown).enumerate() {
            let y = row as u16;
            let style = if bar.strong {
                self.theme.heading()
            } else {
                self.theme.text()
            };
            buffer.put(area, 0, y, &fit(&bar.label, label), style);
            buffer.put(area, label as u16 + 1, y, &blocks(bar.value / maximum, room), bar.style);
            buffer.put_right(
                area,
                y,
                &cut(&bar.figure, usize::from(area.width).saturating_sub(label + 1)),
                self.theme.dim(),
            );
        }
        if shown < self.bars.len() && rows > 0 {
            let more = format!("… {} more", self.bars.len() - shown);
            buffer.put(area, 0, shown as u16, &more, self.theme.dim());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_as_long_as_the_share() {
        assert_eq!(blocks(0.0, 8), "");
        assert_eq!(blocks(1.0, 3), "▄▄▄");
        assert_eq!(blocks(0.5, 3), "▄▖");
        assert_eq!(blocks(1e-9, 8), "▖");
        let lengths: Vec<usize> = (0..=64)
            .map(|step| blocks(f64::from(step) / 64.0, 8).chars().count())
            .collect();
        assert!(lengths.windows(2).all(|pair| pair[0] <= pair[1]));
    }
}
