//! Shim.
use super::EncoderError;
use std::path::PathBuf;
/// Shim.
pub fn locate(name: &str) -> Result<PathBuf, EncoderError> {
    let path = PathBuf::from(name);
    if path.is_dir() {
        return Ok(path);
    }
    Err(EncoderError::Unknown {
        name: name.to_owned(),
        problem: "it is not on this machine; undertone encoders get".to_owned(),
    })
}
