//! A sound file block by block: however long it is, only a block of it lies in memory.

use super::chunks::Layout;
use super::coded::in_words;
use super::container::Container;
use super::opened::{Content, Opened, check, coded_error, io_error};
use super::packets::Packets;
use super::{AudioError, Channel, Header};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Bytes of plain samples read at a time.
const PIECE: u64 = 1 << 18;

/// A file of which less than this share can be read is refused.
pub(super) const ENOUGH: f64 = 0.9;

/// One channel of a sound file, or the mean of all, block by block.
pub(super) struct Stream {
    path: PathBuf,
    header: Header,
    /// Samples per channel that the header states, when it does.
    claimed: Option<u64>,
    channel: Channel,
    source: Source,
}

enum Source {
    Plain(Plain),
    Packets(Box<Packets>),
}

impl Stream {
    /// Opens a file; no sample is read yet.
    ///
    /// # Errors
    /// [`AudioError`] when the file cannot be read, is no sound file, its header makes no sense, or it lacks the channel.
    pub fn open(path: &Path, channel: Channel) -> Result<Self, AudioError> {
        let opened = Opened::new(path)?;
        let coded = match opened.layout()? {
            Content::Plain(name, layout) => {
                let header = Header {
                    container: name.into(),
                    rate: layout.rate,
                    channels: layout.channels,
                    frames: 0,
                };
                let stream = Self {
                    path: path.into(),
                    header,
                    claimed: Some(layout.claimed),
                    channel,
                    source: Source::Plain(Plain::new(opened.file, layout, channel)),
                };
                stream.check()?;
                return Ok(stream);
            }
            Content::Ogg(_) => opened.coded(Container::Ogg)?,
            Content::Coded(coded) => coded,
        };
        let header = Header {
            container: coded.container.into(),
            rate: coded.rate,
            channels: coded.channels,
            frames: 0,
        };
        let claimed = coded.claimed;
        let packets = Packets::new(coded, channel).map_err(|error| coded_error(path, error))?;
        Ok(Self {
            path: path.into(),
            header,
            claimed,
            channel,
            source: Source::Packets(Box::new(packets)),
        })
    }

    /// Samples that will certainly come.
    pub fn expected(&self) -> u64 {
        match &self.source {
            Source::Plain(plain) => plain.layout.present,
            Source::Packets(_) => 0,
        }
    }

    /// Says that nothing before this sample is wanted.
    pub fn skip_to(&mut self, sample: u64) {
        match &mut self.source {
            Source::Plain(plain) => plain.skip_to(sample),
            Source::Packets(packets) => packets.skip_to(sample),
        }
    }

    /// Reads the next block; says whether there is one.
    ///
    /// # Errors
    /// What the file system says; a file without such a channel, or of too many.
    pub fn read(&mut self) -> Result<bool, AudioError> {
        match &mut self.source {
            Source::Plain(plain) => plain.read().map_err(|source| io_error(&self.path, source)),
            Source::Packets(packets) => {
                let there = packets.read();
                // Only packets know how many channels they have.
                if self.header.channels != packets.coded().channels {
                    self.header.channels = packets.coded().channels;
                    self.check()?;
                }
                Ok(there)
            }
        }
    }

    /// What the file is (`frames` is 0), and the block that was read last with the position of its first sample.
    pub fn block(&self) -> (&Header, u64, &[f32]) {
        let (first, block) = match &self.source {
            Source::Plain(plain) => plain.block(),
            Source::Packets(packets) => packets.block(),
        };
        (&self.header, first, block)
    }

    /// What went wrong on the way, in words.
    pub fn trouble(&self) -> Option<String> {
        match &self.source {
            Source::Plain(plain) => plain.is_short().then(|| "it ends too early".into()),
            Source::Packets(packets) => packets.trouble().map(in_words),
        }
    }

    /// Judges a file that was read from its beginning to its end.
    ///
    /// # Errors
    /// [`AudioError`] when less than 90 % of what its header states was read, or nothing.
    pub fn finish(mut self, read: u64) -> Result<Header, AudioError> {
        self.check()?;
        let trouble = self.trouble();
        if let Some(claimed) = self.claimed.filter(|&claimed| (read as f64) < ENOUGH * claimed as f64) {
            let why = trouble.unwrap_or_else(|| "its header and its content do not agree".into());
            return Err(self.damaged(format!(
                "only {read} of {claimed} samples can be read: {why}; get another copy of it"
            )));
        }
        if read == 0 {
            return Err(match trouble {
                Some(why) => self.damaged(format!("no sample can be read: {why}; get another copy of it")),
                None => AudioError::Empty { path: self.path },
            });
        }
        self.header.frames = read;
        Ok(self.header)
    }

    fn check(&self) -> Result<(), AudioError> {
        check(&self.path, &self.header)?;
        match self.channel.missing(self.header.channels) {
            Some(what) => Err(self.damaged(what)),
            None => Ok(()),
        }
    }

    /// The error of this file.
    pub fn damaged(&self, what: String) -> AudioError {
        AudioError::Damaged {
            path: self.path.clone(),
            what,
        }
    }
}

/// Plain samples.
struct Plain {
    file: File,
    layout: Layout,
    channel: Channel,
    /// The sample that is read next.
    at: u64,
    placed: bool,
    bytes: Vec<u8>,
    block: Vec<f32>,
}

impl Plain {
    fn new(file: File, layout: Layout, channel: Channel) -> Self {
        Self {
            file,
            layout,
            channel,
            at: 0,
            placed: false,
            bytes: Vec::new(),
            block: Vec::new(),
        }
    }

    fn is_short(&self) -> bool {
        self.layout.present < self.layout.claimed
    }

    fn skip_to(&mut self, sample: u64) {
        let sample = sample.min(self.layout.present);
        if sample > self.at {
            self.at = sample;
            self.placed = false;
        }
    }

    fn block(&self) -> (u64, &[f32]) {
        (self.at - self.block.len() as u64, &self.block)
    }

    fn read(&mut self) -> io::Result<bool> {
        let channels = self.layout.channels;
        let frame = (self.layout.encoding.bytes() * u64::from(channels)).max(1);
        if !std::mem::replace(&mut self.placed, true) {
            self.file.seek(SeekFrom::Start(self.layout.start + self.at * frame))?;
        }
        let left = self.layout.present.saturating_sub(self.at).saturating_mul(frame);
        let piece = left.min((PIECE / frame).max(1) * frame);
        self.bytes.clear();
        (&self.file).take(piece).read_to_end(&mut self.bytes)?;
        self.block.clear();
        self.layout
            .encoding
            .append(&self.bytes, channels.into(), self.channel, &mut self.block);
        self.at += self.block.len() as u64;
        Ok(!self.block.is_empty())
    }
}
