//! Preview: what is drawn of a clip.

use super::Answer;
use super::context::Context;
use super::form::{form, variants};
use crate::audio::{Channel, Header, Wave, decode_channel};
use crate::corpus::{Clip, Emotion};
use crate::engine::{EngineError, Preview, request};
use crate::features::{FeatureError, log_mel_preview, prepare};
use std::path::Path;
use std::sync::Arc;

/// Stretches of the envelope.
const ENVELOPE: usize = 1024;
/// Mel bands.
const MELS: usize = 96;
/// Frames at most: more than any terminal has columns.
const COLUMNS: usize = 512;

impl Answer for request::Preview {
    fn answer(self, context: &Context) -> Result<Arc<Preview>, EngineError> {
        let Self { path, variant } = self;
        let channel = context.channel_of(&path);
        let decoded = decode_channel(&path, channel)?;
        let sample_analysis = context
            .remembered()
            .analysis(&stand_in(&path, &decoded.header, channel));
        let recipe = context.settings.recipe()?;
        let notes = match &recipe.import {
            // There is nothing to note about features that are not made from the wave.
            Some(_) => Vec::new(),
            None => match prepare(&decoded.wave, recipe) {
                // The clip is drawn all the same; extracting its features reports the error.
                Err(FeatureError::Encoder(_)) => Vec::new(),
                prepared => prepared?.1,
            },
        };
        let (wave, label) = form(&context.settings, decoded.wave, &variant)?;
        let mel = log_mel_preview(&wave, MELS, COLUMNS);
        Ok(Arc::new(Preview {
            path,
            variant,
            label,
            variants: variants(&context.settings),
            envelope: envelope(&wave),
            wave,
            frames: mel.frames,
            mels: mel.bands,
            mel_db: mel.db,
            mel_hz: mel.centres,
            analysis: sample_analysis,
            notes,
        }))
    }
}

/// A clip of which nothing but the file matters: it need not belong to any corpus.
fn stand_in(path: &Path, header: &Header, channel: Channel) -> Clip {
    Clip {
        path: path.to_owned(),
        corpus: "".into(),
        synthetic: false,
        speaker: None,
        gender: None,
        age: None,
        ethnicity: None,
        emotion: Emotion::new(""),
        given_split: None,
        columns: Default::default(),
        intensity: None,
        dimensions: Default::default(),
        votes: None,
        text: None,
        container: header.container.as_str().into(),
        frames: header.frames,
        rate: header.rate,
        channels: header.channels,
        decoded: Some(header.frames),
        channel,
        segment: None,
    }
}

/// Smallest and largest sample of equal stretches.
fn envelope(wave: &Wave) -> Vec<(f32, f32)> {
    let length = wave.samples.len();
    let segment = |index: usize| {
        let from = index * length / ENVELOPE;
        let to = ((index + 1) * length / ENVELOPE).max(from + 1).min(length);
        let samples = wave.samples.get(from..to).unwrap_or_default();
        samples.iter().fold((0.0_f32, 0.0_f32), |(low, high), sample| {
            (low.min(*sample), high.max(*sample))
        })
    };
    (0..ENVELOPE).map(segment).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_of_any_length_covers_every_sample() {
        for length in [0, 1, 1000, 1024, 5000] {
            let mut samples = vec![0.0; length];
            if let Some(last) = samples.last_mut() {
                *last = -0.5;
            }
            let envelope = envelope(&Wave { samples, rate: 8000 });
            assert_eq!(envelope.len(), ENVELOPE);
            assert_eq!(envelope.iter().any(|(low, _)| *low == -0.5), length > 0, "{length}");
        }
    }
}
