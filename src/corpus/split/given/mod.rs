//! Splits that somebody gives: by hand, by the corpora's own parts, by a column, by a file.

mod by_hand;
mod column;
mod emobox;
mod file;
mod leave_one_out;
mod matching;
mod own;
mod parts;
mod split_file;

pub use column::split_columns;
pub use emobox::is_published;

use super::super::{CorpusError, Exclusion, Selection};
use super::groups::{People, grouped};
use super::random::assign;
use super::speaker::Notes;
use super::{Dealt, SplitKind, SplitSettings, Subset, ValidationBy, retain, validation};
use crate::random::stream;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names in a sentence; there may be hundreds.
const NAMED: usize = 6;

/// What a split that is given makes of the clips.
#[derive(Debug)]
pub struct Given {
    /// What the protocol line calls it.
    pub name: String,
    /// One side per clip; none for one that is in no part.
    pub sides: Vec<Option<Subset>>,
    /// The corpora whose training clips validation is cut from.
    pub cut: BTreeSet<String>,
    /// What has to be said.
    pub notes: Vec<String>,
}

/// What is given; nothing where clips are dealt.
pub fn given(
    selection: &Selection,
    settings: &SplitSettings,
    (seed, fold): (u64, usize),
) -> Result<Option<Given>, CorpusError> {
    let given = match settings.kind {
        SplitKind::Speaker if settings.is_by_hand() => by_hand::given(selection, settings)?,
        SplitKind::Speaker if settings.leave_one_out => leave_one_out::given(selection, fold)?,
        SplitKind::Speaker | SplitKind::Random => return Ok(None),
        SplitKind::Given => own::given(selection, settings)?,
        SplitKind::Column => column::given(selection, settings, (seed, fold))?,
        SplitKind::File => file::given(selection, settings, fold)?,
    };
    Ok(Some(given))
}

/// The number of folds; none where there is one run.
pub fn folds(selection: &Selection, settings: &SplitSettings) -> Result<Option<usize>, CorpusError> {
    Ok(match settings.kind {
        SplitKind::Speaker if settings.leave_one_out => Some(leave_one_out::folds(selection)?),
        SplitKind::Column if settings.leave_one_out => Some(column::folds(selection, settings)?),
        SplitKind::File => file::folds(settings)?,
        _ => settings.kfolds(),
    })
}

/// Leaves the clips out of the selection that are in no part of a split that is given; they are counted.
///
/// # Errors
/// As [`split`](super::split): a split that cannot be read, or that does not fit the clips.
pub fn narrowed<'a>(
    selection: &'a Selection,
    settings: &SplitSettings,
    fold: usize,
) -> Result<Cow<'a, Selection>, CorpusError> {
    settings.validate()?;
    let mut narrowed = Cow::Borrowed(selection);
    if selection.clips.is_empty() || !matches!(settings.kind, SplitKind::Given | SplitKind::File) {
        return Ok(narrowed);
    }
    if let Some(given) = given(selection, settings, (0, fold))? {
        let kept: Vec<bool> = given.sides.iter().map(Option::is_some).collect();
        leave_out(narrowed.to_mut(), &kept);
    }
    Ok(narrowed)
}

/// Leaves the clips out that a run which goes on began without.
pub fn narrowed_to(mut selection: Selection, settings: &SplitSettings, dealt: &[Dealt]) -> Selection {
    if matches!(settings.kind, SplitKind::Given | SplitKind::File) {
        let known: BTreeSet<_> = dealt.iter().map(|dealt| (&*dealt.corpus, &*dealt.path)).collect();
        let kept: Vec<bool> = selection
            .clips
            .iter()
            .map(|clip| known.contains(&(&*clip.corpus, &*clip.path)))
            .collect();
        leave_out(&mut selection, &kept);
    }
    selection
}

fn leave_out(selection: &mut Selection, kept: &[bool]) {
    let gone = kept.iter().filter(|kept| !**kept).count();
    if gone > 0 {
        retain(&mut selection.clips, kept);
        retain(&mut selection.analysis, kept);
        *selection.excluded.entry(Exclusion::Split).or_default() += gone;
    }
}

