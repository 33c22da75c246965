//! A comparison of a field with a value.

use super::Searched;
use super::field::Kind;
use std::borrow::Cow;
use std::cmp::Ordering;

/// How a field is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `>=`
    AtLeast,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `<`
    Below,
    /// `~`: the value is somewhere in it.
    Contains,
}

impl Operator {
    /// All of them; one that begins with another comes before it.
    pub const ALL: [Self; 7] = [
        Self::NotEqual,
        Self::AtLeast,
        Self::AtMost,
        Self::Above,
        Self::Below,
        Self::Contains,
        Self::Equal,
    ];

    /// As it is typed.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::AtLeast => ">=",
            Self::AtMost => "<=",
            Self::Above => ">",
            Self::Below => "<",
            Self::Contains => "~",
        }
    }

    /// Whether it asks for more than that a value is the same.
    pub fn orders(self) -> bool {
        matches!(self, Self::AtLeast | Self::AtMost | Self::Above | Self::Below)
    }

    fn accepts(self, order: Ordering) -> bool {
        match self {
            Self::Equal | Self::NotEqual => order == Ordering::Equal,
            Self::AtLeast => order != Ordering::Less,
            Self::AtMost => order != Ordering::Greater,
            Self::Above => order == Ordering::Greater,
            Self::Below => order == Ordering::Less,
            Self::Contains => false,
        }
    }
}

/// A value of a field of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// A text, a date.
    Text(Cow<'a, str>),
    /// A number as it is shown.
    Number(f64),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }
}

impl From<usize> for Cell<'_> {
    fn from(number: usize) -> Self {
        Self::Number(number as f64)
    }
}

/// A number in so many digits behind the point, as it is shown.
pub(super) fn rounded(value: f64, digits: usize) -> Cell<'static> {
    Cell::Number(format!("{value:.digits$}").parse().unwrap_or(value))
}

/// A share in percent, to one digit.
pub(super) fn percent(share: f64) -> Cell<'static> {
    rounded(100.0 * share, 1)
}

/// A field, an operator, a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The field's whole name.
    pub field: String,
    /// How its values are read.
    pub kind: Kind,
    /// How it is compared.
    pub operator: Operator,
    /// With what; with `=`, an empty text asks for rows that have no value.
    pub value: String,
}

impl Condition {
    /// Whether it holds for a row; one of several values is enough, and for `!=` none may be the same.
    pub(super) fn holds(&self, row: &impl Searched) -> bool {
        let found = match self.value.is_empty() {
            true => !row.any(&self.field, &mut |_| true),
            false => {
                let number = number(&self.value);
                row.any(&self.field, &mut |cell| self.accepts(&cell, number))
            }
        };
        found != (self.operator == Operator::NotEqual)
    }

    fn accepts(&self, cell: &Cell<'_>, wanted: Option<f64>) -> bool {
        let numbers = match cell {
            Cell::Number(value) => Some((*value, wanted)),
            Cell::Text(text) if self.kind == Kind::Any => number(text).map(|value| (value, wanted)),
            Cell::Text(_) => None,
        };
        match (self.operator, numbers, cell) {
            (Operator::Contains, _, Cell::Text(text)) => text.to_lowercase().contains(&self.value.to_lowercase()),
            (Operator::Contains, _, Cell::Number(value)) => value.to_string().contains(&self.value),
            (operator, Some((value, Some(wanted))), _) => {
                value.partial_cmp(&wanted).is_some_and(|order| operator.accepts(order))
            }
            (operator, _, Cell::Text(text)) if self.kind == Kind::Date => {
                // As much of the date as was typed: `<=2026-11-30` takes that whole day in.
                let length = text.floor_char_boundary(self.value.len());
                operator.accepts(text[..length].cmp(self.value.as_str()))
            }
            (Operator::Equal | Operator::NotEqual, _, Cell::Text(text)) => same(text, &self.value),
            _ => false,
        }
    }
}

/// A number as people type it, also as a percentage.
pub(super) fn number(text: &str) -> Option<f64> {
    let text = text.strip_suffix('%').unwrap_or(text);
    text.parse().ok().filter(|number: &f64| !number.is_nan())
}

/// Whether two texts are the same but for their case.
fn same(one: &str, two: &str) -> bool {
    let small = |text: &'_ str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    one.eq_ignore_ascii_case(two) || !(one.is_ascii() && two.is_ascii()) && small(one) == small(two)
}
