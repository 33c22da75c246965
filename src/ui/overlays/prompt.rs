//! The path of a file to be written.

use super::Outcome;
use crate::engine::Command;
use crate::ui::text::Paint;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

/// Asks where the table of clips goes, or that of a study's trials.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// The path.
    pub field: Field,
    /// What is wrong with it.
    pub problem: Option<&'static str>,
    /// The study whose trials are written; none for the clips.
    study: Option<String>,
}

impl Default for Prompt {
    fn default() -> Self {
        Self {
            field: Field::new("clips.csv"),
            problem: None,
            study: None,
        }
    }
}

impl Prompt {
    /// For the trials of a study.
    pub fn of_study(study: &str) -> Self {
        Self {
            field: Field::new("trials.csv"),
            problem: None,
            study: Some(study.to_owned()),
        }
    }

    /// Sends what was typed, when it can be a path.
    pub fn accept(&mut self) -> Outcome {
        let path = self.field.text().trim();
        if path.is_empty() || path.ends_with(std::path::MAIN_SEPARATOR) {
            self.problem = Some("write the name of a file, such as clips.csv");
            return Outcome::default();
        }
        Outcome {
            commands: vec![match &self.study {
                Some(study) => Command::ExportStudy {
                    study: study.clone(),
                    path: path.into(),
                },
                None => Command::Export { path: path.into() },
            }],
            close: true,
            quit: false,
        }
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(
            buffer,
            area,
            (area.width.min(60), 6),
            if self.study.is_some() {
                "Export the trials"
            } else {
                "Export the table of clips"
            },
            theme,
        );
        buffer.put(
            inner,
            0,
            0,
            if self.study.is_some() {
                "File (.csv, or .json for all of the study); one that is there is replaced."
            } else {
                "File (.csv or .tsv); one that is there is replaced."
            },
            theme.dim(),
        );
        let taken = buffer.put(inner, 0, 1, "› ", theme.accent());
        let field = Rect {
            x: inner.x + taken,
            y: (inner.y + 1).min(inner.bottom()),
            width: inner.width - taken,
            height: 1,
        };
        self.field
            .draw(buffer, field.intersection(inner), theme.heading(), true, theme);
        match self.problem {
            Some(problem) => drop(buffer.put(inner, 0, 3, problem, theme.bad())),
            None => drop(buffer.put(inner, 0, 3, "Enter: write     Esc: cancel", theme.accent())),
        }
    }
}
