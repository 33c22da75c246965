//! The demo corpus is dealt as the version before ways of dealing were recorded dealt it.

use super::*;
use crate::corpus::demo::{DemoSettings, write_demo};
use crate::corpus::{AnalysisCache, FilterSettings, LabelSettings, ScanIndex, discover, scan, select};

/// The speakers on two sides of the first fold, as `undertone features --export` of c243c74 wrote them for
/// `undertone demo --clips 60` with `demo.speakers = 12`.
#[derive(Deserialize)]
struct Golden {
    seed: u64,
    kfold: usize,
    test: Vec<String>,
    validation: Vec<String>,
}

#[test]
fn the_demo_is_dealt_as_ever() {
    let golden: Vec<Golden> = serde_json::from_str(include_str!("../../../../tests/golden/demo_splits.json")).unwrap();
    assert_eq!(golden.len(), 6);
    let folder = tempfile::tempdir().unwrap();
    let demo = DemoSettings {
        clips: 60,
        speakers: 12,
        seed: 1,
    };
    write_demo(&folder.path().join("demo"), &demo, &|_, _| ()).unwrap();
    let analysis = AnalysisCache::default();
    let found = scan(
        &discover(folder.path()),
        &mut ScanIndex::default(),
        &analysis,
        &|_, _| (),
    )
    .unwrap();
    let selection = select(&found, &LabelSettings::default(), &FilterSettings::default());
    for case in golden {
        let settings = settings(SplitKind::Speaker, case.kfold);
        for dealing in [Dealing::BySpeakers, Dealing::NEWEST] {
            let split = super::super::split(&selection, &settings, dealing, case.seed, 0).unwrap();
            let of = |subset| {
                let mut of: Vec<String> = speakers(&selection, &split, subset).into_iter().collect();
                of.sort();
                of
            };
            assert_eq!(
                (of(Subset::Test), of(Subset::Validation)),
                (case.test.clone(), case.validation.clone())
            );
        }
    }
}
