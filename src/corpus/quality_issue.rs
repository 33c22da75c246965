//! Clips that are read but deserve a second look.

use super::names::Stray;
use super::together::runs;
use super::{Catalogue, Clip, SampleAnalysis};
use crate::audio::{Channel, container_of_extension};
use crate::quantile;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// A kind of data-quality issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum QualityIssueKind {
    /// Digital silence: kept out of training.
    Silent,
    /// The channels cancel each other, so that little or nothing is left in their mean.
    Cancelled,
    /// The same samples under another label: kept out of training.
    ConflictingDuplicate,
    /// The same samples as another clip, or some of them: never on two sides of a split.
    Duplicate,
    /// The samples cannot be decoded: kept out of training.
    Damaged,
    /// Some minutes of it are damaged and left out.
    Incomplete,
    /// Named by another scheme than the rest of its corpus, so that its labels may mean something else.
    Scheme,
    /// The container is not what the extension says.
    Extension,
    /// More than one channel; the mean is used.
    Stereo,
    /// Not the sampling rate of most of its corpus.
    Rate,
    /// Clipped samples.
    Clipping,
    /// Much shorter or longer than the rest of its corpus.
    Length,
    /// Named a little otherwise than its scheme says, but understood.
    Name,
}

/// One clip that deserves a second look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityIssue {
    /// Index into [`Catalogue::clips`].
    pub clip: usize,
    /// What is odd.
    pub kind: QualityIssueKind,
    /// In words, with values (`same samples as 1006_TIE_NEU_XX.wav, which is labelled neutral`).
    pub detail: String,
}

/// Share of clipped samples from which a clip is worth a look.
const CLIPPED: f32 = 0.001;

/// Fewest clips of a corpus among which a length can stand out.
const ENOUGH: usize = 8;

/// Twins that are named before `and N more`.
const NAMED: usize = 3;

/// Everything odd, worst kinds first.
pub fn quality_issues(catalogue: &Catalogue) -> Vec<QualityIssue> {
    let corpora = corpora(&catalogue.clips);
    let mut found = duplicates(catalogue);
    found.extend(overlaps(&catalogue.clips));
    for (index, clip) in catalogue.clips.iter().enumerate() {
        let mut add = |kind, detail| {
            found.push(QualityIssue {
                clip: index,
                kind,
                detail,
            })
        };
        if let Some(analysis) = catalogue.analysis.get(index).and_then(Option::as_ref) {
            of_samples(clip, analysis, &mut add);
        }
        of_header(clip, &mut add);
        if let Some(corpus) = corpora.get(&*clip.corpus) {
            among_others(clip, corpus, &mut add);
        }
        if let Some(detail) = odd_name(clip) {
            add(QualityIssueKind::Name, detail);
        }
        if let Some(stray) = catalogue.names.stray(index) {
            add(QualityIssueKind::Scheme, stray_words(clip, stray));
        }
    }
    found.sort_by_key(|quality_issue| (quality_issue.kind, quality_issue.clip));
    found
}

fn of_samples(clip: &Clip, analysis: &SampleAnalysis, add: &mut impl FnMut(QualityIssueKind, String)) {
    if let Some(damage) = &analysis.damage {
        add(QualityIssueKind::Damaged, format!("{damage}; kept out of training"));
    }
    if let Some(left_out) = &analysis.left_out {
        add(QualityIssueKind::Incomplete, left_out.clone());
    }
    if let Some(below) = analysis.cancelled {
        let out = if analysis.level.silent {
            "; kept out of training"
        } else {
            ""
        };
        add(
            QualityIssueKind::Cancelled,
            format!(
                "the channels cancel each other: their mean is {below:.0} dB below theirs; set channel = \"left\" (or \
                 \"right\") for {} in `corpora`{out}",
                clip.corpus
            ),
        );
    } else if analysis.level.silent {
        let seconds = clip.seconds();
        add(
            QualityIssueKind::Silent,
            format!("digital silence, {seconds:.1} s from end to end; kept out of training"),
        );
    }
    if analysis.level.clipped > CLIPPED {
        let percent = 100.0 * analysis.level.clipped;
        add(
            QualityIssueKind::Clipping,
            format!("{percent:.2} % of the samples are clipped"),
        );
    }
}

