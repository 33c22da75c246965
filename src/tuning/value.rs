//! A value as a journal holds it: a parameter's value, a choice, an attribute.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Any value that Python's `json` can write, NaN and the infinities among them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Value {
    /// Python's `None`.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Any other number, NaN and the infinities included.
    Float(f64),
    /// A text.
    Text(String),
    /// Values in order.
    Array(Vec<Value>),
    /// Values by name.
    Object(BTreeMap<String, Value>),
}

impl Value {
    /// The number, when it is one; true is 1, as in Python.
    pub fn number(&self) -> Option<f64> {
        match self {
            Self::Bool(value) => Some(f64::from(u8::from(*value))),
            Self::Int(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            _ => None,
        }
    }

    /// The whole number, when it is one.
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// The text, when it is one.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a key, when this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Self::Object(entries) => entries.get(key),
            _ => None,
        }
    }

    /// Whether two choices are the same to Optuna: numbers by their size (1, 1.0 and true are one), NaN equal to NaN.
    pub fn same_choice(&self, other: &Self) -> bool {
        match (self.number(), other.number()) {
            (Some(one), Some(two)) => one == two || (one.is_nan() && two.is_nan()),
            (None, None) => self == other,
            _ => false,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => formatter.write_str(text),
            other => formatter.write_str(&super::journal::json::write(other)),
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_the_same_as_in_python() {
        assert!(Value::Int(1).same_choice(&Value::Float(1.0)));
        assert!(Value::Bool(true).same_choice(&Value::Int(1)));
        assert!(Value::Float(f64::NAN).same_choice(&Value::Float(f64::NAN)));
        assert!(!Value::Text("1".into()).same_choice(&Value::Int(1)));
        assert!(!Value::Null.same_choice(&Value::Int(0)));
    }
}
