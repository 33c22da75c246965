//! Where NVRTC and CUDA's headers lie: in a toolkit, in the packages that PyTorch brings, or in the system's folders.
//!
//! A machine with a driver and PyTorch has both in `site-packages/nvidia`, where neither the loader nor CubeCL looks.

use std::collections::BTreeSet;
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// The header that every kernel may include.
const HEADER: &str = "include/cuda_fp16.h";

/// NVRTC, and the headers that go with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Toolkit {
    /// The library.
    pub nvrtc: Option<PathBuf>,
    /// The folder that holds `include`.
    pub root: Option<PathBuf>,
}

impl Toolkit {
    /// That of this process: see [`Self::among`].
    pub fn of_process() -> Self {
        let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
        let usual = ["/usr/local/cuda", "/opt/cuda", "/usr"].map(|root| vec![PathBuf::from(root)]);
        let mut places = named(&variable);
        places.extend(usual);
        Self::among(&places)
    }

    /// The first place that has both, else the first library and the first headers that there are. A place is a list of
    /// folders that belong together.
    fn among(places: &[Vec<PathBuf>]) -> Self {
        let of_place = |roots: &Vec<PathBuf>| Self {
            nvrtc: roots.iter().find_map(|root| library(root)),
            root: roots.iter().find_map(|root| with_headers(root)),
        };
        let found: Vec<Self> = places.iter().map(of_place).collect();
        let whole = found
            .iter()
            .find(|toolkit| toolkit.nvrtc.is_some() && toolkit.root.is_some());
        whole.cloned().unwrap_or_else(|| Self {
            nvrtc: found.iter().find_map(|toolkit| toolkit.nvrtc.clone()),
            root: found.iter().find_map(|toolkit| toolkit.root.clone()),
        })
    }
}

/// The places that the environment names: `CUDA_PATH`, `CUDA_HOME`, the toolkit of the `nvcc` in `PATH`, the active Python
/// environment, the Python in `PATH`, and the user's own packages.
fn named(variable: &dyn Fn(&str) -> Option<OsString>) -> Vec<Vec<PathBuf>> {
    let mut places: Vec<Vec<PathBuf>> = ["CUDA_PATH", "CUDA_HOME"]
        .into_iter()
        .filter_map(variable)
        .map(|root| vec![PathBuf::from(root)])
        .collect();
    let programs = variable("PATH").unwrap_or_default();
    let prefixes_of = |program: &str| -> Vec<PathBuf> {
        let path = env::split_paths(&programs)
            .map(|folder| folder.join(program))
            .find(|path| path.is_file());
        let resolved = path.as_ref().and_then(|path| fs::canonicalize(path).ok());
        let prefix = |path: PathBuf| Some(path.parent()?.parent()?.to_owned());
        path.into_iter().chain(resolved).filter_map(prefix).collect()
    };
    places.extend(prefixes_of("nvcc").into_iter().map(|prefix| vec![prefix]));
    let active = ["VIRTUAL_ENV", "CONDA_PREFIX"]
        .into_iter()
        .filter_map(variable)
        .map(PathBuf::from);
    let own = variable("HOME").map(|home| Path::new(&home).join(".local"));
    let prefixes = active
        .chain(prefixes_of("python3"))
        .chain(prefixes_of("python"))
        .chain(own);
    let mut seen = BTreeSet::new();
    places.extend(
        prefixes
            .filter(|prefix| seen.insert(prefix.clone()))
            .map(|prefix| of_python(&prefix)),
    );
    places
}

/// An environment of Python: its own folder, where Conda puts CUDA, and each package of NVIDIA's.
fn of_python(prefix: &Path) -> Vec<PathBuf> {
    let mut roots = vec![prefix.to_owned()];
    for version in entries(&prefix.join("lib"), "python3") {
        for packages in ["site-packages", "dist-packages"] {
            roots.extend(entries(&version.join(packages).join("nvidia"), ""));
        }
    }
    roots
}

/// The folder itself, or one for this processor in it, where it holds the headers.
fn with_headers(root: &Path) -> Option<PathBuf> {
    for_processor(root).find(|root| root.join(HEADER).is_file())
}

/// The library in one of the folders in which a toolkit has it.
fn library(root: &Path) -> Option<PathBuf> {
    let system = format!("lib/{}-linux-gnu", env::consts::ARCH);
    let folders = for_processor(root).flat_map(|root| ["lib64", "lib"].map(|folder| root.join(folder)));
    folders
        .chain([root.join(system)])
        .find_map(|folder| entries(&folder, "libnvrtc.so").into_iter().next())
}

fn for_processor(root: &Path) -> impl Iterator<Item = PathBuf> {
    let own = root.join("targets").join(format!("{}-linux", env::consts::ARCH));
    [root.to_owned(), own].into_iter()
}

