//! Folders to clips, with every file that was refused and why.

use super::demo::MARKER;
use super::intern::Interner;
use super::layouts::Labels;
use super::scan_index::{Entry, look};
use super::source::{Candidate, Source, at, source};
use super::{AnalysisCache, Clip, CorpusError, CorpusSettings, SampleFacts, ScanIndex};
use crate::audio::Header;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files between two calls of `progress`.
const STEP: usize = 64;

/// A file that is no clip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The corpus in whose folder it lies.
    pub corpus: Arc<str>,
    /// The file.
    pub path: PathBuf,
    /// Why, and what would help.
    pub reason: String,
}

/// Everything that a scan found.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    /// The clips, by corpus and path.
    pub clips: Arc<Vec<Clip>>,
    /// What the samples say, for the clips (same order) that have been analysed so far.
    pub facts: Vec<Option<Arc<SampleFacts>>>,
    /// The files that are no clips.
    pub refused: Arc<Vec<Refused>>,
}

/// Reads the headers of every corpus on all cores, in order of corpus and path.
/// `progress(done, found)` is called now and then from any thread. Facts that `analysis` remembers
/// for unchanged files are filled in.
///
/// # Errors
/// A corpus folder or table that cannot be read at all; single files never fail a scan, they are listed in [`Catalogue::refused`].
pub fn scan(
    corpora: &[CorpusSettings],
    index: &mut ScanIndex,
    analysis: &AnalysisCache,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Catalogue, CorpusError> {
    let mut sources = Vec::with_capacity(corpora.len());
    let mut found = 0;
    for corpus in corpora {
        let source = source(corpus)?;
        found += source.candidates.len();
        progress(0, found);
        sources.push(source);
    }
    let done = AtomicUsize::new(0);
    let mut gathered = Gathered::default();
    for (corpus, source) in corpora.iter().zip(sources) {
        let known = index.take(&corpus.path);
        let read = |candidate: &Candidate| {
            let looked = look(&candidate.path, &known);
            let before = done.fetch_add(1, Ordering::Relaxed);
            if before % STEP == STEP - 1 {
                progress(before + 1, found);
            }
            looked
        };
        let (headers, entries): (Vec<_>, Vec<_>) = source.candidates.par_iter().map(read).unzip();
        index.put(&corpus.path, remembered(&source.candidates, entries));
        gathered.add(corpus, source, headers);
    }
    progress(found, found);
    Ok(gathered.catalogue(analysis))
}

fn remembered(candidates: &[Candidate], entries: Vec<Option<Entry>>) -> HashMap<PathBuf, Entry> {
    let pairs = candidates.iter().zip(entries);
    pairs
        .filter_map(|(candidate, entry)| Some((candidate.path.clone(), entry?)))
        .collect()
}

/// Clips and refused files as they come together.
#[derive(Default)]
struct Gathered {
    clips: Vec<Clip>,
    refused: Vec<Refused>,
    interner: Interner,
    synthetic_folders: HashMap<PathBuf, bool>,
}

impl Gathered {
    fn add(&mut self, corpus: &CorpusSettings, source: Source, headers: Vec<Result<Header, String>>) {
        let name = self.interner.share(&corpus.name);
        let refusal = |path, reason| Refused {
            corpus: Arc::clone(&name),
            path,
            reason,
        };
        self.refused
            .extend(source.refused.into_iter().map(|(path, reason)| refusal(path, reason)));
        let mut readable = Vec::with_capacity(headers.len());
        for (candidate, header) in source.candidates.into_iter().zip(headers) {
            // What the content says weighs more than what the name says.
            let Candidate { path, place, labels } = candidate;
            match header.and_then(|header| Ok((header, labels?))) {
                Ok((header, labels)) => readable.push((path, labels, header)),
                Err(reason) => self.refused.push(refusal(path, at(place, reason))),
            }
        }
        if source.names_are_unique {
            let copies = take_copies(&mut readable);
            self.refused
                .extend(copies.into_iter().map(|(path, reason)| refusal(path, reason)));
        }
        for (path, labels, header) in readable {
            let clip = self.clip(path, &name, &labels, &header);
            self.clips.push(clip);
        }
    }

    fn clip(&mut self, path: PathBuf, corpus: &Arc<str>, labels: &Labels, header: &Header) -> Clip {
        let synthetic = labels.synthetic.unwrap_or_else(|| self.is_synthetic(&path));
        let mut share = |text: &str| self.interner.share(text);
        Clip {
            path,
            corpus: labels.corpus.as_deref().map_or_else(|| Arc::clone(corpus), &mut share),
            synthetic,
            speaker: labels.speaker.as_deref().map(&mut share),
            gender: labels.gender,
            age: labels.age,
            ethnicity: labels.ethnicity.as_deref().map(&mut share),
            text: labels.text.as_deref().map(&mut share),
            container: share(&header.container),
            emotion: self.interner.emotion(&labels.emotion),
            intensity: labels.intensity,
            frames: header.frames,
            rate: header.rate,
            channels: header.channels,
        }
    }

    /// Whether the demo corpus's marker lies in the file's folder or in any above it.
    fn is_synthetic(&mut self, file: &Path) -> bool {
        let folder = file.parent().unwrap_or(Path::new(""));
        if let Some(known) = self.synthetic_folders.get(folder) {
            return *known;
        }
        // Links and `..` hide what is above.
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let marked = here
            .canonicalize()
            .is_ok_and(|full| full.ancestors().any(|above| above.join(MARKER).is_file()));
        self.synthetic_folders.insert(folder.to_path_buf(), marked);
        marked
    }

    fn catalogue(self, analysis: &AnalysisCache) -> Catalogue {
        let Self {
            mut clips, mut refused, ..
        } = self;
        clips.par_sort_by(|a, b| (&a.corpus, a.path.as_os_str()).cmp(&(&b.corpus, b.path.as_os_str())));
        refused.sort_by(|a, b| (&a.corpus, a.path.as_os_str()).cmp(&(&b.corpus, b.path.as_os_str())));
        clips.shrink_to_fit();
        let facts = clips.par_iter().map(|clip| analysis.get(&clip.path)).collect();
        Catalogue {
            clips: Arc::new(clips),
            facts,
            refused: Arc::new(refused),
        }
    }
}

/// Takes out every file but one of each recording: downloads often hold a corpus twice, in a folder
/// within a folder or once more as MP3, and a clip in two copies would be learnt and judged on at once.
/// Kept is the first by path among those that lost nothing to compression, else the first.
fn take_copies(readable: &mut Vec<(PathBuf, Labels, Header)>) -> Vec<(PathBuf, String)> {
    let lossless = |header: &Header| matches!(header.container.as_str(), "wav" | "aiff" | "flac");
    let name = |path: &Path, labels: &Labels| {
        let stem = path.file_stem().unwrap_or_default().to_ascii_lowercase();
        (labels.speaker.clone(), stem)
    };
    let mut kept: HashMap<_, usize> = HashMap::with_capacity(readable.len());
    for (place, (path, labels, header)) in readable.iter().enumerate() {
        let best = kept.entry(name(path, labels)).or_insert(place);
        if lossless(header) && !lossless(&readable[*best].2) {
            *best = place;
        }
    }
    if kept.len() == readable.len() {
        return Vec::new();
    }
    let reasons: Vec<Option<String>> = readable
        .iter()
        .enumerate()
        .map(|(place, (path, labels, _))| {
            let best = kept.get(&name(path, labels)).copied().filter(|best| *best != place)?;
            Some(format!(
                "a copy of {} by its name; if it is another recording, list its folder as a corpus of its own",
                readable[best].0.display()
            ))
        })
        .collect();
    let mut copies = Vec::new();
    for ((path, labels, header), reason) in std::mem::take(readable).into_iter().zip(reasons) {
        match reason {
            Some(reason) => copies.push((path, reason)),
            None => readable.push((path, labels, header)),
        }
    }
    copies
}
