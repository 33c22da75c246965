//! The table of clips for other tools; the `table` layout reads it back.

use super::{Catalogue, Clip, CorpusError, SampleFacts};
use crate::files;
use std::borrow::Cow;
use std::path::{self, Path};
use std::{fs, io};

const HEADER: [&str; 21] = [
    "path",
    "corpus",
    "emotion",
    "speaker",
    "gender",
    "age",
    "ethnicity",
    "intensity",
    "text",
    "synthetic",
    "container",
    "rate",
    "channels",
    "frames",
    "seconds",
    "content",
    "peak",
    "rms_dbfs",
    "clipped",
    "silent",
    "damage",
];

/// Writes one row per clip (CSV, or TSV when `path` ends in `.tsv`): path, labels, header facts and
/// sample facts where known. Clips below the table's folder are named relative to it, so that both can
/// be moved together; others by their absolute path. Returns the number of rows.
///
/// # Errors
/// What the file system says; a path that is not UTF-8, which no table of text can hold.
pub fn export(catalogue: &Catalogue, path: &Path) -> Result<usize, CorpusError> {
    let failed = |source| CorpusError::Io {
        path: path.to_path_buf(),
        source,
    };
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let folder = path::absolute(folder).map_err(failed)?;
    let tabs = path
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("tsv"));
    let mut writer = csv::WriterBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .from_writer(Vec::new());
    let mut write = |row: &[Cow<str>; HEADER.len()]| writer.write_record(row.iter().map(|field| field.as_bytes()));
    write(&HEADER.map(Cow::from)).map_err(|error| failed(error.into()))?;
    for (place, clip) in catalogue.clips.iter().enumerate() {
        let facts = catalogue.facts.get(place).and_then(Option::as_deref);
        let file = path::absolute(&clip.path).map_err(failed)?;
        let file = file.strip_prefix(&folder).unwrap_or(&file);
        let Some(file) = file.to_str() else {
            let source = io::Error::other("its name is not UTF-8, which a table cannot hold; rename it");
            return Err(CorpusError::Io {
                path: clip.path.clone(),
                source,
            });
        };
        write(&row(file, clip, facts)).map_err(|error| failed(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    fs::create_dir_all(&folder)
        .and_then(|()| files::replace(path, &bytes))
        .map_err(failed)?;
    Ok(catalogue.clips.len())
}

fn row<'a>(file: &'a str, clip: &'a Clip, facts: Option<&'a SampleFacts>) -> [Cow<'a, str>; HEADER.len()] {
    let sound = facts.filter(|facts| facts.damage.is_none());
    let measured = |text: fn(&SampleFacts) -> String| sound.map(text).unwrap_or_default().into();
    [
        file.into(),
        (&*clip.corpus).into(),
        clip.emotion.name().into(),
        clip.speaker.as_deref().unwrap_or_default().into(),
        clip.gender.map_or("", |gender| gender.name()).into(),
        clip.age.map_or_else(String::new, |age| age.to_string()).into(),
        clip.ethnicity.as_deref().unwrap_or_default().into(),
        clip.intensity.map_or("", |intensity| intensity.name()).into(),
        clip.text.as_deref().unwrap_or_default().into(),
        clip.synthetic.to_string().into(),
        (&*clip.container).into(),
        clip.rate.to_string().into(),
        clip.channels.to_string().into(),
        clip.frames.to_string().into(),
        format!("{:.6}", clip.seconds()).into(),
        measured(|facts| format!("{:032x}", facts.content)),
        measured(|facts| facts.level.peak.to_string()),
        measured(|facts| facts.level.rms_dbfs.to_string()),
        measured(|facts| facts.level.clipped.to_string()),
        measured(|facts| facts.level.silent.to_string()),
        facts
            .and_then(|facts| facts.damage.as_deref())
            .unwrap_or_default()
            .into(),
    ]
}
