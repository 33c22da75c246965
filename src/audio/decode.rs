//! Any sound file to mono samples, and its header alone.

use super::channel::{Channel, MAX_CHANNELS};
use super::chunks::{self, Chunks, Layout};
use super::coded::{Coded, disk_error, in_words};
use super::container::{Container, SNIFFED, Strange, sniff};
use super::ogg_header::{OggHeader, read_ogg_header};
use super::plausible::fault;
use super::sphere::sphere;
use super::unread::unread;
use super::vector::vectorised;
use super::wave64::wave64;
use super::{AudioError, Wave};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use symphonia::core::errors::Error;
use xxhash_rust::xxh3::Xxh3;

/// What a header says; no sample was read for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// The container as its content says: `wav`, `w64`, `sph`, `aiff`, `flac`, `ogg`, `mp3`, `aac`, `m4a`, `webm`.
    pub container: String,
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels as stored.
    pub channels: u16,
    /// Samples per channel. Where the sound is compressed, as the file states it, and files are mistaken; what is decoded
    /// counts.
    pub frames: u64,
}

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

impl Decoded {
    /// These samples of it, `header.frames` and `content` with them.
    ///
    /// # Errors
    /// A range that the file at `path` does not hold.
    pub fn cut(mut self, path: &Path, range: Range<u64>) -> Result<Self, AudioError> {
        let all = self.wave.samples.len();
        let [start, end] = [range.start, range.end].map(|sample| usize::try_from(sample).unwrap_or(usize::MAX));
        let Some(samples) = self.wave.samples.get(start..end).filter(|samples| !samples.is_empty()) else {
            return Err(AudioError::Damaged {
                path: path.into(),
                what: format!("it ends after {all} samples, before its segment from {start} to {end} does"),
            });
        };
        self.content = hash(self.wave.rate, samples);
        self.header.frames = samples.len() as u64;
        self.wave.samples = samples.to_vec();
        Ok(self)
    }
}

/// Rates that speech is recorded at, with room on both sides (Hz). Outside of them a header is wrong.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;
/// Half a gigabyte of mono samples; 46 minutes at 48 kHz.
const MAX_FRAMES: usize = 1 << 27;
/// A file of which less than this share can be read is refused.
const ENOUGH: f64 = 0.9;
/// Bytes of plain samples read at a time.
const PIECE: u64 = 1 << 18;

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
                None => coded
                    .count_frames(MAX_FRAMES)
                    .map_err(|error| coded_error(path, error))?,
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
    let opened = Opened::new(path)?;
    let Sound {
        mut header,
        samples,
        claimed,
        trouble,
    } = match opened.layout()? {
        Content::Plain(name, layout) => opened.plain(name, &layout, channel)?,
        Content::Ogg(_) => opened.decoded(opened.coded(Container::Ogg)?, channel)?,
        Content::Coded(coded) => opened.decoded(coded, channel)?,
    };
    if let Some(what) = channel.missing(header.channels) {
        return Err(opened.damaged(what));
    }
    if samples.len() > MAX_FRAMES {
        let minutes = MAX_FRAMES as f64 / f64::from(header.rate) / 60.0;
        return Err(opened.damaged(format!("longer than {minutes:.0} minutes; cut it into utterances")));
    }
    if let Some(claimed) = claimed.filter(|&claimed| (samples.len() as f64) < ENOUGH * claimed as f64) {
        let why = trouble.unwrap_or_else(|| "its header and its content do not agree".into());
        let read = samples.len();
        return Err(opened.damaged(format!(
            "only {read} of {claimed} samples can be read: {why}; get another copy of it"
        )));
    }
    if samples.is_empty() {
        return Err(match trouble {
            Some(why) => opened.damaged(format!("no sample can be read: {why}; get another copy of it")),
            None => AudioError::Empty { path: path.into() },
        });
    }
    if let Some(why) = fault(&samples) {
        return Err(opened.damaged(why));
    }
    header.frames = samples.len() as u64;
    let content = hash(header.rate, &samples);
    Ok(Decoded {
        wave: Wave {
            samples,
            rate: header.rate,
        },
        header,
        content,
    })
}

