//! The encoders on this machine and those that are known to work: plain data.

use crate::encoders::Known;
use std::path::PathBuf;

/// What is to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetch {
    /// The encoder of the hub, or the published corpus, of this name.
    Get(String),
    /// Nothing more: stop fetching; what has arrived is kept.
    Stop,
}

/// An encoder: on this machine, known to work, or both.
#[derive(Debug, Clone, PartialEq)]
pub struct EncoderRow {
    /// Its name on the hub.
    pub name: String,
    /// What kind of network it is: `model_type` of its configuration.
    pub family: String,
    /// Where it lies on this machine, if it does.
    pub here: Option<EncoderHere>,
    /// What is known of it.
    pub known: Option<&'static Known>,
}

/// An encoder on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderHere {
    /// The commit of the hub.
    pub commit: String,
    /// Its files.
    pub folder: PathBuf,
    /// Bytes of its files.
    pub bytes: u64,
    /// The file that it lacks to be used, if any.
    pub missing: Option<String>,
    /// Parts of its weights that are no encoder's, such as a decoder, and are passed over.
    pub passed_over: Vec<&'static str>,
}

/// An encoder that was to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FetchedEncoder {
    /// Its name, as asked.
    pub name: String,
    /// Where it lies now; `None` when that was stopped.
    pub folder: Option<PathBuf>,
}

/// The encoders.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EncoderReport {
    /// Where the hub's files lie on this machine.
    pub cache: PathBuf,
    /// Whether the hub is not to be asked (`HF_HUB_OFFLINE`).
    pub offline: bool,
    /// Those that are known to work, then the others that are here.
    pub rows: Vec<EncoderRow>,
    /// What was to be fetched.
    pub fetched: Option<FetchedEncoder>,
}
