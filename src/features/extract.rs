//! A wave through a recipe.

use super::compute::compute;
use super::{Extracted, Extractor, FeatureError, Recipe, Stopwatch};
use crate::audio::Wave;
use crate::device::cpu;

/// Raised whenever the same recipe would give other numbers; part of the cache's key.
pub const FEATURE_VERSION: u32 = 2;

/// The recipe over a wave: [`super::prepare`], frames and their features, functionals over the frames if the recipe
/// names any. With an encoder, the whole clip through that, on the CPU. All numbers are finite.
///
/// # Errors
/// [`FeatureError`] when the recipe is impossible or not [`Recipe::resolved`], the wave holds nothing, holds
/// numbers that are not finite or so large that their energy is not, or cannot be resampled.
pub fn extract(wave: &Wave, recipe: &Recipe) -> Result<Extracted, FeatureError> {
    if recipe.has_encoder() {
        return Extractor::new(recipe, cpu()).extract(wave);
    }
    recipe.must_be_resolved()?;
    recipe.must_be_computed()?;
    compute(wave, recipe, &mut Stopwatch::off())
}
