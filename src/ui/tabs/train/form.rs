//! The form of a new run: fields over the settings, checked where they are typed.

use super::entry::{EVERYBODY, Entry, Input, Number, parse};
use super::{edit, form_view};
use crate::engine::{Command, Config, RunPlan, Survey};
use crate::ui::input::Action;
use crate::ui::overlays::Outcome;
use crate::ui::theme::Theme;
use crate::ui::widgets::field::Field;
use crate::ui::widgets::list::Cursor;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The form.
#[derive(Debug, Clone)]
pub struct Form {
    /// The fields.
    pub entries: Vec<Entry>,
    /// The field under the cursor.
    pub cursor: Cursor,
    /// What must be put right before the run can start, or why the engine refused it.
    pub problem: Option<String>,
    /// Whether the engine is starting the run.
    pub waiting: bool,
    /// Where settings beside the fields come from, and those.
    pub copied: Option<(String, Vec<(String, String)>)>,
    /// What the run would be, once that is known.
    pub plan: Option<Arc<RunPlan>>,
    /// What was asked for last.
    planned: Option<Vec<(String, String)>>,
    /// Whether the problem is why there can be no such run.
    unplanned: bool,
    /// Lines of the settings in the text that was edited last.
    lines: Vec<(String, usize)>,
    /// Clips by corpus and gender.
    clips: BTreeMap<(String, String), usize>,
}

impl Form {
    /// A form filled in with the settings; a setting that the engine does not name has no field.
    pub fn new(config: &Config, survey: Option<&Survey>) -> Self {
        let mut clips = BTreeMap::new();
        for clip in survey.iter().flat_map(|survey| survey.catalogue.clips.iter()) {
            let gender = clip.gender.map_or("unknown", |gender| gender.name());
            *clips.entry((clip.corpus.to_string(), gender.to_owned())).or_default() += 1;
        }
        let speakers = survey.is_none_or(|survey| !survey.statistics.speakers.is_empty());
        let mut form = Self {
            entries: Vec::new(),
            cursor: Cursor::default(),
            problem: None,
            waiting: false,
            copied: None,
            plan: None,
            planned: None,
            unplanned: false,
            lines: Vec::new(),
            clips,
        };
        let splits: &[&str] = if speakers { &["speaker", "random"] } else { &["random"] };
        form.choice(config, "model.name", "Model", &names(config, "model."));
        form.choice(config, "recipe", "Recipe", &names(config, "recipes."));
        form.choice(config, "split.kind", "Split", splits);
        form.number(config, "split.kfold", "Folds", Number::Whole(0));
        form.number(config, "training.epochs", "Epochs, at most", Number::Whole(1));
        form.number(config, "training.batch_size", "Batch size", Number::Whole(1));
        form.number(config, "training.learning_rate", "Learning rate", Number::Positive(1.0));
        form.number(
            config,
            "training.early_stopping.patience",
            "Early stopping",
            Number::Whole(0),
        );
        form.choice(
            config,
            "training.monitor",
            "Best epoch by",
            &["loss", "accuracy", "uar"],
        );
        form.choice(config, "training.class_weights", "Class weights", &["false", "true"]);
        form.choice(
            config,
            "augmentation.mode",
            "Augmentation",
            &["none", "on_the_fly", "materialised"],
        );
        form.corpora(config);
        form.choice(config, "filter.gender", "Gender", &[EVERYBODY, "female", "male"]);
        form.number(config, "seed", "Seed", Number::Whole(0));
        let devices: Vec<&str> = config.devices.iter().map(String::as_str).collect();
        form.choice(config, "device", "Device", &devices);
        form
    }

    /// With these settings, of which `origin` says where they come from; those without a field go along unseen.
    pub fn copied(mut self, changes: Vec<(String, String)>, origin: &str) -> Self {
        let mut rest = Vec::new();
        for (key, value) in changes {
            let entry = self.entries.iter_mut().find(|entry| entry.key == key);
            if !entry.is_some_and(|entry| entry.fill(&value)) {
                rest.push((key, value));
            }
        }
        self.copied = Some((origin.to_owned(), rest));
        self
    }

    fn add(
        &mut self,
        config: &Config,
        key: &'static str,
        label: &'static str,
        input: impl FnOnce(&toml::Value) -> Input,
    ) {
        let Some(row) = config.rows.iter().find(|row| row.key == key) else {
            return;
        };
        let Some(value) = parse(&row.value) else { return };
        let mut entry = Entry {
            key,
            label,
            input: input(&value),
            comment: row.comment.clone(),
            given: String::new(),
            pinned: false,
        };
        // Compared as the form writes it; a value that cannot be had any more counts as changed.
        entry.given = match (&entry.input, &value) {
            (Input::Choice { options, .. }, toml::Value::String(word)) if !options.contains(word) => row.value.clone(),
            _ => entry.toml(),
        };
        self.entries.push(entry);
    }

