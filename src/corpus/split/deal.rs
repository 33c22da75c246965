//! Clips dealt out one by one, in given shares.

use super::super::Selection;
use super::groups::Group;
use crate::random::Stream;
use rand::seq::SliceRandom;

/// Deals groups of clips to parts in the given shares (which sum to 1), shuffled, so that not only all clips
/// but also those of each emotion, of each corpus within it and of each gender within that come close to
/// the shares. With `learning`, the first part is what is learnt from: it gets a group of every emotion.
/// Returns the part of each group.
///
/// The groups, in order of emotion, corpus and gender and shuffled within, go each to the part that is
/// furthest behind its share: every part is then within about one group of its share of any run of groups.
pub fn deal(
    selection: &Selection,
    groups: &[Group],
    shares: &[f64],
    learning: bool,
    random: &mut Stream,
) -> Vec<usize> {
    let first = |group: usize| &selection.clips[groups[group][0]];
    let mut order: Vec<usize> = (0..groups.len()).collect();
    order.shuffle(random);
    order.sort_by_key(|&group| (first(group).emotion.rank(), &first(group).corpus, first(group).gender));

    let mut parts = vec![0; groups.len()];
    let mut behind = vec![0.0; shares.len()];
    let mut emotion = None;
    for group in order {
        let clips = groups[group].len() as f64;
        for (behind, share) in behind.iter_mut().zip(shares) {
            *behind += share * clips;
        }
        let new_emotion = emotion.replace(&first(group).emotion) != Some(&first(group).emotion);
        let part = if learning && new_emotion { 0 } else { largest(&behind) };
        behind[part] -= clips;
        parts[group] = part;
    }
    parts
}

/// The first of the largest values.
fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}
