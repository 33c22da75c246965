//! A CSV or TSV table with one row per clip: anyone's recordings.

use super::layouts::Labels;
use super::{Columns, CorpusError, Gender, Intensity};
use csv::{ByteRecord, Reader, ReaderBuilder};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Not configurable: `undertone scan --export` writes it so that generated speech never passes for human.
const SYNTHETIC: &str = "synthetic";

/// How much of a file is looked at to see whether it is a table of clips.
const SNIFFED: u64 = 64 * 1024;

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// Its line in the table, from 1.
    pub line: u64,
    /// The file it names, the table's folder put before a relative path; empty when it names none.
    pub path: PathBuf,
    /// What it says, or why it says nothing.
    pub labels: Result<Labels, String>,
}

/// Whether a name is that of a table (`.csv`, `.tsv`).
pub(super) fn is_table_name(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("csv") || extension.eq_ignore_ascii_case("tsv")
}

/// The tables of clips directly in a folder: those with a path and an emotion column under their usual
/// names. `clips.csv` or `clips.tsv` stands for all others.
pub(super) fn tables_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut tables: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| is_clip_table(path))
        .collect();
    tables.sort();
    let named = |path: &PathBuf| path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case("clips"));
    match tables.iter().position(named) {
        Some(index) => vec![tables.swap_remove(index)],
        None => tables,
    }
}

fn is_clip_table(path: &Path) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.to_string_lossy().starts_with('.'));
    if hidden || !is_table_name(path) || !path.is_file() {
        return false;
    }
    let start = start_of(path);
    start.is_ok_and(|start| ColumnIndices::find(path, &mut reader(path, &start), &Columns::default()).is_ok())
}

fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(SNIFFED).read_to_end(&mut start)?;
    Ok(start)
}

/// The headings of a table; none where it cannot be read.
pub(super) fn columns_of(path: &Path) -> Vec<String> {
    let Ok(start) = start_of(path) else {
        return Vec::new();
    };
    headings(&mut reader(path, &start)).unwrap_or_default()
}

fn headings(reader: &mut Reader<&[u8]>) -> csv::Result<Vec<String>> {
    let headings = reader.byte_headers()?.iter();
    Ok(headings
        .map(|heading| String::from_utf8_lossy(heading).trim().to_owned())
        .collect())
}

/// Reads a table. Rows that say nothing useful are returned with the reason; values that need not be
/// there (gender, age, intensity) are unknown when they cannot be understood.
///
/// # Errors
/// A file that cannot be read, is no UTF-8 text or lacks a column that is needed or was asked for.
pub(super) fn read_table(path: &Path, columns: &Columns) -> Result<Vec<Row>, CorpusError> {
    let bytes = fs::read(path).map_err(|source| CorpusError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(wrong(path, 1, "the table is UTF-16; save it as UTF-8".into()));
    }
    let mut reader = reader(path, &bytes);
    let indices = ColumnIndices::find(path, &mut reader, columns)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut rows = Vec::new();
    for record in reader.byte_records() {
        let record = record.map_err(|error| wrong(path, line_of(error.position()), error.to_string()))?;
        let line = line_of(record.position());
        let file = text(&record, indices.path).unwrap_or_default();
        rows.push(Row {
            line,
            path: if file.is_empty() {
                PathBuf::new()
            } else {
                folder.join(file)
            },
            labels: indices.read(&record),
        });
    }
    Ok(rows)
}

/// The delimiter is a tab in a `.tsv`, else the most frequent of comma, semicolon and tab in the header.
fn reader<'a>(path: &Path, bytes: &'a [u8]) -> Reader<&'a [u8]> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let tabs = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let delimiter = if tabs { b'\t' } else { frequent_delimiter(bytes) };
    ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(bytes)
}

fn frequent_delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in bytes {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts
                .iter_mut()
                .filter(|(delimiter, _)| *delimiter == byte)
                .for_each(|(_, count)| *count += 1),
        }
    }
    // The first of equal counts: a header of one column has no delimiter at all.
    counts
        .iter()
        .rev()
        .max_by_key(|(_, count)| *count)
        .map_or(b',', |(delimiter, _)| *delimiter)
}

/// Where each column is.
#[derive(Debug)]
struct ColumnIndices {
    width: usize,
    path: usize,
    emotion: usize,
    speaker: Option<usize>,
    gender: Option<usize>,
    corpus: Option<usize>,
    text: Option<usize>,
    intensity: Option<usize>,
    age: Option<usize>,
    ethnicity: Option<usize>,
    synthetic: Option<usize>,
}

