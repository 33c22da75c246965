//! More examples than there are clips: waves and features changed while training, copies made beforehand, and
//! blends of examples.

mod copies;
mod mixup;
mod on_the_fly;
mod settings;
mod waves;

pub use copies::{Copy, Examples, examples};
pub(super) use mixup::Mixup;
pub(super) use on_the_fly::Augmenter;
pub use on_the_fly::OnTheFly;
pub use settings::{AugmentationMode, AugmentationSettings};
