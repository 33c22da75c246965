//! Chroma: how much of each of the twelve pitch classes there is.

use crate::audio::dot;

/// Pitch classes, C first.
pub const CHROMA: usize = 12;
const CLASSES: f64 = CHROMA as f64;
/// The octaves around which the filters weigh most, and the deviation in octaves; matches librosa.filters.chroma.
const CENTRE_OCTAVE: f64 = 5.0;
const OCTAVE_WIDTH: f64 = 2.0;

/// Gaussian bumps around each pitch class in all octaves.
#[derive(Debug, Clone, PartialEq)]
pub struct ChromaFilterbank {
    /// `n_fft / 2 + 1` weights per class, class after class.
    weights: Vec<f32>,
    bins: usize,
}

impl ChromaFilterbank {
    /// As librosa.filters.chroma(sr, n_fft, tuning). `tuning` is the deviation from A4 = 440 Hz in semitones.
    pub fn new(rate: u32, n_fft: usize, tuning: f64) -> Self {
        let bins = n_fft / 2 + 1;
        let a0 = 440.0 / 16.0 * 2f64.powf(tuning / CLASSES);
        let semitone = |bin: usize| CLASSES * (bin as f64 * f64::from(rate) / n_fft.max(1) as f64 / a0).log2();
        // The bin of 0 Hz lies one and a half octaves below the first.
        let position = |bin: usize| {
            if bin == 0 {
                semitone(1) - 1.5 * CLASSES
            } else {
                semitone(bin)
            }
        };
        let mut weights = vec![0.0; CHROMA * bins];
        for bin in 0..bins {
            let at = position(bin);
            let width = (position(bin + 1) - at).max(1.0);
            let bump = |class: usize| {
                let distance = (at - class as f64 + 0.5 * CLASSES).rem_euclid(CLASSES) - 0.5 * CLASSES;
                (-0.5 * (2.0 * distance / width).powi(2)).exp()
            };
            let bumps: [f64; CHROMA] = std::array::from_fn(bump);
            let length = bumps.iter().map(|bump| bump * bump).sum::<f64>().sqrt();
            let octave = (at / CLASSES - CENTRE_OCTAVE) / OCTAVE_WIDTH;
            let weight = (-0.5 * octave * octave).exp() / length.max(f64::MIN_POSITIVE);
            for (class, bump) in bumps.iter().enumerate() {
                // Counted from A so far; C is to be the first.
                weights[(class + CHROMA - 3) % CHROMA * bins + bin] = (bump * weight) as f32;
            }
        }
        Self { weights, bins }
    }

    /// The twelve numbers of one frame's power spectrum, the largest of them 1; all 0 for silence.
    /// As librosa.feature.chroma_stft (norm=inf).
    pub fn apply(&self, power: &[f32], chroma: &mut [f32]) {
        for (class, row) in chroma.iter_mut().zip(self.weights.chunks_exact(self.bins)) {
            *class = dot(row, power);
        }
        let largest = chroma.iter().copied().fold(0.0, f32::max);
        if largest >= f32::MIN_POSITIVE {
            for class in chroma {
                *class /= largest;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_in_its_class_whatever_its_octave() {
        let bank = ChromaFilterbank::new(22_050, 4096, 0.0);
        // A is the tenth class from C, E the fifth.
        for (hertz, class) in [(440.0, 9), (880.0, 9), (1760.0, 9), (659.26, 4), (523.25, 0)] {
            let mut power = vec![0.0; 2049];
            power[(hertz * 4096.0 / 22_050.0_f64).round() as usize] = 1.0;
            let mut chroma = [0.0; 12];
            bank.apply(&power, &mut chroma);
            assert_eq!(chroma.iter().position(|&value| value == 1.0), Some(class), "{hertz}");
        }
    }

    #[test]
    fn tuning_moves_the_classes_along() {
        let sharp = 440.0 * 2f64.powf(0.4 / 12.0);
        let mut power = vec![0.0; 8193];
        power[(sharp * 16_384.0 / 22_050.0).round() as usize] = 1.0;
        let of_neighbour = |tuning| {
            let mut chroma = [0.0; 12];
            ChromaFilterbank::new(22_050, 16_384, tuning).apply(&power, &mut chroma);
            chroma[10]
        };
        assert!(of_neighbour(0.4) < 0.5 * of_neighbour(0.0));
    }

    #[test]
    fn silence_has_no_class() {
        let mut chroma = [7.0; 12];
        ChromaFilterbank::new(8_000, 256, 0.0).apply(&[0.0; 129], &mut chroma);
        assert_eq!(chroma, [0.0; 12]);
    }
}
