//! Splits that a file gives.

use super::*;
use std::fs;
use std::path::Path;

fn by_file(path: &Path) -> SplitSettings {
    SplitSettings {
        file: path.to_owned(),
        ..settings(SplitKind::File, 0)
    }
}

/// Four speakers in folders of their own, whose files are called alike.
fn alike() -> Selection {
    let mut clips = corpus("mine", 4, &EMOTIONS[..2], 2);
    for clip in &mut clips {
        clip.path = Path::new("/data/mine").join(&clip.path);
    }
    selection(clips)
}

fn sides(selection: &Selection, settings: &SplitSettings, fold: usize) -> Result<(Selection, Split), String> {
    let kept = narrowed(selection, settings, fold)
        .map_err(|error| error.to_string())?
        .into_owned();
    let split = split(&kept, settings, 1, fold).map_err(|error| error.to_string())?;
    Ok((kept, split))
}

fn written(name: &str, text: &str) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text).unwrap();
    (folder, path)
}

/// A table of all clips, `value` for what each has.
fn table(selection: &Selection, heading: &str, value: impl Fn(&Clip) -> String) -> String {
    let row = |clip: &Clip| {
        let path = clip.path.strip_prefix("/data").unwrap();
        format!("{},{}\n", path.display(), value(clip))
    };
    let rows: String = selection.clips.iter().map(row).collect();
    format!("path,{heading}\n{rows}")
}

fn speaker(clip: &Clip) -> usize {
    clip.speaker.as_deref().unwrap().parse().unwrap()
}

#[test]
fn a_table_of_parts_puts_every_clip_where_it_says() {
    let selection = alike();
    let part = |clip: &Clip| ["train", "dev", "test", "train"][speaker(clip)].to_owned();
    for heading in ["split", "Part", "Split_Set"] {
        let (_folder, path) = written("mine.csv", &table(&selection, heading, part));
        assert_eq!(fold_count(&selection, &by_file(&path)).unwrap(), 1);
        let (kept, split) = sides(&selection, &by_file(&path), 0).unwrap();
        assert_eq!(kept.clips, selection.clips);
        assert_eq!(split.name(), "split of mine.csv (tested on test)");
        for (clip, subset) in kept.clips.iter().zip(&split.subsets) {
            let expected = [Subset::Train, Subset::Validation, Subset::Test, Subset::Train][speaker(clip)];
            assert_eq!(*subset, expected);
        }
        assert!(split.notes.is_empty(), "{:?}", split.notes);
    }
    // What a run writes is read, too.
    let dealt = of(&selection, SplitKind::Speaker, 3);
    let mut own = Vec::new();
    dealt.write_csv(&selection, &[], &mut own).unwrap();
    let (_folder, path) = written("split.csv", &String::from_utf8(own).unwrap());
    assert_eq!(sides(&selection, &by_file(&path), 0).unwrap().1.subsets, dealt.subsets);
}

#[test]
fn a_table_of_folds_tests_each_once() {
    let selection = alike();
    let (_folder, path) = written(
        "folds.csv",
        &table(&selection, "fold", |clip| ["2", "10", "2", "1"][speaker(clip)].into()),
    );
    let settings = by_file(&path);
    assert_eq!(fold_count(&selection, &settings).unwrap(), 3);
    for (fold, tested) in [(0, vec![3]), (1, vec![0, 2]), (2, vec![1])] {
        let (kept, split) = sides(&selection, &settings, fold).unwrap();
        assert_eq!(split.name(), format!("split of folds.csv, fold {} of 3", fold + 1));
        for (clip, subset) in kept.clips.iter().zip(&split.subsets) {
            assert_eq!(tested.contains(&speaker(clip)), *subset == Subset::Test);
        }
        assert_speakers_are_apart(&kept, &split);
    }
    assert!(sides(&selection, &settings, 3).unwrap_err().contains("no fold 4 of 3"));
}

