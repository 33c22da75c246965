//! From a label to the one that it counts as.

use super::exclusion::Exclusion;
use super::{Clip, Emotion, LabelSet, LabelSettings, LabelSource, ListenerVotes, Naming};
use std::cell::RefCell;
use std::collections::HashMap;

impl LabelSettings {
    /// What a label of somebody else's model counts as: written as emotions are, then mapped as they are. None where the
    /// map drops it.
    pub fn of_model(&self, label: &str) -> Option<Emotion> {
        let label = Emotion::new(label);
        match LabelMap::new(self, Naming::Joined).of(&label, &label.joined()) {
            Ok(emotion) => Some(emotion),
            Err(Exclusion::Label) => None,
            // A model that has such a label has learnt it.
            Err(_) => Some(label),
        }
    }
}

/// From an emotion to the one that it counts as, in one step (what is mapped is not mapped again). What the map does not name
/// is as the named set has it. What stands for no label counts as a label only where the map says so.
pub(super) struct LabelMap {
    targets: HashMap<Emotion, Option<Emotion>>,
    set: LabelSet,
    source: LabelSource,
    naming: Naming,
    /// What labels of votes count as, once it was asked: the same few stand in the votes of every clip.
    voted: RefCell<HashMap<Emotion, Option<Emotion>>>,
}

impl LabelMap {
    /// The map of the settings; where spellings are joined, what it names is joined as well.
    pub fn new(labels: &LabelSettings, naming: Naming) -> Self {
        let target = |name: &str| {
            let emotion = Emotion::new(name);
            match naming {
                _ if emotion.name().is_empty() => None,
                Naming::Joined => Some(emotion.joined()),
                Naming::AsStated => Some(emotion),
            }
        };
        let pairs = labels.map.iter().map(|(from, to)| (Emotion::new(from), target(to)));
        Self {
            targets: pairs.collect(),
            source: labels.source,
            naming,
            set: labels.set,
            voted: RefCell::default(),
        }
    }

    /// What a label counts as that a corpus states in one way and that is shown in another; the map may name either, and
    /// as it is stated comes first: `joy` may be another label than `happy`, if only the map says so.
    pub fn of(&self, stated: &Emotion, shown: &Emotion) -> Result<Emotion, Exclusion> {
        match self.targets.get(stated).or_else(|| self.targets.get(shown)) {
            Some(target) => target.clone().ok_or(Exclusion::Label),
            None if shown.is_label() => self.set.of(shown).ok_or(Exclusion::Label),
            None => Err(Exclusion::Unlabelled),
        }
    }

    /// What a clip counts as whose label the corpus states as this: that label, or the one that most listeners chose. Where
    /// votes are tied it is the stated one if it is among the tied, else none.
    pub fn of_clip(&self, stated: &Emotion, clip: &Clip) -> Result<Emotion, Exclusion> {
        let as_stated = self.of(stated, &clip.emotion);
        let votes = match (self.source, &clip.votes) {
            (LabelSource::Votes, Some(votes)) => self.votes(votes).ok_or(Exclusion::Label)?,
            _ => return as_stated,
        };
        match (votes.winner(), as_stated) {
            (Some(winner), _) => Ok(winner.clone()),
            (None, Ok(stated)) if votes.most_chosen().contains(&&stated) => Ok(stated),
            _ => Err(Exclusion::Unlabelled),
        }
    }

    /// Votes for what their labels count as; none where nothing is left of them.
    pub fn votes(&self, votes: &ListenerVotes) -> Option<ListenerVotes> {
        let mut known = self.voted.borrow_mut();
        let counts_as = |stated: &Emotion| match self.naming {
            Naming::Joined => self.of(stated, &stated.joined()).ok(),
            Naming::AsStated => self.of(stated, stated).ok(),
        };
        votes.relabelled(|stated| known.entry(stated.clone()).or_insert_with_key(counts_as).clone())
    }

