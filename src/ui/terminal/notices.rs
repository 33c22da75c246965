//! What a terminal is told with control strings: the end of something (a bell, OSC 9, OSC 777) and a text for the clipboard
//! (OSC 52), through tmux or screen where these are in between.

use crate::engine::{NotifyChoice, UiSettings};
use crate::ui::notice::Notice;
use base64::prelude::{BASE64_STANDARD, Engine};
use std::ffi::OsString;

const BELL: &str = "\x07";
/// The longest words of a notification (characters).
const LONGEST: usize = 200;

/// What is between this program and the terminal that people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Between {
    Nothing,
    /// It hands over what is in a control string of its own, with every ESC twice, where `allow-passthrough` is on.
    Tmux,
    /// It hands over what is in any device control string.
    Screen,
}

/// What the environment says of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listener {
    between: Between,
    /// Linux' own console shows what it does not know.
    strings: bool,
    /// Notifications by OSC 9, and by OSC 777.
    protocols: (bool, bool),
}

impl Listener {
    /// By the variables, and what is chosen. Where nothing says which notifications a terminal knows, it gets both: those that
    /// know both are named, and get one.
    pub fn detect(settings: &UiSettings, variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let text = |name| {
            variable(name)
                .and_then(|value| value.into_string().ok())
                .unwrap_or_default()
        };
        let (term, program) = (text("TERM"), text("TERM_PROGRAM").to_lowercase());
        let between = match () {
            () if !text("TMUX").is_empty() || term.starts_with("tmux") => Between::Tmux,
            () if !text("STY").is_empty() || term.starts_with("screen") => Between::Screen,
            () => Between::Nothing,
        };
        let is = |names: &[&str]| names.iter().any(|name| term.contains(name) || program.contains(name));
        let protocols = match settings.notify {
            NotifyChoice::Auto if is(&["rxvt", "ghostty", "wezterm", "foot"]) => (false, true),
            NotifyChoice::Auto if is(&["iterm", "kitty"]) => (true, false),
            NotifyChoice::Auto => (true, true),
            NotifyChoice::Osc9 => (true, false),
            NotifyChoice::Osc777 => (false, true),
            NotifyChoice::None => (false, false),
        };
        Self {
            between,
            strings: term != "linux",
            protocols,
        }
    }

    /// The bytes that tell it.
    pub fn told(self, notice: &Notice, bell: bool) -> String {
        match notice {
            Notice::Ended(words) => {
                let mut bytes = if bell { BELL } else { "" }.to_owned();
                let words = plain(words);
                if self.protocols.0 {
                    bytes += &self.wrapped(&format!("\x1b]9;{words}{BELL}"));
                }
                if self.protocols.1 {
                    bytes += &self.wrapped(&format!("\x1b]777;notify;undertone;{words}{BELL}"));
                }
                bytes
            }
            Notice::Copied(text) => {
                let string = format!("\x1b]52;c;{}{BELL}", BASE64_STANDARD.encode(text));
                let wrapped = self.wrapped(&string);
                // tmux takes it for its own clipboard, too, and hands it on where `set-clipboard` is on.
                match (self.between, self.strings) {
                    (Between::Tmux, true) => string + &wrapped,
                    _ => wrapped,
                }
            }
        }
    }

    fn wrapped(self, string: &str) -> String {
        match self.between {
            _ if !self.strings => String::new(),
            Between::Nothing => string.to_owned(),
            Between::Tmux => format!("\x1bPtmux;{}\x1b\\", string.replace('\x1b', "\x1b\x1b")),
            Between::Screen => format!("\x1bP{string}\x1b\\"),
        }
    }
}

/// Words that end no control string and are no field of one.
fn plain(words: &str) -> String {
    let words = words.chars().filter(|character| !character.is_control());
    let words = words.map(|character| if character == ';' { ',' } else { character });
    words.take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listener(variables: &[(&str, &str)], notify: NotifyChoice) -> Listener {
        let settings = UiSettings {
            notify,
            ..UiSettings::default()
        };
        Listener::detect(&settings, |name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.into())
        })
    }

    #[test]
    fn an_end_rings_once_and_is_told_by_what_the_terminal_knows() {
        let told = |variables: &[(&str, &str)], notify| {
            listener(variables, notify).told(&Notice::Ended("Run a is over".to_owned()), true)
        };
        let (nine, seven) = (
            "\x1b]9;Run a is over\x07",
            "\x1b]777;notify;undertone;Run a is over\x07",
        );
        let xterm = [("TERM", "xterm-256color")];
        assert_eq!(told(&xterm, NotifyChoice::Auto), format!("\x07{nine}{seven}"));
        assert_eq!(told(&xterm, NotifyChoice::Osc9), format!("\x07{nine}"));
        assert_eq!(told(&xterm, NotifyChoice::None), "\x07");
        let wezterm = [("TERM", "xterm-256color"), ("TERM_PROGRAM", "WezTerm")];
        assert_eq!(told(&wezterm, NotifyChoice::Auto), format!("\x07{seven}"));
        assert_eq!(
            told(&[("TERM", "xterm-kitty")], NotifyChoice::Auto),
            format!("\x07{nine}")
        );
        assert_eq!(told(&[("TERM", "linux")], NotifyChoice::Auto), "\x07");
        let tmux = [("TERM", "screen-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")];
        assert_eq!(
            told(&tmux, NotifyChoice::Osc9),
            "\x07\x1bPtmux;\x1b\x1b]9;Run a is over\x07\x1b\\"
        );
        assert_eq!(
            told(&[("TERM", "screen")], NotifyChoice::Osc9),
            format!("\x07\x1bP{nine}\x1b\\")
        );
        let quiet = listener(&xterm, NotifyChoice::Osc9).told(&Notice::Ended("x".to_owned()), false);
        assert_eq!(quiet, "\x1b]9;x\x07");
    }

    #[test]
    fn what_is_told_ends_no_string_and_is_cut() {
        let words = format!("a\x1b\\b\x07c;d\n{}", "e".repeat(1_000));
        let told = listener(&[], NotifyChoice::Osc9).told(&Notice::Ended(words), false);
        assert!(told.starts_with("\x1b]9;a\\bc,deee"), "{told:?}");
        assert_eq!(told.matches('\x1b').count(), 1);
        assert!(told.len() < 220);
    }

    #[test]
    fn a_text_for_the_clipboard_is_encoded_and_wrapped() {
        let copied = Notice::Copied("/runs/ä b".to_owned());
        let string = "\x1b]52;c;L3J1bnMvw6QgYg==\x07";
        let told = |variables: &[(&str, &str)]| listener(variables, NotifyChoice::None).told(&copied, true);
        assert_eq!(told(&[("TERM", "xterm")]), string);
        assert_eq!(
            told(&[("TERM", "tmux-256color")]),
            format!("{string}\x1bPtmux;\x1b{string}\x1b\\")
        );
        assert_eq!(
            told(&[("TERM", "screen"), ("STY", "1")]),
            format!("\x1bP{string}\x1b\\")
        );
        assert_eq!(told(&[("TERM", "linux")]), "");
    }
}
