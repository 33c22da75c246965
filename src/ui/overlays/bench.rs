//! How fast the work is here, and where the time goes.

use crate::engine::{FeatureSpeed, Measured};
use crate::ui::text::{Paint, count, cut, duration, fit, fit_right, grouped};
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

/// Draws what was measured; nothing was yet while the first measurement goes on.
pub fn draw(measured: Option<&Measured>, busy: bool, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let mut lines = match measured {
        Some(Measured::Features(speed)) => features(speed, theme),
        None if busy => vec![("measuring the recipe over the selected clips …".to_owned(), theme.dim())],
        None => vec![("Nothing could be measured.".to_owned(), theme.dim())],
    };
    if busy && measured.is_some() {
        lines.push(("measuring again …".to_owned(), theme.dim()));
    }
    let inner = overlay(
        buffer,
        area,
        (COLUMNS, lines.len() as u16 + 2),
        "Speed of the features",
        theme,
    );
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
