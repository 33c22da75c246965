//! One number for a feature's contour over an utterance.

use crate::quantile;
use serde::{Deserialize, Serialize};

/// What is kept of a feature's contour, as the functionals of eGeMAPS (Eyben et al. 2016).
/// In a recipe: `mean`, `std`, `min`, `max`, `range`, `slope`, or a percentile such as `p20`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Functional {
    /// Arithmetic mean.
    Mean,
    /// Standard deviation (divisor n); matches numpy.std.
    Std,
    /// Smallest value.
    Min,
    /// Largest value.
    Max,
    /// Largest minus smallest value.
    Range,
    /// Slope of the line with the least squared error, per second; 0 for a single frame.
    Slope,
    /// Percentile 0 to 100, linear between neighbours; matches numpy.percentile.
    Percentile(u8),
}

impl TryFrom<String> for Functional {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let percent = || {
            let digits = name.strip_prefix('p')?;
            digits.parse().ok().filter(|percent| *percent <= 100)
        };
        match name.as_str() {
            "mean" => Ok(Self::Mean),
            "std" => Ok(Self::Std),
            "min" => Ok(Self::Min),
            "max" => Ok(Self::Max),
            "range" => Ok(Self::Range),
            "slope" => Ok(Self::Slope),
            _ => percent().map(Self::Percentile).ok_or_else(|| {
                format!("no functional `{name}`; there are mean, std, min, max, range, slope and p0 to p100")
            }),
        }
    }
}

impl From<Functional> for String {
    fn from(functional: Functional) -> Self {
        match functional {
            Functional::Mean => "mean".into(),
            Functional::Std => "std".into(),
            Functional::Min => "min".into(),
            Functional::Max => "max".into(),
            Functional::Range => "range".into(),
            Functional::Slope => "slope".into(),
            Functional::Percentile(percent) => format!("p{percent}"),
        }
    }
}

/// The functionals of one contour; 0 each when it is empty.
#[derive(Debug, Default)]
pub(super) struct Contour {
    /// (time in seconds, value), in order of time.
    points: Vec<(f64, f64)>,
    sorted: Vec<f64>,
}

impl Contour {
    /// Replaces what there was by this contour.
    pub fn take(&mut self, points: impl Iterator<Item = (f64, f32)>) {
        self.points.clear();
        self.points.extend(points.map(|(time, value)| (time, f64::from(value))));
        self.sorted.clear();
        self.sorted.extend(self.points.iter().map(|(_, value)| value));
        self.sorted.sort_unstable_by(f64::total_cmp);
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// One functional of it.
    pub fn of(&self, functional: Functional) -> f32 {
        let (Some(&least), Some(&most)) = (self.sorted.first(), self.sorted.last()) else {
            return 0.0;
        };
        let number = match functional {
            Functional::Mean => self.mean(),
            Functional::Std => self.deviation(),
            Functional::Min => least,
            Functional::Max => most,
            Functional::Range => most - least,
            Functional::Slope => self.slope(),
            Functional::Percentile(percent) => {
                quantile::of_sorted(&self.sorted, f64::from(percent) / 100.0).unwrap_or_default()
            }
        };
        number as f32
    }

    fn mean(&self) -> f64 {
        self.sorted.iter().sum::<f64>() / self.sorted.len() as f64
    }

    fn deviation(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.sorted.iter().map(|value| (value - mean).powi(2)).sum();
        (squares / self.sorted.len() as f64).sqrt()
    }

    fn slope(&self) -> f64 {
        let count = self.points.len() as f64;
        let middle = self.points.iter().map(|(time, _)| time).sum::<f64>() / count;
        let mean = self.mean();
        let (mut product, mut square) = (0.0, 0.0);
        for (time, value) in &self.points {
            product += (time - middle) * (value - mean);
            square += (time - middle).powi(2);
        }
        if square > 0.0 { product / square } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f32], name: &str) -> f32 {
        let mut contour = Contour::default();
        contour.take(
            values
                .iter()
                .enumerate()
                .map(|(frame, &value)| (frame as f64 * 0.5, value)),
        );
        contour.of(Functional::try_from(name.to_owned()).unwrap())
    }

    #[test]
    fn each_is_its_definition() {
        let values = [3.0, 1.0, 2.0, 6.0];
        assert_eq!(of(&values, "mean"), 3.0);
        assert!((of(&values, "std") - 3.5f32.sqrt()).abs() < 1e-6);
        assert_eq!(
            (of(&values, "min"), of(&values, "max"), of(&values, "range")),
            (1.0, 6.0, 5.0)
        );
        // numpy.percentile([3, 1, 2, 6], 20) and the median.
        assert!((of(&values, "p20") - 1.6).abs() < 1e-6);
        assert_eq!(of(&values, "p50"), 2.5);
        // numpy.polyfit([0, 0.5, 1, 1.5], [3, 1, 2, 6], 1)
        assert!((of(&values, "slope") - 2.0).abs() < 1e-6);
        assert_eq!(of(&[0.0, 1.5, 3.0], "slope"), 3.0);
    }

    #[test]
    fn one_value_and_none_give_numbers_too() {
        for name in ["mean", "std", "min", "max", "range", "slope", "p0", "p100"] {
            assert_eq!(of(&[], name), 0.0);
            let expected = if ["std", "range", "slope"].contains(&name) {
                0.0
            } else {
                7.0
            };
            assert_eq!(of(&[7.0], name), expected, "{name}");
        }
    }

    #[test]
    fn names_go_there_and_back_and_others_are_refused() {
        for name in ["mean", "std", "min", "max", "range", "slope", "p0", "p20", "p100"] {
            let functional = Functional::try_from(name.to_owned()).unwrap();
            assert_eq!(String::from(functional), name);
        }
        for name in ["p101", "p-1", "p", "median", ""] {
            assert!(
                Functional::try_from(name.to_owned())
                    .unwrap_err()
                    .contains("p0 to p100")
            );
        }
    }
}
