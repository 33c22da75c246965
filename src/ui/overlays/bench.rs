//! How fast the work is here, and where the time goes.

use crate::engine::{CommandKind, FeatureSpeed, Measured, ModelSpeed};
use crate::present::numbers::{count, duration, grouped};
use crate::ui::model::Model;
use crate::ui::pane::{Pane, Table};
use crate::ui::text::{Paint, cut, fit, fit_right};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

/// Columns of the box.
const COLUMNS: u16 = 66;
/// Columns of a stage's name.
const NAME: usize = 18;
/// Columns of a figure.
const FIGURE: usize = 12;

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The recipe.
    Features,
    /// The network.
    Model,
}

impl Pane for Subject {
    fn name(&self) -> &'static str {
        match self {
            Self::Features => "Speed of the features",
            Self::Model => "Speed of the network",
        }
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![Table::CLOSE]
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let busy = model.busy(CommandKind::Bench);
        draw(*self, model.measured.as_deref(), busy, area, buffer, theme);
    }
}

/// Draws what was measured; nothing was yet while the first measurement goes on.
fn draw(subject: Subject, measured: Option<&Measured>, busy: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let begun = match subject {
        Subject::Features => "measuring the recipe over the selected clips …",
        Subject::Model => "measuring steps of the settings' network …",
    };
    let found = match (subject, measured) {
        (Subject::Features, Some(Measured::Features(speed))) => Some(features(speed, theme)),
        (Subject::Model, Some(Measured::Model(speed))) => Some(model(speed, theme)),
        _ => None,
    };
    let lines = match (found, busy) {
        (Some(mut lines), true) => {
            lines.push(("measuring again …".to_owned(), theme.dim()));
            lines
        }
        (Some(lines), false) => lines,
        (None, true) => vec![(begun.to_owned(), theme.dim())],
        (None, false) => vec![("Nothing could be measured.".to_owned(), theme.dim())],
    };
    let inner = overlay(buffer, area, (COLUMNS, lines.len() as u16 + 2), subject.name(), theme);
    for (row, (line, style)) in lines.iter().enumerate() {
        buffer.put(inner, 0, row as u16, &cut(line, usize::from(inner.width)), *style);
    }
}

fn features(speed: &FeatureSpeed, theme: Theme) -> Vec<(String, Style)> {
    let row = |name: &str, figures: [String; 3]| {
        let figures: String = figures.iter().map(|figure| fit_right(figure, FIGURE)).collect();
        format!("{}{figures}", fit(name, NAME))
    };
    let (frames, coefficients) = speed.shape;
    let what = format!(
        "{} ({frames} × {coefficients}), {} of {}",
        speed.recipe,
        count(speed.clips, "clip"),
        duration(speed.audio_seconds)
    );
    let mut lines = vec![(what, theme.text()), (String::new(), theme.text())];
    let heading = row("one thread", ["ms per clip".into(), "share".into(), String::new()]);
    lines.push((heading, theme.dim()));
    for stage in &speed.stages {
        let share = format!("{:.1} %", 100.0 * stage.share);
        let time = format!("{:.3}", stage.milliseconds);
        lines.push((row(&stage.stage, [time, share, String::new()]), theme.text()));
    }
    lines.push((String::new(), theme.text()));
    let heading = row("", ["ms per clip".into(), "clips/s".into(), "× real time".into()]);
    lines.push((heading, theme.dim()));
    for speed in &speed.speeds {
        let figures = [
            format!("{:.3}", 1000.0 / speed.clips_per_second),
            grouped(speed.clips_per_second as usize),
            grouped(speed.times_real_time as usize),
        ];
        lines.push((row(&count(speed.threads, "thread"), figures), theme.heading()));
    }
    lines.push((String::new(), theme.text()));
    lines.push((
        format!("memory at most {:.0} MB", speed.memory_peak as f64 / 1e6),
        theme.text(),
    ));
    if !speed.refused.is_empty() {
        let refused = format!("{} refused; Data lists them", count(speed.refused.len(), "file"));
        lines.push((refused, theme.text()));
    }
    lines
}

/// Operations that are listed; the others are the smallest.
const OPERATIONS: usize = 8;

fn model(speed: &ModelSpeed, theme: Theme) -> Vec<(String, Style)> {
    let row = |name: &str, figures: [String; 3]| {
        let figures: String = figures.iter().map(|figure| fit_right(figure, FIGURE)).collect();
        format!("{}{figures}", fit(name, usize::from(COLUMNS) - 4 - 3 * FIGURE))
    };
    let (frames, coefficients) = speed.input;
    let what = format!(
        "{} ({frames} × {coefficients}), {} parameters",
        speed.model,
        grouped(speed.parameters.0)
    );
    let with = format!(
        "{}, {}, batch {}, {}",
        speed.device,
        count(speed.threads, "thread"),
        speed.batch,
        count(speed.steps, "step")
    );
    let mut lines = vec![
        (what, theme.text()),
        (with, theme.text()),
        (String::new(), theme.text()),
    ];
    let heading = row("", ["ms".into(), "clips/s".into(), "GFLOP/s".into()]);
    lines.push((heading, theme.dim()));
    for (name, batch) in [
        ("training step", &speed.train),
        ("inference", &speed.inference),
        ("inference, one clip", &speed.one_clip),
    ] {
        let figures = [
            format!("{:.2}", batch.milliseconds),
            grouped(batch.clips_per_second as usize),
            format!("{:.0}", batch.gflops),
        ];
        lines.push((row(name, figures), theme.heading()));
    }
    lines.push((
        format!(
            "matrix product {:.0} GFLOP/s; first step {:.0} ms; memory at most {:.0} MB",
            speed.peak_gflops,
            speed.first_step_milliseconds,
            speed.memory_peak as f64 / 1e6
        ),
        theme.text(),
    ));
    let mut longest: Vec<_> = speed.profile.iter().collect();
    longest.sort_by(|one, other| other.milliseconds.total_cmp(&one.milliseconds));
    if !longest.is_empty() {
        lines.push((String::new(), theme.text()));
        let heading = row("longest operations of a step", ["".into(), "ms".into(), "share".into()]);
        lines.push((heading, theme.dim()));
    }
    for span in longest.into_iter().take(OPERATIONS) {
        let figures = [
            span.phase.clone(),
            format!("{:.2}", span.milliseconds),
            format!("{:.1} %", 100.0 * span.share),
        ];
        lines.push((row(&span.operation, figures), theme.text()));
    }
    lines
}
