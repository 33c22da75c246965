//! From a sentence and a manner to the control track of the voice.

use super::normal;
use super::prosody::{Cue, Manner};
use super::voice::{Frame, STEP};
use crate::random::{Stream, stream};
use rand::RngExt;

/// Shortest and longest speech within a clip, without the pauses around it (s).
const SPEECH_SECONDS: (f64, f64) = (0.9, 1.7);
/// Shortest and longest pause before and after (s).
const PAUSE_SECONDS: (f64, f64) = (0.06, 0.13);

/// First three formants of a schwa in an average male tract (Hz).
const SCHWA: [f64; 3] = [500.0, 1500.0, 2500.0];
/// Formants of vowels, adult male means of Peterson & Barney (J. Acoust. Soc. Am. 24, 1952) (Hz).
const VOWELS: [[f64; 3]; 9] = [
    [270.0, 2290.0, 3010.0],
    [390.0, 1990.0, 2550.0],
    [530.0, 1840.0, 2480.0],
    [660.0, 1720.0, 2410.0],
    [730.0, 1090.0, 2440.0],
    [570.0, 840.0, 2410.0],
    [440.0, 1020.0, 2240.0],
    [300.0, 870.0, 2240.0],
    [640.0, 1190.0, 2390.0],
];

/// How a syllable begins: the amplitudes of voice and noise, the centre of the noise (Hz), and seconds.
#[derive(Debug, Clone, Copy)]
struct Consonant {
    voicing: f64,
    frication: f64,
    noise_hz: f64,
    seconds: f64,
}

const CONSONANTS: [Consonant; 7] = [
    Consonant {
        voicing: 0.0,
        frication: 0.5,
        noise_hz: 5200.0,
        seconds: 0.10,
    }, // s
    Consonant {
        voicing: 0.0,
        frication: 0.5,
        noise_hz: 3000.0,
        seconds: 0.10,
    }, // sh
    Consonant {
        voicing: 0.2,
        frication: 0.2,
        noise_hz: 4500.0,
        seconds: 0.07,
    }, // v
    Consonant {
        voicing: 0.0,
        frication: 0.3,
        noise_hz: 3800.0,
        seconds: 0.05,
    }, // t
    Consonant {
        voicing: 0.05,
        frication: 0.15,
        noise_hz: 1500.0,
        seconds: 0.05,
    }, // b
    Consonant {
        voicing: 0.4,
        frication: 0.0,
        noise_hz: 2000.0,
        seconds: 0.07,
    }, // m
    Consonant {
        voicing: 0.5,
        frication: 0.0,
        noise_hz: 2000.0,
        seconds: 0.06,
    }, // l
];

struct Syllable {
    consonant: Consonant,
    vowel: [f64; 3],
    vowel_seconds: f64,
}

/// The syllables of a sentence: the same for every speaker.
fn syllables(seed: u64, sentence: &str) -> Vec<Syllable> {
    let mut rng = stream(seed, &format!("demo sentence {sentence}"), 0);
    let count = rng.random_range(5..=6);
    let syllable = |index| Syllable {
        consonant: CONSONANTS[rng.random_range(0..CONSONANTS.len())],
        vowel: VOWELS[rng.random_range(0..VOWELS.len())],
        // Speech slows down before a pause.
        vowel_seconds: if index + 1 == count {
            0.22
        } else {
            0.13 + 0.04 * rng.random::<f64>()
        },
    };
    (0..count).map(syllable).collect()
}

/// The control track of a sentence, with the pauses around it.
/// `pitch` is the fundamental frequency at cue 0 (Hz), `tract` scales the formants.
pub fn track(seed: u64, sentence: &str, manner: &Manner, pitch: f64, tract: f64, rng: &mut Stream) -> Vec<Frame> {
    let syllables = syllables(seed, sentence);
    let unhurried: f64 = syllables
        .iter()
        .map(|syllable| syllable.consonant.seconds + syllable.vowel_seconds)
        .sum();
    let wanted = unhurried * (-manner[Cue::Tempo]).exp2();
    let segment = wanted.clamp(SPEECH_SECONDS.0, SPEECH_SECONDS.1) / unhurried;

    let mut frames = Vec::new();
    let pause = |rng: &mut Stream| rng.random_range(PAUSE_SECONDS.0..PAUSE_SECONDS.1);
    let silence = Frame {
        noise_hz: 3000.0,
        formants: SCHWA,
        ..Frame::default()
    };
    let mut end = pause(rng);
    extend(&mut frames, silence, end);
    for syllable in &syllables {
        let accent = normal(rng);
        let formants = articulate(syllable.vowel, manner, tract);
        let consonant = syllable.consonant;
        end += consonant.seconds * segment;
        let onset = Frame {
            f0: accent,
            voicing: consonant.voicing,
            frication: consonant.frication,
            noise_hz: consonant.noise_hz * tract.sqrt(),
            formants,
        };
        extend(&mut frames, onset, end);
        end += syllable.vowel_seconds * segment;
        let voicing = (1.0 + 0.15 * accent).clamp(0.5, 1.5);
        extend(
            &mut frames,
            Frame {
                voicing,
                frication: 0.0,
                ..onset
            },
            end,
        );
    }
    end += pause(rng);
    extend(&mut frames, silence, end);

    smooth(&mut frames, 7, |frame| &mut frame.f0);
    smooth(&mut frames, 2, |frame| &mut frame.voicing);
    smooth(&mut frames, 2, |frame| &mut frame.frication);
    for formant in 0..3 {
        smooth(&mut frames, 4, |frame| &mut frame.formants[formant]);
    }
    intone(&mut frames, manner, pitch);
    frames
}

