//! A settings file without what says no more than what ships: shown, then written.

use crate::engine::settings::layers::PRESETS;
use crate::engine::settings::layers::{Layers, is_free};
use crate::engine::settings::parse::dotted;
use crate::engine::settings::shipped::shipped;
use crate::engine::settings::{FILE, Provenance, Settings, SettingsError, assemble};
use crate::files;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use toml_edit::{Document, Item, Table};

/// The file that shipped before most of it went into files of its own: people have copies of it, comments and all.
const EARLIER: &str = include_str!("../shipped/earlier/workbench.toml");

/// What a settings file would be without what says no more than what ships.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tidying {
    /// The file.
    pub file: PathBuf,
    /// What goes, in the order of the file.
    pub removed: Vec<TidyRow>,
    /// The text that is left.
    pub text: String,
    /// Where the file lies as it was; none before it is written.
    pub kept: Option<PathBuf>,
}

/// A setting that goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TidyRow {
    /// From 1.
    pub line: usize,
    /// Dotted key.
    pub key: String,
    /// The value as TOML.
    pub value: String,
}

impl Tidying {
    /// Puts the text in the file's place, and the file as it was beside it.
    ///
    /// # Errors
    /// [`SettingsError`] when one of them cannot be written; the file is as it was then.
    pub fn write(&mut self) -> Result<(), SettingsError> {
        let refuse = |error: std::io::Error| mistake(&self.file, format!("{error}; nothing was changed"));
        // What a link points to, and not the link.
        let file = self.file.canonicalize().map_err(refuse)?;
        let before = std::fs::read(&file).map_err(refuse)?;
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let free = |number: usize| {
            let number = if number == 1 { String::new() } else { number.to_string() };
            let path = file.with_file_name(format!("{name}.untidied{number}"));
            (!path.exists()).then_some(path)
        };
        let Some(kept) = (1..=10_000).find_map(free) else {
            return Err(mistake(
                &self.file,
                "there are too many copies beside it; delete some".to_owned(),
            ));
        };
        files::replace(&kept, &before).map_err(refuse)?;
        files::replace(&file, self.text.as_bytes()).map_err(refuse)?;
        self.kept = Some(kept);
        Ok(())
    }
}

/// The settings file without what says no more than what ships. The settings that it stands for are the same.
///
/// # Errors
/// [`SettingsError`] when there is no file, or it cannot be read.
pub fn tidied(settings: &Settings) -> Result<Tidying, SettingsError> {
    let file = settings.source.file.as_deref();
    let path = file.unwrap_or(Path::new(FILE));
    let text = std::fs::read_to_string(path).map_err(|error| {
        mistake(
            path,
            format!("{error}; there is no settings file to tidy, --config names another"),
        )
    })?;
    let values = |text: &str| {
        let resolved = assemble(file, Some(text), &[])?;
        let presets = resolved
            .source
            .presets
            .iter()
            .map(|preset| (preset.name.clone(), preset.values.clone()));
        Ok((presets.collect::<Vec<_>>(), resolved.without_source()))
    };
    let before = values(&text)?;
    let document = Document::parse(text.as_str()).map_err(|error| mistake(path, error.to_string()))?;
    let (removed, left) = match Tidier::new(&text, &document)?.tidied() {
        (removed, _) if removed.is_empty() => (removed, text),
        tidied => tidied,
    };
    if values(&left)? != before {
        let problem = "it would not stand for the same settings without what equals the defaults; it stays as it is";
        return Err(mistake(path, problem.to_owned()));
    }
    Ok(Tidying {
        file: path.to_owned(),
        removed,
        text: left,
        kept: None,
    })
}

fn mistake(path: &Path, problem: String) -> SettingsError {
    SettingsError {
        place: path.display().to_string(),
        key: "config --tidy".to_owned(),
        problem,
    }
}

/// One value of a file.
struct Leaf {
    key: String,
    value: toml::Value,
    /// From 0.
    lines: RangeInclusive<usize>,
    /// Whether something else than the value is on its lines.
    commented: bool,
}

