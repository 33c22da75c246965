//! Cross-entropy, and the weights of its classes.

use burn::tensor::{Tensor, TensorData};

/// `clips / (classes * clips of the class)` per class: sklearn `compute_class_weight("balanced")`, where
/// only classes that occur count. A class without clips weighs 0.
pub fn class_weights(targets: impl IntoIterator<Item = usize>, classes: usize) -> Vec<f64> {
    let counts = class_counts(targets, classes);
    let clips: usize = counts.iter().sum();
    let occurring = counts.iter().filter(|count| **count > 0).count();
    let weight = |count| {
        if count > 0 {
            clips as f64 / (occurring * count) as f64
        } else {
            0.0
        }
    };
    counts.into_iter().map(weight).collect()
}

/// Clips of each class.
pub(super) fn class_counts(targets: impl IntoIterator<Item = usize>, classes: usize) -> Vec<usize> {
    let mut counts = vec![0usize; classes];
    for target in targets {
        counts[target] += 1;
    }
    counts
}

/// What is asked for of one clip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Asked<'a> {
    /// One class.
    Label(usize),
    /// A share of every class, 1 in all.
    Shares(&'a [f32]),
}

impl Asked<'_> {
    /// The share of a class.
    fn of(self, class: usize) -> f64 {
        match self {
            Self::Label(label) => f64::from(u8::from(label == class)),
            Self::Shares(shares) => f64::from(shares[class]),
        }
    }
}

/// What a batch is to be answered with.
///
/// For every clip a row of `w[c] q[c]`, where `q` is the distribution that is asked for: that of the clip, all on its class
/// or the shares of its listeners' votes, of which `smoothing` is dealt evenly to all classes, `q = (1 - smoothing) p[c] +
/// smoothing / classes`, and blended with that of a partner where examples are. As PyTorch `cross_entropy(weight, label_smoothing)`, except that the sum is
/// divided by the clips, which matches Keras, and not by their weights; without weights it is also Keras'
/// `CategoricalCrossentropy(label_smoothing)`.
#[derive(Debug)]
pub(super) struct Targets {
    rows: Vec<f32>,
    classes: usize,
}

impl Targets {
    /// For clips of which this is asked, each with a share of its target and the rest of its partner's.
    pub fn new(
        targets: &[Asked],
        partners: Option<(&[Asked], f64)>,
        (classes, smoothing): (usize, f64),
        weights: Option<&[f64]>,
    ) -> Self {
        let share = partners.map_or(1.0, |(_, share)| share);
        let even = smoothing / classes as f64;
        let mut rows = vec![0.0f32; targets.len() * classes];
        for (clip, row) in rows.chunks_exact_mut(classes).enumerate() {
            for (class, value) in row.iter_mut().enumerate() {
                let mut asked = even + share * (1.0 - smoothing) * targets[clip].of(class);
                if let Some((partners, _)) = partners {
                    asked += (1.0 - share) * (1.0 - smoothing) * partners[clip].of(class);
                }
                *value = (asked * weights.map_or(1.0, |weights| weights[class])) as f32;
            }
        }
        Self { rows, classes }
    }

    /// `w[c] q[c]` of every class, clip after clip.
    pub fn rows(&self) -> &[f32] {
        &self.rows
    }

    /// `-Σ w q log p / clips`; `log_probabilities` is (clips, classes).
    pub fn loss(&self, log_probabilities: Tensor<2>) -> Tensor<1> {
        let clips = self.rows.len() / self.classes;
        let rows = self.rows.iter().map(|value| value / clips as f32).collect();
        let shape = [clips, self.classes];
        let rows = Tensor::from_data(TensorData::new::<f32, _>(rows, shape), &log_probabilities.device());
        (log_probabilities * rows).sum().neg()
    }

