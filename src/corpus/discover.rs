//! The corpora that lie in the data folder, when the settings list none.

use super::demo::MARKER;
use super::described;
use super::folder::Tables;
use super::layouts::folders::classes;
use super::layouts::{Votes, majority};
use super::main_scheme::{main_scheme, name_of};
use super::source::beneath;
use super::walk::walk;
use super::{Columns, CorpusSettings, Layout};
use crate::audio::promises_sound;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Names looked at to recognise a folder.
const SAMPLE: usize = 2_000;

/// Folders below `data` that may hold corpora: `data/ravdess`, and `data/demo/ravdess`.
const DEPTH: usize = 2;

/// Every folder or link under `data` that holds a corpus, read as [`Layout::Auto`]: one with files of labels or a table of clips, or with files
/// that follow a scheme, named as the folder, or as the scheme where the folder does not say it. A folder whose
/// sub-folders follow different schemes (the demo corpus) or have tables of their own is several corpora. Folders that may be
/// a corpus (folders named like labels, a label table that cannot be used) come after these, for the scan to say so; alone
/// they are none. A synthetic folder counts only while there is no other: real speech put beside the demo corpus is never
/// mixed with it. Nothing when `data` is not there.
pub fn discover(data: &Path) -> Vec<CorpusSettings> {
    let (synthetic, real): (Vec<_>, Vec<_>) = folders_in(data)
        .into_iter()
        .partition(|folder| folder.join(MARKER).exists());
    [real, synthetic]
        .iter()
        .map(|folders| {
            let mut found = Found::default();
            for folder in folders {
                found.look_at(folder, DEPTH - 1);
            }
            if !found.corpora.is_empty() {
                found.corpora.append(&mut found.possible);
            }
            tell_apart(&mut found.corpora);
            found.corpora
        })
        .find(|corpora| !corpora.is_empty())
        .unwrap_or_default()
}

/// Whether a corpus below `data` lies in a synthetic one: in a folder with the demo's marker, or below such a folder.
pub fn is_synthetic(corpus: &CorpusSettings, data: &Path) -> bool {
    let above = corpus.path.ancestors().take_while(|above| *above != data);
    above.into_iter().any(|above| above.join(MARKER).exists())
}

/// Adds to a name that another corpus has what tells the two apart; the one that lies higher keeps it. That is the folder's
/// own name (`crema_d` beside `crema_d-new`), where these are the same the name of the folder above (`ravdess` beside
/// `demo-ravdess`), and where that is taken as well a number.
fn tell_apart(corpora: &mut [CorpusSettings]) {
    let mut highest: Vec<&mut CorpusSettings> = corpora.iter_mut().collect();
    highest.sort_by_key(|corpus| corpus.path.components().count());
    let mut taken: HashMap<String, String> = HashMap::new();
    for corpus in highest {
        let named = |folder: &Path| folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = &corpus.path;
        let (own, above) = (named(folder), folder.parent().map(named).unwrap_or_default());
        if let Some(other) = taken.get(&corpus.name) {
            let name = &corpus.name;
            let told = match *other == own {
                true => format!("{above}-{name}"),
                false => format!("{name}-{own}"),
            };
            let numbered = (2..).map(|number| format!("{told}-{number}"));
            let mut free = std::iter::once(told.clone()).chain(numbered);
            corpus.name = free.find(|name| !taken.contains_key(name)).unwrap_or(told.clone());
        }
        taken.insert(corpus.name.clone(), own);
    }
}

#[derive(Default)]
struct Found {
    corpora: Vec<CorpusSettings>,
    possible: Vec<CorpusSettings>,
}

impl Found {
    /// Whether anything was found in the folder or below.
    fn look_at(&mut self, folder: &Path, depth: usize) -> bool {
        let (kind, parts) = (kind_of(folder), folders_in(folder));
        let list = match kind {
            Kind::Described(_) | Kind::Labelled | Kind::Listed => Some(&mut self.corpora),
            Kind::Named(_) if !is_several(folder, &parts) => Some(&mut self.corpora),
            _ => None,
        };
        if let Some(list) = list {
            list.push(corpus(folder, &kind));
            return true;
        }
        let mut below = false;
        for part in parts.iter().filter(|_| depth > 0) {
            below |= self.look_at(part, depth - 1);
        }
        if !below && matches!(kind, Kind::Possible) {
            self.possible.push(corpus(folder, &kind));
        }
        below || matches!(kind, Kind::Possible)
    }
}

/// What a folder may be.
enum Kind {
    /// It has files of labels of a layout.
    Described(Layout),
    /// It has a label table.
    Labelled,
    /// A table of another name could label it, and nothing else can.
    Listed,
    /// Its files follow a scheme.
    Named(Votes),
    /// Its folders may be labels, or a label table is there that cannot be used.
    Possible,
    Nothing,
}

