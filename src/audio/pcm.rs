//! Plain samples from bytes to mono floats, full scale at 1.0.

use super::Channel;
use super::vector::vectorised;

/// How one sample is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Encoding {
    /// Type.
    pub kind: SampleKind,
    /// The most significant byte comes first.
    pub big_endian: bool,
}

/// The type of a sample; an integer that uses fewer bits than its bytes hold is left-justified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SampleKind {
    /// Unsigned byte, silence at 128.
    U8,
    /// Signed byte.
    I8,
    /// 16-bit integer.
    I16,
    /// 24-bit integer in three bytes.
    I24,
    /// 32-bit integer.
    I32,
    /// 32-bit float.
    F32,
    /// 64-bit float.
    F64,
    /// µ-law (G.711): 14 bits in one byte.
    MuLaw,
    /// A-law (G.711): 13 bits in one byte.
    ALaw,
}

impl Encoding {
    /// Bytes per sample.
    pub(super) fn bytes(self) -> u64 {
        match self.kind {
            SampleKind::U8 | SampleKind::I8 | SampleKind::MuLaw | SampleKind::ALaw => 1,
            SampleKind::I16 => 2,
            SampleKind::I24 => 3,
            SampleKind::I32 | SampleKind::F32 => 4,
            SampleKind::F64 => 8,
        }
    }

    /// Appends one channel, or the mean of all, of every whole frame in `bytes` to `mono`.
    pub(super) fn append(self, bytes: &[u8], channels: usize, channel: Channel, mono: &mut Vec<f32>) {
        let to = Destination {
            channels,
            channel,
            mono,
        };
        match (self.kind, self.big_endian) {
            (SampleKind::U8, _) => to.append(bytes, |[a]: [u8; 1]| (f32::from(a) - 128.0) / 128.0),
            (SampleKind::I8, _) => to.append(bytes, |a: [u8; 1]| f32::from(i8::from_le_bytes(a)) / 128.0),
            (SampleKind::I16, false) if channels == 1 => {
                let (samples, _) = bytes.as_chunks::<2>();
                let start = to.mono.len();
                to.mono.resize(start + samples.len(), 0.0);
                from_i16(samples, &mut to.mono[start..]);
            }
            (SampleKind::I16, false) => to.append(bytes, |a| f32::from(i16::from_le_bytes(a)) / 32768.0),
            (SampleKind::I16, true) => to.append(bytes, |a| f32::from(i16::from_be_bytes(a)) / 32768.0),
            (SampleKind::I24, false) => to.append(bytes, |[a, b, c]| from_i32([0, a, b, c])),
            (SampleKind::I24, true) => to.append(bytes, |[a, b, c]| from_i32([0, c, b, a])),
            (SampleKind::I32, false) => to.append(bytes, from_i32),
            (SampleKind::I32, true) => to.append(bytes, |[a, b, c, d]| from_i32([d, c, b, a])),
            (SampleKind::F32, false) => to.append(bytes, f32::from_le_bytes),
            (SampleKind::F32, true) => to.append(bytes, f32::from_be_bytes),
            (SampleKind::F64, false) => to.append(bytes, |a| f64::from_le_bytes(a) as f32),
            (SampleKind::F64, true) => to.append(bytes, |a| f64::from_be_bytes(a) as f32),
            (SampleKind::MuLaw, _) => to.append(bytes, |[a]: [u8; 1]| f32::from(mu_law(a)) / 32768.0),
            (SampleKind::ALaw, _) => to.append(bytes, |[a]: [u8; 1]| f32::from(a_law(a)) / 32768.0),
        }
    }
}

/// Where samples go to, and which of them.
struct Destination<'a> {
    channels: usize,
    channel: Channel,
    mono: &'a mut Vec<f32>,
}

impl Destination<'_> {
    fn append<const N: usize>(self, bytes: &[u8], sample: impl Fn([u8; N]) -> f32) {
        let (samples, _) = bytes.as_chunks::<N>();
        self.channel.append(samples, self.channels, self.mono, sample);
    }
}

vectorised! {
/// What nearly all speech is stored as, many samples at once.
fn from_i16<'a>(bytes: &'a [[u8; 2]], samples: &'a mut [f32]) {
    for (sample, bytes) in samples.iter_mut().zip(bytes) {
        *sample = f32::from(i16::from_le_bytes(*bytes)) / 32768.0;
    }
}
}

