//! Which clips are trained on, validated on and tested on.

mod balance;
mod deal;
mod dealing;
mod given;
mod groups;
mod random;
mod settings;
mod shares;
mod speaker;
mod table;
mod validation;

pub use dealing::Dealing;
pub use given::{is_published, narrowed, narrowed_to, split_columns};
pub use settings::{Duplicates, SplitKind, SplitSettings, ValidationBy};
pub use table::{Dealt, LeftOut, dealt, left_out};

use super::{CorpusError, Selection};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;

/// A side of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subset {
    /// Learnt from; the scaler is fitted here.
    Train,
    /// The best epoch is chosen here.
    Validation,
    /// Evaluated once.
    Test,
}

impl Subset {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// The name in tables and messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}

/// The sides of the selected clips, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// How clips were dealt.
    pub kind: SplitKind,
    /// What was given, where they were not dealt: `split by hand (tested on speakers 19, 20)`.
    pub given: Option<String>,
    /// The fold, from 0, and the number of folds.
    pub fold: Option<(usize, usize)>,
    /// One side per clip of the selection.
    pub subsets: Vec<Subset>,
    /// What the protocol line must admit (`validation cut by clip from training speakers (tess)`).
    pub notes: Vec<String>,
}

impl Split {
    /// What the split is called in the protocol line: `speaker-disjoint split`, `random clips, fold 2 of 5`.
    pub fn name(&self) -> String {
        let kind = match (&self.given, self.kind) {
            (Some(given), _) => given,
            (None, SplitKind::Random) => "random clips",
            (None, SplitKind::Speaker) => "speaker-disjoint split",
            (None, other) => other.name(),
        };
        match self.fold {
            Some((fold, folds)) => format!("{kind}, fold {} of {folds}", fold + 1),
            None => kind.to_owned(),
        }
    }

    /// Takes the clips of which `kept` says no out of the selection; those that stay keep their sides. Labels that
    /// are lost by it are named in [`Split::notes`].
    ///
    /// # Errors
    /// As [`split`]: a side that is empty now, or a label that would not be learnt.
    pub fn keep(&mut self, selection: &mut Selection, kept: &[bool]) -> Result<(), CorpusError> {
        let labels: BTreeSet<String> = selection.labels().into_iter().map(str::to_owned).collect();
        let before = missing_notes(selection, self.fold, &self.subsets);
        retain(&mut selection.clips, kept);
        retain(&mut selection.analysis, kept);
        retain(&mut self.subsets, kept);
        check_subsets(selection, &self.subsets, self.kind, self.given.as_deref())?;
        let gone: Vec<&str> = labels
            .iter()
            .map(String::as_str)
            .filter(|label| !selection.labels().contains(label))
            .collect();
        self.notes.retain(|note| !before.contains(note));
        if !gone.is_empty() {
            self.notes.push(format!("no clip of {} is left", gone.join(", ")));
        }
        self.notes.extend(missing_notes(selection, self.fold, &self.subsets));
        Ok(())
    }
}

/// Deals the clips to the sides.
///
/// By [`SplitKind::Speaker`] no speaker is on two sides: each corpus gives its share of speakers (at least
/// one) to validation and to test, balanced by gender and by emotion as far as possible; where its speakers have unlike
/// numbers of clips, [`Dealing::ByClips`] gives its share of the clips instead. By
/// [`SplitKind::Random`] clips are dealt, balanced by emotion, corpus and gender. Clips with identical
/// samples stay on one side, so speakers that share samples are dealt as one; so do segments of one recording, unless
/// `settings.share_recordings`. The other kinds, and speakers and corpora
/// that are named, are split as somebody says, and clips that are in no part were left out before ([`narrowed`]);
/// validation is cut from training speakers where nothing is said of it.
///
/// What cannot be had is said in [`Split::notes`]: a corpus with fewer speakers than three sides need has its
/// validation clips cut from its training speakers; a corpus with a single speaker is only learnt from.
///
/// With `settings.kfold` = K there are K folds, and `fold` (from 0) chooses the one to test on: every clip is
/// tested in exactly one of them, provided that they share settings and seed. A corpus with fewer than K speakers is not tested in some folds, one with a
/// single speaker is not learnt from in one of them.
///
/// The same clips, settings, way of dealing and seed give the same split, in whatever order the clips are listed, and what
/// becomes of one corpus does not depend on the others (except for the folds, which are filled evenly).
///
/// # Errors
/// [`CorpusError::Split`] when the settings are impossible, a side would be empty, a label would not be learnt,
/// or a speaker split is asked of clips without speakers.
pub fn split(
    selection: &Selection,
    settings: &SplitSettings,
    dealing: Dealing,
    seed: u64,
    fold: usize,
) -> Result<Split, CorpusError> {
    settings.validate()?;
    if selection.clips.is_empty() {
        return Err(CorpusError::Split(
            "no clip takes part; widen [filter] or [labels], or name corpora".to_owned(),
        ));
    }
    let selection = &*as_shared(selection, settings);
    let folds = given::folds(selection, settings)?;
    if fold >= folds.unwrap_or(1) {
        let problem = format!("there is no fold {} of {} (split.kfold)", fold + 1, folds.unwrap_or(1));
        return Err(CorpusError::Split(problem));
    }
    let given = given::given(selection, settings, (seed, fold))?;
    let name = given.as_ref().map(|given| given.name.clone());
    let (subsets, mut notes) = match given {
        Some(given) => given.subsets(selection, settings, (seed, fold))?,
        None if settings.kind == SplitKind::Random => (random::subsets(selection, settings, seed, fold)?, Vec::new()),
        None => speaker::subsets(selection, settings, dealing, (seed, fold))?,
    };
    check_subsets(selection, &subsets, settings.kind, name.as_deref())?;
    let fold = folds.map(|folds| (fold, folds));
    notes.extend(missing_notes(selection, fold, &subsets));
    Ok(Split {
        kind: settings.kind,
        given: name,
        fold,
        subsets,
        notes,
    })
}

