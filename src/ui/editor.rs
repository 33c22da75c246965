//! The user's own editor, in the terminal that the workbench has left for it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Tried in this order where neither `VISUAL` nor `EDITOR` is set.
const USUAL: [&str; 3] = ["vi", "nano", "vim"];

/// Has a text edited: the text as it was saved, or why it could not be edited.
pub fn edit(text: &str) -> Result<String, String> {
    let Some(editor) = chosen(|name| std::env::var_os(name)) else {
        return Err("There is no editor: set EDITOR to the one you use, as in `export EDITOR=nano`.".to_owned());
    };
    let path = write(text).map_err(|error| format!("The text to be edited cannot be written: {error}"))?;
    // As git does it: the editor may have arguments.
    let mut line = editor.clone();
    line.push(" \"$1\"");
    let status = Command::new("sh").arg("-c").arg(line).arg("sh").arg(&path).status();
    let edited = match status {
        Ok(status) if status.success() => {
            fs::read_to_string(&path).map_err(|error| format!("What was edited cannot be read: {error}"))
        }
        Ok(status) => Err(format!(
            "{} ended with {status}: the form is unchanged; set EDITOR to another editor.",
            editor.to_string_lossy()
        )),
        Err(error) => Err(format!("{} cannot be started: {error}", editor.to_string_lossy())),
    };
    // What is left there is only rubbish.
    let _ = fs::remove_file(&path);
    edited
}

/// The editor's command line.
fn chosen(variable: impl Fn(&str) -> Option<OsString>) -> Option<OsString> {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).or_else(|| {
        let path = variable("PATH")?;
        let there = |name: &&str| std::env::split_paths(&path).any(|folder| folder.join(name).is_file());
        USUAL.iter().find(|name| there(name)).map(OsString::from)
    })
}

/// A file that nobody else can read or has put there.
fn write(text: &str) -> io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let path = std::env::temp_dir().join(format!("undertone-{}-{number}.toml", std::process::id()));
        match create(&path) {
            Ok(mut file) => return file.write_all(text.as_bytes()).map(|()| path),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visual_comes_before_editor_and_both_before_what_is_usual() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("nano"), "").unwrap();
        let with = |set: &[(&str, &str)]| {
            chosen(|name| {
                let found = set.iter().find(|(other, _)| *other == name);
                found.map(|(_, value)| OsString::from(value))
            })
        };
        let path = folder.path().to_str().unwrap();
        assert_eq!(
            with(&[("EDITOR", "e"), ("VISUAL", "v -w"), ("PATH", path)]),
            Some("v -w".into())
        );
        assert_eq!(
            with(&[("EDITOR", "e"), ("VISUAL", ""), ("PATH", path)]),
            Some("e".into())
        );
        assert_eq!(with(&[("PATH", path)]), Some("nano".into()));
        assert_eq!(with(&[("PATH", "/nowhere")]), None);
        assert_eq!(with(&[]), None);
    }
}
