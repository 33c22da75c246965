//! An encoder with its weights: waves to hidden states.

use super::checkpoint::Checkpoint;
use super::config::Details;
use super::network::Network;
use super::pooling::{cut, joined, pooled, side_by_side};
use super::wav2vec2::Wav2vec2;
use super::whisper::Whisper;
use super::{EncoderConfig, EncoderError, Frames, Layer, Pool};
use crate::device::cpu;
use burn::tensor::{Device, Tensor};
use rayon::prelude::*;
use std::ops::Range;
use std::path::Path;

/// Seconds of sound whose states are held at once, unless one clip has more; and of a batch on a device that is not the CPU,
/// filled up to equal lengths.
const BATCH_SECONDS: usize = 240;

/// A speech encoder with published weights.
#[derive(Debug)]
pub struct Encoder {
    config: EncoderConfig,
    network: Box<dyn Network>,
    passed_over: Vec<String>,
    device: Device,
}

/// A clip, or 30 s of a longer one.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    clip: usize,
    samples: &'a [f32],
}

impl Encoder {
    /// Reads an encoder from its folder: `config.json`, `preprocessor_config.json` and the weights.
    ///
    /// # Errors
    /// [`EncoderError::File`] for a file that is missing or damaged, a tensor that is missing, has another shape or is
    /// none of the encoder's.
    pub fn open(folder: &Path, device: &Device) -> Result<Self, EncoderError> {
        let config = EncoderConfig::read(folder)?;
        let mut checkpoint = Checkpoint::open(folder, device)?;
        let network: Box<dyn Network> = match &config.details {
            Details::Whisper(config) => Box::new(Whisper::read(config, &mut checkpoint)?),
            Details::Wav2vec2(own) => Box::new(Wav2vec2::read(config.family, own, &mut checkpoint)?),
        };
        Ok(Self {
            config,
            network,
            passed_over: checkpoint.finish()?,
            device: device.clone(),
        })
    }

    /// What it is.
    pub fn config(&self) -> &EncoderConfig {
        &self.config
    }

    /// Tensors of the checkpoint that are no encoder's, such as a decoder's, and were passed over.
    pub fn passed_over(&self) -> &[String] {
        &self.passed_over
    }

    /// All hidden states of each clip, state after state: those of `transformers`' `hidden_states`. Clips are mono
    /// samples at the rate of [`EncoderConfig`], of any lengths; each one's states are the same alone and beside others.
    /// Beyond 30 s they go through in windows of 30 s, whose states follow each other.
    ///
    /// `padded` is how Whisper was published: the wave is filled up with silence to 30 s, which takes part, and the
    /// frames that belong to the clip are kept. Other families ignore it.
    ///
    /// # Errors
    /// [`EncoderError::Clip`] for a clip that is too short for a frame, or holds samples that are no numbers.
    pub fn hidden_states(&self, clips: &[&[f32]], padded: bool) -> Result<Vec<Vec<Frames>>, EncoderError> {
        self.check(clips)?;
        let wanted: Vec<usize> = (0..self.config.states()).collect();
        self.states(clips, &wanted, padded)
    }

    /// The embedding of each clip: a hidden state or all of them, pooled over the clip's frames or not. Pooled, it is one
    /// row; of all states, their rows stand side by side, layer 0 first. Of a clip that has its samples in `within`, only
    /// the frames over those are pooled; the whole clip goes through.
    ///
    /// # Errors
    /// [`EncoderError::Settings`] for a layer or pooling that cannot be (see [`EncoderConfig::embedding_width`]);
    /// otherwise as [`Self::hidden_states`].
    pub fn embed(
        &self,
        clips: &[&[f32]],
        within: &[Range<usize>],
        layer: Layer,
        pool: Pool,
        padded: bool,
    ) -> Result<Vec<Frames>, EncoderError> {
        self.config.embedding_width(layer, pool)?;
        let wanted = match layer {
            Layer::Index(index) => vec![index],
            Layer::Last => vec![self.config.layers],
            Layer::All => (0..self.config.states()).collect(),
        };
        self.check(clips)?;
        let embedding = |clip: usize, states: Vec<Frames>| {
            let samples = clips[clip].len();
            let cut = |state: Frames| match within.get(clip) {
                Some(within) => cut(state, within, samples),
                None => state,
            };
            let mut pooled = states.into_iter().map(|state| pooled(cut(state), pool));
            match layer {
                Layer::All => side_by_side(pooled),
                Layer::Index(_) | Layer::Last => pooled.next().unwrap_or_else(|| joined(Vec::new())),
            }
        };
        let mut embeddings = Vec::with_capacity(clips.len());
        for group in groups(clips, self.most_samples()) {
            for states in self.states(group, &wanted, padded)? {
                embeddings.push(embedding(embeddings.len(), states));
            }
        }
        Ok(embeddings)
    }

