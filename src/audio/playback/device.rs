//! The system's own output (CoreAudio, WASAPI; ALSA under the feature `alsa`), by cpal and rodio.

use super::no_sound::Attempt;
use super::output::{Output, OutputPosition, Refusal, attempt};
use super::sound::Sound;
use rodio::cpal::BufferSize;
use rodio::{DeviceSinkBuilder, MixerDeviceSink};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How often the playback position is polled.
const POLL_INTERVAL: Duration = Duration::from_millis(10);

/// The default output of the system.
pub struct Device {
    sink: MixerDeviceSink,
    player: Option<rodio::Player>,
    /// What the output said when it went away.
    lost: Arc<Mutex<Option<String>>>,
}

impl fmt::Debug for Device {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Device")
            .field("sink", &self.sink)
            .finish_non_exhaustive()
    }
}

/// Opens it.
///
/// # Errors
/// There is none, or it is taken.
pub fn find() -> Result<Device, Attempt> {
    let quiet = quiet();
    let lost = Arc::new(Mutex::new(None));
    let noted = Arc::clone(&lost);
    let opened = DeviceSinkBuilder::from_default_device().and_then(|builder| {
        builder
            .with_error_callback(move |error| {
                *noted.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
            })
            .open_stream()
    });
    drop(quiet);
    match opened {
        Ok(mut sink) => {
            // It would print on the screen.
            sink.log_on_drop(false);
            Ok(Device {
                sink,
                player: None,
                lost,
            })
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}"));
            let problem = format!("{error}{}", cause.unwrap_or_default());
            Err(attempt("the system's own output", Refusal::gone(problem)))
        }
    }
}

/// While this is kept, what ALSA has to say on this thread goes into it and not on the screen.
#[cfg(target_os = "linux")]
fn quiet() -> impl Sized {
    alsa::Output::local_error_handler().ok()
}

#[cfg(not(target_os = "linux"))]
fn quiet() -> impl Sized {}

impl Device {
    /// What has been taken and has not left the loudspeaker yet (s).
    fn latency(&self) -> f64 {
        let config = self.sink.config();
        match config.buffer_size() {
            BufferSize::Fixed(frames) => f64::from(*frames) / f64::from(config.sample_rate().get()),
            BufferSize::Default => 0.0,
        }
    }
}

impl Output for Device {
    fn name(&self) -> &str {
        "the system's own output"
    }

    fn rate(&self, _: u32) -> u32 {
        self.sink.config().sample_rate().get()
    }

    fn start(&mut self, sound: Sound) -> Result<(), Refusal> {
        self.stop();
        let player = rodio::Player::connect_new(self.sink.mixer());
        player.append(sound.source());
        self.player = Some(player);
        Ok(())
    }

    fn advance(&mut self, wait: Duration) -> Result<OutputPosition, Refusal> {
        let until = Instant::now() + wait;
        loop {
            if let Some(problem) = self.lost.lock().unwrap_or_else(PoisonError::into_inner).take() {
                return Err(Refusal::gone(problem));
            }
            let (seconds, over) = match &self.player {
                Some(player) => (player.get_pos().as_secs_f64(), player.empty()),
                None => (0.0, true),
            };
            if over || Instant::now() >= until {
                return Ok(OutputPosition {
                    seconds: (seconds - self.latency()).max(0.0),
                    over,
                });
            }
            thread::sleep(POLL_INTERVAL.min(until.saturating_duration_since(Instant::now())));
        }
    }

    fn stop(&mut self) {
        self.player = None;
    }
}
