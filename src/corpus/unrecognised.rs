//! What lies in the data folder where no corpus was found: nothing, or data that is not understood.

use super::demo::MARKER;
use super::folder::{class_words, entry, quoted};
use super::layouts::folders::classes;
use super::layouts::{known_corpora, majority};
use super::source::beneath;
use super::table_columns::{EMOTION_NAMES, PATH_NAMES};
use super::table_reader::columns_of;
use super::table_records::is_table_name;
use super::walk::{SPECIAL, walk};
use super::{CorpusError, Layout};
use crate::audio::promises_sound;
use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

/// Files looked at; more say no more about what a folder is.
const MAX_ENTRIES: usize = 100_000;

/// Extensions of sound that is not read.
const OTHER_SOUND: [&str; 17] = [
    "opus", "amr", "awb", "wma", "sph", "nist", "au", "snd", "caf", "w64", "rf64", "ape", "wv", "mka", "weba", "mp2",
    "ac3",
];
/// Extensions of video; `mp4` is read where its sound is AAC.
const VIDEO: [&str; 15] = [
    "mp4", "m4v", "mkv", "avi", "mov", "webm", "flv", "wmv", "mpg", "mpeg", "ogv", "3gp", "3g2", "mts", "vob",
];
/// Extensions of tables that are not read.
const OTHER_TABLE: [&str; 9] = [
    "parquet", "json", "ndjson", "arrow", "feather", "xlsx", "xls", "ods", "tab",
];
/// Extensions of archives: downloads that were not unpacked.
const ARCHIVE: [&str; 9] = ["zip", "tar", "gz", "tgz", "bz2", "xz", "zst", "7z", "rar"];

/// How a pointer begins that git-lfs leaves in place of a file.
const POINTER: &[u8] = b"version https://git-lfs";
/// Pointers are shorter (bytes).
const POINTER_LENGTH: u64 = 1024;

/// Names that may be those of the column of files, or of labels, beside the ones that are read.
const PATH_COLUMNS: [&str; 3] = ["filepath", "file_path", "clip"];
const LABEL_COLUMNS: [&str; 6] = ["labels", "class", "category", "target", "sentiment", "affect"];

/// What a file is by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Sound,
    Video,
    /// CSV, TSV or JSON lines.
    Table,
    OtherTable,
    /// `metadata.*`, `db.yaml`.
    Description,
    Archive,
}

impl Kind {
    /// None where it cannot be meant as data.
    fn of(file: &Path) -> Option<Self> {
        let lower = |part: Option<&std::ffi::OsStr>| part.unwrap_or_default().to_string_lossy().to_lowercase();
        let (name, stem, extension) = (
            lower(file.file_name()),
            lower(file.file_stem()),
            lower(file.extension()),
        );
        let is = |list: &[&str]| list.contains(&extension.as_str());
        Some(if is(&VIDEO) {
            Self::Video
        } else if promises_sound(file) || is(&OTHER_SOUND) {
            Self::Sound
        } else if is_table_name(file) {
            Self::Table
        } else if stem == "metadata" || name == "db.yaml" || name == "db.yml" {
            Self::Description
        } else if is(&OTHER_TABLE) {
            Self::OtherTable
        } else if is(&ARCHIVE) {
            Self::Archive
        } else {
            return None;
        })
    }

    fn name(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Sound, 1) => "sound file",
            (Self::Sound, _) => "sound files",
            (Self::Video, 1) => "video",
            (Self::Video, _) => "videos",
            (Self::Table, 1) => "table",
            (Self::Table, _) => "tables",
            (Self::OtherTable, 1) => "table of a kind that is not read",
            (Self::OtherTable, _) => "tables of kinds that are not read",
            (Self::Description, 1) => "description of a data set",
            (Self::Description, _) => "descriptions of data sets",
            (Self::Archive, 1) => "archive",
            (Self::Archive, _) => "archives",
        }
    }
}

/// How many, and the first of them.
#[derive(Debug, Default)]
struct Count {
    files: usize,
    first: PathBuf,
}

