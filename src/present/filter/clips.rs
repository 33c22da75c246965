//! Filters of clips, whose words are searched as fzf does.

use super::condition::rounded;
use super::{Cell, Fields, Kind, Query, Searched, Test};
use crate::engine::{Clip, Dimensions, SampleAnalysis};
use crate::present::fuzzy::score;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use std::fmt;

/// What a filter of clips may name; `level` is in dBFS.
pub fn fields() -> Fields {
    use Kind::{Number, Text};
    Fields::new(&[
        ("corpus", Text),
        ("speaker", Text),
        ("gender", Text),
        ("age", Number),
        ("ethnicity", Text),
        ("emotion", Text),
        ("intensity", Text),
        (Dimensions::NAMES[0], Number),
        (Dimensions::NAMES[1], Number),
        (Dimensions::NAMES[2], Number),
        ("split", Text),
        ("text", Text),
        ("file", Text),
        ("path", Text),
        ("seconds", Number),
        ("rate", Number),
        ("channels", Number),
        ("container", Text),
        ("level", Number),
        ("synthetic", Text),
    ])
}

/// A clip, and what its samples say where they were analysed.
#[derive(Debug, Clone, Copy)]
pub struct KnownClip<'a> {
    /// The clip.
    pub clip: &'a Clip,
    /// What its samples say.
    pub analysis: Option<&'a SampleAnalysis>,
}

impl Searched for KnownClip<'_> {
    fn any(&self, field: &str, test: &mut dyn FnMut(Cell<'_>) -> bool) -> bool {
        let clip = self.clip;
        let dimension = || {
            let values = Dimensions::NAMES.iter().zip(clip.dimensions.values());
            let value = values.filter(|(name, _)| **name == field).find_map(|(_, value)| value);
            value.map(|value| rounded(f64::from(value), 2))
        };
        let cell: Option<Cell<'_>> = match field {
            "corpus" => Some((&*clip.corpus).into()),
            "speaker" => clip.speaker.as_deref().map(Into::into),
            "gender" => clip.gender.map(|gender| gender.name().into()),
            "age" => clip.age.map(|age| usize::from(age).into()),
            "ethnicity" => clip.ethnicity.as_deref().map(Into::into),
            "emotion" => Some(clip.emotion.name().into()),
            "intensity" => clip.intensity.map(|intensity| intensity.name().into()),
            "split" => clip.given_split.as_deref().map(Into::into),
            "text" => clip.text.as_deref().map(Into::into),
            "file" => return test(file_name(clip).as_str().into()),
            "path" => return test((&*clip.name().to_string_lossy()).into()),
            "seconds" => Some(rounded(clip.seconds(), 2)),
            "rate" => Some(Cell::Number(f64::from(clip.rate))),
            "channels" => Some(usize::from(clip.channels).into()),
            "container" => Some((&*clip.container).into()),
            "level" => self.analysis.map(|known| rounded(f64::from(known.level.rms_dbfs), 1)),
            "synthetic" => Some(if clip.synthetic { "yes" } else { "no" }.into()),
            _ => dimension(),
        };
        cell.is_some_and(test)
    }

    /// Corpus, emotion, speaker, gender, what is said, file.
    fn text(&self) -> String {
        let clip = self.clip;
        let mut text = format!("{} {}", clip.corpus, clip.emotion);
        let words = [
            clip.speaker.as_deref(),
            clip.gender.map(|gender| gender.name()),
            clip.text.as_deref(),
        ];
        for word in words.into_iter().flatten() {
            text.push(' ');
            text.push_str(word);
        }
        text.push(' ');
        text + &file_name(clip)
    }
}

fn file_name(clip: &Clip) -> String {
    let name = clip.name();
    let file = name.file_name().unwrap_or(name.as_os_str());
    file.to_string_lossy().into_owned()
}

/// A filter of clips, made ready for many of them.
pub struct ClipSearch<'a> {
    query: &'a Query,
    words: Pattern,
    matcher: Matcher,
}

impl fmt::Debug for ClipSearch<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "ClipSearch({:?})", self.query)
    }
}

impl<'a> ClipSearch<'a> {
    /// For this filter.
    pub fn new(query: &'a Query) -> Self {
        let words = query.terms.iter().filter_map(|term| match &term.test {
            Test::Word(word) if term.negated => Some(format!("!{word}")),
            Test::Word(word) => Some(word.clone()),
            _ => None,
        });
        let words = words.collect::<Vec<_>>().join(" ");
        Self {
            query,
            words: Pattern::parse(&words, CaseMatching::Ignore, Normalization::Smart),
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// How well the words are found in a clip's text, where everything else holds as well.
    pub fn score(&mut self, clip: KnownClip<'_>, text: Utf32Str<'_>) -> Option<u32> {
        let holds = self.query.terms.iter().all(|term| match &term.test {
            Test::Word(_) => true,
            Test::Compare(condition) => condition.holds(&clip) != term.negated,
            Test::Phrase(_) => {
                let found = text.to_string().to_lowercase().contains(&term.small);
                found != term.negated
            }
        });
        holds.then(|| score(&self.words, text, &mut self.matcher)).flatten()
    }

    /// Whether a clip passes.
    pub fn passes(&mut self, clip: KnownClip<'_>) -> bool {
        let text = clip.text();
        let mut characters = Vec::new();
        self.score(clip, Utf32Str::new(&text, &mut characters)).is_some()
    }
}
