//! Names of speakers: blanks and case are no difference, and some names may mean one person.

use super::{Clip, CorpusError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Who speakers are: `[speakers]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpeakerSettings {
    /// From a speaker (`speaker` or `corpus/speaker`) to who it is, by a name in the same corpus; its own name says that
    /// it is nobody else.
    pub map: BTreeMap<String, String>,
}

impl SpeakerSettings {
    /// Refuses speakers who are nobody.
    ///
    /// # Errors
    /// [`CorpusError::Settings`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), CorpusError> {
        match self.map.iter().find(|(_, to)| to.trim().is_empty()) {
            Some((from, _)) => {
                let problem = format!("`{from}` is nobody; name who it is, or leave the clips out by filter.speaker");
                Err(CorpusError::settings("speakers.map", problem))
            }
            None => Ok(()),
        }
    }
}

/// Speakers of one corpus whose names may mean one person (`01` and `1`): on one side of a speaker-disjoint split until
/// `speakers.map` says who they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlikeSpeakers {
    /// The corpus.
    pub corpus: Arc<str>,
    /// The speakers, at least two, sorted.
    pub speakers: Vec<Arc<str>>,
}

/// A speaker of a corpus.
type Speaker = (Arc<str>, Arc<str>);

fn speaker_of(clip: &Clip) -> Option<Speaker> {
    Some((Arc::clone(&clip.corpus), Arc::clone(clip.speaker.as_ref()?)))
}

/// Without case and needless blanks.
pub(super) fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

/// The speakers that are spelt in several ways, each with the spelling that stands for all: the commonest of its corpus, of
/// equally common ones the first.
pub(super) fn spellings(clips: &[Clip]) -> HashMap<Speaker, Arc<str>> {
    let mut counts: BTreeMap<Speaker, usize> = BTreeMap::new();
    for speaker in clips.iter().filter_map(speaker_of) {
        *counts.entry(speaker).or_default() += 1;
    }
    let mut people: HashMap<_, Vec<_>> = HashMap::new();
    for ((corpus, speaker), clips) in counts {
        let person = (corpus, folded(&speaker));
        people.entry(person).or_default().push((speaker, clips));
    }
    let mut found = HashMap::new();
    for ((corpus, _), spelt) in people {
        // The first of the commonest: the last of the reversed.
        let Some((usual, _)) = spelt.iter().rev().max_by_key(|(_, clips)| *clips).cloned() else {
            continue;
        };
        let others = spelt.into_iter().filter(|(spelling, _)| *spelling != usual);
        found.extend(others.map(|(spelling, _)| ((Arc::clone(&corpus), spelling), Arc::clone(&usual))));
    }
    found
}

/// Puts the answers of the settings in place of the speakers; returns those that were answered for.
pub(super) fn answer(clips: &mut [Clip], settings: &SpeakerSettings) -> HashSet<Speaker> {
    let answers: HashMap<String, &str> = settings
        .map
        .iter()
        .map(|(from, to)| (folded(from), to.trim()))
        .collect();
    let all: HashSet<Speaker> = clips.iter().filter_map(speaker_of).collect();
    let spelt: HashMap<(Arc<str>, String), Arc<str>> = all
        .iter()
        .map(|(corpus, speaker)| ((Arc::clone(corpus), folded(speaker)), Arc::clone(speaker)))
        .collect();
    let mut found: HashMap<Speaker, Arc<str>> = HashMap::new();
    for (corpus, speaker) in all {
        let whole = folded(&format!("{corpus}/{speaker}"));
        if let Some(to) = answers.get(&whole).or_else(|| answers.get(&folded(&speaker))) {
            let known = spelt.get(&(Arc::clone(&corpus), folded(to)));
            let to = known.map_or_else(|| Arc::from(*to), Arc::clone);
            found.insert((corpus, speaker), to);
        }
    }
    for clip in clips {
        if let Some(to) = speaker_of(clip).and_then(|speaker| found.get(&speaker)) {
            clip.speaker = Some(Arc::clone(to));
        }
    }
    found.into_keys().collect()
}

/// The speakers that may be one, those who were answered for left out.
pub(super) fn alike(clips: &[Clip], answered: &HashSet<Speaker>) -> Vec<AlikeSpeakers> {
    let mut speakers: Vec<Speaker> = clips
        .iter()
        .filter_map(speaker_of)
        .collect::<HashSet<_>>()
        .into_iter()
        .collect();
    speakers.retain(|speaker| !answered.contains(speaker));
    speakers.sort();
    let mut groups: BTreeMap<(Arc<str>, String), Vec<Arc<str>>> = BTreeMap::new();
    for (corpus, speaker) in speakers {
        groups.entry((corpus, bare(&speaker))).or_default().push(speaker);
    }
    let several = groups.into_iter().filter(|(_, speakers)| speakers.len() > 1);
    several
        .map(|((corpus, _), speakers)| AlikeSpeakers { corpus, speakers })
        .collect()
}

/// What is left of a name without the marks between its words and numbers, the zeros before a number and the `.0` that
/// tables of floating point put behind it: equal for names that may mean one person.
fn bare(name: &str) -> String {
    let name = folded(name);
    let whole = match name.split_once('.') {
        Some((number, zeros)) if is_number(number) && is_number(zeros) && zeros.trim_matches('0').is_empty() => number,
        _ => &name,
    };
    let mut parts: Vec<String> = Vec::new();
    let mut before = None;
    for letter in whole.chars() {
        let kind = match letter {
            digit if digit.is_ascii_digit() => Some(true),
            letter if letter.is_alphanumeric() => Some(false),
            _ => None,
        };
        match (kind, parts.last_mut()) {
            (Some(_), Some(part)) if kind == before => part.push(letter),
            (Some(_), _) => parts.push(letter.to_string()),
            (None, _) => {}
        }
        before = kind;
    }
    for part in &mut parts {
        if is_number(part) {
            let digits = part.trim_start_matches('0');
            *part = if digits.is_empty() { "0" } else { digits }.to_owned();
        }
    }
    if parts.is_empty() { name } else { parts.join(" ") }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::*;
    use proptest::prelude::*;

    fn clips(speakers: &[(&str, &str)]) -> Vec<Clip> {
        let made = speakers.iter().enumerate().map(|(index, (corpus, speaker))| Clip {
            corpus: (*corpus).into(),
            speaker: Some((*speaker).into()),
            ..clip(&format!("{index}.wav"), "sad")
        });
        made.collect()
    }

    fn mine(speakers: &[&str]) -> Vec<Clip> {
        clips(&speakers.iter().map(|speaker| ("mine", *speaker)).collect::<Vec<_>>())
    }

    fn settings(pairs: &[(&str, &str)]) -> SpeakerSettings {
        SpeakerSettings {
            map: pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
        }
    }

    fn names(clips: &[Clip]) -> Vec<&str> {
        clips.iter().filter_map(|clip| clip.speaker.as_deref()).collect()
    }

    fn groups<'a>(alike: &'a [AlikeSpeakers]) -> Vec<Vec<&'a str>> {
        let names = |group: &'a AlikeSpeakers| group.speakers.iter().map(|speaker| &**speaker).collect();
        alike.iter().map(names).collect()
    }

    #[test]
    fn the_commonest_spelling_stands_for_all_and_corpora_stay_apart() {
        let found = spellings(&clips(&[
            ("mine", "S03"),
            ("mine", "s03"),
            ("mine", "s03"),
            ("mine", "Anna"),
            ("mine", "anna "),
            ("mine", "Anna  Maria"),
            ("mine", "anna maria"),
            ("other", "S03"),
            ("other", "ANNA"),
        ]));
        let of = |corpus: &str, speaker: &str| found.get(&(corpus.into(), speaker.into())).map(|usual| &**usual);
        assert_eq!(of("mine", "S03"), Some("s03"));
        assert_eq!(of("mine", "anna "), Some("Anna"));
        assert_eq!(of("mine", "anna maria"), Some("Anna  Maria"));
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn names_that_may_mean_one_person_are_found() {
        for (one, other) in [
            ("01", "1"),
            ("1.0", "1"),
            ("s03", "s3"),
            ("S_03", "s3"),
            ("Actor 7", "actor-07"),
            ("anna-maria", "Anna Maria"),
            ("000", "0"),
        ] {
            let found = alike(&mine(&[one, other, "somebody"]), &HashSet::new());
            let mut expected = [one, other];
            expected.sort_unstable();
            assert_eq!(groups(&found), [expected], "{one} {other}");
        }
        let apart = [
            "1",
            "10",
            "1-0",
            "1.5",
            "s1",
            "s11",
            "anna",
            "annamaria",
            "-",
            "--",
            "m1",
            "f1",
            "٣",
        ];
        assert!(alike(&mine(&apart), &HashSet::new()).is_empty());
        assert!(alike(&clips(&[("a", "01"), ("b", "1")]), &HashSet::new()).is_empty());
    }

    #[test]
    fn answers_make_one_person_or_two() {
        let speakers = ["01", "1", "001", "Anna"];
        let answered = |pairs: &[(&str, &str)]| {
            let mut clips = mine(&speakers);
            let answered = answer(&mut clips, &settings(pairs));
            let alike = alike(&clips, &answered);
            (names(&clips).join(" "), groups(&alike).concat().join(" "))
        };
        assert_eq!(answered(&[]), ("01 1 001 Anna".into(), "001 01 1".into()));
        assert_eq!(answered(&[("mine/01", "1")]), ("1 1 001 Anna".into(), "001 1".into()));
        assert_eq!(answered(&[("01", "1"), ("001", "1")]), ("1 1 1 Anna".into(), "".into()));
        assert_eq!(answered(&[("mine/01", "01")]), ("01 1 001 Anna".into(), "001 1".into()));
        assert_eq!(answered(&[("other/01", "1")]).1, "001 01 1");
        // A name that is there is spelt as it is there, and what holds of a corpus counts over what holds of all.
        assert_eq!(
            answered(&[("1", "anna"), ("MINE/01", "Bert"), ("01", "x")]).0,
            "Bert Anna 001 Anna"
        );
        assert!(settings(&[("a", " ")]).validate().is_err());
        assert!(settings(&[("a", "a")]).validate().is_ok());
    }

    proptest! {
        #[test]
        fn any_names_are_compared_without_a_panic(names in prop::collection::vec("\\PC{0,6}", 0..6)) {
            let clips = mine(&names.iter().map(String::as_str).collect::<Vec<_>>());
            let usual = spellings(&clips);
            for ((corpus, speaker), usual) in &usual {
                prop_assert_eq!(folded(speaker), folded(usual));
                prop_assert!(!usual.is_empty() || folded(speaker).is_empty());
                prop_assert_eq!(&**corpus, "mine");
            }
            for group in alike(&clips, &HashSet::new()) {
                prop_assert!(group.speakers.len() > 1);
            }
        }
    }
}
