//! Folders to clips, with every file that was refused and why.

use super::by_layout::source;
use super::demo::MARKER;
use super::given_split::split_note;
use super::intern::Interner;
use super::layouts::Labels;
use super::main_scheme::main_scheme;
use super::names::{Names, Origin, Stray};
use super::scan_files::{by_file, look_at};
use super::scan_index;
use super::source::{Candidate, Line, Source, at};
use super::{
    AnalysisCache, Catalogue, Clip, CorpusError, CorpusSettings, PublishedCounts, Reading, Refused, Scale, Scales,
    ScanIndex, Segment,
};
use crate::audio::{Channel, Header};
use rayon::prelude::*;
use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files between two calls of `progress`.
const STEP: usize = 64;

/// Reads the headers of every corpus on all cores, in order of corpus and path.
/// `progress(done, found)` is called now and then from any thread. What `analysis` remembers
/// for unchanged files are filled in.
///
/// # Errors
/// A corpus folder or table that cannot be read at all; single files never fail a scan, they are listed in [`Catalogue::refused`].
pub fn scan(
    corpora: &[CorpusSettings],
    index: &mut ScanIndex,
    analysis: &AnalysisCache,
    progress: &(dyn Fn(usize, usize) + Sync),
) -> Result<Catalogue, CorpusError> {
    let mut sources = Vec::with_capacity(corpora.len());
    let mut found = 0;
    for corpus in corpora {
        let source = source(corpus)?;
        found += source.candidates.len();
        progress(0, found);
        sources.push(source);
    }
    let done = AtomicUsize::new(0);
    let mut gathered = Gathered::default();
    for (corpus, source) in corpora.iter().zip(sources) {
        let known = index.take(&corpus.path);
        // A file of many segments is looked at once.
        let files = by_file(&source.candidates);
        let read = |file: &Vec<usize>| {
            let candidates = file.iter().map(|index| &source.candidates[*index]);
            let looked = look_at(candidates, &known);
            let before = done.fetch_add(file.len(), Ordering::Relaxed);
            if before / STEP < (before + file.len()) / STEP {
                progress(before + file.len(), found);
            }
            looked
        };
        let looked: Vec<(Result<Header, String>, Option<scan_index::Entry>)> = files.par_iter().map(read).collect();
        let mut headers = vec![Err(String::new()); source.candidates.len()];
        let mut entries = scan_index::Files::new();
        for (file, (header, entry)) in files.iter().zip(looked) {
            let path = file.first().map(|index| source.candidates[*index].path.clone());
            entries.extend(path.zip(entry));
            for index in file {
                headers[*index].clone_from(&header);
            }
        }
        index.put(&corpus.path, entries);
        gathered.add(corpus, source, headers);
    }
    progress(found, found);
    Ok(gathered.catalogue(analysis))
}

/// A candidate that is a clip.
struct Readable {
    path: PathBuf,
    labels: Labels,
    header: Header,
    segment: Option<Segment>,
}

fn listed_before(first: Option<&Line>) -> String {
    match first {
        Some(first) => format!("listed before, in {first}"),
        None => "listed before".into(),
    }
}

/// Clips and refused files as they come together.
#[derive(Default)]
struct Gathered {
    clips: Vec<(Clip, Origin)>,
    refused: Vec<Refused>,
    readings: Vec<Reading>,
    interner: Interner,
    synthetic_folders: HashMap<PathBuf, bool>,
    /// The ranges that settings state.
    scales: BTreeMap<Arc<str>, Scale>,
}

