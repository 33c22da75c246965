//! The forms in which a clip is drawn and played, by name.

use serde::{Serialize, Serializer};
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

const ORIGINAL: &str = "original";
const INPUT: &str = "input";

/// A form in which a clip is drawn and played.
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
