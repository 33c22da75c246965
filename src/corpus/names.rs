//! What is made of the names that corpora state: spellings of one label are one label, those of one speaker one speaker.
//! What was stated is kept beside the clips, so that it can be told, mapped and put back.

use super::speakers::{AlikeSpeakers, alike, answer, spellings};
use super::{Clip, Emotion, Layout, SpeakerSettings};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Which names the clips have.
///
/// It is recorded with every run and every study, so that what was begun goes on with the labels and the speakers it was
/// begun with. It is no setting: what is started again from the beginning is always named by [`Naming::NEWEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Naming {
    /// Those that the corpora state, each spelling by itself, and nothing of speakers but what lies beside the clips.
    AsStated,
    /// Spellings joined, and what is published of known speakers.
    #[default]
    Joined,
}

impl Naming {
    /// How new runs and studies are named.
    pub const NEWEST: Self = Self::Joined;

    /// How everything was named that does not say how.
    pub fn unrecorded() -> Self {
        Self::AsStated
    }
}

/// What the corpora state, where the clips have it otherwise, and whose names may be one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    naming: Naming,
    /// By clip.
    stated: BTreeMap<usize, Stated>,
    alike: Arc<Vec<AlikeSpeakers>>,
}

/// What was stated of one clip, as far as it is otherwise now.
#[derive(Debug, Clone, Default, PartialEq)]
struct Stated {
    emotion: Option<Emotion>,
    speaker: Option<Arc<str>>,
    /// Whether age and gender are not stated, but published.
    completed: bool,
    /// Its scheme and that of the rest of its corpus.
    stray: Option<Stray>,
}

/// A clip that is named by another scheme than the rest of its corpus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stray {
    /// Its own.
    pub scheme: Layout,
    /// Of the rest.
    pub usual: Layout,
}

/// How a clip came by its labels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Origin {
    /// Whether age and gender are those that ship with the program.
    pub completed: bool,
    /// Where its scheme is not that of the rest.
    pub stray: Option<Stray>,
}

impl Names {
    /// Joins the spellings of these clips, of which the origins are in the same order.
    pub(super) fn join(clips: &mut [Clip], origins: impl Iterator<Item = Origin>) -> Self {
        let mut names = Self::default();
        for (index, Origin { completed, stray }) in origins.enumerate() {
            if completed || stray.is_some() {
                let stated = names.stated.entry(index).or_default();
                (stated.completed, stated.stray) = (completed, stray);
            }
        }
        let usual = spellings(clips);
        let mut labels: HashMap<Emotion, Emotion> = HashMap::new();
        for (index, clip) in clips.iter_mut().enumerate() {
            let label = labels.entry(clip.emotion.clone()).or_insert_with_key(Emotion::joined);
            if *label != clip.emotion {
                let stated = std::mem::replace(&mut clip.emotion, label.clone());
                names.stated.entry(index).or_default().emotion = Some(stated);
            }
            if usual.is_empty() {
                continue;
            }
            let speaker = clip.speaker.clone().map(|speaker| (Arc::clone(&clip.corpus), speaker));
            if let Some(to) = speaker.and_then(|speaker| usual.get(&speaker)) {
                names.stated.entry(index).or_default().speaker = clip.speaker.replace(Arc::clone(to));
            }
        }
        names.alike = alike(clips, &HashSet::new()).into();
        names
    }

    /// Gives clips the names that the corpora state.
    pub(super) fn undo(&self, clips: &mut [Clip]) -> Self {
        for (index, stated) in &self.stated {
            let Some(clip) = clips.get_mut(*index) else { continue };
            if let Some(emotion) = &stated.emotion {
                clip.emotion = emotion.clone();
            }
            if let Some(speaker) = &stated.speaker {
                clip.speaker = Some(Arc::clone(speaker));
            }
            if stated.completed {
                (clip.gender, clip.age, clip.ethnicity) = (None, None, None);
            }
        }
        Self {
            naming: Naming::AsStated,
            ..Self::default()
        }
    }

    /// Gives clips the speakers that the settings say they are.
    pub(super) fn answer(mut self, clips: &mut [Clip], settings: &SpeakerSettings) -> Self {
        let before: Vec<Option<Arc<str>>> = clips.iter().map(|clip| clip.speaker.clone()).collect();
        let answered = answer(clips, settings);
        for (index, (clip, before)) in clips.iter().zip(before).enumerate() {
            if clip.speaker != before {
                let stated = self.stated.entry(index).or_default();
                stated.speaker = stated.speaker.take().or(before);
            }
        }
        self.alike = alike(clips, &answered).into();
        self
    }

    /// How the clips are named.
    pub fn naming(&self) -> Naming {
        self.naming
    }

