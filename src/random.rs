//! Seeded streams of random numbers.
//!
//! Every stream is derived from (run seed, purpose, index), so that a resumed run needs no stored
//! generator state and no process-wide generator is ever relied on.

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// The generator behind every stream: portable, so that a seed means the same on every machine.
pub type Stream = ChaCha8Rng;

/// The stream for one purpose (for example `"shuffle"`) and one index (for example the epoch).
///
/// Streams of different purposes or indices are independent of each other; the same three values
/// always give the same numbers.
pub fn stream(seed: u64, purpose: &str, index: u64) -> Stream {
    let purpose = xxh3_64_with_seed(purpose.as_bytes(), seed);
    let mut key = [0; 32];
    key[..8].copy_from_slice(&seed.to_le_bytes());
    key[8..16].copy_from_slice(&purpose.to_le_bytes());
    key[16..24].copy_from_slice(&index.to_le_bytes());
    Stream::from_seed(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_stream_depends_on_seed_purpose_and_index_and_on_nothing_else() {
        let first = |seed, purpose, index| stream(seed, purpose, index).next_u64();
        assert_eq!(first(1, "shuffle", 0), first(1, "shuffle", 0));
        assert_ne!(first(1, "shuffle", 0), first(2, "shuffle", 0));
        assert_ne!(first(1, "shuffle", 0), first(1, "dropout", 0));
        assert_ne!(first(1, "shuffle", 0), first(1, "shuffle", 1));
    }
}
