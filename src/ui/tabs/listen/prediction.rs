//! What a model says about the selected clip.

use crate::engine::{Clip, FilePrediction};
use crate::present::words;
use crate::ui::text::{Paint, cut, width, wrap, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::bars::{Bar, Bars};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;

/// Draws the probabilities as bars, the most probable first, with every reason to doubt them; or that a model is
/// being asked, or how to ask one.
pub fn draw(
    (evaluated, asking): (Option<&FilePrediction>, bool),
    clip: &Clip,
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let columns = usize::from(area.width);
    let Some(prediction) = evaluated else {
        let text = if asking { "predicting …" } else { "press p to predict" };
        buffer.put(area, 0, 0, &cut(text, columns), theme.dim());
        return;
    };
    let mut lines: Vec<(String, Style)> = Vec::new();
    if prediction.synthetic_model {
        lines.push(("trained on SYNTHETIC speech".to_owned(), theme.warn()));
    }
    let run = &prediction.run;
    let prediction = match &prediction.outcome {
        Ok(prediction) => prediction,
        Err(reason) => {
            lines.extend(wrap(reason, columns).into_iter().map(|line| (line, theme.warn())));
            write(&lines, 0, area, buffer);
            return;
        }
    };
    for warning in &prediction.warnings {
        let most = if area.height >= 8 { 3 } else { 1 };
        let text = words::warning(warning);
        let wrapped = if most == 1 {
            vec![cut(&text, columns)]
        } else {
            wrap_to(&text, columns, most)
        };
        lines.extend(wrapped.into_iter().map(|line| (line, theme.warn())));
    }
    lines.push((format!("by {run}"), theme.dim()));
    if !prediction.dimensions.is_empty() {
        let own = prediction.units.iter().find(|(corpus, _)| *corpus == *clip.corpus);
        for (name, value) in own.map_or(&prediction.dimensions, |(_, values)| values) {
            lines.push((format!("{name} {value:.2}"), theme.heading()));
        }
        let scale = own.map_or(words::DIMENSIONS, |(corpus, _)| corpus);
        lines.push((format!("in the units of: {scale}"), theme.dim()));
        write(&lines, 0, area, buffer);
        return;
    }
    let mut sorted = prediction.probabilities.clone();
    sorted.sort_by(|a, b| b.1.total_cmp(&a.1));
    let bar = |(label, probability): &(String, f32)| Bar {
        label: label.clone(),
        value: f64::from(*probability),
        figure: format!("{:4.1} %", 100.0 * probability),
        style: theme.emotion(label),
        strong: label == clip.emotion.name(),
    };
    let bars: Vec<Bar> = sorted.iter().map(bar).collect();
    let label_width = bars.iter().map(|bar| width(&bar.label)).max().unwrap_or(0).min(10);
    let rows = (bars.len() as u16)
        .min(area.height.saturating_sub(1).max(1))
        .min(area.height);
    let most = Rect {
        height: rows.min(area.height.saturating_sub(lines.len() as u16).max(3).min(area.height)),
        ..area
    };
    Bars {
        bars: &bars,
        maximum: Some(1.0),
        label_width,
        theme,
    }
    .render(most, buffer);
    write(&lines, most.height, area, buffer);
}

fn write(lines: &[(String, Style)], from: u16, area: Rect, buffer: &mut Buffer) {
    for (row, (line, style)) in lines.iter().enumerate() {
        buffer.put(area, 0, from + row as u16, &cut(line, usize::from(area.width)), *style);
    }
}
