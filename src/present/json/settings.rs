//! Settings and presets.

use super::all;
use crate::engine::{self, ConfigRow, Kind, Provenance, Range, TidyRow};
use std::collections::BTreeMap;
use std::path::PathBuf;

document! {
    /// The resolved settings.
    Config(config: engine::Config) {
        /// One entry per value.
        settings: Vec<Setting> = all(&config.rows),
        /// Whose each recipe is.
        recipes: BTreeMap<String, Provenance>,
        /// The presets.
        presets: Vec<Preset> = all(&config.presets),
    }

    /// One value of the settings.
    Setting(row: ConfigRow) {
        /// Dotted key (`training.batch_size`).
        key: String,
        /// The value as TOML.
        value: String,
        /// Where it came from (`default`, `workbench.toml:12`, `--set`).
        origin: String,
        /// The type of its value.
        r#type: Kind = row.setting.kind,
        /// What it may be, or each value of a list; empty where that is not one of a few words.
        choices: Vec<String> = row.setting.choices.clone(),
        /// Between which ends a number lies.
        range: Option<Range> = row.setting.range,
        /// What a number counts (`Hz`, `frames`); empty where it has no unit.
        unit: String = row.setting.unit.to_owned(),
        /// What it means.
        help: String = row.setting.help.clone(),
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
        /// Whose it is.
        provenance: Provenance,
        /// Where it is written (`workbench.toml:12`); `default` for one that ships.
        origin: String,
        /// As it is written there.
        text: String,
    }

    /// What goes from the settings file because it equals the defaults, or has gone.
    Tidying(tidying: engine::Tidying) {
        /// The settings file.
        file: PathBuf,
        /// What goes.
        removed: Vec<Removed> = all(&tidying.removed),
        /// The file without that.
        text: String,
        /// The copy of the file as it was; only when it has been written.
        kept: Option<PathBuf>,
    }

    /// Lines of the settings file that change, or have changed.
    SettingsEdit(edit: engine::SettingsEdit) {
        /// The settings file.
        file: PathBuf,
        /// Lines that change, in the order of the file.
        lines: Vec<ChangedLine> = all(&edit.lines),
        /// Keys that `--set` sets over the file.
        overridden: Vec<String>,
        /// Whether the file was written.
        written: bool,
    }

    /// A line of a file that goes, comes, or is replaced.
    ChangedLine(changed: engine::ChangedLine) {
        /// Its number, from 1.
        line: usize,
        /// As it was.
        before: Option<String>,
        /// As it is then.
        after: Option<String>,
    }

    /// A setting that equals its default.
    Removed(row: TidyRow) {
        /// Dotted key.
        key: String,
        /// The value as TOML.
        value: String,
        /// Its line in the file, from 1.
        line: usize,
    }
}
