//! Features as NumPy arrays and a table, for other tools.

use super::TrainingError;
use super::dataset::ranked;
use crate::corpus::{Clip, Selection, Split};
use crate::features::{FEATURE_VERSION, FeatureMatrix, FeatureStore, Recipe};
use crate::files::temporary_beside;
use npyz::{NpyWriter, WriterBuilder};
use serde::Serialize;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// What is exported.
#[derive(Debug)]
pub struct Export<'a> {
    /// The clips; the features of every one are in the store.
    pub selection: &'a Selection,
    /// Their subsets, when they can be split.
    pub split: Option<&'a Split>,
    /// Where the features are.
    pub store: &'a FeatureStore,
    /// The recipe's name.
    pub recipe: &'a str,
    /// Whether every clip and feature is to have a file of its own as well.
    pub per_clip: bool,
}

/// What was exported.
#[derive(Debug, Clone, PartialEq)]
pub struct ExportSummary {
    /// Where.
    pub folder: PathBuf,
    /// Shape of `X.npy`: clips, frames, features.
    pub shape: (usize, usize, usize),
    /// The labels in the order of the columns of `y.npy`.
    pub labels: Vec<String>,
    /// Folders with one file per clip, named after the feature.
    pub folders: Vec<String>,
}

/// `about.json`: what the arrays do not say of themselves.
#[derive(Serialize)]
struct About<'a> {
    recipe: &'a str,
    /// The time axis of `X.npy` and its last one.
    shape: (usize, usize),
    /// Name, first column and the one after the last, for each feature in `X.npy`.
    columns: &'a [(String, usize, usize)],
    /// What each column is.
    names: Vec<String>,
    labels: &'a [String],
    feature_version: u32,
    program: &'static str,
}

const ARRAYS: &str = "X.npy";
const TARGETS: &str = "y.npy";
const TABLE: &str = "labels.csv";
const ABOUT: &str = "about.json";

/// Refuses the recipe of this name where clips have unequal numbers of frames, which no array of clips x frames x features
/// can hold.
///
/// # Errors
/// [`TrainingError::Data`] with the remedy.
pub fn check_export(recipe: &Recipe, name: &str) -> Result<(), TrainingError> {
    if recipe.has_unequal_frames() {
        return Err(TrainingError::Data(format!(
            "recipe `{name}` gives every clip as many frames as it is long, and {ARRAYS} holds matrices of one shape; \
             set its pool to \"mean\" or \"mean_std\""
        )));
    }
    Ok(())
}

/// Writes into `folder`:
///
/// - `X.npy`: clips x frames x features, float32, C order;
/// - `y.npy`: clips x labels, float32, one-hot, labels in order of [`crate::corpus::Emotion::rank`];
/// - `labels.csv`: one line per row of `X.npy` with path, corpus, emotion, index of the label, speaker, gender,
///   intensity, text, subset of the split, content and whether the clip is synthetic;
/// - `about.json`: the recipe's name, which columns are which feature, the labels;
/// - with `per_clip` also `<feature>/<row>_<name of the clip>.npy`: frames x numbers of that feature.
///
/// The folder appears whole or not at all, and never lies in memory as a whole. An earlier export is replaced.
///
/// # Errors
/// A folder that holds anything but an earlier export; what the file system says; features that are not in the
/// store; `progress(done, total)` returning false.
pub fn export_features(
    export: &Export,
    folder: &Path,
    progress: &dyn Fn(usize, usize) -> bool,
) -> Result<ExportSummary, TrainingError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| TrainingError::Io { path, source }
    };
    let folder = std::path::absolute(folder).map_err(failed(folder))?;
    refuse_other_content(&folder)?;
    let temporary = temporary_beside(&folder);
    let written = fs::create_dir_all(&temporary)
        .map_err(failed(&temporary))
        .and_then(|()| write(export, &temporary, progress))
        .and_then(|summary| {
            put_in_place(&temporary, &folder).map_err(failed(&folder))?;
            Ok(ExportSummary {
                folder: folder.clone(),
                ..summary
            })
        });
    if written.is_err() {
        // The first error is the one worth reporting; what is left here is only rubbish.
        let _ = fs::remove_dir_all(&temporary);
    }
    written
}

