//! Band-limited resampling.

use super::far_rates::FarRates;
use super::overlap_save::OverlapSave;
use super::{AudioError, Wave};
use std::cell::RefCell;
use std::collections::HashMap;
use std::ops::Range;

/// Plans kept per thread; a corpus has one or two rates, and its clips at other speeds some dozens.
const KEPT: usize = 64;
/// Rates that meet again within so many samples of the higher one are converted by [`OverlapSave`]. Its blocks are
/// whole numbers of such periods, several of them: above this, rubato's single one is less work.
const NEAR: usize = 2048;

thread_local! {
    static PLANS: RefCell<HashMap<(u32, u32), Plan>> = RefCell::new(HashMap::new());
}

/// What is prepared for a pair of rates.
enum Plan {
    Near(OverlapSave),
    Far(FarRates),
}

impl Plan {
    fn new(from: u32, to: u32) -> Result<Self, String> {
        if from == 0 || to == 0 {
            return Err("a rate must be above 0".into());
        }
        let divisor = greatest_common_divisor(from, to);
        let (from, to) = ((from / divisor) as usize, (to / divisor) as usize);
        if from.max(to) <= NEAR {
            Ok(Self::Near(OverlapSave::new(from, to)))
        } else {
            FarRates::new(from, to).map(Self::Far)
        }
    }
}

/// The wave at another rate, by a band-limited filter; the same wave when the rate is already right. Length is
/// `ceil(len * rate / wave.rate)`, without delay, which matches librosa.resample.
///
/// The filter is a sinc under a Kaiser window with the edges of soxr's HQ quality, librosa's default: flat up to
/// 91 % of half of the lower rate, 126 dB down from half of it on. (Rates with hardly a common divisor are left to
/// rubato, whose filter is as deep and flat up to 95 %.)
///
/// # Errors
/// A rate of zero, or what the filter refuses.
pub fn resample(wave: &Wave, rate: u32) -> Result<Wave, AudioError> {
    resample_range(wave, rate, 0..resampled_length(wave, rate))
}

/// Samples of [`resample`]'s result, which need not be computed to know it.
pub fn resampled_length(wave: &Wave, rate: u32) -> usize {
    (wave.samples.len() as u64 * u64::from(rate)).div_ceil(u64::from(wave.rate.max(1))) as usize
}

/// This range of [`resample`]'s result, bit for bit, without computing the rest of it. What lies beyond
/// the result's end is left out.
///
/// # Errors
/// As [`resample`].
pub fn resample_range(wave: &Wave, rate: u32, range: Range<usize>) -> Result<Wave, AudioError> {
    let end = range.end.min(resampled_length(wave, rate));
    let range = range.start.min(end)..end;
    if wave.rate == rate {
        return Ok(Wave {
            samples: wave.samples[range].to_vec(),
            rate,
        });
    }
    let samples = with_plan(wave.rate, rate, |plan| match plan {
        Plan::Near(plan) => Ok(plan.run(&wave.samples, range)),
        Plan::Far(plan) => plan.run(&wave.samples, range),
    })?;
    Ok(Wave { samples, rate })
}

/// Samples before and after of the shortest time by which a wave may be shifted so that its resampled samples are shifted
/// ones, bit for bit; nothing of it reaches further than two of these times.
pub(super) fn period(from: u32, to: u32) -> Result<(usize, usize), AudioError> {
    if from == to && from > 0 {
        return Ok((1, 1));
    }
    with_plan(from, to, |plan| {
        Ok(match plan {
            Plan::Near(plan) => plan.period(),
            Plan::Far(plan) => plan.period(),
        })
    })
}

