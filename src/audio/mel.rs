//! Mel filterbank and mel spectrogram.

use super::{Spectrogram, vectorised};
use serde::{Deserialize, Serialize};

/// Triangular filters on the mel scale. Most of their weights are zero; each keeps the others only.
#[derive(Debug, Clone, PartialEq)]
pub struct MelFilterbank {
    /// Centre of each band (Hz).
    pub centres: Vec<f32>,
    /// Per band, the first bin with a weight, and the weights from there on.
    filters: Vec<(usize, Vec<f32>)>,
    bins: usize,
}

impl MelFilterbank {
    /// The power in each band: `out[m] = sum over k of weight[m][k] * power[k]`.
    pub fn apply(&self, power: &[f32], bands: &mut [f32]) {
        weigh(&self.filters, power, bands);
    }

    /// Number of bands.
    pub fn bands(&self) -> usize {
        self.filters.len()
    }

    /// One row of `n_fft / 2 + 1` weights per band, zeros included.
    pub fn rows(&self) -> Vec<Vec<f32>> {
        let row = |(first, weights): &(usize, Vec<f32>)| {
            let mut row = vec![0.0; self.bins];
            row[*first..first + weights.len()].copy_from_slice(weights);
            row
        };
        self.filters.iter().map(row).collect()
    }
}

vectorised! {
fn weigh<'a>(filters: &'a [(usize, Vec<f32>)], power: &'a [f32], bands: &'a mut [f32]) {
    for (band, (first, weights)) in bands.iter_mut().zip(filters) {
        *band = dot(weights, power.get(*first..).unwrap_or_default());
    }
}
}

/// How hertz become mel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MelScale {
    /// Slaney's Auditory Toolbox: linear below 1 kHz, logarithmic above; librosa's default.
    Slaney,
    /// `2595 log10(1 + f / 700)`, as in HTK; librosa's `htk=True`.
    Htk,
}

/// Where the filters of a bank lie, by the arguments of librosa.filters.mel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MelBands {
    /// Rate of the samples (Hz).
    pub rate: u32,
    /// Length of the transform.
    pub n_fft: usize,
    /// Number of bands.
    pub n_mels: usize,
    /// Where the lowest begins (Hz).
    pub low: f64,
    /// Where the highest ends (Hz).
    pub high: f64,
    /// The scale on which they are equally wide.
    pub scale: MelScale,
}

impl MelBands {
    /// The filters, each of unit area; matches librosa.filters.mel(sr, n_fft, n_mels, fmin, fmax, htk, norm='slaney').
    pub fn filterbank(&self) -> MelFilterbank {
        let bins = self.n_fft / 2 + 1;
        let (bottom, top) = (self.scale.hertz_to_mel(self.low), self.scale.hertz_to_mel(self.high));
        let step = (top - bottom) / (self.n_mels + 1) as f64;
        let edges: Vec<f64> = (0..self.n_mels + 2)
            .map(|edge| self.scale.mel_to_hertz(bottom + step * edge as f64))
            .collect();
        let frequency = |bin: usize| bin as f64 * f64::from(self.rate) / self.n_fft.max(1) as f64;
        let filter = |band: &[f64]| {
            let [low, centre, high] = *band else {
                return (0, Vec::new());
            };
            let weight = |bin: usize| {
                let rising = (frequency(bin) - low) / (centre - low);
                let falling = (high - frequency(bin)) / (high - centre);
                rising.min(falling).max(0.0) as f32 * (2.0 / (high - low)) as f32
            };
            let first = (0..bins).find(|&bin| weight(bin) > 0.0).unwrap_or(0);
            (
                first,
                (first..bins).map(weight).take_while(|&weight| weight > 0.0).collect(),
            )
        };
        MelFilterbank {
            centres: edges[1..=self.n_mels].iter().map(|&centre| centre as f32).collect(),
            filters: edges.windows(3).map(filter).collect(),
            bins,
        }
    }
}

/// Slaney mel filterbank from 0 Hz to half the rate; matches librosa.filters.mel(sr, n_fft, n_mels).
pub fn mel_filterbank(rate: u32, n_fft: usize, n_mels: usize) -> MelFilterbank {
    let bands = MelBands {
        rate,
        n_fft,
        n_mels,
        low: 0.0,
        high: f64::from(rate) / 2.0,
        scale: MelScale::Slaney,
    };
    bands.filterbank()
}

