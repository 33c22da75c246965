//! The chunks of wav and aiff files: where the samples are and how they are written.
//!
//! Files from the field lie about their outer length (recorders that were killed, programs that
//! wrote to a pipe), so only the chunks and the length of the file itself are believed. Own code, because
//! the readers of libraries refuse such files or read them short.

use super::pcm::{Encoding, SampleKind};
use super::unread::wav_coding;
use std::io::{self, Read, Seek, SeekFrom};

/// More chunks than this before the samples is no wav file.
pub(super) const MAX_CHUNKS: usize = 1024;

/// Uncompressed samples within a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// Samples per second (Hz).
    pub rate: u32,
    /// Channels.
    pub channels: u16,
    /// How one sample is written.
    pub encoding: Encoding,
    /// First byte of the samples.
    pub start: u64,
    /// Samples per channel that the header claims.
    pub claimed: u64,
    /// Samples per channel that are in the file.
    pub present: u64,
}

/// What the chunks of a file say.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Chunks {
    /// Plain samples.
    Plain(Layout),
    /// Samples in a coding that is left to symphonia (A-law, µ-law, ADPCM and the like).
    Coded,
    /// Samples in a coding that nothing here knows, by name.
    Unread(&'static str),
    /// No sense can be made of them; the reason.
    Broken(&'static str),
}

struct Chunk {
    id: [u8; 4],
    start: u64,
    /// As written in the file.
    length: u32,
}

/// Reads one chunk's head at `at`; nothing at the end of the file.
fn chunk_at(source: &mut (impl Read + Seek), at: u64, end: u64, big_endian: bool) -> io::Result<Option<Chunk>> {
    if at + 8 > end {
        return Ok(None);
    }
    seek(source, at)?;
    let [a, b, c, d, length @ ..] = read::<8>(source)?;
    let length = if big_endian {
        u32::from_be_bytes(length)
    } else {
        u32::from_le_bytes(length)
    };
    Ok(Some(Chunk {
        id: [a, b, c, d],
        start: at + 8,
        length,
    }))
}

/// Chunks start at even offsets.
fn after(chunk: &Chunk) -> u64 {
    chunk.start + u64::from(chunk.length) + u64::from(chunk.length & 1)
}

/// The chunks of a wav file of `end` bytes, or of one of the kinds that lengths of 64 bits are written beside (RF64 of the
/// EBU, BW64 of the ITU).
pub(super) fn wav(source: &mut (impl Read + Seek), end: u64) -> io::Result<Chunks> {
    let mut format = None;
    let mut long = None;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = chunk_at(source, at, end, false)? else {
            break;
        };
        match &chunk.id {
            b"fmt " => {
                let Some(bytes) = body::<40>(source, &chunk, end, 16)? else {
                    return Ok(Chunks::Broken("its fmt chunk is cut short"));
                };
                format = Some(bytes);
            }
            b"ds64" => {
                let Some([_, _, _, _, _, _, _, _, a, b, c, d, e, f, g, h]) = body::<16>(source, &chunk, end, 16)?
                else {
                    return Ok(Chunks::Broken("its ds64 chunk is cut short"));
                };
                long = Some(u64::from_le_bytes([a, b, c, d, e, f, g, h]));
            }
            b"data" => {
                let Some(format) = format else {
                    return Ok(Chunks::Broken("its samples come before any fmt chunk"));
                };
                // A program that writes to a pipe, or is killed, leaves no length or an impossible one.
                let stated = match (chunk.length, long) {
                    (u32::MAX, Some(long)) => Some(long).filter(|long| *long > 0 && *long >> 62 == 0),
                    (0 | 0x7fff_0000.., _) => None,
                    (length, _) => Some(u64::from(length)),
                };
                return Ok(wav_layout(&format, chunk.start, stated, end));
            }
            _ => {}
        }
        at = after(&chunk);
    }
    Ok(Chunks::Broken("it ends before its samples (no data chunk)"))
}

