//! What no size may be, whatever the architecture.

use crate::models::ModelError;

/// Most channels, units or frames under a kernel: beyond, a typing mistake is likelier than a request.
pub const LARGEST: usize = 65_536;
/// Most weights: 4 GiB, of which training keeps four copies.
const MOST_WEIGHTS: usize = 1 << 30;

/// Refuses by the key of one architecture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Check(pub &'static str);

impl Check {
    /// What is wrong with a key, and the remedy.
    pub fn refuse(self, key: &str, problem: &str) -> ModelError {
        ModelError::Settings {
            key: format!("model.{}.{key}", self.0),
            problem: problem.to_owned(),
        }
    }

    /// From 1 to [`LARGEST`].
    pub fn size(self, key: &str, size: usize) -> Result<(), ModelError> {
        if (1..=LARGEST).contains(&size) {
            Ok(())
        } else {
            Err(self.refuse(key, &format!("is {size}; it must be from 1 to {LARGEST}")))
        }
    }

    /// Each a [`Self::size`]; there may be none.
    pub fn each(self, key: &str, sizes: &[usize]) -> Result<(), ModelError> {
        sizes.iter().try_for_each(|size| self.size(key, *size))
    }

    /// At least one, each a [`Self::size`].
    pub fn sizes(self, key: &str, sizes: &[usize], example: &str) -> Result<(), ModelError> {
        if sizes.is_empty() {
            let problem = format!("is empty; give at least one convolution, for example {example}");
            return Err(self.refuse(key, &problem));
        }
        self.each(key, sizes)
    }

    /// As many sizes as there are `filters`.
    pub fn as_many(self, key: &str, sizes: &[usize], filters: &[usize]) -> Result<(), ModelError> {
        if sizes.len() == filters.len() {
            return self.each(key, sizes);
        }
        let (found, wanted) = (sizes.len(), filters.len());
        let problem = format!("has {found} sizes for {wanted} filters; give one for each convolution");
        Err(self.refuse(key, &problem))
    }

    /// What is left of an axis after so many max poolings of `size`, where that is anything at all.
    pub fn pooled(self, axis: &str, length: usize, size: usize, poolings: usize) -> Result<usize, ModelError> {
        match (0..poolings).fold(length, |left, _| left / size) {
            0 => Err(self.refuse(
                "pool_size",
                &format!(
                    "is {size}: {poolings} poolings leave nothing of {length} {axis}; lower it, give fewer filters, \
                     or take a recipe with more {axis}"
                ),
            )),
            left => Ok(left),
        }
    }

    /// A probability of dropout.
    pub fn rate(self, key: &str, rate: f64) -> Result<(), ModelError> {
        if (0.0..1.0).contains(&rate) {
            Ok(())
        } else {
            Err(self.refuse(key, &format!("is {rate}; it must be at least 0 and below 1")))
        }
    }

    /// A finite amount that is not negative.
    pub fn amount(self, key: &str, amount: f64) -> Result<(), ModelError> {
        if amount.is_finite() && amount >= 0.0 {
            Ok(())
        } else {
            Err(self.refuse(key, &format!("is {amount}; it must be at least 0")))
        }
    }

    /// Not more weights than [`MOST_WEIGHTS`] in dense layers of so many units, one after the other.
    pub fn dense(self, key: &str, inputs: usize, units: &[usize]) -> Result<(), ModelError> {
        let before = std::iter::once(&inputs).chain(units);
        self.weights(key, before.zip(units).map(|(inputs, units)| [1, *inputs, *units]))
    }

    /// Not more weights than [`MOST_WEIGHTS`] in convolutions one after the other; `sizes` holds (outputs, positions
    /// under the kernel) of each.
    pub fn convolutions(
        self,
        key: &str,
        mut inputs: usize,
        sizes: impl IntoIterator<Item = (usize, usize)>,
    ) -> Result<(), ModelError> {
        let layer = |(outputs, kernel)| [kernel, std::mem::replace(&mut inputs, outputs), outputs];
        self.weights(key, sizes.into_iter().map(layer))
    }

    /// Not more weights than [`MOST_WEIGHTS`]; `layers` holds (kernel, inputs, outputs) of each.
    pub fn weights(self, key: &str, layers: impl IntoIterator<Item = [usize; 3]>) -> Result<(), ModelError> {
        let weights = layers.into_iter().fold(0usize, |sum, layer| {
            sum.saturating_add(layer.into_iter().fold(1, usize::saturating_mul))
        });
        if weights > MOST_WEIGHTS {
            let problem = format!("and kernel sizes make {weights} weights; at most {MOST_WEIGHTS} fit");
            return Err(self.refuse(key, &problem));
        }
        Ok(())
    }
}
