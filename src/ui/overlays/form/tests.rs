use super::*;
use crate::engine::{Config, ConfigRow, Coverage, Provenance, Setting};
use crate::ui::pane::AnyPane;

fn config(rows: &[(&str, &str)]) -> Config {
    let row = |(key, value): &(&str, &str)| ConfigRow {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
        origin: "default".to_owned(),
        setting: Setting::of(key, &entry::parse(value).unwrap(), String::new()),
    };
    Config {
        rows: rows.iter().map(row).collect(),
        recipes: BTreeMap::new(),
        presets: Vec::new(),
    }
}

fn press(form: &mut Form, keys: &str) {
    for key in keys.chars() {
        match key {
            '>' => form.turn(1),
            'v' => form.step(Step::Down, &Model::default()),
            '^' => form.step(Step::First, &Model::default()),
            '<' => drop(form.field().unwrap().edit(KeyEvent::from(KeyCode::Backspace))),
            digit => drop(form.field().unwrap().edit(KeyEvent::from(KeyCode::Char(digit)))),
        }
    }
}

fn enter(form: &mut Form) -> Vec<Command> {
    let mut effects = Effects::default();
    form.start(&Model::default(), &mut effects);
    effects.commands
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
    let mut form = Form::new(Purpose::Run, &config, None);
    assert_eq!(enter(&mut form), [Command::Train { changes: Vec::new() }]);
    let mut form = Form::new(Purpose::Run, &config, None);
    press(&mut form, ">v<<80vv>v>");
    let Command::Train { changes } = enter(&mut form).remove(0) else {
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
        form.waiting && enter(&mut form).is_empty(),
        "a second Enter starts no second run"
    );
}

#[test]
fn a_wrong_number_is_named_and_gone_to_before_anything_is_sent() {
    let mut form = Form::new(
        Purpose::Run,
        &config(&[
            ("training.epochs", "50"),
            ("training.learning_rate", "0.001"),
            ("seed", "1"),
        ]),
        None,
    );
    press(&mut form, "v<<<0vv^");
    assert!(enter(&mut form).is_empty());
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
        let mut form = Form::new(Purpose::Run, &config(&[("training.epochs", "50")]), None);
        press(&mut form, "<<");
        press(&mut form, text);
        assert_eq!(enter(&mut form).len(), usize::from(right), "{text:?}");
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
    let mut form = Form::new(Purpose::Run, &config, None);
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
    let mut effects = Effects::default();
    form.needs(&Model::default(), &mut effects);
    assert!(matches!(effects.commands[..], [Command::Plan { .. }]));
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
        coverage: Coverage::default(),
        notes: Vec::new(),
        batch: 2,
        epoch: None,
    };
    form.planned(&Arc::new(known));
    assert_eq!(form.problem, None, "it was of what stood there before");
    assert_eq!(form.to_edit(), text, "what is right is edited again as it was written");
    form.edited("training.epochs = \n# mine\n");
    assert!(form.problem.as_ref().unwrap().starts_with("line 1: "));
    let reopened = form.to_edit();
    let (first, rest) = reopened.split_once('\n').unwrap();
    assert!(
        first.contains("line 2: ") && rest == "training.epochs = \n# mine\n",
        "{reopened}"
    );
    form.edited(&reopened);
    assert_eq!(form.to_edit(), reopened, "one line on top, however often");
    // Of a type that the field cannot show: once in the text, as it was written.
    form.edited("training.epochs = \"many\"\n");
    form.unplanned("training.epochs: invalid type: string \"many\", expected usize");
    let reopened = form.to_edit();
    assert!(reopened.starts_with("# Not taken over: line 2: ") && reopened.ends_with("training.epochs = \"many\"\n"));
    assert_eq!(form.to_toml().matches("training.epochs = ").count(), 1);
    form.edited("");
    assert!(form.changes().is_empty(), "what is taken away is as in the settings");
}

#[test]
fn fields_take_what_the_table_of_settings_allows() {
    let mut config = config(&[
        ("model.name", "\"conv1d\""),
        ("recipe", "\"mine\""),
        ("training.monitor", "\"loss\""),
        ("filter.gender", "[]"),
        ("training.learning_rate", "0.001"),
    ]);
    config.rows[1].setting.choices = vec!["log_mel".to_owned(), "mine".to_owned()];
    config.recipes = BTreeMap::from([
        ("log_mel".to_owned(), Provenance::ChangedCopy),
        ("mine".to_owned(), Provenance::Own),
    ]);
    let form = Form::new(Purpose::Run, &config, None);
    for entry in &form.entries {
        let Input::Choice { options, .. } = &entry.input else {
            assert_eq!(entry.key, "training.learning_rate");
            continue;
        };
        let choices = &entry.setting.choices;
        let everybody = usize::from(entry.key == "filter.gender");
        assert!(
            !choices.is_empty() && options[everybody..] == choices[..],
            "{}",
            entry.key
        );
    }
    assert_eq!(form.entries[1].mark(), "own");
    let mut form = form;
    press(&mut form, "v>");
    assert_eq!(form.entries[1].mark(), "own copy of a shipped one (differs)");
    let rate = |text: &str| {
        let mut entry = form.entries[2].clone();
        entry.input = Input::Number(Field::new(text));
        entry.problem()
    };
    assert_eq!((rate("3.5"), rate("1e-9")), (None, None), "the engine takes it");
    for text in ["0", "-1", "inf", "fast", ""] {
        let problem = rate(text).unwrap();
        assert!(problem.ends_with("must be a number above 0"), "{text:?}: {problem}");
    }
}

#[test]
fn a_number_that_was_come_to_is_replaced_and_what_was_entered_is_not_lost_at_once() {
    let config = config(&[("model.name", "\"conv1d\""), ("training.epochs", "80"), ("seed", "1")]);
    let press = |form: &mut Form, code| {
        let mut effects = Effects::default();
        if !form.key(KeyEvent::from(code), &Model::default(), &mut effects)
            && form.field().is_some_and(|field| field.edit(KeyEvent::from(code)))
        {
            form.typed(&Model::default());
        }
        effects.closed
    };
    let mut form = Form::new(Purpose::Run, &config, None);
    assert!(press(&mut form, KeyCode::Esc), "nothing would be lost");
    press(&mut form, KeyCode::Down);
    press(&mut form, KeyCode::Char('5'));
    assert_eq!(form.changes(), [("training.epochs".to_owned(), "5".to_owned())]);
    press(&mut form, KeyCode::Char('0'));
    assert_eq!(form.changes(), [("training.epochs".to_owned(), "50".to_owned())]);
    // Moving keeps the text.
    press(&mut form, KeyCode::Down);
    press(&mut form, KeyCode::Up);
    press(&mut form, KeyCode::Right);
    press(&mut form, KeyCode::Char('1'));
    assert_eq!(form.changes(), [("training.epochs".to_owned(), "501".to_owned())]);
    assert!(!press(&mut form, KeyCode::Esc) && form.problem.is_some());
    press(&mut form, KeyCode::Up);
    assert!(!press(&mut form, KeyCode::Esc), "another key came between");
    assert!(press(&mut form, KeyCode::Esc));
}
