//! How well a text is found by what is typed, as fzf finds it.

use nucleo_matcher::pattern::Pattern;
use nucleo_matcher::{Matcher, Utf32Str};

/// How well every part of the query is found within some word of the text; none when a part is not. Letters
/// scattered over several words are no find, or nearly everything would pass.
pub fn score(pattern: &Pattern, text: Utf32Str<'_>, matcher: &mut Matcher) -> Option<u32> {
    let mut sum = 0;
    for part in &pattern.atoms {
        let mut scores = words(text).map(|word| part.score(word, matcher));
        let found = if part.negative {
            scores.all(|score| score.is_some()).then_some(0)
        } else {
            scores.flatten().max()
        };
        sum += u32::from(found?);
    }
    Some(sum)
}

/// The text between spaces.
fn words(text: Utf32Str<'_>) -> impl Iterator<Item = Utf32Str<'_>> {
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        let length = (from..text.len()).position(|place| text.get(place as u32) == ' ');
        start = length.map(|length| from + length + 1);
        Some(text.slice(from..length.map_or(text.len(), |length| from + length)))
    })
}
