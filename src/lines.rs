//! Files of lines that only grow, one record a line: a crash or a full disk tears the last one at most.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

/// The whole lines of a content, each with its end; what follows them is torn, or still being written.
pub fn whole(content: &[u8]) -> &[u8] {
    let end = content.iter().rposition(|byte| *byte == b'\n');
    &content[..end.map_or(0, |end| end + 1)]
}

/// Cuts a torn line off the end of a file that nobody else writes to; where the file ends now (bytes). Without it the
/// next line would be glued to the torn one, and both would be lost.
///
/// # Errors
/// What the file system says.
pub fn cut_torn(file: &mut File) -> io::Result<u64> {
    let length = file.metadata()?.len();
    let mut end = length;
    let mut block = [0; 4096];
    while end > 0 {
        let start = end.saturating_sub(block.len() as u64);
        let part = &mut block[..(end - start) as usize];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(part)?;
        let whole = whole(part).len() as u64;
        if whole > 0 {
            end = start + whole;
            break;
        }
        end = start;
    }
    if end < length {
        file.set_len(end)?;
    }
    Ok(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_follows_the_last_end_of_a_line_is_torn() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let long = vec![b'x'; 10_000];
        for (kept, torn) in [
            (&b""[..], &b""[..]),
            (b"", b"torn"),
            (b"one\n", b""),
            (b"one\n\ntwo\n", b"torn"),
            (b"one\n", &long),
            (&[&long[..], b"\n"].concat(), &long),
        ] {
            let content = [kept, torn].concat();
            assert_eq!(whole(&content), kept);
            fs::write(&path, &content).unwrap();
            let mut file = File::options().read(true).write(true).open(&path).unwrap();
            assert_eq!(cut_torn(&mut file).unwrap(), kept.len() as u64);
            assert_eq!(fs::read(&path).unwrap(), kept);
        }
    }
}
