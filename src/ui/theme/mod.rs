//! Colours: one palette, and what the terminal can show of it.

pub mod ascii;
mod contrast;
mod ground;
mod nearest;
mod palette;
mod scale;

use contrast::{ENOUGH, TEXT, contrast, least, luminance, readable};
pub use ground::Ground;
use nearest::{ansi_rgb, indexed_rgb, nearest_ansi, nearest_indexed};
use palette::PALETTE;
pub use palette::Rgb;
use ratatui::style::{Color, Modifier, Style};
pub use scale::{Scale, shade};
use scale::{interpolate, share, step};

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// What the terminal has.
    pub colours: Colours,
    /// What is behind the characters.
    pub ground: Ground,
    /// Whether the terminal has no characters but those of ASCII.
    pub ascii: bool,
}

impl Theme {
    /// The palette for so many colours, on black, with all characters.
    pub fn new(colours: Colours) -> Self {
        Self {
            colours,
            ground: Ground::DARK,
            ascii: false,
        }
    }

    /// The nearest colour that the terminal has.
    pub fn color(self, rgb: Rgb) -> Color {
        match self.colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => nearest_ansi(rgb, |_| true),
            Colours::TwoFiftySix => Color::Indexed(nearest_indexed(rgb)),
            Colours::True => Color::Rgb(rgb.0, rgb.1, rgb.2),
        }
    }

    /// The colour of characters on the ground that there is, with this contrast to it.
    fn written(self, rgb: Rgb, ratio: f32) -> Color {
        let grounds = self.ground.colours();
        // No colour has more than that to black and white at once.
        let ratio = if grounds.len() > 1 { ENOUGH } else { ratio };
        match self.colours {
            Colours::None => Color::Reset,
            Colours::Sixteen => nearest_ansi(rgb, |xterm| least(xterm, grounds) >= ENOUGH),
            Colours::True => self.color(readable(rgb, grounds, ratio)),
            Colours::TwoFiftySix => {
                // The nearest may be too faint: then that of a stronger one.
                let stronger = [1.0, 1.1, 1.25, 1.5, 2.0].map(|factor| {
                    let wanted = readable(rgb, grounds, ratio * factor);
                    nearest_indexed(wanted)
                });
                let enough = |index: &u8| least(indexed_rgb(*index), grounds) >= ENOUGH;
                stronger.into_iter().find(enough).map_or(Color::Reset, Color::Indexed)
            }
        }
    }

    fn foreground(self, rgb: Rgb) -> Style {
        Style::new().fg(self.written(rgb, TEXT))
    }

    /// A word on a colour, black or white, whichever can be read.
    fn on(self, rgb: Rgb) -> Style {
        let paper = self.written(rgb, TEXT);
        let seen = match paper {
            Color::Rgb(red, green, blue) => Some((red, green, blue)),
            Color::Indexed(index) => Some(indexed_rgb(index)),
            color => ansi_rgb(color),
        };
        let black = seen.is_none_or(|seen| contrast(seen, (0, 0, 0)) >= contrast(seen, (255, 255, 255)));
        let ink = if black { Color::Black } else { Color::White };
        Style::new().fg(ink).bg(paper).add_modifier(Modifier::BOLD)
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
            _ => Style::new().fg(self.written(PALETTE.faint, ENOUGH)),
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
            _ => self.on(PALETTE.warn),
        }
    }
    /// The tab in front.
    pub fn tab(self) -> Style {
        match self.colours {
            Colours::None => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
            _ => self.on(PALETTE.accent),
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
            _ => Style::new().fg(self.written(interpolate(&[PALETTE.faint, rgb], 0.4), ENOUGH)),
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

    /// The same for characters of that colour on the ground that there is.
    pub fn scale_written(self, scale: Scale, value: f32) -> Color {
        match self.colours {
            Colours::Sixteen => match self.scale(scale, value) {
                color if ansi_rgb(color).is_some_and(|xterm| least(xterm, self.ground.colours()) >= ENOUGH) => color,
                _ => Color::Reset,
            },
            _ => self.written(interpolate(scale.anchors(), share(value)), ENOUGH),
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

    /// What a colour looks like; those of a terminal's own text are seen on its ground.
    fn seen(style: Style) -> Option<Rgb> {
        match style.fg? {
            Color::Rgb(red, green, blue) => Some((red, green, blue)),
            Color::Indexed(index) => Some(indexed_rgb(index)),
            color => ansi_rgb(color),
        }
    }

    fn written(theme: Theme) -> Vec<(String, Style)> {
        let named = |name: &str, style| (name.to_owned(), style);
        let mut styles = vec![
            named("dim", theme.dim()),
            named("faint", theme.faint()),
            named("accent", theme.accent()),
            named("good", theme.good()),
            named("warn", theme.warn()),
            named("bad", theme.bad()),
            named("bar", theme.bar()),
        ];
        styles.extend((0..PALETTE.series.len()).map(|index| (format!("series {index}"), theme.series(index))));
        styles.extend((0..PALETTE.series.len()).map(|index| (format!("behind {index}"), theme.series_dim(index))));
        styles.extend(
            PALETTE
                .emotions
                .iter()
                .map(|(name, _)| named(name, theme.emotion(name))),
        );
        styles.extend((0..=10).map(|step| {
            let color = theme.scale_written(Scale::Pitch, step as f32 / 10.0);
            (format!("pitch {step}"), Style::new().fg(color))
        }));
        styles
    }

    /// The grounds of common colour schemes: black, xterm's white, Solarized's and Gruvbox's both, VS Code's, a middle grey.
    const GROUNDS: [Rgb; 9] = [
        (0, 0, 0),
        (255, 255, 255),
        (0, 43, 54),
        (253, 246, 227),
        (40, 40, 40),
        (251, 241, 199),
        (30, 30, 30),
        (48, 10, 36),
        (128, 128, 128),
    ];

    #[test]
    fn whatever_is_written_can_be_read_on_its_ground() {
        let grounds = GROUNDS.map(Ground::Known).into_iter().chain([Ground::Unknown]);
        for ground in grounds {
            for colours in [Colours::Sixteen, Colours::TwoFiftySix, Colours::True] {
                let theme = Theme {
                    ground,
                    ..Theme::new(colours)
                };
                for (name, style) in written(theme) {
                    let ratio = seen(style).map_or(21.0, |rgb| least(rgb, ground.colours()));
                    assert!(
                        ratio >= ENOUGH,
                        "{name} on {ground:?} in {colours:?}: {style:?} has {ratio:.2}"
                    );
                }
                for (name, style) in [("badge", theme.badge()), ("tab", theme.tab())] {
                    let paper = Style::new().fg(style.bg.unwrap());
                    let ratio = seen(paper)
                        .zip(seen(style))
                        .map_or(21.0, |(paper, ink)| contrast(paper, ink));
                    assert!(
                        ratio >= ENOUGH,
                        "{name} on {ground:?} in {colours:?}: {style:?} has {ratio:.2}"
                    );
                }
            }
        }
    }

    #[test]
    fn colours_stay_what_they_are_where_they_can_be_read() {
        let theme = Theme::new(Colours::True);
        for (name, (red, green, blue)) in PALETTE.emotions {
            assert_eq!(theme.emotion(name).fg, Some(Color::Rgb(red, green, blue)), "{name}");
        }
        let sixteen = |ground| Theme {
            ground,
            ..Theme::new(Colours::Sixteen)
        };
        assert_eq!(sixteen(Ground::DARK).emotion("neutral").fg, Some(Color::Gray));
        assert_eq!(sixteen(Ground::LIGHT).emotion("neutral").fg, Some(Color::DarkGray));
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
