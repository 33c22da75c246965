//! One field of the form of a new run: what can be entered, whether it is right, and how it is written as TOML.

use crate::engine::{Kind, Setting};
use crate::ui::widgets::field::Field;

/// What is entered into a field.
#[derive(Debug, Clone)]
pub enum Input {
    /// A number.
    Number(Field),
    /// A name.
    Text(Field),
    /// One of several words.
    Choice {
        /// The words.
        options: Vec<String>,
        /// The chosen one.
        at: usize,
    },
    /// Any of several words; all and none let everything pass.
    Many {
        /// The words.
        options: Vec<String>,
        /// Which are chosen.
        on: Vec<bool>,
        /// The one under the cursor.
        at: usize,
    },
}

/// One field.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Dotted key of the setting.
    pub key: &'static str,
    /// In words.
    pub label: &'static str,
    /// What is entered.
    pub input: Input,
    /// What the setting is.
    pub setting: Setting,
    /// Whose each option is, where they are not all ours.
    pub marks: Vec<String>,
    /// Whether it is sent whatever it is.
    pub pinned: bool,
    /// The value as TOML when the form was opened.
    pub given: String,
}

/// The word for a gender filter that lets everybody pass.
pub const EVERYBODY: &str = "all";

impl Entry {
    /// The value as TOML.
    pub fn toml(&self) -> String {
        let list = |words: Vec<&String>| {
            let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
            format!("[{}]", quoted.join(", "))
        };
        match &self.input {
            Input::Number(field) => field.text().trim().to_owned(),
            Input::Text(field) => quoted(field.text().trim()),
            Input::Choice { options, at } => match options.get(*at).map(String::as_str) {
                Some(word @ ("true" | "false")) => word.to_owned(),
                Some(EVERYBODY) => "[]".to_owned(),
                Some(word) if self.setting.kind == Kind::Texts => format!("[{}]", quoted(word)),
                word => quoted(word.unwrap_or_default()),
            },
            Input::Many { options, on, .. } => {
                let chosen: Vec<&String> = options
                    .iter()
                    .zip(on)
                    .filter(|(_, on)| **on)
                    .map(|(word, _)| word)
                    .collect();
                if chosen.len() == options.len() {
                    list(Vec::new())
                } else {
                    list(chosen)
                }
            }
        }
    }

    /// Takes a value, as TOML or a bare word; false where the field cannot show it.
    pub fn set(&mut self, value: &str) -> bool {
        let value = parse(value).unwrap_or_else(|| toml::Value::String(value.to_owned()));
        let words = |value: &toml::Value| -> Option<Vec<String>> {
            value
                .as_array()?
                .iter()
                .map(|word| word.as_str().map(str::to_owned))
                .collect()
        };
        match &mut self.input {
            Input::Number(field) if value.is_integer() || value.is_float() => {
                *field = Field::new(&value.to_string());
            }
            Input::Text(field) if value.is_str() => *field = Field::new(value.as_str().unwrap_or_default()),
            Input::Choice { options, at } => {
                let word = match (&value, words(&value)) {
                    (toml::Value::String(word), _) => word.clone(),
                    (toml::Value::Boolean(on), _) => on.to_string(),
                    (_, Some(words)) if words.is_empty() => EVERYBODY.to_owned(),
                    (_, Some(words)) if words.len() == 1 => words[0].clone(),
                    _ => return false,
                };
                let Some(place) = options.iter().position(|option| *option == word) else {
                    return false;
                };
                *at = place;
            }
            Input::Many { options, on, .. } => {
                let Some(words) = words(&value).filter(|words| words.iter().all(|word| options.contains(word))) else {
                    return false;
                };
                *on = options
                    .iter()
                    .map(|option| words.is_empty() || words.contains(option))
                    .collect();
            }
            Input::Number(..) | Input::Text(..) => return false,
        }
        true
    }

    /// Takes a value from elsewhere, a preset or a run. Set back by hand to what the settings say, it must still be sent:
    /// where it comes from says otherwise.
    pub fn fill(&mut self, value: &str) -> bool {
        let taken = self.set(value);
        self.pinned |= taken && self.changed();
        taken
    }

    /// Whether it differs from what it was.
    pub fn changed(&self) -> bool {
        self.pinned || self.toml() != self.given
    }

    /// Whose the chosen option is.
    pub fn mark(&self) -> &str {
        match &self.input {
            Input::Choice { at, .. } => self.marks.get(*at).map_or("", String::as_str),
            _ => "",
        }
    }

    /// What is wrong with it.
    pub fn problem(&self) -> Option<String> {
        match &self.input {
            Input::Number(field) => {
                let refusal = self.setting.refusal(field.text().trim())?;
                Some(format!("{} {refusal}", self.label))
            }
            Input::Text(field) if field.text().trim().is_empty() => Some(format!("{} is empty; type one", self.label)),
            _ => None,
        }
    }

    /// The field that is typed in.
    pub fn field(&mut self) -> Option<&mut Field> {
        match &mut self.input {
            Input::Number(field) | Input::Text(field) => Some(field),
            Input::Choice { .. } | Input::Many { .. } => None,
        }
    }
}

fn quoted(word: &str) -> String {
    toml::Value::String(word.to_owned()).to_string()
}

/// A value written as TOML.
pub fn parse(value: &str) -> Option<toml::Value> {
    let mut table: toml::Table = toml::from_str(&format!("value = {value}")).ok()?;
    table.remove("value")
}
