//! What events carry of settings, clips and features.

use super::{Catalogue, Note, PatternPreview, Playback, QualityIssue, Statistics, Variant, Wave};
use crate::corpus::Exclusion;
use crate::engine::settings::{Preset, Provenance, Setting};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// A catalogue with everything the Data tab shows of it.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Clips, facts, refused files.
    pub catalogue: Catalogue,
    /// Distributions over all clips.
    pub statistics: Statistics,
    /// Clips with data-quality issues.
    pub quality_issues: Vec<QualityIssue>,
    /// What the names of labels and speakers give to think about, in words.
    pub name_notes: Vec<String>,
    /// Clips that take part in training under the settings' labels and filter.
    pub selected: usize,
    /// Left out of training, with the reason.
    pub excluded: Vec<(Exclusion, usize)>,
    /// Whether every clip is synthetic (the demo corpus), or some are.
    pub synthetic: bool,
    /// Whether the samples of every clip have been analysed.
    pub analysed: bool,
    /// Time that reading the headers took (s).
    pub header_seconds: f64,
    /// Time that analysing the samples took so far (s).
    pub analysis_seconds: f64,
}

/// What a pattern makes of the names in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternReport {
    /// The folder.
    pub folder: PathBuf,
    /// The pattern.
    pub pattern: String,
    /// The corpus as the settings file would list it.
    pub entry: String,
    /// What it makes of the names, or why that cannot be said.
    pub outcome: Result<PatternPreview, String>,
}

/// Features in the cache.
#[derive(Debug, Clone, PartialEq)]
pub struct FeatureSummary {
    /// The recipe's name.
    pub recipe: String,
    /// (frames, coefficients).
    pub shape: (usize, usize),
    /// Clips.
    pub clips: usize,
    /// Of these, read from the cache.
    pub cached: usize,
    /// Clips shorter than the skip, whose skip was cut.
    pub skip_clamped: usize,
    /// Files that could not be decoded or have no features, with the reason.
    pub refused: Vec<(PathBuf, String)>,
    /// Time taken (s).
    pub seconds: f64,
}

/// The resolved settings.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// One row per value.
    pub rows: Vec<ConfigRow>,
    /// Whose each recipe is.
    pub recipes: BTreeMap<String, Provenance>,
    /// The presets.
    pub presets: Vec<Preset>,
}

/// One value of the settings.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfigRow {
    /// Dotted key (`training.batch_size`).
    pub key: String,
    /// The value as TOML.
    pub value: String,
    /// Where it came from (`default`, `workbench.toml:12`, `--set`).
    pub origin: String,
    /// What the key is.
    pub setting: Setting,
}

/// What is drawn of a clip.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The clip.
    pub path: PathBuf,
    /// In which form it is shown.
    pub variant: Variant,
    /// What was done to it, in words; empty for the original.
    pub label: String,
    /// The forms in which it can be shown.
    pub variants: Vec<Variant>,
    /// Its samples, mono.
    pub wave: Wave,
    /// Smallest and largest sample of each of 1,024 equal stretches.
    pub envelope: Vec<(f32, f32)>,
    /// Frames of `mel_db`.
    pub frames: usize,
    /// Mel bands of `mel_db`, lowest first.
    pub mels: usize,
    /// Mel spectrogram in dB below its maximum (0 to -80), frame after frame.
    pub mel_db: Vec<f32>,
    /// Centre frequency of every mel band (Hz).
    pub mel_hz: Vec<f32>,
    /// What the samples say.
    pub analysis: Arc<super::SampleAnalysis>,
    /// What the recipe would note about it.
    pub notes: Vec<Note>,
}

/// How far the playing of a clip is.
#[derive(Debug, Clone, PartialEq)]
pub struct SoundState {
    /// The clip.
    pub path: PathBuf,
    /// In which form it plays.
    pub variant: Variant,
    /// What is done, and where.
    pub playback: Playback,
    /// Where the sound goes, once that is known.
    pub output: Option<String>,
}
