//! Whether a colour can be read on a ground, as WCAG 2 measures it, and the colour of the same hue that can.

use super::palette::Rgb;

/// Contrast that text needs (WCAG 2.1, 1.4.3); large text and signs need [`ENOUGH`].
pub const TEXT: f32 = 4.5;
/// Contrast below which nothing is written.
pub const ENOUGH: f32 = 3.0;
/// What rounding to 8 bits may take off.
const ROUNDING: f32 = 1.03;

/// Relative luminance from 0 to 1.
pub fn luminance(rgb: Rgb) -> f32 {
    let (red, green, blue) = linear(rgb);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Contrast from 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f32 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The least contrast to any of these grounds.
pub fn least(rgb: Rgb, grounds: &[Rgb]) -> f32 {
    grounds.iter().map(|ground| contrast(rgb, *ground)).fold(21.0, f32::min)
}

/// The colour itself where it has this contrast to all of these grounds, else the nearest lighter or darker one of its hue
/// that has it; where none has, the one with the most.
pub fn readable(rgb: Rgb, grounds: &[Rgb], ratio: f32) -> Rgb {
    if least(rgb, grounds) >= ratio {
        return rgb;
    }
    let ratio = ratio * ROUNDING;
    // Just dark or just light enough for each ground.
    let ends = grounds.iter().flat_map(|ground| {
        let ground = luminance(*ground) + 0.05;
        [ground / ratio - 0.05, ground * ratio - 0.05]
    });
    let now = luminance(rgb);
    let candidates: Vec<Rgb> = ends
        .filter(|end| (0.0..=1.0).contains(end))
        .chain([0.0, 1.0])
        .map(|wanted| with_luminance(rgb, wanted))
        .collect();
    let there = candidates
        .iter()
        .filter(|rgb| least(**rgb, grounds) * ROUNDING >= ratio);
    let nearest = there.min_by(|a, b| {
        let far = |rgb: &Rgb| (luminance(*rgb) - now).abs();
        far(a).total_cmp(&far(b))
    });
    let most = || {
        let by_contrast = |a: &&Rgb, b: &&Rgb| least(**a, grounds).total_cmp(&least(**b, grounds));
        candidates.iter().max_by(by_contrast)
    };
    nearest.or_else(most).copied().unwrap_or(rgb)
}

/// Mixed with black or white, in light, until it is so bright.
fn with_luminance(rgb: Rgb, wanted: f32) -> Rgb {
    let now = luminance(rgb);
    let (red, green, blue) = linear(rgb);
    let change = |channel: f32| {
        let light = if wanted < now {
            channel * wanted / now
        } else {
            channel + (wanted - now) / (1.0 - now).max(f32::EPSILON) * (1.0 - channel)
        };
        encoded(light)
    };
    (change(red), change(green), change(blue))
}

/// The channels as light (sRGB, IEC 61966-2-1).
fn linear(rgb: Rgb) -> (f32, f32, f32) {
    let light = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    };
    (light(rgb.0), light(rgb.1), light(rgb.2))
}

fn encoded(light: f32) -> u8 {
    let value = if light <= 0.003_130_8 {
        12.92 * light
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    };
    (value * 255.0).round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        assert!((contrast((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 1e-3);
        // From the tables of WCAG's own contrast checkers.
        assert!((contrast((0x77, 0x77, 0x77), (255, 255, 255)) - 4.48).abs() < 0.01);
        assert!((contrast((255, 0, 0), (255, 255, 255)) - 4.0).abs() < 0.01);
    }

    #[test]
    fn every_colour_becomes_readable_on_every_ground() {
        let steps = || (0..=255u8).step_by(51);
        let all = || steps().flat_map(move |r| steps().flat_map(move |g| steps().map(move |b| (r, g, b))));
        for ground in all() {
            for rgb in all() {
                let found = readable(rgb, &[ground], ENOUGH);
                assert!(
                    contrast(found, ground) >= ENOUGH,
                    "{rgb:?} on {ground:?} becomes {found:?}"
                );
            }
        }
        for rgb in all() {
            let found = readable(rgb, &[(0, 0, 0), (255, 255, 255)], ENOUGH);
            assert!(
                least(found, &[(0, 0, 0), (255, 255, 255)]) >= ENOUGH,
                "{rgb:?} becomes {found:?}"
            );
        }
    }
}
