//! Mel-frequency cepstral coefficients.

use crate::audio::dot;
use crate::audio::vectorised;
use std::cell::RefCell;
use std::f64::consts::PI;
use std::rc::Rc;

/// `frames * n_mfcc` coefficients from a mel spectrogram in dB (`frames * n_mels`): orthonormal DCT-II
/// over the mel bands, `c[k] = s[k] * sum over m of x[m] * cos(pi * k * (2 m + 1) / (2 M))` with
/// `s[0] = sqrt(1 / M)` and `s[k] = sqrt(2 / M)`; matches librosa.feature.mfcc (dct_type=2, norm='ortho', lifter=0).
/// `n_mfcc` above `n_mels` is cut to `n_mels`.
pub fn mfcc(mel_db: &[f32], n_mels: usize, n_mfcc: usize) -> Vec<f32> {
    if n_mels == 0 {
        return Vec::new();
    }
    let basis = basis(n_mels, n_mfcc.min(n_mels));
    let mut coefficients = vec![0.0; mel_db.len() / n_mels * n_mfcc.min(n_mels)];
    transform(mel_db, &basis, n_mels, &mut coefficients);
    coefficients
}

vectorised! {
fn transform<'a>(mel_db: &'a [f32], basis: &'a [f32], n_mels: usize, coefficients: &'a mut [f32]) {
    let n_mfcc = (basis.len() / n_mels).max(1);
    for (frame, coefficients) in mel_db.chunks_exact(n_mels).zip(coefficients.chunks_exact_mut(n_mfcc)) {
        for (coefficient, row) in coefficients.iter_mut().zip(basis.chunks_exact(n_mels)) {
            *coefficient = dot(row, frame);
        }
    }
}
}

/// Multiplies coefficient `k` of every frame by `1 + lifter / 2 * sin(pi (k + 1) / lifter)`, as
/// librosa.feature.mfcc(lifter). Nothing happens when `lifter` is 0.
pub fn lift(coefficients: &mut [f32], n_mfcc: usize, lifter: usize) {
    if lifter == 0 {
        return;
    }
    let lifter = lifter as f64;
    let weights: Vec<f32> = (1..=n_mfcc)
        .map(|k| (1.0 + lifter / 2.0 * (PI * k as f64 / lifter).sin()) as f32)
        .collect();
    for frame in coefficients.chunks_exact_mut(n_mfcc.max(1)) {
        for (coefficient, weight) in frame.iter_mut().zip(&weights) {
            *coefficient *= weight;
        }
    }
}

thread_local! {
    /// The rows of the transform that was used last, and its size.
    static LAST: RefCell<(usize, Rc<Vec<f32>>)> = RefCell::default();
}

fn basis(n_mels: usize, n_mfcc: usize) -> Rc<Vec<f32>> {
    LAST.with_borrow_mut(|(bands, rows)| {
        if *bands != n_mels || rows.len() != n_mels * n_mfcc {
            *bands = n_mels;
            *rows = Rc::new(dct_rows(n_mels, n_mfcc));
        }
        Rc::clone(rows)
    })
}

fn dct_rows(n_mels: usize, n_mfcc: usize) -> Vec<f32> {
    let size = n_mels as f64;
    let weight = |k: usize, m: usize| {
        let scale = if k == 0 {
            (1.0 / size).sqrt()
        } else {
            (2.0 / size).sqrt()
        };
        (scale * (PI * k as f64 * (2 * m + 1) as f64 / (2.0 * size)).cos()) as f32
    };
    (0..n_mfcc)
        .flat_map(|k| (0..n_mels).map(move |m| weight(k, m)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_frame_has_only_the_first_coefficient() {
        let coefficients = mfcc(&[2.0; 8], 8, 4);
        assert!((coefficients[0] - 2.0 * 8f32.sqrt()).abs() < 1e-6);
        assert!(coefficients[1..].iter().all(|coefficient| coefficient.abs() < 1e-6));
    }

    #[test]
    fn all_coefficients_together_keep_the_energy() {
        let frame: Vec<f32> = (0..16).map(|m| (m as f32 * 1.3).sin()).collect();
        let energy = |values: &[f32]| values.iter().map(|value| value * value).sum::<f32>();
        assert!((energy(&mfcc(&frame, 16, 16)) - energy(&frame)).abs() < 1e-5);
    }

    #[test]
    fn frames_do_not_mix_and_sizes_can_change_from_call_to_call() {
        let two = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(mfcc(&two, 2, 2)[2..], mfcc(&two[2..], 2, 2)[..]);
        assert_eq!(mfcc(&two, 4, 1).len(), 1);
        assert_eq!(mfcc(&two, 2, 9).len(), 4);
        assert!(mfcc(&[], 2, 1).is_empty());
        assert!(mfcc(&two, 0, 1).is_empty());
    }
}
