//! Distributions of all clips.

use super::tables;
use crate::engine::{CommandKind, Emotion, QualityIssueKind, Statistics, Survey};
use crate::present::numbers::{count, duration, grouped};
use crate::present::words;
use crate::ui::model::Model;
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::{Bars, distribution};
use crate::ui::widgets::gauge::gauge;
use crate::ui::widgets::histogram::Histogram;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;
use std::collections::BTreeMap;

/// Draws the sums, then as many distributions as there is room for.
pub fn draw(model: &Model, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let taken = sums(model, survey, area, buffer, theme) + u16::from(area.height >= 14);
    let body = area.below(taken);
    let statistics = &survey.statistics;
    if body.width >= 130 {
        let columns = [
            Constraint::Fill(4),
            Constraint::Length(3),
            Constraint::Fill(3),
            Constraint::Length(3),
            Constraint::Fill(5),
        ];
        let [left, _, middle, _, right] = body.layout(&Layout::horizontal(columns));
        first_column(statistics, left, buffer, theme);
        second_column(survey, middle, buffer, theme);
        tables::draw(survey, right, buffer, theme);
    } else {
        let columns = [Constraint::Fill(1), Constraint::Length(3), Constraint::Fill(1)];
        let [left, _, right] = body.layout(&Layout::horizontal(columns));
        first_column(statistics, left, buffer, theme);
        second_column(survey, right, buffer, theme);
    }
}

/// What there is in one row, what takes part in the next, how far the scan is in the third; returns the rows taken.
fn sums(model: &Model, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let statistics = &survey.statistics;
    let columns = usize::from(area.width);
    let labels = statistics
        .emotions
        .iter()
        .filter(|(name, _)| name != Emotion::UNLABELLED);
    let all = [
        count(statistics.clips, "clip"),
        duration(statistics.seconds),
        count(statistics.speakers.len(), "speaker"),
        count(statistics.corpora.len(), "corpus"),
        count(labels.count(), "emotion"),
    ];
    buffer.put(area, 0, 0, &cut(&all.join("  ·  "), columns), theme.heading());
    let excluded: usize = survey.excluded.iter().map(|(_, clips)| clips).sum();
    let reasons: Vec<String> = survey
        .excluded
        .iter()
        .map(|(why, clips)| format!("{} {}", grouped(*clips), words::exclusion(*why)))
        .collect();
    let mut part = format!("{} selected for training", grouped(survey.selected));
    if excluded > 0 {
        part += &format!(", {} excluded ({})", grouped(excluded), reasons.join(", "));
    }
    buffer.put(area, 0, 1, &cut(&part, columns), theme.text());
    let scanning = model.jobs.tasks.last();
    match scanning {
        Some(progress) if progress.total > 0 => {
            let words = format!(
                "{} {} of {} ",
                progress.task,
                grouped(progress.done),
                grouped(progress.total)
            );
            let taken = buffer.put(area, 0, 2, &words, theme.dim());
            let bar = Rect {
                x: area.x + taken,
                y: area.y + 2,
                width: area.width.saturating_sub(taken),
                height: 1,
            };
            let share = progress.done as f64 / progress.total as f64;
            gauge(buffer, bar.intersection(area), share, theme.accent(), theme);
        }
        _ => {
            let notes = match survey.name_notes.len() {
                0 => String::new(),
                notes => format!("{} on names: see Notes; ", count(notes, "note")),
            };
            let mut times = format!("{notes}headers read in {}", duration(survey.header_seconds));
            times += &match (survey.analysed, model.busy(CommandKind::Scan)) {
                (true, _) => format!(", samples analysed in {}", duration(survey.analysis_seconds)),
                (false, true) => ", samples are being analysed".to_owned(),
                (false, false) => ", samples not analysed to the end: press r".to_owned(),
            };
            let counts = survey
                .catalogue
                .readings
                .iter()
                .filter_map(|reading| reading.counts.as_ref());
            for counts in counts.filter(|counts| !counts.is_complete()) {
                times += &format!("; {}", words::published_counts(counts));
            }
            buffer.put(area, 0, 2, &cut(&times, columns), theme.dim());
        }
    }
    3
}

fn first_column(statistics: &Statistics, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let emotions = statistics.emotions.len() as u16;
    let spare = area.height.saturating_sub(emotions + 1);
    let gap = u16::from(spare >= 5);
    let lengths = if spare >= 4 { (spare - gap).min(12) } else { 0 };
    let rows = [
        Constraint::Length((emotions + 1).min(area.height)),
        Constraint::Length(gap),
        Constraint::Length(lengths),
    ];
    let [top, _, bottom] = area.layout(&Layout::vertical(rows));
    let label = label_width(&[&statistics.emotions]);
    bars(
        "Emotions",
        &statistics.emotions,
        label,
        |name| theme.emotion(name),
        top,
        buffer,
        theme,
    );
    if lengths > 0 {
        let length = &statistics.lengths;
        let note = format!(
            "median {:.1} s, {:.1} to {:.1} s",
            length.median, length.minimum, length.maximum
        );
        let inside = section(buffer, bottom, "Lengths", &note, theme);
        Histogram {
            bins: &length.histogram,
            unit: "s",
            theme,
        }
        .render(inside, buffer);
    }
}

fn second_column(survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let statistics = &survey.statistics;
    let rates: Vec<(String, usize)> = statistics
        .rates
        .iter()
        .map(|(rate, clips)| (hertz(rate), *clips))
        .collect();
    let odd = quality_issues(survey);
    let groups = [
        ("Corpora", &statistics.corpora),
        ("Genders", &statistics.genders),
        ("Sampling rates", &rates),
        ("Issues", &odd),
    ];
    let label = label_width(&groups.map(|(_, counts)| counts.as_slice()));
    let needed: u16 = groups[..3].iter().map(|(_, counts)| counts.len() as u16 + 1).sum();
    let gap = u16::from(needed + 2 <= area.height);
    let mut y = 0;
    for (title, counts) in groups {
        let height = (counts.len() as u16 + 1).min(area.height.saturating_sub(y));
        if height >= 2 {
            let at = Rect {
                y: area.y + y,
                height,
                ..area
            };
            let style = if title == "Issues" { theme.warn() } else { theme.bar() };
            bars(title, counts, label, |_| style, at, buffer, theme);
            y += height + gap;
        }
    }
}

/// Suspicions by kind, the worst first.
fn quality_issues(survey: &Survey) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<QualityIssueKind, usize> = BTreeMap::new();
    for quality_issue in &survey.quality_issues {
        *counts.entry(quality_issue.kind).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(kind, clips)| (words::quality_issue(kind).to_owned(), clips))
        .collect()
}

/// Columns for the longest label of all groups, so that their bars begin below each other.
fn label_width(groups: &[&[(String, usize)]]) -> usize {
    groups
        .iter()
        .copied()
        .flatten()
        .map(|(name, _)| width(name))
        .max()
        .unwrap_or(0)
        .min(12)
}

/// `16000 Hz` as `16,000 Hz`.
fn hertz(rate: &str) -> String {
    let number = rate.trim_end_matches("Hz").trim().parse();
    number.map_or_else(|_| rate.to_owned(), |number: usize| format!("{} Hz", grouped(number)))
}

fn bars(
    title: &str,
    counts: &[(String, usize)],
    label_width: usize,
    style: impl Fn(&str) -> Style,
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let inside = section(buffer, area, title, "", theme);
    Bars {
        bars: &distribution(counts, style),
        maximum: None,
        label_width,
        theme,
    }
    .render(inside, buffer);
}
