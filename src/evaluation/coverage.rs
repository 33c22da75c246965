//! Which classes a score is about, and of which of them too few clips were evaluated.

use super::Scores;
use serde::Serialize;

/// A recall over fewer clips than this moves by more than ten points with a single one of them.
pub const FEW: usize = 10;

/// Which classes the score of a test set is about.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Classes of the run.
    pub classes: usize,
    /// Those with clips in the test set: the unweighted average recall is the mean over these.
    pub tested: usize,
    /// Classes with fewer than [`FEW`] test clips (none included), and how many they have; of the folds of a K-fold
    /// those of all its test sets together.
    pub few: Vec<(String, usize)>,
    /// Over how many test sets `few` is counted: 1, or the folds of a K-fold.
    pub sets: usize,
}

impl Coverage {
    /// Of the one test set with so many clips of each class.
    pub fn of<'a>(clips: impl IntoIterator<Item = (&'a str, usize)>) -> Self {
        let mut coverage = Self {
            sets: 1,
            ..Self::default()
        };
        for (label, clips) in clips {
            coverage.classes += 1;
            coverage.tested += usize::from(clips > 0);
            if clips < FEW {
                coverage.few.push((label.to_owned(), clips));
            }
        }
        coverage
    }

    /// Of one fold of a K-fold. Its score is over the classes of its own test set; which of them have few clips is
    /// reported of all folds together (`all`, with their number), and not before all of them are evaluated.
    #[must_use]
    pub fn in_fold(self, all: Option<(Self, usize)>) -> Self {
        let (few, sets) = all.map_or((Vec::new(), 1), |(all, folds)| (all.few, folds));
        Self { few, sets, ..self }
    }

    /// What the unweighted average recall is called: `UAR`, or `UAR over 5 of 6 classes`.
    pub fn uar(&self) -> String {
        if self.tested == self.classes {
            "UAR".to_owned()
        } else {
            format!("UAR over {} of {} classes", self.tested, self.classes)
        }
    }

    /// Whether there is anything to say beside the score.
    pub fn is_thin(&self) -> bool {
        self.tested < self.classes || !self.few.is_empty()
    }

    /// What has to be said beside the score: `the test set has no clips of calm, and fewer than 10 of sad (3)`.
    pub fn warning(&self) -> Option<String> {
        if let Some((least, most)) = self.all_few() {
            return Some(self.sentence(&format!("fewer than {FEW} clips of every class ({least} to {most})")));
        }
        let (lacking, few): (Vec<_>, Vec<_>) = self.few.iter().partition(|(_, clips)| *clips == 0);
        let lacking: Vec<&str> = lacking.iter().map(|(label, _)| label.as_str()).collect();
        let few: Vec<String> = few.iter().map(|(label, clips)| format!("{label} ({clips})")).collect();
        let (lacking, few) = (lacking.join(", "), few.join(", "));
        let what = match (lacking.is_empty(), few.is_empty()) {
            (true, true) => return None,
            (false, true) => format!("no clips of {lacking}"),
            (true, false) => format!("fewer than {FEW} clips of {few}"),
            (false, false) => format!("no clips of {lacking}, and fewer than {FEW} of {few}"),
        };
        Some(self.sentence(&what))
    }

    fn sentence(&self, what: &str) -> String {
        match self.sets {
            1 => format!("the test set has {what}"),
            folds => format!("the test sets of all {folds} folds together have {what}"),
        }
    }

    /// The fewest and the most clips of a class, when every one of them has some and all have few.
    fn all_few(&self) -> Option<(usize, usize)> {
        let clips = self.few.iter().map(|(_, clips)| *clips);
        let least = clips.clone().min().filter(|least| *least > 0)?;
        (self.few.len() == self.classes).then_some((least, clips.max()?))
    }

    /// The same in few words: `no calm, 3 sad`.
    pub fn short(&self) -> Option<String> {
        if let Some((least, most)) = self.all_few() {
            return Some(format!("{least} to {most} a class"));
        }
        let words = self.few.iter().map(|(label, clips)| match clips {
            0 => format!("no {label}"),
            clips => format!("{clips} {label}"),
        });
        let words: Vec<String> = words.collect();
        if !words.is_empty() {
            return Some(words.join(", "));
        }
        (self.tested < self.classes).then(|| format!("{} of {} classes", self.tested, self.classes))
    }
}

impl Scores {
    /// Which classes these scores are about.
    pub fn coverage(&self) -> Coverage {
        Coverage::of(self.classes.iter().map(|class| (class.label.as_str(), class.support)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_few_below_ten_clips_and_untested_without_any() {
        let all = Coverage::of([("sad", 10), ("calm", 11)]);
        assert_eq!(
            (all.uar().as_str(), all.is_thin(), all.warning(), all.short()),
            ("UAR", false, None, None)
        );

        let thin = Coverage::of([("sad", 9), ("calm", 0), ("happy", 60)]);
        assert_eq!((thin.classes, thin.tested, thin.is_thin()), (3, 2, true));
        assert_eq!(thin.few, [("sad".to_owned(), 9), ("calm".to_owned(), 0)]);
        assert_eq!(thin.uar(), "UAR over 2 of 3 classes");
        assert_eq!(
            thin.warning().unwrap(),
            "the test set has no clips of calm, and fewer than 10 of sad (9)"
        );
        assert_eq!(thin.short().unwrap(), "9 sad, no calm");
    }

    #[test]
    fn classes_that_are_all_few_are_not_listed() {
        let few = Coverage::of([("sad", 9), ("calm", 4), ("happy", 5)]);
        assert_eq!(
            few.warning().unwrap(),
            "the test set has fewer than 10 clips of every class (4 to 9)"
        );
        assert_eq!(few.short().unwrap(), "4 to 9 a class");
        assert!(
            Coverage::of([("sad", 9), ("calm", 0)])
                .warning()
                .unwrap()
                .contains("calm")
        );
    }

    #[test]
    fn a_fold_tells_what_its_score_is_over_and_leaves_the_rest_to_all_folds_together() {
        let fold = Coverage::of([("sad", 3), ("calm", 0)]);
        let alone = fold.clone().in_fold(None);
        assert_eq!(
            (alone.uar().as_str(), alone.warning()),
            ("UAR over 1 of 2 classes", None)
        );
        assert_eq!(alone.short().unwrap(), "1 of 2 classes");
        let together = fold.in_fold(Some((Coverage::of([("sad", 15), ("calm", 4)]), 5)));
        assert_eq!((together.tested, together.sets), (1, 5));
        assert_eq!(
            together.warning().unwrap(),
            "the test sets of all 5 folds together have fewer than 10 clips of calm (4)"
        );
    }
}
