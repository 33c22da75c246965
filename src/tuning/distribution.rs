//! The values a parameter can take; matches Optuna.

use super::{TuningError, Value, json};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// The values a parameter can take. Inside a study every value is a float, its *internal* value: the number itself, or
/// the index of a choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// A number from `low` to `high`, both included.
    Float {
        /// The smallest value.
        low: f64,
        /// The largest value.
        high: f64,
        /// Only `low + k * step`, when given.
        step: Option<f64>,
        /// Whether equal ratios count the same.
        log: bool,
    },
    /// A whole number from `low` to `high`, both included.
    Int {
        /// The smallest value.
        low: i64,
        /// The largest value.
        high: i64,
        /// Only `low + k * step`.
        step: i64,
        /// Whether equal ratios count the same.
        log: bool,
    },
    /// One of several values without an order.
    Categorical {
        /// The values; the internal value is the index.
        choices: Vec<Value>,
    },
}

impl Distribution {
    /// A float; with a step, `high` becomes the largest value that the steps reach.
    ///
    /// # Errors
    /// What is wrong: not finite, `low > high`, `low <= 0` with `log`, a step that is not positive, a step with `log`.
    pub fn float(low: f64, high: f64, step: Option<f64>, log: bool) -> Result<Self, String> {
        if !(low.is_finite() && high.is_finite() && (high - low).is_finite()) {
            return Err(format!("the range [{low}, {high}] is not finite"));
        }
        if low > high {
            return Err(format!(
                "the range [{low}, {high}] is empty; write the smaller number first"
            ));
        }
        if log && low <= 0.0 {
            return Err(format!("a logarithmic range begins above 0, not at {low}"));
        }
        let high = match step {
            None => high,
            Some(_) if log => return Err("a logarithmic float has no step; leave out `step` or `log`".into()),
            Some(step) if !(step.is_finite() && step > 0.0) => {
                return Err(format!("the step {step} must be above 0"));
            }
            Some(step) => {
                let steps = (high - low) / step;
                // A range that its steps divide keeps its end, whatever the last bit of the quotient.
                if (steps - steps.round()).abs() < 1e-9 {
                    high
                } else {
                    steps.floor() * step + low
                }
            }
        };
        Ok(Self::Float { low, high, step, log })
    }

    /// A whole number; `high` becomes the largest value that the steps reach.
    ///
    /// # Errors
    /// What is wrong: `low > high`, `low < 1` with `log`, a step below 1, a step other than 1 with `log`.
    pub fn int(low: i64, high: i64, step: i64, log: bool) -> Result<Self, String> {
        if low > high {
            return Err(format!(
                "the range [{low}, {high}] is empty; write the smaller number first"
            ));
        }
        if low < -(1 << 53) || high > 1 << 53 {
            return Err(format!(
                "the range [{low}, {high}] goes beyond what a float holds exactly"
            ));
        }
        if log && low < 1 {
            return Err(format!("a logarithmic range begins at 1 or above, not at {low}"));
        }
        if step < 1 {
            return Err(format!("the step {step} must be at least 1"));
        }
        if log && step != 1 {
            return Err("a logarithmic range has the step 1; leave out `step` or `log`".into());
        }
        Ok(Self::Int {
            low,
            high: (high - low) / step * step + low,
            step,
            log,
        })
    }

    /// One of several choices.
    ///
    /// # Errors
    /// When there are none.
    pub fn categorical(choices: Vec<Value>) -> Result<Self, String> {
        if choices.is_empty() {
            return Err("there are no choices; write at least one".into());
        }
        Ok(Self::Categorical { choices })
    }

    /// Whether there is only one value to take.
    pub fn is_single(&self) -> bool {
        match self {
            Self::Float { low, high, .. } => low == high,
            Self::Int { low, high, .. } => low == high,
            Self::Categorical { choices } => choices.len() == 1,
        }
    }

