//! A search space as a table of the settings.

use super::{Distribution, Parameter, Space, TuningError, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The keys that make a table one parameter.
const KINDS: [&str; 3] = ["float", "int", "choices"];

/// One parameter as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ParameterTable {
    #[serde(skip_serializing_if = "Option::is_none")]
    float: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    int: Option<[i64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    choices: Option<Vec<Value>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    log: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<f64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    when: BTreeMap<String, OneOrSeveral>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum OneOrSeveral {
    Several(Vec<Value>),
    One(Value),
}

impl ParameterTable {
    fn distribution(&self) -> Result<Distribution, String> {
        match (self.float, self.int, &self.choices) {
            (Some([low, high]), None, None) => Distribution::float(low, high, self.step, self.log),
            (None, Some([low, high]), None) => match self.step {
                Some(step) if step.fract() != 0.0 => Err(format!("the step {step} of a whole number must be whole")),
                step => Distribution::int(low, high, step.map_or(1, |step| step as i64), self.log),
            },
            (None, None, Some(_)) if self.log || self.step.is_some() => {
                Err("choices have no order: leave out `log` and `step`".into())
            }
            (None, None, Some(choices)) => Distribution::categorical(choices.clone()),
            _ => Err("needs exactly one of `float`, `int` and `choices`".into()),
        }
    }

    fn of(parameter: &Parameter) -> Self {
        let mut table = Self::default();
        match &*parameter.distribution {
            Distribution::Float { low, high, step, log } => {
                (table.float, table.step, table.log) = (Some([*low, *high]), *step, *log);
            }
            Distribution::Int { low, high, step, log } => {
                (table.int, table.log) = (Some([*low, *high]), *log);
                table.step = (*step != 1).then_some(*step as f64);
            }
            Distribution::Categorical { choices } => table.choices = Some(choices.clone()),
        }
        let conditions = parameter.when.iter();
        table.when = conditions
            .map(|(name, values)| (name.clone(), OneOrSeveral::Several(values.clone())))
            .collect();
        table
    }

    fn into_parameter(self, name: String) -> Result<Parameter, TuningError> {
        let distribution = self.distribution().map_err(|problem| TuningError::Parameter {
            name: name.clone(),
            problem,
        })?;
        let when = self.when.into_iter().map(|(parent, values)| match values {
            OneOrSeveral::Several(values) => (parent, values),
            OneOrSeveral::One(value) => (parent, vec![value]),
        });
        Ok(Parameter {
            name,
            distribution: Arc::new(distribution),
            when: when.collect(),
        })
    }
}

/// The parameters in a table and the tables in it: `a.b = { … }` is the parameter `a.b`, with quotes or without.
fn collect(table: toml::Table, path: &str, found: &mut Vec<Parameter>) -> Result<(), TuningError> {
    for (key, value) in table {
        let name = if path.is_empty() { key } else { format!("{path}.{key}") };
        let problem = |problem: String| TuningError::Parameter {
            name: name.clone(),
            problem,
        };
        match value {
            toml::Value::Table(inner) if !is_parameter(&inner) && inner.values().any(toml::Value::is_table) => {
                collect(inner, &name, found)?;
            }
            toml::Value::Table(inner) => {
                let read = ParameterTable::deserialize(toml::Value::Table(inner));
                let table = read.map_err(|error| problem(error.message().trim().replace('\n', ", ")))?;
                found.push(table.into_parameter(name)?);
            }
            other => {
                return Err(problem(format!(
                    "is {other}; write a range such as {{ float = [0.0, 1.0] }}, or leave it out"
                )));
            }
        }
    }
    Ok(())
}

/// Whether a table is one parameter, and not a table of parameters.
pub fn is_parameter(table: &toml::Table) -> bool {
    KINDS
        .iter()
        .any(|kind| table.get(*kind).is_some_and(|value| !value.is_table()))
}

/// A table of parameters, as in the settings:
///
/// ```toml
/// training.learning_rate = { float = [1e-4, 1e-2], log = true }
/// filters1 = { int = [32, 64], step = 8 }
/// optimizer = { choices = ["adam", "sgd"] }
/// momentum = { float = [0.0, 0.99], when = { optimizer = "sgd" } }
/// ```
impl<'de> Deserialize<'de> for Space {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut parameters = Vec::new();
        collect(toml::Table::deserialize(deserializer)?, "", &mut parameters)
            .and_then(|()| Self::new(parameters))
            .map_err(serde::de::Error::custom)
    }
}

impl Serialize for Space {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(
            self.parameters()
                .iter()
                .map(|parameter| (&parameter.name, ParameterTable::of(parameter))),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_comes_back_as_written_with_quoted_names_or_without() {
        let text = "training.learning_rate = { float = [1e-4, 1e-2], log = true }\n\
                    model.conv1d.filters.0 = { int = [32, 64], step = 8 }\n\
                    recipe = { choices = ['a', 'b'] }\n\
                    'model.conv1d.dropout' = { float = [0, 1], when = { recipe = 'a' } }";
        let space: Space = toml::from_str(text).unwrap();
        let names: Vec<&str> = space.parameters().iter().map(|parameter| &*parameter.name).collect();
        assert_eq!(
            names,
            [
                "model.conv1d.filters.0",
                "recipe",
                "training.learning_rate",
                "model.conv1d.dropout"
            ]
        );
        let again: Space = toml::from_str(&toml::to_string(&space).unwrap()).unwrap();
        assert_eq!(again, space);
    }
}
