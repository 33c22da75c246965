//! Colours: one palette, and what the terminal can show of it.

mod nearest;
mod palette;
mod scale;

use nearest::{indexed_rgb, nearest_ansi, nearest_indexed};
use palette::{PALETTE, Rgb};
use ratatui::style::{Color, Modifier, Style};
pub use scale::{Scale, shade};
use scale::{interpolate, luminance, share, step};

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Colours {
    /// None, or the user wants none (`NO_COLOR`).
    None,
    /// The sixteen of ANSI.
    Sixteen,
    /// The 256 of xterm.
    TwoFiftySix,
    /// 24 bits.
    True,
}

impl Colours {
    /// What standard output can show, by its environment.
    pub fn detect() -> Self {
        match supports_color::on(supports_color::Stream::Stdout) {
            None => Self::None,
            Some(level) if level.has_16m => Self::True,
            Some(level) if level.has_256 => Self::TwoFiftySix,
            Some(_) => Self::Sixteen,
        }
    }
}

/// The palette as this terminal shows it.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// What the terminal has.
    pub colours: Colours,
}

impl Theme {
    /// The palette for so many colours.
    pub fn new(colours: Colours) -> Self {
        Self { colours }
    }

    /// The nearest colour that the terminal has.
    pub fn color(self, rgb: Rgb) -> Color {
        match self.colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => nearest_ansi(rgb),
            Colours::TwoFiftySix => Color::Indexed(nearest_indexed(rgb)),
            Colours::True => Color::Rgb(rgb.0, rgb.1, rgb.2),
        }
    }

    fn foreground(self, rgb: Rgb) -> Style {
        Style::new().fg(self.color(rgb))
    }

    /// What is read first.
    pub fn text(self) -> Style {
        Style::new()
    }
    /// Headings.
    pub fn heading(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }
    /// Labels, units, hints.
    pub fn dim(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.foreground(PALETTE.dim),
        }
    }
    /// Rules, grids, what is left of a bar.
    pub fn faint(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::DIM),
            _ => self.foreground(PALETTE.faint),
        }
    }
    /// Where one is.
    pub fn accent(self) -> Style {
        self.foreground(PALETTE.accent)
    }
    /// Went well.
    pub fn good(self) -> Style {
        self.foreground(PALETTE.good)
    }
    /// Deserves attention.
    pub fn warn(self) -> Style {
        self.foreground(PALETTE.warn)
    }
    /// Went wrong.
    pub fn bad(self) -> Style {
        self.foreground(PALETTE.bad).add_modifier(Modifier::BOLD)
    }
    /// Bars of counts.
    pub fn bar(self) -> Style {
        self.foreground(PALETTE.bar)
    }
    /// The row under the cursor.
    pub fn selected(self) -> Style {
        match self.colours {
            Colours::None | Colours::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => {
                let (ink, paper) = PALETTE.selection;
                Style::new().fg(self.color(ink)).bg(self.color(paper))
            }
        }
    }
    /// A word that must not be overlooked.
    pub fn badge(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            _ => Style::new()
                .fg(Color::Black)
                .bg(self.color(PALETTE.warn))
                .add_modifier(Modifier::BOLD),
        }
    }
    /// The tab in front.
    pub fn tab(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            _ => Style::new()
                .fg(Color::Black)
                .bg(self.color(PALETTE.accent))
                .add_modifier(Modifier::BOLD),
        }
    }
    /// One of several curves.
    pub fn series(self, index: usize) -> Style {
        self.foreground(PALETTE.series[index % PALETTE.series.len()])
    }
    /// What lies behind one of several curves.
    pub fn series_dim(self, index: usize) -> Style {
        let rgb = PALETTE.series[index % PALETTE.series.len()];
        match self.colours {
            Colours::None | Colours::Sixteen => self.foreground(rgb).add_modifier(Modifier::DIM),
            _ => self.foreground(interpolate(&[PALETTE.faint, rgb], 0.4)),
        }
    }
    /// An emotion by its name.
    pub fn emotion(self, name: &str) -> Style {
        let known = PALETTE.emotions.iter().find(|(emotion, _)| *emotion == name);
        known.map_or_else(|| self.series(name.len()), |(_, rgb)| self.foreground(*rgb))
    }

    /// The colour of a value between 0 and 1; without colours there is none, and characters of
    /// different darkness take its place.
    pub fn scale(self, scale: Scale, value: f32) -> Color {
        match self.colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => step(scale.ansi(), value),
            Colours::TwoFiftySix => Color::Indexed(step(scale.indexed(), value)),
            Colours::True => self.color(interpolate(scale.anchors(), share(value))),
        }
    }

    /// Text that can be read on [`Theme::scale`].
    pub fn ink(self, scale: Scale, value: f32) -> Color {
        let bright = match self.colours {
            Colours::None => return Color::Reset,
            Colours::Sixteen => !matches!(step(scale.ansi(), value), Color::Black | Color::Blue),
            Colours::TwoFiftySix => luminance(indexed_rgb(step(scale.indexed(), value))) > 0.36,
            Colours::True => luminance(interpolate(scale.anchors(), share(value))) > 0.36,
        };
        if bright { Color::Black } else { Color::White }
    }
}

#[cfg(test)]
mod tests {
    use super::nearest::distance;
    use super::*;

    #[test]
    fn scales_grow_brighter_all_the_way() {
        for scale in [Scale::Magma, Scale::Mako, Scale::Pitch] {
            let fine = (0..=100).map(|step| interpolate(scale.anchors(), step as f32 / 100.0));
            let steps = scale.indexed().iter().map(|index| indexed_rgb(*index));
            for colours in [fine.collect::<Vec<Rgb>>(), steps.collect()] {
                let values: Vec<f32> = colours.into_iter().map(luminance).collect();
                assert!(
                    values.windows(2).all(|pair| pair[0] <= pair[1] + 1e-6),
                    "{scale:?} {values:?}"
                );
            }
        }
        assert_eq!([0.0, 0.5, 1.0, f32::NAN].map(shade), [' ', '▒', '█', ' ']);
    }

    #[test]
    fn indexed_colours_are_the_nearest_of_all_240() {
        for r in (0..=255).step_by(15) {
            for g in (0..=255).step_by(15) {
                for b in (0..=255).step_by(15) {
                    let rgb = (r as u8, g as u8, b as u8);
                    let best = (16..=255).map(|index| distance(indexed_rgb(index), rgb)).min().unwrap();
                    assert_eq!(distance(indexed_rgb(nearest_indexed(rgb)), rgb), best, "{rgb:?}");
                }
            }
        }
    }

    #[test]
    fn without_colours_no_colour_is_ever_named() {
        let theme = Theme::new(Colours::None);
        for style in [
            theme.accent(),
            theme.bad(),
            theme.badge(),
            theme.tab(),
            theme.selected(),
            theme.emotion("sad"),
        ] {
            assert!(matches!(style.fg, None | Some(Color::Reset)) && matches!(style.bg, None | Some(Color::Reset)));
        }
        assert_eq!(theme.scale(Scale::Magma, 0.7), Color::Reset);
    }
}