fn of_header(clip: &Clip, add: &mut impl FnMut(QualityIssueKind, String)) {
    let container = clip.container.to_uppercase();
    match clip
        .path
        .extension()
        .map(|extension| extension.to_string_lossy().to_lowercase())
    {
        None => add(
            QualityIssueKind::Extension,
            format!("{container} content under a name without extension: read as {container}"),
        ),
        Some(extension) if container_of_extension(&extension) != Some(&clip.container) => {
            add(
                QualityIssueKind::Extension,
                format!("{container} content under a .{extension} name: read as {container}"),
            );
        }
        Some(_) => {}
    }
    if clip.channels > 1 {
        let kind = if clip.channels == 2 {
            "stereo".to_owned()
        } else {
            format!("{} channels", clip.channels)
        };
        let used = match clip.channel {
            Channel::Mix => "the mean of the channels".to_owned(),
            Channel::One(channel) => format!("channel {channel}"),
        };
        add(QualityIssueKind::Stereo, format!("{kind}: {used} is used"));
    }
}

/// What is usual in a corpus.
struct Usual {
    rates: BTreeMap<u32, usize>,
    /// The commonest rate (Hz) and how many clips have it.
    rate: (u32, usize),
    /// Shortest and longest length that are not far out (s), when there are enough clips for it.
    lengths: Option<(f64, f64)>,
    median: f64,
}

fn corpora(clips: &[Clip]) -> HashMap<&str, Usual> {
    let mut members: HashMap<&str, Vec<&Clip>> = HashMap::new();
    for clip in clips {
        members.entry(&clip.corpus).or_default().push(clip);
    }
    members
        .into_iter()
        .map(|(corpus, clips)| (corpus, usual(&clips)))
        .collect()
}

fn usual(clips: &[&Clip]) -> Usual {
    let mut rates = BTreeMap::new();
    for clip in clips {
        *rates.entry(clip.rate).or_default() += 1;
    }
    let rate = rates
        .iter()
        .max_by_key(|(_, clips)| **clips)
        .map_or((0, 0), |(rate, clips)| (*rate, *clips));
    let mut seconds: Vec<f64> = clips.iter().map(|clip| clip.seconds()).collect();
    seconds.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| quantile::of_sorted(&seconds, share).unwrap_or_default();
    let median = quantile(0.5);
    // Tukey's far-out fence on the logarithm (lengths are ratios), and at least a factor of two: the
    // quarters of a corpus of one sentence lie very close together.
    let (low, high) = (quantile(0.25).max(1e-3).ln(), quantile(0.75).max(1e-3).ln());
    let fence = 3.0 * (high - low);
    let lengths = (
        (low - fence).exp().min(median / 2.0),
        (high + fence).exp().max(median * 2.0),
    );
    Usual {
        rates,
        rate,
        lengths: (clips.len() >= ENOUGH).then_some(lengths),
        median,
    }
}

fn among_others(clip: &Clip, usual: &Usual, add: &mut impl FnMut(QualityIssueKind, String)) {
    let (rate, most) = usual.rate;
    let same = usual.rates.get(&clip.rate).copied().unwrap_or(0);
    // At most a quarter as common as the commonest.
    if clip.rate != rate && same * 4 <= most {
        let (own, corpus) = (clip.rate, &clip.corpus);
        let clips = if same == 1 {
            "alone in".to_owned()
        } else {
            format!("as {same} clips of")
        };
        add(
            QualityIssueKind::Rate,
            format!("{own} Hz, {clips} {corpus}, where {rate} Hz is usual"),
        );
    }
    let (seconds, median) = (clip.seconds(), usual.median);
    if usual
        .lengths
        .is_some_and(|(shortest, longest)| seconds < shortest || seconds > longest)
    {
        let than = if seconds < median { "short" } else { "long" };
        add(
            QualityIssueKind::Length,
            format!(
                "{than}: {seconds:.2} s, where {median:.2} s is the median of {}",
                clip.corpus
            ),
        );
    }
}

/// TESS's one file with the prefix `OA`; it is read as `OAF`.
fn odd_name(clip: &Clip) -> Option<String> {
    let stem = clip.path.file_stem()?.to_string_lossy();
    let (prefix, _) = stem.split_once('_')?;
    let speaker = clip.speaker.as_deref()?;
    let odd = matches!((prefix.to_uppercase().as_str(), speaker), ("OA", "OAF") | ("YA", "YAF"));
    odd.then(|| format!("prefix {prefix}_ instead of {speaker}_: read as speaker {speaker}"))
}

fn stray_words(clip: &Clip, Stray { scheme, usual }: Stray) -> String {
    let speaker = clip.speaker.as_deref().unwrap_or("unknown");
    format!(
        "named by another scheme than the rest: as {} is, where {} is named as {} is; read as speaker {speaker}, {}",
        scheme.title(),
        clip.corpus,
        usual.title(),
        clip.emotion
    )
}

