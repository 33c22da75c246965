//! The records of a table, whichever way it is written: CSV, TSV, or one JSON object a line.

use csv::{ByteRecord, ReaderBuilder};
use serde_json::{Map, Value};
use std::path::Path;

/// What UTF-8 text may begin with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A table as written.
#[derive(Debug, Default)]
pub(super) struct Records {
    /// The names of the columns, trimmed.
    pub headings: Vec<String>,
    /// Its rows.
    pub records: Vec<Record>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Record {
    /// The line on which it begins, from 1, as an editor counts.
    pub line: u64,
    /// Its fields in the order of the headings, or why it has none.
    pub fields: Result<ByteRecord, String>,
}

/// Whether a name is that of a table that is read (`.csv`, `.tsv`, `.jsonl`).
pub(super) fn is_table_name(path: &Path) -> bool {
    ["csv", "tsv", "jsonl"]
        .iter()
        .any(|extension| has_extension(path, extension))
}

fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension))
}

/// Reads the bytes of a table; its name says how it is written.
///
/// # Errors
/// UTF-16, in words.
pub(super) fn records(path: &Path, bytes: &[u8]) -> Result<Records, String> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err("the table is UTF-16; save it as UTF-8".into());
    }
    let bytes = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
    if has_extension(path, "jsonl") {
        return Ok(objects(bytes));
    }
    // A tab in a `.tsv`, else whatever the header has most of.
    let tabs = has_extension(path, "tsv");
    delimited(bytes, if tabs { b'\t' } else { frequent_delimiter(bytes) }).map_err(|error| error.to_string())
}

fn delimited(bytes: &[u8], delimiter: u8) -> csv::Result<Records> {
    let mut reader = ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .from_reader(bytes);
    let headings = reader.byte_headers()?.iter();
    let headings = headings
        .map(|heading| String::from_utf8_lossy(heading).trim().to_owned())
        .collect();
    let mut lines = Lines::of(bytes);
    let mut records = Vec::new();
    for record in reader.into_byte_records() {
        let fields = record?;
        let line = lines.at(fields.position().map_or(0, csv::Position::byte));
        records.push(Record {
            line,
            fields: Ok(fields),
        });
    }
    Ok(Records { headings, records })
}

/// The most frequent of comma, semicolon and tab in the header.
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

/// Counts lines as editors do, where CR, LF and CR LF each end one: a CSV reader counts LF alone, and before it has
/// passed the line ends that lie between two records.
struct Lines<'a> {
    bytes: &'a [u8],
    /// Up to where lines are counted.
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            counted: 0,
            line: 1,
        }
    }

    /// The line of what follows the line ends from this byte on; the bytes asked for must not fall.
    fn at(&mut self, byte: u64) -> u64 {
        let from = usize::try_from(byte).unwrap_or(usize::MAX).min(self.bytes.len());
        let is_end = |byte: &u8| matches!(byte, b'\r' | b'\n');
        let skipped = self.bytes[from..].iter().take_while(|byte| is_end(byte)).count();
        let start = from + skipped;
        for index in self.counted..start {
            let ends = match self.bytes[index] {
                b'\n' => true,
                b'\r' => self.bytes.get(index + 1) != Some(&b'\n'),
                _ => false,
            };
            self.line += u64::from(ends);
        }
        self.counted = self.counted.max(start);
        self.line
    }
}

