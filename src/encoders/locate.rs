//! Where an encoder is on this machine.

use super::EncoderError;
use std::path::PathBuf;

/// The folder of an encoder: an existing folder.
///
/// # Errors
/// [`EncoderError::Unknown`] where there is none.
pub fn locate(name: &str) -> Result<PathBuf, EncoderError> {
    let folder = PathBuf::from(name);
    if folder.is_dir() {
        return Ok(folder);
    }
    Err(EncoderError::Unknown {
        name: name.to_owned(),
        problem: "is no folder; get it with `undertone encoders get NAME`".to_owned(),
    })
}