/// A file, what it says, and what would hold without it.
struct Tidier<'a> {
    lines: Vec<&'a str>,
    ending: &'static str,
    leaves: Vec<Leaf>,
    /// The lines of headings, and the tables that they begin.
    headings: BTreeMap<usize, String>,
    own: Layers,
    shipped: Layers,
    /// What ships, under the preset that the file names.
    below: Layers,
    comments: BTreeSet<&'static str>,
}

/// What becomes of a line.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Stays,
    Goes,
    /// It goes, but words of the user's are about it.
    Comment,
}

impl<'a> Tidier<'a> {
    fn new(text: &'a str, document: &Document<&str>) -> Result<Self, SettingsError> {
        let shipped_layers = Layers::defaults()?;
        let (mut own, mut below) = (shipped_layers.clone(), shipped_layers.clone());
        own.file(Path::new(FILE), text)?;
        (below.presets, below.own_presets) = (own.presets.clone(), own.own_presets.clone());
        let named = own.named_preset();
        if !named.is_empty() {
            below.preset(&named)?;
        }
        let mut tidier = Self {
            lines: text.lines().collect(),
            ending: if text.contains("\r\n") { "\r\n" } else { "\n" },
            leaves: Vec::new(),
            headings: BTreeMap::new(),
            own,
            shipped: shipped_layers,
            below,
            comments: shipped()
                .iter()
                .flat_map(|file| file.text.lines())
                .chain(EARLIER.lines())
                .map(str::trim)
                .filter(|line| line.starts_with('#'))
                .collect(),
        };
        tidier.walk(document.as_table(), "", text);
        Ok(tidier)
    }

    fn walk(&mut self, table: &Table, path: &str, text: &str) {
        let line_of = |at: usize| text[..at].bytes().filter(|byte| *byte == b'\n').count();
        for (name, item) in table.iter() {
            let key = dotted(path, name);
            match item {
                Item::Table(inner) => {
                    if let Some(span) = inner.span().filter(|_| !inner.is_implicit() && !inner.is_dotted()) {
                        self.headings.insert(line_of(span.start), key.clone());
                    }
                    self.walk(inner, &key, text);
                }
                Item::ArrayOfTables(tables) => {
                    let spans = tables.iter().filter_map(Table::span);
                    self.headings
                        .extend(spans.map(|span| (line_of(span.start), key.clone())));
                }
                Item::Value(value) => {
                    let spans = table.key(name).and_then(|key| key.span()).zip(value.span());
                    let written = value.to_string();
                    let parsed = format!("value = {}", written.trim()).parse::<toml::Table>();
                    let Some(((start, end), value)) = spans
                        .map(|(key, value)| (key.start, value.end))
                        .zip(parsed.ok().and_then(|mut table| table.remove("value")))
                    else {
                        continue;
                    };
                    let rest = text[end..].lines().next().unwrap_or_default();
                    let lines = line_of(start)..=line_of(end);
                    self.leaves.push(Leaf {
                        commented: !rest.trim().is_empty() || lines.end() > lines.start() && written.contains('#'),
                        key,
                        value,
                        lines,
                    });
                }
                Item::None => {}
            }
        }
    }

    /// Whether a value says what would hold without it.
    fn is_superfluous(&self, leaf: &Leaf) -> bool {
        if let Some(name) = leaf
            .key
            .strip_prefix("presets.")
            .and_then(|rest| rest.split('.').next())
        {
            return self.is_copy(name);
        }
        match leaf
            .key
            .match_indices('.')
            .map(|(end, _)| &leaf.key[..end])
            .find(|path| is_free(path))
        {
            Some(free) => self.own.lookup(free) == self.shipped.lookup(free) && self.same_below(free),
            None => {
                self.shipped
                    .lookup(&leaf.key)
                    .is_some_and(|default| same(default, &leaf.value))
                    && self.same_below(&leaf.key)
            }
        }
    }

    /// Whether the preset that the file names says the same of a key as what ships.
    fn same_below(&self, key: &str) -> bool {
        self.shipped.lookup(key) == self.below.lookup(key)
    }

