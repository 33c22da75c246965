//! Scales of colours from low to high, ordered by brightness.

use super::palette::{PALETTE, Rgb};
use ratatui::style::Color;

/// A scale of colours from low to high.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// For spectrograms.
    Magma,
    /// For counts.
    Mako,
    /// For spectral centroids.
    Pitch,
}

impl Scale {
    pub fn anchors(self) -> &'static [Rgb] {
        match self {
            Self::Magma => &PALETTE.magma,
            Self::Mako => &PALETTE.mako,
            Self::Pitch => &PALETTE.pitch,
        }
    }

    /// Steps of xterm's 256 colours, chosen so that hue and brightness change together; the nearest
    /// colours of the anchors would jump.
    pub fn indexed(self) -> &'static [u8] {
        match self {
            Self::Magma => &[16, 17, 53, 54, 90, 126, 162, 168, 203, 209, 215, 222, 229, 230],
            Self::Mako => &[233, 17, 18, 24, 31, 37, 79, 115, 158, 195],
            Self::Pitch => &[68, 74, 79, 114, 149, 185, 221],
        }
    }

    pub fn ansi(self) -> &'static [Color] {
        use Color::{Black, Blue, Cyan, Green, LightBlue, LightCyan, LightRed, LightYellow, Magenta, White, Yellow};
        match self {
            Self::Magma => &[Black, Blue, Magenta, LightRed, Yellow, LightYellow, White],
            Self::Mako => &[Black, Blue, Cyan, LightCyan, White],
            Self::Pitch => &[LightBlue, Cyan, Green, Yellow, LightYellow],
        }
    }
}

/// The value between 0 and 1; what is no number is 0.
pub fn share(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// The step of a value between 0 and 1.
pub fn step<T: Copy>(steps: &[T], value: f32) -> T {
    let index = (share(value) * steps.len() as f32) as usize;
    steps[index.min(steps.len() - 1)]
}

/// A character that is the darker the higher the value between 0 and 1.
pub fn shade(value: f32) -> char {
    step(&[' ', '░', '▒', '▓', '█'], value)
}

/// The colour between the anchors at a value between 0 and 1.
pub fn interpolate(anchors: &[Rgb], value: f32) -> Rgb {
    let position = value * (anchors.len() - 1) as f32;
    let index = (position as usize).min(anchors.len() - 2);
    let share = position - index as f32;
    let (from, to) = (anchors[index], anchors[index + 1]);
    let mix = |from: u8, to: u8| (f32::from(from) + share * (f32::from(to) - f32::from(from))).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}
