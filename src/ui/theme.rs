//! Colours: one palette, and what the terminal can show of it.

use ratatui::style::{Color, Modifier, Style};

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

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Every colour of the workbench.
struct Palette {
    accent: Rgb,
    dim: Rgb,
    faint: Rgb,
    good: Rgb,
    warn: Rgb,
    bad: Rgb,
    selection: (Rgb, Rgb),
    bar: Rgb,
    /// Curves that lie over each other.
    series: [Rgb; 6],
    /// By emotion; others take the colour of their name's length.
    emotions: [(&'static str, Rgb); 9],
    /// Dark to bright, for spectrograms (after matplotlib's magma).
    magma: [Rgb; 9],
    /// Dark to bright, for counts (after seaborn's mako).
    mako: [Rgb; 7],
    /// Low to high, for spectral centroids: all bright enough to be read as characters.
    pitch: [Rgb; 5],
}

const PALETTE: Palette = Palette {
    accent: (86, 182, 194),
    dim: (128, 136, 148),
    faint: (84, 92, 104),
    good: (126, 184, 98),
    warn: (218, 165, 66),
    bad: (224, 96, 100),
    selection: ((240, 244, 248), (44, 68, 98)),
    bar: (92, 140, 186),
    series: [
        (86, 182, 194),
        (222, 150, 70),
        (176, 126, 214),
        (130, 186, 96),
        (224, 108, 138),
        (200, 184, 92),
    ],
    emotions: [
        ("neutral", (150, 158, 170)),
        ("calm", (92, 186, 170)),
        ("happy", (224, 190, 78)),
        ("sad", (94, 140, 212)),
        ("angry", (222, 88, 84)),
        ("fearful", (170, 122, 212)),
        ("disgust", (124, 172, 82)),
        ("surprised", (232, 146, 78)),
        ("boredom", (164, 140, 116)),
    ],
    magma: [
        (0, 0, 4),
        (28, 16, 68),
        (79, 18, 123),
        (129, 37, 129),
        (181, 54, 122),
        (229, 80, 100),
        (251, 135, 97),
        (254, 194, 135),
        (252, 253, 191),
    ],
    mako: [
        (22, 24, 38),
        (44, 46, 84),
        (52, 82, 136),
        (50, 122, 158),
        (62, 164, 168),
        (132, 204, 172),
        (222, 245, 229),
    ],
    pitch: [
        (88, 110, 196),
        (62, 150, 186),
        (80, 184, 140),
        (178, 200, 88),
        (246, 214, 92),
    ],
};

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
    /// Deserves a look.
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

    /// The colour of a value between 0 and 1; without colours there is none (see [`shade`]).
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

impl Scale {
    fn anchors(self) -> &'static [Rgb] {
        match self {
            Self::Magma => &PALETTE.magma,
            Self::Mako => &PALETTE.mako,
            Self::Pitch => &PALETTE.pitch,
        }
    }

    /// Steps of xterm's 256 colours, chosen so that hue and brightness change together; the nearest
    /// colours of the anchors would jump.
    fn indexed(self) -> &'static [u8] {
        match self {
            Self::Magma => &[16, 17, 53, 54, 90, 126, 162, 168, 203, 209, 215, 222, 229, 230],
            Self::Mako => &[16, 17, 23, 24, 31, 37, 79, 115, 158, 195],
            Self::Pitch => &[68, 74, 79, 114, 149, 185, 221],
        }
    }

    fn ansi(self) -> &'static [Color] {
        use Color::{Black, Blue, Cyan, Green, LightBlue, LightCyan, LightRed, LightYellow, Magenta, White, Yellow};
        match self {
            Self::Magma => &[Black, Blue, Magenta, LightRed, Yellow, LightYellow, White],
            Self::Mako => &[Black, Blue, Cyan, LightCyan, White],
            Self::Pitch => &[LightBlue, Cyan, Green, Yellow, LightYellow],
        }
    }
}

/// The value between 0 and 1; what is no number is 0.
fn share(value: f32) -> f32 {
    if value.is_nan() { 0.0 } else { value.clamp(0.0, 1.0) }
}

/// The step of a value between 0 and 1.
fn step<T: Copy>(steps: &[T], value: f32) -> T {
    let index = (share(value) * steps.len() as f32) as usize;
    steps[index.min(steps.len() - 1)]
}

/// A character that is the darker the higher the value between 0 and 1.
pub fn shade(value: f32) -> char {
    step(&[' ', '░', '▒', '▓', '█'], value)
}

fn interpolate(anchors: &[Rgb], value: f32) -> Rgb {
    let position = value * (anchors.len() - 1) as f32;
    let index = (position as usize).min(anchors.len() - 2);
    let share = position - index as f32;
    let (from, to) = (anchors[index], anchors[index + 1]);
    let mix = |from: u8, to: u8| (f32::from(from) + share * (f32::from(to) - f32::from(from))).round() as u8;
    (mix(from.0, to.0), mix(from.1, to.1), mix(from.2, to.2))
}

/// Perceived brightness from 0 to 1 (Rec. 709 weights on gamma-expanded channels).
fn luminance(rgb: Rgb) -> f32 {
    let linear = |channel: u8| (f32::from(channel) / 255.0).powf(2.2);
    0.2126 * linear(rgb.0) + 0.7152 * linear(rgb.1) + 0.0722 * linear(rgb.2)
}

fn distance(a: Rgb, b: Rgb) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(a.0, b.0) + square(a.1, b.1) + square(a.2, b.2)
}

/// Index of the nearest colour in xterm's 6 x 6 x 6 cube or its 24 greys.
fn nearest_indexed(rgb: Rgb) -> u8 {
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
fn indexed_rgb(index: u8) -> Rgb {
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    match index {
        232.. => (8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)),
        _ => {
            let cube = index.saturating_sub(16);
            (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
        }
    }
}

/// The nearest of the sixteen, by values such as terminals give them; a colour never becomes a grey.
fn nearest_ansi(rgb: Rgb) -> Color {
    const GREYS: [(Color, Rgb); 2] = [(Color::Gray, (180, 180, 180)), (Color::DarkGray, (102, 102, 102))];
    const COLOURS: [(Color, Rgb); 12] = [
        (Color::Red, (190, 50, 50)),
        (Color::Green, (100, 170, 80)),
        (Color::Yellow, (200, 150, 50)),
        (Color::Blue, (50, 90, 200)),
        (Color::Magenta, (170, 80, 190)),
        (Color::Cyan, (60, 170, 190)),
        (Color::LightRed, (240, 80, 80)),
        (Color::LightGreen, (110, 220, 120)),
        (Color::LightYellow, (240, 210, 90)),
        (Color::LightBlue, (80, 140, 230)),
        (Color::LightMagenta, (220, 120, 220)),
        (Color::LightCyan, (100, 220, 230)),
    ];
    let vivid = rgb.0.max(rgb.1).max(rgb.2) - rgb.0.min(rgb.1).min(rgb.2) > 40;
    let candidates: &[(Color, Rgb)] = if vivid { &COLOURS } else { &GREYS };
    let nearest = candidates.iter().min_by_key(|(_, value)| distance(*value, rgb));
    nearest.map_or(Color::Reset, |(color, _)| *color)
}

#[cfg(test)]
mod tests {
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
