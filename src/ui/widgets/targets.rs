//! Places of the screen that mean something to the mouse, as the last frame had them.

use ratatui::layout::{Position, Rect};
use std::cell::RefCell;

/// What stands where. Whoever draws it clears it first.
#[derive(Debug, Clone)]
pub struct Targets<T>(RefCell<Vec<(Rect, T)>>);

impl<T> Default for Targets<T> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<T: Copy> Targets<T> {
    /// A new frame begins.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// This stands there.
    pub fn add(&self, area: Rect, what: T) {
        self.0.borrow_mut().push((area, what));
    }

    /// What stands at a place.
    pub fn at(&self, place: Position) -> Option<T> {
        let targets = self.0.borrow();
        let found = targets.iter().find(|(area, _)| area.contains(place));
        found.map(|(_, what)| *what)
    }
}
