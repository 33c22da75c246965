//! Pruners decide as Optuna's do, on 10,000 random histories (`golden/optuna_pruners.py`).

#![allow(clippy::unwrap_used)]

use serde_json::Value as Json;
use std::collections::BTreeMap;
use undertone::tuning::{Direction, History, Parameters, Pruner, Trial, TrialState, Value};

/// SplitMix64, as in the script.
struct SplitMix(u64);

impl SplitMix {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }

    fn value(&mut self, fine: bool) -> f64 {
        match self.below(40) {
            0..4 => f64::NAN,
            4 => f64::INFINITY,
            5 => f64::NEG_INFINITY,
            _ if fine => self.below(1 << 20) as f64 / f64::from(1 << 19) - 1.0,
            _ => (self.below(33) as f64 - 16.0) / 8.0,
        }
    }

    fn reports(&mut self, most: u64, scale: i64, fine: bool) -> BTreeMap<i64, f64> {
        let (count, mut step, stride) = (self.below(most + 1), self.below(2) as i64, 1 + self.below(4) as i64 / 3);
        let mut reports = BTreeMap::new();
        for _ in 0..count {
            reports.insert(step * scale, self.value(fine));
            step += stride;
        }
        reports
    }

    fn trial(&mut self, number: usize, state: TrialState, (most, scale, fine): (u64, i64, bool)) -> Trial {
        let reports = self.reports(most, scale, fine);
        let rungs =
            (0..self.below(4)).map(|rung| (format!("completed_rung_{rung}"), self.below(33) as f64 / 8.0 - 2.0));
        Trial {
            id: number,
            number,
            state,
            values: None,
            parameters: Parameters::new(),
            reports,
            user_attributes: BTreeMap::new(),
            system_attributes: rungs.map(|(key, value)| (key, Value::Float(value))).collect(),
            started: None,
            finished: None,
        }
    }

    fn history(&mut self) -> (Direction, Vec<Trial>) {
        let direction = [Direction::Minimize, Direction::Maximize][self.below(2) as usize];
        let (fine, scale) = (self.below(2) == 1, [1, 1, 1, 150][self.below(4) as usize]);
        let shape = (1 + self.below(12), scale, fine);
        let mut trials = Vec::new();
        for number in 0..self.below(14) as usize {
            let state = match self.below(8) {
                0..5 => TrialState::Complete,
                5..7 => TrialState::Pruned,
                _ => TrialState::Failed,
            };
            trials.push(self.trial(number, state, shape));
        }
        trials.push(self.trial(trials.len(), TrialState::Running, shape));
        (direction, trials)
    }
}

#[test]
fn every_decision_on_ten_thousand_histories_is_optunas() {
    let golden: Json = serde_json::from_str(include_str!("golden/optuna_pruners.json")).unwrap();
    let histories = golden["histories"].as_u64().unwrap();
    assert!(histories >= 10_000);
    let settings = golden["settings"].as_array().unwrap();
    let pruners: Vec<Pruner> = settings
        .iter()
        .map(|case| serde_json::from_value(case["pruner"].clone()).unwrap())
        .collect();
    pruners.iter().for_each(|pruner| pruner.check().unwrap());
    let mut compared = 0;
    for seed in 0..histories {
        let (direction, trials) = SplitMix(seed).history();
        let study = format!("study-{}", seed % 7);
        let history = History {
            study: &study,
            direction,
            trials: &trials,
        };
        for (pruner, case) in pruners.iter().zip(settings) {
            let verdict = pruner.decide(&history, trials.last().unwrap());
            let digit = case["decisions"].as_str().unwrap().as_bytes()[seed as usize / 4] as char;
            let expected = digit.to_digit(16).unwrap() >> (3 - seed % 4) & 1 == 1;
            assert_eq!(
                verdict.prune,
                expected,
                "{pruner:?} on history {seed}: {:?}",
                trials.last()
            );
            if let Some(rungs) = case["rungs"].as_str() {
                let expected = (rungs.as_bytes()[seed as usize] as char).to_digit(36).unwrap();
                assert_eq!(verdict.rungs.len(), expected as usize, "{pruner:?} on history {seed}");
            }
            compared += 1;
        }
    }
    println!("{compared} decisions of {} pruners are Optuna's", pruners.len());
}

#[test]
fn settings_that_make_no_sense_are_refused_with_what_they_must_be() {
    let check = |text: &str| {
        let pruner: Pruner = serde_json::from_str(text).unwrap();
        pruner.check().unwrap_err().to_string()
    };
    assert!(check(r#"{"kind":"percentile","percentile":101}"#).contains("from 0 to 100"));
    assert!(check(r#"{"kind":"median","interval_steps":0}"#).contains("1 or more"));
    assert!(check(r#"{"kind":"patient","patience":1,"min_delta":-1}"#).contains("min_delta"));
    assert!(check(r#"{"kind":"successive_halving","bootstrap_count":1}"#).contains("min_resource"));
    assert!(check(r#"{"kind":"hyperband","min_resource":9,"max_resource":3}"#).contains("max_resource"));
    assert!(serde_json::from_str::<Pruner>(r#"{"kind":"median","warmup":1}"#).is_err());
}
