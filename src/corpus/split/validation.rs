//! Validation clips, cut from those that are not tested on.

use super::super::Selection;
use super::balance::{Part, balance};
use super::deal::deal;
use super::groups::{Group, duplicates};
use super::{SplitSettings, shares};
use crate::random::Stream;

/// What of a corpus goes to validation.
#[derive(Default)]
pub struct Validation {
    /// The clips.
    pub groups: Vec<Group>,
    /// Whether they are clips of speakers that are learnt from.
    pub by_clip: bool,
}

/// Chooses validation voices from those that are not tested, or, with too few voices for three sides, clips.
pub fn by_voices(
    selection: &Selection,
    settings: &SplitSettings,
    voices: usize,
    rest: &[Group],
    random: &mut Stream,
) -> Validation {
    if voices < 2 || rest.is_empty() {
        return Validation::default();
    }
    if voices > 2 && rest.len() > 1 {
        let count = share_of(settings.validation, voices).clamp(1, rest.len() - 1);
        let parts = [
            Part {
                voices: rest.len() - count,
                learns: true,
            },
            Part {
                voices: count,
                learns: false,
            },
        ];
        let deal = balance(selection, rest, &parts, random);
        return Validation {
            groups: second(rest.to_vec(), deal),
            by_clip: false,
        };
    }
    by_clip(selection, rest, settings.validation_of_rest(), random)
}

/// The same where voices have unlike numbers of clips.
pub fn by_share(
    selection: &Selection,
    settings: &SplitSettings,
    voices: &[Group],
    rest: &[Group],
    random: &mut Stream,
) -> Validation {
    if voices.len() < 2 || rest.is_empty() {
        return Validation::default();
    }
    of_rest(selection, rest, settings.validation * clips(voices), random)
}

/// Validation voices with as many clips as are wanted. Clips are cut as well where voices would give validation less than
/// half of that, or would leave nothing of an emotion to learn from.
pub fn of_rest(selection: &Selection, rest: &[Group], wanted: f64, random: &mut Stream) -> Validation {
    let share = (wanted / clips(rest)).min(0.5);
    if rest.len() > 1 {
        let deal = shares::deal(selection, rest, &training_and(share), random);
        let groups = second(rest.to_vec(), deal.parts);
        if deal.learns_all && 2.0 * clips(&groups) >= wanted {
            return Validation { groups, by_clip: false };
        }
    }
    by_clip(selection, rest, share, random)
}

/// A share of the clips, whoever speaks them.
pub fn by_clip(selection: &Selection, rest: &[Group], share: f64, random: &mut Stream) -> Validation {
    let clips = duplicates(selection, &rest.concat());
    let deal = deal(selection, &clips, &[1.0 - share, share], true, random);
    Validation {
        groups: second(clips, deal),
        by_clip: true,
    }
}

/// A part that is learnt from, and one with this share that is not.
pub fn training_and(share: f64) -> [shares::Part; 2] {
    [(1.0 - share, true), (share, false)].map(|(share, learns)| shares::Part {
        share,
        before: 0,
        learns,
    })
}

/// So many of a number as a share comes to.
pub fn share_of(share: f64, count: usize) -> usize {
    (share * count as f64).round() as usize
}

fn clips(voices: &[Group]) -> f64 {
    voices.iter().map(Vec::len).sum::<usize>() as f64
}

/// The groups that were dealt to the second part.
fn second(groups: Vec<Group>, deal: Vec<usize>) -> Vec<Group> {
    groups
        .into_iter()
        .zip(deal)
        .filter(|(_, part)| *part == 1)
        .map(|(group, _)| group)
        .collect()
}