impl Count {
    fn add(&mut self, file: &Path) {
        if self.files == 0 {
            self.first = file.to_owned();
        }
        self.files += 1;
    }
}

/// Everything that may be meant as data.
#[derive(Debug, Default)]
struct Found {
    kinds: BTreeMap<Kind, Count>,
    pointers: Count,
    empty: Count,
    /// Files of a known scheme that lie beside the folders.
    loose: bool,
    /// What the folders that hold sound are called, and how much of it they hold.
    classes: Option<BTreeMap<String, usize>>,
}

/// Refuses a data folder in which something lies that may be meant as data: a file with the name of a sound, a video, a
/// table, an archive, `metadata.*` or `db.yaml`, whatever its content. Hidden files and what lies in a synthetic corpus
/// are none. A folder that is not there holds nothing.
///
/// # Errors
/// [`CorpusError::NotUnderstood`] with what was found and what would make it understood; [`CorpusError::Io`] where a
/// folder cannot be read or a link leads nowhere.
pub fn check_nothing_meant(data: &Path) -> Result<(), CorpusError> {
    let failed = |path: &Path, source| CorpusError::Io {
        path: path.to_owned(),
        source,
    };
    let walked = match walk(data, MAX_ENTRIES) {
        // A link to a disk that is not mounted is no missing folder.
        Err(error) if error.kind() == ErrorKind::NotFound && fs::symlink_metadata(data).is_err() => return Ok(()),
        outcome => outcome.map_err(|error| failed(data, error))?,
    };
    if let Some((path, why)) = walked.unreadable.iter().find(|(_, why)| why != SPECIAL) {
        return Err(failed(path, io::Error::other(why.clone())));
    }
    let synthetic: HashSet<&Path> = walked
        .files
        .iter()
        .filter(|file| file.ends_with(MARKER))
        .filter_map(|marker| marker.parent())
        .collect();
    let is_synthetic = |file: &Path| file.ancestors().any(|above| synthetic.contains(above));
    let mut found = Found::default();
    let sound = || {
        walked
            .files
            .iter()
            .filter(|file| promises_sound(file) && !is_synthetic(file))
    };
    found.classes = classes(sound().map(|file| beneath(file, data)));
    for file in walked.files.iter().filter(|file| !is_synthetic(file)) {
        if let Some(kind) = Kind::of(file) {
            found.add(file, kind);
        }
    }
    if found.kinds.is_empty() {
        return Ok(());
    }
    let beside = walked.files.iter().filter(|file| file.parent() == Some(data));
    found.loose = majority(beside.map(PathBuf::as_path)).is_some();
    Err(CorpusError::NotUnderstood {
        path: data.to_owned(),
        found: found.words(data),
        remedy: found.remedy(data),
    })
}

impl Found {
    fn add(&mut self, file: &Path, kind: Kind) {
        self.kinds.entry(kind).or_default().add(file);
        match fs::metadata(file).map(|analysis| analysis.len()) {
            Ok(0) => self.empty.add(file),
            Ok(length) if length < POINTER_LENGTH && is_pointer(file) => self.pointers.add(file),
            _ => {}
        }
    }

    /// `1200 sound files (happy/a.wav), 1 table (list.csv with the columns file, label), 3 of them empty (happy/b.wav)`.
    fn words(&self, data: &Path) -> String {
        let beneath = |file: &Path| file.strip_prefix(data).unwrap_or(file).display().to_string();
        let mut words: Vec<String> = self
            .kinds
            .iter()
            .map(|(kind, count)| {
                let columns = match kind {
                    Kind::Table => columns_of(&count.first),
                    _ => Vec::new(),
                };
                let columns = match columns.is_empty() {
                    true => String::new(),
                    false => format!(" with the columns {}", columns.join(", ")),
                };
                format!(
                    "{} {} ({}{columns})",
                    count.files,
                    kind.name(count.files),
                    beneath(&count.first)
                )
            })
            .collect();
        for (count, what) in [(&self.pointers, "pointers of git-lfs"), (&self.empty, "empty")] {
            if count.files > 0 {
                words.push(format!("{} of them {what} ({})", count.files, beneath(&count.first)));
            }
        }
        words.join(", ")
    }

