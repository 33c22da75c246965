//! Presets, and the settings of one.

use crate::cli::output::Output;
use crate::engine::{Preset, Provenance};
use crate::present::json;
use crate::present::table::Table;
use std::io;

/// One line per preset.
pub fn presets(output: Output, presets: &[Preset]) -> io::Result<()> {
    output.either(
        || json::Presets::from(presets),
        || {
            let mut table = Table::new(3, &["preset", "whose", "what it is"]);
            for preset in presets {
                table.row([preset.name.clone(), preset.provenance.to_string(), about(preset)]);
            }
            table.render()
        },
    )
}

/// The settings that it stands for, as the settings file would have them, and below them how it is written.
pub fn preset(output: Output, preset: &Preset) -> io::Result<()> {
    output.either(
        || json::Preset::from(preset),
        || {
            let values = preset.values.iter().map(|(key, value)| format!("{key} = {value}\n"));
            let place = match preset.provenance {
                Provenance::Shipped => String::new(),
                _ => format!(", {}", preset.origin),
            };
            let written = preset
                .text
                .lines()
                .map(|line| format!("# {line}").trim_end().to_owned() + "\n");
            format!(
                "# {}: {} ({}{place})\n{}\n# As it is written:\n{}",
                preset.name,
                about(preset),
                preset.provenance,
                values.collect::<String>(),
                written.collect::<String>()
            )
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
