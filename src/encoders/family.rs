//! The families of encoders.

use serde::{Deserialize, Serialize};

/// How an encoder is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// OpenAI's Whisper (Radford et al. 2022): log-mel bands, two convolutions, pre-norm transformer layers.
    Whisper,
    /// wav2vec 2.0 (Baevski et al. 2020).
    Wav2vec2,
    /// HuBERT (Hsu et al. 2021).
    Hubert,
    /// WavLM (Chen et al. 2022).
    Wavlm,
    /// data2vec for speech (Baevski et al. 2022).
    Data2vecAudio,
}

impl Family {
    /// What `model_type` of `config.json` calls each.
    pub(super) const MODEL_TYPES: [(&'static str, Self); 5] = [
        ("whisper", Self::Whisper),
        ("wav2vec2", Self::Wav2vec2),
        ("hubert", Self::Hubert),
        ("wavlm", Self::Wavlm),
        ("data2vec-audio", Self::Data2vecAudio),
    ];

    /// The family of this `model_type`; `None` for what cannot be read.
    pub(super) fn of_model_type(model_type: &str) -> Option<Self> {
        let (_, family) = Self::MODEL_TYPES.iter().find(|(name, _)| *name == model_type)?;
        Some(*family)
    }
}
