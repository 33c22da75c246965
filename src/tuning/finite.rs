//! Finitely many settings: how many there are, how often each was tried, and one that may be tried.

use super::{Distribution, Parameter, Parameters, Space, Trial, TrialState};
use crate::random::Stream;
use rand::RngExt;
use serde::Serialize;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

/// Combinations of values that others depend on; with more of them a space counts as endless.
const BRANCHES: usize = 100_000;

/// How much of a finite space, or of a grid, was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SpaceCoverage {
    /// Settings that a complete, pruned or running trial has.
    pub tried: u64,
    /// Settings that there are.
    pub settings: u64,
    /// Whether all were tried as often as they may be.
    pub exhausted: bool,
}

/// A setting: the index of each parameter's value among all it can take, in the order of the space; `None` for one that
/// does not exist beside the others.
pub(super) type Setting = Vec<Option<u64>>;

/// How often settings were tried: complete, pruned and running trials count, failed ones are remembered.
#[derive(Debug)]
pub(super) struct Tally<K> {
    tried: HashMap<K, usize>,
    failed: HashSet<K>,
}

impl<K: Eq + Hash> Tally<K> {
    /// Of these trials, by their settings; `None` for a trial that has none of those that count.
    pub fn of<'a>(trials: &'a [Trial], setting: impl Fn(&'a Parameters) -> Option<K>) -> Self {
        let (mut tried, mut failed) = (HashMap::new(), HashSet::new());
        for trial in trials.iter().filter(|trial| trial.state != TrialState::Waiting) {
            match setting(&trial.parameters) {
                Some(setting) if trial.state == TrialState::Failed => drop(failed.insert(setting)),
                Some(setting) => *tried.entry(setting).or_insert(0) += 1,
                None => {}
            }
        }
        Self { tried, failed }
    }

    /// How often the least tried of so many settings was tried.
    pub fn least(&self, settings: u64) -> usize {
        if (self.tried.len() as u64) < settings {
            return 0;
        }
        self.tried.values().min().copied().unwrap_or(0)
    }

    /// Whether a setting was tried no more than so often and, unless those may come again, never failed.
    pub fn is_free(&self, setting: &K, most: usize, failed_too: bool) -> bool {
        self.tried.get(setting).is_none_or(|times| *times <= most) && (failed_too || !self.failed.contains(setting))
    }

    /// How much of so many settings was tried, each of which may be repeated so often.
    pub fn coverage(&self, settings: u64, repeats: usize) -> SpaceCoverage {
        SpaceCoverage {
            tried: self.tried.len() as u64,
            settings,
            exhausted: self.least(settings) > repeats,
        }
    }
}

/// How many settings a space has; `None` for one without end.
pub(super) fn count(space: &Space) -> Option<u64> {
    let parameters = space.parameters();
    if parameters.is_empty()
        || parameters
            .iter()
            .any(|parameter| parameter.distribution.count().is_none())
    {
        return None;
    }
    let depended_on: HashSet<&str> = parameters
        .iter()
        .flat_map(|parameter| parameter.when.keys().map(String::as_str))
        .collect();
    count_from(parameters, &depended_on, &mut Parameters::new(), &mut 0)
}

fn count_from(
    parameters: &[Parameter],
    depended_on: &HashSet<&str>,
    chosen: &mut Parameters,
    branches: &mut usize,
) -> Option<u64> {
    let Some((first, rest)) = parameters.split_first() else {
        return Some(1);
    };
    if !first.is_active(chosen) {
        return count_from(rest, depended_on, chosen, branches);
    }
    let values = first.distribution.count()?;
    if !depended_on.contains(first.name.as_str()) {
        return Some(values.saturating_mul(count_from(rest, depended_on, chosen, branches)?));
    }
    let mut total = 0_u64;
    for index in 0..values {
        *branches += 1;
        if *branches > BRANCHES {
            return None;
        }
        chosen.insert(first.name.clone(), first.chosen(first.distribution.at(index)));
        total = total.saturating_add(count_from(rest, depended_on, chosen, branches)?);
    }
    chosen.remove(&first.name);
    Some(total)
}

/// The setting that a trial has; `None` for one of another space.
pub(super) fn setting(space: &Space, parameters: &Parameters) -> Option<Setting> {
    let index = |parameter: &Parameter| {
        if !parameter.is_active(parameters) {
            return Some(None);
        }
        let chosen = parameters.get(&parameter.name)?;
        let fits = chosen.distribution.is_compatible(&parameter.distribution);
        parameter.distribution.index(chosen.internal).filter(|_| fits).map(Some)
    };
    let setting = space.parameters().iter().map(index).collect::<Option<Setting>>()?;
    (setting.iter().flatten().count() == parameters.len()).then_some(setting)
}

/// A setting that is accepted, with what is given: the first on a walk over all from a random setting on.
pub(super) fn search(
    parameters: &[Parameter],
    chosen: &mut Parameters,
    random: &mut Stream,
    accept: &impl Fn(&Parameters) -> bool,
) -> Option<Parameters> {
    let Some((first, rest)) = parameters.split_first() else {
        return accept(chosen).then(|| chosen.clone());
    };
    if chosen.contains_key(&first.name) || !first.is_active(chosen) {
        return search(rest, chosen, random, accept);
    }
    let values = first.distribution.count()?;
    let start = random.random_range(0..values);
    let found = (0..values).find_map(|step| {
        let value = first.distribution.at((start + step) % values);
        chosen.insert(first.name.clone(), first.chosen(value));
        search(rest, chosen, random, accept)
    });
    chosen.remove(&first.name);
    found
}

