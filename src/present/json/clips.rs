//! What a scan found.

use super::{RefusedFile, all, object};
use crate::engine::{
    Clip, CrossTable, DemoSummary, DimensionRow, DimensionStatistics, Exclusion, Lengths, PatternPreview,
    PatternReport, PublishedCounts, QualityIssueKind, Reading, Refused, SpeakerRow, Statistics, Survey, VoteStatistics,
};
use std::collections::BTreeMap;
use std::path::PathBuf;

type Counts = BTreeMap<String, usize>;

fn preview(report: &PatternReport) -> Option<&PatternPreview> {
    report.outcome.as_ref().ok()
}

document! {
    /// What a scan found: clips, refused files, data-quality issues, and what takes part in training.
    Scan(survey: Survey) {
        /// How many clips there are.
        clips: usize = survey.catalogue.clips.len(),
        /// How every corpus was read.
        corpora: Vec<CorpusReading> = all(&*survey.catalogue.readings),
        /// Files that are no clips.
        refused: Vec<RefusedClip> = all(&*survey.catalogue.refused),
        /// Clips with data-quality issues.
        quality_issues: Vec<QualityIssue> = quality_issues(survey),
        /// What the names of labels and speakers give to think about, each with the line of the settings that answers it.
        name_notes: Vec<String> = survey.name_notes.clone(),
        /// Clips that take part in training under the settings' labels and filter.
        selected: usize,
        /// Clips left out of training, by reason.
        excluded: BTreeMap<Exclusion, usize> = object(&survey.excluded),
        /// Whether some clips are synthetic (the demo corpus).
        synthetic: bool,
        /// Whether the samples of every clip have been analysed.
        analysed: bool,
        /// Time that reading the headers took (s).
        header_seconds: f64,
        /// Time that analysing the samples took (s).
        analysis_seconds: f64,
        /// Distributions over all clips.
        statistics: ClipStatistics = (&survey.statistics).into(),
        /// The clips that pass the filter, with `--where`; null without.
        found: Option<Vec<FoundClip>> = None,
        /// The table that was written, with `--export`.
        exported: Option<PathBuf> = None,
    }

    /// What a pattern makes of the names of the sound files in a folder.
    NamePattern(report: PatternReport) {
        /// The folder.
        folder: PathBuf,
        /// The pattern.
        pattern: String,
        /// Sound files.
        files: usize = preview(report).map_or(0, PatternPreview::files),
        /// Those that it matches.
        matching: usize = preview(report).map_or(0, |preview| preview.matching),
        /// Those that it does not match.
        unlike: Vec<RefusedFile> = preview(report).map_or_else(Vec::new, |preview| all(&preview.unlike)),
        /// What each group caught, and how often.
        caught: BTreeMap<String, Counts> = preview(report).map(|preview| preview.caught.clone()).unwrap_or_default(),
        /// The corpus as the settings file would list it (TOML).
        entry: String,
    }

    /// A clip that passes a filter.
    FoundClip(clip: Clip) {
        /// Its file; of a part of one, with its times behind `#t=` (s).
        path: PathBuf = clip.name().into_owned(),
        /// The corpus.
        corpus: String = clip.corpus.to_string(),
        /// The label.
        emotion: String = clip.emotion.name().to_owned(),
        /// The speaker.
        speaker: Option<String> = clip.speaker.as_deref().map(str::to_owned),
        /// The speaker's gender.
        gender: Option<String> = clip.gender.map(|gender| gender.name().to_owned()),
        /// Its length (s).
        seconds: f64 = clip.seconds(),
    }

    /// How a corpus was read.
    CorpusReading(reading: Reading) {
        /// The corpus.
        corpus: String = reading.corpus.to_string(),
        /// Its folder or table.
        path: PathBuf,
        /// What labels its clips, and why.
        layout: String,
        /// What else would fit, and what should be known of the labels.
        notes: Vec<String>,
        /// What a known corpus should hold, and does.
        counts: Option<CorpusCounts> = reading.counts.as_ref().map(Into::into),
    }

    /// The clips of a known corpus, held against those that were published.
    CorpusCounts(counts: PublishedCounts) {
        /// The corpus, by the name of its layout.
        corpus: String,
        /// Clips that are there.
        found: usize,
        /// Clips that were published.
        published: usize,
        /// How many of a class are missing.
        missing: Counts,
        /// How many of a class there are more than were published.
        surplus: Counts,
        /// Where the published numbers are from.
        source: String,
    }

    /// A file that is no clip.
    RefusedClip(refused: Refused) {
        /// The corpus in whose folder it lies.
        corpus: String = refused.corpus.to_string(),
        /// The file.
        path: PathBuf,
        /// Why, and what would help.
        reason: String,
    }

    /// Distributions over all clips.
    ClipStatistics(statistics: Statistics) {
        /// How many clips there are.
        clips: usize,
        /// Their length together (s).
        seconds: f64,
        /// Clips per emotion.
        emotions: Counts = object(&statistics.emotions),
        /// Clips per gender.
        genders: Counts = object(&statistics.genders),
        /// Clips per corpus.
        corpora: Counts = object(&statistics.corpora),
        /// Clips per sampling rate.
        rates: Counts = object(&statistics.rates),
        /// The speakers.
        speakers: Vec<Speaker> = statistics.speakers.iter().map(|row| speaker(row, statistics)).collect(),
        /// Clips per emotion, then per corpus.
        emotion_by_corpus: BTreeMap<String, Counts> = cross_table(&statistics.emotion_by_corpus),
        /// Clips per emotion, then per gender.
        emotion_by_gender: BTreeMap<String, Counts> = cross_table(&statistics.emotion_by_gender),
        /// How long the clips are (s).
        lengths: ClipLengths = (&statistics.lengths).into(),
        /// Arousal, dominance and valence of every corpus that states them.
        dimensions: Vec<CorpusDimensions> = all(&statistics.dimensions),
        /// Listeners' votes of every corpus that states them.
        votes: Vec<CorpusVotes> = all(&statistics.votes),
    }

    /// Arousal, dominance and valence of a corpus, in its units.
    CorpusDimensions(of: DimensionStatistics) {
        /// The corpus.
        corpus: String,
        /// Whether the settings state the range of its scale; else it is that of the values.
        range_stated: bool,
        /// Those that its clips have.
        dimensions: Vec<Dimension> = all(&of.dimensions),
        /// Where clips lie, arousal by valence.
        scatter: Vec<ScatterPoint> = all(&of.scatter),
    }

    /// One dimension of a corpus, in its units.
    Dimension(row: DimensionRow) {
        /// `arousal`, `dominance` or `valence`.
        name: String,
        /// Clips that have it.
        clips: usize,
        /// Clips whose value lies beyond the range.
        beyond: usize,
        /// The range that is learnt on 0 to 1: its lower and its upper end.
        range: [f64; 2] = [row.range.0, row.range.1],
        /// The least value.
        minimum: f64,
        /// The median.
        median: f64,
        /// The mean.
        mean: f64,
        /// The standard deviation.
        deviation: f64,
        /// The greatest value.
        maximum: f64,
        /// How many clips are where in the range; the outer bins hold what lies beyond.
        histogram: Vec<DimensionBin> = all(&row.histogram),
    }

    /// A bin of the histogram of a dimension.
    DimensionBin(bin: (f64, f64, usize)) {
        /// Its lower edge, in the corpus's units.
        from: f64 = bin.0,
        /// Its upper edge.
        to: f64 = bin.1,
        /// Clips in it.
        clips: usize = bin.2,
    }

    /// Clips of about the same arousal and valence.
    ScatterPoint(point: (f64, f64, usize)) {
        /// Valence, in the corpus's units.
        valence: f64 = point.0,
        /// Arousal, in the corpus's units.
        arousal: f64 = point.1,
        /// How many clips lie there.
        clips: usize = point.2,
    }

    /// Listeners' votes of a corpus.
    CorpusVotes(of: VoteStatistics) {
        /// The corpus.
        corpus: String,
        /// Clips with votes.
        clips: usize,
        /// Votes of a clip, on average.
        votes: f64,
        /// Share of a clip's votes that its most chosen label has, on average.
        agreement: f64,
        /// Clips on which no label was chosen more often than all others.
        ties: usize,
        /// Share of all votes per label.
        labels: BTreeMap<String, f64> = object(&of.labels),
    }

    /// A speaker.
    Speaker(speaker: SpeakerRow) {
        /// The corpus.
        corpus: String,
        /// The speaker's name in it.
        speaker: String,
        /// The gender, or `unknown`.
        gender: String,
        /// Age in years.
        age: Option<u16>,
        /// Clips.
        clips: usize,
        /// Their length together (s).
        seconds: f64,
        /// Clips per emotion.
        emotions: Counts = Counts::new(),
    }

    /// How long the clips are (s).
    ClipLengths(lengths: Lengths) {
        /// The shortest.
        minimum: f64,
        /// The median.
        median: f64,
        /// The mean.
        mean: f64,
        /// The longest.
        maximum: f64,
        /// How many clips are how long.
        histogram: Vec<Bin> = all(&lengths.histogram),
    }

    /// A bin of a histogram.
    Bin(bin: (f64, f64, usize)) {
        /// Its lower edge (s).
        from: f64 = bin.0,
        /// Its upper edge (s).
        to: f64 = bin.1,
        /// Clips in it.
        clips: usize = bin.2,
    }

    /// The demo corpus was written.
    Demo(written: (PathBuf, DemoSummary)) {
        /// Where.
        folder: PathBuf = written.0.clone(),
        /// That its voices are synthetic.
        synthetic: bool = true,
        /// Clips.
        clips: usize = written.1.clips,
        /// Speakers.
        speakers: usize = written.1.speakers,
        /// Length of the clips together (s).
        seconds: f64 = written.1.seconds,
    }

    /// The table of clips was written.
    Exported(written: (PathBuf, usize)) {
        /// Where.
        path: PathBuf = written.0.clone(),
        /// Rows.
        clips: usize = written.1,
    }
}

