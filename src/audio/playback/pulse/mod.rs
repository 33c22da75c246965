//! Sound servers that speak PulseAudio's native protocol: PulseAudio itself, and PipeWire's `pipewire-pulse`.
//!
//! The messages are those of the crate `pulseaudio`. Its client is not used: it knows Unix sockets only, and its
//! thread and socket stay when it is dropped.

mod address;
mod connection;
mod stream;

use super::environment::Environment;
use super::no_sound::Attempt;
use super::output::{Output, OutputPosition, Refusal, attempt};
use super::sound::Sound;
use address::Address;
use connection::Connection;
use std::fs;
use std::time::Duration;
use stream::Stream;

/// Rates that any server resamples well from (Hz); the others are resampled here, to the last.
const RATES: std::ops::RangeInclusive<u32> = 8_000..=192_000;
const USUAL_RATE: u32 = 48_000;

/// A sound server.
#[derive(Debug)]
pub struct Server {
    name: String,
    connection: Connection,
    /// The server may be far away: it is given more at a time.
    far: bool,
    stream: Option<Stream>,
}

/// The first server that lets us in.
///
/// # Errors
/// All that were tried.
pub fn find(environment: &Environment) -> Result<Server, Vec<Attempt>> {
    let cookie = environment.cookie.as_ref().and_then(|path| fs::read(path).ok());
    let candidates: Vec<(String, Result<Address, String>)> = match &environment.server {
        Some(servers) => servers
            .split_whitespace()
            .map(|server| (format!("PULSE_SERVER={server}"), server.parse()))
            .collect(),
        None => environment
            .sockets
            .iter()
            .map(|path| (path.display().to_string(), Ok(Address::Socket(path.clone()))))
            .collect(),
    };
    let mut attempts = Vec::new();
    for (name, address) in candidates {
        let opened = address
            .map_err(Refusal::gone)
            .and_then(|address| Ok((Connection::open(&address, cookie.as_deref())?, address)));
        match opened {
            Ok((connection, address)) => {
                return Ok(Server {
                    name: address.to_string(),
                    far: matches!(address, Address::Network(..)),
                    connection,
                    stream: None,
                });
            }
            Err(refusal) => attempts.push(attempt(name, refusal)),
        }
    }
    Err(attempts)
}

impl Output for Server {
    fn name(&self) -> &str {
        &self.name
    }

    fn rate(&self, rate: u32) -> u32 {
        if RATES.contains(&rate) { rate } else { USUAL_RATE }
    }

    fn start(&mut self, sound: Sound) -> Result<(), Refusal> {
        self.stop();
        self.stream = Some(Stream::begin(&mut self.connection, sound, self.far)?);
        Ok(())
    }

    fn advance(&mut self, wait: Duration) -> Result<OutputPosition, Refusal> {
        match &mut self.stream {
            Some(stream) => stream.advance(&mut self.connection, wait),
            None => Ok(OutputPosition {
                seconds: 0.0,
                over: true,
            }),
        }
    }

    fn stop(&mut self) {
        if let Some(stream) = self.stream.take() {
            stream.delete(&mut self.connection);
        }
    }
}
