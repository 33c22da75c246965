//! What a run leaves out because it has no features: said in its journal, and remembered in `split.csv`.

use crate::corpus::{self, LeftOut, Selection};
use crate::engine::EngineError;
use crate::files;
use crate::runs::{RunError, RunFolder};
use crate::training::Examples;
use std::borrow::Cow;
use std::path::Path;

/// Clips named in the journal; `split.csv` names them all.
const NAMED: usize = 10;

/// The clips that a run leaves out, for its journal.
pub fn words(left_out: &[LeftOut]) -> Vec<String> {
    named(
        "left out, no features",
        left_out.iter().map(|one| (one.clip.name(), one.reason.as_str())),
    )
}

/// The clips that were learnt as recorded, for the journal.
pub fn unchanged(unchanged: &[(usize, String)], selection: &Selection) -> Vec<String> {
    let clips = unchanged
        .iter()
        .filter_map(|(clip, reason)| Some((selection.clips.get(*clip)?.name(), reason.as_str())));
    named("not augmented", clips)
}

fn named<'a>(what: &str, clips: impl Iterator<Item = (Cow<'a, Path>, &'a str)>) -> Vec<String> {
    let mut words: Vec<String> = clips
        .map(|(path, reason)| format!("{what}: {}: {reason}", path.display()))
        .collect();
    if words.len() > NAMED {
        let more = words.len() - NAMED;
        words.truncate(NAMED);
        words.push(format!("{what}: {more} more clips"));
    }
    words
}

/// A run that goes on leaves out what it left out when it began, even if that could be read by now.
///
/// # Errors
/// A table that cannot be read; what [`Examples::leave_out`] says.
pub fn again(examples: &mut Examples, table: &Path) -> Result<(), EngineError> {
    let before = corpus::left_out(table)?;
    let clips = examples.selection.clips.iter().take(examples.clips()).enumerate();
    let again = clips
        .filter_map(|(clip, of)| Some((clip, before.get(&*of.name())?.clone())))
        .collect();
    Ok(examples.leave_out(&again)?)
}

/// Writes `split.csv`: the clips, those that were left out, and copies where they are dealt by themselves.
///
/// # Errors
/// A table that cannot be written.
pub fn save_split(folder: &RunFolder, examples: &Examples, leaky: bool) -> Result<(), EngineError> {
    let mut split = examples.split.clone();
    if !leaky {
        // Copies are where their clips are.
        split.subsets.truncate(examples.clips());
    }
    let mut table = Vec::new();
    split.write_csv(&examples.selection, &examples.left_out, &mut table)?;
    let path = folder.split();
    Ok(files::replace(&path, &table).map_err(|source| RunError::Io { path, source })?)
}
