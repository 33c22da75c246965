//! Predict: what a model says about files.

use super::Answer;
use super::context::Context;
use super::predictor::{Loaded, load, unknown_labels};
use crate::engine::{EngineError, FilePrediction, Predictor, request};
use crate::features::Normalise;
use crate::inference::{Package, Prediction, PreparedFile, ReadyMade, Speaker};
use std::path::PathBuf;

/// A file with what is predicted of it, or why nothing is.
type Predicted = (PathBuf, Result<Prediction, String>);

impl Answer for request::Predict {
    /// File after file; one that cannot be read has the reason in place of a prediction.
    fn answer(self, context: &Context) -> Result<Vec<FilePrediction>, EngineError> {
        let device = match (&self.by, &*context.settings.device) {
            // A run's model has predicted many clips by the time a GPU has its kernels compiled.
            (Predictor::Run(_), "auto") => "cpu",
            (_, device) => device,
        };
        let loaded = load(context, &self.by, device)?;
        let view = loaded.view(&context.settings, &self.choice)?;
        if let (None, Some(label)) = (&view, self.choice.labels.first()) {
            return Err(EngineError::Unsuitable(format!(
                "{} has dimensions and no labels such as `{label}`; leave out --labels",
                loaded.name()
            )));
        }
        let predicted = match &loaded {
            Loaded::Run(_, package) => by_package(context, package, self.files)?,
            Loaded::ReadyMade(_, model) => by_ready_made(context, model, self.files)?,
        };
        let unknown = unknown_labels(&loaded, view.as_ref());
        let synthetic_model = matches!(&loaded, Loaded::Run(_, package) if package.metadata.synthetic);
        let of_file = |(path, outcome): Predicted| FilePrediction {
            path,
            run: loaded.name().to_owned(),
            ready_made: loaded.is_ready_made(),
            unknown_labels: unknown.clone(),
            outcome: outcome.and_then(|prediction| match &view {
                Some(view) => view.shown(prediction).map_err(|error| error.to_string()),
                None => Ok(prediction),
            }),
            synthetic_model,
        };
        Ok(predicted.into_iter().map(of_file).collect())
    }
}

/// A model that takes the files as one speaker's has to have read all of them before it predicts the first.
fn by_package(context: &Context, package: &Package, files: Vec<PathBuf>) -> Result<Vec<Predicted>, EngineError> {
    let prepared = files.into_iter().map(|path| {
        context.check()?;
        let wave = context.clip_of(&path).and_then(|clip| clip.decode());
        let wave = wave.map_err(|error| error.to_string());
        let prepared = wave.and_then(|decoded| package.prepare(&decoded.wave).map_err(|error| error.to_string()));
        Ok((path, prepared))
    });
    let predicted = |(path, prepared): (PathBuf, Result<PreparedFile, String>), speaker: Option<&Speaker>| {
        context.check()?;
        let predict = |prepared| package.predict(prepared, speaker).map_err(|error| error.to_string());
        Ok((path, prepared.and_then(predict)))
    };
    if package.metadata.normalise == Normalise::Speaker {
        let all = prepared.collect::<Result<Vec<_>, EngineError>>()?;
        let speaker = package.speaker(all.iter().filter_map(|(_, prepared)| prepared.as_ref().ok()));
        return all.into_iter().map(|one| predicted(one, speaker.as_ref())).collect();
    }
    prepared.map(|one| predicted(one?, None)).collect()
}

fn by_ready_made(context: &Context, model: &ReadyMade, files: Vec<PathBuf>) -> Result<Vec<Predicted>, EngineError> {
    let predicted = |path: PathBuf| {
        context.check()?;
        let wave = context.clip_of(&path).and_then(|clip| clip.decode());
        let wave = wave.map_err(|error| error.to_string());
        let prepared = wave.and_then(|decoded| model.prepare(&decoded.wave).map_err(|error| error.to_string()));
        let outcome = prepared.and_then(|prepared| model.predict(prepared).map_err(|error| error.to_string()));
        Ok((path, outcome))
    };
    files.into_iter().map(predicted).collect()
}
