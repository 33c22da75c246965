//! The panes and what they share: where keys, events and effects go.

use crate::engine::{Command, Event};
use crate::present::numbers::count;
use crate::ui::input::Bindings;
use crate::ui::input::key::{BACK_TAB, DIGITS, HELP, INTERRUPT, Key, TAB};
use crate::ui::input::{Act, Mouse, Row, bind};
use crate::ui::message::Message;
use crate::ui::model::Model;
use crate::ui::notice::Notice;
use crate::ui::overlays::{Help, Palette, Question};
use crate::ui::pane::{AnyPane, Effects, Pane, Show};
use crate::ui::tabs;
use crate::ui::widgets::targets::Targets;
use crate::ui::{ends, follow};
use ratatui::crossterm::event::KeyEvent;
use ratatui::layout::Position;
use std::time::{Duration, Instant};

const HELP_KEYS: &[Key] = &[Key::character('?'), HELP];
const PALETTE_KEYS: &[Key] = &[Key::character(':'), Key::control('p')];
const REDRAW_KEYS: &[Key] = &[Key::control('l')];
const STOP_KEYS: &[Key] = &[Key::control('z')];
const QUIT_KEYS: &[Key] = &[Key::character('q'), INTERRUPT];

/// Rows that the wheel scrolls at a time.
const WHEEL: isize = 3;
/// The second half of a double click comes within this time, meant for what stood there before.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);

/// Everything that a frame shows.
#[derive(Debug)]
pub struct Workbench {
    /// The tabs, from left to right.
    pub tabs: Vec<Box<dyn AnyPane>>,
    /// The tab in front.
    pub front: usize,
    /// What lies over the tab, the topmost last.
    pub overlays: Vec<Box<dyn AnyPane>>,
    /// What the engine reported.
    pub model: Model,
    /// Above the bottom row, until a key is pressed or its time is over.
    pub message: Option<Message>,
    /// The message that is seen, and since when.
    seen: Option<(Message, Instant)>,
    /// A text that is to be edited.
    pub edit: Option<String>,
    /// Whether the whole screen is to be drawn anew.
    pub redraw: bool,
    /// Keys of the user's own.
    pub bindings: Bindings,
    /// Whether the settings are to be read again, as they were changed.
    pub restart: bool,
    /// Whether the workbench is to step aside for the shell.
    pub stop: bool,
    /// Whether the workbench is to be left.
    pub quit: bool,
    /// Commands that were not sent yet.
    pub outbox: Vec<Command>,
    /// What the terminal is to be told.
    pub notices: Vec<Notice>,
    /// Where the last frame has tabs and keys.
    pub targets: Targets<Target>,
    /// When another pane came to the top.
    turned: Option<Instant>,
}

/// What stands in the top and the bottom row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A tab, by its place.
    Tab(usize),
    /// A key, and what it does.
    Key(Key),
}

/// Where a pane is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Tab(usize),
    Overlay(usize),
}

/// What the keys mean that no pane has for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shared {
    Tab(usize),
    Help,
    Palette,
    Redraw,
    Stop,
    Quit,
}

impl Default for Workbench {
    fn default() -> Self {
        Self {
            tabs: tabs::all(),
            front: 0,
            overlays: Vec::new(),
            model: Model::default(),
            message: None,
            seen: None,
            edit: None,
            redraw: false,
            restart: false,
            bindings: Bindings::default(),
            stop: false,
            quit: false,
            outbox: Vec::new(),
            notices: Vec::new(),
            targets: Targets::default(),
            turned: None,
        }
    }
}

impl Workbench {
    fn focus(&self) -> Place {
        match self.overlays.len() {
            0 => Place::Tab(self.front),
            overlays => Place::Overlay(overlays - 1),
        }
    }

    /// The pane that keys go to.
    pub fn focused(&self) -> Option<&dyn AnyPane> {
        self.overlays.last().or(self.tabs.get(self.front)).map(AsRef::as_ref)
    }

    /// Whether a text is being typed.
    pub fn is_typing(&self) -> bool {
        self.focused().is_some_and(|pane| pane.is_typing())
    }

