//! Cross-entropy, and the weights of its classes.

use burn::tensor::{Tensor, TensorData};

/// `clips / (classes * clips of the class)` per class: sklearn `compute_class_weight("balanced")`, where
/// only classes that occur count. A class without clips weighs 0; nothing is ever multiplied by it.
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

/// `-Σ w[target] log p[target] / clips`: Keras' categorical cross-entropy with `class_weight`, which divides
/// by the clips and not by the weights. `log_probabilities` is (clips, classes).
pub(super) fn cross_entropy(log_probabilities: Tensor<2>, targets: &[usize], weights: Option<&[f64]>) -> Tensor<1> {
    let [clips, classes] = log_probabilities.dims();
    let mut chosen = vec![0.0f32; clips * classes];
    for (clip, target) in targets.iter().enumerate() {
        let weight = weights.map_or(1.0, |weights| weights[*target]);
        chosen[clip * classes + target] = (weight / clips as f64) as f32;
    }
    let chosen = Tensor::from_data(TensorData::new(chosen, [clips, classes]), &log_probabilities.device());
    (log_probabilities * chosen).sum().neg()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::device;
    use burn::tensor::activation::log_softmax;

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
            let loss = cross_entropy(log_softmax(logits.clone(), 1), &targets, weights);
            let gradients = loss.backward();
            let gradient: Vec<f64> = logits.grad(&gradients).unwrap().into_data().iter().collect();
            let weight = |clip: usize| weights.map_or(1.0, |weights| weights[targets[clip]]);
            let terms = (0..2).map(|clip| -weight(clip) * softmax(rows[clip])[targets[clip]].ln() / 2.0);
            let got: f64 = loss.into_data().iter::<f64>().sum();
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
}
