//! The training clips divided again, to choose something without looking at any others.

use super::Dataset;
use std::collections::{BTreeMap, BTreeSet};

/// Folds of the clips that a choice is made on.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InnerFolds {
    /// The fold of every clip.
    pub of: Vec<usize>,
    /// How many there are; fewer than asked for where there is less to deal.
    pub count: usize,
    /// Whether no speaker is in two of them.
    pub of_speakers: bool,
}

/// Deals clips to `count` folds: those of one speaker to the same, and those of nobody known with their copies. Larger
/// groups first, each to the fold that has the fewest clips. With one speaker alone the clips are dealt themselves, their
/// copies with them.
pub(super) fn inner_folds(dataset: &Dataset, clips: &[usize], count: usize) -> InnerFolds {
    let speaker = |clip: usize| dataset.speakers.get(clip).and_then(Option::as_deref);
    let speakers: BTreeSet<Option<&str>> = clips.iter().map(|clip| speaker(*clip)).collect();
    let of_speakers = speakers.len() > 1;
    let mut groups: BTreeMap<(Option<&str>, usize), Vec<usize>> = BTreeMap::new();
    for (position, clip) in clips.iter().enumerate() {
        let source = dataset.sources.get(*clip).copied().unwrap_or(*clip);
        let group = match speaker(*clip).filter(|_| of_speakers) {
            None => (None, source),
            speaker => (speaker, 0),
        };
        groups.entry(group).or_default().push(position);
    }
    let count = count.min(groups.len());
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    // The order of equal ones stays.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut sizes = vec![0; count];
    let mut of = vec![0; clips.len()];
    for group in groups {
        let fold = (0..count).min_by_key(|fold| sizes[*fold]).unwrap_or(0);
        if let Some(size) = sizes.get_mut(fold) {
            *size += group.len();
        }
        group.into_iter().for_each(|position| of[position] = fold);
    }
    InnerFolds { of, count, of_speakers }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::{Split, SplitKind};

    fn dataset(speakers: &[Option<&str>], sources: &[usize]) -> Dataset {
        Dataset {
            votes: None,
            dimensions: None,
            matrices: Vec::new(),
            targets: vec![0; speakers.len()],
            labels: Vec::new(),
            split: Split {
                kind: SplitKind::Random,
                given: None,
                fold: None,
                subsets: Vec::new(),
                notes: Vec::new(),
            },
            speakers: speakers.iter().map(|speaker| speaker.map(str::to_owned)).collect(),
            sources: sources.to_vec(),
            cached: 0,
            skip_clamped: 0,
        }
    }

    #[test]
    fn speakers_stay_whole_and_folds_are_of_about_one_size() {
        let speakers = [
            Some("a"),
            Some("b"),
            Some("a"),
            Some("c"),
            None,
            None,
            Some("b"),
            Some("a"),
        ];
        let dataset = dataset(&speakers, &[0, 1, 2, 3, 4, 4, 6, 7]);
        let InnerFolds { of, count, of_speakers } = inner_folds(&dataset, &[0, 1, 2, 3, 4, 5, 6, 7], 3);
        assert!(of_speakers && count == 3);
        assert!(of[0] == of[2] && of[2] == of[7] && of[1] == of[6] && of[4] == of[5]);
        let mut sizes = [0; 3];
        of.iter().for_each(|fold| sizes[*fold] += 1);
        sizes.sort_unstable();
        assert_eq!(sizes, [2, 3, 3]);
        assert_eq!(
            inner_folds(&dataset, &[0, 1, 2], 5).count,
            2,
            "no more than there are speakers"
        );
    }

    #[test]
    fn clips_of_one_speaker_are_dealt_with_their_copies() {
        let dataset = dataset(&[Some("a"); 6], &[0, 1, 2, 0, 1, 2]);
        let InnerFolds { of, count, of_speakers } = inner_folds(&dataset, &[0, 1, 2, 3, 4, 5], 3);
        assert!(!of_speakers && count == 3);
        assert_eq!(of[..3], of[3..]);
        assert!(of[0] != of[1] && of[1] != of[2] && of[0] != of[2]);
    }
}
