//! Four published naming schemes, and what they can name.

use super::prosody::Category;
use crate::corpus::Gender;

/// A naming scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    Ravdess,
    CremaD,
    Tess,
    Savee,
}

/// One of the times that a speaker shows an emotion.
#[derive(Debug, Clone, PartialEq)]
pub struct Take {
    /// The sentence; the same name is the same sentence for all speakers of a scheme.
    pub sentence: String,
    /// How strongly, relative to the full expression.
    pub intensity: f64,
    /// Path below the demo folder, with `/`.
    pub path: String,
}

const TESS_SPEAKERS: [&str; 2] = ["OAF", "YAF"];
const SAVEE_SPEAKERS: [&str; 4] = ["DC", "JE", "JK", "KL"];
const CREMA_D_SENTENCES: [&str; 12] = [
    "IEO", "TIE", "IOM", "IWW", "TAI", "MTI", "IWL", "ITH", "DFA", "ITS", "TSI", "WSI",
];
const CREMA_D_LEVELS: [(&str, f64); 3] = [("LO", 0.7), ("MD", 0.9), ("HI", 1.15)];
const UNSPECIFIED: (&str, f64) = ("XX", 0.95);
/// The words of TESS-like clips are built from these: `back`, `ball`, `ban`, …
const WORD_PARTS: ([&str; 8], [&str; 5], [&str; 6]) = (
    ["b", "l", "m", "n", "p", "r", "t", "w"],
    ["a", "e", "i", "o", "u"],
    ["ck", "ll", "n", "p", "sh", "st"],
);

impl Scheme {
    /// All.
    pub const ALL: [Self; 4] = [Self::Ravdess, Self::CremaD, Self::Tess, Self::Savee];

    /// The folder below the demo folder.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Ravdess => "ravdess",
            Self::CremaD => "crema-d",
            Self::Tess => "tess",
            Self::Savee => "savee",
        }
    }

    /// Samples per second; they differ as in the published corpora.
    pub fn rate(self) -> u32 {
        match self {
            Self::Ravdess => 24_000,
            Self::CremaD => 16_000,
            Self::Tess => 24_414,
            Self::Savee => 22_050,
        }
    }

    /// How many speakers the scheme can name: the published ones, or as many actor numbers as CREMA-D has digits for.
    pub fn speakers(self) -> usize {
        match self {
            Self::Ravdess => 24,
            Self::CremaD => 8_999,
            Self::Tess => TESS_SPEAKERS.len(),
            Self::Savee => SAVEE_SPEAKERS.len(),
        }
    }

    /// The gender of speaker `number` (from 0).
    pub fn gender(self, number: usize) -> Gender {
        match self {
            Self::Tess => Gender::Female,
            Self::Ravdess | Self::CremaD if number % 2 == 1 => Gender::Female,
            _ => Gender::Male,
        }
    }

    /// The code of an emotion, if the scheme has one.
    fn code(self, category: Category) -> Option<&'static str> {
        let codes = match self {
            Self::Ravdess => ["01", "02", "03", "04", "05", "06", "07", "08"],
            Self::CremaD => ["NEU", "", "HAP", "SAD", "ANG", "FEA", "DIS", ""],
            Self::Tess => ["neutral", "", "happy", "sad", "angry", "fear", "disgust", "ps"],
            Self::Savee => ["n", "", "h", "sa", "a", "f", "d", "su"],
        };
        Some(codes[category as usize]).filter(|code| !code.is_empty())
    }

    /// How many takes of an emotion the scheme can name for one speaker.
    pub fn takes(self, category: Category) -> usize {
        if self.code(category).is_none() {
            return 0;
        }
        match self {
            // Two statements, two repetitions, two intensities; neutral is never strong.
            Self::Ravdess if category == Category::Neutral => 4,
            Self::Ravdess => 8,
            Self::CremaD if category == Category::Neutral => CREMA_D_SENTENCES.len(),
            // As published: three levels of the first sentence, the others unspecified. Then all levels of those too.
            Self::CremaD => 3 + 11 + 33,
            Self::Tess => WORD_PARTS.0.len() * WORD_PARTS.1.len() * WORD_PARTS.2.len(),
            Self::Savee => 99,
        }
    }

    /// How many clips of one speaker the scheme can name.
    pub fn clips_per_speaker(self) -> usize {
        Category::ALL.into_iter().map(|category| self.takes(category)).sum()
    }

    /// The first `count` takes of speaker `number`, dealt evenly over the emotions.
    pub fn clips(self, number: usize, count: usize) -> Vec<(Category, Take)> {
        let rounds = Category::ALL
            .into_iter()
            .map(|category| self.takes(category))
            .max()
            .unwrap_or(0);
        let emotions = Category::ALL.len();
        let dealt = (0..rounds * emotions).filter_map(|turn| {
            // Where the last round is cut short differs from speaker to speaker.
            let category = Category::ALL[(turn + number * 3) % emotions];
            let round = turn / emotions;
            let code = self.code(category).filter(|_| round < self.takes(category))?;
            Some((category, self.take(number, category, code, round)))
        });
        dealt.take(count).collect()
    }

    fn take(self, number: usize, category: Category, code: &str, round: usize) -> Take {
        match self {
            Self::Ravdess => ravdess(number + 1, category, code, round),
            Self::CremaD => crema_d(number + 1001, category, code, round),
            Self::Tess => tess(TESS_SPEAKERS[number], code, round),
            Self::Savee => savee(SAVEE_SPEAKERS[number], code, round + 1),
        }
    }
}

