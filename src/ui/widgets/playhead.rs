//! The line at the position of playback, over a wave or a spectrogram.

use crate::ui::theme::Theme;
use crate::ui::widgets::spectrogram::GUTTER;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Draws a line over a picture with its axis, at this share (0 to 1) of its columns; what it covers shines through.
pub fn playhead(buffer: &mut Buffer, area: Rect, place: f64, theme: Theme) {
    if area.width <= GUTTER {
        return;
    }
    let columns = area.width - GUTTER;
    let column = ((place * f64::from(columns)) as u16).min(columns - 1);
    for y in area.top()..area.bottom() {
        if let Some(cell) = buffer.cell_mut((area.x + GUTTER + column, y)) {
            let line = theme.heading().remove_modifier(Modifier::REVERSED);
            cell.set_symbol("│").set_style(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::theme::Colours;

    #[test]
    fn the_line_stays_within_the_picture() {
        let area = Rect::new(0, 0, GUTTER + 10, 2);
        for (place, column) in [(0.0, 0), (0.55, 5), (1.0, 9), (7.0, 9)] {
            let mut buffer = Buffer::empty(area);
            playhead(&mut buffer, area, place, Theme::new(Colours::None));
            for x in 0..area.width {
                assert_eq!(buffer[(x, 1)].symbol() == "│", x == GUTTER + column, "{place}");
            }
        }
        let narrow = Rect::new(0, 0, GUTTER, 2);
        playhead(&mut Buffer::empty(narrow), narrow, 0.5, Theme::new(Colours::None));
    }
}
