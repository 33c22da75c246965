//! What the last scan knew of every file, so that a rescan reads only what changed.

use super::CorpusError;
use super::clip::is_exact;
use super::stamp::Stamp;
use crate::audio::{AudioError, Header, count_samples, read_header};
use crate::files;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64;

/// What wrote the index: another program may read headers differently.
const WRITER: &str = concat!("undertone scan index 2 ", env!("CARGO_PKG_VERSION"));

/// What the last scan knew of every file (size, time, header), so that a rescan reads only what changed.
#[derive(Debug, Default)]
pub struct ScanIndex {
    /// By the corpus's folder or table: a scan of one corpus forgets nothing of another.
    corpora: BTreeMap<PathBuf, Files>,
}

/// By path.
pub(super) type Files = HashMap<PathBuf, Entry>;

/// One file as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Entry {
    stamp: Stamp,
    /// The header, or why there is none.
    header: Result<Header, String>,
    /// Samples per channel by its packets, where that was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counted: Option<u64>,
}

impl Entry {
    /// How long the file really is, where segments depend on it: of a compressed one the header may be mistaken, so its
    /// packets are counted, once.
    pub(super) fn with_true_length(mut self, path: &Path) -> Self {
        if let Ok(header) = &self.header
            && !is_exact(&header.container)
        {
            self.counted = self.counted.or_else(|| count_samples(path).ok());
        }
        self
    }

    /// The header, its length that of the packets where they were counted.
    pub(super) fn header(&self) -> Result<Header, String> {
        let mut header = self.header.clone()?;
        header.frames = self.counted.filter(|frames| *frames > 0).unwrap_or(header.frames);
        Ok(header)
    }
}

/// What the disk holds, after a line with [`WRITER`] and the checksum of the rest.
#[derive(Serialize, Deserialize)]
struct Stored {
    corpus: PathBuf,
    files: Vec<(PathBuf, Entry)>,
}

impl ScanIndex {
    /// Reads the index; an absent or damaged one is empty.
    pub fn load(path: &Path) -> Self {
        let corpora = fs::read(path).ok().and_then(|bytes| parse(&bytes)).unwrap_or_default();
        Self { corpora }
    }

    /// How many files are remembered.
    pub fn len(&self) -> usize {
        self.corpora.values().map(HashMap::len).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Writes the index whole.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, path: &Path) -> Result<(), CorpusError> {
        // Paths that JSON cannot hold (not UTF-8) are left out: they are read again every time.
        let storable = |path: &PathBuf| path.to_str().is_some();
        let stored = self
            .corpora
            .iter()
            .filter(|(corpus, _)| storable(corpus))
            .map(|(corpus, files)| Stored {
                corpus: corpus.clone(),
                files: files
                    .iter()
                    .filter(|(file, _)| storable(file))
                    .map(|(file, entry)| (file.clone(), entry.clone()))
                    .collect(),
            });
        let failed = |source| CorpusError::Io {
            path: path.to_path_buf(),
            source,
        };
        let body = serde_json::to_vec(&stored.collect::<Vec<_>>()).map_err(|error| failed(error.into()))?;
        let mut bytes = format!("{WRITER} {:016x}\n", xxh3_64(&body)).into_bytes();
        bytes.extend_from_slice(&body);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        files::replace(path, &bytes).map_err(failed)
    }

    /// What is known of a corpus's files; they are forgotten here, for the scan puts back those that are left.
    pub(super) fn take(&mut self, corpus: &Path) -> Files {
        self.corpora.remove(corpus).unwrap_or_default()
    }

    /// Remembers a corpus's files.
    pub(super) fn put(&mut self, corpus: &Path, files: Files) {
        self.corpora.entry(corpus.to_path_buf()).or_default().extend(files);
    }
}

