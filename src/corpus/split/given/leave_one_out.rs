//! Each speaker is the test set of one fold.

use super::super::Subset;
use super::super::groups::{Group, voices};
use super::super::speaker::require_speakers;
use super::{Given, corpora, listed, natural};
use crate::corpus::{CorpusError, Selection};
use std::collections::BTreeSet;

/// Runs that are begun at once, at most.
pub const MOST: usize = 500;

/// One fold per speaker; speakers that may be one, or that share samples, are one.
pub fn folds(selection: &Selection) -> Result<usize, CorpusError> {
    people(selection).map(|people| people.len())
}

/// The speaker of this fold is tested on, all others are learnt from.
pub fn given(selection: &Selection, fold: usize) -> Result<Given, CorpusError> {
    let people = people(selection)?;
    let clips = people.get(fold).map(Vec::as_slice).unwrap_or_default();
    let mut sides = vec![Some(Subset::Train); selection.clips.len()];
    clips.iter().for_each(|&clip| sides[clip] = Some(Subset::Test));
    let names: BTreeSet<String> = clips
        .iter()
        .filter_map(|&clip| selection.clips[clip].speaker_key())
        .collect();
    Ok(Given {
        name: format!("one speaker left out ({})", listed(names.iter().map(String::as_str))),
        sides,
        cut: corpora(selection),
        notes: Vec::new(),
    })
}

fn people(selection: &Selection) -> Result<Vec<Group>, CorpusError> {
    require_speakers(selection)?;
    let mut people = voices(selection);
    check_count(people.len(), "speaker")?;
    let name = |voice: &Group| {
        let clip = &selection.clips[voice[0]];
        (&*clip.corpus, natural(clip.speaker.as_deref().unwrap_or_default()))
    };
    people.sort_by(|one, other| name(one).cmp(&name(other)));
    Ok(people)
}

/// Refuses to leave one out of one, and to begin very many runs.
pub fn check_count(count: usize, what: &str) -> Result<(), CorpusError> {
    let problem = match count {
        0 | 1 => {
            format!("split.leave_one_out needs a second {what} to learn from; let more clips take part ([filter])")
        }
        count if count > MOST => format!(
            "split.leave_one_out would begin {count} runs, one for every {what}; set it to false, and split.kfold to the \
             number of folds instead"
        ),
        _ => return Ok(()),
    };
    Err(CorpusError::Split(problem))
}
