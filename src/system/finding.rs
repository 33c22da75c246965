//! One thing that was looked at.

use serde::Serialize;

/// How a thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// Nothing to do.
    Good,
    /// It works, but something is worth knowing.
    Note,
    /// Something is lacking.
    Lack,
}

/// One thing that was looked at, and the remedy where something lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at (`terminal`, `processor`, `disk`, ...).
    pub topic: &'static str,
    /// How it stands.
    pub health: Health,
    /// What was found.
    pub found: String,
    /// What would help; empty when nothing needs to.
    pub remedy: String,
}

impl Finding {
    /// Nothing to do.
    pub fn good(topic: &'static str, found: impl Into<String>) -> Self {
        Self {
            topic,
            health: Health::Good,
            found: found.into(),
            remedy: String::new(),
        }
    }

    /// It works, and this is worth knowing.
    pub fn note(topic: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            topic,
            health: Health::Note,
            found: found.into(),
            remedy: remedy.into(),
        }
    }

    /// Something is lacking, and this would help.
    pub fn lack(topic: &'static str, found: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self {
            topic,
            health: Health::Lack,
            found: found.into(),
            remedy: remedy.into(),
        }
    }
}
