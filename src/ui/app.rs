//! The workbench without a terminal: keys and events in, commands and frames out.

use crate::engine::{Command, Event};
use crate::present::times::Clock;
use crate::ui::input::{Bindings, Mouse, Row};
use crate::ui::message::Message;
use crate::ui::notice::Notice;
use crate::ui::screen;
use crate::ui::theme::{Theme, ascii};
use crate::ui::workbench::Workbench;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::fmt;
use std::time::Instant;

/// The workbench without a terminal, so that tests drive it whole: keys and events in, commands and frames out.
pub struct App {
    workbench: Workbench,
    theme: Theme,
    send: Box<dyn FnMut(Command)>,
}

impl fmt::Debug for App {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("App")
            .field("workbench", &self.workbench)
            .finish_non_exhaustive()
    }
}

impl App {
    /// A workbench that asks the engine for the settings, the clips, the runs and the studies at once, for a demo corpus where there
    /// is none, and to keep the queue going.
    pub fn new(theme: Theme, send: impl FnMut(Command) + 'static) -> Self {
        let mut app = Self {
            workbench: Workbench::default(),
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
            Command::Studies { follow: true },
        ] {
            app.workbench.send(command);
        }
        app.sent();
        app
    }

    fn sent(&mut self) {
        self.workbench.outbox.drain(..).for_each(&mut self.send);
    }

    /// Follows a key.
    pub fn key(&mut self, key: KeyEvent) {
        self.workbench.key(key);
        self.sent();
    }

    /// Takes what was pasted into the field in focus; where there is none, nothing comes of it.
    pub fn paste(&mut self, text: &str) {
        self.workbench.paste(text);
        self.sent();
    }

    /// Follows the mouse, at this time.
    pub fn mouse(&mut self, mouse: Mouse, now: Instant) {
        self.workbench.mouse(mouse, now);
        self.sent();
    }

    /// Follows an event of the engine.
    pub fn apply(&mut self, event: Event) {
        self.workbench.apply(event);
        self.sent();
    }

    /// Says something that must not be overlooked.
    pub fn warn(&mut self, text: &str) {
        self.workbench.message = Some(Message::bad(text));
    }

    /// The help of all keys in force, in the order in which they decide.
    pub fn rows(&self) -> Vec<Row> {
        self.workbench.rows()
    }

    /// Draws the whole screen; never blocks, never fails, at any size.
    pub fn draw(&self, frame: &mut Frame<'_>) {
        self.draw_to(frame.area(), frame.buffer_mut());
    }

    /// The same into a part of a buffer.
    pub fn draw_to(&self, area: Rect, buffer: &mut Buffer) {
        screen::draw(&self.workbench, area, buffer, self.theme);
        if self.theme.ascii {
            ascii::replace(buffer, area);
        }
    }

    /// Shows the palette for another terminal from the next frame on; whether it is another one.
    pub fn set_theme(&mut self, theme: Theme) -> bool {
        std::mem::replace(&mut self.theme, theme) != theme
    }

    /// It is so late now; whether an age on the screen may be another one.
    pub fn set_clock(&mut self, clock: Clock) -> bool {
        let minute = |clock: &Clock| clock.now.as_second() / 60;
        let before = std::mem::replace(&mut self.workbench.model.clock, clock);
        minute(&before) != minute(&self.workbench.model.clock)
    }

    /// Lets a message go whose time is over by now; whether one went.
    pub fn expire(&mut self, now: Instant) -> bool {
        self.workbench.expire(now)
    }

    /// A text that the user wants to edit in an editor.
    pub fn take_edit(&mut self) -> Option<String> {
        self.workbench.edit.take()
    }

    /// What came of editing: the text, or why it could not be edited.
    pub fn edited(&mut self, outcome: Result<String, String>) {
        self.workbench.edited(outcome);
        self.sent();
    }

    /// Whether the workbench is to step aside, as by Ctrl-Z.
    pub fn take_stop(&mut self) -> bool {
        std::mem::take(&mut self.workbench.stop)
    }

    /// What the terminal is to be told.
    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.workbench.notices)
    }

    /// Whether the next frame is to be drawn whole, over whatever stands on the screen.
    pub fn take_redraw(&mut self) -> bool {
        std::mem::take(&mut self.workbench.redraw)
    }

    /// Binds keys as the user says; what is wrong with them is told.
    pub fn bind(&mut self, keys: &BTreeMap<String, String>) {
        let (bindings, problems) = Bindings::read(keys);
        self.workbench.bindings = bindings;
        if !problems.is_empty() {
            self.warn(&problems.join(" "));
        }
    }

    /// Whether the settings are to be read again: they were changed, and no work is lost by that.
    pub fn take_restart(&mut self) -> bool {
        let ready = self.workbench.restart && !self.workbench.model.jobs.would_lose_work();
        self.workbench.restart &= !ready;
        ready
    }

    /// Begins anew with another engine; tab, overlays and message stay in sight.
    pub fn restart(&mut self, send: impl FnMut(Command) + 'static) {
        let theme = self.theme;
        let before = std::mem::replace(self, Self::new(theme, send)).workbench;
        self.workbench.front = before.front;
        self.workbench.overlays = before.overlays;
        self.workbench.message = before.message;
    }

    /// Whether the workbench is to be left.
    pub fn has_quit(&self) -> bool {
        self.workbench.quit
    }
}