    /// What would make them understood, the likeliest first.
    fn remedy(&self, data: &Path) -> String {
        let mut remedies = Vec::new();
        if self.pointers.files > 0 {
            remedies.push("fetch what the pointers stand for (git lfs pull)".to_owned());
        }
        if self.loose {
            remedies.push("put the clips into a folder of their own in it".to_owned());
        }
        if let Some(classes) = &self.classes {
            remedies.push(format!(
                "where the folders name the emotions ({}), say so in workbench.toml: corpora = [{}]",
                class_words(classes),
                entry("mine", Layout::Folders, data)
            ));
        }
        if let Some(table) = self.kinds.get(&Kind::Table) {
            remedies.push(format!(
                "name the table and its columns in workbench.toml: {}",
                corpus_line(&table.first)
            ));
        }
        for (kind, remedy) in [
            (
                Kind::OtherTable,
                "write the table as CSV with the columns path and emotion",
            ),
            (Kind::Archive, "unpack the archives"),
            (Kind::Video, "extract the sound of the videos as wav"),
        ] {
            if self.kinds.contains_key(&kind) {
                remedies.push(remedy.to_owned());
            }
        }
        if !self.kinds.contains_key(&Kind::Table) {
            remedies.push(format!(
                "name the clips as a known corpus does ({}), or list them in a table with the columns path \
                 and emotion (and speaker, where known) and name it in workbench.toml: corpora = [{{ name = \"mine\", layout \
                 = \"table\", path = \"{}\" }}]",
                known_corpora(),
                data.join("clips.csv").display()
            ));
        }
        remedies.join("; or ")
    }
}

fn is_pointer(file: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(file).and_then(|file| file.take(POINTER.len() as u64).read_to_end(&mut start));
    read.is_ok() && start == POINTER
}