fn duplicates(catalogue: &Catalogue) -> Vec<QualityIssue> {
    let mut groups: BTreeMap<u128, Vec<usize>> = BTreeMap::new();
    for (index, analysis) in catalogue.analysis.iter().take(catalogue.clips.len()).enumerate() {
        if let Some(content) = analysis.as_ref().and_then(|analysis| analysis.sound()) {
            groups.entry(content).or_default().push(index);
        }
    }
    let mut found = Vec::new();
    for group in groups.into_values().filter(|group| group.len() > 1) {
        found.extend(group.iter().map(|index| duplicate(&catalogue.clips, *index, &group)));
    }
    found
}

/// Segments that share samples with others of their file. Both are told, each with the one it shares most with.
fn overlaps(clips: &[Clip]) -> Vec<QualityIssue> {
    let mut most: BTreeMap<usize, (u64, usize)> = BTreeMap::new();
    for file in runs(clips.iter()) {
        // They come in order of their beginnings.
        for one in file.clone() {
            let Some(segment) = clips[one].segment else { continue };
            for (other, later) in clips.iter().enumerate().take(file.end).skip(one + 1) {
                let Some(later) = later.segment.filter(|later| later.first < segment.range().end) else {
                    break;
                };
                let shared = segment.range().end.min(later.range().end) - later.first;
                for (clip, with) in [(one, other), (other, one)] {
                    let known = most.entry(clip).or_default();
                    *known = (*known).max((shared, with));
                }
            }
        }
    }
    let issue = |(clip, (shared, with)): (usize, (u64, usize))| {
        let (of, other) = (&clips[clip], &clips[with]);
        let seconds = shared as f64 / f64::from(of.rate.max(1));
        let label = match of.emotion == other.emotion {
            true => ", same label".to_owned(),
            false => format!(", which is labelled {}", other.emotion),
        };
        let name = other.name();
        let name = name.file_name().unwrap_or_default().display();
        QualityIssue {
            clip,
            kind: QualityIssueKind::Duplicate,
            detail: format!("shares {seconds:.2} s with {name}{label}"),
        }
    };
    most.into_iter().map(issue).collect()
}