/// An open file whose first bytes are those of a sound file.
struct Opened<'a> {
    path: &'a Path,
    file: File,
    length: u64,
    container: Container,
}

/// What a file holds, as far as it is known without decoding.
enum Content {
    Plain(&'static str, Layout),
    /// Vorbis or Opus; the decoder is yet to be set up.
    Ogg(Header),
    Coded(Coded),
}

/// What decoding brought.
struct Sound {
    /// `frames` is not known yet.
    header: Header,
    samples: Vec<f32>,
    /// Samples per channel that the header states, when it does.
    claimed: Option<u64>,
    /// What went wrong on the way.
    trouble: Option<String>,
}

impl<'a> Opened<'a> {
    fn new(path: &'a Path) -> Result<Self, AudioError> {
        let failed = |source| io_error(path, source);
        let metadata = std::fs::metadata(path).map_err(failed)?;
        // Opening a pipe would wait for someone to write to it.
        if !metadata.is_file() {
            return Err(AudioError::NotAudio {
                path: path.into(),
                found: "not a regular file".into(),
            });
        }
        if metadata.len() == 0 {
            return Err(AudioError::Empty { path: path.into() });
        }
        let mut file = File::open(path).map_err(failed)?;
        let mut head = Vec::with_capacity(SNIFFED);
        (&mut file)
            .take(SNIFFED as u64)
            .read_to_end(&mut head)
            .map_err(failed)?;
        let container = sniff(&head).map_err(|strange| match strange {
            Strange::NoSound(found) => AudioError::NotAudio {
                path: path.into(),
                found,
            },
            Strange::Unread(name) => AudioError::Damaged {
                path: path.into(),
                what: unread(path, name),
            },
        })?;
        Ok(Self {
            path,
            file,
            length: metadata.len(),
            container,
        })
    }

    fn layout(&self) -> Result<Content, AudioError> {
        let failed = |source| io_error(self.path, source);
        let mut source = BufReader::with_capacity(1 << 12, &self.file);
        source
            .rewind()
            .and_then(|()| source.fill_buf().map(|_| ()))
            .map_err(failed)?;
        let (name, chunks) = match self.container {
            Container::Wav => ("wav", chunks::wav(&mut source, self.length)),
            Container::Wave64 => ("w64", wave64(&mut source, self.length)),
            Container::Sphere => ("sph", sphere(&mut source, self.length)),
            Container::Aiff => ("aiff", chunks::aiff(&mut source, self.length)),
            Container::Ogg => {
                return match read_ogg_header(&mut &self.file, self.length).map_err(failed)? {
                    OggHeader::Sound { rate, channels, frames } => Ok(Content::Ogg(Header {
                        container: "ogg".into(),
                        rate,
                        channels,
                        frames,
                    })),
                    OggHeader::Unsupported(name) => Err(self.damaged(unread(self.path, name))),
                    OggHeader::Other => self.coded(self.container).map(Content::Coded),
                };
            }
            other => return self.coded(other).map(Content::Coded),
        };
        match chunks.map_err(failed)? {
            Chunks::Plain(layout) => Ok(Content::Plain(name, layout)),
            Chunks::Coded => self.coded(self.container).map(Content::Coded),
            Chunks::Unread(name) => Err(self.damaged(unread(self.path, name))),
            Chunks::Broken(why) => Err(self.damaged(format!("a damaged {name} file: {why}; get another copy of it"))),
        }
    }

    fn coded(&self, container: Container) -> Result<Coded, AudioError> {
        let file = self.file.try_clone().map_err(|source| io_error(self.path, source))?;
        Coded::open(file, container).map_err(|error| coded_error(self.path, error))
    }

