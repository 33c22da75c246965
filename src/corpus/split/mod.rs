//! Which clips are trained on, validated on and tested on.

mod balance;
mod deal;
mod dealing;
mod groups;
mod random;
mod shares;
mod speaker;
mod table;

pub use dealing::Dealing;
pub use table::{Dealt, LeftOut, dealt, left_out};

use super::{CorpusError, Selection};
use serde::{Deserialize, Serialize};
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

/// How clips are dealt to the sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SplitKind {
    /// No speaker of the test set occurs in training.
    #[default]
    Speaker,
    /// By clip: speakers leak, as in most published scores.
    Random,
}

/// `[split]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitSettings {
    /// How clips are dealt.
    pub kind: SplitKind,
    /// Share of each corpus's speakers to test on, or of their clips where they have unlike numbers of them, or of all
    /// clips; with `kfold`, 1/K replaces it.
    pub test: f64,
    /// Share to choose the best epoch on.
    pub validation: f64,
    /// 0 or 1: one run. K: K folds, each clip tested once.
    pub kfold: usize,
}

impl SplitSettings {
    /// The number of folds, when there are several.
    fn folds(&self) -> Option<usize> {
        (self.kfold > 1).then_some(self.kfold)
    }

    /// The share that is really tested on.
    fn test_share(&self) -> f64 {
        self.folds().map_or(self.test, |folds| 1.0 / folds as f64)
    }

    /// Validation clips among those that are not tested on, when these are cut by clip.
    fn validation_of_rest(&self) -> f64 {
        self.validation / (1.0 - self.test_share())
    }

    /// Refuses shares that leave a side empty.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), CorpusError> {
        for (key, share) in [("split.test", self.test), ("split.validation", self.validation)] {
            if !(share > 0.0 && share < 1.0) {
                let problem = format!("{share} is no share; set it between 0 and 1, for example to 0.2");
                return Err(CorpusError::settings(key, problem));
            }
        }
        if self.test_share() + self.validation >= 1.0 {
            let (name, test) = match self.folds() {
                Some(folds) => ("1 / split.kfold", 1.0 / folds as f64),
                None => ("split.test", self.test),
            };
            let problem = format!(
                "{} and {name} ({test}) leave nothing to train on; lower one of them",
                self.validation
            );
            return Err(CorpusError::settings("split.validation", problem));
        }
        Ok(())
    }

    fn check(&self, fold: usize) -> Result<(), CorpusError> {
        self.validate()?;
        let folds = self.kfold.max(1);
        if fold >= folds {
            let problem = format!("there is no fold {} of {folds} (split.kfold)", fold + 1);
            return Err(CorpusError::Split(problem));
        }
        Ok(())
    }
}

/// The sides of the selected clips, and how they came about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Split {
    /// How clips were dealt.
    pub kind: SplitKind,
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
        let kind = match self.kind {
            SplitKind::Speaker => "speaker-disjoint split",
            SplitKind::Random => "random clips",
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
        check_subsets(selection, &self.subsets, self.kind)?;
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
/// samples stay on one side, so speakers that share samples are dealt as one.
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
    settings.check(fold)?;
    if selection.clips.is_empty() {
        return Err(CorpusError::Split(
            "no clip takes part; widen [filter] or [labels], or name corpora".to_owned(),
        ));
    }
    let (subsets, mut notes) = match settings.kind {
        SplitKind::Speaker => speaker::subsets(selection, settings, dealing, (seed, fold))?,
        SplitKind::Random => (random::subsets(selection, settings, seed, fold)?, Vec::new()),
    };
    check_subsets(selection, &subsets, settings.kind)?;
    let fold = settings.folds().map(|folds| (fold, folds));
    notes.extend(missing_notes(selection, fold, &subsets));
    Ok(Split {
        kind: settings.kind,
        fold,
        subsets,
        notes,
    })
}

fn retain<T>(all: &mut Vec<T>, kept: &[bool]) {
    let mut kept = kept.iter();
    all.retain(|_| kept.next().copied().unwrap_or(true));
}

/// That segments keep recordings on one side, where there are any.
fn recordings(selection: &Selection) -> String {
    if selection.clips.iter().all(|clip| clip.segment.is_none()) {
        return String::new();
    }
    let files: BTreeSet<&Path> = selection.clips.iter().map(|clip| &*clip.path).collect();
    match files.len() {
        1 => " (all are segments of 1 recording, which is kept on one side)".to_owned(),
        files => format!(" (they are of {files} recordings, each of which is kept on one side)"),
    }
}

fn check_subsets(selection: &Selection, subsets: &[Subset], kind: SplitKind) -> Result<(), CorpusError> {
    for subset in Subset::ALL {
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
            SplitKind::Speaker => "set split.kind = \"random\"",
            SplitKind::Random => "add clips of it",
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
