//! Every colour of the workbench, in one place.

/// Red, green, blue.
pub type Rgb = (u8, u8, u8);

/// Every colour of the workbench.
pub struct Palette {
    pub accent: Rgb,
    pub dim: Rgb,
    pub faint: Rgb,
    pub good: Rgb,
    pub warn: Rgb,
    pub bad: Rgb,
    pub selection: (Rgb, Rgb),
    pub bar: Rgb,
    /// Curves that lie over each other.
    pub series: [Rgb; 6],
    /// By emotion; others take the colour of their name's length.
    pub emotions: [(&'static str, Rgb); 9],
    /// Dark to bright, for spectrograms (after matplotlib's magma).
    pub magma: [Rgb; 9],
    /// Dark to bright, for counts (after seaborn's mako).
    pub mako: [Rgb; 7],
    /// Low to high, for spectral centroids: all bright enough to be read as characters.
    pub pitch: [Rgb; 5],
}

pub const PALETTE: Palette = Palette {
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
