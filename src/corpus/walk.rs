//! Every file under a folder.

use std::collections::HashSet;
use std::fs::FileType;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Reading a pipe or a device may never end.
pub(super) const SPECIAL: &str = "neither a file nor a folder";

/// What lies under a folder, hidden names left out.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// The files, sorted by path.
    pub files: Vec<PathBuf>,
    /// What could not be entered or is no file, and why.
    pub unreadable: Vec<(PathBuf, String)>,
}

/// Walks a folder to the bottom, or until `limit` files are found. Links are followed, after everything
/// that is really there; no folder is entered twice, so that links in a circle come to an end.
///
/// # Errors
/// The folder itself cannot be read.
pub(super) fn walk(top: &Path, limit: usize) -> io::Result<Walk> {
    fs::read_dir(top)?;
    let mut walk = Walk::default();
    let mut entered = HashSet::new();
    let mut folders = vec![top.to_path_buf()];
    let mut links = Vec::new();
    while let Some(folder) = folders.pop().or_else(|| links.pop()) {
        if walk.files.len() >= limit {
            break;
        }
        let target = folder.canonicalize();
        if target.as_ref().is_ok_and(|target| entered.contains(target)) {
            continue;
        }
        entered.extend(target);
        match sorted_entries(&folder) {
            Ok(entries) => {
                // Stacks are emptied from the top: last in, first out.
                for (path, kind) in entries.into_iter().rev() {
                    match kind {
                        // A plain file needs no further look, and there may be many.
                        Ok(kind) if kind.is_file() => walk.files.push(path),
                        Ok(kind) if kind.is_dir() => folders.push(path),
                        Ok(kind) if kind.is_symlink() => walk.follow(path, &mut links),
                        Ok(_) => walk.unreadable.push((path, SPECIAL.into())),
                        Err(error) => walk.unreadable.push((path, error.to_string())),
                    }
                }
            }
            Err(error) => walk.unreadable.push((folder, error.to_string())),
        }
    }
    walk.files.sort_unstable_by(|a, b| a.as_os_str().cmp(b.as_os_str()));
    walk.unreadable.sort_unstable();
    Ok(walk)
}

impl Walk {
    fn follow(&mut self, link: PathBuf, folders: &mut Vec<PathBuf>) {
        match fs::metadata(&link) {
            Ok(target) if target.is_file() => self.files.push(link),
            Ok(target) if target.is_dir() => folders.push(link),
            Ok(_) => self.unreadable.push((link, SPECIAL.into())),
            Err(_) => self.unreadable.push((link, "a link to nothing".into())),
        }
    }
}

type Entries = Vec<(PathBuf, io::Result<FileType>)>;

fn sorted_entries(folder: &Path) -> io::Result<Entries> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push((entry.path(), entry.file_type()));
        }
    }
    entries.sort_unstable_by(|(a, _), (b, _)| a.as_os_str().cmp(b.as_os_str()));
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(walk: &Walk, top: &Path) -> Vec<String> {
        walk.files
            .iter()
            .map(|path| path.strip_prefix(top).unwrap().display().to_string())
            .collect()
    }

    #[test]
    fn files_are_found_in_order_and_hidden_ones_are_not() {
        let top = tempfile::tempdir().unwrap();
        fs::create_dir_all(top.path().join("b/deep")).unwrap();
        fs::create_dir_all(top.path().join(".git")).unwrap();
        for name in ["c.wav", "a.wav", "b/deep/x.wav", "b/y.wav", ".hidden", ".git/z.wav"] {
            fs::write(top.path().join(name), "").unwrap();
        }
        let walk = walk(top.path(), usize::MAX).unwrap();
        assert_eq!(names(&walk, top.path()), ["a.wav", "b/deep/x.wav", "b/y.wav", "c.wav"]);
        assert!(walk.unreadable.is_empty());
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        let top = tempfile::tempdir().unwrap();
        assert!(walk(&top.path().join("nothing"), usize::MAX).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_once_and_broken_ones_are_told() {
        use std::os::unix::fs::symlink;
        let top = tempfile::tempdir().unwrap();
        let elsewhere = tempfile::tempdir().unwrap();
        fs::create_dir(top.path().join("real")).unwrap();
        fs::write(top.path().join("real/a.wav"), "").unwrap();
        fs::write(elsewhere.path().join("b.wav"), "").unwrap();
        symlink(top.path(), top.path().join("real/circle")).unwrap();
        symlink(top.path().join("real"), top.path().join("again")).unwrap();
        symlink(elsewhere.path(), top.path().join("linked")).unwrap();
        symlink("nowhere", top.path().join("broken")).unwrap();
        let through = elsewhere.path().join("door");
        symlink(top.path(), &through).unwrap();
        let walk = walk(&through, usize::MAX).unwrap();
        assert_eq!(names(&walk, &through), ["linked/b.wav", "real/a.wav"]);
        assert_eq!(walk.unreadable, [(through.join("broken"), "a link to nothing".into())]);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_neither_file_nor_folder_is_told_and_not_opened() {
        use std::os::unix::net::UnixListener;
        let top = tempfile::tempdir().unwrap();
        let _socket = UnixListener::bind(top.path().join("socket")).unwrap();
        let walk = walk(top.path(), usize::MAX).unwrap();
        assert_eq!(
            walk.unreadable,
            [(top.path().join("socket"), "neither a file nor a folder".into())]
        );
    }
}