/// `fold_1/x_train_fold_1.jsonl` and so on, as EmoBox writes them, with its paths.
#[test]
fn a_folder_as_emobox_has_it_is_read_by_the_ends_of_its_paths() {
    let selection = alike();
    let folder = tempfile::tempdir().unwrap();
    for fold in 1..=4usize {
        let here = folder.path().join(format!("fold_{fold}"));
        fs::create_dir_all(&here).unwrap();
        for (name, is_test) in [("train", false), ("test", true)] {
            let mut lines = String::new();
            for clip in selection
                .clips
                .iter()
                .filter(|clip| (speaker(clip) + 1 == fold) == is_test)
            {
                let end = clip.path.strip_prefix("/data/mine/mine").unwrap().with_extension("mp4");
                let wav = format!("downloads/else/{}", end.display());
                lines += &serde_json::json!({ "key": "k", "wav": wav, "emo": "Angry", "length": 3.5 }).to_string();
                lines.push('\n');
            }
            let gone = serde_json::json!({ "wav": format!("downloads/else/{name}-gone.wav") });
            fs::write(
                here.join(format!("x_{name}_fold_{fold}.jsonl")),
                format!("{lines}{gone}\n"),
            )
            .unwrap();
            fs::write(here.join(format!("x_{name}_fold_{fold}.json")), "{}").unwrap();
        }
    }
    fs::write(folder.path().join("x.jsonl"), "{\"wav\": \"a.wav\"}\n").unwrap();
    let settings = by_file(folder.path());
    assert_eq!(fold_count(&selection, &settings).unwrap(), 4);
    for fold in 0..4 {
        let (kept, split) = sides(&selection, &settings, fold).unwrap();
        assert_eq!(kept.clips.len(), selection.clips.len());
        let tested = kept
            .clips
            .iter()
            .zip(&split.subsets)
            .filter(|(_, subset)| **subset == Subset::Test);
        assert!(tested.into_iter().all(|(clip, _)| speaker(clip) == fold));
        assert_speakers_are_apart(&kept, &split);
        assert!(
            split
                .notes
                .iter()
                .any(|note| note.starts_with("2 of 18 clips that split of ")),
            "{:?}",
            split.notes
        );
    }
    fs::remove_file(folder.path().join("fold_3/x_train_fold_3.jsonl")).unwrap();
    let problem = sides(&selection, &settings, 0).unwrap_err();
    assert!(
        problem.contains("fold 3 of ") && problem.contains("has no part to learn from; there are test"),
        "{problem}"
    );
}

#[test]
fn emoboxs_folds_of_ravdess_are_those_that_it_publishes() {
    let mut clips = Vec::new();
    for actor in 1..=24 {
        for emotion in 1..=8 {
            for take in 0..8 {
                let [strength, statement, repetition] = [4, 2, 1].map(|bit| 1 + usize::from(take & bit > 0));
                if (emotion, strength) == (1, 2) {
                    continue;
                }
                let mut clip = clip(
                    "speech",
                    Some(&format!("{actor:02}")),
                    None,
                    EMOTIONS[emotion - 1],
                    take,
                );
                let name = format!("03-01-{emotion:02}-{strength:02}-{statement:02}-{repetition:02}-{actor:02}.wav");
                clip.path = Path::new("/data/speech").join(format!("Actor_{actor:02}")).join(name);
                clips.push(clip);
            }
        }
    }
    clips.extend(corpus("other", 2, &["sad"], 2));
    let all = selection(clips);
    let settings = by_file(Path::new("emobox:ravdess"));
    assert_eq!(fold_count(&all, &settings).unwrap(), 6);
    let (kept, split) = sides(&all, &settings, 1).unwrap();
    assert_eq!((kept.clips.len(), count(&split, Subset::Test)), (1_440, 240));
    let expected = ["04", "10", "12", "14"].map(|actor| format!("speech/{actor}"));
    assert_eq!(speakers(&kept, &split, Subset::Test), expected.into_iter().collect());
    assert_eq!(split.name(), "EmoBox's folds of RAVDESS, fold 2 of 6");
    assert_eq!(kept.excluded[&crate::corpus::Exclusion::Split], 4);
    assert!(split.notes.is_empty(), "{:?}", split.notes);
    assert_speakers_are_apart(&kept, &split);

    // Actors 19 to 24 are not there, as in many downloads.
    let some: Vec<Clip> = all.clips.iter().filter(|clip| speaker(clip) < 19).cloned().collect();
    let (_, split) = sides(&selection(some), &settings, 0).unwrap();
    let note = "360 of 1440 clips that EmoBox's folds of RAVDESS names do not take part (first: Actor_19/03-01-01-01-01-01-19.wav)";
    assert_eq!(split.notes, [note]);
}

