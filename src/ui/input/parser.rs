//! What a terminal sends, byte by byte: keys, pasted text, reports of the mouse, and its answers in the form of control sequences.
//!
//! crossterm reads these bytes, too, but keeps the answers to itself and waits for them. Keys are those that it would yield,
//! so a control string (`ESC ]` and what follows) arrives as Alt with its introducer, then its characters: that is for
//! [`super::Sequences`].

use super::Mouse;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::str;
use std::time::{Duration, Instant};

/// How long a sequence that has only begun may go on; then `ESC` was the key.
const PAUSE: Duration = Duration::from_millis(25);
/// The longest control sequence (bytes).
const LONGEST: usize = 64;
/// Around what was pasted.
const PASTE: (&[u8], &[u8]) = (b"\x1b[200~", b"\x1b[201~");

/// What came from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(KeyEvent),
    /// Text that was pasted.
    Paste(String),
    /// What the mouse did.
    Mouse(Mouse),
    /// Where the cursor is: the column, from 1.
    Cursor(u16),
    /// Which kind of terminal it is: the last answer to several questions.
    Attributes,
}

/// What came and is not whole yet.
#[derive(Debug, Default)]
pub struct Parser {
    bytes: Vec<u8>,
    /// When the last byte came.
    last: Option<Instant>,
}

/// The beginning of what came.
enum Step {
    /// More is to come.
    Incomplete,
    /// So many bytes mean this, or nothing.
    Complete(usize, Option<Input>),
}

impl Parser {
    /// Follows bytes that came now; what is whole.
    pub fn follow(&mut self, bytes: &[u8], now: Instant) -> Vec<Input> {
        let before = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.last = Some(now);
        // A long paste is searched for its end once, not again for every piece of it.
        let fresh = &self.bytes[before.saturating_sub(PASTE.1.len())..];
        if before > PASTE.0.len() && self.bytes.starts_with(PASTE.0) && !contains(fresh, PASTE.1) {
            return Vec::new();
        }
        let mut inputs = Vec::new();
        let mut taken = 0;
        while let Step::Complete(length, input) = parse(&self.bytes[taken..]) {
            taken += length;
            inputs.extend(input);
        }
        self.bytes.drain(..taken);
        inputs
    }

    /// Nothing is waiting to be read now; what was only begun is given up after a pause.
    pub fn silence(&mut self, now: Instant) -> Vec<Input> {
        let silent = self.last.is_none_or(|last| now.duration_since(last) >= PAUSE);
        if self.bytes.is_empty() || !silent || self.bytes.starts_with(PASTE.0) {
            return Vec::new();
        }
        let begun = std::mem::take(&mut self.bytes);
        match begun[..] {
            [0x1b] => vec![Input::Key(KeyCode::Esc.into())],
            [0x1b, character @ (b'[' | b'O')] => vec![alt(typed(char::from(character)))],
            // The rest of a sequence that was cut off, which no key sends.
            _ => Vec::new(),
        }
    }
}

fn parse(bytes: &[u8]) -> Step {
    match *bytes {
        [] | [0x1b] => Step::Incomplete,
        [0x1b, b'[', ..] => control_sequence(bytes),
        [0x1b, b'O'] => Step::Incomplete,
        [0x1b, b'O', last, ..] => Step::Complete(3, single_shift(last).map(|code| Input::Key(code.into()))),
        [0x1b, 0x1b, ..] => Step::Complete(1, Some(Input::Key(KeyCode::Esc.into()))),
        [0x1b, ref rest @ ..] => match character(rest) {
            Step::Complete(length, Some(Input::Key(key))) => Step::Complete(length + 1, Some(alt(key))),
            Step::Complete(length, other) => Step::Complete(length + 1, other),
            Step::Incomplete => Step::Incomplete,
        },
        _ => character(bytes),
    }
}

fn alt(key: KeyEvent) -> Input {
    Input::Key(KeyEvent::new(key.code, key.modifiers | KeyModifiers::ALT))
}

