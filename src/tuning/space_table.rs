//! A search space as a table of the settings.

use super::{Distribution, Parameter, Space, TuningError, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
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

/// A parameter that two spaces have not in common, as the settings write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its name.
    pub name: String,
    /// What the one space has; `None` where it does not search the parameter.
    pub one: Option<String>,
    /// What the other has.
    pub other: Option<String>,
}

impl Space {
    /// The parameters in which another space differs: ranges, scales, steps, choices and their order, conditions.
    pub fn differences(&self, other: &Self) -> Vec<Difference> {
        let names: BTreeSet<&String> = [self, other]
            .into_iter()
            .flat_map(|space| space.parameters().iter().map(|parameter| &parameter.name))
            .collect();
        let differing = names.into_iter().filter(|name| self.get(name) != other.get(name));
        let text = |parameter: &Parameter| {
            let table = toml::Value::try_from(ParameterTable::of(parameter));
            table.map_or_else(|_| parameter.distribution.to_string(), |table| table.to_string())
        };
        differing
            .map(|name| Difference {
                name: name.clone(),
                one: self.get(name).map(text),
                other: other.get(name).map(text),
            })
            .collect()
    }
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

    #[test]
    fn whatever_differs_is_told_as_it_is_written() {
        let whole = "a = { int = [0, 8], step = 4 }\nb = { choices = [16, 32] }\nc = { float = [0.1, 1.0] }\n\
                     d = { int = [0, 9], when = { b = 16 } }";
        let before: Space = toml::from_str(whole).unwrap();
        let differences = |from: &str, to: &str| {
            let now: Space = toml::from_str(&whole.replace(from, to)).unwrap();
            before.differences(&now)
        };
        assert_eq!(differences("0.1", "0.1"), []);
        for (from, to, name, one, other) in [
            (
                "[16, 32]",
                "[16, 32, 64]",
                "b",
                "{ choices = [16, 32] }",
                "{ choices = [16, 32, 64] }",
            ),
            (
                "[16, 32]",
                "[32, 16]",
                "b",
                "{ choices = [16, 32] }",
                "{ choices = [32, 16] }",
            ),
            (
                "step = 4",
                "step = 2",
                "a",
                "{ int = [0, 8], step = 4.0 }",
                "{ int = [0, 8], step = 2.0 }",
            ),
            (
                "1.0]",
                "1.0], log = true",
                "c",
                "{ float = [0.1, 1.0] }",
                "{ float = [0.1, 1.0], log = true }",
            ),
            ("[0.1", "[0.2", "c", "{ float = [0.1, 1.0] }", "{ float = [0.2, 1.0] }"),
            (
                "b = 16",
                "b = 32",
                "d",
                "{ int = [0, 9], when = { b = [16] } }",
                "{ int = [0, 9], when = { b = [32] } }",
            ),
        ] {
            let [found] = &differences(from, to)[..] else {
                unreachable!()
            };
            let reported = (found.name.as_str(), found.one.as_deref(), found.other.as_deref());
            assert_eq!(reported, (name, Some(one), Some(other)));
        }
        let [gone, come] = &differences("c = ", "e = ")[..] else {
            unreachable!()
        };
        assert_eq!(
            (gone.name.as_str(), gone.one.is_some(), gone.other.is_some()),
            ("c", true, false)
        );
        assert_eq!(
            (come.name.as_str(), come.one.is_some(), come.other.is_some()),
            ("e", false, true)
        );
    }
}
