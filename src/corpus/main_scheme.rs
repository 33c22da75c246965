//! The scheme that a corpus follows, strays aside, and the name that this gives it.

use super::Layout;
use std::collections::HashMap;

/// Of schemes and the files that they name, the one that names the files, when there is one: all others together name at most a quarter as many.
pub(super) fn main_scheme(schemes: impl IntoIterator<Item = (Layout, usize)>) -> Option<Layout> {
    let mut counts: HashMap<Layout, usize> = HashMap::new();
    for (scheme, files) in schemes {
        *counts.entry(scheme).or_default() += files;
    }
    let all: usize = counts.values().sum();
    let main = counts.into_iter().max_by_key(|(_, files)| *files);
    main.filter(|(_, files)| (all - files) * 4 <= *files)
        .map(|(scheme, _)| scheme)
}

/// What a corpus is called that nobody has named: as the scheme that it follows, unless its folder says that already
/// (`CREMA-D`, `ravdess_speech`) or it follows none.
pub(super) fn name_of(folder: &str, scheme: Option<Layout>) -> String {
    let letters = |name: &str| {
        let kept = name.chars().filter(char::is_ascii_alphanumeric);
        kept.collect::<String>().to_lowercase()
    };
    match scheme.map(Layout::name) {
        Some(scheme) if !letters(folder).contains(&letters(scheme)) => scheme.to_owned(),
        _ => folder.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(counts: &[(Layout, usize)]) -> Option<Layout> {
        main_scheme(counts.iter().copied())
    }

    #[test]
    fn a_few_strays_hide_no_scheme_and_a_mixture_has_none() {
        use Layout::{CremaD, Ravdess, Savee, Tess};
        assert_eq!(of(&[(Ravdess, 4), (Savee, 1)]), Some(Ravdess));
        assert_eq!(of(&[(Savee, 1), (Ravdess, 1_000), (Tess, 200)]), Some(Ravdess));
        assert_eq!(of(&[(Ravdess, 3), (Savee, 1)]), None);
        assert_eq!(of(&[(Ravdess, 4), (Tess, 4), (CremaD, 3)]), None);
        assert_eq!(of(&[(CremaD, 1)]), Some(CremaD));
        assert_eq!(of(&[]), None);
    }

    #[test]
    fn folders_that_say_what_they_hold_keep_their_names() {
        let named = |folder: &str, scheme| name_of(folder, Some(scheme));
        assert_eq!(named("AudioWAV", Layout::CremaD), "crema_d");
        assert_eq!(named("Audio_Speech_Actors_01-24", Layout::Ravdess), "ravdess");
        for folder in ["crema-d", "CREMA-D", "CremaD_clean", "crema_d"] {
            assert_eq!(named(folder, Layout::CremaD), folder);
        }
        assert_eq!(name_of("mine", None), "mine");
    }
}
