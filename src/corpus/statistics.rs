//! Distributions and cross-tables of the clips.

use super::dimension_statistics::{dimension_statistics, vote_statistics};
use super::{Catalogue, Clip, DimensionStatistics, Emotion, Gender, VoteStatistics};
use crate::quantile;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// What stands for a gender that is not stated.
const UNKNOWN: &str = "unknown";

/// Steps of the histogram of lengths (s); the finest that needs few enough bins is taken.
const STEPS: [f64; 12] = [0.05, 0.1, 0.2, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 600.0];

/// Most bins of the histogram of lengths.
const BINS: usize = 20;

/// Counts per name, in the order to be shown.
pub type Distribution = Vec<(String, usize)>;

/// What the clips are like.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Number of clips.
    pub clips: usize,
    /// Total length in seconds.
    pub seconds: f64,
    /// Clips per emotion.
    pub emotions: Distribution,
    /// Clips per gender (`unknown` last).
    pub genders: Distribution,
    /// Clips per corpus.
    pub corpora: Distribution,
    /// Clips per sampling rate.
    pub rates: Distribution,
    /// Clips per speaker (`corpus/speaker`), with gender and age where known.
    pub speakers: Vec<SpeakerRow>,
    /// Rows: emotions; columns: corpora.
    pub emotion_by_corpus: CrossTable,
    /// Rows: emotions; columns: genders.
    pub emotion_by_gender: CrossTable,
    /// Lengths.
    pub lengths: Lengths,
    /// Arousal, dominance and valence, by corpus.
    #[serde(default)]
    pub dimensions: Vec<DimensionStatistics>,
    /// Listeners' votes, by corpus.
    #[serde(default)]
    pub votes: Vec<VoteStatistics>,
}

/// One speaker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SpeakerRow {
    /// Corpus.
    pub corpus: String,
    /// Speaker.
    pub speaker: String,
    /// Gender name or `unknown`.
    pub gender: String,
    /// Age in years.
    pub age: Option<u16>,
    /// Clips.
    pub clips: usize,
    /// Seconds.
    pub seconds: f64,
    /// Clips per emotion, in the order of [`Statistics::emotions`].
    pub emotions: Vec<usize>,
}

/// Counts by two properties.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CrossTable {
    /// Row names.
    pub rows: Vec<String>,
    /// Column names.
    pub columns: Vec<String>,
    /// `counts[row][column]`.
    pub counts: Vec<Vec<usize>>,
}

/// How long the clips are (s).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Lengths {
    /// Shortest.
    pub minimum: f64,
    /// Median.
    pub median: f64,
    /// Mean.
    pub mean: f64,
    /// Longest.
    pub maximum: f64,
    /// Clips per bin: (lower edge in s, upper edge in s, clips).
    pub histogram: Vec<(f64, f64, usize)>,
}

/// Computes everything in one pass over the clips.
pub fn statistics(catalogue: &Catalogue) -> Statistics {
    let mut tally = Tally::default();
    for clip in catalogue.clips.iter() {
        tally.add(clip);
    }
    Statistics {
        dimensions: dimension_statistics(catalogue),
        votes: vote_statistics(catalogue),
        ..tally.statistics()
    }
}

/// Counts by every property at once, from which everything else is summed.
#[derive(Default)]
struct Tally {
    cells: HashMap<Cell, Sum>,
    rates: BTreeMap<u32, usize>,
    lengths: Vec<f64>,
}

/// All that a table or a row asks for.
#[derive(PartialEq, Eq, Hash, Clone)]
struct Cell {
    corpus: Arc<str>,
    speaker: Option<Arc<str>>,
    gender: Option<Gender>,
    age: Option<u16>,
    emotion: Emotion,
}

#[derive(Default, Clone, Copy)]
struct Sum {
    clips: usize,
    seconds: f64,
}

impl Tally {
    fn add(&mut self, clip: &Clip) {
        let cell = Cell {
            corpus: Arc::clone(&clip.corpus),
            speaker: clip.speaker.clone(),
            gender: clip.gender,
            age: clip.age,
            emotion: if clip.emotion.is_label() {
                clip.emotion.clone()
            } else {
                Emotion::new(Emotion::UNLABELLED)
            },
        };
        let sum = self.cells.entry(cell).or_default();
        sum.clips += 1;
        sum.seconds += clip.seconds();
        *self.rates.entry(clip.rate).or_default() += 1;
        self.lengths.push(clip.seconds());
    }

