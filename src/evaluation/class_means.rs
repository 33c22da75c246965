//! A map from dimensions (arousal, dominance, valence) to categories, fitted on labelled clips.

/// The nearest class mean: every class is where the mean of its clips is, and distances count in units of the deviation
/// within classes. The probability of a class is that of a normal distribution about its mean, all classes being as
/// frequent: `exp(-d² / 2)`, divided by the sum over the classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassMeans {
    /// The mean of each class.
    means: Vec<Vec<f64>>,
    /// Deviation within classes of each dimension, pooled (divisor n - classes).
    deviation: Vec<f64>,
}

/// A smaller deviation than single precision can tell from none.
const LEAST: f64 = 1e-6;

impl ClassMeans {
    /// From the values of labelled clips; `targets` are indices of `classes` classes. None where a class has no clip, or
    /// no class has two.
    pub fn fit(values: &[&[f32]], targets: &[usize], classes: usize) -> Option<Self> {
        let dimensions = values.first()?.len();
        let mut means = vec![vec![0.0; dimensions]; classes];
        let mut clips = vec![0usize; classes];
        for (row, target) in values.iter().zip(targets) {
            *clips.get_mut(*target)? += 1;
            add(&mut means[*target], row.iter().map(|value| f64::from(*value)));
        }
        if clips.contains(&0) || values.len() <= classes {
            return None;
        }
        for (mean, clips) in means.iter_mut().zip(&clips) {
            mean.iter_mut().for_each(|sum| *sum /= *clips as f64);
        }
        let mut squares = vec![0.0; dimensions];
        for (row, target) in values.iter().zip(targets) {
            let offsets = row.iter().zip(&means[*target]);
            add(
                &mut squares,
                offsets.map(|(value, mean)| (f64::from(*value) - mean).powi(2)),
            );
        }
        let freedom = (values.len() - classes) as f64;
        let deviation = squares.into_iter().map(|sum| (sum / freedom).sqrt().max(LEAST));
        Some(Self {
            means,
            deviation: deviation.collect(),
        })
    }

    /// The probability of every class.
    pub fn probabilities(&self, values: &[f32]) -> Vec<f32> {
        let half_squares: Vec<f64> = self
            .means
            .iter()
            .map(|mean| self.distance(values, mean) / 2.0)
            .collect();
        let nearest = half_squares.iter().copied().fold(f64::INFINITY, f64::min);
        let parts: Vec<f64> = half_squares.iter().map(|square| (nearest - square).exp()).collect();
        let sum: f64 = parts.iter().sum();
        parts.into_iter().map(|part| (part / sum) as f32).collect()
    }

    fn distance(&self, values: &[f32], mean: &[f64]) -> f64 {
        let offsets = values.iter().zip(mean).zip(&self.deviation);
        offsets
            .map(|((value, mean), deviation)| ((f64::from(*value) - mean) / deviation).powi(2))
            .sum()
    }
}

fn add(sums: &mut [f64], values: impl Iterator<Item = f64>) {
    sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_mean_wins_in_units_of_the_deviation_within_classes() {
        let values: [&[f32]; 4] = [&[0.0, 0.1], &[0.2, 0.5], &[0.8, 0.1], &[1.0, 0.5]];
        let map = ClassMeans::fit(&values, &[0, 0, 1, 1], 2).unwrap();
        // By hand: means (0.1, 0.3) and (0.9, 0.3); pooled variances (4 * 0.01) / 2 and (4 * 0.04) / 2.
        let expected = |values: [f64; 2]| {
            let part =
                |mean: f64| (-((values[0] - mean).powi(2) / 0.02 + (values[1] - 0.3).powi(2) / 0.08) / 2.0).exp();
            part(0.1) / (part(0.1) + part(0.9))
        };
        for point in [[0.1, 0.3], [0.5, 0.9], [0.45, 0.2], [0.9, 0.0]] {
            let found = map.probabilities(&point.map(|value| value as f32));
            assert!(
                (f64::from(found[0]) - expected(point)).abs() < 1e-5,
                "{point:?}: {found:?}"
            );
            assert!((found[0] + found[1] - 1.0).abs() < 1e-6);
        }
    }

    #[test]
    fn nothing_is_fitted_on_too_little() {
        let values: [&[f32]; 2] = [&[0.0], &[1.0]];
        assert_eq!(ClassMeans::fit(&values, &[0, 1], 2), None);
        assert_eq!(ClassMeans::fit(&values, &[0, 0], 2), None);
        assert_eq!(ClassMeans::fit(&[], &[], 2), None);
        let same: [&[f32]; 3] = [&[0.5], &[0.5], &[0.9]];
        let map = ClassMeans::fit(&same, &[0, 0, 1], 2).unwrap();
        assert!(map.probabilities(&[0.5])[0] > 0.999);
    }
}
