//! Predict: what a run's model says about files.

use super::Answer;
use super::context::Context;
use crate::audio::decode;
use crate::engine::{EngineError, FilePrediction, request};
use crate::features::Normalise;
use crate::inference::{Package, PreparedFile, Speaker};
use crate::runs::find_predictor;
use std::path::PathBuf;

/// `auto` is the CPU here: it has predicted many clips by the time a GPU has its kernels compiled.
fn device(name: &str) -> &str {
    if name == "auto" { "cpu" } else { name }
}

impl Answer for request::Predict {
    /// File after file; one that cannot be read has the reason in place of a prediction. A model that takes the files as
    /// one speaker's has to have read all of them before it predicts the first.
    fn answer(self, context: &Context) -> Result<Vec<FilePrediction>, EngineError> {
        let folder = find_predictor(&context.settings.runs, &self.run.to_string())?;
        if !folder.model().is_dir() {
            return Err(EngineError::State(format!(
                "run {} has no model; only a run that finished, or was stopped after an epoch, has one",
                folder.id
            )));
        }
        let package = Package::load(&folder.model(), device(&context.settings.device))?;
        let prepared = self.files.into_iter().map(|path| {
            context.check()?;
            let wave = decode(&path).map_err(|error| error.to_string());
            let prepared = wave.and_then(|decoded| package.prepare(&decoded.wave).map_err(|error| error.to_string()));
            Ok((path, prepared))
        });
        let predicted = |(path, prepared): (PathBuf, Result<PreparedFile, String>), speaker: Option<&Speaker>| {
            context.check()?;
            let predict = |prepared| package.predict(prepared, speaker).map_err(|error| error.to_string());
            Ok(FilePrediction {
                path,
                run: folder.id.clone(),
                outcome: prepared.and_then(predict),
                synthetic_model: package.metadata.synthetic,
            })
        };
        if package.metadata.normalise == Normalise::Speaker {
            let all = prepared.collect::<Result<Vec<_>, EngineError>>()?;
            let speaker = package.speaker(all.iter().filter_map(|(_, prepared)| prepared.as_ref().ok()));
            return all.into_iter().map(|one| predicted(one, speaker.as_ref())).collect();
        }
        prepared.map(|one| predicted(one?, None)).collect()
    }
}
