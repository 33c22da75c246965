//! Any sound file to mono samples, and its header alone.

use super::opened::{Content, Opened, check, coded_error};
use super::plausible::fault;
use super::stream::Stream;
use super::vector::vectorised;
use super::{AudioError, Channel, Header, Wave};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3;

/// A decoded file.
#[derive(Debug, Clone)]
pub struct Decoded {
    /// The mean of the channels, or the one that was asked for, at the stored rate.
    pub wave: Wave,
    /// What was found in the header, `frames` as decoded.
    pub header: Header,
    /// XXH3-128 of rate and mono samples (f32 little-endian): equal for files that sound equal.
    pub content: u128,
}

/// Half a gigabyte of mono samples; 46 minutes at 48 kHz.
pub(super) const MAX_FRAMES: usize = 1 << 27;

/// Reads the header only: the first bytes, for Ogg also the last ones. Some MPEG files state no
/// length; their packets are counted.
///
/// # Errors
/// [`AudioError`] when the file cannot be read or is no sound file, whatever its extension, when its
/// header makes no sense, or when it holds no samples.
pub fn read_header(path: &Path) -> Result<Header, AudioError> {
    let opened = Opened::new(path)?;
    let header = match opened.layout()? {
        Content::Plain(name, layout) => Header {
            container: name.into(),
            rate: layout.rate,
            channels: layout.channels,
            frames: layout.claimed,
        },
        Content::Ogg(header) => header,
        Content::Coded(mut coded) => {
            let frames = match coded.claimed {
                Some(frames) => frames,
                None => coded.count_frames(u64::MAX).map_err(|error| coded_error(path, error))?,
            };
            Header {
                container: coded.container.into(),
                rate: coded.rate,
                channels: coded.channels,
                frames,
            }
        }
    };
    check(path, &header)?;
    if header.frames == 0 {
        return Err(AudioError::Empty { path: path.into() });
    }
    Ok(header)
}

/// Samples per channel, by the packets of a compressed file, whatever its header says; nothing is decoded for it, but for
/// Matroska files without Opus.
///
/// # Errors
/// As [`read_header`].
pub fn count_samples(path: &Path) -> Result<u64, AudioError> {
    let opened = Opened::new(path)?;
    let mut coded = match opened.layout()? {
        Content::Plain(_, layout) => return Ok(layout.present),
        Content::Ogg(_) => opened.coded(opened.container)?,
        Content::Coded(coded) => coded,
    };
    coded.count_frames(u64::MAX).map_err(|error| coded_error(path, error))
}

/// Decodes a file to the mean of its channels. A damaged file gives what could be decoded when that is at least
/// 90 % of what its header states.
///
/// # Errors
/// [`AudioError`] when the file cannot be read, is no sound file, is damaged (samples that no
/// recording can hold are damage too: not finite, beyond 2^31, or a few over 60 dB above full scale and the rest of the
/// clip), is longer than 134 million samples or holds no samples.
pub fn decode(path: &Path) -> Result<Decoded, AudioError> {
    decode_channel(path, Channel::Mix)
}

/// As [`decode`], of one channel.
///
/// # Errors
/// As [`decode`]; a file without such a channel.
pub fn decode_channel(path: &Path, channel: Channel) -> Result<Decoded, AudioError> {
    let stream = Stream::open(path, channel)?;
    let mut samples = Vec::with_capacity(usize::try_from(stream.expected()).unwrap_or(MAX_FRAMES).min(MAX_FRAMES));
    let header = read_to_end(stream, &mut |_, block| {
        samples.extend_from_slice(block);
        samples.len() <= MAX_FRAMES
    })?;
    Decoded::of(path, header, samples)
}

/// Reads a file block by block: it may be as long as it likes. `each` is given block
/// after block with what the file is, and says whether to go on.
///
/// # Errors
/// As [`decode_channel`], but for what its samples say.
pub fn read_blocks(
    path: &Path,
    channel: Channel,
    each: &mut dyn FnMut(&Header, &[f32]) -> bool,
) -> Result<Header, AudioError> {
    read_to_end(Stream::open(path, channel)?, each)
}

fn read_to_end(mut stream: Stream, each: &mut dyn FnMut(&Header, &[f32]) -> bool) -> Result<Header, AudioError> {
    let mut read = 0;
    while stream.read()? {
        let (header, _, block) = stream.block();
        read += block.len() as u64;
        if !each(header, block) {
            let header = header.clone();
            return Ok(Header { frames: read, ..header });
        }
    }
    stream.finish(read)
}

impl Decoded {
    /// What was decoded of a file, if it can be a recording.
    pub(super) fn of(path: &Path, mut header: Header, samples: Vec<f32>) -> Result<Self, AudioError> {
        let damaged = |what: String| AudioError::Damaged {
            path: path.into(),
            what,
        };
        if samples.len() > MAX_FRAMES {
            let minutes = MAX_FRAMES as f64 / f64::from(header.rate) / 60.0;
            return Err(damaged(format!(
                "longer than {minutes:.0} minutes; cut it into utterances, or list them in a table with the columns \
                 start and end"
            )));
        }
        if let Some(why) = fault(&samples) {
            return Err(damaged(why));
        }
        header.frames = samples.len() as u64;
        let mut content = ContentHash::new(header.rate);
        content.update(&samples);
        Ok(Self {
            content: content.digest(),
            wave: Wave {
                samples,
                rate: header.rate,
            },
            header,
        })
    }
}

/// The hash of samples, which may come in parts; [`Decoded::content`] is that of all of them.
#[derive(Clone)]
pub struct ContentHash(Xxh3);

impl ContentHash {
    /// Of samples at this rate (Hz).
    pub fn new(rate: u32) -> Self {
        let mut hasher = Xxh3::new();
        hasher.update(&rate.to_le_bytes());
        Self(hasher)
    }

    /// Takes the samples that come next.
    pub fn update(&mut self, samples: &[f32]) {
        let mut bytes = [[0; 4]; 1024];
        for piece in samples.chunks(bytes.len()) {
            let bytes = &mut bytes[..piece.len()];
            to_bytes(piece, bytes);
            self.0.update(bytes.as_flattened());
        }
    }

    /// The hash.
    pub fn digest(&self) -> u128 {
        self.0.digest128()
    }
}

vectorised! {
fn to_bytes<'a>(samples: &'a [f32], bytes: &'a mut [[u8; 4]]) {
    for (slot, sample) in bytes.iter_mut().zip(samples) {
        // Adding zero makes -0 and 0, which sound equal, equal.
        *slot = (sample + 0.0).to_le_bytes();
    }
}
}
