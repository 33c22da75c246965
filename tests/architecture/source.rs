//! Just enough of Rust's grammar to see which paths and macros a source file names.

use std::ops::Range;

/// A word or a sign of the source, and the line it stands on (from 1).
#[derive(Debug, Clone, PartialEq)]
pub struct Token {
    pub text: String,
    pub line: usize,
}

/// A path as written (`crate::audio::Wave`), one per leaf of a `use` tree.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedPath {
    pub segments: Vec<String>,
    pub line: usize,
    /// The modules within this file around it.
    pub inline: Vec<String>,
    /// Whether only tests are built with it.
    pub test: bool,
}

/// A macro call (`println` for `println!`).
#[derive(Debug, Clone, PartialEq)]
pub struct NamedMacro {
    pub name: String,
    pub line: usize,
    pub test: bool,
}

/// What a source file names.
#[derive(Debug, Default)]
pub struct Source {
    pub tokens: Vec<Token>,
    pub paths: Vec<NamedPath>,
    pub macros: Vec<NamedMacro>,
    /// Modules in files of their own that only tests are built with (`#[cfg(test)] mod tests;`).
    pub test_modules: Vec<Vec<String>>,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let tokens = tokens(&without_comments_and_strings(text));
        let tests = test_items(&tokens);
        let mut source = Self::default();
        let mut modules: Vec<(String, usize)> = Vec::new();
        let mut depth = 0;
        let mut at = 0;
        while at < tokens.len() {
            let test = tests.iter().any(|item| item.contains(&at));
            let inline = || modules.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
            let line = tokens[at].line;
            let mut next = at + 1;
            match tokens[at].text.as_str() {
                "{" => depth += 1,
                "}" => {
                    modules.retain(|(_, outside)| outside + 1 < depth);
                    depth = depth.saturating_sub(1);
                }
                "mod" if is_word(&tokens, at + 1) => {
                    let name = tokens[at + 1].text.clone();
                    if text_at(&tokens, at + 2) == "{" {
                        modules.push((name, depth));
                    } else if test {
                        source.test_modules.push(inline().into_iter().chain([name]).collect());
                    }
                    next = at + 2;
                }
                "use" => {
                    let mut leaves = Vec::new();
                    next = use_tree(&tokens, at + 1, &[], &mut leaves);
                    let inline = inline();
                    source
                        .paths
                        .extend(leaves.into_iter().map(|(segments, line)| NamedPath {
                            segments,
                            line,
                            inline: inline.clone(),
                            test,
                        }));
                }
                word if is_word(&tokens, at) && text_at(&tokens, at + 1) == "::" => {
                    let mut segments = vec![word.to_owned()];
                    while text_at(&tokens, next) == "::" && is_word(&tokens, next + 1) {
                        segments.push(tokens[next + 1].text.clone());
                        next += 2;
                    }
                    if text_at(&tokens, next) == "!" {
                        let name = segments[segments.len() - 1].clone();
                        source.macros.push(NamedMacro { name, line, test });
                    }
                    source.paths.push(NamedPath {
                        segments,
                        line,
                        inline: inline(),
                        test,
                    });
                }
                word if is_word(&tokens, at) && text_at(&tokens, at + 1) == "!" => {
                    source.macros.push(NamedMacro {
                        name: word.to_owned(),
                        line,
                        test,
                    });
                }
                _ => {}
            }
            at = next;
        }
        source.tokens = tokens;
        source
    }
}

fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

fn is_word(tokens: &[Token], at: usize) -> bool {
    text_at(tokens, at).starts_with(|letter: char| letter.is_alphanumeric() || letter == '_')
}

