//! Whatever happens to a pack costs the records that it happened to, and no more.

use super::super::recipe::tests::papers;
use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

const CONTENT: u128 = 0xab00_0000_0000_0000_0000_0000_0000_0001;

fn wave() -> Result<Wave, AudioError> {
    Ok(Wave {
        samples: (0..30_000).map(|n| (n as f32 * 0.1).sin()).collect(),
        rate: 22_050,
    })
}

fn never() -> Result<Wave, AudioError> {
    panic!("the wave is loaded again")
}

fn open(folder: &Path) -> FeatureStore {
    FeatureStore::open(folder, &papers()).unwrap()
}

fn filled() -> (tempfile::TempDir, FeatureStore, Extracted) {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    let (extracted, had_it) = store.get_or_extract("a", CONTENT, wave).unwrap();
    assert!(!had_it);
    (folder, store, extracted)
}

#[test]
fn the_second_time_comes_from_the_store_notes_and_all() {
    let (folder, store, first) = filled();
    assert!(!first.notes.is_empty());
    assert_eq!(
        store.get_or_extract("a", CONTENT, never).unwrap(),
        (first.clone(), true)
    );
    let reopened = open(folder.path());
    assert_eq!(reopened.get("a", CONTENT), Some(first.clone()));
    assert_eq!(store.get("a", CONTENT + 1), None);
    assert_eq!(store.get("b", CONTENT), None, "every corpus has a pack of its own");
    // What another store appends is seen by one that is open already.
    reopened.put("a", CONTENT + 1, &first).unwrap();
    assert_eq!(store.get("a", CONTENT + 1), Some(first));
}

#[test]
fn corpora_of_any_name_have_a_file_each() {
    let (folder, store, first) = filled();
    let names = ["A", "a/b", "", "..", "ä", &"long".repeat(100)];
    for name in names {
        store.put(name, CONTENT, &first).unwrap();
        assert!(store.get(name, CONTENT).is_some(), "{name}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), names.len() + 1);
    assert_eq!(inventory(folder.path()).unwrap().len(), names.len() + 1);
}

#[test]
fn a_pack_cut_at_any_place_keeps_its_whole_records() {
    let (folder, store, first) = filled();
    for content in 1..3 {
        store.put("a", CONTENT + content, &first).unwrap();
    }
    let path = store.path("a");
    let whole = fs::read(&path).unwrap();
    let size = store.layout.size(108);
    for length in (0..whole.len()).step_by(257) {
        fs::write(&path, &whole[..length]).unwrap();
        let store = open(folder.path());
        let left = length.saturating_sub(header::SIZE) / size;
        for (index, content) in (0..3).map(|n| (n, CONTENT + n as u128)) {
            let (found, had_it) = store.get_or_extract("a", content, wave).unwrap();
            assert_eq!((found, had_it), (first.clone(), index < left), "cut at {length}");
        }
        assert_eq!(
            fs::metadata(&path).unwrap().len() as usize,
            whole.len(),
            "the torn part is gone"
        );
    }
}

#[test]
fn a_byte_changed_anywhere_costs_its_record_alone() {
    let (folder, store, first) = filled();
    store.put("a", CONTENT + 1, &first).unwrap();
    let path = store.path("a");
    let whole = fs::read(&path).unwrap();
    let size = store.layout.size(108);
    let record = header::SIZE + size;
    let offsets = (0..header::SIZE).step_by(61);
    let offsets = offsets.chain(header::SIZE..header::SIZE + 80);
    for at in offsets.chain((header::SIZE + 80..whole.len()).step_by(89)) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, bytes).unwrap();
        let store = open(folder.path());
        let had = [CONTENT, CONTENT + 1].map(|content| {
            let (found, had_it) = store.get_or_extract("a", content, wave).unwrap();
            assert_eq!(found, first);
            had_it
        });
        let expected = if at < header::SIZE {
            [false, false]
        } else {
            [at >= record, at < record]
        };
        assert_eq!(had, expected, "byte {at}");
        let store = open(folder.path());
        assert!(
            store.get("a", CONTENT).is_some() && store.get("a", CONTENT + 1).is_some(),
            "made again"
        );
    }
}

