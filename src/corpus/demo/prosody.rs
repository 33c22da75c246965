//! What each emotion moves in a voice, and by how much voices differ.
//!
//! The directions follow Banse & Scherer, "Acoustic profiles in vocal emotion expression", J. Pers. Soc. Psychol. 70
//! (1996), and Juslin & Laukka, "Communication of emotions in vocal expression and music performance",
//! Psychol. Bull. 129 (2003), tables 7 and 11. The sizes are chosen so that classes overlap as they do in real corpora.

use super::normal;
use crate::random::Stream;
use std::ops::{AddAssign, Index};

/// An emotion that the demo voice can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    Neutral,
    Calm,
    Happy,
    Sad,
    Angry,
    Fearful,
    Disgust,
    Surprised,
}

impl Category {
    /// All, in the order of the RAVDESS codes and of the rows of [`EXPRESSIONS`].
    pub const ALL: [Self; 8] = [
        Self::Neutral,
        Self::Calm,
        Self::Happy,
        Self::Sad,
        Self::Angry,
        Self::Fearful,
        Self::Disgust,
        Self::Surprised,
    ];
}

/// A property of speech that emotions move.
#[derive(Debug, Clone, Copy)]
pub enum Cue {
    /// Mean fundamental frequency (semitones).
    Pitch,
    /// Range of the fundamental frequency (octaves: 1 doubles it).
    Range,
    /// Rise of the fundamental frequency over the utterance (semitones).
    Contour,
    /// Speech rate (octaves: 1 doubles it).
    Tempo,
    /// Level (dB).
    Loudness,
    /// Corner frequency of the glottal spectrum (octaves): more is brighter, a flatter tilt.
    Brightness,
    /// Aspiration noise (dB).
    Breath,
    /// Jitter and shimmer (octaves: 1 doubles them).
    Roughness,
    /// First formant (octaves): jaw opening.
    Opening,
    /// Second and third formant (octaves): lip spreading, the smile.
    Spreading,
    /// Distance of the vowels from schwa (octaves): precision of articulation.
    Precision,
}

const CUES: usize = 11;

/// Values of all cues, relative to an average neutral voice.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner([f64; CUES]);

impl Manner {
    /// A random manner whose cues deviate by `size` times [`SPREAD`].
    pub fn random(size: f64, rng: &mut Stream) -> Self {
        Self(SPREAD.map(|spread| size * spread * normal(rng)))
    }

    /// The manner in which speakers on average show a category, at `strength` times the full expression.
    pub fn of(category: Category, strength: f64) -> Self {
        Self(EXPRESSIONS[category as usize].map(|value| value * strength))
    }
}

impl Index<Cue> for Manner {
    type Output = f64;

    fn index(&self, cue: Cue) -> &f64 {
        &self.0[cue as usize]
    }
}

impl AddAssign for Manner {
    fn add_assign(&mut self, other: Self) {
        for (value, more) in self.0.iter_mut().zip(other.0) {
            *value += more;
        }
    }
}

/// How hard the demo corpus is: every deviation is in units of [`SPREAD`].
#[derive(Debug, Clone, Copy)]
pub struct Difficulty {
    /// Size of the expressions; larger is easier under every split.
    pub strength: f64,
    /// How speakers differ in their habitual voice. A model can learn it for the speakers it was trained on.
    pub habit: f64,
    /// How speakers differ in the way they show each emotion; larger widens the gap between
    /// random and speaker-independent splits.
    pub idiosyncrasy: f64,
    /// How a speaker's sessions differ.
    pub session: f64,
    /// How the clips of one speaker and emotion differ; larger is harder under every split.
    pub clip: f64,
}

/// The difficulty of the demo corpus: with 1,200 clips of 24 speakers and seven classes, `conv1d` reaches an unweighted
/// average recall of about 0.70 on unseen speakers (0.60 to 0.74 over four splits) and 0.81 by random split.
pub const DIFFICULTY: Difficulty = Difficulty {
    strength: 1.22,
    habit: 0.34,
    idiosyncrasy: 0.52,
    session: 0.12,
    clip: 0.38,
};

/// The natural scale of each cue: about the standard deviation between emotions.
#[rustfmt::skip]
const SPREAD: [f64; CUES] =
    // pitch range contour tempo loudness brightness breath roughness opening spreading precision
    [  2.5,  0.45, 1.5,    0.18, 4.0,     0.5,       3.0,   0.4,      0.06,   0.05,     0.25];

#[rustfmt::skip]
const EXPRESSIONS: [[f64; CUES]; 8] = [
    // pitch range contour tempo  loudness brightness breath roughness opening spreading precision
    [  0.0,  0.0, -1.0,    0.0,   0.0,     0.0,       0.0,   0.0,      0.00,   0.00,     0.0], // neutral
    [ -1.0, -0.4, -1.5,   -0.18, -3.0,    -0.4,       2.0,  -0.2,     -0.02,   0.00,     0.0], // calm
    [  3.5,  0.7,  0.5,    0.10,  3.0,     0.5,       0.0,  -0.1,      0.04,   0.12,     0.2], // happy
    [ -1.5, -0.7, -2.0,   -0.30, -6.0,    -0.9,       4.0,   0.5,     -0.08,  -0.04,    -0.5], // sad
    [  4.0,  0.6, -1.0,    0.15,  8.0,     1.1,      -3.0,   0.5,      0.14,  -0.02,     0.4], // angry
    [  5.0, -0.4,  1.5,    0.28, -1.0,    -0.1,       5.0,   1.0,     -0.06,   0.04,    -0.1], // fearful
    [ -2.0,  0.0, -2.0,   -0.22,  0.0,     0.3,      -1.0,   0.9,      0.06,  -0.12,     0.0], // disgust
    [  5.5,  1.0,  4.0,   -0.02,  3.0,     0.1,       2.0,   0.0,      0.10,   0.04,     0.3], // surprised
];