impl ColumnIndices {
    fn find(table: &Path, reader: &mut Reader<&[u8]>, columns: &Columns) -> Result<Self, CorpusError> {
        let headers = headings(reader).map_err(|error| wrong(table, 1, error.to_string()))?;
        let index = |name: &str| {
            let exact = headers.iter().position(|header| header == name);
            exact.or_else(|| headers.iter().position(|header| header.eq_ignore_ascii_case(name)))
        };
        let missing = |key: &str, name: &str| {
            let problem = format!(
                "no column `{name}` among {}; name it in the corpus's settings: columns.{key} = \"…\"",
                headers.join(", ")
            );
            wrong(table, 1, problem)
        };
        let needed = |key: &str, name: &str| index(name).ok_or_else(|| missing(key, name));
        // A column of the usual name may be absent; one that was asked for by name may not.
        let optional = |key: &str, name: &str| match index(name) {
            None if name != key && !name.is_empty() => Err(missing(key, name)),
            found => Ok(found),
        };
        Ok(Self {
            width: headers.len(),
            path: needed("path", &columns.path)?,
            emotion: needed("emotion", &columns.emotion)?,
            speaker: optional("speaker", &columns.speaker)?,
            gender: optional("gender", &columns.gender)?,
            corpus: optional("corpus", &columns.corpus)?,
            text: optional("text", &columns.text)?,
            intensity: optional("intensity", &columns.intensity)?,
            age: optional("age", &columns.age)?,
            ethnicity: optional("ethnicity", &columns.ethnicity)?,
            synthetic: index(SYNTHETIC),
        })
    }

    fn read(&self, record: &ByteRecord) -> Result<Labels, String> {
        if record.len() > self.width {
            // Labels might stand under the wrong heading.
            let fields = record.len();
            return Err(format!(
                "{fields} fields under {} columns; quote fields that hold the delimiter",
                self.width
            ));
        }
        if let Some(index) = record.iter().position(|field| std::str::from_utf8(field).is_err()) {
            return Err(format!("field {} is not UTF-8; save the table as UTF-8", index + 1));
        }
        if text(record, self.path).is_none() {
            return Err("the path is empty".into());
        }
        let emotion = text(record, self.emotion).unwrap_or_default();
        let stated = |column: Option<usize>| column.and_then(|column| text(record, column));
        let owned = |column: Option<usize>| stated(column).map(str::to_owned);
        Ok(Labels {
            corpus: owned(self.corpus),
            speaker: owned(self.speaker),
            gender: stated(self.gender).and_then(Gender::parse),
            age: stated(self.age).and_then(years),
            ethnicity: owned(self.ethnicity),
            emotion: emotion.to_owned().into(),
            intensity: stated(self.intensity).and_then(Intensity::parse),
            text: owned(self.text).map(Into::into),
            synthetic: stated(self.synthetic).and_then(|text| text.parse().ok()),
            ..Labels::default()
        })
    }
}

/// A field that is there, trimmed and not empty.
fn text(record: &ByteRecord, column: usize) -> Option<&str> {
    let field = std::str::from_utf8(record.get(column)?).ok()?.trim();
    (!field.is_empty()).then_some(field)
}

fn years(text: &str) -> Option<u16> {
    let years: f64 = text.parse().ok()?;
    (0.0..=200.0).contains(&years).then_some(years as u16)
}

fn line_of(position: Option<&csv::Position>) -> u64 {
    position.map_or(1, csv::Position::line)
}

