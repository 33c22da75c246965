//! Names of models on the hub.

use std::fmt;

/// The branch that is meant where none is named.
const MAIN: &str = "main";
/// Characters that a name may have at most.
const LONGEST: usize = 96;

/// `owner/model`, with `@` and a branch, tag or commit where another than `main` is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelName {
    /// `owner/model`, or `model` alone.
    pub name: String,
    /// The branch, tag or commit.
    pub revision: String,
}

impl ModelName {
    /// `None` for what cannot be the name of a model.
    pub fn read(text: &str) -> Option<Self> {
        let (name, revision) = text.split_once('@').unwrap_or((text, MAIN));
        let parts: Vec<&str> = name.split('/').collect();
        let named = parts.len() <= 2 && parts.iter().all(|part| is_part(part)) && name.len() <= LONGEST;
        // Two hyphens separate the parts in the name of a folder.
        let named = named && !name.contains("--") && !name.ends_with(".git");
        let revised = revision.split('/').all(is_part) && revision.len() <= 2 * LONGEST;
        (named && revised).then(|| Self {
            name: name.to_owned(),
            revision: revision.to_owned(),
        })
    }

    /// The name of its folder in the cache.
    pub(super) fn folder(&self) -> String {
        format!("models--{}", self.name.replace('/', "--"))
    }

    /// The name that a folder of the cache stands for.
    pub(super) fn of_folder(folder: &str) -> Option<String> {
        let name = folder.strip_prefix("models--")?.replacen("--", "/", 1);
        Self::read(&name).map(|read| read.name)
    }

    /// Whether the revision is a commit.
    pub(super) fn is_commit(&self) -> bool {
        is_commit(&self.revision)
    }
}

impl fmt::Display for ModelName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.revision.as_str() {
            MAIN => formatter.write_str(&self.name),
            revision => write!(formatter, "{}@{revision}", self.name),
        }
    }
}

/// The hash of a commit of git: 40 hexadecimal digits.
pub(super) fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether this may be part of a path: no way out of a folder, and nothing that is hidden.
pub(super) fn is_part(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && !text.starts_with(['.', '-']) && !text.contains("..") && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_has_an_owner_a_model_and_maybe_a_revision() {
        for (text, name, revision, folder) in [
            (
                "openai/whisper-tiny.en",
                "openai/whisper-tiny.en",
                "main",
                "models--openai--whisper-tiny.en",
            ),
            ("gpt2", "gpt2", "main", "models--gpt2"),
            ("a/b@refs/pr/1", "a/b", "refs/pr/1", "models--a--b"),
            ("a/b@v1.0", "a/b", "v1.0", "models--a--b"),
        ] {
            let read = ModelName::read(text).unwrap();
            assert_eq!((&*read.name, &*read.revision), (name, revision));
            assert_eq!(read.folder(), folder);
            assert_eq!(ModelName::of_folder(folder).as_deref(), Some(name));
            assert_eq!(read.to_string(), text);
        }
        for text in [
            "", "a/b/c", "../b", "a/..", "a--b/c", "a/b@", "a/b@../x", "a b/c", "/a", "a/", ".a/b", "-a/b",
        ] {
            assert_eq!(ModelName::read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_name_leads_out_of_the_cache(text in "[a./@-]{0,12}|.{0,20}") {
            if let Some(read) = ModelName::read(&text) {
                prop_assert!(!read.folder().contains(['/', '\\']));
                prop_assert!(!read.revision.split('/').any(|part| part == ".." || part.is_empty()));
            }
        }
    }
}
