//! Predict: what a run's model says about files.

use super::context::Context;
use crate::audio::decode;
use crate::engine::{EngineError, Event, FilePrediction};
use crate::features::Normalise;
use crate::inference::{Package, PreparedFile, Speaker};
use crate::runs::find_predictor;
use std::path::PathBuf;

/// `auto` is the CPU here: it has judged many clips by the time a GPU has its kernels compiled.
fn device(name: &str) -> &str {
    if name == "auto" { "cpu" } else { name }
}

/// Judges file after file; one that cannot be judged is told of with the reason, and the others go on. A model that takes
/// the files as one speaker's hears all of them before it judges the first.
pub fn predict(context: &Context, files: Vec<PathBuf>, run: &str) -> Result<(), EngineError> {
    let folder = find_predictor(&context.settings.runs, run)?;
    if !folder.model().is_dir() {
        return Err(EngineError::Other(format!(
            "run {} has no model; only a run that finished, or was stopped after an epoch, has one",
            folder.id
        )));
    }
    let package = Package::load(&folder.model(), device(&context.settings.device))?;
    let mut prepared = files.into_iter().map(|path| {
        context.check()?;
        let wave = decode(&path).map_err(|error| error.to_string());
        let prepared = wave.and_then(|decoded| package.prepare(&decoded.wave).map_err(|error| error.to_string()));
        Ok((path, prepared))
    });
    let tell = |(path, prepared): (PathBuf, Result<PreparedFile, String>), speaker: Option<&Speaker>| {
        context.check()?;
        let predict = |prepared| package.predict(prepared, speaker).map_err(|error| error.to_string());
        context.emit(Event::Predicted(FilePrediction {
            path,
            run: folder.id.clone(),
            outcome: prepared.and_then(predict),
            synthetic_model: package.metadata.synthetic,
        }));
        Ok(())
    };
    if package.metadata.normalise == Normalise::Speaker {
        let all = prepared.collect::<Result<Vec<_>, EngineError>>()?;
        let speaker = package.speaker(all.iter().filter_map(|(_, prepared)| prepared.as_ref().ok()));
        return all.into_iter().try_for_each(|one| tell(one, speaker.as_ref()));
    }
    prepared.try_for_each(|one| tell(one?, None))
}
