//! The settings that ship, for tests.

use super::ModelSettings;
use super::architectures::shipped;

/// `[model]` of the shipped `workbench.toml`, with another architecture chosen.
pub fn settings(name: &str) -> ModelSettings {
    let mut settings: ModelSettings = shipped().try_into().unwrap();
    settings.name = name.to_owned();
    settings
}
