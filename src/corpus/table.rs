//! The table of clips for other tools; the `table` layout reads it back.

use super::{Catalogue, Clip, CorpusError, ListenerVotes, SampleAnalysis};
use crate::files;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::{self, Path};
use std::{fs, io};

const HEADER: [&str; 28] = [
    "path",
    "start",
    "end",
    "corpus",
    "emotion",
    "speaker",
    "gender",
    "age",
    "ethnicity",
    "intensity",
    "arousal",
    "dominance",
    "valence",
    "votes",
    "text",
    "split",
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

/// Whether an exported table has a column of this name: what is read back from it is not what it measured.
pub(super) fn is_exported(column: &str) -> bool {
    HEADER.iter().any(|name| name.eq_ignore_ascii_case(column))
}

/// Writes one row per clip (CSV, or TSV when `path` ends in `.tsv`): path, start and end of a
/// segment (s), labels, header, where known sample analysis, and the further columns of the clips' own tables. Clips below the table's folder are named relative to it, so that both can
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
    let further: BTreeSet<&str> = catalogue
        .clips
        .iter()
        .flat_map(|clip| clip.columns.iter().map(|(name, _)| name))
        .collect();
    let mut write = |row: &[Cow<str>], further: &[&str]| {
        let further = further.iter().map(|field| field.as_bytes());
        writer.write_record(row.iter().map(|field| field.as_bytes()).chain(further))
    };
    let names: Vec<&str> = further.iter().copied().collect();
    write(&HEADER.map(Cow::from), &names).map_err(|error| failed(error.into()))?;
    for (index, clip) in catalogue.clips.iter().enumerate() {
        let analysis = catalogue.analysis.get(index).and_then(Option::as_deref);
        let file = path::absolute(&clip.path).map_err(failed)?;
        let file = file.strip_prefix(&folder).unwrap_or(&file);
        let Some(file) = file.to_str() else {
            let source = io::Error::other("its name is not UTF-8, which a table cannot hold; rename it");
            return Err(CorpusError::Io {
                path: clip.path.clone(),
                source,
            });
        };
        let values = names
            .iter()
            .map(|name| clip.columns.get(name).map_or("", |value| value));
        let values: Vec<&str> = values.collect();
        write(&row(file, clip, analysis), &values).map_err(|error| failed(error.into()))?;
    }
    let bytes = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    fs::create_dir_all(&folder)
        .and_then(|()| files::replace(path, &bytes))
        .map_err(failed)?;
    Ok(catalogue.clips.len())
}

