//! The encoders: which are here, and fetching one.

use super::fixtures::opening;
use super::harness::{Workbench, screens};
use std::sync::Arc;
use undertone::engine::{
    Command, CommandKind, EncoderHere, EncoderReport, EncoderRow, Event, Fetch, FetchedEncoder, Known, Progress,
    PublishedScore, Task,
};

const BASE: Known = Known {
    name: "facebook/wav2vec2-base",
    family: "wav2vec2",
    layers: 12,
    width: 768,
    parameters: 94_371_712,
    download: Some(380_000_000),
    rate: 16_000,
    licence: "Apache-2.0",
    trained_on: "LibriSpeech (960 h), read aloud",
    emotion_corpora: &[],
    head: None,
    scores: &[PublishedScore {
        corpus: "RAVDESS",
        metric: "UAR (%)",
        value: 54.3,
        protocol: "encoder frozen, small network on its last state; 6 folds of speakers",
        speaker_independent: true,
        source: "EmoBox, arXiv:2406.07162",
    }],
};
static TINY: Known = Known {
    name: "openai/whisper-tiny.en",
    family: "whisper",
    layers: 4,
    parameters: 8_208_384,
    scores: &[],
    ..BASE
};
static WAV2VEC2: Known = BASE;
static TUNED: Known = Known {
    name: "superb/wav2vec2-base-superb-er",
    trained_on: "LibriSpeech (960 h); its head on IEMOCAP, the encoder frozen",
    emotion_corpora: &["IEMOCAP"],
    head: Some("neutral, happy, angry, sad"),
    download: None,
    ..BASE
};

/// One that is here, one that is not, one that is here in part, and one that nothing is known of.
fn encoders(fetched: Option<FetchedEncoder>) -> EncoderReport {
    let here = |missing: Option<&str>| EncoderHere {
        commit: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        folder: "/home/ann/.cache/huggingface/hub/snapshot".into(),
        bytes: 151_000_000,
        missing: missing.map(str::to_owned),
        passed_over: vec!["decoder"],
    };
    let row = |name: &str, family: &str, here, known| EncoderRow {
        name: name.to_owned(),
        family: family.to_owned(),
        here,
        known,
    };
    EncoderReport {
        cache: "/home/ann/.cache/huggingface/hub".into(),
        offline: false,
        rows: vec![
            row(TINY.name, "whisper", Some(here(None)), Some(&TINY)),
            row(WAV2VEC2.name, "wav2vec2", None, Some(&WAV2VEC2)),
            row(
                TUNED.name,
                "wav2vec2",
                Some(here(Some("model.safetensors"))),
                Some(&TUNED),
            ),
            row("ann/fine-tuned", "hubert", Some(here(None)), None),
        ],
        fetched,
    }
}

fn get(name: &str) -> Option<Command> {
    let fetch = Some(Fetch::Get(name.to_owned()));
    Some(Command::Encoders { fetch })
}

/// With the list in sight.
fn opened() -> Workbench {
    let mut workbench = Workbench::new(opening());
    workbench.press("E");
    assert_eq!(workbench.last(), Some(Command::Encoders { fetch: None }));
    assert!(workbench.text(80, 24).contains("looking"));
    workbench.tell(Event::Encoders(Arc::new(encoders(None))));
    workbench.done(CommandKind::Encoders);
    workbench
}

fn progress(done: usize, total: usize) -> Event {
    let task = Task::Fetching;
    Event::Progress(Progress { task, done, total })
}

#[test]
fn encoders_are_listed_and_what_is_known_of_one_is_said() {
    let mut workbench = opened();
    workbench.press("Down");
    screens(&workbench, "encoders");
    workbench.compare("encoders_60x15", 60, 15);
    let text = workbench.text(120, 40);
    assert!(
        text.contains("RAVDESS UAR (%): 54.3") && text.contains("incomplete"),
        "{text}"
    );
    workbench.press("Down");
    assert!(workbench.text(120, 40).contains("IEMOCAP"));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn one_is_fetched_after_a_question_and_stopped() {
    let mut workbench = opened();
    let asked = workbench.sent().len();
    // What is here is not fetched.
    workbench.press("Enter");
    assert_eq!(workbench.sent().len(), asked);
    workbench.press("Down Enter");
    workbench.compare("encoders_fetch_80x24", 80, 24);
    workbench.press("Esc");
    assert_eq!(workbench.sent().len(), asked);
    workbench.press("d Enter");
    assert_eq!(workbench.last(), get("facebook/wav2vec2-base"));
    workbench.tell(progress(0, 0));
    assert!(workbench.text(80, 24).contains("Asking the hub"));
    workbench.tell(progress(95_000_000, 380_000_000));
    workbench.compare("encoders_fetching_80x24", 80, 24);
    // One at a time.
    let asked = workbench.sent().len();
    workbench.press("Down Enter");
    assert_eq!(workbench.sent().len(), asked);
    workbench.press("s");
    let fetch = Some(Fetch::Stop);
    assert_eq!(workbench.last(), Some(Command::Encoders { fetch }));
    workbench.tell(Event::Encoders(Arc::new(encoders(Some(FetchedEncoder {
        name: "facebook/wav2vec2-base".to_owned(),
        folder: None,
    })))));
    workbench.answer();
    assert!(workbench.text(120, 40).contains("what has arrived is kept"));
    // The list stays, and the part that arrived is gone on with.
    workbench.press("Up Enter Enter");
    assert_eq!(workbench.last(), get("facebook/wav2vec2-base"));
    workbench.tell(Event::Encoders(Arc::new(encoders(Some(FetchedEncoder {
        name: "facebook/wav2vec2-base".to_owned(),
        folder: Some("/home/ann/.cache/huggingface/hub/snapshot".into()),
    })))));
    workbench.answer();
    assert!(workbench.text(120, 40).contains("facebook/wav2vec2-base is here."));
    workbench.press("Esc");
    assert!(workbench.text(80, 24).contains("Overview"));
}

#[test]
fn offline_nothing_is_fetched() {
    let mut workbench = opened();
    workbench.tell(Event::Encoders(Arc::new(EncoderReport {
        offline: true,
        ..encoders(None)
    })));
    let asked = workbench.sent().len();
    workbench.press("Down Enter");
    assert_eq!(workbench.sent().len(), asked);
    assert!(workbench.text(120, 40).contains("HF_HUB_OFFLINE"));
}

#[test]
fn any_size_can_be_drawn() {
    let mut workbench = opened();
    for place in ["Down", "Down Down", "Up Up Enter"] {
        workbench.press(place);
        for width in (1..=210).step_by(13).chain([60, 61, 80]) {
            for height in (1..=64).step_by(7).chain([15, 16, 24]) {
                workbench.text(width, height);
            }
        }
    }
}
