//! The label map and the filter: from all clips to those that take part.

use super::exclusion::Exclusion;
use super::label_map::LabelMap;
use super::speakers::folded;
use super::{AlikeSpeakers, Catalogue, Clip, Emotion, FilterSettings, LabelSettings, Naming, SampleAnalysis, Scales};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsStr;
use std::sync::Arc;

/// The clips that take part, with their mapped labels.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The clips; `emotion` and `votes` are the mapped labels, empty where dimensions are learnt.
    pub clips: Vec<Clip>,
    /// Their analyses, same order (none when not yet analysed).
    pub analysis: Vec<Option<Arc<SampleAnalysis>>>,
    /// How many clips were left out, and why.
    pub excluded: BTreeMap<Exclusion, usize>,
    /// Speakers who may be one: no split parts them.
    pub alike: Arc<Vec<AlikeSpeakers>>,
    /// The units of the clips' dimensions.
    pub scales: Arc<Scales>,
    /// Whether segments of one recording may be dealt to two sides; such that overlap may not.
    pub recordings_shared: bool,
    /// The dimensions that are learnt in place of labels, of [`Dimensions::NAMES`](super::Dimensions::NAMES); empty where
    /// labels are.
    pub dimensions: Vec<&'static str>,
}

impl Selection {
    /// Length of the longest clip as its header states it (s), whatever was decoded since: a run that is resumed must find
    /// the same; 0 without clips.
    pub fn longest_seconds(&self) -> f64 {
        let stated = |clip: &Clip| clip.stated_length() as f64 / f64::from(clip.rate.max(1));
        self.clips.iter().map(stated).fold(0.0, f64::max)
    }

    /// How many numbers a model gives for each clip.
    pub fn outputs(&self) -> usize {
        match self.dimensions.len() {
            0 => self.labels().len(),
            dimensions => dimensions,
        }
    }

    /// The labels that there are.
    pub fn labels(&self) -> BTreeSet<&str> {
        self.clips.iter().map(|clip| clip.emotion.name()).collect()
    }
}

/// Applies the label map, then the filter, then leaves out what cannot be learnt from. Twins conflict
/// when their labels differ after the map, whether or not the filter lets both pass. Names are compared
/// without case and labels in any spelling; `unknown` in a filter stands for what a clip does not state. A corpus that is
/// not there by its name is sought by the folder that it fills.
pub fn select(catalogue: &Catalogue, labels: &LabelSettings, filter: &FilterSettings) -> Selection {
    let names = &catalogue.names;
    let map = LabelMap::new(labels, names.naming());
    let filter = Filter::new(filter, catalogue);
    let conflicting = conflicting(catalogue, &map);
    let mut selection = Selection {
        alike: Arc::clone(names.alike()),
        scales: Arc::clone(&catalogue.scales),
        ..Selection::default()
    };
    for (index, clip) in catalogue.clips.iter().enumerate() {
        let analysis = catalogue.analysis.get(index).and_then(Option::as_ref);
        let taken = map.of_clip(names.emotion(index, clip), clip).and_then(|emotion| {
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
                    votes: clip.votes.as_ref().and_then(|votes| map.votes(votes)),
                    ..clip.clone()
                });
                selection.analysis.push(analysis.cloned());
            }
            Err(exclusion) => *selection.excluded.entry(exclusion).or_default() += 1,
        }
    }
    selection
}