    fn number(&mut self, config: &Config, key: &'static str, label: &'static str, number: Number) {
        self.add(config, key, label, |value| {
            Input::Number(Field::new(&value.to_string()), number)
        });
    }

    fn choice(&mut self, config: &Config, key: &'static str, label: &'static str, options: &[&str]) {
        self.add(config, key, label, |value| {
            let given = match value {
                toml::Value::String(word) => word.clone(),
                toml::Value::Array(words) => words
                    .first()
                    .and_then(toml::Value::as_str)
                    .unwrap_or(EVERYBODY)
                    .to_owned(),
                other => other.to_string(),
            };
            let mut options: Vec<String> = options.iter().map(|word| (*word).to_owned()).collect();
            let lost = key == "split.kind";
            if !options.contains(&given) && !lost {
                options.push(given.clone());
            }
            let at = options.iter().position(|word| *word == given).unwrap_or(0);
            Input::Choice { options, at }
        });
    }

    fn corpora(&mut self, config: &Config) {
        let mut options: Vec<String> = self.clips.keys().map(|(corpus, _)| corpus.clone()).collect();
        options.dedup();
        if options.is_empty() {
            return;
        }
        self.add(config, "filter.corpus", "Corpora", |value| {
            let given: Vec<&str> = value
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(toml::Value::as_str)
                .collect();
            let on = options
                .iter()
                .map(|corpus| given.is_empty() || given.contains(&corpus.as_str()))
                .collect();
            Input::Many { options, on, at: 0 }
        });
    }

    /// The settings as TOML, to be edited: the fields, and what has none.
    pub fn to_toml(&self) -> String {
        let fields = self
            .entries
            .iter()
            .map(|entry| (&*entry.comment, entry.key, entry.toml()));
        let rest = self.copied.iter().flat_map(|(_, rest)| rest);
        edit::write(fields.chain(rest.map(|(key, value)| ("", &**key, value.clone()))))
    }

    /// Takes an edited text over; what is wrong with it is shown, with the line.
    pub fn edited(&mut self, text: &str) {
        let settings = match edit::read(text) {
            Ok(settings) => settings,
            Err(problem) => {
                self.problem = Some(format!("{problem}; e edits it again"));
                return;
            }
        };
        for entry in &mut self.entries {
            entry.set(&entry.given.clone());
        }
        self.lines = settings
            .iter()
            .map(|edited| (edited.key.clone(), edited.line))
            .collect();
        let mut rest = Vec::new();
        for edited in settings {
            let entry = self.entries.iter_mut().find(|entry| entry.key == edited.key);
            if !entry.is_some_and(|entry| entry.set(&edited.value)) {
                rest.push((edited.key, edited.value));
            }
        }
        self.problem = None;
        self.copied = (!rest.is_empty()).then(|| ("the editor".to_owned(), rest));
    }

    /// Whether a letter is typed into a field.
    pub fn is_typing(&self) -> bool {
        let entry = self.entries.get(self.cursor.row);
        entry.is_some_and(|entry| matches!(entry.input, Input::Number(..)))
    }

    /// What the run would be is asked for whenever it has changed and can be one.
    pub fn needs(&mut self) -> Option<Command> {
        let changes = self.changes();
        if self.waiting || self.planned.as_ref() == Some(&changes) || self.entries.iter().any(|e| e.problem().is_some())
        {
            return None;
        }
        self.planned = Some(changes.clone());
        Some(Command::Plan { changes, measure: true })
    }

    /// Takes what the run would be, if that was asked for last.
    pub fn planned(&mut self, plan: &Arc<RunPlan>) {
        if self.planned.as_ref() == Some(&plan.changes) {
            self.plan = Some(Arc::clone(plan));
            if std::mem::take(&mut self.unplanned) {
                // It was of what stood there before.
                self.problem = None;
            }
        }
    }

    /// Why there can be no such run.
    pub fn unplanned(&mut self, message: &str) {
        self.plan = None;
        self.unplanned = true;
        let named = self
            .lines
            .iter()
            .filter(|(key, _)| message.contains(&format!("{key}:")));
        self.problem = Some(match named.max_by_key(|(key, _)| key.len()) {
            Some((_, line)) => format!("line {line}: {message}"),
            None => message.to_owned(),
        });
    }

    /// What differs from the settings.
    fn changes(&self) -> Vec<(String, String)> {
        let changed = self.entries.iter().filter(|entry| entry.changed());
        let changed = changed.map(|entry| (entry.key.to_owned(), entry.toml()));
        let rest = self.copied.iter().flat_map(|(_, rest)| rest.iter().cloned());
        // What was changed here has the last word.
        rest.chain(changed).collect()
    }

