//! The command line that starts a run.

use crate::engine::Settings;

/// What would have to be typed for a run with these settings.
pub fn command(settings: &Settings) -> String {
    let mut words = vec!["undertone".to_owned(), "train".to_owned()];
    if let Some(file) = &settings.source.file {
        words.extend(["--config".to_owned(), quoted(&file.to_string_lossy())]);
    }
    for (key, value) in &settings.source.changes {
        words.extend(["--set".to_owned(), quoted(&format!("{key}={value}"))]);
    }
    words.join(" ")
}

/// As a shell wants it.
fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "_-./=:,".contains(letter);
    if word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_as_a_shell_wants_them() {
        assert_eq!(quoted("training.epochs=3"), "training.epochs=3");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
