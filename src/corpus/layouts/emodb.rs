//! EmoDB, the Berlin database of emotional speech: `SStttEv` (Burkhardt et al. 2005).

use super::{Labels, Refusal, is_digits, stem};
use crate::corpus::Gender;
use std::path::Path;

/// Two digits for the speaker, a text code, a letter for the (German) emotion, a letter for the version.
pub(super) fn read(path: &Path) -> Result<Labels, Refusal> {
    let stem = stem(path);
    if !stem.is_ascii() || !(6..=7).contains(&stem.len()) {
        return Err(Refusal::Foreign);
    }
    let (speaker, text, emotion, version) = (&stem[..2], &stem[2..5], &stem[5..6], &stem[6..]);
    let is_text = text.as_bytes()[0].is_ascii_lowercase() && is_digits(&text[1..], 2);
    let is_letters = emotion
        .bytes()
        .chain(version.bytes())
        .all(|byte| byte.is_ascii_lowercase());
    if !is_digits(speaker, 2) || !is_text || !is_letters {
        return Err(Refusal::Foreign);
    }
    let emotion = match emotion {
        "n" => "neutral",
        "f" => "happy",
        "t" => "sad",
        "w" => "angry",
        "a" => "fearful",
        "e" => "disgust",
        "l" => "boredom",
        other => {
            let known = "W, L, E, A, F, T, N";
            return Err(Refusal::stated(format!(
                "emotion `{}` is unknown to EmoDB (it has {known})",
                other.to_uppercase()
            )));
        }
    };
    let (gender, age) = who(speaker).unzip();
    Ok(Labels {
        speaker: Some(speaker.to_owned()),
        gender,
        age,
        emotion: emotion.into(),
        text: Some(text.to_owned().into()),
        ..Labels::default()
    })
}

/// Gender and age (years) of the published speakers.
fn who(speaker: &str) -> Option<(Gender, u16)> {
    match speaker {
        "03" => Some((Gender::Male, 31)),
        "08" => Some((Gender::Female, 34)),
        "09" => Some((Gender::Female, 21)),
        "10" => Some((Gender::Male, 32)),
        "11" => Some((Gender::Male, 26)),
        "12" => Some((Gender::Male, 30)),
        "13" => Some((Gender::Female, 32)),
        "14" => Some((Gender::Female, 35)),
        "15" => Some((Gender::Male, 25)),
        "16" => Some((Gender::Female, 31)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_read_in_any_case() {
        for name in ["wav/16b09Lc.wav", "WAV/16B09LC.WAV"] {
            let clip = read(Path::new(name)).unwrap();
            assert_eq!(clip.speaker.as_deref(), Some("16"));
            assert_eq!((clip.gender, clip.age), (Some(Gender::Female), Some(31)));
            assert_eq!(clip.emotion, "boredom");
            assert_eq!(clip.text.as_deref(), Some("b09"));
        }
    }

    #[test]
    fn german_letters_give_english_emotions() {
        let emotions = ["W", "L", "E", "A", "F", "T", "N"].map(|letter| {
            let labels = read(Path::new(&format!("03a01{letter}a.wav"))).unwrap();
            labels.emotion.into_owned()
        });
        assert_eq!(
            emotions,
            ["angry", "boredom", "disgust", "fearful", "happy", "sad", "neutral"]
        );
    }

    #[test]
    fn unknown_codes_are_refused_and_other_forms_are_foreign() {
        let refused = |name: &str| read(Path::new(name)).unwrap_err();
        assert!(matches!(refused("03a01Xa.wav"), Refusal::Stated(why) if why.contains("`X`")));
        assert_eq!(refused("3a01Wa.wav"), Refusal::Foreign);
        assert_eq!(refused("03a0lWa.wav"), Refusal::Foreign);
        assert_eq!(refused("03a01Wabc.wav"), Refusal::Foreign);
    }
}
