//! The corpus as a whole: what is written, that it is speech-like, and that nothing else is touched.

use super::*;
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
    assert_eq!(fs::read(&clip).unwrap(), [2; 4000]);
}

#[test]
fn an_interrupted_demo_is_noticed_and_can_be_made_again() {
    let folder = TempDir::new().unwrap();
    let asked = settings(8, 4, 1);
    assert!(!is_complete(folder.path()));
    folder::claim(folder.path(), &asked).unwrap();
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
fn levels_are_sane() {
    for index in 0..24_u64 {
        let scheme = Scheme::ALL[index as usize % 4];
        let speaker = Speaker::new(3, scheme, index as usize % 2);
        let category = Category::ALL[index as usize % 8];
        let samples = speaker.say("test", category, 1.2, &mut stream(3, "test", index));
        let peak = samples.iter().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
        let level = 10.0 * (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64).log10();
        assert!(samples.iter().all(|sample| sample.is_finite()));
        assert!(
            peak < 0.99 && (-50.0..-8.0).contains(&level),
            "{scheme:?} {category:?}: peak {peak}, {level} dB"
        );
    }
}

/// Median fundamental frequency (Hz) of the frames whose normalised autocorrelation says that they are voiced.
fn measure_f0(samples: &[f64], rate: u32) -> f64 {
    let rate = f64::from(rate);
    let (shortest, longest) = ((rate / 500.0) as usize, (rate / 65.0) as usize);
    let correlation = |frame: &[f64], lag: usize| {
        let (left, right) = (
            &frame[..frame.len() - longest],
            &frame[lag..lag + frame.len() - longest],
        );
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        product(left, right) / (product(left, left) * product(right, right)).sqrt().max(1e-12)
    };
    let mut found: Vec<f64> = Vec::new();
    for frame in samples.chunks_exact(2 * longest) {
        let curve: Vec<f64> = (shortest..longest).map(|lag| correlation(frame, lag)).collect();
        let best = curve.iter().fold(0.0_f64, |best, value| best.max(*value));
        // The shortest lag that is nearly as good as the best is the period; its multiples are as good.
        let first = (1..curve.len() - 1)
            .find(|at| curve[*at] > 0.93 * best && curve[*at] >= curve[at - 1] && curve[*at] >= curve[at + 1]);
        if let (Some(first), true) = (first, best > 0.7) {
            found.push(rate / (first + shortest) as f64);
        }
    }
    found.sort_by(f64::total_cmp);
    found[found.len() / 2]
}

#[test]
fn within_a_speaker_anger_is_higher_faster_and_louder_than_sadness() {
    let (mut higher, mut louder, mut shorter) = (0.0, 0.0, 0.0);
    let speakers = 8;
    for number in 0..speakers {
        let speaker = Speaker::new(1, Scheme::Ravdess, number);
        let clip = |category, take| speaker.say("IEO", category, 1.0, &mut stream(1, "test", take));
        let power = |samples: &[f64]| samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64;
        for take in 0..3 {
            let (angry, sad) = (clip(Category::Angry, take), clip(Category::Sad, take + 100));
            let rate = Scheme::Ravdess.rate();
            higher += 12.0 * (measure_f0(&angry, rate) / measure_f0(&sad, rate)).log2();
            louder += 10.0 * (power(&angry) / power(&sad)).log10();
            shorter += (sad.len() as f64 / angry.len() as f64).log2();
        }
    }
    let pairs = (3 * speakers) as f64;
    assert!(higher / pairs > 3.0, "{} semitones", higher / pairs);
    assert!(louder / pairs > 6.0, "{} dB", louder / pairs);
    assert!(shorter / pairs > 0.15, "{} octaves", shorter / pairs);
}

#[test]
fn female_voices_are_higher() {
    let pitch = |number: usize, take: u64| {
        let mut rng = stream(1, "test", 100 * number as u64 + take);
        let speaker = Speaker::new(1, Scheme::Ravdess, number);
        measure_f0(
            &speaker.say("IEO", Category::Neutral, 1.0, &mut rng),
            Scheme::Ravdess.rate(),
        )
    };
    let mean = |parity: usize| {
        (0..24)
            .map(|index| pitch(2 * (index % 8) + parity, index as u64))
            .sum::<f64>()
            / 24.0
    };
    let (male, female) = (mean(0), mean(1));
    assert!(
        (90.0..150.0).contains(&male) && (160.0..260.0).contains(&female),
        "{male} and {female}"
    );
}
