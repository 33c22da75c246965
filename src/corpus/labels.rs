//! The label map and the filter: from all clips to those that take part.

use super::{Catalogue, Clip, Emotion, FilterSettings, LabelSettings, SampleAnalysis};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Why a clip takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// The filter does not name it.
    Filter,
    /// The label map drops its emotion.
    Label,
    /// It has no label ([`Emotion::is_label`]), and the label map gives it none.
    Unlabelled,
    /// Digital silence.
    Silent,
    /// The samples cannot be decoded.
    Damaged,
    /// The same samples stand under another label as well, so neither label can be trusted.
    ConflictingDuplicate,
    /// It has no features, or such that are not finite numbers.
    Features,
}

/// The clips that take part, with their mapped labels.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The clips; `emotion` is the mapped label.
    pub clips: Vec<Clip>,
    /// Their analyses, same order (none when not yet analysed).
    pub analysis: Vec<Option<Arc<SampleAnalysis>>>,
    /// How many clips were left out, and why.
    pub excluded: BTreeMap<Exclusion, usize>,
}

impl Selection {
    /// Length of the longest clip as its header states it (s), whatever was decoded since: a run that is resumed must find
    /// the same; 0 without clips.
    pub fn longest_seconds(&self) -> f64 {
        let stated = |clip: &Clip| clip.frames as f64 / f64::from(clip.rate.max(1));
        self.clips.iter().map(stated).fold(0.0, f64::max)
    }

    /// The labels that there are.
    pub fn labels(&self) -> BTreeSet<&str> {
        self.clips.iter().map(|clip| clip.emotion.name()).collect()
    }
}

/// Applies the label map, then the filter, then leaves out what cannot be learnt from. Twins conflict
/// when their labels differ after the map, whether or not the filter lets both pass. Names are compared
/// without case; `unknown` in a filter stands for what a clip does not state.
pub fn select(catalogue: &Catalogue, labels: &LabelSettings, filter: &FilterSettings) -> Selection {
    let map = LabelMap::new(labels);
    let filter = Filter::new(filter);
    let conflicting = conflicting(catalogue, &map);
    let mut selection = Selection::default();
    for (index, clip) in catalogue.clips.iter().enumerate() {
        let analysis = catalogue.analysis.get(index).and_then(Option::as_ref);
        let taken = map.of(&clip.emotion).and_then(|emotion| {
            if !filter.passes(clip, &emotion) {
                return Err(Exclusion::Filter);
            }
            match analysis.and_then(|analysis| unfit(analysis, &conflicting)) {
                Some(exclusion) => Err(exclusion),
                None => Ok(emotion),
            }
        });
        match taken {
            Ok(emotion) => {
                selection.clips.push(Clip {
                    emotion,
                    ..clip.clone()
                });
                selection.analysis.push(analysis.cloned());
            }
            Err(exclusion) => *selection.excluded.entry(exclusion).or_default() += 1,
        }
    }
    selection
}

fn unfit(analysis: &SampleAnalysis, conflicting: &HashSet<u128>) -> Option<Exclusion> {
    if analysis.damage.is_some() {
        Some(Exclusion::Damaged)
    } else if analysis.level.silent {
        Some(Exclusion::Silent)
    } else {
        conflicting
            .contains(&analysis.content)
            .then_some(Exclusion::ConflictingDuplicate)
    }
}

/// The contents that stand under more than one mapped label.
fn conflicting(catalogue: &Catalogue, map: &LabelMap) -> HashSet<u128> {
    let mut labels: HashMap<u128, Emotion> = HashMap::new();
    let mut conflicting = HashSet::new();
    for (clip, analysis) in catalogue.clips.iter().zip(&catalogue.analysis) {
        let Some(content) = analysis.as_ref().and_then(|analysis| analysis.sound()) else {
            continue;
        };
        let label = match map.of(&clip.emotion) {
            Ok(label) => label,
            // No label is not another label.
            Err(Exclusion::Unlabelled) => continue,
            // An emotion that the map drops is still another emotion.
            Err(_) => clip.emotion.clone(),
        };
        if *labels.entry(content).or_insert_with(|| label.clone()) != label {
            conflicting.insert(content);
        }
    }
    conflicting
}

