//! NIST SPHERE files: a text header, then samples, plain or by the laws of G.711.
//!
//! Source: `sp_header` of NIST's SPHERE 2.6, and the headers of LDC's corpora.

use super::chunks::{Chunks, Layout};
use super::pcm::{Encoding, SampleKind};
use std::io::{self, Read, Seek, SeekFrom};

/// The two lines before the fields: the name of the format, and the length of the header.
const FIRST: usize = 16;
/// A longer header is none.
const LONGEST: u64 = 1 << 16;

/// Where the samples of a file of `end` bytes are.
pub(super) fn sphere(source: &mut (impl Read + Seek), end: u64) -> io::Result<Chunks> {
    let mut first = [0; FIRST];
    source.seek(SeekFrom::Start(0))?;
    if end < FIRST as u64 {
        return Ok(Chunks::Broken("its header is cut short"));
    }
    source.read_exact(&mut first)?;
    let length = std::str::from_utf8(&first[8..])
        .ok()
        .and_then(|text| text.trim().parse().ok());
    let Some(length @ 16..=LONGEST) = length else {
        return Ok(Chunks::Broken("the length of its header makes no sense"));
    };
    let mut header = Vec::new();
    source.take(length - FIRST as u64).read_to_end(&mut header)?;
    Ok(layout(&String::from_utf8_lossy(&header), length, end))
}