fn from_i32(little_endian: [u8; 4]) -> f32 {
    i32::from_le_bytes(little_endian) as f32 / 2_147_483_648.0
}

/// A µ-law byte in 16 bits: sign, three bits of exponent, four of mantissa, all inverted (ITU-T G.711, table 2a).
fn mu_law(byte: u8) -> i16 {
    let byte = !byte;
    let magnitude = ((i16::from(byte & 0x0f) << 3) + 0x84) << ((byte & 0x70) >> 4);
    if byte & 0x80 == 0 {
        magnitude - 0x84
    } else {
        0x84 - magnitude
    }
}

/// An A-law byte in 16 bits: sign, exponent and mantissa with every other bit inverted (ITU-T G.711, table 1a).
fn a_law(byte: u8) -> i16 {
    let byte = byte ^ 0x55;
    let (mantissa, exponent) = (i16::from(byte & 0x0f) << 4, (byte & 0x70) >> 4);
    let magnitude = match exponent {
        0 => mantissa + 8,
        exponent => (mantissa + 0x108) << (exponent - 1),
    };
    if byte & 0x80 == 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By `ulaw2lin` and `alaw2lin` of Python's audioop over all 256 bytes: the sum of each times its byte.
    #[test]
    fn the_laws_of_g711_are_those_of_audioop() {
        let bytes: Vec<u8> = (0..=255).collect();
        let values = |kind| -> Vec<i64> {
            let samples = mono(kind, false, 1, &bytes).into_iter();
            samples.map(|sample| (f64::from(sample) * 32768.0) as i64).collect()
        };
        let sum = |values: &[i64]| -> i64 { (0_i64..).zip(values).map(|(byte, value)| byte * value).sum() };
        let (mu, a) = (values(SampleKind::MuLaw), values(SampleKind::ALaw));
        assert_eq!((sum(&mu), sum(&a)), (98_107_392, 100_139_008));
        assert_eq!((mu[0], mu[128], mu[255]), (-32_124, 32_124, 0));
        assert_eq!((a[0x55], a[0xd5], a[0x2a]), (-8, 8, -32_256));
    }

    fn mono(kind: SampleKind, big_endian: bool, channels: usize, bytes: &[u8]) -> Vec<f32> {
        let mut samples = Vec::new();
        Encoding { kind, big_endian }.append(bytes, channels, Channel::Mix, &mut samples);
        samples
    }

    #[test]
    fn every_kind_has_full_scale_at_one() {
        assert_eq!(
            mono(SampleKind::U8, false, 1, &[0, 128, 255]),
            [-1.0, 0.0, 127.0 / 128.0]
        );
        assert_eq!(mono(SampleKind::I8, true, 1, &[0x80, 0, 0x40]), [-1.0, 0.0, 0.5]);
        assert_eq!(mono(SampleKind::I16, false, 1, &[0, 0x80, 0, 0x40]), [-1.0, 0.5]);
        assert_eq!(mono(SampleKind::I16, true, 1, &[0x80, 0, 0x40, 0]), [-1.0, 0.5]);
        assert_eq!(mono(SampleKind::I24, false, 1, &[0, 0, 0x80, 0, 0, 0x40]), [-1.0, 0.5]);
        assert_eq!(mono(SampleKind::I24, true, 1, &[0x80, 0, 0, 0x40, 0, 0]), [-1.0, 0.5]);
        assert_eq!(mono(SampleKind::I32, false, 1, &[0, 0, 0, 0x80]), [-1.0]);
        assert_eq!(mono(SampleKind::I32, true, 1, &[0x40, 0, 0, 0]), [0.5]);
        assert_eq!(mono(SampleKind::F32, false, 1, &0.25f32.to_le_bytes()), [0.25]);
        assert_eq!(mono(SampleKind::F32, true, 1, &0.25f32.to_be_bytes()), [0.25]);
        assert_eq!(mono(SampleKind::F64, false, 1, &0.25f64.to_le_bytes()), [0.25]);
        assert_eq!(mono(SampleKind::F64, true, 1, &0.25f64.to_be_bytes()), [0.25]);
    }

    #[test]
    fn channels_are_averaged_and_a_torn_frame_at_the_end_is_left_out() {
        assert_eq!(
            mono(SampleKind::I8, true, 2, &[0x40, 0xc0, 0x40, 0x40, 0x40]),
            [0.0, 0.5]
        );
        assert_eq!(mono(SampleKind::I8, true, 4, &[0x40, 0x40, 0, 0, 1, 2]), [0.25]);
    }
}
