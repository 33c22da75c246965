//! IEMOCAP's files of labels: `dialog/EmoEvaluation/Ses01F_impro01.txt`.
//!
//! A turn is a line `[6.2901 - 8.2357] Ses01F_impro01_F000 neu [2.5, 2.5, 2.5]` (start and end in seconds, name, emotion,
//! then valence, activation and dominance from 1 to 5), followed by what each rater said: `C-E2: Neutral; ()`.

use super::sheet::number;

/// A turn of a dialogue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Turn<'a> {
    /// Its name.
    pub name: &'a str,
    /// Where it begins and ends in the dialogue (s).
    pub span: (f64, f64),
    /// The code of its emotion.
    pub emotion: &'a str,
    /// Valence, activation, dominance.
    pub dimensions: [Option<f32>; 3],
    /// What the raters heard, each of one vote in all: the actors' own view of themselves is none.
    pub votes: Vec<(&'a str, f32)>,
}

/// Every turn with its line, from 1, or why a line that should be one is none.
pub(super) fn turns(text: &str) -> Vec<(u64, Result<Turn<'_>, String>)> {
    let mut found: Vec<(u64, Result<Turn, String>)> = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.starts_with('[') {
            let form = "is no turn: [start - end] NAME emotion [valence, activation, dominance]";
            found.push((number, turn(line).ok_or_else(|| form.to_owned())));
        } else if let (Some(said), Some((_, Ok(turn)))) = (line.strip_prefix("C-E"), found.last_mut()) {
            turn.votes.extend(votes(said));
        }
    }
    found
}

fn turn(line: &str) -> Option<Turn<'_>> {
    let (times, rest) = line.strip_prefix('[')?.split_once(']')?;
    let (start, end) = times.split_once(" - ")?;
    let seconds = |text: &str| text.trim().parse().ok().filter(|time: &f64| time.is_finite());
    let mut words = rest.split_whitespace();
    let (name, emotion) = (words.next()?, words.next()?);
    let values = rest.split_once('[').and_then(|(_, values)| values.split_once(']'));
    let mut values = values
        .map_or("", |(values, _)| values)
        .split(',')
        .map(|value| number(value.trim()));
    let mut next = || values.next().flatten();
    Some(Turn {
        name,
        span: (seconds(start)?, seconds(end)?),
        emotion,
        dimensions: [next(), next(), next()],
        votes: Vec::new(),
    })
}

/// What a rater said, `2: Anger; Frustration; (annoyed)`: one vote, divided.
fn votes(said: &str) -> Vec<(&str, f32)> {
    let said = said.split_once(':').map_or("", |(_, said)| said);
    let said = said.split('(').next().unwrap_or_default();
    let heard: Vec<&str> = said
        .split(';')
        .map(str::trim)
        .filter(|label| !label.is_empty())
        .collect();
    let share = 1.0 / heard.len().max(1) as f32;
    heard.into_iter().map(|label| (label, share)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_turn_is_read_with_what_the_raters_heard() {
        let text = "% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]\r\n\r\n\
            [6.2901 - 8.2357]\tSes01F_impro01_F000\tneu\t[2.5000, 2.0000, 3.5000]\r\n\
            C-E2:\tNeutral;\t()\r\nC-E3:\tAnger; Frustration;\t(a; b)\r\nC-F1:\tSadness;\t()\r\n\
            A-E3:\tval 3; act 2; dom  2;\t()\r\n\
            [10.0100 - 11.3925]\tSes01F_impro01_F001\txxx\n[1 - 2\n";
        let found = turns(text);
        let [(3, Ok(first)), (8, Ok(second)), (9, Err(why))] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            (first.name, first.span, first.emotion),
            ("Ses01F_impro01_F000", (6.2901, 8.2357), "neu")
        );
        assert_eq!(first.dimensions, [Some(2.5), Some(2.0), Some(3.5)]);
        assert_eq!(first.votes, [("Neutral", 1.0), ("Anger", 0.5), ("Frustration", 0.5)]);
        assert_eq!((second.emotion, second.dimensions), ("xxx", [None; 3]));
        assert!(why.contains("is no turn"));
    }

    proptest! {
        /// Against the turns that the text was put together from.
        #[test]
        fn what_was_written_is_read(
            rows in prop::collection::vec((0.0f64..900.0, 0.0f64..30.0, "[FM][0-9]{3}", "[a-z]{3}", 1.0f32..5.0), 0..8),
        ) {
            let lines: Vec<String> = rows
                .iter()
                .map(|(start, length, name, emotion, value)| {
                    let end = start + length;
                    format!("[{start:.4} - {end:.4}]\tSes01F_x_{name}\t{emotion}\t[{value:.4}, 3, 3]\nC-E1:\tOther;\t()")
                })
                .collect();
            let text = lines.join("\n\n");
            let read = turns(&text);
            prop_assert_eq!(read.len(), rows.len());
            for (index, ((line, read), (start, _, _, emotion, value))) in read.into_iter().zip(&rows).enumerate() {
                let read = read.unwrap();
                prop_assert_eq!(line, 1 + 3 * index as u64);
                prop_assert!((read.span.0 - start).abs() < 1e-4);
                prop_assert_eq!(read.emotion, emotion);
                prop_assert!((read.dimensions[0].unwrap() - value).abs() < 1e-3);
                prop_assert_eq!(read.votes.len(), 1);
            }
        }

        #[test]
        fn any_text_is_turns_or_none(text in "(\\[[0-9. -]{0,12}\\][\t ]?|C-E[0-9]:|\\PC{0,8}|\n){0,12}") {
            for (_, turn) in turns(&text) {
                if let Ok(turn) = turn {
                    prop_assert!(turn.span.0.is_finite() && turn.span.1.is_finite());
                }
            }
        }
    }
}
