//! From what was typed to terms, and back.

use super::condition::{Condition, Operator, number};
use super::field::{Fields, Kind};
use super::{Query, Term, Test};
use std::fmt;

/// What cannot be read of a filter, at a column counted from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mistake {
    /// A comparison of what is no field.
    #[error("column {column}: no field `{name}`; there are {known} (in quotes it is searched for as text)")]
    UnknownField {
        /// Where it begins.
        column: usize,
        /// What was typed.
        name: String,
        /// The fields there are.
        known: String,
    },
    /// A comparison without a value.
    #[error("column {column}: a value is missing after `{field}{sign}`; write \"\" for none")]
    NoValue {
        /// Where it should begin.
        column: usize,
        /// The field.
        field: String,
        /// The operator.
        sign: &'static str,
    },
    /// A number was compared with what is none.
    #[error("column {column}: `{value}` is no number, and `{field}{sign}` needs one")]
    NoNumber {
        /// Where it begins.
        column: usize,
        /// The field.
        field: String,
        /// The operator.
        sign: &'static str,
        /// What was typed.
        value: String,
    },
    /// A text was asked to be more or less.
    #[error("column {column}: `{field}` is a text; it can be compared by =, != and ~, not by {sign}")]
    NoOrder {
        /// Where the operator is.
        column: usize,
        /// The field.
        field: String,
        /// The operator.
        sign: &'static str,
    },
    /// A quote that does not end.
    #[error("column {column}: the quote that begins here does not end")]
    OpenQuote {
        /// Where it begins.
        column: usize,
    },
}

impl Mistake {
    /// Its column, from 1.
    pub fn column(&self) -> usize {
        match self {
            Self::UnknownField { column, .. }
            | Self::NoValue { column, .. }
            | Self::NoNumber { column, .. }
            | Self::NoOrder { column, .. }
            | Self::OpenQuote { column } => *column,
        }
    }

    /// The terms of a text that stand before it.
    pub fn before<'a>(&self, text: &'a str) -> &'a str {
        let end = text.char_indices().nth(self.column() - 1);
        let before = &text[..end.map_or(text.len(), |(byte, _)| byte)];
        before.rfind(char::is_whitespace).map_or("", |blank| &before[..blank])
    }
}

/// The terms of a filter.
pub(super) fn terms(text: &str, fields: &Fields) -> Result<Vec<Term>, Mistake> {
    let characters: Vec<char> = text.chars().collect();
    let mut reader = Reader {
        characters: &characters,
        at: 0,
    };
    let mut terms = Vec::new();
    while reader.skip_blanks() {
        let negated = reader.take("!");
        if let Some(test) = reader.test(fields)? {
            terms.push(Term::new(negated, test));
        }
    }
    Ok(terms)
}

/// What may stand in the name of a field.
pub(super) fn is_of_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '.' | '-')
}

struct Reader<'a> {
    characters: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn next(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    /// Whether something is left.
    fn skip_blanks(&mut self) -> bool {
        self.while_holds(char::is_whitespace);
        self.next().is_some()
    }

    fn while_holds(&mut self, holds: impl Fn(char) -> bool) -> String {
        let start = self.at;
        while self.next().is_some_and(&holds) {
            self.at += 1;
        }
        self.characters[start..self.at].iter().collect()
    }

    fn take(&mut self, sign: &str) -> bool {
        let end = self.at + sign.len();
        let here = self.characters.get(self.at..end);
        let found = here.is_some_and(|here| here.iter().copied().eq(sign.chars()));
        if found {
            self.at = end;
        }
        found
    }

    fn test(&mut self, fields: &Fields) -> Result<Option<Test>, Mistake> {
        if let Some(phrase) = self.quoted()? {
            return Ok(Some(Test::Phrase(phrase)));
        }
        let start = self.at;
        let name = self.while_holds(is_of_name);
        let sign = self.at;
        let operator = Operator::ALL.into_iter().find(|operator| self.take(operator.sign()));
        match operator {
            Some(operator) if !name.is_empty() => self.condition(name, operator, (start, sign), fields).map(Some),
            _ => {
                self.at = start;
                // A blank after a backslash is one to be searched for.
                let mut escaped = false;
                while let Some(character) = self.next()
                    && (escaped || !character.is_whitespace())
                {
                    escaped = character == '\\' && !escaped;
                    self.at += 1;
                }
                let word: String = self.characters[start..self.at].iter().collect();
                Ok(Some(word).filter(|word| !word.is_empty()).map(Test::Word))
            }
        }
    }

    fn condition(
        &mut self,
        name: String,
        operator: Operator,
        (start, sign): (usize, usize),
        fields: &Fields,
    ) -> Result<Test, Mistake> {
        if operator == Operator::Equal {
            self.take("=");
        }
        let Some(field) = fields.find(&name) else {
            let (column, known) = (start + 1, fields.names());
            return Err(Mistake::UnknownField { column, name, known });
        };
        let (name, kind, column) = (field.name.to_string(), field.kind, self.at + 1);
        let (field, sign_typed) = (name.clone(), operator.sign());
        if operator.orders() && kind == Kind::Text {
            let column = sign + 1;
            return Err(Mistake::NoOrder {
                column,
                field,
                sign: sign_typed,
            });
        }
        let value = match self.quoted()? {
            Some(value) => value,
            None => self.while_holds(|character| !character.is_whitespace()),
        };
        // Only that there is no value can be asked of nothing.
        let none = self.at > column - 1 && matches!(operator, Operator::Equal | Operator::NotEqual);
        if value.is_empty() && !none {
            return Err(Mistake::NoValue {
                column,
                field,
                sign: sign_typed,
            });
        }
        let needs_number = match kind {
            Kind::Number => operator != Operator::Contains,
            Kind::Any => operator.orders(),
            Kind::Text | Kind::Date => false,
        };
        if needs_number && !value.is_empty() && number(&value).is_none() {
            return Err(Mistake::NoNumber {
                column,
                field,
                sign: sign_typed,
                value,
            });
        }
        Ok(Test::Compare(Condition {
            field: name,
            kind,
            operator,
            value,
        }))
    }

    /// What stands in quotes, if a quote begins here.
    fn quoted(&mut self) -> Result<Option<String>, Mistake> {
        let column = self.at + 1;
        if !self.take("\"") {
            return Ok(None);
        }
        let mut text = String::new();
        while let Some(character) = self.next() {
            self.at += 1;
            match character {
                '"' => return Ok(Some(text)),
                '\\' if matches!(self.next(), Some('"' | '\\')) => {
                    text.extend(self.next());
                    self.at += 1;
                }
                character => text.push(character),
            }
        }
        Err(Mistake::OpenQuote { column })
    }
}

/// In quotes, so that it is read as it is.
pub(super) fn quote(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// A value as it is typed behind an operator: in quotes where it must be.
pub(super) fn typed(value: &str) -> String {
    let plain = !value.is_empty() && !value.starts_with(['"', '=']) && !value.contains(char::is_whitespace);
    if plain { value.to_owned() } else { quote(value) }
}

impl fmt::Display for Query {
    /// As it could be typed.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, term) in self.terms.iter().enumerate() {
            let blank = if index > 0 { " " } else { "" };
            let negation = if term.negated { "!" } else { "" };
            write!(formatter, "{blank}{negation}")?;
            match &term.test {
                Test::Word(word) => formatter.write_str(word)?,
                Test::Phrase(phrase) => formatter.write_str(&quote(phrase))?,
                Test::Compare(condition) => {
                    let (field, sign) = (&condition.field, condition.operator.sign());
                    write!(formatter, "{field}{sign}{}", typed(&condition.value))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