/// Samples in the format of a `fmt ` chunk, from `start` on, of which so many bytes are stated.
pub(super) fn wav_layout(format: &[u8; 40], start: u64, stated: Option<u64>, end: u64) -> Chunks {
    let word = |at: usize| u16::from_le_bytes([format[at], format[at + 1]]);
    let rate = u32::from_le_bytes([format[4], format[5], format[6], format[7]]);
    let (mut tag, channels, block, bits) = (word(0), word(2), word(12), word(14));
    // WAVE_FORMAT_EXTENSIBLE: the true tag leads the sub-format.
    if tag == 0xfffe {
        tag = word(24);
    }
    let bytes = match block.checked_div(channels) {
        Some(bytes) if bytes >= bits.div_ceil(8) && bytes > 0 => bytes,
        _ => bits.div_ceil(8),
    };
    let kind = match (tag, bytes) {
        (1, 1) => SampleKind::U8,
        (1, 2) => SampleKind::I16,
        (1, 3) => SampleKind::I24,
        (1, 4) => SampleKind::I32,
        (3, 4) => SampleKind::F32,
        (3, 8) => SampleKind::F64,
        (1 | 3, _) => return Chunks::Broken("its samples are of no known size (8 to 32 bits, or 32 or 64-bit floats)"),
        _ => return wav_coding(tag).map_or(Chunks::Coded, Chunks::Unread),
    };
    let encoding = Encoding {
        kind,
        big_endian: false,
    };
    let frame = encoding.bytes() * u64::from(channels).max(1);
    let present = end.saturating_sub(start);
    let claimed = stated.unwrap_or(present);
    Chunks::Plain(Layout {
        rate,
        channels,
        encoding,
        start,
        claimed: claimed / frame,
        present: present.min(claimed) / frame,
    })
}

/// The chunks of an aiff or aifc file of `end` bytes.
pub(super) fn aiff(source: &mut (impl Read + Seek), end: u64) -> io::Result<Chunks> {
    let mut common = None;
    let mut sound = None;
    let mut at = 12;
    for _ in 0..MAX_CHUNKS {
        let Some(chunk) = chunk_at(source, at, end, true)? else {
            break;
        };
        match &chunk.id {
            b"COMM" => {
                let Some(bytes) = body::<22>(source, &chunk, end, 18)? else {
                    return Ok(Chunks::Broken("its COMM chunk is cut short"));
                };
                common = Some(bytes);
            }
            b"SSND" => {
                let Some([a, b, c, d, ..]) = body::<8>(source, &chunk, end, 8)? else {
                    return Ok(Chunks::Broken("its SSND chunk is cut short"));
                };
                let offset = 8 + u64::from(u32::from_be_bytes([a, b, c, d]));
                sound = Some((chunk.start + offset, u64::from(chunk.length).saturating_sub(offset)));
            }
            _ => {}
        }
        if let (Some(common), Some(sound)) = (common, sound) {
            return Ok(aiff_layout(&common, sound, end));
        }
        at = after(&chunk);
    }
    Ok(Chunks::Broken("it ends before its samples (no COMM or SSND chunk)"))
}

fn aiff_layout(common: &[u8; 22], (start, length): (u64, u64), end: u64) -> Chunks {
    let word = |at: usize| u16::from_be_bytes([common[at], common[at + 1]]);
    let (channels, bits) = (word(0), word(6));
    let frames = u64::from(word(2)) << 16 | u64::from(word(4));
    let exponent = i32::from(word(8) & 0x7fff) - 16383;
    let mantissa = (0..4).fold(0, |sum, at| sum << 16 | u64::from(word(10 + 2 * at)));
    let rate = mantissa as f64 * 2f64.powi(exponent - 63);
    let rate = if (0.0..=f64::from(u32::MAX)).contains(&rate) {
        rate.round() as u32
    } else {
        0
    };
    // An AIFF file has no compression type: the bytes are zero.
    let (kind, big_endian) = match (&common[18..22], bits.div_ceil(8)) {
        ([0, ..] | b"NONE" | b"none" | b"twos" | b"TWOS", 1) => (SampleKind::I8, true),
        ([0, ..] | b"NONE" | b"none" | b"twos" | b"TWOS", 2) => (SampleKind::I16, true),
        ([0, ..] | b"NONE" | b"none" | b"twos" | b"TWOS" | b"in24", 3) => (SampleKind::I24, true),
        ([0, ..] | b"NONE" | b"none" | b"twos" | b"TWOS" | b"in32", 4) => (SampleKind::I32, true),
        (b"sowt" | b"SOWT", 1) => (SampleKind::I8, false),
        (b"sowt" | b"SOWT", 2) => (SampleKind::I16, false),
        (b"sowt" | b"SOWT", 3) => (SampleKind::I24, false),
        (b"sowt" | b"SOWT", 4) => (SampleKind::I32, false),
        (b"raw ", 1) => (SampleKind::U8, true),
        (b"fl32" | b"FL32", _) => (SampleKind::F32, true),
        (b"fl64" | b"FL64", _) => (SampleKind::F64, true),
        _ => return Chunks::Coded,
    };
    let encoding = Encoding { kind, big_endian };
    let frame = encoding.bytes() * u64::from(channels).max(1);
    let present = end.saturating_sub(start).min(length) / frame;
    Chunks::Plain(Layout {
        rate,
        channels,
        encoding,
        start,
        claimed: if frames == 0 { present } else { frames },
        present: if frames == 0 { present } else { present.min(frames) },
    })
}

