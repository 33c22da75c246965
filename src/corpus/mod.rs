//! What there is to learn from: clips, the layouts that name them, scans, statistics, splits.

mod analysis;
mod analysis_cache;
mod by_layout;
mod catalogue;
mod clip;
mod column_values;
pub mod demo;
mod demographics;
mod discover;
mod error;
mod exclusion;
#[cfg(test)]
mod fixture;
mod folder;
mod given_split;
mod intern;
mod label_map;
mod labels;
mod layouts;
mod main_scheme;
mod measure;
mod name_notes;
mod names;
mod quality_issue;
mod reading;
mod sample_analysis;
mod scan;
mod scan_files;
mod scan_index;
mod segment;
mod settings;
mod source;
mod span;
mod speakers;
mod spellings;
mod split;
mod stamp;
mod statistics;
mod table;
mod table_columns;
mod table_further;
mod table_reader;
mod table_records;
#[cfg(test)]
mod tests;
mod thumbnail;
mod trimming;
mod unrecognised;
mod walk;

pub use analysis::{AnalysisProgress, analyse};
pub use analysis_cache::AnalysisCache;
pub use catalogue::{Catalogue, Refused};
pub use clip::{Clip, Emotion, Gender, Intensity};
pub use column_values::ColumnValues;
pub use discover::{discover, is_synthetic};
pub use error::CorpusError;
pub use exclusion::Exclusion;
pub use labels::{Selection, select};
pub use layouts::{Layout, known_corpora};
pub use name_notes::name_notes;
pub use names::{Names, Naming};
pub use quality_issue::{QualityIssue, QualityIssueKind, quality_issues};
pub use reading::Reading;
pub use sample_analysis::SampleAnalysis;
pub use scan::scan;
pub use scan_index::ScanIndex;
pub use segment::{Segment, decode_together, named, runs};
pub use settings::{Columns, CorpusSettings, FilterSettings, LabelSettings};
pub use speakers::{AlikeSpeakers, SpeakerSettings};
pub use split::{
    Dealing, Dealt, Duplicates, LeftOut, Split, SplitKind, SplitSettings, Subset, ValidationBy, dealt, fold_count,
    is_published, left_out, narrowed, narrowed_to, split, split_columns,
};
pub use statistics::{CrossTable, Distribution, Lengths, SpeakerRow, Statistics, statistics};
pub use table::export;
pub use trimming::{TRIM_SHORT, TRIM_THRESHOLDS, TrimRow, TrimmedCorpus, Trimming, trimming};
pub use unrecognised::check_nothing_meant;