    fn statistics(self) -> Statistics {
        let emotions = self.names(|cell| Some(cell.emotion.clone()), |a, b| a.rank().cmp(&b.rank()));
        let corpora = self.names(|cell| Some(Arc::clone(&cell.corpus)), Ord::cmp);
        // `None`, not stated, comes last.
        let genders = self.names(|cell| Some(cell.gender), |a, b| (a.is_none(), a).cmp(&(b.is_none(), b)));
        let gender_name = |gender: &Option<Gender>| gender.map_or(UNKNOWN, Gender::name).to_owned();
        let cross = |columns: Vec<String>, column: &dyn Fn(&Cell) -> Option<usize>| {
            let mut counts = vec![vec![0; columns.len()]; emotions.len()];
            for (cell, sum) in &self.cells {
                let row = emotions.iter().position(|emotion| *emotion == cell.emotion);
                if let (Some(row), Some(column)) = (row, column(cell)) {
                    counts[row][column] += sum.clips;
                }
            }
            CrossTable {
                rows: emotions.iter().map(ToString::to_string).collect(),
                columns,
                counts,
            }
        };
        let emotion_by_corpus = cross(corpora.iter().map(ToString::to_string).collect(), &|cell| {
            corpora.iter().position(|corpus| *corpus == cell.corpus)
        });
        let emotion_by_gender = cross(genders.iter().map(gender_name).collect(), &|cell| {
            genders.iter().position(|gender| *gender == cell.gender)
        });
        Statistics {
            clips: self.lengths.len(),
            // The sum of no numbers is -0.
            seconds: 0.0 + self.lengths.iter().sum::<f64>(),
            emotions: row_sums(&emotion_by_corpus),
            genders: column_sums(&emotion_by_gender),
            corpora: column_sums(&emotion_by_corpus),
            rates: self
                .rates
                .iter()
                .map(|(rate, clips)| (format!("{rate} Hz"), *clips))
                .collect(),
            speakers: self.speakers(&emotions),
            emotion_by_corpus,
            emotion_by_gender,
            lengths: lengths(self.lengths),
            ..Statistics::default()
        }
    }

    /// The different values of one property, sorted.
    fn names<T: PartialEq>(
        &self,
        property: impl Fn(&Cell) -> Option<T>,
        order: impl Fn(&T, &T) -> std::cmp::Ordering,
    ) -> Vec<T> {
        let mut names: Vec<T> = self.cells.keys().filter_map(property).collect();
        names.sort_by(order);
        names.dedup();
        names
    }

    fn speakers(&self, emotions: &[Emotion]) -> Vec<SpeakerRow> {
        let mut rows: BTreeMap<(&str, &str), SpeakerRow> = BTreeMap::new();
        for (cell, sum) in &self.cells {
            let Some(speaker) = &cell.speaker else {
                continue;
            };
            let row = rows.entry((&cell.corpus, speaker)).or_insert_with(|| SpeakerRow {
                corpus: cell.corpus.to_string(),
                speaker: speaker.to_string(),
                gender: UNKNOWN.to_owned(),
                age: None,
                clips: 0,
                seconds: 0.0,
                emotions: vec![0; emotions.len()],
            });
            if let Some(gender) = cell.gender {
                row.gender = gender.name().to_owned();
            }
            row.age = row.age.max(cell.age);
            row.clips += sum.clips;
            row.seconds += sum.seconds;
            if let Some(index) = emotions.iter().position(|emotion| *emotion == cell.emotion) {
                row.emotions[index] += sum.clips;
            }
        }
        rows.into_values().collect()
    }
}

fn row_sums(table: &CrossTable) -> Distribution {
    let sums = table.counts.iter().map(|row| row.iter().sum());
    table.rows.iter().cloned().zip(sums).collect()
}

fn column_sums(table: &CrossTable) -> Distribution {
    let sum = |column: usize| table.counts.iter().map(|row| row[column]).sum();
    table
        .columns
        .iter()
        .cloned()
        .enumerate()
        .map(|(column, name)| (name, sum(column)))
        .collect()
}

fn lengths(mut seconds: Vec<f64>) -> Lengths {
    seconds.sort_unstable_by(f64::total_cmp);
    let (Some(&minimum), Some(&maximum)) = (seconds.first(), seconds.last()) else {
        return Lengths::default();
    };
    Lengths {
        minimum,
        median: quantile::of_sorted(&seconds, 0.5).unwrap_or_default(),
        mean: seconds.iter().sum::<f64>() / seconds.len() as f64,
        maximum,
        histogram: histogram(&seconds),
    }
}

/// Equal bins over the length of 99 % of the clips; the last one holds whatever is longer, so that one
/// long recording does not press all others into a single bar.
fn histogram(sorted: &[f64]) -> Vec<(f64, f64, usize)> {
    let (Some(&first), Some(&last)) = (sorted.first(), sorted.last()) else {
        return Vec::new();
    };
    let most = sorted[(sorted.len() - 1) * 99 / 100];
    let bins_of = |step: f64| ((most / step).floor() - (first / step).floor()) as usize + 1;
    let coarsest = STEPS[STEPS.len() - 1];
    let step = STEPS
        .into_iter()
        .find(|step| bins_of(*step) <= BINS)
        .unwrap_or(coarsest);
    let count = bins_of(step).min(BINS);
    let start = (first / step).floor();
    let edge = |bin: usize| (start + bin as f64) * step;
    let mut bins: Vec<_> = (0..count).map(|bin| (edge(bin), edge(bin + 1), 0)).collect();
    for seconds in sorted {
        let bin = ((seconds / step).floor() - start) as usize;
        bins[bin.min(count - 1)].2 += 1;
    }
    if let Some(longest) = bins.last_mut() {
        longest.1 = longest.1.max(last);
    }
    bins
}

