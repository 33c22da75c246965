//! Packs of frames of unequal number: whatever happens to one costs the records that it happened to, and no more.

use super::super::FeatureMatrix;
use super::super::recipe_encoder::tests::resolved;
use super::*;
use crate::encoders::{Layer, Pool};

/// Frames of the clips, by their content.
const FRAMES: [usize; 4] = [3, 200, 1, 57];

fn open(folder: &Path) -> FeatureStore {
    FeatureStore::open(folder, &resolved(Layer::Last, Pool::Frames)).unwrap()
}

/// Numbers that 16 bits hold.
fn extracted(frames: usize) -> Extracted {
    let values = (0..frames * 4).map(|index| index as f32 / 4.0 - 8.0);
    Extracted {
        matrix: FeatureMatrix {
            frames,
            coefficients: 4,
            values: values.collect(),
        },
        notes: vec![super::super::Note::Windows { windows: frames }],
    }
}

fn put_all(store: &FeatureStore) {
    for (content, frames) in FRAMES.into_iter().enumerate() {
        store.put("a", content as u128, &extracted(frames)).unwrap();
    }
}

/// Which of the clips are there, and that they are what they were.
fn there(store: &FeatureStore) -> [bool; 4] {
    [0, 1, 2, 3].map(|content| match store.get("a", content as u128) {
        Some(found) => {
            assert_eq!(found, extracted(FRAMES[content]));
            true
        }
        None => false,
    })
}

/// Where each record ends.
fn ends(store: &FeatureStore) -> Vec<usize> {
    let mut end = header::SIZE;
    let sizes = FRAMES.into_iter().map(|frames| store.layout.size(frames));
    sizes
        .map(|size| {
            end += size;
            end
        })
        .collect()
}

#[test]
fn clips_of_any_number_of_frames_come_back_notes_and_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put_all(&store);
    assert_eq!(there(&store), [true; 4]);
    assert_eq!(there(&open(folder.path())), [true; 4]);
    assert!(store.has("a", 3) && !store.has("a", 4));
    let whole = fs::metadata(store.path("a")).unwrap().len() as usize;
    assert_eq!(whole, *ends(&store).last().unwrap());
    let found = inventory(folder.path()).unwrap();
    assert_eq!(found[0].contents.as_ref().unwrap().records, 4);
    // What another store appends is seen by one that is open already.
    open(folder.path()).put("a", 9, &extracted(5)).unwrap();
    assert_eq!(store.get("a", 9), Some(extracted(5)));
    for wrong in [
        extracted(0),
        Extracted {
            matrix: FeatureMatrix {
                coefficients: 2,
                ..extracted(2).matrix
            },
            notes: Vec::new(),
        },
    ] {
        assert!(store.put("a", 10, &wrong).is_err());
    }
}

#[test]
fn a_pack_cut_at_any_place_keeps_its_whole_records() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put_all(&store);
    let (path, ends) = (store.path("a"), ends(&store));
    let whole = fs::read(&path).unwrap();
    for length in (header::SIZE..whole.len()).step_by(101) {
        fs::write(&path, &whole[..length]).unwrap();
        let store = open(folder.path());
        let left = ends.iter().filter(|end| **end <= length).count();
        assert_eq!(
            there(&store),
            [0, 1, 2, 3].map(|record| record < left),
            "cut at {length}"
        );
        put_all(&store);
        assert_eq!(there(&open(folder.path())), [true; 4], "cut at {length}");
        assert_eq!(fs::read(&path).unwrap(), whole, "the torn part is gone");
    }
}

#[test]
fn a_byte_changed_anywhere_costs_its_record_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    put_all(&store);
    let (path, ends) = (store.path("a"), ends(&store));
    let whole = fs::read(&path).unwrap();
    for at in (header::SIZE..whole.len()).step_by(37) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        let store = open(folder.path());
        let hit = ends.iter().filter(|end| **end <= at).count();
        assert_eq!(there(&store), [0, 1, 2, 3].map(|record| record != hit), "byte {at}");
        put_all(&store);
        assert_eq!(there(&open(folder.path())), [true; 4], "byte {at}: made again");
    }
}

#[test]
fn the_size_of_all_clips_is_known_from_their_lengths_where_it_is_equal() {
    let folder = tempfile::tempdir().unwrap();
    let store = FeatureStore::open(folder.path(), &resolved(Layer::All, Pool::Mean)).unwrap();
    let size = store.layout.size(1) as u64;
    assert_eq!(store.bytes_of([(16_000, 16_000), (8_000, 8_000)]).unwrap(), 2 * size);
}
