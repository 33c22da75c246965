//! Settings and presets.

use super::all;
use crate::engine::{self, ConfigRow};
use std::collections::BTreeMap;

document! {
    /// The resolved settings.
    Config(config: engine::Config) {
        /// One entry per value.
        settings: Vec<Setting> = all(&config.rows),
        /// What `device` may be set to on this machine.
        devices: Vec<String>,
    }

    /// One value of the settings.
    Setting(row: ConfigRow) {
        /// Dotted key (`training.batch_size`).
        key: String,
        /// The value as TOML.
        value: String,
        /// Where it came from (`default`, `workbench.toml:12`, `--set`).
        origin: String,
        /// What it means.
        comment: String,
    }

    /// The presets, by name.
    Presets(presets: [engine::Preset]) {
        /// One entry per preset.
        presets: Vec<Preset> = all(presets),
    }

    /// A preset: settings that belong together.
    Preset(preset: engine::Preset) {
        /// Its name.
        name: String,
        /// What it is.
        about: String,
        /// The preset that it builds on.
        extends: Option<String>,
        /// Dotted keys and their values as TOML, those of what it builds on included.
        values: BTreeMap<String, String>,
    }
}
