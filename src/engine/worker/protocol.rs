//! From selection and split to the protocol under every score.

use crate::corpus::{Scales, Subset};
use crate::engine::{Clip, Exclusion, Protocol, SampleAnalysis};
use crate::evaluation::{Provenance, leakage};
use crate::training::Examples;
use std::path::{Path, PathBuf};

/// What the test set shares with what was learnt from or chosen on, and what was left out.
pub fn protocol(examples: &Examples, seed: u64) -> Protocol {
    let Examples {
        selection,
        split,
        copies,
        ..
    } = examples;
    let source = |example: usize| {
        let analysis = selection.analysis.get(examples.source(example))?.as_deref()?;
        (!copies.is_empty()).then_some(analysis.content)
    };
    let clips = |wanted: &[Subset]| {
        let subsets = split.subsets.iter();
        let of_subset = subsets
            .zip(&selection.clips)
            .zip(&selection.analysis)
            .enumerate()
            .filter(|(_, ((subset, _), _))| wanted.contains(subset));
        of_subset
            .map(|(example, ((_, clip), analysis))| Provenance {
                source: source(example),
                ..provenance(clip, analysis.as_deref())
            })
            .collect::<Vec<_>>()
    };
    let count = |subset: Subset| split.subsets.iter().filter(|of| **of == subset).count();
    Protocol {
        split: split.name(),
        synthetic: selection.clips.iter().any(|clip| clip.synthetic),
        train_clips: count(Subset::Train),
        validation_clips: count(Subset::Validation),
        test_clips: count(Subset::Test),
        leakage: leakage(&clips(&[Subset::Train, Subset::Validation]), &clips(&[Subset::Test])),
        trained_elsewhere: None,
        left_out: selection
            .excluded
            .iter()
            .map(|(why, clips)| (reason(*why).to_owned(), *clips))
            .collect(),
        final_model: false,
        notes: split.notes.iter().cloned().chain(examples.note()).collect(),
        seed,
    }
}

pub(in crate::engine) fn provenance(clip: &Clip, analysis: Option<&SampleAnalysis>) -> Provenance {
    Provenance {
        speaker: clip.speaker_key(),
        text: clip.text.as_ref().map(|text| format!("{}/{text}", clip.corpus)),
        content: analysis.map(|analysis| analysis.content),
        source: None,
        recording: Some(recording(&clip.path)),
    }
}

/// What a file is known by, from wherever it is named.
pub(in crate::engine) fn recording(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// What has to be said of ranges of these corpora that nobody states.
pub(in crate::engine) fn observed_ranges<'a>(
    scales: &Scales,
    corpora: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let observed: Vec<&str> = corpora
        .filter(|corpus| scales.get(corpus).is_some_and(|of| !of.stated))
        .collect();
    (!observed.is_empty()).then(|| {
        format!(
            "the range of {} is that of the values there are, and CCC and RMSE depend on it; state that of the scale in the \
             corpus's settings (range = [1, 5])",
            observed.join(", ")
        )
    })
}

/// As in `17 by the filter`.
pub(in crate::engine) fn reason(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Filter => "by the filter",
        Exclusion::Label => "by the label map",
        Exclusion::Unlabelled => "without a label",
        Exclusion::Dimensions => "without the dimensions that are learnt",
        Exclusion::Silent => "silent",
        Exclusion::Damaged => "damaged",
        Exclusion::ConflictingDuplicate => "duplicates with conflicting labels",
        Exclusion::Split => "in no part of the split",
        Exclusion::Features => "without features",
    }
}
