//! The clips that dimensions are learnt of, whether or not they have a label.

use super::exclusion::Exclusion;
use super::label_map::LabelMap;
use super::labels::{Filter, unfit};
use super::{Catalogue, Clip, CorpusError, Dimensions, Emotion, FilterSettings, LabelSettings, Selection};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// Values of the same samples that differ by less, on 0 to 1, are one.
const SAME: f32 = 1e-3;

/// A value of each dimension on 0 to 1, in the order of [`Dimensions::NAMES`]; none where it is not stated, or no scale is
/// known.
type OnUnit = [Option<f32>; Dimensions::NAMES.len()];

/// As [`select`](super::select), for dimensions in place of labels: a clip takes part that states one of those wanted, and
/// needs no label. What the label map drops stays out, and the filter counts as ever; a clip without a label passes only
/// filters that name no emotion. The same samples under other values are in conflict. None wanted stands for those that every
/// corpus states which states any.
///
/// The clips come without their labels: a split cannot balance, or want for, what is not learnt.
///
/// # Errors
/// [`CorpusError::Dimensions`] for a name that is none, and where corpora have no dimension in common.
pub fn select_dimensions(
    catalogue: &Catalogue,
    labels: &LabelSettings,
    filter: &FilterSettings,
    wanted: &[String],
) -> Result<Selection, CorpusError> {
    let wanted = wanted.iter().map(|name| place(name)).collect::<Result<Vec<_>, _>>()?;
    let names = &catalogue.names;
    let map = LabelMap::new(labels, names.naming());
    let filter = Filter::new(filter, catalogue);
    let conflicting = conflicting(catalogue);
    let mut selection = Selection {
        alike: Arc::clone(names.alike()),
        scales: Arc::clone(&catalogue.scales),
        ..Selection::default()
    };
    let mut candidates = Vec::new();
    for (index, clip) in catalogue.clips.iter().enumerate() {
        let analysis = catalogue.analysis.get(index).and_then(Option::as_ref);
        let emotion = match map.of_clip(names.emotion(index, clip), clip) {
            Err(Exclusion::Unlabelled) => Ok(Emotion::new("")),
            other => other,
        };
        let fit = emotion.and_then(|emotion| match filter.passes(clip, &emotion) {
            false => Err(Exclusion::Filter),
            true => analysis.and_then(|of| unfit(of, &conflicting)).map_or(Ok(()), Err),
        });
        match fit {
            Ok(()) => candidates.push((clip, analysis, catalogue.scales.on_unit(clip))),
            Err(exclusion) => *selection.excluded.entry(exclusion).or_default() += 1,
        }
    }
    let learnt = match wanted.is_empty() {
        true => common(candidates.iter().map(|(clip, _, values)| (&*clip.corpus, values)))?,
        false => wanted,
    };
    for (clip, analysis, values) in candidates {
        if learnt.iter().all(|place| values[*place].is_none()) {
            *selection.excluded.entry(Exclusion::Dimensions).or_default() += 1;
            continue;
        }
        selection.clips.push(Clip {
            emotion: Emotion::new(""),
            votes: None,
            ..clip.clone()
        });
        selection.analysis.push(analysis.cloned());
    }
    selection.dimensions = learnt.into_iter().map(|place| Dimensions::NAMES[place]).collect();
    Ok(selection)
}

/// The place of a dimension among [`Dimensions::NAMES`]; activation is arousal.
fn place(name: &str) -> Result<usize, CorpusError> {
    Dimensions::place(name).ok_or_else(|| {
        CorpusError::Dimensions(format!(
            "there is no dimension `{name}`; one of {}",
            Dimensions::NAMES.join(", ")
        ))
    })
}

/// Those that every corpus states which states any, in the order of their names.
fn common<'a>(clips: impl Iterator<Item = (&'a str, &'a OnUnit)>) -> Result<Vec<usize>, CorpusError> {
    let mut stated: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
    for (corpus, values) in clips {
        let places = (0..values.len()).filter(|place| values[*place].is_some());
        stated.entry(corpus).or_default().extend(places);
    }
    stated.retain(|_, places| !places.is_empty());
    let all = 0..Dimensions::NAMES.len();
    let found: Vec<usize> = all
        .filter(|place| !stated.is_empty() && stated.values().all(|places| places.contains(place)))
        .collect();
    if !found.is_empty() {
        return Ok(found);
    }
    Err(CorpusError::Dimensions(match stated.is_empty() {
        true => {
            "no clip that takes part states arousal, dominance or valence, and in two values at least; name corpora \
                 whose tables have such columns, widen [filter], or set training.target = \"emotion\""
                .to_owned()
        }
        false => {
            let words = stated.iter().map(|(corpus, places)| {
                let names: Vec<&str> = places.iter().map(|place| Dimensions::NAMES[*place]).collect();
                format!("{corpus} has {}", names.join(" and "))
            });
            format!(
                "the corpora have no dimension in common ({}); name those to learn, as training.dimensions = [\"arousal\", \
                 \"valence\"]: each is learnt of the clips that state it",
                words.collect::<Vec<_>>().join(", ")
            )
        }
    }))
}

