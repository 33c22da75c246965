//! Curves of the run under the cursor and of the marked ones.

use super::{Metric, TrainView, usage};
use crate::engine::{EpochFacts, RunDetail};
use crate::ui::state::State;
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::curve::{Curves, Series};
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use std::sync::Arc;

impl Metric {
    fn title(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Accuracy => "Accuracy %",
            Self::Uar => "UAR %",
            Self::Use => "Use",
        }
    }

    /// (training, validation).
    fn values(self, facts: &EpochFacts) -> (f64, f64) {
        match self {
            Self::Loss => (facts.train_loss, facts.validation_loss),
            Self::Accuracy => (facts.train_accuracy, facts.validation_accuracy),
            Self::Uar => (facts.train_uar, facts.validation_uar),
            // No curve over epochs.
            Self::Use => (f64::NAN, f64::NAN),
        }
    }
}

/// One run to be drawn.
struct Shown {
    detail: Arc<RunDetail>,
    color: usize,
    name: Option<char>,
}

/// Marked runs, then the one under the cursor.
fn shown(state: &State) -> Vec<Shown> {
    let view: &TrainView = &state.train;
    let selected = view.run(state.runs()).map(|run| run.id.clone());
    let marked = view.marked.iter().flatten().filter(|id| Some(*id) != selected.as_ref());
    let ids: Vec<&String> = marked.chain(selected.as_ref()).collect();
    let several = ids.len() > 1;
    let found = ids.into_iter().enumerate().filter_map(|(index, id)| {
        let detail = Arc::clone(view.details.get(id)?);
        let name = several.then(|| char::from(b'A' + index as u8));
        Some(Shown {
            detail,
            color: view.color(id),
            name,
        })
    });
    found.collect()
}

/// Draws as many quantities as there is room for, the chosen one first.
pub fn draw(state: &State, area: Rect, buffer: &mut Buffer, theme: Theme) {
    draw_shown(&shown(state), state.train.metric, area, buffer, theme);
}

/// Draws the curves of one run.
pub fn draw_run(detail: &Arc<RunDetail>, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let shown = Shown {
        detail: Arc::clone(detail),
        color: 0,
        name: None,
    };
    draw_shown(&[shown], Metric::Uar, area, buffer, theme);
}

fn draw_shown(shown: &[Shown], first: Metric, area: Rect, buffer: &mut Buffer, theme: Theme) {
    const ROWS: u16 = 11;
    let legend = legend(shown, area, buffer, theme);
    let body = Rect {
        y: area.y + legend,
        height: area.height.saturating_sub(legend),
        ..area
    };
    let charts = (body.height / ROWS).clamp(1, 3);
    let metrics = (0..Metric::ALL.len()).map(|by| first.turned(by));
    let metrics = metrics.filter(|metric| *metric == first || *metric != Metric::Use);
    for (index, metric) in (0..charts).zip(metrics) {
        let (from, to) = (index * body.height / charts, (index + 1) * body.height / charts);
        let gap = u16::from(index + 1 < charts);
        let at = Rect {
            y: body.y + from,
            height: (to - from).saturating_sub(gap),
            ..body
        };
        let note = if charts == 1 { "m: next" } else { "" };
        if let (Metric::Use, Some(run)) = (metric, shown.last()) {
            usage::draw(&run.detail, at, note, buffer, theme);
            continue;
        }
        let inside = section(buffer, at, metric.title(), note, theme);
        let series = series(shown, metric, theme);
        if series.iter().all(|series| series.points.is_empty()) {
            buffer.put(
                inside,
                0,
                inside.height / 2,
                "The curves begin with the first epoch.",
                theme.dim(),
            );
        } else {
            Curves {
                series: &series,
                share: metric != Metric::Loss,
                unit: "epoch",
                theme,
            }
            .render(inside, buffer);
        }
    }
}

/// Training below, validation on top, with the best epoch marked.
fn series(shown: &[Shown], metric: Metric, theme: Theme) -> Vec<Series> {
    let mut all = Vec::new();
    for dashed in [true, false] {
        for run in shown {
            let value = |facts: &EpochFacts| {
                let (train, validation) = metric.values(facts);
                (facts.epoch as f64, if dashed { train } else { validation })
            };
            let best = run.detail.epochs.iter().rev().find(|facts| facts.best);
            all.push(Series {
                points: run.detail.epochs.iter().map(value).collect(),
                style: if dashed {
                    theme.series_dim(run.color)
                } else {
                    theme.series(run.color)
                },
                dashed,
                name: if dashed { None } else { run.name },
                mark: if dashed { None } else { best.map(value) },
            });
        }
    }
    all
}

/// Names the curves; returns the rows taken.
fn legend(shown: &[Shown], area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let mut x = 0;
    for (sample, words) in [("━━", "validation"), ("╍╍", "training"), ("●", "best epoch")] {
        x += buffer.put(area, x, 0, sample, theme.text()) + 1;
        x += buffer.put(area, x, 0, words, theme.dim()) + 2;
    }
    if shown.len() < 2 {
        return 1;
    }
    let (mut x, mut y) = (0, 1);
    for run in shown {
        let id = &run.detail.summary.id;
        let name = format!("{} {}", run.name.unwrap_or(' '), cut(id, 30));
        if x > 0 && usize::from(x) + width(&name) > usize::from(area.width) {
            (x, y) = (0, y + 1);
        }
        x += buffer.put(area, x, y, &name, theme.series(run.color)) + 2;
    }
    y + 1
}
