//! What symphonia's Matroska reader leaves out: how much of the last block is no sound.

use std::io::{self, Read, Seek, SeekFrom};

/// A master element whose end is not written: it reaches to the end of what holds it.
const UNKNOWN: u64 = u64::MAX;

/// Nanoseconds at the end of the track's last block that are no sound (`DiscardPadding`), in a file of `length` bytes;
/// 0 where nothing is said, or what is said makes no sense.
pub(super) fn discard_padding(source: &mut (impl Read + Seek), length: u64, track: u32) -> io::Result<u64> {
    let mut padding = 0;
    let mut block = 0;
    let mut at = 0;
    while at < length {
        seek(source, at)?;
        let Some((id, id_bytes)) = number(source, 4, false)? else {
            break;
        };
        let Some((size, size_bytes)) = number(source, 8, true)? else {
            break;
        };
        let body = at + id_bytes + size_bytes;
        at = match id {
            // Segment, Cluster, BlockGroup: what they hold is looked at in turn, for their sizes need not be known.
            0x1853_8067 | 0x1f43_b675 | 0xa0 => body,
            // What else has no size cannot be stepped over.
            _ if size == UNKNOWN => break,
            _ => body.saturating_add(size),
        };
        match id {
            // SimpleBlock or Block: which track it is of.
            0xa3 | 0xa1 => {
                block = number(source, 8, true)?.map_or(0, |(track, _)| track);
                if block == u64::from(track) {
                    padding = 0;
                }
            }
            0x75a2 if block == u64::from(track) && (1..=8).contains(&size) => {
                let mut bytes = [0; 8];
                let bytes = &mut bytes[..size as usize];
                if fill(source, bytes)? {
                    let first = i64::from(bytes[0] as i8);
                    let value = bytes[1..].iter().fold(first, |sum, byte| sum << 8 | i64::from(*byte));
                    padding = u64::try_from(value).unwrap_or(0);
                }
            }
            _ => {}
        }
    }
    Ok(padding)
}

/// A number of at most so many bytes whose first set bit says how many there are, without that bit where `marked` is set;
/// and its bytes. Nothing at the end of the file, or where it is none.
fn number(source: &mut impl Read, most: u32, marked: bool) -> io::Result<Option<(u64, u64)>> {
    let mut bytes = [0; 8];
    if !fill(source, &mut bytes[..1])? {
        return Ok(None);
    }
    let more = bytes[0].leading_zeros();
    if more >= most || !fill(source, &mut bytes[1..=more as usize])? {
        return Ok(None);
    }
    let value = bytes[..=more as usize]
        .iter()
        .fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    let marker = 1 << (7 * (more + 1));
    let value = match (marked, value & (marker - 1)) {
        (false, _) => value,
        (true, all) if all == marker - 1 => UNKNOWN,
        (true, value) => value,
    };
    Ok(Some((value, u64::from(more) + 1)))
}

/// Whether there was enough to fill the bytes with.
fn fill(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match source.read_exact(bytes) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

fn seek(source: &mut impl Seek, to: u64) -> io::Result<()> {
    let here = source.stream_position()?;
    // A relative step keeps what a buffered reader already holds.
    match to.checked_signed_diff(here) {
        Some(step) => source.seek_relative(step),
        None => source.seek(SeekFrom::Start(to)).map(|_| ()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn element(id: &[u8], body: &[u8]) -> Vec<u8> {
        [id, &[0x40 | (body.len() >> 8) as u8, body.len() as u8], body].concat()
    }

    fn group(track: u8, padding: Option<&[u8]>) -> Vec<u8> {
        let mut body = element(&[0xa1], &[0x80 | track, 0, 0, 0, 9, 9]);
        if let Some(padding) = padding {
            body.extend(element(&[0x75, 0xa2], padding));
        }
        element(&[0xa0], &body)
    }

    fn file(groups: &[Vec<u8>]) -> Vec<u8> {
        let cluster = element(&[0x1f, 0x43, 0xb6, 0x75], &groups.concat());
        // As a browser writes it that does not know yet how long it will be.
        let mut bytes = element(&[0x1a, 0x45, 0xdf, 0xa3], b"webm");
        bytes.extend([0x18, 0x53, 0x80, 0x67, 0x01, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
        bytes.extend(cluster);
        bytes
    }

    fn padding(bytes: &[u8]) -> u64 {
        discard_padding(&mut Cursor::new(bytes), bytes.len() as u64, 1).unwrap()
    }

    #[test]
    fn the_padding_of_the_tracks_last_block_is_found() {
        let said = Some(&[0x07, 0xa1, 0x20][..]);
        assert_eq!(padding(&file(&[group(1, None), group(1, said)])), 500_000);
        assert_eq!(padding(&file(&[group(1, said), group(2, Some(&[1]))])), 500_000);
        assert_eq!(padding(&file(&[group(1, said), group(1, None)])), 0);
        assert_eq!(padding(&file(&[group(1, Some(&[0xff, 0x00]))])), 0, "a negative one");
        assert_eq!(padding(b"\x1a\x45\xdf\xa3"), 0);
    }

    proptest! {
        #[test]
        fn no_bytes_are_a_panic_or_take_long(
            head in any::<bool>(),
            bytes in prop::collection::vec(any::<u8>(), 0..400),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut all = if head { file(&[group(1, Some(&[5])), group(1, Some(&[9; 8]))]) } else { Vec::new() };
            all.truncate(cut.index(all.len() + 1));
            all.extend(&bytes);
            padding(&all);
        }

        #[test]
        fn any_padding_is_read_as_written(value in 0..i64::MAX, before in 0usize..20) {
            let mut groups = vec![group(1, None); before];
            groups.push(group(1, Some(&value.to_be_bytes())));
            prop_assert_eq!(padding(&file(&groups)), value as u64);
        }
    }
}
