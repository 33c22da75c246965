//! Filters of runs.

use super::condition::percent;
use super::{Cell, Fields, Kind, Searched};
use crate::engine::RunSummary;
use crate::present::words;

/// What a filter of runs may name: scores are in percent but for those named after the CCC, `uar` and `ccc` are the best
/// on validation.
pub fn fields() -> Fields {
    use Kind::{Date, Number, Text};
    Fields::new(&[
        ("id", Text),
        ("state", Text),
        ("end", Text),
        ("reason", Text),
        ("model", Text),
        ("preset", Text),
        ("corpus", Text),
        ("split", Text),
        ("fold", Number),
        ("group", Text),
        ("seed", Number),
        ("device", Text),
        ("epochs", Number),
        ("uar", Number),
        ("ccc", Number),
        ("test_uar", Number),
        ("test_ccc", Number),
        ("accuracy", Number),
        ("tag", Text),
        ("note", Text),
        ("created", Date),
        ("synthetic", Text),
    ])
}

impl Searched for RunSummary {
    fn any(&self, field: &str, test: &mut dyn FnMut(Cell<'_>) -> bool) -> bool {
        let mut text = |text: &str| !text.is_empty() && test(text.into());
        match field {
            "id" => text(&self.id),
            "state" => text(self.state.name()),
            "end" => self.end.as_ref().is_some_and(|end| text(end.short())),
            "reason" => self.reason.as_deref().is_some_and(text),
            "model" => text(&self.model),
            "preset" => text(&self.preset),
            "corpus" => self.corpora.iter().any(|corpus| text(corpus)),
            "split" => text(&self.split),
            "group" => self.fold.as_ref().is_some_and(|(.., group)| text(group)),
            "device" => text(&self.device),
            "tag" => self.note.tags.iter().any(|tag| text(tag)),
            "note" => text(&self.note.text),
            "created" => text(&self.created.strftime("%Y-%m-%d %H:%M:%S").to_string()),
            "synthetic" => text(if self.synthetic { "yes" } else { "no" }),
            _ => {
                let ccc = |value: f64| super::condition::rounded(value, 3);
                let number = match field {
                    "fold" => self.fold.as_ref().map(|(fold, ..)| (fold + 1).into()),
                    "seed" => Some(Cell::Number(self.seed as f64)),
                    "epochs" => Some(self.epochs.into()),
                    "uar" => self.best_validation_uar.map(percent),
                    "ccc" => self.best_validation_ccc.map(ccc),
                    "test_uar" => self.shown_uar().map(percent),
                    "test_ccc" => self.shown_ccc().map(ccc),
                    "accuracy" => self.shown_accuracy().map(percent),
                    _ => None,
                };
                number.is_some_and(test)
            }
        }
    }

    /// Name, state, why it ended, model, corpora, split, tags, note.
    fn text(&self) -> String {
        let (corpora, tags) = (self.corpora.join(" "), words::tags(&self.note));
        format!(
            "{} {} {} {} {corpora} {} {tags} {}",
            self.id,
            self.state.name(),
            words::ended(self),
            self.model,
            self.split,
            self.note.text
        )
    }
}
