//! What there is to learn from: clips, the layouts that name them, scans, statistics, splits.

mod analysis;
mod analysis_cache;
mod catalogue;
mod clip;
pub mod demo;
mod demographics;
mod discover;
mod error;
#[cfg(test)]
mod fixture;
mod intern;
mod labels;
mod layouts;
mod quality_issue;
mod sample_analysis;
mod scan;
mod scan_index;
mod settings;
mod source;
mod split;
mod stamp;
mod statistics;
mod table;
mod table_reader;
mod thumbnail;
mod trimming;
mod unrecognised;
mod walk;

pub use analysis::{AnalysisProgress, analyse};
pub use analysis_cache::AnalysisCache;
pub use catalogue::{Catalogue, Refused};
pub use clip::{Clip, Emotion, Gender, Intensity};
pub use discover::{discover, is_synthetic};
pub use error::CorpusError;
pub use labels::{Exclusion, Selection, select};
pub use layouts::{Layout, known_corpora};
pub use quality_issue::{QualityIssue, QualityIssueKind, quality_issues};
pub use sample_analysis::SampleAnalysis;
pub use scan::scan;
pub use scan_index::ScanIndex;
pub use settings::{Columns, CorpusSettings, FilterSettings, LabelSettings};
pub use split::{Dealing, Dealt, LeftOut, Split, SplitKind, SplitSettings, Subset, dealt, left_out, split};
pub use statistics::{CrossTable, Distribution, Lengths, SpeakerRow, Statistics, statistics};
pub use table::export;
pub use trimming::{TRIM_SHORT, TRIM_THRESHOLDS, TrimRow, TrimmedCorpus, Trimming, trimming};
pub use unrecognised::check_nothing_meant;
