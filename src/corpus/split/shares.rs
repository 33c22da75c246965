//! Speakers with unlike numbers of clips, dealt so that each part has its share of the clips.

use super::super::{Emotion, Gender, Selection};
use super::groups::Group;
use crate::random::Stream;
use rand::RngExt;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;

/// What a part should get of a corpus.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Its share of the clips; those of all parts sum to 1.
    pub share: f64,
    /// Clips of other corpora that it has already.
    pub before: usize,
    /// Whether it is trained on. All others are evaluated, and what is not in one of them is trained on.
    pub learns: bool,
}

/// Voices by part, and whether that leaves something of every emotion to learn from.
#[derive(Debug)]
pub struct Deal {
    /// The part of each voice.
    pub parts: Vec<usize>,
    /// Whether training has every emotion.
    pub learns_all: bool,
}

/// Searches from this many random deals, and keeps the best.
const STARTS: usize = 8;
/// Changes tried from each, at least and at most.
const CHANGES: (usize, usize) = (500, 20_000);
/// How much the share of all clips weighs beside the mean over genders, over emotions and over emotions by gender.
const SHARE: f64 = 20.0;
/// What is up to a tenth off its share costs nothing, so that the seed chooses between deals that are equally good.
const FREE: f64 = 1.1 + 1.0 / 1.1 - 2.0;
/// Costs count in steps of this size: what is off by less is as good, and the seed chooses.
const STEP: f64 = 0.1;
/// The price of a part without a voice.
const EMPTY: f64 = 1e9;
/// The price of an emotion that nothing is left of to learn from.
const LACK: f64 = 1e6;
/// The price of a share that is further off than the largest voice has clips.
const BEYOND: f64 = 1e4;
/// The price of an emotion that an evaluated part lacks though several voices have it.
const MISSING: f64 = 100.0;

/// Deals voices (of one corpus) to parts, so that each has its share of the clips: of all of them first, then of those
/// of each gender, each emotion and each emotion by each gender. An evaluated part gets every emotion that more than one
/// voice has, as long as its share stays within what the largest voice has, and it never gets all clips of one.
///
/// What is off is measured by the ratio `r = (clips + 1) / (wanted + 1)`: half as much is as bad as twice as much. Of all
/// clips it costs `r + 1/r - 2`, without a limit; of a part of them `((r - 1) / (r + 1))^2`, at most 1. A random start is changed by moving one voice or swapping two as long as nothing gets worse. The
/// costs are made of sums, products and ratios alone, so that a seed means the same on every machine.
pub fn deal(selection: &Selection, voices: &[Group], parts: &[Part], random: &mut Stream) -> Deal {
    let table = Table::new(selection, voices, parts);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for _ in 0..STARTS {
        let mut deal = table.start(parts, random);
        let cost = table.improve(parts, &mut deal, random);
        if best.as_ref().is_none_or(|(lowest, _)| cost < *lowest) {
            best = Some((cost, deal));
        }
    }
    let parts_of = best.map(|(_, deal)| deal).unwrap_or_default();
    let learns_all = (0..parts.len()).all(|part| table.learns_all(&table.sums(&parts_of, part), &parts[part]));
    Deal {
        parts: parts_of,
        learns_all,
    }
}

/// What each voice brings, one column per property: all its clips, then those of each gender, of each emotion, and of
/// each emotion by each gender.
struct Table {
    rows: Vec<Vec<f64>>,
    totals: Vec<f64>,
    /// Voices that bring something to a column.
    having: Vec<usize>,
    /// Where genders, emotions and emotions by gender end.
    ends: [usize; 3],
    largest: f64,
    before: f64,
}

impl Table {
    fn new(selection: &Selection, voices: &[Group], parts: &[Part]) -> Self {
        let mut genders: BTreeMap<Option<Gender>, usize> = BTreeMap::new();
        let mut emotions: BTreeMap<&Emotion, usize> = BTreeMap::new();
        let mut both: BTreeMap<(Option<Gender>, &Emotion), usize> = BTreeMap::new();
        let clips = || voices.iter().flatten().map(|&clip| &selection.clips[clip]);
        for clip in clips() {
            let next = genders.len();
            genders.entry(clip.gender).or_insert(next);
            let next = emotions.len();
            emotions.entry(&clip.emotion).or_insert(next);
            let next = both.len();
            both.entry((clip.gender, &clip.emotion)).or_insert(next);
        }
        let ends = [
            1 + genders.len(),
            1 + genders.len() + emotions.len(),
            1 + genders.len() + emotions.len() + both.len(),
        ];
        let mut rows = vec![vec![0.0; ends[2]]; voices.len()];
        for (row, voice) in rows.iter_mut().zip(voices) {
            for &clip in voice {
                let clip = &selection.clips[clip];
                row[0] += 1.0;
                row[1 + genders[&clip.gender]] += 1.0;
                row[ends[0] + emotions[&clip.emotion]] += 1.0;
                row[ends[1] + both[&(clip.gender, &clip.emotion)]] += 1.0;
            }
        }
        let columns = 0..ends[2];
        Self {
            totals: columns
                .clone()
                .map(|column| rows.iter().map(|row| row[column]).sum())
                .collect(),
            having: columns
                .map(|column| rows.iter().filter(|row| row[column] > 0.0).count())
                .collect(),
            ends,
            largest: rows.iter().map(|row| row[0]).fold(0.0, f64::max),
            before: parts.iter().map(|part| part.before as f64).sum(),
            rows,
        }
    }

