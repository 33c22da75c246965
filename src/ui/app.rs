//! The workbench without a terminal: keys and events in, commands and frames out.

use crate::engine::{Command, CommandKind, Event};
use crate::ui::message::Message;
use crate::ui::screen;
use crate::ui::state::State;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::crossterm::event::KeyEvent;
use std::fmt;

/// The workbench without a terminal, so that tests drive it whole: keys and events in, commands and frames out.
pub struct App {
    state: State,
    theme: Theme,
    send: Box<dyn FnMut(Command)>,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl App {
    /// A workbench that asks the engine for the settings, the clips and the runs at once, for a demo corpus where there
    /// is none, and to keep the queue going.
    pub fn new(theme: Theme, send: impl FnMut(Command) + 'static) -> Self {
        let mut app = Self {
            state: State::default(),
            theme,
            send: Box::new(send),
        };
        for command in [
            Command::Config,
            Command::Demo {
                folder: None,
                clips: None,
                if_empty: true,
            },
            Command::Scan { headers_only: false },
            Command::Wake { follow: true },
            Command::Runs { follow: true },
        ] {
            app.send(command);
        }
        app
    }

    fn send(&mut self, command: Command) {
        self.state.jobs.asked(CommandKind::from(&command));
        (self.send)(command);
    }

    /// Follows a key.
    pub fn key(&mut self, key: KeyEvent) {
        self.state.message = None;
        let commands = match self.state.key_context().action(key) {
            Some(action) => self.state.act(action),
            None => {
                let changed = self.state.field().is_some_and(|field| field.edit(key));
                if changed {
                    self.state.typed();
                }
                Vec::new()
            }
        };
        for command in commands {
            self.send(command);
        }
        self.ask();
    }

    /// Takes what was pasted into the field in focus; where there is none, nothing comes of it.
    pub fn paste(&mut self, text: &str) {
        if self.state.field().is_some_and(|field| field.paste(text)) {
            self.state.message = None;
            self.state.typed();
            self.ask();
        }
    }

    /// Follows an event of the engine.
    pub fn apply(&mut self, event: Event) {
        self.state.apply(event);
        self.ask();
    }

    /// Says something that must not be overlooked.
    pub fn warn(&mut self, text: &str) {
        self.state.message = Some(Message::bad(text));
    }

    fn ask(&mut self) {
        for command in self.state.needs() {
            self.send(command);
        }
    }

    /// Draws the whole screen; never blocks, never fails, at any size.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        screen::draw(&self.state, frame.area(), frame.buffer_mut(), self.theme);
    }

    /// Shows the palette for another terminal from the next frame on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
    }

    /// A text that the user wants to edit in an editor.
    pub fn take_edit(&mut self) -> Option<String> {
        self.state.edit.take()
    }

    /// What came of editing: the text, or why it could not be edited.
    pub fn edited(&mut self, outcome: Result<String, String>) {
        self.state.edited(outcome);
        self.ask();
    }

    /// Whether the workbench is to be left.
    pub fn has_quit(&self) -> bool {
        self.state.quit
    }
}
