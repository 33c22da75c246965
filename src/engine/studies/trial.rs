//! From a trial's parameters to settings, and back.

use super::folder::StudyFolder;
use crate::engine::{EngineError, Settings};
use crate::training::Target;
use crate::tuning::{Distribution, Objective, Parameter, Parameters, Space, Value};
use std::collections::BTreeMap;

/// What `--set` would have to say for these parameters.
///
/// # Errors
/// A parameter that is no setting, or a value that TOML has not.
pub fn changes(settings: &Settings, parameters: &Parameters) -> Result<Vec<(String, String)>, EngineError> {
    let values = parameters.iter().map(|(name, chosen)| (name.as_str(), chosen.value()));
    changes_of(settings, values)
}

fn changes_of<'a>(
    settings: &Settings,
    values: impl Iterator<Item = (&'a str, Value)>,
) -> Result<Vec<(String, String)>, EngineError> {
    let table = table(settings)?;
    let mut changed: BTreeMap<String, toml::Value> = BTreeMap::new();
    for (name, value) in values {
        let unknown = || EngineError::Unsuitable(format!("parameter `{name}` is no setting of the study"));
        if let Some((list, place)) = index_in_list(&table, name) {
            let list_now = changed
                .entry(list.to_owned())
                .or_insert_with(|| lookup(&table, list).cloned().unwrap_or(toml::Value::Array(Vec::new())));
            let slot = list_now.as_array_mut().and_then(|values| values.get_mut(place));
            let slot = slot.ok_or_else(unknown)?;
            *slot = as_toml(name, &value, slot)?;
        } else {
            let slot = lookup(&table, name).ok_or_else(unknown)?;
            changed.insert(name.to_owned(), as_toml(name, &value, slot)?);
        }
    }
    Ok(changed
        .into_iter()
        .map(|(key, value)| (key, value.to_string()))
        .collect())
}

/// The value as TOML; a text stands for what it says wherever the setting is no text itself.
fn as_toml(name: &str, value: &Value, slot: &toml::Value) -> Result<toml::Value, EngineError> {
    Ok(match value {
        Value::Bool(value) => toml::Value::Boolean(*value),
        Value::Int(value) if slot.is_float() => toml::Value::Float(*value as f64),
        Value::Int(value) => toml::Value::Integer(*value),
        Value::Float(value) => toml::Value::Float(*value),
        Value::Text(text) if !slot.is_str() => format!("value = {text}")
            .parse::<toml::Table>()
            .ok()
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| toml::Value::String(text.clone())),
        Value::Text(text) => toml::Value::String(text.clone()),
        other => {
            return Err(EngineError::Unsuitable(format!(
                "parameter `{name}` is {other}, which no setting can be"
            )));
        }
    })
}

fn table(settings: &Settings) -> Result<toml::Table, EngineError> {
    toml::Table::try_from(settings)
        .map_err(|error| EngineError::Unsuitable(format!("the settings cannot be written as TOML: {error}")))
}

fn lookup<'a>(table: &'a toml::Table, key: &str) -> Option<&'a toml::Value> {
    let mut names = key.split('.');
    let first = table.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

fn index_in_list<'a>(table: &toml::Table, name: &'a str) -> Option<(&'a str, usize)> {
    let (list, place) = name.rsplit_once('.')?;
    let place = place.parse().ok()?;
    lookup(table, list)?.is_array().then_some((list, place))
}

/// The settings of a trial: those of the study, its parameters, and the best epoch chosen by what trials are ranked by.
///
/// # Errors
/// Parameters that make no settings.
pub fn trial_settings(
    folder: &StudyFolder,
    study: &Settings,
    parameters: &Parameters,
) -> Result<Settings, EngineError> {
    let mut changes = changes(study, parameters)?;
    changes.push(("training.monitor".to_owned(), study.tuning.objective.to_string()));
    folder.settings(&changes)
}

