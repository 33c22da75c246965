//! The Listen tab.

use super::fixtures::{opening, prediction, preview};
use super::harness::{Workbench, screens};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use undertone::audio::playback::Environment;
use undertone::engine::{
    Attempt, Command, CommandKind, Event, LabelChoice, NoSound, Phase, Playback, PlaybackControl, Predictor, Preview,
    SoundState, Variant,
};
use undertone::ui::{Colours, Theme};

#[test]
fn listen_shows_the_clip_under_the_cursor() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2");
    let path = PathBuf::from("data/crema-d/1001_IEO_ANG_XX.wav");
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: Variant::Original,
        })
    );
    workbench.tell(Event::Preview(Arc::new(preview(path.clone()))));
    workbench.done(CommandKind::Preview);
    screens(&workbench, "listen");
    workbench.press("p");
    assert_eq!(
        workbench.last(),
        Some(Command::Predict {
            files: vec![path.clone()],
            by: Predictor::Run("20260612-141500-conv1d".into()),
            choice: LabelChoice::default(),
        })
    );
    workbench.tell(Event::Predicted(vec![prediction(path, "20260612-141500-conv1d")]));
    screens(&workbench, "listen_predicted");
    workbench.theme(Theme::new(Colours::None));
    workbench.compare("listen_monochrome_120x40", 120, 40);
}

/// Listen with the picture of the first clip.
fn listening() -> (Workbench, PathBuf) {
    let mut workbench = Workbench::new(opening());
    let path = PathBuf::from("data/crema-d/1001_IEO_ANG_XX.wav");
    workbench.press("2");
    workbench.tell(Event::Preview(Arc::new(preview(path.clone()))));
    workbench.done(CommandKind::Preview);
    (workbench, path)
}

pub fn played(path: &Path, phase: Phase, position: f64) -> Event {
    Event::Sound(SoundState {
        path: path.to_owned(),
        variant: Variant::Original,
        playback: Playback {
            phase,
            position,
            seconds: 3.0,
            muted: false,
        },
        output: Some("unix:/run/user/1000/pulse/native".to_owned()),
    })
}

#[test]
fn a_clip_is_played_and_the_place_that_is_heard_is_shown() {
    let (mut workbench, path) = listening();
    workbench.press("Left");
    assert!(
        !workbench
            .sent()
            .iter()
            .any(|sent| matches!(sent, Command::Sound { .. }))
    );
    workbench.press("Space");
    let play = Command::Play {
        path: path.clone(),
        variant: Variant::Original,
        from: 0.0,
    };
    assert_eq!(workbench.last(), Some(play.clone()));
    workbench.tell(played(&path, Phase::Playing, 1.15));
    screens(&workbench, "listen_playing");
    for (key, control) in [
        ("Space", PlaybackControl::Pause),
        ("Left", PlaybackControl::Seek { seconds: -0.5 }),
        ("Right", PlaybackControl::Seek { seconds: 0.5 }),
        ("m", PlaybackControl::Mute { muted: true }),
    ] {
        workbench.press(key);
        assert_eq!(workbench.last(), Some(Command::Sound { control }), "{key}");
    }
    workbench.tell(played(&path, Phase::Paused, 1.15));
    assert!(workbench.text(120, 40).contains("‖ 1.15 / 3.00 s"));
    workbench.press("Space");
    assert_eq!(
        workbench.last(),
        Some(Command::Sound {
            control: PlaybackControl::Resume
        })
    );
    workbench.tell(played(&path, Phase::Ended, 3.0));
    assert!(!workbench.text(120, 40).contains("3.00 s"), "the cursor has gone");
    workbench.press("Down Space");
    let other = PathBuf::from("data/crema-d/1001_IEO_DIS_XX.wav");
    let play_other = Command::Play {
        path: other,
        variant: Variant::Original,
        from: 0.0,
    };
    assert_eq!(workbench.last(), Some(play_other));
}

#[test]
fn a_clip_is_played_when_the_cursor_has_come_to_it_if_one_wants_that() {
    let (mut workbench, _) = listening();
    let plays = |workbench: &Workbench| -> Vec<PathBuf> {
        let played = |sent: Command| match sent {
            Command::Play { path, .. } => Some(path),
            _ => None,
        };
        workbench.sent().into_iter().filter_map(played).collect()
    };
    workbench.press("a Down Down");
    assert!(plays(&workbench).is_empty(), "its picture is not there yet");
    let [between, there] =
        ["1001_IEO_DIS_XX.wav", "1001_IEO_FEA_XX.wav"].map(|name| Path::new("data/crema-d").join(name));
    workbench.tell(Event::Preview(Arc::new(preview(between))));
    workbench.done(CommandKind::Preview);
    assert!(plays(&workbench).is_empty(), "the cursor has gone on");
    workbench.tell(Event::Preview(Arc::new(preview(there.clone()))));
    workbench.done(CommandKind::Preview);
    assert_eq!(plays(&workbench), [there]);
    workbench.press("a Down");
    assert!(!workbench.text(120, 40).contains("as the cursor comes"));
    workbench.tell(Event::Preview(Arc::new(preview(
        "data/crema-d/1001_IEO_HAP_XX.wav".into(),
    ))));
    assert_eq!(plays(&workbench).len(), 1);
}

