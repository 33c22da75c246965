//! A recipe over many waves: its encoder is read once, and takes several of them together.

use super::embed::{embed, found};
use super::extract::compute;
use super::{Extracted, FeatureError, Recipe, Stopwatch};
use crate::audio::Wave;
use crate::device::cpu;
use crate::encoders::Encoder;
use burn::tensor::Device;
use std::slice;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Waves that an encoder takes together where that is not the CPU, which takes one per core.
const TOGETHER: usize = 64;

/// A recipe over many waves, by many threads.
#[derive(Debug)]
pub struct Extractor {
    recipe: Recipe,
    device: Device,
    encoder: OnceLock<Arc<Encoder>>,
    /// Held by whoever computes on a device that all threads share.
    turn: Mutex<()>,
}

impl Extractor {
    /// Of a recipe whose encoder, if it has one, computes on this device; all else is the CPU's.
    pub fn new(recipe: &Recipe, device: Device) -> Self {
        Self {
            recipe: recipe.clone(),
            device,
            encoder: OnceLock::new(),
            turn: Mutex::default(),
        }
    }

    /// The recipe.
    pub fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// How many waves are best given to [`Self::extract_all`] at once.
    pub fn together(&self) -> usize {
        if self.recipe.has_encoder() && !self.on_cpu() {
            TOGETHER
        } else {
            1
        }
    }

    /// Reads the weights of the encoder, where there is one, so that threads find them.
    ///
    /// # Errors
    /// [`FeatureError::Encoder`] when it is not here, or has other weights than the recipe was resolved with.
    pub fn load(&self) -> Result<(), FeatureError> {
        if self.recipe.has_encoder() {
            self.encoder()?;
        }
        Ok(())
    }

    /// The features of a wave: see [`super::extract`].
    ///
    /// # Errors
    /// As [`super::extract`].
    pub fn extract(&self, wave: &Wave) -> Result<Extracted, FeatureError> {
        self.extract_timed(wave, &mut Stopwatch::off())
    }

    /// [`Self::extract`], with its steps timed by `watch`.
    ///
    /// # Errors
    /// As [`super::extract`].
    pub fn extract_timed(&self, wave: &Wave, watch: &mut Stopwatch) -> Result<Extracted, FeatureError> {
        let mut all = self.all(slice::from_ref(wave), watch)?;
        all.pop().unwrap_or_else(|| {
            Err(FeatureError::Wave {
                problem: "it has no features".to_owned(),
            })
        })
    }

    /// The features of several waves, each as it would be alone.
    ///
    /// # Errors
    /// What concerns all of them, such as an encoder that is not here. What concerns one stands in its place.
    pub fn extract_all(&self, waves: &[Wave]) -> Result<Vec<Result<Extracted, FeatureError>>, FeatureError> {
        self.all(waves, &mut Stopwatch::off())
    }

    fn all(&self, waves: &[Wave], watch: &mut Stopwatch) -> Result<Vec<Result<Extracted, FeatureError>>, FeatureError> {
        self.recipe.must_be_resolved()?;
        self.recipe.must_be_computed()?;
        if !self.recipe.has_encoder() {
            return Ok(waves.iter().map(|wave| compute(wave, &self.recipe, watch)).collect());
        }
        let encoder = self.encoder()?;
        let _turn = (!self.on_cpu()).then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        embed(waves, &self.recipe, encoder, watch)
    }

    fn encoder(&self) -> Result<&Encoder, FeatureError> {
        if let Some(encoder) = self.encoder.get() {
            return Ok(encoder);
        }
        let encoder = found(&self.recipe)?.load(&self.device)?;
        Ok(self.encoder.get_or_init(|| encoder))
    }

    fn on_cpu(&self) -> bool {
        self.device == cpu()
    }
}
