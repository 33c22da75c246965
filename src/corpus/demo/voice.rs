//! Source-filter synthesis: glottal pulses and noise through a cascade of formants.
//!
//! The source is Rosenberg's glottal pulse (J. Acoust. Soc. Am. 49, 1971), differentiated for the radiation at the
//! lips, with jitter, shimmer and aspiration; the filter is Klatt's cascade of resonators
//! (J. Acoust. Soc. Am. 67, 1980).

use super::normal;
use crate::random::Stream;
use rand::RngExt;
use std::f64::consts::{PI, TAU};

/// Step of the control track (s).
pub const STEP: f64 = 0.005;

/// What the voice does during one step.
#[derive(Debug, Clone, Copy, Default)]
pub struct Frame {
    /// Fundamental frequency (Hz).
    pub f0: f64,
    /// Amplitude of the voiced source.
    pub voicing: f64,
    /// Amplitude of the noise of a consonant.
    pub frication: f64,
    /// Centre of that noise (Hz).
    pub noise_hz: f64,
    /// The first three formants (Hz).
    pub formants: [f64; 3],
}

/// What stays the same through an utterance.
#[derive(Debug, Clone, Copy)]
pub struct Quality {
    /// Part of a period in which the glottis is open.
    pub open_quotient: f64,
    /// Corner frequency above which the source falls by further 6 dB per octave (Hz).
    pub tilt_hz: f64,
    /// Standard deviation of a period relative to its length.
    pub jitter: f64,
    /// Standard deviation of a pulse's amplitude.
    pub shimmer: f64,
    /// Aspiration noise relative to the pulses.
    pub breath: f64,
    /// Vocal-tract scale: 1 for an average male tract, more for a shorter one.
    pub tract: f64,
}

/// Bandwidths of the five formants (Hz).
const BANDWIDTHS: [f64; 5] = [70.0, 100.0, 140.0, 250.0, 320.0];
/// Fourth and fifth formant of an average male tract (Hz).
const UPPER_FORMANTS: [f64; 2] = [3500.0, 4500.0];
/// Bandwidth of consonants' noise (Hz).
const NOISE_BANDWIDTH: f64 = 1200.0;

/// The samples of a control track, not yet scaled to any level.
pub fn synthesise(track: &[Frame], quality: &Quality, rate: u32, rng: &mut Stream) -> Vec<f64> {
    let rate = f64::from(rate);
    let samples = (track.len() as f64 * STEP * rate) as usize;
    let mut glottis = Glottis::new(quality, rate);
    let mut cascade = [Resonator::default(); 5];
    let mut fricative = Resonator::default();
    let mut current = usize::MAX;
    let mut output = Vec::with_capacity(samples);
    for sample in 0..samples {
        let position = sample as f64 / rate / STEP;
        let index = (position as usize).min(track.len() - 1);
        let frame = &track[index];
        let next = &track[(index + 1).min(track.len() - 1)];
        if index != current {
            current = index;
            let upper = UPPER_FORMANTS.map(|hz| hz * quality.tract);
            let formants = frame.formants.iter().chain(&upper);
            for ((resonator, hz), bandwidth) in cascade.iter_mut().zip(formants).zip(BANDWIDTHS) {
                resonator.tune(*hz, bandwidth, rate);
            }
            fricative.tune(frame.noise_hz, NOISE_BANDWIDTH, rate);
        }
        let between = position - index as f64;
        let mix = |from: f64, to: f64| from + between * (to - from);
        let noise = rng.random::<f64>() * 2.0 - 1.0;
        let source = glottis.next(mix(frame.f0, next.f0), mix(frame.voicing, next.voicing), noise, rng);
        let voiced = cascade
            .iter_mut()
            .fold(source, |signal, resonator| resonator.next(signal));
        let hiss = fricative.next(noise * mix(frame.frication, next.frication));
        output.push(voiced + hiss);
    }
    output
}

/// The source: one pulse after the other.
struct Glottis<'a> {
    quality: &'a Quality,
    rate: f64,
    /// Position within the period, 0 to 1.
    phase: f64,
    /// This pulse's deviation in length and amplitude.
    deviation: (f64, f64),
    smoothing: f64,
    smoothed: f64,
}

impl<'a> Glottis<'a> {
    fn new(quality: &'a Quality, rate: f64) -> Self {
        let smoothing = 1.0 - (-TAU * quality.tilt_hz / rate).exp();
        Self {
            quality,
            rate,
            phase: 0.0,
            deviation: (1.0, 1.0),
            smoothing,
            smoothed: 0.0,
        }
    }