    /// Whether an internal value is one that can be taken.
    pub fn contains(&self, internal: f64) -> bool {
        match self {
            Self::Float { low, high, step, .. } => {
                let on_step = step.is_none_or(|step| {
                    let steps = (internal - low) / step;
                    (steps - steps.round()).abs() < 1e-8
                });
                (*low..=*high).contains(&internal) && on_step
            }
            Self::Int { low, high, step, .. } => {
                (*low as f64..=*high as f64).contains(&internal) && (internal - *low as f64) % *step as f64 == 0.0
            }
            Self::Categorical { choices } => {
                internal >= 0.0 && internal < choices.len() as f64 && internal.fract() == 0.0
            }
        }
    }

    /// The value behind an internal one.
    pub fn external(&self, internal: f64) -> Value {
        match self {
            Self::Float { .. } => Value::Float(internal),
            Self::Int { .. } => Value::Int(internal as i64),
            Self::Categorical { choices } => choices.get(internal as usize).cloned().unwrap_or(Value::Null),
        }
    }

    /// The internal value of a value, when it is one that can be taken.
    pub fn internal(&self, value: &Value) -> Option<f64> {
        let internal = match self {
            Self::Categorical { choices } => choices
                .iter()
                .position(|choice| choice == value)
                .or_else(|| choices.iter().position(|choice| choice.same_choice(value)))?
                as f64,
            _ => value.number()?,
        };
        self.contains(internal).then_some(internal)
    }

    /// Whether one study may hold both for a parameter: the same kind, the same `log`, the same choices. Ranges may
    /// differ.
    pub fn is_compatible(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float { log, .. }, Self::Float { log: other, .. })
            | (Self::Int { log, .. }, Self::Int { log: other, .. }) => log == other,
            (Self::Categorical { choices }, Self::Categorical { choices: others }) => {
                choices.len() == others.len() && choices.iter().zip(others).all(|(one, two)| one.same_choice(two))
            }
            _ => false,
        }
    }

    /// Optuna's description, the text that a journal holds.
    pub fn to_json(&self) -> String {
        let (name, attributes): (_, Vec<(&str, Value)>) = match self {
            Self::Float { low, high, step, log } => (
                "FloatDistribution",
                vec![
                    ("step", step.map_or(Value::Null, Value::Float)),
                    ("low", Value::Float(*low)),
                    ("high", Value::Float(*high)),
                    ("log", Value::Bool(*log)),
                ],
            ),
            Self::Int { low, high, step, log } => (
                "IntDistribution",
                vec![
                    ("log", Value::Bool(*log)),
                    ("step", Value::Int(*step)),
                    ("low", Value::Int(*low)),
                    ("high", Value::Int(*high)),
                ],
            ),
            Self::Categorical { choices } => (
                "CategoricalDistribution",
                vec![("choices", Value::Array(choices.clone()))],
            ),
        };
        let attributes = attributes
            .into_iter()
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        Value::Object(BTreeMap::from([
            ("name".to_owned(), Value::from(name)),
            ("attributes".to_owned(), Value::Object(attributes)),
        ]))
        .to_json()
    }

    /// Reads Optuna's description, the older names and the short form included.
    ///
    /// # Errors
    /// [`TuningError::Json`], or [`TuningError::Operation`] when it describes no distribution.
    pub fn from_json(text: &str) -> Result<Self, TuningError> {
        let value = json::read(text)?;
        let attributes = value.get("attributes").unwrap_or(&value);
        let name = value
            .get("name")
            .or_else(|| value.get("type"))
            .and_then(Value::text)
            .unwrap_or_default();
        let number = |key: &str| attributes.get(key).and_then(Value::number);
        let log = attributes.get("log") == Some(&Value::Bool(true));
        let read = || -> Result<Self, String> {
            let bound = |key: &str| number(key).ok_or_else(|| format!("`{key}` is missing"));
            let int = |log: bool| {
                let step = number("step").unwrap_or(1.0) as i64;
                Self::int(bound("low")? as i64, bound("high")? as i64, step, log)
            };
            match name {
                "FloatDistribution" | "UniformDistribution" | "float" => {
                    Self::float(bound("low")?, bound("high")?, number("step"), log)
                }
                "LogUniformDistribution" => Self::float(bound("low")?, bound("high")?, None, true),
                "DiscreteUniformDistribution" => Self::float(bound("low")?, bound("high")?, number("q"), false),
                "IntDistribution" | "IntUniformDistribution" | "int" => int(log),
                "IntLogUniformDistribution" => int(true),
                "CategoricalDistribution" | "categorical" => match attributes.get("choices") {
                    Some(Value::Array(choices)) => Self::categorical(choices.clone()),
                    _ => Err("`choices` is missing".into()),
                },
                other => Err(format!("unknown kind `{other}`")),
            }
        };
        read().map_err(|problem| TuningError::Operation {
            problem: format!("distribution: {problem}"),
        })
    }
}

