//! Opus packets to samples (RFC 6716), and what its header says (RFC 7845, RFC 8486).

use opus_pure::{ChannelLayout, MAX_PACKET_SAMPLES, OpusMSDecoder, packet};
use symphonia::core::errors::{Error, Result, decode_error, unsupported_error};

/// Whatever was recorded, Opus is decoded at this rate (Hz).
pub(super) const RATE: u32 = 48_000;

/// What the identification header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpusHead {
    /// Channels.
    pub channels: u16,
    /// Samples per channel that come before the recording.
    pub pre_skip: u16,
    /// Gain to be applied, in 256ths of a decibel.
    gain: i16,
    /// 0: mono or stereo, 1: surround in Vorbis's order.
    family: u8,
}

impl OpusHead {
    /// Reads the fixed part of the header; nothing where it is none.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        let [
            b'O',
            b'p',
            b'u',
            b's',
            b'H',
            b'e',
            b'a',
            b'd',
            version,
            channels,
            s0,
            s1,
            _,
            _,
            _,
            _,
            g0,
            g1,
            family,
            ..,
        ] = *bytes
        else {
            return None;
        };
        (version >> 4 == 0 && channels > 0).then_some(Self {
            channels: channels.into(),
            pre_skip: u16::from_le_bytes([s0, s1]),
            gain: i16::from_le_bytes([g0, g1]),
            family,
        })
    }
}

/// Samples per channel in a packet, by its first bytes; 0 where it is damaged.
pub(super) fn samples_in(packet: &[u8]) -> u64 {
    packet::samples_48k(packet).map_or(0, |samples| samples as u64)
}

/// A decoder of one stream.
pub(super) struct Opus {
    decoder: OpusMSDecoder,
    channels: usize,
    /// Samples per channel that are yet to be left out.
    skip: usize,
    samples: Vec<f32>,
}

impl Opus {
    /// A decoder for the stream of this identification header.
    pub(super) fn new(header: &[u8]) -> Result<Self> {
        let Some(head) = OpusHead::parse(header) else {
            return decode_error("its Opus header is damaged");
        };
        let channels = usize::from(head.channels);
        let unusual = || Error::Unsupported("Opus with an unusual order of channels");
        let layout = ChannelLayout::surround(channels, head.family).map_err(|_| unusual())?;
        if head.family != 0 {
            let [streams, coupled] = [layout.nb_streams, layout.nb_coupled_streams].map(|count| count as u8);
            let usual = [&[streams, coupled][..], &layout.mapping].concat();
            if header.get(19..19 + usual.len()) != Some(&usual[..]) {
                return Err(unusual());
            }
        }
        let Ok(mut decoder) = OpusMSDecoder::new(RATE as i32, channels, head.family) else {
            return unsupported_error("Opus of this kind");
        };
        for stream in decoder.streams_mut() {
            stream.gain_q8 = head.gain.into();
        }
        Ok(Self {
            decoder,
            channels,
            skip: head.pre_skip.into(),
            samples: vec![0.0; MAX_PACKET_SAMPLES * channels],
        })
    }

    /// Decodes a packet, of whose end so many samples per channel are no sound; interleaved.
    pub(super) fn decode(&mut self, packet: &[u8], trim_end: u64) -> Result<&[f32]> {
        let Ok(decoded) = self.decoder.decode(packet, MAX_PACKET_SAMPLES, &mut self.samples) else {
            return decode_error("an Opus packet makes no sense");
        };
        let end = decoded.saturating_sub(usize::try_from(trim_end).unwrap_or(usize::MAX));
        let start = self.skip.min(end);
        self.skip -= start;
        Ok(self
            .samples
            .get(start * self.channels..end * self.channels)
            .unwrap_or_default())
    }

    /// Interleaved channels of what is decoded.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn head(channels: u8, pre_skip: u16) -> Vec<u8> {
        let mut bytes = [&b"OpusHead\x01"[..], &[channels]].concat();
        bytes.extend(pre_skip.to_le_bytes());
        bytes.extend([0; 7]);
        bytes
    }

    #[test]
    fn headers_that_make_no_sense_are_refused() {
        assert!(Opus::new(&head(2, 312)).is_ok());
        for header in [&head(0, 0)[..], &head(3, 0), &head(1, 0)[..18], b"OpusTags", b""] {
            assert!(Opus::new(header).is_err(), "{header:?}");
        }
        // Version 16 is of another kind.
        let mut header = head(1, 0);
        header[8] = 16;
        assert!(Opus::new(&header).is_err());
    }

    #[test]
    fn what_comes_before_is_left_out_over_as_many_packets_as_it_takes() {
        // A packet without content: 20 ms of CELT, of which a decoder makes silence.
        let packet = [0xf8];
        assert_eq!(samples_in(&packet), 960);
        let mut opus = Opus::new(&head(2, 1_500)).unwrap();
        let lengths = [0, 0, 40, 2_000].map(|trim| opus.decode(&packet, trim).unwrap().len());
        assert_eq!(lengths, [0, 2 * 420, 2 * 920, 0]);
        assert_eq!(samples_in(&[]), 0);
    }

    proptest! {
        #[test]
        fn no_packets_are_a_panic_and_none_is_longer_than_it_says(
            channels in 1u8..=2,
            packets in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..80), 0u64..3_000), 0..12),
        ) {
            let mut opus = Opus::new(&head(channels, 100)).unwrap();
            for (packet, trim) in &packets {
                if let Ok(samples) = opus.decode(packet, *trim) {
                    prop_assert!(samples.len() <= MAX_PACKET_SAMPLES * usize::from(channels));
                    prop_assert_eq!(samples.len() % usize::from(channels), 0);
                }
            }
        }

        #[test]
        fn no_header_is_a_panic(channels: u8, family: u8, rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut header = head(channels, 0);
            header.truncate(18);
            header.push(family);
            header.extend(rest);
            let _ = Opus::new(&header);
        }
    }
}
