use super::*;
use proptest::prelude::*;

const fn milliseconds(count: u64) -> Duration {
    Duration::from_millis(count)
}

/// The keys that crossterm yields for text that comes at once.
fn keys(bytes: &str) -> Vec<KeyEvent> {
    let mut keys = Vec::new();
    let mut characters = bytes.chars().peekable();
    while let Some(character) = characters.next() {
        let key = match (character, characters.peek()) {
            ('\x1b', None) => KeyEvent::from(KeyCode::Esc),
            ('\x1b', Some('\x1b')) => {
                characters.next();
                KeyEvent::from(KeyCode::Esc)
            }
            ('\x1b', Some(next)) => {
                let mut key = plain(*next);
                key.modifiers |= KeyModifiers::ALT;
                characters.next();
                key
            }
            (character, _) => plain(character),
        };
        keys.push(key);
    }
    keys
}

fn plain(character: char) -> KeyEvent {
    match character {
        '\r' => KeyEvent::from(KeyCode::Enter),
        '\t' => KeyEvent::from(KeyCode::Tab),
        '\x01'..='\x1a' => {
            let letter = char::from(character as u8 - 1 + b'a');
            KeyEvent::new(KeyCode::Char(letter), KeyModifiers::CONTROL)
        }
        character if character.is_uppercase() => KeyEvent::new(KeyCode::Char(character), KeyModifiers::SHIFT),
        character => KeyEvent::from(KeyCode::Char(character)),
    }
}

/// A keyboard, a clock, and the keys that came through.
struct Terminal {
    sequences: Sequences,
    now: Instant,
    pressed: Vec<KeyEvent>,
}

impl Terminal {
    fn new() -> Self {
        Self {
            sequences: Sequences::default(),
            now: Instant::now(),
            pressed: Vec::new(),
        }
    }

    /// What comes at once.
    fn sends(&mut self, bytes: &str) {
        for key in keys(bytes) {
            let pressed = self.sequences.follow(key, self.now);
            self.pressed.extend(pressed);
        }
    }

    /// Nothing comes for a time, in which the workbench polls again and again.
    fn waits(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            self.now = until.min(self.now + milliseconds(30));
            let pressed = self.sequences.silence(self.now);
            self.pressed.extend(pressed);
        }
    }

    /// The keys that came through so far.
    fn pressed(&mut self) -> Vec<KeyEvent> {
        std::mem::take(&mut self.pressed)
    }
}

const ANSWERS: [&str; 10] = [
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    "\x1b]104\x1b\\",
    "\x1b]52;c;TW9uZGF5Cg==\x1b\\",
    "\x1b_Gi=1;OK\x1b\\",
    "\x1b_Gi=31;ENOENT: no such file\x1b\\",
    "\x1bP>|XTerm(390)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1bP!|7E565445\x1b\\",
    "\x1b^dXdeyb\x1b\\",
];

#[test]
fn answers_are_swallowed_and_the_next_key_is_not() {
    for answer in ANSWERS {
        let mut terminal = Terminal::new();
        terminal.sends(answer);
        assert_eq!(terminal.pressed(), [], "{answer:?}");
        terminal.sends("d");
        assert_eq!(terminal.pressed(), keys("d"), "{answer:?}");
    }
}

#[test]
fn answers_in_two_pieces_are_swallowed() {
    for answer in ANSWERS {
        for key_context in 1..answer.len() {
            for pause in [0, 90, 480] {
                let mut terminal = Terminal::new();
                terminal.sends(&answer[..key_context]);
                terminal.waits(milliseconds(pause));
                terminal.sends(&answer[key_context..]);
                // Esc cannot wait that long: a person may have pressed it.
                let escape = if key_context == 1 && pause > 100 {
                    keys("\x1b")
                } else {
                    Vec::new()
                };
                assert_eq!(
                    terminal.pressed(),
                    escape,
                    "{answer:?} at {key_context} after {pause} ms"
                );
                terminal.sends("d");
                assert_eq!(terminal.pressed(), keys("d"));
            }
        }
    }
}

