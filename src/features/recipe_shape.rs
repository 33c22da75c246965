//! How many numbers a recipe gives, and what each of them is.

use super::{CHROMA, CONTRAST_BANDS, Feature, Recipe};

impl Recipe {
    /// (frames, coefficients) of every matrix this recipe gives, known before any sample is decoded.
    /// Functionals make it one row. 0 frames while the recipe waits for [`Recipe::resolved`], and where every clip has as
    /// many as its own length gives (frames of an encoder).
    pub fn shape(&self) -> (usize, usize) {
        if self.has_encoder() {
            return self.embedding_shape();
        }
        if let Some(import) = &self.import {
            return (import.frames, import.coefficients);
        }
        let frames = if !self.functionals.is_empty() {
            1
        } else if self.is_resolved() {
            1 + self.most_samples() / self.hop_length.max(1)
        } else {
            0
        };
        let coefficients = self.features.iter().map(|&feature| self.width(feature));
        (frames, coefficients.sum())
    }

    /// Numbers per row of one feature.
    pub fn width(&self, feature: Feature) -> usize {
        self.per_frame(feature) * (self.functionals.len() * (1 + self.parts)).max(1)
    }

    /// What each column is, such as `zcr`, `mfcc_3` (counted from 0), `mfcc_3_p20` or, of the second of four parts,
    /// `mfcc_3_2of4_p20`; of an encoder `layer3_0_mean`.
    pub fn column_names(&self) -> Vec<String> {
        if self.has_encoder() {
            return self.embedding_names();
        }
        if let Some(import) = &self.import {
            return (0..import.coefficients)
                .map(|index| format!("imported_{index}"))
                .collect();
        }
        let mut names = Vec::new();
        for &feature in &self.features {
            let width = self.per_frame(feature);
            for index in 0..width {
                let name = if width == 1 {
                    feature.name().to_owned()
                } else {
                    format!("{}_{index}", feature.name())
                };
                for part in 0..=self.parts {
                    let of = if part == 0 {
                        name.clone()
                    } else {
                        format!("{name}_{part}of{}", self.parts)
                    };
                    let functionals = self.functionals.iter();
                    names.extend(functionals.map(|&functional| format!("{of}_{}", String::from(functional))));
                }
                if self.functionals.is_empty() {
                    names.push(name);
                }
            }
        }
        names
    }

    /// Numbers of a feature per frame.
    pub(super) fn per_frame(&self, feature: Feature) -> usize {
        match feature {
            Feature::LogMel | Feature::LogMelDelta | Feature::LogMelDelta2 => self.n_mels,
            Feature::Mfcc | Feature::MfccDelta | Feature::MfccDelta2 => self.n_mfcc,
            Feature::Chroma => CHROMA,
            Feature::Contrast => CONTRAST_BANDS,
            Feature::Zcr
            | Feature::Rms
            | Feature::Centroid
            | Feature::Bandwidth
            | Feature::Rolloff
            | Feature::Flatness
            | Feature::F0
            | Feature::Voicing => 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use crate::features::Functional;

    #[test]
    fn functionals_make_one_named_row() {
        let recipe = Recipe {
            take_seconds: 0.0,
            n_mfcc: 2,
            functionals: vec![Functional::Mean, Functional::Percentile(20)],
            ..papers()
        };
        assert_eq!(recipe.shape(), (1, 8));
        assert_eq!(recipe.resolved(99.0).unwrap(), recipe);
        let names = "zcr_mean zcr_p20 rms_mean rms_p20 mfcc_0_mean mfcc_0_p20 mfcc_1_mean mfcc_1_p20";
        assert_eq!(recipe.column_names().join(" "), names);
        assert_eq!(papers().column_names()[1..3], ["rms", "mfcc_0"]);
        assert_eq!(papers().column_names().len(), 22);
    }
}
