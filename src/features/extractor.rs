//! A recipe over many waves: its encoder is read once, and takes several of them together.

use super::compute::compute;
use super::embed::{embed, found};
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
        if waves.is_empty() {
            return Ok(Vec::new());
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoders::fixture::{Drawn, open};
    use crate::encoders::{Layer, Pool};
    use crate::features::{FeatureStore, Note};
    use half::f16;
    use std::fs;
    use std::path::Path;

    /// A tiny encoder in a folder.
    fn tiny() -> tempfile::TempDir {
        let text = include_str!("../../tests/golden/encoders/whisper.json");
        let drawn: Vec<Drawn> = serde_json::from_str(text).unwrap();
        drawn[0].folder()
    }

    fn recipe(encoder: &Path, layer: Layer, pool: Pool) -> Recipe {
        Recipe {
            encoder: encoder.to_str().unwrap().to_owned(),
            layer,
            pool,
            ..Recipe::default()
        }
    }

    fn tone(samples: usize, rate: u32) -> Wave {
        Wave {
            samples: (0..samples).map(|n| (n as f32 * 0.05).sin() * 0.3).collect(),
            rate,
        }
    }

    #[test]
    fn the_features_are_the_encoders_states_of_the_whole_clip() {
        let folder = tiny();
        let wave = tone(16_000, 16_000);
        let states = open(folder.path())
            .hidden_states(&[&wave.samples], false)
            .unwrap()
            .remove(0);
        let mean = recipe(folder.path(), Layer::All, Pool::Mean).resolved(1.0).unwrap();
        let resolved = mean.resolved_encoder.as_ref().unwrap();
        assert_eq!((resolved.states, resolved.width, resolved.rate), (4, 16, 16_000));
        let found = Extractor::new(&mean, cpu()).extract(&wave).unwrap();
        assert_eq!((found.matrix.frames, found.matrix.coefficients), mean.shape());
        assert_eq!((mean.shape(), found.notes), ((1, 64), Vec::new()));
        for (state, frames) in states.iter().enumerate() {
            for column in 0..16 {
                let sum: f64 = frames.values.chunks_exact(16).map(|row| f64::from(row[column])).sum();
                let mean = (sum / frames.frames as f64) as f32;
                assert!((found.matrix.values[16 * state + column] - mean).abs() < 1e-4 * (1.0 + mean.abs()));
            }
        }
        let frames = recipe(folder.path(), Layer::Index(2), Pool::Frames)
            .resolved(1.0)
            .unwrap();
        let found = Extractor::new(&frames, cpu()).extract(&wave).unwrap().matrix;
        assert_eq!((found.frames, found.coefficients), (states[2].frames, 16));
        for (kept, value) in found.values.iter().zip(&states[2].values) {
            assert_eq!(*kept, f16::from_f32(*kept).to_f32());
            assert!((kept - value).abs() <= 1e-3 * (0.1 + value.abs()));
        }
        // At another rate the clip is resampled, not cut.
        let slower = Extractor::new(&frames, cpu()).extract(&tone(22_050, 22_050)).unwrap();
        assert_eq!(slower.matrix.frames, found.frames);
    }

    #[test]
    fn a_clip_at_fault_is_refused_alone_and_a_long_one_goes_through_in_windows() {
        let folder = tiny();
        let recipe = recipe(folder.path(), Layer::Last, Pool::Mean).resolved(1.0).unwrap();
        let bad = |samples| Wave { samples, rate: 16_000 };
        let waves = [
            bad(Vec::new()),
            tone(8_000, 16_000),
            bad(vec![f32::NAN; 9_000]),
            bad(vec![0.1; 3]),
            tone(31 * 16_000, 16_000),
        ];
        let extractor = Extractor::new(&recipe, cpu());
        let all = extractor.extract_all(&waves).unwrap();
        let refused: Vec<bool> = all.iter().map(Result::is_err).collect();
        assert_eq!(refused, [true, false, true, true, false]);
        assert!(
            all.iter()
                .flat_map(|one| one.as_ref().err())
                .all(|error| error.is_of(Path::new("a.wav")))
        );
        assert_eq!(all[4].as_ref().unwrap().notes, [Note::Windows { windows: 2 }]);
        let alone = extractor.extract(&waves[1]).unwrap();
        assert_eq!(all[1].as_ref().unwrap(), &alone);
    }

    #[test]
    fn an_encoder_that_is_not_here_or_another_one_is_refused_with_the_remedy() {
        let folder = tiny();
        let recipe = recipe(folder.path(), Layer::Index(4), Pool::Mean);
        assert!(matches!(recipe.resolved(1.0), Err(FeatureError::Recipe { key, .. }) if key == "layer"));
        let recipe = Recipe {
            layer: Layer::Index(3),
            ..recipe
        }
        .resolved(1.0)
        .unwrap();
        recipe.check_encoder().unwrap();
        let weights = folder.path().join("model.safetensors");
        let mut bytes = fs::read(&weights).unwrap();
        let last = bytes.len() - 1;
        bytes[last] ^= 1;
        // Later than before, whatever the clock's steps.
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&weights, bytes).unwrap();
        let message = recipe.check_encoder().unwrap_err().to_string();
        assert!(
            message.contains("fingerprint") && message.contains("train again"),
            "{message}"
        );
        assert!(Extractor::new(&recipe, cpu()).load().is_err());
        let absent = Recipe {
            encoder: "nobody/nothing-at-all".to_owned(),
            ..recipe
        };
        let message = absent.check_encoder().unwrap_err().to_string();
        assert!(
            message.contains("undertone encoders get nobody/nothing-at-all"),
            "{message}"
        );
    }

    #[test]
    fn what_the_store_keeps_is_what_was_made_whether_one_by_one_or_together() {
        let (folder, cache) = (tiny(), tempfile::tempdir().unwrap());
        let recipe = recipe(folder.path(), Layer::Last, Pool::Frames).resolved(1.0).unwrap();
        let store = FeatureStore::open(cache.path(), &recipe).unwrap();
        let wave = |content: u128| tone(4_000 + 1_000 * content as usize, 16_000);
        let wanted = |contents: [u128; 3]| {
            Vec::from(contents.map(|content| ("a", content, move || Ok::<_, FeatureError>(wave(content)))))
        };
        let made = store.get_or_extract_all(wanted([0, 1, 2])).unwrap();
        let again = store.get_or_extract_all(wanted([2, 3, 1])).unwrap();
        let cached: Vec<bool> = again.iter().map(|one| one.as_ref().unwrap().1).collect();
        assert_eq!(cached, [true, false, true]);
        assert_eq!(again[0].as_ref().unwrap().0, made[2].as_ref().unwrap().0);
        let (alone, had_it) = store.get_or_extract("b", 1, || Ok(wave(1))).unwrap();
        assert!(!had_it);
        assert_eq!(&alone, &made[1].as_ref().unwrap().0);
        // Known beforehand from the lengths.
        let size = fs::metadata(
            fs::read_dir(cache.path())
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .min()
                .unwrap(),
        );
        let expected = store
            .bytes_of([4_000, 5_000, 6_000, 7_000].map(|samples| (samples, 16_000)))
            .unwrap();
        assert_eq!(size.unwrap().len(), 4096 + expected);
    }
}