#[test]
fn the_rest_of_an_answer_may_be_late_by_two_seconds_and_no_more() {
    for (first, rest) in [("\x1b]11;rgb:1e", "1e/bdy\x1b\\"), ("\x1b_Gi=1", ";OK\x1b\\")] {
        let mut terminal = Terminal::new();
        terminal.sends(first);
        terminal.waits(milliseconds(1950));
        terminal.sends(rest);
        assert_eq!(terminal.pressed(), []);
        terminal.sends(first);
        terminal.waits(milliseconds(2050));
        terminal.sends("dy");
        assert_eq!(terminal.pressed(), keys("dy"));
    }
    // Its end in two pieces, and late.
    let mut terminal = Terminal::new();
    terminal.sends("\x1b]11;rgb:1e\x1b");
    terminal.waits(milliseconds(1500));
    terminal.sends("\\d");
    assert_eq!(terminal.pressed(), keys("d"));
}

#[test]
fn keys_that_are_no_control_string_are_all_pressed() {
    // (what comes at once, what is pressed at once)
    for (typed, at_once) in [
        ("\x1b]d", 2),
        ("\x1b]1d", 3),
        ("\x1b]1q", 3),
        ("\x1b]123456", 7),
        ("\x1b]\x1b\\", 2),
        ("\x1bx", 1),
        ("\x1b\\", 1),
        ("\x07", 1),
        ("\x1b]1", 0),
        ("\x1b]", 0),
        ("\x1b_", 0),
        ("\x1b_d", 0),
        ("\x1bP1", 0),
        ("\x1b", 0),
    ] {
        let mut terminal = Terminal::new();
        terminal.sends(typed);
        assert_eq!(terminal.pressed.len(), at_once, "{typed:?}");
        terminal.waits(milliseconds(510));
        assert_eq!(terminal.pressed(), keys(typed), "{typed:?}");
    }
}

#[test]
fn alt_bracket_and_a_digit_are_two_keys() {
    for pause in [0, 50, 300, 600, 3000] {
        let mut terminal = Terminal::new();
        terminal.sends("\x1b]");
        terminal.waits(milliseconds(pause));
        terminal.sends("1");
        terminal.waits(milliseconds(510));
        assert_eq!(terminal.pressed(), keys("\x1b]1"), "{pause} ms");
        terminal.sends("d");
        assert_eq!(terminal.pressed(), keys("d"), "the next key is not withheld");
    }
    // An answer that was interrupted for so long has pressed a digit, and presses nothing more.
    let mut terminal = Terminal::new();
    terminal.sends("\x1b]1");
    terminal.waits(milliseconds(1500));
    terminal.sends("1;rgb:bdbd/1e1e/1e1e\x1b\\");
    assert_eq!(terminal.pressed(), keys("\x1b]1"));
}

#[test]
fn escape_is_pressed_after_a_tenth_of_a_second_or_with_the_next_key() {
    let mut terminal = Terminal::new();
    terminal.sends("\x1b");
    terminal.waits(milliseconds(90));
    assert_eq!(terminal.pressed(), []);
    terminal.waits(milliseconds(20));
    assert_eq!(terminal.pressed(), keys("\x1b"));
    // A shortcut that is an introducer's letter is only late, also with text behind it.
    terminal.waits(milliseconds(50));
    for (key, pause) in [("X", 120), ("m", 10), ("y", 10)] {
        terminal.sends(key);
        terminal.waits(milliseconds(pause));
        assert_eq!(terminal.pressed(), keys(key));
    }
    let mut terminal = Terminal::new();
    for piece in ["\x1b", "\x1b", "d"] {
        terminal.sends(piece);
    }
    assert_eq!(terminal.pressed(), [keys("\x1b"), keys("\x1b"), keys("d")].concat());
}

#[test]
fn what_does_not_end_is_given_up() {
    let mut terminal = Terminal::new();
    terminal.sends("\x1b]52;");
    terminal.sends(&"x".repeat(LONGEST - 3));
    assert_eq!(terminal.pressed(), []);
    terminal.sends("dy");
    assert_eq!(terminal.pressed(), keys("dy"), "4 KB");
    for stranger in [KeyCode::Up, KeyCode::Backspace, KeyCode::F(1)] {
        terminal.sends("\x1b]11;rgb:");
        let pressed = terminal.sequences.follow(KeyEvent::from(stranger), terminal.now);
        assert_eq!(pressed, [KeyEvent::from(stranger)]);
        terminal.sends("d");
        assert_eq!(terminal.pressed(), keys("d"));
    }
    // Esc, and no backslash.
    for piece in ["\x1b]11;rgb:", "\x1b", "d"] {
        terminal.sends(piece);
    }
    assert_eq!(terminal.pressed(), [keys("\x1b"), keys("d")].concat());
    // One answer is cut off by the next, whose ESC is the last byte that came.
    for piece in ["\x1b]11;rgb:", "\x1b", "]10;rgb:bd\x1b\\"] {
        terminal.sends(piece);
    }
    assert_eq!(terminal.pressed(), []);
    terminal.sends("\x1b]1\x1b");
    terminal.sends("]10;rgb:bd\x1b\\");
    assert_eq!(terminal.pressed(), keys("\x1b]1"));
}