fn parse(bytes: &[u8]) -> Option<BTreeMap<PathBuf, Files>> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (head, body) = (&bytes[..end], &bytes[end + 1..]);
    if head != format!("{WRITER} {:016x}", xxh3_64(body)).as_bytes() {
        return None;
    }
    let stored: Vec<Stored> = serde_json::from_slice(body).ok()?;
    Some(
        stored
            .into_iter()
            .map(|part| (part.corpus, part.files.into_iter().collect()))
            .collect(),
    )
}

/// A file's header, or why it has none: remembered if the file has not changed, else read. The entry is
/// what to remember of it; nothing when the file system failed, which may pass.
pub(super) fn look(path: &Path, known: &Files) -> (Result<Header, String>, Option<Entry>) {
    let stamp = match Stamp::of(path) {
        Ok(stamp) => stamp,
        Err(error) => return (Err(error.to_string()), None),
    };
    if let Some(entry) = known.get(path).filter(|entry| entry.stamp == stamp) {
        return (entry.header(), Some(entry.clone()));
    }
    match read_header(path) {
        Err(AudioError::Io { source, .. }) => (Err(source.to_string()), None),
        read => {
            let header = read.map_err(|error| without_path(&error.to_string(), path));
            let entry = Entry {
                stamp,
                header,
                counted: None,
            };
            (entry.header(), Some(entry))
        }
    }
}

/// A message that stands beside the path need not begin with it.
pub(super) fn without_path(message: &str, path: &Path) -> String {
    let prefix = format!("{}: ", path.display());
    message.strip_prefix(&prefix).unwrap_or(message).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index_of(path: &Path) -> ScanIndex {
        let header = Header {
            container: "wav".into(),
            rate: 16_000,
            channels: 1,
            frames: 5,
        };
        let entry = |header| Entry {
            counted: None,
            stamp: Stamp::of(path).unwrap(),
            header,
        };
        let mut index = ScanIndex::default();
        let files = [
            (path.to_path_buf(), entry(Ok(header))),
            ("b".into(), entry(Err("no sound".into()))),
        ];
        index.put(Path::new("corpus"), files.into_iter().collect());
        index
    }

    #[test]
    fn what_was_saved_is_loaded_and_needs_no_reading() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.wav");
        fs::write(&file, "this is no sound, so that reading it would fail").unwrap();
        let path = folder.path().join("made/for/it/index");
        index_of(&file).save(&path).unwrap();
        let known = ScanIndex::load(&path).take(Path::new("corpus"));
        assert_eq!(known.len(), 2);
        assert_eq!(look(&file, &known).0.unwrap().rate, 16_000);
    }

    #[test]
    fn a_damaged_or_absent_index_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("index");
        assert!(ScanIndex::load(&path).corpora.is_empty());
        fs::write(folder.path().join("a"), "x").unwrap();
        index_of(&folder.path().join("a")).save(&path).unwrap();
        let whole = fs::read(&path).unwrap();
        assert_eq!(ScanIndex::load(&path).corpora.len(), 1);
        for cut in [0, 1, whole.len() / 2, whole.len() - 1] {
            fs::write(&path, &whole[..cut]).unwrap();
            assert!(ScanIndex::load(&path).corpora.is_empty());
        }
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        let offset = whole.len() / 2;
        flipped[offset] ^= 1;
        fs::write(&path, &flipped).unwrap();
        assert!(ScanIndex::load(&path).corpora.is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_name_that_is_no_text_costs_only_itself() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a"), "x").unwrap();
        let mut index = index_of(&folder.path().join("a"));
        let mut files = index.take(Path::new("corpus"));
        let entry = files["b".as_ref() as &Path].clone();
        files.insert(PathBuf::from(OsStr::from_bytes(b"\xff")), entry);
        index.put(Path::new("corpus"), files);
        let path = folder.path().join("index");
        index.save(&path).unwrap();
        assert_eq!(ScanIndex::load(&path).take(Path::new("corpus")).len(), 2);
    }
}