    fn entry(&mut self) -> Option<&mut Entry> {
        self.entries.get_mut(self.cursor.row)
    }

    /// The text under the cursor.
    pub fn field(&mut self) -> Option<&mut Field> {
        match &mut self.entry()?.input {
            Input::Number(field, _) => Some(field),
            _ => None,
        }
    }

    /// The text has changed.
    pub fn typed(&mut self) {
        self.problem = self.entry().and_then(|entry| entry.problem());
        self.unplanned = false;
    }

    /// The engine did not start the run.
    pub fn refused(&mut self, message: String) {
        self.waiting = false;
        self.problem = Some(message);
    }

    /// Clips that pass the corpora and the gender.
    pub fn selected_clips(&self) -> usize {
        let entry = |key: &str| {
            self.entries
                .iter()
                .find(|entry| entry.key == key)
                .map(|entry| &entry.input)
        };
        let corpus_passes = |corpus: &String| match entry("filter.corpus") {
            Some(Input::Many { options, on, .. }) if on.contains(&true) => {
                options.iter().zip(on).any(|(option, on)| *on && option == corpus)
            }
            _ => true,
        };
        let gender_passes = |gender: &String| match entry("filter.gender") {
            Some(Input::Choice { options, at }) => {
                options.get(*at).is_none_or(|word| word == EVERYBODY || word == gender)
            }
            _ => true,
        };
        let passing = self
            .clips
            .iter()
            .filter(|((corpus, gender), _)| corpus_passes(corpus) && gender_passes(gender));
        passing.map(|(_, clips)| clips).sum()
    }

    /// Carries an action out.
    pub fn act(&mut self, action: Action) -> Outcome {
        match action {
            Action::Back => return Outcome::closed(),
            Action::Move(step) => self.cursor.step(step, self.entries.len()),
            Action::Open if !self.waiting => return self.start(),
            Action::Left => self.turn(-1),
            Action::Right => self.turn(1),
            Action::Toggle => self.toggle(),
            _ => {}
        }
        Outcome::default()
    }

    fn turn(&mut self, by: isize) {
        let turned = |at: usize, count: usize| at.wrapping_add_signed(by).min(count.saturating_sub(1));
        match self.entry().map(|entry| &mut entry.input) {
            Some(Input::Choice { options, at }) => {
                let count = options.len();
                *at = (*at + count).wrapping_add_signed(by) % count.max(1);
            }
            Some(Input::Many { options, at, .. }) if by > 0 || *at > 0 => *at = turned(*at, options.len()),
            Some(Input::Number(field, _)) => {
                let code = if by < 0 { KeyCode::Left } else { KeyCode::Right };
                field.edit(KeyEvent::from(code));
            }
            _ => {}
        }
        self.problem = None;
    }

    fn toggle(&mut self) {
        match self.entry().map(|entry| &mut entry.input) {
            Some(Input::Many { on, at, .. }) => {
                if let Some(on) = on.get_mut(*at) {
                    *on = !*on;
                }
            }
            Some(Input::Choice { .. }) => self.turn(1),
            _ => {}
        }
        self.problem = None;
    }

    /// Sends what differs from the settings, if every field is right; else goes to the first that is not.
    fn start(&mut self) -> Outcome {
        let wrong = self
            .entries
            .iter()
            .enumerate()
            .find_map(|(row, entry)| Some((row, entry.problem()?)));
        if let Some((row, problem)) = wrong {
            self.cursor.row = row;
            self.problem = Some(problem);
            return Outcome::default();
        }
        if !self.clips.is_empty() && self.selected_clips() == 0 {
            self.problem = Some("No clip passes: choose other corpora or another gender.".to_owned());
            return Outcome::default();
        }
        self.waiting = true;
        self.problem = None;
        Outcome {
            commands: vec![Command::Train {
                changes: self.changes(),
            }],
            ..Outcome::default()
        }
    }

    /// Draws it.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer, theme: Theme) {
        form_view::draw(self, area, buffer, theme);
    }
}

