//! Whether samples are numbers at all.

use super::vector::vectorised;

/// Whether every sample is a finite number.
pub fn all_finite(samples: &[f32]) -> bool {
    largest(samples).is_finite()
}

/// The largest magnitude; not a number where any sample is none, and 0 of nothing.
pub(super) fn largest(samples: &[f32]) -> f32 {
    let mut bits = 0;
    look(samples, &mut bits);
    f32::from_bits(bits)
}

vectorised! {
fn look<'a>(samples: &'a [f32], bits: &'a mut u32) {
    // Without a way out in the middle, which would keep the compiler from looking at many at once.
    let mut largest = 0;
    for sample in samples {
        // Magnitudes are ordered as their bits are, and what is no number comes last.
        largest = largest.max(sample.to_bits() & 0x7fff_ffff);
    }
    *bits = largest;
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_sample_anywhere_is_noticed() {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for index in [0, 1, 31, 40, 99] {
                let mut samples = vec![-f32::MAX; 100];
                assert!(all_finite(&samples));
                samples[index] = bad;
                assert!(!all_finite(&samples));
            }
        }
        assert!(all_finite(&[]));
    }
}