    /// Has a pane do something, and follows what it wants; says whether it has said itself what there is to say.
    fn with(&mut self, place: Place, act: impl FnOnce(&mut dyn AnyPane, &Model, &mut Effects)) -> bool {
        let mut effects = Effects::default();
        let pane = match place {
            Place::Tab(index) => self.tabs.get_mut(index),
            Place::Overlay(index) => self.overlays.get_mut(index),
        };
        if let Some(pane) = pane {
            act(pane.as_mut(), &self.model, &mut effects);
        }
        let said = effects.said;
        self.follow(place, effects);
        said
    }

    fn follow(&mut self, place: Place, effects: Effects) {
        if effects.closed || !effects.opened.is_empty() {
            self.turned = Some(Instant::now());
        }
        if let (true, Place::Overlay(index)) = (effects.closed, place) {
            drop(self.overlays.remove(index));
        }
        self.overlays.extend(effects.opened);
        for command in effects.commands {
            self.send(command);
        }
        if effects.message.is_some() {
            self.message = effects.message;
        }
        if effects.chosen.is_some() {
            self.model.chosen = effects.chosen;
        }
        if let Some(text) = effects.copied {
            self.copy(text);
        }
        if effects.edit.is_some() {
            self.edit = effects.edit;
        }
        if let Some(show) = effects.show {
            self.show(&show);
        }
        if let Some(row) = effects.picked {
            self.pick(row);
        }
        if effects.leave {
            self.leave();
        }
        self.quit |= effects.quit;
    }

    /// Sends a command.
    pub fn send(&mut self, command: Command) {
        self.model.sent(&command);
        self.outbox.push(command);
    }

    fn copy(&mut self, text: String) {
        if text.len() > Notice::LONGEST {
            let words = format!("That is too long for the clipboard: {text}");
            self.message = Some(Message::bad(words));
            return;
        }
        self.message = Some(Message::good(format!("Copied: {text}")));
        self.notices.push(Notice::Copied(text));
    }

    /// Tells of what has ended with this event.
    fn tell_ends(&mut self, event: &Event) {
        let ended = match event {
            Event::Runs(runs) => ends::of_runs(self.model.runs(), runs),
            Event::Studies(studies) => {
                let before = self.model.studies.as_ref().map_or(&[][..], |studies| studies);
                ends::of_studies(before, studies)
            }
            _ => return,
        };
        let words: Vec<&str> = ended.iter().map(|message| message.text.as_str()).collect();
        if words.is_empty() {
            return;
        }
        self.notices.push(Notice::Ended(words.join(" ")));
        if self.message.is_none() {
            let text = words.join(" ");
            let worst = ended.iter().map(|message| message.tone).max();
            self.message = worst.map(|tone| Message { tone, text });
        }
    }

    fn show(&mut self, show: &Show) {
        let model = &self.model;
        let tab = self.tabs.iter_mut().position(|tab| tab.shows(show, model));
        let path = match show {
            Show::Clip(path) => Some(path),
            Show::Tested(tested) => tested.clips.get(tested.at),
            Show::Runs | Show::Report(_) | Show::Study(_) | Show::Beside(_) => None,
        };
        match (tab, path) {
            (Some(tab), _) => self.front = tab,
            (None, Some(path)) => {
                let text = format!(
                    "{} is not among the scanned clips; press 1, then r, to scan again.",
                    path.display()
                );
                self.message = Some(Message::note(text));
            }
            (None, _) => {}
        }
    }

    /// Lets a message go whose time is over; whether one went.
    pub fn expire(&mut self, now: Instant) -> bool {
        match (&self.message, &self.seen) {
            (Some(message), Some((seen, since))) if message == seen => {
                let over = now.saturating_duration_since(*since) >= message.lifetime();
                if over {
                    (self.message, self.seen) = (None, None);
                }
                over
            }
            (message, _) => {
                self.seen = message.clone().map(|message| (message, now));
                false
            }
        }
    }

