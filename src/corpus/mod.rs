//! What there is to learn from: clips, the layouts that name them, scans, statistics, splits.

mod analysis;
mod clip;
pub mod demo;
mod error;
mod labels;
mod layouts;
mod scan;
mod settings;
mod split;
mod statistics;
mod suspicion;
mod table;

pub use analysis::{AnalysisCache, SampleFacts, analyse};
pub use clip::{Clip, Emotion, Gender, Intensity};
pub use error::CorpusError;
pub use labels::{Exclusion, Selection, select};
pub use scan::{Catalogue, Refused, ScanIndex, scan};
pub use settings::{Columns, CorpusSettings, FilterSettings, LabelSettings, Layout};
pub use split::{Side, Split, SplitKind, SplitSettings, split};
pub use statistics::{CrossTable, Distribution, Lengths, SpeakerRow, Statistics, statistics};
pub use suspicion::{Suspicion, SuspicionKind, suspicions};
pub use table::export;
