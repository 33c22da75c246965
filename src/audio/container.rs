//! What a file is, by its first bytes; and what its name promises, which is only a guess.

use super::wave64;
use std::path::Path;

/// A family of files that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Container {
    /// RIFF WAVE, or RF64 or BW64, which are the same beyond 4 GB.
    Wav,
    /// Sony's Wave64.
    Wave64,
    /// NIST SPHERE.
    Sphere,
    /// AIFF or AIFC.
    Aiff,
    /// Native FLAC.
    Flac,
    /// Ogg; what is in it is not known yet.
    Ogg,
    /// MPEG audio frames.
    Mp3,
    /// AAC frames (ADTS).
    Aac,
    /// ISO base media.
    M4a,
    /// Matroska or WebM.
    Matroska,
    /// An ID3 tag, before MPEG, ADTS or FLAC frames.
    Tagged,
}

/// Extensions by which a name promises sound, each with the container that it promises as [`super::Header`] names it.
/// What a file is read as depends on its content alone.
const EXTENSIONS: [(&str, &str); 21] = [
    ("wav", "wav"),
    ("wave", "wav"),
    ("rf64", "wav"),
    ("bw64", "wav"),
    ("w64", "w64"),
    ("sph", "sph"),
    ("nist", "sph"),
    ("aif", "aiff"),
    ("aiff", "aiff"),
    ("aifc", "aiff"),
    ("flac", "flac"),
    ("ogg", "ogg"),
    ("oga", "ogg"),
    ("opus", "ogg"),
    ("mp3", "mp3"),
    ("aac", "aac"),
    ("m4a", "m4a"),
    ("mp4", "m4a"),
    ("webm", "webm"),
    ("weba", "webm"),
    ("mka", "webm"),
];

/// The container that an extension promises, in upper or lower case; `None` for one that promises no sound.
pub fn container_of_extension(extension: &str) -> Option<&'static str> {
    let promises = |(known, _): &&(&str, &str)| extension.eq_ignore_ascii_case(known);
    EXTENSIONS.iter().find(promises).map(|(_, container)| *container)
}

/// Whether a file's name promises sound by its extension.
pub fn promises_sound(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    container_of_extension(&extension).is_some()
}

/// Bytes that [`sniff`] wants to see, if there are so many.
pub(super) const SNIFFED: usize = 16;

/// What is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Strange {
    /// Sound of a kind that is not read, by name.
    Unread(&'static str),
    /// No sound; words for what it looks like.
    NoSound(String),
}

/// The container that starts with these bytes; otherwise what they are.
pub(super) fn sniff(head: &[u8]) -> Result<Container, Strange> {
    let form = head.get(8..12);
    match head {
        [b'R', b'I', b'F', b'F', ..] | [b'R', b'F', b'6', b'4', ..] | [b'B', b'W', b'6', b'4', ..]
            if form == Some(b"WAVE") =>
        {
            Ok(Container::Wav)
        }
        head if head == wave64::RIFF => Ok(Container::Wave64),
        [b'N', b'I', b'S', b'T', b'_', b'1', b'A', b'\n', ..] => Ok(Container::Sphere),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Ok(Container::Matroska),
        [b'F', b'O', b'R', b'M', ..] if matches!(form, Some(b"AIFF" | b"AIFC")) => Ok(Container::Aiff),
        [b'f', b'L', b'a', b'C', ..] => Ok(Container::Flac),
        [b'O', b'g', b'g', b'S', ..] => Ok(Container::Ogg),
        [b'I', b'D', b'3', ..] => Ok(Container::Tagged),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Ok(Container::M4a),
        // Twelve set bits and layer 0 begin an ADTS frame.
        [0xff, second, ..] if second & 0xf6 == 0xf0 => Ok(Container::Aac),
        // Eleven set bits, a version that exists, layer III and a bit rate that exists begin an MPEG frame.
        [0xff, second, third, ..]
            if second & 0xe6 == 0xe2 && second & 0x18 != 0x08 && !matches!(third >> 4, 0 | 0xf) =>
        {
            Ok(Container::Mp3)
        }
        other => Err(unread(other).map_or_else(|| Strange::NoSound(looks_like(other)), Strange::Unread)),
    }
}

fn unread(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'#', b'!', b'A', b'M', b'R', ..] => "AMR sound, as telephones record it",
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => "a Windows Media file (WMA)",
        [b'.', b's', b'n', b'd', ..] => "a Sun/NeXT .au file",
        [b'c', b'a', b'f', b'f', ..] => "an Apple CAF file",
        [b'w', b'v', b'p', b'k', ..] => "a WavPack file",
        [b'a', b'j', b'k', b'g', ..] => "a Shorten file",
        _ => return None,
    })
}

