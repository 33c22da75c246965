//! How many listeners chose which label for a clip.

use super::Emotion;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The labels that listeners chose, with how many chose each: sorted by label, each label once, every count above 0.
/// A count may be a fraction where a listener's vote was divided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Emotion, f32>", into = "BTreeMap<Emotion, f32>")]
pub struct ListenerVotes(Arc<[(Emotion, f32)]>);

impl ListenerVotes {
    /// These votes, those of one label added up; none where nobody voted. Counts that are no positive numbers are left
    /// out.
    pub fn new(counts: impl IntoIterator<Item = (Emotion, f32)>) -> Option<Self> {
        let mut votes: BTreeMap<Emotion, f32> = BTreeMap::new();
        for (label, count) in counts {
            if count.is_finite() && count > 0.0 {
                *votes.entry(label).or_default() += count;
            }
        }
        (!votes.is_empty()).then(|| Self(votes.into_iter().collect()))
    }

    /// Every label that was chosen, with its count.
    pub fn iter(&self) -> impl Iterator<Item = (&Emotion, f32)> {
        self.0.iter().map(|(label, count)| (label, *count))
    }

    /// How many votes there are.
    pub fn total(&self) -> f32 {
        self.iter().map(|(_, count)| count).sum()
    }

    /// The label that more listeners chose than any other; none where two were chosen as often.
    pub fn winner(&self) -> Option<&Emotion> {
        let most = self.iter().map(|(_, count)| count).fold(0.0, f32::max);
        let mut first = self.iter().filter(|(_, count)| *count == most);
        match (first.next(), first.next()) {
            (Some((label, _)), None) => Some(label),
            _ => None,
        }
    }

    /// Reads `{"label": count, …}`, as [`Self::to_json`] writes it; anything else is no votes.
    pub(super) fn of_json(text: &str) -> Option<Self> {
        let counts: BTreeMap<String, f32> = serde_json::from_str(text).ok()?;
        Self::new(counts.into_iter().map(|(label, count)| (Emotion::new(&label), count)))
    }

    /// For a field of a table.
    pub(super) fn to_json(&self) -> String {
        let counts = self
            .iter()
            .map(|(label, count)| (label.name().to_owned(), count.into()));
        serde_json::Value::Object(counts.collect()).to_string()
    }

    /// The same votes for other labels; those whose label becomes none are left out.
    pub fn relabelled(&self, mut label: impl FnMut(&Emotion) -> Option<Emotion>) -> Option<Self> {
        Self::new(self.iter().filter_map(|(from, count)| Some((label(from)?, count))))
    }
}

impl From<BTreeMap<Emotion, f32>> for ListenerVotes {
    fn from(counts: BTreeMap<Emotion, f32>) -> Self {
        Self::new(counts).unwrap_or_default()
    }
}

impl From<ListenerVotes> for BTreeMap<Emotion, f32> {
    fn from(votes: ListenerVotes) -> Self {
        votes.0.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn votes(counts: &[(&str, f32)]) -> Option<ListenerVotes> {
        ListenerVotes::new(counts.iter().map(|(label, count)| (Emotion::new(label), *count)))
    }

    #[test]
    fn what_is_no_count_is_no_vote() {
        assert_eq!(votes(&[("sad", 0.0), ("happy", -1.0), ("angry", f32::NAN)]), None);
        assert_eq!(
            votes(&[("sad", 1.0), (" Sad", 2.0), ("happy", 0.0)]),
            votes(&[("sad", 3.0)])
        );
    }

    #[test]
    fn the_winner_is_alone_at_the_top() {
        let winner = |counts: &[(&str, f32)]| votes(counts).unwrap().winner().map(|label| label.name().to_owned());
        assert_eq!(
            winner(&[("sad", 2.0), ("happy", 3.0), ("angry", 1.0)]).as_deref(),
            Some("happy")
        );
        assert_eq!(winner(&[("sad", 2.0), ("happy", 2.0), ("angry", 1.0)]), None);
    }

    #[test]
    fn votes_are_written_by_label_and_follow_it() {
        let some = votes(&[("sad", 2.0), ("anger", 1.0), ("angry", 1.5)]).unwrap();
        assert_eq!(
            serde_json::to_string(&some).unwrap(),
            r#"{"anger":1.0,"angry":1.5,"sad":2.0}"#
        );
        let back: ListenerVotes = serde_json::from_str(r#"{"sad": 2, "anger": 1, "angry": 1.5}"#).unwrap();
        assert_eq!(back, some);
        let joined = some.relabelled(|label| (label.name() != "sad").then(|| label.joined()));
        assert_eq!(joined, votes(&[("angry", 2.5)]));
        assert_eq!((some.total(), some.relabelled(|_| None)), (4.5, None));
    }
}
