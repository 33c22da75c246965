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

/// How every feature deviates on every signal.
#[derive(Default)]
pub struct Table(Vec<Row>);

struct Row {
    feature: String,
    /// Name, largest difference, and lowest and highest of librosa's values.
    signals: Vec<(String, f64, f64, f64)>,
}

impl Row {
    /// The feature's range over all signals.
    fn range(&self) -> f64 {
        let low = self.signals.iter().map(|signal| signal.2).fold(f64::MAX, f64::min);
        let high = self.signals.iter().map(|signal| signal.3).fold(f64::MIN, f64::max);
        high - low
    }

    /// The worst signal, and its difference as a share of the feature's range in this signal. A signal in which the
    /// feature hardly varies (silence, an impulse) is measured against a hundredth of its range over all signals.
    fn worst(&self) -> (&str, f64) {
        let least = (0.01 * self.range()).max(1e-12);
        let shares = self
            .signals
            .iter()
            .map(|(name, difference, low, high)| (name.as_str(), difference / (high - low).max(least)));
        shares.max_by(|a, b| a.1.total_cmp(&b.1)).unwrap()
    }
}

impl Table {
    /// Compares one feature of one signal.
    pub fn compare(&mut self, feature: &str, signal: &str, ours: &[f32], theirs: &[f32]) {
        assert_eq!(ours.len(), theirs.len(), "{feature} of {signal}");
        assert!(ours.iter().all(|value| value.is_finite()), "{feature} of {signal}");
        let differences = ours.iter().zip(theirs).map(|(a, b)| f64::from(a - b).abs());
        let theirs = || theirs.iter().copied().map(f64::from);
        let measured = (
            signal.to_owned(),
            differences.fold(0.0, f64::max),
            theirs().fold(f64::MAX, f64::min),
            theirs().fold(f64::MIN, f64::max),
        );
        match self.0.iter_mut().find(|row| row.feature == feature) {
            Some(row) => row.signals.push(measured),
            None => self.0.push(Row {
                feature: feature.to_owned(),
                signals: vec![measured],
            }),
        }
    }

    /// Prints the table, then refuses what is beyond [`PARITY`].
    pub fn finish(self) {
        println!("{:<22} {:>7}  {:>10}  at", "feature", "signals", "worst");
        for row in &self.0 {
            let (at, worst) = row.worst();
            println!("{:<22} {:>7}  {worst:>10.1e}  {at}", row.feature, row.signals.len());
        }
        for row in &self.0 {
            let (at, worst) = row.worst();
            assert!(worst < PARITY, "{} of {at}: {worst:.1e}", row.feature);
        }
    }
}
