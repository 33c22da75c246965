//! The values of a column: no value is tested on and learnt from.

use super::super::groups::{Group, grouped};
use super::super::{SplitSettings, Subset, shares, validation};
use super::leave_one_out::check_count;
use super::{Given, corpora, counted, listed, natural};
use crate::corpus::speakers::folded;
use crate::corpus::{Clip, CorpusError, Selection};
use crate::random::stream;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What is known of every clip, by names that tables may use for columns of their own.
const KNOWN: [&str; 8] = [
    "corpus",
    "speaker",
    "gender",
    "age",
    "ethnicity",
    "text",
    "intensity",
    "split",
];

/// The columns by which these clips can be split: those of their tables, then what is known of them.
pub fn split_columns(clips: &[Clip]) -> Vec<String> {
    let further: BTreeSet<&str> = clips
        .iter()
        .flat_map(|clip| clip.columns.iter())
        .map(|(name, _)| name)
        .collect();
    let has = |column: &&str| clips.iter().any(|clip| value(clip, column).is_some());
    let known = KNOWN.into_iter().filter(has);
    further.into_iter().chain(known).map(str::to_owned).collect()
}

/// What a clip has in a column.
fn value<'a>(clip: &'a Clip, column: &str) -> Option<Cow<'a, str>> {
    if let Some(value) = clip.columns.get(column) {
        return Some(Cow::Borrowed(value));
    }
    match column.to_lowercase().as_str() {
        "corpus" => Some(Cow::Borrowed(&clip.corpus)),
        "speaker" => clip.speaker_key().map(Cow::Owned),
        "gender" => clip.gender.map(|gender| gender.name().into()),
        "age" => clip.age.map(|age| age.to_string().into()),
        "ethnicity" => clip.ethnicity.as_deref().map(Cow::Borrowed),
        "text" => clip.text.as_deref().map(Cow::Borrowed),
        "intensity" => clip.intensity.map(|intensity| intensity.name().into()),
        "split" => clip.given_split.as_deref().map(Cow::Borrowed),
        _ => None,
    }
}

/// Clips of one value; such whose samples another has too are with it.
struct Value {
    names: Vec<String>,
    clips: Group,
}

/// One fold per value.
pub fn folds(selection: &Selection, settings: &SplitSettings) -> Result<usize, CorpusError> {
    values(selection, settings).map(|values| values.len())
}

/// Tests on the values that are named, on that of the fold, or on those that are dealt to it.
pub fn given(
    selection: &Selection,
    settings: &SplitSettings,
    (seed, fold): (u64, usize),
) -> Result<Given, CorpusError> {
    let column = settings.column.trim();
    let values = values(selection, settings)?;
    let tested: Vec<bool> = if !settings.test_values.is_empty() {
        named(settings, &values)?
    } else if settings.leave_one_out {
        (0..values.len()).map(|value| value == fold).collect()
    } else {
        dealt(selection, settings, &values, (seed, fold))?
    };
    let mut sides = vec![Some(Subset::Train); selection.clips.len()];
    let mut names = Vec::new();
    for (value, _) in values.iter().zip(&tested).filter(|(_, tested)| **tested) {
        value.clips.iter().for_each(|&clip| sides[clip] = Some(Subset::Test));
        names.extend(value.names.iter().map(String::as_str));
    }
    let joined = values.iter().filter(|value| value.names.len() > 1);
    let joined: Vec<String> = joined.map(|value| value.names.join(" and ")).collect();
    let note = format!(
        "values of {column} with identical samples kept on one side: {}",
        listed(joined.iter().map(String::as_str))
    );
    let one_out = if settings.leave_one_out { "one left out, " } else { "" };
    Ok(Given {
        name: format!("split by {column} ({one_out}tested on {})", listed(names.into_iter())),
        sides,
        cut: corpora(selection),
        notes: Vec::from_iter((!joined.is_empty()).then_some(note)),
    })
}

fn values(selection: &Selection, settings: &SplitSettings) -> Result<Vec<Value>, CorpusError> {
    let column = settings.column.trim();
    let mut without: BTreeMap<&str, usize> = BTreeMap::new();
    for clip in selection.clips.iter().filter(|clip| value(clip, column).is_none()) {
        *without.entry(&clip.corpus).or_default() += 1;
    }
    let missing: usize = without.values().sum();
    if missing == selection.clips.len() {
        let there = split_columns(&selection.clips);
        return Err(CorpusError::settings(
            "split.column",
            format!("no clip has a value in `{column}`; there are {}", there.join(", ")),
        ));
    }
    if missing > 0 {
        return Err(CorpusError::Split(format!(
            "{missing} clips have no value in the column `{column}` ({}), so they cannot be kept apart; fill it in, or \
             leave these clips out ([filter])",
            counted(without)
        )));
    }
    let all: Vec<usize> = (0..selection.clips.len()).collect();
    let groups = grouped(selection, &all, |clip| value(&selection.clips[clip], column));
    let mut values: Vec<Value> = groups
        .into_iter()
        .map(|clips| {
            let names: BTreeSet<Cow<str>> = clips
                .iter()
                .filter_map(|&clip| value(&selection.clips[clip], column))
                .collect();
            Value {
                names: names.into_iter().map(Cow::into_owned).collect(),
                clips,
            }
        })
        .collect();
    values.sort_by(|one, other| natural(&one.names[0]).cmp(&natural(&other.names[0])));
    if settings.leave_one_out {
        check_count(values.len(), &format!("value of {column}"))?;
    } else if values.len() < 2 {
        return Err(CorpusError::settings(
            "split.column",
            format!(
                "`{column}` has one value, {}, and needs a second to test on",
                listed(values[0].names.iter().map(String::as_str))
            ),
        ));
    }
    Ok(values)
}

fn named(settings: &SplitSettings, values: &[Value]) -> Result<Vec<bool>, CorpusError> {
    let is = |value: &Value, name: &str| value.names.iter().any(|known| folded(known) == folded(name));
    let mut names = settings.test_values.iter();
    if let Some(name) = names.find(|name| !values.iter().any(|value| is(value, name))) {
        let all = values.iter().flat_map(|value| &value.names).map(String::as_str);
        return Err(CorpusError::settings(
            "split.test_values",
            format!(
                "no clip has `{name}` in the column `{}`; there are {}",
                settings.column.trim(),
                listed(all)
            ),
        ));
    }
    let tested = |value: &Value| settings.test_values.iter().any(|name| is(value, name));
    Ok(values.iter().map(tested).collect())
}

/// Whole values, so that test sets have their share of the clips.
fn dealt(
    selection: &Selection,
    settings: &SplitSettings,
    values: &[Value],
    (seed, fold): (u64, usize),
) -> Result<Vec<bool>, CorpusError> {
    let column = settings.column.trim();
    let groups: Vec<Group> = values.iter().map(|value| value.clips.clone()).collect();
    let random = &mut stream(seed, &format!("split column {column}"), 0);
    let Some(folds) = settings.kfolds() else {
        let deal = shares::deal(selection, &groups, &validation::training_and(settings.test), random);
        return Ok(deal.parts.into_iter().map(|part| part == 1).collect());
    };
    if groups.len() < folds {
        return Err(CorpusError::settings(
            "split.kfold",
            format!("is {folds}, and `{column}` has {} values; lower it", groups.len()),
        ));
    }
    let part = shares::Part {
        share: 1.0 / folds as f64,
        before: 0,
        learns: false,
    };
    let deal = shares::deal(selection, &groups, &vec![part; folds], random);
    Ok(deal.parts.into_iter().map(|part| part == fold).collect())
}