    /// `-Σ w q log p` of the same numbers, in double precision.
    pub fn sum(&self, log_probabilities: &[f32]) -> f64 {
        let products = self.rows.iter().zip(log_probabilities);
        // What is not asked for counts for nothing, however improbable it is.
        let asked = products.filter(|(row, _)| **row != 0.0);
        -asked
            .map(|(row, value)| f64::from(*row) * f64::from(*value))
            .sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use burn::tensor::activation::log_softmax;
    use serde::Deserialize;

    #[test]
    fn class_weights_are_balanced_as_in_scikit_learn() {
        // compute_class_weight("balanced", classes=[0, 1, 2], y=[0, 0, 0, 0, 1, 1, 2, 2, 2, 2])
        let targets = [0, 0, 0, 0, 1, 1, 2, 2, 2, 2];
        let expected = [10.0 / 12.0, 10.0 / 6.0, 10.0 / 12.0];
        assert_eq!(class_weights(targets, 3), expected);
        // A class that does not occur changes nothing for the others.
        assert_eq!(class_weights(targets, 4), [&expected[..], &[0.0]].concat());
    }

    #[test]
    fn the_loss_and_its_gradient_match_the_definition() {
        let device = device("flex").unwrap().autodiff();
        let rows = [[1.0f64, 2.0, 0.5], [-1.0, 0.0, 3.0]];
        let (targets, weights) = ([1, 0], [0.5, 2.0, 1.0]);
        let softmax = |row: [f64; 3]| row.map(|x| x.exp() / row.iter().map(|x| x.exp()).sum::<f64>());
        for weights in [None, Some(&weights[..])] {
            let logits = Tensor::<2>::from_data(rows, &device).require_grad();
            let asked = Targets::new(&targets.map(Asked::Label), None, (3, 0.0), weights);
            let log_probabilities = log_softmax(logits.clone(), 1);
            let values: Vec<f32> = log_probabilities.to_data().iter().collect();
            let loss = asked.loss(log_probabilities);
            let gradients = loss.backward();
            let gradient: Vec<f64> = logits.grad(&gradients).unwrap().into_data().iter().collect();
            let weight = |clip: usize| weights.map_or(1.0, |weights| weights[targets[clip]]);
            let terms = (0..2).map(|clip| -weight(clip) * softmax(rows[clip])[targets[clip]].ln() / 2.0);
            let got: f64 = loss.into_data().iter::<f64>().sum();
            assert!((got - asked.sum(&values) / 2.0).abs() < 1e-6, "{got}");
            assert!((got - terms.sum::<f64>()).abs() < 1e-6, "{got}");
            for clip in 0..2 {
                for class in 0..3 {
                    let one = f64::from(u8::from(class == targets[clip]));
                    let expected = weight(clip) * (softmax(rows[clip])[class] - one) / 2.0;
                    assert!((gradient[clip * 3 + class] - expected).abs() < 1e-6);
                }
            }
        }
    }

    #[test]
    fn votes_cost_what_they_do_in_pytorch() {
        #[derive(Deserialize)]
        struct Golden {
            logits: Vec<[f64; 3]>,
            votes: Vec<[f32; 3]>,
            partners: Vec<usize>,
            weights: Vec<f64>,
            cases: Vec<Case>,
        }
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/votes.json")).unwrap();
        let device = device("flex").unwrap().autodiff();
        let votes: Vec<Asked> = golden.votes.iter().map(|row| Asked::Shares(row)).collect();
        let partners: Vec<Asked> = golden.partners.iter().map(|clip| votes[*clip]).collect();
        for case in &golden.cases {
            let weights = case.weighted.then_some(&golden.weights[..]);
            let partners = (case.share < 1.0).then_some((&partners[..], case.share));
            let asked = Targets::new(&votes, partners, (3, case.smoothing), weights);
            let rows = TensorData::new(golden.logits.concat(), [golden.logits.len(), 3]);
            let logits = Tensor::<2>::from_data(rows, &device).require_grad();
            let loss = asked.loss(log_softmax(logits.clone(), 1));
            let gradients = loss.backward();
            let gradient: Vec<f64> = logits.grad(&gradients).unwrap().into_data().iter().collect();
            let got: f64 = loss.into_data().iter::<f64>().sum();
            assert!((got - case.loss).abs() < 1e-5, "{got} {}", case.loss);
            for (got, expected) in gradient.iter().zip(case.gradient.concat()) {
                assert!((got - expected).abs() < 1e-6, "{got} {expected}");
            }
        }
    }

    #[derive(Deserialize)]
    struct Golden {
        logits: Vec<[f64; 3]>,
        targets: Vec<usize>,
        partners: Vec<usize>,
        weights: Vec<f64>,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        smoothing: f64,
        weighted: bool,
        share: f64,
        loss: f64,
        gradient: Vec<[f64; 3]>,
    }

    #[test]
    fn smoothed_weighted_and_blended_labels_cost_what_they_do_in_pytorch() {
        let golden: Golden = serde_json::from_str(include_str!("../../tests/golden/smoothing.json")).unwrap();
        let device = device("flex").unwrap().autodiff();
        for case in &golden.cases {
            let weights = case.weighted.then_some(&golden.weights[..]);
            let labels = |of: &[usize]| of.iter().copied().map(Asked::Label).collect::<Vec<_>>();
            let (targets, partners) = (labels(&golden.targets), labels(&golden.partners));
            let partners = (case.share < 1.0).then_some((&partners[..], case.share));
            let asked = Targets::new(&targets, partners, (3, case.smoothing), weights);
            let flat: Vec<f64> = golden.logits.concat();
            let rows = TensorData::new(flat, [golden.logits.len(), 3]);
            let logits = Tensor::<2>::from_data(rows, &device).require_grad();
            let loss = asked.loss(log_softmax(logits.clone(), 1));
            let gradients = loss.backward();
            let gradient: Vec<f64> = logits.grad(&gradients).unwrap().into_data().iter().collect();
            let got: f64 = loss.into_data().iter::<f64>().sum();
            assert!((got - case.loss).abs() < 1e-5, "{got} {}", case.loss);
            for (got, expected) in gradient.iter().zip(case.gradient.concat()) {
                assert!((got - expected).abs() < 1e-6, "{got} {expected}");
            }
        }
    }
}