/// What lies in a folder under a name that begins so, in order.
fn entries(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let begins = |entry: &fs::DirEntry| entry.file_name().to_string_lossy().starts_with(beginning);
    let mut paths: Vec<PathBuf> = entries.filter(begins).map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(root: &Path, path: &str) -> PathBuf {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, "").unwrap();
        path
    }

    fn found(variables: &[(&str, &Path)], usual: &Path) -> Toolkit {
        let of = |name: &str| {
            let set = variables.iter().find(|(known, _)| *known == name);
            set.map(|(_, value)| value.as_os_str().to_owned())
        };
        let mut places = named(&of);
        places.push(vec![usual.to_owned()]);
        Toolkit::among(&places)
    }

    #[test]
    fn a_toolkit_that_the_environment_names_comes_first() {
        let root = tempfile::tempdir().unwrap();
        let (module, usual) = (root.path().join("cuda-12.4"), root.path().join("cuda"));
        for root in [&module, &usual] {
            file(root, "lib64/libnvrtc.so.12");
            file(root, HEADER);
        }
        for variable in ["CUDA_PATH", "CUDA_HOME"] {
            let toolkit = found(&[(variable, &module)], &usual);
            assert_eq!(toolkit.nvrtc, Some(module.join("lib64/libnvrtc.so.12")));
            assert_eq!(toolkit.root, Some(module.clone()));
        }
        file(&module, "bin/nvcc");
        assert_eq!(found(&[("PATH", &module.join("bin"))], &usual).root, Some(module));
        assert_eq!(found(&[], &usual).root, Some(usual));
    }

    #[test]
    fn the_packages_of_a_python_environment_go_together() {
        let root = tempfile::tempdir().unwrap();
        let venv = root.path().join("venv");
        let packages = "lib/python3.11/site-packages/nvidia";
        let nvrtc = file(&venv, &format!("{packages}/cuda_nvrtc/lib/libnvrtc.so.12"));
        file(&venv, &format!("{packages}/cuda_nvrtc/lib/libnvrtc-builtins.so.12.9"));
        let headers = file(&venv, &format!("{packages}/cuda_runtime/{HEADER}"));
        let runtime = headers.parent().unwrap().parent().unwrap().to_owned();
        // A toolkit without headers is none.
        let bare = root.path().join("bare");
        file(&bare, "lib64/libnvrtc.so.13");
        let expected = Toolkit {
            nvrtc: Some(nvrtc),
            root: Some(runtime),
        };
        let nowhere = root.path().join("nowhere");
        assert_eq!(
            found(&[("VIRTUAL_ENV", &venv), ("CUDA_HOME", &bare)], &nowhere),
            expected
        );
        file(&venv, "bin/python3");
        assert_eq!(found(&[("PATH", &venv.join("bin"))], &nowhere), expected);
        fs::rename(venv.join("lib"), venv.join("kept")).unwrap();
        fs::create_dir(root.path().join(".local")).unwrap();
        fs::rename(venv.join("kept"), root.path().join(".local/lib")).unwrap();
        assert!(found(&[("HOME", root.path())], &nowhere).nvrtc.is_some());
    }

    #[test]
    fn conda_and_the_system_have_folders_of_their_own_for_each_processor() {
        let root = tempfile::tempdir().unwrap();
        let (conda, system) = (root.path().join("conda"), root.path().join("usr"));
        let target = format!("targets/{}-linux", env::consts::ARCH);
        file(&conda, "lib/libnvrtc.so.12");
        file(&conda, &format!("{target}/{HEADER}"));
        let toolkit = found(&[("CONDA_PREFIX", &conda)], &system);
        assert_eq!(toolkit.nvrtc, Some(conda.join("lib/libnvrtc.so.12")));
        assert_eq!(toolkit.root, Some(conda.join(target)));
        file(&system, &format!("lib/{}-linux-gnu/libnvrtc.so.12", env::consts::ARCH));
        file(&system, HEADER);
        assert_eq!(found(&[], &system).root, Some(system.clone()));
        assert!(found(&[], &system).nvrtc.is_some());
    }

    #[test]
    fn parts_of_several_places_are_better_than_nothing() {
        let root = tempfile::tempdir().unwrap();
        let (one, other) = (root.path().join("one"), root.path().join("other"));
        file(&one, "lib/libnvrtc.so");
        file(&other, HEADER);
        let toolkit = found(&[("CUDA_HOME", &one)], &other);
        assert_eq!(toolkit.nvrtc, Some(one.join("lib/libnvrtc.so")));
        assert_eq!(toolkit.root, Some(other.clone()));
        assert_eq!(found(&[], root.path()), Toolkit::default());
    }
}
