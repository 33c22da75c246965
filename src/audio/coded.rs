//! Compressed files, by symphonia.

use super::container::Container;
use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoderOptions};
use symphonia::core::errors::{Error, Result};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::MetadataOptions;
use symphonia::default::{formats, get_codecs, get_probe};

/// An opened compressed file.
pub(super) struct Coded {
    reader: Box<dyn FormatReader>,
    track: u32,
    parameters: AudioCodecParameters,
    /// The container as its content says.
    pub container: &'static str,
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels; 0 when only the packets know.
    pub channels: u16,
    /// Samples per channel that the header states, when it does.
    pub claimed: Option<u64>,
    /// Whether symphonia knows what the encoder put before and after the sound.
    gapless: bool,
}

impl Coded {
    /// Sets up the reader of what the first bytes promised.
    pub(super) fn open(mut file: File, container: Container) -> Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let stream = MediaSourceStream::new(Box::new(file), Default::default());
        let options = FormatOptions::default();
        let reader: Box<dyn FormatReader> = match container {
            Container::Wav => Box::new(formats::WavReader::try_new(stream, options)?),
            Container::Aiff => Box::new(formats::AiffReader::try_new(stream, options)?),
            Container::Flac => Box::new(formats::FlacReader::try_new(stream, options)?),
            Container::Ogg => Box::new(formats::OggReader::try_new(stream, options)?),
            Container::Mp3 => Box::new(formats::MpaReader::try_new(stream, options)?),
            Container::Aac => Box::new(formats::AdtsReader::try_new(stream, options)?),
            Container::M4a => Box::new(formats::IsoMp4Reader::try_new(stream, options)?),
            Container::Tagged => get_probe().probe(&Hint::new(), stream, options, MetadataOptions::default())?,
        };
        let container = match reader.format_info().short_name {
            "wave" => "wav",
            "isomp4" => "m4a",
            "mp1" | "mp2" | "mp3" => "mp3",
            "adts" => "aac",
            other => other,
        };
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or(Error::Unsupported("it has no sound track"))?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters
            .ok_or(Error::Unsupported("the coding of its sound is unknown"))?
            .clone();
        let rate = parameters
            .sample_rate
            .ok_or(Error::DecodeError("it states no sampling rate"))?;
        // Without a LAME tag the length of MPEG frames is a guess from the bit rate, and trimming to it loses sound.
        let guessed = matches!(container, "mp3" | "aac") && track.delay.is_none();
        let claimed = if guessed { None } else { stated_frames(track, rate) };
        let channels = parameters.channels.as_ref().map_or(0, |channels| channels.count());
        Ok(Self {
            track: track.id,
            container,
            rate,
            channels: u16::try_from(channels).unwrap_or(u16::MAX),
            claimed,
            gapless: !guessed,
            parameters,
            reader,
        })
    }

    /// Samples per channel, by the durations of all packets; nothing is decoded.
    pub(super) fn count_frames(&mut self) -> Result<u64> {
        let mut frames = 0u64;
        while let Some(packet) = self.reader.next_packet()? {
            if packet.track_id == self.track {
                let duration = if self.gapless { packet.dur } else { packet.block_dur() };
                frames = frames.saturating_add(duration.get());
            }
        }
        Ok(frames)
    }

    /// Decodes to the mean of the channels, at most `limit` samples. Packets that cannot be decoded are
    /// left out; what ended the decoding early, if anything did, comes second.
    pub(super) fn decode(&mut self, limit: usize) -> Result<(Vec<f32>, Option<Error>)> {
        let options = AudioDecoderOptions::default().gapless(self.gapless);
        let mut decoder = get_codecs().make_audio_decoder(&self.parameters, &options)?;
        let mut mono = Vec::new();
        let mut interleaved = Vec::new();
        let mut trouble = None;
        while mono.len() < limit {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => break,
                Err(error) => return Ok((mono, Some(error))),
            };
            if packet.track_id != self.track {
                continue;
            }
            match decoder.decode(&packet) {
                Ok(samples) if samples.frames() > 0 && samples.spec().rate() != self.rate => {
                    return Ok((
                        mono,
                        Some(Error::DecodeError("its sampling rate changes in the middle")),
                    ));
                }
                Ok(samples) => {
                    self.channels = u16::try_from(samples.num_planes()).unwrap_or(u16::MAX);
                    append_mono(&samples, &mut interleaved, &mut mono);
                }
                Err(error @ (Error::DecodeError(_) | Error::IoError(_))) => trouble = Some(error),
                Err(error) => return Ok((mono, Some(error))),
            }
        }
        Ok((mono, trouble))
    }
}

/// The length that a track states, in samples at `rate`.
fn stated_frames(track: &Track, rate: u32) -> Option<u64> {
    if let Some(frames) = track.num_frames {
        return Some(frames);
    }
    let (base, duration) = (track.time_base?, track.duration?);
    let frames = u128::from(duration.get()) * u128::from(base.numer.get()) * u128::from(rate);
    u64::try_from(frames / u128::from(base.denom.get())).ok()
}

fn append_mono(samples: &GenericAudioBufferRef<'_>, interleaved: &mut Vec<f32>, mono: &mut Vec<f32>) {
    let channels = samples.num_planes().max(1);
    samples.copy_to_vec_interleaved(interleaved);
    if channels == 1 {
        mono.extend_from_slice(interleaved);
    } else {
        let frames = interleaved.chunks_exact(channels);
        mono.extend(frames.map(|frame| frame.iter().sum::<f32>() / channels as f32));
    }
}

/// Whether this error is about the disk, and not about the content.
pub(super) fn disk_error(error: Error) -> std::result::Result<io::Error, Error> {
    match error {
        Error::IoError(source) if source.kind() != io::ErrorKind::UnexpectedEof && source.raw_os_error().is_some() => {
            Ok(source)
        }
        other => Err(other),
    }
}

/// An error in words for someone who does not know symphonia.
pub(super) fn in_words(error: &Error) -> String {
    match error {
        Error::IoError(source) if source.kind() == io::ErrorKind::UnexpectedEof => "it ends too early".into(),
        Error::DecodeError(what) => format!("damaged ({what})"),
        Error::Unsupported(what) => format!("of an unsupported kind ({what}); convert it to wav"),
        Error::ResetRequired => "several recordings in one file; split it".into(),
        other => other.to_string(),
    }
}
