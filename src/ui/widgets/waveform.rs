//! A wave as the band between its smallest and largest samples.

use crate::ui::text::{Paint, fit_right};
use crate::ui::theme::Theme;
use crate::ui::widgets::histogram::EIGHTHS;
use crate::ui::widgets::spectrogram::GUTTER;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;
use ratatui::widgets::Widget;

/// A wave, scaled to its peak; the first [`GUTTER`] columns name the peak.
pub struct Waveform<'a> {
    /// Smallest and largest sample of equal stretches.
    pub envelope: &'a [(f32, f32)],
    /// Colours.
    pub theme: Theme,
}

impl Widget for Waveform<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let half = area.height / 2;
        if half == 0 || area.width <= GUTTER {
            return;
        }
        let plot = Rect {
            x: area.x + GUTTER,
            width: area.width - GUTTER,
            height: 2 * half,
            ..area
        };
        let peak = self
            .envelope
            .iter()
            .fold(0.0f32, |peak, (low, high)| peak.max(low.abs()).max(high.abs()));
        let style = self.theme.accent();
        for (x, (low, high)) in pool(self.envelope, usize::from(plot.width)).into_iter().enumerate() {
            // Lower blocks grow upwards; below the middle the same blocks are shown in reverse, growing downwards.
            for (value, upwards) in [(high, true), (-low, false)] {
                let eighths = eighths(value, peak, half);
                for step in 0..half {
                    let level = eighths.saturating_sub(8 * usize::from(step)).min(8);
                    let y = if upwards { half - 1 - step } else { half + step };
                    match (level, upwards) {
                        (0, _) => {}
                        (8, _) => drop(buffer.put(plot, x as u16, y, EIGHTHS[8], style)),
                        (_, true) => drop(buffer.put(plot, x as u16, y, EIGHTHS[level], style)),
                        (_, false) => {
                            let style = style.add_modifier(Modifier::REVERSED);
                            buffer.put(plot, x as u16, y, EIGHTHS[8 - level], style);
                        }
                    }
                }
            }
        }
        let gutter = usize::from(GUTTER) - 1;
        let label = format!("{peak:.2}");
        let label = label.trim_start_matches('0').get(..3).unwrap_or(&label);
        buffer.put(area, 0, 0, &fit_right(&format!("+{label}"), gutter), self.theme.dim());
        buffer.put(
            area,
            0,
            2 * half - 1,
            &fit_right(&format!("−{label}"), gutter),
            self.theme.dim(),
        );
    }
}

/// Eighths of a cell that a value of at most `peak` takes of `cells`; at least one, so that silence is a line.
fn eighths(value: f32, peak: f32, cells: u16) -> usize {
    let share = if peak > 0.0 {
        (value / peak).clamp(0.0, 1.0)
    } else {
        0.0
    };
    ((share * f32::from(cells) * 8.0).round() as usize).max(1)
}

/// The smallest and largest of every column.
fn pool(envelope: &[(f32, f32)], columns: usize) -> Vec<(f32, f32)> {
    if envelope.is_empty() {
        return Vec::new();
    }
    let column = |column: usize| {
        let from = column * envelope.len() / columns;
        let to = ((column + 1) * envelope.len()).div_ceil(columns).max(from + 1);
        let segment = &envelope[from..to.min(envelope.len())];
        segment.iter().fold((f32::MAX, f32::MIN), |(low, high), point| {
            (low.min(point.0), high.max(point.1))
        })
    };
    (0..columns).map(column).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_hold_the_extremes_of_their_stretch() {
        let envelope = [(-0.1, 0.2), (-0.5, 0.1), (0.0, 0.0), (-0.2, 0.9)];
        assert_eq!(pool(&envelope, 2), [(-0.5, 0.2), (-0.2, 0.9)]);
        assert_eq!(pool(&envelope, 4), envelope);
        assert_eq!(pool(&envelope, 8)[3], (-0.5, 0.1));
    }

    #[test]
    fn height_is_proportional_to_the_peak() {
        assert_eq!(eighths(0.5, 0.5, 4), 32);
        assert_eq!(eighths(0.25, 0.5, 4), 16);
        assert_eq!(eighths(0.0, 0.5, 4), 1);
        assert_eq!(eighths(0.0, 0.0, 4), 1);
    }
}
