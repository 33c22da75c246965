//! What an encoder is known by in caches.

use super::EncoderError;
use super::checkpoint::weight_files;
use super::config::{CONFIG, PREPROCESSOR};
use super::json::{refusal, unreadable};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use xxhash_rust::xxh3::Xxh3Default;

/// Hash (xxh3, 128 bits, hexadecimal) of configuration, preprocessing and weights: the same files give the same one,
/// wherever they lie.
///
/// # Errors
/// [`EncoderError::File`] for a file that is missing or cannot be read.
pub fn fingerprint(folder: &Path) -> Result<String, EncoderError> {
    let mut files = vec![folder.join(CONFIG), folder.join(PREPROCESSOR)];
    files.extend(weight_files(folder)?);
    let mut hash = Xxh3Default::new();
    for path in &files {
        let size = update(&mut hash, path).map_err(|error| refusal(path, unreadable(&error)))?;
        // So that no byte can pass from one file to the next unseen.
        hash.update(&size.to_le_bytes());
    }
    Ok(format!("{:032x}", hash.digest128()))
}

fn update(hash: &mut Xxh3Default, path: &Path) -> io::Result<u64> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    let mut size = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(size),
            length => {
                hash.update(&buffer[..length]);
                size += length as u64;
            }
        }
    }
}
