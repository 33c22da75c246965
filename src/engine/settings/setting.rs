//! What a key of the settings is: a row of the table.

use super::{Range, table};
use serde::Serialize;

/// What a key of the settings is.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The type of its value.
    pub kind: Kind,
    /// What it may be, or each value of a list; empty where that is not one of a few words.
    pub choices: Vec<String>,
    /// Between which ends a number lies, or each of a list; what other settings demand besides is in the help.
    pub range: Option<Range>,
    /// What a number counts (`Hz`, `frames`); empty where it has no unit.
    pub unit: &'static str,
    /// What it means.
    pub help: String,
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema, strum::Display)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "lowercase")]
pub enum Kind {
    /// A text in quotes.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list of texts.
    #[strum(to_string = "list of texts")]
    Texts,
    /// A list of whole numbers.
    #[strum(to_string = "list of integers")]
    Integers,
    /// A list of numbers.
    #[strum(to_string = "list of numbers")]
    Numbers,
    /// A table, such as a range of a search space.
    Table,
    /// A list of tables.
    #[strum(to_string = "list of tables")]
    Tables,
}

impl Kind {
    fn of(key: &str, value: &toml::Value) -> Self {
        match value {
            toml::Value::Integer(_) => Self::Integer,
            toml::Value::Float(_) => Self::Number,
            toml::Value::Boolean(_) => Self::Boolean,
            toml::Value::Table(_) => Self::Table,
            toml::Value::Array(values) => match values.first() {
                Some(toml::Value::Integer(_)) => Self::Integers,
                Some(toml::Value::Float(_)) => Self::Numbers,
                Some(toml::Value::Table(_)) => Self::Tables,
                None if key == "corpora" => Self::Tables,
                _ => Self::Texts,
            },
            _ => Self::Text,
        }
    }
}

impl Setting {
    /// What a dotted key is that has this value by default, and what it means.
    pub fn of(key: &str, value: &toml::Value, help: String) -> Self {
        let key = table::general(key);
        Self {
            kind: Kind::of(&key, value),
            choices: table::choices(&key),
            range: table::range(&key),
            unit: table::unit(&key),
            help,
        }
    }

    /// What a number must be, where this text is none that may stand here.
    pub fn refusal(&self, text: &str) -> Option<String> {
        let (number, name) = match self.kind {
            Kind::Integer => (text.parse::<i64>().ok().map(|whole| whole as f64), "a whole number"),
            Kind::Number => (text.parse::<f64>().ok(), "a number"),
            _ => return None,
        };
        let allowed = |number: f64| self.range.map_or(number.is_finite(), |range| range.contains(number));
        if number.is_some_and(allowed) {
            return None;
        }
        let range = self.range.map_or_else(String::new, |range| range.to_string());
        let of = if range.starts_with("at ") { " of " } else { " " };
        Some(format!("must be {name}{of}{range}").trim_end().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_refused_in_the_words_of_its_range() {
        let setting = |key: &str, value: toml::Value| Setting::of(key, &value, String::new());
        let epochs = setting("training.epochs", 80.into());
        for (text, right) in [
            ("1", true),
            ("0", false),
            ("-1", false),
            ("1.5", false),
            ("", false),
            ("9999", true),
        ] {
            let expected = (!right).then(|| "must be a whole number of at least 1".to_owned());
            assert_eq!(epochs.refusal(text), expected, "{text:?}");
        }
        let share = setting("split.test", 0.2.into());
        let expected = Some("must be a number above 0 and below 1".to_owned());
        assert_eq!((share.refusal("1"), share.refusal("0.5")), (expected, None));
    }
}
