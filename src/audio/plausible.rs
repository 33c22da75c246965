//! Whether samples can be those of a recording.

use super::finite::largest;

/// No float master exceeds full scale (1.0) by more: 60 dB.
const LOUDEST: f32 = 1e3;

/// Full scale of 32-bit integers. Samples in integer units that were written as floats are sound all the same.
const INTEGERS: f32 = 2_147_483_648.0;

/// Of a thousand samples one may stand out.
const RARE: usize = 1_000;

/// What is wrong with the first sample that cannot belong to a recording, if there is one. Such a sample
///
/// - is not a finite number; or
/// - lies beyond 2^31, which no recording reaches, not even one in the units of 32-bit integers; or
/// - exceeds by more than 60 dB both full scale and what 99.9 % of the clip's samples stay within: a few broken
///   samples in an ordinary clip, beside which nothing of it would be left in the features.
///
/// Clips that are merely too loud, all of them in integer units say, pass: a share of their samples is as large.
pub(super) fn fault(samples: &[f32]) -> Option<String> {
    fault_from(0, samples)
}

/// As `fault`, of a part of a clip that begins at this sample of it: the rest of the part stands for the rest of the clip.
pub fn fault_from(start: u64, samples: &[f32]) -> Option<String> {
    let peak = largest(samples);
    if peak <= LOUDEST {
        return None;
    }
    let first = |wrong: &dyn Fn(f32) -> bool| samples.iter().position(|sample| wrong(*sample));
    if let Some(at) = first(&|sample| !sample.is_finite()) {
        return Some(format!(
            "sample {} is not a finite number; repair the file or leave it out",
            start + at as u64
        ));
    }
    let most = INTEGERS.min(LOUDEST * usual(samples).max(1.0));
    let at = first(&|sample| sample.abs() > most)?;
    Some(format!(
        "sample {} is {:.1e}, far beyond full scale (1.0) and the rest of the clip; repair the file or leave it out",
        start + at as u64,
        samples[at]
    ))
}

/// The magnitude that all but one of [`RARE`] samples stay within (all but one of fewer).
fn usual(samples: &[f32]) -> f32 {
    let mut magnitudes: Vec<f32> = samples.iter().map(|sample| sample.abs()).collect();
    let rank = samples.len().saturating_sub(1 + (samples.len() / RARE).max(1));
    if magnitudes.is_empty() {
        return 0.0;
    }
    *magnitudes.select_nth_unstable_by(rank, f32::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two seconds of a hum of this amplitude.
    fn hum(amplitude: f32) -> Vec<f32> {
        (0..32_000).map(|n| amplitude * (n as f32 * 0.06).sin()).collect()
    }

    #[test]
    fn recordings_of_any_scale_pass() {
        for amplitude in [0.0, 1e-30, 0.3, 1.0, 12.0, 1e3, 32_767.0, 8_388_607.0, 2_147_483_648.0] {
            assert_eq!(fault(&hum(amplitude)), None, "{amplitude}");
        }
        // A click of an ordinary recording, and one of a quiet recording in the units of 16-bit integers.
        for (amplitude, click) in [(1e-4, 1.0), (0.3, 900.0), (40.0, 32_767.0)] {
            let mut clip = hum(amplitude);
            clip[9_000] = click;
            assert_eq!(fault(&clip), None, "{click} in {amplitude}");
        }
        for few in [&[][..], &[0.5], &[1e4], &[1e4, -1e4, 1e4]] {
            assert_eq!(fault(few), None, "{few:?}");
        }
    }

    #[test]
    fn samples_of_no_recording_are_named() {
        for bad in [f32::NAN, f32::INFINITY, -1e30, 1e30, 3e9, 1e6, -2e3, f32::MAX] {
            let mut clip = hum(0.3);
            clip[9_000] = bad;
            clip[9_001] = bad;
            let said = fault(&clip).unwrap();
            assert!(said.starts_with("sample 9000 is"), "{bad}: {said}");
            assert_eq!(said.contains("finite"), !bad.is_finite(), "{said}");
        }
        assert!(fault(&hum(3e9)).is_some(), "beyond 32-bit integers");
        assert!(fault(&[0.1, 1e30]).is_some());
        assert!(fault(&[1e30]).is_some());
    }
}