/// `frames * n_mels` powers, frame after frame; matches librosa.feature.melspectrogram(S=power).
pub fn mel_spectrogram(spectrogram: &Spectrogram, filterbank: &MelFilterbank) -> Vec<f32> {
    let mut bands = vec![0.0; spectrogram.frames * filterbank.bands()];
    let frames = spectrogram.power.chunks_exact(spectrogram.bins.max(1));
    for (power, bands) in frames.zip(bands.chunks_exact_mut(filterbank.bands().max(1))) {
        filterbank.apply(power, bands);
    }
    bands
}

/// Slaney's mel scale: linear below 1 kHz, logarithmic above.
const HERTZ_PER_MEL: f64 = 200.0 / 3.0;
const LOGARITHMIC_FROM_HERTZ: f64 = 1000.0;
const LOGARITHMIC_FROM_MEL: f64 = LOGARITHMIC_FROM_HERTZ / HERTZ_PER_MEL;

fn log_step() -> f64 {
    6.4f64.ln() / 27.0
}

impl MelScale {
    fn hertz_to_mel(self, hertz: f64) -> f64 {
        match self {
            Self::Htk => 2595.0 * (1.0 + hertz / 700.0).log10(),
            Self::Slaney if hertz < LOGARITHMIC_FROM_HERTZ => hertz / HERTZ_PER_MEL,
            Self::Slaney => LOGARITHMIC_FROM_MEL + (hertz / LOGARITHMIC_FROM_HERTZ).ln() / log_step(),
        }
    }

    fn mel_to_hertz(self, mel: f64) -> f64 {
        match self {
            Self::Htk => 700.0 * (10f64.powf(mel / 2595.0) - 1.0),
            Self::Slaney if mel < LOGARITHMIC_FROM_MEL => mel * HERTZ_PER_MEL,
            Self::Slaney => LOGARITHMIC_FROM_HERTZ * (log_step() * (mel - LOGARITHMIC_FROM_MEL)).exp(),
        }
    }
}

/// In eight lanes, so that the compiler uses vector instructions.
#[inline(always)]
pub(crate) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let (a, rest_a) = a[..length].as_chunks::<8>();
    let (b, rest_b) = b[..length].as_chunks::<8>();
    let mut lanes = [0f32; 8];
    for (a, b) in a.iter().zip(b) {
        for ((lane, a), b) in lanes.iter_mut().zip(a).zip(b) {
            *lane += a * b;
        }
    }
    lanes.iter().sum::<f32>() + rest_a.iter().zip(rest_b).map(|(a, b)| a * b).sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_rises_to_its_centre_falls_after_it_and_has_unit_area() {
        let bank = mel_filterbank(16_000, 4096, 40);
        for (row, centre) in bank.rows().iter().zip(&bank.centres) {
            let area: f32 = row.iter().sum::<f32>() * 16_000.0 / 4096.0;
            assert!((area - 1.0).abs() < 0.05, "{area}");
            let peak = (0..row.len()).max_by(|&a, &b| row[a].total_cmp(&row[b])).unwrap();
            assert!((peak as f32 * 16_000.0 / 4096.0 - centre).abs() < 4.0);
        }
    }

    #[test]
    fn the_sparse_filters_give_what_the_full_rows_give() {
        let bank = mel_filterbank(22_050, 512, 128);
        let power: Vec<f32> = (0..257).map(|bin| (bin as f32 * 0.7).sin().abs()).collect();
        let mut bands = vec![0.0; 128];
        bank.apply(&power, &mut bands);
        for (band, row) in bands.iter().zip(bank.rows()) {
            let full: f32 = row.iter().zip(&power).map(|(weight, power)| weight * power).sum();
            assert!((band - full).abs() < 1e-6);
        }
    }

    #[test]
    fn both_scales_go_there_and_back() {
        for scale in [MelScale::Slaney, MelScale::Htk] {
            for hertz in [0.0, 440.0, 1000.0, 7_000.0] {
                assert!((scale.mel_to_hertz(scale.hertz_to_mel(hertz)) - hertz).abs() < 1e-6);
            }
        }
        // 1000 Hz are 1000 mel, to which HTK's constants are rounded.
        assert!((MelScale::Htk.hertz_to_mel(1000.0) - 1000.0).abs() < 0.02);
    }
}