#[cfg(test)]
mod tests {
    use super::super::fixture::clip;
    use super::*;
    use approx::assert_relative_eq;

    fn statistics_of(clips: Vec<Clip>) -> Statistics {
        statistics(&Catalogue {
            clips: Arc::new(clips),
            ..Catalogue::default()
        })
    }

    fn named(pairs: &[(&str, usize)]) -> Distribution {
        pairs.iter().map(|(name, count)| ((*name).into(), *count)).collect()
    }

    #[test]
    fn no_clips_have_no_seconds_and_not_less_than_none() {
        let found = statistics_of(Vec::new());
        assert_eq!(found.clips, 0);
        assert!(found.seconds.is_sign_positive(), "{}", found.seconds);
    }

    #[test]
    fn every_distribution_and_table_adds_up() {
        let mut clips = vec![
            clip("a", "sad"),
            clip("b", "awe"),
            clip("c", "neutral"),
            clip("d", "sad"),
        ];
        clips[0].gender = Some(Gender::Male);
        clips[1].gender = Some(Gender::Female);
        clips[3].gender = Some(Gender::Female);
        clips[3].corpus = "another".into();
        clips[3].rate = 8_000;
        let found = statistics_of(clips);
        assert_eq!((found.clips, found.seconds), (4, 10.0));
        assert_eq!(found.emotions, named(&[("neutral", 1), ("sad", 2), ("awe", 1)]));
        assert_eq!(found.genders, named(&[("female", 2), ("male", 1), ("unknown", 1)]));
        assert_eq!(found.corpora, named(&[("another", 1), ("test", 3)]));
        assert_eq!(found.rates, named(&[("8000 Hz", 1), ("16000 Hz", 3)]));
        assert_eq!(found.emotion_by_corpus.counts, [[0, 1], [1, 1], [0, 1]]);
        assert_eq!(found.emotion_by_gender.counts, [[0, 0, 1], [1, 1, 0], [1, 0, 0]]);
        assert!(found.speakers.is_empty());
    }

    #[test]
    fn a_speaker_is_one_row_per_corpus() {
        let mut clips = vec![clip("a", "sad"), clip("b", "happy"), clip("c", "sad")];
        for clip in &mut clips {
            clip.speaker = Some("1".into());
        }
        clips[1].age = Some(40);
        clips[1].gender = Some(Gender::Female);
        clips[2].corpus = "another".into();
        let found = statistics_of(clips).speakers;
        let rows: Vec<_> = found
            .iter()
            .map(|row| (row.corpus.as_str(), row.clips, row.age))
            .collect();
        assert_eq!(rows, [("another", 1, None), ("test", 2, Some(40))]);
        assert_eq!((found[1].gender.as_str(), found[1].seconds), ("female", 4.0));
        assert_eq!(found[1].emotions, [1, 1]);
    }

    #[test]
    fn lengths_are_those_of_the_definition() {
        let with = |frames: &[u64]| {
            let clips = frames.iter().map(|frames| Clip {
                frames: *frames,
                ..clip("a", "sad")
            });
            statistics_of(clips.collect()).lengths
        };
        let four = with(&[16_000, 64_000, 32_000, 24_000]);
        assert_eq!((four.minimum, four.maximum), (1.0, 4.0));
        assert_relative_eq!(four.median, 1.75);
        assert_relative_eq!(four.mean, 2.125);
        assert_relative_eq!(with(&[16_000, 64_000, 32_000]).median, 2.0);
        assert_eq!(with(&[]), Lengths::default());
    }

    #[test]
    fn the_histogram_holds_every_clip_and_an_outlier_does_not_flatten_it() {
        let mut seconds: Vec<f64> = (0..1_000).map(|n| 1.0 + f64::from(n) / 500.0).collect();
        seconds.push(3_600.0);
        let bins = histogram(&seconds);
        assert_eq!(bins.iter().map(|(_, _, clips)| clips).sum::<usize>(), 1_001);
        assert!((10..=BINS).contains(&bins.len()), "{bins:?}");
        assert!(bins.windows(2).all(|pair| pair[0].1 == pair[1].0));
        assert_eq!(bins.last().unwrap().1, 3_600.0);
        assert_eq!(histogram(&[2.0]).len(), 1);
        assert_eq!(
            histogram(&[0.0, 1e9]).iter().map(|(_, _, clips)| clips).sum::<usize>(),
            2
        );
    }
}
