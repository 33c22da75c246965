//! Whose a preset or a recipe is: settings files hold copies of shipped ones, and what is one's own wins.

use serde::Serialize;

/// Whose a preset or a recipe is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// It ships.
    #[strum(to_string = "shipped")]
    Shipped,
    /// The user's, of a name that no shipped one has.
    #[strum(to_string = "own")]
    Own,
    /// The user's, of a shipped one's name and with its settings.
    #[strum(to_string = "own copy of a shipped one (same)")]
    SameCopy,
    /// The user's, of a shipped one's name and with other settings.
    #[strum(to_string = "own copy of a shipped one (differs)")]
    ChangedCopy,
}

impl Provenance {
    /// Whose it is, by what the user wrote and what ships.
    pub(super) fn of<T: PartialEq>(own: Option<&T>, shipped: Option<&T>) -> Self {
        match (own, shipped) {
            (None, _) => Self::Shipped,
            (Some(_), None) => Self::Own,
            (Some(own), Some(shipped)) if own == shipped => Self::SameCopy,
            (Some(_), Some(_)) => Self::ChangedCopy,
        }
    }
}