fn with_plan<T>(from: u32, to: u32, work: impl FnOnce(&mut Plan) -> Result<T, String>) -> Result<T, AudioError> {
    let key = (from, to);
    let refused = |problem: String| AudioError::Resample { from, to, problem };
    let mut plan = match PLANS.with_borrow_mut(|plans| plans.remove(&key)) {
        Some(plan) => plan,
        None => Plan::new(from, to).map_err(refused)?,
    };
    let outcome = work(&mut plan).map_err(refused)?;
    PLANS.with_borrow_mut(|plans| {
        if plans.len() >= KEPT {
            plans.clear();
        }
        plans.insert(key, plan);
    });
    Ok(outcome)
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn sine(frequency: f64, rate: u32, seconds: f64) -> Vec<f32> {
        let length = (seconds * f64::from(rate)) as usize;
        (0..length)
            .map(|n| (TAU * frequency * n as f64 / f64::from(rate)).sin() as f32)
            .collect()
    }

    /// Largest deviation in the middle, where the ends of the sine are not felt.
    fn worst(a: &[f32], b: &[f32]) -> f32 {
        let middle = a.len() / 5..a.len() * 4 / 5;
        a[middle.clone()]
            .iter()
            .zip(&b[middle])
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max)
    }

    #[test]
    fn a_sine_is_the_same_sine_at_the_other_rate_without_delay() {
        for (from, to) in [
            (48_000, 22_050),
            (16_000, 22_050),
            (24_000, 22_050),
            (24_414, 22_050),
            (44_100, 16_000),
            (96_000, 22_050),
        ] {
            for share in [0.05, 0.4, 0.85] {
                let frequency = share * f64::from(from.min(to)) / 2.0;
                let wave = Wave {
                    samples: sine(frequency, from, 1.0),
                    rate: from,
                };
                let there = resample(&wave, to).unwrap();
                assert_eq!(
                    there.samples.len(),
                    (wave.samples.len() * to as usize).div_ceil(from as usize)
                );
                let deviation = worst(&sine(frequency, to, 1.0), &there.samples);
                assert!(
                    deviation < 1e-5,
                    "{from} to {to} at {frequency} Hz deviates by {deviation}"
                );
            }
        }
    }

    #[test]
    fn what_the_lower_rate_cannot_hold_is_gone() {
        for (from, to) in [(48_000, 22_050), (44_100, 16_000), (24_414, 22_050)] {
            for share in [1.001, 1.05, from as f64 / to as f64 * 0.99] {
                let wave = Wave {
                    samples: sine(share * f64::from(to) / 2.0, from, 1.0),
                    rate: from,
                };
                let there = resample(&wave, to).unwrap();
                let silence = vec![0.0; there.samples.len()];
                let left = 20.0 * worst(&silence, &there.samples).log10();
                assert!(
                    left < -100.0,
                    "{from} to {to}: {left} dB are left at {share} of the band"
                );
            }
        }
    }

    #[test]
    fn a_range_is_that_range_of_the_whole_bit_for_bit() {
        let samples = (0..20_000).map(|n| ((n * n) as f32 * 1e-3).sin()).collect();
        let wave = Wave { samples, rate: 48_000 };
        let whole = resample(&wave, 22_050).unwrap().samples;
        assert_eq!(whole.len(), resampled_length(&wave, 22_050));
        for range in [
            0..1,
            0..0,
            500..4000,
            588..1176,
            4321..4322,
            9000..whole.len(),
            9180..99_999,
        ] {
            let part = resample_range(&wave, 22_050, range.clone()).unwrap().samples;
            assert!(part == whole[range.start..range.end.min(whole.len())], "{range:?}");
        }
        assert!(
            resample_range(&wave, 22_050, 99_999..100_000)
                .unwrap()
                .samples
                .is_empty()
        );
        assert_eq!(resample_range(&wave, 48_000, 5..7).unwrap().samples, wave.samples[5..7]);
    }

    #[test]
    fn the_rates_in_use_convert_into_one_another_both_ways() {
        let rates = [48_000, 44_100, 24_000, 22_500, 22_050, 16_000, 8_000];
        for from in rates {
            for to in rates {
                let frequency = 0.9 * f64::from(from.min(to)) / 2.0;
                let wave = Wave {
                    samples: sine(frequency, from, 0.4),
                    rate: from,
                };
                let there = resample(&wave, to).unwrap();
                assert_eq!(there.samples.len(), resampled_length(&wave, to));
                let deviation = worst(&sine(frequency, to, 0.4), &there.samples);
                assert!(deviation < 2e-6, "{from} to {to} deviates by {deviation}");
                // The first frequency of the stop band, and one far in it.
                for share in [1.0001, 1.3] {
                    let frequency = share * f64::from(to) / 2.0;
                    if 2.0 * frequency < f64::from(from) {
                        let wave = Wave {
                            samples: sine(frequency, from, 0.4),
                            rate: from,
                        };
                        let there = resample(&wave, to).unwrap().samples;
                        let left = 20.0 * worst(&vec![0.0; there.len()], &there).log10();
                        assert!(left < -115.0, "{from} to {to}: {left} dB left of {frequency} Hz");
                    }
                }
            }
        }
    }

    #[test]
    fn an_impulse_stays_where_it_is() {
        let mut samples = vec![0.0; 4_800];
        samples[2_400] = 1.0;
        let there = resample(&Wave { samples, rate: 48_000 }, 24_000).unwrap();
        let peak = (0..there.samples.len()).max_by(|&a, &b| there.samples[a].total_cmp(&there.samples[b]));
        assert_eq!(peak, Some(1_200));
    }

    #[test]
    fn the_second_wave_knows_nothing_of_the_first() {
        let quiet = Wave {
            samples: vec![0.0; 1000],
            rate: 48_000,
        };
        let loud = Wave {
            samples: vec![1.0; 5000],
            rate: 48_000,
        };
        resample(&loud, 22_050).unwrap();
        assert!(
            resample(&quiet, 22_050)
                .unwrap()
                .samples
                .iter()
                .all(|&sample| sample == 0.0)
        );
        assert_eq!(resample(&loud, 22_050).unwrap(), resample(&loud, 22_050).unwrap());
    }

    #[test]
    fn lengths_and_rates_at_the_edge() {
        let wave = |length, rate| Wave {
            samples: vec![0.5; length],
            rate,
        };
        assert_eq!(resample(&wave(0, 48_000), 22_050).unwrap().samples.len(), 0);
        assert_eq!(resample(&wave(1, 48_000), 22_050).unwrap().samples.len(), 1);
        assert_eq!(resample(&wave(7, 22_050), 22_050).unwrap(), wave(7, 22_050));
        assert!(resample(&wave(7, 0), 22_050).is_err());
        assert!(resample(&wave(7, 22_050), 0).is_err());
        let error = resample(&wave(7, 4_294_967_291), 22_050).unwrap_err().to_string();
        assert!(error.contains("22050") && error.contains("convert"), "{error}");
    }
}
