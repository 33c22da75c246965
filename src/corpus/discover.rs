//! The corpora that lie in the data folder, when the settings list none.

use super::demo::MARKER;
use super::layouts::majority;
use super::table_reader::tables_in;
use super::walk::walk;
use super::{Columns, CorpusSettings, Layout};
use crate::audio::Channel;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Names looked at to recognise a folder.
const SAMPLE: usize = 2_000;

/// Folders below `data` that may hold corpora: `data/ravdess`, and `data/demo/ravdess`.
const DEPTH: usize = 2;

/// Every folder or link under `data` that a layout recognises, named as the folder and read as
/// [`Layout::Auto`]. A folder whose sub-folders follow different schemes (the demo corpus) is several
/// corpora; one that follows none but holds a table of clips (`clips.csv`, or any CSV or TSV with path
/// and emotion) is that table. A synthetic folder counts only while there is no other: real speech put
/// beside the demo corpus is never mixed with it. Nothing when `data` is not there.
pub fn discover(data: &Path) -> Vec<CorpusSettings> {
    let (synthetic, real): (Vec<_>, Vec<_>) = folders_in(data)
        .into_iter()
        .partition(|folder| folder.join(MARKER).exists());
    [real, synthetic]
        .iter()
        .map(|folders| {
            let mut corpora = Vec::new();
            folders
                .iter()
                .for_each(|folder| recognise(folder, DEPTH - 1, &mut corpora));
            tell_apart(&mut corpora);
            corpora
        })
        .find(|corpora| !corpora.is_empty())
        .unwrap_or_default()
}

/// Whether a corpus below `data` lies in a synthetic one: in a folder with the demo's marker, or below such a folder.
pub fn is_synthetic(corpus: &CorpusSettings, data: &Path) -> bool {
    let above = corpus.path.ancestors().take_while(|above| *above != data);
    above.into_iter().any(|above| above.join(MARKER).exists())
}

/// Puts the name of the folder above before a name that another corpus has; the one that lies higher keeps
/// it: `ravdess` beside `demo-ravdess`.
fn tell_apart(corpora: &mut [CorpusSettings]) {
    let mut highest: Vec<&mut CorpusSettings> = corpora.iter_mut().collect();
    highest.sort_by_key(|corpus| corpus.path.components().count());
    let mut taken = HashSet::new();
    for corpus in highest {
        if taken.contains(&corpus.name) {
            let above = corpus.path.parent().and_then(Path::file_name).unwrap_or_default();
            corpus.name = format!("{}-{}", above.to_string_lossy(), corpus.name);
        }
        taken.insert(corpus.name.clone());
    }
}

fn recognise(folder: &Path, depth: usize, corpora: &mut Vec<CorpusSettings>) {
    let parts = folders_in(folder);
    if !is_several(folder, &parts) && scheme_of(folder).is_some() {
        push(corpora, folder, Layout::Auto, folder, None);
        return;
    }
    let tables = tables_in(folder);
    if let [table] = tables.as_slice() {
        push(corpora, folder, Layout::Table, table, None);
    } else if !tables.is_empty() {
        for table in &tables {
            push(
                corpora,
                folder,
                Layout::Table,
                table,
                table.file_stem().map(|stem| stem.to_string_lossy().into_owned()),
            );
        }
    } else if depth > 0 {
        for part in parts {
            recognise(&part, depth - 1, corpora);
        }
    }
}

/// Whether the sub-folders follow different schemes, and no clips lie beside them.
fn is_several(folder: &Path, parts: &[PathBuf]) -> bool {
    let mut schemes = parts.iter().filter_map(|part| scheme_of(part));
    let first = schemes.next();
    schemes.any(|scheme| Some(scheme) != first) && scheme_beside(folder).is_none()
}

fn scheme_of(folder: &Path) -> Option<Layout> {
    let found = walk(folder, SAMPLE).ok()?;
    let top = folder.parent().unwrap_or(folder);
    majority(found.files.iter().map(|file| file.strip_prefix(top).unwrap_or(file)))
}

/// The scheme of the files directly in the folder.
fn scheme_beside(folder: &Path) -> Option<Layout> {
    let entries = fs::read_dir(folder).ok()?.flatten();
    let files: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .take(SAMPLE)
        .collect();
    majority(files.iter().map(PathBuf::as_path))
}

fn push(corpora: &mut Vec<CorpusSettings>, folder: &Path, layout: Layout, path: &Path, suffix: Option<String>) {
    let own = folder.file_name().unwrap_or_default().to_string_lossy();
    let name = suffix.map_or_else(|| own.clone().into_owned(), |suffix| format!("{own}-{suffix}"));
    corpora.push(CorpusSettings {
        name,
        layout,
        path: path.to_path_buf(),
        demographics: None,
        channel: Channel::Mix,
        columns: Columns::default(),
    });
}

/// Folders and links to folders, by name; hidden ones left out.
fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let shown = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
    let mut folders: Vec<PathBuf> = shown.map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

#[cfg(test)]
mod tests {
    use super::super::demo::{DemoSettings, write_demo};
    use super::super::{AnalysisCache, ScanIndex, scan};
    use super::*;

