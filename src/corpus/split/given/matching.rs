//! Which clips a file means: those whose paths end as it names them.

use super::super::Subset;
use super::split_file::SplitFile;
use crate::corpus::{CorpusError, Selection};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// What was found.
#[derive(Debug)]
pub struct Matches {
    /// One side per clip; none for one that no row means.
    pub sides: Vec<Option<Subset>>,
    /// Rows that mean no clip.
    pub missing: Vec<String>,
}

/// How well a path fits: whether it is just that one, folders that are alike from the end, and the extension.
type Fit = (bool, usize, bool);

/// Finds the clips that rows of a file mean. Each means the clip whose path has the longest end in common with it, the
/// extension left out, for copies in other formats have another; with `all` every clip that fits as well. A clip that several
/// rows mean is that of the row that fits best.
///
/// # Errors
/// A row that may mean several clips, or one clip on two sides; a file of which no row means any.
pub fn matches(
    selection: &Selection,
    file: &SplitFile,
    rows: &[(&str, Subset)],
    all: bool,
) -> Result<Matches, CorpusError> {
    let refuse = |problem: String| Err(CorpusError::Split(format!("{} {problem}", file.name)));
    let mut by_stem: HashMap<String, BTreeSet<&Path>> = HashMap::new();
    for clip in &selection.clips {
        by_stem.entry(stem(&clip.path)).or_default().insert(&clip.path);
    }
    let mut wanted: BTreeMap<&str, BTreeSet<Subset>> = BTreeMap::new();
    for (path, side) in rows {
        wanted.entry(path).or_default().insert(*side);
    }
    let mut found: HashMap<&Path, (Fit, &str)> = HashMap::new();
    for (&path, sides) in &wanted {
        if sides.len() > 1 {
            return refuse(format!("puts {path} on two sides; take it out of one of them"));
        }
        let parted = path.replace('\\', "/");
        let named = Path::new(&parted);
        let exact = file.folder.join(named);
        let candidates = by_stem.get(&stem(named)).into_iter().flatten();
        let fits: Vec<(Fit, &Path)> = candidates.map(|clip| (fit(clip, named, &exact), *clip)).collect();
        let Some(best) = fits.iter().map(|(fit, _)| *fit).max() else {
            continue;
        };
        let meant: Vec<&Path> = fits
            .iter()
            .filter(|(fit, _)| *fit == best)
            .map(|(_, clip)| *clip)
            .collect();
        if let ([one, other, ..], false) = (meant.as_slice(), all) {
            return refuse(format!(
                "names {path}, which may be {} or {}; write more of its path",
                one.display(),
                other.display()
            ));
        }
        for clip in meant {
            match found.get(clip) {
                Some((before, _)) if *before > best => {}
                Some((before, other)) if *before == best && wanted[other] != *sides => {
                    return refuse(format!(
                        "means {} by {other} and by {path}, on two sides; write more of the paths",
                        clip.display()
                    ));
                }
                _ => {
                    found.insert(clip, (best, path));
                }
            }
        }
    }
    let used: BTreeSet<&str> = found.values().map(|(_, path)| *path).collect();
    if used.is_empty() {
        let first = rows.first().map_or("none", |(path, _)| *path);
        let clip = selection.clips.first().map(|clip| clip.path.display().to_string());
        return refuse(format!(
            "names no clip that takes part: its first is {first}, that of the corpora {}; their paths must end alike",
            clip.unwrap_or_default()
        ));
    }
    let side = |path: &str| wanted.get(path).and_then(|sides| sides.first()).copied();
    let sides = selection.clips.iter().map(|clip| side(found.get(&*clip.path)?.1));
    let missing = wanted.keys().filter(|path| !used.contains(**path));
    Ok(Matches {
        sides: sides.collect(),
        missing: missing.map(|path| (*path).to_owned()).collect(),
    })
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn fit(clip: &Path, named: &Path, exact: &Path) -> Fit {
    let folders = |path: &Path| {
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let mut parts: Vec<_> = folder.iter().map(|part| part.to_os_string()).collect();
        parts.reverse();
        parts
    };
    let alike = folders(clip)
        .into_iter()
        .zip(folders(named))
        .take_while(|(one, other)| one == other);
    (clip == exact, alike.count(), clip.extension() == named.extension())
}