fn kind_of(folder: &Path) -> Kind {
    if let Some(layout) = described::recognise(folder) {
        return Kind::Described(layout);
    }
    let Ok(found) = walk(folder, SAMPLE) else {
        return Kind::Nothing;
    };
    let tables = Tables::find(folder, &found.files, &Columns::default());
    let beneath = || found.files.iter().map(|file| beneath(file, folder));
    let is_sound = |file: &&Path| promises_sound(file);
    if !tables.labels.is_empty() {
        Kind::Labelled
    } else if let Some(votes) = Some(Votes::of(beneath())).filter(Votes::is_majority) {
        Kind::Named(votes)
    } else if !tables.others.is_empty() {
        Kind::Listed
    } else if beneath().any(promises_sound) && !tables.unusable.is_empty()
        || classes(beneath().filter(is_sound)).is_some()
    {
        Kind::Possible
    } else {
        Kind::Nothing
    }
}

/// Whether the sub-folders follow different schemes or have label tables of their own, and no clips lie beside them.
fn is_several(folder: &Path, parts: &[PathBuf]) -> bool {
    let mut schemes = HashSet::new();
    let mut labelled = false;
    for part in parts {
        match kind_of(part) {
            Kind::Described(_) | Kind::Labelled => labelled = true,
            Kind::Named(votes) => schemes.extend(votes.counts.first().map(|(scheme, _)| *scheme)),
            Kind::Listed | Kind::Possible | Kind::Nothing => {}
        }
    }
    (labelled || schemes.len() > 1) && scheme_beside(folder).is_none()
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

fn corpus(folder: &Path, kind: &Kind) -> CorpusSettings {
    let own = folder.file_name().unwrap_or_default().to_string_lossy();
    let scheme = match kind {
        Kind::Named(votes) => main_scheme(votes.counts.iter().copied()),
        // A data set of any name may have this form.
        Kind::Described(layout) => Some(*layout).filter(|layout| *layout != Layout::Audformat),
        _ => None,
    };
    CorpusSettings {
        name: name_of(&own, scheme),
        layout: Layout::Auto,
        path: folder.to_path_buf(),
        ..CorpusSettings::default()
    }
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
            ("emodb", Layout::Auto, "aa/berlin"),
            ("crema_d", Layout::Auto, "aa/crowd"),
            ("tess", Layout::Auto, "oxford"),
            ("zz-emodb", Layout::Auto, "zz/berlin"),
            ("zz-tess", Layout::Auto, "zz/oxford"),
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
            ("emodb", Layout::Auto, "demo/berlin"),
            ("crema_d", Layout::Auto, "demo/crowd"),
        ];
        assert_eq!(found(data.path()), expected(&rows));
    }

    #[test]
    fn corpora_are_named_by_their_layout_and_two_of_one_stay_distinct() {
        let data = data(&[
            "AudioWAV/1001_DFA_ANG_XX.wav",
            "more/1002_DFA_ANG_XX.wav",
            "deep/Audio/1003_DFA_ANG_XX.wav",
            "speech/Actor_01/03-01-01-01-01-01-01.wav",
            "CREMA-D/1004_DFA_ANG_XX.wav",
        ]);
        let rows = [
            ("crema_d", Layout::Auto, "AudioWAV"),
            ("CREMA-D", Layout::Auto, "CREMA-D"),
            ("crema_d-deep", Layout::Auto, "deep"),
            ("crema_d-more", Layout::Auto, "more"),
            ("ravdess", Layout::Auto, "speech"),
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
    fn tables_of_clips_make_a_corpus() {
        let data = data(&[
            "mine/clips.csv",
            "mine/other.csv",
            "mine/x.wav",
            "two/a.csv",
            "two/b.csv",
            "emo/03a01Wa.wav",
            "emo/clips.csv",
            "face/train/metadata.csv",
            "face/test/metadata.csv",
            "both/one/clips.csv",
            "both/one/03a01Wa.wav",
            "both/two/03a02Wa.wav",
        ]);
        let rows = ["emo", "face", "mine", "two"].map(|name| (name, Layout::Auto, name));
        let rows = [
            &[("one", Layout::Auto, "both/one"), ("emodb", Layout::Auto, "both/two")],
            &rows[..],
        ];
        assert_eq!(found(data.path()), expected(&rows.concat()));
    }

    #[test]
    fn what_may_be_a_corpus_comes_last_and_only_beside_one() {
        let possible = [
            "mine/angry/a.wav",
            "mine/sad/b.wav",
            "x/metadata.csv",
            "x/a.wav",
            "music/song.mp3",
        ];
        let data = data(&possible);
        fs::write(data.path().join("x/metadata.csv"), "file,words\n").unwrap();
        assert!(found(data.path()).is_empty());
        fs::create_dir(data.path().join("tess")).unwrap();
        fs::write(data.path().join("tess/OAF_back_sad.wav"), "").unwrap();
        let rows = ["tess", "mine", "x"].map(|name| (name, Layout::Auto, name));
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