    /// The voices in random order, each to the part that is furthest behind its share.
    fn start(&self, parts: &[Part], random: &mut Stream) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rows.len()).collect();
        order.shuffle(random);
        let mut behind: Vec<f64> = parts
            .iter()
            .map(|part| part.share * (self.totals[0] + self.before) - part.before as f64)
            .collect();
        let mut deal = vec![0; self.rows.len()];
        for voice in order {
            let furthest = (0..parts.len()).fold(0, |best, part| if behind[part] > behind[best] { part } else { best });
            behind[furthest] -= self.rows[voice][0];
            deal[voice] = furthest;
        }
        deal
    }

    /// Moves and swaps as long as the cost does not grow; returns the cost.
    fn improve(&self, parts: &[Part], deal: &mut [usize], random: &mut Stream) -> f64 {
        let mut sums: Vec<Vec<f64>> = (0..parts.len()).map(|part| self.sums(deal, part)).collect();
        let mut costs: Vec<f64> = sums
            .iter()
            .zip(parts)
            .map(|(sums, part)| self.cost(sums, part))
            .collect();
        let voices = deal.len();
        let changes = if voices < 2 || parts.len() < 2 {
            0
        } else {
            (4 * voices * voices).clamp(CHANGES.0, CHANGES.1)
        };
        for _ in 0..changes {
            let one = random.random_range(0..voices);
            let (other, there) = if random.random() {
                let other = random.random_range(0..voices);
                (Some(other), deal[other])
            } else {
                (None, random.random_range(0..parts.len()))
            };
            let here = deal[one];
            if here == there {
                continue;
            }
            let comes = other.map(|other| &self.rows[other]);
            let here_sums = changed(&sums[here], comes, Some(&self.rows[one]));
            let there_sums = changed(&sums[there], Some(&self.rows[one]), comes);
            let (here_cost, there_cost) = (
                self.cost(&here_sums, &parts[here]),
                self.cost(&there_sums, &parts[there]),
            );
            if here_cost + there_cost <= costs[here] + costs[there] {
                deal[one] = there;
                if let Some(other) = other {
                    deal[other] = here;
                }
                (sums[here], sums[there]) = (here_sums, there_sums);
                (costs[here], costs[there]) = (here_cost, there_cost);
            }
        }
        costs.iter().sum()
    }

    fn sums(&self, deal: &[usize], part: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.totals.len()];
        for (row, _) in self.rows.iter().zip(deal).filter(|(_, at)| **at == part) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    /// Whether an emotion is there to learn from: in this part if it learns, else outside of it.
    fn learns(&self, sum: f64, total: f64, part: &Part) -> bool {
        if part.learns { sum > 0.0 } else { sum < total }
    }

    fn learns_all(&self, sums: &[f64], part: &Part) -> bool {
        (self.ends[0]..self.ends[1]).all(|column| self.learns(sums[column], self.totals[column], part))
    }

    fn cost(&self, sums: &[f64], part: &Part) -> f64 {
        let (clips, wanted) = (sums[0], part.share * self.totals[0]);
        let before = part.before as f64;
        let together = off(clips + before, part.share * (self.totals[0] + self.before));
        let mut cost = off(clips, wanted) + SHARE * together;
        if clips + before < 1.0 {
            cost += EMPTY;
        }
        if (clips - wanted).abs() > self.largest {
            cost += BEYOND;
        }
        let emotions = self.ends[0]..self.ends[1];
        let properties = sums[emotions.clone()]
            .iter()
            .zip(&self.totals[emotions.clone()])
            .zip(&self.having[emotions]);
        for ((sum, total), having) in properties {
            if !self.learns(*sum, *total, part) {
                cost += LACK;
            } else if *sum < 1.0 && *having > 1 {
                cost += MISSING;
            }
        }
        let mut start = 1;
        for end in self.ends {
            let columns = (start..end).map(|column| lopsided(sums[column], part.share * self.totals[column]));
            cost += columns.sum::<f64>() / (end - start).max(1) as f64;
            start = end;
        }
        (cost / STEP).round()
    }
}

/// The sums after one row came and another left. Counts of clips are whole numbers: nothing is lost by rounding.
fn changed(sums: &[f64], comes: Option<&Vec<f64>>, leaves: Option<&Vec<f64>>) -> Vec<f64> {
    let value = |row: Option<&Vec<f64>>, column: usize| row.map_or(0.0, |row| row[column]);
    sums.iter()
        .enumerate()
        .map(|(column, sum)| sum + value(comes, column) - value(leaves, column))
        .collect()
}

/// How far off so many clips are from what is wanted.
fn off(clips: f64, wanted: f64) -> f64 {
    let ratio = (clips + 1.0) / (wanted + 1.0);
    (ratio + 1.0 / ratio - 2.0 - FREE).max(0.0)
}

/// The same, of what may be lacking altogether.
fn lopsided(clips: f64, wanted: f64) -> f64 {
    ((clips - wanted) / (clips + wanted + 2.0)).powi(2)
}