fn row<'a>(file: &'a str, clip: &'a Clip, analysis: Option<&'a SampleAnalysis>) -> [Cow<'a, str>; HEADER.len()] {
    let sound = analysis.filter(|analysis| analysis.damage.is_none());
    let stated = |value: Option<f32>| value.map(|value| value.to_string()).unwrap_or_default();
    let [arousal, dominance, valence] = clip.dimensions.values().map(stated);
    let measured = |text: fn(&SampleAnalysis) -> String| sound.map(text).unwrap_or_default().into();
    let times = clip.segment.map(|segment| segment.times(clip.rate)).unwrap_or_default();
    [
        file.into(),
        times.0.into(),
        times.1.into(),
        (&*clip.corpus).into(),
        clip.emotion.name().into(),
        clip.speaker.as_deref().unwrap_or_default().into(),
        clip.gender.map_or("", |gender| gender.name()).into(),
        clip.age.map_or_else(String::new, |age| age.to_string()).into(),
        clip.ethnicity.as_deref().unwrap_or_default().into(),
        clip.intensity.map_or("", |intensity| intensity.name()).into(),
        arousal.into(),
        dominance.into(),
        valence.into(),
        clip.votes
            .as_ref()
            .map(ListenerVotes::to_json)
            .unwrap_or_default()
            .into(),
        clip.text.as_deref().unwrap_or_default().into(),
        clip.given_split.as_deref().unwrap_or_default().into(),
        clip.synthetic.to_string().into(),
        (&*clip.container).into(),
        clip.rate.to_string().into(),
        clip.channels.to_string().into(),
        clip.length().to_string().into(),
        format!("{:.6}", clip.seconds()).into(),
        measured(|analysis| format!("{:032x}", analysis.content)),
        measured(|analysis| analysis.level.peak.to_string()),
        measured(|analysis| analysis.level.rms_dbfs.to_string()),
        measured(|analysis| analysis.level.clipped.to_string()),
        measured(|analysis| analysis.level.silent.to_string()),
        analysis
            .and_then(|analysis| analysis.damage.as_deref())
            .unwrap_or_default()
            .into(),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{tone, write_wav};
    use super::super::{
        AnalysisCache, CorpusSettings, Emotion, Gender, Intensity, Layout, ListenerVotes, ScanIndex, Segment, analyse,
        scan,
    };
    use super::*;
    use std::sync::Arc;

    fn read_back(table: &Path) -> Catalogue {
        let corpus = CorpusSettings {
            name: "table".into(),
            layout: Layout::Table,
            path: table.into(),
            ..CorpusSettings::default()
        };
        scan(
            &[corpus],
            &mut ScanIndex::default(),
            &AnalysisCache::default(),
            &|_, _| {},
        )
        .unwrap()
    }

    fn catalogue(folder: &Path) -> Catalogue {
        let clip = |name: &str| {
            let path = folder.join(name);
            write_wav(&path, 8_000, 2, &tone(800));
            Clip {
                path,
                corpus: "a, \"b\"; c".into(),
                synthetic: true,
                speaker: Some("s\t1".into()),
                gender: Some(Gender::Other),
                age: Some(33),
                ethnicity: Some("x, y".into()),
                emotion: Emotion::new("très, très \"gai\""),
                given_split: Some("Test 1".into()),
                columns: [("Room, or so", "the \"hall\"")].into_iter().collect(),
                intensity: Some(Intensity::Medium),
                dimensions: [Some(1.5), None, Some(-0.25)].into(),
                votes: ListenerVotes::new([(Emotion::new("a \"b\""), 2.0), (Emotion::new("c"), 0.5)]),
                text: Some("two\nlines".into()),
                container: "wav".into(),
                frames: 400,
                rate: 8_000,
                channels: 2,
                decoded: None,
                channel: Default::default(),
                segment: None,
            }
        };
        let bare = Clip {
            synthetic: false,
            speaker: None,
            gender: None,
            age: None,
            ethnicity: None,
            given_split: None,
            columns: Default::default(),
            intensity: None,
            dimensions: Default::default(),
            votes: None,
            text: None,
            ..clip("deep/b, c.wav")
        };
        let clips = vec![clip("a.wav"), bare];
        Catalogue {
            analysis: vec![None; clips.len()],
            clips: Arc::new(clips),
            ..Catalogue::default()
        }
    }

    #[test]
    fn what_is_exported_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let other = tempfile::tempdir().unwrap();
        let mut catalogue = catalogue(folder.path());
        Arc::make_mut(&mut catalogue.clips)[1].segment = Some(Segment { first: 100, count: 250 });
        let tables = [
            folder.path().join("clips.csv"),
            folder.path().join("clips.TSV"),
            other.path().join("new/clips.csv"),
        ];
        for table in tables {
            assert_eq!(export(&catalogue, &table).unwrap(), 2);
            let back = read_back(&table);
            assert_eq!(back.clips, catalogue.clips, "{}", table.display());
            assert!(back.refused.is_empty());
        }
    }

    #[test]
    fn a_table_moves_with_its_clips_and_files_that_are_gone_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let before = folder.path().join("before");
        let catalogue = catalogue(&before);
        export(&catalogue, &before.join("clips.csv")).unwrap();
        let after = folder.path().join("after");
        fs::rename(&before, &after).unwrap();
        assert_eq!(read_back(&after.join("clips.csv")).clips.len(), 2);
        fs::remove_file(after.join("a.wav")).unwrap();
        let back = read_back(&after.join("clips.csv"));
        assert_eq!(back.clips.len(), 1);
        let reason = &back.refused[0].reason;
        assert!(reason.contains("line 2") && reason.contains("No such file"), "{reason}");
    }

    #[test]
    fn sample_analyses_stand_in_the_table() {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = catalogue(folder.path());
        let analysed = analyse(&catalogue, &AnalysisCache::default(), &|_, _, _| true).unwrap();
        let table = folder.path().join("clips.csv");
        export(&analysed, &table).unwrap();
        let mut reader = csv::Reader::from_path(&table).unwrap();
        let content = reader
            .headers()
            .unwrap()
            .iter()
            .position(|name| name == "content")
            .unwrap();
        let record = reader.records().next().unwrap().unwrap();
        assert_eq!(
            record[content],
            format!("{:032x}", analysed.analysis[0].as_ref().unwrap().content)
        );
        assert_eq!(&record[content + 4], "false");
    }

    #[test]
    fn two_rows_of_one_file_are_one_clip() {
        let folder = tempfile::tempdir().unwrap();
        write_wav(&folder.path().join("a.wav"), 8_000, 1, &tone(80));
        let table = folder.path().join("t.csv");
        fs::write(&table, "path,emotion\na.wav,sad\na.wav,happy\n,sad\n").unwrap();
        let back = read_back(&table);
        assert_eq!((back.clips.len(), back.refused.len()), (1, 2));
        assert!(
            back.refused
                .iter()
                .any(|refused| refused.reason == "line 3 of the table: listed before, in line 2")
        );
        assert!(back.refused.iter().any(|refused| refused.path == table));
    }
}
