//! A split as a file has it.

use super::super::Subset;
use std::path::PathBuf;

/// Where a clip is put.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In the part of this name.
    Part(String),
    /// Tested in this fold and learnt from in all others.
    Tested(String),
    /// On this side in this fold.
    In(String, Subset),
}

/// A split as its file has it.
#[derive(Debug)]
pub struct SplitFile {
    /// What the protocol line calls it.
    pub name: String,
    /// What relative paths start from.
    pub folder: PathBuf,
    /// The clips as they are named.
    pub rows: Vec<(String, Place)>,
}

impl Place {
    /// The part, where it is one.
    pub fn part(&self) -> Option<&str> {
        match self {
            Self::Part(name) => Some(name),
            _ => None,
        }
    }

    /// The fold, where it is of one.
    pub fn fold(&self) -> Option<&str> {
        match self {
            Self::Part(_) => None,
            Self::Tested(fold) | Self::In(fold, _) => Some(fold),
        }
    }
}
