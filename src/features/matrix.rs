//! What a recipe gives for one clip.

use super::Recipe;
use crate::audio::all_finite;

/// What a recipe gives for one clip: one row per frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureMatrix {
    /// Number of frames.
    pub frames: usize,
    /// Numbers per frame, in the recipe's order of features.
    pub coefficients: usize,
    /// Values, frame after frame (`frames * coefficients`).
    pub values: Vec<f32>,
}

impl FeatureMatrix {
    /// The first value that is not finite, with its position (`frame 3, column 1 is NaN`).
    pub fn fault(&self) -> Option<String> {
        if all_finite(&self.values) {
            return None;
        }
        let index = self.values.iter().position(|value| !value.is_finite())?;
        let (frame, column) = (index / self.coefficients, index % self.coefficients);
        Some(format!("frame {frame}, column {column} is {}", self.values[index]))
    }

    /// The flat vector of the papers, feature after feature: with `mfcc_zcr_rms` ZCR of all frames (108),
    /// RMS of all frames (108), then the MFCC frame by frame (108 * 20); 2,376 numbers. Imported features, and those of
    /// an encoder, are one feature.
    pub fn flat(&self, recipe: &Recipe) -> Vec<f32> {
        if recipe.import.is_some() || recipe.has_encoder() {
            return self.values.clone();
        }
        let mut flat = Vec::with_capacity(self.values.len());
        let mut column = 0;
        for &feature in &recipe.features {
            let columns = column..column + recipe.width(feature);
            for frame in self.values.chunks_exact(self.coefficients.max(1)) {
                flat.extend_from_slice(frame.get(columns.clone()).unwrap_or_default());
            }
            column = columns.end;
        }
        flat
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;

    #[test]
    fn the_flat_vector_is_zcr_then_rms_then_mfcc_frame_by_frame() {
        let (frames, coefficients) = papers().shape();
        let value = |frame: usize, column: usize| (frame * 100 + column) as f32;
        let cells = (0..frames).flat_map(|frame| (0..coefficients).map(move |column| value(frame, column)));
        let flat = FeatureMatrix {
            frames,
            coefficients,
            values: cells.collect(),
        }
        .flat(&papers());
        assert_eq!(flat.len(), 2_376);
        for frame in 0..108 {
            assert_eq!(flat[frame], value(frame, 0));
            assert_eq!(flat[108 + frame], value(frame, 1));
            for k in 0..20 {
                assert_eq!(flat[216 + frame * 20 + k], value(frame, 2 + k));
            }
        }
    }
}
