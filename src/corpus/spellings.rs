//! The spellings of one label: which names say the same emotion, and which only look like one that is known.

use super::Emotion;

/// A label as it is shown, and how corpora write it otherwise: nouns and adjectives, the codes of file names, and German,
/// French, Italian and Spanish. Umlauts and accents are written out ([`folded`]). What is not here is another emotion:
/// `calm`, `excited`, `frustrated` and `contempt` are nobody's spelling of `neutral`, `happy`, `angry` and `disgust`.
const SPELLINGS: [(&str, &[&str]); 13] = [
    (
        "neutral",
        &["neu", "neutrality", "neutral_state", "neutre", "neutro", "neutrale"],
    ),
    ("calm", &["calmness", "ruhig", "ruhe", "calme", "calma", "calmo"]),
    (
        "happy",
        &[
            "hap",
            "happiness",
            "joy",
            "joyful",
            "froehlich",
            "froehlichkeit",
            "freude",
            "freudig",
            "gluecklich",
            "glueck",
            "joie",
            "joyeux",
            "heureux",
            "gioia",
            "felice",
            "felicita",
            "alegria",
            "alegre",
            "feliz",
            "felicidad",
        ],
    ),
    (
        "sad",
        &[
            "sadness",
            "traurig",
            "traurigkeit",
            "trauer",
            "triste",
            "tristesse",
            "tristezza",
            "tristeza",
        ],
    ),
    (
        "angry",
        &[
            "ang",
            "anger",
            "wut",
            "wuetend",
            "aerger",
            "aergerlich",
            "zorn",
            "zornig",
            "colere",
            "rabbia",
            "arrabbiato",
            "enfado",
            "enojo",
            "ira",
        ],
    ),
    (
        "fearful",
        &[
            "fea",
            "fear",
            "afraid",
            "scared",
            "angst",
            "aengstlich",
            "furcht",
            "peur",
            "paura",
            "miedo",
        ],
    ),
    (
        "disgust",
        &["dis", "disgusted", "ekel", "angeekelt", "degout", "disgusto", "asco"],
    ),
    (
        "surprised",
        &[
            "sur",
            "surprise",
            "ps",
            "pleasant_surprise",
            "pleasant_surprised",
            "pleasantly_surprised",
            "ueberraschung",
            "ueberrascht",
            "surpris",
            "sorpresa",
        ],
    ),
    (
        "boredom",
        &[
            "bor",
            "bored",
            "langeweile",
            "gelangweilt",
            "ennui",
            "noia",
            "aburrimiento",
        ],
    ),
    ("excited", &["exc", "excitement"]),
    ("frustrated", &["fru", "frustration"]),
    (
        "contempt",
        &["contemptuous", "verachtung", "mepris", "disprezzo", "desprecio"],
    ),
    ("confused", &["confusion"]),
];

/// Names shorter than this look like too many others.
const TOLD_APART: usize = 4;

impl Emotion {
    /// The one name of a label that is spelt in many ways: `anger`, `ANG` and `Wut` are `angry`, and a number is written
    /// without zeros that say nothing (`1.0`, `01`). Names of which no spelling is known stay as they are.
    pub fn joined(&self) -> Self {
        let name = folded(self.name());
        let known = SPELLINGS
            .iter()
            .find(|(label, spellings)| *label == name || spellings.contains(&name.as_str()));
        match (known, whole_number(self.name())) {
            (Some((label, _)), _) => Self::new(label),
            (None, Some(number)) => Self::new(&number),
            (None, None) => self.clone(),
        }
    }

    /// Whether it is a number, which does not say what it stands for.
    pub fn is_number(&self) -> bool {
        whole_number(self.name()).is_some()
    }

    /// The known label that a name looks like without being a spelling of it: a slip of the pen (`angy`, `netural`), or
    /// one of its words (`hot anger`).
    pub(super) fn resembled(&self) -> Option<&'static str> {
        let name = folded(self.name());
        let spelt =
            |label: &'static str, spellings: &'static [&str]| std::iter::once(label).chain(spellings.iter().copied());
        let all = || {
            SPELLINGS
                .iter()
                .flat_map(move |(label, spellings)| spelt(label, spellings).map(move |spelling| (*label, spelling)))
                .filter(|(_, spelling)| spelling.len() >= TOLD_APART)
        };
        if all().any(|(_, spelling)| spelling == name) {
            return None;
        }
        let slip = all().find(|(_, spelling)| name.len() >= TOLD_APART && is_slip(&name, spelling));
        let word =
            || all().find(|(_, spelling)| name.split(|c: char| !c.is_alphabetic()).any(|word| word == *spelling));
        slip.or_else(word).map(|(label, _)| label)
    }
}

/// With blanks and hyphens as `_`, umlauts and accents written out (composed or not).
fn folded(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for letter in name.chars() {
        match letter {
            ' ' | '-' => folded.push('_'),
            // Umlaut and accent as characters of their own, as some file systems keep them.
            '\u{308}' => folded.push('e'),
            '\u{300}'..='\u{302}' => {}
            'ä' => folded.push_str("ae"),
            'ö' => folded.push_str("oe"),
            'ü' => folded.push_str("ue"),
            'ß' => folded.push_str("ss"),
            'à' | 'á' | 'â' => folded.push('a'),
            'è' | 'é' | 'ê' => folded.push('e'),
            'ì' | 'í' | 'î' => folded.push('i'),
            'ò' | 'ó' | 'ô' => folded.push('o'),
            'ù' | 'ú' | 'û' => folded.push('u'),
            other => folded.push(other),
        }
    }
    folded
}

