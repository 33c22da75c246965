//! Clips that must stay together.

use super::super::{Clip, SampleAnalysis, Segment, Selection};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::Hash;
use std::path::Path;

/// A set of clips (indices into the selection) that no side may share with another.
pub type Group = Vec<usize>;

/// The given clips, grouped by identical samples and, where they are segments, by recording, or by overlap where recordings
/// may be shared. A clip that has not been
/// analysed, or in which there is nothing to hear, is a group of its own. Groups and their clips are in order of corpus and
/// path, so that nothing depends on the order of the selection.
pub fn duplicates(selection: &Selection, clips: &[usize]) -> Vec<Group> {
    grouped(selection, clips, |_| None::<()>)
}

/// All clips, grouped by speaker; speakers that may be one, and such that share identical samples or a recording of which
/// clips are segments, are one group. Clips without a speaker are grouped by identical samples and recording only.
pub fn voices(selection: &Selection) -> Vec<Group> {
    let all: Vec<usize> = (0..selection.clips.len()).collect();
    let people = People::new(selection);
    grouped(selection, &all, |clip| people.of(&selection.clips[clip]))
}

/// People, as far as names tell them apart: of several names that may be one person's, the first stands for all.
pub struct People<'a>(HashMap<(&'a str, &'a str), &'a str>);

impl<'a> People<'a> {
    /// Those of a selection.
    pub fn new(selection: &'a Selection) -> Self {
        let groups = selection
            .alike
            .iter()
            .filter_map(|alike| Some((alike, &**alike.speakers.first()?)));
        let names = groups.flat_map(|(alike, first)| {
            let speakers = alike.speakers.iter();
            speakers.map(move |speaker| ((&*alike.corpus, &**speaker), first))
        });
        Self(names.collect())
    }

    /// Who speaks a clip: corpus and speaker.
    pub fn of(&self, clip: &'a Clip) -> Option<(&'a str, &'a str)> {
        let (corpus, speaker) = (&*clip.corpus, clip.speaker.as_deref()?);
        Some((corpus, self.0.get(&(corpus, speaker)).copied().unwrap_or(speaker)))
    }
}

/// The given clips, grouped by a key and by identical samples.
pub fn grouped<K: Eq + Hash>(selection: &Selection, clips: &[usize], key: impl Fn(usize) -> Option<K>) -> Vec<Group> {
    let mut ordered = clips.to_vec();
    let of = |clip: usize| &selection.clips[clip];
    ordered.sort_by_key(|&clip| (&of(clip).corpus, &of(clip).path, of(clip).segment));
    // Segments of a recording share its room, its microphone and often the moment; those that overlap share samples.
    let segmented: HashSet<&Path> = clips
        .iter()
        .filter(|clip| of(**clip).segment.is_some())
        .map(|clip| &*of(*clip).path)
        .collect();
    let mut by_recording: HashMap<&Path, (usize, u64)> = HashMap::new();
    let mut sets = DisjointSets::new(ordered.len());
    let mut by_content: HashMap<u128, usize> = HashMap::new();
    let mut by_key: HashMap<K, usize> = HashMap::new();
    for (index, &clip) in ordered.iter().enumerate() {
        if let Some(content) = content(selection, clip) {
            sets.join(index, *by_content.entry(content).or_insert(index));
        }
        if let Some(&recording) = segmented.get(&*of(clip).path) {
            let range = of(clip).segment.map_or(0..u64::MAX, Segment::range);
            match by_recording.get_mut(recording) {
                Some((last, end)) if range.start < *end || !selection.recordings_shared => {
                    sets.join(index, *last);
                    *end = range.end.max(*end);
                }
                _ => drop(by_recording.insert(recording, (index, range.end))),
            }
        }
        if let Some(key) = key(clip) {
            sets.join(index, *by_key.entry(key).or_insert(index));
        }
    }
    let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
    for (index, &clip) in ordered.iter().enumerate() {
        groups.entry(sets.root(index)).or_default().push(clip);
    }
    groups.into_values().collect()
}

/// What identifies a clip's samples. Silence and damage say nothing: all such clips are alike.
fn content(selection: &Selection, clip: usize) -> Option<u128> {
    let analysis: &SampleAnalysis = selection.analysis.get(clip)?.as_deref()?;
    (analysis.damage.is_none() && !analysis.level.silent).then_some(analysis.content)
}

/// Union-find; the root of a set is its smallest member.
struct DisjointSets {
    parents: Vec<usize>,
}

impl DisjointSets {
    fn new(members: usize) -> Self {
        Self {
            parents: (0..members).collect(),
        }
    }

    fn root(&mut self, member: usize) -> usize {
        let mut root = member;
        while self.parents[root] != root {
            root = self.parents[root];
        }
        let mut at = member;
        while self.parents[at] != root {
            at = std::mem::replace(&mut self.parents[at], root);
        }
        root
    }

    fn join(&mut self, one: usize, other: usize) {
        let (one, other) = (self.root(one), self.root(other));
        self.parents[one.max(other)] = one.min(other);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joined_sets_share_their_smallest_member() {
        let mut sets = DisjointSets::new(6);
        sets.join(5, 3);
        sets.join(4, 1);
        sets.join(3, 4);
        let roots: Vec<usize> = (0..6).map(|member| sets.root(member)).collect();
        assert_eq!(roots, [0, 1, 2, 1, 1, 1]);
    }
}