impl Gathered {
    fn add(&mut self, corpus: &CorpusSettings, source: Source, headers: Vec<Result<Header, String>>) {
        let name = self.interner.share(&corpus.name);
        let mut notes = source.notes;
        let refusal = |path, reason| Refused {
            corpus: Arc::clone(&name),
            path,
            reason,
        };
        self.refused
            .extend(source.refused.into_iter().map(|(path, reason)| refusal(path, reason)));
        let mut readable = Vec::with_capacity(headers.len());
        let mut listed = HashMap::with_capacity(headers.len());
        let rows = source
            .candidates
            .iter()
            .filter(|candidate| candidate.line.is_some())
            .count();
        let mut absent: Vec<PathBuf> = Vec::new();
        for (candidate, header) in source.candidates.into_iter().zip(headers) {
            // What the content says weighs more than what the name says.
            let Candidate { path, line, labels } = candidate;
            let read = header.and_then(|header| {
                let labels = labels?;
                let part = labels.segment.as_ref();
                let segment = part
                    .map(|span| Segment::of(span, header.rate, header.frames))
                    .transpose()?;
                let range = segment.map_or(0..header.frames, Segment::range);
                match listed.entry((path.clone(), range)) {
                    Vacant(free) => free.insert(line.clone()),
                    Occupied(first) => return Err(listed_before(first.get().as_ref())),
                };
                Ok((labels, header, segment))
            });
            match read {
                Ok((labels, header, segment)) => readable.push(Readable {
                    path,
                    labels,
                    header,
                    segment,
                }),
                Err(reason) => {
                    absent.extend((line.is_some() && !path.exists()).then(|| path.clone()));
                    self.refused.push(refusal(path, at(line.as_ref(), reason)));
                }
            }
        }
        if source.names_are_unique && !corpus.copies {
            let copies = take_copies(&mut readable);
            self.refused
                .extend(copies.into_iter().map(|(path, reason)| refusal(path, reason)));
        }
        let first = self.clips.len();
        let usual = main_scheme(readable.iter().filter_map(|read| Some((read.labels.scheme?, 1))));
        let of_scheme = readable.iter().filter(|read| read.labels.scheme == usual);
        let counts = usual.filter(|_| corpus.part.is_all());
        let counts = counts.and_then(|usual| PublishedCounts::of(usual, of_scheme.map(|read| &*read.labels.emotion)));
        for read in readable {
            let labels = &read.labels;
            let stray = labels.scheme.zip(usual).map(|(scheme, usual)| Stray { scheme, usual });
            let origin = Origin {
                completed: labels.completed,
                stray: stray.filter(|stray| stray.scheme != stray.usual),
            };
            let clip = self.clip(read, &name, corpus.channel);
            if let Some(scale) = corpus.range {
                self.scales.insert(Arc::clone(&clip.corpus), scale);
            }
            self.clips.push((clip, origin));
        }
        let own = || self.clips[first..].iter().map(|(clip, _)| clip);
        notes.extend(split_note(own()));
        if let [first, ..] = absent.as_slice() {
            let folder = if corpus.path.is_dir() {
                Some(&*corpus.path)
            } else {
                corpus.path.parent()
            };
            let first = folder
                .and_then(|folder| first.strip_prefix(folder).ok())
                .unwrap_or(first);
            notes.push(format!(
                "listed but not there: {} of {rows} rows, for example {}",
                absent.len(),
                first.display()
            ));
        }
        // A synthetic corpus only has the names of another.
        let counts = counts.filter(|_| own().any(|clip| !clip.synthetic));
        self.readings.push(Reading {
            corpus: name,
            path: corpus.path.clone(),
            layout: source.layout,
            notes,
            counts,
        });
    }

    fn clip(&mut self, read: Readable, corpus: &Arc<str>, channel: Channel) -> Clip {
        let Readable {
            path,
            labels,
            header,
            segment,
        } = read;
        let synthetic = labels.synthetic.unwrap_or_else(|| self.is_synthetic(&path));
        let mut share = |text: &str| self.interner.share(text);
        Clip {
            path,
            corpus: labels.corpus.as_deref().map_or_else(|| Arc::clone(corpus), &mut share),
            synthetic,
            speaker: labels.speaker.as_deref().map(&mut share),
            gender: labels.gender,
            age: labels.age,
            ethnicity: labels.ethnicity.as_deref().map(&mut share),
            text: labels.text.as_deref().map(&mut share),
            container: share(&header.container),
            given_split: labels.given_split.as_deref().map(&mut share),
            columns: self.interner.columns(&labels.columns),
            emotion: self.interner.emotion(&labels.emotion),
            intensity: labels.intensity,
            dimensions: labels.dimensions,
            votes: labels
                .votes
                .as_ref()
                .and_then(|votes| votes.relabelled(|label| Some(self.interner.emotion(label.name())))),
            frames: header.frames,
            rate: header.rate,
            channels: header.channels,
            decoded: None,
            channel,
            segment,
        }
    }

