//! Presets, and the settings of one.

use crate::cli::output::Output;
use crate::engine::Preset;
use crate::present::json;
use crate::present::table::Table;
use std::io;

/// One line per preset.
pub fn presets(output: Output, presets: &[Preset]) -> io::Result<()> {
    output.either(
        || json::Presets::from(presets),
        || {
            let mut table = Table::new(2, &["preset", "what it is"]);
            for preset in presets {
                table.row([preset.name.clone(), about(preset)]);
            }
            table.render()
        },
    )
}

/// As the settings file would have it.
pub fn preset(output: Output, preset: &Preset) -> io::Result<()> {
    output.either(
        || json::Preset::from(preset),
        || {
            let values = preset.values.iter().map(|(key, value)| format!("{key} = {value}\n"));
            format!("# {}\n{}", about(preset), values.collect::<String>())
        },
    )
}

/// What it is; what it builds on says what is `the same`.
fn about(preset: &Preset) -> String {
    match &preset.extends {
        Some(other) => format!("{} ({other})", preset.about),
        None => preset.about.clone(),
    }
}