impl Distribution {
    /// How many values there are; `None` for a continuous range.
    fn count(&self) -> Option<u64> {
        match self {
            _ if self.is_single() => Some(1),
            Self::Float { step: None, .. } => None,
            Self::Float {
                low,
                high,
                step: Some(step),
                ..
            } => Some(((high - low) / step).round() as u64 + 1),
            Self::Int { low, high, step, .. } => u64::try_from((high - low) / step).ok().map(|steps| steps + 1),
            Self::Categorical { choices } => Some(choices.len() as u64),
        }
    }

    /// The internal value at an index, from 0.
    fn at(&self, index: u64) -> f64 {
        match self {
            Self::Float { low, high, step, .. } => (low + index as f64 * step.unwrap_or(0.0)).min(*high),
            Self::Int { low, step, .. } => *low as f64 + index as f64 * *step as f64,
            Self::Categorical { .. } => index as f64,
        }
    }

    /// The index of an internal value; `None` for one that is out of range.
    fn index(&self, internal: f64) -> Option<u64> {
        let steps = match self {
            _ if self.is_single() => 0.0,
            Self::Float { low, step, .. } => (internal - low) / (*step)?,
            Self::Int { low, step, .. } => (internal - *low as f64) / *step as f64,
            Self::Categorical { .. } => internal,
        };
        self.contains(internal).then_some(steps.round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    fn space(text: &str) -> Space {
        toml::from_str(text).unwrap()
    }

    /// All settings, by trying what was not accepted before until nothing is left.
    fn all(space: &Space) -> Vec<Parameters> {
        let (mut random, mut seen) = (stream(1, "test", 0), HashSet::new());
        let mut found = Vec::new();
        loop {
            let fresh = |chosen: &Parameters| !seen.contains(&setting(space, chosen).unwrap());
            let Some(next) = search(space.parameters(), &mut Parameters::new(), &mut random, &fresh) else {
                return found;
            };
            assert!(
                next.values()
                    .all(|chosen| chosen.distribution.contains(chosen.internal))
            );
            seen.insert(setting(space, &next).unwrap());
            found.push(next);
        }
    }

    #[test]
    fn settings_are_counted_with_their_conditions() {
        for (text, expected) in [
            ("a = { choices = [1, 2] }\nb = { choices = ['x', 'y'] }", 4),
            (
                "a = { int = [0, 10], step = 5 }\nb = { float = [0.0, 1.0], step = 0.3 }",
                3 * 4,
            ),
            ("a = { int = [1, 4], log = true }\nb = { float = [2.0, 2.0] }", 4),
            (
                "o = { choices = ['adam', 'sgd'] }\nm = { int = [1, 5], when = { o = 'sgd' } }\nx = { int = [1, 3] }",
                (1 + 5) * 3,
            ),
            (
                "o = { choices = ['a', 'b', 'c'] }\np = { int = [1, 2], when = { o = ['b', 'c'] } }\n\
                 q = { int = [1, 7], when = { o = 'c', p = 2 } }",
                1 + 2 + (1 + 7),
            ),
        ] {
            let space = space(text);
            assert_eq!(count(&space), Some(expected), "{text}");
            assert_eq!(all(&space).len() as u64, expected, "{text}");
        }
        assert_eq!(count(&space("a = { float = [0, 1] }\nb = { int = [0, 1] }")), None);
        let wide: String = (0..30)
            .map(|index| format!("p{index} = {{ int = [1, 1000] }}\n"))
            .collect();
        assert_eq!(
            count(&space(&wide)),
            Some(u64::MAX),
            "more than can be counted is not endless"
        );
    }

    #[test]
    fn a_trial_of_another_space_has_no_setting() {
        let here = space("o = { choices = ['adam', 'sgd'] }\nm = { int = [1, 5], when = { o = 'sgd' } }");
        let there = space("o = { choices = ['adam', 'sgd'] }\nm = { int = [1, 9] }");
        let of = |space: &Space, o: &str, m: Option<i64>| {
            let values = [("o".to_owned(), o.into())].into_iter();
            let values = values.chain(m.map(|m| ("m".to_owned(), m.into())));
            space.assign(&values.collect()).unwrap()
        };
        assert_eq!(setting(&here, &of(&here, "sgd", Some(2))), Some(vec![Some(1), Some(1)]));
        assert_eq!(
            setting(&here, &of(&there, "sgd", Some(2))),
            Some(vec![Some(1), Some(1)])
        );
        assert_eq!(setting(&here, &of(&here, "adam", None)), Some(vec![Some(0), None]));
        assert_eq!(setting(&here, &of(&there, "sgd", Some(9))), None, "out of range");
        assert_eq!(
            setting(&here, &of(&there, "adam", Some(2))),
            None,
            "not there beside adam"
        );
        assert_eq!(setting(&here, &of(&here, "sgd", None)), None, "incomplete");
    }
}
