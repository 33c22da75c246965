//! Where the kernels that a GPU's backend compiles are kept.
//!
//! CubeCL compiles each kernel when it is first launched, which takes up to seconds, and keeps it for the next process
//! only where it is configured to: by default it would write into the working folder's `target`. Its store is a database that
//! several processes map, which it refuses to do on a file server; there the kernels stay on each machine.

#[cfg(all(unix, any(feature = "cuda", feature = "wgpu")))]
use super::local_folder::{is_on_a_file_server, local_folder};
use std::ffi::OsString;
#[cfg(any(feature = "cuda", feature = "wgpu"))]
use std::path::Path;
use std::path::PathBuf;

/// `undertone/kernels` in the user's cache folder, as the XDG base directory specification finds that: in
/// `XDG_CACHE_HOME` where it is absolute, else in `HOME/.cache`; `None` where neither is set.
fn folder(xdg_cache_home: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    let absolute = |path: OsString| Some(PathBuf::from(path)).filter(|path| path.is_absolute());
    let cache = xdg_cache_home.and_then(absolute);
    let cache = cache.or_else(|| home.and_then(absolute).map(|home| home.join(".cache")));
    cache.map(|cache| cache.join("undertone").join("kernels"))
}

/// Where this process keeps them, if it does: [`folder`], unless that lies on a file server or is not known.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub(super) fn kept() -> Option<&'static Path> {
    static KEPT: std::sync::OnceLock<Option<PathBuf>> = std::sync::OnceLock::new();
    let find = || {
        let own = folder(std::env::var_os("XDG_CACHE_HOME"), std::env::var_os("HOME"));
        #[cfg(unix)]
        let own = own.filter(|folder| !is_on_a_file_server(folder)).or_else(|| {
            let local = local_folder(std::env::var_os("TMPDIR"));
            local.map(|local| local.join("kernels"))
        });
        own
    };
    KEPT.get_or_init(find).as_deref()
}

/// Tells CubeCL where to keep compiled kernels. Must be called before any of its devices exists; later calls do nothing.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
pub(super) fn keep() {
    use cubecl_runtime::config::{CubeClRuntimeConfig, RuntimeConfig};
    CubeClRuntimeConfig::try_set(configuration(kept()));
}

/// Without a folder nothing is written anywhere, and every process compiles again.
#[cfg(any(feature = "cuda", feature = "wgpu"))]
fn configuration(kept: Option<&Path>) -> cubecl_runtime::config::CubeClRuntimeConfig {
    use cubecl_runtime::config::{CubeClRuntimeConfig, RuntimeConfig, cache::CacheConfig};
    let mut configuration = CubeClRuntimeConfig::default().override_from_env();
    match kept {
        Some(folder) => {
            configuration.compilation.cache = true;
            configuration.environment.path = CacheConfig::Directory(folder.to_owned());
        }
        None => {
            configuration.autotune.disable_cache = true;
            configuration.throughput.disable_cache = true;
            configuration.environment.path = CacheConfig::Global;
        }
    }
    configuration
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_lie_in_the_users_cache_folder_and_never_in_the_working_folder() {
        let of = |cache: Option<&str>, home: Option<&str>| folder(cache.map(Into::into), home.map(Into::into));
        let found = |path: &str| Some(PathBuf::from(path));
        assert_eq!(
            of(Some("/scratch/c"), Some("/home/a")),
            found("/scratch/c/undertone/kernels")
        );
        assert_eq!(of(None, Some("/home/a")), found("/home/a/.cache/undertone/kernels"));
        assert_eq!(
            of(Some("relative"), Some("/home/a")),
            found("/home/a/.cache/undertone/kernels")
        );
        assert_eq!(of(Some(""), None), None);
        assert_eq!(of(None, Some("relative")), None);
    }

    #[cfg(any(feature = "cuda", feature = "wgpu"))]
    #[test]
    fn cubecl_keeps_kernels_there_and_nowhere_without_a_folder() {
        let kept = configuration(Some(Path::new("/home/a/.cache/undertone/kernels")));
        assert!(kept.compilation.cache);
        assert_eq!(
            kept.environment.path.root(),
            Path::new("/home/a/.cache/undertone/kernels")
        );
        let nowhere = configuration(None);
        assert!(!nowhere.compilation.cache && nowhere.autotune.disable_cache && nowhere.throughput.disable_cache);
    }

    /// The backend must not have read its own configuration before ours is set.
    #[cfg(feature = "cuda")]
    #[test]
    fn a_device_that_is_looked_for_finds_it_configured() {
        use cubecl_runtime::config::{CubeClRuntimeConfig, RuntimeConfig};
        super::super::cuda::cuda_parts();
        keep();
        assert_eq!(CubeClRuntimeConfig::get().compilation.cache, kept().is_some());
    }
}
