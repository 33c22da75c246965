//! Who speaks: voices that differ in everything a model could mistake for emotion.

use super::channel::Channel;
use super::naming::Scheme;
use super::normal;
use super::prosody::{Category, Cue, DIFFICULTY, Manner};
use super::utterance;
use super::voice::{self, Quality};
use crate::corpus::Gender;
use crate::random::{Stream, stream};
use rand::RngExt;

/// Sessions in which a speaker was recorded.
const SESSIONS: usize = 2;
/// Level of an average neutral recording (dBFS).
const LEVEL_DB: f64 = -26.0;

/// A speaker's voice and habits.
pub struct Speaker {
    seed: u64,
    rate: u32,
    /// Mean fundamental frequency when neutral (Hz).
    pitch: f64,
    /// Vocal-tract scale; 1 is an average male tract.
    tract: f64,
    open_quotient: f64,
    habit: Manner,
    /// The speaker's own way of showing each category, beside the common one.
    own_ways: [Manner; Category::ALL.len()],
    sessions: [(Manner, Channel); SESSIONS],
}

impl Speaker {
    /// Speaker `number` of a scheme: a matter of the seed and these two alone.
    pub fn new(seed: u64, scheme: Scheme, number: usize) -> Self {
        let mut rng = stream(seed, &format!("demo speaker {}", scheme.folder()), number as u64);
        let rng = &mut rng;
        let (pitch, tract) = match scheme.gender(number) {
            Gender::Female => (200.0, 1.16),
            _ => (115.0, 1.0),
        };
        let session = |rng: &mut Stream| (Manner::random(DIFFICULTY.session, rng), Channel::random(1.0, rng));
        Self {
            seed,
            rate: scheme.rate(),
            pitch: pitch * (0.16 * normal(rng)).clamp(-0.35, 0.35).exp2(),
            tract: tract * (0.06 * normal(rng)).clamp(-0.15, 0.15).exp2(),
            open_quotient: rng.random_range(0.5..0.72),
            habit: Manner::random(DIFFICULTY.habit, rng),
            own_ways: std::array::from_fn(|_| Manner::random(DIFFICULTY.idiosyncrasy, rng)),
            sessions: std::array::from_fn(|_| session(rng)),
        }
    }

