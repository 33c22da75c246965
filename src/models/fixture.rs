//! The settings that ship, for tests.

use super::ModelSettings;

/// `[model]` of the shipped `workbench.toml`, with another architecture chosen.
pub fn settings(name: &str) -> ModelSettings {
    let file: toml::Table = include_str!("../../workbench.toml").parse().unwrap();
    let mut settings: ModelSettings = file["model"].clone().try_into().unwrap();
    settings.name = name.to_owned();
    settings
}