    /// The label that a corpus states for a clip.
    pub fn emotion<'a>(&'a self, index: usize, clip: &'a Clip) -> &'a Emotion {
        let stated = self.stated.get(&index).and_then(|stated| stated.emotion.as_ref());
        stated.unwrap_or(&clip.emotion)
    }

    /// The speaker that a corpus states for a clip.
    pub fn speaker<'a>(&'a self, index: usize, clip: &'a Clip) -> Option<&'a str> {
        let stated = self.stated.get(&index).and_then(|stated| stated.speaker.as_deref());
        stated.or(clip.speaker.as_deref())
    }

    /// Speakers who may be one.
    pub fn alike(&self) -> &Arc<Vec<AlikeSpeakers>> {
        &self.alike
    }

    /// Where a clip is named by another scheme than the rest of its corpus.
    pub(super) fn stray(&self, index: usize) -> Option<Stray> {
        self.stated.get(&index)?.stray
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::super::{Catalogue, Gender};
    use super::*;

    fn stated() -> Vec<Clip> {
        let rows = [
            ("anger", "Anna"),
            ("angry", "anna "),
            ("calm", "01"),
            ("0.0", "1"),
            ("sad", "Anna"),
        ];
        let made = rows.into_iter().map(|(emotion, speaker)| Clip {
            speaker: Some(speaker.into()),
            ..clip(&format!("{speaker}-{emotion}.wav"), emotion)
        });
        made.collect()
    }

    fn catalogue(mut clips: Vec<Clip>, completed: &[usize]) -> Catalogue {
        for index in completed {
            (clips[*index].gender, clips[*index].age) = (Some(Gender::Female), Some(40));
        }
        let origins = (0..clips.len()).map(|index| Origin {
            completed: completed.contains(&index),
            stray: None,
        });
        let names = Names::join(&mut clips, origins);
        Catalogue {
            clips: clips.into(),
            names: names.into(),
            ..Catalogue::default()
        }
    }

    fn labels(catalogue: &Catalogue) -> Vec<&str> {
        catalogue.clips.iter().map(|clip| clip.emotion.name()).collect()
    }

    fn speakers(catalogue: &Catalogue) -> Vec<&str> {
        catalogue
            .clips
            .iter()
            .filter_map(|clip| clip.speaker.as_deref())
            .collect()
    }

    #[test]
    fn spellings_are_joined_and_what_was_stated_is_kept() {
        let found = catalogue(stated(), &[]);
        assert_eq!(labels(&found), ["angry", "angry", "calm", "0", "sad"]);
        assert_eq!(speakers(&found), ["Anna", "Anna", "01", "1", "Anna"]);
        let of = |index: usize| {
            let clip = &found.clips[index];
            (
                found.names.emotion(index, clip).name(),
                found.names.speaker(index, clip).unwrap(),
            )
        };
        assert_eq!(
            [of(0), of(1), of(3), of(4)],
            [("anger", "Anna"), ("angry", "anna "), ("0.0", "1"), ("sad", "Anna")]
        );
        let [alike] = found.names.alike().as_slice() else {
            panic!("{:?}", found.names)
        };
        assert_eq!(
            alike.speakers.iter().map(|name| &**name).collect::<Vec<_>>(),
            ["01", "1"]
        );
    }

    #[test]
    fn what_was_begun_before_finds_what_the_corpora_state() {
        let mut before = stated();
        before[2].gender = Some(Gender::Male);
        let found = catalogue(before.clone(), &[1, 3]);
        assert_eq!(found.clips[1].age, Some(40));
        let answers = SpeakerSettings {
            map: [("01".to_owned(), "1".to_owned())].into(),
        };
        for catalogue in [found.clone(), found.clone().with_speakers(&answers)] {
            let back = catalogue.named(Naming::AsStated);
            assert_eq!(*back.clips, before);
            assert_eq!(back.names.naming(), Naming::AsStated);
            assert!(back.names.alike().is_empty());
        }
        assert_eq!(found.clone().named(Naming::Joined).clips, found.clips);
    }

    #[test]
    fn answers_are_followed_and_no_longer_asked_for() {
        let answers = SpeakerSettings {
            map: [("test/01".to_owned(), "1".to_owned())].into(),
        };
        let found = catalogue(stated(), &[]).with_speakers(&answers);
        assert_eq!(speakers(&found), ["Anna", "Anna", "1", "1", "Anna"]);
        assert!(found.names.alike().is_empty());
        assert_eq!(found.names.speaker(2, &found.clips[2]), Some("01"));
    }

    #[test]
    fn naming_is_written_in_words() {
        assert_eq!(serde_json::to_string(&Naming::NEWEST).unwrap(), "\"joined\"");
        assert_eq!(serde_json::to_string(&Naming::unrecorded()).unwrap(), "\"as_stated\"");
    }
}