    /// Follows a key.
    pub fn key(&mut self, event: KeyEvent) {
        let pane = self.focused().map_or("", |pane| pane.name());
        self.follow_key(self.bindings.meant(pane, event, self.is_typing()));
    }

    /// Follows a key in its shipped meaning.
    fn follow_key(&mut self, event: KeyEvent) {
        (self.message, self.seen) = (None, None);
        let typing = self.is_typing();
        let mut known = false;
        self.with(self.focus(), |pane, model, effects| {
            known = pane.key(event, model, effects);
        });
        if !known {
            let shared = self.shared().into_iter().find(|(row, _)| row.means(event, typing));
            match shared {
                Some((_, shared)) => self.share(shared),
                None => {
                    self.with(self.focus(), |pane, model, _| {
                        if pane.field().is_some_and(|field| field.edit(event)) {
                            pane.typed(model);
                        }
                    });
                }
            }
        }
        self.ask();
    }

    /// Follows the mouse: what lies on top takes it.
    pub fn mouse(&mut self, mouse: Mouse, now: Instant) {
        let wheel = match mouse.act {
            Act::Press => return self.click(mouse.place, now),
            Act::Down => WHEEL,
            Act::Up => -WHEEL,
        };
        self.with(self.focus(), |pane, model, _| pane.wheel(mouse.place, wheel, model));
        self.ask();
    }

    fn click(&mut self, place: Position, now: Instant) {
        if self.turned.is_some_and(|turned| now < turned + DOUBLE_CLICK) {
            return;
        }
        (self.message, self.seen) = (None, None);
        match self.targets.at(place) {
            Some(Target::Key(key)) => return self.follow_key(key.event()),
            Some(Target::Tab(tab)) if self.overlays.is_empty() => self.share(Shared::Tab(tab)),
            Some(Target::Tab(_)) => {}
            None => {
                self.with(self.focus(), |pane, model, effects| pane.click(place, model, effects));
            }
        }
        self.ask();
    }

    /// Takes what was pasted into the field in focus; where there is none, nothing comes of it.
    pub fn paste(&mut self, text: &str) {
        let mut taken = false;
        self.with(self.focus(), |pane, model, _| {
            taken = pane.field().is_some_and(|field| field.paste(text));
            if taken {
                pane.typed(model);
            }
        });
        if taken {
            self.message = None;
            self.ask();
        }
    }

