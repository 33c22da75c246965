//! Room and microphone: what a recording adds to a voice.

use super::normal;
use crate::random::Stream;
use rand::RngExt;
use std::f64::consts::TAU;

/// One recording session's room and microphone.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Corner of the high-pass (Hz).
    highpass_hz: f64,
    /// Where the microphone is brighter or duller (Hz) and by how much (a factor on everything above).
    shelf_hz: f64,
    shelf: f64,
    /// Reflections: delay (s) and gain.
    echoes: [(f64, f64); 3],
    /// Level of the room noise (dBFS), and its colour: 0 white, 1 brown.
    noise_db: f64,
    noise_colour: f64,
}

impl Channel {
    /// A random room and microphone; `size` scales how far the microphone is from flat.
    pub fn random(size: f64, rng: &mut Stream) -> Self {
        let echo = |rng: &mut Stream| (rng.random_range(0.004..0.035), rng.random_range(-0.22..0.22));
        Self {
            highpass_hz: rng.random_range(40.0..160.0),
            shelf_hz: rng.random_range(900.0..3500.0),
            shelf: (0.6 * size * normal(rng)).clamp(-1.5, 1.5).exp2(),
            echoes: [echo(rng), echo(rng), echo(rng)],
            noise_db: rng.random_range(-72.0..-56.0),
            noise_colour: rng.random(),
        }
    }

    /// The voice as recorded at `level_db` (dBFS, over the parts that are not silent), never clipped.
    pub fn record(&self, voice: &[f64], level_db: f64, rate: u32, rng: &mut Stream) -> Vec<f64> {
        let rate = f64::from(rate);
        let mut recorded = self.reflect(voice, rate);
        self.colour(&mut recorded, rate);
        let gain = amplitude(level_db) / loudness(&recorded).max(f64::MIN_POSITIVE);
        let peak = recorded.iter().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
        // The sound engineer turns the gain down before it clips.
        let gain = gain.min(0.9 / peak.max(f64::MIN_POSITIVE));
        self.add_noise(&mut recorded, gain, rng);
        recorded
    }

    fn reflect(&self, voice: &[f64], rate: f64) -> Vec<f64> {
        let mut reflected = voice.to_vec();
        for (delay, gain) in self.echoes {
            let delay = (delay * rate) as usize;
            for (sample, earlier) in reflected.iter_mut().skip(delay).zip(voice) {
                *sample += gain * earlier;
            }
        }
        reflected
    }

    fn colour(&self, samples: &mut [f64], rate: f64) {
        let (low, shelf) = (smoothing(self.highpass_hz, rate), smoothing(self.shelf_hz, rate));
        let (mut below_voice, mut below_shelf) = (0.0, 0.0);
        for sample in samples {
            below_voice += low * (*sample - below_voice);
            let passed = *sample - below_voice;
            below_shelf += shelf * (passed - below_shelf);
            *sample = below_shelf + self.shelf * (passed - below_shelf);
        }
    }

    fn add_noise(&self, samples: &mut [f64], gain: f64, rng: &mut Stream) {
        let level = amplitude(self.noise_db) * 3_f64.sqrt();
        let mut brown = 0.0;
        for sample in samples {
            let white = rng.random::<f64>() * 2.0 - 1.0;
            // The factor keeps the level of the smoothed noise that of the white noise.
            brown += 0.05 * (white - brown);
            let noise = white + self.noise_colour * (brown * 6.2 - white);
            *sample = (*sample * gain + level * noise).clamp(-0.99, 0.99);
        }
    }
}

/// The factor of a one-pole low-pass.
fn smoothing(hz: f64, rate: f64) -> f64 {
    1.0 - (-TAU * hz / rate).exp()
}

fn amplitude(db: f64) -> f64 {
    10_f64.powf(db / 20.0)
}

/// Root mean square of the samples above a hundredth of the peak's power.
fn loudness(samples: &[f64]) -> f64 {
    let peak = samples.iter().fold(0.0_f64, |peak, sample| peak.max(sample * sample));
    let loud: Vec<f64> = samples
        .iter()
        .map(|sample| sample * sample)
        .filter(|power| *power > peak / 1e4)
        .collect();
    (loud.iter().sum::<f64>() / loud.len().max(1) as f64).sqrt()
}