    /// A clip of this speaker: samples between -1 and 1.
    pub fn say(&self, sentence: &str, category: Category, intensity: f64, rng: &mut Stream) -> Vec<f64> {
        let (session, channel) = &self.sessions[rng.random_range(0..SESSIONS)];
        let mut manner = Manner::of(category, DIFFICULTY.strength * intensity);
        manner += self.habit;
        manner += self.own_ways[category as usize];
        manner += *session;
        manner += Manner::random(DIFFICULTY.clip, rng);
        let roughness = manner[Cue::Roughness].clamp(-2.0, 2.5).exp2();
        let quality = Quality {
            open_quotient: self.open_quotient,
            tilt_hz: 1600.0 * manner[Cue::Brightness].clamp(-2.0, 2.0).exp2(),
            jitter: 0.008 * roughness,
            shimmer: 0.04 * roughness,
            breath: 0.08 * 10_f64.powf(manner[Cue::Breath].clamp(-12.0, 14.0) / 20.0),
            tract: self.tract,
        };
        let track = utterance::track(self.seed, sentence, &manner, self.pitch, self.tract, rng);
        let voice = voice::synthesise(&track, &quality, self.rate, rng);
        let level = (LEVEL_DB + manner[Cue::Loudness]).clamp(-44.0, -12.0);
        channel.record(&voice, level, self.rate, rng)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_sane() {
        for index in 0..24_u64 {
            let scheme = Scheme::ALL[index as usize % 4];
            let speaker = Speaker::new(3, scheme, index as usize % 2);
            let category = Category::ALL[index as usize % 8];
            let samples = speaker.say("test", category, 1.2, &mut stream(3, "test", index));
            let peak = samples.iter().fold(0.0_f64, |peak, sample| peak.max(sample.abs()));
            let level =
                10.0 * (samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64).log10();
            assert!(samples.iter().all(|sample| sample.is_finite()));
            assert!(
                peak < 0.99 && (-50.0..-8.0).contains(&level),
                "{scheme:?} {category:?}: peak {peak}, {level} dB"
            );
        }
    }

    /// Median fundamental frequency (Hz) of the frames whose normalised autocorrelation says that they are voiced.
    fn measure_f0(samples: &[f64], rate: u32) -> f64 {
        let rate = f64::from(rate);
        let (shortest, longest) = ((rate / 500.0) as usize, (rate / 65.0) as usize);
        let correlation = |frame: &[f64], lag: usize| {
            let (left, right) = (
                &frame[..frame.len() - longest],
                &frame[lag..lag + frame.len() - longest],
            );
            let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
            product(left, right) / (product(left, left) * product(right, right)).sqrt().max(1e-12)
        };
        let mut found: Vec<f64> = Vec::new();
        for frame in samples.chunks_exact(2 * longest) {
            let curve: Vec<f64> = (shortest..longest).map(|lag| correlation(frame, lag)).collect();
            let best = curve.iter().fold(0.0_f64, |best, value| best.max(*value));
            // The shortest lag that is nearly as good as the best is the period; its multiples are as good.
            let first = (1..curve.len() - 1)
                .find(|at| curve[*at] > 0.93 * best && curve[*at] >= curve[at - 1] && curve[*at] >= curve[at + 1]);
            if let (Some(first), true) = (first, best > 0.7) {
                found.push(rate / (first + shortest) as f64);
            }
        }
        found.sort_by(f64::total_cmp);
        found[found.len() / 2]
    }

    #[test]
    fn within_a_speaker_anger_is_higher_faster_and_louder_than_sadness() {
        let (mut higher, mut louder, mut shorter) = (0.0, 0.0, 0.0);
        let speakers = 8;
        for number in 0..speakers {
            let speaker = Speaker::new(1, Scheme::Ravdess, number);
            let clip = |category, take| speaker.say("IEO", category, 1.0, &mut stream(1, "test", take));
            let power =
                |samples: &[f64]| samples.iter().map(|sample| sample * sample).sum::<f64>() / samples.len() as f64;
            for take in 0..3 {
                let (angry, sad) = (clip(Category::Angry, take), clip(Category::Sad, take + 100));
                let rate = Scheme::Ravdess.rate();
                higher += 12.0 * (measure_f0(&angry, rate) / measure_f0(&sad, rate)).log2();
                louder += 10.0 * (power(&angry) / power(&sad)).log10();
                shorter += (sad.len() as f64 / angry.len() as f64).log2();
            }
        }
        let pairs = (3 * speakers) as f64;
        assert!(higher / pairs > 3.0, "{} semitones", higher / pairs);
        assert!(louder / pairs > 6.0, "{} dB", louder / pairs);
        assert!(shorter / pairs > 0.15, "{} octaves", shorter / pairs);
    }

    #[test]
    fn female_voices_are_higher() {
        let pitch = |number: usize, take: u64| {
            let mut rng = stream(1, "test", 100 * number as u64 + take);
            let speaker = Speaker::new(1, Scheme::Ravdess, number);
            measure_f0(
                &speaker.say("IEO", Category::Neutral, 1.0, &mut rng),
                Scheme::Ravdess.rate(),
            )
        };
        let mean = |parity: usize| {
            (0..24)
                .map(|index| pitch(2 * (index % 8) + parity, index as u64))
                .sum::<f64>()
                / 24.0
        };
        let (male, female) = (mean(0), mean(1));
        assert!(
            (90.0..150.0).contains(&male) && (160.0..260.0).contains(&female),
            "{male} and {female}"
        );
    }
}
