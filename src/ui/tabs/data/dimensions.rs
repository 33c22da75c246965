//! Arousal, dominance and valence, and the listeners' votes, of one corpus after the other.

use super::DataView;
use crate::engine::{DimensionRow, DimensionStatistics, Statistics, Survey, VoteStatistics};
use crate::present::numbers::{count, percent};
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::{Bars, distribution};
use crate::ui::widgets::dots::Dots;
use crate::ui::widgets::histogram::Histogram;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Widget;
use std::collections::BTreeSet;

/// The corpora that have dimensions or votes.
pub fn corpora(statistics: &Statistics) -> Vec<&str> {
    let dimensions = statistics.dimensions.iter().map(|of| of.corpus.as_str());
    let votes = statistics.votes.iter().map(|of| of.corpus.as_str());
    dimensions.chain(votes).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Draws the corpus under the cursor.
pub fn draw(view: &DataView, survey: &Survey, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let corpora = corpora(&survey.statistics);
    let Some(corpus) = corpora.get(view.cursor.row.min(corpora.len().saturating_sub(1))) else {
        buffer.put(area, 0, 0, "No corpus states dimensions or votes.", theme.dim());
        return;
    };
    let statistics = &survey.statistics;
    let dimensions = statistics.dimensions.iter().find(|of| of.corpus == *corpus);
    let votes = statistics.votes.iter().find(|of| of.corpus == *corpus);
    let taken = buffer.put(area, 0, 0, corpus, theme.heading());
    if corpora.len() > 1 {
        let position = format!("  {} of {}, ↑ ↓ for the others", view.cursor.row + 1, corpora.len());
        buffer.put(area, taken, 0, &position, theme.dim());
    }
    let body = area.below(1);
    let bars = votes.map_or(0, |votes| votes.labels.len() as u16 + 2);
    let rows = match dimensions {
        Some(_) => [Constraint::Fill(1), Constraint::Max(bars.min(body.height / 2))],
        None => [Constraint::Length(0), Constraint::Fill(1)],
    };
    let [top, bottom] = body.layout(&Layout::vertical(rows));
    if let Some(dimensions) = dimensions {
        let columns = [Constraint::Fill(1), Constraint::Length(3), Constraint::Fill(1)];
        let [left, _, right] = top.layout(&Layout::horizontal(columns));
        histograms(&dimensions.dimensions, left, buffer, theme);
        scatter(dimensions, right, buffer, theme);
    }
    if let Some(votes) = votes {
        listeners(votes, bottom, buffer, theme);
    }
}

fn histograms(rows: &[DimensionRow], area: Rect, buffer: &mut Buffer, theme: Theme) {
    let parts = area.layout_vec(&Layout::vertical(vec![Constraint::Fill(1); rows.len()]));
    for (row, part) in rows.iter().zip(parts) {
        let note = format!(
            "mean {:.2}, s.d. {:.2}, {}",
            row.mean,
            row.deviation,
            count(row.clips, "clip")
        );
        let mut title = row.name.clone();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let inside = section(buffer, part, &title, &note, theme);
        Histogram {
            bins: &row.histogram,
            unit: "",
            theme,
        }
        .render(inside, buffer);
    }
}

/// Valence to the right, arousal upwards, both over the whole range.
fn scatter(of: &DimensionStatistics, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let range = |name: &str| of.dimensions.iter().find(|row| row.name == name).map(|row| row.range);
    let (Some(across), Some(up), false) = (range("valence"), range("arousal"), of.scatter.is_empty()) else {
        return;
    };
    let clips: usize = of.scatter.iter().map(|point| point.2).sum();
    let inside = section(buffer, area, "Arousal by valence", &count(clips, "clip"), theme);
    let end = |value: f64| format!("{value:.1}");
    let labels = [up.0, up.1].map(end);
    let margin = labels.iter().map(|label| width(label)).max().unwrap_or(0) as u16 + 1;
    let canvas = Rect {
        height: inside.height.saturating_sub(1),
        ..inside.right_of(margin)
    };
    if canvas.width < 2 || canvas.height < 2 {
        return;
    }
    let mut dots = Dots::new(usize::from(canvas.width), usize::from(canvas.height));
    let (right, bottom) = (i32::from(canvas.width) * 2 - 1, i32::from(canvas.height) * 4 - 1);
    let at = |value: f64, (low, high): (f64, f64), most: i32| {
        ((value - low) / (high - low) * f64::from(most)).round() as i32
    };
    for (valence, arousal, _) in &of.scatter {
        let (x, y) = (at(*valence, across, right), at(*arousal, up, bottom));
        dots.set(x, bottom - y, theme.accent());
    }
    dots.draw(canvas, buffer);
    buffer.put(inside, 0, 0, &labels[1], theme.dim());
    buffer.put(inside, 0, canvas.height - 1, &labels[0], theme.dim());
    let axis = inside.line(canvas.height).right_of(margin);
    buffer.put(axis, 0, 0, &end(across.0), theme.dim());
    buffer.put_right(axis, 0, &end(across.1), theme.dim());
}

fn listeners(of: &VoteStatistics, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let note = format!(
        "{}, {:.1} votes each, agreement {}, {}",
        count(of.clips, "clip"),
        of.votes,
        percent(of.agreement),
        count(of.ties, "tie")
    );
    let inside = section(buffer, area, "Votes", &cut(&note, usize::from(area.width)), theme);
    let all = of.votes * of.clips as f64;
    let counts: Vec<(String, usize)> = of
        .labels
        .iter()
        .map(|(label, share)| (label.clone(), (share * all).round() as usize))
        .collect();
    Bars {
        bars: &distribution(&counts, |name| theme.emotion(name)),
        maximum: None,
        label_width: counts.iter().map(|(label, _)| width(label)).max().unwrap_or(0).min(12),
        theme,
    }
    .render(inside, buffer);
}