/// Collects the leaves of the `use` tree that starts at `at`; returns where it ends.
fn use_tree(tokens: &[Token], mut at: usize, prefix: &[String], leaves: &mut Vec<(Vec<String>, usize)>) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    loop {
        match text_at(tokens, at) {
            "::" => at += 1,
            "{" => {
                at += 1;
                while !matches!(text_at(tokens, at), "}" | "") {
                    at = use_tree(tokens, at, &segments, leaves);
                    if text_at(tokens, at) == "," {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "as" => at += 2,
            "self" if !segments.is_empty() => at += 1,
            text if text == "*" || is_word(tokens, at) => {
                segments.push(text.to_owned());
                at += 1;
            }
            _ => {
                leaves.push((segments, line));
                return at;
            }
        }
    }
}

/// Where the items are that stand under `#[cfg(test)]`.
fn test_items(tokens: &[Token]) -> Vec<Range<usize>> {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut items = Vec::new();
    for start in 0..tokens.len() {
        if (0..attribute.len()).all(|offset| text_at(tokens, start + offset) == attribute[offset]) {
            let mut depth = 0usize;
            let mut at = start + attribute.len();
            while at < tokens.len() {
                match text_at(tokens, at) {
                    "{" => depth += 1,
                    "}" if depth == 1 => break,
                    "}" => depth = depth.saturating_sub(1),
                    ";" if depth == 0 => break,
                    _ => {}
                }
                at += 1;
            }
            items.push(start..at + 1);
        }
    }
    items
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens: Vec<Token> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest
                .find(|letter: char| !(letter.is_alphanumeric() || letter == '_'))
                .unwrap_or(rest.len());
            let length = match word {
                0 if rest.starts_with("::") => 2,
                0 => first.len_utf8(),
                word => word,
            };
            tokens.push(Token {
                text: rest[..length].to_owned(),
                line: index + 1,
            });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

/// The source with comments and the insides of strings and characters blanked; lines stay where they are.
pub fn without_comments_and_strings(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        let skipped = match letters[at] {
            '/' if letters.get(at + 1) == Some(&'/') => line_comment(&letters, at),
            '/' if letters.get(at + 1) == Some(&'*') => block_comment(&letters, at),
            '"' => string(&letters, at),
            'r' if !follows_word(&letters, at) => raw_string(&letters, at),
            '\'' => character(&letters, at),
            _ => 0,
        };
        if skipped == 0 {
            kept.push(letters[at]);
            at += 1;
        } else {
            let blanked = letters[at..letters.len().min(at + skipped)].iter();
            kept.extend(blanked.map(|letter| if *letter == '\n' { '\n' } else { ' ' }));
            at += skipped;
        }
    }
    kept
}

/// Whether the letter belongs to a longer word, in which `b` and `c` (of `br"…"`) alone do not count.
fn follows_word(letters: &[char], at: usize) -> bool {
    let word = |back: usize| at >= back && (letters[at - back].is_alphanumeric() || letters[at - back] == '_');
    word(1) && (word(2) || !matches!(letters[at - 1], 'b' | 'c'))
}

fn line_comment(letters: &[char], at: usize) -> usize {
    letters[at..].iter().take_while(|letter| **letter != '\n').count()
}

fn block_comment(letters: &[char], start: usize) -> usize {
    let mut depth = 0;
    let mut at = start;
    while at < letters.len() {
        match (letters[at], letters.get(at + 1)) {
            ('/', Some('*')) => (depth, at) = (depth + 1, at + 2),
            ('*', Some('/')) => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            break;
        }
    }
    at - start
}

fn string(letters: &[char], start: usize) -> usize {
    let mut at = start + 1;
    while at < letters.len() && letters[at] != '"' {
        at += if letters[at] == '\\' { 2 } else { 1 };
    }
    at + 1 - start
}

/// Length of `r"…"` or `r#"…"#`; 0 when it is none.
fn raw_string(letters: &[char], start: usize) -> usize {
    let hashes = letters[start + 1..].iter().take_while(|letter| **letter == '#').count();
    if letters.get(start + 1 + hashes) != Some(&'"') {
        return 0;
    }
    let mut at = start + hashes + 2;
    while at < letters.len() {
        let closing =
            letters[at] == '"' && letters[at + 1..].iter().take(hashes).filter(|l| **l == '#').count() == hashes;
        at += 1;
        if closing {
            return at + hashes - start;
        }
    }
    at - start
}

/// Length of a character in quotes; 0 for a lifetime.
fn character(letters: &[char], at: usize) -> usize {
    match (letters.get(at + 1), letters.get(at + 2)) {
        (Some('\\'), Some(_)) => {
            let closing = letters[at + 3..].iter().position(|letter| *letter == '\'');
            closing.map_or(0, |position| position + 4)
        }
        (Some(_), Some('\'')) => 3,
        _ => 0,
    }
}
