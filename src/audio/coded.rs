//! Compressed files, by symphonia.

use super::container::Container;
use super::matroska::discard_padding;
use super::opus::{self, Opus, OpusHead};
use std::fs::File;
use std::io::{self, BufReader, Seek, SeekFrom};
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_FLAC, CODEC_ID_MP3, CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::{Error, Result};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
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
    /// Samples per channel at the end that are no sound, where symphonia does not know.
    pub padding: u64,
}

impl Coded {
    /// Sets up the reader of what the first bytes promised.
    pub(super) fn open(mut file: File, container: Container) -> Result<Self> {
        file.seek(SeekFrom::Start(0))?;
        let mut again = file.try_clone()?;
        let source: Box<dyn MediaSource> = match container {
            // Seeking, it would look for what comes after the sound before it reads any, and find no end to a cut file.
            Container::Matroska => Box::new(ReadOnlySource::new(file)),
            _ => Box::new(file),
        };
        let stream = MediaSourceStream::new(source, Default::default());
        let options = FormatOptions::default();
        let reader: Box<dyn FormatReader> = match container {
            Container::Wav => Box::new(formats::WavReader::try_new(stream, options)?),
            Container::Aiff => Box::new(formats::AiffReader::try_new(stream, options)?),
            Container::Flac => Box::new(formats::FlacReader::try_new(stream, options)?),
            Container::Ogg => Box::new(formats::OggReader::try_new(stream, options)?),
            Container::Mp3 => Box::new(formats::MpaReader::try_new(stream, options)?),
            Container::Aac => Box::new(formats::AdtsReader::try_new(stream, options)?),
            Container::M4a => Box::new(formats::IsoMp4Reader::try_new(stream, options)?),
            // What it calls unsupported is a file that is cut or damaged.
            Container::Matroska => Box::new(formats::MkvReader::try_new(stream, options).map_err(
                |error| match error {
                    Error::Unsupported(what) => Error::DecodeError(what),
                    other => other,
                },
            )?),
            Container::Wave64 | Container::Sphere => return Err(Error::Unsupported("samples that are not plain")),
            Container::Tagged => get_probe().probe(&Hint::new(), stream, options, MetadataOptions::default())?,
        };
        let container = match reader.format_info().short_name {
            "wave" => "wav",
            "isomp4" => "m4a",
            "mp1" | "mp2" | "mp3" => "mp3",
            "adts" => "aac",
            "matroska" => "webm",
            other => other,
        };
        let track = reader
            .default_track(TrackType::Audio)
            .ok_or(Error::Unsupported("it has no sound track"))?;
        let parameters = track.codec_params.as_ref().and_then(|parameters| parameters.audio());
        let parameters = parameters
            .ok_or(Error::Unsupported("the coding of its sound is unknown"))?
            .clone();
        let opus =
            (parameters.codec == CODEC_ID_OPUS).then(|| parameters.extra_data.as_deref().and_then(OpusHead::parse));
        let rate = match opus {
            Some(_) => opus::RATE,
            None => parameters
                .sample_rate
                .ok_or(Error::DecodeError("it states no sampling rate"))?,
        };
        let channels = match opus.flatten() {
            Some(head) => head.channels,
            None => {
                let channels = parameters.channels.as_ref().map_or(0, |channels| channels.count());
                u16::try_from(channels).unwrap_or(u16::MAX)
            }
        };
        if parameters.codec == CODEC_ID_AAC && channels > 2 {
            return Err(Error::Unsupported("AAC with more than two channels (5.1)"));
        }
        // Without a LAME tag the length of MPEG frames is a guess from the bit rate, and trimming to it loses sound.
        let guessed = matches!(container, "mp3" | "aac") && track.delay.is_none();
        let claimed = match (container, opus.flatten()) {
            _ if guessed => None,
            // What a Matroska file states is the length of all that it holds, to the millisecond.
            ("webm", _) => None,
            (_, Some(head)) => track
                .num_frames
                .map(|frames| frames.saturating_sub(head.pre_skip.into())),
            _ => stated_frames(track, rate),
        };
        let track = track.id;
        let padding = match container {
            "webm" if opus.is_some() => {
                // Both handles share one position, and the reader relies on where it left it.
                let (here, length) = (again.stream_position()?, again.metadata()?.len());
                let mut source = BufReader::with_capacity(1 << 12, &again);
                source.seek(SeekFrom::Start(0))?;
                let nanoseconds = discard_padding(&mut source, length, track)?;
                again.seek(SeekFrom::Start(here))?;
                // To the nearest sample, whichever way the nanoseconds were rounded.
                (u128::from(nanoseconds) * u128::from(rate) + 500_000_000) / 1_000_000_000
            }
            _ => 0,
        };
        Ok(Self {
            track,
            container,
            rate,
            channels,
            claimed,
            gapless: !guessed,
            padding: u64::try_from(padding).unwrap_or(u64::MAX),
            parameters,
            reader,
        })
    }

