//! Encoders that are known to work: what they are, what they were trained on, and their published scores.

use super::Family;

/// An encoder that is known to work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// Its name on the hub.
    pub name: &'static str,
    /// `model_type` of its configuration.
    pub family: &'static str,
    /// Transformer layers; it has one hidden state more.
    pub layers: usize,
    /// Numbers of a frame.
    pub width: usize,
    /// Parameters of the encoder, without heads and decoders.
    pub parameters: u64,
    /// Bytes to be fetched, as the hub shows them; `None` where that is not known here.
    pub download: Option<u64>,
    /// Sampling rate of its input (Hz).
    pub rate: u32,
    /// Under which licence its weights are published.
    pub licence: &'static str,
    /// What it was trained on.
    pub trained_on: &'static str,
    /// Corpora of emotional speech among that: scores on these are no scores on unseen clips.
    pub emotion_corpora: &'static [&'static str],
    /// What its head predicts, where it has one: classes or dimensions.
    pub head: Option<&'static str>,
    /// What is published of it in speech emotion recognition.
    pub scores: &'static [PublishedScore],
}

/// A published score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PublishedScore {
    /// The corpus.
    pub corpus: &'static str,
    /// What was measured.
    pub metric: &'static str,
    /// The score, in the unit of the metric.
    pub value: f64,
    /// How: what was trained, and which clips were left for the test.
    pub protocol: &'static str,
    /// Whether no speaker of the test was in the training.
    pub speaker_independent: bool,
    /// Where it is published.
    pub source: &'static str,
}

/// Whether an encoder of this `model_type` can be read.
pub fn is_known_family(model_type: &str) -> bool {
    Family::of_model_type(model_type).is_some()
}

/// The encoders that are known to work, by family and size.
pub fn known() -> &'static [Known] {
    &KNOWN
}

const EMOBOX: &str = "EmoBox, arXiv:2406.07162";
const FROZEN_RAVDESS: &str = "encoder frozen, small network on its last state; 6 folds of speakers";
const FROZEN_SAVEE: &str = "encoder frozen, small network on its last state; 4 folds of speakers";
const FROZEN_CREMA_D: &str = "encoder frozen, small network on its last state; all 91 speakers in training and test";

const fn emobox(corpus: &'static str, value: f64, protocol: &'static str, speaker_independent: bool) -> PublishedScore {
    PublishedScore {
        corpus,
        metric: "UAR (%)",
        value,
        protocol,
        speaker_independent,
        source: EMOBOX,
    }
}

const WHISPER_EN: &str = "English speech of the web with its transcripts; which recordings is not disclosed";
const WHISPER_V3: &str = "speech of the web in many languages with transcripts; which recordings is not disclosed";
const LIBRISPEECH: &str = "LibriSpeech (960 h), read aloud";
const LIBRI_LIGHT: &str = "Libri-Light (60,000 h), read aloud";
const WAVLM_DATA: &str = "Libri-Light (60,000 h), GigaSpeech (10,000 h), VoxPopuli (24,000 h)";
/// Their model cards name the licence of microsoft/UniSpeech; the code in microsoft/unilm is under MIT.
const WAVLM_LICENCE: &str = "CC-BY-SA-3.0";
const ROBUST_DATA: &str = "Libri-Light, Common Voice, Switchboard, Fisher";
const IEMOCAP_CLASSES: &str = "neutral, happy, angry, sad";

/// An encoder that is not known to be trained on an emotion corpus, with the sizes of base models; the others differ
/// from it.
const BASE: Known = Known {
    name: "",
    family: "wav2vec2",
    layers: 12,
    width: 768,
    parameters: 94_371_712,
    download: Some(378_000_000),
    rate: 16_000,
    licence: "Apache-2.0",
    trained_on: LIBRISPEECH,
    emotion_corpora: &[],
    head: None,
    scores: &[],
};

const LARGE: Known = Known {
    layers: 24,
    width: 1024,
    parameters: 315_438_720,
    download: Some(1_260_000_000),
    trained_on: LIBRI_LIGHT,
    ..BASE
};

