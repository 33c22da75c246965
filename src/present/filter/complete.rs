//! What Tab makes of a filter that is being typed.

use super::condition::Operator;
use super::field::{Fields, Kind};
use super::grammar::{is_of_name, typed};

/// What Tab makes of the word before the cursor.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completion {
    /// How many characters before the cursor are replaced.
    pub replaced: usize,
    /// By what: as much as all that fits has in common.
    pub text: String,
    /// What fits, when it is more than one.
    pub offers: Vec<String>,
}

/// Completes the name of a field, or behind its operator one of its values, which are asked for by the field's whole
/// name. Nothing where nothing fits.
pub fn complete(before: &str, fields: &Fields, values: impl FnOnce(&str) -> Vec<String>) -> Option<Completion> {
    let start = before.rfind(char::is_whitespace).map_or(0, |blank| {
        blank + before[blank..].chars().next().map_or(0, char::len_utf8)
    });
    let word = before[start..].trim_start_matches('!');
    let name_end = word.find(|character| !is_of_name(character)).unwrap_or(word.len());
    let (name, rest) = word.split_at(name_end);
    let operator = Operator::ALL
        .into_iter()
        .find(|operator| rest.starts_with(operator.sign()));
    let (begun, found): (&str, Vec<String>) = match operator {
        None if rest.is_empty() => {
            let begins = |known: &str| {
                let known = known.to_lowercase();
                let name = name.to_lowercase();
                // A parameter is known by its last part.
                known.starts_with(&name) || known.rsplit('.').next().is_some_and(|last| last.starts_with(&name))
            };
            let names = fields.iter().map(|field| field.name.to_string());
            (name, names.filter(|known| begins(known)).collect())
        }
        None => return None,
        Some(operator) => {
            let begun = &rest[operator.sign().len()..];
            let small = begun.trim_start_matches('"').to_lowercase();
            let mut values = values(&fields.find(name)?.name);
            values.retain(|value| value.to_lowercase().starts_with(&small));
            values.sort_unstable();
            values.dedup();
            (begun, values.iter().map(|value| typed(value)).collect())
        }
    };
    let first = found.first()?;
    let text = match (&*found, operator) {
        // Numbers are compared in more ways than one.
        ([only], None) if fields.find(only).is_some_and(|field| field.kind == Kind::Text) => format!("{only}="),
        ([only], None) => only.clone(),
        ([only], Some(_)) => format!("{only} "),
        _ => {
            let common = found.iter().fold(first.as_str(), |common, next| shared(common, next));
            // What was typed in another case, or is the last part of what fits, is not shortened.
            let longer = common.chars().count() >= begun.chars().count();
            if longer { common } else { begun }.to_owned()
        }
    };
    Some(Completion {
        replaced: begun.chars().count(),
        text,
        offers: if found.len() > 1 { found } else { Vec::new() },
    })
}

/// What two texts begin with.
fn shared<'a>(one: &'a str, two: &str) -> &'a str {
    let same = one.chars().zip(two.chars()).take_while(|(one, two)| one == two);
    let bytes: usize = same.map(|(character, _)| character.len_utf8()).sum();
    &one[..bytes]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields() -> Fields {
        let mut fields = Fields::new(&[("model", Kind::Text), ("monitor", Kind::Text), ("uar", Kind::Number)]);
        fields.push("training.learning_rate".to_owned(), Kind::Any);
        fields
    }

    fn completed(before: &str) -> Option<(usize, String, usize)> {
        let values = |field: &str| match field {
            "model" => ["crnn", "conv1d", "conv2d", "two words"].map(str::to_owned).to_vec(),
            _ => Vec::new(),
        };
        complete(before, &fields(), values).map(|found| (found.replaced, found.text, found.offers.len()))
    }

    #[test]
    fn names_and_values_are_completed_as_far_as_all_that_fits_agrees() {
        let is = |replaced, text: &str, offers| Some((replaced, text.to_owned(), offers));
        assert_eq!(completed("u"), is(1, "uar", 0));
        assert_eq!(completed("sad !m"), is(1, "mo", 2));
        assert_eq!(completed("mod"), is(3, "model=", 0));
        assert_eq!(completed("learn"), is(5, "training.learning_rate", 0));
        assert_eq!(completed("uar>60 model=c"), is(1, "c", 3));
        assert_eq!(completed("model=co"), is(2, "conv", 2));
        assert_eq!(completed("model!=CR"), is(2, "crnn ", 0));
        assert_eq!(completed("model=t"), is(1, "\"two words\" ", 0));
        assert_eq!(completed(""), is(0, "", 4));
        assert_eq!(completed("model=x"), None);
        assert_eq!(completed("nothing"), None);
        assert_eq!(completed("'exact"), None);
        assert_eq!(completed("überfluss=ä"), None);
    }
}
