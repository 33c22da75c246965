//! The report of a run that has learnt dimensions: agreement in place of a confusion matrix.

use super::ReportView;
use crate::engine::{DimensionScores, DimensionValue, EvaluatedClip, Regression, RunReport};
use crate::present::numbers::{ccc, count, grouped};
use crate::ui::text::{Paint, file_name, fit, fit_right};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

/// The scores in a row; of folds those of all their predictions.
pub fn figures(own: &Regression, report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let shown = report.pooled_dimensions.as_ref().unwrap_or(own);
    let bold = theme.accent().add_modifier(Modifier::BOLD);
    let mut x = buffer.put(area, 0, 1, "mean CCC", theme.dim()) + 1;
    x += buffer.put(area, x, 1, &figure(shown.mean_ccc()), bold) + 2;
    for scores in &shown.agreement.all {
        x += buffer.put(area, x, 1, &scores.dimension, theme.dim()) + 1;
        x += buffer.put(area, x, 1, &figure(scores.ccc), theme.heading()) + 2;
    }
    let clips = count(report.evaluated.len(), "clip");
    let words = match &report.pooled_dimensions {
        Some(_) => format!("all folds; this one {}", figure(own.mean_ccc())),
        None => clips,
    };
    buffer.put(area, x, 1, &words, theme.dim());
}

/// A row per corpus and dimension.
pub fn draw(own: &Regression, report: &RunReport, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let inside = section(buffer, area, "Agreement", "Enter: clips", theme);
    let head = format!(
        "{}{:>7}{:>7}{:>9}{:>7}{:>10}",
        fit("", 22),
        "clips",
        "CCC",
        "Pearson",
        "RMSE",
        "in units"
    );
    buffer.put(inside, 0, 0, &head, theme.dim());
    let mut y = 1;
    let folds = report
        .pooled_dimensions
        .iter()
        .map(|all| ("all folds", &all.agreement.all));
    let own_rows = std::iter::once(("all", &own.agreement.all));
    let corpora = own.agreement.by_corpus.iter().map(|(corpus, of)| (&**corpus, of));
    for (name, scores) in folds.chain(own_rows).chain(corpora) {
        for of in scores {
            let style = if y == 1 { theme.heading() } else { theme.text() };
            buffer.put(inside, 0, y, &row(name, of), style);
            y += 1;
        }
    }
    y += 1;
    for score in &report.spread {
        let words = format!(
            "{}{} ± {}",
            fit(&score.score, 22),
            ccc(score.mean),
            ccc(score.deviation)
        );
        buffer.put(inside, 0, y, &words, theme.text());
        y += 1;
    }
}

fn row(name: &str, of: &DimensionScores) -> String {
    let units = of.rmse_in_units.map_or_else(|| "–".to_owned(), ccc);
    format!(
        "{} {}{:>7}{}{}{}{}",
        fit(name, 11),
        fit(&of.dimension, 10),
        grouped(of.clips),
        fit_right(&figure(of.ccc), 7),
        fit_right(&figure(of.pearson), 9),
        fit_right(&ccc(of.rmse), 7),
        fit_right(&units, 10),
    )
}

fn figure(value: Option<f64>) -> String {
    value.map_or_else(|| "–".to_owned(), ccc)
}

/// The test clips, those farthest from what is stated first, by the largest share of a scale.
pub fn evaluated<'a>(own: &Regression, report: &'a RunReport) -> Vec<&'a EvaluatedClip> {
    let far = |clip: &EvaluatedClip| {
        let ends = own.scales.iter().find(|(corpus, _)| *corpus == clip.corpus);
        let ends = ends.map_or(&[][..], |(_, ends)| ends);
        let of = |(value, ends): (&DimensionValue, &Option<(f32, f32)>)| {
            let (low, high) = (*ends)?;
            Some((value.truth? - value.prediction?).abs() / (high - low))
        };
        clip.dimensions.iter().zip(ends).filter_map(of).fold(0.0, f32::max)
    };
    let mut clips: Vec<&EvaluatedClip> = report.evaluated.iter().collect();
    clips.sort_by(|one, other| far(other).total_cmp(&far(one)));
    clips
}

/// Draws one row per clip: where it is from, and what is stated and predicted in the units of its corpus.
pub fn clips(view: &ReportView, own: &Regression, area: Rect, buffer: &mut Buffer, theme: Theme) {
    let Some(cursor) = &view.clips else { return };
    let evaluated = view.evaluated();
    let room = usize::from(area.height.saturating_sub(1));
    let title = format!(
        "Stated and predicted {}, the farthest first",
        cursor.place(evaluated.len(), room)
    );
    let list = section(buffer, area, &title, "Enter: listen, Esc: back", theme);
    let columns = own.dimensions.len() as u16 * 20;
    let file = usize::from(area.width.saturating_sub(columns + 14)).clamp(8, 44);
    let list = cursor.bar(evaluated.len(), list, buffer, theme);
    for (line, row) in cursor.window(evaluated.len(), list).enumerate() {
        let (clip, y) = (evaluated[row], line as u16);
        let selected = row == cursor.row;
        let over = |style| if selected { theme.selected() } else { style };
        if selected {
            buffer.set_style(list.line(y), theme.selected());
        }
        let speaker = format!("{} {}", clip.corpus, clip.speaker.as_deref().unwrap_or("–"));
        let mut x = buffer.put(list, 0, y, &fit(&file_name(&clip.path), file), over(theme.text())) + 1;
        x += buffer.put(list, x, y, &fit(&speaker, 11), over(theme.dim())) + 1;
        for (name, value) in own.dimensions.iter().zip(&clip.dimensions) {
            let number = |value: Option<f32>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
            let words = format!("{} {}→{}", fit(name, 5), number(value.truth), number(value.prediction));
            x += buffer.put(list, x, y, &fit(&words, 19), over(theme.text())) + 1;
        }
    }
}
