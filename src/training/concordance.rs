//! One minus the concordance correlation coefficient: the loss of dimensions.

use burn::tensor::{Tensor, TensorData};

/// What keeps the quotient finite where neither truth nor prediction varies.
const EPSILON: f64 = 1e-8;

/// `1 - mean CCC` over the dimensions, where of each over the clips of the batch that state it
/// `CCC = 2 s_xy / (s_x² + s_y² + (x̄ - ȳ)² + 1e-8)` (Lin 1989, A concordance correlation coefficient to evaluate
/// reproducibility, Biometrics 45), with moments divided by the number of these clips. A dimension that fewer than two
/// clips of the batch state says nothing of agreement and is left out; with none left the loss is 0, and so is its
/// gradient.
///
/// `predicted` is (clips, dimensions), and `stated` has a row per clip with a value per dimension, none where it states none.
pub(super) fn concordance_loss(predicted: Tensor<2>, stated: &[&[Option<f32>]]) -> Tensor<1> {
    let [clips, dimensions] = predicted.dims();
    let (mut weights, mut truth) = (vec![0.0f32; clips * dimensions], vec![0.0f32; clips * dimensions]);
    let (mut means, mut variances, mut counted) = (vec![0.0f32; dimensions], vec![1.0f32; dimensions], Vec::new());
    for dimension in 0..dimensions {
        let there: Vec<(usize, f64)> = stated
            .iter()
            .enumerate()
            .filter_map(|(clip, row)| Some((clip, f64::from(row[dimension]?))))
            .collect();
        if there.len() < 2 {
            continue;
        }
        let count = there.len() as f64;
        let mean = there.iter().map(|(_, value)| value).sum::<f64>() / count;
        let variance = there.iter().map(|(_, value)| (value - mean).powi(2)).sum::<f64>() / count;
        for (clip, value) in there {
            weights[clip * dimensions + dimension] = (1.0 / count) as f32;
            truth[clip * dimensions + dimension] = (value - mean) as f32;
        }
        (means[dimension], variances[dimension]) = (mean as f32, (variance + EPSILON) as f32);
        counted.push(dimension);
    }
    if counted.is_empty() {
        return predicted.sum().mul_scalar(0.0);
    }
    let mut shares = vec![0.0f32; dimensions];
    counted
        .iter()
        .for_each(|dimension| shares[*dimension] = 1.0 / counted.len() as f32);
    let device = predicted.device();
    let matrix = |values: Vec<f32>| {
        let rows = values.len() / dimensions;
        Tensor::<2>::from_data(TensorData::new::<f32, _>(values, [rows, dimensions]), &device)
    };
    let (weights, truth) = (matrix(weights), matrix(truth));
    let mean = (predicted.clone() * weights.clone()).sum_dim(0);
    let from_mean = predicted - mean.clone();
    let variance = (from_mean.clone() * from_mean.clone() * weights.clone()).sum_dim(0);
    let covariance = (from_mean * truth * weights).sum_dim(0);
    let apart = mean - matrix(means);
    let below = variance + apart.clone() * apart + matrix(variances);
    let concordance = covariance.mul_scalar(2.0) / below;
    (concordance * matrix(shares)).sum().neg().add_scalar(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::device;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Case {
        name: String,
        predicted: Vec<Vec<f32>>,
        stated: Vec<Vec<Option<f32>>>,
        loss: f64,
        gradient: Vec<Vec<f64>>,
    }

    fn loss_of(predicted: &[Vec<f32>], stated: &[Vec<Option<f32>>]) -> (f64, Vec<f64>) {
        let device = device("flex").unwrap().autodiff();
        let shape = [predicted.len(), predicted[0].len()];
        let values = Tensor::<2>::from_data(TensorData::new(predicted.concat(), shape), &device).require_grad();
        let stated: Vec<&[Option<f32>]> = stated.iter().map(Vec::as_slice).collect();
        let loss = concordance_loss(values.clone(), &stated);
        let gradients = loss.backward();
        let gradient = values.grad(&gradients).unwrap().into_data().iter::<f64>().collect();
        (loss.into_scalar::<f64>(), gradient)
    }

    /// The definition, in double precision.
    fn by_definition(predicted: &[Vec<f64>], stated: &[Vec<Option<f32>>]) -> f64 {
        let coefficient = |dimension: usize| {
            let pairs = predicted.iter().zip(stated);
            let pairs: Vec<(f64, f64)> = pairs
                .filter_map(|(row, stated)| Some((f64::from(stated[dimension]?), row[dimension])))
                .collect();
            let mean = |of: &dyn Fn(&(f64, f64)) -> f64| pairs.iter().map(of).sum::<f64>() / pairs.len() as f64;
            let (x, y) = (mean(&|pair| pair.0), mean(&|pair| pair.1));
            let (xx, yy) = (mean(&|pair| (pair.0 - x).powi(2)), mean(&|pair| (pair.1 - y).powi(2)));
            let xy = mean(&|pair| (pair.0 - x) * (pair.1 - y));
            (pairs.len() > 1).then_some(2.0 * xy / (xx + yy + (x - y).powi(2) + EPSILON))
        };
        let found: Vec<f64> = (0..predicted[0].len()).filter_map(coefficient).collect();
        1.0 - found.iter().sum::<f64>() / found.len() as f64
    }

    #[test]
    fn loss_and_gradient_are_those_of_the_definition_and_of_pytorch() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../../tests/golden/concordance.json")).unwrap();
        assert!(
            cases
                .iter()
                .any(|case| case.stated.iter().flatten().any(Option::is_none))
        );
        for Case {
            name,
            predicted,
            stated,
            loss,
            gradient,
        } in cases
        {
            let (found, slopes) = loss_of(&predicted, &stated);
            assert!((found - loss).abs() < 1e-5, "{name}: {found} is not {loss}");
            let exact: Vec<Vec<f64>> = predicted
                .iter()
                .map(|row| row.iter().map(|value| f64::from(*value)).collect())
                .collect();
            assert!((by_definition(&exact, &stated) - loss).abs() < 1e-6, "{name}");
            let columns = exact[0].len();
            for (place, (slope, theirs)) in slopes.iter().zip(gradient.concat()).enumerate() {
                let at = |step: f64| {
                    let mut moved = exact.clone();
                    moved[place / columns][place % columns] += step;
                    by_definition(&moved, &stated)
                };
                let finite = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!((slope - theirs).abs() < 1e-4, "{name} {place}: {slope} is not {theirs}");
                assert!((slope - finite).abs() < 1e-3, "{name} {place}: {slope} is not {finite}");
            }
        }
    }

    #[test]
    fn batches_that_say_nothing_of_agreement_are_finite() {
        let some = |values: &[f32]| values.iter().map(|value| vec![Some(*value)]).collect::<Vec<_>>();
        let rows = |values: &[f32]| values.iter().map(|value| vec![*value]).collect::<Vec<_>>();
        // One clip alone, and none that states anything.
        assert_eq!(loss_of(&rows(&[0.3]), &some(&[0.5])), (0.0, vec![0.0]));
        assert_eq!(
            loss_of(&rows(&[0.3, 0.1]), &[vec![None], vec![None]]),
            (0.0, vec![0.0; 2])
        );
        // Neither varies; truth alone does not; both are the same.
        for (predicted, stated) in [
            ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
            ([0.1, 0.2, 0.3], [0.5, 0.5, 0.5]),
            ([0.5, 0.5, 0.5], [0.1, 0.2, 0.3]),
            ([0.1, 0.2, 0.3], [0.1, 0.2, 0.3]),
            ([1e6, -1e6, 1e6], [0.0, 1.0, 0.5]),
        ] {
            let (loss, gradient) = loss_of(&rows(&predicted), &some(&stated));
            assert!(
                loss.is_finite() && gradient.iter().all(|value| value.is_finite()),
                "{predicted:?}"
            );
            assert!((-1e-5..=2.0).contains(&loss), "{loss}");
        }
    }
}
