//! Scans of the published corpora. They are read from the folder in `UNDERTONE_CORPORA`, which holds
//! `ravdess`, `crema-d` (with `crema-d-meta` beside it), `tess` and `quirks`; without it nothing is tested.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;
use undertone::corpus::{
    AnalysisCache, Catalogue, Clip, CorpusSettings, Dealing, Exclusion, FilterSettings, Gender, LabelSettings, Layout,
    QualityIssueKind, ScanIndex, SplitKind, SplitSettings, analyse, discover, quality_issues, scan, select, split,
    statistics,
};

fn corpora() -> Option<PathBuf> {
    let folder = std::env::var_os("UNDERTONE_CORPORA").map(PathBuf::from);
    if folder.is_none() {
        println!("skipped: UNDERTONE_CORPORA names no folder of corpora");
    }
    folder
}

fn corpus(root: &Path, name: &str, layout: Layout) -> CorpusSettings {
    CorpusSettings {
        name: name.into(),
        layout,
        path: root.join(name),
        columns: Default::default(),
        ..CorpusSettings::default()
    }
}

fn scanned(corpora: &[CorpusSettings], index: &mut ScanIndex) -> Catalogue {
    scan(corpora, index, &AnalysisCache::default(), &|_, _| {}).unwrap()
}

fn name(clip: &Clip) -> String {
    clip.path.file_name().unwrap().display().to_string()
}

#[test]
fn published_corpora_are_dealt_as_before_there_were_ways_of_dealing() {
    let Some(root) = corpora() else { return };
    let all = [
        corpus(&root, "ravdess", Layout::Ravdess),
        corpus(&root, "crema-d", Layout::CremaD),
        corpus(&root, "tess", Layout::Tess),
    ];
    let together: Vec<&[CorpusSettings]> = vec![&all[..1], &all[1..2], &all[2..], &all];
    for corpora in together {
        let found = scanned(corpora, &mut ScanIndex::default());
        let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
        for (seed, kfold) in [(42, 0), (42, 5), (1, 0), (2, 5)] {
            let settings = SplitSettings {
                kind: SplitKind::Speaker,
                test: 0.2,
                validation: 0.1,
                kfold,
                ..SplitSettings::default()
            };
            for fold in 0..kfold.max(1) {
                let by = |dealing| split(&selection, &settings, dealing, seed, fold).map_err(|error| error.to_string());
                assert_eq!(
                    by(Dealing::NEWEST),
                    by(Dealing::BySpeakers),
                    "seed {seed}, {kfold} folds"
                );
            }
        }
    }
}

#[test]
fn every_published_clip_is_found() {
    let Some(root) = corpora() else { return };
    let all = [
        ("ravdess", Layout::Ravdess),
        ("crema-d", Layout::CremaD),
        ("tess", Layout::Tess),
    ];
    for settings in [
        all.map(|(name, _)| corpus(&root, name, Layout::Auto)),
        all.map(|(name, layout)| corpus(&root, name, layout)),
    ] {
        let mut index = ScanIndex::default();
        let started = Instant::now();
        let found = scanned(&settings, &mut index);
        let first = started.elapsed();
        let started = Instant::now();
        let again = scanned(&settings, &mut index);
        println!(
            "{} clips: first scan {first:.2?}, rescan {:.2?}",
            found.clips.len(),
            started.elapsed()
        );
        assert_eq!(found.clips, again.clips);
        assert!(found.refused.is_empty(), "{:?}", found.refused);
        for (reading, published) in found.readings.iter().zip([1_440, 7_442, 2_800]) {
            let counts = reading.counts.as_ref().unwrap();
            println!("{counts:?}");
            let missing: usize = counts.missing.values().sum();
            assert_eq!((counts.published, counts.found + missing), (published, published));
            assert!(counts.surplus.is_empty());
        }
        let missing = |corpus: usize, class: &str| {
            found.readings[corpus]
                .counts
                .as_ref()
                .unwrap()
                .missing
                .get(class)
                .copied()
        };
        assert_eq!([missing(0, "angry"), missing(0, "neutral")], [Some(48), Some(24)]);
        assert_eq!([missing(1, "angry"), missing(1, "neutral")], [Some(434), Some(371)]);
        assert_eq!(missing(2, "angry"), None);
        let counts = statistics(&found);
        let expected = [("crema-d", 4_901), ("ravdess", 1_080), ("tess", 2_800)];
        assert_eq!(counts.corpora, expected.map(|(name, clips)| (name.to_owned(), clips)));
        assert_eq!(counts.emotions.len(), 8);
        assert_eq!(counts.emotions[0].0, "neutral");
        assert_eq!(counts.speakers.len(), 18 + 60 + 2);
        assert!(
            found
                .clips
                .iter()
                .all(|clip| clip.gender.is_some() && clip.text.is_some() && !clip.synthetic)
        );
        let crema = found.clips.iter().find(|clip| name(clip).starts_with("1001_")).unwrap();
        assert_eq!((crema.age, crema.gender), (Some(51), Some(Gender::Male)));
        assert_eq!(crema.ethnicity.as_deref(), Some("Caucasian"));
    }
}

