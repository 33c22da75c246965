//! A settings file with some values changed and all comments kept: shown, then written.

use super::layers::Layers;
use super::{FILE, Settings, SettingsError, assemble};
use crate::files;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use toml_edit::{Document, DocumentMut, Item, Table, TableLike, Value};
use xxhash_rust::xxh3::xxh3_64;

/// What a settings file would be with some values changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsEdit {
    /// The file.
    pub file: PathBuf,
    /// The keys that are changed.
    pub keys: Vec<String>,
    /// Lines that change, in the order of the file.
    pub lines: Vec<ChangedLine>,
    /// Stands for the file as it was read.
    pub seen: u64,
    /// The text as it would be.
    pub text: String,
    /// Keys that `--set` sets over the file, so that the change makes no difference to a program that is started so.
    pub overridden: Vec<String>,
    /// Whether it was written.
    pub written: bool,
}

/// A line that goes, comes, or is replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangedLine {
    /// From 1; of a line that comes, in the text as it would be.
    pub line: usize,
    /// As it is.
    pub before: Option<String>,
    /// As it would be.
    pub after: Option<String>,
}

/// The settings file with these values: what `--set` would say of a key, or nothing where what lies below the file is to
/// hold again.
///
/// # Errors
/// [`SettingsError`] for a file that cannot be read, an unknown key, a value that cannot be, or settings that cannot work
/// together; the file is as it was.
pub fn edited(settings: &Settings, changes: &[(String, Option<String>)]) -> Result<SettingsEdit, SettingsError> {
    let source = &settings.source;
    let path = source.file.as_deref().unwrap_or(Path::new(FILE));
    let before = read(path)?;
    let mut layers = Layers::defaults()?;
    layers.file(path, &before)?;
    let mut text = before.clone();
    for (key, value) in changes {
        match value {
            Some(value) => {
                layers.set(key, value)?;
                let is_place = layers.lookup(key).is_none();
                let list = key.rsplit_once('.').map_or(&**key, |(list, _)| list);
                let key = if is_place { list } else { &**key };
                let value = layers.lookup(key).cloned();
                let value = value.ok_or_else(|| mistake(path, key, "is no setting".to_owned()))?;
                text = with(&text, key, &value).map_err(|problem| mistake(path, key, problem))?;
            }
            None if layers.is_setting(key) => {
                text = without(&text, key).map_err(|problem| mistake(path, key, problem))?;
            }
            None => return Err(layers.error(key, "is no setting; `undertone config` lists them")),
        }
    }
    assemble(source.file.as_deref(), Some(&text), &[])?;
    let resolved = |key: &&String| source.changes.iter().any(|(set, _)| set == *key);
    let keys: Vec<String> = changes.iter().map(|(key, _)| key.clone()).collect();
    Ok(SettingsEdit {
        file: path.to_owned(),
        lines: changed_lines(&before, &text),
        seen: xxh3_64(before.as_bytes()),
        overridden: keys.iter().filter(resolved).cloned().collect(),
        keys,
        text,
        written: false,
    })
}

impl SettingsEdit {
    /// Puts the text in the file's place, if the file still is what `seen` stands for.
    ///
    /// # Errors
    /// [`SettingsError`] when it has changed meanwhile, or cannot be written; it is as it was then.
    pub fn write(&mut self, seen: u64) -> Result<(), SettingsError> {
        let refuse = |problem: String| mistake(&self.file, &self.keys.join(", "), problem);
        if seen != self.seen {
            return Err(refuse(
                "the file has changed since its lines were shown; nothing was written, look at them again".to_owned(),
            ));
        }
        // What a link points to, and not the link.
        let file = self.file.canonicalize().unwrap_or_else(|_| self.file.clone());
        let written = files::replace(&file, self.text.as_bytes());
        written.map_err(|error| refuse(format!("{error}; nothing was changed")))?;
        self.written = true;
        Ok(())
    }
}

/// The text of the file; a file that is not there is to be.
fn read(path: &Path) -> Result<String, SettingsError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(mistake(path, "", format!("{error}; nothing was changed"))),
    }
}

