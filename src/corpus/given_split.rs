//! The split that a corpus brings: which clips it means to train, to validate and to test with.

use super::Clip;
use std::collections::BTreeMap;

/// Parts named in a sentence; a column may hold anything.
const NAMED: usize = 8;

/// That a corpus brings a split, with its parts and their clips; nothing where there are no two parts.
pub(super) fn split_note<'a>(clips: impl Iterator<Item = &'a Clip>) -> Option<String> {
    let mut parts: BTreeMap<&str, usize> = BTreeMap::new();
    for part in clips.filter_map(|clip| clip.given_split.as_deref()) {
        *parts.entry(part).or_default() += 1;
    }
    let mut words: Vec<String> = parts
        .iter()
        .take(NAMED)
        .map(|(part, clips)| format!("{part} {clips}"))
        .collect();
    words.extend((parts.len() > NAMED).then(|| format!("and {} more", parts.len() - NAMED)));
    (parts.len() > 1).then(|| {
        format!(
            "it brings a split of its own ({}), which is no class; to train and test by it: split.kind = \"given\"",
            words.join(", ")
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::*;

    #[test]
    fn a_split_is_said_with_its_counts_and_one_part_is_none() {
        let of = |parts: &[&str]| {
            let clips: Vec<Clip> = parts
                .iter()
                .map(|part| Clip {
                    given_split: Some((*part).into()),
                    ..clip("a.wav", "sad")
                })
                .collect();
            split_note(clips.iter())
        };
        let note = of(&["train", "Test1", "train"]).unwrap();
        assert!(note.contains("(Test1 1, train 2), which is no class"), "{note}");
        assert_eq!(of(&["train", "train"]), None);
        assert_eq!(of(&[]), None);
    }
}
