//! Where an evaluation is kept: `runs/evaluations/<time>-<model>/`.

use crate::engine::runs::results;
use crate::engine::{EngineError, EvaluatedClip, Report};
use crate::runs::{RunError, RunFolder};
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Writes `report.json` and `predictions.csv` into a new folder.
///
/// # Errors
/// A folder that cannot be written; nothing of it is left.
pub fn write(runs: &Path, model: &str, report: &Report, evaluated: &[EvaluatedClip]) -> Result<PathBuf, EngineError> {
    let folder = claim(&runs.join("evaluations"), model)?;
    results::write(&folder, report, evaluated).inspect_err(|_| {
        // The first error is the one worth reporting.
        let _ = fs::remove_dir_all(&folder.path);
    })?;
    Ok(folder.path)
}

fn claim(folder: &Path, model: &str) -> Result<RunFolder, RunError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| RunError::Io { path, source }
    };
    fs::create_dir_all(folder).map_err(failed(folder))?;
    let time = jiff::Timestamp::now().strftime("%Y%m%d-%H%M%S");
    let name = format!("{time}-{}", plain(model));
    for number in 1.. {
        let id = match number {
            1 => name.clone(),
            number => format!("{name}-{number}"),
        };
        let path = folder.join(&id);
        match fs::create_dir(&path) {
            Ok(()) => return Ok(RunFolder { id, path }),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(&path)(error)),
        }
    }
    Err(failed(folder)(ErrorKind::AlreadyExists.into()))
}

/// A model's name, or the last part of its folder, where every file system takes it.
fn plain(model: &str) -> String {
    const LONGEST: usize = 80;
    let last = match Path::new(model).is_dir() {
        true => Path::new(model)
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or(model),
        false => model,
    };
    let plain = |letter: char| {
        if letter.is_ascii_alphanumeric() || "-_.".contains(letter) {
            letter
        } else {
            '-'
        }
    };
    last.chars().take(LONGEST).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::{Protocol, report};

    #[test]
    fn every_evaluation_has_a_folder_of_its_own() {
        let runs = tempfile::tempdir().unwrap();
        let report = report(&["sad".to_owned()], &[], Protocol::default());
        let [first, second] = [(); 2].map(|()| write(runs.path(), "owner/model@main", &report, &[]).unwrap());
        assert_ne!(first, second);
        let name = first.file_name().unwrap().to_str().unwrap();
        assert!(name.ends_with("-owner-model-main"), "{name}");
        assert!(second.join("report.json").is_file() && second.join("predictions.csv").is_file());
        assert_eq!(crate::runs::list_runs(runs.path()).unwrap(), [], "it is no run");
    }
}
