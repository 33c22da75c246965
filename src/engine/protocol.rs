//! From selection and split to the protocol under every score.

use super::{Clip, Exclusion, Protocol, SampleFacts};
use crate::corpus::{Selection, Side, Split};
use crate::evaluation::{Provenance, leakage};

/// What the test side shares with what was learnt from or chosen on, and what was left out.
pub fn protocol(selection: &Selection, split: &Split, seed: u64) -> Protocol {
    let clips = |wanted: &[Side]| {
        let sides = split.sides.iter();
        let of_side = sides
            .zip(&selection.clips)
            .zip(&selection.facts)
            .filter(|((side, _), _)| wanted.contains(side));
        of_side
            .map(|((_, clip), facts)| provenance(clip, facts.as_deref()))
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
        remarks: split.remarks.clone(),
        seed,
    }
}

fn provenance(clip: &Clip, facts: Option<&SampleFacts>) -> Provenance {
    Provenance {
        speaker: clip.speaker_key(),
        text: clip.text.as_ref().map(|text| format!("{}/{text}", clip.corpus)),
        content: facts.map(|facts| facts.content),
    }
}

/// As in `17 by the filter`.
fn reason(exclusion: Exclusion) -> &'static str {
    match exclusion {
        Exclusion::Filter => "by the filter",
        Exclusion::Label => "by the label map",
        Exclusion::Silent => "silent",
        Exclusion::Damaged => "damaged",
        Exclusion::ConflictingTwin => "with a twin of another label",
    }
}
