//! The sparkline spectrogram of a list row: height is energy, colour is the spectral centroid.

use crate::ui::text::Paint;
use crate::ui::theme::{Scale, Theme};
use crate::ui::widgets::histogram::EIGHTHS;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws the stretches of a clip, (energy, centroid) from 0 to 255 each, over the area's first row.
pub fn thumbnail(buffer: &mut Buffer, area: Rect, segments: &[(u8, u8)], theme: Theme) {
    for (x, (energy, centroid)) in pool(segments, usize::from(area.width)).into_iter().enumerate() {
        let color = theme.scale_written(Scale::Pitch, f32::from(centroid) / 255.0);
        let level = (usize::from(energy) * 8).div_ceil(255);
        buffer.put(area, x as u16, 0, EIGHTHS[level.min(8)], Style::new().fg(color));
    }
}

/// So many stretches: the loudest of several, the nearest when there are more columns.
fn pool(segments: &[(u8, u8)], columns: usize) -> Vec<(u8, u8)> {
    if segments.is_empty() {
        return Vec::new();
    }
    let pooled = |column: usize| {
        let from = column * segments.len() / columns;
        let to = ((column + 1) * segments.len()).div_ceil(columns).max(from + 1);
        segments[from..to.min(segments.len())]
            .iter()
            .copied()
            .max()
            .unwrap_or_default()
    };
    (0..columns).map(pooled).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_keeps_the_loudest() {
        let segments: Vec<(u8, u8)> = vec![(1, 9), (7, 2), (3, 3), (4, 4)];
        assert_eq!(pool(&segments, 2), [(7, 2), (4, 4)]);
        assert_eq!(pool(&segments, 4), segments);
        assert_eq!(pool(&segments, 8)[2..4], [(7, 2), (7, 2)]);
        assert!(pool(&[], 5).is_empty());
    }
}
