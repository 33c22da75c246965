//! Encoders of this machine, and the one that the process has in memory.

use super::{Encoder, EncoderConfig, EncoderError, fingerprint, locate};
use burn::tensor::Device;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

/// An encoder of this machine, before its weights are in memory.
#[derive(Debug, Clone)]
pub struct Found {
    /// Where.
    pub folder: PathBuf,
    /// How it is built.
    pub config: EncoderConfig,
    /// [`fingerprint`]; its weights are hashed once in a process, and again when its files have changed.
    pub fingerprint: String,
}

/// Name, length and time of change of the files in a folder.
type Stamp = Vec<(PathBuf, u64, Option<SystemTime>)>;

/// Fingerprints by folder, with the files that they were taken of.
static FINGERPRINTS: Mutex<Option<HashMap<PathBuf, (Stamp, String)>>> = Mutex::new(None);

/// The encoder that was asked for last.
static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

struct Loaded {
    fingerprint: String,
    device: Device,
    encoder: Arc<Encoder>,
}

impl Found {
    /// By the name of a model of the hub, or a folder ([`locate`]).
    ///
    /// # Errors
    /// [`EncoderError`] when it is not here or its files are damaged.
    pub fn new(name: &str) -> Result<Self, EncoderError> {
        let folder = locate(name)?;
        let config = EncoderConfig::read(&folder)?;
        let fingerprint = known_fingerprint(&folder)?;
        Ok(Self {
            folder,
            config,
            fingerprint,
        })
    }

    /// With its weights in memory, where they stay until another encoder is asked for: all threads of a process, and one
    /// job after another, share them. Threads that ask at once, before they are there, each read them.
    ///
    /// # Errors
    /// [`EncoderError`] when its files cannot be read or do not fit.
    pub fn load(&self, device: &Device) -> Result<Arc<Encoder>, EncoderError> {
        let slot = || LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        let mut loaded = slot();
        if let Some(there) = loaded.as_ref()
            && there.fingerprint == self.fingerprint
            && there.device == *device
        {
            return Ok(Arc::clone(&there.encoder));
        }
        // Two do not lie in memory while one is read, unless somebody is at work with the first.
        *loaded = None;
        // Nobody waits for the slot meanwhile: threads of a pool that do would be missing where the work of reading is
        // shared out among them.
        drop(loaded);
        let encoder = Arc::new(Encoder::open(&self.folder, device)?);
        *slot() = Some(Loaded {
            fingerprint: self.fingerprint.clone(),
            device: device.clone(),
            encoder: Arc::clone(&encoder),
        });
        Ok(encoder)
    }
}

fn known_fingerprint(folder: &Path) -> Result<String, EncoderError> {
    let stamp = stamp(folder);
    let mut known = FINGERPRINTS.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_default();
    if let Some((of, fingerprint)) = known.get(folder)
        && *of == stamp
    {
        return Ok(fingerprint.clone());
    }
    let fingerprint = fingerprint(folder)?;
    known.insert(folder.to_owned(), (stamp, fingerprint.clone()));
    Ok(fingerprint)
}

/// Of what cannot be read, nothing: taking the fingerprint will say so.
fn stamp(folder: &Path) -> Stamp {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let of = |path: PathBuf| {
        // Of the file behind a link: the hub's cache is made of those.
        let metadata = fs::metadata(&path).ok()?;
        Some((path, metadata.len(), metadata.modified().ok()))
    };
    let mut stamp: Stamp = entries.filter_map(|entry| of(entry.path())).collect();
    stamp.sort();
    stamp
}
