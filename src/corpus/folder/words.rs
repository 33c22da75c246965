//! The words in which a scan says how a folder was read and what else would fit.

use super::super::Layout;
use super::super::layouts::Votes;
use super::tables::Parts;
use std::collections::BTreeMap;
use std::path::Path;

/// Classes named in a sentence; there may be a folder for every word.
const NAMED: usize = 12;

/// `{ name = "mine", layout = "table", path = "data/mine/clips.csv" }`: a corpus as `workbench.toml` lists it.
pub(crate) fn entry(corpus: &str, layout: Layout, path: &Path) -> String {
    format!(
        "{{ name = {}, layout = \"{}\", path = {} }}",
        quoted(corpus),
        layout.name(),
        quoted(&path.to_string_lossy())
    )
}

/// A text as `workbench.toml` has it.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// `the names of RAVDESS (1440 of 1440 sound files)`.
pub(super) fn names_words(votes: &Votes) -> String {
    match votes.counts.as_slice() {
        [(scheme, count)] => {
            format!(
                "the names of {} ({count} of {})",
                scheme.title(),
                sound_files(votes.names)
            )
        }
        several => {
            let words: Vec<String> = several
                .iter()
                .map(|(scheme, count)| format!("{} ({count})", scheme.title()))
                .collect();
            format!("the names of {}, of {}", words.join(", "), sound_files(votes.names))
        }
    }
}

/// `1 sound file`, `12 sound files`.
pub(super) fn sound_files(count: usize) -> String {
    format!("{count} sound file{}", if count == 1 { "" } else { "s" })
}

/// `clips.csv`, or `test/metadata.csv and train/metadata.csv`.
pub(super) fn parts_words(parts: &Parts, folder: &Path) -> String {
    let words: Vec<String> = parts
        .iter()
        .map(|table| table.strip_prefix(folder).unwrap_or(table).display().to_string())
        .collect();
    words.join(" and ")
}

/// `angry 12, sad 3`, the largest first.
pub(crate) fn class_words(classes: &BTreeMap<String, usize>) -> String {
    let mut counts: Vec<(&String, &usize)> = classes.iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let mut words: Vec<String> = counts
        .iter()
        .take(NAMED)
        .map(|(class, count)| format!("{class} {count}"))
        .collect();
    if counts.len() > NAMED {
        words.push(format!("and {} more", counts.len() - NAMED));
    }
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_a_corpus_whatever_its_path_holds() {
        for path in ["data/mine/clips.csv", r"C:\data\mine", "a \"b\"/c", "é/'x'"] {
            let line = format!("corpora = [{}]", entry("mine \"1\"", Layout::Table, Path::new(path)));
            let read: toml::Table = toml::from_str(&line).unwrap();
            let corpus = read["corpora"][0]
                .clone()
                .try_into::<crate::corpus::CorpusSettings>()
                .unwrap();
            assert_eq!((corpus.name.as_str(), corpus.layout), ("mine \"1\"", Layout::Table));
            assert_eq!(corpus.path, Path::new(path));
        }
    }

    #[test]
    fn classes_are_named_by_size_and_not_without_end() {
        let classes = |count: usize| (0..count).map(|n| (format!("c{n:02}"), n)).collect();
        assert_eq!(class_words(&classes(3)), "c02 2, c01 1, c00 0");
        assert!(class_words(&classes(40)).ends_with("c28 28, and 28 more"));
    }
}
