//! CREMA-D: `actor_sentence_emotion_intensity` (Cao et al. 2014).

use super::{Labels, Refusal, is_digits, stem};
use crate::corpus::Intensity;
use std::path::Path;

/// What the name states; sex, age, race and ethnicity come from the corpus's own table of actors.
pub(super) fn read(path: &Path) -> Result<Labels, Refusal> {
    let stem = stem(path).to_uppercase();
    let fields: Vec<&str> = stem.split('_').collect();
    let &[actor, sentence, emotion, intensity] = fields.as_slice() else {
        return Err(Refusal::Foreign);
    };
    if !is_digits(actor, 4) || sentence.chars().count() != 3 {
        return Err(Refusal::Foreign);
    }
    let emotion = match emotion {
        "NEU" => "neutral",
        "HAP" => "happy",
        "SAD" => "sad",
        "ANG" => "angry",
        "FEA" => "fearful",
        "DIS" => "disgust",
        other => return Err(unknown("emotion", other, "ANG, DIS, FEA, HAP, NEU, SAD")),
    };
    let intensity = match intensity {
        "LO" => Some(Intensity::Low),
        "MD" => Some(Intensity::Medium),
        "HI" => Some(Intensity::High),
        // One published file says `X` where all others say `XX`.
        "XX" | "X" => None,
        other => return Err(unknown("intensity", other, "LO, MD, HI, XX")),
    };
    Ok(Labels {
        speaker: Some(actor.to_owned()),
        emotion: emotion.into(),
        intensity,
        text: Some(match sentence {
            "IEO" => "It's eleven o'clock".into(),
            "TIE" => "That is exactly what happened".into(),
            "IOM" => "I'm on my way to the meeting".into(),
            "IWW" => "I wonder what this is about".into(),
            "TAI" => "The airplane is almost full".into(),
            "MTI" => "Maybe tomorrow it will be cold".into(),
            "IWL" => "I would like a new alarm clock".into(),
            "ITH" => "I think I have a doctor's appointment".into(),
            "DFA" => "Don't forget a jacket".into(),
            "ITS" => "I think I've seen this before".into(),
            "TSI" => "The surface is slick".into(),
            "WSI" => "We'll stop in a couple of minutes".into(),
            other => other.to_owned().into(),
        }),
        ..Labels::default()
    })
}

fn unknown(what: &str, code: &str, known: &str) -> Refusal {
    Refusal::stated(format!("{what} `{code}` is unknown to CREMA-D (it has {known})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_is_read_in_any_case() {
        for name in ["1076_MTI_SAD_HI.wav", "audiowav/1076_mti_sad_hi.WAV"] {
            let clip = read(Path::new(name)).unwrap();
            assert_eq!(clip.speaker.as_deref(), Some("1076"));
            assert_eq!(clip.emotion, "sad");
            assert_eq!(clip.intensity, Some(Intensity::High));
            assert_eq!(clip.text.as_deref(), Some("Maybe tomorrow it will be cold"));
            assert_eq!(clip.gender, None);
        }
    }

    #[test]
    fn an_unstated_intensity_is_none() {
        for name in ["1040_ITH_SAD_X.wav", "1040_ITH_SAD_XX.wav"] {
            assert_eq!(read(Path::new(name)).unwrap().intensity, None);
        }
    }

    #[test]
    fn unknown_codes_are_refused_and_other_forms_are_foreign() {
        let refused = |name: &str| read(Path::new(name)).unwrap_err();
        assert!(matches!(refused("1076_MTI_JOY_HI.wav"), Refusal::Stated(why) if why.contains("emotion `JOY`")));
        assert!(matches!(refused("1076_MTI_SAD_ZZ.wav"), Refusal::Stated(why) if why.contains("intensity `ZZ`")));
        assert_eq!(refused("1076_MTI_SAD.wav"), Refusal::Foreign);
        assert_eq!(refused("OAF_MTI_SAD_HI.wav"), Refusal::Foreign);
    }
}
