//! Speakers and corpora to test on, by name.

use super::super::{SplitSettings, Subset};
use super::{Given, corpora, listed};
use crate::corpus::labels::corpus_key;
use crate::corpus::speakers::folded;
use crate::corpus::{Clip, CorpusError, Selection};
use std::collections::{BTreeMap, BTreeSet};

/// What the names give: all clips of other speakers and corpora are learnt from.
pub fn given(selection: &Selection, settings: &SplitSettings) -> Result<Given, CorpusError> {
    let tested = Speakers::find(selection, "split.test_speakers", &settings.test_speakers)?;
    let validated = Speakers::find(selection, "split.validation_speakers", &settings.validation_speakers)?;
    let all = corpora(selection);
    for name in &settings.test_corpora {
        if !all.iter().any(|corpus| corpus_key(corpus) == corpus_key(name)) {
            return Err(CorpusError::settings(
                "split.test_corpora",
                format!(
                    "no corpus `{name}` takes part; there are {}",
                    listed(all.iter().map(String::as_str))
                ),
            ));
        }
    }
    let is_corpus = |clip: &Clip| {
        let mut names = settings.test_corpora.iter();
        names.any(|name| corpus_key(name) == corpus_key(&clip.corpus))
    };
    let mut sides = Vec::with_capacity(selection.clips.len());
    for clip in &selection.clips {
        let test = tested.has(clip) || is_corpus(clip);
        sides.push(match (test, validated.has(clip)) {
            (true, true) => {
                let speaker = clip.speaker_key().unwrap_or_default();
                return Err(CorpusError::settings(
                    "split.validation_speakers",
                    format!("{speaker} is tested on too; take it out of one of them"),
                ));
            }
            (true, false) => Some(Subset::Test),
            (false, true) => Some(Subset::Validation),
            (false, false) => Some(Subset::Train),
        });
    }
    let mut words = Vec::new();
    if !settings.test_speakers.is_empty() {
        let names = settings.test_speakers.iter().map(String::as_str);
        words.push(format!("speakers {}", listed(names)));
    }
    if !settings.test_corpora.is_empty() {
        let names = settings.test_corpora.iter().map(String::as_str);
        words.push(format!("corpora {}", listed(names)));
    }
    if !settings.validation_speakers.is_empty() {
        let names = settings.validation_speakers.iter().map(String::as_str);
        words.push(format!("validated on {}", listed(names)));
    }
    let nameless = |(clip, side): &(&Clip, &Option<Subset>)| clip.speaker.is_none() && **side != Some(Subset::Test);
    let nameless = selection.clips.iter().zip(&sides).filter(nameless).count();
    let note = format!("the speaker of {nameless} training clips is not known, and may be one that is tested on");
    let cut = if settings.validation_speakers.is_empty() {
        all
    } else {
        BTreeSet::new()
    };
    Ok(Given {
        name: format!("split by hand (tested on {})", words.join("; ")),
        sides,
        cut,
        notes: Vec::from_iter((nameless > 0 && !settings.test_speakers.is_empty()).then_some(note)),
    })
}

/// Speakers by name: `speaker`, or `corpus/speaker` where one name is several people's.
struct Speakers(BTreeSet<String>);

impl Speakers {
    /// # Errors
    /// A name that is nobody's, with those that there are.
    fn find(selection: &Selection, key: &str, names: &[String]) -> Result<Self, CorpusError> {
        let names: BTreeMap<String, &str> = names.iter().map(|name| (folded(name), name.as_str())).collect();
        let mut missing = names.clone();
        let mut there = BTreeSet::new();
        for clip in selection.clips.iter().filter(|_| !names.is_empty()) {
            if let Some(speaker) = &clip.speaker {
                missing.remove(&folded(speaker));
                there.insert(&**speaker);
            }
            if let Some(whole) = clip.speaker_key() {
                missing.remove(&folded(&whole));
            }
        }
        match missing.first_key_value() {
            None => Ok(Self(names.into_keys().collect())),
            Some((_, name)) => Err(CorpusError::settings(
                key,
                format!(
                    "no speaker `{name}` takes part; there are {}; write them so, or as corpus/speaker",
                    listed(there.iter().copied())
                ),
            )),
        }
    }

    fn has(&self, clip: &Clip) -> bool {
        let name = |name: &str| self.0.contains(&folded(name));
        clip.speaker.as_deref().is_some_and(name) || clip.speaker_key().is_some_and(|whole| name(&whole))
    }
}