    fn plain(&self, name: &str, layout: &Layout, channel: Channel) -> Result<Sound, AudioError> {
        let header = Header {
            container: name.into(),
            rate: layout.rate,
            channels: layout.channels,
            frames: 0,
        };
        check(self.path, &header)?;
        let samples = read_plain(&self.file, layout, channel).map_err(|source| io_error(self.path, source))?;
        let trouble = (layout.present < layout.claimed).then(|| "it ends too early".into());
        Ok(Sound {
            header,
            samples,
            claimed: Some(layout.claimed),
            trouble,
        })
    }

    fn decoded(&self, mut coded: Coded, channel: Channel) -> Result<Sound, AudioError> {
        let (samples, error) = coded
            .decode(MAX_FRAMES + 1, channel)
            .map_err(|error| coded_error(self.path, error))?;
        let header = Header {
            container: coded.container.into(),
            rate: coded.rate,
            channels: coded.channels,
            frames: 0,
        };
        check(self.path, &header)?;
        Ok(Sound {
            header,
            samples,
            claimed: coded.claimed,
            trouble: error.map(|error| in_words(&error)),
        })
    }

    fn damaged(&self, what: String) -> AudioError {
        AudioError::Damaged {
            path: self.path.into(),
            what,
        }
    }
}

/// Refuses a header that no recording has.
fn check(path: &Path, header: &Header) -> Result<(), AudioError> {
    let what = if !RATES.contains(&header.rate) {
        format!(
            "its header states {} samples per second; {} to {} are read",
            header.rate,
            RATES.start(),
            RATES.end()
        )
    } else if header.channels == 0 || header.channels > MAX_CHANNELS {
        format!(
            "its header states {} channels; 1 to {MAX_CHANNELS} are read",
            header.channels
        )
    } else {
        return Ok(());
    };
    Err(AudioError::Damaged {
        path: path.into(),
        what,
    })
}

fn read_plain(mut file: &File, layout: &Layout, channel: Channel) -> io::Result<Vec<f32>> {
    let channels = usize::from(layout.channels);
    let frame = layout.encoding.bytes() * u64::from(layout.channels);
    // One more than is allowed, so that too long a file is noticed.
    let wanted = layout.present.min(MAX_FRAMES as u64 + 1);
    let mut samples = Vec::with_capacity(wanted as usize);
    let mut left = wanted * frame;
    let mut bytes = Vec::with_capacity(left.min(PIECE) as usize);
    file.seek(SeekFrom::Start(layout.start))?;
    while left > 0 {
        let piece = left.min((PIECE / frame).max(1) * frame);
        bytes.clear();
        if file.take(piece).read_to_end(&mut bytes)? == 0 {
            break;
        }
        layout.encoding.append(&bytes, channels, channel, &mut samples);
        left -= piece;
    }
    Ok(samples)
}

fn hash(rate: u32, samples: &[f32]) -> u128 {
    let mut hasher = Xxh3::new();
    hasher.update(&rate.to_le_bytes());
    let mut bytes = [[0; 4]; 1024];
    for piece in samples.chunks(bytes.len()) {
        let bytes = &mut bytes[..piece.len()];
        to_bytes(piece, bytes);
        hasher.update(bytes.as_flattened());
    }
    hasher.digest128()
}

vectorised! {
fn to_bytes<'a>(samples: &'a [f32], bytes: &'a mut [[u8; 4]]) {
    for (slot, sample) in bytes.iter_mut().zip(samples) {
        // Adding zero makes -0 and 0, which sound equal, equal.
        *slot = (sample + 0.0).to_le_bytes();
    }
}
}

fn io_error(path: &Path, source: io::Error) -> AudioError {
    AudioError::Io {
        path: path.into(),
        source,
    }
}

fn coded_error(path: &Path, error: Error) -> AudioError {
    match disk_error(error) {
        Ok(source) => io_error(path, source),
        Err(error) => AudioError::Damaged {
            path: path.into(),
            what: match error {
                Error::Unsupported(what) => unread(path, &format!("its sound is of a kind ({what})")),
                error => in_words(&error),
            },
        },
    }
}
