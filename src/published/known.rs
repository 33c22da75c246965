//! The corpora that are known to be published, from `published.toml`.

use super::files::Piece;
use crate::download::Checksum;
use serde::{Deserialize, Deserializer};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

const PUBLISHED: &str = include_str!("published.toml");
/// The lists that it names.
const LISTS: [(&str, &str); 4] = [
    ("crema_d", include_str!("lists/crema_d.txt")),
    ("crema_d_tables", include_str!("lists/crema_d_tables.txt")),
    ("nemo", include_str!("lists/nemo.txt")),
    ("urdu", include_str!("lists/urdu.txt")),
];

/// A published corpus.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Published {
    /// What the program calls it; its folder is called so, too.
    pub name: String,
    /// What it calls itself, and which part of it is meant.
    pub title: String,
    /// Under which licence it is published, where that is stated.
    pub licence: Option<String>,
    /// Where people read about it.
    pub page: String,
    /// What else its authors ask for.
    pub note: Option<String>,
    /// Who states all this.
    pub source: String,
    /// How it is to be had.
    #[serde(flatten)]
    pub access: Access,
}

/// How a corpus is to be had.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Archives of the form zip.
    Archives(Vec<Archive>),
    /// Single files that a list names.
    Files(Vec<Files>),
    /// Single files that a server names when it is asked.
    Dataverse(Dataverse),
    /// Not by this program: what is to be done.
    ByHand(String),
}

/// An archive of the form zip.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Archive {
    /// Where it is, the first that answers counts.
    pub addresses: Vec<String>,
    /// Its size in bytes, where that is stated.
    pub size: Option<u64>,
    /// Its MD5 in hexadecimal digits, where that is stated.
    pub md5: Option<String>,
}

/// Files with their sizes and checksums.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    /// What comes before their names, the first that answers counts.
    pub addresses: Vec<String>,
    /// The folder of the corpus that they go to.
    #[serde(default)]
    pub folder: PathBuf,
    /// Lines of a checksum (as [`Checksum::of_digits`] reads it), a size in bytes, and a name.
    #[serde(deserialize_with = "shipped")]
    pub list: Cow<'static, str>,
}

/// A record on a server of Dataverse.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Dataverse {
    /// The server.
    pub server: String,
    /// The record, as `doi:10.1/2`.
    pub doi: String,
}

/// The corpora that are known, in the order in which they are listed.
pub fn known() -> &'static [Published] {
    #[derive(Deserialize)]
    struct Document {
        corpus: Vec<Published>,
    }
    static KNOWN: LazyLock<Vec<Published>> = LazyLock::new(|| {
        // What ships can be read: a test says so.
        toml::from_str(PUBLISHED).map_or_else(|_| Vec::new(), |document: Document| document.corpus)
    });
    &KNOWN
}

impl Published {
    /// Bytes to be fetched, where they are stated.
    pub fn bytes(&self) -> Option<u64> {
        match &self.access {
            Access::Archives(archives) => archives.iter().map(|archive| archive.size).sum(),
            Access::Files(groups) => Some(
                groups
                    .iter()
                    .flat_map(Files::pieces)
                    .filter_map(|piece| piece.size)
                    .sum(),
            ),
            Access::Dataverse(_) | Access::ByHand(_) => None,
        }
    }

    /// Whether a checksum is stated of everything that is fetched.
    pub fn is_checked(&self) -> bool {
        match &self.access {
            Access::Archives(archives) => archives.iter().all(|archive| archive.md5.is_some()),
            Access::Files(_) | Access::Dataverse(_) => true,
            Access::ByHand(_) => false,
        }
    }

    /// Whether it comes over encrypted connections alone.
    pub fn is_encrypted(&self) -> bool {
        let encrypted = |address: &String| address.starts_with("https://");
        match &self.access {
            Access::Archives(archives) => archives.iter().flat_map(|archive| &archive.addresses).all(encrypted),
            Access::Files(groups) => groups.iter().flat_map(|group| &group.addresses).all(encrypted),
            Access::Dataverse(record) => encrypted(&record.server),
            Access::ByHand(_) => true,
        }
    }

    /// What is to be done by hand, if it cannot be fetched.
    pub fn by_hand(&self) -> Option<&str> {
        match &self.access {
            Access::ByHand(how) => Some(how),
            _ => None,
        }
    }
}

impl Files {
    /// The files. Lines that are none are passed over.
    pub(super) fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let lines = self.list.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let checksum = Checksum::of_digits(words.next()?)?;
            let (size, name) = (words.next()?.parse().ok()?, words.next()?);
            Some(Piece {
                addresses: &self.addresses,
                remote: name.to_owned(),
                file: self.folder.join(Path::new(name)),
                size: Some(size),
                checksum: Some(checksum),
            })
        })
    }
}

/// The list of this name that ships.
fn shipped<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Cow<'static, str>, D::Error> {
    let name = String::deserialize(deserializer)?;
    let list = LISTS.iter().find(|(known, _)| *known == name);
    list.map(|(_, text)| Cow::Borrowed(*text))
        .ok_or_else(|| serde::de::Error::custom(format!("no list `{name}` ships")))
}

#[cfg(test)]
mod tests {
    use super::super::inside::inside;
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn what_ships_can_be_read_and_is_complete() {
        let names: Vec<_> = known().iter().map(|corpus| corpus.name.as_str()).collect();
        assert_eq!(names.len(), names.iter().collect::<HashSet<_>>().len());
        assert!(
            ["ravdess", "crema_d", "tess", "savee", "emodb"]
                .iter()
                .all(|name| names.contains(name))
        );
        for corpus in known() {
            let name = &corpus.name;
            assert_eq!(inside(name), Ok(Some(name.into())));
            assert!(
                !corpus.title.is_empty() && !corpus.source.is_empty() && corpus.page.starts_with("http"),
                "{name}"
            );
            if let Access::Archives(archives) = &corpus.access {
                assert!(!archives.is_empty());
                for archive in archives {
                    assert!(
                        archive.md5.as_deref().is_none_or(|md5| Checksum::of_md5(md5).is_some()),
                        "{name}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_lists_name_every_file_with_size_and_checksum() {
        let counts = [
            ("crema_d", 7_446, 610_411_282),
            ("nemo", 4_482, 531_752_942),
            ("urdu", 400, 88_102_592),
        ];
        for (name, count, bytes) in counts {
            let corpus = known().iter().find(|corpus| corpus.name == name).unwrap();
            let Access::Files(groups) = &corpus.access else {
                panic!("{name}")
            };
            let lines: usize = groups
                .iter()
                .map(|group| group.list.lines().filter(|line| !line.starts_with('#')).count())
                .sum();
            let pieces: Vec<_> = groups.iter().flat_map(Files::pieces).collect();
            assert_eq!(
                (pieces.len(), lines, corpus.bytes()),
                (count, count, Some(bytes)),
                "{name}"
            );
            let files: HashSet<_> = pieces.iter().map(|piece| &piece.file).collect();
            assert_eq!(files.len(), count);
            for piece in &pieces {
                assert_eq!(inside(piece.file.to_str().unwrap()), Ok(Some(piece.file.clone())));
                // An address takes it as it is.
                assert!(
                    piece
                        .remote
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
                );
            }
        }
    }
}
