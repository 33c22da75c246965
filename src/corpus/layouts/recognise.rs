//! Which scheme names the files of a folder.

use super::{Layout, read_name, schemes};
use crate::audio::promises_sound;
use std::path::Path;

/// How many names each scheme understands. Only names that promise sound count, unless none does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Votes {
    /// Most first (equal counts in the order of [`schemes`]), schemes that understand none left out.
    pub counts: Vec<(Layout, usize)>,
    /// How many names there are.
    pub names: usize,
}

impl Votes {
    /// Counts the names.
    pub(crate) fn of<'a>(paths: impl Iterator<Item = &'a Path> + Clone) -> Self {
        let any = paths.clone().any(promises_sound);
        let mut counts: Vec<(Layout, usize)> = schemes().iter().map(|scheme| (*scheme, 0)).collect();
        let mut names = 0;
        for path in paths.filter(|path| !any || promises_sound(path)) {
            names += 1;
            let reader = counts.iter_mut().find(|(scheme, _)| read_name(*scheme, path).is_ok());
            if let Some((_, count)) = reader {
                *count += 1;
            }
        }
        counts.retain(|(_, count)| *count > 0);
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        Self { counts, names }
    }

    /// Whether the schemes together understand more than half of the names.
    pub(crate) fn is_majority(&self) -> bool {
        self.counts.iter().map(|(_, count)| count).sum::<usize>() * 2 > self.names
    }

    /// The schemes that name most files first, then all others.
    pub(crate) fn schemes(&self) -> Vec<Layout> {
        let first: Vec<Layout> = self.counts.iter().map(|(scheme, _)| *scheme).collect();
        let others = schemes().iter().filter(|scheme| !first.contains(scheme)).copied();
        let others: Vec<Layout> = others.collect();
        [first, others].concat()
    }
}

/// The scheme that most of the names follow, when the schemes together understand more than half of them.
pub(crate) fn majority<'a>(paths: impl Iterator<Item = &'a Path> + Clone) -> Option<Layout> {
    let votes = Votes::of(paths);
    let first = votes.counts.first().map(|(scheme, _)| *scheme);
    first.filter(|_| votes.is_majority())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn majority_of(names: &[&str]) -> Option<Layout> {
        majority(names.iter().map(Path::new))
    }

    #[test]
    fn every_scheme_is_recognised_by_its_names() {
        assert_eq!(
            majority_of(&["Actor_01/03-01-01-01-01-01-01.wav"]),
            Some(Layout::Ravdess)
        );
        assert_eq!(majority_of(&["1001_DFA_ANG_XX.ogg"]), Some(Layout::CremaD));
        assert_eq!(majority_of(&["OAF_Fear/OAF_back_fear.wav"]), Some(Layout::Tess));
        assert_eq!(majority_of(&["DC/a01.wav", "KL/su15.wav"]), Some(Layout::Savee));
        assert_eq!(majority_of(&["wav/03a01Wa.wav"]), Some(Layout::Emodb));
    }

    #[test]
    fn a_few_strangers_and_any_documents_do_not_hide_a_scheme() {
        let names = [
            "03a01Wa.wav",
            "03a01Fa.wav",
            "noise.wav",
            "readme.txt",
            "a.pdf",
            "b.pdf",
            "c.pdf",
        ];
        assert_eq!(majority_of(&names), Some(Layout::Emodb));
        assert_eq!(majority_of(&["03a01Wa.wav", "x.wav", "y.wav"]), None);
        assert_eq!(majority_of(&["readme.txt"]), None);
        assert_eq!(majority_of(&[]), None);
    }

    #[test]
    fn a_mixed_folder_is_named_after_its_largest_part() {
        let names = ["OAF_a_sad.wav", "1001_DFA_ANG_XX.wav", "1002_DFA_ANG_XX.wav"];
        assert_eq!(majority_of(&names), Some(Layout::CremaD));
        let votes = Votes::of(names.iter().map(Path::new));
        assert_eq!(votes.counts, [(Layout::CremaD, 2), (Layout::Tess, 1)]);
        assert_eq!(votes.schemes()[..3], [Layout::CremaD, Layout::Tess, Layout::Ravdess]);
    }
}
