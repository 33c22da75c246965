//! A table with one row per clip: anyone's recordings.

use super::layouts::Labels;
use super::table_columns::ColumnIndices;
use super::table_further::FurtherColumns;
use super::table_records::{Records, records};
use super::{Columns, CorpusError};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

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

/// Whether a file is a table of clips, by its beginning: one with a path and an emotion column.
///
/// # Errors
/// As [`read_table`].
pub(super) fn check_table(path: &Path, columns: &Columns) -> Result<(), CorpusError> {
    let start = start_of(path).map_err(|source| CorpusError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    open(path, &start, columns).map(|_| ())
}

/// The headings of a table; none where it cannot be read.
pub(super) fn columns_of(path: &Path) -> Vec<String> {
    let start = start_of(path).unwrap_or_default();
    records(path, &start).unwrap_or_default().headings
}

fn start_of(path: &Path) -> io::Result<Vec<u8>> {
    let mut start = Vec::new();
    File::open(path)?.take(SNIFFED).read_to_end(&mut start)?;
    Ok(start)
}

/// Reads a table. Rows that say nothing useful are returned with the reason.
///
/// # Errors
/// A file that cannot be read, is UTF-16 or lacks a column that is needed or was asked for.
pub(super) fn read_table(path: &Path, columns: &Columns) -> Result<Vec<Row>, CorpusError> {
    let bytes = fs::read(path).map_err(|source| CorpusError::Io {
        path: path.to_path_buf(),
        source,
    })?;
    let (indices, table) = open(path, &bytes, columns)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut further = FurtherColumns::of(&table, &indices);
    let rows = table.records.into_iter().map(|record| {
        let (file, labels) = match record.fields {
            Ok(fields) => (
                indices.path(&fields).map(|file| resolved(folder, file)),
                indices.read(&fields).map(|labels| Labels {
                    columns: further.read(&fields),
                    ..labels
                }),
            ),
            Err(why) => (None, Err(why)),
        };
        Row {
            line: record.line,
            path: file.unwrap_or_default(),
            labels,
        }
    });
    Ok(rows.collect())
}

fn open(path: &Path, bytes: &[u8], columns: &Columns) -> Result<(ColumnIndices, Records), CorpusError> {
    let read = records(path, bytes).and_then(|table| Ok((ColumnIndices::find(&table.headings, columns)?, table)));
    read.map_err(|problem| CorpusError::Table {
        path: path.to_path_buf(),
        line: 1,
        problem,
    })
}

/// The file that a table in `folder` names. Tables written on Windows part folders with `\`, which may be a letter of a
/// name elsewhere: it is read as `/` where only that file is there. A first `\` is the root of a drive that is not here.
fn resolved(folder: &Path, file: &str) -> PathBuf {
    let path = folder.join(file);
    if file.contains('\\') && !file.starts_with('\\') && !path.exists() {
        let parted = folder.join(file.replace('\\', "/"));
        if parted.is_file() {
            return parted;
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::super::{Dimensions, Emotion, Gender, Intensity, ListenerVotes};
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
    fn dimensions_and_votes_label_a_table_without_emotions() {
        let (_folder, path) = table(
            "t.csv",
            b"file,Activation,valence,ang,hap,x\na.wav,3.5,-1,2,1.0,1\nb.wav,nan,,1,1,\nc.wav,loud,0,-1,,\n",
        );
        let columns = Columns {
            votes: vec!["hap".into(), "ang".into()],
            ..Columns::default()
        };
        let rows = read_table(&path, &columns).unwrap();
        let read = |row: usize| rows[row].labels.clone().unwrap();
        assert_eq!(read(0).dimensions, [Some(3.5), None, Some(-1.0)].into());
        assert_eq!(
            (read(0).emotion, read(1).emotion, read(2).emotion),
            ("ang".into(), "".into(), "".into())
        );
        let votes =
            |counts: [(&str, f32); 2]| ListenerVotes::new(counts.map(|(name, count)| (Emotion::new(name), count)));
        assert_eq!(read(0).votes, votes([("ang", 2.0), ("hap", 1.0)]));
        assert_eq!(
            (read(1).dimensions, read(1).votes),
            (Dimensions::default(), votes([("ang", 1.0), ("hap", 1.0)]))
        );
        assert_eq!((read(2).dimensions.valence, read(2).votes), (Some(0.0), None));
        // Without the votes the dimensions are enough, under the names that are asked for.
        let read = |columns: &Columns| read_table(&path, columns).map(|rows| rows[0].labels.clone().unwrap());
        assert_eq!(read(&Columns::default()).unwrap().dimensions.arousal, Some(3.5));
        let named = |arousal: &str| Columns {
            arousal: arousal.into(),
            ..Columns::default()
        };
        assert_eq!(read(&named("x")).unwrap().dimensions.arousal, Some(1.0));
        assert!(read(&named("act")).unwrap_err().to_string().contains("columns.arousal"));
        let emotion = Columns {
            emotion: "class".into(),
            ..Columns::default()
        };
        assert!(read(&emotion).unwrap_err().to_string().contains("columns.emotion"));
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
        let (_folder, path) = table("t.csv", b"clip,class\na.wav,sad\n");
        let error = read_table(&path, &Columns::default()).unwrap_err().to_string();
        assert!(
            error.contains("t.csv:1") && error.contains("columns.path") && error.contains("clip, class"),
            "{error}"
        );
        let columns = Columns {
            path: "clip".into(),
            emotion: "class".into(),
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

    #[cfg(unix)]
    #[test]
    fn a_table_written_on_windows_is_read() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("wav")).unwrap();
        fs::write(folder.path().join("wav/a.wav"), "").unwrap();
        fs::write(folder.path().join("b\\c.wav"), "").unwrap();
        let path = folder.path().join("t.csv");
        let rooted = folder.path().join("wav/a.wav").display().to_string().replace('/', "\\");
        let content =
            "\u{feff}path;emotion\r\nwav\\a.wav;sad\r\n.\\wav\\a.wav;sad\r\nb\\c.wav;sad\r\nno\\d.wav;sad\r\n";
        fs::write(&path, format!("{content}{rooted};sad\r\n\\;sad\r\nwav\\;sad\r\n")).unwrap();
        let rows = read_table(&path, &Columns::default()).unwrap();
        let read: Vec<(u64, PathBuf)> = rows.into_iter().map(|row| (row.line, row.path)).collect();
        let at = |line: u64, file: &str| (line, folder.path().join(file));
        let expected = [
            at(2, "wav/a.wav"),
            at(3, "wav/a.wav"),
            at(4, "b\\c.wav"),
            at(5, "no\\d.wav"),
            at(6, &rooted),
            at(7, "\\"),
            at(8, "wav\\"),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn only_tables_of_clips_are_taken_for_one() {
        for (name, content, is_one) in [
            ("b.csv", "path,emotion\n", true),
            (
                "metadata.jsonl",
                "{\"file_name\": \"a.wav\", \"label\": \"sad\"}\n",
                true,
            ),
            ("c.csv", "name,age\n", false),
            ("d.jsonl", "[]\n", false),
            ("e.csv", "", false),
        ] {
            let (_folder, path) = table(name, content.as_bytes());
            assert_eq!(check_table(&path, &Columns::default()).is_ok(), is_one, "{name}");
        }
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
