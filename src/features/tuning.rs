//! How far a recording's tones lie from the usual tuning.

/// Where tones are looked for (Hz), and how strong they must be beside their frame's strongest bin.
const LOW: f64 = 150.0;
const HIGH: f64 = 4_000.0;
const THRESHOLD: f32 = 0.1;
/// Steps of the histogram within a semitone.
const STEPS: usize = 100;

/// Tones found so far; then the tuning. As librosa.estimate_tuning(S=power) with librosa.piptrack's defaults.
#[derive(Debug, Default)]
pub(super) struct TuningEstimate {
    /// (frequency in Hz, magnitude) of every tone.
    tones: Vec<(f32, f32)>,
    magnitudes: Vec<f32>,
}

impl TuningEstimate {
    /// Forgets what was found.
    pub fn clear(&mut self) {
        self.tones.clear();
    }

    /// Finds the tones of one frame: local maxima of the spectrum, between bins by a parabola.
    pub fn frame(&mut self, spectrum: &[f32], rate: u32, n_fft: usize) {
        let hertz_per_bin = f64::from(rate) / n_fft as f64;
        let least = THRESHOLD * spectrum.iter().copied().fold(0.0, f32::max);
        let first = ((LOW / hertz_per_bin).ceil() as usize).max(1);
        let high = HIGH.min(f64::from(rate) / 2.0);
        let strong = |value: f32| if value > least { value } else { 0.0 };
        for bin in first..spectrum.len().saturating_sub(1) {
            if bin as f64 * hertz_per_bin >= high {
                break;
            }
            let [before, here, after] = [spectrum[bin - 1], spectrum[bin], spectrum[bin + 1]];
            if strong(here) > strong(before) && strong(here) >= strong(after) {
                let slope = (after - before) / 2.0;
                let curve = after + before - 2.0 * here;
                let shift = if slope.abs() >= curve.abs() {
                    0.0
                } else {
                    -slope / curve
                };
                let hertz = f64::from(bin as f32 + shift) * hertz_per_bin;
                self.tones.push((hertz as f32, here + 0.5 * slope * shift));
            }
        }
    }

    /// The most frequent deviation of the stronger half of the tones from the equal temperament of A4 = 440 Hz, in
    /// semitones from -0.5 to 0.49; 0 when there is no tone.
    pub fn semitones(&mut self) -> f64 {
        if self.tones.is_empty() {
            return 0.0;
        }
        self.magnitudes.clear();
        self.magnitudes
            .extend(self.tones.iter().map(|(_, magnitude)| magnitude));
        self.magnitudes.sort_unstable_by(f32::total_cmp);
        let middle = self.magnitudes.len() / 2;
        let median = if self.magnitudes.len() % 2 == 1 {
            self.magnitudes[middle]
        } else {
            (self.magnitudes[middle - 1] + self.magnitudes[middle]) / 2.0
        };
        let mut counts = [0u32; STEPS];
        for &(hertz, _) in self.tones.iter().filter(|(_, magnitude)| *magnitude >= median) {
            let semitones = 12.0 * (hertz / 27.5).log2();
            let residual = semitones.rem_euclid(1.0);
            let residual = if residual >= 0.5 { residual - 1.0 } else { residual };
            let step = ((f64::from(residual) + 0.5) * STEPS as f64) as usize;
            counts[step.min(STEPS - 1)] += 1;
        }
        let most = counts.iter().copied().max().unwrap_or(0);
        let step = counts.iter().position(|&count| count == most).unwrap_or(0);
        step as f64 / STEPS as f64 - 0.5
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::power_spectrogram;

    fn tuning_of(hertz: f64) -> f64 {
        let samples: Vec<f32> = (0..22_050)
            .map(|n| (n as f64 * hertz * std::f64::consts::TAU / 22_050.0).sin() as f32)
            .collect();
        let spectrogram = power_spectrogram(&samples, 2048, 512);
        let mut estimate = TuningEstimate::default();
        for frame in spectrogram.power.chunks_exact(1025) {
            estimate.frame(frame, 22_050, 2048);
        }
        estimate.semitones()
    }

    #[test]
    fn a_tone_a_third_of_a_semitone_off_is_found_so() {
        for off in [-0.4, -0.33, 0.1, 0.25, 0.33] {
            let found = tuning_of(440.0 * 2f64.powf(off / 12.0));
            assert!((found - off).abs() < 0.03, "{off}: {found}");
        }
    }

    #[test]
    fn silence_is_in_tune() {
        let mut estimate = TuningEstimate::default();
        estimate.frame(&[0.0; 513], 16_000, 1024);
        assert_eq!(estimate.semitones(), 0.0);
    }
}