fn duplicate(clips: &[Clip], index: usize, group: &[usize]) -> QualityIssue {
    let clip = &clips[index];
    let others = || {
        group
            .iter()
            .filter(|other| **other != index)
            .map(|other| &clips[*other])
    };
    let is_rival = |other: &&Clip| other.emotion.is_label() && other.emotion != clip.emotion;
    let mut labels = group
        .iter()
        .map(|other| &clips[*other].emotion)
        .filter(|emotion| emotion.is_label());
    let first = labels.next();
    let conflict = labels.any(|label| Some(label) != first);
    // Those of another label say more.
    let shown = others()
        .filter(is_rival)
        .chain(others().filter(|other| !is_rival(other)))
        .take(NAMED);
    let named: Vec<String> = shown
        .map(|other| {
            let name = other.name();
            let name = name.file_name().unwrap_or_default().display();
            if !other.emotion.is_label() {
                format!("{name}, which has no label")
            } else if other.emotion == clip.emotion {
                name.to_string()
            } else {
                format!("{name}, which is labelled {}", other.emotion)
            }
        })
        .collect();
    let more = match group.len() - 1 - named.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let kind = if conflict {
        QualityIssueKind::ConflictingDuplicate
    } else {
        QualityIssueKind::Duplicate
    };
    let label = if conflict {
        "; kept out of training"
    } else if clip.emotion.is_label() && others().all(|other| other.emotion == clip.emotion) {
        ", same label"
    } else {
        ""
    };
    QualityIssue {
        clip: index,
        kind,
        detail: format!("same samples as {}{more}{label}", named.join("; ")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Segment;
    use super::super::fixture::{analysis, clip};
    use super::*;
    use std::sync::Arc;

    fn found(clips: Vec<Clip>, analysis: Vec<Option<SampleAnalysis>>) -> Vec<(usize, QualityIssueKind, String)> {
        let catalogue = Catalogue {
            clips: Arc::new(clips),
            analysis: analysis.into_iter().map(|analysis| analysis.map(Arc::new)).collect(),
            ..Catalogue::default()
        };
        quality_issues(&catalogue)
            .into_iter()
            .map(|odd| (odd.clip, odd.kind, odd.detail))
            .collect()
    }

    fn one(clip: Clip, analysis: SampleAnalysis) -> (QualityIssueKind, String) {
        let mut all = found(vec![clip], vec![Some(analysis)]);
        assert_eq!(all.len(), 1, "{all:?}");
        let (_, kind, detail) = all.remove(0);
        (kind, detail)
    }

    #[test]
    fn channels_that_cancel_are_no_silence() {
        let pair = || Clip {
            channels: 2,
            ..clip("a.wav", "sad")
        };
        let of = |silent| {
            let mut analysis = SampleAnalysis {
                cancelled: Some(61.0),
                ..analysis(1)
            };
            analysis.level.silent = silent;
            found(vec![pair()], vec![Some(analysis)])
        };
        for silent in [false, true] {
            let all = of(silent);
            let kinds: Vec<_> = all.iter().map(|(_, kind, _)| *kind).collect();
            assert_eq!(kinds, [QualityIssueKind::Cancelled, QualityIssueKind::Stereo]);
            let words = &all[0].2;
            assert!(
                words.contains("cancel each other") && words.contains("61 dB") && words.contains("channel = \"left\"")
            );
            assert_eq!(words.contains("kept out of training"), silent, "{words}");
        }
        let left = Clip {
            channel: Channel::One(1),
            ..pair()
        };
        let all = found(vec![left], vec![Some(analysis(1))]);
        assert_eq!((all.len(), all[0].2.as_str()), (1, "stereo: channel 1 is used"));
    }

    #[test]
    fn an_ordinary_clip_raises_no_suspicion() {
        assert!(found(vec![clip("a.wav", "sad")], vec![Some(analysis(1))]).is_empty());
        assert!(found(vec![clip("a.WAV", "sad")], vec![None]).is_empty());
    }

    #[test]
    fn containers_are_compared_with_names() {
        let aiff = Clip {
            container: "aiff".into(),
            ..clip("YAF_germ_angry.wav", "angry")
        };
        let expected = "AIFF content under a .wav name: read as AIFF";
        assert_eq!(
            one(aiff.clone(), analysis(1)),
            (QualityIssueKind::Extension, expected.into())
        );
        assert_eq!(one(clip("a", "sad"), analysis(1)).0, QualityIssueKind::Extension);
        assert_eq!(one(clip("a.dat", "sad"), analysis(1)).0, QualityIssueKind::Extension);
        assert!(
            found(
                vec![Clip {
                    path: "a.AIFC".into(),
                    ..aiff
                }],
                vec![None]
            )
            .is_empty()
        );
    }

    #[test]
    fn samples_and_channels_are_judged() {
        let mut silent = analysis(1);
        silent.level.silent = true;
        assert_eq!(one(clip("a.wav", "sad"), silent).0, QualityIssueKind::Silent);
        let mut clipped = analysis(1);
        clipped.level.clipped = 0.012;
        assert_eq!(
            one(clip("a.wav", "sad"), clipped),
            (QualityIssueKind::Clipping, "1.20 % of the samples are clipped".into())
        );
        let mut damaged = analysis(0);
        damaged.damage = Some("cut short".into());
        assert_eq!(
            one(clip("a.wav", "sad"), damaged),
            (QualityIssueKind::Damaged, "cut short; kept out of training".into())
        );
        let stereo = Clip {
            channels: 2,
            ..clip("a.wav", "sad")
        };
        assert_eq!(one(stereo, analysis(1)).0, QualityIssueKind::Stereo);
        let odd = Clip {
            speaker: Some("OAF".into()),
            ..clip("OA_bite_neutral.wav", "neutral")
        };
        assert_eq!(one(odd, analysis(1)).0, QualityIssueKind::Name);
    }

    #[test]
    fn twins_are_told_with_their_labels() {
        let clips = vec![
            clip("x/a.wav", "happy"),
            clip("b.wav", "neutral"),
            clip("c.wav", "sad"),
            clip("d.wav", "sad"),
        ];
        let all = found(
            clips,
            vec![
                Some(analysis(1)),
                Some(analysis(1)),
                Some(analysis(2)),
                Some(analysis(2)),
            ],
        );
        let expected = [
            (
                0,
                QualityIssueKind::ConflictingDuplicate,
                "same samples as b.wav, which is labelled neutral; kept out of training",
            ),
            (
                1,
                QualityIssueKind::ConflictingDuplicate,
                "same samples as a.wav, which is labelled happy; kept out of training",
            ),
            (2, QualityIssueKind::Duplicate, "same samples as d.wav, same label"),
            (3, QualityIssueKind::Duplicate, "same samples as c.wav, same label"),
        ];
        assert_eq!(
            all,
            expected.map(|(index, kind, detail)| (index, kind, detail.to_owned()))
        );
    }

    #[test]
    fn a_twin_without_a_label_is_in_no_conflict() {
        let clips = vec![clip("a.wav", "sad"), clip("b.wav", "nan")];
        let all = found(clips, vec![Some(analysis(1)), Some(analysis(1))]);
        let expected = [
            (
                0,
                QualityIssueKind::Duplicate,
                "same samples as b.wav, which has no label",
            ),
            (
                1,
                QualityIssueKind::Duplicate,
                "same samples as a.wav, which is labelled sad",
            ),
        ];
        assert_eq!(
            all,
            expected.map(|(index, kind, detail)| (index, kind, detail.to_owned()))
        );
    }

    #[test]
    fn many_twins_are_counted() {
        let clips = (0..9).map(|n| clip(&format!("{n}.wav"), "sad")).collect();
        let all = found(clips, vec![Some(analysis(1)); 9]);
        assert_eq!(all[0].2, "same samples as 1.wav; 2.wav; 3.wav and 5 more, same label");
    }

    #[test]
    fn a_rare_rate_stands_out_and_an_even_mixture_does_not() {
        let mut clips: Vec<Clip> = (0..20).map(|n| clip(&format!("{n}.wav"), "sad")).collect();
        clips[7].rate = 96_000;
        clips[7].frames *= 6;
        let all = found(clips.clone(), vec![None; 20]);
        let detail = "96000 Hz, alone in test, where 16000 Hz is usual";
        assert_eq!(all, [(7, QualityIssueKind::Rate, detail.to_owned())]);
        for clip in clips.iter_mut().take(10) {
            (clip.rate, clip.frames) = (24_000, 48_000);
        }
        assert!(found(clips, vec![None; 20]).is_empty());
    }

    #[test]
    fn lengths_far_out_stand_out() {
        let mut clips: Vec<Clip> = (0..20)
            .map(|n| Clip {
                frames: 30_000 + 200 * n,
                ..clip(&format!("{n}.wav"), "sad")
            })
            .collect();
        clips[3].frames = 5_000;
        clips[4].frames = 400_000;
        let kinds: Vec<_> = found(clips.clone(), vec![None; 20])
            .into_iter()
            .map(|(index, kind, _)| (index, kind))
            .collect();
        assert_eq!(kinds, [(3, QualityIssueKind::Length), (4, QualityIssueKind::Length)]);
        clips.truncate(7);
        assert!(found(clips, vec![None; 7]).is_empty());
    }

    #[test]
    fn the_worst_comes_first() {
        let mut clips: Vec<Clip> = vec![
            Clip {
                channels: 2,
                ..clip("a.wav", "sad")
            },
            clip("b.wav", "sad"),
        ];
        clips[1].container = "aiff".into();
        let mut silent = analysis(1);
        silent.level.silent = true;
        let kinds: Vec<_> = found(clips, vec![None, Some(silent)])
            .into_iter()
            .map(|(_, kind, _)| kind)
            .collect();
        assert_eq!(
            kinds,
            [
                QualityIssueKind::Silent,
                QualityIssueKind::Extension,
                QualityIssueKind::Stereo
            ]
        );
    }

    #[test]
    fn segments_that_share_samples_are_copies_of_each_other() {
        let segment = |first, count, emotion: &str| Clip {
            segment: Some(Segment { first, count }),
            ..clip("a.wav", emotion)
        };
        let clips = vec![
            segment(0, 16_000, "sad"),
            segment(8_000, 16_000, "sad"),
            segment(23_000, 8_000, "angry"),
            segment(31_000, 500, "angry"),
            Clip {
                path: "b.wav".into(),
                ..segment(0, 16_000, "sad")
            },
        ];
        let words: Vec<_> = found(clips, vec![None; 5])
            .into_iter()
            .filter(|(_, kind, _)| *kind == QualityIssueKind::Duplicate)
            .map(|(clip, _, detail)| (clip, detail))
            .collect();
        let expected = [
            (0, "shares 0.50 s with a.wav#t=0.5,1.5, same label"),
            (1, "shares 0.50 s with a.wav#t=0,1, same label"),
            (2, "shares 0.06 s with a.wav#t=0.5,1.5, which is labelled sad"),
        ];
        assert_eq!(words, expected.map(|(clip, detail)| (clip, detail.to_owned())));
    }
}
