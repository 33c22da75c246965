//! Golden files, and how far from them we are.

use std::path::Path;

/// Share of a feature's range that ours may differ by.
pub const PARITY: f64 = 1e-4;

/// The numbers of `tests/golden/features/<name>.bin`.
pub fn golden(name: &str) -> Vec<f32> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/features")
        .join(format!("{name}.bin"));
    let bytes = std::fs::read(path).unwrap();
    bytes
        .as_chunks::<4>()
        .0
        .iter()
        .map(|&bytes| f32::from_le_bytes(bytes))
        .collect()
}

/// Largest deviation as a share of the expected values' range; of their magnitude where they do not vary.
pub fn deviation(ours: &[f32], theirs: &[f32]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    let (low, high) = theirs
        .iter()
        .fold((f32::MAX, f32::MIN), |(low, high), &x| (low.min(x), high.max(x)));
    let range = if high > low {
        f64::from(high - low)
    } else {
        f64::from(high.abs()).max(1e-12)
    };
    let worst = ours
        .iter()
        .zip(theirs)
        .map(|(a, b)| f64::from(a - b).abs())
        .fold(0.0, f64::max);
    assert!(ours.iter().all(|x| x.is_finite()));
    worst / range
}

/// The worst deviation of every feature, and where it was.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    feature: String,
    signals: usize,
    worst: f64,
    at: String,
}

impl Table {
    /// Compares one feature of one signal.
    pub fn compare(&mut self, feature: &str, signal: &str, ours: &[f32], theirs: &[f32]) {
        assert_eq!(ours.len(), theirs.len(), "{feature} of {signal}");
        let deviation = deviation(ours, theirs);
        let row = match self.0.iter_mut().position(|row| row.feature == feature) {
            Some(place) => &mut self.0[place],
            None => {
                self.0.push(Row {
                    feature: feature.to_owned(),
                    signals: 0,
                    worst: 0.0,
                    at: signal.to_owned(),
                });
                self.0.last_mut().unwrap()
            }
        };
        row.signals += 1;
        if deviation > row.worst {
            (row.worst, row.at) = (deviation, signal.to_owned());
        }
    }

    /// Prints the table, then refuses what is beyond [`PARITY`].
    pub fn finish(self) {
        println!("{:<22} {:>7}  {:>10}  at", "feature", "signals", "worst");
        for row in &self.0 {
            println!(
                "{:<22} {:>7}  {:>10.1e}  {}",
                row.feature, row.signals, row.worst, row.at
            );
        }
        for row in &self.0 {
            assert!(row.worst < PARITY, "{} of {}: {:.1e}", row.feature, row.at, row.worst);
        }
    }
}