    fn next(&mut self, f0: f64, amplitude: f64, noise: f64, rng: &mut Stream) -> f64 {
        self.phase += f0 * self.deviation.0 / self.rate;
        if self.phase >= 1.0 {
            self.phase -= self.phase.floor();
            let deviate = |size: f64, rng: &mut Stream| (1.0 + size * normal(rng)).clamp(0.5, 1.5);
            self.deviation = (deviate(self.quality.jitter, rng), deviate(self.quality.shimmer, rng));
        }
        let pulse = flow_derivative(self.phase, self.quality.open_quotient) * self.deviation.1;
        self.smoothed += self.smoothing * (pulse - self.smoothed);
        let opening = if self.phase < self.quality.open_quotient {
            1.0
        } else {
            0.3
        };
        amplitude * (self.smoothed + self.quality.breath * noise * opening)
    }
}

/// Derivative of Rosenberg's pulse: a cosine rise over two thirds of the open part, a quarter cosine fall.
fn flow_derivative(phase: f64, open_quotient: f64) -> f64 {
    let rise = open_quotient * 2.0 / 3.0;
    let fall = open_quotient - rise;
    if phase < rise {
        PI / (2.0 * rise) * (PI * phase / rise).sin()
    } else if phase < open_quotient {
        -PI / (2.0 * fall) * (PI * (phase - rise) / (2.0 * fall)).sin()
    } else {
        0.0
    }
}

/// A second-order resonator with unit gain at 0 Hz: y(n) = a x(n) + b y(n-1) + c y(n-2).
#[derive(Debug, Clone, Copy, Default)]
struct Resonator {
    a: f64,
    b: f64,
    c: f64,
    last: [f64; 2],
}

impl Resonator {
    fn tune(&mut self, hz: f64, bandwidth: f64, rate: f64) {
        let hz = hz.min(0.47 * rate);
        self.c = -(-TAU * bandwidth / rate).exp();
        self.b = 2.0 * (-PI * bandwidth / rate).exp() * (TAU * hz / rate).cos();
        self.a = 1.0 - self.b - self.c;
    }

    fn next(&mut self, input: f64) -> f64 {
        let output = self.a * input + self.b * self.last[0] + self.c * self.last[1];
        self.last = [output, self.last[0]];
        output
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::stream;

    #[test]
    fn a_pulse_opens_as_much_as_it_closes() {
        let steps = 100_000;
        let area: f64 = (0..steps)
            .map(|step| flow_derivative(f64::from(step) / f64::from(steps), 0.6))
            .sum();
        assert!((area / f64::from(steps)).abs() < 1e-4, "{area}");
    }

    #[test]
    fn a_resonator_passes_its_frequency_best() {
        let gain = |hz: f64| {
            let mut resonator = Resonator::default();
            resonator.tune(1000.0, 80.0, 16_000.0);
            let wave = (0..8000).map(|sample| resonator.next((TAU * hz * f64::from(sample) / 16_000.0).sin()));
            wave.skip(4000).fold(0.0_f64, |peak, value| peak.max(value.abs()))
        };
        assert!(gain(1000.0) > 3.0 * gain(700.0) && gain(1000.0) > 3.0 * gain(1300.0));
        assert!((gain(10.0) - 1.0).abs() < 0.01);
    }

    #[test]
    fn a_steady_voice_repeats_at_its_fundamental_frequency() {
        let frame = Frame {
            f0: 200.0,
            voicing: 1.0,
            frication: 0.0,
            noise_hz: 3000.0,
            formants: [500.0, 1500.0, 2500.0],
        };
        let quality = Quality {
            open_quotient: 0.6,
            tilt_hz: 3000.0,
            jitter: 0.0,
            shimmer: 0.0,
            breath: 0.0,
            tract: 1.0,
        };
        let wave = synthesise(&[frame; 100], &quality, 16_000, &mut stream(1, "test", 0));
        assert_eq!(wave.len(), 8000);
        let period = 80;
        let (left, right) = (&wave[2000..6000], &wave[2000 + period..6000 + period]);
        let difference: f64 = left.iter().zip(right).map(|(a, b)| (a - b).powi(2)).sum();
        let energy: f64 = left.iter().map(|a| a * a).sum();
        assert!(difference < 1e-3 * energy, "{difference} of {energy}");
    }
}