    /// The help of all keys in force, in the order in which they decide.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.focused().map(|pane| pane.rows()).unwrap_or_default();
        rows.extend(self.shared().into_iter().map(|(row, _)| row));
        let pane = self.focused().map_or("", |pane| pane.name());
        rows.into_iter().map(|row| self.bindings.shown(pane, row)).collect()
    }

    /// The keys that mean the same everywhere; those to the tabs do where only a tab is seen and no text is typed.
    fn shared(&self) -> Vec<(Row, Shared)> {
        let row = |keys, help, hint: Option<&'static str>| Row {
            heading: "Everywhere",
            hint: hint.map(|hint| (None, hint)),
            ..bind(keys, help)
        };
        let mut rows = Vec::new();
        let in_tab = self.overlays.is_empty() && !self.is_typing();
        if in_tab {
            for (index, (tab, digit)) in self.tabs.iter().zip(DIGITS).enumerate() {
                let sends = tab.asks();
                let to_tab = row(digit, tab.name(), None);
                rows.push((Row { sends, ..to_tab }, Shared::Tab(index)));
            }
            let (count, front) = (self.tabs.len(), self.front);
            let tabs = [
                (row(&[TAB], "the next tab", None), (front + 1) % count),
                (row(&[BACK_TAB], "the tab before", None), (front + count - 1) % count),
            ];
            rows.extend(tabs.map(|(row, tab)| (row, Shared::Tab(tab))));
        }
        let hint = |word| in_tab.then_some(word);
        let help = row(HELP_KEYS, "these keys", hint("help"));
        let palette = row(PALETTE_KEYS, "find an action by its words, and do it", hint("actions"));
        // Elsewhere q closes what lies over the tab, or is typed.
        let quit = if in_tab { QUIT_KEYS } else { &QUIT_KEYS[1..] };
        rows.extend([
            (help, Shared::Help),
            (palette, Shared::Palette),
            (row(REDRAW_KEYS, "draw the screen anew", None), Shared::Redraw),
            (row(STOP_KEYS, "to the shell; `fg` comes back", None), Shared::Stop),
            (row(quit, "quit; runs keep running", hint("quit")), Shared::Quit),
        ]);
        rows
    }

    /// Does what this row stands for, if that can still be done.
    fn pick(&mut self, row: Row) {
        let same = |other: &Row| (other.heading, other.keys) == (row.heading, row.keys);
        let of_pane = self.focused().and_then(|pane| pane.rows().iter().position(same));
        if let Some(index) = of_pane {
            self.with(self.focus(), |pane, model, effects| pane.press(index, model, effects));
            return;
        }
        if let Some((_, shared)) = self.shared().into_iter().find(|(other, _)| same(other)) {
            self.share(shared);
        }
    }

    /// Does what a key means everywhere.
    fn share(&mut self, shared: Shared) {
        match shared {
            Shared::Tab(tab) => self.front = tab,
            Shared::Help => {
                let title = self.focused().map_or("", |pane| pane.name());
                let help = Help::new(format!("Keys in {title}"), self.rows());
                self.lay(help);
            }
            Shared::Palette => {
                let palette = Palette::new(self.rows());
                self.lay(palette);
            }
            Shared::Redraw => self.redraw = true,
            Shared::Stop => {
                for tab in 0..self.tabs.len() {
                    self.with(Place::Tab(tab), |pane, _, effects| pane.stops(effects));
                }
                self.stop = true;
            }
            Shared::Quit => self.leave(),
        }
    }

    /// Lays a pane over everything.
    fn lay(&mut self, pane: impl Pane) {
        self.turned = Some(Instant::now());
        self.overlays.push(Box::new(pane));
    }

    /// Leaves; asks before that while runs go on.
    fn leave(&mut self) {
        let active = self.model.active_runs();
        if active == 0 {
            self.quit = true;
            return;
        }
        let (runs, verb) = (count(active, "run"), if active == 1 { "goes" } else { "go" });
        let text = format!(
            "{runs} {verb} on without the workbench, each in a process of its own. Open it again to see them.\n\nq again to leave, Esc to stay."
        );
        let question = Question::new("Leave the workbench?".to_owned(), text, "Leave", Vec::new());
        self.lay(question.before_leaving());
    }

    /// Follows an event: first the panes, which see what was known before, the topmost first.
    pub fn apply(&mut self, event: Event) {
        let focus = self.focus();
        let overlays = (0..self.overlays.len()).rev().map(Place::Overlay);
        let mut said = false;
        for place in overlays.chain((0..self.tabs.len()).map(Place::Tab)) {
            said |= self.with(place, |pane, model, effects| pane.apply(&event, model, effects)) && place == focus;
        }
        if let Some(message) = follow::message(&event).filter(|_| !said) {
            // What was asked may have reported something that matters more than the queue.
            if self.message.is_none() || !matches!(event, Event::Queue(_)) {
                self.message = Some(message);
            }
        }
        if let Event::SettingsEdit(edit) = &event {
            self.restart |= edit.written;
        }
        self.tell_ends(&event);
        self.model.apply(event);
        self.ask();
    }

    /// What came of editing: the text, or why it could not be edited.
    pub fn edited(&mut self, outcome: Result<String, String>) {
        match outcome {
            Ok(text) => self.overlays.iter_mut().for_each(|pane| pane.edited(&text)),
            Err(problem) => self.message = Some(Message::bad(problem)),
        }
        self.ask();
    }

    /// Asks for what is in sight and was not asked for yet.
    fn ask(&mut self) {
        let overlays = (0..self.overlays.len()).map(Place::Overlay);
        for place in overlays.chain([Place::Tab(self.front)]) {
            self.with(place, |pane, model, effects| pane.needs(model, effects));
        }
    }
}
