//! Sides by clip: speakers leak.

use super::super::{CorpusError, Selection};
use super::deal::deal;
use super::groups::{Group, duplicates};
use super::{SplitSettings, Subset};
use crate::random::stream;

/// One side per clip of the selection.
pub fn subsets(
    selection: &Selection,
    settings: &SplitSettings,
    seed: u64,
    fold: usize,
) -> Result<Vec<Subset>, CorpusError> {
    let all: Vec<usize> = (0..selection.clips.len()).collect();
    let groups = duplicates(selection, &all);
    let mut subsets = vec![Subset::Train; selection.clips.len()];
    let rest = match settings.kfolds() {
        None => groups,
        Some(folds) => {
            if groups.len() < folds {
                return Err(CorpusError::Split(format!(
                    "split.kfold = {folds} needs at least as many clips, and {} take part; lower split.kfold",
                    groups.len()
                )));
            }
            let shares = vec![settings.test_share(); folds];
            let parts = deal(selection, &groups, &shares, false, &mut stream(seed, "split folds", 0));
            let (tested, rest): (Vec<_>, Vec<_>) = groups.into_iter().zip(parts).partition(|(_, part)| *part == fold);
            assign(&mut subsets, tested.iter().map(|(group, _)| group), Subset::Test);
            rest.into_iter().map(|(group, _)| group).collect()
        }
    };
    let shares = match settings.kfolds() {
        None => vec![
            1.0 - settings.test - settings.validation,
            settings.validation,
            settings.test,
        ],
        Some(_) => vec![1.0 - settings.validation_of_rest(), settings.validation_of_rest()],
    };
    let parts = deal(
        selection,
        &rest,
        &shares,
        true,
        &mut stream(seed, "split clips", fold as u64),
    );
    for (group, part) in rest.iter().zip(parts) {
        assign(
            &mut subsets,
            [group],
            [Subset::Train, Subset::Validation, Subset::Test][part],
        );
    }
    Ok(subsets)
}

/// Puts whole groups on a side.
pub fn assign<'a>(subsets: &mut [Subset], groups: impl IntoIterator<Item = &'a Group>, subset: Subset) {
    for &clip in groups.into_iter().flatten() {
        subsets[clip] = subset;
    }
}
