//! Features that were made elsewhere, matched to clips and put into the store.

use super::TrainingError;
use crate::corpus::{Catalogue, Clip, Emotion};
use crate::features::{Extracted, FeatureArray, FeatureStore, Import};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::Xxh3Default;

/// A folder with `X.npy` and `labels.csv` (and `y.npy`), as [`super::export_features`] writes it or another program.
#[derive(Debug)]
pub struct ImportFolder {
    folder: PathBuf,
    array: FeatureArray,
    rows: Vec<Row>,
    fingerprint: String,
}

/// What `labels.csv` says of a row of `X.npy`.
#[derive(Debug, Clone, PartialEq)]
struct Row {
    path: Option<PathBuf>,
    content: Option<u128>,
    emotion: Option<Emotion>,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportSummary {
    /// From where.
    pub folder: PathBuf,
    /// The recipe that stands for it.
    pub recipe: String,
    /// Shape of `X.npy`: clips, frames, features.
    pub shape: (usize, usize, usize),
    /// Rows that belong to a clip of the corpora.
    pub matched: usize,
    /// Rows that belong to none: the row and why.
    pub unmatched: Vec<(usize, String)>,
    /// Rows that belong to a clip and hold numbers that are not finite: the row and where. The clip is left out when
    /// features are asked for.
    pub faulty: Vec<(usize, String)>,
    /// Rows whose emotion is not the one that the corpus gives the clip; the corpus's is learnt.
    pub relabelled: usize,
    /// Clips of the corpora that have no features now; they cannot be trained on with this recipe.
    pub missing: usize,
}

impl ImportFolder {
    /// Looks at the folder. `labels.csv` has one line per row of `X.npy`, in its order unless a column `row`
    /// says otherwise, and the column `path` (relative to the folder, or absolute) or `content` (the hash of an
    /// export); `emotion` is compared when it is there. `y.npy` must have as many rows, for labels are the corpus's.
    ///
    /// # Errors
    /// A file that is absent, damaged, or does not fit the others.
    pub fn open(folder: &Path) -> Result<Self, TrainingError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| TrainingError::Io { path, source }
        };
        let folder = std::path::absolute(folder).map_err(failed(folder))?;
        let (arrays, targets, table) = (folder.join("X.npy"), folder.join("y.npy"), folder.join("labels.csv"));
        let array = FeatureArray::open(&arrays)?;
        let rows = read_table(&table, &folder, array.clips())?;
        if targets.exists() {
            let labels = FeatureArray::open(&targets)?;
            if labels.clips() != array.clips() {
                let problem = format!("{} rows, but X.npy has {}", labels.clips(), array.clips());
                return Err(refuse(&targets, &format!("{problem}; write them together")));
            }
        }
        let mut hash = Xxh3Default::new();
        for path in [&arrays, &table] {
            update(&mut hash, path).map_err(failed(path))?;
        }
        Ok(Self {
            folder,
            array,
            rows,
            fingerprint: format!("{:032x}", hash.digest128()),
        })
    }

    /// What stands in the settings for these features.
    pub fn import(&self) -> Import {
        let (frames, coefficients) = self.array.shape();
        Import {
            folder: self.folder.clone(),
            frames,
            coefficients,
            fingerprint: self.fingerprint.clone(),
        }
    }

    /// Puts every row into the store (of the recipe `name`) for the clip that it belongs to: the one of its
    /// path, else those of its content, else the only one with its file name.
    ///
    /// # Errors
    /// An array that cannot be read, a store that cannot be written, `progress(done, total)` returning false.
    pub fn put_into(
        mut self,
        store: &FeatureStore,
        name: &str,
        catalogue: &Catalogue,
        progress: &dyn Fn(usize, usize) -> bool,
    ) -> Result<ImportSummary, TrainingError> {
        let clips = Clips::new(catalogue);
        let (frames, coefficients) = self.array.shape();
        let total = self.rows.len();
        let mut summary = ImportSummary {
            folder: self.folder.clone(),
            recipe: name.to_owned(),
            shape: (total, frames, coefficients),
            matched: 0,
            unmatched: Vec::new(),
            faulty: Vec::new(),
            relabelled: 0,
            missing: 0,
        };
        let mut taken: HashMap<Cow<Path>, usize> = HashMap::new();
        for (index, row) in self.rows.iter().enumerate() {
            // Read whether or not it is wanted: what is damaged is damaged.
            let matrix = self.array.matrix(index)?;
            match clips.of(row) {
                Err(why) => summary.unmatched.push((index, why)),
                // The store keeps what came first.
                Ok(found) if found.iter().all(|(clip, _)| taken.contains_key(&clip.name())) => {
                    let earlier = found.first().and_then(|(clip, _)| taken.get(&clip.name()));
                    let earlier = earlier.map_or(String::new(), |row| format!(" as row {row}"));
                    summary
                        .unmatched
                        .push((index, format!("the same clip{earlier}; a clip has one row")));
                }
                Ok(found) => {
                    summary.matched += 1;
                    summary.faulty.extend(matrix.fault().map(|fault| (index, fault)));
                    for (clip, _) in &found {
                        taken.entry(clip.name()).or_insert(index);
                    }
                    let extracted = Extracted {
                        matrix,
                        notes: Vec::new(),
                    };
                    for &(clip, content) in &found {
                        store.put(&clip.corpus, content, &extracted)?;
                    }
                    let other = |emotion: &Emotion| found.iter().all(|(clip, _)| clip.emotion != *emotion);
                    summary.relabelled += usize::from(row.emotion.as_ref().is_some_and(other));
                }
            }
            if !progress(index + 1, total) {
                return Err(TrainingError::StoppedEarly);
            }
        }
        let lacking = |(clip, content): &&(&Clip, u128)| store.get(&clip.corpus, *content).is_none();
        summary.missing = clips.all.iter().filter(lacking).count();
        Ok(summary)
    }
}

