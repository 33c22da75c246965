//! How much of something is done, in one row.

use crate::ui::text::Paint;
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws a share between 0 and 1 over the whole width of the area's first row.
pub fn gauge(buffer: &mut Buffer, area: Rect, share: f64, style: Style, theme: Theme) {
    let (full, half) = fill(share, usize::from(area.width));
    let mut x = buffer.put(area, 0, 0, &"━".repeat(full), style);
    if half {
        x += buffer.put(area, x, 0, "╸", style);
    }
    let rest = usize::from(area.width.saturating_sub(x));
    buffer.put(area, x, 0, &"─".repeat(rest), theme.faint());
}

/// Whole cells, and whether a half follows, for a share of so many columns.
fn fill(share: f64, columns: usize) -> (usize, bool) {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
    let halves = (share * columns as f64 * 2.0).round() as usize;
    (halves / 2, halves % 2 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_full_only_at_the_end() {
        assert_eq!(fill(0.0, 10), (0, false));
        assert_eq!(fill(0.25, 10), (2, true));
        assert_eq!(fill(1.0, 10), (10, false));
        assert_eq!(fill(f64::NAN, 10), (0, false));
        assert_eq!(fill(7.0, 3), (3, false));
    }
}
