//! SAVEE: `speaker_emotionNN`, or `speaker/emotionNN` (Jackson & Haq 2014).

use super::{Labels, Refusal, folder, stem};
use crate::corpus::Gender;
use std::path::Path;

/// The published speakers are DC, JE, JK and KL, all male. Sentences are numbered separately for each
/// emotion, so that the text code is emotion and number (`su07`).
pub(super) fn read(path: &Path) -> Result<Labels, Refusal> {
    let stem = stem(path);
    let (speaker, code) = match stem.split_once('_') {
        Some((speaker, code)) => (speaker.to_owned(), code),
        None => (folder(path), stem.as_str()),
    };
    let is_speaker = speaker.len() == 2 && speaker.bytes().all(|byte| byte.is_ascii_lowercase());
    let letters = code.bytes().take_while(u8::is_ascii_lowercase).count();
    let (emotion, number) = code.split_at(letters);
    let is_code = (1..=2).contains(&letters) && number.len() == 2 && number.bytes().all(|byte| byte.is_ascii_digit());
    if !is_speaker || !is_code {
        return Err(Refusal::Foreign);
    }
    let emotion = match emotion {
        "n" => "neutral",
        "h" => "happy",
        "sa" => "sad",
        "a" => "angry",
        "f" => "fearful",
        "d" => "disgust",
        "su" => "surprised",
        other => {
            let known = "a, d, f, h, n, sa, su";
            return Err(Refusal::stated(format!(
                "emotion `{other}` is unknown to SAVEE (it has {known})"
            )));
        }
    };
    Ok(Labels {
        gender: matches!(speaker.as_str(), "dc" | "je" | "jk" | "kl").then_some(Gender::Male),
        speaker: Some(speaker.to_uppercase()),
        emotion: emotion.into(),
        text: Some(code.to_owned().into()),
        ..Labels::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let expected = Labels {
            speaker: Some("JK".into()),
            gender: Some(Gender::Male),
            emotion: "surprised".into(),
            text: Some("su07".into()),
            ..Labels::default()
        };
        for name in ["ALL/JK_su07.wav", "AudioData/JK/su07.wav", "audiodata/jk/SU07.WAV"] {
            assert_eq!(read(Path::new(name)).unwrap(), expected, "{name}");
        }
    }

    #[test]
    fn one_letter_is_not_taken_for_two() {
        let emotion = |name: &str| read(Path::new(name)).unwrap().emotion;
        assert_eq!(emotion("DC_a01.wav"), "angry");
        assert_eq!(emotion("DC_sa01.wav"), "sad");
        assert_eq!(emotion("DC_n30.wav"), "neutral");
    }

    #[test]
    fn unknown_codes_are_refused_and_other_forms_are_foreign() {
        let refused = |name: &str| read(Path::new(name)).unwrap_err();
        assert!(matches!(refused("DC_x01.wav"), Refusal::Stated(why) if why.contains("`x`")));
        assert_eq!(refused("a01.wav"), Refusal::Foreign);
        assert_eq!(refused("recordings/a01.wav"), Refusal::Foreign);
        assert_eq!(refused("DC_a1.wav"), Refusal::Foreign);
    }
}