/// A whole number without leading zeros and without the `.0` that tables of floating point put behind it.
fn whole_number(name: &str) -> Option<String> {
    let (sign, digits) = name.strip_prefix('-').map_or(("", name), |digits| ("-", digits));
    let (digits, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(digits) || !is_digits(fraction) || fraction.bytes().any(|byte| byte != b'0') {
        return None;
    }
    match digits.trim_start_matches('0') {
        "" => Some("0".to_owned()),
        digits => Some(format!("{sign}{digits}")),
    }
}

/// Whether one name comes from the other by a letter that is missing, added, another, or swapped with the next.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    match (one, other) {
        ([_, rest @ ..], []) | ([], [_, rest @ ..]) => rest.is_empty(),
        ([a, one_rest @ ..], [b, other_rest @ ..]) => {
            let swapped = || match (one_rest, other_rest) {
                ([c, one_rest @ ..], [d, other_rest @ ..]) => a == d && b == c && one_rest == other_rest,
                _ => false,
            };
            one_rest == other_rest || one_rest == other || one == other_rest || swapped()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn joined(name: &str) -> String {
        Emotion::new(name).joined().name().to_owned()
    }

    #[test]
    fn spellings_of_one_label_are_one() {
        for (label, spellings) in [
            ("angry", &["anger", "ANG", " Angry", "Wut", "Ärger", "Colère"][..]),
            ("happy", &["happiness", "hap", "Freude", "fröhlich", "glücklich", "joy"]),
            ("fearful", &["fear", "fea", "Angst", "a\u{308}ngstlich"]),
            ("sad", &["sadness", "Trauer", "traurig", "tristeza"]),
            (
                "surprised",
                &[
                    "surprise",
                    "ps",
                    "Pleasant Surprise",
                    "pleasant-surprised",
                    "Überraschung",
                ],
            ),
            ("disgust", &["disgusted", "DIS", "Ekel", "de\u{301}gou\u{302}t"]),
            ("neutral", &["NEU", "neutral"]),
            ("boredom", &["bored", "Langeweile"]),
            ("excited", &["exc", "excitement"]),
            ("frustrated", &["fru", "frustration"]),
        ] {
            for spelling in spellings {
                assert_eq!(joined(spelling), label, "{spelling}");
            }
        }
    }

    #[test]
    fn different_emotions_stay_apart() {
        let different = [
            "neutral",
            "calm",
            "happy",
            "sad",
            "angry",
            "fearful",
            "disgust",
            "surprised",
            "boredom",
            "excited",
            "frustrated",
            "contempt",
            "amused",
            "anxious",
            "tired",
            "hot anger",
            "other",
            "xxx",
            "",
        ];
        let joined: BTreeSet<String> = different.iter().map(|name| joined(name)).collect();
        assert_eq!(joined, different.map(str::to_owned).into());
    }

    #[test]
    fn every_known_label_has_spellings_and_none_has_two_labels() {
        let labels: BTreeSet<&str> = SPELLINGS.iter().map(|(label, _)| *label).collect();
        assert!(Emotion::KNOWN.iter().all(|known| labels.contains(known)));
        let mut all: Vec<&str> = SPELLINGS
            .iter()
            .flat_map(|(_, spellings)| spellings.iter().copied())
            .collect();
        all.extend(&labels);
        let different: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(different.len(), all.len());
        for name in all {
            assert!(
                name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                "{name}"
            );
            assert!(Emotion::new(name).is_label(), "{name}");
        }
    }

    #[test]
    fn numbers_are_one_however_they_are_written() {
        for (written, number) in [
            ("0", "0"),
            ("0.0", "0"),
            ("-0", "0"),
            ("01", "1"),
            ("1.00", "1"),
            ("-1.0", "-1"),
            ("10", "10"),
        ] {
            assert_eq!(joined(written), number);
            assert!(Emotion::new(written).is_number());
        }
        for other in ["1.5", "1.", ".5", "1e3", "-", "--1", "1a", "٣"] {
            assert!(!Emotion::new(other).is_number(), "{other}");
            assert_eq!(joined(other), other);
        }
    }

    #[test]
    fn what_looks_like_a_known_label_is_pointed_out() {
        let resembled = |name: &str| Emotion::new(name).resembled();
        for (name, label) in [
            ("angy", "angry"),
            ("angrry", "angry"),
            ("netural", "neutral"),
            ("suprised", "surprised"),
            ("happyness", "happy"),
            ("hot anger", "angry"),
            ("sadness_2", "sad"),
            ("überrraschung", "surprised"),
        ] {
            assert_eq!(resembled(name), Some(label), "{name}");
        }
        for name in [
            "angry", "anger", "amused", "tired", "xxx", "oth", "mad", "0", "", "contempt",
        ] {
            assert_eq!(resembled(name), None, "{name}");
        }
    }

    proptest! {
        #[test]
        fn joining_twice_is_joining_once(name in "\\PC{0,12}") {
            let once = Emotion::new(&name).joined();
            prop_assert_eq!(once.joined(), once.clone());
            prop_assert_eq!(once.is_label(), Emotion::new(&name).is_label());
            let _ = Emotion::new(&name).resembled();
        }

        #[test]
        fn one_letter_is_a_slip_and_two_are_none(name in "[a-m]{5,9}", place in 0usize..5, letter in "[n-z]") {
            let mut other = name.clone();
            other.insert_str(place, &letter);
            prop_assert!(is_slip(&name, &other) && is_slip(&other, &name));
            let mut less = name.clone();
            less.remove(place);
            prop_assert!(is_slip(&name, &less) && is_slip(&less, &name));
            let mut replaced = name.clone();
            replaced.replace_range(place..=place, &letter);
            prop_assert!(is_slip(&name, &replaced) && !is_slip(&name, &name));
            other.push_str(&letter);
            prop_assert!(!is_slip(&name, &other));
        }
    }
}
