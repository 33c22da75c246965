//! How a corpus was read, in words: which layout was taken and why, and what else would fit.

use super::PublishedCounts;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// How a corpus was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The corpus, by its name in the settings.
    pub corpus: Arc<str>,
    /// Its folder or table.
    pub path: PathBuf,
    /// What its clips were labelled by and why: `the names of RAVDESS (1440 of 1440 sound files)`.
    pub layout: String,
    /// What else would fit, and what should be known of the labels, one sentence each.
    pub notes: Vec<String>,
    /// How many clips a known corpus should have, and has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counts: Option<PublishedCounts>,
}
