//! Checkpoints that come with a classification head: waves to the outputs of the head.

mod form;
mod head;
mod labels;
#[cfg(test)]
mod tests;

pub use labels::Outputs;

use super::checkpoint::Checkpoint;
use super::config::CONFIG;
use super::json::Json;
use super::{Encoder, EncoderConfig, EncoderError, Family};
use burn::tensor::Device;
use head::Head;
use labels::Labels;
use std::borrow::Cow;
use std::path::Path;

/// An encoder with the classification head that was published with it.
#[derive(Debug)]
pub struct Classifier {
    encoder: Encoder,
    head: Head,
    labels: Labels,
}

impl Classifier {
    /// Reads an encoder and its head from their folder. Which of the known heads it is is seen by the tensors in the
    /// file; what would have to be guessed is refused.
    ///
    /// # Errors
    /// [`EncoderError::File`] for what [`Encoder::open`] refuses, a checkpoint without a head, with one of a form that
    /// is not known, or with one that `config.json` does not describe, and labels that are missing or stand twice.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, EncoderError> {
        let config = Json::read(&folder.join(CONFIG))?;
        // What is wrong with labels and head is said before the encoder, which may be large, is read.
        let labels = Labels::read(&config)?;
        let described = EncoderConfig::read(folder)?;
        let mut checkpoint = Checkpoint::open(folder, device)?;
        let head = Head::read(&config, &mut checkpoint, &described, labels.names.len())?;
        drop(checkpoint);
        let encoder = Encoder::open(folder, device)?;
        form::check_rest(encoder.passed_over(), &folder.join(CONFIG))?;
        Ok(Self { encoder, head, labels })
    }

    /// What its encoder is.
    pub fn config(&self) -> &EncoderConfig {
        self.encoder.config()
    }

    /// What its outputs are, in their order: the labels of `config.json`, as they stand there.
    pub fn labels(&self) -> &[String] {
        &self.labels.names
    }

    /// Whether its outputs are classes or dimensions.
    pub fn outputs(&self) -> Outputs {
        self.labels.outputs
    }

    /// The outputs of the head for each clip, one number per label: logits of classes, or the values of dimensions.
    /// Clips are mono samples at the rate of [`Self::config`], of any length; each one's numbers are the same alone and
    /// beside others. Of a clip beyond 30 s the mean is over the frames of all its windows.
    ///
    /// A Whisper head was trained on the mean over all 30 s, so the wave is filled up with silence as there.
    ///
    /// # Errors
    /// [`EncoderError::Clip`] for a clip that is too short for a frame, or holds samples that are no numbers.
    pub fn forward(&self, clips: &[&[f32]]) -> Result<Vec<Vec<f32>>, EncoderError> {
        if clips.is_empty() {
            return Ok(Vec::new());
        }
        let filled: Vec<Cow<[f32]>> = clips.iter().map(|clip| self.filled(clip)).collect();
        let filled: Vec<&[f32]> = filled.iter().map(|clip| &**clip).collect();
        let pooled = self
            .encoder
            .embed(&filled, &[], self.head.layer(), super::Pool::Mean, false)?;
        self.head.forward(&pooled)
    }

    fn filled<'a>(&self, clip: &'a [f32]) -> Cow<'a, [f32]> {
        let config = self.config();
        let window = config.window();
        if config.family != Family::Whisper || clip.is_empty() || clip.len().is_multiple_of(window) {
            return Cow::Borrowed(clip);
        }
        let mut filled = clip.to_vec();
        filled.resize(clip.len().next_multiple_of(window), 0.0);
        Cow::Owned(filled)
    }
}
