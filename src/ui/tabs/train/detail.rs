//! The run under the cursor in words and figures, and the end of its log.

use super::{TrainView, queue, usage};
use crate::engine::{EpochMetrics, KeptEpoch, RunDetail, RunState, RunSummary};
use crate::present::numbers::{bytes, ccc, duration, grouped, percent};
use crate::present::times::Clock;
use crate::present::words;
use crate::ui::styles;
use crate::ui::text::{Paint, width, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::gauge::gauge;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Draws the facts, then as much of the log as there is room for.
pub fn draw(view: &TrainView, clock: &Clock, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(run) = view.run() else {
        return;
    };
    let detail = view.details.get(&run.id).map(|(detail, _)| &**detail);
    draw_run(run, detail, clock, area, buffer, theme);
}

/// The same for any run.
pub fn draw_run(
    run: &RunSummary,
    detail: Option<&RunDetail>,
    clock: &Clock,
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let badge = if run.synthetic { "SYNTHETIC" } else { "" };
    let inside = section(buffer, area, &run.id, badge, theme);
    let rows = details(run, detail, clock, theme);
    let log = detail.map_or(&[][..], |detail| &detail.log);
    let least = if log.is_empty() {
        0
    } else {
        (inside.height / 3).min(log.len() as u16 + 1)
    };
    let room = Rect {
        height: inside.height - least,
        ..inside
    };
    let mut y = phase(run, room, buffer, theme);
    for (name, words, style) in rows {
        let lines = wrap(&words, usize::from(inside.width.saturating_sub(9)).max(8));
        for (index, line) in lines.iter().enumerate() {
            buffer.put(room, 0, y, if index == 0 { name } else { "" }, theme.dim());
            buffer.put(room, 9, y, line, style);
            y += 1;
        }
    }
    if !log.is_empty() {
        let top = (y + 1).min(room.height);
        let below = inside.below(top);
        let body = section(buffer, below, "Log", "", theme);
        let columns = usize::from(body.width);
        let lines: Vec<String> = log
            .iter()
            .flat_map(|line| wrap(&log_line(line, clock, columns), columns))
            .collect();
        let first = lines.len().saturating_sub(usize::from(body.height));
        for (row, line) in lines[first..].iter().enumerate() {
            buffer.put(body, 0, row as u16, line, theme.dim());
        }
    }
}

/// A line of the log with its time in the zone of the clock; where it does not fit, without the day and the zone.
fn log_line(line: &str, clock: &Clock, columns: usize) -> String {
    let Some((when, words)) = line.split_once(" UTC  ") else {
        return line.to_owned();
    };
    let Ok(at) = format!("{when}Z").parse() else {
        return line.to_owned();
    };
    let full = clock.full(at);
    let long = format!("{full}  {words}");
    match full.split(' ').nth(1) {
        Some(time) if width(&long) > columns => format!("{time} {words}"),
        _ => long,
    }
}

/// What the process is doing, with a bar; returns the rows taken.
fn phase(run: &RunSummary, area: Rect, buffer: &mut Buffer, theme: Theme) -> u16 {
    let Some(heartbeat) = run.heartbeat.as_ref().filter(|_| run.state == RunState::Running) else {
        return 0;
    };
    if area.height == 0 {
        return 0;
    }
    let words = format!(
        "{}: {} of {} ",
        heartbeat.phase,
        grouped(heartbeat.done as usize),
        grouped(heartbeat.total as usize)
    );
    let taken = buffer.put(area, 0, 0, &words, theme.accent());
    let bar = Rect {
        x: area.x + taken,
        width: area.width.saturating_sub(taken),
        height: 1,
        ..area
    };
    gauge(
        buffer,
        bar,
        heartbeat.done as f64 / heartbeat.total.max(1) as f64,
        theme.accent(),
        theme,
    );
    1
}

fn details(
    run: &RunSummary,
    detail: Option<&RunDetail>,
    clock: &Clock,
    theme: Theme,
) -> Vec<(&'static str, String, Style)> {
    let plain = theme.text();
    let mut rows = Vec::new();
    let mut state = run.state.name().to_owned();
    if run.state == RunState::Dead {
        state += "; c resumes it from its last epoch";
    }
    if let Some(place) = &run.queue {
        state = format!("{state}: {}", queue::sentence(place));
    }
    rows.push(("state", state, styles::run_style(run, theme)));
    match (&run.reason, &run.end) {
        (Some(reason), _) => rows.push(("reason", reason.clone(), theme.bad())),
        (None, Some(end)) => rows.push(("ended", end.to_string(), plain)),
        (None, None) => {}
    }
    let first = rows.len();
    if run.state == RunState::Running {
        let left = match detail.and_then(|detail| detail.seconds_left) {
            Some(left) => Some(format!("about {}", duration(left))),
            None => detail
                .is_none_or(|detail| detail.epochs.is_empty())
                .then(|| "known after an epoch".to_owned()),
        };
        rows.extend(left.map(|left| ("left", left, plain)));
    }
    let trained = detail.filter(|detail| !detail.epochs.is_empty());
    rows.extend(trained.iter().flat_map(|detail| validation(detail, theme)));
    let scored = rows.len();
    rows.extend(trained.iter().flat_map(|detail| epochs(detail, theme)));
    for (name, words) in run.usage.iter().flat_map(usage::words) {
        rows.push((name, words, plain));
    }
    if run.final_model {
        rows.push(("final", words::FINAL_MODEL.to_owned(), theme.warn()));
    }
    let test = tested(run, theme);
    // What a score is not worth is seen first, whatever there is room for.
    let at = if test.len() > 1 { first } else { scored };
    rows.splice(at..at, test);
    let fold = run
        .fold
        .as_ref()
        .map(|(fold, folds, name)| format!(", fold {} of {folds} of {name}", fold + 1));
    rows.push((
        "model",
        format!("{} on {}, seed {}", run.model, run.device, run.seed),
        plain,
    ));
    if !run.preset.is_empty() {
        rows.push(("preset", run.preset.clone(), plain));
    }
    // Its id begins with the same moment, so where that is in another zone it is said.
    let zone = if clock.full(run.created).ends_with(" UTC") {
        ""
    } else {
        "; its id is in UTC"
    };
    rows.push(("begun", format!("{}{zone}", clock.full(run.created)), plain));
    rows.push(("split", format!("{}{}", run.split, fold.unwrap_or_default()), plain));
    rows.push(("corpora", run.corpora.join(", "), plain));
    if !run.note.tags.is_empty() {
        rows.push(("tags", words::tags(&run.note), theme.accent()));
    }
    if !run.note.text.is_empty() {
        rows.push(("note", run.note.text.clone(), plain));
    }
    rows
}

/// The scores on the test clips, and what has to be said beside them.
fn tested(run: &RunSummary, theme: Theme) -> Vec<(&'static str, String, Style)> {
    if let Some(found) = run.test_ccc {
        let own = ("test", format!("mean CCC {}", ccc(found)), theme.heading());
        let all = run
            .folds_ccc
            .map(|all| ("all folds", format!("mean CCC {}", ccc(all)), theme.heading()));
        return std::iter::once(own).chain(all).collect();
    }
    let (Some(uar), Some(accuracy)) = (run.test_uar, run.test_accuracy) else {
        return Vec::new();
    };
    let coverage = run.coverage.clone().unwrap_or_default();
    let of = if run.final_model {
        ", of the model before it"
    } else {
        ""
    };
    let words = format!(
        "{} {}, accuracy {}{of}",
        coverage.uar(),
        percent(uar),
        percent(accuracy)
    );
    let warning = coverage.warning().map(|words| ("", words, theme.warn()));
    let folds = run.folds.iter().flat_map(|folds| {
        let together = format!(
            "UAR {}, accuracy {}: all predictions of {}",
            percent(folds.uar),
            percent(folds.accuracy),
            folds.which()
        );
        [
            ("folds", together, theme.heading()),
            ("", words::mean_of_folds(folds), theme.text()),
        ]
    });
    let own = if run.folds.is_some() { "fold" } else { "test" };
    folds.chain([(own, words, theme.heading())]).chain(warning).collect()
}

/// What an epoch's validation score is called, and its figure.
fn figure(metrics: &EpochMetrics) -> (&'static str, String) {
    match metrics.validation_ccc {
        Some(found) => ("CCC", ccc(found)),
        None => ("UAR", percent(metrics.validation_uar)),
    }
}

/// The best score on validation, and that of the epoch whose network is kept where it is another.
fn validation(detail: &RunDetail, theme: Theme) -> Vec<(&'static str, String, Style)> {
    let mut rows = Vec::new();
    let best = detail.epochs.best();
    if let Some(best) = best {
        let (score, figure) = figure(best);
        let words = format!("validation {score} {figure} in epoch {}", best.epoch);
        rows.push(("best", words, theme.good()));
    }
    let other = |kept: &KeptEpoch| best.is_none_or(|best| best.epoch != kept.epoch);
    if let Some(kept) = detail.summary.kept_epoch.filter(other) {
        let name = words::kept_name(&kept);
        let words = format!("{name}, {}: {}", kept.epoch, words::kept_figure(&kept));
        rows.push(("kept", words, theme.text()));
    }
    rows
}

/// How the epochs go.
fn epochs(detail: &RunDetail, theme: Theme) -> Vec<(&'static str, String, Style)> {
    let plain = theme.text();
    let mut rows = Vec::new();
    if let Some(last) = detail.epochs.last() {
        let EpochMetrics {
            epoch,
            learning_rate,
            memory_bytes,
            ..
        } = last;
        // Where the last epoch is the best, that is said already.
        if detail.epochs.best().is_none_or(|best| best.epoch != *epoch) {
            let (score, figure) = figure(last);
            let name = if score == "CCC" { "last CCC" } else { "last UAR" };
            rows.push((name, format!("{figure} in epoch {epoch}"), plain));
        }
        rows.push((
            "pace",
            format!("{} clips/s", grouped(last.clips_per_second.round() as usize)),
            plain,
        ));
        let total = detail.epochs.seconds();
        rows.push((
            "time",
            format!("{}, {} each", duration(total), duration(last.seconds)),
            plain,
        ));
        // Four digits say where a schedule is; a rate that was set is shown as it was.
        let mut rate = format!("{learning_rate:e}");
        if rate.len() > 9 {
            rate = format!("{learning_rate:.3e}");
        }
        rows.push(("rate", format!("{rate}, {}", bytes(*memory_bytes)), plain));
    }
    rows
}
