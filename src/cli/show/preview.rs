//! An audio file: its level in words, and on a colour terminal its mel spectrogram in half-blocks.

use crate::cli::output::Output;
use crate::engine::Preview;
use crate::present::{json, words};
use std::fmt::Write;
use std::io::{self, IsTerminal};
use supports_color::Stream;

/// Lines of the spectrogram; each shows two bands.
const LINES: usize = 16;
/// Columns left for the frequency axis.
const AXIS: usize = 9;
/// What is darkest (dB below the loudest).
const RANGE_DB: f32 = 80.0;

/// Length and level, and the spectrogram where it can be drawn.
pub fn preview(output: Output, preview: &Preview) -> io::Result<()> {
    if output.json {
        return output.document(json::Preview::from(preview));
    }
    output.text(&describe(preview))?;
    let colours = supports_color::on(Stream::Stdout).filter(|level| level.has_256 || level.has_16m);
    match colours {
        Some(level) if io::stdout().is_terminal() => {
            let width = crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns));
            output.text(&picture(preview, width.saturating_sub(AXIS).max(16), level.has_16m))
        }
        _ => Ok(()),
    }
}

fn describe(preview: &Preview) -> String {
    let level = &preview.analysis.level;
    let label = match preview.label.as_str() {
        "" => String::new(),
        label => format!(", {label}"),
    };
    let mut text = format!(
        "{}{label}\n{:.2} s at {} Hz; peak {:.3}, RMS {:.1} dBFS, {:.2} % clipped{}",
        preview.path.display(),
        preview.wave.seconds(),
        preview.wave.rate,
        level.peak,
        level.rms_dbfs,
        100.0 * level.clipped,
        if level.silent { "; digital silence" } else { "" }
    );
    for note in &preview.notes {
        text += &format!("\nthe recipe: {}", words::note(note));
    }
    text
}

/// Low bands at the bottom, time to the right.
fn picture(preview: &Preview, columns: usize, true_colour: bool) -> String {
    let bands = 2 * LINES;
    let columns = columns.min(preview.frames).max(1);
    let mut text = String::new();
    for line in 0..LINES {
        let top = bands - 1 - 2 * line;
        let hertz = preview
            .mel_hz
            .get(top * preview.mels / bands)
            .copied()
            .unwrap_or_default();
        let label = if line % 4 == 0 {
            format!("{hertz:.0} Hz")
        } else {
            String::new()
        };
        text += &format!("{label:>width$} ", width = AXIS - 1);
        for column in 0..columns {
            let upper = colour(loudness(preview, (column, columns), (top, bands)), true_colour);
            let lower = colour(loudness(preview, (column, columns), (top - 1, bands)), true_colour);
            // Writing to a string cannot fail.
            let _ = write!(text, "\x1b[38;{upper};48;{lower}m▀");
        }
        text += "\x1b[0m\n";
    }
    let end = format!("{:.2} s", preview.wave.seconds());
    text += &format!("{:AXIS$}0 s{end:>width$}\n", "", width = columns.saturating_sub(3));
    text
}

/// Loudest value of a cell, from 0 (80 dB below the maximum) to 1.
fn loudness(preview: &Preview, (column, columns): (usize, usize), (band, bands): (usize, usize)) -> f32 {
    let range = |index: usize, of: usize, size: usize| {
        let from = index * size / of;
        from..((index + 1) * size / of).max(from + 1).min(size)
    };
    let mut loudest = -RANGE_DB;
    for frame in range(column, columns, preview.frames) {
        for mel in range(band, bands, preview.mels) {
            loudest = loudest.max(
                preview
                    .mel_db
                    .get(frame * preview.mels + mel)
                    .copied()
                    .unwrap_or(-RANGE_DB),
            );
        }
    }
    (1.0 + loudest / RANGE_DB).clamp(0.0, 1.0)
}

/// From black over violet and orange to white.
fn colour(loudness: f32, true_colour: bool) -> String {
    const STOPS: [[f32; 3]; 5] = [
        [0.0, 0.0, 4.0],
        [87.0, 16.0, 110.0],
        [188.0, 55.0, 84.0],
        [249.0, 142.0, 9.0],
        [252.0, 255.0, 164.0],
    ];
    let place = loudness * (STOPS.len() - 1) as f32;
    let index = (place as usize).min(STOPS.len() - 2);
    let share = place - index as f32;
    let mix = |channel: usize| STOPS[index][channel] * (1.0 - share) + STOPS[index + 1][channel] * share;
    let [red, green, blue] = [mix(0), mix(1), mix(2)];
    if true_colour {
        format!("2;{red:.0};{green:.0};{blue:.0}")
    } else {
        let level = |value: f32| (value / 255.0 * 5.0).round() as u32;
        format!("5;{}", 16 + 36 * level(red) + 6 * level(green) + level(blue))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_run_from_black_to_light_in_both_palettes() {
        assert_eq!(colour(0.0, true), "2;0;0;4");
        assert_eq!(colour(1.0, true), "2;252;255;164");
        assert_eq!(colour(0.0, false), "5;16");
        assert_eq!(colour(1.0, false), "5;229");
    }
}
