//! The nearest colour of a terminal that has not all of them.

use super::palette::Rgb;
use ratatui::style::Color;

/// Square of the distance between two colours.
pub fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

/// Index of the nearest colour in xterm's 6 x 6 x 6 cube or its 24 greys.
pub fn nearest_indexed(rgb: Rgb) -> u8 {
    const LEVELS: [u8; 6] = [0, 95, 135, 175, 215, 255];
    let nearest = |channel: u8| {
        (0..6u8)
            .min_by_key(|level| channel.abs_diff(LEVELS[usize::from(*level)]))
            .unwrap_or(0)
    };
    let (r, g, b) = (nearest(rgb.0), nearest(rgb.1), nearest(rgb.2));
    let level = |index: u8| LEVELS[usize::from(index)];
    let cube = (16 + 36 * r + 6 * g + b, (level(r), level(g), level(b)));
    let mean = (u16::from(rgb.0) + u16::from(rgb.1) + u16::from(rgb.2)) / 3;
    let step = (mean.saturating_sub(3) / 10).min(23) as u8;
    let grey = (232 + step, (8 + 10 * step, 8 + 10 * step, 8 + 10 * step));
    if distance(grey.1, rgb) < distance(cube.1, rgb) {
        grey.0
    } else {
        cube.0
    }
}

/// The colour of an index from 16 on.
pub fn indexed_rgb(index: u8) -> Rgb {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        232.. => (8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)),
        _ => {
            let cube = index.saturating_sub(16);
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
    }
}

/// The sixteen as they look in most terminals, and as xterm has them by itself, where they differ most from white.
const SIXTEEN: [(Color, Rgb, Rgb); 16] = [
    (Color::Black, (0, 0, 0), (0, 0, 0)),
    (Color::Red, (190, 50, 50), (205, 0, 0)),
    (Color::Green, (100, 170, 80), (0, 205, 0)),
    (Color::Yellow, (200, 150, 50), (205, 205, 0)),
    (Color::Blue, (50, 90, 200), (0, 0, 238)),
    (Color::Magenta, (170, 80, 190), (205, 0, 205)),
    (Color::Cyan, (60, 170, 190), (0, 205, 205)),
    (Color::Gray, (180, 180, 180), (229, 229, 229)),
    (Color::DarkGray, (102, 102, 102), (127, 127, 127)),
    (Color::LightRed, (240, 80, 80), (255, 0, 0)),
    (Color::LightGreen, (110, 220, 120), (0, 255, 0)),
    (Color::LightYellow, (240, 210, 90), (255, 255, 0)),
    (Color::LightBlue, (80, 140, 230), (92, 92, 255)),
    (Color::LightMagenta, (220, 120, 220), (255, 0, 255)),
    (Color::LightCyan, (100, 220, 230), (0, 255, 255)),
    (Color::White, (255, 255, 255), (255, 255, 255)),
];

/// The nearest of the sixteen that can be used; a colour never becomes a grey. The terminal's own colour of text where there
/// is none.
pub fn nearest_ansi(rgb: Rgb, usable: impl Fn(Rgb) -> bool) -> Color {
    let vivid = |rgb: Rgb| rgb.0.max(rgb.1).max(rgb.2) - rgb.0.min(rgb.1).min(rgb.2) > 40;
    let candidates = SIXTEEN.iter().filter(|(color, value, xterm)| {
        let extreme = matches!(color, Color::Black | Color::White);
        !extreme && vivid(*value) == vivid(rgb) && usable(*xterm)
    });
    let nearest = candidates.min_by_key(|(_, value, _)| distance(*value, rgb));
    nearest.map_or(Color::Reset, |(color, _, _)| *color)
}

/// The colour of one of the sixteen, as xterm has it.
pub fn ansi_rgb(color: Color) -> Option<Rgb> {
    SIXTEEN
        .iter()
        .find(|(other, _, _)| *other == color)
        .map(|(_, _, xterm)| *xterm)
}
