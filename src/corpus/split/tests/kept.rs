//! A split that a run keeps.

use super::*;

fn table(split: &Split, selection: &Selection) -> Vec<u8> {
    let mut table = Vec::new();
    split.write_csv(selection, &[], &mut table).unwrap();
    table
}

fn kept(selection: &Selection, table: &[u8]) -> Result<Split, CorpusError> {
    let settings = settings(SplitKind::Speaker, 0);
    Split::kept(selection, &settings, Dealing::NEWEST, (7, 0, 1), table)
}

#[test]
fn a_table_gives_the_sides_that_were_written() {
    let selection = ravdess();
    let dealt = of(&selection, SplitKind::Speaker, 7);
    assert_eq!(kept(&selection, &table(&dealt, &selection)).unwrap(), dealt);
    // Whatever the same settings would come to now.
    let other = of(&selection, SplitKind::Speaker, 8);
    let split = kept(&selection, &table(&other, &selection)).unwrap();
    assert_eq!(split.subsets, other.subsets);
    assert_eq!(split.notes, ["the sides are those of the run's split.csv"]);
}

#[test]
fn rows_belong_to_files_and_not_to_places() {
    let selection = ravdess();
    let dealt = of(&selection, SplitKind::Speaker, 8);
    let table = table(&dealt, &selection);
    // Some clips take part no more, and the others come in another order.
    let keep: Vec<usize> = (0..selection.clips.len()).rev().filter(|clip| clip % 3 > 0).collect();
    let rest = Selection {
        clips: keep.iter().map(|&clip| selection.clips[clip].clone()).collect(),
        analysis: vec![None; keep.len()],
        ..Selection::default()
    };
    let split = kept(&rest, &table).unwrap();
    assert!(
        keep.iter()
            .zip(&split.subsets)
            .all(|(&clip, subset)| dealt.subsets[clip] == *subset)
    );
}

#[test]
fn copies_of_a_clip_have_a_row_each() {
    let mut twice = corpus("a", 6, &EMOTIONS[..4], 2);
    twice.extend(twice.clone());
    let twice = selection(twice);
    let mut dealt = of(&twice, SplitKind::Random, 1);
    dealt.subsets.rotate_left(5);
    assert_eq!(kept(&twice, &table(&dealt, &twice)).unwrap().subsets, dealt.subsets);
}

#[test]
fn a_table_that_does_not_fit_is_refused_by_name() {
    let selection = ravdess();
    let dealt = of(&selection, SplitKind::Speaker, 7);
    let text = String::from_utf8(table(&dealt, &selection)).unwrap();
    let refused = |text: &str| {
        let message = problem(kept(&selection, text.as_bytes()));
        assert!(
            message.contains("split.csv") || message.contains("left for test"),
            "{message}"
        );
        message
    };
    let lines: Vec<&str> = text.lines().collect();
    let last = selection.clips.last().unwrap().path.display().to_string();
    assert!(refused(&lines[..lines.len() - 1].join("\n")).contains(&last));
    assert!(refused(&text.replacen(",test", ",tset", 1)).contains("line"));
    refused("");
    refused("what,else\n1,2\n");
    refused(&text[..text.len() / 2]);
    assert!(refused(&text.replace(",test", ",train")).contains("left for test"));
}
