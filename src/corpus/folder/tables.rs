//! The tables in a folder of recordings: which label them, which might, and which cannot be used.

use super::super::Columns;
use super::super::layouts::folders::is_part_of_a_split;
use super::super::table_reader::check_table;
use super::super::table_records::is_table_name;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// What a table is called that is there to label the recordings beside it.
const NAMES: [&str; 3] = ["clips", "labels", "metadata"];

/// Tables that are read as one: a single one, or the parts of a given split.
pub(crate) type Parts = Vec<PathBuf>;

/// The tables in a folder.
#[derive(Debug, Default)]
pub(crate) struct Tables {
    /// Those called `clips.*`, `labels.*` or `metadata.*`, in the folder or else in its folders of a given split
    /// (`train/metadata.csv`, `test/metadata.csv`): they label it, whatever its files are called.
    pub labels: Vec<Parts>,
    /// Those of other names in the folder that could label it: exported lists, predictions.
    pub others: Vec<Parts>,
    /// Those called like label tables that cannot be used, and why.
    pub unusable: Vec<(PathBuf, String)>,
}

impl Tables {
    /// Looks at the tables among a folder's files.
    pub fn find(folder: &Path, files: &[PathBuf], columns: &Columns) -> Self {
        let mut tables = Self::default();
        let mut parts: BTreeMap<OsString, Parts> = BTreeMap::new();
        let mut split = Parts::new();
        for file in files.iter().filter(|file| is_table_name(file)) {
            let is_here = file.parent() == Some(folder);
            let is_part = is_in_part(file, folder);
            let named = is_called(file, |stem| NAMES.contains(&stem));
            if !(is_here || is_part && named) {
                continue;
            }
            match check_table(file, columns) {
                Err(error) if named => tables.unusable.push((file.clone(), error.to_string())),
                Err(_) => {}
                Ok(()) if is_part => {
                    let name = file.file_name().unwrap_or_default().to_ascii_lowercase();
                    parts.entry(name).or_default().push(file.clone());
                }
                Ok(()) if named => tables.labels.push(vec![file.clone()]),
                Ok(()) if is_called(file, is_part_of_a_split) => split.push(file.clone()),
                Ok(()) => tables.others.push(vec![file.clone()]),
            }
        }
        let parts = parts.into_values();
        if tables.labels.is_empty() {
            tables.labels.extend(parts);
        } else {
            tables.others.extend(parts);
        }
        if !split.is_empty() {
            tables.others.push(split);
        }
        tables
    }

    /// Whether a file is one of them.
    pub fn hold(&self, file: &Path) -> bool {
        let usable = self.labels.iter().chain(&self.others).flatten();
        let unusable = self.unusable.iter().map(|(path, _)| path);
        is_table_name(file) && usable.chain(unusable).any(|table| table == file)
    }
}

fn is_called(file: &Path, is: impl Fn(&str) -> bool) -> bool {
    is(&file.file_stem().unwrap_or_default().to_string_lossy().to_lowercase())
}

/// Whether a file lies in a folder of a given split directly below the folder.
fn is_in_part(file: &Path, folder: &Path) -> bool {
    let part = file.parent().filter(|part| part.parent() == Some(folder));
    let name = part.and_then(Path::file_name).unwrap_or_default();
    is_part_of_a_split(&name.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::super::super::walk::walk;
    use super::*;
    use std::fs;

    fn tables(files: &[(&str, &str)]) -> (Vec<Vec<String>>, Vec<Vec<String>>, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        for (file, content) in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let found = walk(folder.path(), usize::MAX).unwrap().files;
        let tables = Tables::find(folder.path(), &found, &Columns::default());
        let name = |path: &PathBuf| path.strip_prefix(folder.path()).unwrap().display().to_string();
        let names = |all: &[Parts]| all.iter().map(|parts| parts.iter().map(name).collect()).collect();
        let unusable = tables.unusable.iter().map(|(path, _)| name(path)).collect();
        (names(&tables.labels), names(&tables.others), unusable)
    }

    const CLIPS: &str = "path,emotion\na.wav,sad\n";

    #[test]
    fn a_label_table_is_known_by_its_name_and_its_columns() {
        for name in ["clips.csv", "Labels.TSV", "metadata.csv"] {
            let content = if name.ends_with("TSV") {
                "path\temotion\n"
            } else {
                CLIPS
            };
            let (labels, others, unusable) = tables(&[(name, content), ("list.csv", CLIPS), ("ages.csv", "a,b\n")]);
            assert_eq!(labels, [[name]]);
            assert_eq!(others, [["list.csv"]]);
            assert!(unusable.is_empty());
        }
        let (labels, others, unusable) = tables(&[
            ("clips.csv", "a,b\n"),
            ("deep/er/labels.csv", CLIPS),
            ("clips.txt", CLIPS),
        ]);
        assert!(labels.is_empty() && others.is_empty(), "{labels:?} {others:?}");
        assert_eq!(unusable, ["clips.csv"]);
    }

    #[test]
    fn the_parts_of_a_given_split_are_one_table() {
        let json = "{\"file_name\": \"a.wav\", \"label\": 1}\n";
        let parts = [("train/metadata.jsonl", json), ("test/metadata.jsonl", json)];
        let (labels, others, _) = tables(&parts);
        assert_eq!(labels, [["test/metadata.jsonl", "train/metadata.jsonl"]]);
        assert!(others.is_empty());
        // One for all stands above those of the parts.
        let (labels, others, _) = tables(&[parts[0], ("metadata.csv", CLIPS)]);
        assert_eq!(
            (labels, others),
            (
                vec![vec!["metadata.csv".into()]],
                vec![vec!["train/metadata.jsonl".into()]]
            )
        );
        let (labels, others, _) = tables(&[("train.csv", CLIPS), ("dev.csv", CLIPS), ("x.csv", CLIPS)]);
        assert!(labels.is_empty());
        assert_eq!(others, [vec!["x.csv"], vec!["dev.csv", "train.csv"]]);
    }
}
