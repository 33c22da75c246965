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
