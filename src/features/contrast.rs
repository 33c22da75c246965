//! Spectral contrast: peaks against valleys, octave by octave.

use super::power_to_db;

/// Bands: up to 200 Hz, then six octaves, of which the last reaches to half the rate.
pub const CONTRAST_BANDS: usize = 7;
/// Where the first octave begins (Hz), and the last: half the rate must be above it.
pub(super) const FIRST: f64 = 200.0;
pub(super) const LAST: f64 = FIRST * 32.0;
/// Share of a band's bins that are its peak, and its valley.
const QUANTILE: f64 = 0.02;

/// Spectral contrast (Jiang et al. 2002): per band the mean of the strongest 2 % of the bins against the mean of
/// the weakest 2 % (one bin at least). As librosa.feature.spectral_contrast (fmin=200, n_bands=6, quantile=0.02).
#[derive(Debug, Clone, PartialEq)]
pub struct SpectralContrast {
    bands: Vec<Band>,
    sorted: Vec<f32>,
}

#[derive(Debug, Clone, PartialEq)]
struct Band {
    /// First bin, and the one after the last.
    bins: (usize, usize),
    /// Bins of the peak, and of the valley.
    extreme: usize,
}

impl SpectralContrast {
    /// The bands for magnitude spectra of `n_fft / 2 + 1` bins. A band in which there is no bin, because the
    /// rate is too low or the transform too short, is left out of the sums: its peak and valley are 0.
    pub fn new(rate: u32, n_fft: usize) -> Self {
        let hertz_per_bin = f64::from(rate) / n_fft.max(1) as f64;
        let last = n_fft / 2;
        let band = |index: usize| {
            let high = FIRST * 2f64.powi(index as i32);
            let low = if index == 0 { 0.0 } else { high / 2.0 };
            let inside = |bin: &usize| (low..=high).contains(&(*bin as f64 * hertz_per_bin));
            let (Some(first), Some(end)) = ((0..=last).find(inside), (0..=last).rfind(inside)) else {
                return Band {
                    bins: (0, 0),
                    extreme: 1,
                };
            };
            // The bin before belongs to it too; the last one belongs to the next band but still counts.
            let first = first.saturating_sub(1);
            let end = if index + 1 == CONTRAST_BANDS { last } else { end };
            let count = end + 1 - first;
            Band {
                bins: (first, if index + 1 == CONTRAST_BANDS { end + 1 } else { end }),
                extreme: ((QUANTILE * count as f64).round_ties_even() as usize).max(1),
            }
        };
        Self {
            bands: (0..CONTRAST_BANDS).map(band).collect(),
            sorted: Vec::new(),
        }
    }

    /// Peak and valley of every band of one frame's magnitudes.
    pub fn frame(&mut self, magnitude: &[f32], peaks: &mut [f32], valleys: &mut [f32]) {
        for ((band, peak), valley) in self.bands.iter().zip(peaks).zip(valleys) {
            let inside = magnitude.get(band.bins.0..band.bins.1).unwrap_or_default();
            if inside.is_empty() {
                (*peak, *valley) = (0.0, 0.0);
                continue;
            }
            self.sorted.clear();
            self.sorted.extend_from_slice(inside);
            self.sorted.sort_unstable_by(f32::total_cmp);
            let extreme = band.extreme.min(inside.len());
            let mean = |bins: &[f32]| (bins.iter().copied().map(f64::from).sum::<f64>() / extreme as f64) as f32;
            *valley = mean(&self.sorted[..extreme]);
            *peak = mean(&self.sorted[inside.len() - extreme..]);
        }
    }
}

/// Peaks less valleys in dB, of all frames of a clip (`frames * 7` each): `power_to_db(peak) - power_to_db(valley)`
/// with librosa's defaults, whose 80 dB are counted from the loudest of all peaks, and of all valleys. Into `peaks`.
pub fn contrast_db(peaks: &mut [f32], valleys: &mut [f32]) {
    power_to_db(peaks, 1e-10, 80.0);
    power_to_db(valleys, 1e-10, 80.0);
    for (peak, valley) in peaks.iter_mut().zip(valleys) {
        *peak -= *valley;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_are_those_of_librosa() {
        // numpy, with librosa's rules, for 22,050 Hz and 2048 samples (10.77 Hz per bin).
        let contrast = SpectralContrast::new(22_050, 2048);
        let bins: Vec<_> = contrast.bands.iter().map(|band| band.bins).collect();
        assert_eq!(bins[0], (0, 18));
        assert_eq!(bins[1], (18, 37));
        assert_eq!(bins[6], (594, 1025));
        assert_eq!(contrast.bands[6].extreme, 9);
        assert_eq!(contrast.bands[0].extreme, 1);
    }

    #[test]
    fn a_line_stands_out_of_its_own_band_only() {
        let mut contrast = SpectralContrast::new(16_000, 1024);
        let mut magnitude = vec![0.01; 513];
        // 1,000 Hz, in the band from 800 to 1,600 Hz.
        magnitude[64] = 10.0;
        let (mut peaks, mut valleys) = ([0.0; 7], [0.0; 7]);
        contrast.frame(&magnitude, &mut peaks, &mut valleys);
        contrast_db(&mut peaks, &mut valleys);
        assert!((peaks[3] - 30.0).abs() < 1e-3, "{peaks:?}");
        assert!(peaks.iter().enumerate().all(|(band, db)| band == 3 || db.abs() < 1e-4));
    }

    #[test]
    fn silence_and_bands_without_bins_give_numbers() {
        for (rate, n_fft) in [(22_050, 2048), (8_000, 64), (1_000, 16)] {
            let mut contrast = SpectralContrast::new(rate, n_fft);
            let (mut peaks, mut valleys) = ([1.0; 7], [1.0; 7]);
            contrast.frame(&vec![0.0; n_fft / 2 + 1], &mut peaks, &mut valleys);
            contrast_db(&mut peaks, &mut valleys);
            assert_eq!(peaks, [0.0; 7]);
        }
    }
}
