//! How scores were obtained, in one line.

use super::Leakage;
use serde::{Deserialize, Serialize};

/// How the scores were obtained.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Protocol {
    /// What the split calls itself (`speaker-disjoint split`, `random clips`, with fold): `Split::name`.
    pub split: String,
    /// Whether the data is synthetic.
    pub synthetic: bool,
    /// Clips on the training set.
    pub train_clips: usize,
    /// Clips on the validation set.
    pub validation_clips: usize,
    /// Clips on the test set.
    pub test_clips: usize,
    /// Test against training (validation included, since the best epoch is chosen there).
    pub leakage: Leakage,
    /// What the evaluated model learnt from, where that is not the training set of this split: another run's, or
    /// somebody else's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trained_elsewhere: Option<String>,
    /// Clips left out, with the reason.
    pub left_out: Vec<(String, usize)>,
    /// Whether the model at hand was refitted on everything, so that these scores are those of the one before it.
    #[serde(default)]
    pub final_model: bool,
    /// Anything the split had to do otherwise than asked.
    #[serde(rename = "remarks")]
    pub notes: Vec<String>,
    /// The run's seed.
    pub seed: u64,
}

/// Said of a model that learnt from its test clips.
const FINAL: &str = "the FINAL MODEL was fitted on all clips and has no held-out test score";

impl Protocol {
    /// The one line under every score: the split, its sides, what leaks from training to test, what was left
    /// out, and what could not be done as asked. What leaks is counted, never taken from the split's name.
    pub fn line(&self) -> String {
        let leaks = match (self.leakage.shared_copies, self.leakage.shared_speakers) {
            (0, 0) => "",
            (0, _) => ", speakers leak",
            _ => ", copies leak",
        };
        let mut parts = vec![
            match &self.trained_elsewhere {
                Some(words) => format!("{}: {} clips, {words}", self.split, self.test_clips),
                None => format!(
                    "{} (seed {}{leaks}): {} train / {} validation / {} test clips",
                    self.split, self.seed, self.train_clips, self.validation_clips, self.test_clips
                ),
            },
            format!("test speakers also in training: {}", self.shared_speakers()),
            format!(
                "sentences shared: {}",
                of(self.leakage.shared_texts, self.leakage.test_texts)
            ),
        ];
        if self.leakage.shared_clips > 0 {
            parts.push(format!("test clips also in training: {}", self.leakage.shared_clips));
        }
        if self.leakage.shared_copies > 0 {
            parts.push(format!(
                "test examples with a copy in training: {}",
                of(self.leakage.shared_copies, self.test_clips)
            ));
        }
        if self.leakage.shared_recordings > 0 {
            parts.push(format!(
                "recordings shared: {} test clips are of recordings in training",
                of(self.leakage.shared_recordings, self.test_clips)
            ));
        }
        parts.push(format!("left out: {}", self.left_out()));
        parts.extend(self.notes.iter().cloned());
        if self.final_model {
            parts.insert(
                0,
                format!("{FINAL}, and these are the scores of the one before it, fitted on train alone"),
            );
        }
        if self.synthetic {
            parts.insert(0, "SYNTHETIC demo data".to_owned());
        }
        parts.join("; ")
    }

    /// The same for a narrow column: the split and the speakers that leak, or the worst that leaks.
    pub fn short_line(&self) -> String {
        let mut badges = if self.synthetic { "SYNTHETIC demo data; " } else { "" }.to_owned();
        if self.final_model {
            badges += &format!("{FINAL}; ");
        }
        if self.leakage.shared_copies > 0 {
            return format!(
                "{badges}{}; LEAKY: test examples with a copy in training: {}",
                self.split,
                of(self.leakage.shared_copies, self.test_clips)
            );
        }
        format!(
            "{badges}{}; test speakers also in training: {}",
            self.split,
            self.shared_speakers()
        )
    }

    fn shared_speakers(&self) -> String {
        of(self.leakage.shared_speakers, self.leakage.test_speakers)
    }

    fn left_out(&self) -> String {
        let reasons: Vec<String> = self
            .left_out
            .iter()
            .filter(|(_, clips)| *clips > 0)
            .map(|(reason, clips)| format!("{clips} {reason}"))
            .collect();
        if reasons.is_empty() {
            "none".to_owned()
        } else {
            reasons.join(", ")
        }
    }
}

