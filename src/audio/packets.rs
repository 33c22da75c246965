//! The packets of a compressed file as blocks of samples, each with its position.

use super::Channel;
use super::coded::{Coded, Decoder, RunUp};
use symphonia::core::errors::{Error, Result};
use symphonia::core::units::Timestamp;

/// Reads packet after packet. What is damaged is left out, and what comes after it keeps its position, as far as packets say
/// which they have.
pub(super) struct Packets {
    coded: Coded,
    decoder: Decoder,
    channel: Channel,
    interleaved: Vec<f32>,
    block: Vec<f32>,
    /// The position of the block's first sample.
    first: u64,
    /// Where the samples of the next packet begin.
    at: u64,
    /// What may be padding, where it is only known at the end.
    held: Vec<f32>,
    /// When the next packet is to be heard, by what the last one said.
    due: Option<Timestamp>,
    /// Nothing before this sample is wanted.
    wanted: u64,
    skipped: bool,
    /// Packets that only prepare the decoder.
    preparing: usize,
    trouble: Option<Error>,
    ended: bool,
}

impl Packets {
    pub fn new(coded: Coded, channel: Channel) -> Result<Self> {
        Ok(Self {
            decoder: coded.decoder()?,
            coded,
            channel,
            interleaved: Vec::new(),
            block: Vec::new(),
            first: 0,
            at: 0,
            held: Vec::new(),
            due: None,
            wanted: 0,
            skipped: false,
            preparing: 0,
            trouble: None,
            ended: false,
        })
    }

    /// The file, with what is known of it by now.
    pub fn coded(&self) -> &Coded {
        &self.coded
    }

    /// The last thing that went wrong.
    pub fn trouble(&self) -> Option<&Error> {
        self.trouble.as_ref()
    }

    /// Says that nothing before this sample is wanted: packets that play no part in what comes after are not decoded.
    pub fn skip_to(&mut self, sample: u64) {
        self.wanted = sample;
    }

    /// The block that was read last, and where it begins.
    pub fn block(&self) -> (u64, &[f32]) {
        (self.first, &self.block)
    }

    /// Reads the next block; says whether there is one.
    pub fn read(&mut self) -> bool {
        while !self.ended {
            self.take_packet();
            if !self.block.is_empty() {
                return true;
            }
        }
        false
    }

    fn take_packet(&mut self) {
        self.block.clear();
        let packet = match self.coded.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return self.ended = true,
            Err(error) => return self.end(error),
        };
        let length = self.coded.samples_in(&packet);
        if let (Some(due), Some(tolerance)) = (self.due, self.coded.time_tolerance()) {
            let late = u64::try_from(packet.pts.get().saturating_sub(due.get())).unwrap_or(0);
            // What should have come between the two is lost.
            self.at += if late > tolerance { late } else { 0 };
        }
        self.due = packet.pts.checked_add(packet.block_dur());
        let run_up = self.coded.run_up();
        if let Some(RunUp { samples, .. }) = run_up
            && self.at + length + samples <= self.wanted
        {
            self.at += length;
            self.skipped = true;
            return;
        }
        if std::mem::take(&mut self.skipped) {
            self.decoder.reset();
            self.preparing = run_up.map_or(0, |run_up| run_up.packets);
        }
        let decoded = self.decoder.decode(&packet, &mut self.interleaved);
        if self.preparing > 0 {
            self.preparing -= 1;
            self.at += length;
            return;
        }
        match decoded {
            Ok((rate, _)) if !self.interleaved.is_empty() && rate != self.coded.rate => {
                self.end(Error::DecodeError("its sampling rate changes in the middle"));
            }
            Ok((_, channels)) => {
                self.coded.channels = u16::try_from(channels).unwrap_or(u16::MAX);
                self.channel
                    .append(&self.interleaved, channels, &mut self.block, |sample| sample);
                self.first = self.at;
                self.at += self.block.len() as u64;
                self.hold_back();
            }
            Err(error @ (Error::DecodeError(_) | Error::IoError(_))) => {
                self.trouble = Some(error);
                self.at += length;
            }
            Err(error) => self.end(error),
        }
    }

    /// Keeps as much as the padding at the end back.
    fn hold_back(&mut self) {
        let padding = usize::try_from(self.coded.padding).unwrap_or(usize::MAX);
        if padding == 0 {
            return;
        }
        self.held.append(&mut self.block);
        let ready = self.held.len().saturating_sub(padding);
        self.block.extend(self.held.drain(..ready));
        self.first = self.at - (self.held.len() + ready) as u64;
    }

    fn end(&mut self, error: Error) {
        self.trouble = Some(error);
        self.ended = true;
    }
}
