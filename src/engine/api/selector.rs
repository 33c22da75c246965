//! Which run is meant.

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

const LAST: &str = "last";

/// Which run is meant.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RunSelector {
    /// `last`: the newest that has what is asked for.
    Last,
    /// An id, or a beginning of it.
    Named(String),
    /// `STUDY/RUN` or `STUDY/NUMBER`: the run of a trial.
    Trial {
        /// The study's name, a unique beginning of it, or `last`.
        study: String,
        /// The run's id, or the trial's number.
        run: String,
    },
}

impl From<&str> for RunSelector {
    fn from(words: &str) -> Self {
        match words.split_once('/') {
            _ if words == LAST => Self::Last,
            Some((study, run)) => Self::Trial {
                study: study.to_owned(),
                run: run.to_owned(),
            },
            None => Self::Named(words.to_owned()),
        }
    }
}

impl From<String> for RunSelector {
    fn from(words: String) -> Self {
        Self::from(&*words)
    }
}

impl FromStr for RunSelector {
    type Err = Infallible;

    fn from_str(words: &str) -> Result<Self, Infallible> {
        Ok(words.into())
    }
}

impl fmt::Display for RunSelector {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last => formatter.write_str(LAST),
            Self::Named(name) => formatter.write_str(name),
            Self::Trial { study, run } => write!(formatter, "{study}/{run}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_select_the_last_run_one_by_its_name_or_that_of_a_trial() {
        let (study, run) = ("grid".to_owned(), "7".to_owned());
        for (words, selected) in [
            ("last", RunSelector::Last),
            ("2026", RunSelector::Named("2026".to_owned())),
            ("grid/7", RunSelector::Trial { study, run }),
        ] {
            assert_eq!(RunSelector::from(words), selected);
            assert_eq!(selected.to_string(), words);
        }
    }
}
