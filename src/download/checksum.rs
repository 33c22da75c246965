//! Checksums of files.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::fmt::{self, Write};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// What a file must hash to, in hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// SHA-256 of its bytes.
    Sha256(String),
    /// MD5 of its bytes: against accidents, not against forgers.
    Md5(String),
    /// The name of a blob in git: SHA-1 of `blob <length in bytes>`, a zero byte, and its bytes.
    GitBlob(String),
}

impl Checksum {
    /// By its length, as Git and its large file storage name files: 64 digits are SHA-256, 40 a blob of git.
    pub fn of_digits(digits: &str) -> Option<Self> {
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        let digits = digits.to_ascii_lowercase();
        match digits.len() {
            64 if hexadecimal => Some(Self::Sha256(digits)),
            40 if hexadecimal => Some(Self::GitBlob(digits)),
            _ => None,
        }
    }

    /// MD5, from its 32 digits.
    pub fn of_md5(digits: &str) -> Option<Self> {
        let hexadecimal = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
        (hexadecimal && digits.len() == 32).then(|| Self::Md5(digits.to_ascii_lowercase()))
    }

    /// The digits.
    pub fn digits(&self) -> &str {
        match self {
            Self::Sha256(digits) | Self::Md5(digits) | Self::GitBlob(digits) => digits,
        }
    }

    /// The same checksum of a file; `None` when `go_on`, which is asked for every block, says no.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn of_file(&self, path: &Path, go_on: impl FnMut() -> bool) -> io::Result<Option<Self>> {
        let file = File::open(path)?;
        Ok(match self {
            Self::Sha256(_) => digest(Sha256::new(), file, go_on)?.map(Self::Sha256),
            Self::Md5(_) => digest(Md5::new(), file, go_on)?.map(Self::Md5),
            Self::GitBlob(_) => {
                let header = format!("blob {}\0", file.metadata()?.len());
                digest(Sha1::new_with_prefix(header), file, go_on)?.map(Self::GitBlob)
            }
        })
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self {
            Self::Sha256(_) => "sha256",
            Self::Md5(_) => "md5",
            Self::GitBlob(_) => "git-sha1",
        };
        write!(formatter, "{kind} {}", self.digits())
    }
}

fn digest<D: Digest>(mut hash: D, mut file: File, mut go_on: impl FnMut() -> bool) -> io::Result<Option<String>> {
    let mut block = vec![0; 1 << 20];
    loop {
        if !go_on() {
            return Ok(None);
        }
        match file.read(&mut block) {
            Ok(0) => break,
            Ok(read) => hash.update(&block[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let mut digits = String::new();
    for byte in hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Ok(Some(digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// `printf 'hello\n'` into `sha256sum`, `md5sum` and `git hash-object --stdin`.
    #[test]
    fn the_checksums_are_those_of_sha256sum_md5sum_and_git() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("hello");
        fs::write(&path, "hello\n").unwrap();
        for expected in [
            Checksum::of_digits("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"),
            Checksum::of_digits("ce013625030ba8dba906f756967f9e9ca394464a"),
            Checksum::of_md5("B1946AC92492D2347C6235B4D2611184"),
        ] {
            let expected = expected.unwrap();
            assert_eq!(expected.of_file(&path, || true).unwrap(), Some(expected.clone()));
            assert_eq!(expected.of_file(&path, || false).unwrap(), None);
            fs::write(folder.path().join("other"), "hellO\n").unwrap();
            let other = expected.of_file(&folder.path().join("other"), || true).unwrap();
            assert_ne!(other, Some(expected));
        }
    }

    #[test]
    fn what_is_no_checksum_is_none() {
        for digits in ["", "abc", &"g".repeat(40), &"0".repeat(63)] {
            assert_eq!(Checksum::of_digits(digits), None, "{digits}");
            assert_eq!(Checksum::of_md5(digits), None, "{digits}");
        }
    }
}