    /// Whether the demo corpus's marker lies in the file's folder or in any above it.
    fn is_synthetic(&mut self, file: &Path) -> bool {
        let folder = file.parent().unwrap_or(Path::new(""));
        if let Some(known) = self.synthetic_folders.get(folder) {
            return *known;
        }
        // Links and `..` hide what is above.
        let here = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        let marked = here
            .canonicalize()
            .is_ok_and(|full| full.ancestors().any(|above| above.join(MARKER).is_file()));
        self.synthetic_folders.insert(folder.to_path_buf(), marked);
        marked
    }

    fn catalogue(self, analysis: &AnalysisCache) -> Catalogue {
        let Self {
            mut clips,
            mut refused,
            readings,
            scales,
            ..
        } = self;
        clips.par_sort_by(|(a, _), (b, _)| {
            let [a, b] = [a, b].map(|clip| (&clip.corpus, clip.path.as_os_str(), clip.segment));
            a.cmp(&b)
        });
        let (mut clips, origins): (Vec<Clip>, Vec<Origin>) = clips.into_iter().unzip();
        let names = Names::join(&mut clips, origins.into_iter());
        refused.sort_by(|a, b| (&a.corpus, a.path.as_os_str()).cmp(&(&b.corpus, b.path.as_os_str())));
        clips.shrink_to_fit();
        let analysis = clips.par_iter().map(|clip| analysis.get(clip)).collect();
        let mut catalogue = Catalogue {
            scales: Arc::new(Scales::of(&clips, &scales)),
            clips: Arc::new(clips),
            analysis,
            refused: Arc::new(refused),
            readings: Arc::new(readings),
            names: Arc::new(names),
        };
        catalogue.take_decoded_lengths();
        catalogue
    }
}