fn looks_like(head: &[u8]) -> String {
    match head {
        [] => "an empty file".into(),
        [b'R', b'I', b'F', b'F', ..] => "a RIFF file without WAVE content".into(),
        [b'F', b'O', b'R', b'M', ..] => "an IFF file without AIFF content".into(),
        [0x89, b'P', b'N', b'G', ..] | [0xff, 0xd8, ..] | [b'G', b'I', b'F', b'8', ..] => "a picture".into(),
        [b'P', b'K', 3, 4, ..] | [0x1f, 0x8b, ..] => "an archive; unpack it".into(),
        [b'%', b'P', b'D', b'F', ..] => "a PDF".into(),
        b"version https://" => "a pointer of git-lfs; fetch the file with git lfs pull".into(),
        [0, 5, 0x16, 7, ..] => "a side file of macOS; delete it".into(),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "text".into(),
        other if other.iter().all(|&byte| byte == 0) => "zeros".into(),
        other if is_text(other) => "text".into(),
        other => {
            let bytes: Vec<String> = other.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("it starts with bytes {}", bytes.join(" "))
        }
    }
}

/// Readable text, whose last character may be cut in two.
fn is_text(head: &[u8]) -> bool {
    let whole = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => return is_text(&head[..error.valid_up_to()]),
        Err(_) => return false,
    };
    !whole.is_empty()
        && whole
            .chars()
            .all(|letter| !letter.is_control() || letter.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_containers_are_named_by_their_first_bytes() {
        assert_eq!(sniff(b"RIFF\x24\0\0\0WAVEfmt "), Ok(Container::Wav));
        assert_eq!(sniff(b"FORM\0\0\0\x24AIFCCOMM"), Ok(Container::Aiff));
        assert_eq!(sniff(b"FORM\0\0\0\x24AIFFCOMM"), Ok(Container::Aiff));
        assert_eq!(sniff(b"RF64\xff\xff\xff\xffWAVEds64"), Ok(Container::Wav));
        assert_eq!(sniff(b"BW64\xff\xff\xff\xffWAVEds64"), Ok(Container::Wav));
        assert_eq!(sniff(&wave64::RIFF), Ok(Container::Wave64));
        assert_eq!(sniff(b"NIST_1A\n   1024\n"), Ok(Container::Sphere));
        assert_eq!(sniff(b"\x1a\x45\xdf\xa3\x9f\x42"), Ok(Container::Matroska));
        assert_eq!(sniff(b"fLaC\0\0\0\x22"), Ok(Container::Flac));
        assert_eq!(sniff(b"OggS\0\x02"), Ok(Container::Ogg));
        assert_eq!(sniff(b"\0\0\0\x20ftypM4A "), Ok(Container::M4a));
        assert_eq!(sniff(b"ID3\x04\0\0"), Ok(Container::Tagged));
        assert_eq!(sniff(&[0xff, 0xfb, 0x90, 0x64]), Ok(Container::Mp3));
        assert_eq!(sniff(&[0xff, 0xf3, 0x48, 0xc4]), Ok(Container::Mp3));
        assert_eq!(sniff(&[0xff, 0xf1, 0x50, 0x80]), Ok(Container::Aac));
    }

    #[test]
    fn anything_else_is_described() {
        for (head, word) in [
            (&b""[..], "empty"),
            (b"RIFF\x24\0\0\0AVI LIST", "RIFF"),
            (b"RI", "text"),
            (b"FileName,Emotion", "text"),
            (b"version https://", "git lfs pull"),
            (b"\x89PNG\r\n", "picture"),
            (&[0; 16], "zeros"),
            (&[1, 2, 3, 4], "01 02 03 04"),
            (&[0xff, 0xfe, b'p', 0, b'a', 0], "text"),
            (&[0, 5, 0x16, 7, 0, 2], "macOS"),
            (&[0xff, 0xff, 0xff, 0xff], "ff ff"),
        ] {
            let Err(Strange::NoSound(found)) = sniff(head) else {
                panic!("{head:?}")
            };
            assert!(found.contains(word), "{found} does not say {word}");
        }
        for (head, word) in [
            (&b"#!AMR\n<"[..], "AMR"),
            (b"#!AMR-WB\n", "AMR"),
            (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"),
            (b".snd\0\0\0\x18", "au"),
        ] {
            assert!(matches!(sniff(head), Err(Strange::Unread(name)) if name.contains(word)));
        }
    }
}
