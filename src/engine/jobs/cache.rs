//! Cache: what lies in its folder, and what of it may go.

use super::Answer;
use super::context::Context;
use crate::corpus::{AnalysisCache, ScanIndex};
use crate::engine::{CacheKind, CacheReport, CacheRow, CacheState, EngineError, Settings, reading, request};
use crate::features::{PackSummary, inventory};
use crate::files;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

impl Answer for request::Cache {
    /// What there is; after something was cleared, what is left.
    fn answer(self, context: &Context) -> Result<Arc<CacheReport>, EngineError> {
        let settings = &context.settings;
        let mut rows = list(settings)?;
        let clearing: Vec<CacheRow> = match self.clear {
            Some(clear) => rows.iter().filter(|row| row.goes(clear)).cloned().collect(),
            None => Vec::new(),
        };
        if self.clear.is_some() {
            for row in &clearing {
                remove(&row.path).map_err(|error| EngineError::File {
                    path: row.path.clone(),
                    problem: format!("{error}; it cannot be cleared"),
                })?;
            }
            rows = list(settings)?;
        }
        Ok(Arc::new(CacheReport {
            folder: settings.cache.clone(),
            rows,
            clearing,
            cleared: self.clear.is_some(),
        }))
    }
}

fn remove(path: &Path) -> io::Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn list(settings: &Settings) -> Result<Vec<CacheRow>, EngineError> {
    let (index, analysis, features) = (
        reading::scan_index(settings),
        reading::analysis(settings),
        reading::feature_folder(settings),
    );
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: io::Error| EngineError::File {
            path,
            problem: format!("{error}; make it readable"),
        }
    };
    let mut rows = Vec::new();
    for path in entries(&settings.cache).map_err(failed(&settings.cache))? {
        if path == features {
            continue;
        }
        let (kind, clips) = if path == index {
            (CacheKind::Scan, Some(ScanIndex::load(&path).len()))
        } else if path == analysis {
            (CacheKind::Analysis, Some(AnalysisCache::load(&path).len()))
        } else if is_left_over(&path, &[&index, &analysis]) {
            (CacheKind::Scan, None)
        } else {
            (CacheKind::Other, None)
        };
        let state = match (kind, clips) {
            (CacheKind::Other, _) => CacheState::Foreign,
            (_, None) => CacheState::Damaged,
            (_, Some(0)) => CacheState::Version,
            _ => CacheState::Current,
        };
        rows.push(plain(path, kind, clips, state).map_err(failed(&settings.cache))?);
    }
    let packs = inventory(&features).map_err(failed(&features))?;
    for path in entries(&features).map_err(failed(&features))? {
        rows.push(match packs.iter().find(|pack| pack.path == path) {
            Some(pack) => of_pack(pack, settings),
            None => {
                let (kind, state) = match () {
                    () if is_old_folder(&path) => (CacheKind::Features, CacheState::Version),
                    () if path.extension().is_some_and(|end| end == "tmp") => {
                        (CacheKind::Features, CacheState::Damaged)
                    }
                    () => (CacheKind::Other, CacheState::Foreign),
                };
                plain(path, kind, None, state).map_err(failed(&features))?
            }
        });
    }
    rows.sort_by(|one, other| (one.kind, &one.corpus, &one.path).cmp(&(other.kind, &other.corpus, &other.path)));
    Ok(rows)
}

fn plain(path: PathBuf, kind: CacheKind, clips: Option<usize>, state: CacheState) -> io::Result<CacheRow> {
    Ok(CacheRow {
        bytes: files::size(&path)?,
        path,
        kind,
        corpus: None,
        recipe: None,
        clips,
        state,
    })
}

fn of_pack(pack: &PackSummary, settings: &Settings) -> CacheRow {
    let (corpus, recipe, clips, state) = match &pack.contents {
        None => (None, None, None, CacheState::Damaged),
        Some(contents) => {
            let mut recipes = settings.recipes.iter();
            let recipe = recipes
                .find(|(_, recipe)| contents.made_by(recipe))
                .map(|(name, _)| name.clone());
            let state = match (&recipe, pack.current) {
                (_, false) => CacheState::Version,
                (None, true) => CacheState::Recipe,
                (Some(_), true) => CacheState::Current,
            };
            (Some(contents.corpus.clone()), recipe, Some(contents.records), state)
        }
    };
    CacheRow {
        kind: CacheKind::Features,
        path: pack.path.clone(),
        corpus,
        recipe,
        clips,
        bytes: pack.bytes,
        state,
    }
}

/// A folder of one file per clip, as versions before the packed store kept features: `<key>-v<version>`.
fn is_old_folder(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let parts = name.split_once("-v");
    path.is_dir()
        && parts.is_some_and(|(key, version)| {
            key.len() == 16 && u64::from_str_radix(key, 16).is_ok() && version.parse::<u32>().is_ok()
        })
}

/// A file that was to replace one of these when its process was killed.
fn is_left_over(path: &Path, of: &[&Path]) -> bool {
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ours = of
        .iter()
        .any(|whole| name(path).starts_with(&format!("{}.", name(whole))));
    ours && path.extension().is_some_and(|end| end == "tmp")
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    entries.map(|entry| Ok(entry?.path())).collect()
}
