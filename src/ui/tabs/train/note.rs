//! Notes of runs, their comparison, and their deletion.

use super::TrainView;
use super::order::{PINNED, is_pinned};
use crate::engine::{Command, Deletion, NoteChange, RunNote, RunSelector, RunState, RunSummary};
use crate::present::numbers::{bytes, count};
use crate::present::words::tags;
use crate::ui::model::Model;
use crate::ui::overlays::{ComparisonView, Prompt, Question};
use crate::ui::pane::Effects;

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

/// Puts the run above all others, or back among them.
pub fn pin(view: &mut TrainView, _: &Model, effects: &mut Effects) {
    let Some(run) = view.run() else { return };
    let (pinned, tag) = (is_pinned(run), || vec![PINNED.to_owned()]);
    let change = NoteChange {
        text: None,
        add: if pinned { Vec::new() } else { tag() },
        remove: if pinned { tag() } else { Vec::new() },
    };
    let run = run.id.clone().into();
    effects.send(Command::Note { run, change });
}

/// Asks whether the marked runs are to go, or the one under the cursor, with those that are folds with them. What the
/// marked ones come to is for the engine to say.
pub fn delete(view: &mut TrainView, model: &Model, effects: &mut Effects) {
    let marked: Vec<RunSelector> = view.marks.all().map(|id| id.clone().into()).collect();
    if !marked.is_empty() {
        let command = Command::Delete {
            runs: marked,
            all_folds: true,
            now: false,
            confirmed: false,
        };
        effects.send_once(command, model, "What would be deleted is still being looked at.");
        return;
    }
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
        runs: vec![run.id.clone().into()],
        now: false,
        confirmed: true,
    };
    let text =
        format!("{runs} with model, checkpoints, report and journal. For a week, u restores what was deleted last.");
    effects.open(Question::new(title, text, "Delete", vec![command]).before_loss());
}

/// Asks whether the marked runs are to go, with what they come to.
pub fn deletion(found: &Deletion, effects: &mut Effects) {
    let stay = match &*found.refused {
        [] => String::new(),
        [(run, why), ..] if found.refused.len() == 1 => format!(" {run} stays: {why}."),
        [(run, why), ..] => format!(" {} stay, such as {run}: {why}.", count(found.refused.len(), "run")),
    };
    let Some(first) = found.runs.first() else {
        effects.note(format!("Nothing can be deleted.{stay}"));
        return;
    };
    let runs = count(found.runs.len(), "run");
    let text = format!(
        "{first} to {}, with models, checkpoints, reports and journals.{stay} For a week, u restores them together.",
        found.runs.last().unwrap_or(first),
    );
    let title = format!("Delete {runs} ({})?", bytes(found.bytes));
    let command = Command::Delete {
        runs: found.runs.iter().map(|id| id.clone().into()).collect(),
        all_folds: true,
        now: false,
        confirmed: true,
    };
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
