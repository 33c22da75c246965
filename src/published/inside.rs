//! Where a file of an archive or of a list may go: into the folder of the corpus, whatever its name says.

use std::path::{Component, Path, PathBuf};

/// What archives made on a Mac or on Windows carry along.
const JUNK: [&str; 4] = ["__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini"];

/// The path below the folder, from a name with `/` or `\` between folders. Nothing for a folder, and for what is only
/// carried along.
///
/// # Errors
/// Why it must not be written.
pub(super) fn inside(name: &str) -> Result<Option<PathBuf>, String> {
    let name = name.replace('\\', "/");
    if name.chars().any(char::is_control) {
        return Err("has control characters in its name".to_owned());
    }
    let is_drive = |part: &str| part.len() == 2 && part.ends_with(':');
    if name.starts_with('/')
        || name
            .split('/')
            .next()
            .is_some_and(|first| is_drive(first) || cfg!(windows) && first.contains(':'))
    {
        return Err("has an absolute name".to_owned());
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    if parts.contains(&"..") {
        return Err("leads out of its folder (..)".to_owned());
    }
    let is_junk = |part: &&str| JUNK.contains(part) || part.starts_with("._");
    if parts.is_empty() || name.ends_with('/') || parts.iter().any(is_junk) {
        return Ok(None);
    }
    let path: PathBuf = parts.iter().collect();
    // What this system takes for more than a name.
    match path.components().all(|part| matches!(part, Component::Normal(_))) {
        true => Ok(Some(path)),
        false => Err(format!(
            "has a name that cannot be written here ({})",
            Path::new(&name).display()
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_lead_into_the_folder_or_nowhere() {
        for (name, expected) in [
            ("Actor_01/03-01.wav", Some("Actor_01/03-01.wav")),
            ("wav\\a.wav", Some("wav/a.wav")),
            ("./wav//a.wav", Some("wav/a.wav")),
            ("...wav", Some("...wav")),
            ("wav/", None),
            ("__MACOSX/wav/._a.wav", None),
            ("wav/.DS_Store", None),
            ("", None),
        ] {
            assert_eq!(inside(name), Ok(expected.map(PathBuf::from)), "{name}");
        }
        for name in [
            "/etc/passwd",
            "../a",
            "wav/../../a",
            "wav\\..\\..\\a",
            "C:/a",
            "c:\\a",
            "\\\\server\\a",
            "a\0b",
            "a\nb",
            "..",
            "wav/..",
        ] {
            assert!(inside(name).is_err(), "{name:?}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn whatever_it_is_called_it_stays_inside(name in r"([./\\:aAcC~ ]|\.\.|/\.\./|\PC|[\x00-\x1f]){0,12}") {
            if let Ok(Some(path)) = inside(&name) {
                prop_assert!(path.is_relative());
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
                let joined = Path::new("/data/corpus").join(&path);
                prop_assert!(joined.starts_with("/data/corpus") && joined != Path::new("/data/corpus"));
            }
        }
    }
}
