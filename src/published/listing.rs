//! What a server of Dataverse lists: the files of a record, with their sizes and checksums.

use super::files::{Piece, fetch_one};
use super::inside::inside;
use super::{Dataverse, PublishedError};
use crate::download::{Checksum, Client};
use serde::Deserialize;
use std::fs;
use std::path::{Path, PathBuf};

#[derive(Debug, Deserialize)]
struct Answer {
    data: Data,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    latest_version: Version,
}

#[derive(Debug, Deserialize)]
struct Version {
    files: Vec<Listed>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    directory_label: Option<String>,
    data_file: DataFile,
}

#[derive(Debug, Deserialize)]
struct DataFile {
    id: u64,
    filename: String,
    filesize: u64,
    md5: Option<String>,
}

impl Dataverse {
    /// What comes before the numbers of its files.
    pub(super) fn addresses(&self) -> [String; 1] {
        [format!("{}/api/access/datafile/", self.server)]
    }

    /// Asks the server for the files of the record; its answer is kept at `kept`, so that a download that goes on goes on
    /// with the same files.
    pub(super) fn pieces<'a>(
        &self,
        addresses: &'a [String],
        kept: &Path,
        client: &Client,
        watch: &mut dyn FnMut() -> bool,
    ) -> Result<Vec<Piece<'a>>, PublishedError> {
        let url = format!("{}/api/datasets/:persistentId/?persistentId={}", self.server, self.doi);
        let list = Piece {
            addresses: std::slice::from_ref(&url),
            remote: String::new(),
            file: PathBuf::new(),
            size: None,
            checksum: None,
        };
        fetch_one(
            &list,
            kept,
            &kept.with_extension("lock"),
            client,
            &mut 0,
            &mut |_, _| watch(),
        )?;
        let answer = fs::read(kept).map_err(PublishedError::of_file(kept))?;
        pieces(addresses, &answer).map_err(|problem| {
            // Another answer may make more sense.
            let _ = fs::remove_file(kept);
            PublishedError::Listing { url, problem }
        })
    }
}

fn pieces<'a>(addresses: &'a [String], answer: &[u8]) -> Result<Vec<Piece<'a>>, String> {
    let answer: Answer = serde_json::from_slice(answer).map_err(|error| format!("cannot be read ({error})"))?;
    let mut pieces: Vec<Piece> = Vec::new();
    for Listed {
        directory_label,
        data_file,
    } in answer.data.latest_version.files
    {
        let name = match directory_label {
            Some(folder) => format!("{folder}/{}", data_file.filename),
            None => data_file.filename,
        };
        let file = inside(&name).map_err(|problem| format!("has `{}`, which {problem}", name.escape_debug()))?;
        let Some(file) = file else { continue };
        if pieces.iter().any(|other| other.file == file) {
            return Err(format!("has `{}` twice", file.display()));
        }
        pieces.push(Piece {
            addresses,
            remote: data_file.id.to_string(),
            file,
            size: Some(data_file.filesize),
            checksum: data_file.md5.as_deref().and_then(Checksum::of_md5),
        });
    }
    match pieces.is_empty() {
        true => Err("names none".to_owned()),
        false => Ok(pieces),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The parts of an answer that are read, as <https://guides.dataverse.org/en/latest/api/native-api.html> shows them.
    const ANSWER: &str = r#"{"status": "OK", "data": {"id": 1, "latestVersion": {"id": 2, "files": [
        {"label": "OAF_back_angry.wav", "directoryLabel": "OAF_angry", "dataFile": {"id": 7, "filename": "OAF_back_angry.wav",
         "contentType": "audio/x-wav", "filesize": 6, "md5": "b1946ac92492d2347c6235b4d2611184"}},
        {"label": "readme.txt", "dataFile": {"id": 8, "filename": "readme.txt", "filesize": 1}}]}}}"#;

    #[test]
    fn files_are_read_with_folder_size_and_checksum() {
        let addresses = ["http://server/".to_owned()];
        let read = pieces(&addresses, ANSWER.as_bytes()).unwrap();
        let rows: Vec<_> = read
            .iter()
            .map(|piece| {
                (
                    &*piece.remote,
                    piece.file.to_str().unwrap(),
                    piece.size,
                    piece.checksum.is_some(),
                )
            })
            .collect();
        assert_eq!(
            rows,
            [
                ("7", "OAF_angry/OAF_back_angry.wav", Some(6), true),
                ("8", "readme.txt", Some(1), false)
            ]
        );
    }

    #[test]
    fn lists_that_make_no_sense_are_refused() {
        for (from, to) in [
            ("OAF_angry\"", "../../x\""),
            ("OAF_angry\"", "/etc\""),
            (
                "\"readme.txt\", \"filesize\"",
                "\"OAF_angry/OAF_back_angry.wav\", \"filesize\"",
            ),
            ("\"data\"", "\"none\""),
            ("\"filesize\": 6", "\"filesize\": -6"),
            ("latestVersion", "version"),
        ] {
            let answer = ANSWER.replace(from, to);
            assert!(answer != ANSWER && pieces(&[], answer.as_bytes()).is_err(), "{to}");
        }
        assert_eq!(
            pieces(&[], br#"{"data": {"latestVersion": {"files": []}}}"#),
            Err("names none".to_owned())
        );
    }

    proptest! {
        #[test]
        fn anything_is_read_without_a_crash(cut in 0..ANSWER.len(), with in ".{0,4}") {
            let mut answer = ANSWER.as_bytes()[..cut].to_vec();
            answer.extend(with.bytes());
            answer.extend(&ANSWER.as_bytes()[cut..]);
            let _ = pieces(&[], &answer);
        }
    }
}
