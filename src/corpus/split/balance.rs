//! Speakers dealt to parts so that each part is like the whole.

use super::super::{Emotion, Gender, Selection};
use super::groups::Group;
use crate::random::Stream;
use rand::RngExt;
use rand::seq::SliceRandom;
use std::collections::BTreeMap;

/// How many voices a part gets.
#[derive(Debug, Clone, Copy)]
pub struct Part {
    /// Voices.
    pub voices: usize,
    /// Whether it is learnt from, so that nothing should be missing in it.
    pub learns: bool,
}

/// Searches from this many random deals, and keeps the best.
const STARTS: usize = 8;
/// At most this many swaps are tried from each.
const SWAPS: usize = 50_000;
/// What a part that is learnt from pays for every emotion of a gender that it lacks, in squared voices:
/// more than balance can ever be worth.
const LACK: f64 = 1000.0;
/// A part may have this much more or less of an emotion than its share, in voices that have it, at no cost.
/// Rounding alone makes half a voice of difference; a little more, so that the seed and not the odd missing
/// clip chooses between deals that are equally good.
const SLACK: f64 = 0.75;

/// Deals voices (of one corpus) to parts of given sizes, so that each part has its share of the voices of
/// each gender and of the clips of each emotion by each gender. Returns the part of each voice.
///
/// Minimises, over parts and properties, the squares of what is beyond the share, by swapping random pairs of
/// voices as long as nothing gets worse, from several random starts. The sizes must add up to the voices.
pub fn balance(selection: &Selection, voices: &[Group], parts: &[Part], random: &mut Stream) -> Vec<usize> {
    let table = Table::new(selection, voices);
    let mut best: Option<(f64, Vec<usize>)> = None;
    for _ in 0..STARTS {
        let indexed = parts.iter().enumerate();
        let mut deal: Vec<usize> = indexed
            .flat_map(|(part, size)| std::iter::repeat_n(part, size.voices))
            .collect();
        deal.shuffle(random);
        let cost = improve(&table, parts, &mut deal, random);
        if best.as_ref().is_none_or(|(lowest, _)| cost < lowest - 1e-9) {
            best = Some((cost, deal));
        }
    }
    best.map(|(_, deal)| deal).unwrap_or_default()
}

/// Swaps pairs as long as the cost does not grow; returns the cost.
fn improve(table: &Table, parts: &[Part], deal: &mut [usize], random: &mut Stream) -> f64 {
    let mut sums: Vec<Vec<f64>> = (0..parts.len()).map(|part| table.sums(deal, part)).collect();
    let mut costs: Vec<f64> = sums
        .iter()
        .zip(parts)
        .map(|(sums, part)| table.cost(sums, part))
        .collect();
    let voices = deal.len();
    let swaps = if voices < 2 {
        0
    } else {
        (4 * voices * voices).min(SWAPS)
    };
    for _ in 0..swaps {
        let (one, other) = (random.random_range(0..voices), random.random_range(0..voices));
        let (here, there) = (deal[one], deal[other]);
        if here == there {
            continue;
        }
        let here_sums = table.exchanged(&sums[here], one, other);
        let there_sums = table.exchanged(&sums[there], other, one);
        let (here_cost, there_cost) = (
            table.cost(&here_sums, &parts[here]),
            table.cost(&there_sums, &parts[there]),
        );
        if here_cost + there_cost <= costs[here] + costs[there] {
            deal.swap(one, other);
            (sums[here], sums[there]) = (here_sums, there_sums);
            (costs[here], costs[there]) = (here_cost, there_cost);
        }
    }
    costs.iter().sum()
}

/// What each voice brings, one column per property: first the genders, then each emotion by each gender.
struct Table {
    rows: Vec<Vec<f64>>,
    totals: Vec<f64>,
    genders: usize,
}

impl Table {
    fn new(selection: &Selection, voices: &[Group]) -> Self {
        let gender = |voice: &Group| selection.clips[voice[0]].gender;
        let mut genders: BTreeMap<Option<Gender>, usize> = BTreeMap::new();
        let mut emotions: BTreeMap<(Option<Gender>, &Emotion), usize> = BTreeMap::new();
        for voice in voices {
            let next = genders.len();
            genders.entry(gender(voice)).or_insert(next);
            for &clip in voice {
                let next = emotions.len();
                emotions
                    .entry((gender(voice), &selection.clips[clip].emotion))
                    .or_insert(next);
            }
        }
        let mut rows = vec![vec![0.0; genders.len() + emotions.len()]; voices.len()];
        for (row, voice) in rows.iter_mut().zip(voices) {
            row[genders[&gender(voice)]] = 1.0;
            for &clip in voice {
                row[genders.len() + emotions[&(gender(voice), &selection.clips[clip].emotion)]] += 1.0;
            }
        }
        // In voices, so that all properties weigh the same: divided by the mean of those that have it.
        for column in 0..genders.len() + emotions.len() {
            let having = rows.iter().filter(|row| row[column] > 0.0).count() as f64;
            let mean = rows.iter().map(|row| row[column]).sum::<f64>() / having;
            rows.iter_mut().for_each(|row| row[column] /= mean);
        }
        let totals = (0..genders.len() + emotions.len()).map(|column| rows.iter().map(|row| row[column]).sum());
        Self {
            totals: totals.collect(),
            genders: genders.len(),
            rows,
        }
    }

    fn sums(&self, deal: &[usize], part: usize) -> Vec<f64> {
        let mut sums = vec![0.0; self.totals.len()];
        for (row, _) in self.rows.iter().zip(deal).filter(|(_, at)| **at == part) {
            sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
        }
        sums
    }

    fn exchanged(&self, sums: &[f64], leaves: usize, comes: usize) -> Vec<f64> {
        let change = self.rows[comes]
            .iter()
            .zip(&self.rows[leaves])
            .map(|(comes, leaves)| comes - leaves);
        sums.iter().zip(change).map(|(sum, change)| sum + change).collect()
    }

    fn cost(&self, sums: &[f64], part: &Part) -> f64 {
        let share = part.voices as f64 / self.rows.len() as f64;
        let mut cost = 0.0;
        for (column, (sum, total)) in sums.iter().zip(&self.totals).enumerate() {
            let slack = if column < self.genders { 0.0 } else { SLACK };
            cost += ((sum - share * total).abs() - slack).max(0.0).powi(2);
            // Sums that went up and down again are not exactly zero.
            if part.learns && *sum < 1e-6 {
                cost += LACK;
            }
        }
        cost
    }
}
