//! Where an encoder lies on this machine.

use super::EncoderError;
use super::hub::{Cache, Hub, ModelName};
use std::path::{Path, PathBuf};

/// The folder of an encoder: that of this name, or else a complete commit of the model of this name (`owner/model`,
/// `owner/model@revision`) in the hub's cache. Nothing is fetched and nothing is written.
///
/// # Errors
/// [`EncoderError::Unknown`] names what is missing and what would help.
pub fn locate(name: &str) -> Result<PathBuf, EncoderError> {
    locate_in(&Hub::of_process().cache, name)
}

/// As [`locate`], in this cache.
///
/// # Errors
/// As [`locate`].
pub fn locate_in(cache: &Cache, name: &str) -> Result<PathBuf, EncoderError> {
    let unknown = |problem: String| EncoderError::Unknown {
        name: name.to_owned(),
        problem,
    };
    if Path::new(name).is_dir() {
        return Ok(PathBuf::from(name));
    }
    let Some(model) = ModelName::read(name) else {
        return Err(unknown(
            "is no folder, and no name of a model on the hub, such as openai/whisper-tiny.en".to_owned(),
        ));
    };
    let known = cache.commits(&model);
    let commit = cache.commit(&model);
    let found = known.iter().find(|cached| Some(&cached.commit) == commit.as_ref());
    match found {
        Some(cached) => match &cached.missing {
            None => Ok(cached.folder.clone()),
            Some(missing) => Err(unknown(format!(
                "is not complete in {}: {missing} is missing; `undertone encoders get {name}` fetches the rest",
                cached.folder.display()
            ))),
        },
        None => {
            let others = known.iter().filter(|cached| cached.missing.is_none());
            let others: Vec<String> = others
                .map(|cached| format!("{}@{}", cached.name, cached.commit))
                .collect();
            let others = match others.join(", ") {
                none if none.is_empty() => none,
                others => format!("; that has {others}"),
            };
            Err(unknown(format!(
                "is no folder here, and is not in {}{others}; `undertone encoders get {name}` fetches it, HF_HOME names \
                 another cache",
                cache.folder().display()
            )))
        }
    }
}
