//! Samples: decoding, resampling, levels, the short-time Fourier transform, augmentation, and sound to be heard.

pub mod augment;
mod chunks;
mod coded;
mod container;
mod decode;
mod error;
mod level;
mod ogg_header;
mod pcm;
pub mod playback;
mod resample;
mod stft;
mod wave;

pub use decode::{Decoded, Header, decode, read_header};
pub use error::AudioError;
pub use level::{Level, level};
pub use resample::{resample, resample_range, resampled_length};
pub use stft::{Spectrogram, power_frames, power_spectrogram};
pub use wave::Wave;