fn write(
    export: &Export,
    folder: &Path,
    progress: &dyn Fn(usize, usize) -> bool,
) -> Result<ExportSummary, TrainingError> {
    let clips = &export.selection.clips;
    check_export(export.store.recipe(), export.recipe)?;
    let emotions = ranked(clips);
    let labels: Vec<String> = emotions.iter().map(|emotion| emotion.name().to_owned()).collect();
    let (frames, coefficients) = export.store.recipe().shape();
    let columns = columns(export.store);
    let fail = |path: PathBuf| move |source| TrainingError::Io { path, source };
    let in_folder = |name: &str| folder.join(name);
    let mut table = Table::create(&in_folder(TABLE)).map_err(fail(in_folder(TABLE)))?;
    let mut arrays =
        array(&in_folder(ARRAYS), &[clips.len(), frames, coefficients]).map_err(fail(in_folder(ARRAYS)))?;
    let mut targets = array(&in_folder(TARGETS), &[clips.len(), labels.len()]).map_err(fail(in_folder(TARGETS)))?;
    for (row, clip) in clips.iter().enumerate() {
        let (content, matrix) = features(export, row, clip)?;
        let label = emotions
            .iter()
            .position(|emotion| **emotion == clip.emotion)
            .unwrap_or_default();
        arrays
            .extend(matrix.values.iter().copied())
            .map_err(fail(in_folder(ARRAYS)))?;
        let one_hot = (0..labels.len()).map(|index| f32::from(u8::from(index == label)));
        targets.extend(one_hot).map_err(fail(in_folder(TARGETS)))?;
        let subset = export.split.and_then(|split| split.subsets.get(row));
        let line = Line {
            row,
            clip,
            label,
            subset: subset.map_or("", |subset| subset.name()),
            content,
        };
        table.write(&line).map_err(fail(in_folder(TABLE)))?;
        if export.per_clip {
            for (name, from, to) in &columns {
                let path = in_folder(name).join(file_name(row, &clip.name()));
                one_file(&path, &matrix, *from..*to).map_err(fail(path))?;
            }
        }
        if !progress(row + 1, clips.len()) {
            return Err(TrainingError::StoppedEarly);
        }
    }
    arrays.finish().map_err(fail(in_folder(ARRAYS)))?;
    targets.finish().map_err(fail(in_folder(TARGETS)))?;
    table.finish().map_err(fail(in_folder(TABLE)))?;
    let about = About {
        recipe: export.recipe,
        shape: (frames, coefficients),
        columns: &columns,
        names: export.store.recipe().column_names(),
        labels: &labels,
        feature_version: FEATURE_VERSION,
        program: concat!("undertone ", env!("CARGO_PKG_VERSION")),
    };
    serde_json::to_vec_pretty(&about)
        .map_err(io::Error::from)
        .and_then(|text| fs::write(in_folder(ABOUT), text))
        .map_err(fail(in_folder(ABOUT)))?;
    for name in [ARRAYS, TARGETS, TABLE, ABOUT] {
        // On the disk before the folder gets its name.
        let path = in_folder(name);
        File::open(&path).and_then(|file| file.sync_all()).map_err(fail(path))?;
    }
    Ok(ExportSummary {
        folder: folder.to_owned(),
        shape: (clips.len(), frames, coefficients),
        labels,
        folders: if export.per_clip {
            columns.into_iter().map(|(name, ..)| name).collect()
        } else {
            Vec::new()
        },
    })
}

fn features(export: &Export, row: usize, clip: &Clip) -> Result<(u128, FeatureMatrix), TrainingError> {
    let analysis = export.selection.analysis.get(row).and_then(Option::as_deref);
    let found = analysis.and_then(|analysis| {
        let extracted = export.store.get(&clip.corpus, analysis.content)?;
        Some((analysis.content, extracted.matrix))
    });
    found.ok_or_else(|| {
        let path = clip.name();
        let path = path.display();
        TrainingError::Data(format!("{path}: its features have gone from the cache; export again"))
    })
}

/// Name, first column and the one after the last, for each feature of a matrix.
fn columns(store: &FeatureStore) -> Vec<(String, usize, usize)> {
    let recipe = store.recipe();
    let whole = |name: &str| vec![(name.to_owned(), 0, recipe.shape().1)];
    if recipe.import.is_some() {
        return whole("imported");
    }
    if recipe.has_encoder() {
        return whole("encoder");
    }
    let mut column = 0;
    let features = recipe.features.iter().map(|&feature| {
        let from = column;
        column += recipe.width(feature);
        (feature.name().to_owned(), from, column)
    });
    features.collect()
}

fn array(path: &Path, shape: &[usize]) -> io::Result<NpyWriter<f32, BufWriter<File>>> {
    let shape: Vec<u64> = shape.iter().map(|&length| length as u64).collect();
    npyz::WriteOptions::new()
        .default_dtype()
        .shape(&shape)
        .writer(BufWriter::with_capacity(1 << 17, File::create(path)?))
        .begin_nd()
}