#[test]
fn a_pack_of_another_recipe_or_a_record_of_one_is_foreign() {
    let (folder, store, first) = filled();
    let other = Recipe {
        skip_seconds: 0.5,
        ..papers()
    };
    let other = FeatureStore::open(folder.path(), &other).unwrap();
    assert_eq!(other.get("a", CONTENT), None);
    let record = fs::read(store.path("a")).unwrap().split_off(header::SIZE);
    let mut bytes = fs::read(other.path("a")).unwrap();
    bytes.extend(record);
    fs::write(other.path("a"), bytes).unwrap();
    assert_eq!(other.get("a", CONTENT), None, "the record of another recipe");
    fs::copy(store.path("a"), other.path("a")).unwrap();
    let other = FeatureStore::open(folder.path(), other.recipe()).unwrap();
    assert_eq!(other.get("a", CONTENT), None, "the pack of another recipe");
    assert_eq!(store.get("a", CONTENT), Some(first));
}

#[test]
fn many_threads_and_stores_may_make_the_same_record_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let stores: Vec<_> = (0..4).map(|_| open(folder.path())).collect();
    let made = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for store in &stores {
            scope.spawn(|| {
                for content in 0..8 {
                    let (extracted, had_it) = store.get_or_extract("a", content % 2, wave).unwrap();
                    assert_eq!(extracted.matrix.frames, 108);
                    made.fetch_add(usize::from(!had_it), Ordering::Relaxed);
                }
            });
        }
    });
    assert!((2..=8).contains(&made.into_inner()));
    let length = fs::metadata(stores[0].path("a")).unwrap().len() as usize;
    assert_eq!(
        length,
        header::SIZE + 2 * stores[0].layout.size(108),
        "each is kept once"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_clip_that_cannot_be_loaded_leaves_no_record() {
    let (_folder, store, _) = filled();
    let gone = || {
        Err(AudioError::Empty {
            path: "gone.wav".into(),
        })
    };
    let error = store.get_or_extract("a", 5, gone).unwrap_err();
    assert!(error.to_string().contains("gone.wav"));
    assert_eq!(store.get("a", 5), None);
}

#[test]
fn a_store_that_cannot_be_written_says_where_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let message = FeatureStore::open(&file, &papers()).unwrap_err().to_string();
    assert!(
        message.contains("file") && message.contains("workbench.toml"),
        "{message}"
    );
    let store = open(&folder.path().join("cache"));
    fs::create_dir_all(store.path("a")).unwrap();
    let message = store.get_or_extract("a", CONTENT, wave).unwrap_err().to_string();
    assert!(
        message.contains(".pack") && message.contains("workbench.toml"),
        "{message}"
    );
}

#[test]
fn a_pack_that_may_only_be_read_is_read() {
    let (folder, store, first) = filled();
    let path = store.path("a");
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    assert_eq!(open(folder.path()).get("a", CONTENT), Some(first));
}

#[test]
fn the_inventory_knows_every_pack_and_touches_none() {
    let (folder, store, _) = filled();
    store.get_or_extract("a", CONTENT + 1, wave).unwrap();
    fs::write(folder.path().join("b-0-v0.pack"), "damaged").unwrap();
    fs::write(folder.path().join("other"), "not ours").unwrap();
    let found = inventory(folder.path()).unwrap();
    assert_eq!(found.len(), 2);
    let contents = found[0].contents.as_ref().unwrap();
    assert_eq!((contents.corpus.as_str(), contents.records), ("a", 2));
    let longest = Recipe {
        take_seconds: 0.0,
        ..papers()
    };
    let other = Recipe { n_mfcc: 13, ..papers() };
    assert_eq!(
        [papers(), longest, other].map(|recipe| contents.made_by(&recipe)),
        [true, true, false]
    );
    assert!(found[0].current && !found[1].current);
    assert_eq!(found[1].contents, None);
    assert!(inventory(&folder.path().join("absent")).unwrap().is_empty());
}