/// The clips by everything that a row may name them by.
struct Clips<'a> {
    all: Vec<(&'a Clip, u128)>,
    paths: HashMap<PathBuf, usize>,
    contents: HashMap<u128, Vec<usize>>,
    names: HashMap<OsString, Vec<usize>>,
}

impl<'a> Clips<'a> {
    fn new(catalogue: &'a Catalogue) -> Self {
        let analysis = catalogue.clips.iter().zip(&catalogue.analysis);
        let sound = analysis.filter_map(|(clip, analysis)| {
            let analysis = analysis.as_ref().filter(|analysis| analysis.damage.is_none())?;
            Some((clip, analysis.content))
        });
        let mut clips = Self {
            all: sound.collect(),
            paths: HashMap::new(),
            contents: HashMap::new(),
            names: HashMap::new(),
        };
        for (index, (clip, content)) in clips.all.iter().enumerate() {
            clips.paths.insert(resolved(&clip.name()), index);
            clips.contents.entry(*content).or_default().push(index);
            if let Some(name) = clip.name().file_name() {
                clips.names.entry(name.to_owned()).or_default().push(index);
            }
        }
        clips
    }

    /// The clips of a row, or why there is none.
    fn of(&self, row: &Row) -> Result<Vec<(&'a Clip, u128)>, String> {
        let named = |indices: &[usize]| {
            indices
                .iter()
                .filter_map(|&index| self.all.get(index).copied())
                .collect()
        };
        if let Some(&index) = row.path.as_ref().and_then(|path| self.paths.get(&resolved(path))) {
            return Ok(named(&[index]));
        }
        if let Some(indices) = row.content.and_then(|content| self.contents.get(&content)) {
            return Ok(named(indices));
        }
        let Some(path) = &row.path else {
            return Err("no clip has this content".to_owned());
        };
        let name = path.file_name().unwrap_or_default();
        match self.names.get(name).map(Vec::as_slice) {
            Some(&[index]) => Ok(named(&[index])),
            Some(indices) => Err(format!(
                "{}: {} clips are called {}; name it by its whole path",
                path.display(),
                indices.len(),
                name.to_string_lossy()
            )),
            None => Err(format!("{}: no clip of the corpora", path.display())),
        }
    }
}

/// Absolute and without links, where the file exists.
fn resolved(path: &Path) -> PathBuf {
    path.canonicalize()
        .or_else(|_| std::path::absolute(path))
        .unwrap_or_else(|_| path.to_owned())
}

fn read_table(path: &Path, folder: &Path, clips: usize) -> Result<Vec<Row>, TrainingError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| refuse(path, &format!("{error}; it must name the clip of every row of X.npy")))?;
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let wrong = |error: csv::Error| refuse(path, &error.to_string());
    let headers = reader.headers().map_err(wrong)?.clone();
    let column = |name: &str| {
        headers
            .iter()
            .position(|header| header.trim().eq_ignore_ascii_case(name))
    };
    let (row, file, content, emotion) = (column("row"), column("path"), column("content"), column("emotion"));
    if file.is_none() && content.is_none() {
        let found = headers.iter().collect::<Vec<_>>().join(", ");
        return Err(refuse(path, &format!("has the columns {found}; it needs `path`")));
    }
    let mut rows: Vec<Option<Row>> = vec![None; clips];
    let mut lines = 0;
    for (line, record) in reader.records().enumerate() {
        let record = record.map_err(wrong)?;
        let field = |column: Option<usize>| {
            let text = record.get(column?)?.trim();
            (!text.is_empty()).then_some(text)
        };
        let index = match field(row) {
            Some(text) => text.parse().unwrap_or(usize::MAX),
            None => line,
        };
        lines += 1;
        let slot = rows.get_mut(index).filter(|slot| slot.is_none()).ok_or_else(|| {
            let problem = format!("line {} is of row {index}, which X.npy ({clips} rows) lacks", line + 2);
            refuse(path, &format!("{problem} or another line names; count from 0"))
        })?;
        *slot = Some(Row {
            path: field(file).map(|file| folder.join(file)),
            content: field(content).and_then(|text| u128::from_str_radix(text, 16).ok()),
            emotion: field(emotion).map(|name| Emotion::new(name).joined()),
        });
    }
    let problem = format!("has {lines} lines, but X.npy has {clips} rows; there must be one for each");
    rows.into_iter()
        .collect::<Option<_>>()
        .ok_or_else(|| refuse(path, &problem))
}

fn update(hash: &mut Xxh3Default, path: &Path) -> io::Result<()> {
    let mut file = File::open(path)?;
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(()),
            length => hash.update(&buffer[..length]),
        }
    }
}

fn refuse(path: &Path, problem: &str) -> TrainingError {
    TrainingError::Data(format!("{}: {problem}", path.display()))
}
