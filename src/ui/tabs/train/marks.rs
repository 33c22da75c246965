//! Runs that are marked, so that their curves lie over that of the run under the cursor. The place of a mark is its colour.

/// Runs that can be marked.
pub const MOST: usize = 6;

/// The marked runs.
#[derive(Debug, Default)]
pub struct Marks([Option<String>; MOST]);

impl Marks {
    /// Their ids.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.0.iter().flatten()
    }

    /// Marks a run, or takes its mark away; false where no colour is free.
    pub fn toggle(&mut self, id: &str) -> bool {
        let (slot, mark) = match (self.slot(id), self.free()) {
            (Some(slot), _) => (slot, None),
            (None, Some(free)) => (free, Some(id.to_owned())),
            (None, None) => return false,
        };
        self.0[slot] = mark;
        true
    }

    /// Keeps the marks of runs for which this holds.
    pub fn retain(&mut self, holds: impl Fn(&str) -> bool) {
        for mark in &mut self.0 {
            mark.take_if(|id| !holds(id));
        }
    }

    /// The colour of a marked run.
    pub fn slot(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|mark| mark.as_deref() == Some(id))
    }

    /// The colour of the run under the cursor: its own, or the first that is free; one of none where all are taken.
    pub fn color(&self, id: &str) -> usize {
        self.slot(id).or_else(|| self.free()).unwrap_or(MOST)
    }

    fn free(&self) -> Option<usize> {
        self.0.iter().position(Option::is_none)
    }
}