#[test]
fn paths_of_windows_and_other_formats_fit_and_the_longest_end_decides() {
    let selection = alike();
    let part = |clip: &Clip| ["train", "dev", "test", "train"][speaker(clip)].to_owned();
    let text = table(&selection, "part", part)
        .replace('/', "\\")
        .replace(".wav", ".flac");
    let (_folder, path) = written("mine.csv", &text);
    let (kept, split) = sides(&selection, &by_file(&path), 0).unwrap();
    assert_eq!(kept.clips, selection.clips);
    assert_eq!(count(&split, Subset::Test), 4);
}

#[test]
fn what_a_file_says_of_nobody_or_twice_is_refused_by_name() {
    let selection = alike();
    let refused = |name: &str, text: &str| {
        let (_folder, path) = written(name, text);
        sides(&selection, &by_file(&path), 0).unwrap_err()
    };
    let whole = table(&selection, "part", |clip| {
        ["train", "train", "test", "train"][speaker(clip)].into()
    });
    for (text, words) in [
        (
            "path,part\nx.wav,train\ny.wav,test\n".to_owned(),
            "names no clip that takes part: its first is x.wav",
        ),
        (
            "path,part\nneutral-0000.wav,train\ny.wav,test\n".to_owned(),
            "names neutral-0000.wav, which may be /data/mine/mine/00/neutral-0000.wav or",
        ),
        (
            format!("{whole}mine/mine/02/neutral-0000.wav,train\n"),
            "puts mine/mine/02/neutral-0000.wav on two sides",
        ),
        (format!("{whole}else/02/neutral-0000.wav,train\n"), "no error"),
        (
            whole.replace(",test", ",train"),
            "has no part that is called test; there are train",
        ),
        (
            whole.replace(",train", ",test2"),
            "has several parts to test on: test, test2",
        ),
        (whole.replace("path,part", "clip,part"), "no column `path`"),
        (
            whole.replace("path,part", "path,feeling"),
            "no column part, split or fold among path, feeling",
        ),
        (
            "path,part,fold\n02/neutral-0000.wav,some,1\n".to_owned(),
            "t.csv:2: `some` is none of train, validation and test",
        ),
        ("path,part\n".to_owned(), "names no clip with its part"),
    ] {
        if words == "no error" {
            let (_folder, path) = written("t.csv", &text);
            // The other row fits better.
            let (_, split) = sides(&selection, &by_file(&path), 0).unwrap();
            assert!(split.notes[0].contains("1 of 17 clips"), "{:?}", split.notes);
            continue;
        }
        let problem = refused("t.csv", &text);
        assert!(problem.contains(words), "{problem}");
    }
    let gone = sides(&selection, &by_file(Path::new("/no/such.csv")), 0).unwrap_err();
    assert!(gone.contains("/no/such.csv: No such file"), "{gone}");
    let (folder, _) = written("notes.txt", "");
    let empty = sides(&selection, &by_file(folder.path()), 0).unwrap_err();
    assert!(empty.contains("has no table that is called train or test"), "{empty}");
}

#[test]
fn clips_that_a_file_does_not_name_are_left_out_and_counted() {
    let selection = alike();
    let text = table(&selection, "part", |clip| {
        ["train", "train", "test", ""][speaker(clip)].into()
    });
    let (_folder, path) = written("t.csv", &text);
    let (kept, split) = sides(&selection, &by_file(&path), 0).unwrap();
    assert_eq!((kept.clips.len(), split.subsets.len()), (12, 12));
    assert_eq!(kept.excluded[&crate::corpus::Exclusion::Split], 4);
    assert!(kept.clips.iter().all(|clip| speaker(clip) != 3));
}

