//! The corpus as a whole: what is written, and that nothing else is touched.

use super::*;
use crate::corpus::{AnalysisCache, Clip, ScanIndex, discover, scan};
use std::collections::BTreeMap;
use tempfile::TempDir;

fn settings(clips: usize, speakers: usize, seed: u64) -> DemoSettings {
    DemoSettings { clips, speakers, seed }
}

fn write(folder: &Path, settings: &DemoSettings) -> DemoSummary {
    write_demo(folder, settings, &|_, _| ()).unwrap()
}

/// All files below a folder by relative path, with their bytes.
fn files_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn collect(root: &Path, folder: &Path, found: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(root, &path, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    collect(folder, folder, &mut found);
    found
}

fn clips_below(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    files_below(folder)
        .into_iter()
        .filter(|(name, _)| name.ends_with(".wav"))
        .collect()
}

#[test]
fn the_summary_and_the_progress_say_what_is_there() {
    let folder = TempDir::new().unwrap();
    let last = AtomicUsize::new(0);
    let progress = |done: usize, all: usize| {
        assert_eq!(all, 96);
        last.fetch_max(done, Ordering::Relaxed);
    };
    let summary = write_demo(folder.path(), &settings(96, 12, 1), &progress).unwrap();
    let clips = clips_below(folder.path());
    assert_eq!(
        (clips.len(), summary.clips, summary.speakers, last.into_inner()),
        (96, 96, 12, 96)
    );
    let mut seconds = 0.0;
    for (name, bytes) in &clips {
        let rate = Scheme::ALL
            .into_iter()
            .find(|scheme| name.starts_with(scheme.folder()))
            .unwrap()
            .rate();
        let length = (bytes.len() - wav::HEADER) as f64 / 2.0 / f64::from(rate);
        assert!((1.0..=2.0).contains(&length), "{name}: {length} s");
        seconds += length;
    }
    assert!((seconds - summary.seconds).abs() < 1e-6);
    for scheme in Scheme::ALL {
        assert!(clips.keys().any(|name| name.starts_with(scheme.folder())), "{scheme:?}");
    }
}

#[test]
fn a_seed_means_the_same_bytes_whatever_the_order_of_threads() {
    let (one, two, other) = (
        TempDir::new().unwrap(),
        TempDir::new().unwrap(),
        TempDir::new().unwrap(),
    );
    let asked = settings(24, 8, 7);
    write(one.path(), &asked);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    pool.install(|| write(two.path(), &asked));
    write(other.path(), &settings(24, 8, 8));
    assert_eq!(files_below(one.path()), files_below(two.path()));
    let (one, other) = (clips_below(one.path()), clips_below(other.path()));
    assert!(one.keys().eq(other.keys()));
    assert!(one.iter().all(|(name, bytes)| other[name] != *bytes));
}

#[test]
fn a_larger_demo_replaces_a_smaller_one_and_keeps_its_voices() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(60, 12, 1));
    let large = clips_below(folder.path());
    fs::write(folder.path().join("ravdess/notes.txt"), "mine").unwrap();
    fs::write(folder.path().join("ravdess/mine.wav"), [1; 4000]).unwrap();
    write(folder.path(), &settings(24, 12, 1));
    assert_eq!(fs::read(folder.path().join("ravdess/mine.wav")).unwrap(), [1; 4000]);
    assert_eq!(fs::read(folder.path().join("ravdess/notes.txt")).unwrap(), b"mine");
    fs::remove_file(folder.path().join("ravdess/mine.wav")).unwrap();
    let small = clips_below(folder.path());
    assert_eq!(small.len(), 24);
    assert!(small.iter().all(|(name, bytes)| large[name] == *bytes));
}

#[test]
fn a_folder_with_anything_else_is_refused_and_left_as_it_was() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let error = write_demo(folder.path(), &settings(4, 4, 1), &|_, _| ())
        .unwrap_err()
        .to_string();
    assert!(error.contains("empty or a new folder"), "{error}");
    assert_eq!(files_below(folder.path()).len(), 1);
    let foreign = folder.path().join("other");
    fs::create_dir(&foreign).unwrap();
    fs::write(foreign.join(MARKER), "some other text").unwrap();
    assert!(write_demo(&foreign, &settings(4, 4, 1), &|_, _| ()).is_err());
    assert_eq!(fs::read(foreign.join(MARKER)).unwrap(), b"some other text");
    assert!(write_demo(&folder.path().join("thesis.txt"), &settings(4, 4, 1), &|_, _| ()).is_err());
    assert_eq!(fs::read(folder.path().join("thesis.txt")).unwrap(), b"years of work");
}

