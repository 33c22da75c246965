//! Curves of the run under the cursor and of the marked ones.

use super::tracks::{Tracks, Zoom};
use super::{Metric, TrainView, usage};
use crate::engine::RunDetail;
use crate::ui::text::{Paint, cut, width};
use crate::ui::theme::Theme;
use crate::ui::widgets::curve::{Curves, Series};
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use std::ops::Range;

impl Metric {
    fn title(self) -> &'static str {
        match self {
            Self::Loss => "Loss",
            Self::Accuracy => "Accuracy %",
            Self::Uar => "UAR %",
            Self::Ccc => "CCC",
            Self::Use => "Use",
        }
    }
}

/// One run to be drawn.
struct Shown<'a> {
    detail: &'a RunDetail,
    tracks: &'a Tracks,
    color: usize,
    name: Option<char>,
}

/// Marked runs, then the one under the cursor.
fn shown(view: &TrainView) -> Vec<Shown<'_>> {
    let selected = view.run().map(|run| run.id.clone());
    let marked = view.marks.ids().filter(|id| Some(*id) != selected.as_ref());
    let ids: Vec<&String> = marked.chain(selected.as_ref()).collect();
    let several = ids.len() > 1;
    let found = ids.into_iter().filter_map(|id| {
        let (detail, tracks) = view.details.get(id)?;
        // Its colour and its letter stay with a run, wherever the cursor goes.
        let color = view.marks.color(id);
        let name = several.then(|| char::from(b'A' + color as u8));
        Some(Shown {
            detail,
            tracks,
            color,
            name,
        })
    });
    found.collect()
}

/// How curves are drawn.
#[derive(Clone, Copy)]
struct Look {
    first: Metric,
    log: bool,
    weight: f64,
    zoom: Zoom,
}

/// Draws as many quantities as there is room for, the chosen one first.
pub fn draw(view: &TrainView, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let look = Look {
        first: view.metric,
        log: view.log,
        weight: view.weight(),
        zoom: view.zoom,
    };
    draw_shown(&shown(view), look, area, buffer, theme);
}

/// Draws the curves of one run.
pub fn draw_run(detail: &RunDetail, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let shown = Shown {
        detail,
        tracks: &Tracks::of(&detail.epochs, 0.0),
        color: 0,
        name: None,
    };
    let look = Look {
        first: Metric::Uar,
        log: false,
        weight: 0.0,
        zoom: Zoom::default(),
    };
    draw_shown(&[shown], look, area, buffer, theme);
}

fn draw_shown(shown: &[Shown<'_>], look: Look, area: Rect, buffer: &mut Buffer, theme: Theme) {
    const ROWS: u16 = 11;
    let legend = legend(shown, look, area, buffer, theme);
    let total = shown.iter().map(|run| run.tracks.len()).max().unwrap_or(0);
    let window = look.zoom.window(total);
    let body = area.below(legend);
    let charts = (body.height / ROWS).clamp(1, 3);
    let metrics = (0..Metric::ALL.len()).map(|by| look.first.turned(by));
    let of_dimensions = |run: &Shown| {
        run.detail
            .epochs
            .last()
            .is_some_and(|last| last.validation_ccc.is_some())
    };
    let dimensions = shown.last().is_some_and(of_dimensions);
    let metrics = metrics.filter(|metric| match metric {
        Metric::Accuracy | Metric::Uar => !dimensions,
        Metric::Ccc => dimensions,
        Metric::Use => look.first == Metric::Use,
        Metric::Loss => true,
    });
    for (index, metric) in (0..charts).zip(metrics) {
        let (from, to) = (index * body.height / charts, (index + 1) * body.height / charts);
        let gap = u16::from(index + 1 < charts);
        let at = Rect {
            y: body.y + from,
            height: (to - from).saturating_sub(gap),
            ..body
        };
        let mut note = Vec::new();
        if charts == 1 {
            note.push("m: next".to_owned());
        }
        if let (Metric::Use, Some(run)) = (metric, shown.last()) {
            usage::draw(run.detail, at, &note.join(", "), buffer, theme);
            continue;
        }
        let log = look.log && metric == Metric::Loss;
        if log {
            note.insert(0, "log".to_owned());
        }
        if !look.zoom.is_whole() {
            note.insert(0, format!("epochs {}-{} of {total}", window.start + 1, window.end));
        }
        let inside = section(buffer, at, metric.title(), &note.join(", "), theme);
        // Two dots a column.
        let series = series(shown, metric, &window, 2 * usize::from(inside.width), theme);
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
                share: matches!(metric, Metric::Accuracy | Metric::Uar),
                log,
                unit: "epoch",
                theme,
            }
            .render(inside, buffer);
        }
    }
}

/// Training below, validation on top, with the epoch marked whose network is kept.
fn series(shown: &[Shown<'_>], metric: Metric, window: &Range<usize>, dots: usize, theme: Theme) -> Vec<Series> {
    let mut all = Vec::new();
    for dashed in [true, false] {
        for run in shown {
            let kept = run.detail.epochs.kept();
            let mark = kept.and_then(|place| run.tracks.point(metric, place, window));
            all.push(Series {
                points: run.tracks.points(metric, !dashed, window.clone(), dots),
                style: if dashed {
                    theme.series_dim(run.color)
                } else {
                    theme.series(run.color)
                },
                dashed,
                name: if dashed { None } else { run.name },
                mark: if dashed { None } else { mark },
            });
        }
    }
    all
}

/// Names the curves; returns the rows taken.
fn legend(shown: &[Shown<'_>], look: Look, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let mut x = 0;
    for (sample, words) in [("━━", "validation"), ("╍╍", "training"), ("●", "kept epoch")] {
        x += buffer.put(area, x, 0, sample, theme.text()) + 1;
        x += buffer.put(area, x, 0, words, theme.dim()) + 2;
    }
    if look.weight > 0.0 {
        buffer.put(area, x, 0, &format!("EMA {}", look.weight), theme.accent());
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
