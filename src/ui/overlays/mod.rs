//! What lies over a tab until it is answered or closed.

mod bench;
mod cache;
mod comparison;
mod doctor;
mod encoders;
pub mod form;
mod help;
mod models;
mod no_sound;
mod palette;
mod presets;
pub mod prompt;
mod published;
mod question;
mod settings;
mod studies;
mod trim;

pub use bench::Subject;
pub use cache::CacheView;
pub use comparison::ComparisonView;
pub use doctor::DoctorView;
pub use encoders::EncodersView;
pub use help::Help;
pub use models::ModelsView;
pub use no_sound::NoSoundView;
pub use palette::Palette;
pub use presets::PresetsView;
pub use prompt::Prompt;
pub use published::PublishedView;
pub use question::Question;
pub use settings::SettingsView;
pub use studies::StudiesView;
pub use trim::TrimView;
