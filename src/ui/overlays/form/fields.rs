//! Which fields the form has, filled in with the settings.

use super::Form;
use super::entry::{EVERYBODY, Entry, Input, parse};
use super::purpose::{Purpose, spaces};
use crate::engine::{Config, ConfigRow, Kind, Provenance, Survey, split_columns};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use std::collections::{BTreeMap, BTreeSet};

/// What the clips offer to choose from.
struct Offered {
    /// Whether speakers are known.
    speakers: bool,
    /// Columns to split by.
    columns: Vec<String>,
    /// Parts of the split that the corpora bring.
    parts: Vec<String>,
}

impl Form {
    /// A form filled in with the settings; a setting that the engine does not name has no field.
    pub fn new(purpose: Purpose, config: &Config, survey: Option<&Survey>) -> Self {
        let mut clips = BTreeMap::new();
        for clip in survey.iter().flat_map(|survey| survey.catalogue.clips.iter()) {
            let gender = clip.gender.map_or("unknown", |gender| gender.name());
            *clips.entry((clip.corpus.to_string(), gender.to_owned())).or_default() += 1;
        }
        let clips_of = |survey: &Survey| survey.catalogue.clips.clone();
        let all = survey.map(clips_of).unwrap_or_default();
        let parts: BTreeSet<&str> = all.iter().filter_map(|clip| clip.given_split.as_deref()).collect();
        let offered = Offered {
            speakers: survey.is_none_or(|survey| !survey.statistics.speakers.is_empty()),
            columns: split_columns(&all),
            parts: parts.into_iter().map(str::to_owned).collect(),
        };
        let mut form = Self {
            purpose,
            spaces: spaces(purpose, config),
            taken: Vec::new(),
            entries: Vec::new(),
            cursor: Cursor::default(),
            problem: None,
            waiting: false,
            copied: None,
            plan: None,
            planned: None,
            unplanned: false,
            entered: false,
            warned: false,
            own: None,
            mistake: None,
            lines: Vec::new(),
            clips,
        };
        for (key, label) in purpose.fields() {
            form.add(config, key, label, &offered);
        }
        form
    }

    fn add(&mut self, config: &Config, key: &'static str, label: &'static str, offered: &Offered) {
        let Some(row) = config.rows.iter().find(|row| row.key == key) else {
            return;
        };
        let Some(value) = parse(&row.value) else { return };
        let Some(input) = self.input(row, &value, offered) else {
            return;
        };
        let marks = match &input {
            Input::Choice { options, .. } if key == "recipe" => marks(config, options),
            _ => Vec::new(),
        };
        let mut entry = Entry {
            key,
            label,
            input,
            setting: row.setting.clone(),
            marks,
            given: String::new(),
            pinned: false,
        };
        // Compared as the form writes it; a value that cannot be had any more counts as changed.
        entry.given = match (&entry.input, &value) {
            (Input::Choice { options, .. }, toml::Value::String(word)) if !options.contains(word) => row.value.clone(),
            _ => entry.toml(),
        };
        self.entries.push(entry);
    }

    /// What is entered, as the kind of the setting has it; none where there is nothing to choose from.
    fn input(&self, row: &ConfigRow, value: &toml::Value, offered: &Offered) -> Option<Input> {
        let choices = row.setting.choices.clone();
        match row.setting.kind {
            Kind::Integer | Kind::Number => Some(Input::Number(Field::new(&value.to_string()))),
            Kind::Boolean => Some(choice(
                ["false", "true"].map(str::to_owned).into(),
                &value.to_string(),
                true,
            )),
            Kind::Texts if row.key == "filter.corpus" => self.corpora(value),
            Kind::Texts => {
                let first = value.as_array().and_then(|words| words.first()?.as_str());
                let options = std::iter::once(EVERYBODY.to_owned()).chain(choices).collect();
                Some(choice(options, first.unwrap_or(EVERYBODY), true))
            }
            // What no clip can be dealt by is no choice, whatever the settings say.
            _ if row.key == "split.kind" && !offered.speakers => {
                let without = choices.into_iter().filter(|kind| kind != "speaker").collect();
                Some(choice(without, value.as_str()?, false))
            }
            _ if row.key == "split.column" => named(&offered.columns, value),
            _ if row.key == "split.test_part" => named(&offered.parts, value),
            Kind::Text if row.key == "tuning.study" => Some(Input::Text(Field::new(value.as_str()?))),
            _ => Some(choice(choices, value.as_str()?, true)),
        }
    }

    fn corpora(&self, value: &toml::Value) -> Option<Input> {
        let mut options: Vec<String> = self.clips.keys().map(|(corpus, _)| corpus.clone()).collect();
        options.dedup();
        let given: Vec<&str> = value.as_array()?.iter().filter_map(toml::Value::as_str).collect();
        let on = options
            .iter()
            .map(|corpus| given.is_empty() || given.contains(&corpus.as_str()))
            .collect();
        (!options.is_empty()).then_some(Input::Many { options, on, at: 0 })
    }
}

/// One of these names or none; no field where there are none.
fn named(names: &[String], value: &toml::Value) -> Option<Input> {
    let options = std::iter::once(String::new()).chain(names.iter().cloned()).collect();
    (!names.is_empty()).then_some(choice(options, value.as_str()?, true))
}

/// One of several words; what is set is one of them, unless it must not be.
fn choice(mut options: Vec<String>, given: &str, keep: bool) -> Input {
    if keep && !options.iter().any(|option| option == given) {
        options.push(given.to_owned());
    }
    let at = options.iter().position(|option| option == given).unwrap_or(0);
    Input::Choice { options, at }
}

/// Whose each recipe is, where it is one's own.
fn marks(config: &Config, recipes: &[String]) -> Vec<String> {
    let mark = |name: &String| match config.recipes.get(name) {
        None | Some(Provenance::Shipped) => String::new(),
        Some(own) => own.to_string(),
    };
    recipes.iter().map(mark).collect()
}
