//! The outputs that there are, and the first of them that takes sound.

use super::environment::Environment;
use super::no_sound::NoSound;
use super::output::Output;
use super::pulse;

/// The first output that takes sound.
///
/// # Errors
/// There is none.
pub fn find(environment: &Environment) -> Result<Box<dyn Output>, Box<NoSound>> {
    let mut attempts = Vec::new();
    match pulse::find(environment) {
        Ok(output) => return Ok(Box::new(output)),
        Err(tried) => attempts.extend(tried),
    }
    // A server that was named is meant: loudspeakers of the host itself may stand in another room.
    if environment.server.is_none() && !environment.servers_only {
        #[cfg(any(feature = "alsa", target_os = "macos", target_os = "windows"))]
        match super::device::find() {
            Ok(output) => return Ok(Box::new(output)),
            Err(attempt) => attempts.push(attempt),
        }
    }
    Err(Box::new(NoSound::after(attempts, environment)))
}
