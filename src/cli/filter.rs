//! `--where`: the filter of a list, in the grammar of the workbench.

use super::session::Usage;
use crate::engine::{RunSummary, StudyPage, Survey, TrialRow};
use crate::present::filter::clips::{ClipSearch, KnownClip};
use crate::present::filter::trials::TrialOf;
use crate::present::filter::{Fields, Query};
use std::collections::HashMap;

/// Reads what was typed.
pub fn read(text: &str, fields: &Fields) -> Result<Query, Usage> {
    Query::read(text, fields).map_err(|mistake| Usage(format!("--where {text}: {mistake}")))
}

/// The runs that pass.
pub fn runs(runs: &[RunSummary], query: &Query) -> Vec<RunSummary> {
    runs.iter().filter(|run| query.passes(*run)).cloned().collect()
}

/// Whether a trial passes.
pub fn trials<'a>(page: &'a StudyPage, query: &'a Query) -> impl Fn(&TrialRow) -> bool + 'a {
    let ranks = page.ranking.iter().copied().zip(1..);
    let ranks: HashMap<usize, usize> = ranks.collect();
    move |trial| {
        let rank = ranks.get(&trial.number).copied();
        query.passes(&TrialOf { page, trial, rank })
    }
}

/// Places of the clips that pass.
pub fn clips(survey: &Survey, query: &Query) -> Vec<usize> {
    let mut search = ClipSearch::new(query);
    let clips = survey.catalogue.clips.iter().enumerate();
    let passing = clips.filter(|(index, clip)| {
        let analysis = survey.catalogue.analysis.get(*index);
        let analysis = analysis.and_then(Option::as_deref);
        search.passes(KnownClip { clip, analysis })
    });
    passing.map(|(index, _)| index).collect()
}
