//! TESS: `speaker_word_emotion` (Pichora-Fuller & Dupuis 2020).

use super::{Labels, Refusal, stem};
use crate::corpus::Gender;
use std::path::Path;

/// Two women, the older (OAF, 64) and the younger (YAF, 26). The emotion is in the file name: the
/// folders differ in case and wording (`OAF_Fear`, `YAF_pleasant_surprised`) and are not needed.
pub(super) fn read(path: &Path) -> Result<Labels, Refusal> {
    let stem = stem(path);
    let mut fields = stem.splitn(3, '_');
    let (Some(speaker), Some(word), Some(emotion)) = (fields.next(), fields.next(), fields.next()) else {
        return Err(Refusal::Foreign);
    };
    let (name, age) = match speaker {
        // One published file says `OA` where all others say `OAF`.
        "oaf" | "oa" => ("OAF", 64),
        "yaf" | "ya" => ("YAF", 26),
        _ => return Err(Refusal::Foreign),
    };
    let emotion = match emotion {
        "neutral" => "neutral",
        "happy" => "happy",
        "sad" => "sad",
        "angry" => "angry",
        "fear" => "fearful",
        "disgust" => "disgust",
        "ps" | "pleasant_surprise" | "pleasant_surprised" => "surprised",
        other => {
            let known = "angry, disgust, fear, happy, neutral, ps, sad";
            return Err(Refusal::stated(format!(
                "emotion `{other}` is unknown to TESS (it has {known})"
            )));
        }
    };
    Ok(Labels {
        speaker: Some(name.to_owned()),
        gender: Some(Gender::Female),
        age: Some(age),
        emotion: emotion.into(),
        text: Some(word.to_owned().into()),
        ..Labels::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(name: &str) -> Labels {
        read(Path::new(name)).unwrap()
    }

    #[test]
    fn every_field_is_read() {
        let clip = labels("YAF_neutral/YAF_back_neutral.wav");
        assert_eq!((clip.speaker.as_deref(), clip.age), (Some("YAF"), Some(26)));
        assert_eq!(clip.gender, Some(Gender::Female));
        assert_eq!(clip.emotion, "neutral");
        assert_eq!(clip.text.as_deref(), Some("back"));
    }

    #[test]
    fn published_spellings_are_understood() {
        assert_eq!(labels("OA_bite_neutral.wav").speaker.as_deref(), Some("OAF"));
        assert_eq!(labels("oaf_FEAR/oaf_back_FEAR.WAV").emotion, "fearful");
        for name in [
            "YAF_back_ps",
            "YAF_back_pleasant_surprise",
            "YAF_back_Pleasant_Surprised",
        ] {
            assert_eq!(labels(name).emotion, "surprised");
        }
    }

    #[test]
    fn unknown_codes_are_refused_and_other_forms_are_foreign() {
        let refused = |name: &str| read(Path::new(name)).unwrap_err();
        assert!(matches!(refused("OAF_back_joy.wav"), Refusal::Stated(why) if why.contains("`joy`")));
        assert_eq!(refused("XAF_back_sad.wav"), Refusal::Foreign);
        assert_eq!(refused("OAF_back.wav"), Refusal::Foreign);
    }
}