impl fmt::Display for Distribution {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float { low, high, step, .. } => {
                write!(formatter, "{low} to {high}")?;
                step.map_or(Ok(()), |step| write!(formatter, " in steps of {step}"))
            }
            Self::Int { low, high, step, .. } => {
                write!(formatter, "whole numbers from {low} to {high}")?;
                if *step == 1 {
                    Ok(())
                } else {
                    write!(formatter, " in steps of {step}")
                }
            }
            Self::Categorical { choices } => {
                let choices: Vec<String> = choices.iter().map(ToString::to_string).collect();
                write!(formatter, "one of {}", choices.join(", "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_that_no_step_reaches_moves_down_to_one() {
        let Distribution::Float { high, .. } = Distribution::float(0.0, 1.0, Some(0.3), false).unwrap() else {
            unreachable!()
        };
        assert!((high - 0.9).abs() < 1e-12);
        let Distribution::Float { high, .. } = Distribution::float(0.0, 0.8, Some(0.1), false).unwrap() else {
            unreachable!()
        };
        assert_eq!(high, 0.8);
        assert_eq!(
            Distribution::int(1, 10, 4, false),
            Ok(Distribution::Int {
                low: 1,
                high: 9,
                step: 4,
                log: false
            })
        );
    }

    #[test]
    fn impossible_ranges_are_refused() {
        assert!(Distribution::float(1.0, 0.0, None, false).is_err());
        assert!(Distribution::float(0.0, 1.0, None, true).is_err());
        assert!(Distribution::float(f64::MIN, f64::MAX, None, false).is_err());
        assert!(Distribution::float(0.1, 1.0, Some(0.1), true).is_err());
        assert!(Distribution::int(0, 8, 1, true).is_err());
        assert!(Distribution::int(0, 8, 0, false).is_err());
        assert!(Distribution::categorical(vec![]).is_err());
    }

    #[test]
    fn the_description_comes_back_the_same() {
        for distribution in [
            Distribution::float(1e-4, 1e-2, None, true).unwrap(),
            Distribution::float(0.0, 0.8, Some(0.1), false).unwrap(),
            Distribution::int(32, 64, 8, false).unwrap(),
            Distribution::categorical(vec!["a".into(), Value::Null, 1.5.into(), true.into()]).unwrap(),
        ] {
            assert_eq!(Distribution::from_json(&distribution.to_json()).unwrap(), distribution);
        }
        assert!(Distribution::from_json(r#"{"name":"Strange","attributes":{}}"#).is_err());
    }

    #[test]
    fn values_go_in_and_out() {
        let steps = Distribution::float(0.0, 0.8, Some(0.1), false).unwrap();
        assert!(steps.contains(0.7000000000000001));
        assert!(!steps.contains(0.75));
        let choice = Distribution::categorical(vec!["a".into(), 3.into()]).unwrap();
        assert_eq!(choice.internal(&Value::Float(3.0)), Some(1.0));
        assert_eq!(choice.internal(&"b".into()), None);
        assert_eq!(choice.external(1.0), Value::Int(3));
    }
}
