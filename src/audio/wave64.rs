//! Wave64 (Sony, .w64): as wav, with 16-byte names and 64-bit lengths, so that nothing ends at 4 GB.
//!
//! Source: Sonic Foundry, "Sony Wave64", 2003. A length counts its own head of 24 bytes; chunks begin at multiples of 8.

use super::chunks::{Chunks, MAX_CHUNKS, wav_layout};
use std::io::{self, Read, Seek, SeekFrom};

/// How the name of a file begins, and all but the first four bytes of every other name.
pub(super) const RIFF: [u8; 16] = *b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00";
const REST: [u8; 12] = *b"\xf3\xac\xd3\x11\x8c\xd1\x00\xc0\x4f\x8e\xdb\x8a";
/// Bytes of a chunk's head.
const HEAD: u64 = 24;

/// Where the samples of a file of `end` bytes are.
pub(super) fn wave64(source: &mut (impl Read + Seek), end: u64) -> io::Result<Chunks> {
    let mut format = None;
    // Behind the head of the file and the name `wave`.
    let mut at = 40;
    for _ in 0..MAX_CHUNKS {
        if end < HEAD || at > end - HEAD {
            break;
        }
        let mut head = [0; HEAD as usize];
        source.seek(SeekFrom::Start(at))?;
        source.read_exact(&mut head)?;
        let [name @ .., a, b, c, d, e, f, g, h] = head;
        let length = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        let start = at + HEAD;
        if name[4..] == REST {
            match &name[..4] {
                b"fmt " => {
                    let there = length.saturating_sub(HEAD).min(end - start).min(40) as usize;
                    let mut bytes = [0; 40];
                    if there < 16 {
                        return Ok(Chunks::Broken("its fmt chunk is cut short"));
                    }
                    source.read_exact(&mut bytes[..there])?;
                    format = Some(bytes);
                }
                b"data" => {
                    let Some(format) = format else {
                        return Ok(Chunks::Broken("its samples come before any fmt chunk"));
                    };
                    // A program that was killed leaves no length, or an impossible one.
                    let stated = length
                        .checked_sub(HEAD)
                        .filter(|length| *length > 0 && *length >> 62 == 0);
                    return Ok(wav_layout(&format, start, stated, end));
                }
                _ => {}
            }
        }
        // A length of less than a head would lead nowhere.
        let Some(next) = length
            .max(HEAD)
            .checked_next_multiple_of(8)
            .and_then(|step| at.checked_add(step))
        else {
            break;
        };
        at = next;
    }
    Ok(Chunks::Broken("it ends before its samples (no data chunk)"))
}

#[cfg(test)]
mod tests {
    use super::super::chunks::Layout;
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn chunk(name: &[u8; 4], length: Option<u64>, body: &[u8]) -> Vec<u8> {
        let mut bytes = [&name[..], &REST].concat();
        bytes.extend(length.unwrap_or(HEAD + body.len() as u64).to_le_bytes());
        bytes.extend(body);
        bytes.resize(bytes.len().next_multiple_of(8), 0);
        bytes
    }

    fn format() -> Vec<u8> {
        let mut body = b"\x01\0\x02\0".to_vec();
        body.extend(16_000u32.to_le_bytes());
        body.extend(64_000u32.to_le_bytes());
        body.extend([4, 0, 16, 0]);
        chunk(b"fmt ", None, &body)
    }

    fn file(chunks: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = [&RIFF[..], &[0; 8], b"wave", &REST].concat();
        bytes.extend(chunks.concat());
        bytes
    }

    fn read(bytes: &[u8]) -> Chunks {
        wave64(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    #[test]
    fn the_samples_are_found_behind_other_chunks() {
        let other = chunk(b"levl", None, &[7; 13]);
        for (length, claimed, present) in [
            (None, 5, 5),
            (Some(0), 6, 6),
            (Some(u64::MAX), 6, 6),
            (Some(24 + 400), 100, 6),
        ] {
            let bytes = file(&[other.clone(), format(), chunk(b"data", length, &[1; 20])]);
            let Chunks::Plain(layout) = read(&bytes) else { panic!() };
            assert_eq!((layout.rate, layout.channels), (16_000, 2));
            // Without a length, what fills up the last chunk counts.
            assert_eq!((layout.claimed, layout.present), (claimed, present), "{length:?}");
        }
        let no_format = file(&[chunk(b"data", None, &[1; 20])]);
        for bytes in [&file(&[])[..], &file(&[format()]), &no_format, &RIFF] {
            assert!(matches!(read(bytes), Chunks::Broken(_)));
        }
    }

    proptest! {
        #[test]
        fn samples_lie_within_the_file_whatever_its_bytes_say(
            chunks in prop::collection::vec(
                (prop::sample::select(vec![*b"fmt ", *b"data", *b"levl"]), prop::option::of(any::<u64>()),
                 prop::collection::vec(any::<u8>(), 0..60)),
                0..6,
            ),
            good in any::<bool>(),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut all: Vec<Vec<u8>> =
                chunks.iter().map(|(name, length, body)| chunk(name, *length, body)).collect();
            if good {
                all.insert(0, format());
            }
            let mut bytes = file(&all);
            bytes.truncate(cut.index(bytes.len() + 1));
            let end = bytes.len() as u64;
            if let Chunks::Plain(Layout { present, claimed, encoding, channels, start, .. }) = read(&bytes) {
                let size = present * encoding.bytes() * u64::from(channels);
                prop_assert!(present <= claimed);
                prop_assert!(present == 0 || start + size <= end);
            }
        }
    }
}
