//! All that a recipe's features need of the Fourier transform, in one pass over the frames.

use super::{MelBands, MelFilterbank, Recipe};
use crate::audio::Stft;
use std::cell::RefCell;
use std::rc::Rc;

/// What the pass leaves; empty where no feature asks for it.
#[derive(Debug, Default)]
pub(super) struct Spectra {
    /// Power per mel band, frame after frame.
    pub mel: Vec<f32>,
}

impl Spectra {
    /// Transforms every frame once.
    pub fn fill(&mut self, samples: &[f32], recipe: &Recipe) {
        let stft = Stft {
            window: recipe.window,
            pad: recipe.pad_mode,
            ..Stft::new(recipe.frame_length, recipe.hop_length)
        };
        let frames = stft.frames(samples.len());
        let filterbank = filterbank(recipe);
        let bands = filterbank.bands();
        self.mel.clear();
        self.mel.resize(frames * bands, 0.0);
        stft.each_power(samples, |frame, power| {
            filterbank.apply(power, &mut self.mel[frame * bands..][..bands]);
        });
    }
}

thread_local! {
    /// The filterbank that was used last.
    static LAST: RefCell<Option<(MelBands, Rc<MelFilterbank>)>> = const { RefCell::new(None) };
}

fn filterbank(recipe: &Recipe) -> Rc<MelFilterbank> {
    let half = f64::from(recipe.sample_rate) / 2.0;
    let bands = MelBands {
        rate: recipe.sample_rate,
        n_fft: recipe.frame_length,
        n_mels: recipe.n_mels,
        low: recipe.mel_low,
        high: if recipe.mel_high == 0.0 { half } else { recipe.mel_high },
        scale: recipe.mel_scale,
    };
    LAST.with_borrow_mut(|last| match last {
        Some((of, bank)) if *of == bands => Rc::clone(bank),
        _ => {
            let bank = Rc::new(bands.filterbank());
            *last = Some((bands, Rc::clone(&bank)));
            bank
        }
    })
}
