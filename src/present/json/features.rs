//! Features, the cache, and what trimming would remove.

use super::{RefusedFile, all};
use crate::engine::{
    CacheKind, CacheReport, CacheRow, CacheState, ExportSummary, FeatureSummary, ImportSummary, TrimRow, TrimmedCorpus,
};
use std::path::PathBuf;

document! {
    /// Features in the cache.
    Features(summary: FeatureSummary) {
        /// The recipe.
        recipe: String,
        /// Frames and coefficients of every clip.
        shape: (usize, usize),
        /// Clips.
        clips: usize,
        /// Of these, read from the cache.
        cached: usize,
        /// Clips shorter than the recipe's skip, which was cut for them.
        skip_clamped: usize,
        /// Files that could not be decoded or have no features.
        refused: Vec<RefusedFile> = all(&summary.refused),
        /// Time taken (s).
        seconds: f64,
    }

    /// Features were written as NumPy arrays.
    FeaturesExported(summary: ExportSummary) {
        /// Where.
        folder: PathBuf,
        /// Shape of `X.npy`: clips, frames, coefficients.
        shape: (usize, usize, usize),
        /// The labels in the order of the columns of `y.npy`.
        labels: Vec<String>,
        /// Folders with one file per clip, named after the feature.
        folders: Vec<String>,
    }

    /// Features made elsewhere were imported.
    FeaturesImported(summary: ImportSummary) {
        /// From where.
        folder: PathBuf,
        /// The recipe that stands for them.
        recipe: String,
        /// Shape of `X.npy`: clips, frames, coefficients.
        shape: (usize, usize, usize),
        /// Rows that belong to a clip of the corpora.
        matched: usize,
        /// Rows that belong to none.
        unmatched: Vec<Row> = all(&summary.unmatched),
        /// Rows that belong to a clip and hold numbers that are not finite.
        faulty: Vec<Row> = all(&summary.faulty),
        /// Rows whose emotion is not that of the corpus, whose labels are learnt.
        relabelled: usize,
        /// Clips of the corpora without features; they cannot be trained on with this recipe.
        missing: usize,
    }

    /// A row of the imported arrays.
    Row(row: (usize, String)) {
        /// Its index, from 0.
        row: usize = row.0,
        /// What is wrong with it.
        reason: String = row.1.clone(),
    }

    /// What trimming silence at several thresholds would remove.
    Trimming(found: crate::engine::Trimming) {
        /// All clips together, when there are several corpora, then each corpus.
        corpora: Vec<TrimmedClips> = all(&found.corpora),
        /// Files that could not be read.
        refused: Vec<RefusedFile> = all(&found.refused),
    }

    /// What trimming would remove from one corpus.
    TrimmedClips(corpus: TrimmedCorpus) {
        /// Its name; none for all clips together.
        name: Option<String>,
        /// Clips that were read.
        clips: usize,
        /// Their length together (s).
        seconds: f64,
        /// One row per threshold.
        thresholds: Vec<Threshold> = all(&corpus.rows),
    }

    /// What one threshold would remove.
    Threshold(row: TrimRow) {
        /// Ends that are quieter than the loudest frame by more than this are removed (dB).
        threshold_db: f64,
        /// Removed from a clip, on average (s).
        mean: f64,
        /// Removed from a clip, median (s).
        median: f64,
        /// Removed from a clip, 95th percentile (s).
        p95: f64,
        /// Share of the corpus that is removed, from 0 to 1.
        share: f64,
        /// Clips that lose more than half.
        halved: usize,
        /// Clips that become shorter than half a second.
        short: usize,
    }

    /// What is in the cache, or was cleared from it.
    Cache(report: CacheReport) {
        /// The folder.
        folder: PathBuf,
        /// What is in it.
        entries: Vec<CacheEntry> = all(&report.rows),
        /// What was cleared.
        cleared: Vec<CacheEntry> = all(&report.clearing),
    }

    /// A part of the cache: a file, or a folder of an older version.
    CacheEntry(row: CacheRow) {
        /// What it is.
        kind: CacheKind,
        /// Where.
        path: PathBuf,
        /// Of which corpus.
        corpus: Option<String>,
        /// By which recipe of the settings.
        recipe: Option<String>,
        /// Of how many clips.
        clips: Option<usize>,
        /// Size (bytes).
        bytes: u64,
        /// Whether it would be used.
        state: CacheState,
    }
}