/// The text with a value where the key is, and with the comments that stand beside it.
fn with(text: &str, key: &str, value: &toml::Value) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let mut value: Value = value.to_string().parse().map_err(|error| format!("{error}"))?;
    let (tables, name) = split(key);
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for part in tables {
        let item = table.entry(part).or_insert_with(|| {
            let mut table = Table::new();
            table.set_implicit(true);
            Item::Table(table)
        });
        table = item
            .as_table_like_mut()
            .ok_or_else(|| format!("`{part}` is no table in the file"))?;
    }
    match table.get_mut(name) {
        None | Some(Item::None) => drop(table.insert(name, Item::Value(value))),
        Some(Item::Value(before)) => {
            *value.decor_mut() = before.decor().clone();
            *before = value;
        }
        Some(_) => return Err("the file has it as a table of its own; change it there".to_owned()),
    }
    Ok(document.to_string())
}

/// The text without a key; one that is not there is out already. Comments above it stay.
fn without(text: &str, key: &str) -> Result<String, String> {
    let document = Document::parse(text).map_err(|error| error.to_string())?;
    let (tables, name) = split(key);
    let mut table: &dyn TableLike = document.as_table();
    let mut inline = false;
    for part in &tables {
        match table
            .get(part)
            .and_then(|item| Some((item.is_inline_table(), item.as_table_like()?)))
        {
            Some((is_inline, inner)) => (table, inline) = (inner, inline | is_inline),
            None => return Ok(text.to_owned()),
        }
    }
    let spans = match table.get(name) {
        None | Some(Item::None) => return Ok(text.to_owned()),
        Some(Item::Table(_) | Item::ArrayOfTables(_)) => {
            return Err("the file has it as a table of its own; take it out there".to_owned());
        }
        Some(Item::Value(value)) => table.key(name).and_then(|key| key.span()).zip(value.span()),
    };
    if let (Some((key, value)), false) = (spans, inline) {
        let start = text[..key.start].rfind('\n').map_or(0, |end| end + 1);
        let end = text[value.end..]
            .find('\n')
            .map_or(text.len(), |end| value.end + end + 1);
        return Ok(format!("{}{}", &text[..start], &text[end..]));
    }
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    let mut table: &mut dyn TableLike = document.as_table_mut();
    for part in tables {
        match table.get_mut(part).and_then(Item::as_table_like_mut) {
            Some(inner) => table = inner,
            None => return Ok(text.to_owned()),
        }
    }
    table.remove(name);
    Ok(document.to_string())
}

/// The tables that a key lies in, and its name.
fn split(key: &str) -> (Vec<&str>, &str) {
    match key.rsplit_once('.') {
        Some((tables, name)) => (tables.split('.').collect(), name),
        None => (Vec::new(), key),
    }
}

/// What differs, by the longest common subsequence of the lines.
fn changed_lines(before: &str, after: &str) -> Vec<ChangedLine> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same = |(a, b): &(&&str, &&str)| a == b;
    let head = old.iter().zip(&new).take_while(same).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(same)
        .count();
    let (left, right) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut common = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (i, a) in left.iter().enumerate().rev() {
        for (j, b) in right.iter().enumerate().rev() {
            common[i][j] = match a == b {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut lines: Vec<ChangedLine> = Vec::new();
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            (i, j) = (i + 1, j + 1);
        } else if i < left.len() && (j == right.len() || common[i + 1][j] >= common[i][j + 1]) {
            lines.push(ChangedLine {
                line: head + i + 1,
                before: Some(left[i].to_owned()),
                after: None,
            });
            i += 1;
        } else {
            let after = Some(right[j].to_owned());
            j += 1;
            match lines.last_mut() {
                // In the place of the line that goes right here.
                Some(last) if last.after.is_none() && last.line == head + i => last.after = after,
                _ => lines.push(ChangedLine {
                    line: head + j,
                    before: None,
                    after,
                }),
            }
        }
    }
    lines
}

