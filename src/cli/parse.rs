//! Values of arguments.

use crate::engine::{Clear, Shift, Subset};
use strum::IntoEnumIterator;

/// `key=value`.
pub fn change(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => Ok((key.trim().to_owned(), value.trim().to_owned())),
        _ => Err("write it as key=value; `undertone config` lists the keys".to_owned()),
    }
}

/// A whole number from 1.
pub fn positive(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("a whole number from 1 is needed".to_owned()),
    }
}

/// A part of the cache by its name.
pub fn clear(text: &str) -> Result<Clear, String> {
    let names: Vec<&str> = Clear::iter().map(Clear::name).collect();
    Clear::iter()
        .find(|clear| clear.name() == text)
        .ok_or_else(|| format!("there are {}", names.join(", ")))
}

/// `label=emotion`; nothing behind the sign drops the label.
pub fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.trim().is_empty() => Ok((from.trim().to_owned(), to.trim().to_owned())),
        _ => Err("write it as label=emotion, for example neu=neutral,hap=happy".to_owned()),
    }
}

/// A subset of a split by its name.
pub fn subset(text: &str) -> Result<Subset, String> {
    let names: Vec<&str> = Subset::ALL.into_iter().map(Subset::name).collect();
    Subset::ALL
        .into_iter()
        .find(|subset| subset.name() == text)
        .ok_or_else(|| format!("there are {}", names.join(", ")))
}

/// Where to move a run in the queue.
pub fn shift(text: &str) -> Result<Shift, String> {
    let names: Vec<&str> = Shift::iter().map(Shift::name).collect();
    Shift::iter()
        .find(|shift| shift.name() == text)
        .ok_or_else(|| format!("there are {}", names.join(", ")))
}