/// The contents that stand under more than one value of a dimension.
fn conflicting(catalogue: &Catalogue) -> HashSet<u128> {
    let mut known: HashMap<u128, OnUnit> = HashMap::new();
    let mut conflicting = HashSet::new();
    for (clip, analysis) in catalogue.clips.iter().zip(&catalogue.analysis) {
        let Some(content) = analysis.as_ref().and_then(|analysis| analysis.sound()) else {
            continue;
        };
        let values = catalogue.scales.on_unit(clip);
        let first = known.entry(content).or_default();
        for (first, value) in first.iter_mut().zip(values) {
            match (*first, value) {
                (Some(one), Some(other)) if (one - other).abs() > SAME => drop(conflicting.insert(content)),
                _ => *first = first.or(value),
            }
        }
    }
    conflicting
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{analysis, clip};
    use super::super::{SampleAnalysis, Scales};
    use super::*;

    fn of(path: &str, corpus: &str, values: [Option<f32>; 3]) -> Clip {
        Clip {
            corpus: corpus.into(),
            dimensions: values.into(),
            ..clip(path, "")
        }
    }

    fn catalogue(clips: Vec<Clip>, analysis: Vec<Option<SampleAnalysis>>) -> Catalogue {
        Catalogue {
            scales: Scales::of(&clips, &BTreeMap::new()).into(),
            clips: Arc::new(clips),
            analysis: analysis.into_iter().map(|analysis| analysis.map(Arc::new)).collect(),
            ..Catalogue::default()
        }
    }

    fn chosen(catalogue: &Catalogue, wanted: &[&str]) -> Result<Selection, CorpusError> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let filter = FilterSettings::default();
        select_dimensions(catalogue, &LabelSettings::default(), &filter, &wanted)
    }

    fn paths(selection: &Selection) -> String {
        selection.clips.iter().filter_map(|clip| clip.path.to_str()).collect()
    }

    #[test]
    fn clips_without_labels_take_part_and_those_without_dimensions_are_counted() {
        let mut labelled = of("b", "x", [Some(5.0), None, Some(2.0)]);
        labelled.emotion = Emotion::new("sad");
        let clips = vec![
            of("a", "x", [Some(1.0), None, Some(1.0)]),
            labelled,
            clip("c", "sad"),
            of("d", "y", [Some(0.0), None, None]),
            of("e", "y", [Some(1.0), None, None]),
            of("f", "x", [None, None, Some(1.5)]),
        ];
        let catalogue = catalogue(clips, vec![None; 6]);
        // Arousal is what both corpora state.
        let found = chosen(&catalogue, &[]).unwrap();
        assert_eq!(
            (paths(&found).as_str(), found.dimensions.as_slice()),
            ("abde", ["arousal"].as_slice())
        );
        assert_eq!(found.excluded, [(Exclusion::Dimensions, 2)].into());
        assert_eq!((found.outputs(), found.labels().len()), (1, 1));
        let found = chosen(&catalogue, &["valence", "Activation"]).unwrap();
        assert_eq!(found.dimensions, ["valence", "arousal"]);
        assert_eq!((paths(&found).as_str(), found.outputs()), ("abdef", 2));
        let error = chosen(&catalogue, &["anger"]).unwrap_err().to_string();
        assert!(error.contains("`anger`") && error.contains("dominance"), "{error}");
    }

    #[test]
    fn corpora_without_a_dimension_in_common_are_named() {
        let clips = vec![
            of("a", "x", [Some(1.0), None, None]),
            of("b", "x", [Some(2.0), None, None]),
            of("c", "y", [None, None, Some(1.0)]),
            of("d", "y", [None, None, Some(2.0)]),
        ];
        let error = chosen(&catalogue(clips, vec![None; 4]), &[]).unwrap_err().to_string();
        assert!(error.contains("x has arousal, y has valence"), "{error}");
        // One value is no scale.
        let none = catalogue(vec![of("a", "x", [Some(1.0), None, None])], vec![None]);
        assert!(chosen(&none, &[]).unwrap_err().to_string().contains("training.target"));
        assert!(chosen(&none, &["arousal"]).unwrap().clips.is_empty());
    }

    #[test]
    fn the_same_samples_under_other_values_are_in_conflict() {
        let clips = vec![
            of("a", "x", [Some(1.0), None, None]),
            of("b", "x", [Some(3.0), None, None]),
            of("c", "x", [Some(3.0), None, None]),
            of("d", "x", [Some(3.0), None, Some(1.0)]),
        ];
        let analyses = [1, 1, 2, 2].map(|content| Some(analysis(content)));
        let found = chosen(&catalogue(clips, analyses.to_vec()), &["arousal"]).unwrap();
        assert_eq!(paths(&found), "cd");
        assert_eq!(found.excluded, [(Exclusion::ConflictingDuplicate, 2)].into());
    }
}