/// Some columns of a matrix.
fn one_file(path: &Path, matrix: &FeatureMatrix, columns: std::ops::Range<usize>) -> io::Result<()> {
    let parent = path.parent().unwrap_or(Path::new("."));
    let mut writer = match array(path, &[matrix.frames, columns.len()]) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(parent)?;
            array(path, &[matrix.frames, columns.len()])?
        }
        writer => writer?,
    };
    for frame in matrix.values.chunks_exact(matrix.coefficients.max(1)) {
        writer.extend(frame.get(columns.clone()).unwrap_or_default().iter().copied())?;
    }
    writer.finish()
}

/// Unique among the rows, and recognised by people.
fn file_name(row: usize, clip: &Path) -> String {
    let stem = clip.file_stem().unwrap_or_default().to_string_lossy();
    format!("{row:06}_{stem}.npy")
}

struct Line<'a> {
    row: usize,
    clip: &'a Clip,
    label: usize,
    subset: &'static str,
    content: u128,
}

/// `labels.csv`.
struct Table(csv::Writer<File>);

impl Table {
    fn create(path: &Path) -> io::Result<Self> {
        let mut writer = csv::Writer::from_path(path)?;
        writer.write_record([
            "row",
            "path",
            "corpus",
            "emotion",
            "label",
            "speaker",
            "gender",
            "intensity",
            "text",
            "side",
            "content",
            "synthetic",
        ])?;
        Ok(Self(writer))
    }

    fn write(&mut self, line: &Line) -> io::Result<()> {
        let Line {
            row,
            clip,
            label,
            subset,
            content,
        } = line;
        let path = std::path::absolute(clip.name())?;
        let (row, label, content) = (row.to_string(), label.to_string(), format!("{content:032x}"));
        let fields: [&[u8]; 12] = [
            row.as_bytes(),
            path.as_os_str().as_encoded_bytes(),
            clip.corpus.as_bytes(),
            clip.emotion.name().as_bytes(),
            label.as_bytes(),
            clip.speaker.as_deref().unwrap_or_default().as_bytes(),
            clip.gender.map_or("", |gender| gender.name()).as_bytes(),
            clip.intensity.map_or("", |intensity| intensity.name()).as_bytes(),
            clip.text.as_deref().unwrap_or_default().as_bytes(),
            subset.as_bytes(),
            content.as_bytes(),
            if clip.synthetic { b"true" } else { b"false" },
        ];
        Ok(self.0.write_record(fields)?)
    }

    fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Only a folder that an export has written may be replaced.
fn refuse_other_content(folder: &Path) -> Result<(), TrainingError> {
    let failed = |source| TrainingError::Io {
        path: folder.to_owned(),
        source,
    };
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(failed)?,
    };
    let mut others = Vec::new();
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if ![ARRAYS, TARGETS, TABLE, ABOUT].contains(&name.as_str()) && !is_feature_folder(&entry.path()) {
            others.push(name.clone());
        }
        names.push(name);
    }
    let earlier = names.iter().any(|name| name == ABOUT);
    match others.iter().min().or_else(|| names.iter().min().filter(|_| !earlier)) {
        Some(other) => Err(TrainingError::Data(format!(
            "{}: holds {other}, which no export wrote; name a new folder",
            folder.display()
        ))),
        None => Ok(()),
    }
}

/// A folder with nothing but files named as [`file_name`] does.
fn is_feature_folder(path: &Path) -> bool {
    let ours = |name: String| {
        name.strip_suffix(".npy")
            .and_then(|name| name.split_once('_'))
            .is_some_and(|(row, _)| row.len() >= 6 && row.bytes().all(|digit| digit.is_ascii_digit()))
    };
    fs::read_dir(path).is_ok_and(|mut entries| {
        entries.all(|entry| entry.is_ok_and(|entry| ours(entry.file_name().to_string_lossy().into_owned())))
    })
}

/// Gives the finished folder its name; an earlier export steps aside first and goes last.
fn put_in_place(finished: &Path, folder: &Path) -> io::Result<()> {
    let aside = temporary_beside(folder);
    match fs::rename(folder, &aside) {
        Ok(()) => {
            if let Err(error) = fs::rename(finished, folder) {
                fs::rename(&aside, folder)?;
                return Err(error);
            }
            fs::remove_dir_all(&aside)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => fs::rename(finished, folder),
        Err(error) => Err(error),
    }
}