proptest::proptest! {
    #[test]
    fn any_table_is_a_split_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
        let selection = alike();
        for head in [&b""[..], b"path,part\n", b"path,fold\n02/neutral-0000.wav,1\n"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("t.csv");
            fs::write(&path, [head, &bytes].concat()).unwrap();
            let settings = by_file(&path);
            let folds = fold_count(&selection, &settings).unwrap_or(1);
            if let Ok((kept, split)) = sides(&selection, &settings, folds - 1) {
                proptest::prop_assert_eq!(kept.clips.len(), split.subsets.len());
            }
        }
    }
}

/// Over all corpora whose folds EmoBox publishes, with `UNDERTONE_EMOBOX` as its folder `data`: clips that lie elsewhere and
/// end alike are where its files put them, checked against the files read line by line.
#[test]
fn the_published_folds_of_emobox_are_read() {
    let Some(data) = std::env::var_os("UNDERTONE_EMOBOX") else {
        println!("skipped: UNDERTONE_EMOBOX names no copy of EmoBox's folder data");
        return;
    };
    for corpus in fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path()) {
        let folds = (1..)
            .take_while(|fold| corpus.join(format!("fold_{fold}")).is_dir())
            .count();
        if folds == 0 {
            continue;
        }
        let mut expected: Vec<BTreeMap<String, Subset>> = Vec::new();
        for fold in 1..=folds {
            let mut sides = BTreeMap::new();
            for file in fs::read_dir(corpus.join(format!("fold_{fold}"))).unwrap() {
                let file = file.unwrap().path();
                let name = file.file_name().unwrap().to_str().unwrap().to_owned();
                let side = ["_train_", "_valid_", "_test_"]
                    .iter()
                    .position(|word| name.contains(word));
                if let (Some(side), true) = (side, name.ends_with(".jsonl")) {
                    for line in fs::read_to_string(&file).unwrap().lines() {
                        let row: serde_json::Value = serde_json::from_str(line).unwrap();
                        let path = row.get("wav").or(row.get("audio")).unwrap().as_str().unwrap();
                        sides.insert(path.to_owned(), Subset::ALL[side]);
                    }
                }
            }
            expected.push(sides);
        }
        let name = corpus.file_name().unwrap().to_str().unwrap().to_owned();
        let paths: HashSet<&String> = expected.iter().flat_map(BTreeMap::keys).collect();
        let clips = paths.iter().map(|path| Clip {
            path: Path::new("/elsewhere").join(path.strip_prefix("downloads/").unwrap_or(path)),
            ..clip("x", Some("1"), None, "sad", 0)
        });
        let selection = selection(clips.collect());
        let mut settings = by_file(&corpus);
        match name.as_str() {
            // Segments of six long recordings, which the rows name by the recording alone.
            "pavoque" => {
                let problem = sides(&selection, &settings, 0).unwrap_err();
                assert!(problem.contains("on two sides"), "{problem}");
                continue;
            }
            "mer2023" => {
                let problem = sides(&selection, &settings, 0).unwrap_err();
                assert!(
                    problem.contains("several parts to test on: test, test1, test2, test3"),
                    "{problem}"
                );
                settings.test_part = "test".into();
            }
            _ => {}
        }
        assert_eq!(fold_count(&selection, &settings).unwrap(), folds);
        for (fold, sides) in expected.iter().enumerate() {
            let given = super::super::given::given(&selection, &settings, (1, fold))
                .unwrap()
                .unwrap();
            for (clip, side) in selection.clips.iter().zip(&given.sides) {
                let path = clip.path.strip_prefix("/elsewhere").unwrap().to_str().unwrap();
                let wanted = sides.get(&format!("downloads/{path}")).or(sides.get(path));
                assert_eq!(*side, wanted.copied(), "{path}");
            }
            assert!(given.notes.is_empty(), "{:?}", given.notes);
        }
        println!("{}: {folds} folds of {} clips", corpus.display(), selection.clips.len());
    }
}