#[test]
fn any_variant_of_a_clip_is_seen_and_heard() {
    let (mut workbench, path) = listening();
    workbench.tell(played(&path, Phase::Playing, 0.4));
    workbench.press("v v");
    let noise: Variant = "noise".parse().unwrap();
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: Variant::Input
        }),
        "one preview at a time"
    );
    let play = Command::Play {
        path: path.clone(),
        variant: Variant::Input,
        from: 0.0,
    };
    assert!(
        workbench.sent().contains(&play),
        "what was heard is heard in the new form"
    );
    workbench.done(CommandKind::Preview);
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: path.clone(),
            variant: noise.clone()
        })
    );
    workbench.tell(Event::Preview(Arc::new(Preview {
        variant: noise.clone(),
        label: "white noise at 10 dB SNR".to_owned(),
        ..preview(path.clone())
    })));
    workbench.done(CommandKind::Preview);
    screens(&workbench, "listen_variant");
    workbench.press("Space");
    assert_eq!(
        workbench.last(),
        Some(Command::Play {
            path,
            variant: noise,
            from: 0.0
        })
    );
    workbench.press("V V V v");
    workbench.done(CommandKind::Preview);
    assert!(matches!(
        workbench.last(),
        Some(Command::Preview {
            variant: Variant::Original,
            ..
        })
    ));
}

/// What a host without any sound reports to one who came over SSH.
pub fn no_sound() -> Event {
    let attempt = |output: &str, problem: &str| Attempt {
        output: output.to_owned(),
        problem: problem.to_owned(),
        denied: false,
    };
    let attempts = vec![
        attempt("/run/user/1000/pulse/native", "No such file or directory (os error 2)"),
        attempt("/run/pulse/native", "No such file or directory (os error 2)"),
    ];
    let environment = Environment {
        remote: true,
        ..Environment::default()
    };
    Event::NoSound(Arc::new(NoSound::after(attempts, &environment)))
}

#[test]
fn where_no_sound_is_to_be_had_one_screen_says_what_to_do() {
    let (mut workbench, _) = listening();
    workbench.press("a Space");
    workbench.tell(no_sound());
    screens(&workbench, "no_sound");
    workbench.tell(no_sound());
    workbench.press("Esc");
    assert!(!workbench.text(120, 40).contains("No sound"), "it lies there once");
    workbench.press("Down");
    workbench.tell(Event::Preview(Arc::new(preview(
        "data/crema-d/1001_IEO_DIS_XX.wav".into(),
    ))));
    let plays = workbench
        .sent()
        .into_iter()
        .filter(|sent| matches!(sent, Command::Play { .. }));
    assert_eq!(plays.count(), 1, "nothing is tried by itself any more");
}

#[test]
fn listen_filters_while_one_types_and_sorts() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2 / y a f");
    workbench.type_text(" sad");
    workbench.compare("listen_filter_80x24", 80, 24);
    workbench.press("Enter");
    assert!(workbench.text(80, 24).contains("200 of 8,140"));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("8,140 clips, by corpus"));
    workbench.press("s s s s S");
    workbench.compare("listen_by_length_80x24", 80, 24);
    workbench.press("/ z z z z z");
    assert!(workbench.text(80, 24).contains("No clip passes the filter"));
}

#[test]
fn a_preview_is_asked_for_one_at_a_time_and_the_last_one_wins() {
    let mut workbench = Workbench::new(opening());
    workbench.press("2 j j j");
    let previews = |workbench: &Workbench| {
        workbench
            .sent()
            .iter()
            .filter(|sent| matches!(sent, Command::Preview { .. }))
            .count()
    };
    assert_eq!(previews(&workbench), 1);
    workbench.done(CommandKind::Preview);
    assert_eq!(
        workbench.last(),
        Some(Command::Preview {
            path: "data/crema-d/1001_IEO_HAP_XX.wav".into(),
            variant: Variant::Original,
        })
    );
    workbench.tell(Event::Failed {
        command: CommandKind::Preview,
        message: "1001_IEO_HAP_XX.wav: gone; scan again".to_owned(),
    });
    assert_eq!(previews(&workbench), 2, "what failed is not asked for again and again");
    assert!(workbench.text(80, 24).contains("gone; scan again"));
}

#[test]
fn a_filter_that_lets_nothing_pass_is_cleared_by_escape_in_every_list() {
    for (tab, words) in [("1 Right Right Right", "zzz"), ("2", "zzz"), ("3", "zzz")] {
        let mut workbench = Workbench::new(opening());
        workbench.press(tab);
        let before = workbench.text(120, 40);
        for keys in ["Esc", "Enter Esc"] {
            workbench.press("/");
            workbench.type_text(words);
            let nothing = workbench.text(120, 40);
            assert!(nothing.contains("zzz"), "{tab}: {nothing}");
            workbench.press(keys);
            assert_eq!(workbench.text(120, 40), before, "{tab}, {keys}");
        }
    }
}

#[test]
fn the_end_of_the_sound_server_is_told_in_words() {
    let (mut workbench, path) = listening();
    workbench.press("Space");
    workbench.tell(played(&path, Phase::Playing, 1.15));
    workbench.tell(played(&path, Phase::Paused, 1.2));
    workbench.tell(Event::Failed {
        command: CommandKind::Play,
        message: "unix:/run/user/1000/pulse/native has ended the sound: the server is gone; Space plays on".to_owned(),
    });
    let text = workbench.text(120, 40);
    assert!(text.contains("the server is gone"), "{text}");
}
