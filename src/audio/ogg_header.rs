//! Rate, channels and length of an Ogg file with Vorbis or Opus content from its first and last page.
//!
//! Reading the pages by hand takes a tenth of the time that setting up a demultiplexer takes, which
//! matters when ten thousand files are scanned. Whatever is unusual is left to symphonia.

use super::opus::{self, OpusHead};
use std::io::{self, Read, Seek, SeekFrom};

/// What the pages of an Ogg file say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum OggHeader {
    /// One stream of Vorbis or Opus.
    Sound {
        /// Samples per second (Hz).
        rate: u32,
        /// Channels.
        channels: u16,
        /// Samples per channel, by the position in the last page; Opus without what its header says comes before.
        frames: u64,
    },
    /// A coding that cannot be decoded, by name.
    Unsupported(&'static str),
    /// Something that needs a closer look.
    Other,
}

/// Fixed part of a page's head.
const HEAD: usize = 27;
/// The identification header: a page with one segment of 30 bytes.
const FIRST_PAGE: usize = HEAD + 1 + 30;
/// Where the last page is looked for: first in the last bytes, then in all that a page can span.
const TAILS: [u64; 2] = [8 << 10, 66 << 10];

/// Reads the first and the last page of a file of `length` bytes.
pub(super) fn read_ogg_header(source: &mut (impl Read + Seek), length: u64) -> io::Result<OggHeader> {
    if length < FIRST_PAGE as u64 {
        return Ok(OggHeader::Other);
    }
    let mut first = [0; FIRST_PAGE];
    source.seek(SeekFrom::Start(0))?;
    source.read_exact(&mut first)?;
    let segments = usize::from(first[26]);
    let packet = first.get(HEAD + segments..).unwrap_or_default();
    for (magic, name) in [
        (&b"Speex   "[..], "an Ogg file with Speex content"),
        (b"\x80theora", "an Ogg file with Theora content"),
    ] {
        if packet.starts_with(magic) {
            return Ok(OggHeader::Unsupported(name));
        }
    }
    // Version 0 of the container, the identification header alone on the page.
    let ([b'O', b'g', b'g', b'S', 0, ..], 1) = (first, segments) else {
        return Ok(OggHeader::Other);
    };
    let Some((rate, channels, before)) = identified(packet) else {
        return Ok(OggHeader::Other);
    };
    let serial = &first[14..18];
    for tail in TAILS {
        let from = length.saturating_sub(tail);
        let mut bytes = Vec::with_capacity((length - from) as usize);
        source.seek(SeekFrom::Start(from))?;
        source.take(length - from).read_to_end(&mut bytes)?;
        if let Some(position) = last_position(&bytes, serial) {
            return Ok(match position.checked_sub(before) {
                Some(frames) => OggHeader::Sound { rate, channels, frames },
                None => OggHeader::Other,
            });
        }
    }
    Ok(OggHeader::Other)
}

/// Rate, channels, and positions before the sound, by the identification header of Vorbis (version 0) or Opus.
fn identified(packet: &[u8]) -> Option<(u32, u16, u64)> {
    if let Some(head) = OpusHead::parse(packet) {
        return Some((opus::RATE, head.channels, head.pre_skip.into()));
    }
    match *packet {
        [
            1,
            b'v',
            b'o',
            b'r',
            b'b',
            b'i',
            b's',
            0,
            0,
            0,
            0,
            channels,
            a,
            b,
            c,
            d,
            ..,
        ] => Some((u32::from_le_bytes([a, b, c, d]), channels.into(), 0)),
        _ => None,
    }
}

/// The position in the page that is marked as the stream's last.
fn last_position(bytes: &[u8], serial: &[u8]) -> Option<u64> {
    const LAST: u8 = 4;
    (0..bytes.len().saturating_sub(HEAD)).rev().find_map(|at| {
        let page = &bytes[at..at + HEAD];
        let is_last = page.starts_with(b"OggS\0") && page[5] & LAST != 0 && &page[14..18] == serial;
        let position: [u8; 8] = page[6..14].try_into().ok()?;
        let position = i64::from_le_bytes(position);
        is_last.then(|| u64::try_from(position).ok())?
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn page(flags: u8, position: i64, serial: u32, packet: &[u8]) -> Vec<u8> {
        let mut bytes = b"OggS\0".to_vec();
        bytes.push(flags);
        bytes.extend_from_slice(&position.to_le_bytes());
        bytes.extend_from_slice(&serial.to_le_bytes());
        bytes.extend_from_slice(&[0; 8]);
        bytes.push(1);
        bytes.push(packet.len() as u8);
        bytes.extend_from_slice(packet);
        bytes
    }

    fn vorbis() -> Vec<u8> {
        let mut packet = b"\x01vorbis\0\0\0\0\x02".to_vec();
        packet.extend_from_slice(&24000u32.to_le_bytes());
        packet.resize(30, 0);
        packet
    }

    fn read(bytes: &[u8]) -> OggHeader {
        read_ogg_header(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    #[test]
    fn the_first_page_gives_rate_and_channels_and_the_last_one_the_length() {
        let mut bytes = page(2, 0, 7, &vorbis());
        bytes.extend(std::iter::repeat_n(0, 20_000));
        bytes.extend(page(4, 72_000, 7, &[0; 200]));
        assert_eq!(
            read(&bytes),
            OggHeader::Sound {
                rate: 24000,
                channels: 2,
                frames: 72_000
            }
        );
    }

    #[test]
    fn opus_counts_at_48_khz_and_without_what_comes_before() {
        let mut bytes = page(2, 0, 7, b"OpusHead\x01\x02\x38\x01\x80\x3e\0\0\0\0\0");
        let head = bytes.len();
        bytes.extend(page(4, 48_312, 7, &[0; 200]));
        let (rate, channels, frames) = (48_000, 2, 48_000);
        assert_eq!(read(&bytes), OggHeader::Sound { rate, channels, frames });
        bytes.truncate(head);
        bytes.extend(page(4, 311, 7, &[0; 200]));
        assert_eq!(read(&bytes), OggHeader::Other, "it ends before it begins");
    }

    #[test]
    fn what_is_unusual_is_left_to_others() {
        let whole = page(2, 0, 7, &vorbis());
        assert_eq!(read(&whole), OggHeader::Other, "no last page");
        let mut chained = whole.clone();
        chained.extend(page(4, 72_000, 8, &[0; 200]));
        assert_eq!(
            read(&chained),
            OggHeader::Other,
            "the last page belongs to another stream"
        );
        let mut negative = whole.clone();
        negative.extend(page(4, -1, 7, &[0; 200]));
        assert_eq!(read(&negative), OggHeader::Other);
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), OggHeader::Other);
        }
        let mut speex = b"Speex   ".to_vec();
        speex.resize(80, 0);
        assert!(matches!(read(&page(2, 0, 7, &speex)), OggHeader::Unsupported(name) if name.contains("Speex")));
    }

    proptest! {
        #[test]
        fn the_last_page_is_found_behind_anything_and_no_damage_is_a_panic(
            between in prop::collection::vec(any::<u8>(), 0..500),
            frames in 0..i64::MAX,
            serial in any::<u32>(),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = page(2, 0, serial, &vorbis());
            bytes.extend(&between);
            bytes.extend(page(4, frames, serial, &[0; 40]));
            let header = read(&bytes);
            prop_assert_eq!(header, OggHeader::Sound { rate: 24000, channels: 2, frames: frames as u64 });
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            read(&bytes[..cut.index(bytes.len() + 1)]);
        }
    }
}