/// The line of `corpora` that describes a table, as far as its columns have known names.
fn corpus_line(table: &Path) -> String {
    let columns = columns_of(table);
    let named = |own: &str, read: &[&str], others: &[&str]| {
        let names = [own]
            .into_iter()
            .chain(read.iter().copied())
            .chain(others.iter().copied());
        let found = names
            .into_iter()
            .find_map(|name| columns.iter().find(|column| column.eq_ignore_ascii_case(name)));
        found.map_or("…", String::as_str).to_owned()
    };
    format!(
        "corpora = [{{ name = \"mine\", layout = \"table\", path = {}, columns = {{ path = {}, emotion = {} }} }}]",
        quoted(&table.to_string_lossy()),
        quoted(&named("path", &PATH_NAMES, &PATH_COLUMNS)),
        quoted(&named("emotion", &EMOTION_NAMES, &LABEL_COLUMNS))
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data(files: &[(&str, &str)]) -> tempfile::TempDir {
        let data = tempfile::tempdir().unwrap();
        for (file, content) in files {
            let path = data.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        data
    }

    /// What was found and what would help.
    fn refused(files: &[(&str, &str)]) -> (String, String) {
        let data = data(files);
        match check_nothing_meant(data.path()) {
            Err(CorpusError::NotUnderstood { path, found, remedy }) => {
                assert_eq!(path, data.path());
                (found, remedy)
            }
            other => panic!("{files:?}: {other:?}"),
        }
    }

    #[test]
    fn a_folder_that_holds_nothing_of_the_users_is_free() {
        let nothing: [&[(&str, &str)]; 4] = [
            &[],
            &[
                ("README.md", "put corpora here"),
                (".gitignore", "*"),
                ("notes/todo.txt", "x"),
            ],
            &[(".hidden/a.wav", "RIFF"), ("speech/._a.wav", "x"), ("LICENSE", "x")],
            &[
                ("demo/SYNTHETIC.txt", "x"),
                ("demo/tess/OAF_back_sad.wav", "x"),
                ("demo/t.csv", "x"),
            ],
        ];
        for files in nothing {
            let data = data(files);
            assert!(check_nothing_meant(data.path()).is_ok(), "{files:?}");
            assert!(check_nothing_meant(&data.path().join("absent")).is_ok());
        }
    }

    #[test]
    fn whatever_may_be_meant_as_data_is_named() {
        for (file, kind) in [
            ("happy/one.wav", "1 sound file"),
            ("a/b/c/d/ONE.FLAC", "1 sound file"),
            ("one.opus", "1 sound file"),
            ("talk.mp4", "1 video"),
            ("talk.MKV", "1 video"),
            ("x/table.tsv", "1 table"),
            ("train-00000-of-00001.parquet", "1 table of a kind"),
            ("labels.json", "1 table of a kind"),
            ("labels.xlsx", "1 table of a kind"),
            ("metadata.yml", "1 description"),
            ("mine/db.yaml", "1 description"),
            ("Audio_Speech_Actors_01-24.zip", "1 archive"),
            ("x.tar.gz", "1 archive"),
        ] {
            let (found, remedy) = refused(&[("README.md", "x"), (file, "x")]);
            assert!(found.starts_with(kind) && found.contains(file), "{file}: {found}");
            assert!(!remedy.is_empty(), "{file}");
        }
    }

    #[test]
    fn pointers_and_empty_files_count_by_their_names() {
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n";
        let (found, remedy) = refused(&[("a/1.wav", pointer), ("a/2.wav", ""), ("a/3.wav", "RIFF")]);
        assert_eq!(
            found,
            "3 sound files (a/1.wav), 1 of them pointers of git-lfs (a/1.wav), 1 of them empty (a/2.wav)"
        );
        assert!(
            remedy.starts_with("fetch") && remedy.contains("git lfs pull"),
            "{remedy}"
        );
    }

    #[test]
    fn a_table_is_described_with_the_columns_that_it_has() {
        let (found, remedy) = refused(&[("mine/list.csv", "File;who;Label\na.wav;x;sad\n"), ("mine/a.wav", "x")]);
        assert_eq!(
            found,
            "1 sound file (mine/a.wav), 1 table (mine/list.csv with the columns File, who, Label)"
        );
        assert!(
            remedy.contains("list.csv\", columns = { path = \"File\", emotion = \"Label\" }"),
            "{remedy}"
        );
        let (_, remedy) = refused(&[("set/metadata.csv", "file_name,transcription\na.wav,x\n")]);
        assert!(remedy.contains("path = \"file_name\", emotion = \"…\""), "{remedy}");
    }

    #[test]
    fn folders_that_may_be_labels_are_shown_with_the_line_that_takes_them() {
        let (_, remedy) = refused(&[("angry/1.wav", "x"), ("sad/1.wav", "x"), ("angry/2.wav", "x")]);
        assert!(
            remedy.starts_with("where the folders name the emotions (angry 2, sad 1), say so")
                && remedy.contains("layout = \"folders\""),
            "{remedy}"
        );
        let (_, remedy) = refused(&[("mine/1.wav", "x"), ("mine/2.wav", "x")]);
        assert!(!remedy.contains("folders name"), "{remedy}");
    }

    #[test]
    fn clips_beside_the_folders_are_told_where_to_go() {
        let (_, remedy) = refused(&[("03a01Wa.wav", "x"), ("03a01Fa.wav", "x")]);
        assert!(remedy.starts_with("put the clips into a folder"), "{remedy}");
    }

    #[test]
    fn synthetic_clips_hide_nothing_that_lies_beside_them() {
        let (found, _) = refused(&[
            ("x/demo/SYNTHETIC.txt", "x"),
            ("x/demo/a.wav", "x"),
            ("x/mine.wav", "x"),
        ]);
        assert_eq!(found, "1 sound file (x/mine.wav)");
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_is_not_taken_for_nothing() {
        use std::os::unix::fs::symlink;
        let io = |path: &Path| matches!(check_nothing_meant(path), Err(CorpusError::Io { .. }));
        let data = data(&[("file", "x")]);
        assert!(io(&data.path().join("file")), "a file in place of the folder");
        symlink(data.path().join("unmounted"), data.path().join("link")).unwrap();
        assert!(io(&data.path().join("link")), "a link to a disk that is not there");
        assert!(io(data.path()), "such a link in the folder");
    }
}