const KNOWN: [Known; 15] = [
    Known {
        name: "openai/whisper-tiny.en",
        family: "whisper",
        layers: 4,
        width: 384,
        parameters: 8_208_384,
        download: Some(151_000_000),
        trained_on: WHISPER_EN,
        ..BASE
    },
    Known {
        name: "openai/whisper-base.en",
        family: "whisper",
        layers: 6,
        width: 512,
        parameters: 20_590_592,
        download: None,
        trained_on: WHISPER_EN,
        ..BASE
    },
    Known {
        name: "openai/whisper-small.en",
        family: "whisper",
        parameters: 88_154_112,
        download: None,
        trained_on: WHISPER_EN,
        ..BASE
    },
    Known {
        name: "openai/whisper-large-v3",
        family: "whisper",
        layers: 32,
        width: 1280,
        parameters: 636_968_960,
        download: None,
        trained_on: WHISPER_V3,
        scores: &[emobox("RAVDESS", 75.3, FROZEN_RAVDESS, true)],
        ..BASE
    },
    Known {
        name: "facebook/wav2vec2-base",
        download: Some(380_000_000),
        scores: &[
            emobox("RAVDESS", 54.3, FROZEN_RAVDESS, true),
            emobox("SAVEE", 44.9, FROZEN_SAVEE, true),
            emobox("CREMA-D", 62.0, FROZEN_CREMA_D, false),
        ],
        ..BASE
    },
    Known {
        name: "facebook/wav2vec2-large-robust",
        download: None,
        trained_on: ROBUST_DATA,
        ..LARGE
    },
    Known {
        name: "facebook/hubert-base-ls960",
        family: "hubert",
        scores: &[
            emobox("RAVDESS", 65.4, FROZEN_RAVDESS, true),
            emobox("SAVEE", 58.9, FROZEN_SAVEE, true),
            emobox("CREMA-D", 71.1, FROZEN_CREMA_D, false),
        ],
        ..BASE
    },
    Known {
        name: "facebook/hubert-large-ll60k",
        family: "hubert",
        ..LARGE
    },
    Known {
        name: "microsoft/wavlm-base-plus",
        family: "wavlm",
        parameters: 94_381_936,
        licence: WAVLM_LICENCE,
        trained_on: WAVLM_DATA,
        ..BASE
    },
    Known {
        name: "microsoft/wavlm-large",
        family: "wavlm",
        parameters: 315_453_120,
        licence: WAVLM_LICENCE,
        trained_on: WAVLM_DATA,
        scores: &[
            emobox("RAVDESS", 72.0, FROZEN_RAVDESS, true),
            emobox("SAVEE", 66.7, FROZEN_SAVEE, true),
            emobox("CREMA-D", 74.5, FROZEN_CREMA_D, false),
        ],
        ..LARGE
    },
    Known {
        name: "facebook/data2vec-audio-base",
        family: "data2vec-audio",
        parameters: 93_164_288,
        download: None,
        ..BASE
    },
    Known {
        name: "superb/wav2vec2-base-superb-er",
        trained_on: "LibriSpeech (960 h); its head on IEMOCAP, the encoder frozen",
        emotion_corpora: &["IEMOCAP"],
        head: Some(IEMOCAP_CLASSES),
        ..BASE
    },
    Known {
        name: "superb/hubert-large-superb-er",
        family: "hubert",
        download: None,
        trained_on: "Libri-Light (60,000 h); its head on IEMOCAP, the encoder frozen",
        emotion_corpora: &["IEMOCAP"],
        head: Some(IEMOCAP_CLASSES),
        ..LARGE
    },
    Known {
        name: "audeering/wav2vec2-large-robust-12-ft-emotion-msp-dim",
        layers: 12,
        parameters: 164_284_032,
        download: Some(661_000_000),
        licence: "CC-BY-NC-SA-4.0",
        trained_on: "Libri-Light, Common Voice, Switchboard, Fisher; fine-tuned on MSP-Podcast",
        emotion_corpora: &["MSP-Podcast"],
        head: Some("arousal, dominance, valence, each from about 0 to 1"),
        scores: &[PublishedScore {
            corpus: "MSP-Podcast",
            metric: "CCC of valence",
            value: 0.638,
            protocol: "fine-tuned; the test set that the corpus comes with",
            speaker_independent: true,
            source: "Wagner et al., arXiv:2203.07378",
        }],
        ..LARGE
    },
    Known {
        name: "ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition",
        download: Some(1_270_000_000),
        trained_on: "53 languages read aloud and from telephones, then English of Common Voice; fine-tuned on RAVDESS",
        emotion_corpora: &["RAVDESS"],
        head: Some("angry, calm, disgust, fearful, happy, neutral, sad, surprised"),
        scores: &[PublishedScore {
            corpus: "RAVDESS",
            metric: "accuracy (%)",
            value: 82.23,
            protocol: "fine-tuned; which clips were left for the test is not said",
            speaker_independent: false,
            source: "its model card",
        }],
        ..LARGE
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoders::hub::ModelName;
    use std::collections::BTreeSet;

    #[test]
    fn every_entry_is_a_model_of_a_family_that_can_be_read() {
        let names: BTreeSet<&str> = known().iter().map(|known| known.name).collect();
        assert_eq!(names.len(), known().len());
        for known in known() {
            assert!(ModelName::read(known.name).is_some(), "{}", known.name);
            assert!(is_known_family(known.family), "{}", known.name);
            // Four bytes a parameter, or two where it is published in half precision, and decoders beside the encoder.
            let least = 2 * known.parameters;
            assert!(known.download.is_none_or(|bytes| bytes > least), "{}", known.name);
        }
    }

    #[test]
    fn a_head_that_predicts_emotions_was_trained_on_emotions() {
        for known in known() {
            assert_eq!(
                known.head.is_some(),
                !known.emotion_corpora.is_empty(),
                "{}",
                known.name
            );
            for corpus in known.emotion_corpora {
                assert!(known.trained_on.contains(corpus), "{}", known.name);
            }
        }
    }
}