pub(super) fn unfit(analysis: &SampleAnalysis, conflicting: &HashSet<u128>) -> Option<Exclusion> {
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
    for (index, (clip, analysis)) in catalogue.clips.iter().zip(&catalogue.analysis).enumerate() {
        let Some(content) = analysis.as_ref().and_then(|analysis| analysis.sound()) else {
            continue;
        };
        let label = match map.of_clip(catalogue.names.emotion(index, clip), clip) {
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

/// The filter with its names in lower case.
pub(super) struct Filter {
    corpus: HashSet<String>,
    gender: HashSet<String>,
    speaker: HashSet<String>,
    emotion: HashSet<String>,
    intensity: HashSet<String>,
}

impl Filter {
    pub fn new(settings: &FilterSettings, catalogue: &Catalogue) -> Self {
        let names = |list: &[String]| list.iter().map(|name| name.trim().to_lowercase()).collect();
        let label = |name: &String| match catalogue.names.naming() {
            Naming::Joined => Emotion::new(name).joined().name().to_owned(),
            Naming::AsStated => Emotion::new(name).name().to_owned(),
        };
        Self {
            corpus: corpora(&settings.corpus, catalogue),
            gender: names(&settings.gender),
            speaker: settings.speaker.iter().map(|name| folded(name)).collect(),
            emotion: settings.emotion.iter().map(label).collect(),
            intensity: names(&settings.intensity),
        }
    }

    /// Whether a clip of this mapped label takes part.
    pub fn passes(&self, clip: &Clip, emotion: &Emotion) -> bool {
        let names = |list: &HashSet<String>, name: &str| list.is_empty() || list.contains(&name.to_lowercase());
        (self.corpus.is_empty() || self.corpus.contains(&corpus_key(&clip.corpus)))
            && names(&self.gender, clip.gender.map_or("unknown", |gender| gender.name()))
            && names(&self.emotion, emotion.name())
            && names(
                &self.intensity,
                clip.intensity.map_or("unknown", |intensity| intensity.name()),
            )
            && (self.speaker.is_empty()
                || self
                    .speaker
                    .contains(&folded(clip.speaker.as_deref().unwrap_or("unknown")))
                || clip
                    .speaker_key()
                    .is_some_and(|key| self.speaker.contains(&folded(&key))))
    }
}

/// The corpora of these names. Before corpora were named by their schemes they were named as their folders, and filters of
/// that time still say so: a name that no corpus has is that of the corpus which fills a folder of this name.
fn corpora(names: &[String], catalogue: &Catalogue) -> HashSet<String> {
    let mut found: HashSet<String> = names.iter().map(|name| corpus_key(name)).collect();
    if found.is_empty() || catalogue.names.naming() == Naming::AsStated {
        return found;
    }
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for clip in catalogue.clips.iter() {
        *sizes.entry(&clip.corpus).or_default() += 1;
    }
    let there: HashSet<String> = sizes.keys().map(|name| corpus_key(name)).collect();
    for name in found.clone().difference(&there) {
        let is_named = |folder: &OsStr| corpus_key(&folder.to_string_lossy()) == *name;
        let is_in = |clip: &&Clip| clip.path.parent().is_some_and(|folder| folder.iter().any(is_named));
        let mut within: HashMap<&str, usize> = HashMap::new();
        for clip in catalogue.clips.iter().filter(is_in) {
            *within.entry(&clip.corpus).or_default() += 1;
        }
        if let [(corpus, clips)] = within.into_iter().collect::<Vec<_>>()[..]
            && sizes.get(corpus) == Some(&clips)
        {
            found.insert(corpus_key(corpus));
        }
    }
    found
}

/// A corpus is often named as its folder: CREMA-D, crema_d and `crema d` are one name.
pub(super) fn corpus_key(name: &str) -> String {
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
            ..Catalogue::default()
        }
    }

    fn labels(pairs: &[(&str, &str)]) -> LabelSettings {
        LabelSettings {
            map: pairs.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect(),
            ..LabelSettings::default()
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
    fn a_corpus_is_found_by_its_folder_where_none_is_called_so() {
        let mut clips = vec![
            clip("data/AudioWAV/x/a", "sad"),
            clip("data/AudioWAV/b", "sad"),
            clip("data/mine/c", "sad"),
        ];
        clips[..2].iter_mut().for_each(|clip| clip.corpus = "crema_d".into());
        let catalogue = catalogue(clips, vec![None; 3]);
        let with = |names: &[&str]| {
            let filter = FilterSettings {
                corpus: names.iter().map(|name| (*name).to_owned()).collect(),
                ..FilterSettings::default()
            };
            select(&catalogue, &labels(&[]), &filter).clips.len()
        };
        assert_eq!([with(&["CREMA-D"]), with(&["audiowav"]), with(&["test"])], [2, 2, 1]);
        assert_eq!([with(&["mine"]), with(&["audiowav", "test"])], [1, 3]);
        // Neither a part of a corpus nor several of them are one.
        assert_eq!([with(&["x"]), with(&["data"]), with(&["nothing"])], [0, 0, 0]);
    }

    #[test]
    fn spellings_of_labels_and_speakers_are_one_to_the_filter() {
        let mut clips = vec![clip("a", "angry"), clip("b", "sad")];
        clips[0].speaker = Some("Anna Maria".into());
        let catalogue = catalogue(clips, vec![None; 2]);
        let list = |name: &str| vec![name.to_owned()];
        for filter in [
            FilterSettings {
                emotion: list("Anger"),
                ..FilterSettings::default()
            },
            FilterSettings {
                speaker: list(" anna  maria"),
                ..FilterSettings::default()
            },
        ] {
            assert_eq!(chosen(&select(&catalogue, &labels(&[]), &filter)), [("a", "angry")]);
        }
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