#[test]
fn quirks_come_out_right() {
    let Some(root) = corpora() else { return };
    let found = scanned(&[corpus(&root, "quirks", Layout::Auto)], &mut ScanIndex::default());
    assert_eq!(found.clips.len(), 11);
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    let found = analyse(&found, &AnalysisCache::default(), &|_, _, _| true).unwrap();
    let odd = quality_issues(&found);
    for quality_issue in &odd {
        println!(
            "{}: {:?}: {}",
            name(&found.clips[quality_issue.clip]),
            quality_issue.kind,
            quality_issue.detail
        );
    }
    let words: BTreeSet<_> = odd.iter().map(|odd| (name(&found.clips[odd.clip]), odd.kind)).collect();
    let expected = [
        ("03-01-02-01-01-02-01.wav", QualityIssueKind::Stereo),
        ("03-01-08-01-02-02-01.wav", QualityIssueKind::Stereo),
        ("03-01-03-01-02-01-07.wav", QualityIssueKind::Duplicate),
        ("03-01-03-01-02-02-07.wav", QualityIssueKind::Duplicate),
        ("1006_TIE_HAP_XX.wav", QualityIssueKind::ConflictingDuplicate),
        ("1006_TIE_NEU_XX.wav", QualityIssueKind::ConflictingDuplicate),
        ("1076_MTI_SAD_XX.wav", QualityIssueKind::Silent),
        ("OAF_food_fear.wav", QualityIssueKind::Rate),
        ("OA_bite_neutral.wav", QualityIssueKind::Name),
        ("YAF_germ_angry.wav", QualityIssueKind::Extension),
        ("YAF_neat_fear.wav", QualityIssueKind::Extension),
    ];
    assert_eq!(words, expected.map(|(name, kind)| (name.to_owned(), kind)).into());
    let clip = |wanted: &str| found.clips.iter().find(|clip| name(clip) == wanted).unwrap();
    assert_eq!(clip("OA_bite_neutral.wav").speaker.as_deref(), Some("OAF"));
    assert_eq!(
        (clip("OAF_food_fear.wav").rate, clip("OA_bite_neutral.wav").rate),
        (96_000, 24_414)
    );
    assert_eq!(&*clip("YAF_germ_angry.wav").container, "aiff");
    assert_eq!(clip("03-01-02-01-01-02-01.wav").channels, 2);
    let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
    assert_eq!(selection.clips.len(), 8);
    assert_eq!(
        selection.excluded,
        [(Exclusion::Silent, 1), (Exclusion::ConflictingDuplicate, 2)].into()
    );
}

#[test]
fn samples_are_analysed_once() {
    let Some(root) = corpora() else { return };
    let settings = ["ravdess", "crema-d", "tess"].map(|name| corpus(&root, name, Layout::Auto));
    let found = scanned(&settings, &mut ScanIndex::default());
    let folder = tempfile::tempdir().unwrap();
    let cache = AnalysisCache::load(&folder.path().join("facts"));
    let started = Instant::now();
    let analysed = analyse(&found, &cache, &|_, _, _| true).unwrap();
    println!("samples of {} clips: {:.2?}", found.clips.len(), started.elapsed());
    assert!(
        analysed
            .analysis
            .iter()
            .all(|facts| facts.as_ref().is_some_and(|facts| facts.damage.is_none()))
    );
    let started = Instant::now();
    let cache = AnalysisCache::load(&folder.path().join("facts"));
    let again = scan(&settings, &mut ScanIndex::default(), &cache, &|_, _| {}).unwrap();
    println!("remembered: {:.2?} with the scan", started.elapsed());
    assert_eq!(again.analysis, analysed.analysis);
    for odd in quality_issues(&analysed) {
        println!("{}: {:?}: {}", name(&found.clips[odd.clip]), odd.kind, odd.detail);
    }
}

#[test]
fn the_folder_of_corpora_is_discovered() {
    let Some(root) = corpora() else { return };
    let found: BTreeSet<String> = discover(&root).into_iter().map(|corpus| corpus.name).collect();
    for name in ["ravdess", "crema-d", "tess", "quirks"] {
        assert!(found.contains(name), "{found:?}");
    }
    assert!(!found.contains("crema-d-meta"), "{found:?}");
}
