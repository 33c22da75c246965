//! A question to be answered with yes or no.

use super::Outcome;
use crate::engine::Command;
use crate::ui::text::{Paint, wrap};
use crate::ui::theme::Theme;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// A question.
#[derive(Debug, Clone)]
pub struct Question {
    /// In short.
    pub title: String,
    /// What follows from yes.
    pub text: String,
    /// Sent on yes.
    pub commands: Vec<Command>,
    /// Whether yes leaves the workbench.
    pub quits: bool,
}

impl Question {
    /// Yes.
    pub fn yes(&self) -> Outcome {
        Outcome {
            commands: self.commands.clone(),
            close: true,
            quit: self.quits,
        }
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let columns = area.width.min(60);
        let mut lines = wrap(&self.text, usize::from(columns.saturating_sub(4)));
        if !self.quits {
            lines.extend([String::new(), "Enter or y: yes     Esc or n: no".to_owned()]);
        }
        let inner = overlay(buffer, area, (columns, lines.len() as u16 + 2), &self.title, theme);
        for (row, line) in lines.iter().enumerate() {
            let style = if row + 1 == lines.len() {
                theme.accent()
            } else {
                theme.text()
            };
            buffer.put(inner, 0, row as u16, line, style);
        }
    }
}
