//! A pane: a tab, or what lies over one. It holds its own state, says which keys it has and what each does, follows
//! the engine's events and draws itself; what it wants of the workbench goes into [`Effects`].

use crate::engine::{Command, CommandKind, Event};
use crate::ui::input::Row;
use crate::ui::message::Message;
use crate::ui::model::Model;
use crate::ui::text::file_name;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::filter::Filter;
use crate::ui::widgets::list::{Cursor, Step};
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};
use std::fmt;
use std::path::{Path, PathBuf};

/// What a key does with a pane.
pub type Action<P> = fn(&mut P, &Model, &mut Effects);

/// A key of a pane, and what it does.
pub struct Binding<P> {
    row: Row,
    act: Action<P>,
}

impl Row {
    /// This is what the keys do with a pane.
    pub const fn does<P>(self, act: Action<P>) -> Binding<P> {
        Binding { row: self, act }
    }
}

/// Keys that belong together.
pub struct Table<P: 'static> {
    /// What the help writes over them.
    pub heading: &'static str,
    /// The keys.
    pub bindings: &'static [Binding<P>],
}

/// A tab, or what lies over one.
pub trait Pane: fmt::Debug + 'static {
    /// Its name.
    fn name(&self) -> &'static str;

    /// The keys in force while no filter is typed, the first that knows a key decides.
    fn keys(&self) -> Vec<Table<Self>>
    where
        Self: Sized;

    /// Moves its cursor.
    fn step(&mut self, _: Step, _: &Model) {}

    /// The cursor of the list or text that it shows.
    fn cursor(&self) -> Option<&Cursor> {
        None
    }

    /// The mouse is pressed on it: a row is chosen.
    fn click(&mut self, place: Position, model: &Model, _: &mut Effects) {
        if let Some(row) = self.cursor().and_then(|cursor| cursor.row_at(place)) {
            self.step(Step::To(row), model);
        }
    }

    /// The wheel is turned over it: so many rows come into sight below, or above where that is negative.
    fn wheel(&mut self, place: Position, rows: isize, model: &Model) {
        if self.cursor().is_some_and(|cursor| cursor.covers(place)) {
            self.step(Step::Scroll(rows), model);
        }
    }

    /// The filter of its list, where it has one.
    fn filter(&self) -> Option<&Filter> {
        None
    }

    /// The same, to be typed in.
    fn filter_mut(&mut self) -> Option<&mut Filter> {
        None
    }

    /// Has everything pass the filter again.
    fn clear_filter(&mut self, model: &Model) {
        if let Some(filter) = self.filter_mut() {
            *filter = Filter::default();
            self.typed(model);
        }
    }

    /// Completes what is typed into the filter.
    fn complete(&mut self, _: &Model) {}

    /// Whether a text is being typed, so that characters are no keys.
    fn is_typing(&self) -> bool {
        self.filter().is_some_and(|filter| filter.typing)
    }

    /// The text that is being typed.
    fn field(&mut self) -> Option<&mut Field> {
        self.filter_mut().and_then(Filter::typed)
    }

    /// The text that is being typed, or the filter, has changed.
    fn typed(&mut self, _: &Model) {}

    /// A text was edited that this pane had asked for.
    fn edited(&mut self, _: &str) {}

    /// Follows an event; the model is still as it was before.
    fn apply(&mut self, _: &Event, _: &Model, _: &mut Effects) {}

    /// The workbench steps aside for the shell: nothing goes on that nobody sees.
    fn stops(&mut self, _: &mut Effects) {}

    /// What its cursor is on, where that can be named outside.
    fn selected(&self, _: &Model) -> Option<Selected> {
        None
    }

    /// Asks for what it shows and did not ask for yet; called while it is in sight.
    fn needs(&mut self, _: &Model, _: &mut Effects) {}

    /// Comes to show this, if it can.
    fn shows(&mut self, _: &Show, _: &Model) -> bool {
        false
    }

    /// What is asked for as soon as the tab is opened.
    fn asks(&self) -> Option<CommandKind> {
        None
    }

    /// Whether it says itself that what it shows is of a synthetic corpus.
    fn says_synthetic(&self) -> bool {
        false
    }

    /// Draws it: a tab into the area, an overlay over it.
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer, theme: Theme);
}

/// A pane of any kind.
pub trait AnyPane: Pane {
    /// What its keys do, in the order in which they decide.
    fn rows(&self) -> Vec<Row>;