fn layout(header: &str, start: u64, end: u64) -> Chunks {
    let fields = || header.lines().take_while(|line| line.trim() != "end_head");
    let text = |name: &str| {
        fields().find_map(|line| {
            let mut words = line.split_whitespace();
            (words.next() == Some(name)).then(|| words.nth(1).unwrap_or_default())
        })
    };
    let number = |name: &str| text(name).and_then(|value| value.parse::<u64>().ok());
    let (Some(rate), Some(channels)) = (number("sample_rate"), number("channel_count").or(Some(1))) else {
        return Chunks::Broken("its header states no sampling rate");
    };
    let coding = text("sample_coding").unwrap_or("pcm").to_ascii_lowercase();
    if coding.contains("shorten") {
        return Chunks::Unread("a NIST SPHERE file compressed with shorten");
    }
    let kind = match (coding.as_str(), number("sample_n_bytes")) {
        ("ulaw" | "mu-law", Some(1)) => SampleKind::MuLaw,
        ("alaw" | "a-law", Some(1)) => SampleKind::ALaw,
        ("pcm", Some(1)) => SampleKind::I8,
        ("pcm", Some(2)) => SampleKind::I16,
        ("pcm", Some(3)) => SampleKind::I24,
        ("pcm", Some(4)) => SampleKind::I32,
        (coding, _) if coding != "pcm" => {
            return Chunks::Unread("a NIST SPHERE file of another coding than pcm, ulaw and alaw");
        }
        _ => return Chunks::Broken("its header states no size of a sample (1 to 4 bytes)"),
    };
    let big_endian = match text("sample_byte_format") {
        Some(order) if order.starts_with("10") || order.starts_with("3210") => true,
        Some(order) if order.starts_with("01") || order.starts_with("0123") => false,
        _ if matches!(kind, SampleKind::I8 | SampleKind::MuLaw | SampleKind::ALaw) => false,
        _ => return Chunks::Broken("its header states no order of bytes"),
    };
    let encoding = Encoding { kind, big_endian };
    // Out of range they are refused by what they are.
    let channels = u16::try_from(channels).unwrap_or(u16::MAX);
    let frame = encoding.bytes() * u64::from(channels).max(1);
    let there = end.saturating_sub(start) / frame;
    let claimed = number("sample_count").filter(|count| *count > 0).unwrap_or(there);
    Chunks::Plain(Layout {
        rate: u32::try_from(rate).unwrap_or(u32::MAX),
        channels,
        encoding,
        start,
        claimed,
        present: there.min(claimed),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    fn file(fields: &str, data: &[u8]) -> Vec<u8> {
        let mut bytes = format!("NIST_1A\n   1024\n{fields}\nend_head\n").into_bytes();
        bytes.resize(1024, b' ');
        bytes.extend(data);
        bytes
    }

    fn read(bytes: &[u8]) -> Chunks {
        sphere(&mut Cursor::new(bytes), bytes.len() as u64).unwrap()
    }

    /// As of TIMIT.
    const FIELDS: &str = "database_id -s5 TIMIT\nchannel_count -i 1\nsample_count -i 5\nsample_rate -i 16000\n\
                          sample_n_bytes -i 2\nsample_byte_format -s2 01\nsample_sig_bits -i 16";

    #[test]
    fn the_fields_say_where_and_what_the_samples_are() {
        let expected = Layout {
            rate: 16_000,
            channels: 1,
            encoding: Encoding {
                kind: SampleKind::I16,
                big_endian: false,
            },
            start: 1024,
            claimed: 5,
            present: 5,
        };
        assert_eq!(read(&file(FIELDS, &[0; 10])), Chunks::Plain(expected));
        let cut = Layout { present: 2, ..expected };
        assert_eq!(read(&file(FIELDS, &[0; 5])), Chunks::Plain(cut));
        let stereo = FIELDS
            .replace("channel_count -i 1", "channel_count -i 2")
            .replace("-s2 01", "-s2 10");
        let Chunks::Plain(layout) = read(&file(&stereo, &[0; 20])) else {
            panic!()
        };
        assert_eq!(
            (layout.channels, layout.encoding.big_endian, layout.present),
            (2, true, 5)
        );
    }

    /// The order of single bytes is `1`, as `sox` writes it, or not stated.
    #[test]
    fn samples_by_the_laws_of_g711_are_read() {
        for (coding, kind) in [("ulaw", SampleKind::MuLaw), ("alaw", SampleKind::ALaw)] {
            for order in ["sample_byte_format -s1 1", "sample_sig_bits -i 8"] {
                let fields = format!(
                    "channel_count -i 2\nsample_count -i 3\nsample_rate -i 8000\nsample_n_bytes -i 1\n{order}\n\
                     sample_coding -s4 {coding}"
                );
                let Chunks::Plain(layout) = read(&file(&fields, &[0; 6])) else {
                    panic!("{fields}")
                };
                assert_eq!((layout.encoding.kind, layout.channels, layout.present), (kind, 2, 3));
            }
        }
    }

    #[test]
    fn what_is_not_plain_is_named() {
        let shorten = format!("{FIELDS}\nsample_coding -s26 pcm,embedded-shorten-v2.00");
        assert!(matches!(read(&file(&shorten, &[])), Chunks::Unread(what) if what.contains("shorten")));
        let other = format!("{FIELDS}\nsample_coding -s6 ulaw16");
        assert!(matches!(read(&file(&other, &[])), Chunks::Unread(what) if what.contains("coding")));
        for lacking in ["sample_rate", "sample_n_bytes", "sample_byte_format"] {
            let fields = FIELDS.replace(lacking, "something_else");
            assert!(matches!(read(&file(&fields, &[0; 10])), Chunks::Broken(_)), "{lacking}");
        }
        for bytes in [&b"NIST_1A\n   102"[..], b"NIST_1A\n   what\n", b"NIST_1A\n      7\n"] {
            assert!(matches!(read(bytes), Chunks::Broken(_)));
        }
    }

    proptest! {
        #[test]
        fn samples_lie_within_the_file_whatever_its_header_says(
            fields in prop::collection::vec(
                ("sample_rate|channel_count|sample_n_bytes|sample_byte_format|sample_count|sample_coding|end_head|x",
                 "-i|-s2|-r|", "01|10|pcm|ulaw|[0-9]{1,21}|-3|\\PC{0,6}"),
                0..10,
            ),
            order in any::<bool>(),
            data in prop::collection::vec(any::<u8>(), 0..80),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut text: Vec<String> =
                fields.iter().map(|(name, kind, value)| format!("{name} {kind} {value}")).collect();
            if order {
                text.push(FIELDS.to_owned());
            }
            let mut bytes = file(&text.join("\n"), &data);
            bytes.truncate(cut.index(bytes.len() + 1));
            let end = bytes.len() as u64;
            if let Chunks::Plain(layout) = read(&bytes) {
                let size = layout.present * layout.encoding.bytes() * u64::from(layout.channels);
                prop_assert!(layout.present <= layout.claimed);
                prop_assert!(layout.present == 0 || layout.start + size <= end, "{layout:?} in {end}");
            }
        }

        #[test]
        fn any_bytes_are_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            read(&[&b"NIST_1A\n"[..], &bytes].concat());
        }
    }
}