/// How many runs a split is: as many as it has folds.
///
/// # Errors
/// As [`split`].
pub fn fold_count(selection: &Selection, settings: &SplitSettings) -> Result<usize, CorpusError> {
    settings.validate()?;
    match selection.clips.is_empty() {
        true => Ok(1),
        false => Ok(given::folds(&as_shared(selection, settings), settings)?.unwrap_or(1)),
    }
}

/// The selection, whose recordings may be on two sides where the settings say so.
fn as_shared<'a>(selection: &'a Selection, settings: &SplitSettings) -> Cow<'a, Selection> {
    match settings.share_recordings {
        false => Cow::Borrowed(selection),
        true => Cow::Owned(Selection {
            recordings_shared: true,
            ..selection.clone()
        }),
    }
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().copied().unwrap_or(true));
}

/// That segments keep recordings on one side, where there are any.
fn recordings(selection: &Selection) -> String {
    if selection.recordings_shared || selection.clips.iter().all(|clip| clip.segment.is_none()) {
        return String::new();
    }
    let files: BTreeSet<&Path> = selection.clips.iter().map(|clip| &*clip.path).collect();
    match files.len() {
        1 => " (all are segments of 1 recording, which is kept on one side)".to_owned(),
        files => format!(" (they are of {files} recordings, each of which is kept on one side)"),
    }
}

fn check_subsets(
    selection: &Selection,
    subsets: &[Subset],
    kind: SplitKind,
    given: Option<&str>,
) -> Result<(), CorpusError> {
    for subset in Subset::ALL {
        if let (false, Some(given)) = (subsets.contains(&subset), given) {
            return Err(CorpusError::Split(format!(
                "no clip is left for {} by the {given} ({} clips take part); let more clips take part ([filter], [labels]), \
                 or give it some",
                subset.name(),
                selection.clips.len()
            )));
        }
        if !subsets.contains(&subset) {
            return Err(CorpusError::Split(format!(
                "no clip is left for {} ({} clips take part){}; let more clips take part ([filter], [labels]), or \
                 change split.test, split.validation or split.kfold",
                subset.name(),
                selection.clips.len(),
                recordings(selection)
            )));
        }
    }
    if let Some(label) = missing_labels(selection, subsets, Subset::Train).first() {
        let remedy = match kind {
            SplitKind::Speaker if given.is_none() => "set split.kind = \"random\"",
            SplitKind::Random => "add clips of it",
            _ => "give training some",
        };
        return Err(CorpusError::Split(format!(
            "no clip of {label} is left to train on, there are too few; {remedy}, or drop the label \
             (labels.map.{label} = \"\")"
        )));
    }
    Ok(())
}

/// What a score is not about. The test set of a single run is described beside its score.
fn missing_notes(selection: &Selection, fold: Option<(usize, usize)>, subsets: &[Subset]) -> Vec<String> {
    let labels = selection.labels().len();
    let mut notes = Vec::new();
    let unseen = missing_labels(selection, subsets, Subset::Validation);
    if !unseen.is_empty() {
        notes.push(format!(
            "validation UAR over {} of {labels} classes (no clips of {})",
            labels - unseen.len(),
            unseen.join(", ")
        ));
    }
    let untested = missing_labels(selection, subsets, Subset::Test);
    if fold.is_some() && !untested.is_empty() {
        notes.push(format!("no test clips of {} in this fold", untested.join(", ")));
    }
    notes
}

/// Labels of the selection that a side has no clip of, as shown.
fn missing_labels<'a>(selection: &'a Selection, subsets: &[Subset], subset: Subset) -> Vec<&'a str> {
    let labels: BTreeSet<(usize, &str)> = selection.clips.iter().map(|clip| clip.emotion.rank()).collect();
    let clips = selection.clips.iter().zip(subsets).filter(|(_, at)| **at == subset);
    let present: BTreeSet<(usize, &str)> = clips.map(|(clip, _)| clip.emotion.rank()).collect();
    labels.difference(&present).map(|(_, name)| *name).collect()
}

#[cfg(test)]
mod tests;
