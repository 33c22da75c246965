//! Sides by speaker: nobody is on two of them.

use super::super::{CorpusError, Selection};
use super::balance::{Part, balance};
use super::dealing::{Dealing, are_alike};
use super::groups::{Group, People, voices};
use super::random::assign;
use super::validation::{by_share, by_voices, share_of, training_and};
use super::{SplitSettings, Subset, recordings, shares};
use crate::random::stream;
use rand::seq::SliceRandom;
use std::collections::{BTreeMap, BTreeSet};

/// One side per clip of the selection, and what has to be said about it.
pub fn subsets(
    selection: &Selection,
    settings: &SplitSettings,
    dealing: Dealing,
    (seed, fold): (u64, usize),
) -> Result<(Vec<Subset>, Vec<String>), CorpusError> {
    require_speakers(selection)?;
    let corpora = voices_by_corpus(selection);
    let mut notes = Notes::default();
    let people = People::new(selection);
    let tested = match settings.kfolds() {
        None => tested_once(selection, &corpora, settings, dealing, seed)?,
        Some(folds) => tested_in(selection, &corpora, (folds, fold), dealing, seed)?,
    };

    let mut subsets = vec![Subset::Train; selection.clips.len()];
    for ((corpus, voices), tested) in corpora.iter().zip(tested) {
        let (test, rest): (Vec<_>, Vec<_>) = voices.iter().zip(tested).partition(|(_, tested)| *tested);
        let rest: Vec<Group> = rest.into_iter().map(|(voice, _)| voice.clone()).collect();
        assign(&mut subsets, test.iter().map(|(voice, _)| *voice), Subset::Test);
        let people = |voice: &Group| {
            let clips = voice.iter().map(|&clip| people.of(&selection.clips[clip]));
            clips.collect::<BTreeSet<_>>().len()
        };
        let joined = || voices.iter().filter(|voice| people(voice) > 1);
        let is_of_segments = |voice: &&Group| voice.iter().any(|&clip| selection.clips[clip].segment.is_some());
        if joined().any(|voice| !is_of_segments(&voice)) {
            notes.add("speakers with identical samples kept on one side", corpus);
        }
        if joined().any(|voice| is_of_segments(&voice)) {
            notes.add("speakers of one recording kept on one side", corpus);
        }
        if voices
            .iter()
            .any(|voice| speakers(selection, voice).len() > people(voice))
        {
            notes.add(
                "speakers whose names may be one person's (speakers.map) kept on one side",
                corpus,
            );
        }
        match (settings.kfolds(), test.is_empty(), rest.is_empty()) {
            (None, true, _) => notes.add("single speaker, learnt from and not tested", corpus),
            (Some(_), true, _) => notes.add("no test speakers in this fold", corpus),
            (_, _, true) => notes.add("single speaker, tested and not learnt from in this fold", corpus),
            _ => {}
        }
        let random = &mut stream(seed, &format!("split validation {corpus}"), fold as u64);
        let validation = if by_clips(dealing, voices) {
            by_share(selection, settings, voices, &rest, random)
        } else {
            by_voices(selection, settings, voices.len(), &rest, random)
        };
        if validation.by_clip {
            notes.add("validation cut by clip from training speakers", corpus);
        }
        assign(&mut subsets, &validation.groups, Subset::Validation);
    }
    Ok((subsets, notes.lines()))
}

pub(super) fn require_speakers(selection: &Selection) -> Result<(), CorpusError> {
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for clip in selection.clips.iter().filter(|clip| clip.speaker.is_none()) {
        *unknown.entry(&clip.corpus).or_default() += 1;
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let corpora: Vec<String> = unknown
        .iter()
        .map(|(corpus, clips)| format!("{corpus}: {clips}"))
        .collect();
    Err(CorpusError::Split(format!(
        "the speaker of {} clips is not known ({}), so nobody can be kept apart; set split.kind = \"random\", or \
         leave these clips out ([filter])",
        unknown.values().sum::<usize>(),
        corpora.join(", ")
    )))
}

/// The voices of each corpus; one that occurs in several belongs to the one that has most of its clips.
fn voices_by_corpus(selection: &Selection) -> BTreeMap<String, Vec<Group>> {
    let mut corpora: BTreeMap<String, Vec<Group>> = BTreeMap::new();
    for voice in voices(selection) {
        let mut clips: BTreeMap<&str, usize> = BTreeMap::new();
        voice
            .iter()
            .for_each(|&clip| *clips.entry(&selection.clips[clip].corpus).or_default() += 1);
        let home = clips
            .iter()
            .max_by_key(|(_, clips)| **clips)
            .map(|(corpus, _)| (*corpus).to_owned());
        corpora.entry(home.unwrap_or_default()).or_default().push(voice);
    }
    corpora
}

fn speakers<'a>(selection: &'a Selection, voice: &Group) -> BTreeSet<(&'a str, Option<&'a str>)> {
    let clips = voice.iter().map(|&clip| &selection.clips[clip]);
    clips.map(|clip| (&*clip.corpus, clip.speaker.as_deref())).collect()
}

