//! Files that were refused: those of one folder that were for the same reason stand together.

use super::numbers::count;
use std::collections::HashMap;
use std::path::Path;

/// Files of one folder that were refused for the same reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refusals<'a> {
    /// The first of them.
    pub example: &'a Path,
    /// Its place among all that were refused.
    pub first: usize,
    /// Why, without the name of the file.
    pub reason: &'a str,
    /// How many.
    pub files: usize,
}

impl<'a> Refusals<'a> {
    /// All that were refused, in the order in which the first of each came.
    pub fn of(refused: impl Iterator<Item = (&'a Path, &'a str)>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        let mut places: HashMap<(Option<&Path>, &str), usize> = HashMap::new();
        for (first, (example, reason)) in refused.enumerate() {
            let reason = without_name(reason, example);
            let place = *places.entry((example.parent(), reason)).or_insert(groups.len());
            match groups.get_mut(place) {
                Some(group) => group.files += 1,
                None => groups.push(Self {
                    example,
                    first,
                    reason,
                    files: 1,
                }),
            }
        }
        groups
    }

    /// Which files: the one, or how many in which folder and one of them.
    pub fn files(&self) -> String {
        let folder = self.example.parent().unwrap_or(Path::new(""));
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        match self.files {
            1 => self.example.display().to_string(),
            files => {
                let name = self.example.file_name().unwrap_or_default().to_string_lossy();
                format!("{}: {}, such as {name}", folder.display(), count(files, "file"))
            }
        }
    }

    /// In one line.
    pub fn line(&self) -> String {
        format!("{}: {}", self.files(), self.reason)
    }
}

/// Some reasons name their file already.
fn without_name<'a>(reason: &'a str, file: &Path) -> &'a str {
    let rest = reason.strip_prefix(&*file.to_string_lossy());
    rest.and_then(|rest| rest.strip_prefix(": ")).unwrap_or(reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_a_folder_with_one_reason_are_one_line() {
        let refused = [
            ("data/a/1.wav", "data/a/1.wav: is empty"),
            ("data/b/1.wav", "is empty"),
            ("data/a/2.wav", "data/a/2.wav: is empty"),
            ("data/a/3.wav", "is cut short"),
            ("4.wav", "is empty"),
            ("data/a/5.wav", "is empty"),
            ("6.wav", "is empty"),
        ];
        let groups = Refusals::of(refused.iter().map(|(path, reason)| (Path::new(*path), *reason)));
        let lines: Vec<_> = groups.iter().map(|group| (group.first, group.line())).collect();
        let expected = [
            (0, "data/a: 3 files, such as 1.wav: is empty"),
            (1, "data/b/1.wav: is empty"),
            (3, "data/a/3.wav: is cut short"),
            (4, ".: 2 files, such as 4.wav: is empty"),
        ];
        assert_eq!(lines, expected.map(|(first, line)| (first, line.to_owned())));
    }
}
