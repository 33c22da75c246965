//! Segments of recordings.

use super::super::super::Segment;
use super::*;
use std::path::PathBuf;

/// Conversations of two out of twice as many speakers each, cut into a second per emotion and turn.
fn conversations(count: usize) -> Selection {
    let mut clips = Vec::new();
    for conversation in 0..count {
        for turn in 0..16 {
            let speaker = format!("{:02}", 2 * conversation + turn % 2);
            let gender = if turn % 2 == 0 { Gender::Male } else { Gender::Female };
            clips.push(Clip {
                path: format!("calls/{conversation}.wav").into(),
                segment: Some(Segment {
                    first: 16_000 * turn as u64,
                    count: 16_000,
                }),
                ..clip("calls", Some(&speaker), Some(gender), EMOTIONS[turn / 2 % 4], 0)
            });
        }
    }
    selection(clips)
}

fn sides(selection: &Selection, split: &Split) -> HashMap<PathBuf, HashSet<Subset>> {
    let mut sides: HashMap<PathBuf, HashSet<Subset>> = HashMap::new();
    for (clip, subset) in selection.clips.iter().zip(&split.subsets) {
        sides.entry(clip.path.clone()).or_default().insert(*subset);
    }
    sides
}

#[test]
fn no_recording_is_on_two_sides_however_clips_are_dealt() {
    let selection = conversations(20);
    for seed in 0..5 {
        for (kind, kfold) in [(SplitKind::Speaker, 0), (SplitKind::Random, 0), (SplitKind::Random, 4)] {
            let split = split(&selection, &settings(kind, kfold), seed, 0).unwrap();
            let sides = sides(&selection, &split);
            assert!(
                sides.values().all(|sides| sides.len() == 1),
                "{kind:?} {seed}: {sides:?}"
            );
            assert!(Subset::ALL.iter().all(|subset| count(&split, *subset) > 0));
        }
    }
    let notes = of(&selection, SplitKind::Speaker, 1).notes;
    assert!(
        notes
            .iter()
            .any(|note| note.contains("speakers of one recording kept on one side")),
        "{notes:?}"
    );
}

#[test]
fn a_whole_file_stays_with_its_segments() {
    let mut clips = conversations(12).clips;
    clips.push(Clip {
        segment: None,
        ..clips[0].clone()
    });
    let selection = selection(clips);
    for seed in 0..10 {
        let split = of(&selection, SplitKind::Random, seed);
        assert_eq!(split.subsets.last(), split.subsets.first());
    }
}

#[test]
fn one_recording_cannot_be_split_and_the_error_says_why() {
    let selection = conversations(1);
    for kind in [SplitKind::Speaker, SplitKind::Random] {
        let message = problem(split(&selection, &settings(kind, 0), 1, 0));
        assert!(message.contains("1 recording"), "{message}");
    }
}

#[test]
fn the_table_of_a_split_names_segments() {
    let selection = conversations(12);
    let dealt = of(&selection, SplitKind::Random, 3);
    let mut table = Vec::new();
    dealt.write_csv(&selection, &[], &mut table).unwrap();
    assert!(String::from_utf8_lossy(&table).contains("\n\"calls/0.wav#t=1,2\",calls,01,"));
    let settings = settings(SplitKind::Random, 0);
    let kept = Split::kept(&selection, &settings, Dealing::NEWEST, (3, 0, 1), &table).unwrap();
    assert_eq!(kept.subsets, dealt.subsets);
}

#[test]
fn recordings_are_shared_where_that_is_asked_for_but_not_where_segments_overlap() {
    let mut selection = conversations(20);
    // The last second of every conversation is a segment of two seconds, which reaches into the one before.
    let late = |clip: &&mut Clip| clip.segment.is_some_and(|segment| segment.first == 15 * 16_000);
    for clip in selection.clips.iter_mut().filter(late) {
        clip.segment = Some(Segment {
            first: 14 * 16_000 + 8_000,
            count: 24_000,
        });
    }
    let shared = SplitSettings {
        share_recordings: true,
        ..settings(SplitKind::Random, 0)
    };
    for seed in 0..5 {
        let split = super::split(&selection, &shared, seed, 0).unwrap();
        let sides = sides(&selection, &split);
        assert!(sides.values().any(|sides| sides.len() > 1), "{seed}");
        for (pair, subsets) in selection.clips.chunks(16).zip(split.subsets.chunks(16)) {
            assert_eq!(pair[14].path, pair[15].path);
            assert_eq!(subsets[14], subsets[15], "{seed}: they overlap");
        }
        // A speaker split parts the two speakers of a conversation then, and nobody's clips.
        let by_speaker = SplitSettings {
            kind: SplitKind::Speaker,
            ..shared.clone()
        };
        let parted = super::split(&conversations(20), &by_speaker, seed, 0).unwrap();
        assert!(
            parted.notes.iter().all(|note| !note.contains("recording")),
            "{:?}",
            parted.notes
        );
    }
}
