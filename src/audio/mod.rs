//! Samples: decoding, resampling, levels, trimming, lengths, the short-time Fourier transform.

mod chunks;
mod coded;
mod container;
mod decode;
mod error;
mod fix_length;
mod level;
mod normalise;
mod ogg_header;
mod pcm;
mod resample;
mod stft;
mod stft_exact;
mod trim;
mod wave;
mod window;

pub use decode::{Decoded, Header, decode, read_header};
pub use error::AudioError;
pub use fix_length::{Align, kept, pad};
pub use level::{Level, level};
pub use normalise::{Normalise, normalise};
pub use resample::{resample, resample_range, resampled_length};
pub use stft::{Spectrogram, Stft, power_frames, power_spectrogram};
pub use trim::trim;
pub use wave::Wave;
pub use window::{PadMode, Window};
