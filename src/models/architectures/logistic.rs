//! `logistic`: multinomial logistic regression, fitted to its optimum.

use super::architecture::{Architecture, Fitting, Optimum};
use super::check::Check;
use crate::layers::{Dense, Init, Mode};
use crate::models::ModelError;
use burn::module::{Module, Param};
use burn::tensor::{Tensor, TensorData};
use serde::{Deserialize, Serialize};

/// `[model.logistic]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogisticSettings {
    /// What C may be, the inverse of the penalty on large weights.
    pub c: Vec<f64>,
    /// Inner folds of the training clips that C is chosen on.
    pub inner_folds: usize,
}

const CHECK: Check = Check("logistic");

/// All numbers of a clip, one linear layer, one logit per class: multinomial logistic regression with L2, the objective of
/// scikit-learn's `LogisticRegression(C)`, `Σ loss + ||W||² / (2 C)` with biases left out, solved for its optimum
/// and not approached by epochs. Of several C the one with the best unweighted average recall on inner folds of the
/// training speakers is taken.
///
/// With 768 numbers and 8 classes 6,152 parameters.
#[derive(Module, Debug)]
pub struct Logistic {
    output: Dense,
}

impl Architecture for Logistic {
    type Settings = LogisticSettings;
    const ABOUT: &'static str = "logistic regression with L2, fitted to its optimum";
    const PUBLISHED: ((usize, usize), usize) = ((1, 768), 8);
    const SIZES: &'static str = "\
# C, the inverse of the penalty on large weights; of several the best on inner folds is taken.
c = [0.0001, 0.001, 0.01, 0.1, 1.0]
# Inner folds of the training speakers that C is chosen on.
inner_folds = 5
";

    fn validate(sizes: &Self::Settings) -> Result<(), ModelError> {
        if sizes.c.is_empty() {
            return Err(CHECK.refuse("c", "is empty; give at least one, for example [0.01]"));
        }
        for c in &sizes.c {
            if !(c.is_finite() && *c > 0.0) {
                return Err(CHECK.refuse("c", &format!("is {c}; it must be above 0")));
            }
        }
        if sizes.inner_folds < 2 {
            let problem = format!("is {}; it must be at least 2", sizes.inner_folds);
            return Err(CHECK.refuse("inner_folds", &problem));
        }
        Ok(())
    }

    fn new(_: &Self::Settings, input: (usize, usize), classes: usize, init: &mut Init) -> Result<Self, ModelError> {
        let inputs = input.0 * input.1;
        CHECK.dense("c", inputs, &[classes])?;
        Ok(Self {
            output: Dense::silent(inputs, classes, &init.device),
        })
    }

    fn forward(&self, batch: Tensor<3>, _mode: &mut Mode) -> Tensor<2> {
        self.output.forward(batch.flatten(1, 2))
    }

    fn fitting(sizes: &Self::Settings) -> Fitting<'_> {
        Fitting::Optimum(Optimum {
            c: &sizes.c,
            folds: sizes.inner_folds,
        })
    }

    fn with_solution(mut self, weights: Vec<f32>, biases: Vec<f32>) -> Self {
        let Dense { kernel, bias } = &self.output;
        let device = kernel.val().device();
        let weights = Tensor::from_data(TensorData::new(weights, kernel.shape()), &device);
        let biases = Tensor::from_data(TensorData::new(biases, bias.shape()), &device);
        self.output = Dense {
            kernel: Param::from_tensor(weights),
            bias: Param::from_tensor(biases),
        };
        self
    }
}
