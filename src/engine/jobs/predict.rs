//! Predict: what a run's model says about files.

use crate::audio::decode;
use crate::engine::context::Context;
use crate::engine::{EngineError, Event, Judgement};
use crate::inference::Package;
use crate::runs::find_run;
use std::path::PathBuf;

/// `auto` is the CPU here: it has judged many clips by the time a GPU has its kernels compiled.
fn device(name: &str) -> &str {
    if name == "auto" { "cpu" } else { name }
}

/// Hears all files, which a model may take as one speaker's, and judges them one by one; one that cannot be judged is told
/// of with the reason, and the others go on.
pub fn predict(context: &Context, files: Vec<PathBuf>, run: &str) -> Result<(), EngineError> {
    let folder = find_run(&context.settings.runs, run)?;
    if !folder.model().is_dir() {
        return Err(EngineError::Other(format!(
            "run {} has no model; only a run that finished, or was stopped after an epoch, has one",
            folder.id
        )));
    }
    let package = Package::load(&folder.model(), device(&context.settings.device))?;
    let hear = |path: &PathBuf| {
        let decoded = decode(path).map_err(|error| error.to_string())?;
        package.hear(&decoded.wave).map_err(|error| error.to_string())
    };
    let mut all = Vec::new();
    for path in files {
        context.check()?;
        let heard = hear(&path);
        all.push((path, heard));
    }
    let speaker = package.speaker(all.iter().filter_map(|(_, heard)| heard.as_ref().ok()));
    for (path, heard) in all {
        context.check()?;
        let judge = |heard| {
            package
                .judge(heard, speaker.as_ref())
                .map_err(|error| error.to_string())
        };
        let outcome = heard.and_then(judge);
        context.emit(Event::Judged(Judgement {
            path,
            run: folder.id.clone(),
            outcome,
            synthetic_model: package.facts.synthetic,
        }));
    }
    Ok(())
}
