//! A mel spectrogram in coloured half blocks, with its axes.

use crate::ui::text::{Paint, cut, fit_right};
use crate::ui::theme::{Colours, Scale, Theme, shade};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// Columns of the axis left of a spectrogram or a wave.
pub const GUTTER: u16 = 5;

/// A spectrogram; the last row is the time axis, the first [`GUTTER`] columns are the frequency axis.
pub struct Spectrogram<'a> {
    /// dB below the maximum, frame after frame, lowest band first.
    pub values: &'a [f32],
    /// Number of frames.
    pub frames: usize,
    /// Centre of every band (Hz).
    pub bands_hz: &'a [f32],
    /// Length (s).
    pub seconds: f64,
    /// So far below the maximum is shown as nothing (dB).
    pub range_db: f32,
    /// Colours.
    pub theme: Theme,
}

impl Widget for Spectrogram<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        if area.width <= GUTTER || area.height < 2 || self.frames == 0 || self.bands_hz.is_empty() {
            return;
        }
        let plot = Rect {
            x: area.x + GUTTER,
            width: area.width - GUTTER,
            height: area.height - 1,
            ..area
        };
        self.picture(plot, buffer);
        self.frequencies(area, plot.height, buffer);
        time_axis(
            buffer,
            Rect {
                y: plot.bottom(),
                height: 1,
                ..plot
            },
            self.seconds,
            self.theme,
        );
    }
}

impl Spectrogram<'_> {
    fn picture(&self, plot: Rect, buffer: &mut Buffer) {
        let monochrome = self.theme.colours == Colours::None;
        let rows = usize::from(plot.height) * if monochrome { 1 } else { 2 };
        let columns = usize::from(plot.width);
        let picture = pool(self.values, self.frames, self.bands_hz.len(), columns, rows);
        let level = |x: usize, row_from_top: usize| {
            let value = picture[(rows - 1 - row_from_top) * columns + x];
            1.0 + value / self.range_db
        };
        for y in 0..usize::from(plot.height) {
            for x in 0..columns {
                let (symbol, style) = if monochrome {
                    (shade(level(x, y)), Style::new())
                } else {
                    let color = |row| self.theme.scale(Scale::Magma, level(x, row));
                    ('▀', Style::new().fg(color(2 * y)).bg(color(2 * y + 1)))
                };
                buffer.put(plot, x as u16, y as u16, symbol.encode_utf8(&mut [0; 4]), style);
            }
        }
    }

    fn frequencies(&self, area: Rect, rows: u16, buffer: &mut Buffer) {
        const MARKS: [(f32, &str); 7] = [
            (8000.0, "8k"),
            (4000.0, "4k"),
            (2000.0, "2k"),
            (1000.0, "1k"),
            (500.0, "500"),
            (250.0, "250"),
            (100.0, "100"),
        ];
        let mut next_free = 0;
        for (hertz, label) in MARKS {
            let Some(row) = row_of(self.bands_hz, hertz, rows) else {
                continue;
            };
            if row >= next_free {
                buffer.put(
                    area,
                    0,
                    row,
                    &fit_right(label, usize::from(GUTTER) - 1),
                    self.theme.dim(),
                );
                next_free = row + 2;
            }
        }
        if next_free < rows {
            buffer.put(
                area,
                0,
                rows - 1,
                &fit_right("Hz", usize::from(GUTTER) - 1),
                self.theme.faint(),
            );
        }
    }
}

/// The row from the top, of so many, in which a frequency lies; none when no band reaches it.
fn row_of(bands_hz: &[f32], hertz: f32, rows: u16) -> Option<u16> {
    let (first, last) = (*bands_hz.first()?, *bands_hz.last()?);
    if hertz < first * 0.5 || hertz > last * 1.1 {
        return None;
    }
    let distance = |index: &usize| (bands_hz[*index] - hertz).abs();
    let band = (0..bands_hz.len()).min_by(|a, b| distance(a).total_cmp(&distance(b)))?;
    let from_bottom = (band * usize::from(rows) / bands_hz.len()) as u16;
    Some(rows - 1 - from_bottom)
}

/// Seconds along a row: about one mark in fourteen columns, at round values.
pub fn time_axis(buffer: &mut Buffer, area: Rect, seconds: f64, theme: Theme) {
    if seconds <= 0.0 || area.width < 4 {
        return;
    }
    let marks = (f64::from(area.width) / 14.0).max(1.0);
    let step = [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1800.0];
    let step = step.into_iter().find(|step| seconds / step <= marks).unwrap_or(3600.0);
    let mut taken = 0;
    for mark in 0..=(seconds / step).floor() as u32 {
        let time = f64::from(mark) * step;
        let x = (time / seconds * f64::from(area.width)) as u16;
        let label = if step < 1.0 {
            format!("╵{time:.1}")
        } else {
            format!("╵{time:.0}")
        };
        if x >= taken && usize::from(x) + label.chars().count() + 2 <= usize::from(area.width) {
            taken = x + 1 + buffer.put(area, x, 0, &label, theme.dim());
        }
    }
    if taken + 2 <= area.width {
        buffer.put_right(area, 0, &cut("s", 1), theme.dim());
    }
}

/// A picture of `columns` x `rows` (row after row, lowest first) of a matrix (frame after frame): the mean
/// of what falls into a point, or the nearest when points are finer than the matrix.
pub fn pool(values: &[f32], frames: usize, bands: usize, columns: usize, rows: usize) -> Vec<f32> {
    let segment = |index: usize, of: usize, length: usize| {
        let from = (index * length / of).min(length - 1);
        let to = ((index + 1) * length / of).clamp(from + 1, length);
        from..to
    };
    let mut picture = Vec::with_capacity(columns * rows);
    for row in 0..rows {
        for column in 0..columns {
            let (mut sum, mut count) = (0.0, 0);
            for frame in segment(column, columns, frames) {
                for band in segment(row, rows, bands) {
                    if let Some(value) = values.get(frame * bands + band) {
                        sum += value;
                        count += 1;
                    }
                }
            }
            picture.push(if count > 0 {
                sum / count as f32
            } else {
                f32::NEG_INFINITY
            });
        }
    }
    picture
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pooling_is_the_mean_when_shrinking_and_the_nearest_when_growing() {
        // 4 frames of 2 bands.
        let values = [0.0, 10.0, 2.0, 20.0, 4.0, 30.0, 6.0, 40.0];
        assert_eq!(pool(&values, 4, 2, 4, 2), [0.0, 2.0, 4.0, 6.0, 10.0, 20.0, 30.0, 40.0]);
        assert_eq!(
            pool(&values, 4, 2, 2, 1),
            [(0.0 + 10.0 + 2.0 + 20.0) / 4.0, (4.0 + 30.0 + 6.0 + 40.0) / 4.0]
        );
        let wide = pool(&values, 4, 2, 8, 4);
        assert_eq!(wide[..8], [0.0, 0.0, 2.0, 2.0, 4.0, 4.0, 6.0, 6.0]);
        assert_eq!(wide[24..], [10.0, 10.0, 20.0, 20.0, 30.0, 30.0, 40.0, 40.0]);
    }

    #[test]
    fn frequencies_lie_where_their_band_is_drawn() {
        let bands: Vec<f32> = (0..40).map(|band| 100.0 + 200.0 * band as f32).collect();
        assert_eq!(row_of(&bands, 100.0, 10), Some(9));
        assert_eq!(row_of(&bands, 7900.0, 10), Some(0));
        assert_eq!(row_of(&bands, 4000.0, 10), Some(5));
        assert_eq!(row_of(&bands, 16_000.0, 10), None);
    }
}