#[test]
fn a_program_that_was_slow_to_read_takes_nothing_for_a_pause() {
    let mut terminal = Terminal::new();
    for key in keys("\x1b]11;rgb:bdbd/1e1e/1e1e\x1b\\") {
        terminal.now += Duration::from_secs(3);
        assert_eq!(terminal.sequences.follow(key, terminal.now), []);
    }
}

#[test]
fn a_paste_is_no_part_of_a_control_string() {
    let mut terminal = Terminal::new();
    terminal.sends("\x1b]1");
    assert_eq!(terminal.sequences.interrupt(), keys("\x1b]1"));
    terminal.sends("d");
    assert_eq!(terminal.pressed(), keys("d"));
}

/// What a terminal may send, with any text.
fn control_string() -> impl Strategy<Value = String> {
    let end = prop_oneof![Just("\x1b\\"), Just("\x07")];
    let text = "[ -~é\t\r\n]{0,60}";
    prop_oneof![
        (1_u32..99999, text, end.clone()).prop_map(|(number, text, end)| format!("\x1b]{number};{text}{end}")),
        ("[P_^X]", "[ -~]{2}", text, end).prop_map(|(kind, first, text, end)| format!("\x1b{kind}{first}{text}{end}")),
    ]
}

fn any_key() -> impl Strategy<Value = KeyEvent> {
    let code = prop_oneof![
        3 => prop::sample::select(vec![']', 'P', '_', '^', 'X', '\\', 'g', 'c', ';', '1']).prop_map(KeyCode::Char),
        2 => any::<char>().prop_map(KeyCode::Char),
        1 => Just(KeyCode::Esc),
        1 => prop::sample::select(vec![KeyCode::Up, KeyCode::Enter, KeyCode::Tab, KeyCode::Backspace]),
    ];
    let modifiers = prop_oneof![
        3 => Just(KeyModifiers::NONE),
        2 => Just(KeyModifiers::ALT),
        1 => Just(KeyModifiers::CONTROL),
        1 => any::<u8>().prop_map(KeyModifiers::from_bits_truncate),
    ];
    (code, modifiers).prop_map(|(code, modifiers)| KeyEvent::new(code, modifiers))
}

proptest! {
    #[test]
    fn any_control_string_is_swallowed_at_once_and_in_any_two_pieces(
        string in control_string(), key_context in any::<prop::sample::Index>(), pause in 0_u64..100,
    ) {
        let mut terminal = Terminal::new();
        let places: Vec<usize> = string.char_indices().map(|(key_context, _)| key_context).collect();
        let (first, rest) = string.split_at(places[key_context.index(places.len())]);
        terminal.sends(first);
        terminal.waits(milliseconds(pause));
        terminal.sends(rest);
        terminal.sends("d");
        prop_assert_eq!(terminal.pressed(), keys("d"));
    }

    #[test]
    fn interrupts_are_never_lost_and_never_late(typed in prop::collection::vec((any_key(), 0_u64..700), 0..40)) {
        let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
        let mut terminal = Terminal::new();
        for (key, pause) in typed {
            terminal.waits(milliseconds(pause));
            terminal.sequences.follow(key, terminal.now);
            let pressed = terminal.sequences.follow(interrupt, terminal.now);
            prop_assert_eq!(pressed.last(), Some(&interrupt));
        }
    }

    #[test]
    fn text_is_pressed_as_it_comes(text in "[ -~\\pL\t\r\n]{0,80}") {
        let mut terminal = Terminal::new();
        for key in keys(&text) {
            prop_assert_eq!(terminal.sequences.follow(key, terminal.now), [key]);
        }
    }

    #[test]
    fn keys_at_a_persons_leisure_are_all_pressed_in_their_order(typed in prop::collection::vec(any_key(), 0..40)) {
        let mut terminal = Terminal::new();
        for key in &typed {
            let pressed = terminal.sequences.follow(*key, terminal.now);
            terminal.pressed.extend(pressed);
            terminal.waits(milliseconds(510));
        }
        prop_assert_eq!(terminal.pressed(), typed);
    }
}