/// A data-quality issue of a clip.
#[derive(Debug, Clone, serde::Serialize, schemars::JsonSchema)]
pub struct QualityIssue {
    /// The clip.
    pub path: Option<PathBuf>,
    /// What is odd.
    pub kind: QualityIssueKind,
    /// What exactly.
    pub detail: String,
}

fn quality_issues(survey: &Survey) -> Vec<QualityIssue> {
    let issue = |issue: &crate::engine::QualityIssue| QualityIssue {
        path: survey
            .catalogue
            .clips
            .get(issue.clip)
            .map(|clip| clip.name().into_owned()),
        kind: issue.kind,
        detail: issue.detail.clone(),
    };
    survey.quality_issues.iter().map(issue).collect()
}

fn speaker(row: &SpeakerRow, statistics: &Statistics) -> Speaker {
    let names = statistics.emotions.iter().map(|(name, _)| name.clone());
    Speaker {
        emotions: names.zip(row.emotions.iter().copied()).collect(),
        ..row.into()
    }
}

fn cross_table(cross: &CrossTable) -> BTreeMap<String, Counts> {
    let counts = |row: &Vec<usize>| cross.columns.iter().cloned().zip(row.iter().copied()).collect();
    let rows = cross.rows.iter().cloned();
    rows.zip(cross.counts.iter().map(counts)).collect()
}
