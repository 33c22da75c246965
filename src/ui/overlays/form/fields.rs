//! Which fields the form has, filled in with the settings.

use super::Form;
use super::entry::{EVERYBODY, Entry, Input, Number, parse};
use crate::engine::{Config, Survey};
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use std::collections::BTreeMap;

impl Form {
    /// A form filled in with the settings; a setting that the engine does not name has no field.
    pub fn new(config: &Config, survey: Option<&Survey>) -> Self {
        let mut clips = BTreeMap::new();
        for clip in survey.iter().flat_map(|survey| survey.catalogue.clips.iter()) {
            let gender = clip.gender.map_or("unknown", |gender| gender.name());
            *clips.entry((clip.corpus.to_string(), gender.to_owned())).or_default() += 1;
        }
        let speakers = survey.is_none_or(|survey| !survey.statistics.speakers.is_empty());
        let mut form = Self {
            entries: Vec::new(),
            cursor: Cursor::default(),
            problem: None,
            waiting: false,
            copied: None,
            plan: None,
            planned: None,
            unplanned: false,
            lines: Vec::new(),
            clips,
        };
        let splits: &[&str] = if speakers { &["speaker", "random"] } else { &["random"] };
        form.choice(config, "model.name", "Model", &names(config, "model."));
        form.choice(config, "recipe", "Recipe", &names(config, "recipes."));
        form.choice(config, "split.kind", "Split", splits);
        form.number(config, "split.kfold", "Folds", Number::Whole(0));
        form.number(config, "training.epochs", "Epochs, at most", Number::Whole(1));
        form.number(config, "training.batch_size", "Batch size", Number::Whole(1));
        form.number(config, "training.learning_rate", "Learning rate", Number::Positive(1.0));
        form.number(
            config,
            "training.early_stopping.patience",
            "Early stopping",
            Number::Whole(0),
        );
        form.choice(
            config,
            "training.monitor",
            "Best epoch by",
            &["loss", "accuracy", "uar"],
        );
        form.choice(config, "training.class_weights", "Class weights", &["false", "true"]);
        form.choice(
            config,
            "augmentation.mode",
            "Augmentation",
            &["none", "on_the_fly", "materialised"],
        );
        form.corpora(config);
        form.choice(config, "filter.gender", "Gender", &[EVERYBODY, "female", "male"]);
        form.number(config, "seed", "Seed", Number::Whole(0));
        let devices: Vec<&str> = config.devices.iter().map(String::as_str).collect();
        form.choice(config, "device", "Device", &devices);
        form
    }

    fn add(
        &mut self,
        config: &Config,
        key: &'static str,
        label: &'static str,
        input: impl FnOnce(&toml::Value) -> Input,
    ) {
        let Some(row) = config.rows.iter().find(|row| row.key == key) else {
            return;
        };
        let Some(value) = parse(&row.value) else { return };
        let mut entry = Entry {
            key,
            label,
            input: input(&value),
            comment: row.comment.clone(),
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

    fn number(&mut self, config: &Config, key: &'static str, label: &'static str, number: Number) {
        self.add(config, key, label, |value| {
            Input::Number(Field::new(&value.to_string()), number)
        });
    }

    fn choice(&mut self, config: &Config, key: &'static str, label: &'static str, options: &[&str]) {
        self.add(config, key, label, |value| {
            let given = match value {
                toml::Value::String(word) => word.clone(),
                toml::Value::Array(words) => words
                    .first()
                    .and_then(toml::Value::as_str)
                    .unwrap_or(EVERYBODY)
                    .to_owned(),
                other => other.to_string(),
            };
            let mut options: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
            let lost = key == "split.kind";
            if !options.contains(&given) && !lost {
                options.push(given.clone());
            }
            let at = options.iter().position(|word| *word == given).unwrap_or(0);
            Input::Choice { options, at }
        });
    }

    fn corpora(&mut self, config: &Config) {
        let mut options: Vec<String> = self.clips.keys().map(|(corpus, _)| corpus.clone()).collect();
        options.dedup();
        if options.is_empty() {
            return;
        }
        self.add(config, "filter.corpus", "Corpora", |value| {
            let given: Vec<&str> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(toml::Value::as_str)
                .collect();
            let on = options
                .iter()
                .map(|corpus| given.is_empty() || given.contains(&corpus.as_str()))
                .collect();
            Input::Many { options, on, at: 0 }
        });
    }
}

/// Names of the tables below a part of the settings.
fn names<'a>(config: &'a Config, part: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for row in &config.rows {
        let rest = row.key.strip_prefix(part).and_then(|rest| rest.split_once('.'));
        if let Some((name, _)) = rest.filter(|(name, _)| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}