/// Holds a frame until `end` (s).
fn extend(frames: &mut Vec<Frame>, frame: Frame, end: f64) {
    frames.resize((end / STEP).round() as usize, frame);
}

/// A vowel's formants in this tract and manner.
fn articulate(vowel: [f64; 3], manner: &Manner, tract: f64) -> [f64; 3] {
    let precision = manner[Cue::Precision].clamp(-1.0, 0.5).exp2();
    let shift = [
        manner[Cue::Opening],
        manner[Cue::Spreading],
        0.6 * manner[Cue::Spreading],
    ];
    std::array::from_fn(|formant| {
        let schwa = SCHWA[formant];
        schwa * (vowel[formant] / schwa).powf(precision) * shift[formant].exp2() * tract
    })
}

/// Turns the accents in `f0` into a melody: level, accents, rise or fall.
fn intone(frames: &mut [Frame], manner: &Manner, pitch: f64) {
    /// Standard deviation of the accents of a neutral voice (semitones).
    const ACCENT: f64 = 1.6;
    let range = ACCENT * manner[Cue::Range].clamp(-1.5, 1.3).exp2();
    let last = frames.len().max(2) as f64 - 1.0;
    for (index, frame) in frames.iter_mut().enumerate() {
        let rise = manner[Cue::Contour] * (index as f64 / last - 0.5);
        let semitones = manner[Cue::Pitch] + range * frame.f0 + rise;
        frame.f0 = (pitch * (semitones / 12.0).exp2()).clamp(60.0, 600.0);
    }
}

/// Mean over `reach` frames to either side.
fn smooth(frames: &mut [Frame], reach: usize, field: impl Fn(&mut Frame) -> &mut f64) {
    let values: Vec<f64> = frames.iter_mut().map(|frame| *field(frame)).collect();
    for (index, frame) in frames.iter_mut().enumerate() {
        let around = &values[index.saturating_sub(reach)..(index + reach + 1).min(values.len())];
        *field(frame) = around.iter().sum::<f64>() / around.len() as f64;
    }
}

#[cfg(test)]
mod tests {
    use super::super::prosody::Category;
    use super::*;

    #[test]
    fn clips_last_one_to_two_seconds_whatever_the_tempo() {
        for (index, category) in Category::ALL.into_iter().cycle().take(80).enumerate() {
            let mut rng = stream(1, "test", index as u64);
            let manner = Manner::of(category, index as f64 / 10.0);
            let seconds = track(1, &index.to_string(), &manner, 150.0, 1.0, &mut rng).len() as f64 * STEP;
            assert!((1.0..=2.0).contains(&seconds), "{category:?}: {seconds}");
        }
    }

    #[test]
    fn a_sentence_has_the_same_sounds_for_every_manner() {
        let vowels = |sentence: &str| {
            syllables(1, sentence)
                .iter()
                .map(|syllable| syllable.vowel)
                .collect::<Vec<_>>()
        };
        assert_eq!(vowels("IEO"), vowels("IEO"));
        assert_ne!(vowels("IEO"), vowels("TIE"));
    }

    #[test]
    fn a_rising_contour_rises_and_a_wide_range_is_wide() {
        let melody = |manner: Manner| -> Vec<f64> {
            let mut rng = stream(1, "test", 0);
            track(1, "IEO", &manner, 150.0, 1.0, &mut rng)
                .iter()
                .map(|frame| frame.f0)
                .collect()
        };
        let rise = |melody: &[f64]| melody[melody.len() - 1] / melody[0];
        let width = |melody: &[f64]| {
            let (low, high) = melody
                .iter()
                .fold((f64::MAX, 0.0_f64), |(low, high), f0| (low.min(*f0), high.max(*f0)));
            high / low
        };
        let (surprised, sad) = (
            melody(Manner::of(Category::Surprised, 1.0)),
            melody(Manner::of(Category::Sad, 1.0)),
        );
        assert!(rise(&surprised) > 1.1 && rise(&sad) < 1.0);
        assert!(width(&surprised) > 1.3 * width(&sad));
    }
}