fn wrong(path: &Path, line: u64, problem: String) -> CorpusError {
    CorpusError::Table {
        path: path.to_path_buf(),
        line,
        problem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn table(name: &str, content: &[u8]) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, content).unwrap();
        (folder, path)
    }

    #[test]
    fn all_columns_are_read() {
        let content = "path,emotion,speaker,gender,corpus,text,intensity,age,ethnicity\n\
            \"a, b.wav\",Joy,s1,F,mine,\"say \"\"hi\"\"\",high,33.0,x\n/abs/c.wav,sad,,,,,,,\n";
        let (folder, path) = table("t.csv", content.as_bytes());
        let rows = read_table(&path, &Columns::default()).unwrap();
        assert_eq!(rows[0].path, folder.path().join("a, b.wav"));
        let expected = Labels {
            corpus: Some("mine".into()),
            speaker: Some("s1".into()),
            gender: Some(Gender::Female),
            age: Some(33),
            ethnicity: Some("x".into()),
            emotion: "Joy".into(),
            intensity: Some(Intensity::High),
            text: Some("say \"hi\"".into()),
            ..Labels::default()
        };
        assert_eq!(rows[0].labels, Ok(expected));
        assert_eq!(rows[1].path, Path::new("/abs/c.wav"));
        assert_eq!(
            rows[1].labels,
            Ok(Labels {
                emotion: "sad".into(),
                ..Labels::default()
            })
        );
        assert_eq!(rows[1].line, 3);
    }

    #[test]
    fn delimiters_marks_and_line_ends_of_other_programs_are_understood() {
        let contents: [(&str, &[u8]); 4] = [
            ("t.tsv", b"path\temotion\r\na.wav\tsad\r\n"),
            ("t.csv", b"\xef\xbb\xbfPath;Emotion;\"a,b,c\"\r\na.wav;sad;1\r\n"),
            ("t.csv", b"path\temotion\na.wav\tsad"),
            ("t.CSV", b" path , emotion \n a.wav , sad \n"),
        ];
        for (name, content) in contents {
            let (folder, path) = table(name, content);
            let rows = read_table(&path, &Columns::default()).unwrap();
            assert_eq!(rows.len(), 1);
            assert_eq!(rows[0].path, folder.path().join("a.wav"));
            assert_eq!(rows[0].labels.as_ref().unwrap().emotion, "sad");
        }
    }

    #[test]
    fn a_missing_column_is_named_with_its_key() {
        let (_folder, path) = table("t.csv", b"file,label\na.wav,sad\n");
        let error = read_table(&path, &Columns::default()).unwrap_err().to_string();
        assert!(
            error.contains("t.csv:1") && error.contains("columns.path") && error.contains("file, label"),
            "{error}"
        );
        let columns = Columns {
            path: "file".into(),
            emotion: "label".into(),
            ..Columns::default()
        };
        assert_eq!(read_table(&path, &columns).unwrap().len(), 1);
        let asked = Columns {
            speaker: "who".into(),
            ..columns
        };
        let error = read_table(&path, &asked).unwrap_err().to_string();
        assert!(error.contains("columns.speaker"), "{error}");
    }

    #[test]
    fn bad_rows_are_kept_with_their_reason() {
        let (_folder, path) = table(
            "t.csv",
            b"path,emotion\na.wav,\n,sad\na.wav,sad,more\n\xff.wav,sad\nb.wav\nc.wav,sad\n",
        );
        let rows = read_table(&path, &Columns::default()).unwrap();
        let reasons: Vec<&str> = rows
            .iter()
            .map(|row| row.labels.as_ref().map_or_else(|why| why.as_str(), |_| ""))
            .collect();
        for (reason, word) in reasons.iter().zip(["", "path is empty", "3 fields", "UTF-8", "", ""]) {
            assert!(
                reason.contains(word) && reason.is_empty() == word.is_empty(),
                "{reason}"
            );
        }
        // What is not labelled is a clip all the same, and counted as one.
        let emotion = |row: usize| rows[row].labels.as_ref().unwrap().emotion.clone();
        assert_eq!([emotion(0), emotion(4), emotion(5)], ["", "", "sad"]);
    }

    #[test]
    fn other_encodings_and_empty_tables_are_errors() {
        for content in [&b"\xff\xfep\0a\0"[..], b"", b"\n\n"] {
            let (_folder, path) = table("t.csv", content);
            assert!(matches!(
                read_table(&path, &Columns::default()),
                Err(CorpusError::Table { .. })
            ));
        }
    }

    #[test]
    fn only_tables_of_clips_are_found() {
        let (folder, path) = table("b.csv", b"path,emotion\n");
        fs::write(folder.path().join("c.csv"), "name,age\n").unwrap();
        fs::write(folder.path().join("d.txt"), "path,emotion\n").unwrap();
        assert_eq!(tables_in(folder.path()), [path]);
        fs::write(folder.path().join("clips.tsv"), "path\temotion\n").unwrap();
        assert_eq!(tables_in(folder.path()), [folder.path().join("clips.tsv")]);
    }

    /// A cell that some program may have written: text, or whatever bytes.
    fn cell() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            "[a-zé ,;\t\"\n0-9.]{0,8}".prop_map(String::into_bytes),
            prop::collection::vec(any::<u8>(), 0..6),
        ]
    }

    proptest! {
        #[test]
        fn every_row_is_a_row_whatever_its_cells_hold(
            delimiter in prop::sample::select(vec![b',', b';', b'\t']),
            cells in prop::collection::vec((cell(), cell(), cell()), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            writer.write_record(["path", "emotion", "speaker"]).unwrap();
            for (path, emotion, speaker) in &cells {
                writer.write_record([path, emotion, speaker]).unwrap();
            }
            let (folder, path) = table("t.csv", &writer.into_inner().unwrap());
            let rows = read_table(&path, &Columns::default()).unwrap();
            prop_assert_eq!(rows.len(), cells.len());
            for (row, (path, emotion, _)) in rows.iter().zip(&cells) {
                let text = |bytes: &[u8]| std::str::from_utf8(bytes).map(|text| text.trim().to_owned());
                if let Ok(labels) = &row.labels {
                    prop_assert_eq!(Ok(labels.emotion.to_string()), text(emotion));
                    prop_assert_eq!(Ok(row.path.clone()), text(path).map(|path| folder.path().join(path)));
                }
            }
        }

        #[test]
        fn any_bytes_are_a_table_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for head in [&b""[..], b"path,emotion\n"] {
                let (_folder, path) = table("t.csv", &[head, &bytes].concat());
                let refused = read_table(&path, &Columns::default()).err();
                let by_line = refused.is_none_or(|error| matches!(error, CorpusError::Table { .. }));
                prop_assert!(by_line);
            }
        }
    }
}
