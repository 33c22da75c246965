//! Which trials the charts show, and the study that is drawn beside.

use super::TuneView;
use crate::engine::{Command, Event, StudyCounts, StudyPage, TrialRow, TrialState};
use crate::ui::pane::Effects;
use std::sync::Arc;

/// How many of the best trials the key steps through; all first.
const TOPS: [Option<usize>; 4] = [None, Some(5), Some(20), Some(100)];

/// Which trials the charts show.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Chosen {
    top: usize,
    hide_pruned: bool,
}

impl Chosen {
    /// The next number of best trials.
    pub fn turn_top(&mut self) {
        self.top = (self.top + 1) % TOPS.len();
    }

    /// Hides the pruned trials in all charts, or shows them again.
    pub fn turn_pruned(&mut self) {
        self.hide_pruned = !self.hide_pruned;
    }

    /// Whether a trial of this rank (from 1, of complete ones) is shown.
    pub fn shows(self, trial: &TrialRow, rank: Option<usize>) -> bool {
        let top = TOPS.get(self.top).copied().flatten();
        let among = top.is_none_or(|top| rank.is_some_and(|rank| rank <= top));
        among && !(self.hide_pruned && trial.state == TrialState::Pruned)
    }

    /// As it is said on every chart; empty when all are shown.
    pub fn words(self) -> String {
        let top = TOPS.get(self.top).copied().flatten().map(|top| format!("top {top}"));
        let pruned = self.hide_pruned.then(|| "pruned hidden".to_owned());
        top.into_iter().chain(pruned).collect::<Vec<_>>().join(", ")
    }
}

/// A study whose best values are drawn beside those of the study in front.
#[derive(Debug, Default)]
pub struct Beside {
    /// Its name.
    pub wanted: Option<String>,
    /// What is known of it.
    pub page: Option<Arc<StudyPage>>,
    /// How far it was when it was asked for.
    asked: Option<StudyCounts>,
    /// Whether the answer is awaited.
    waits: bool,
}

impl Beside {
    /// Another question took the place of one that was not answered yet.
    pub fn again(&mut self) {
        if self.waits {
            (self.asked, self.waits) = (None, false);
        }
    }
}

impl TuneView {
    /// Whether the charts show a trial.
    pub(super) fn shows_trial(&self, trial: &TrialRow) -> bool {
        let rank = self.ranks.get(trial.number).copied().flatten();
        self.chosen_trials.shows(trial, rank)
    }

    /// Draws a study beside the one in front; not any longer when it was.
    pub(super) fn draw_beside(&mut self, study: &str) {
        let front = self.page.as_ref().is_some_and(|page| page.name == study);
        let off = front || self.beside.wanted.as_deref() == Some(study);
        self.beside = Beside {
            wanted: (!off).then(|| study.to_owned()),
            ..Beside::default()
        };
    }

    /// Asks for the study beside, once the one in front is known, and again when it has gone on.
    pub(super) fn ask_beside(&mut self, effects: &mut Effects) {
        let (Some(wanted), Some(front)) = (&self.beside.wanted, &self.page) else {
            return;
        };
        // The engine answers the newest question only.
        if self
            .asked
            .1
            .as_ref()
            .is_some_and(|asked| asked != "last" && *asked != front.name)
        {
            return;
        }
        let listed = self.studies.iter().flat_map(|studies| studies.iter());
        let counts = listed
            .into_iter()
            .find(|study| study.name == *wanted)
            .map(|study| study.counts);
        match counts {
            _ if front.name == *wanted => self.beside = Beside::default(),
            None => self.beside = Beside::default(),
            Some(counts) if !self.beside.waits && self.beside.asked != Some(counts) => {
                let study = wanted.clone();
                (self.beside.asked, self.beside.waits) = (Some(counts), true);
                effects.send(Command::Study { study, follow: false });
            }
            Some(_) => {}
        }
    }

    /// Takes what concerns the study beside; whether it does.
    pub(super) fn beside_takes(&mut self, event: &Event) -> bool {
        match event {
            Event::Study(page) if self.beside.waits && self.beside.wanted.as_ref() == Some(&page.name) => {
                (self.beside.page, self.beside.waits) = (Some(Arc::clone(page)), false);
                true
            }
            Event::Failed { .. } if self.beside.waits => {
                self.beside = Beside::default();
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_are_shown_and_pruned_ones_are_not_when_hidden() {
        let trial = |state| TrialRow {
            number: 3,
            state,
            value: None,
            reports: Vec::new(),
            seconds: None,
            parameters: Vec::new(),
            threshold: None,
            reason: None,
            lost: None,
            run: None,
            repeats: None,
        };
        let (complete, pruned) = (trial(TrialState::Complete), trial(TrialState::Pruned));
        let mut chosen = Chosen::default();
        assert!(chosen.shows(&complete, Some(900)) && chosen.shows(&pruned, None));
        assert_eq!(chosen.words(), "");
        chosen.turn_pruned();
        assert!(chosen.shows(&complete, Some(900)) && !chosen.shows(&pruned, None));
        chosen.turn_top();
        assert_eq!(chosen.words(), "top 5, pruned hidden");
        assert!(chosen.shows(&complete, Some(5)) && !chosen.shows(&complete, Some(6)));
        chosen.turn_pruned();
        assert!(!chosen.shows(&pruned, None), "what has no rank is not among the best");
        (0..3).for_each(|_| chosen.turn_top());
        assert_eq!(chosen, Chosen::default());
    }
}
