//! Size, colours, character set.

use super::Finding;
use std::fs::File;

/// The smallest screen that the workbench is drawn for.
const SMALLEST: (u16, u16) = (80, 24);

/// The terminal that this process was started from, by its variables and its size.
pub fn look() -> Vec<Finding> {
    let variable = |name: &str| std::env::var(name).unwrap_or_default();
    let size = File::open("/dev/tty")
        .ok()
        .and_then(|tty| rustix::termios::tcgetwinsize(tty).ok());
    vec![
        screen(size.map(|size| (size.ws_col, size.ws_row))),
        colours(&variable("TERM"), &variable("COLORTERM"), &variable("NO_COLOR")),
        characters(&[variable("LC_ALL"), variable("LC_CTYPE"), variable("LANG")]),
    ]
}

fn screen(size: Option<(u16, u16)>) -> Finding {
    match size {
        None | Some((0, _) | (_, 0)) => Finding::note(
            "terminal",
            "there is none",
            "subcommands work without; for the workbench log in with `ssh -t`",
        ),
        Some((columns, rows)) if columns < SMALLEST.0 || rows < SMALLEST.1 => Finding::note(
            "terminal",
            format!("{columns} x {rows}"),
            format!(
                "the workbench wants {} x {} or more; enlarge the window",
                SMALLEST.0, SMALLEST.1
            ),
        ),
        Some((columns, rows)) => Finding::good("terminal", format!("{columns} x {rows}")),
    }
}

fn colours(term: &str, colorterm: &str, no_color: &str) -> Finding {
    if !no_color.is_empty() {
        return Finding::note("colours", "none, as NO_COLOR asks", "unset NO_COLOR to have them");
    }
    match (term, colorterm) {
        (_, "truecolor" | "24bit") => Finding::good("colours", "16 million"),
        ("" | "dumb", _) => Finding::note(
            "colours",
            format!("none: TERM is \"{term}\""),
            "set TERM to what your terminal is, such as xterm-256color",
        ),
        (term, _) if term.contains("256color") || term.contains("direct") => Finding::note(
            "colours",
            format!("256 ({term})"),
            "if your terminal can do more, set COLORTERM=truecolor (ssh passes it on with SendEnv)",
        ),
        (term, _) => Finding::note(
            "colours",
            format!("16 ({term})"),
            "spectrograms are coarse; set TERM=xterm-256color or COLORTERM=truecolor if your terminal can",
        ),
    }
}

/// The first of these variables that is set decides.
fn characters(locale: &[String]) -> Finding {
    let set = locale.iter().find(|value| !value.is_empty());
    let lower = set.map(|value| value.to_lowercase()).unwrap_or_default();
    if lower.contains("utf-8") || lower.contains("utf8") {
        return Finding::good("characters", "UTF-8");
    }
    let found = set.map_or_else(|| "no locale is set".to_owned(), |value| format!("locale {value}"));
    Finding::note(
        "characters",
        found,
        "curves and bars are drawn in UTF-8; if they look broken, set LANG=C.UTF-8",
    )
}

#[cfg(test)]
mod tests {
    use super::super::Health;
    use super::*;

    #[test]
    fn small_screens_and_none_are_told_of() {
        assert_eq!(screen(Some((160, 50))).health, Health::Good);
        assert_eq!(screen(Some((80, 24))).health, Health::Good);
        assert!(screen(Some((79, 24))).remedy.contains("80 x 24"));
        assert!(screen(None).remedy.contains("ssh -t"));
    }

    #[test]
    fn colours_follow_the_variables() {
        assert_eq!(colours("xterm-256color", "truecolor", "").found, "16 million");
        assert!(colours("xterm-256color", "", "").found.starts_with("256"));
        assert!(colours("xterm", "", "").found.starts_with("16 ("));
        assert!(colours("dumb", "", "").remedy.contains("TERM"));
        assert!(colours("xterm", "truecolor", "1").found.contains("NO_COLOR"));
    }

    #[test]
    fn the_first_locale_that_is_set_decides() {
        let locale = |values: [&str; 3]| characters(&values.map(ToOwned::to_owned));
        assert_eq!(locale(["", "", "en_GB.UTF-8"]).health, Health::Good);
        assert_eq!(locale(["C", "", "en_GB.UTF-8"]).health, Health::Note);
        assert_eq!(locale(["", "", ""]).found, "no locale is set");
    }
}