/// `shared of all`, or that nothing is known of any.
fn of(shared: usize, all: usize) -> String {
    if all == 0 {
        "not known".to_owned()
    } else {
        format!("{shared} of {all}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn protocol() -> Protocol {
        Protocol {
            split: "speaker-disjoint split".into(),
            train_clips: 812,
            validation_clips: 96,
            test_clips: 172,
            leakage: Leakage {
                train_speakers: 14,
                test_speakers: 4,
                test_texts: 2,
                shared_texts: 2,
                ..Leakage::default()
            },
            left_out: vec![("silent".into(), 1), ("damaged".into(), 0)],
            notes: vec!["validation cut by clip from training speakers (tess)".into()],
            seed: 42,
            ..Protocol::default()
        }
    }

    #[test]
    fn the_line_of_a_speaker_disjoint_split() {
        assert_eq!(
            protocol().line(),
            "speaker-disjoint split (seed 42): 812 train / 96 validation / 172 test clips; \
             test speakers also in training: 0 of 4; sentences shared: 2 of 2; left out: 1 silent; \
             validation cut by clip from training speakers (tess)"
        );
        assert_eq!(
            protocol().short_line(),
            "speaker-disjoint split; test speakers also in training: 0 of 4"
        );
    }

    #[test]
    fn a_final_model_is_not_given_the_scores_of_the_one_before_it() {
        let protocol = Protocol {
            final_model: true,
            synthetic: true,
            ..protocol()
        };
        let start = "SYNTHETIC demo data; the FINAL MODEL was fitted on all clips and has no held-out test score";
        assert!(
            protocol
                .line()
                .starts_with(&format!("{start}, and these are the scores of the one before it"))
        );
        assert!(
            protocol
                .short_line()
                .starts_with(&format!("{start}; speaker-disjoint split"))
        );
    }

    #[test]
    fn the_line_says_what_leaks_whatever_the_split_is_called() {
        let mut leaking = protocol();
        leaking.leakage = Leakage {
            test_speakers: 18,
            shared_speakers: 18,
            shared_clips: 3,
            ..Leakage::default()
        };
        leaking.left_out.clear();
        leaking.notes.clear();
        leaking.synthetic = true;
        for split in ["random clips, fold 2 of 5", "speaker-disjoint split"] {
            leaking.split = split.into();
            assert_eq!(
                leaking.line(),
                format!(
                    "SYNTHETIC demo data; {split} (seed 42, speakers leak): 812 train / 96 validation / 172 test \
                     clips; test speakers also in training: 18 of 18; sentences shared: not known; \
                     test clips also in training: 3; left out: none"
                )
            );
        }
        assert!(leaking.short_line().starts_with("SYNTHETIC demo data; "));
    }

    #[test]
    fn a_model_from_elsewhere_is_said_to_be_one() {
        let mut elsewhere = protocol();
        elsewhere.split = "all selected clips".into();
        elsewhere.trained_elsewhere = Some("by the model of run a, trained on crema_d (812 clips)".into());
        let line = elsewhere.line();
        assert!(
            line.starts_with("all selected clips: 172 clips, by the model of run a, trained on crema_d (812 clips); "),
            "{line}"
        );
        assert!(line.contains("test speakers also in training: 0 of 4"));
    }

    #[test]
    fn copies_on_both_sides_are_named_everywhere() {
        let mut leaking = protocol();
        leaking.leakage.shared_copies = 150;
        assert!(leaking.line().contains("(seed 42, copies leak)"));
        assert!(
            leaking
                .line()
                .contains("test examples with a copy in training: 150 of 172")
        );
        assert!(leaking.short_line().contains("LEAKY"));
    }

    #[test]
    fn recordings_on_both_sides_are_said() {
        let mut leaking = protocol();
        assert!(!leaking.line().contains("recordings"));
        leaking.leakage.shared_recordings = 40;
        assert!(
            leaking
                .line()
                .contains("; recordings shared: 40 of 172 test clips are of recordings in training; left out")
        );
    }

    #[test]
    fn unknown_speakers_are_said_to_be_unknown_not_disjoint() {
        let mut unknown = protocol();
        unknown.leakage = Leakage::default();
        assert!(unknown.line().contains("test speakers also in training: not known"));
    }
}
