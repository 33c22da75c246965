//! What a list is filtered by, one grammar for runs, trials and clips: `uar>60 model=crnn !speaker=1001 "two words"`.
//!
//! Terms stand between blanks, and all of them must hold. A word is searched in the text of a row; `FIELD OPERATOR VALUE`
//! compares a field by `=`, `!=`, `>`, `>=`, `<`, `<=`, or `~`, which finds the value anywhere in it; `!` before a term
//! turns it round; double quotes hold blanks, and keep a text from being read as a comparison. Numbers compare as they
//! are shown: scores in percent, to one digit. Case does not matter.

pub mod clips;
mod complete;
mod condition;
mod field;
mod grammar;
pub mod runs;
pub mod trials;

pub use complete::{Completion, complete};
pub use condition::{Cell, Condition, Operator};
pub use field::{Field, Fields, Kind};
pub use grammar::Mistake;

use std::collections::BTreeSet;

/// A row of a list that can be filtered.
pub trait Searched {
    /// Whether some value of a field passes the test; false where the row has none.
    fn any(&self, field: &str, test: &mut dyn FnMut(Cell<'_>) -> bool) -> bool;

    /// What words are searched in.
    fn text(&self) -> String;
}

/// What was read of a filter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Query {
    /// As it was typed.
    text: String,
    terms: Vec<Term>,
}

/// What must hold, or with `!` must not.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    negated: bool,
    test: Test,
    /// What is searched in the text of a row, in small letters; nothing for a comparison.
    small: String,
}

impl Term {
    fn new(negated: bool, test: Test) -> Self {
        let small = match &test {
            Test::Word(text) | Test::Phrase(text) => text.to_lowercase(),
            Test::Compare(_) => String::new(),
        };
        Self { negated, test, small }
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Test {
    /// Without quotes, with whatever signs it was typed.
    Word(String),
    /// In quotes.
    Phrase(String),
    Compare(Condition),
}

impl Query {
    /// Reads a filter of rows with these fields.
    ///
    /// # Errors
    /// What cannot be read, with its column.
    pub fn read(text: &str, fields: &Fields) -> Result<Self, Mistake> {
        let terms = grammar::terms(text, fields)?;
        let text = text.to_owned();
        Ok(Self { text, terms })
    }

    /// As it was typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether everything passes.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it compares this field.
    pub fn names(&self, field: &str) -> bool {
        let compares = |term: &Term| matches!(&term.test, Test::Compare(condition) if condition.field == field);
        self.terms.iter().any(compares)
    }

    /// Whether it is nothing but words that only find more when they are shorter, so that what is typed behind it can only
    /// narrow what was found.
    pub fn narrows(&self) -> bool {
        let plain = |text: &str| !text.contains(['!', '^', '$', '\'', '\\']);
        self.terms
            .iter()
            .all(|term| matches!(&term.test, Test::Word(word) if !term.negated && plain(word)))
    }

    /// Whether all terms hold; words and phrases where the row's text holds them.
    pub fn passes(&self, row: &impl Searched) -> bool {
        let mut text = None;
        self.terms.iter().all(|term| {
            let found = match &term.test {
                Test::Compare(condition) => condition.holds(row),
                Test::Word(_) | Test::Phrase(_) => text
                    .get_or_insert_with(|| row.text().to_lowercase())
                    .contains(&term.small),
            };
            found != term.negated
        })
    }
}

/// The texts that a field has in some row, for completion.
pub fn values_of<'a, R: Searched + 'a>(field: &str, rows: impl IntoIterator<Item = &'a R>) -> Vec<String> {
    let mut values = BTreeSet::new();
    for row in rows {
        row.any(field, &mut |cell| {
            if let Cell::Text(text) = cell
                && !values.contains(&*text)
            {
                values.insert(text.into_owned());
            }
            false
        });
    }
    values.into_iter().collect()
}
