//! Samples: decoding, resampling, levels, the short-time Fourier transform.

mod decode;
mod error;
mod level;
mod resample;
mod stft;
mod wave;

pub use decode::{Decoded, Header, decode, read_header};
pub use error::AudioError;
pub use level::{Level, level};
pub use resample::resample;
pub use stft::{Spectrogram, power_spectrogram};
pub use wave::Wave;