    /// The wanted states, which are in ascending order, of each clip.
    fn states(&self, clips: &[&[f32]], wanted: &[usize], padded: bool) -> Result<Vec<Vec<Frames>>, EncoderError> {
        let window = self.config.window();
        let pieces: Vec<Piece> = clips
            .iter()
            .enumerate()
            .flat_map(|(clip, samples)| samples.chunks(window).map(move |samples| Piece { clip, samples }))
            .filter(|piece| self.config.frames(piece.samples.len()) > 0)
            .collect();
        let batches = self.batches(&pieces);
        let pass = |batch: &Vec<usize>| -> Result<Vec<(usize, Vec<Frames>)>, EncoderError> {
            let samples: Vec<&[f32]> = batch.iter().map(|piece| pieces[*piece].samples).collect();
            let states = self.batch(&samples, wanted, padded)?;
            Ok(batch.iter().copied().zip(states).collect())
        };
        // On the CPU the clips are the tasks, which need no filling up; elsewhere batches follow each other.
        let found: Vec<Vec<(usize, Vec<Frames>)>> = if self.on_cpu() {
            batches.par_iter().map(pass).collect::<Result<_, _>>()?
        } else {
            batches.iter().map(pass).collect::<Result<_, _>>()?
        };
        let mut found: Vec<(usize, Vec<Frames>)> = found.into_iter().flatten().collect();
        found.sort_by_key(|(piece, _)| *piece);
        let mut all: Vec<Vec<Vec<Frames>>> = vec![vec![Vec::new(); wanted.len()]; clips.len()];
        for (piece, states) in found {
            for (parts, state) in all[pieces[piece].clip].iter_mut().zip(states) {
                parts.push(state);
            }
        }
        Ok(all
            .into_iter()
            .map(|states| states.into_iter().map(joined).collect())
            .collect())
    }

    /// Which pieces go through together: one by one on the CPU, elsewhere those of like length.
    fn batches(&self, pieces: &[Piece]) -> Vec<Vec<usize>> {
        if self.on_cpu() {
            return (0..pieces.len()).map(|piece| vec![piece]).collect();
        }
        let mut order: Vec<usize> = (0..pieces.len()).collect();
        order.sort_by_key(|piece| std::cmp::Reverse(pieces[*piece].samples.len()));
        let most = self.most_samples();
        let mut batches: Vec<Vec<usize>> = Vec::new();
        let mut longest = 0;
        for piece in order {
            match batches.last_mut().filter(|batch| (batch.len() + 1) * longest <= most) {
                Some(batch) => batch.push(piece),
                None => {
                    longest = pieces[piece].samples.len();
                    batches.push(vec![piece]);
                }
            }
        }
        batches
    }

    /// The wanted states of clips that go through together.
    pub(super) fn batch(
        &self,
        clips: &[&[f32]],
        wanted: &[usize],
        padded: bool,
    ) -> Result<Vec<Vec<Frames>>, EncoderError> {
        let last = wanted.last().copied().unwrap_or(0);
        let mut kept: Vec<Tensor<3>> = Vec::with_capacity(wanted.len());
        let own = self.network.states(clips, padded, last, &mut |index, state| {
            if wanted.contains(&index) {
                kept.push(state);
            }
        })?;
        let mut all: Vec<Vec<Frames>> = vec![Vec::with_capacity(wanted.len()); clips.len()];
        for state in kept {
            let [_, frames, width] = state.dims();
            let mut values = state
                .into_data()
                .try_into_vec::<f32>()
                .map_err(|error| EncoderError::Clip(format!("the encoder's states cannot be read: {error:?}")))?;
            for (clip, states) in all.iter_mut().enumerate().rev() {
                let mut values = values.split_off(clip * frames * width);
                values.truncate(own[clip] * width);
                states.push(Frames {
                    frames: own[clip],
                    width,
                    values,
                });
            }
        }
        Ok(all)
    }

    /// Refuses clips that are too short for a frame, or hold samples that are no numbers.
    fn check(&self, clips: &[&[f32]]) -> Result<(), EncoderError> {
        for (clip, samples) in clips.iter().enumerate() {
            let problem = if self.config.frames(samples.len()) == 0 {
                format!(
                    "has {} samples, too few for a frame of the encoder; leave it out",
                    samples.len()
                )
            } else if !samples.iter().all(|sample| sample.is_finite()) {
                "holds samples that are no numbers; leave it out or make the file anew".to_owned()
            } else {
                continue;
            };
            return Err(EncoderError::Clip(format!("clip {} of the batch {problem}", clip + 1)));
        }
        Ok(())
    }

    fn most_samples(&self) -> usize {
        BATCH_SECONDS * self.config.rate as usize
    }

    fn on_cpu(&self) -> bool {
        self.device == cpu()
    }
}

/// Clips that follow each other, in groups of at most so many samples, or of one clip that has more.
fn groups<'a, 'b>(mut clips: &'a [&'b [f32]], most: usize) -> Vec<&'a [&'b [f32]]> {
    let mut groups = Vec::new();
    while !clips.is_empty() {
        let mut samples = 0;
        let fit = clips.iter().take_while(|clip| {
            samples += clip.len();
            samples <= most
        });
        let (group, rest) = clips.split_at(fit.count().max(1));
        groups.push(group);
        clips = rest;
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn groups_hold_every_clip_once_and_no_more_samples_than_fit() {
        let long = [0.0; 7];
        let clips: Vec<&[f32]> = [3, 2, 7, 1, 4, 5].iter().map(|count| &long[..*count]).collect();
        let lengths: Vec<Vec<usize>> = groups(&clips, 5)
            .iter()
            .map(|group| group.iter().map(|clip| clip.len()).collect())
            .collect();
        assert_eq!(lengths, [vec![3, 2], vec![7], vec![1, 4], vec![5]]);
        assert!(groups(&[], 5).is_empty());
    }
}