    /// Samples per channel, by the durations of all packets. Nothing is decoded, but for Matroska files without Opus, whose
    /// packets need not say how long they are: those are decoded, up to `limit` samples.
    pub(super) fn count_frames(&mut self, limit: u64) -> Result<u64> {
        if self.container == "webm" && !self.is_opus() {
            let mut decoder = self.decoder()?;
            let mut interleaved = Vec::new();
            let mut frames = 0;
            while frames < limit
                && let Ok(Some(packet)) = self.next_packet()
            {
                if let Ok((_, channels)) = decoder.decode(&packet, &mut interleaved) {
                    frames += (interleaved.len() / channels.max(1)) as u64;
                }
            }
            return Ok(frames);
        }
        let mut frames = 0u64;
        loop {
            match self.next_packet() {
                Ok(Some(packet)) => frames = frames.saturating_add(self.samples_in(&packet)),
                Ok(None) => break,
                // What a recording that was cut holds of it is its length: there is no other to be compared.
                Err(_) if self.container == "webm" && frames > 0 => break,
                Err(error) => return Err(error),
            }
        }
        let before = match self.parameters.extra_data.as_deref().and_then(OpusHead::parse) {
            Some(head) if self.is_opus() => head.pre_skip.into(),
            _ => 0,
        };
        Ok(frames.saturating_sub(before).saturating_sub(self.padding))
    }

    /// The next packet of its track; none at the end.
    pub(super) fn next_packet(&mut self) -> Result<Option<Packet>> {
        loop {
            match self.reader.next_packet()? {
                Some(packet) if packet.track_id != self.track => {}
                packet => return Ok(packet),
            }
        }
    }

    /// Samples per channel that a packet becomes.
    pub(super) fn samples_in(&self, packet: &Packet) -> u64 {
        if self.container == "mp3" {
            // What symphonia 0.6 calls the valid part of a packet of MPEG is the whole of it.
            let trimmed = packet.trim_start.get().saturating_add(packet.trim_end.get());
            let trimmed = if self.gapless { trimmed } else { 0 };
            return packet.dur.get().saturating_sub(trimmed);
        }
        match (self.is_opus(), self.gapless) {
            (true, _) => opus::samples_in(&packet.data).saturating_sub(packet.trim_end.get()),
            (false, true) => packet.dur.get(),
            (false, false) => packet.block_dur().get(),
        }
    }

    /// What makes samples of its packets.
    pub(super) fn decoder(&self) -> Result<Decoder> {
        Decoder::new(&self.parameters, self.gapless)
    }

    /// How long before a position the decoding has to begin for it to sound as if all of the file was decoded; none where
    /// what a packet sounds like depends on all before it, or packets do not say how long they are.
    pub(super) fn run_up(&self) -> Option<RunUp> {
        let (samples, packets) = match self.container {
            "flac" if self.parameters.codec == CODEC_ID_FLAC => (0, 0),
            // Frames reach back 511 bytes, which are 22 of the shortest, and the filters behind them two more.
            "mp3" if self.parameters.codec == CODEC_ID_MP3 => (40 * 1_152, 36),
            // Each overlaps the one before, the longest have 8,192 samples.
            "ogg" if self.parameters.codec == CODEC_ID_VORBIS => (4 * 8_192, 3),
            _ => return None,
        };
        Some(RunUp { samples, packets })
    }

    /// How much later than the end of the packet before (in samples) a packet says that it is without something missing
    /// between the two; none where packets do not know.
    pub(super) fn time_tolerance(&self) -> Option<u64> {
        match self.container {
            "flac" => Some(0),
            // Pages say when they end, and encoders are not always exact at first.
            "ogg" => Some(8_192),
            _ => None,
        }
    }

    fn is_opus(&self) -> bool {
        self.parameters.codec == CODEC_ID_OPUS
    }
}

/// What has to be decoded before a position.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunUp {
    /// At least so many samples per channel.
    pub samples: u64,
    /// Packets whose samples are not right yet; never more than `samples` hold.
    pub packets: usize,
}

/// What makes samples of packets.
pub(super) enum Decoder {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Opus),
}

impl Decoder {
    fn new(parameters: &AudioCodecParameters, gapless: bool) -> Result<Self> {
        if parameters.codec == CODEC_ID_OPUS {
            return Opus::new(parameters.extra_data.as_deref().unwrap_or_default()).map(Self::Opus);
        }
        let options = AudioDecoderOptions::default().gapless(gapless);
        get_codecs()
            .make_audio_decoder(parameters, &options)
            .map(Self::Symphonia)
    }

    /// Forgets the packets before.
    pub(super) fn reset(&mut self) {
        // Opus is decoded from its beginning.
        if let Self::Symphonia(decoder) = self {
            decoder.reset();
        }
    }

    /// The samples of a packet, interleaved; their rate (Hz), and how many channels there are.
    pub(super) fn decode(&mut self, packet: &Packet, interleaved: &mut Vec<f32>) -> Result<(u32, usize)> {
        match self {
            Self::Symphonia(decoder) => {
                let samples = decoder.decode(packet)?;
                samples.copy_to_vec_interleaved(interleaved);
                Ok((samples.spec().rate(), samples.num_planes()))
            }
            Self::Opus(decoder) => {
                interleaved.clear();
                interleaved.extend_from_slice(decoder.decode(&packet.data, packet.trim_end.get())?);
                Ok((opus::RATE, decoder.channels()))
            }
        }
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
        Error::Unsupported(what) => format!("of an unsupported kind ({what})"),
        Error::ResetRequired => "several recordings in one file; split it".into(),
        other => other.to_string(),
    }
}
