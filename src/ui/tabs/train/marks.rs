//! Runs that are marked: the curves of the first ones lie over that of the run under the cursor, and all of them are
//! deleted together. The place of a curve is its colour.

use std::collections::BTreeSet;

/// Marked runs whose curves are drawn.
pub const MOST: usize = 6;

/// The marked runs.
#[derive(Debug, Default)]
pub struct Marks {
    overlaid: [Option<String>; MOST],
    /// Marked when no colour was free.
    others: BTreeSet<String>,
}

impl Marks {
    /// Ids of those whose curves are drawn.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.overlaid.iter().flatten()
    }

    /// Ids of all.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.ids().chain(&self.others)
    }

    /// Whether a run is marked.
    pub fn contains(&self, id: &str) -> bool {
        self.slot(id).is_some() || self.others.contains(id)
    }

    /// Marks a run, or takes its mark away; false where it is marked and no colour was free.
    pub fn toggle(&mut self, id: &str) -> bool {
        if let Some(slot) = self.slot(id) {
            self.overlaid[slot] = None;
            return true;
        }
        match self.free() {
            _ if self.others.remove(id) => true,
            Some(free) => {
                self.overlaid[free] = Some(id.to_owned());
                true
            }
            None => !self.others.insert(id.to_owned()),
        }
    }

    /// Marks all of these, or where all are marked takes their marks away.
    pub fn toggle_all<'a>(&mut self, ids: impl Iterator<Item = &'a String> + Clone) {
        let unmark = ids.clone().all(|id| self.contains(id));
        for id in ids.filter(|id| unmark || !self.contains(id)).collect::<Vec<_>>() {
            self.toggle(id);
        }
    }

    /// Keeps the marks of runs for which this holds.
    pub fn retain(&mut self, holds: impl Fn(&str) -> bool) {
        for mark in &mut self.overlaid {
            mark.take_if(|id| !holds(id));
        }
        self.others.retain(|id| holds(id));
    }

    /// The colour of a marked run.
    pub fn slot(&self, id: &str) -> Option<usize> {
        self.overlaid.iter().position(|mark| mark.as_deref() == Some(id))
    }

    /// The colour of the run under the cursor: its own, or the first that is free; one of none where all are taken.
    pub fn color(&self, id: &str) -> usize {
        self.slot(id).or_else(|| self.free()).unwrap_or(MOST)
    }

    fn free(&self) -> Option<usize> {
        self.overlaid.iter().position(Option::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_number_is_marked_and_the_first_have_colours() {
        let ids: Vec<String> = (0..9).map(|id| id.to_string()).collect();
        let mut marks = Marks::default();
        assert!(marks.toggle("0") && marks.contains("0"));
        marks.toggle_all(ids.iter());
        assert_eq!((marks.ids().count(), marks.all().count()), (MOST, 9));
        assert!(marks.contains("8") && marks.slot("8").is_none());
        assert!(marks.toggle("8") && !marks.contains("8"));
        assert!(!marks.toggle("8") && marks.contains("8"));
        marks.retain(|id| id > "3");
        assert_eq!((marks.ids().count(), marks.all().count()), (2, 5));
        marks.toggle_all(ids[4..].iter());
        assert_eq!(marks.all().count(), 0);
    }
}