#[test]
fn a_recording_under_a_demo_name_is_not_overwritten() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(4, 4, 1));
    let clip = folder.path().join(clips_below(folder.path()).keys().next().unwrap());
    fs::write(&clip, [2; 4000]).unwrap();
    let error = write_demo(folder.path(), &settings(4, 4, 1), &|_, _| ())
        .unwrap_err()
        .to_string();
    assert!(error.contains("would be overwritten"), "{error}");
    assert!(is_complete(folder.path()));
    assert_eq!(fs::read(&clip).unwrap(), [2; 4000]);
}

#[test]
fn an_interrupted_demo_is_noticed_and_can_be_made_again() {
    let folder = TempDir::new().unwrap();
    let asked = settings(8, 4, 1);
    assert!(!is_complete(folder.path()));
    folder::claim(folder.path(), &asked, &HashSet::new()).unwrap();
    assert!(!is_complete(folder.path()));
    write(folder.path(), &asked);
    assert!(is_complete(folder.path()));
    let whole = files_below(folder.path());
    let cut = folder.path().join(clips_below(folder.path()).keys().next().unwrap());
    fs::write(&cut, &whole.values().next().unwrap()[..20]).unwrap();
    folder::write_marker(folder.path(), &asked, None).unwrap();
    assert!(!is_complete(folder.path()));
    write(folder.path(), &asked);
    assert_eq!(files_below(folder.path()), whole);
}

#[test]
fn the_marker_says_what_this_is() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(4, 4, 123));
    let marker = fs::read_to_string(folder.path().join(MARKER)).unwrap();
    for part in [
        "synthetic",
        "generated by undertone",
        "not human speech",
        "useless",
        "seed: 123",
        "complete: 4 clips",
    ] {
        assert!(marker.contains(part), "{part}");
    }
}

#[test]
fn impossible_numbers_are_refused_before_anything_is_written() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("demo");
    for (clips, speakers, key) in [
        (0, 24, "demo.clips: 0"),
        (10, 0, "demo.speakers: 0"),
        (usize::MAX, 24, "demo.clips: "),
        (100_000, 100_000, "demo.speakers: 100000"),
    ] {
        let error = write_demo(&folder, &settings(clips, speakers, 1), &|_, _| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains(key), "{error}");
    }
    assert!(!folder.exists());
}

#[test]
fn the_table_of_actors_names_both_genders() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(24, 24, 1));
    let table = fs::read_to_string(folder.path().join("crema-d/VideoDemographics.csv")).unwrap();
    let mut lines = table.lines();
    assert_eq!(lines.next(), Some("ActorID,Age,Sex,Race,Ethnicity"));
    let sexes: Vec<&str> = lines.map(|line| line.split(',').nth(2).unwrap()).collect();
    assert_eq!(
        sexes,
        ["Male", "Female", "Male", "Female", "Male", "Female", "Male", "Female"]
    );
}

#[test]
fn the_layouts_read_every_clip_and_know_who_speaks() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(240, 24, 1));
    let corpora = discover(folder.path());
    let catalogue = scan(
        &corpora,
        &mut ScanIndex::default(),
        &AnalysisCache::default(),
        &|_, _| (),
    )
    .unwrap();
    assert!(catalogue.refused.is_empty(), "{:?}", catalogue.refused);
    let clips = &catalogue.clips;
    assert_eq!(clips.len(), 240);
    assert!(clips.iter().all(|clip| clip.synthetic && clip.text.is_some()));
    let distinct = |of: &dyn Fn(&Clip) -> Option<String>| clips.iter().filter_map(of).collect::<HashSet<_>>();
    assert_eq!(distinct(&Clip::speaker_key).len(), 24);
    assert_eq!(distinct(&|clip| Some(clip.emotion.to_string())).len(), 8);
    for gender in [Gender::Female, Gender::Male] {
        let speakers = distinct(&|clip| clip.speaker_key().filter(|_| clip.gender == Some(gender)));
        assert!(speakers.len() >= 11, "{gender:?}: {speakers:?}");
    }
    for clip in clips.iter().filter(|clip| &*clip.corpus == "crema-d") {
        assert!(clip.age.is_some());
        assert_eq!(clip.ethnicity.as_deref(), Some("Synthetic"));
    }
}

#[test]
fn fewer_schemes_leave_nothing_of_the_others() {
    let folder = TempDir::new().unwrap();
    write(folder.path(), &settings(8, 4, 1));
    write(folder.path(), &settings(8, 1, 1));
    let names: Vec<String> = files_below(folder.path())
        .into_keys()
        .filter(|name| name != MARKER)
        .collect();
    assert!(
        names.len() == 8 && names.iter().all(|name| name.starts_with("ravdess/Actor_01/")),
        "{names:?}"
    );
    assert!(!folder.path().join("crema-d").exists());
}
