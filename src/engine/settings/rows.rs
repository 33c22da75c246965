//! The resolved settings as rows: key, value, origin, and what the key is.

use super::layers::{FREE_TABLES, Layers, model_recipe};
use super::parse::dotted;
use super::shipped::{Shipped, shipped};
use super::{Setting, Settings, table};
use crate::engine::{Config, ConfigRow};
use crate::tuning::space_table::is_parameter;
use std::collections::BTreeMap;

/// What stands beside a recipe's keys that the shipped file has no use for.
const IMPORTED: &str = "Features made elsewhere; `undertone features --import` writes this.";

/// One row per value, in the order of the shipped files, other keys (a user's own recipes) last.
pub fn rows(settings: &Settings) -> Config {
    let meanings = meanings(&shipped());
    let defaults = Layers::defaults().unwrap_or_default();
    let mut rows = Vec::new();
    if let Ok(table) = toml::Table::try_from(settings) {
        flatten(&table, "", &mut |key, value| {
            let origin = settings
                .origins
                .get(&key)
                .map_or_else(|| "default".to_owned(), ToString::to_string);
            let mut help = meanings
                .get(&meaning_key(&key))
                .or_else(|| meanings.get(&meaning_key(searched_setting(&key)?)))
                .map(|(_, text)| text.clone())
                .unwrap_or_else(|| if key.starts_with("recipes.") { IMPORTED } else { "" }.to_owned());
            if key == "corpora" {
                help.push_str(&format!(" Layouts: {}.", table::choices("corpora.layout").join(", ")));
            }
            let default = defaults.lookup(&meaning_key(&key)).unwrap_or(value);
            let mut setting = Setting::of(&key, default, help);
            setting.choices.extend(names(settings, &key));
            rows.push(ConfigRow {
                value: value.to_string(),
                origin,
                setting,
                key,
            });
        });
    }
    let place = |row: &ConfigRow| meanings.get(&row.key).map_or(usize::MAX, |(place, _)| *place);
    rows.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.key.cmp(&b.key)));
    Config {
        rows,
        recipes: settings.source.recipes.clone(),
        presets: settings.source.presets.clone(),
    }
}

/// The names that the settings themselves give.
fn names(settings: &Settings, key: &str) -> Vec<String> {
    match key {
        "recipe" => settings.recipes.keys().cloned().collect(),
        "preset" => {
            let presets = settings.source.presets.iter().map(|preset| preset.name.clone());
            std::iter::once(String::new()).chain(presets).collect()
        }
        _ => Vec::new(),
    }
}

/// A user's own recipe means what the shipped one means.
fn meaning_key(key: &str) -> String {
    match key.strip_prefix("recipes.").and_then(|rest| rest.split_once('.')) {
        Some((_, field)) => format!("recipes.{}.{field}", model_recipe(field)),
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
        let key = dotted(path, name);
        match value {
            // Nothing else of such a recipe matters.
            toml::Value::Table(inner) if path == "recipes" && inner.contains_key("import") => {
                flatten(&only_import(inner), &key, row);
            }
            toml::Value::Table(inner)
                if !inner.is_empty() && !FREE_TABLES.contains(&key.as_str()) && !is_parameter(inner) =>
            {
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

/// The comment above every key of the shipped files, with the key's place in them.
fn meanings(files: &[Shipped]) -> BTreeMap<String, (usize, String)> {
    let mut found = BTreeMap::new();
    let (mut table, mut comment) = (String::new(), Vec::new());
    let lines = files
        .iter()
        .flat_map(|file| file.text.lines().map(move |line| (file, line)));
    let mut file_before = None;
    for (place, (file, line)) in lines.enumerate() {
        if file_before.replace(&file.table) != Some(&file.table) {
            table = file.table.clone();
            comment.clear();
        }
        if let Some(words) = line.strip_prefix('#') {
            comment.push(words.trim());
        } else if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            table = dotted(&file.table, name);
            comment.clear();
        } else if let Some((name, _)) = line.split_once(" = ") {
            found.insert(dotted(&table, name), (place, comment.join(" ")));
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
            assert!(
                !row.setting.help.is_empty(),
                "{} has no comment where it ships",
                row.key
            );
        }
        let epochs = config.rows.iter().find(|row| row.key == "training.epochs").unwrap();
        assert_eq!((epochs.value.as_str(), epochs.origin.as_str()), ("3", "--set"));
    }
}
