//! What segments of long recordings cost, printed: `cargo test --lib -- --ignored --nocapture long_recordings`.

use super::features_of;
use crate::corpus::{
    AnalysisCache, Catalogue, CorpusSettings, FilterSettings, LabelSettings, Layout, ScanIndex, analyse, scan, select,
};
use crate::features::{Feature, FeatureStore, Recipe};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Runs a step and prints its time, and the largest memory of the process until then (Linux).
fn step<T>(name: &str, work: impl FnOnce() -> T) -> T {
    // From here on the peak is counted anew.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let begun = Instant::now();
    let done = work();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes: f64 = peak
        .and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default();
    let seconds = begun.elapsed().as_secs_f64();
    println!("{name}: {seconds:.2} s, peak {:.0} MB", kilobytes / 1e3);
    done
}

fn scanned(table: &Path, index: &mut ScanIndex, cache: &AnalysisCache) -> Catalogue {
    let corpus = CorpusSettings {
        name: "long".into(),
        layout: Layout::Table,
        path: table.into(),
        ..CorpusSettings::default()
    };
    scan(&[corpus], index, cache, &|_, _| {}).unwrap()
}

fn rows(file: &Path, count: usize, step: f64, length: f64) -> String {
    let mut rows = String::new();
    for row in 0..count {
        let start = step * row as f64;
        let emotion = ["sad", "angry", "happy"][row % 3];
        let (file, end) = (file.display(), start + length);
        writeln!(rows, "{file},{start:.3},{end:.3},{emotion},s{}", row % 50).unwrap();
    }
    rows
}

const HEADINGS: &str = "file,start,end,emotion,speaker\n";

#[test]
#[ignore = "prints figures"]
fn of_a_hundred_thousand_rows() {
    let folder = tempfile::tempdir().unwrap();
    let mut table = HEADINGS.to_owned();
    for file in 0..100 {
        let path = folder.path().join(format!("{file}.wav"));
        let format = hound::WavSpec {
            channels: 1,
            sample_rate: 8_000,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, format).unwrap();
        (0..8_000 * 110).for_each(|n: i32| writer.write_sample((n % 97) as i16 * 50).unwrap());
        writer.finalize().unwrap();
        table += &rows(&path, 1_000, 0.1, 0.1);
    }
    let path = folder.path().join("clips.csv");
    fs::write(&path, table).unwrap();
    let (mut index, cache) = (ScanIndex::default(), AnalysisCache::default());
    let found = step("scan of 100,000 rows in 100 files", || {
        scanned(&path, &mut index, &cache)
    });
    assert_eq!((found.clips.len(), found.refused.len()), (100_000, 0));
    step("scan again", || scanned(&path, &mut index, &cache));
    let found = step("their samples", || analyse(&found, &cache, &|_, _, _| true)).unwrap();
    assert!(
        found
            .analysis
            .iter()
            .flatten()
            .all(|analysis| analysis.damage.is_none())
    );
    step("scan that knows them", || scanned(&path, &mut index, &cache));
}

/// `UNDERTONE_LONG_SOUND` names a recording of ten hours or more.
#[test]
#[ignore = "prints figures"]
fn of_five_thousand_segments_of_ten_hours() {
    let Some(sound) = std::env::var_os("UNDERTONE_LONG_SOUND").map(PathBuf::from) else {
        println!("skipped: UNDERTONE_LONG_SOUND names no recording");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("clips.csv");
    fs::write(&path, HEADINGS.to_owned() + &rows(&sound, 5_000, 7.19, 3.0)).unwrap();
    let (mut index, cache) = (ScanIndex::default(), AnalysisCache::default());
    let found = step("scan of 5,000 segments", || scanned(&path, &mut index, &cache));
    assert_eq!((found.clips.len(), found.refused.len()), (5_000, 0));
    let found = step("their samples", || analyse(&found, &cache, &|_, _, _| true)).unwrap();
    assert!(
        found
            .analysis
            .iter()
            .flatten()
            .all(|analysis| analysis.damage.is_none())
    );
    let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
    let recipe = Recipe {
        sample_rate: 16_000,
        features: vec![Feature::Zcr, Feature::Rms, Feature::Mfcc],
        ..Recipe::default()
    };
    let store = FeatureStore::open(&folder.path().join("features"), &recipe).unwrap();
    let kept = step("their features", || {
        let (clips, analysis) = (&selection.clips, &selection.analysis);
        features_of(clips, analysis, |_| None, &store, |_, cached| cached, &|_, _| true).unwrap()
    });
    assert!(kept.iter().all(|kept| *kept == Ok(false)), "{}", kept.len());
    let last = selection.clips.last().unwrap();
    step("the last segment alone", || last.decode().unwrap());
    fs::write(&path, format!("{HEADINGS}{},,,sad,s1\n", sound.display())).unwrap();
    let whole = scanned(&path, &mut index, &cache);
    let whole = step("the samples of the whole", || analyse(&whole, &cache, &|_, _, _| true)).unwrap();
    println!("{:.2} hours", whole.clips[0].seconds() / 3_600.0);
}
