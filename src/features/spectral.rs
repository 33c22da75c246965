//! The shape of one frame's spectrum in single numbers.
//!
//! All functions take the `n_fft / 2 + 1` bins of one frame; sums are in f64.

/// Smallest power that counts, as in librosa.feature.spectral_flatness.
const AMIN: f64 = 1e-10;
/// Share of the magnitudes that lies below the roll-off, the default of librosa.
const ROLL_SHARE: f64 = 0.85;

/// Centre of gravity of the magnitude spectrum (Hz): `sum(f[k] |X[k]|) / sum(|X[k]|)`; 0 for silence.
/// As librosa.feature.spectral_centroid. `hertz_per_bin` is `rate / n_fft`.
pub fn spectral_centroid(magnitude: &[f32], hertz_per_bin: f64) -> f32 {
    (mean_bin(magnitude) * hertz_per_bin) as f32
}

/// Spread of the magnitude spectrum around its centroid (Hz):
/// `sqrt(sum((f[k] - centroid)^2 |X[k]|) / sum(|X[k]|))`; 0 for silence.
/// As librosa.feature.spectral_bandwidth (p=2, norm=True).
pub fn spectral_bandwidth(magnitude: &[f32], hertz_per_bin: f64) -> f32 {
    let centre = mean_bin(magnitude);
    let (mut squares, mut sum) = (0.0, 0.0);
    for (bin, &magnitude) in magnitude.iter().enumerate() {
        squares += (bin as f64 - centre).powi(2) * f64::from(magnitude);
        sum += f64::from(magnitude);
    }
    (over(squares, sum).sqrt() * hertz_per_bin) as f32
}

/// Lowest frequency (Hz) up to which 85 % of the magnitudes' sum lie; 0 for silence.
/// As librosa.feature.spectral_rolloff.
pub fn spectral_rolloff(magnitude: &[f32], hertz_per_bin: f64) -> f32 {
    let total: f64 = magnitude.iter().copied().map(f64::from).sum();
    let mut sum = 0.0;
    let reached = magnitude.iter().position(|&magnitude| {
        sum += f64::from(magnitude);
        sum >= ROLL_SHARE * total
    });
    (reached.unwrap_or(0) as f64 * hertz_per_bin) as f32
}

/// Geometric over arithmetic mean of the power spectrum: near 0 for a tone, 1 for a flat spectrum and for
/// silence. As librosa.feature.spectral_flatness (power=2, amin=1e-10).
pub fn spectral_flatness(power: &[f32]) -> f32 {
    let (mut logarithms, mut sum) = (0.0, 0.0);
    // Four powers are multiplied before their logarithm is taken: f64 holds the product of any four f32.
    for powers in power.chunks(4) {
        let powers = powers.iter().map(|&power| f64::from(power).max(AMIN));
        sum += powers.clone().sum::<f64>();
        logarithms += powers.product::<f64>().ln();
    }
    let count = power.len().max(1) as f64;
    over((logarithms / count).exp(), sum / count) as f32
}

fn mean_bin(magnitude: &[f32]) -> f64 {
    let (mut moment, mut sum) = (0.0, 0.0);
    for (bin, &magnitude) in magnitude.iter().enumerate() {
        moment += bin as f64 * f64::from(magnitude);
        sum += f64::from(magnitude);
    }
    over(moment, sum)
}

fn over(value: f64, sum: f64) -> f64 {
    // What f32 cannot hold as a normal number is silence for librosa.util.normalize.
    if sum >= f64::from(f32::MIN_POSITIVE) {
        value / sum
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_line_is_where_it_is_without_any_spread() {
        let mut line = [0.0; 9];
        line[3] = 0.5;
        assert_eq!(spectral_centroid(&line, 100.0), 300.0);
        assert_eq!(spectral_bandwidth(&line, 100.0), 0.0);
        assert_eq!(spectral_rolloff(&line, 100.0), 300.0);
        assert!(spectral_flatness(&line) < 1e-7);
    }

    #[test]
    fn two_lines_have_their_centre_between_them_and_a_flat_spectrum_is_flat() {
        assert_eq!(spectral_centroid(&[0.0, 1.0, 0.0, 1.0], 10.0), 20.0);
        assert_eq!(spectral_bandwidth(&[0.0, 1.0, 0.0, 1.0], 10.0), 10.0);
        assert_eq!(spectral_rolloff(&[1.0; 100], 10.0), 840.0);
        assert!((spectral_flatness(&[0.3; 1025]) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn silence_and_nothing_give_numbers() {
        for bins in [&[0.0; 5][..], &[]] {
            assert_eq!(spectral_centroid(bins, 10.0), 0.0);
            assert_eq!(spectral_bandwidth(bins, 10.0), 0.0);
            assert_eq!(spectral_rolloff(bins, 10.0), 0.0);
        }
        assert!((spectral_flatness(&[0.0; 5]) - 1.0).abs() < 1e-6);
    }
}
