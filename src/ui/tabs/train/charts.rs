//! Curves of the run under the cursor and of the marked ones.

use super::look::{Across, Look};
use super::metric::Metric;
use super::shown::{Shown, shown};
use super::tracks::Tracks;
use super::{TrainView, legend, usage};
use crate::engine::RunDetail;
use crate::ui::text::{Paint, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::curve::{Curves, Series};
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use std::ops::Range;

/// Draws as many quantities as there is room for, the chosen one first.
pub fn draw(view: &TrainView, area: Rect, buffer: &mut Buffer, theme: Theme) {
    draw_shown(&shown(view), view.look, area, buffer, theme);
}

/// Draws the curves of one run.
pub fn draw_run(detail: &RunDetail, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let shown = Shown {
        detail,
        tracks: &Tracks::of(detail, 0.0),
        color: 0,
        name: None,
    };
    draw_shown(&[shown], Look::at(Metric::Uar), area, buffer, theme);
}

fn draw_shown(shown: &[Shown<'_>], look: Look, area: Rect, buffer: &mut Buffer, theme: Theme) {
    const ROWS: u16 = 11;
    let legend = legend::draw(shown, look.weight(), area, buffer, theme);
    let body = area.below(legend);
    let charts = (body.height / ROWS).clamp(1, 3);
    let newest = shown.last().map(|run| run.detail);
    let metrics: Vec<Metric> = look.first.onwards(newest).collect();
    let drawn = metrics
        .iter()
        .filter(|metric| **metric != Metric::Use || look.first == Metric::Use);
    let chart = Chart::of(shown, look);
    for (index, metric) in (0..charts).zip(drawn) {
        let (from, to) = (index * body.height / charts, (index + 1) * body.height / charts);
        let gap = u16::from(index + 1 < charts);
        let at = Rect {
            y: body.y + from,
            height: (to - from).saturating_sub(gap),
            ..body
        };
        let more = if charts == 1 { "m: next" } else { "" };
        match (metric, newest) {
            (Metric::Use, Some(run)) => usage::draw(run, at, more, buffer, theme),
            _ => chart.draw((*metric, &metrics), more, at, buffer, theme),
        }
    }
}

/// What all charts of some runs have in common.
struct Chart<'a> {
    shown: &'a [Shown<'a>],
    look: Look,
    /// Epochs of the longest run.
    total: usize,
    window: Range<usize>,
    /// What runs from left to right, and how much of it is 1 on the axis.
    unit: (&'static str, f64),
}

impl<'a> Chart<'a> {
    fn of(shown: &'a [Shown<'a>], look: Look) -> Self {
        let total = shown.iter().map(|run| run.tracks.len()).max().unwrap_or(0);
        let seconds = shown.iter().map(|run| run.tracks.seconds()).fold(0.0, f64::max);
        let unit = match (look.across, seconds) {
            (Across::Epoch, _) => ("epoch", 1.0),
            (Across::Step, _) => ("step", 1.0),
            (Across::Time, ..300.0) => ("s", 1.0),
            (Across::Time, ..18_000.0) => ("min", 60.0),
            (Across::Time, _) => ("h", 3600.0),
        };
        Self {
            shown,
            look,
            total,
            window: look.zoom.window(total),
            unit,
        }
    }

    /// One quantity, among those that share its axis where one scale is asked for.
    fn draw(&self, (metric, all): (Metric, &[Metric]), more: &str, at: Rect, buffer: &mut Buffer, theme: Theme) {
        let log = self.look.log && metric.is_ratio();
        let mut inside = section(buffer, at, metric.title(), &self.note(log, more), theme);
        // Two dots a column.
        let dots = 2 * usize::from(inside.width);
        let series = self.series(metric, dots, theme);
        if series.iter().all(|series| series.points.is_empty()) {
            let lines = wrap(self.nothing(metric), usize::from(inside.width));
            for (y, line) in (inside.height / 2..inside.height).zip(lines) {
                buffer.put(inside, 0, y, &line, theme.dim());
            }
            return;
        }
        let point = self.look.point(self.total);
        if let Some(point) = point {
            let rows = legend::values(self.shown, (metric, point), inside, buffer, theme);
            inside = inside.below(rows);
        }
        let beside = all
            .iter()
            .filter(|other| self.look.one_scale && metric.compares(**other));
        let beside: Vec<Series> = beside.flat_map(|other| self.series(*other, dots, theme)).collect();
        let values = beside.iter().flat_map(|series| &series.points).map(|(_, value)| *value);
        Curves {
            series: &series,
            share: metric.is_share(),
            log,
            unit: self.unit.0,
            holds: &values.collect::<Vec<f64>>(),
            point: point.and_then(|point| self.across(self.longest()?, point as f64)),
            theme,
        }
        .render(inside, buffer);
    }

    /// Why there is no curve.
    fn nothing(&self, metric: Metric) -> &'static str {
        let ends = self.shown.last().is_none_or(|run| run.detail.summary.state.is_over());
        let steps = metric.is_of_steps() || self.look.across == Across::Step;
        let known = self.shown.iter().any(|run| run.tracks.has_steps());
        match steps && !known {
            true if ends => {
                "This run has no record of its steps: an older version trained it, or its weights were solved for."
            }
            true => "The curves begin with the first step.",
            false => "The curves begin with the first epoch.",
        }
    }

    /// What is seen of the quantity, and how.
    fn note(&self, log: bool, more: &str) -> String {
        let zoom = self.look.zoom;
        let mut words = vec![zoom.name().to_owned()];
        if self.window.len() < self.total {
            words.push(format!(
                "epochs {}-{} of {}",
                self.window.start + 1,
                self.window.end,
                self.total
            ));
        }
        words.extend(log.then(|| "log".to_owned()));
        words.extend(self.look.one_scale.then(|| "one scale".to_owned()));
        words.extend((!more.is_empty()).then(|| more.to_owned()));
        words.join(", ")
    }

    fn longest(&self) -> Option<&Shown<'_>> {
        self.shown.iter().max_by_key(|run| run.tracks.len())
    }

    /// Where a place lies on the axis.
    fn across(&self, run: &Shown, place: f64) -> Option<f64> {
        let across = run.tracks.across(self.look.across, place) / self.unit.1;
        across.is_finite().then_some(across)
    }

    /// Training below, validation on top, with the epoch marked whose network is kept.
    fn series(&self, metric: Metric, dots: usize, theme: Theme) -> Vec<Series> {
        let mut all = Vec::new();
        for dashed in [true, false] {
            for run in self.shown {
                let placed = |(place, value): (f64, f64)| Some((self.across(run, place)?, value));
                let points = run.tracks.points(metric, !dashed, self.window.clone(), dots);
                let kept = run.detail.epochs.kept().filter(|place| self.window.contains(place));
                let mark = kept.and_then(|place| {
                    let value = run.tracks.value(metric, true, place)?;
                    placed((place as f64, value))
                });
                all.push(Series {
                    points: points.into_iter().filter_map(placed).collect(),
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
}
