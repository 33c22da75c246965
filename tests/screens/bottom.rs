//! The bottom row is as full as it can be, and what is said above it leaves by itself.

use super::fixtures::{opening, runs};
use super::harness::Workbench;
use std::sync::Arc;
use std::time::{Duration, Instant};
use undertone::engine::{CommandKind, Event, RunState};

#[test]
fn the_footer_fills_the_width_and_keeps_what_matters_most() {
    for tab in ["1", "2", "3", "4", "5"] {
        let mut workbench = Workbench::new(opening());
        workbench.press(tab);
        let rows = workbench.rows();
        let hints = || rows.iter().filter_map(|row| Some((row.hint?.1, row.spare)));
        for width in [60, 80, 100, 120, 160, 220] {
            let text = workbench.text(width, 24);
            let footer = text.lines().last().unwrap();
            let has = |word: &str| footer.contains(&format!(" {word}"));
            assert!(footer.ends_with("? help  : actions  q quit"), "{footer}");
            let missing: Vec<_> = hints().filter(|(word, _)| !has(word)).collect();
            // None of the first is left out while one of the spare ones stands there.
            if let Some((word, _)) = missing.iter().find(|(_, spare)| !spare) {
                assert!(hints().all(|(word, spare)| !spare || !has(word)), "{word}: {footer}");
            }
            let room = usize::from(width) - footer.chars().count();
            assert!(missing.is_empty() || room < 20, "{room} columns are empty: {footer}");
        }
    }
}

#[test]
fn messages_leave_after_their_time_and_errors_stay() {
    let mut workbench = Workbench::new(opening());
    let begun = Instant::now();
    let after = |seconds| begun + Duration::from_secs(seconds);
    assert!(!workbench.expire(begun));
    // A note, from the moment that it is first seen.
    workbench.press("1 /");
    assert!(workbench.text(80, 24).contains("nothing to filter"));
    assert!(!workbench.expire(after(100)));
    assert!(!workbench.expire(after(104)));
    assert!(workbench.expire(after(100 + 30)));
    assert!(!workbench.text(80, 24).contains("nothing to filter"));
    assert!(!workbench.expire(after(500)), "once");
    // The same said again stays as long again.
    workbench.press("/");
    assert!(!workbench.expire(after(600)));
    workbench.press("/");
    assert!(!workbench.expire(after(604)));
    assert!(!workbench.expire(after(608)));
    workbench.press("Esc");
    workbench.tell(Event::Failed {
        command: CommandKind::Scan,
        message: "permission denied".to_owned(),
    });
    assert!(!workbench.expire(after(1_000)));
    assert!(!workbench.expire(after(1_060)));
    assert!(workbench.text(80, 24).contains("permission denied"));
    assert!(workbench.expire(after(2_000)));
}

#[test]
fn the_best_epoch_is_not_told_again_as_the_last() {
    let mut workbench = Workbench::new(opening());
    workbench.press("3 g");
    let running = runs().into_iter().find(|run| run.state == RunState::Running).unwrap();
    for seed in 1..9 {
        let detail = super::detail(&running, seed);
        let best = detail.epochs.best().map(|best| best.epoch);
        let last = detail.epochs.last().map(|last| last.epoch);
        workbench.tell(Event::Run(Arc::new(detail)));
        let text = workbench.text(120, 40);
        assert_eq!(text.contains("last UAR"), best != last, "{text}");
    }
}