impl LabelSettings {
    /// What a label of somebody else's model counts as: written as emotions are, then mapped as they are. None where the
    /// map drops it.
    pub fn of_model(&self, label: &str) -> Option<Emotion> {
        let label = Emotion::new(label);
        match LabelMap::new(self).of(&label) {
            Ok(emotion) => Some(emotion),
            Err(Exclusion::Label) => None,
            // A model that has such a label has learnt it.
            Err(_) => Some(label),
        }
    }
}

/// From an emotion to the one that it counts as, in one step (what is mapped is not mapped again). What stands for no
/// label counts as a label only where the map says so.
struct LabelMap(HashMap<Emotion, Option<Emotion>>);

impl LabelMap {
    fn new(labels: &LabelSettings) -> Self {
        let target = |name: &str| Some(Emotion::new(name)).filter(|emotion| !emotion.name().is_empty());
        Self(
            labels
                .map
                .iter()
                .map(|(from, to)| (Emotion::new(from), target(to)))
                .collect(),
        )
    }

    fn of(&self, emotion: &Emotion) -> Result<Emotion, Exclusion> {
        match self.0.get(emotion) {
            Some(target) => target.clone().ok_or(Exclusion::Label),
            None if emotion.is_label() => Ok(emotion.clone()),
            None => Err(Exclusion::Unlabelled),
        }
    }
}

/// The filter with its names in lower case.
struct Filter {
    corpus: HashSet<String>,
    gender: HashSet<String>,
    speaker: HashSet<String>,
    emotion: HashSet<String>,
    intensity: HashSet<String>,
}

impl Filter {
    fn new(settings: &FilterSettings) -> Self {
        let names = |list: &[String]| list.iter().map(|name| name.trim().to_lowercase()).collect();
        Self {
            corpus: settings.corpus.iter().map(|name| corpus_key(name)).collect(),
            gender: names(&settings.gender),
            speaker: names(&settings.speaker),
            emotion: names(&settings.emotion),
            intensity: names(&settings.intensity),
        }
    }

    fn passes(&self, clip: &Clip, emotion: &Emotion) -> bool {
        let names = |list: &HashSet<String>, name: &str| list.is_empty() || list.contains(&name.to_lowercase());
        (self.corpus.is_empty() || self.corpus.contains(&corpus_key(&clip.corpus)))
            && names(&self.gender, clip.gender.map_or("unknown", |gender| gender.name()))
            && names(&self.emotion, emotion.name())
            && names(
                &self.intensity,
                clip.intensity.map_or("unknown", |intensity| intensity.name()),
            )
            && (self.speaker.is_empty()
                || names(&self.speaker, clip.speaker.as_deref().unwrap_or("unknown"))
                || clip.speaker_key().is_some_and(|key| names(&self.speaker, &key)))
    }
}