/// Refuses a space with values that no settings can have; every end of a range and every choice is tried by itself.
///
/// # Errors
/// The setting, its value and the remedy.
pub fn check(settings: &Settings, space: &Space) -> Result<(), EngineError> {
    let dimensions = settings.training.target == Target::Dimensions;
    let wrong = match settings.tuning.objective {
        Objective::Loss => None,
        Objective::Ccc => (!dimensions).then_some(("dimensions", "\"uar\", \"accuracy\"")),
        Objective::Uar | Objective::Accuracy => dimensions.then_some(("classes", "\"ccc\"")),
    };
    if let Some((of, remedy)) = wrong {
        return Err(EngineError::Unsuitable(format!(
            "tuning.objective is \"{}\", which is about {of}, and training.target says that there are none; set it to {remedy} \
             or \"loss\"",
            settings.tuning.objective
        )));
    }
    for parameter in space.parameters() {
        for value in ends(parameter) {
            let changes = changes_of(settings, std::iter::once((parameter.name.as_str(), value)))?;
            let place = |mut error: crate::engine::SettingsError| {
                error.problem += &format!("; correct the range of `{}` in [tuning.space]", parameter.name);
                error
            };
            settings.with(&changes).map_err(place)?;
        }
    }
    Ok(())
}

fn ends(parameter: &Parameter) -> Vec<Value> {
    match &*parameter.distribution {
        Distribution::Float { low, high, .. } => vec![Value::Float(*low), Value::Float(*high)],
        Distribution::Int { low, high, .. } => vec![Value::Int(*low), Value::Int(*high)],
        Distribution::Categorical { choices } => choices.clone(),
    }
}

/// The settings as they are, as values of the space; or the parameter whose range leaves them out.
///
/// # Errors
/// Settings that cannot be written as TOML.
pub fn baseline(settings: &Settings, space: &Space) -> Result<Result<BTreeMap<String, Value>, String>, EngineError> {
    let table = table(settings)?;
    let mut values = BTreeMap::new();
    for parameter in space.parameters() {
        let name = &parameter.name;
        let slot = match index_in_list(&table, name) {
            Some((list, place)) => lookup(&table, list).and_then(|list| list.get(place)),
            None => lookup(&table, name),
        };
        let value = slot.map(|slot| match slot {
            toml::Value::String(text) => Value::Text(text.clone()),
            toml::Value::Integer(value) => Value::Int(*value),
            toml::Value::Float(value) => Value::Float(*value),
            toml::Value::Boolean(value) => Value::Bool(*value),
            other => Value::Text(other.to_string()),
        });
        match value.filter(|value| parameter.distribution.internal(value).is_some()) {
            Some(value) => drop(values.insert(name.clone(), value)),
            None => return Ok(Err(name.clone())),
        }
    }
    Ok(Ok(values))
}

/// `KEY=VALUE` as a person types it, as values of the space.
///
/// # Errors
/// A name the space has not, a value out of its range.
pub fn typed(space: &Space, given: &[(String, String)]) -> Result<BTreeMap<String, Value>, EngineError> {
    let value = |text: &str| match text.parse::<i64>() {
        Ok(value) => Value::Int(value),
        Err(_) => text.parse::<f64>().map_or_else(|_| text_value(text), Value::Float),
    };
    let values: BTreeMap<String, Value> = given
        .iter()
        .map(|(name, text)| (name.clone(), value(text.trim())))
        .collect();
    space.assign(&values)?;
    Ok(values)
}

fn text_value(text: &str) -> Value {
    match text {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        text => Value::Text(text.trim_matches(['"', '\'']).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;

    #[test]
    fn parameters_become_settings_and_the_defaults_lie_in_the_shipped_space() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let settings = load_settings(Some(empty.path()), &[]).unwrap();
        let space = &settings.tuning.space["conv1d"];
        check(&settings, space).unwrap();
        let values = baseline(&settings, space).unwrap().unwrap();
        let unchanged = changes(&settings, &space.assign(&values).unwrap()).unwrap();
        let same = settings.with(&unchanged).unwrap();
        assert_eq!((&same.model, &same.training), (&settings.model, &settings.training));

        let given = [
            ("model.conv1d.filters.0".to_owned(), "64".to_owned()),
            ("training.learning_rate".to_owned(), "0.002".to_owned()),
        ];
        let parameters = space.assign(&typed(space, &given).unwrap()).unwrap();
        let changed = settings.with(&changes(&settings, &parameters).unwrap()).unwrap();
        assert_eq!(changed.model.conv1d.filters, [64, 256]);
        assert_eq!(changed.training.learning_rate, 0.002);
    }

    #[test]
    fn a_range_beyond_what_a_setting_takes_names_both() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let settings = load_settings(Some(empty.path()), &[]).unwrap();
        let space: Space = toml::from_str("model.conv1d.dropout = { float = [0.1, 1.5] }").unwrap();
        let error = check(&settings, &space).unwrap_err().to_string();
        assert!(
            error.contains("model.conv1d.dropout") && error.contains("correct the range"),
            "{error}"
        );
    }
}