/// Takes out every file but one of each recording: downloads often hold a corpus twice, in a folder
/// within a folder or once more as MP3, and a clip in two copies would be trained and evaluated on at once.
/// Kept is the first by path among those that lost nothing to compression, else the first.
fn take_copies(readable: &mut Vec<Readable>) -> Vec<(PathBuf, String)> {
    let lossless = |header: &Header| matches!(header.container.as_str(), "wav" | "aiff" | "flac");
    let name = |read: &Readable| {
        let stem = read.path.file_stem().unwrap_or_default().to_ascii_lowercase();
        (read.labels.speaker.clone(), stem, read.segment)
    };
    let mut kept: HashMap<_, usize> = HashMap::with_capacity(readable.len());
    for (index, read) in readable.iter().enumerate() {
        let best = kept.entry(name(read)).or_insert(index);
        if lossless(&read.header) && !lossless(&readable[*best].header) {
            *best = index;
        }
    }
    if kept.len() == readable.len() {
        return Vec::new();
    }
    let reasons: Vec<Option<String>> = readable
        .iter()
        .enumerate()
        .map(|(index, read)| {
            let best = kept.get(&name(read)).copied().filter(|best| *best != index)?;
            Some(format!(
                "a copy of {} by its name; if it is another recording, list its folder as a corpus of its own",
                readable[best].path.display()
            ))
        })
        .collect();
    let mut copies = Vec::new();
    for (read, reason) in std::mem::take(readable).into_iter().zip(reasons) {
        match reason {
            Some(reason) => copies.push((read.path, reason)),
            None => readable.push(read),
        }
    }
    copies
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{corpus, scan_of, sound, tone, write_wav};
    use super::super::{Gender, Layout};
    use super::*;
    use std::fs;
    use std::sync::Mutex;

    fn names(catalogue: &Catalogue, top: &Path) -> Vec<String> {
        let name = |clip: &Clip| clip.path.strip_prefix(top).unwrap().display().to_string();
        catalogue.clips.iter().map(name).collect()
    }

    fn reasons(catalogue: &Catalogue) -> Vec<(String, &str)> {
        let name = |refused: &Refused| refused.path.file_name().unwrap().display().to_string();
        catalogue
            .refused
            .iter()
            .map(|refused| (name(refused), refused.reason.as_str()))
            .collect()
    }

    #[test]
    fn copies_of_a_recording_are_read_once_or_kept() {
        let folder = tempfile::tempdir().unwrap();
        sound(folder.path(), &["03a01Wa.wav", "again/03a01Wa.wav", "03a02Wa.wav"]);
        let once = corpus("x", Layout::Emodb, folder.path());
        let keep = CorpusSettings {
            copies: true,
            ..once.clone()
        };
        let counts = [once, keep].map(|corpus| {
            let found = scan_of(&[corpus]).unwrap();
            (found.clips.len(), found.refused.len())
        });
        assert_eq!(counts, [(2, 1), (3, 0)]);
    }

    #[test]
    fn what_is_a_clip_is_found_and_all_else_is_listed() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        sound(
            top,
            &[
                "b/03a01Wa.wav",
                "a/08a02Nb.WAV",
                "plain",
                "a/13b01Xa.wav",
                "09a01Fa.dat",
                ".10a01Fa.wav",
            ],
        );
        fs::write(top.join("11a01Fa.wav"), "these are words").unwrap();
        fs::write(top.join("12a01Fa.wav"), "").unwrap();
        fs::write(top.join("notes.txt"), "these are words").unwrap();
        for layout in [Layout::Auto, Layout::Emodb] {
            let found = scan_of(&[corpus("berlin", layout, top)]).unwrap();
            assert_eq!(names(&found, top), ["09a01Fa.dat", "a/08a02Nb.WAV", "b/03a01Wa.wav"]);
            let clip = &found.clips[0];
            assert_eq!(
                (&*clip.corpus, clip.emotion.name(), clip.gender),
                ("berlin", "happy", Some(Gender::Female))
            );
            assert_eq!(
                (&*clip.container, clip.frames, clip.rate, clip.channels),
                ("wav", 1_600, 16_000, 1)
            );
            let words = [
                ("11a01Fa.wav", "not a sound file"),
                ("12a01Fa.wav", ""),
                ("13b01Xa.wav", "emotion `X`"),
                ("notes.txt", "not a sound file"),
                ("plain", "not of the form"),
            ];
            assert_eq!(found.refused.len(), words.len());
            for ((name, reason), (expected, word)) in reasons(&found).into_iter().zip(words) {
                assert!(
                    name == expected && reason.contains(word) && !reason.is_empty(),
                    "{name}: {reason}"
                );
                assert!(!reason.contains(top.to_str().unwrap()), "{reason}");
            }
        }
    }

    #[test]
    fn a_mixed_folder_is_read_file_by_file() {
        let folder = tempfile::tempdir().unwrap();
        let all = [
            "03-01-03-01-02-01-07.wav",
            "1006_TIE_HAP_XX.wav",
            "DC_su01.wav",
            "OA_bite_neutral.wav",
        ];
        sound(folder.path(), &all);
        let found = scan_of(&[corpus("quirks", Layout::Auto, folder.path())]).unwrap();
        assert_eq!(names(&found, folder.path()), all);
        let only = scan_of(&[corpus("quirks", Layout::CremaD, folder.path())]).unwrap();
        assert_eq!((only.clips.len(), only.refused.len()), (1, 3));
    }

    #[test]
    fn corpora_that_cannot_be_read_are_errors_with_their_place() {
        let folder = tempfile::tempdir().unwrap();
        sound(folder.path(), &["holiday.wav"]);
        let error = |layout, path: &Path| scan_of(&[corpus("x", layout, path)]).unwrap_err();
        assert!(matches!(
            error(Layout::Auto, folder.path()),
            CorpusError::Unrecognised { .. }
        ));
        assert!(matches!(
            error(Layout::Tess, &folder.path().join("no")),
            CorpusError::Io { .. }
        ));
        assert!(matches!(
            error(Layout::Table, &folder.path().join("no.csv")),
            CorpusError::Io { .. }
        ));
        assert!(matches!(error(Layout::Table, folder.path()), CorpusError::Table { .. }));
    }

    #[test]
    fn the_actors_of_crema_d_are_known_by_the_table_beside_them() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        sound(top, &["AudioWAV/1001_DFA_ANG_XX.wav"]);
        let table = "ActorID,Age,Sex,Race,Ethnicity\n1001,51,Male,Caucasian,Hispanic\n";
        fs::write(top.join("VideoDemographics.csv"), table).unwrap();
        let mut settings = corpus("crema", Layout::Auto, &top.join("AudioWAV"));
        for path in [top.join("AudioWAV"), top.to_path_buf()] {
            settings.path = path;
            let found = scan_of(std::slice::from_ref(&settings)).unwrap();
            let clip = &found.clips[0];
            assert_eq!((clip.age, clip.gender), (Some(51), Some(Gender::Male)));
            assert_eq!(clip.ethnicity.as_deref(), Some("Caucasian, Hispanic"));
            assert!(found.refused.is_empty());
        }
        settings.demographics = Some(top.join("absent.csv"));
        assert!(matches!(scan_of(&[settings.clone()]), Err(CorpusError::Io { .. })));
        settings.demographics = None;
        fs::write(top.join("VideoDemographics.csv"), "something else\n").unwrap();
        let found = scan_of(&[settings]).unwrap();
        assert_eq!((found.clips.len(), found.refused.len()), (1, 1));
        assert!(found.refused[0].reason.contains("ActorID"));
    }

    #[test]
    fn below_the_marker_everything_is_synthetic() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        sound(top, &["demo/berlin/wav/03a01Wa.wav", "real/03a01Wa.wav"]);
        fs::write(top.join("demo").join(MARKER), "").unwrap();
        let corpora = [("demo/berlin", true), ("demo", true), ("real", false)];
        for (path, synthetic) in corpora {
            let found = scan_of(&[corpus("x", Layout::Auto, &top.join(path))]).unwrap();
            assert_eq!(
                found.clips.iter().map(|clip| clip.synthetic).collect::<Vec<_>>(),
                [synthetic]
            );
            assert!(found.refused.is_empty());
        }
    }

    #[test]
    fn copies_are_refused_and_the_better_one_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        sound(
            top,
            &[
                "a/03a01Wa.wav",
                "b/03a01wa.wav",
                "b/03a02Wa.wav",
                "DC/a01.wav",
                "JE/a01.wav",
            ],
        );
        let found = scan_of(&[corpus("x", Layout::Auto, top)]).unwrap();
        assert_eq!(
            names(&found, top),
            ["DC/a01.wav", "JE/a01.wav", "a/03a01Wa.wav", "b/03a02Wa.wav"]
        );
        assert!(
            found.refused[0].reason.contains("a/03a01Wa.wav"),
            "{}",
            found.refused[0].reason
        );
        let header = |container: &str| Header {
            container: container.into(),
            rate: 1,
            channels: 1,
            frames: 1,
        };
        let read = |name: &str, container| Readable {
            path: PathBuf::from(name),
            labels: Labels::default(),
            header: header(container),
            segment: None,
        };
        let mut three = vec![read("a/x.mp3", "mp3"), read("b/x.wav", "wav"), read("c/x.flac", "flac")];
        let copies = take_copies(&mut three);
        let [kept] = &three[..] else { panic!() };
        assert_eq!(kept.path, Path::new("b/x.wav"));
        assert_eq!(
            copies
                .iter()
                .map(|(path, _)| path.to_str().unwrap())
                .collect::<Vec<_>>(),
            ["a/x.mp3", "c/x.flac"]
        );
    }

    #[test]
    fn each_row_with_times_is_a_clip_and_wrong_ones_are_refused_by_line() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        write_wav(&top.join("a.wav"), 16_000, 1, &tone(32_000));
        let table = "file,start,end,emotion\n\
            a.wav,0 days 00:00:01.200000,0 days 00:00:02.000000001,sad\n\
            a.wav,0.5,1.2,happy\n\
            a.wav,,,neutral\n\
            a.wav,0.5,1.2,angry\n\
            a.wav,0,2.0,angry\n\
            a.wav,1.5,1,sad\n\
            a.wav,1.5,2.1,sad\n\
            a.wav,1500000000,NaT,sad\n\
            a.wav,1.75,NaT,sad\n";
        fs::write(top.join("clips.csv"), table).unwrap();
        let found = scan_of(&[corpus("x", Layout::Auto, top)]).unwrap();
        let clips: Vec<_> = found
            .clips
            .iter()
            .map(|clip| (clip.segment.map(Segment::range), clip.emotion.name(), clip.seconds()))
            .collect();
        let expected = [
            (None, "neutral", 2.0),
            (Some(8_000..19_200), "happy", 0.7),
            (Some(19_200..32_000), "sad", 0.8),
            (Some(28_000..32_000), "sad", 0.25),
        ];
        assert_eq!(clips, expected);
        let words = [
            "line 5 of the table: listed before, in line 3",
            "line 6 of the table: listed before, in line 4",
            "line 7 of the table: start 1.5 s comes after end 1 s; exchange them",
            "line 8 of the table: end 2.1 s is past the end of the file, which lasts 2.000 s",
            "line 9 of the table: start `1500000000` is no number of seconds that a recording has; nanoseconds?",
        ];
        assert_eq!(found.refused.len(), words.len());
        for ((_, reason), word) in reasons(&found).into_iter().zip(words) {
            assert!(reason.starts_with(word), "{reason}");
        }
    }

    #[test]
    fn segments_of_a_compressed_file_go_by_its_packets_and_not_by_what_its_header_says() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        flac_of_half_a_header(&top.join("a.flac"));
        let table = "path,start,end,emotion\na.flac,0.3,NaT,sad\na.flac,0.1,0.4,happy\na.flac,0.1,0.6,angry\n";
        fs::write(top.join("clips.csv"), table).unwrap();
        let corpora = [corpus("x", Layout::Auto, top)];
        let mut index = ScanIndex::default();
        for _ in 0..2 {
            let found = scan(&corpora, &mut index, &AnalysisCache::default(), &|_, _| {}).unwrap();
            let segments: Vec<_> = found
                .clips
                .iter()
                .map(|clip| clip.segment.map(Segment::range))
                .collect();
            assert_eq!(segments, [Some(1_600..6_400), Some(4_800..8_000)]);
            assert!(
                reasons(&found)[0]
                    .1
                    .contains("end 0.6 s is past the end of the file, which lasts 0.500 s")
            );
        }
    }

    #[test]
    fn a_rescan_reads_only_what_changed() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        sound(top, &["03a01Wa.wav", "03a02Wa.wav", "03a04Wa.wav"]);
        fs::write(top.join("notes.txt"), "words").unwrap();
        let corpora = [corpus("x", Layout::Auto, top)];
        let mut index = ScanIndex::default();
        let mut rescan = || {
            let found = scan(&corpora, &mut index, &AnalysisCache::default(), &|_, _| {}).unwrap();
            (
                found.clips.iter().map(|clip| clip.rate).collect::<Vec<_>>(),
                found.refused.len(),
            )
        };
        assert_eq!(rescan(), (vec![16_000; 3], 1));
        // Another content of the same size and time goes unseen: it was not read.
        let (seen, unseen) = (top.join("03a02Wa.wav"), top.join("03a01Wa.wav"));
        let time = fs::metadata(&unseen).unwrap().modified().unwrap();
        write_wav(&unseen, 8_000, 1, &tone(1_600));
        fs::File::options()
            .write(true)
            .open(&unseen)
            .unwrap()
            .set_modified(time)
            .unwrap();
        write_wav(&seen, 8_000, 1, &tone(1_601));
        fs::remove_file(top.join("03a04Wa.wav")).unwrap();
        assert_eq!(rescan(), (vec![16_000, 8_000], 1));
        assert_eq!(index.take(top).len(), 3);
    }

    #[test]
    fn remembered_analyses_are_filled_in() {
        let folder = tempfile::tempdir().unwrap();
        sound(folder.path(), &["03a01Wa.wav", "03a02Wa.wav"]);
        let corpora = [corpus("x", Layout::Auto, folder.path())];
        let cache = AnalysisCache::default();
        let analysis = cache.analysis(&scan_of(&corpora).unwrap().clips[1]);
        let found = scan(&corpora, &mut ScanIndex::default(), &cache, &|_, _| {}).unwrap();
        assert_eq!(found.analysis, [None, Some(analysis)]);
    }

    /// A FLAC file of the golden ones, with a header that states half its samples.
    fn flac_of_half_a_header(path: &Path) {
        let whole = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/sounds/mono.flac");
        let mut bytes = fs::read(whole).unwrap();
        // 8,000 samples: the last bytes of a field of 36 bits in STREAMINFO.
        assert_eq!(bytes[24..26], 8_000u16.to_be_bytes());
        bytes[24..26].copy_from_slice(&4_000u16.to_be_bytes());
        fs::write(path, bytes).unwrap();
    }

    #[test]
    fn clips_stand_with_their_decoded_length_once_it_is_known() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        for n in 1..=9 {
            write_wav(&top.join(format!("03a0{n}Wa.wav")), 16_000, 1, &tone(8_000 + n));
        }
        flac_of_half_a_header(&top.join("03b01Wa.flac"));
        let corpora = [corpus("x", Layout::Auto, top)];
        let scanned = |cache: &AnalysisCache| scan(&corpora, &mut ScanIndex::default(), cache, &|_, _| {}).unwrap();
        let cache = AnalysisCache::default();
        let before = scanned(&cache);
        let flac = |catalogue: &Catalogue| catalogue.clips.iter().find(|clip| &*clip.container == "flac").cloned();
        let short = |catalogue: &Catalogue| {
            let issues = super::super::quality_issues(catalogue);
            issues
                .iter()
                .filter(|issue| issue.kind == super::super::QualityIssueKind::Length)
                .count()
        };
        let stated = flac(&before).unwrap();
        assert_eq!((stated.length(), stated.is_estimated()), (4_000, true));
        assert_eq!(short(&before), 1);
        let analysed = super::super::analyse(&before, &cache, &|_, _, _| true).unwrap();
        for catalogue in [analysed, scanned(&cache)] {
            let known = flac(&catalogue).unwrap();
            assert_eq!(
                (known.length(), known.frames, known.is_estimated()),
                (8_000, 4_000, false)
            );
            assert_eq!(short(&catalogue), 0);
            let plain = catalogue.clips.iter().filter(|clip| &*clip.container == "wav");
            assert!(plain.into_iter().all(|clip| clip.decoded.is_none()));
        }
    }

    #[test]
    fn a_corpus_may_be_one_channel_of_its_recordings() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let opposite: Vec<i16> = tone(1_600).into_iter().flat_map(|sample| [sample, -sample]).collect();
        write_wav(&top.join("03a01Wa.wav"), 16_000, 2, &opposite);
        sound(top, &["03a02Wa.wav"]);
        let cache = AnalysisCache::default();
        let analysed = |channel| {
            let corpora = [CorpusSettings {
                channel,
                ..corpus("x", Layout::Auto, top)
            }];
            let found = scan(&corpora, &mut ScanIndex::default(), &cache, &|_, _| {}).unwrap();
            super::super::analyse(&found, &cache, &|_, _, _| true).unwrap()
        };
        let of = |catalogue: &Catalogue, clip: usize| catalogue.analysis[clip].clone().unwrap();
        let mix = analysed(Channel::Mix);
        assert!(of(&mix, 0).level.silent && of(&mix, 0).cancelled.is_some());
        let left = analysed(Channel::One(1));
        assert_eq!(left.clips[0].channel, Channel::One(1));
        assert!(!of(&left, 0).level.silent);
        // The left channel is the very tone of the other file.
        assert_eq!(of(&left, 0).content, of(&left, 1).content);
        let right = analysed(Channel::One(2));
        assert!(
            of(&right, 1)
                .damage
                .clone()
                .is_some_and(|why| why.contains("has 1 channel"))
        );
    }

    #[test]
    fn progress_ends_with_everything_done() {
        let folder = tempfile::tempdir().unwrap();
        let all: Vec<String> = (0..200)
            .map(|n| format!("03a{:02}{}a.wav", n % 50, ["W", "N", "T", "F"][n / 50]))
            .collect();
        sound(folder.path(), &all.iter().map(String::as_str).collect::<Vec<_>>());
        let seen = Mutex::new(Vec::new());
        let report = |done, found| seen.lock().unwrap().push((done, found));
        let corpora = [corpus("x", Layout::Auto, folder.path())];
        scan(&corpora, &mut ScanIndex::default(), &AnalysisCache::default(), &report).unwrap();
        let seen = seen.into_inner().unwrap();
        assert_eq!((seen[0], *seen.last().unwrap()), ((0, 200), (200, 200)));
        assert!(seen.len() > 3);
    }
}
