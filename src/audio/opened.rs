//! A sound file that is open, and what its first bytes promise.

use super::channel::MAX_CHANNELS;
use super::chunks::{self, Chunks, Layout};
use super::coded::{Coded, disk_error, in_words};
use super::container::{Container, SNIFFED, Strange, sniff};
use super::ogg_header::{OggHeader, read_ogg_header};
use super::sphere::sphere;
use super::unread::unread;
use super::wave64::wave64;
use super::{AudioError, Header};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::Path;
use symphonia::core::errors::Error;

/// Rates that speech is recorded at, with room on both sides (Hz). Outside of them a header is wrong.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// An open file whose first bytes are those of a sound file.
pub(super) struct Opened<'a> {
    pub path: &'a Path,
    pub file: File,
    length: u64,
    pub container: Container,
}

/// What a file holds, as far as it is known without decoding.
pub(super) enum Content {
    Plain(&'static str, Layout),
    /// Vorbis or Opus; the decoder is yet to be set up.
    Ogg(Header),
    Coded(Coded),
}

impl<'a> Opened<'a> {
    pub fn new(path: &'a Path) -> Result<Self, AudioError> {
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

    pub fn layout(&self) -> Result<Content, AudioError> {
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

    pub fn coded(&self, container: Container) -> Result<Coded, AudioError> {
        let file = self.file.try_clone().map_err(|source| io_error(self.path, source))?;
        Coded::open(file, container).map_err(|error| coded_error(self.path, error))
    }

    pub fn damaged(&self, what: String) -> AudioError {
        AudioError::Damaged {
            path: self.path.into(),
            what,
        }
    }
}

/// Refuses a header that no recording has.
pub(super) fn check(path: &Path, header: &Header) -> Result<(), AudioError> {
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

pub(super) fn io_error(path: &Path, source: io::Error) -> AudioError {
    AudioError::Io {
        path: path.into(),
        source,
    }
}

pub(super) fn coded_error(path: &Path, error: Error) -> AudioError {
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
