//! A workbench that tests drive: keys by their names, a fake engine, screens as text.

use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};
use undertone::engine::{Command, CommandKind, Event};
use undertone::present::times::Clock;
use undertone::ui::input::{Input, Parser, Row};
use undertone::ui::{App, Colours, Notice, Theme};

/// The workbench over an engine that only writes down what it is asked.
pub struct Workbench {
    app: App,
    sent: Rc<RefCell<Vec<Command>>>,
    answered: usize,
}

impl Workbench {
    /// A workbench that has followed these events.
    pub fn new(events: Vec<Event>) -> Self {
        let sent = Rc::new(RefCell::new(Vec::new()));
        let engine = Rc::clone(&sent);
        let app = App::new(Theme::new(Colours::True), move |command| {
            engine.borrow_mut().push(command)
        });
        let mut workbench = Self { app, sent, answered: 0 };
        workbench.at("2026-06-12T15:34:20Z", TimeZone::UTC);
        for event in events {
            workbench.tell(event);
        }
        workbench
    }

    /// So late it is, and in this zone times are written.
    pub fn at(&mut self, now: &str, zone: TimeZone) {
        let now = now.parse().unwrap();
        self.app.set_clock(Clock { now, zone });
    }

    pub fn theme(&mut self, theme: Theme) {
        self.app.set_theme(theme);
    }

    pub fn bind(&mut self, keys: &[(&str, &str)]) {
        let keys = keys.iter().map(|(key, meant)| ((*key).to_owned(), (*meant).to_owned()));
        self.app.bind(&keys.collect());
    }

    pub fn tell(&mut self, event: Event) {
        self.app.apply(event);
    }

    pub fn done(&mut self, kind: CommandKind) {
        self.tell(Event::Done(kind));
    }

    /// Says that everything asked so far is done.
    pub fn answer(&mut self) {
        while self.answered < self.sent.borrow().len() {
            let kind = CommandKind::from(&self.sent.borrow()[self.answered]);
            self.answered += 1;
            self.done(kind);
        }
    }

    pub fn key(&mut self, key: KeyEvent) {
        self.app.key(key);
    }

    /// Saves another text in the editor that was asked for.
    pub fn edit(&mut self, change: impl Fn(&str) -> String) {
        let text = self.app.take_edit().unwrap();
        self.app.edited(Ok(change(&text)));
    }

    /// Presses keys by their names, apart by spaces.
    pub fn press(&mut self, keys: &str) {
        for name in keys.split(' ') {
            let plain = KeyModifiers::NONE;
            let (code, modifiers) = match name {
                "Up" => (KeyCode::Up, plain),
                "Down" => (KeyCode::Down, plain),
                "Left" => (KeyCode::Left, plain),
                "Right" => (KeyCode::Right, plain),
                "Enter" => (KeyCode::Enter, plain),
                "Esc" => (KeyCode::Esc, plain),
                "Tab" => (KeyCode::Tab, plain),
                "BackTab" => (KeyCode::BackTab, KeyModifiers::SHIFT),
                "Space" => (KeyCode::Char(' '), plain),
                "Backspace" => (KeyCode::Backspace, plain),
                "Ctrl-c" => (KeyCode::Char('c'), KeyModifiers::CONTROL),
                "Ctrl-r" => (KeyCode::Char('r'), KeyModifiers::CONTROL),
                "Ctrl-e" => (KeyCode::Char('e'), KeyModifiers::CONTROL),
                "Ctrl-p" => (KeyCode::Char('p'), KeyModifiers::CONTROL),
                "Ctrl-u" => (KeyCode::Char('u'), KeyModifiers::CONTROL),
                "F1" => (KeyCode::F(1), plain),
                "F10" => (KeyCode::F(10), plain),
                character => (KeyCode::Char(character.chars().next().unwrap()), plain),
            };
            self.key(KeyEvent::new(code, modifiers));
        }
    }

    pub fn type_text(&mut self, text: &str) {
        for character in text.chars() {
            self.key(KeyEvent::new(KeyCode::Char(character), KeyModifiers::NONE));
        }
    }

    pub fn paste(&mut self, text: &str) {
        self.app.paste(text);
    }

    /// What the terminal sends when the left button is pressed on the first place that shows this text at this size.
    pub fn click(&mut self, text: &str, size: (u16, u16)) {
        let (x, y) = self.place(text, size);
        self.report(&format!("\x1b[<0;{};{}M\x1b[<0;{0};{1}m", x + 1, y + 1));
    }

    /// The same of the wheel, turned by so many notches, upwards where that is negative.
    pub fn wheel(&mut self, text: &str, notches: isize, size: (u16, u16)) {
        let (x, y) = self.place(text, size);
        let button = if notches < 0 { 64 } else { 65 };
        for _ in 0..notches.abs() {
            self.report(&format!("\x1b[<{button};{};{}M", x + 1, y + 1));
        }
    }

    /// Bytes of the terminal, long enough after the click before that the two are not one double click.
    pub fn report(&mut self, bytes: &str) {
        self.report_at(bytes, Instant::now() + Duration::from_secs(1));
    }

    pub fn report_at(&mut self, bytes: &str, now: Instant) {
        for input in Parser::default().follow(bytes.as_bytes(), now) {
            match input {
                Input::Mouse(mouse) => self.app.mouse(mouse, now),
                other => panic!("no report of the mouse: {other:?}"),
            }
        }
    }

    /// Column and row of a text, which is not the last frame drawn by chance.
    fn place(&self, text: &str, (width, height): (u16, u16)) -> (usize, usize) {
        let screen = self.text(width, height);
        let lines = screen.lines().enumerate();
        let mut found = lines.filter_map(|(y, line)| Some((line[..line.find(text)?].chars().count(), y)));
        found.next().unwrap_or_else(|| panic!("{text:?} is not on\n{screen}"))
    }

    /// Lets a message go whose time is over by now; whether one went.
    pub fn expire(&mut self, now: Instant) -> bool {
        self.app.expire(now)
    }

    /// What the terminal was told since it was asked last.
    pub fn notices(&mut self) -> Vec<Notice> {
        self.app.take_notices()
    }

    /// The help of all keys in force.
    pub fn rows(&self) -> Vec<Row> {
        self.app.rows()
    }

    pub fn sent(&self) -> Vec<Command> {
        self.sent.borrow().clone()
    }

    pub fn last(&self) -> Option<Command> {
        self.sent.borrow().last().cloned()
    }

    pub fn has_quit(&self) -> bool {
        self.app.has_quit()
    }

    /// The screen at this size.
    pub fn buffer(&self, width: u16, height: u16) -> Buffer {
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| self.app.draw(frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Its characters.
    pub fn text(&self, width: u16, height: u16) -> String {
        let buffer = self.buffer(width, height);
        let mut text = String::new();
        for y in 0..height {
            let line: String = (0..width).map(|x| buffer[(x, y)].symbol()).collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        text
    }

    /// Compares the characters with a file.
    pub fn compare(&self, name: &str, width: u16, height: u16) {
        let text = self.text(width, height);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/screens/{name}.txt"));
        if std::env::var_os("UNDERTONE_UPDATE_SCREENS").is_some() {
            std::fs::write(&path, &text).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            text == expected,
            "{} differs; is now\n{text}\nand was\n{expected}",
            path.display()
        );
    }
}

/// The sizes that every screen is looked at in.
pub const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (160, 50)];

/// Compares one state of the workbench at all sizes.
pub fn screens(workbench: &Workbench, name: &str) {
    for (width, height) in SIZES {
        workbench.compare(&format!("{name}_{width}x{height}"), width, height);
    }
}