    /// Whether the map says something of a label.
    pub fn names(&self, stated: &Emotion, shown: &Emotion) -> bool {
        self.targets.contains_key(stated) || self.targets.contains_key(shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(pairs: &[(&str, &str)]) -> LabelSettings {
        LabelSettings {
            map: pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
            ..LabelSettings::default()
        }
    }

    fn of(pairs: &[(&str, &str)], naming: Naming, stated: &str) -> String {
        let stated = Emotion::new(stated);
        let shown = match naming {
            Naming::Joined => stated.joined(),
            Naming::AsStated => stated.clone(),
        };
        let mapped = LabelMap::new(&settings(pairs), naming).of(&stated, &shown);
        mapped.map_or_else(|why| format!("{why:?}"), |emotion| emotion.name().to_owned())
    }

    #[test]
    fn labels_of_models_are_normalised_and_mapped() {
        let settings = settings(&[("neu", "neutral"), ("LABEL_1", "happy"), ("noise", "")]);
        let of = |label: &str| settings.of_model(label).map(|emotion| emotion.name().to_owned());
        assert_eq!(of(" Neu").as_deref(), Some("neutral"));
        assert_eq!(of("LABEL_1").as_deref(), Some("happy"));
        assert_eq!(of("Angry").as_deref(), Some("angry"));
        assert_eq!(of("ang").as_deref(), Some("angry"));
        assert_eq!(of("unknown").as_deref(), Some("unknown"));
        assert_eq!(of("noise"), None);
    }

    #[test]
    fn the_map_names_a_label_as_it_is_stated_or_as_it_is_shown() {
        let joined = |pairs: &[(&str, &str)], stated: &str| of(pairs, Naming::Joined, stated);
        assert_eq!(joined(&[("angry", "negative")], "anger"), "negative");
        assert_eq!(joined(&[("anger", "negative")], "anger"), "negative");
        assert_eq!(joined(&[("anger", "negative")], "angry"), "angry");
        assert_eq!(joined(&[("joy", "glad"), ("happy", "merry")], "joy"), "glad");
        assert_eq!(joined(&[("joy", "glad"), ("happy", "merry")], "happiness"), "merry");
        assert_eq!(joined(&[("0", "Wut"), ("1", "sadness")], "0.0"), "angry");
        assert_eq!(joined(&[("excited", "happiness")], "exc"), "happy");
        assert_eq!(joined(&[("angry", "")], "ang"), "Label");
        assert_eq!(joined(&[], "none"), "Unlabelled");
    }

    #[test]
    fn most_listeners_decide_and_a_tie_is_broken_by_what_is_stated() {
        let settings = LabelSettings {
            source: LabelSource::Votes,
            ..settings(&[("fearful", ""), ("calm", "neutral")])
        };
        let map = LabelMap::new(&settings, Naming::Joined);
        let of = |stated: &str, votes: &[(&str, f32)]| {
            let votes = votes.iter().map(|(label, count)| (Emotion::new(label), *count));
            let clip = Clip {
                votes: ListenerVotes::new(votes),
                ..super::super::fixture::clip("a", stated)
            };
            let label = map.of_clip(&clip.emotion, &clip);
            label.map_or_else(|why| format!("{why:?}"), |label| label.name().to_owned())
        };
        assert_eq!(of("sad", &[("ang", 2.0), ("sad", 1.0)]), "angry");
        assert_eq!(of("sad", &[("ang", 2.0), ("neu", 1.5), ("calm", 1.0)]), "neutral");
        assert_eq!(of("sad", &[("ang", 2.0), ("sad", 2.0)]), "sad");
        assert_eq!(of("happy", &[("ang", 2.0), ("sad", 2.0)]), "Unlabelled");
        assert_eq!(of("", &[("fear", 9.0), ("sad", 1.0)]), "sad");
        assert_eq!(of("sad", &[("fear", 9.0)]), "Label");
        assert_eq!(of("sad", &[]), "sad");
    }

    #[test]
    fn a_named_set_keeps_its_classes_and_the_map_stands_above_it() {
        let settings = LabelSettings {
            set: LabelSet::Iemocap4,
            ..settings(&[("frustrated", "angry"), ("sad", "")])
        };
        let map = LabelMap::new(&settings, Naming::Joined);
        let of = |stated: &str| {
            let stated = Emotion::new(stated);
            map.of(&stated, &stated.joined())
                .map(|emotion| emotion.name().to_owned())
        };
        for (stated, label) in [
            ("exc", "happy"),
            ("hap", "happy"),
            ("ang", "angry"),
            ("neutral", "neutral"),
            ("fru", "angry"),
        ] {
            assert_eq!(of(stated).as_deref(), Ok(label), "{stated}");
        }
        for (stated, why) in [
            ("sur", Exclusion::Label),
            ("sad", Exclusion::Label),
            ("xxx", Exclusion::Unlabelled),
        ] {
            assert_eq!(of(stated), Err(why), "{stated}");
        }
    }

    #[test]
    fn as_stated_nothing_is_joined() {
        let stated = |pairs: &[(&str, &str)], stated: &str| of(pairs, Naming::AsStated, stated);
        assert_eq!(stated(&[("angry", "negative")], "anger"), "anger");
        assert_eq!(stated(&[("angry", "anger")], "angry"), "anger");
        assert_eq!(stated(&[], "0.0"), "0.0");
    }
}
