//! What samples said, remembered on disk.

use super::stamp::Stamp;
use super::{Clip, CorpusError, SampleAnalysis};
use crate::audio::Channel;
use crate::files;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// Seed of every line's checksum: lines of a program that measured otherwise are forgotten.
const WRITER: &str = concat!("undertone sample facts 3 ", env!("CARGO_PKG_VERSION"));

/// Analyses remembered for files by path, size and time of change. Safe for many threads; clones share
/// what they remember.
///
/// On disk a text file, each line a checksum, a space and one file's analysis as JSON.
#[derive(Debug, Clone, Default)]
pub struct AnalysisCache {
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    path: Option<PathBuf>,
    /// By the hash of the absolute path, and of the channel and the segment where it is one.
    entries: RwLock<HashMap<u128, Entry>>,
    changed: AtomicBool,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Entry {
    key: u128,
    stamp: Stamp,
    #[serde(rename = "facts")]
    analysis: Arc<SampleAnalysis>,
}

impl AnalysisCache {
    /// Reads what is remembered; absent or damaged entries are forgotten, never an error.
    pub fn load(path: &Path) -> Self {
        let bytes = fs::read(path).unwrap_or_default();
        let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
        let entries: Vec<Entry> = lines.into_par_iter().filter_map(parse).collect();
        let shared = Shared {
            path: Some(path.to_path_buf()),
            entries: RwLock::new(entries.into_iter().map(|entry| (entry.key, entry)).collect()),
            changed: AtomicBool::new(false),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// How many files are remembered.
    pub fn len(&self) -> usize {
        let entries = self.shared.entries.read().unwrap_or_else(PoisonError::into_inner);
        entries.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is remembered of this clip, if its file has not changed.
    pub fn get(&self, clip: &Clip) -> Option<Arc<SampleAnalysis>> {
        // Most files of a first scan are unknown: they are not even looked at.
        let entries = self.shared.entries.read().unwrap_or_else(PoisonError::into_inner);
        let entry = entries.get(&key(clip))?;
        let (stamp, analysis) = (entry.stamp, Arc::clone(&entry.analysis));
        drop(entries);
        (Stamp::of(&clip.path).ok()? == stamp).then_some(analysis)
    }

    /// The analysis of one clip, remembered or measured now.
    pub fn analysis(&self, clip: &Clip) -> Arc<SampleAnalysis> {
        if let Some(known) = self.get(clip) {
            return known;
        }
        // Before the samples are read: a change in between must be noticed next time.
        let stamp = Stamp::of(&clip.path);
        let (analysis, lasting) = SampleAnalysis::measure(clip);
        let analysis = Arc::new(analysis);
        if let (Ok(stamp), true) = (stamp, lasting) {
            let entry = Entry {
                key: key(clip),
                stamp,
                analysis: Arc::clone(&analysis),
            };
            let mut entries = self.shared.entries.write().unwrap_or_else(PoisonError::into_inner);
            entries.insert(entry.key, entry);
            self.shared.changed.store(true, Ordering::Release);
        }
        analysis
    }

    /// Writes what is remembered, if there is anything new.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self) -> Result<(), CorpusError> {
        let Some(path) = &self.shared.path else {
            return Ok(());
        };
        if !self.shared.changed.swap(false, Ordering::AcqRel) {
            return Ok(());
        }
        let entries = self.shared.entries.read().unwrap_or_else(PoisonError::into_inner);
        let mut entries: Vec<Entry> = entries.values().cloned().collect();
        entries.sort_unstable_by_key(|entry| entry.key);
        let mut bytes = Vec::new();
        for entry in &entries {
            let Ok(json) = serde_json::to_string(entry) else {
                continue;
            };
            bytes.extend(format!("{:016x} ", checksum(json.as_bytes())).into_bytes());
            bytes.extend(json.into_bytes());
            bytes.push(b'\n');
        }
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written.and_then(|()| files::replace(path, &bytes)).map_err(|source| {
            self.shared.changed.store(true, Ordering::Release);
            CorpusError::Io {
                path: path.clone(),
                source,
            }
        })
    }
}

fn key(clip: &Clip) -> u128 {
    let absolute = std::path::absolute(&clip.path);
    let mut bytes = absolute
        .as_deref()
        .unwrap_or(&clip.path)
        .as_os_str()
        .as_encoded_bytes()
        .to_vec();
    // No path holds a zero, and the parts after it differ in length.
    if let Channel::One(channel) = clip.channel {
        bytes.push(0);
        bytes.extend(channel.to_le_bytes());
    }
    if let Some(segment) = clip.segment {
        bytes.push(0);
        bytes.extend(segment.first.to_le_bytes());
        bytes.extend(segment.count.to_le_bytes());
    }
    xxh3_128(&bytes)
}

fn checksum(json: &[u8]) -> u64 {
    xxh3_64(json) ^ xxh3_64(WRITER.as_bytes())
}

fn parse(line: &[u8]) -> Option<Entry> {
    let (sum, json) = (line.get(..16)?, line.get(17..)?);
    let sum = u64::from_str_radix(std::str::from_utf8(sum).ok()?, 16).ok()?;
    (sum == checksum(json))
        .then(|| serde_json::from_slice(json).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{clip_of, tone, write_wav};
    use super::*;

    #[test]
    fn clips_are_measured_once_and_survive_the_program() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        write_wav(&path, 16_000, 1, &tone(16_000));
        let store = folder.path().join("cache/analyses");
        let cache = AnalysisCache::load(&store);
        assert!(cache.get(&clip_of(&path)).is_none());
        let analysis = cache.analysis(&clip_of(&path));
        assert!(Arc::ptr_eq(&analysis, &cache.clone().analysis(&clip_of(&path))));
        cache.save().unwrap();
        assert_eq!(AnalysisCache::load(&store).get(&clip_of(&path)), Some(analysis));
        write_wav(&path, 16_000, 1, &tone(8_000));
        assert!(AnalysisCache::load(&store).get(&clip_of(&path)).is_none());
    }

    #[test]
    fn what_one_channel_says_is_not_what_another_or_their_mean_says() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let samples: Vec<i16> = tone(4_000)
            .into_iter()
            .flat_map(|sample| [sample, sample / 2])
            .collect();
        write_wav(&path, 16_000, 2, &samples);
        let store = folder.path().join("analyses");
        let cache = AnalysisCache::load(&store);
        let clips = [Channel::Mix, Channel::One(1), Channel::One(2)].map(|channel| Clip {
            channel,
            ..clip_of(&path)
        });
        let contents = |cache: &AnalysisCache| clips.each_ref().map(|clip| cache.analysis(clip).content);
        let [mix, left, right] = contents(&cache);
        assert!(mix != left && left != right && right != mix);
        cache.save().unwrap();
        let again = AnalysisCache::load(&store);
        assert!(clips.iter().all(|clip| again.get(clip).is_some()));
        assert_eq!(contents(&again), [mix, left, right]);
    }

    #[test]
    fn damaged_lines_are_forgotten_and_the_others_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let paths = ["a.wav", "b.wav", "c.wav"].map(|name| folder.path().join(name));
        let store = folder.path().join("analyses");
        let cache = AnalysisCache::load(&store);
        for (length, path) in paths.iter().enumerate() {
            write_wav(path, 16_000, 1, &tone(4_000 + length));
            cache.analysis(&clip_of(path));
        }
        cache.save().unwrap();
        let remembered = || {
            paths
                .iter()
                .filter(|path| AnalysisCache::load(&store).get(&clip_of(path)).is_some())
                .count()
        };
        assert_eq!(remembered(), 3);
        let whole = fs::read(&store).unwrap();
        let mut bytes = whole.clone();
        bytes[40] ^= 1;
        fs::write(&store, &bytes).unwrap();
        assert_eq!(remembered(), 2);
        fs::write(&store, &whole[..whole.len() - 10]).unwrap();
        assert_eq!(remembered(), 2);
        fs::write(&store, "rubbish\n\n\u{0}").unwrap();
        assert_eq!(remembered(), 0);
    }

    #[test]
    fn a_cache_without_a_file_remembers_for_now() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        write_wav(&path, 16_000, 1, &tone(100));
        let cache = AnalysisCache::default();
        cache.analysis(&clip_of(&path));
        assert!(cache.get(&clip_of(&path)).is_some());
        cache.save().unwrap();
    }
}
