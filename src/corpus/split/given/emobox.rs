//! Published folds that come with the program: EmoBox's of RAVDESS.

use super::split_file::{Place, SplitFile};
use std::path::{Path, PathBuf};

/// What `split.file` is for them.
const RAVDESS: &str = "emobox:ravdess";

/// The actors that each of the six folds tests; all others are learnt from. Of `data/ravdess/fold_1` to `fold_6` of
/// <https://github.com/emo-box/EmoBox> (commit 08280f2), whose test files name all 60 spoken recordings of four actors each
/// (Ma et al. 2024, EmoBox, Interspeech).
const ACTORS: [[u8; 4]; 6] = [
    [1, 11, 20, 21],
    [4, 10, 12, 14],
    [8, 9, 19, 23],
    [3, 5, 7, 24],
    [2, 15, 16, 18],
    [6, 13, 17, 22],
];

/// Whether this names a split that comes with the program.
pub fn is_published(file: &Path) -> bool {
    file == Path::new(RAVDESS)
}

/// The split of this name.
pub fn published(file: &Path) -> Option<SplitFile> {
    let folds = (1..).zip(ACTORS);
    let rows = folds.flat_map(|(fold, actors)| {
        let tested = move |path| (path, Place::Tested(fold.to_string()));
        actors.into_iter().flat_map(recordings).map(tested)
    });
    is_published(file).then(|| SplitFile {
        name: "EmoBox's folds of RAVDESS".to_owned(),
        folder: PathBuf::new(),
        rows: rows.collect(),
    })
}

/// The spoken recordings of an actor: two statements, twice each, in two intensities of every emotion but neutral.
fn recordings(actor: u8) -> impl Iterator<Item = String> {
    let emotions =
        (1..=8).flat_map(|emotion| (1..=if emotion == 1 { 1 } else { 2 }).map(move |strength| (emotion, strength)));
    emotions.flat_map(move |(emotion, strength)| {
        let takes = (1..=2).flat_map(|statement| (1..=2).map(move |repetition| (statement, repetition)));
        takes.map(move |(statement, repetition)| {
            format!("Actor_{actor:02}/03-01-{emotion:02}-{strength:02}-{statement:02}-{repetition:02}-{actor:02}.wav")
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_actor_is_tested_once_with_all_recordings() {
        let split = published(Path::new(RAVDESS)).unwrap();
        let paths: BTreeSet<&str> = split.rows.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!((split.rows.len(), paths.len()), (1_440, 1_440));
        let fold = |number: &str| {
            split
                .rows
                .iter()
                .filter(|(_, place)| *place == Place::Tested(number.into()))
                .count()
        };
        assert_eq!(["1", "2", "3", "4", "5", "6"].map(fold), [240; 6]);
        assert!(published(Path::new("emobox:other")).is_none());
    }
}
