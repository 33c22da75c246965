//! One sound on its way to a sound server, which says how much it wants and how far it is.

use super::super::output::{OutputPosition, Refusal};
use super::super::sound::Sound;
use super::connection::{Connection, Message, TIMEOUT, refused};
use pulseaudio::protocol::stream::BufferAttr;
use pulseaudio::protocol::{
    ChannelMap, Command, CreatePlaybackStreamReply, LatencyParams, PlaybackLatency, PlaybackStreamParams, Prop, Props,
    SampleFormat, SampleSpec,
};
use std::fmt;
use std::time::{Duration, Instant, SystemTime};

/// What the server has in hand before it begins (s), here and at the other end of a network. It holds as much as it
/// likes afterwards (2 s): a small buffer would make it shorten that of its device too, which does not take back the
/// silence then that it holds already, so that a sound would begin the later.
const BEFORE: f64 = 0.1;
const BEFORE_FAR: f64 = 0.3;
/// How often the server is asked how far it is: while it plays, and before.
const ASKING: Duration = Duration::from_millis(100);
const ASKING_BEFORE: Duration = Duration::from_millis(20);
/// Bytes of a sample.
const SAMPLE: usize = size_of::<f32>();

/// One sound on its way to a sound server.
pub struct Stream {
    channel: u32,
    samples: Box<dyn Iterator<Item = f32> + Send>,
    rate: f64,
    seconds: f64,
    /// Bytes that the server wants.
    wanted: usize,
    /// The request to report the end, once all samples are with the server.
    draining: Option<u32>,
    /// Whether all samples have left the server for the device: from here on the clock runs by itself.
    drained: bool,
    /// The request for the position, and when it was sent.
    asked: Option<(u32, Instant)>,
    clock: Clock,
}

/// The playback position at an instant, and whether it advances from there.
#[derive(Debug, Clone, Copy)]
struct Clock {
    seconds: f64,
    at: Instant,
    running: bool,
}

