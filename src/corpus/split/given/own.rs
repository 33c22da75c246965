//! The split that the corpora bring: a column of their tables, or folders that are named by its parts.

use super::super::{SplitSettings, Subset};
use super::parts::Parts;
use super::{Given, listed};
use crate::corpus::{CorpusError, Selection};
use std::collections::{BTreeMap, BTreeSet};

/// What the corpora give; clips of parts that are neither learnt from, validated on nor tested, and such of no part, are
/// in none.
pub fn given(selection: &Selection, settings: &SplitSettings) -> Result<Given, CorpusError> {
    let mut names: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for clip in &selection.clips {
        if let Some(part) = clip.given_split.as_deref() {
            names.entry(&clip.corpus).or_default().insert(part);
        }
    }
    if names.is_empty() {
        return Err(CorpusError::Split(
            "no clip that takes part has a split of its own; name the column of its table by columns.split in the \
             corpus's settings, or set split.kind to \"speaker\""
                .to_owned(),
        ));
    }
    let chosen = settings.test_part.trim();
    let has = |parts: &BTreeSet<&str>| parts.iter().any(|part| part.trim().eq_ignore_ascii_case(chosen));
    let in_any = chosen.is_empty() || names.values().any(has);
    let mut parts: BTreeMap<&str, Parts> = BTreeMap::new();
    for (corpus, of_corpus) in &names {
        // A part that another corpus has is not asked of this one.
        let chosen = if in_any && !has(of_corpus) { "" } else { chosen };
        parts.insert(corpus, Parts::of(of_corpus, chosen, corpus, names.len() == 1)?);
    }
    let sides: Vec<Option<Subset>> = selection
        .clips
        .iter()
        .map(|clip| parts.get(&*clip.corpus)?.side(clip.given_split.as_deref()?))
        .collect();
    let tested: Vec<String> = match parts.iter().collect::<Vec<_>>().as_slice() {
        [(_, parts)] => parts.test.iter().cloned().collect(),
        several => several
            .iter()
            .filter_map(|(corpus, parts)| Some(format!("{} of {corpus}", parts.test.as_ref()?)))
            .collect(),
    };
    let cut = parts.iter().filter(|(_, parts)| !parts.validates());
    Ok(Given {
        name: format!(
            "split that the corpora bring (tested on {})",
            listed(tested.iter().map(String::as_str))
        ),
        sides,
        cut: cut.map(|(corpus, _)| (*corpus).to_owned()).collect(),
        notes: Vec::new(),
    })
}
