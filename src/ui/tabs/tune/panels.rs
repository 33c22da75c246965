//! The head of a study, and the panels beside its leaderboard.

use super::values::{figure, signed};
use super::{TuneView, charts, parallel};
use crate::engine::{CommandKind, Coverage, StudyPage};
use crate::present::numbers::{grouped, percent};
use crate::present::words::{self, space_coverage, study_damage};
use crate::ui::model::Model;
use crate::ui::text::{Paint, cut, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::{Bar, Bars};
use crate::ui::widgets::section::section;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

/// What is drawn beside the leaderboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Panel {
    /// Values by trial, and the best so far.
    #[default]
    History,
    /// Values by epoch, and the pruning line.
    Curves,
    /// Which parameters mattered.
    Importance,
    /// One parameter against the value.
    Slice,
    /// All parameters of all trials.
    Parallel,
    /// The processes, and the test-set evaluations.
    Workers,
}

impl Panel {
    const ALL: [Self; 6] = [
        Self::History,
        Self::Curves,
        Self::Importance,
        Self::Slice,
        Self::Parallel,
        Self::Workers,
    ];

    /// The panel so many places further, around the end.
    pub fn turned(self, by: usize) -> Self {
        Self::ALL[(self as usize + by) % Self::ALL.len()]
    }
}

/// Draws a panel.
pub fn draw(view: &TuneView, page: &StudyPage, panel: Panel, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let axis = page.axes.get(view.axis);
    let (title, note) = match panel {
        Panel::History => ("Best so far".to_owned(), "m: next".to_owned()),
        Panel::Curves => ("Learning curves".to_owned(), "╍ pruning threshold".to_owned()),
        Panel::Importance => (
            "Importance".to_owned(),
            format!(
                "over {} complete of {} trials",
                grouped(page.importance_trials),
                grouped(page.trials.len())
            ),
        ),
        Panel::Slice => (
            format!("Slice {}", axis.map_or("", |axis| axis.name.as_str())),
            "v: next parameter".to_owned(),
        ),
        Panel::Parallel => ("Parallel coordinates".to_owned(), "bright: the best tenth".to_owned()),
        Panel::Workers => ("Workers".to_owned(), "+ more  - fewer".to_owned()),
    };
    let chosen = match panel {
        Panel::Importance | Panel::Workers => String::new(),
        _ => view.chosen_trials.words(),
    };
    let note = match chosen.is_empty() {
        true => note,
        false => format!("{chosen}, {note}"),
    };
    let inside = section(buffer, area, &title, &note, theme);
    match panel {
        Panel::History => charts::history(view, page, inside, buffer, theme),
        Panel::Curves => charts::curves(view, page, inside, buffer, theme),
        Panel::Importance => importance(page, inside, buffer, theme),
        Panel::Slice => {
            if let Some(axis) = axis {
                charts::slice(view, page, axis, inside, buffer, theme);
            }
        }
        Panel::Parallel => parallel::draw(view, page, inside, buffer, theme),
        Panel::Workers => workers(page, inside, buffer, theme),
    }
}

/// Two rows about the study, and what its journal lacks; returns the rows taken.
pub fn head(view: &TuneView, page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let counts = page.counts;
    let done = counts.complete + counts.pruned;
    let mut x = buffer.put(area, 0, 0, &page.name, theme.heading()) + 2;
    let wanted = page
        .wanted
        .map_or_else(String::new, |wanted| format!(" of {}", grouped(wanted)));
    x += buffer.put(area, x, 0, &format!("{}{wanted} trials", grouped(done)), theme.text()) + 2;
    if let Some(tried) = space_coverage(page) {
        x += buffer.put(area, x, 0, &tried, theme.text()) + 2;
    }
    let mut more = format!(
        "{} pruned, {} failed, {} waiting, {} running",
        counts.pruned, counts.failed, counts.waiting, counts.running
    );
    if counts.lost > 0 {
        more.insert_str(0, &format!("{} lost, ", counts.lost));
    }
    buffer.put(area, x, 0, &more, theme.dim());
    let studies = view.studies.as_ref().map_or(0, |studies| studies.len());
    let right = if studies > 1 {
        format!("{studies} studies (L)")
    } else {
        page.method.clone()
    };
    if usize::from(area.width) > usize::from(x) + more.len() + right.len() + 2 {
        buffer.put_right(area, 0, &right, theme.dim());
    }
    let best = page.best.last().map_or_else(
        || "no trial is complete yet".to_owned(),
        |(number, value)| {
            let over = if area.width >= 100 {
                " over the settings unchanged"
            } else {
                ""
            };
            let gain = page
                .gain
                .map_or_else(String::new, |gain| format!(", {}{over}", signed(page, gain)));
            format!("{} {} (trial {number}{gain})", page.objective, figure(page, *value))
        },
    );
    let mut x = buffer.put(area, 0, 1, &best, theme.good()) + 2;
    let evaluations = match page.test_evaluations() {
        0 => "no test-set evaluation".to_owned(),
        1 => "1 test-set evaluation".to_owned(),
        times => format!("{times} test-set evaluations"),
    };
    x += buffer.put(
        area,
        x,
        1,
        &evaluations,
        if page.test_evaluations() > 0 {
            theme.warn()
        } else {
            theme.dim()
        },
    ) + 2;
    let workers = match view.workers().len() {
        0 => "no worker".to_owned(),
        1 => "1 worker".to_owned(),
        several => format!("{several} workers"),
    };
    buffer.put(area, x, 1, &workers, theme.accent());
    let rows = 2 + damage(page, area, buffer, theme);
    if area.height >= 18 { rows + 1 } else { rows }
}

