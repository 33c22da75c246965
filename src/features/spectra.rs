//! All that a recipe's features need of the Fourier transform, in one pass over the frames.

use super::tuning::TuningEstimate;
use super::{
    CHROMA, CONTRAST_BANDS, ChromaFilterbank, Feature, Recipe, SpectralContrast, spectral_bandwidth, spectral_centroid,
    spectral_flatness, spectral_rolloff,
};
use crate::audio::{MelBands, MelFilterbank, Stft};

/// What the pass leaves, frame after frame; empty where no feature asks for it.
#[derive(Debug, Default)]
pub(super) struct Spectra {
    /// Power per mel band.
    pub mel: Vec<f32>,
    /// Twelve pitch classes.
    pub chroma: Vec<f32>,
    /// Contrast's peaks, and its valleys.
    pub contrast: (Vec<f32>, Vec<f32>),
    /// Hz.
    pub centroid: Vec<f32>,
    /// Hz.
    pub bandwidth: Vec<f32>,
    /// Hz.
    pub rolloff: Vec<f32>,
    /// 0 to 1.
    pub flatness: Vec<f32>,
    /// Power per bin, kept only while the tuning of the whole clip is not known.
    power: Vec<f32>,
    magnitude: Vec<f32>,
    tuning: TuningEstimate,
    banks: Banks,
}

/// The filters that were used last.
#[derive(Debug, Default)]
struct Banks {
    mel: Last<MelBands, MelFilterbank>,
    chroma: Last<(u32, usize, f64), ChromaFilterbank>,
    contrast: Last<(u32, usize), SpectralContrast>,
}

/// A thing that is made of a key, and kept until another key comes.
#[derive(Debug)]
struct Last<K, T>(Option<(K, T)>);

impl<K, T> Default for Last<K, T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<K: PartialEq, T> Last<K, T> {
    fn of(&mut self, key: K, make: impl FnOnce(&K) -> T) -> &mut T {
        let kept = self.0.take().filter(|(known, _)| *known == key);
        let pair = kept.unwrap_or_else(|| {
            let made = make(&key);
            (key, made)
        });
        &mut self.0.insert(pair).1
    }
}

/// Which of its parts a recipe asks for.
struct Wanted {
    mel: bool,
    chroma: bool,
    contrast: bool,
    centroid: bool,
    bandwidth: bool,
    rolloff: bool,
    flatness: bool,
}

impl Wanted {
    fn by(recipe: &Recipe) -> Self {
        let any = |features: &[Feature]| recipe.features.iter().any(|feature| features.contains(feature));
        Self {
            mel: any(&[
                Feature::LogMel,
                Feature::LogMelDelta,
                Feature::LogMelDelta2,
                Feature::Mfcc,
                Feature::MfccDelta,
                Feature::MfccDelta2,
            ]),
            chroma: any(&[Feature::Chroma]),
            contrast: any(&[Feature::Contrast]),
            centroid: any(&[Feature::Centroid]),
            bandwidth: any(&[Feature::Bandwidth]),
            rolloff: any(&[Feature::Rolloff]),
            flatness: any(&[Feature::Flatness]),
        }
    }

    fn magnitude(&self) -> bool {
        self.contrast || self.centroid || self.bandwidth || self.rolloff
    }

    fn nothing(&self) -> bool {
        !(self.mel || self.chroma || self.flatness || self.magnitude())
    }
}

impl Spectra {
    /// Transforms every frame once. Nothing at all is done for a recipe that asks for nothing of it.
    pub fn fill(&mut self, samples: &[f32], recipe: &Recipe) {
        let wanted = Wanted::by(recipe);
        if wanted.nothing() {
            return;
        }
        let stft = Stft {
            window: recipe.window,
            pad: recipe.pad_mode,
            ..Stft::new(recipe.frame_length, recipe.hop_length)
        };
        let frames = stft.frames(samples.len());
        let (rate, n_fft) = (recipe.sample_rate, recipe.frame_length);
        let hertz_per_bin = f64::from(rate) / n_fft as f64;
        let estimated = wanted.chroma && recipe.estimate_tuning;
        self.make_room(frames, &wanted, recipe);
        let Self {
            mel,
            chroma,
            contrast: (peaks, valleys),
            centroid,
            bandwidth,
            rolloff,
            flatness,
            power: kept,
            magnitude,
            tuning,
            banks,
        } = self;
        let chroma_bank = |key: &(u32, usize, f64)| ChromaFilterbank::new(key.0, key.1, key.2);
        let mel_bank = banks.mel.of(recipe.mel_bands(), MelBands::filterbank);
        let classes = (wanted.chroma && !estimated).then(|| banks.chroma.of((rate, n_fft, 0.0), chroma_bank));
        let bands = banks
            .contrast
            .of((rate, n_fft), |key| SpectralContrast::new(key.0, key.1));
        let take = |frame: usize, power: &[f32]| {
            if wanted.mel {
                mel_bank.apply(power, &mut mel[frame * recipe.n_mels..][..recipe.n_mels]);
            }
            if estimated {
                tuning.frame(power, rate, n_fft);
                kept.extend_from_slice(power);
            } else if let Some(classes) = &classes {
                classes.apply(power, &mut chroma[frame * CHROMA..][..CHROMA]);
            }
            if wanted.flatness {
                flatness.push(spectral_flatness(power));
            }
            if !wanted.magnitude() {
                return;
            }
            magnitude.clear();
            magnitude.extend(power.iter().map(|power| power.sqrt()));
            if wanted.contrast {
                let range = frame * CONTRAST_BANDS..(frame + 1) * CONTRAST_BANDS;
                bands.frame(magnitude, &mut peaks[range.clone()], &mut valleys[range]);
            }
            if wanted.centroid {
                centroid.push(spectral_centroid(magnitude, hertz_per_bin));
            }
            if wanted.bandwidth {
                bandwidth.push(spectral_bandwidth(magnitude, hertz_per_bin));
            }
            if wanted.rolloff {
                rolloff.push(spectral_rolloff(magnitude, hertz_per_bin));
            }
        };
        // In the weakest bins, which some features are made of, single precision is a noise of its own.
        if wanted.magnitude() || wanted.flatness || estimated {
            stft.each_power_exact(samples, take);
        } else {
            stft.each_power(samples, take);
        }
        if estimated {
            let classes = banks.chroma.of((rate, n_fft, tuning.semitones()), chroma_bank);
            for (power, chroma) in kept.chunks_exact(n_fft / 2 + 1).zip(chroma.chunks_exact_mut(CHROMA)) {
                classes.apply(power, chroma);
            }
        }
    }

    fn make_room(&mut self, frames: usize, wanted: &Wanted, recipe: &Recipe) {
        let room = |buffer: &mut Vec<f32>, wanted: bool, width: usize| {
            buffer.clear();
            buffer.resize(if wanted { frames * width } else { 0 }, 0.0);
        };
        room(&mut self.mel, wanted.mel, recipe.n_mels);
        room(&mut self.chroma, wanted.chroma, CHROMA);
        room(&mut self.contrast.0, wanted.contrast, CONTRAST_BANDS);
        room(&mut self.contrast.1, wanted.contrast, CONTRAST_BANDS);
        for buffer in [
            &mut self.centroid,
            &mut self.bandwidth,
            &mut self.rolloff,
            &mut self.flatness,
            &mut self.power,
        ] {
            buffer.clear();
        }
        self.tuning.clear();
    }
}
