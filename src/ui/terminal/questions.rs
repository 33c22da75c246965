//! What the terminal is asked once the first frame is drawn, in one write: the colour of its ground, how many columns a wide
//! sign takes where the locale does not say in which characters it writes, and last what every terminal answers.

use crate::ui::theme::Rgb;
use std::ffi::{OsStr, OsString};
use std::time::{Duration, Instant};

/// How long an answer is worth waiting for where something else has to wait for it.
const PATIENCE: Duration = Duration::from_millis(200);
const GROUND: &str = "\x1b]11;?\x1b\\";
const ATTRIBUTES: &str = "\x1b[c";
/// A sign of two columns; where each of its bytes is a character it takes three.
const SIGN: &str = "\x1b[H\u{597d}\x1b[6n";
/// The columns that the sign is written over.
pub const SIGN_COLUMNS: u16 = 3;

/// In which characters the environment says that the terminal writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locale {
    /// UTF-8.
    Unicode,
    /// Another charset, or a console whose font lacks most signs.
    Ascii,
    /// It does not say.
    Unknown,
}

impl Locale {
    /// By the variables that POSIX names, and TERM.
    pub fn detect(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let set = |name| variable(name).filter(|value| !value.is_empty());
        if set("TERM").is_some_and(|term| term == "linux") {
            return Self::Ascii;
        }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let locale = locale.map_or_else(String::new, |locale| locale.to_string_lossy().to_lowercase());
        match locale.split(['.', '@']).nth(1).filter(|_| locale.contains('.')) {
            Some("utf-8" | "utf8") => Self::Unicode,
            Some(_) => Self::Ascii,
            None => Self::Unknown,
        }
    }
}

/// What was asked and is not answered yet.
#[derive(Debug, Default)]
pub struct Questions {
    sign: bool,
    /// When the last one was asked, which follows all others.
    open: Option<Instant>,
}

impl Questions {
    /// Asks; the bytes. Linux' own console knows nothing of most, and shows them.
    pub fn ask(&mut self, locale: Locale, term: Option<&OsStr>, now: Instant) -> String {
        if term.is_some_and(|term| term == "linux") {
            return String::new();
        }
        self.open = Some(now);
        self.sign = locale == Locale::Unknown;
        let sign = if self.sign { SIGN } else { "" };
        [sign, GROUND, ATTRIBUTES].concat()
    }

    /// The cursor's column behind the sign, if that was asked: whether the terminal writes UTF-8.
    pub fn column(&mut self, column: u16) -> Option<bool> {
        std::mem::take(&mut self.sign).then_some(column <= SIGN_COLUMNS)
    }

    /// Every answer has come that will come.
    pub fn close(&mut self) {
        *self = Self::default();
    }

    /// How long an answer that may still come is worth waiting for.
    pub fn patience(&self, now: Instant) -> Duration {
        let waited = self.open.map_or(PATIENCE, |asked| now.saturating_duration_since(asked));
        PATIENCE.saturating_sub(waited)
    }
}

/// The colour in an answer, as in `11;rgb:1e1e/1e1e/1e1e`.
pub fn ground(text: &str) -> Option<Rgb> {
    let colour = text
        .strip_prefix("11;")?
        .strip_prefix("rgb")?
        .trim_start_matches('a')
        .strip_prefix(':')?;
    let mut channels = colour.split('/').map(|channel| {
        let most = 16u32.checked_pow(u32::try_from(channel.len()).ok()?)?.checked_sub(1)?;
        let value = u32::from_str_radix(channel, 16).ok()?;
        u8::try_from((value * 255).checked_div(most)?).ok()
    });
    let mut next = || channels.next().flatten();
    Some((next()?, next()?, next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_charset_is_what_the_locale_names() {
        let detect = |set: &[(&str, &str)]| {
            Locale::detect(|name| {
                let found = set.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        assert_eq!(detect(&[("LANG", "de_DE.UTF-8")]), Locale::Unicode);
        assert_eq!(detect(&[("LANG", "C.utf8")]), Locale::Unicode);
        assert_eq!(detect(&[("LANG", "de_DE.ISO-8859-15@euro")]), Locale::Ascii);
        assert_eq!(detect(&[("LC_ALL", "POSIX"), ("LANG", "de_DE.UTF-8")]), Locale::Unknown);
        assert_eq!(detect(&[("LC_ALL", ""), ("LC_CTYPE", "en_GB.UTF-8")]), Locale::Unicode);
        assert_eq!(detect(&[("LANG", "C")]), Locale::Unknown);
        assert_eq!(detect(&[]), Locale::Unknown);
        assert_eq!(detect(&[("TERM", "linux"), ("LANG", "C.UTF-8")]), Locale::Ascii);
    }

    #[test]
    fn grounds_are_read_in_every_length() {
        assert_eq!(ground("11;rgb:1e1e/1e1e/ffff"), Some((0x1e, 0x1e, 0xff)));
        assert_eq!(ground("11;rgb:f/0/8"), Some((255, 0, 136)));
        assert_eq!(ground("11;rgba:ff/00/80/ff"), Some((255, 0, 128)));
        for wrong in [
            "",
            "11;?",
            "10;rgb:0/0/0",
            "11;rgb:zz/0/0",
            "11;rgb:1/2",
            "11;rgb:/0/0",
            "11;rgb:123456789/0/0",
        ] {
            assert_eq!(ground(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn one_answer_is_taken_for_one_question() {
        let now = Instant::now();
        let mut questions = Questions::default();
        assert_eq!(questions.patience(now), Duration::ZERO);
        assert_eq!(questions.column(3), None);
        assert!(questions.ask(Locale::Unknown, None, now).ends_with("\x1b[c"));
        assert_eq!(questions.patience(now), PATIENCE);
        assert_eq!(questions.column(3), Some(true));
        assert_eq!(questions.column(3), None);
        assert!(!questions.ask(Locale::Unicode, None, now).contains("\x1b[6n"));
        assert_eq!(questions.patience(now + 2 * PATIENCE), Duration::ZERO);
        questions.close();
        assert_eq!(questions.patience(now), Duration::ZERO);
        assert_eq!(questions.ask(Locale::Unknown, Some(OsStr::new("linux")), now), "");
    }
}
