//! In which colours and characters the workbench is drawn: by the settings, the environment, and what the terminal answers.

use crate::engine::{CharacterChoice, GroundChoice, UiSettings};
use crate::ui::terminal::Locale;
use crate::ui::theme::{Colours, Ground, Rgb, Theme};
use std::ffi::OsString;

/// What is known so far, and what of it is settled.
#[derive(Debug)]
pub struct Appearance {
    settings: UiSettings,
    /// What the environment says of the characters.
    pub locale: Locale,
    /// The theme that follows.
    pub theme: Theme,
}

impl Appearance {
    /// Before the terminal has answered.
    pub fn new(settings: UiSettings, colours: Colours, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let locale = match settings.characters {
            CharacterChoice::Auto => Locale::detect(&variable),
            CharacterChoice::Unicode => Locale::Unicode,
            CharacterChoice::Ascii => Locale::Ascii,
        };
        let text = |name| variable(name).and_then(|value| value.into_string().ok());
        let ground = match settings.theme {
            GroundChoice::Dark => Ground::DARK,
            GroundChoice::Light => Ground::LIGHT,
            // Linux' own console answers nothing, and is black.
            GroundChoice::Auto if text("TERM").as_deref() == Some("linux") => Ground::DARK,
            GroundChoice::Auto => Ground::of_variable(text("COLORFGBG").as_deref()),
        };
        let ascii = locale == Locale::Ascii;
        Self {
            settings,
            locale,
            theme: Theme { colours, ground, ascii },
        }
    }

    /// The terminal says which colour its ground has.
    pub fn ground(&mut self, colour: Rgb) {
        if self.settings.theme == GroundChoice::Auto {
            self.theme.ground = Ground::Known(colour);
        }
    }

    /// The terminal shows that it writes UTF-8, or another charset.
    pub fn characters(&mut self, unicode: bool) {
        if self.settings.characters == CharacterChoice::Auto {
            self.theme.ascii = !unicode;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_before_answers_and_answers_before_the_environment() {
        let with = |theme, characters| {
            let settings = UiSettings {
                theme,
                characters,
                ..UiSettings::default()
            };
            Appearance::new(settings, Colours::True, |name| {
                (name == "COLORFGBG").then(|| "0;15".into())
            })
        };
        let mut auto = with(GroundChoice::Auto, CharacterChoice::Auto);
        assert_eq!((auto.theme.ground, auto.theme.ascii), (Ground::LIGHT, false));
        auto.ground((1, 2, 3));
        auto.characters(false);
        assert_eq!((auto.theme.ground, auto.theme.ascii), (Ground::Known((1, 2, 3)), true));
        let mut chosen = with(GroundChoice::Dark, CharacterChoice::Ascii);
        assert_eq!((chosen.theme.ground, chosen.theme.ascii), (Ground::DARK, true));
        chosen.ground((1, 2, 3));
        chosen.characters(true);
        assert_eq!((chosen.theme.ground, chosen.theme.ascii), (Ground::DARK, true));
    }
}