/// The first bytes of a chunk, at least `least` of them, the rest zero; nothing when the chunk or the file is shorter.
fn body<const N: usize>(
    source: &mut (impl Read + Seek),
    chunk: &Chunk,
    end: u64,
    least: usize,
) -> io::Result<Option<[u8; N]>> {
    let there = u64::from(chunk.length).min(end.saturating_sub(chunk.start));
    let there = usize::try_from(there).unwrap_or(N).min(N);
    if there < least {
        return Ok(None);
    }
    let mut bytes = [0; N];
    seek(source, chunk.start)?;
    source.read_exact(&mut bytes[..there])?;
    Ok(Some(bytes))
}

fn seek(source: &mut impl Seek, to: u64) -> io::Result<()> {
    let here = source.stream_position()?;
    // A relative step keeps what a buffered reader already holds.
    match i64::try_from(to).ok().zip(i64::try_from(here).ok()) {
        Some((to, here)) => source.seek_relative(to - here),
        None => source.seek(SeekFrom::Start(to)).map(|_| ()),
    }
}

fn read<const N: usize>(source: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn wav_bytes(data_length: u32, data: &[u8], before: &[u8]) -> Vec<u8> {
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        bytes.extend_from_slice(before);
        bytes.extend_from_slice(b"fmt \x10\0\0\0\x01\0\x01\0");
        bytes.extend_from_slice(&16000u32.to_le_bytes());
        bytes.extend_from_slice(&32000u32.to_le_bytes());
        bytes.extend_from_slice(&[2, 0, 16, 0]);
        bytes.extend_from_slice(b"data");
        bytes.extend_from_slice(&data_length.to_le_bytes());
        bytes.extend_from_slice(data);
        bytes
    }

    fn read_wav(bytes: &[u8]) -> Chunks {
        wav(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    fn frames(chunks: Chunks) -> (u64, u64) {
        match chunks {
            Chunks::Plain(layout) => (layout.claimed, layout.present),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn other_chunks_of_odd_length_are_stepped_over() {
        let bytes = wav_bytes(6, &[0; 6], b"FLLR\x03\0\0\0abc\0");
        assert_eq!(frames(read_wav(&bytes)), (3, 3));
    }

    #[test]
    fn a_length_that_a_pipe_or_a_killed_recorder_left_is_replaced_by_the_truth() {
        for unknown in [0, u32::MAX, 0x7fff_ffff] {
            assert_eq!(frames(read_wav(&wav_bytes(unknown, &[0; 10], b""))), (5, 5));
        }
    }

    /// An RF64 file whose `ds64` chunk states so many bytes of samples, behind a data chunk of this length.
    fn rf64(long: u64, data_length: u32, data: &[u8]) -> Vec<u8> {
        let mut ds64 = b"ds64\x1c\0\0\0".to_vec();
        ds64.extend([0; 8]);
        ds64.extend(long.to_le_bytes());
        ds64.extend([0; 12]);
        wav_bytes(data_length, data, &ds64)
    }

    #[test]
    fn a_length_of_64_bits_counts_where_the_short_one_refers_to_it() {
        assert_eq!(frames(read_wav(&rf64(6, u32::MAX, &[0; 10]))), (3, 3));
        let long = 10u64 << 32;
        assert_eq!(frames(read_wav(&rf64(long, u32::MAX, &[0; 10]))), (long / 2, 5));
        assert_eq!(frames(read_wav(&rf64(long, 8, &[0; 10]))), (4, 4));
        for killed in [0, u64::MAX] {
            assert_eq!(frames(read_wav(&rf64(killed, u32::MAX, &[0; 10]))), (5, 5));
        }
    }

    #[test]
    fn codings_that_nothing_here_knows_are_named() {
        let mut bytes = wav_bytes(6, &[0; 6], b"");
        bytes[20] = 0x55;
        assert!(matches!(read_wav(&bytes), Chunks::Unread(name) if name.contains("MP3")));
        bytes[20] = 7;
        assert_eq!(read_wav(&bytes), Chunks::Coded);
    }

    #[test]
    fn a_cut_file_tells_what_it_claims_and_what_it_has() {
        assert_eq!(frames(read_wav(&wav_bytes(100, &[0; 10], b""))), (50, 5));
    }

    #[test]
    fn every_cut_of_a_header_is_broken_and_never_a_panic() {
        let whole = wav_bytes(6, &[0; 6], b"LIST\x04\0\0\0INFO");
        for length in 12..whole.len() - 6 {
            assert!(matches!(
                read_wav(&whole[..length]),
                Chunks::Broken(_) | Chunks::Plain(Layout { present: 0, .. })
            ));
        }
    }

    #[test]
    fn the_rate_of_an_aiff_file_is_an_80_bit_float() {
        let mut bytes = b"FORM\0\0\0\0AIFF".to_vec();
        // The samples may come before their description.
        bytes.extend_from_slice(b"SSND\0\0\0\x0c\0\0\0\0\0\0\0\0\x40\0\xc0\0");
        bytes.extend_from_slice(b"COMM\0\0\0\x12\0\x01\0\0\0\x02\0\x10");
        bytes.extend_from_slice(&[0x40, 0x0d, 0xbe, 0xbc, 0, 0, 0, 0, 0, 0]);
        let chunks = aiff(&mut Cursor::new(&bytes), bytes.len() as u64).unwrap();
        let Chunks::Plain(layout) = chunks else {
            panic!("{chunks:?}")
        };
        assert_eq!(
            (layout.rate, layout.channels, layout.claimed, layout.present),
            (24414, 1, 2, 2)
        );
        assert_eq!(
            layout.encoding,
            Encoding {
                kind: SampleKind::I16,
                big_endian: true
            }
        );
    }

    proptest! {
        #[test]
        fn samples_lie_within_the_file_whatever_its_bytes_say(
            chunks in prop::collection::vec(
                (prop::sample::select(vec![*b"fmt ", *b"data", *b"ds64", *b"COMM", *b"SSND", *b"LIST"]), any::<u32>(), any::<bool>(),
                 prop::collection::vec(any::<u8>(), 0..60)),
                0..6,
            ),
            cut in any::<prop::sample::Index>(),
        ) {
            for big_endian in [false, true] {
                let mut bytes = vec![0; 12];
                for (id, length, lies, body) in &chunks {
                    let length = if *lies { *length } else { body.len() as u32 };
                    bytes.extend(id);
                    bytes.extend(if big_endian { length.to_be_bytes() } else { length.to_le_bytes() });
                    bytes.extend(body);
                }
                bytes.truncate(cut.index(bytes.len() + 1));
                let end = bytes.len() as u64;
                let source = &mut Cursor::new(&bytes);
                let chunks = if big_endian { aiff(source, end) } else { wav(source, end) };
                let chunks = chunks.unwrap();
                if let Chunks::Plain(layout) = chunks {
                    let size = layout.present * layout.encoding.bytes() * u64::from(layout.channels);
                    prop_assert!(layout.present <= layout.claimed);
                    prop_assert!(layout.present == 0 || layout.start + size <= end, "{layout:?} in {end}");
                }
            }
        }

        #[test]
        fn what_was_written_is_found_behind_any_other_chunks(
            others in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..5),
            data in prop::collection::vec(any::<u8>(), 2..100),
        ) {
            let mut before = Vec::new();
            for body in &others {
                before.extend(b"LIST");
                before.extend((body.len() as u32).to_le_bytes());
                before.extend(body);
                before.resize(before.len().next_multiple_of(2), 0);
            }
            let frame_count = data.len() as u64 / 2;
            prop_assert_eq!(
                frames(read_wav(&wav_bytes(data.len() as u32, &data, &before))),
                (frame_count, frame_count)
            );
        }
    }
}
