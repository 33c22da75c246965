//! What the test set shares with the training set.

use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Where a clip comes from, as far as leakage is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// `corpus/speaker`.
    pub speaker: Option<String>,
    /// `corpus/text`.
    pub text: Option<String>,
    /// Hash of the samples.
    pub content: Option<u128>,
    /// Hash of the samples it was made of, where copies of clips were made.
    pub source: Option<u128>,
    /// The recording that it is, or is a segment of.
    pub recording: Option<PathBuf>,
}

/// What two sides share. Clips whose speaker, sentence or content is not known do not count towards it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Leakage {
    /// Speakers on the training set.
    pub train_speakers: usize,
    /// Speakers on the test set.
    pub test_speakers: usize,
    /// Speakers on both.
    pub shared_speakers: usize,
    /// Sentences on the test set.
    pub test_texts: usize,
    /// Sentences on both.
    pub shared_texts: usize,
    /// Test clips whose samples are on the training set as well.
    pub shared_clips: usize,
    /// Test examples of whose clip another copy is on the training set (augmented before the split).
    #[serde(default)]
    pub shared_copies: usize,
    /// Other test clips of whose recording a segment is on the training set.
    #[serde(default, skip_serializing_if = "is_none")]
    pub shared_recordings: usize,
}

fn is_none(count: &usize) -> bool {
    *count == 0
}

/// Compares the test set with the training set (to which validation belongs: the best epoch is chosen there).
pub fn leakage(train: &[Provenance], test: &[Provenance]) -> Leakage {
    let speakers = |subset| distinct(subset, |clip| clip.speaker.as_deref());
    let texts = |subset| distinct(subset, |clip| clip.text.as_deref());
    let (train_speakers, test_speakers) = (speakers(train), speakers(test));
    let (train_texts, test_texts) = (texts(train), texts(test));
    let shared = |hash: fn(&Provenance) -> Option<u128>| {
        let learnt: HashSet<u128> = train.iter().filter_map(hash).collect();
        test.iter().filter_map(hash).filter(|it| learnt.contains(it)).count()
    };
    let contents: HashSet<u128> = train
        .iter()
        .flat_map(|clip| [clip.content, clip.source])
        .flatten()
        .collect();
    let recordings: HashSet<&Path> = train.iter().filter_map(|clip| clip.recording.as_deref()).collect();
    let other = |clip: &&Provenance| {
        let known = [clip.content, clip.source];
        known.into_iter().flatten().all(|content| !contents.contains(&content))
    };
    let from_learnt = |clip: &&Provenance| clip.recording.as_deref().is_some_and(|of| recordings.contains(of));
    Leakage {
        train_speakers: train_speakers.len(),
        test_speakers: test_speakers.len(),
        shared_speakers: test_speakers.intersection(&train_speakers).count(),
        test_texts: test_texts.len(),
        shared_texts: test_texts.intersection(&train_texts).count(),
        shared_clips: shared(|clip| clip.content),
        shared_copies: shared(|clip| clip.source),
        shared_recordings: test.iter().filter(other).filter(from_learnt).count(),
    }
}

fn distinct(subset: &[Provenance], property: fn(&Provenance) -> Option<&str>) -> HashSet<&str> {
    subset.iter().filter_map(property).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(speaker: &str, text: Option<&str>, content: u128) -> Provenance {
        Provenance {
            speaker: Some(speaker.into()),
            text: text.map(Into::into),
            content: Some(content),
            source: None,
            recording: None,
        }
    }

    #[test]
    fn counts_what_is_on_both_sides_once_per_speaker_and_sentence_but_every_clip() {
        let train = [
            clip("a/1", Some("a/dogs"), 1),
            clip("a/2", Some("a/kids"), 2),
            clip("a/2", None, 3),
        ];
        let test = [
            clip("a/2", Some("a/dogs"), 3),
            clip("a/2", Some("a/dogs"), 3),
            clip("a/3", Some("a/cats"), 4),
            // The same number in another corpus is another speaker.
            clip("b/1", None, 5),
        ];
        let expected = Leakage {
            train_speakers: 2,
            test_speakers: 3,
            shared_speakers: 1,
            test_texts: 2,
            shared_texts: 1,
            shared_clips: 2,
            ..Leakage::default()
        };
        assert_eq!(leakage(&train, &test), expected);
    }

    #[test]
    fn copies_of_one_clip_on_both_sides_are_counted() {
        let copy = |content, source| Provenance {
            source: Some(source),
            ..clip("a/1", None, content)
        };
        let train = [copy(1, 1), copy(12, 1), copy(2, 2)];
        let test = [copy(11, 1), copy(3, 3), copy(13, 1)];
        let found = leakage(&train, &test);
        assert_eq!((found.shared_clips, found.shared_copies), (0, 2));
    }

    #[test]
    fn segments_of_one_recording_on_both_sides_are_counted_once_each() {
        let of = |recording: &str, content| Provenance {
            recording: Some(recording.into()),
            ..clip("a/1", None, content)
        };
        let train = [of("a.wav", 1), of("b.wav", 2)];
        // The second is the very clip, and counted as such.
        let test = [of("a.wav", 3), of("a.wav", 1), of("c.wav", 4)];
        let found = leakage(&train, &test);
        assert_eq!((found.shared_clips, found.shared_recordings), (1, 1));
    }

    #[test]
    fn the_unknown_is_never_shared() {
        let unknown = [Provenance {
            speaker: None,
            text: None,
            content: None,
            source: None,
            recording: None,
        }];
        assert_eq!(leakage(&unknown, &unknown), Leakage::default());
    }
}