    fn is_copy(&self, preset: &str) -> bool {
        self.own
            .own_presets
            .get(preset)
            .is_some_and(|own| own.provenance == Provenance::SameCopy)
    }

    /// Whether a table need not be there when nothing is in it.
    fn is_needless(&self, table: &str) -> bool {
        match table.strip_prefix("presets.") {
            Some(name) => self.is_copy(name),
            None if is_free(table) => self.own.lookup(table) == self.shipped.lookup(table) && self.same_below(table),
            None => table == PRESETS || self.shipped.lookup(table).is_some_and(toml::Value::is_table),
        }
    }

    /// The comments right above a line.
    fn above(&self, line: usize) -> std::ops::Range<usize> {
        let comments = self.lines[..line]
            .iter()
            .rev()
            .take_while(|text| text.trim_start().starts_with('#'));
        line - comments.count()..line
    }

    fn is_ours(&self, line: usize) -> bool {
        self.comments.contains(self.lines[line].trim())
    }

    fn tidied(&self) -> (Vec<TidyRow>, String) {
        let mut fates = vec![Fate::Stays; self.lines.len()];
        let mut removed = Vec::new();
        for leaf in self.leaves.iter().filter(|leaf| self.is_superfluous(leaf)) {
            let (first, above) = (*leaf.lines.start(), self.above(*leaf.lines.start()));
            removed.push(TidyRow {
                line: first + 1,
                key: leaf.key.clone(),
                value: leaf.value.to_string(),
            });
            // Words of the user's stay, and what they are about.
            let ours = !leaf.commented && above.clone().all(|line| self.is_ours(line));
            fates[leaf.lines.clone()].fill(if ours { Fate::Goes } else { Fate::Comment });
            if ours {
                fates[above].fill(Fate::Goes);
            }
        }
        removed.sort_by_key(|row| row.line);
        self.empty_headings(&mut fates);
        self.loose_comments(&mut fates);
        (removed, self.text(&fates))
    }

    /// Headings go with the last of what is below them.
    fn empty_headings(&self, fates: &mut [Fate]) {
        let ends = self.headings.keys().skip(1).map(|next| self.above(*next).start);
        let ends = ends.chain([self.lines.len()]);
        for ((line, table), end) in self.headings.iter().zip(ends) {
            let left = |at: usize| !self.lines[at].trim().is_empty() && fates[at] != Fate::Goes && !self.is_loose(at);
            if self.is_needless(table) && !(line + 1..end).any(left) {
                fates[*line] = Fate::Goes;
                for above in self.above(*line).filter(|above| self.is_ours(*above)) {
                    fates[above] = Fate::Goes;
                }
            }
        }
    }

    /// Whether it is a shipped comment on nothing below it.
    fn is_loose(&self, line: usize) -> bool {
        let below = self.lines[line..]
            .iter()
            .find(|text| !text.trim_start().starts_with('#'));
        self.is_ours(line) && below.is_none_or(|text| text.trim().is_empty())
    }

    fn loose_comments(&self, fates: &mut [Fate]) {
        for (line, fate) in fates.iter_mut().enumerate() {
            if self.is_loose(line) {
                *fate = Fate::Goes;
            }
        }
    }

    /// What is left, without the gaps.
    fn text(&self, fates: &[Fate]) -> String {
        let (mut text, mut gap, mut blank) = (String::new(), false, true);
        for (line, fate) in self.lines.iter().zip(fates) {
            let empty = line.trim().is_empty();
            if *fate == Fate::Goes || (empty && gap && blank) {
                gap = true;
                continue;
            }
            let mark = if *fate == Fate::Comment { "# " } else { "" };
            text += &format!("{mark}{line}{}", self.ending);
            (gap, blank) = (gap && empty, empty);
        }
        match text.trim_end() {
            "" => String::new(),
            words => words.to_owned() + self.ending,
        }
    }
}

fn same(default: &toml::Value, value: &toml::Value) -> bool {
    match (default, value) {
        (toml::Value::Float(default), toml::Value::Integer(whole)) => *default == *whole as f64,
        _ => default == value,
    }
}

#[cfg(test)]
mod tests;