impl Given {
    /// One side per clip, validation cut where none is given, and what has to be said about it.
    pub fn subsets(
        mut self,
        selection: &Selection,
        settings: &SplitSettings,
        (seed, fold): (u64, usize),
    ) -> Result<(Vec<Subset>, Vec<String>), CorpusError> {
        let sides: Option<Vec<Subset>> = self.sides.iter().copied().collect();
        let Some(mut subsets) = sides else {
            let out = self.sides.iter().filter(|side| side.is_none()).count();
            let problem = format!("{out} clips are in no part of it ({})", self.name);
            return Err(CorpusError::Split(problem));
        };
        self.notes
            .extend(cut(selection, settings, &self.cut, &mut subsets, (seed, fold)));
        self.notes.extend(torn(selection, &subsets));
        Ok((subsets, self.notes))
    }
}

/// Cuts validation from the training clips of these corpora; what has to be said about it.
fn cut(
    selection: &Selection,
    settings: &SplitSettings,
    corpora: &BTreeSet<String>,
    subsets: &mut [Subset],
    (seed, fold): (u64, usize),
) -> Vec<String> {
    let people = People::new(selection);
    let mut notes = Notes::default();
    for corpus in corpora {
        let is_learnt = |clip: &usize| *selection.clips[*clip].corpus == **corpus && subsets[*clip] == Subset::Train;
        let clips: Vec<usize> = (0..subsets.len()).filter(is_learnt).collect();
        if clips.is_empty() {
            continue;
        }
        let random = &mut stream(seed, &format!("split validation {corpus}"), fold as u64);
        let rest = grouped(selection, &clips, |clip| people.of(&selection.clips[clip]));
        let share = settings.validation;
        let validation = match settings.validation_by {
            ValidationBy::Speaker => validation::of_rest(selection, &rest, share * clips.len() as f64, random),
            ValidationBy::Clip => validation::by_clip(selection, &rest, share, random),
        };
        if validation.by_clip {
            notes.add("validation cut by clip from training speakers", corpus);
        }
        assign(subsets, &validation.groups, Subset::Validation);
    }
    notes.lines()
}

/// Speakers whose names may be one person's and whom the split parts.
fn torn(selection: &Selection, subsets: &[Subset]) -> Option<String> {
    let mut tested: HashMap<(&str, &str), BTreeSet<bool>> = HashMap::new();
    for (clip, subset) in selection.clips.iter().zip(subsets) {
        if let Some(speaker) = clip.speaker.as_deref() {
            let sides = tested.entry((&clip.corpus, speaker)).or_default();
            sides.insert(*subset == Subset::Test);
        }
    }
    let is_torn = |speakers: &&super::super::AlikeSpeakers| {
        let sides = speakers.speakers.iter();
        let sides = sides.filter_map(|speaker| tested.get(&(&*speakers.corpus, &**speaker)));
        sides.flatten().collect::<BTreeSet<_>>().len() > 1
    };
    let torn = selection.alike.iter().filter(is_torn);
    let names: Vec<String> = torn.map(|alike| alike.speakers.join(" and ")).collect();
    (!names.is_empty()).then(|| {
        format!(
            "speakers whose names may be one person's (speakers.map) on both sides: {}",
            listed(names.iter().map(String::as_str))
        )
    })
}

/// `a, b and 3 more`.
fn listed<'a>(names: impl Iterator<Item = &'a str> + Clone) -> String {
    let count = names.clone().count();
    let first: Vec<&str> = names.take(NAMED).collect();
    match count - first.len() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The corpora of the clips.
fn corpora(selection: &Selection) -> BTreeSet<String> {
    let names: BTreeSet<&str> = selection.clips.iter().map(|clip| &*clip.corpus).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// Numbers by their value, then all else as text.
fn natural(name: &str) -> (Option<u64>, &str) {
    match name.parse() {
        Ok(number) => (Some(number), name),
        Err(_) => (None, name),
    }
}

/// The clips of each corpus without something: `mine: 12, other: 3`.
fn counted(clips: BTreeMap<&str, usize>) -> String {
    let words: Vec<String> = clips
        .iter()
        .map(|(corpus, clips)| format!("{corpus}: {clips}"))
        .collect();
    words.join(", ")
}