/// Names of the tables below a part of the settings.
fn names<'a>(config: &'a Config, part: &str) -> Vec<&'a str> {
    let mut names: Vec<&str> = Vec::new();
    for row in &config.rows {
        let rest = row.key.strip_prefix(part).and_then(|rest| rest.split_once('.'));
        if let Some((name, _)) = rest.filter(|(name, _)| !names.contains(name)) {
            names.push(name);
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::ConfigRow;
    use crate::ui::widgets::list::Step;

    fn config(rows: &[(&str, &str)]) -> Config {
        let row = |(key, value): &(&str, &str)| ConfigRow {
            key: (*key).to_owned(),
            value: (*value).to_owned(),
            origin: "default".to_owned(),
            comment: String::new(),
        };
        Config {
            rows: rows.iter().map(row).collect(),
            devices: Vec::new(),
        }
    }

    fn press(form: &mut Form, keys: &str) {
        for key in keys.chars() {
            match key {
                '>' => drop(form.act(Action::Right)),
                'v' => drop(form.act(Action::Move(Step::Down))),
                '^' => drop(form.act(Action::Move(Step::First))),
                '<' => drop(form.field().unwrap().edit(KeyEvent::from(KeyCode::Backspace))),
                digit => drop(form.field().unwrap().edit(KeyEvent::from(KeyCode::Char(digit)))),
            }
        }
    }

    #[test]
    fn only_what_was_changed_is_sent_as_toml() {
        let config = config(&[
            ("split.kind", "\"speaker\""),
            ("training.epochs", "50"),
            ("training.learning_rate", "0.001"),
            ("training.class_weights", "false"),
            ("filter.gender", "[]"),
        ]);
        let mut form = Form::new(&config, None);
        assert_eq!(
            form.act(Action::Open).commands,
            [Command::Train { changes: Vec::new() }]
        );
        let mut form = Form::new(&config, None);
        press(&mut form, ">v<<80vv>v>");
        let Command::Train { changes } = form.act(Action::Open).commands.remove(0) else {
            panic!()
        };
        let pairs: Vec<(&str, &str)> = changes
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        let expected = [
            ("split.kind", "\"random\""),
            ("training.epochs", "80"),
            ("training.class_weights", "true"),
            ("filter.gender", "[\"female\"]"),
        ];
        assert_eq!(pairs, expected);
        assert!(
            form.waiting && form.act(Action::Open).commands.is_empty(),
            "a second Enter starts no second run"
        );
    }

    #[test]
    fn a_wrong_number_is_named_and_gone_to_before_anything_is_sent() {
        let mut form = Form::new(
            &config(&[
                ("training.epochs", "50"),
                ("training.learning_rate", "0.001"),
                ("seed", "1"),
            ]),
            None,
        );
        press(&mut form, "v<<<<<7vv^");
        assert!(form.act(Action::Open).commands.is_empty());
        assert_eq!(form.cursor.row, 1);
        assert!(form.problem.as_ref().unwrap().contains("Learning rate"));
        for (text, right) in [
            ("0", false),
            ("", false),
            ("-1", false),
            ("1.5", false),
            ("1", true),
            ("9999", true),
        ] {
            let mut form = Form::new(&config(&[("training.epochs", "50")]), None);
            press(&mut form, "<<");
            press(&mut form, text);
            assert_eq!(form.act(Action::Open).commands.len(), usize::from(right), "{text:?}");
        }
    }

    #[test]
    fn an_edited_text_fills_the_form_and_what_has_no_field_goes_along() {
        let config = config(&[
            ("split.kind", "\"speaker\""),
            ("training.epochs", "50"),
            ("filter.gender", "[]"),
            ("model.name", "\"conv1d\""),
            ("model.conv1d.dropout", "0.3"),
        ]);
        let mut form = Form::new(&config, None);
        let same = form.to_toml();
        form.edited(&same);
        assert_eq!((form.changes(), &form.problem), (Vec::new(), &None));
        let text = same
            .replace("epochs = 50", "epochs = 9")
            .replace("gender = []", "gender = [\"male\"]")
            + "model.conv1d.dropout = 0.5\n";
        form.edited(&text);
        let changes = form.changes();
        let pairs: Vec<(&str, &str)> = changes.iter().map(|(key, value)| (&**key, &**value)).collect();
        let expected = [
            ("model.conv1d.dropout", "0.5"),
            ("training.epochs", "9"),
            ("filter.gender", "[\"male\"]"),
        ];
        assert_eq!(pairs, expected);
        form.unplanned("--set: model.conv1d.dropout: 2 is too much");
        let line = text.lines().count();
        assert!(form.problem.as_ref().unwrap().starts_with(&format!("line {line}: ")));
        assert!(matches!(form.needs(), Some(Command::Plan { .. })));
        let known = RunPlan {
            changes,
            model: "conv1d".to_owned(),
            device: "cpu".to_owned(),
            input: (108, 22),
            classes: 8,
            parameters: 9,
            trainable: 9,
            multiply_adds: 9,
            train: 6,
            validation: 1,
            test: 1,
            folds: 1,
            batch: 2,
            epoch: None,
        };
        form.planned(&Arc::new(known));
        assert_eq!(form.problem, None, "it was of what stood there before");
        form.edited("training.epochs = \n");
        assert!(form.problem.as_ref().unwrap().starts_with("line 1: "));
        form.edited("");
        assert!(form.changes().is_empty(), "what is taken away is as in the settings");
    }
}
