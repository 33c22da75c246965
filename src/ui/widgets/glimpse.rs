//! The sparkline spectrogram of a list row: height is energy, colour is the spectral centroid.

use crate::ui::text::Paint;
use crate::ui::theme::{Scale, Theme};
use crate::ui::widgets::histogram::EIGHTHS;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws the stretches of a clip, (energy, centroid) from 0 to 255 each, over the area's first row.
pub fn glimpse(buffer: &mut Buffer, area: Rect, stretches: &[(u8, u8)], theme: Theme) {
    for (x, (energy, centroid)) in pool(stretches, usize::from(area.width)).into_iter().enumerate() {
        let color = theme.scale(Scale::Pitch, f32::from(centroid) / 255.0);
        let level = (usize::from(energy) * 8).div_ceil(255);
        buffer.put(area, x as u16, 0, EIGHTHS[level.min(8)], Style::new().fg(color));
    }
}

/// So many stretches: the loudest of several, the nearest when there are more columns.
fn pool(stretches: &[(u8, u8)], columns: usize) -> Vec<(u8, u8)> {
    if stretches.is_empty() {
        return Vec::new();
    }
    let pooled = |column: usize| {
        let from = column * stretches.len() / columns;
        let to = ((column + 1) * stretches.len()).div_ceil(columns).max(from + 1);
        stretches[from..to.min(stretches.len())]
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
        let stretches: Vec<(u8, u8)> = vec![(1, 9), (7, 2), (3, 3), (4, 4)];
        assert_eq!(pool(&stretches, 2), [(7, 2), (4, 4)]);
        assert_eq!(pool(&stretches, 4), stretches);
        assert_eq!(pool(&stretches, 8)[2..4], [(7, 2), (7, 2)]);
        assert!(pool(&[], 5).is_empty());
    }
}