fn typed(character: char) -> KeyEvent {
    let shift = if character.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    KeyEvent::new(KeyCode::Char(character), shift)
}

/// A key that types a character or a control character.
fn character(bytes: &[u8]) -> Step {
    let Some(first) = bytes.first() else {
        return Step::Incomplete;
    };
    let control = |letter: u8| KeyEvent::new(KeyCode::Char(char::from(letter)), KeyModifiers::CONTROL);
    let key = match *first {
        b'\r' => KeyCode::Enter.into(),
        b'\t' => KeyCode::Tab.into(),
        0x7f => KeyCode::Backspace.into(),
        0 => control(b' '),
        byte @ 0x01..=0x1a => control(byte - 1 + b'a'),
        byte @ 0x1c..=0x1f => control(byte - 0x1c + b'4'),
        byte => {
            let length = match byte {
                0xc2..=0xdf => 2,
                0xe0..=0xef => 3,
                0xf0..=0xf4 => 4,
                _ => 1,
            };
            let Some(whole) = bytes.get(..length) else {
                return Step::Incomplete;
            };
            return match str::from_utf8(whole).ok().and_then(|text| text.chars().next()) {
                Some(character) => Step::Complete(length, Some(Input::Key(typed(character)))),
                // No character: without its first byte the rest may be one.
                None => Step::Complete(1, None),
            };
        }
    };
    Step::Complete(1, Some(Input::Key(key)))
}

fn single_shift(last: u8) -> Option<KeyCode> {
    Some(match last {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(1 + last - b'P'),
        _ => return None,
    })
}

/// `ESC [`, parameters and a last byte.
fn control_sequence(bytes: &[u8]) -> Step {
    if bytes.starts_with(PASTE.0) {
        return pasted(bytes);
    }
    match bytes.get(2..) {
        // The keys of Linux' own console.
        Some([b'[']) => return Step::Incomplete,
        Some([b'[', last, ..]) => {
            let key = (b'A'..=b'E').contains(last).then(|| KeyCode::F(1 + last - b'A').into());
            return Step::Complete(4, key.map(Input::Key));
        }
        // The mouse, where its reports cannot be asked for in numbers.
        Some([b'M', button, column, row, ..]) => {
            let mouse = Mouse::of_bytes([*button, *column, *row]);
            return Step::Complete(6, mouse.map(Input::Mouse));
        }
        Some([b'M', ..]) => return Step::Incomplete,
        _ => {}
    }
    let place = bytes[2..].iter().position(|byte| !(0x20..=0x3f).contains(byte));
    match place.map(|place| (place + 2, bytes[place + 2])) {
        Some((end, last @ 0x40..=0x7e)) => Step::Complete(end + 1, meaning(&bytes[2..end], last)),
        // Something else begins in the middle of it.
        Some((end, _)) => Step::Complete(end, None),
        None if bytes.len() > LONGEST => Step::Complete(bytes.len(), None),
        None => Step::Incomplete,
    }
}

