//! Sound that is not read, and the line that makes it readable.

use std::path::Path;

/// Says that this is not read, and how all such files of the folder are converted. Alike for all of them, so that they
/// can be counted together.
pub(super) fn unread(path: &Path, what: &str) -> String {
    let extension = path.extension().and_then(|extension| extension.to_str());
    let extension =
        extension.filter(|text| !text.is_empty() && text.chars().all(|letter| letter.is_ascii_alphanumeric()));
    let pattern = extension.map_or("*".to_owned(), |extension| format!("*.{extension}"));
    // What is converted must not be written over.
    let into = match extension {
        Some(extension) if extension.eq_ignore_ascii_case("flac") => "wav",
        _ => "flac",
    };
    format!(
        "{what}, which is not read; convert it, in its folder: for f in {pattern}; do ffmpeg -i \"$f\" \
         \"${{f%.*}}.{into}\"; done"
    )
}

/// The name of a coding by the tag in a wav file's `fmt ` chunk, of those that are not read.
pub(super) fn wav_coding(tag: u16) -> Option<&'static str> {
    Some(match tag {
        0x0031 => "a wav file with GSM 6.10 content",
        0x0040 | 0x0045 | 0x0064 | 0x0065 => "a wav file with G.72x content",
        0x0050 => "a wav file with MPEG content",
        0x0055 => "a wav file with MP3 content",
        0x0022 => "a wav file with TrueSpeech content",
        0x0057 | 0x7a21 | 0x7a22 => "a wav file with AMR content",
        0x00ff | 0x1600 | 0x1602 | 0x1610 => "a wav file with AAC content",
        0x0160..=0x0163 => "a wav file with WMA content",
        0xa109 => "a wav file with Speex content",
        0x2000 => "a wav file with AC-3 content",
        0x674f..=0x6771 | 0x566f => "a wav file with Vorbis content",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_one_that_a_shell_understands_and_that_overwrites_nothing() {
        let line = |name: &str| unread(Path::new(name), "AMR sound");
        assert!(
            line("a b/it's.amr").ends_with("in its folder: for f in *.amr; do ffmpeg -i \"$f\" \"${f%.*}.flac\"; done")
        );
        assert_eq!(line("x/1.amr"), line("x/2.amr"));
        assert!(line("1.flac").contains("${f%.*}.wav"));
        for name in ["noext", "odd.a b", "odd.$(x)"] {
            assert!(line(name).contains("for f in *; do"), "{}", line(name));
        }
    }
}