/// `Actor_NN/modality-channel-emotion-intensity-statement-repetition-actor.wav`: audio only, speech.
fn ravdess(actor: usize, category: Category, code: &str, round: usize) -> Take {
    let statement = 1 + round % 2;
    let (strong, repetition) = match category {
        Category::Neutral => (0, 1 + round / 2),
        _ => (round / 2 % 2, 1 + round / 4),
    };
    Take {
        sentence: format!("ravdess {statement}"),
        intensity: [0.85, 1.15][strong],
        path: format!(
            "ravdess/Actor_{actor:02}/03-01-{code}-{:02}-{statement:02}-{repetition:02}-{actor:02}.wav",
            1 + strong
        ),
    }
}

/// `actor_sentence_emotion_intensity.wav`.
fn crema_d(actor: usize, category: Category, code: &str, round: usize) -> Take {
    let (sentence, (level, intensity)) = match round {
        _ if category == Category::Neutral => (round, UNSPECIFIED),
        0..3 => (0, CREMA_D_LEVELS[round]),
        3..14 => (round - 2, UNSPECIFIED),
        _ => (1 + (round - 14) / 3, CREMA_D_LEVELS[(round - 14) % 3]),
    };
    let sentence = CREMA_D_SENTENCES[sentence];
    Take {
        sentence: format!("crema-d {sentence}"),
        intensity,
        path: format!("crema-d/{actor}_{sentence}_{code}_{level}.wav"),
    }
}

/// `speaker_folder/speaker_word_emotion.wav`, the folders in the published spelling.
fn tess(speaker: &str, code: &str, round: usize) -> Take {
    let (onsets, vowels, codas) = WORD_PARTS;
    let (coda, rest) = (round % codas.len(), round / codas.len());
    let (vowel, onset) = (rest % vowels.len(), rest / vowels.len());
    let word = [onsets[onset], vowels[vowel], codas[coda]].concat();
    let folder = match (speaker, code) {
        ("OAF", "fear") => "Fear",
        ("OAF", "sad") => "Sad",
        ("OAF", "ps") => "Pleasant_surprise",
        (_, "ps") => "pleasant_surprised",
        _ => code,
    };
    Take {
        sentence: format!("tess {word}"),
        intensity: 1.0,
        path: format!("tess/{speaker}_{folder}/{speaker}_{word}_{code}.wav"),
    }
}

/// `speaker_emotionNN.wav`.
fn savee(speaker: &str, code: &str, sentence: usize) -> Take {
    Take {
        sentence: format!("savee {sentence}"),
        intensity: 1.0,
        path: format!("savee/{speaker}_{code}{sentence:02}.wav"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_name_is_unique_and_all_that_are_promised_exist() {
        for scheme in Scheme::ALL {
            let mut names = HashSet::new();
            for number in 0..2 {
                let clips = scheme.clips(number, usize::MAX);
                assert_eq!(clips.len(), scheme.clips_per_speaker(), "{scheme:?}");
                names.extend(clips.into_iter().map(|(_, take)| take.path));
            }
            assert_eq!(names.len(), 2 * scheme.clips_per_speaker(), "{scheme:?}");
        }
    }

    #[test]
    fn names_are_those_of_the_published_corpora() {
        let first = |scheme: Scheme, category| {
            let found = scheme
                .clips(0, usize::MAX)
                .into_iter()
                .find(|(found, _)| *found == category);
            found.unwrap().1.path
        };
        assert_eq!(
            first(Scheme::Ravdess, Category::Angry),
            "ravdess/Actor_01/03-01-05-01-01-01-01.wav"
        );
        assert_eq!(first(Scheme::CremaD, Category::Angry), "crema-d/1001_IEO_ANG_LO.wav");
        assert_eq!(first(Scheme::CremaD, Category::Neutral), "crema-d/1001_IEO_NEU_XX.wav");
        assert_eq!(
            first(Scheme::Tess, Category::Angry),
            "tess/OAF_angry/OAF_back_angry.wav"
        );
        assert_eq!(
            first(Scheme::Tess, Category::Surprised),
            "tess/OAF_Pleasant_surprise/OAF_back_ps.wav"
        );
        assert_eq!(first(Scheme::Savee, Category::Sad), "savee/DC_sa01.wav");
    }

    #[test]
    fn ravdess_names_hold_valid_codes_only_and_neutral_is_never_strong() {
        for number in [0, 23] {
            for (_, take) in Scheme::Ravdess.clips(number, usize::MAX) {
                let name = take
                    .path
                    .rsplit('/')
                    .next()
                    .unwrap()
                    .strip_suffix(".wav")
                    .unwrap()
                    .to_owned();
                let codes: Vec<usize> = name.split('-').map(|code| code.parse().unwrap()).collect();
                assert_eq!((codes[0], codes[1], codes[6]), (3, 1, number + 1), "{name}");
                assert!(
                    (1..=8).contains(&codes[2]) && codes[3..6].iter().all(|code| (1..=2).contains(code)),
                    "{name}"
                );
                assert!(codes[2] != 1 || codes[3] == 1, "{name}");
            }
        }
        assert_eq!(Scheme::Ravdess.gender(0), Gender::Male);
        assert_eq!(Scheme::Ravdess.gender(1), Gender::Female);
    }

    #[test]
    fn few_clips_are_spread_over_the_emotions() {
        for scheme in Scheme::ALL {
            let clips = scheme.clips(1, 50);
            let emotions = Category::ALL.into_iter().filter(|category| scheme.takes(*category) > 0);
            for emotion in emotions {
                let count = clips.iter().filter(|(category, _)| *category == emotion).count();
                assert!((4..=9).contains(&count), "{scheme:?} {emotion:?}: {count}");
            }
        }
    }
}
