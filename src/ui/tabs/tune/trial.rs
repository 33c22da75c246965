//! An opened trial: its parameters, its run's curves, its run's facts and log.

use super::TuneView;
use super::values::{figure, short_value};
use crate::engine::{StudyPage, TrialRow};
use crate::present::times::Clock;
use crate::present::words::trial_state;
use crate::ui::tabs::train::{charts, detail};
use crate::ui::text::{Paint, cut, fit};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::{Parts, section};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Draws it.
pub fn draw(
    view: &TuneView,
    clock: &Clock,
    (page, trial): (&StudyPage, &TrialRow),
    area: Rect,
    buffer: &mut Buffer,
    theme: Theme,
) {
    let title = format!("Trial {} of {}", trial.number, page.name);
    let state = match trial.value {
        Some(value) => format!("{}, {}", trial_state(trial), figure(page, value)),
        None => trial_state(trial),
    };
    let inside = section(buffer, area, &title, &state, theme);
    let left = (inside.width * 2 / 5).min(44);
    let details = Rect { width: left, ..inside };
    let most = usize::from((details.height / 2).max(3));
    let mut y = 0;
    for parameter in trial.parameters.iter().take(most) {
        let name = fit(&parameter.name, usize::from(left).saturating_sub(10));
        let x = buffer.put(details, 0, y, &name, theme.dim()) + 1;
        buffer.put(details, x, y, &cut(&short_value(&parameter.text), 9), theme.heading());
        y += 1;
    }
    let below = details.below(y + 1);
    let right = inside.right_of(left + 2);
    match &view.detail {
        Some(known) => {
            detail::draw_run(&known.summary, Some(known), clock, below, buffer, theme);
            charts::draw_run(known, right, buffer, theme);
        }
        None => {
            let words = match (&trial.run, &trial.reason) {
                (_, Some(reason)) => format!("failed: {reason}"),
                (Some(_), None) => "its run is being read …".to_owned(),
                (None, None) => "it has no run in this folder".to_owned(),
            };
            buffer.put(below, 0, 0, &words, theme.dim());
            super::charts::curves(view, page, right, buffer, theme);
        }
    }
}