fn mistake(path: &Path, key: &str, problem: String) -> SettingsError {
    SettingsError {
        place: path.display().to_string(),
        key: key.to_owned(),
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Mine.\nseed = 3 # lucky\r\n\n[training]\n# Not too long.\nepochs = 40\n\n[split]\nkind = \"speaker\"\n";

    fn settings(text: &str) -> (tempfile::TempDir, Settings) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("lab.toml");
        std::fs::write(&file, text).unwrap();
        let settings = super::super::load_settings(Some(&file), &[]).unwrap();
        (folder, settings)
    }

    fn edit(settings: &Settings, changes: &[(&str, Option<&str>)]) -> Result<SettingsEdit, SettingsError> {
        let changes = changes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
        edited(settings, &changes.collect::<Vec<_>>())
    }

    fn line(line: usize, before: Option<&str>, after: Option<&str>) -> ChangedLine {
        ChangedLine {
            line,
            before: before.map(str::to_owned),
            after: after.map(str::to_owned),
        }
    }

    #[test]
    fn values_change_and_every_comment_stays() {
        let (_folder, settings) = settings(TEXT);
        let changes = [
            ("training.epochs", Some("60")),
            ("seed", Some("7")),
            ("ui.theme", Some("light")),
        ];
        let mut found = edit(&settings, &changes).unwrap();
        assert_eq!(
            found.lines,
            [
                line(2, Some("seed = 3 # lucky"), Some("seed = 7 # lucky")),
                line(6, Some("epochs = 40"), Some("epochs = 60")),
                line(10, None, Some("")),
                line(11, None, Some("[ui]")),
                line(12, None, Some("theme = \"light\"")),
            ]
        );
        assert_eq!(
            std::fs::read_to_string(&found.file).unwrap(),
            TEXT,
            "a question changes nothing"
        );
        let seen = found.seen;
        found.write(seen).unwrap();
        assert_eq!(std::fs::read_to_string(&found.file).unwrap(), found.text);
        let again = super::super::load_settings(Some(&found.file), &[]).unwrap();
        assert_eq!((again.seed, again.training.epochs), (7, 60));
        let reset = edit(&again, &[("seed", None), ("training.batch_size", None)]).unwrap();
        assert_eq!(reset.lines, [line(2, Some("seed = 7 # lucky"), None)]);
        let inline = TEXT.replace("[split]\nkind = \"speaker\"", "[a]");
        assert!(without(&inline, "split.kind").unwrap() == inline);
        let inline = "ui = { theme = \"light\", mouse = false } # mine\nseed = 2\n";
        assert_eq!(
            without(inline, "ui.theme").unwrap(),
            "ui = { mouse = false } # mine\nseed = 2\n"
        );
    }

    #[test]
    fn what_cannot_be_is_refused_and_nothing_is_written() {
        let (folder, settings) = settings(TEXT);
        for (key, value) in [
            ("training.epoch", Some("3")),
            ("training.epochs", Some("many")),
            ("training.epochs", Some("0")),
            ("split.kind", Some("sideways")),
            ("no.such", None),
            ("seed", Some("[1, 2]")),
        ] {
            let refused = edit(&settings, &[(key, value)]);
            assert!(refused.is_err(), "{key} = {value:?}: {refused:?}");
        }
        let mut found = edit(&settings, &[("seed", Some("9"))]).unwrap();
        let file = folder.path().join("lab.toml");
        std::fs::write(&file, TEXT.replace("40", "41")).unwrap();
        let mut again = edit(&settings, &[("seed", Some("9"))]).unwrap();
        assert!(again.write(found.seen).unwrap_err().problem.contains("has changed"));
        let seen = again.seen;
        again.write(seen).unwrap();
        assert!(std::fs::read_to_string(&file).unwrap().contains("epochs = 41"));
        found.file = folder.path().join("absent/lab.toml");
        let seen = found.seen;
        assert!(found.write(seen).is_err());
    }

    #[test]
    fn a_file_that_is_not_there_comes_to_be() {
        let (folder, mut settings) = settings("");
        let file = folder.path().join("new.toml");
        settings.source.file = Some(file.clone());
        let mut found = edit(&settings, &[("tuning.trials", Some("12"))]).unwrap();
        assert_eq!(found.text, "[tuning]\ntrials = 12\n");
        let seen = found.seen;
        found.write(seen).unwrap();
        assert_eq!(super::super::load_settings(Some(&file), &[]).unwrap().tuning.trials, 12);
    }
}
