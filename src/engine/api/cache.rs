//! What events carry of the cache.

use serde::Serialize;
use std::path::PathBuf;
use strum::EnumIter;

/// What of the cache is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter)]
pub enum Clear {
    /// Everything that this program wrote there.
    All,
    /// What it would not use: of other versions, of recipes that the settings do not name, damaged.
    Stale,
    /// Features.
    Features,
    /// What the samples said.
    Analysis,
    /// Headers of the last scan.
    Scan,
}

impl Clear {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Stale => "stale",
            Self::Features => "features",
            Self::Analysis => "analysis",
            Self::Scan => "scan",
        }
    }
}

/// What a part of the cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// Headers of the last scan.
    Scan,
    /// What the samples said.
    Analysis,
    /// Features.
    Features,
    /// Not written by this program; never cleared.
    Other,
}

/// Whether a part of the cache would be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheState {
    /// It would.
    Current,
    /// Its recipe is none of the settings'.
    Recipe,
    /// Another version of the program wrote it.
    Version,
    /// It is damaged, or was left by a process that was killed.
    Damaged,
    /// It is not this program's.
    Foreign,
}

/// One part of the cache: a file, or a folder of an older version.
#[derive(Debug, Clone, PartialEq)]
pub struct CacheRow {
    /// What it is.
    pub kind: CacheKind,
    /// Where.
    pub path: PathBuf,
    /// Of which corpus.
    pub corpus: Option<String>,
    /// By which recipe of the settings.
    pub recipe: Option<String>,
    /// Of how many clips.
    pub clips: Option<usize>,
    /// Size (bytes).
    pub bytes: u64,
    /// Whether it would be used.
    pub state: CacheState,
}

impl CacheRow {
    /// Whether it is among what is to go. What this program did not write stays, whatever is asked: the folder
    /// may be anybody's.
    pub fn goes(&self, clear: Clear) -> bool {
        let of = |kind| self.kind == kind;
        !of(CacheKind::Other)
            && match clear {
                Clear::All => true,
                Clear::Stale => self.state != CacheState::Current,
                Clear::Features => of(CacheKind::Features),
                Clear::Analysis => of(CacheKind::Analysis),
                Clear::Scan => of(CacheKind::Scan),
            }
    }
}

/// What lies in the cache.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CacheReport {
    /// The folder.
    pub folder: PathBuf,
    /// What is there.
    pub rows: Vec<CacheRow>,
    /// What goes, or has gone.
    pub clearing: Vec<CacheRow>,
    /// Whether it has gone.
    pub cleared: bool,
}

impl CacheReport {
    /// Size of some rows together (bytes).
    pub fn bytes(rows: &[CacheRow]) -> u64 {
        rows.iter().map(|row| row.bytes).sum()
    }
}
