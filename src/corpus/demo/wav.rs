//! 16-bit mono PCM in a RIFF container that says of itself that it is synthetic: in a comment before the samples, which
//! `hound` does not write.

/// The comment in every clip, of even length as RIFF wants it.
const COMMENT: &[u8; 46] = b"undertone demo corpus: synthetic, not a human\0";

/// Bytes before the samples.
pub const HEADER: usize = 12 + 24 + 20 + COMMENT.len() + 8;

/// The bytes of a wav file; samples beyond ±1 are clipped.
pub fn encode(samples: &[f64], rate: u32) -> Vec<u8> {
    let data = 2 * samples.len() as u32;
    let comment = COMMENT.len() as u32;
    let mut bytes = Vec::with_capacity(HEADER + 2 * samples.len());
    let mut chunk = |name: &[u8; 4], length: u32, body: &[u8]| {
        bytes.extend_from_slice(name);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(body);
    };
    chunk(b"RIFF", HEADER as u32 - 8 + data, b"WAVE");
    let mut format = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 16, 0];
    format[4..8].copy_from_slice(&rate.to_le_bytes());
    format[8..12].copy_from_slice(&(2 * rate).to_le_bytes());
    chunk(b"fmt ", 16, &format);
    chunk(b"LIST", 12 + comment, b"INFO");
    chunk(b"ICMT", comment, COMMENT);
    chunk(b"data", data, &[]);
    for sample in samples {
        let value = (sample.clamp(-1.0, 1.0) * f64::from(i16::MAX)).round() as i16;
        bytes.extend_from_slice(&value.to_le_bytes());
    }
    bytes
}

/// Whether the beginning of a file (at most [`HEADER`] bytes) is that of a demo clip, or of one whose writing was cut off.
pub fn is_demo_clip(beginning: &[u8]) -> bool {
    beginning.len() < HEADER || beginning.windows(COMMENT.len()).any(|window| window == COMMENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clip_is_riff_of_the_stated_sizes_and_knows_what_it_is() {
        let bytes = encode(&[0.0, 0.5, -1.0, 2.0], 16_000);
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]) as usize;
        assert_eq!((&bytes[..4], number(4)), (&b"RIFF"[..], bytes.len() - 8));
        assert_eq!((number(24), number(28)), (16_000, 32_000));
        assert_eq!((&bytes[HEADER - 8..HEADER - 4], number(HEADER - 4)), (&b"data"[..], 8));
        let samples: Vec<i16> = bytes[HEADER..]
            .chunks(2)
            .map(|pair| i16::from_le_bytes([pair[0], pair[1]]))
            .collect();
        assert_eq!(samples, [0, 16_384, -32_767, 32_767]);
        assert!(is_demo_clip(&bytes[..HEADER]));
        assert!(!is_demo_clip(&[0; HEADER]));
    }
}
