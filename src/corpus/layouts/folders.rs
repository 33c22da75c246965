//! Folders that are named by emotion: `angry/a.wav`, and as Hugging Face's `AudioFolder` has them, `train/angry/a.wav`.

use super::{Labels, Refusal};
use std::collections::BTreeMap;
use std::path::Path;

/// Names of folders and tables that hold a part of a given split.
const PARTS_OF_A_SPLIT: [&str; 12] = [
    "train",
    "training",
    "val",
    "valid",
    "validation",
    "dev",
    "devel",
    "development",
    "test",
    "testing",
    "eval",
    "evaluation",
];

/// Whether a folder or a table of this name holds a part of a given split.
pub(crate) fn is_part_of_a_split(name: &str) -> bool {
    PARTS_OF_A_SPLIT.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// The labels that a path states, the corpus's own folder in front: the name of the folder that holds the file. Neither the
/// corpus's folder nor a part of a given split is an emotion.
pub(crate) fn read(path: &Path) -> Result<Labels, Refusal> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let is_below = folder.parent().is_some_and(|above| !above.as_os_str().is_empty());
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    if !is_below || is_part_of_a_split(&name) {
        return Err(Refusal::Foreign);
    }
    Ok(Labels {
        emotion: name.into_owned().into(),
        ..Labels::default()
    })
}

/// How many of the files would be labelled as what, where there would be several labels.
pub(crate) fn classes<'a>(paths: impl Iterator<Item = &'a Path>) -> Option<BTreeMap<String, usize>> {
    let mut classes = BTreeMap::new();
    for labels in paths.filter_map(|path| read(path).ok()) {
        *classes.entry(labels.emotion.to_lowercase()).or_default() += 1;
    }
    (classes.len() > 1).then_some(classes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_file_is_its_label_and_a_split_is_none() {
        let read = |path: &str| read(Path::new(path)).map(|labels| labels.emotion.into_owned());
        for (path, label) in [
            ("mine/angry/a.wav", "angry"),
            ("mine/train/Angry/a.wav", "Angry"),
            ("mine/anna/sad/b.wav", "sad"),
            ("mine/test/trained/b.wav", "trained"),
        ] {
            assert_eq!(read(path), Ok(label.into()), "{path}");
        }
        for path in [
            "mine/a.wav",
            "a.wav",
            "",
            "mine/train/a.wav",
            "mine/DEV/a.wav",
            "mine/angry/test/a.wav",
        ] {
            assert_eq!(read(path), Err(Refusal::Foreign), "{path}");
        }
    }

    #[test]
    fn classes_are_counted_where_there_are_several() {
        let classes = |paths: &[&str]| classes(paths.iter().map(Path::new));
        let expected = [("angry".to_owned(), 2), ("sad".to_owned(), 1)].into();
        let mine = [
            "m/train/angry/a.wav",
            "m/test/Angry/a.wav",
            "m/train/sad/c.wav",
            "m/x.wav",
        ];
        assert_eq!(classes(&mine), Some(expected));
        assert_eq!(classes(&["m/wav/a.wav", "m/wav/b.wav"]), None);
        assert_eq!(classes(&["m/train/a.wav", "m/test/b.wav"]), None);
    }
}