impl Clock {
    fn now(&self) -> f64 {
        let since = if self.running {
            self.at.elapsed().as_secs_f64()
        } else {
            0.0
        };
        self.seconds + since
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Stream")
            .field("channel", &self.channel)
            .field("wanted", &self.wanted)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl Stream {
    /// Opens a stream and hands over the first samples.
    ///
    /// # Errors
    /// The server has gone or refuses.
    pub fn begin(connection: &mut Connection, sound: Sound, far: bool) -> Result<Self, Refusal> {
        let rate = sound.wave.rate;
        let before = f64::from(rate) * if far { BEFORE_FAR } else { BEFORE };
        let mut names = Props::new();
        names.set(Prop::MediaName, c"clip");
        let created: CreatePlaybackStreamReply =
            connection.ask(&Command::CreatePlaybackStream(PlaybackStreamParams {
                sample_spec: SampleSpec {
                    format: SampleFormat::Float32Le,
                    channels: 1,
                    sample_rate: rate,
                },
                channel_map: ChannelMap::mono(),
                buffer_attr: BufferAttr {
                    pre_buffering: (before as usize * SAMPLE) as u32,
                    ..BufferAttr::default()
                },
                props: names,
                ..PlaybackStreamParams::default()
            }))?;
        let mut stream = Self {
            channel: created.channel,
            seconds: sound.len() as f64 / f64::from(rate),
            samples: Box::new(sound.mixed()),
            rate: f64::from(rate),
            wanted: created.requested_bytes as usize,
            draining: None,
            drained: false,
            asked: None,
            clock: Clock {
                seconds: 0.0,
                at: Instant::now(),
                running: false,
            },
        };
        stream.feed(connection)?;
        Ok(stream)
    }

    /// Gives the server what it wants, for so long or until the end was played.
    ///
    /// # Errors
    /// The server has gone, or has ended the stream.
    pub fn advance(&mut self, connection: &mut Connection, wait: Duration) -> Result<OutputPosition, Refusal> {
        let until = Instant::now() + wait;
        while !self.is_over() {
            self.ask_how_far(connection)?;
            match connection.receive(until.min(Instant::now() + ASKING_BEFORE))? {
                Some(message) => self.follow(connection, message)?,
                None if Instant::now() >= until => break,
                None => {}
            }
        }
        Ok(OutputPosition {
            seconds: self.clock.now().clamp(0.0, self.seconds),
            over: self.is_over(),
        })
    }

    /// A device may hold seconds of sound: its end is played after the server has passed it on.
    fn is_over(&self) -> bool {
        self.drained && self.asked.is_none() && self.clock.now() >= self.seconds
    }

    /// Takes the sound off the server, with all that it holds in advance.
    pub fn delete(self, connection: &mut Connection) {
        // A server that has gone has taken the sound with it.
        let _ = connection.send(&Command::DeletePlaybackStream(self.channel));
    }

    fn follow(&mut self, connection: &mut Connection, message: Message) -> Result<(), Refusal> {
        let answers = |question: Option<u32>| question == Some(message.sequence);
        match message.command {
            Command::Request(request) if request.channel == self.channel => {
                self.wanted += request.length as usize;
                self.feed(connection)
            }
            Command::PlaybackStreamKilled(channel) if channel == self.channel => {
                Err(Refusal::gone("the sound server has ended the sound"))
            }
            Command::Reply if answers(self.draining) => {
                self.drained = true;
                self.asked = Some(self.question(connection)?);
                Ok(())
            }
            Command::Reply => match self.asked {
                Some((question, since)) if question == message.sequence => {
                    self.asked = None;
                    self.set_clock(&connection.content(&message)?, since);
                    Ok(())
                }
                _ => Ok(()),
            },
            Command::Error(error) if answers(self.draining) || answers(self.asked.map(|(question, _)| question)) => {
                Err(refused(error))
            }
            _ => Ok(()),
        }
    }

    /// Sends as many samples as the server wants; after the last, asks for an answer when they have been played.
    fn feed(&mut self, connection: &mut Connection) -> Result<(), Refusal> {
        if self.draining.is_some() {
            return Ok(());
        }
        let count = self.wanted / SAMPLE;
        let mut bytes = Vec::with_capacity(count * SAMPLE);
        for sample in self.samples.by_ref().take(count) {
            bytes.extend_from_slice(&sample.to_le_bytes());
        }
        self.wanted -= bytes.len();
        if !bytes.is_empty() {
            connection.send_samples(self.channel, &bytes)?;
        }
        if bytes.len() < count * SAMPLE {
            self.draining = Some(connection.send(&Command::DrainPlaybackStream(self.channel))?);
        }
        Ok(())
    }

    fn ask_how_far(&mut self, connection: &mut Connection) -> Result<(), Refusal> {
        let interval = if self.clock.running { ASKING } else { ASKING_BEFORE };
        match self.asked {
            Some((_, since)) if since.elapsed() > TIMEOUT => {
                Err(Refusal::gone(format!("no answer within {} s", TIMEOUT.as_secs())))
            }
            None if !self.drained && self.clock.at.elapsed() >= interval => {
                self.asked = Some(self.question(connection)?);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn question(&self, connection: &mut Connection) -> Result<(u32, Instant), Refusal> {
        let question = connection.send(&Command::GetPlaybackLatency(LatencyParams {
            channel: self.channel,
            now: SystemTime::now(),
        }))?;
        Ok((question, Instant::now()))
    }

    /// Matches libpulse's `pa_stream_get_time`: what was read of the stream, less what has not left the loudspeaker
    /// yet, plus half of the time that the question and its answer were under way.
    fn set_clock(&mut self, latency: &PlaybackLatency, asked: Instant) {
        let read = latency.read_offset as f64 / SAMPLE as f64 / self.rate;
        let on_the_way = latency.sink_usec as f64 * 1e-6;
        let running = latency.playing || self.drained;
        let transport = if running {
            asked.elapsed().as_secs_f64() / 2.0
        } else {
            0.0
        };
        // The position never goes back: what differs from the last estimate is jitter, or the silence behind the end.
        let before = self.clock.now();
        self.clock = Clock {
            seconds: (read - on_the_way + transport).max(before),
            at: Instant::now(),
            running,
        };
    }
}
