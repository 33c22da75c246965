//! Which parameters mattered, against Optuna's own answer (`tests/golden/optuna_importance.py`).

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::Path;
use undertone::tuning::Study;
use undertone::tuning::importance::importance;

#[test]
fn parameters_matter_as_much_as_optuna_says() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let text = std::fs::read_to_string(golden.join("optuna_importance.json")).unwrap();
    let expected: BTreeMap<String, BTreeMap<String, f64>> = serde_json::from_str(&text).unwrap();
    for (name, expected) in expected {
        let study = Study::open(&golden.join("optuna_importance.log"), &name).unwrap();
        let found = importance(&study.history());
        assert!(found.windows(2).all(|pair| pair[0].1 >= pair[1].1));
        assert_eq!(found.len(), expected.len());
        for (parameter, share) in found {
            let theirs = expected[&parameter];
            assert!(
                (share - theirs).abs() < 1e-9,
                "{name}, {parameter}: {share} against {theirs}"
            );
        }
    }
}
