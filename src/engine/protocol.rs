//! From selection and split to the protocol under every score.

use super::{Clip, Exclusion, Protocol, SampleFacts};
use crate::corpus::Side;
use crate::evaluation::{Provenance, leakage};
use crate::training::Examples;

/// What the test side shares with what was learnt from or chosen on, and what was left out.
pub fn protocol(examples: &Examples, seed: u64) -> Protocol {
    let Examples {
        selection,
        split,
        copies,
        ..
    } = examples;
    let source = |example: usize| {
        let facts = selection.facts.get(examples.source(example))?.as_deref()?;
        (!copies.is_empty()).then_some(facts.content)
    };
    let clips = |wanted: &[Side]| {
        let sides = split.sides.iter();
        let of_side = sides
            .zip(&selection.clips)
            .zip(&selection.facts)
            .enumerate()
            .filter(|(_, ((side, _), _))| wanted.contains(side));
        of_side
            .map(|(example, ((_, clip), facts))| Provenance {
                source: source(example),
                ..provenance(clip, facts.as_deref())
            })
            .collect::<Vec<_>>()
    };
    let count = |side: Side| split.sides.iter().filter(|of| **of == side).count();
    Protocol {
        split: split.name(),
        synthetic: selection.clips.iter().any(|clip| clip.synthetic),
        train_clips: count(Side::Train),
        validation_clips: count(Side::Validation),
        test_clips: count(Side::Test),
        leakage: leakage(&clips(&[Side::Train, Side::Validation]), &clips(&[Side::Test])),
        left_out: selection
            .excluded
            .iter()
            .map(|(why, clips)| (reason(*why).to_owned(), *clips))
            .collect(),
        final_model: false,
        remarks: split.remarks.iter().cloned().chain(examples.remark()).collect(),
        seed,
    }
}

fn provenance(clip: &Clip, facts: Option<&SampleFacts>) -> Provenance {
    Provenance {
        speaker: clip.speaker_key(),
        text: clip.text.as_ref().map(|text| format!("{}/{text}", clip.corpus)),
        content: facts.map(|facts| facts.content),
        source: None,
    }
}

/// As in `17 by the filter`.
fn reason(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Filter => "by the filter",
        Exclusion::Label => "by the label map",
        Exclusion::Unlabelled => "without a label",
        Exclusion::Silent => "silent",
        Exclusion::Damaged => "damaged",
        Exclusion::ConflictingTwin => "with a twin of another label",
        Exclusion::Features => "without features",
    }
}
