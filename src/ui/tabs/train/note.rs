//! Notes of runs, their comparison, and their deletion.

use super::TrainView;
use crate::engine::{Command, NoteChange, RunNote, RunState, RunSummary};
use crate::present::words;
use crate::ui::model::Model;
use crate::ui::overlays::{ComparisonView, Prompt, Question};
use crate::ui::pane::Effects;
use crate::ui::widgets::filter::holds;

/// Tags as they are shown.
pub fn tags(note: &RunNote) -> String {
    let tags: Vec<String> = note.tags.iter().map(|tag| format!("#{tag}")).collect();
    tags.join(" ")
}

/// Whether a run has all of these words, in small letters, somewhere: name, state, why it ended, model,
/// corpora, split, tags, note.
pub fn passes(run: &RunSummary, words: &[String]) -> bool {
    let RunSummary {
        id,
        state,
        model,
        split,
        note,
        ..
    } = run;
    let (corpora, tags) = (run.corpora.join(" "), tags(note));
    let end = words::ended(run);
    let text = format!(
        "{id} {} {end} {model} {corpora} {split} {tags} {}",
        state.name(),
        note.text
    );
    holds(&text, words)
}

/// A note as one line to be edited: the words, then the tags.
pub fn line(note: &RunNote) -> String {
    let text = note.text.split_whitespace().collect::<Vec<_>>().join(" ");
    [text, tags(note)].join(" ").trim().to_owned()
}

/// The change that makes the note say what the line says.
pub fn change(note: &RunNote, typed: &str) -> NoteChange {
    let (tags, words): (Vec<&str>, Vec<&str>) = typed.split_whitespace().partition(|word| word.starts_with('#'));
    let add: Vec<String> = tags
        .into_iter()
        .map(|tag| tag.trim_start_matches('#').to_owned())
        .collect();
    let text = words.join(" ");
    let before = note.text.split_whitespace().collect::<Vec<_>>().join(" ");
    NoteChange {
        // A note of several lines stays as it is while its words do.
        text: (text != before).then_some(text),
        remove: note.tags.iter().filter(|tag| !add.contains(tag)).cloned().collect(),
        add,
    }
}

/// Asks for the note of the run under the cursor.
pub fn note(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    let Some(run) = view.run() else { return };
    let (id, note) = (run.id.clone(), run.note.clone());
    effects.open(Prompt::new(
        ("Note", "Note of the run; #words are tags.", "keep"),
        &line(&run.note),
        move |line| {
            let (run, change) = (id.clone(), change(&note, line));
            Ok(Command::Note {
                run: run.into(),
                change,
            })
        },
    ));
}

/// Asks whether the run under the cursor is to go, with those that are folds with it.
pub fn delete(view: &mut TrainView, model: &Model, effects: &mut Effects) {
    let Some(run) = view.run() else { return };
    let group = run.fold.as_ref().map(|(_, _, group)| group);
    let folds: Vec<&RunSummary> = model
        .runs()
        .iter()
        .filter(|other| other.id == run.id || group.is_some() && other.fold.as_ref().map(|fold| &fold.2) == group)
        .collect();
    if let Some(busy) = folds.iter().find(|run| run.state == RunState::Running) {
        effects.note(format!("Run {} is running: stop it first.", busy.id));
        return;
    }
    let (title, runs) = match folds.len() {
        0 | 1 => (format!("Delete run {}?", run.id), "It goes".to_owned()),
        several => (
            format!("Delete all {several} folds?"),
            format!("Run {} and the other folds go", run.id),
        ),
    };
    let command = Command::Delete {
        all_folds: folds.len() > 1,
        run: run.id.clone().into(),
        now: false,
        confirmed: true,
    };
    let text =
        format!("{runs} with model, checkpoints, report and journal. For a week, u restores what was deleted last.");
    effects.open(Question::new(title, text, "Delete", vec![command]).before_loss());
}

/// Asks in what the marked runs differ.
pub fn compare(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    let runs = view.compared();
    if runs.len() < 2 {
        effects.note("There is no second run to compare it with; Space marks runs.");
        return;
    }
    effects.open(ComparisonView::default());
    effects.send(Command::Compare {
        runs: runs.into_iter().map(Into::into).collect(),
    });
}

/// Whether the runs in the trash may go for good.
pub fn empty_trash() -> Question {
    let text = "The runs in it cannot be restored any more.".to_owned();
    let empty = vec![Command::EmptyTrash { confirmed: true }];
    Question::new("Empty the trash?".to_owned(), text, "Empty it", empty).before_loss()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_over_a_note_is_all_it_says_then() {
        let note = RunNote {
            text: "first try,\nnot the last".to_owned(),
            tags: vec!["baseline".to_owned(), "old".to_owned()],
        };
        assert_eq!(line(&note), "first try, not the last #baseline #old");
        let same = change(&note, &line(&note)).apply(&note).unwrap();
        assert_eq!(same, note);
        let changed = change(&note, "#new better #baseline").apply(&note).unwrap();
        assert_eq!(
            (changed.text.as_str(), changed.tags),
            ("better", vec!["baseline".to_owned(), "new".to_owned()])
        );
        assert_eq!(change(&note, "").apply(&note).unwrap(), RunNote::default());
    }
}
