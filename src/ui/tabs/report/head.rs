//! Which run a report is about, and its scores; or why there is none.

use super::{ReportView, reported};
use crate::engine::{RunReport, RunSummary};
use crate::present::numbers::{count, percent};
use crate::present::words;
use crate::ui::text::{Paint, cut, width, wrap};
use crate::ui::theme::Theme;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// Draws both rows; of folds with the scores of all of them, or of one alone.
pub fn header(runs: &[RunSummary], (report, alone): (&RunReport, bool), area: Rect, buffer: &mut Buffer, theme: Theme) {
    let run = &report.run;
    let ids: Vec<&str> = reported(runs).map(|run| run.id.as_str()).collect();
    let place = ids
        .iter()
        .position(|id| *id == run.id)
        .map_or_else(String::new, |at| format!("report {} of {}  [ ]", at + 1, ids.len()));
    let mut x = buffer.put(area, 0, 0, &run.id, theme.heading()) + 2;
    if run.synthetic || report.report.protocol.synthetic {
        x += buffer.put(area, x, 0, " SYNTHETIC ", theme.badge()) + 2;
    }
    if report.report.protocol.final_model {
        x += buffer.put(area, x, 0, " FINAL MODEL, NOT EVALUATED ", theme.badge()) + 2;
    }
    let room = usize::from(area.width).saturating_sub(usize::from(x) + width(&place) + 2);
    let mut details = format!("{} on {}", run.model, run.corpora.join(", "));
    if let Some(end) = &run.end {
        let whole = format!("{details}; {end}");
        details = if width(&whole) <= room {
            whole
        } else {
            format!("{}; {details}", end.short())
        };
    }
    if room >= 8 {
        buffer.put(area, x, 0, &cut(&details, room), theme.dim());
    }
    buffer.put_right(area, 0, &place, theme.dim());
    if report.report.regression.is_some() {
        return;
    }
    // The score of folds is that of the predictions of all of them.
    let together = report.pooled.as_ref().filter(|_| !alone);
    let (scores, uar) = match together {
        Some(pooled) => (&pooled.report.scores, pooled.report.scores.coverage().uar()),
        None => (&report.report.scores, report.coverage.uar()),
    };
    let figures = [
        (uar.as_str(), scores.unweighted_average_recall),
        ("accuracy", scores.accuracy),
        ("macro F1", scores.macro_f1),
        ("weighted F1", scores.weighted_f1),
    ];
    let gap = if area.width >= 100 { 4 } else { 2 };
    let mut x = 0;
    for (index, (name, value)) in figures.into_iter().enumerate() {
        let value = percent(value);
        // A name that says of how many classes takes the room of the last figures on a narrow screen.
        if usize::from(x) + width(name) + 1 + width(&value) > usize::from(area.width) {
            break;
        }
        let style = if index == 0 {
            theme.accent().add_modifier(Modifier::BOLD)
        } else {
            theme.heading()
        };
        x += buffer.put(area, x, 1, name, theme.dim()) + 1;
        x += buffer.put(area, x, 1, &value, style) + gap;
    }
    let mut clips = count(scores.support, "clip");
    if let (Some((fold, folds, _)), true) = (&run.fold, alone && report.pooled.is_some()) {
        clips += &format!(" of fold {} of {folds}; f: all folds", fold + 1);
    } else if let Some(folds) = &run.folds {
        clips += &format!(" of {}; {}", folds.which(), words::mean_of_folds(folds));
        let own = format!(
            "; this fold {}",
            percent(report.report.scores.unweighted_average_recall)
        );
        if usize::from(x) + width(&clips) + width(&own) <= usize::from(area.width) {
            clips += &own;
        }
    }
    if usize::from(x) + width(&clips) <= usize::from(area.width) {
        buffer.put(area, x, 1, &clips, theme.dim());
    }
}

/// Says why there is no report, and what would bring one.
pub fn nothing(view: &ReportView, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let first = match (&view.problem, &view.chosen) {
        (Some(problem), _) => problem.clone(),
        (None, Some(chosen)) => format!("Reading the report of {chosen} …"),
        (None, None) => "There is no report yet.".to_owned(),
    };
    let mut lines = wrap(&first, usize::from(area.width));
    if view.chosen.is_none() {
        lines.extend([
            String::new(),
            "A run is evaluated on its test clips when it ends. Press 3, then n, to train one.".to_owned(),
        ]);
    }
    for (row, line) in lines.iter().enumerate() {
        buffer.put(
            area,
            0,
            row as u16 + 1,
            line,
            if row == 0 { theme.heading() } else { theme.dim() },
        );
    }
}
