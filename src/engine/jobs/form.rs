//! A clip in the forms in which it is drawn and played.

use crate::audio::Wave;
use crate::audio::augment::Augmentation;
use crate::engine::{EngineError, Settings, Variant};
use crate::features::prepare;
use crate::random::stream;

/// All that these settings have, in the order in which they are stepped through.
pub fn variants(settings: &Settings) -> Vec<Variant> {
    let changed = changes(settings).into_iter();
    [Variant::Original, Variant::Input]
        .into_iter()
        .chain(changed.map(|(name, _)| Variant::Augmented(name.to_owned())))
        .collect()
}

/// A clip in a form, and in words what was done to it (nothing for the original). The same settings always give
/// the same samples, so that what is drawn is what is played.
///
/// # Errors
/// A form that there is not, an impossible recipe, a folder of noises that has none.
pub fn form(settings: &Settings, wave: Wave, variant: &Variant) -> Result<(Wave, String), EngineError> {
    Ok(match variant {
        Variant::Original => (wave, String::new()),
        Variant::Input => {
            let (input, _) = prepare(&wave, settings.recipe()?)?;
            (input, format!("the model's input by {}", settings.recipe))
        }
        Variant::Augmented(name) => {
            let change = change(settings, name)?;
            let draw = &mut stream(settings.seed, "listen", 0);
            (change.apply(&wave, draw)?, change.label())
        }
    })
}

fn change(settings: &Settings, wanted: &str) -> Result<Augmentation, EngineError> {
    let changes = changes(settings);
    let names: Vec<&str> = changes.iter().map(|(name, _)| *name).collect();
    let known = names.join(", ");
    let found = changes.into_iter().find(|(name, _)| *name == wanted);
    found.map(|(_, change)| change).ok_or_else(|| {
        EngineError::Unknown(format!(
            "no variant of a clip is called {wanted}; there are {}, {}, {known}",
            Variant::Original,
            Variant::Input
        ))
    })
}

fn changes(settings: &Settings) -> Vec<(&'static str, Augmentation)> {
    settings.augmentation.wave.named()
}
