//! RAVDESS: `modality-channel-emotion-intensity-statement-repetition-actor` (Livingstone & Russo 2018).

use super::{Labels, Refusal, is_digits, stem};
use crate::corpus::{Gender, Intensity};
use std::path::Path;

/// Speech recordings (modality 03, channel 01). Songs and videos share the scheme and are refused:
/// sung emotion is another task, and the videos' sound is the speech files once more.
pub(super) fn read(path: &Path) -> Result<Labels, Refusal> {
    let stem = stem(path);
    let fields: Vec<&str> = stem.split('-').collect();
    let &[modality, channel, emotion, intensity, statement, _repetition, actor] = fields.as_slice() else {
        return Err(Refusal::Foreign);
    };
    if !fields.iter().all(|field| is_digits(field, 2)) {
        return Err(Refusal::Foreign);
    }
    match modality {
        "03" => {}
        "01" | "02" => {
            return Err(Refusal::stated(format!(
                "RAVDESS video (modality {modality}); only audio (03) is read"
            )));
        }
        _ => return Err(unknown("modality", modality, "01, 02, 03")),
    }
    match channel {
        "01" => {}
        "02" => return Err(Refusal::stated("RAVDESS song (channel 02); only speech (01) is read")),
        _ => return Err(unknown("channel", channel, "01, 02")),
    }
    let emotion = match emotion {
        "01" => "neutral",
        "02" => "calm",
        "03" => "happy",
        "04" => "sad",
        "05" => "angry",
        "06" => "fearful",
        "07" => "disgust",
        "08" => "surprised",
        _ => return Err(unknown("emotion", emotion, "01 to 08")),
    };
    let intensity = match intensity {
        "01" => Intensity::Normal,
        "02" => Intensity::Strong,
        _ => return Err(unknown("intensity", intensity, "01, 02")),
    };
    let odd = actor.bytes().last().is_some_and(|digit| digit % 2 == 1);
    Ok(Labels {
        speaker: Some(actor.to_owned()),
        gender: Some(if odd { Gender::Male } else { Gender::Female }),
        emotion: emotion.into(),
        intensity: Some(intensity),
        text: Some(match statement {
            "01" => "Kids are talking by the door".into(),
            "02" => "Dogs are sitting by the door".into(),
            other => other.to_owned().into(),
        }),
        ..Labels::default()
    })
}

fn unknown(what: &str, code: &str, known: &str) -> Refusal {
    Refusal::stated(format!("{what} `{code}` is unknown to RAVDESS (it has {known})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(name: &str) -> Labels {
        read(Path::new(name)).unwrap()
    }

    #[test]
    fn every_field_is_read() {
        let clip = labels("Actor_12/03-01-06-02-02-01-12.wav");
        assert_eq!(clip.speaker.as_deref(), Some("12"));
        assert_eq!(clip.gender, Some(Gender::Female));
        assert_eq!(clip.emotion, "fearful");
        assert_eq!(clip.intensity, Some(Intensity::Strong));
        assert_eq!(clip.text.as_deref(), Some("Dogs are sitting by the door"));
    }

    #[test]
    fn all_eight_emotions_and_both_genders_are_known() {
        let emotions: Vec<_> = (1..=8)
            .map(|code| labels(&format!("03-01-{code:02}-01-01-01-07")).emotion)
            .collect();
        assert_eq!(
            emotions,
            [
                "neutral",
                "calm",
                "happy",
                "sad",
                "angry",
                "fearful",
                "disgust",
                "surprised"
            ]
        );
        assert_eq!(labels("03-01-01-01-01-01-07").gender, Some(Gender::Male));
    }

    #[test]
    fn songs_videos_and_unknown_codes_are_refused_by_name() {
        let why = |name: &str| match read(Path::new(name)).unwrap_err() {
            Refusal::Stated(reason) => reason,
            Refusal::Foreign => "foreign".into(),
        };
        assert!(why("03-02-01-01-01-01-07.wav").contains("song"));
        assert!(why("01-01-01-01-01-01-07.mp4").contains("video"));
        assert!(why("03-01-09-01-01-01-07.wav").contains("emotion `09`"));
        assert!(why("03-01-01-03-01-01-07.wav").contains("intensity `03`"));
        assert_eq!(why("03-01-01-01-01-07.wav"), "foreign");
        assert_eq!(why("2024-01-01-01-01-01-07.wav"), "foreign");
    }
}
