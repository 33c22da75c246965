//! Samples: decoding, resampling, levels, trimming, lengths, the short-time Fourier transform, augmentation, and
//! playback.

pub mod augment;
mod chunks;
mod coded;
mod container;
mod decode;
mod error;
mod far_rates;
mod finite;
mod fix_length;
mod level;
mod mel;
mod normalise;
mod ogg_header;
mod overlap_save;
mod pcm;
mod plausible;
pub mod playback;
mod real_power;
mod resample;
mod stft;
mod stft_exact;
mod trim;
mod vector;
mod wave;
mod window;

pub use container::{container_of_extension, promises_sound};
pub use decode::{Decoded, Header, decode, read_header};
pub use error::AudioError;
pub use finite::all_finite;
pub use fix_length::{Align, kept, pad};
pub use level::{Level, level};
pub(crate) use mel::dot;
pub use mel::{MelBands, MelFilterbank, MelScale, mel_filterbank, mel_spectrogram};
pub use normalise::{Normalise, normalise};
pub use resample::{resample, resample_range, resampled_length};
pub use stft::{Spectrogram, Stft, power_frames, power_spectrogram};
pub use trim::trim;
pub(crate) use vector::vectorised;
pub use wave::Wave;
pub use window::{PadMode, Window};