    fn data(files: &[&str]) -> tempfile::TempDir {
        let data = tempfile::tempdir().unwrap();
        for file in files {
            let path = data.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "path,emotion\n").unwrap();
        }
        data
    }

    fn found(data: &Path) -> Vec<(String, Layout, String)> {
        let corpora = discover(data).into_iter();
        let row = |corpus: CorpusSettings| {
            let path = corpus.path.strip_prefix(data).unwrap().display().to_string();
            (corpus.name, corpus.layout, path)
        };
        corpora.map(row).collect()
    }

    fn expected(rows: &[(&str, Layout, &str)]) -> Vec<(String, Layout, String)> {
        rows.iter()
            .map(|(name, layout, path)| ((*name).into(), *layout, (*path).into()))
            .collect()
    }

    #[test]
    fn folders_that_a_layout_recognises_are_taken() {
        let data = data(&[
            "RAVDESS/Actor_01/03-01-01-01-01-01-01.wav",
            "tess/OAF_Fear/OAF_back_fear.wav",
            "tess/YAF_sad/YAF_back_sad.wav",
            "music/song.mp3",
            ".hidden/03a01Wa.wav",
            "README.md",
        ]);
        let rows = [("RAVDESS", Layout::Auto, "RAVDESS"), ("tess", Layout::Auto, "tess")];
        assert_eq!(found(data.path()), expected(&rows));
    }

    #[test]
    fn a_folder_of_different_schemes_is_several_corpora() {
        let data = data(&[
            "aa/berlin/03a01Wa.wav",
            "aa/crowd/1001_DFA_ANG_XX.wav",
            "aa/crowd/VideoDemographics.csv",
            "zz/berlin/03a01Wa.wav",
            "zz/oxford/OAF_back_sad.wav",
            "oxford/OAF_back_sad.wav",
        ]);
        let rows = [
            ("berlin", Layout::Auto, "aa/berlin"),
            ("crowd", Layout::Auto, "aa/crowd"),
            ("oxford", Layout::Auto, "oxford"),
            ("zz-berlin", Layout::Auto, "zz/berlin"),
            ("zz-oxford", Layout::Auto, "zz/oxford"),
        ];
        assert_eq!(found(data.path()), expected(&rows));
    }

    #[test]
    fn a_synthetic_corpus_is_taken_only_while_there_is_no_real_one() {
        let data = data(&[
            "demo/SYNTHETIC.txt",
            "demo/berlin/03a01Wa.wav",
            "demo/crowd/1001_DFA_ANG_XX.wav",
            "tess/OAF_back_sad.wav",
        ]);
        assert_eq!(found(data.path()), expected(&[("tess", Layout::Auto, "tess")]));
        fs::remove_dir_all(data.path().join("tess")).unwrap();
        let rows = [
            ("berlin", Layout::Auto, "demo/berlin"),
            ("crowd", Layout::Auto, "demo/crowd"),
        ];
        assert_eq!(found(data.path()), expected(&rows));
    }

    #[test]
    fn a_mixed_folder_is_one_corpus() {
        let data = data(&[
            "quirks/03a01Wa.wav",
            "quirks/1001_DFA_ANG_XX.wav",
            "quirks/OA_bite_neutral.wav",
        ]);
        assert_eq!(found(data.path()), expected(&[("quirks", Layout::Auto, "quirks")]));
    }

    #[test]
    fn tables_of_clips_are_taken_where_no_scheme_is_followed() {
        let data = data(&[
            "mine/clips.csv",
            "mine/other.csv",
            "mine/x.wav",
            "two/a.csv",
            "two/b.tsv",
            "emo/03a01Wa.wav",
            "emo/clips.csv",
        ]);
        fs::write(data.path().join("two/b.tsv"), "path\temotion\n").unwrap();
        let rows = [
            ("emo", Layout::Auto, "emo"),
            ("mine", Layout::Table, "mine/clips.csv"),
            ("two-a", Layout::Table, "two/a.csv"),
            ("two-b", Layout::Table, "two/b.tsv"),
        ];
        assert_eq!(found(data.path()), expected(&rows));
    }

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let data = data(&["readme/README.md"]);
        assert!(found(data.path()).is_empty());
        assert!(discover(&data.path().join("absent")).is_empty());
    }

    #[test]
    fn the_demo_corpus_is_found_whole_and_called_synthetic() {
        let data = tempfile::tempdir().unwrap();
        let settings = DemoSettings {
            clips: 60,
            speakers: 10,
            seed: 1,
        };
        let written = write_demo(&data.path().join("demo"), &settings, &|_, _| {}).unwrap();
        let corpora = discover(data.path());
        assert_eq!(corpora.len(), 4);
        let found = scan(
            &corpora,
            &mut ScanIndex::default(),
            &AnalysisCache::default(),
            &|_, _| {},
        )
        .unwrap();
        assert_eq!(found.clips.len(), written.clips);
        assert!(found.refused.is_empty(), "{:?}", found.refused);
        assert!(found.clips.iter().all(|clip| clip.synthetic && clip.gender.is_some()));
    }
}
