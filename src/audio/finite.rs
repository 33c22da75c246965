//! Whether samples are numbers at all.

use super::vector::vectorised;

/// Whether every sample is a finite number.
pub fn all_finite(samples: &[f32]) -> bool {
    let mut all = true;
    look(samples, &mut all);
    all
}

vectorised! {
fn look<'a>(samples: &'a [f32], all: &'a mut bool) {
    // Without a way out in the middle, which would keep the compiler from looking at many at once.
    let mut largest = 0;
    for sample in samples {
        largest = largest.max(sample.to_bits() & 0x7fff_ffff);
    }
    *all = largest < f32::INFINITY.to_bits();
}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_bad_sample_anywhere_is_noticed() {
        for bad in [f32::NAN, -f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            for place in [0, 1, 31, 40, 99] {
                let mut samples = vec![-f32::MAX; 100];
                assert!(all_finite(&samples));
                samples[place] = bad;
                assert!(!all_finite(&samples));
            }
        }
        assert!(all_finite(&[]));
    }
}