/// One JSON object a line; the headings are all their keys. Nested values are no text that a column could hold, and stand
/// as they are written.
fn objects(bytes: &[u8]) -> Records {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    let objects: Vec<(u64, Result<Map<_, Value>, String>)> = lines
        .filter(|(_, line)| !line.trim_ascii().is_empty())
        .map(|(index, line)| {
            let object = serde_json::from_slice(line).map_err(|error| format!("no JSON object ({error})"));
            (index as u64 + 1, object)
        })
        .collect();
    let mut headings: Vec<String> = Vec::new();
    for key in objects.iter().flat_map(|(_, object)| object.iter().flat_map(Map::keys)) {
        if !headings.contains(key) {
            headings.push(key.clone());
        }
    }
    let field = |value: Option<&Value>| match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    let record = |object: Map<String, Value>| headings.iter().map(|key| field(object.get(key))).collect::<Vec<_>>();
    let records = objects
        .into_iter()
        .map(|(line, object)| Record {
            line,
            fields: object.map(|object| ByteRecord::from(record(object))),
        })
        .collect();
    Records { headings, records }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(name: &str, bytes: &[u8]) -> Vec<(u64, Result<Vec<String>, String>)> {
        let text = |field: &[u8]| String::from_utf8_lossy(field).into_owned();
        let fields = |record: ByteRecord| record.iter().map(text).collect();
        let read = records(Path::new(name), bytes).unwrap();
        read.records
            .into_iter()
            .map(|record| (record.line, record.fields.map(fields)))
            .collect()
    }

    #[test]
    fn lines_are_those_of_an_editor() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["path,emotion", "a,sad", "", "", "\"b", "c\",sad", "d,sad"].join(end);
            let marked = [BYTE_ORDER_MARK, text.as_bytes()].concat();
            for bytes in [text.as_bytes(), &marked] {
                let lines: Vec<u64> = rows("t.csv", bytes).into_iter().map(|(line, _)| line).collect();
                assert_eq!(lines, [2, 5, 7], "{end:?}");
            }
        }
    }

    #[test]
    fn json_lines_are_records_of_all_their_keys() {
        let text = "\u{feff}{\"file_name\": \"a.wav\", \"label\": \"sad\"}\r\n\n\
            {\"age\": 3, \"file_name\": \"b.wav\", \"label\": null, \"x\": [1]}\nnot json\n[1]\n";
        let read = records(Path::new("metadata.jsonl"), text.as_bytes()).unwrap();
        assert_eq!(read.headings, ["file_name", "label", "age", "x"]);
        let rows = rows("metadata.jsonl", text.as_bytes());
        let ok = |line: u64, fields: [&str; 4]| (line, Ok(fields.map(str::to_owned).to_vec()));
        assert_eq!(
            rows[..2],
            [ok(1, ["a.wav", "sad", "", ""]), ok(3, ["b.wav", "", "3", "[1]"])]
        );
        for (row, line) in rows[2..].iter().zip([4, 5]) {
            assert_eq!(row.0, line);
            assert!(row.1.as_ref().unwrap_err().contains("no JSON object"), "{row:?}");
        }
    }

    proptest! {
        /// Against the lines that the text was put together from.
        #[test]
        fn every_record_knows_its_line(
            end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
            rows_written in prop::collection::vec((0..3usize, "[a-z]{1,4}", prop::collection::vec("[a-z]{0,3}", 1..4)), 0..12),
        ) {
            let mut text = format!("path,emotion{end}");
            let mut line = 2;
            let mut expected = Vec::new();
            for (blank, path, quoted) in &rows_written {
                text += &end.repeat(*blank);
                line += *blank as u64;
                expected.push(line);
                text += &format!("{path},\"{}\"{end}", quoted.join(end));
                line += quoted.len() as u64;
            }
            let lines: Vec<u64> = rows("t.csv", text.as_bytes()).into_iter().map(|(line, _)| line).collect();
            prop_assert_eq!(lines, expected);
        }

        #[test]
        fn whatever_is_written_as_json_is_read_back(
            fields in prop::collection::vec((any::<String>(), any::<String>()), 0..8),
        ) {
            let lines: Vec<String> = fields
                .iter()
                .map(|(file, label)| serde_json::json!({ "file_name": file, "label": label }).to_string())
                .collect();
            let read = rows("t.jsonl", lines.join("\n").as_bytes());
            prop_assert_eq!(read.len(), fields.len());
            for ((_, row), (file, label)) in read.into_iter().zip(fields) {
                prop_assert_eq!(row, Ok(vec![file, label]));
            }
        }

        #[test]
        fn any_bytes_are_records_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            for name in ["t.csv", "t.tsv", "t.jsonl"] {
                let lines = bytes.iter().filter(|byte| matches!(byte, b'\r' | b'\n')).count() as u64 + 1;
                if let Ok(read) = records(Path::new(name), &bytes) {
                    prop_assert!(read.records.iter().all(|record| (1..=lines).contains(&record.line)));
                }
            }
        }
    }
}
