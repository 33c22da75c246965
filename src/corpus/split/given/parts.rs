//! What the parts of a split are called, and which sides they are.

use super::super::Subset;
use super::listed;
use crate::corpus::CorpusError;
use std::collections::{BTreeMap, BTreeSet};

/// The side that a part of this name is: `train`, `val`, `dev`, `test`, `Test1`, …
pub fn side_of(name: &str) -> Option<Subset> {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "train" | "training" => Some(Subset::Train),
        "val" | "valid" | "validation" | "dev" | "devel" | "development" => Some(Subset::Validation),
        name => {
            let bare = name.trim_end_matches(|letter: char| letter.is_ascii_digit());
            let bare = bare.trim_end_matches(['_', '-', ' ']);
            matches!(bare, "test" | "testing" | "eval" | "evaluation").then_some(Subset::Test)
        }
    }
}

/// Which side each part is.
#[derive(Debug)]
pub struct Parts {
    sides: BTreeMap<String, Option<Subset>>,
    /// The part that is tested on; none where another corpus brings it.
    pub test: Option<String>,
}

impl Parts {
    /// Finds out, for parts of these names. Tested on is the one that is chosen, else the only one that is called test; a
    /// part that is neither is in none. Where these are not `alone`, others may bring what is missing.
    ///
    /// # Errors
    /// Nothing, or several parts, to test on; none to learn from. `whose` says of whom.
    pub fn of(names: &BTreeSet<&str>, chosen: &str, whose: &str, alone: bool) -> Result<Self, CorpusError> {
        let refuse = |problem: String| Err(CorpusError::Split(format!("{whose} {problem}")));
        let all = listed(names.iter().copied());
        let is_chosen = |name: &&&str| name.trim().eq_ignore_ascii_case(chosen.trim());
        let is_test = |name: &&&str| side_of(name) == Some(Subset::Test);
        let named: Vec<&str> = match chosen.trim() {
            "" => names.iter().filter(is_test).copied().collect(),
            _ => names.iter().filter(is_chosen).copied().collect(),
        };
        let test = match named.as_slice() {
            [one] => Some((*one).to_owned()),
            [] if chosen.trim().is_empty() && !alone => None,
            [] if chosen.trim().is_empty() => {
                return refuse(format!(
                    "has no part that is called test; there are {all}; name the one to test on: split.test_part"
                ));
            }
            [] => {
                return refuse(format!(
                    "has no part `{}` (split.test_part); there are {all}",
                    chosen.trim()
                ));
            }
            // Spellings of one name are one.
            several if several.iter().all(|name| name.eq_ignore_ascii_case(several[0])) => Some(several[0].to_owned()),
            several => {
                return refuse(format!(
                    "has several parts to test on: {}; choose one: split.test_part = \"{}\"",
                    listed(several.iter().copied()),
                    several[0]
                ));
            }
        };
        let side = |name: &str| match side_of(name) {
            _ if test.as_deref().is_some_and(|test| name.eq_ignore_ascii_case(test)) => Some(Subset::Test),
            Some(Subset::Test) | None => None,
            side => side,
        };
        let sides: BTreeMap<String, Option<Subset>> =
            names.iter().map(|name| ((*name).to_owned(), side(name))).collect();
        if alone && !sides.values().any(|side| *side == Some(Subset::Train)) {
            return refuse(format!(
                "has no part to learn from; there are {all}, and the one to learn from must be called train"
            ));
        }
        Ok(Self { sides, test })
    }

    /// The side of a part.
    pub fn side(&self, name: &str) -> Option<Subset> {
        self.sides.get(name).copied().flatten()
    }

    /// Whether one of them is validated on.
    pub fn validates(&self) -> bool {
        self.sides.values().any(|side| *side == Some(Subset::Validation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(names: &[&str], chosen: &str) -> Result<Parts, String> {
        let names = names.iter().copied().collect();
        Parts::of(&names, chosen, "it", true).map_err(|error| error.to_string())
    }

    #[test]
    fn parts_are_known_by_their_usual_names() {
        for (name, side) in [
            (" Train ", Some(Subset::Train)),
            ("Development", Some(Subset::Validation)),
            ("val", Some(Subset::Validation)),
            ("Test1", Some(Subset::Test)),
            ("test_2", Some(Subset::Test)),
            ("eval", Some(Subset::Test)),
            ("latest", None),
            ("3", None),
            ("", None),
        ] {
            assert_eq!(side_of(name), side, "{name}");
        }
    }

    #[test]
    fn one_part_is_tested_on_and_the_other_test_parts_are_in_none() {
        let podcast = ["Train", "Development", "Test1", "Test2", "Test3"];
        let problem = parts(&podcast, "").unwrap_err();
        assert!(
            problem.contains("Test1, Test2, Test3; choose one: split.test_part = \"Test1\""),
            "{problem}"
        );
        let chosen = parts(&podcast, "test2").unwrap();
        let sides = podcast.map(|name| chosen.side(name));
        let [train, validation, test] = Subset::ALL.map(Some);
        assert_eq!(sides, [train, validation, None, test, None]);
        assert!(chosen.validates() && chosen.test.as_deref() == Some("Test2"));
        // Any part may be tested on.
        let dev = parts(&["train", "dev"], "dev").unwrap();
        assert_eq!((dev.side("dev"), dev.validates()), (test, false));
    }

    #[test]
    fn what_is_missing_is_said_with_what_is_there() {
        for (names, chosen, words) in [
            (
                &["train", "extra"][..],
                "",
                "no part that is called test; there are extra, train",
            ),
            (
                &["train", "test"],
                "Test7",
                "no part `Test7` (split.test_part); there are test, train",
            ),
            (&["test", "dev"], "", "no part to learn from; there are dev, test"),
        ] {
            let problem = parts(names, chosen).unwrap_err();
            assert!(problem.contains(words), "{problem}");
        }
        assert_eq!(
            parts(&["TEST", "test", "train"], "").unwrap().side("TEST"),
            Some(Subset::Test)
        );
    }
}
