//! The resolved settings as rows: key, value, origin, and what the key means.

use super::{DEFAULTS, Settings};
use crate::engine::{Config, ConfigRow};
use crate::models::device_choices;
use crate::tuning::space_table::is_parameter;
use std::collections::BTreeMap;

/// What stands beside a recipe's keys that the shipped file has no use for.
const IMPORTED: &str = "Features made elsewhere; `undertone features --import` writes this.";

/// One row per value, in the order of the shipped file, other keys (a user's own recipes) last.
pub fn rows(settings: &Settings) -> Config {
    let meanings = meanings(DEFAULTS);
    let mut rows = Vec::new();
    if let Ok(table) = toml::Table::try_from(settings) {
        flatten(&table, "", &mut |key, value| {
            let origin = settings
                .origins
                .get(&key)
                .map_or_else(|| "default".to_owned(), ToString::to_string);
            let comment = meanings
                .get(&meaning_key(&key))
                .or_else(|| meanings.get(&meaning_key(searched_setting(&key)?)))
                .map(|(_, text)| text.clone())
                .unwrap_or_else(|| if key.starts_with("recipes.") { IMPORTED } else { "" }.to_owned());
            rows.push(ConfigRow {
                value: value.to_string(),
                origin,
                comment,
                key,
            });
        });
    }
    let place = |row: &ConfigRow| meanings.get(&row.key).map_or(usize::MAX, |(place, _)| *place);
    rows.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key)));
    Config {
        rows,
        devices: device_choices(),
    }
}

/// A user's own recipe means what the shipped one means.
fn meaning_key(key: &str) -> String {
    match key.strip_prefix("recipes.").and_then(|rest| rest.split_once('.')) {
        Some((_, field)) => format!("recipes.mfcc_zcr_rms.{field}"),
        None => key.to_owned(),
    }
}

/// The setting that a parameter of a search space stands for.
fn searched_setting(key: &str) -> Option<&str> {
    let (_, name) = key.strip_prefix("tuning.space.")?.split_once('.')?;
    let place = name.rsplit_once('.').filter(|(_, last)| last.parse::<usize>().is_ok());
    Some(place.map_or(name, |(list, _)| list))
}

fn flatten(table: &toml::Table, path: &str, row: &mut impl FnMut(String, &toml::Value)) {
    for (name, value) in table {
        let key = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        match value {
            // Nothing else of such a recipe matters.
            toml::Value::Table(inner) if path == "recipes" && inner.contains_key("import") => {
                flatten(&only_import(inner), &key, row);
            }
            toml::Value::Table(inner) if !inner.is_empty() && key != "labels.map" && !is_parameter(inner) => {
                flatten(inner, &key, row)
            }
            _ => row(key, value),
        }
    }
}

fn only_import(recipe: &toml::Table) -> toml::Table {
    let import = recipe.get_key_value("import");
    import
        .map(|(key, value)| (key.clone(), value.clone()))
        .into_iter()
        .collect()
}

/// The comment above every key of the shipped file, with the key's place in it.
fn meanings(text: &str) -> BTreeMap<String, (usize, String)> {
    let mut found = BTreeMap::new();
    let mut table = String::new();
    let mut comment = Vec::new();
    for (place, line) in text.lines().enumerate() {
        if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = format!("{name}.");
            comment.clear();
        } else if let Some((name, _)) = line.split_once(" = ") {
            found.insert(format!("{table}{name}"), (place, comment.join(" ")));
            comment.clear();
        } else {
            comment.clear();
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;

    #[test]
    fn every_value_has_a_meaning_and_a_place() {
        let settings = load_settings(None, &[("training.epochs".into(), "3".into())]).unwrap();
        let config = rows(&settings);
        for row in &config.rows {
            assert!(!row.comment.is_empty(), "{} has no comment in workbench.toml", row.key);
        }
        let epochs = config.rows.iter().find(|row| row.key == "training.epochs").unwrap();
        assert_eq!((epochs.value.as_str(), epochs.origin.as_str()), ("3", "--set"));
    }
}