/// Whether these voices are dealt so that sides have their share of the clips.
fn by_clips(dealing: Dealing, voices: &[Group]) -> bool {
    dealing == Dealing::ByClips && !are_alike(voices)
}

/// Whether each voice of each corpus is tested, when there is one run.
fn tested_once(
    selection: &Selection,
    corpora: &BTreeMap<String, Vec<Group>>,
    settings: &SplitSettings,
    dealing: Dealing,
    seed: u64,
) -> Result<Vec<Vec<bool>>, CorpusError> {
    if corpora.values().all(|voices| voices.len() < 2) {
        let alike = match selection.alike.first() {
            Some(alike) => format!(", or say in speakers.map who {} are", alike.speakers.join(" and ")),
            None => String::new(),
        };
        return Err(CorpusError::Split(format!(
            "no corpus has a second speaker to test on{}; set split.kind = \"random\", or let more clips take part \
             ([filter]){alike}",
            recordings(selection)
        )));
    }
    let tested = corpora.iter().map(|(corpus, voices)| {
        let random = &mut stream(seed, &format!("split test {corpus}"), 0);
        if by_clips(dealing, voices) {
            let deal = shares::deal(selection, voices, &training_and(settings.test), random);
            return deal.parts.into_iter().map(|part| part == 1).collect();
        }
        let test = match voices.len() {
            count @ 0..=2 => count.saturating_sub(1),
            count => share_of(settings.test, count).clamp(1, count - 2),
        };
        let parts = [
            Part {
                voices: voices.len() - test,
                learns: true,
            },
            Part {
                voices: test,
                learns: false,
            },
        ];
        balance(selection, voices, &parts, random)
            .into_iter()
            .map(|part| part == 1)
            .collect()
    });
    Ok(tested.collect())
}

/// Whether each voice of each corpus is tested in this fold. What remains when a corpus's voices are dealt
/// evenly goes to the folds that have the fewest clips so far.
fn tested_in(
    selection: &Selection,
    corpora: &BTreeMap<String, Vec<Group>>,
    (folds, fold): (usize, usize),
    dealing: Dealing,
    seed: u64,
) -> Result<Vec<Vec<bool>>, CorpusError> {
    let all: usize = corpora.values().map(Vec::len).sum();
    if all < folds {
        return Err(CorpusError::Split(format!(
            "split.kfold = {folds} needs at least as many speakers, and {all} take part; lower split.kfold, or set \
             split.kind = \"random\""
        )));
    }
    let mut emptiest: Vec<usize> = (0..folds).collect();
    emptiest.shuffle(&mut stream(seed, "split folds", 0));
    let mut clips = vec![0; folds];
    let mut tested = Vec::new();
    for (corpus, voices) in corpora {
        let random = &mut stream(seed, &format!("split folds {corpus}"), 0);
        emptiest.sort_by_key(|&fold| clips[fold]);
        let deal = if by_clips(dealing, voices) {
            let parts = clips.iter().map(|&before| shares::Part {
                share: 1.0 / folds as f64,
                before,
                learns: false,
            });
            shares::deal(selection, voices, &parts.collect::<Vec<_>>(), random).parts
        } else {
            let mut parts = vec![
                Part {
                    voices: voices.len() / folds,
                    learns: false
                };
                folds
            ];
            emptiest
                .iter()
                .take(voices.len() % folds)
                .for_each(|&fold| parts[fold].voices += 1);
            balance(selection, voices, &parts, random)
        };
        voices
            .iter()
            .zip(&deal)
            .for_each(|(voice, &fold)| clips[fold] += voice.len());
        tested.push(deal.into_iter().map(|at| at == fold).collect());
    }
    Ok(tested)
}

/// What has to be said, each with the corpora it is said of.
#[derive(Default)]
pub(super) struct Notes(BTreeMap<&'static str, Vec<String>>);

impl Notes {
    pub(super) fn add(&mut self, note: &'static str, corpus: &str) {
        self.0.entry(note).or_default().push(corpus.to_owned());
    }

    pub(super) fn lines(self) -> Vec<String> {
        self.0
            .into_iter()
            .map(|(note, corpora)| format!("{note} ({})", corpora.join(", ")))
            .collect()
    }
}