/// What cannot be read of the study, from the third row on; returns the rows taken.
fn damage(page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let Some(words) = study_damage(page) else { return 0 };
    let lines = wrap(&format!("{words} (key M)"), usize::from(area.width));
    let lines = lines.iter().take(usize::from(area.height / 3));
    (2..).zip(lines).fold(0, |rows, (row, line)| {
        buffer.put(area, 0, row, line, theme.bad());
        rows + 1
    })
}

fn importance(page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    if page.importance.is_empty() {
        let words = "Known when two complete trials differ.";
        buffer.put(area, 0, area.height / 2, words, theme.dim());
        return;
    }
    let bars: Vec<Bar> = page
        .importance
        .iter()
        .map(|(name, share)| Bar {
            label: page.short_name(name),
            value: *share,
            figure: percent(*share),
            style: theme.bar(),
            strong: false,
        })
        .collect();
    Bars {
        bars: &bars,
        maximum: None,
        label_width: 16,
        theme,
    }
    .render(area, buffer);
}

fn workers(page: &StudyPage, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut lines = Vec::new();
    for worker in &page.workers {
        match (&worker.heartbeat, &worker.problem) {
            (Some(heartbeat), _) => {
                let at = worker
                    .trial
                    .map_or_else(|| heartbeat.phase.clone(), |trial| format!("trial {trial}"));
                let epochs = worker.trial.and_then(|trial| page.trials.get(trial));
                let epochs = epochs.map_or_else(String::new, |trial| format!(", epoch {}", trial.reports.len()));
                lines.push((
                    format!("{}  {at}{epochs}  ({}, {})", worker.name, heartbeat.host, heartbeat.pid),
                    theme.text(),
                ));
            }
            (None, Some(problem)) => lines.push((format!("{}  ended: {problem}", worker.name), theme.bad())),
            (None, None) => {}
        }
    }
    if lines.is_empty() {
        lines.push(("No worker is running: w continues the study.".to_owned(), theme.dim()));
    }
    for run in &page.promoted {
        let thin = run.coverage.as_ref().and_then(Coverage::short);
        let thin = thin.map_or_else(String::new, |words| format!(" ({words})"));
        let test = words::promoted(run);
        let words = format!("trial {} promoted, seed {}: {test}{thin}", run.trial, run.seed);
        let wrapped = wrap(&words, usize::from(area.width));
        lines.extend(wrapped.into_iter().map(|line| (line, theme.warn())));
    }
    let columns = usize::from(area.width);
    for (row, (line, style)) in lines.iter().take(usize::from(area.height)).enumerate() {
        buffer.put(area, 0, row as u16, &cut(line, columns), *style);
    }
}

/// What is said before there is a study.
pub fn nothing(view: &TuneView, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let busy = model.busy(CommandKind::Studies) || model.busy(CommandKind::Tune);
    let first = if busy && view.studies.is_none() {
        "Looking for studies …"
    } else {
        "There is no study yet: press n to start one."
    };
    let advice = "A study tries settings: a sampler chooses them, a pruner ends trials that fall behind, and what is best on \
                  validation wins. The space that is searched is [tuning.space] of the settings. Its file is one that \
                  Optuna reads and writes.";
    if let Some(problem) = view.unreadable().and_then(|study| study.problem.as_deref()) {
        for (row, line) in wrap(problem, usize::from(area.width.min(90))).iter().enumerate() {
            buffer.put(area, 0, row as u16 + 1, line, theme.bad());
        }
        return;
    }
    buffer.put(area, 0, 1, first, theme.heading());
    for (row, line) in wrap(advice, usize::from(area.width.min(90))).iter().enumerate() {
        buffer.put(area, 0, row as u16 + 3, line, theme.dim());
    }
}
