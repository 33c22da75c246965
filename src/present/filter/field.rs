//! The fields that a filter may name.

use std::borrow::Cow;

/// How the values of a field are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text, of which `=` asks for the whole.
    Text,
    /// A number.
    Number,
    /// A date, and a time behind it if one likes: `2026-11-30`, `2026-11-30 14:05`.
    Date,
    /// Numbers or texts, as the values of a parameter.
    Any,
}

/// A field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: Cow<'static, str>,
    /// How its values are read.
    pub kind: Kind,
}

/// The fields of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fields(Vec<Field>);

impl Fields {
    /// These.
    pub fn new(fields: &[(&'static str, Kind)]) -> Self {
        let field = |(name, kind): &(&'static str, Kind)| Field {
            name: Cow::Borrowed(name),
            kind: *kind,
        };
        Self(fields.iter().map(field).collect())
    }

    /// And this one.
    pub fn push(&mut self, name: String, kind: Kind) {
        let name = Cow::Owned(name);
        self.0.push(Field { name, kind });
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Field> {
        self.0.iter()
    }

    /// The field of this name, or else the only one that ends with it; case does not matter.
    pub fn find(&self, name: &str) -> Option<&Field> {
        if let Some(same) = self.0.iter().find(|field| field.name.eq_ignore_ascii_case(name)) {
            return Some(same);
        }
        let name = name.to_ascii_lowercase();
        let mut ending = self.0.iter().filter(|field| {
            let has_parts = field.name.contains('.');
            has_parts && field.name.to_ascii_lowercase().ends_with(&name)
        });
        ending.next().filter(|_| ending.next().is_none())
    }

    /// Their names, with commas.
    pub fn names(&self) -> String {
        let names: Vec<&str> = self.0.iter().map(|field| &*field.name).collect();
        names.join(", ")
    }
}
