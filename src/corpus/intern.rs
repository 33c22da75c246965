//! Text that many clips share is kept once.

use super::column_values::Pair;
use super::{ColumnValues, Emotion};
use std::collections::HashSet;
use std::sync::Arc;

/// Every text seen so far.
#[derive(Debug, Default)]
pub(super) struct Interner {
    texts: HashSet<Arc<str>>,
    columns: HashSet<Arc<[Pair]>>,
}

impl Interner {
    /// The one copy of this text.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let shared: Arc<str> = text.into();
        self.texts.insert(Arc::clone(&shared));
        shared
    }

    /// The one copy of what further columns state.
    pub fn columns(&mut self, values: &ColumnValues) -> ColumnValues {
        let pairs = values.pairs();
        if let Some(known) = self.columns.get(pairs) {
            return ColumnValues::shared(Arc::clone(known));
        }
        let pairs = pairs.iter().map(|(name, value)| (self.share(name), self.share(value)));
        let shared: Arc<[Pair]> = pairs.collect();
        self.columns.insert(Arc::clone(&shared));
        ColumnValues::shared(shared)
    }

    /// The emotion of this name, as [`Emotion::new`].
    pub fn emotion(&mut self, name: &str) -> Emotion {
        Emotion::shared(self.share(&name.trim().to_lowercase()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one() {
        let mut interner = Interner::default();
        let (a, b, c) = (interner.share("x"), interner.share("x"), interner.share("y"));
        assert!(Arc::ptr_eq(&a, &b));
        assert!(!Arc::ptr_eq(&a, &c));
        assert_eq!(interner.emotion(" Sad "), Emotion::new("sad"));
    }
}
