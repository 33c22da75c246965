//! `[notify]`.

use serde::{Deserialize, Serialize};

/// Who is told when something ends.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotifySettings {
    /// What the shell runs when a run, all folds of a cross-validation or a study end; empty for nothing.
    pub command: String,
}