    /// Does what a key does; false where it does nothing here.
    fn key(&mut self, event: KeyEvent, model: &Model, effects: &mut Effects) -> bool;

    /// Does what the key in this row does.
    fn press(&mut self, row: usize, model: &Model, effects: &mut Effects);
}

impl<P: Pane> AnyPane for P {
    fn rows(&self) -> Vec<Row> {
        let of_table = |table: Table<P>| {
            let rows = table.bindings.iter().map(|binding| binding.row);
            rows.map(move |row| Row {
                heading: table.heading,
                ..row
            })
        };
        in_force(self).into_iter().flat_map(of_table).collect()
    }

    fn key(&mut self, event: KeyEvent, model: &Model, effects: &mut Effects) -> bool {
        let typing = self.is_typing();
        let mut bindings = in_force(self).into_iter().flat_map(|table| table.bindings);
        let found = bindings.find(|binding| binding.row.means(event, typing));
        if let Some(binding) = found {
            (binding.act)(self, model, effects);
        }
        found.is_some()
    }

    fn press(&mut self, row: usize, model: &Model, effects: &mut Effects) {
        let mut bindings = in_force(self).into_iter().flat_map(|table| table.bindings);
        if let Some(binding) = bindings.nth(row) {
            (binding.act)(self, model, effects);
        }
    }
}

/// The keys of a pane, or those of its filter while that is typed.
fn in_force<P: Pane>(pane: &P) -> Vec<Table<P>> {
    match pane.filter() {
        Some(filter) if filter.typing => vec![Table::FILTER],
        Some(filter) if filter.is_shown() => std::iter::once(Table::FILTERED).chain(pane.keys()).collect(),
        _ => pane.keys(),
    }
}

/// What a tab is asked to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Show {
    /// A clip.
    Clip(PathBuf),
    /// A clip of a report, with those beside it.
    Tested(Tested),
    /// The runs.
    Runs,
    /// The report of a run.
    Report(String),
    /// A study.
    Study(String),
    /// A study beside the one in front.
    Beside(String),
}

/// A run, study, trial or clip, as it is named outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selected {
    /// The id of a run or trial, the name of a study, the file name of a clip.
    pub id: String,
    /// Its folder, or the clip's file.
    pub path: PathBuf,
}

impl Selected {
    /// A clip.
    pub fn clip(path: &Path) -> Self {
        Self {
            id: file_name(path),
            path: path.to_owned(),
        }
    }
}

/// Clips of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The run that the report is about.
    pub run: String,
    /// What they have in common, as in `sad predicted as angry: 3`.
    pub title: String,
    /// The clips, in the order of the report.
    pub clips: Vec<PathBuf>,
    /// Which of them is to be shown.
    pub at: usize,
}

/// What a pane wants of the workbench.
#[derive(Debug, Default)]
pub struct Effects {
    /// To be sent to the engine.
    pub commands: Vec<Command>,
    /// To be laid over everything, the topmost last.
    pub opened: Vec<Box<dyn AnyPane>>,
    /// Whether the pane is done with.
    pub closed: bool,
    /// To be said above the bottom row.
    pub message: Option<Message>,
    /// Whether a failure needs no message: the pane says it.
    pub said: bool,
    /// To be shown by a tab.
    pub show: Option<Show>,
    /// A text to be edited in an editor.
    pub edit: Option<String>,
    /// A text for the clipboard.
    pub copied: Option<String>,
    /// The run that other tabs speak of.
    pub chosen: Option<String>,
    /// The action that was chosen in the palette.
    pub picked: Option<Row>,
    /// Whether the workbench is to be left, once that was asked.
    pub leave: bool,
    /// Whether it is to be left at once.
    pub quit: bool,
}

impl Effects {
    /// Sends a command.
    pub fn send(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Sends a command, unless one of its kind is being carried out: then that is said.
    pub fn send_once(&mut self, command: Command, model: &Model, busy: &str) {
        if model.busy(CommandKind::from(&command)) {
            self.note(busy);
        } else {
            self.send(command);
        }
    }

    /// Lays a pane over everything.
    pub fn open(&mut self, pane: impl Pane) {
        self.opened.push(Box::new(pane));
    }

    /// The pane is done with.
    pub fn close(&mut self) {
        self.closed = true;
    }

    /// Says what is good to know.
    pub fn note(&mut self, text: impl Into<String>) {
        self.message = Some(Message::note(text));
    }

    /// Has a tab show this.
    pub fn show(&mut self, show: Show) {
        self.show = Some(show);
    }
}