fn pasted(bytes: &[u8]) -> Step {
    let end = PASTE.1;
    match bytes.windows(end.len()).position(|window| window == end) {
        Some(place) => {
            let text = String::from_utf8_lossy(&bytes[PASTE.0.len()..place]).into_owned();
            Step::Complete(place + end.len(), Some(Input::Paste(text)))
        }
        None => Step::Incomplete,
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}

/// What a control sequence means; nothing for what was not asked for and no key sends.
fn meaning(parameters: &[u8], last: u8) -> Option<Input> {
    let text = str::from_utf8(parameters).ok()?;
    if last == b'c' {
        return text.starts_with('?').then_some(Input::Attributes);
    }
    if let Some(report) = text.strip_prefix('<') {
        return (last == b'M').then(|| Mouse::of_report(report).map(Input::Mouse))?;
    }
    let mut numbers = text
        .split(';')
        .map(|part| part.split(':').next().unwrap_or(part).parse::<u16>());
    let mut number = || numbers.next().and_then(Result::ok);
    let (first, second) = (number(), number());
    let code = match last {
        b'R' if first.is_some() => return second.map(Input::Cursor),
        b'Z' => KeyCode::BackTab,
        b'~' => match first? {
            1 | 7 => KeyCode::Home,
            2 => KeyCode::Insert,
            3 => KeyCode::Delete,
            4 | 8 => KeyCode::End,
            5 => KeyCode::PageUp,
            6 => KeyCode::PageDown,
            code @ 11..=15 => KeyCode::F(code as u8 - 10),
            code @ 17..=21 => KeyCode::F(code as u8 - 11),
            code @ 23..=26 => KeyCode::F(code as u8 - 12),
            code @ 28..=29 => KeyCode::F(code as u8 - 15),
            code @ 31..=34 => KeyCode::F(code as u8 - 17),
            _ => return None,
        },
        _ if text.starts_with(['?', '<', '=', '>']) => return None,
        _ => single_shift(last)?,
    };
    let mut modifiers = modifiers(second.unwrap_or(1));
    if code == KeyCode::BackTab {
        modifiers |= KeyModifiers::SHIFT;
    }
    Some(Input::Key(KeyEvent::new(code, modifiers)))
}

/// Modifiers as xterm numbers them, from 1 for none.
fn modifiers(number: u16) -> KeyModifiers {
    let mask = number.saturating_sub(1);
    [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ]
    .into_iter()
    .filter(|(bit, _)| mask & bit != 0)
    .fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::input::Act;
    use proptest::prelude::*;
    use ratatui::layout::Position;

    fn all(bytes: &[u8]) -> Vec<Input> {
        Parser::default().follow(bytes, Instant::now())
    }

    fn mouse(act: Act, x: u16, y: u16) -> Input {
        let place = Position::new(x, y);
        Input::Mouse(Mouse { act, place })
    }

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
        Input::Key(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn keys_are_told_from_answers() {
        let none = KeyModifiers::NONE;
        for (bytes, wanted) in [
            ("a", key(KeyCode::Char('a'), none)),
            ("G", key(KeyCode::Char('G'), KeyModifiers::SHIFT)),
            ("ü", key(KeyCode::Char('ü'), none)),
            ("怒", key(KeyCode::Char('怒'), none)),
            ("\r", key(KeyCode::Enter, none)),
            ("\x0c", key(KeyCode::Char('l'), KeyModifiers::CONTROL)),
            ("\x1b]", key(KeyCode::Char(']'), KeyModifiers::ALT)),
            ("\x1b[A", key(KeyCode::Up, none)),
            ("\x1bOA", key(KeyCode::Up, none)),
            ("\x1b[1;5C", key(KeyCode::Right, KeyModifiers::CONTROL)),
            ("\x1b[5~", key(KeyCode::PageUp, none)),
            ("\x1b[3;2~", key(KeyCode::Delete, KeyModifiers::SHIFT)),
            ("\x1b[11~", key(KeyCode::F(1), none)),
            ("\x1b[24~", key(KeyCode::F(12), none)),
            ("\x1bOP", key(KeyCode::F(1), none)),
            ("\x1b[[A", key(KeyCode::F(1), none)),
            ("\x1b[Z", key(KeyCode::BackTab, KeyModifiers::SHIFT)),
            ("\x1b[24;3R", Input::Cursor(3)),
            ("\x1b[?64;1;2c", Input::Attributes),
            ("\x1b[<0;80;24M", mouse(Act::Press, 79, 23)),
            ("\x1b[<64;1;1M", mouse(Act::Up, 0, 0)),
            ("\x1b[<65;3;9M", mouse(Act::Down, 2, 8)),
            ("\x1b[<0;65535;65535M", mouse(Act::Press, 65534, 65534)),
            ("\x1b[M !!", mouse(Act::Press, 0, 0)),
            ("\x1b[M`#)", mouse(Act::Up, 2, 8)),
            ("\x1b[200~a\x1b[Ab\n\x1b[201~", Input::Paste("a\x1b[Ab\n".to_owned())),
        ] {
            assert_eq!(all(bytes.as_bytes()), [wanted], "{bytes:?}");
        }
        // What nobody asked for presses no key.
        for bytes in ["\x1b[>1;10;0c", "\x1b[0n", "\x1b[?2026;2$y", "\x1b[I"] {
            assert_eq!(all(bytes.as_bytes()), [], "{bytes:?}");
        }
    }

    #[test]
    fn other_reports_of_the_mouse_press_nothing() {
        for bytes in [
            "\x1b[<0;1;1m",
            "\x1b[<1;1;1M",
            "\x1b[<2;1;1M",
            "\x1b[<4;1;1M",
            "\x1b[<16;1;1M",
            "\x1b[<32;1;1M",
            "\x1b[<35;1;1M",
            "\x1b[<66;1;1M",
            "\x1b[<128;1;1M",
            "\x1b[<0;0;1M",
            "\x1b[<0;1;0M",
            "\x1b[<0;99999999999999999999;1M",
            "\x1b[<0;-1;1M",
            "\x1b[<0;1M",
            "\x1b[<0;1;1;1M",
            "\x1b[<M",
            "\x1b[<;;M",
            "\x1b[M#!!",
            "\x1b[M \u{1}\u{1}",
        ] {
            assert_eq!(all(bytes.as_bytes()), [], "{bytes:?}");
        }
        // What comes behind them arrives.
        let j = key(KeyCode::Char('j'), KeyModifiers::NONE);
        assert_eq!(all(b"\x1b[<0;99999999;1Mj"), std::slice::from_ref(&j));
        // One that is never completed is given up.
        let (mut parser, now) = (Parser::default(), Instant::now());
        assert_eq!(parser.follow(b"\x1b[<0;12", now), []);
        assert_eq!(parser.silence(now + PAUSE), []);
        assert_eq!(parser.follow(b"j", now), [j]);
    }

    #[test]
    fn escape_is_a_key_when_nothing_follows() {
        let mut parser = Parser::default();
        let now = Instant::now();
        assert_eq!(parser.follow(b"\x1b", now), []);
        assert_eq!(parser.silence(now), []);
        let escape = key(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(parser.silence(now + PAUSE), std::slice::from_ref(&escape));
        assert_eq!(parser.follow(b"\x1b\x1b", now), std::slice::from_ref(&escape));
        assert_eq!(parser.silence(now + PAUSE), [escape]);
        assert_eq!(parser.follow(b"j", now), [key(KeyCode::Char('j'), KeyModifiers::NONE)]);
    }

    proptest! {
        #[test]
        fn pieces_mean_what_the_whole_means(
            parts in prop::collection::vec(
                prop::sample::select(vec!["a", "é", "\x1b[A", "\x1b[20;3R", "\x1b[?6c", "\x1bOB", "\x1b[<0;7;100M", "\x1b[<64;9;3M", "\x1b[M\x60!\"", "\x1b[200~x\x1b[201~", "\r"]),
                0..8,
            ),
            cuts in prop::collection::vec(0usize..60, 0..6),
        ) {
            let bytes = parts.concat().into_bytes();
            let (mut parser, now) = (Parser::default(), Instant::now());
            let mut places: Vec<usize> = cuts.into_iter().filter(|place| *place < bytes.len()).collect();
            places.extend([0, bytes.len()]);
            places.sort_unstable();
            let pieces = places.windows(2).flat_map(|pair| parser.follow(&bytes[pair[0]..pair[1]], now)).collect::<Vec<_>>();
            prop_assert_eq!(pieces, all(&bytes));
        }

        #[test]
        fn whatever_comes_ends(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let (mut parser, now) = (Parser::default(), Instant::now());
            parser.follow(&bytes, now);
            parser.silence(now + PAUSE);
            let keys = parser.follow(b"\x1b[201~j", now);
            prop_assert!(!keys.is_empty() || bytes.contains(&0x1b));
        }
    }
}
