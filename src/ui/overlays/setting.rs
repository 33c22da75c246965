//! One setting, edited in the settings file: the value is typed, the lines that change are shown, then they are written.

use crate::engine::{Command, CommandKind, ConfigRow, Event, SettingsEdit};
use crate::ui::input::bind;
use crate::ui::input::key::{ENTER, ESCAPE, Key};
use crate::ui::model::Model;
use crate::ui::pane::{Effects, Pane, Table};
use crate::ui::text::{Paint, cut, wrap_to};
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::section::{Parts, overlay};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use std::sync::Arc;

/// Columns at most.
const WIDEST: u16 = 90;

/// Rows of the words on the setting.
const HELP: usize = 3;

/// A setting that is edited.
#[derive(Debug)]
pub struct SettingView {
    key: String,
    help: String,
    origin: String,
    field: Field,
    /// Whether what holds without the file is to hold again.
    resets: bool,
    /// The lines that would change.
    edit: Option<Arc<SettingsEdit>>,
    /// Why the value cannot be.
    problem: Option<String>,
}

const SETTING: Table<SettingView> = Table {
    heading: "Here",
    bindings: &[
        bind(
            &[ENTER],
            "show the lines of the settings file that change; again, write them",
        )
        .hint("go on")
        .does(SettingView::accept),
        bind(&[Key::control('r')], "what holds where the file does not say it")
            .hint("default")
            .does(|view, _, effects| {
                view.changed();
                view.resets = true;
                view.ask(None, effects);
            }),
        bind(&[ESCAPE], "close, and change nothing")
            .hint("close")
            .does(|_, _, effects| effects.close()),
    ],
};

impl SettingView {
    /// Of a row of the settings.
    pub fn new(row: &ConfigRow) -> Self {
        Self {
            key: row.key.clone(),
            help: row.setting.help.clone(),
            origin: row.origin.clone(),
            field: Field::new(&row.value),
            resets: false,
            edit: None,
            problem: None,
        }
    }

    fn changed(&mut self) {
        (self.edit, self.problem, self.resets) = (None, None, false);
    }

    fn ask(&self, seen: Option<u64>, effects: &mut Effects) {
        let value = (!self.resets).then(|| self.field.text().trim().to_owned());
        let changes = vec![(self.key.clone(), value)];
        effects.send(Command::EditSettings { changes, seen });
    }

    fn accept(&mut self, model: &Model, effects: &mut Effects) {
        if model.busy(CommandKind::EditSettings) {
            return;
        }
        match &self.edit {
            Some(edit) if edit.lines.is_empty() => effects.close(),
            edit => self.ask(edit.as_ref().map(|edit| edit.seen), effects),
        }
    }
}

impl Pane for SettingView {
    fn name(&self) -> &'static str {
        "Edit a setting"
    }

    fn keys(&self) -> Vec<Table<Self>> {
        vec![SETTING]
    }

    fn is_typing(&self) -> bool {
        true
    }

    fn field(&mut self) -> Option<&mut Field> {
        Some(&mut self.field)
    }

    fn typed(&mut self, _: &Model) {
        self.changed();
    }

    fn apply(&mut self, event: &Event, _: &Model, effects: &mut Effects) {
        match event {
            Event::SettingsEdit(edit) if edit.written => effects.close(),
            Event::SettingsEdit(edit) => self.edit = Some(Arc::clone(edit)),
            Event::Failed {
                command: CommandKind::EditSettings,
                message,
            } => {
                self.changed();
                self.problem = Some(message.clone());
                effects.said = true;
            }
            _ => {}
        }
    }

    fn draw(&self, _: &Model, area: Rect, buffer: &mut Buffer, theme: Theme) {
        let columns = area.width.min(WIDEST);
        let width = usize::from(columns.saturating_sub(4)).max(1);
        let help = wrap_to(&self.help, width, HELP);
        let below = self.below(width, theme);
        let rows = 4 + help.len() + below.len();
        let inner = overlay(buffer, area, (columns, rows as u16 + 2), self.name(), theme);
        buffer.put(inner, 0, 0, &cut(&self.key, width), theme.heading());
        buffer.put_right(inner, 0, &self.origin, theme.dim());
        let taken = buffer.put(inner, 0, 1, "› ", theme.accent());
        let line = inner.line(1).right_of(taken);
        self.field.draw(buffer, line, theme.heading(), true, theme);
        let words = inner.below(2);
        for (row, line) in help.iter().enumerate() {
            buffer.put(words, 0, row as u16, line, theme.dim());
        }
        let list = words.below(help.len() as u16 + 1);
        for (row, (line, style)) in below.iter().enumerate() {
            buffer.put(list, 0, row as u16, &cut(line, width), *style);
        }
    }
}

impl SettingView {
    /// What stands below the field: why the value cannot be, the lines that change, or what Enter does.
    fn below(&self, width: usize, theme: Theme) -> Vec<(String, ratatui::style::Style)> {
        if let Some(problem) = &self.problem {
            let lines = wrap_to(problem, width, 5).into_iter();
            return lines.map(|line| (line, theme.bad())).collect();
        }
        let Some(edit) = &self.edit else {
            let words = "Enter: show the lines that change     Ctrl-R: default     Esc: cancel";
            return vec![(words.to_owned(), theme.accent())];
        };
        let file = edit.file.display();
        if edit.lines.is_empty() {
            return vec![(format!("{file} says so already. Enter: close"), theme.dim())];
        }
        let mut lines = Vec::new();
        for line in &edit.lines {
            let sides = [("-", &line.before, theme.bad()), ("+", &line.after, theme.good())];
            for (sign, words, style) in sides {
                lines.extend(
                    words
                        .iter()
                        .map(|words| (format!("{:>4} {sign} {words}", line.line), style)),
                );
            }
        }
        let over = edit.overridden.iter();
        lines.extend(over.map(|key| {
            (
                format!("{key} is set by --set as well, which stands over the file"),
                theme.warn(),
            )
        }));
        lines.push((format!("Enter: write {file}     Esc: cancel"), theme.accent()));
        lines
    }
}
