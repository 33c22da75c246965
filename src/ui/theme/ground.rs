//! What is behind the characters.

use super::palette::Rgb;

/// The ground that characters stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ground {
    /// Not known: what can be read on black and on white.
    #[default]
    Unknown,
    /// This colour.
    Known(Rgb),
}

impl Ground {
    /// Black.
    pub const DARK: Self = Self::Known((0, 0, 0));
    /// White.
    pub const LIGHT: Self = Self::Known((255, 255, 255));

    /// By COLORFGBG, which some terminals set: the number of the ground's colour comes last.
    pub fn of_variable(value: Option<&str>) -> Self {
        match value.and_then(|value| value.rsplit(';').next()?.parse().ok()) {
            Some(0..=6 | 8) => Self::DARK,
            Some(7 | 9..=15) => Self::LIGHT,
            _ => Self::Unknown,
        }
    }

    /// All that it may be.
    pub fn colours(&self) -> &[Rgb] {
        match self {
            Self::Unknown => &[(0, 0, 0), (255, 255, 255)],
            Self::Known(colour) => std::slice::from_ref(colour),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_says_dark_or_light() {
        for (value, ground) in [
            (Some("15;0"), Ground::DARK),
            (Some("0;15"), Ground::LIGHT),
            (Some("0;default;7"), Ground::LIGHT),
            (Some("15;default"), Ground::Unknown),
            (Some(""), Ground::Unknown),
            (None, Ground::Unknown),
        ] {
            assert_eq!(Ground::of_variable(value), ground, "{value:?}");
        }
    }
}
