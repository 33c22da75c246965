//! The forms in which a clip is seen and heard.

use super::{EngineError, Settings};
use crate::audio::Wave;
use crate::audio::augment::Augmentation;
use crate::features::prepare;
use crate::random::stream;
use serde::{Serialize, Serializer};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

const ORIGINAL: &str = "original";
const INPUT: &str = "input";

/// A form in which a clip is seen and heard.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Variant {
    /// As it was recorded.
    #[default]
    Original,
    /// What the model is given: after the recipe's wave steps.
    Input,
    /// Changed by one of the settings' augmentations, at its strongest.
    Augmented(String),
}

impl FromStr for Variant {
    type Err = Infallible;

    fn from_str(name: &str) -> Result<Self, Infallible> {
        Ok(match name {
            ORIGINAL => Self::Original,
            INPUT => Self::Input,
            name => Self::Augmented(name.to_owned()),
        })
    }
}

impl fmt::Display for Variant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Original => ORIGINAL,
            Self::Input => INPUT,
            Self::Augmented(name) => name,
        })
    }
}

impl Serialize for Variant {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// All that these settings have, in the order in which they are stepped through.
pub fn variants(settings: &Settings) -> Vec<Variant> {
    let changed = changes(settings).into_iter();
    [Variant::Original, Variant::Input]
        .into_iter()
        .chain(changed.map(|(name, _)| Variant::Augmented(name.to_owned())))
        .collect()
}

/// A clip in a form, and in words what was done to it (nothing for the original). The same settings always give
/// the same samples, so that what is seen is what is heard.
///
/// # Errors
/// A form that there is not, an impossible recipe, a folder of noises that has none.
pub fn form(settings: &Settings, wave: Wave, variant: &Variant) -> Result<(Wave, String), EngineError> {
    Ok(match variant {
        Variant::Original => (wave, String::new()),
        Variant::Input => {
            let (input, _) = prepare(&wave, settings.recipe()?)?;
            (input, format!("the model's input by {}", settings.recipe))
        }
        Variant::Augmented(name) => {
            let change = change(settings, name)?;
            let draw = &mut stream(settings.seed, "listen", 0);
            (change.apply(&wave, draw)?, change.label())
        }
    })
}

fn change(settings: &Settings, wanted: &str) -> Result<Augmentation, EngineError> {
    let changes = changes(settings);
    let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
    let known = names.join(", ");
    let found = changes.into_iter().find(|(name, _)| *name == wanted);
    found.map(|(_, change)| change).ok_or_else(|| {
        EngineError::Other(format!(
            "no variant of a clip is called {wanted}; there are {ORIGINAL}, {INPUT}, {known}"
        ))
    })
}

fn changes(settings: &Settings) -> Vec<(&'static str, Augmentation)> {
    settings.augmentation.wave.named()
}
