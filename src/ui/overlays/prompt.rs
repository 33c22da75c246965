//! A line to be typed: mostly the path of a file or folder to be written or read.

use super::{Outcome, Question};
use crate::engine::{Command, RunNote};
use crate::ui::tabs::train::note;
use crate::ui::text::{Paint, file_name};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::path::Path;

/// What the line is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The table of clips.
    Clips,
    /// A folder to write features to.
    Features,
    /// A folder to read features from.
    Import,
    /// The trials of the study of this name.
    Trials(String),
    /// What is to be said of the run of this name, and what is said of it now.
    Note(String, RunNote),
}

/// Asks for a line.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What it is for.
    pub purpose: Purpose,
    /// What is typed.
    pub field: Field,
    /// What is wrong with it.
    pub problem: Option<&'static str>,
}

impl Prompt {
    /// With the usual name.
    pub fn new(purpose: Purpose) -> Self {
        Self {
            field: Field::new(&match &purpose {
                Purpose::Clips => "clips.csv".to_owned(),
                Purpose::Features | Purpose::Import => "features".to_owned(),
                Purpose::Trials(_) => "trials.csv".to_owned(),
                Purpose::Note(_, note) => note::line(note),
            }),
            purpose,
            problem: None,
        }
    }

    /// Sends what was typed, when it can be a path.
    pub fn accept(&mut self) -> Outcome {
        let path = self.field.text().trim();
        let command = match &self.purpose {
            Purpose::Clips if path.is_empty() || path.ends_with(std::path::MAIN_SEPARATOR) => {
                self.problem = Some("write the name of a file, such as clips.csv");
                return Outcome::default();
            }
            Purpose::Trials(_) if path.is_empty() || path.ends_with(std::path::MAIN_SEPARATOR) => {
                self.problem = Some("write the name of a file, such as trials.csv");
                return Outcome::default();
            }
            Purpose::Features | Purpose::Import if path.is_empty() => {
                self.problem = Some("write the name of a folder, such as features");
                return Outcome::default();
            }
            Purpose::Clips => Command::Export { path: path.into() },
            Purpose::Features => Command::ExportFeatures {
                folder: path.into(),
                per_clip: false,
            },
            Purpose::Import => Command::ImportFeatures {
                folder: path.into(),
                name: None,
            },
            Purpose::Note(run, note) => Command::Note {
                run: run.clone(),
                change: note::change(note, path),
            },
            Purpose::Trials(study) => Command::ExportStudy {
                study: study.clone(),
                path: path.into(),
            },
        };
        match replaced(&command) {
            Some(text) => {
                let title = format!("Replace {}?", file_name(Path::new(path)));
                let question = Question::new(title, text, "Replace", vec![command]).before_loss();
                Outcome {
                    question: Some(question),
                    ..Outcome::closed()
                }
            }
            None => Outcome {
                commands: vec![command],
                ..Outcome::closed()
            },
        }
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let (title, words) = match &self.purpose {
            Purpose::Clips => (
                "Export the table of clips",
                "File (.csv or .tsv); one that is there is replaced.",
            ),
            Purpose::Features => (
                "Export features for NumPy",
                "Folder for X.npy, y.npy, labels.csv: new, or an export.",
            ),
            Purpose::Import => (
                "Import features made elsewhere",
                "Folder with X.npy and labels.csv (column path).",
            ),
            Purpose::Trials(_) => (
                "Export the trials",
                "File (.csv; .json for all); one there is replaced.",
            ),
            Purpose::Note(..) => ("Note", "Note of the run; #words are tags."),
        };
        let inner = overlay(buffer, area, (area.width.min(60), 6), title, theme);
        buffer.put(inner, 0, 0, words, theme.dim());
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
            None => {
                let verb = match self.purpose {
                    Purpose::Import => "read",
                    Purpose::Note(..) => "keep",
                    _ => "write",
                };
                let keys = format!("Enter: {verb}     Esc: cancel");
                buffer.put(inner, 0, 3, &keys, theme.accent());
            }
        }
    }
}

/// What a command would write over, told as a sentence.
fn replaced(command: &Command) -> Option<String> {
    match command {
        Command::Export { path } | Command::ExportStudy { path, .. } if path.is_file() => {
            Some(format!("{} exists. Its contents are lost.", path.display()))
        }
        Command::ExportFeatures { folder, .. } if folder.is_dir() => Some(format!(
            "There is a folder {}. An earlier export in it is replaced; a folder of anything else stays as it is.",
            folder.display()
        )),
        _ => None,
    }
}
