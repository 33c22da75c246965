//! A search space: named parameters, some of which exist only beside certain choices of others.

use super::{Distribution, TuningError, Value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Values by the parameters' names.
pub type Parameters = BTreeMap<String, Chosen>;

/// One parameter of a space.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name; the key of a setting.
    pub name: String,
    /// The values it can take.
    pub distribution: Arc<Distribution>,
    /// It exists only when each of these parameters has one of these values.
    pub when: BTreeMap<String, Vec<Value>>,
}

/// Named parameters, every one after those it depends on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Space {
    parameters: Vec<Parameter>,
}

impl Space {
    /// A space of these parameters, put in an order where conditions come before what hangs on them.
    ///
    /// # Errors
    /// [`TuningError::Parameter`] for a name given twice, and for a condition on an unknown parameter, on a value
    /// that it cannot take, or on itself by a circle.
    pub fn new(parameters: Vec<Parameter>) -> Result<Self, TuningError> {
        let problem = |name: &str, problem: String| TuningError::Parameter {
            name: name.to_owned(),
            problem,
        };
        for (index, parameter) in parameters.iter().enumerate() {
            if parameters[..index].iter().any(|other| other.name == parameter.name) {
                return Err(problem(&parameter.name, "is given twice".into()));
            }
            for (parent, values) in &parameter.when {
                let Some(parent) = parameters.iter().find(|other| other.name == *parent) else {
                    return Err(problem(
                        &parameter.name,
                        format!("depends on `{parent}`, which is not searched"),
                    ));
                };
                if let Some(value) = values
                    .iter()
                    .find(|value| parent.distribution.internal(value).is_none())
                {
                    let takes = &parent.distribution;
                    let message = format!("depends on `{}` being {value}, which takes {takes}", parent.name);
                    return Err(problem(&parameter.name, message));
                }
            }
        }
        let mut waiting = parameters;
        let mut ordered: Vec<Parameter> = Vec::with_capacity(waiting.len());
        while !waiting.is_empty() {
            let known = |name: &String| ordered.iter().any(|parameter| parameter.name == *name);
            let (ready, later): (Vec<_>, Vec<_>) = waiting
                .into_iter()
                .partition(|parameter| parameter.when.keys().all(known));
            if ready.is_empty() {
                return Err(problem(
                    &later[0].name,
                    "depends on itself through its conditions".into(),
                ));
            }
            ordered.extend(ready);
            waiting = later;
        }
        Ok(Self { parameters: ordered })
    }

    /// The parameters, conditions before what hangs on them.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The parameter of that name.
    pub fn get(&self, name: &str) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }

    /// The same parameters with other distributions where there is one.
    pub(super) fn redistributed(&self, newer: impl Fn(&Parameter) -> Option<Arc<Distribution>>) -> Self {
        let parameters = self.parameters.iter().map(|parameter| Parameter {
            distribution: newer(parameter).unwrap_or_else(|| Arc::clone(&parameter.distribution)),
            ..parameter.clone()
        });
        Self {
            parameters: parameters.collect(),
        }
    }

    /// Internal values for the named values, each with its distribution.
    ///
    /// # Errors
    /// [`TuningError::Parameter`] for a name the space has not, [`TuningError::Value`] for a value out of its range.
    pub fn assign(&self, values: &BTreeMap<String, Value>) -> Result<Parameters, TuningError> {
        let mut assigned = Parameters::new();
        for (name, value) in values {
            let parameter = self.get(name).ok_or_else(|| {
                let known: Vec<&str> = self
                    .parameters
                    .iter()
                    .map(|parameter| parameter.name.as_str())
                    .collect();
                let problem = format!("is not searched; known are {}", known.join(", "));
                TuningError::Parameter {
                    name: name.clone(),
                    problem,
                }
            })?;
            let internal = parameter
                .distribution
                .internal(value)
                .ok_or_else(|| TuningError::Value {
                    name: name.clone(),
                    value: value.to_string(),
                    expected: parameter.distribution.to_string(),
                })?;
            assigned.insert(name.clone(), parameter.chosen(internal));
        }
        Ok(assigned)
    }
}

impl Parameter {
    /// A parameter that always exists.
    pub fn new(name: &str, distribution: Distribution) -> Self {
        Self {
            name: name.to_owned(),
            distribution: Arc::new(distribution),
            when: BTreeMap::new(),
        }
    }

    /// Whether it exists beside the parameters chosen so far.
    pub fn is_active(&self, chosen: &Parameters) -> bool {
        self.when.iter().all(|(name, values)| {
            chosen.get(name).is_some_and(|parent| {
                let is = parent.value();
                values.iter().any(|value| value.same_choice(&is))
            })
        })
    }

    /// This parameter with an internal value.
    pub fn chosen(&self, internal: f64) -> Chosen {
        Chosen {
            internal,
            distribution: Arc::clone(&self.distribution),
        }
    }
}

/// The value a trial gave a parameter, with the distribution it was drawn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    /// The number itself, or the index of a choice.
    pub internal: f64,
    /// The values it could have taken.
    pub distribution: Arc<Distribution>,
}

impl Chosen {
    /// The value.
    pub fn value(&self) -> Value {
        self.distribution.external(self.internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn space(text: &str) -> Result<Space, String> {
        toml::from_str(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_table_becomes_a_space_with_conditions_first() {
        let space = space(
            "a_momentum = { float = [0.0, 0.99], when = { optimizer = 'sgd' } }\n\
             learning_rate = { float = [1e-4, 1e-2], log = true }\n\
             optimizer = { choices = ['adam', 'sgd'] }\n\
             units = { int = [16, 256], step = 16 }",
        )
        .unwrap();
        let names: Vec<_> = space
            .parameters()
            .iter()
            .map(|parameter| parameter.name.as_str())
            .collect();
        assert_eq!(names, ["learning_rate", "optimizer", "units", "a_momentum"]);
        let momentum = space.get("a_momentum").unwrap();
        let with = |optimizer: &str| {
            space
                .assign(&BTreeMap::from([("optimizer".into(), optimizer.into())]))
                .unwrap()
        };
        assert!(momentum.is_active(&with("sgd")));
        assert!(!momentum.is_active(&with("adam")));
        assert!(!momentum.is_active(&Parameters::new()));
    }

    #[test]
    fn mistakes_are_told_by_name() {
        let message = |text| space(text).unwrap_err();
        assert!(message("a = { float = [1, 0] }").contains("`a`"));
        assert!(message("a = { float = [0, 1], int = [0, 1] }").contains("exactly one"));
        assert!(message("a = { choices = [1, 2], log = true }").contains("no order"));
        assert!(message("a = { flaot = [0, 1] }").contains("flaot"));
        assert!(message("a = { int = [0, 9], when = { b = 1 } }").contains("not searched"));
        let circle = "a = { int = [0, 9], when = { b = 1 } }\nb = { int = [0, 9], when = { a = 1 } }";
        assert!(message(circle).contains("depends on itself"));
        assert!(message("a = { int = [0, 9], when = { b = 10 } }\nb = { int = [0, 9] }").contains("whole numbers"));
    }

    #[test]
    fn values_out_of_range_and_unknown_names_are_refused() {
        let space = space("a = { int = [0, 9] }").unwrap();
        let assign = |name: &str, value: i64| space.assign(&BTreeMap::from([(name.into(), value.into())]));
        assert_eq!(assign("a", 3).unwrap()["a"].value(), Value::Int(3));
        assert!(matches!(assign("a", 10), Err(TuningError::Value { .. })));
        assert!(matches!(assign("b", 1), Err(TuningError::Parameter { .. })));
    }
}
