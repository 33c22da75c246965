//! More examples than there are clips: waves and features changed while training, copies made beforehand, and
//! blends of examples.

mod copies;
mod mixup;
mod on_the_fly;
mod settings;
mod waves;

pub use copies::{Copy, Examples, examples};
pub use on_the_fly::OnTheFly;
pub(super) use on_the_fly::{Augmenter, Source};
pub use settings::{AugmentationMode, AugmentationSettings};
