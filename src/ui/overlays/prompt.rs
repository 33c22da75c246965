//! A line to be typed: mostly the path of a file or folder to be written or read.

use super::Question;
use crate::engine::Command;
use crate::ui::input::bind;
use crate::ui::input::key::{ENTER, ESCAPE};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, file_name};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::section::overlay;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::fmt;
use std::path::{Path, PathBuf};

/// The command that a line stands for, or what is wrong with the line.
type Read = Box<dyn Fn(&str) -> Result<Command, &'static str>>;

/// Asks for a line.
pub struct Prompt {
    title: &'static str,
    words: &'static str,
    /// What Enter does.
    verb: &'static str,
    read: Read,
    field: Field,
    /// What is wrong with the line.
    problem: Option<&'static str>,
}

impl fmt::Debug for Prompt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Prompt({}: {:?})", self.title, self.field)
    }
}

const PROMPT: Table<Prompt> = Table {
    heading: "Here",
    bindings: &[
        bind(&[ENTER], "go").hint("go").does(Prompt::accept),
        bind(&[ESCAPE], "cancel")
            .hint("cancel")
            .does(|_, _, effects| effects.close()),
    ],
};

impl Prompt {
    /// A title, what is to be typed, what Enter does, the line as it stands first, and the command that it stands for.
    pub fn new(
        (title, words, verb): (&'static str, &'static str, &'static str),
        line: &str,
        read: impl Fn(&str) -> Result<Command, &'static str> + 'static,
    ) -> Self {
        Self {
            title,
            words,
            verb,
            read: Box::new(read),
            field: Field::new(line),
            problem: None,
        }
    }

    /// Sends the command that the line stands for; asks first where that would write over something.
    fn accept(&mut self, _: &Model, effects: &mut Effects) {
        let line = self.field.text().trim();
        let command = match (self.read)(line) {
            Ok(command) => command,
            Err(problem) => {
                self.problem = Some(problem);
                return;
            }
        };
        match replaced(&command) {
            Some(text) => {
                let title = format!("Replace {}?", file_name(Path::new(line)));
                effects.open(Question::new(title, text, "Replace", vec![command]).before_loss());
            }
            None => effects.send(command),
        }
        effects.close();
    }
}

impl Pane for Prompt {
    fn name(&self) -> &'static str {
        self.title
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![PROMPT]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn field(&mut self) -> Option<&mut Field> {
        Some(&mut self.field)
    }

    fn typed(&mut self, _: &Model) {
        self.problem = None;
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let inner = overlay(buffer, area, (area.width.min(60), 6), self.title, theme);
        buffer.put(inner, 0, 0, self.words, theme.dim());
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
                let keys = format!("Enter: {}     Esc: cancel", self.verb);
                buffer.put(inner, 0, 3, &keys, theme.accent());
            }
        }
    }
}

/// The path of a file; what is wrong when it is none.
pub fn file(line: &str, problem: &'static str) -> Result<PathBuf, &'static str> {
    match line.ends_with(std::path::MAIN_SEPARATOR) {
        true => Err(problem),
        false => folder(line, problem),
    }
}

/// The path of a folder; what is wrong when it is none.
pub fn folder(line: &str, problem: &'static str) -> Result<PathBuf, &'static str> {
    match line.is_empty() {
        true => Err(problem),
        false => Ok(line.into()),
    }
}

/// What a command would write over, as a sentence.
fn replaced(command: &Command) -> Option<String> {
    match command {
        Command::Export { path, .. } | Command::ExportStudy { path, .. } if path.is_file() => {
            Some(format!("{} exists. Its contents are lost.", path.display()))
        }
        Command::ExportFeatures { folder, .. } if folder.is_dir() => Some(format!(
            "There is a folder {}. An earlier export in it is replaced; a folder of anything else stays as it is.",
            folder.display()
        )),
        _ => None,
    }
}