/// A corpus is often named as its folder: CREMA-D, crema_d and `crema d` are one name.
fn corpus_key(name: &str) -> String {
    name.trim().to_lowercase().replace(['-', ' '], "_")
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{analysis, clip};
    use super::super::{Gender, Intensity};
    use super::*;

    fn catalogue(clips: Vec<Clip>, analysis: Vec<Option<SampleAnalysis>>) -> Catalogue {
        Catalogue {
            clips: Arc::new(clips),
            analysis: analysis.into_iter().map(|analysis| analysis.map(Arc::new)).collect(),
            refused: Arc::default(),
        }
    }

    fn labels(pairs: &[(&str, &str)]) -> LabelSettings {
        LabelSettings {
            map: pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
        }
    }

    fn chosen(selection: &Selection) -> Vec<(&str, &str)> {
        selection
            .clips
            .iter()
            .map(|clip| (clip.path.to_str().unwrap(), clip.emotion.name()))
            .collect()
    }

    #[test]
    fn the_map_merges_renames_and_drops_in_one_step() {
        let clips = vec![
            clip("a", "calm"),
            clip("b", "neutral"),
            clip("c", "boredom"),
            clip("d", "sad"),
        ];
        let map = labels(&[("Calm", "neutral"), ("neutral", "flat"), ("boredom", "")]);
        let selection = select(&catalogue(clips, vec![None; 4]), &map, &FilterSettings::default());
        assert_eq!(chosen(&selection), [("a", "neutral"), ("b", "flat"), ("d", "sad")]);
        assert_eq!(selection.excluded, [(Exclusion::Label, 1)].into());
        assert_eq!(selection.analysis.len(), 3);
    }

    #[test]
    fn labels_of_models_are_normalised_and_mapped() {
        let settings = labels(&[("neu", "neutral"), ("LABEL_1", "happy"), ("noise", "")]);
        let of = |label: &str| settings.of_model(label).map(|emotion| emotion.name().to_owned());
        assert_eq!(of(" Neu").as_deref(), Some("neutral"));
        assert_eq!(of("LABEL_1").as_deref(), Some("happy"));
        assert_eq!(of("Angry").as_deref(), Some("angry"));
        assert_eq!(of("unknown").as_deref(), Some("unknown"));
        assert_eq!(of("noise"), None);
    }

    #[test]
    fn every_list_of_the_filter_selects() {
        let mut clips = vec![clip("a", "sad"), clip("b", "happy"), clip("c", "sad")];
        clips[0].gender = Some(Gender::Female);
        clips[1].gender = Some(Gender::Male);
        clips[0].speaker = Some("S1".into());
        clips[1].speaker = Some("s2".into());
        clips[2].corpus = "other".into();
        clips[1].intensity = Some(Intensity::High);
        let catalogue = catalogue(clips, vec![None; 3]);
        let none = FilterSettings::default;
        let with = |filter: FilterSettings| -> String {
            let selection = select(&catalogue, &labels(&[("happy", "glad")]), &filter);
            chosen(&selection).into_iter().map(|(path, _)| path).collect()
        };
        let list = |name: &str| vec![name.to_owned()];
        assert_eq!(with(none()), "abc");
        assert_eq!(
            with(FilterSettings {
                gender: list("Female"),
                ..none()
            }),
            "a"
        );
        assert_eq!(
            with(FilterSettings {
                gender: list("unknown"),
                ..none()
            }),
            "c"
        );
        assert_eq!(
            with(FilterSettings {
                corpus: list("other"),
                ..none()
            }),
            "c"
        );
        assert_eq!(
            with(FilterSettings {
                corpus: list("TEST"),
                ..none()
            }),
            "ab"
        );
        assert_eq!(
            with(FilterSettings {
                speaker: list("s1"),
                ..none()
            }),
            "a"
        );
        assert_eq!(
            with(FilterSettings {
                speaker: list("test/S2"),
                ..none()
            }),
            "b"
        );
        assert_eq!(
            with(FilterSettings {
                emotion: list("glad"),
                ..none()
            }),
            "b"
        );
        assert_eq!(
            with(FilterSettings {
                emotion: list("happy"),
                ..none()
            }),
            ""
        );
        assert_eq!(
            with(FilterSettings {
                intensity: list("high"),
                ..none()
            }),
            "b"
        );
        assert_eq!(
            with(FilterSettings {
                gender: list("male"),
                emotion: list("sad"),
                ..none()
            }),
            ""
        );
    }

    #[test]
    fn what_cannot_be_learnt_from_is_left_out_with_its_reason() {
        let clips = vec![
            clip("a", "sad"),
            clip("b", "sad"),
            clip("c", "sad"),
            clip("d", "calm"),
            clip("e", "happy"),
        ];
        let mut silent = analysis(7);
        silent.level.silent = true;
        let mut damaged = analysis(0);
        damaged.damage = Some("cut short".into());
        let all = vec![
            Some(silent),
            Some(damaged),
            Some(analysis(1)),
            Some(analysis(2)),
            Some(analysis(2)),
        ];
        let catalogue = catalogue(clips, all);
        let selection = select(&catalogue, &labels(&[]), &FilterSettings::default());
        assert_eq!(chosen(&selection), [("c", "sad")]);
        let expected = [
            (Exclusion::Silent, 1),
            (Exclusion::Damaged, 1),
            (Exclusion::ConflictingDuplicate, 2),
        ];
        assert_eq!(selection.excluded, expected.into());
        // Once the map makes their labels one, duplicates no longer conflict.
        let merged = select(&catalogue, &labels(&[("calm", "happy")]), &FilterSettings::default());
        assert_eq!(chosen(&merged), [("c", "sad"), ("d", "happy"), ("e", "happy")]);
        // A duplicate that takes no part itself still casts doubt.
        let filter = FilterSettings {
            emotion: vec!["happy".into()],
            ..FilterSettings::default()
        };
        assert!(select(&catalogue, &labels(&[("calm", "")]), &filter).clips.is_empty());
    }

    #[test]
    fn labels_that_mean_none_are_left_out_unless_the_map_knows_better() {
        let none = [
            "nan",
            "NaN",
            "None",
            "NA",
            "n/a",
            "null",
            "NULL",
            " - ",
            "",
            "  ",
            "no_agreement",
            "No Agreement",
            "unknown",
            "#N/A",
            "<NA>",
        ];
        let mut clips: Vec<Clip> = none.iter().map(|name| clip("x", name)).collect();
        clips.extend(["sad", "nanny", "no"].map(|name| clip("y", name)));
        let count = clips.len();
        let catalogue = catalogue(clips, vec![None; count]);
        let plain = select(&catalogue, &labels(&[]), &FilterSettings::default());
        assert_eq!(chosen(&plain), [("y", "sad"), ("y", "nanny"), ("y", "no")]);
        assert_eq!(plain.excluded, [(Exclusion::Unlabelled, none.len())].into());
        let map = labels(&[("Unknown", "unknown"), ("", "neutral"), ("nan", "")]);
        let mapped = select(&catalogue, &map, &FilterSettings::default());
        assert_eq!(
            chosen(&mapped)[..3],
            [("x", "neutral"), ("x", "neutral"), ("x", "unknown")]
        );
        let expected = [(Exclusion::Label, 2), (Exclusion::Unlabelled, none.len() - 5)];
        assert_eq!(mapped.excluded, expected.into());
    }

    #[test]
    fn a_twin_without_a_label_casts_no_doubt() {
        let clips = vec![clip("a", "sad"), clip("b", "no_agreement")];
        let catalogue = catalogue(clips, vec![Some(analysis(1)), Some(analysis(1))]);
        let selection = select(&catalogue, &labels(&[]), &FilterSettings::default());
        assert_eq!(chosen(&selection), [("a", "sad")]);
        assert_eq!(selection.excluded, [(Exclusion::Unlabelled, 1)].into());
        let named = select(
            &catalogue,
            &labels(&[("no_agreement", "mixed")]),
            &FilterSettings::default(),
        );
        assert_eq!(named.excluded, [(Exclusion::ConflictingDuplicate, 2)].into());
    }

    #[test]
    fn silences_of_one_length_are_no_twins() {
        let mut silent = analysis(7);
        silent.level.silent = true;
        let clips = vec![clip("a", "sad"), clip("b", "happy")];
        let selection = select(
            &catalogue(clips, vec![Some(silent.clone()), Some(silent)]),
            &labels(&[]),
            &FilterSettings::default(),
        );
        assert_eq!(selection.excluded, [(Exclusion::Silent, 2)].into());
    }
}
