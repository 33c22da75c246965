//! The features of every frame.

use super::spectra::Spectra;
use super::{DbReference, Delta, Feature, FeatureMatrix, Pitch, Recipe, Stopwatch};
use super::{contrast_db, lift, mfcc, power_to_db_over, root_mean_square, zero_crossing_rate};
use std::borrow::Cow;

/// Smallest power that counts in decibels, as in librosa.power_to_db.
const AMIN: f32 = 1e-10;

/// Buffers that one extraction leaves to the next in its thread.
#[derive(Default)]
pub(super) struct Frames {
    spectra: Spectra,
    pitch: Pitch,
    mel: Vec<f32>,
    mfcc: Vec<f32>,
}

impl Frames {
    /// The features of every frame, side by side.
    pub fn features(&mut self, samples: &[f32], recipe: &Recipe, watch: &mut Stopwatch) -> FeatureMatrix {
        let frames = 1 + samples.len() / recipe.hop_length;
        let coefficients = recipe.features.iter().map(|feature| recipe.per_frame(*feature)).sum();
        let mut values = vec![0.0; frames * coefficients];
        self.spectra.fill(samples, recipe);
        watch.lap("spectra");
        self.shared(samples, recipe, watch);
        let mut column = 0;
        for &feature in &recipe.features {
            let numbers = self.feature(feature, samples, recipe);
            let width = recipe.per_frame(feature);
            for (row, numbers) in values.chunks_exact_mut(coefficients).zip(numbers.chunks_exact(width)) {
                row[column..column + width].copy_from_slice(numbers);
            }
            column += width;
            watch.lap(feature.name());
        }
        FeatureMatrix {
            frames,
            coefficients,
            values,
        }
    }

    /// What several features are made of.
    fn shared(&mut self, samples: &[f32], recipe: &Recipe, watch: &mut Stopwatch) {
        let any = |features: &[Feature]| recipe.features.iter().any(|feature| features.contains(feature));
        if any(&[Feature::Mfcc, Feature::MfccDelta, Feature::MfccDelta2]) {
            decibels(&self.spectra.mel, DbReference::One, recipe, &mut self.mel);
            self.mfcc = mfcc(&self.mel, recipe.n_mels, recipe.n_mfcc);
            lift(&mut self.mfcc, recipe.n_mfcc, recipe.lifter);
            watch.lap("mfcc");
        }
        if any(&[Feature::LogMel, Feature::LogMelDelta, Feature::LogMelDelta2]) {
            decibels(&self.spectra.mel, recipe.db_reference, recipe, &mut self.mel);
            watch.lap("log_mel");
        }
        if any(&[Feature::F0, Feature::Voicing]) {
            self.pitch = recipe.pitch_settings().pitch(samples);
            watch.lap("f0");
        }
        if any(&[Feature::Contrast]) {
            let (peaks, valleys) = &mut self.spectra.contrast;
            contrast_db(peaks, valleys);
        }
    }

    fn feature(&self, feature: Feature, samples: &[f32], recipe: &Recipe) -> Cow<'_, [f32]> {
        let (frame, hop) = (recipe.frame_length, recipe.hop_length);
        match feature {
            Feature::Zcr => zero_crossing_rate(samples, frame, hop).into(),
            Feature::Rms => root_mean_square(samples, frame, hop).into(),
            Feature::LogMel => (&self.mel).into(),
            Feature::LogMelDelta => Delta::First.of(&self.mel, recipe.n_mels).into(),
            Feature::LogMelDelta2 => Delta::Second.of(&self.mel, recipe.n_mels).into(),
            Feature::Mfcc => (&self.mfcc).into(),
            Feature::MfccDelta => Delta::First.of(&self.mfcc, recipe.n_mfcc).into(),
            Feature::MfccDelta2 => Delta::Second.of(&self.mfcc, recipe.n_mfcc).into(),
            Feature::Chroma => (&self.spectra.chroma).into(),
            Feature::Contrast => (&self.spectra.contrast.0).into(),
            Feature::Centroid => (&self.spectra.centroid).into(),
            Feature::Bandwidth => (&self.spectra.bandwidth).into(),
            Feature::Rolloff => (&self.spectra.rolloff).into(),
            Feature::Flatness => (&self.spectra.flatness).into(),
            Feature::F0 => (&self.pitch.f0).into(),
            Feature::Voicing => (&self.pitch.voicing).into(),
        }
    }
}

/// The mel spectrogram in decibels.
fn decibels(mel: &[f32], reference: DbReference, recipe: &Recipe, decibels: &mut Vec<f32>) {
    let zero = match reference {
        DbReference::One => 1.0,
        DbReference::Max => mel.iter().copied().fold(0.0, f32::max),
    };
    decibels.clear();
    decibels.extend_from_slice(mel);
    power_to_db_over(decibels, zero, AMIN, recipe.top_db as f32);
}
