//! Hand-made events, as a run of the real engine over real corpora would send them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use undertone::engine::{
    Amount, Beat, CacheKind, CacheReport, CacheRow, CacheState, Catalogue, ClassScores, Clip, Comparison, Config,
    ConfigRow, CrossTable, Emotion, EpochFacts, EpochTime, Event, Exclusion, Gender, GpuUsage, Intensity, Judged,
    Judgement, Leakage, Lengths, Level, Note, Prediction, Preview, Protocol, QueuePlace, Refused, Report, RunDetail,
    RunNote, RunPlan, RunReport, RunState, RunSummary, SampleFacts, ScoreSpread, Scores, SpeakerRow, Statistics,
    Survey, Suspicion, SuspicionKind, TrimRow, TrimmedCorpus, Trimming, Usage, Variant, Warning, Wave,
};

/// Numbers that look random and never change.
pub struct Noise(u64);

impl Noise {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Between 0 and 1.
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn clip(corpus: &str, speaker: &str, gender: Gender, age: Option<u16>, emotion: &str, file: &str, rate: u32) -> Clip {
    let mut noise = Noise::new(file.bytes().map(u64::from).sum::<u64>() + u64::from(rate));
    let seconds = match corpus {
        "ravdess" => 3.0 + 1.4 * noise.next(),
        "crema-d" => 1.3 + 2.6 * noise.next() * noise.next(),
        _ => 1.6 + 1.0 * noise.next(),
    };
    Clip {
        path: format!("data/{corpus}/{file}").into(),
        corpus: corpus.into(),
        synthetic: false,
        speaker: Some(speaker.into()),
        gender: Some(gender),
        age,
        ethnicity: (corpus == "crema-d").then(|| "Caucasian, Not Hispanic".into()),
        emotion: Emotion::new(emotion),
        intensity: (corpus == "ravdess").then_some(Intensity::Normal),
        text: Some(
            if corpus == "tess" {
                "say the word germ"
            } else {
                "dogs are sitting by the door"
            }
            .into(),
        ),
        container: "wav".into(),
        frames: (seconds * f64::from(rate)) as u64,
        rate,
        channels: 1,
    }
}

fn clips() -> Vec<Clip> {
    let mut clips = Vec::new();
    for actor in 1001..=1060 {
        let gender = if actor % 2 == 0 { Gender::Female } else { Gender::Male };
        for sentence in [
            "IEO", "TIE", "IOM", "IWW", "TAI", "MTI", "IWL", "ITH", "DFA", "ITS", "TSI", "WSI",
        ] {
            for (code, emotion) in [
                ("ANG", "angry"),
                ("DIS", "disgust"),
                ("FEA", "fearful"),
                ("HAP", "happy"),
                ("NEU", "neutral"),
                ("SAD", "sad"),
            ] {
                if code != "NEU" || sentence != "IEO" {
                    let file = format!("{actor}_{sentence}_{code}_XX.wav");
                    let age = Some(20 + (actor % 50) as u16);
                    clips.push(clip("crema-d", &actor.to_string(), gender, age, emotion, &file, 16_000));
                }
            }
        }
    }
    for actor in 1..=18u32 {
        let gender = if actor % 2 == 0 { Gender::Female } else { Gender::Male };
        for (number, emotion) in [
            "neutral",
            "calm",
            "happy",
            "sad",
            "angry",
            "fearful",
            "disgust",
            "surprised",
        ]
        .iter()
        .enumerate()
        {
            for take in 0..if number == 0 { 4 } else { 8 } {
                let file = format!(
                    "03-01-{:02}-01-{:02}-{:02}-{actor:02}.wav",
                    number + 1,
                    take / 2 + 1,
                    take % 2 + 1
                );
                clips.push(clip(
                    "ravdess",
                    &format!("{actor:02}"),
                    gender,
                    None,
                    emotion,
                    &file,
                    48_000,
                ));
            }
        }
    }
    for (speaker, age) in [("OAF", 64), ("YAF", 26)] {
        for word in 0..200 {
            for emotion in ["angry", "disgust", "fearful", "happy", "neutral", "surprised", "sad"] {
                let file = format!("{speaker}_word{word:03}_{emotion}.wav");
                clips.push(clip("tess", speaker, Gender::Female, Some(age), emotion, &file, 24_414));
            }
        }
    }
    clips
}

fn facts(index: usize, clip: &Clip) -> SampleFacts {
    let mut noise = Noise::new(index as u64 + 3);
    let bright = Emotion::KNOWN
        .iter()
        .position(|name| *name == clip.emotion.name())
        .unwrap_or(0) as f64
        / 9.0;
    let (mut energy, mut centroid) = (20.0, 90.0);
    let stretch = |step: usize| {
        let envelope = (std::f64::consts::PI * step as f64 / 23.0).sin();
        energy = 0.5 * energy + 0.5 * (40.0 + 215.0 * envelope * (0.5 + 0.5 * noise.next()));
        centroid = 0.6 * centroid + 0.4 * (50.0 + 180.0 * (0.5 * bright + 0.5 * noise.next()));
        (energy as u8, centroid as u8)
    };
    SampleFacts {
        content: index as u128,
        frames: clip.frames,
        level: Level {
            peak: 0.31,
            rms_dbfs: -38.0 + 20.0 * (index % 97) as f32 / 97.0,
            clipped: 0.0,
            silent: index == 40,
        },
        glimpse: (0..SampleFacts::GLIMPSE).map(stretch).collect(),
        damage: None,
    }
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
        .into_iter()
        .map(|(name, count)| (name.to_owned(), count))
        .collect()
}

fn cross(clips: &[Clip], emotions: &[String], column: &dyn Fn(&Clip) -> String) -> CrossTable {
    let mut columns: Vec<String> = clips.iter().map(column).collect();
    columns.sort();
    columns.dedup();
    let cell = |row: &String, name: &String| {
        clips
            .iter()
            .filter(|clip| clip.emotion.name() == row && column(clip) == *name)
            .count()
    };
    let counts = emotions
        .iter()
        .map(|row| columns.iter().map(|name| cell(row, name)).collect())
        .collect();
    CrossTable {
        rows: emotions.to_vec(),
        columns,
        counts,
    }
}

fn statistics(clips: &[Clip]) -> Statistics {
    let mut emotions = counted(clips.iter().map(|clip| clip.emotion.name()));
    emotions.sort_by_key(|(name, _)| Emotion::KNOWN.iter().position(|known| known == name));
    let names: Vec<String> = emotions.iter().map(|(name, _)| name.clone()).collect();
    let mut speakers: Vec<SpeakerRow> = Vec::new();
    for clip in clips {
        let speaker = clip.speaker.as_deref().unwrap_or_default();
        if speakers
            .last()
            .is_none_or(|row| row.speaker != speaker || row.corpus != *clip.corpus)
        {
            speakers.push(SpeakerRow {
                corpus: clip.corpus.to_string(),
                speaker: speaker.to_owned(),
                gender: clip.gender.map_or("unknown", |gender| gender.name()).to_owned(),
                age: clip.age,
                clips: 0,
                seconds: 0.0,
                emotions: vec![0; names.len()],
            });
        }
        if let Some(row) = speakers.last_mut() {
            row.clips += 1;
            row.seconds += clip.seconds();
            row.emotions[names.iter().position(|name| name == clip.emotion.name()).unwrap_or(0)] += 1;
        }
    }
    let mut lengths: Vec<f64> = clips.iter().map(Clip::seconds).collect();
    lengths.sort_by(f64::total_cmp);
    let bin = |index: usize| {
        let (from, to) = (1.0 + 0.2 * index as f64, 1.2 + 0.2 * index as f64);
        (
            from,
            to,
            lengths.iter().filter(|seconds| (from..to).contains(*seconds)).count(),
        )
    };
    Statistics {
        clips: clips.len(),
        seconds: lengths.iter().sum(),
        emotions,
        genders: counted(clips.iter().filter_map(|clip| clip.gender).map(Gender::name)),
        corpora: counted(clips.iter().map(|clip| &*clip.corpus)),
        rates: vec![
            ("16000 Hz".to_owned(), 4260),
            ("24414 Hz".to_owned(), 2800),
            ("48000 Hz".to_owned(), 1080),
        ],
        speakers,
        emotion_by_corpus: cross(clips, &names, &|clip| clip.corpus.to_string()),
        emotion_by_gender: cross(clips, &names, &|clip| {
            clip.gender.map_or("unknown", |gender| gender.name()).to_owned()
        }),
        lengths: Lengths {
            minimum: lengths[0],
            median: lengths[lengths.len() / 2],
            mean: lengths.iter().sum::<f64>() / lengths.len() as f64,
            maximum: lengths[lengths.len() - 1],
            histogram: (0..18).map(bin).collect(),
        },
    }
}

/// Three corpora.
pub fn survey() -> Survey {
    let clips = clips();
    let suspicion = |clip, kind, detail: &str| Suspicion {
        clip,
        kind,
        detail: detail.to_owned(),
    };
    let refused = |path: &str, reason: &str| Refused {
        corpus: "tess".into(),
        path: path.into(),
        reason: reason.to_owned(),
    };
    Survey {
        statistics: statistics(&clips),
        suspicions: vec![
            suspicion(
                40,
                SuspicionKind::Silent,
                "digital silence from end to end; kept out of training",
            ),
            suspicion(
                73,
                SuspicionKind::ConflictingTwin,
                "same samples as 1006_TIE_NEU_XX.wav, which is labelled neutral; both are kept out of training",
            ),
            suspicion(
                4262,
                SuspicionKind::Twin,
                "same samples as 03-01-03-01-02-02-07.wav; never on two sides of a split",
            ),
            suspicion(
                5500,
                SuspicionKind::Extension,
                "AIFF content under a .wav name; read as AIFF",
            ),
            suspicion(4270, SuspicionKind::Stereo, "2 channels; the mean is used"),
            suspicion(5610, SuspicionKind::Rate, "96,000 Hz, most of tess has 24,414 Hz"),
        ],
        catalogue: Catalogue {
            facts: clips
                .iter()
                .enumerate()
                .map(|(index, clip)| Some(Arc::new(facts(index, clip))))
                .collect(),
            clips: Arc::new(clips),
            refused: Arc::new(vec![
                refused(
                    "data/tess/OAF_Fear/.DS_Store",
                    "not sound: no known container; remove it or leave it, the scan goes on",
                ),
                refused(
                    "data/tess/notes.txt",
                    "text; a table of clips needs layout = \"table\" and the path of the file",
                ),
                refused(
                    "data/tess/YAF_happy/YAF_half_happy.wav",
                    "the header ends after 20 bytes; copy the file again",
                ),
            ]),
        },
        selected: 8137,
        excluded: vec![(Exclusion::Silent, 1), (Exclusion::ConflictingTwin, 2)],
        synthetic: false,
        analysed: true,
        header_seconds: 0.84,
        analysis_seconds: 43.2,
    }
}

/// The same, taken as a demo corpus.
pub fn synthetic_survey() -> Survey {
    Survey {
        synthetic: true,
        ..survey()
    }
}

/// The settings that the form and the overlay show.
pub fn config() -> Config {
    let row = |(key, value, origin, comment): &(&str, &str, &str, &str)| ConfigRow {
        key: (*key).to_owned(),
        value: (*value).to_owned(),
        origin: (*origin).to_owned(),
        comment: (*comment).to_owned(),
    };
    let rows = [
        (
            "data",
            "\"data\"",
            "default",
            "Folder searched for corpora when none are listed.",
        ),
        ("runs", "\"runs\"", "default", "Folder of runs."),
        (
            "cache",
            "\"cache\"",
            "workbench.toml:7",
            "Folder of everything that can be made again.",
        ),
        ("device", "\"auto\"", "default", "What computes: auto, cpu, cuda."),
        ("seed", "1", "--set", "Seed of every random choice of a run."),
        ("filter.corpus", "[]", "default", "Corpora by name; empty: all."),
        (
            "filter.gender",
            "[]",
            "default",
            "Genders: female, male, other; empty: all.",
        ),
        (
            "split.kind",
            "\"speaker\"",
            "default",
            "speaker: no speaker of the test side is heard in training. random: by clip; speakers leak, as in most published scores.",
        ),
        (
            "split.test",
            "0.2",
            "default",
            "Share of each corpus's speakers to test on.",
        ),
        (
            "split.validation",
            "0.15",
            "default",
            "Share to choose the best epoch on.",
        ),
        (
            "split.kfold",
            "0",
            "default",
            "0: one run. K: K linked runs, each clip tested once.",
        ),
        ("model.name", "\"conv1d\"", "default", "The architecture."),
        ("training.epochs", "50", "default", "At most this many epochs."),
        ("training.batch_size", "64", "default", "Clips per step."),
        (
            "training.learning_rate",
            "0.001",
            "workbench.toml:41",
            "Adam's learning rate at the start.",
        ),
        (
            "training.class_weights",
            "false",
            "default",
            "Weigh the loss by inverse class frequency (scikit-learn's balanced).",
        ),
        (
            "training.monitor",
            "\"loss\"",
            "default",
            "What chooses the best epoch: loss, accuracy, uar.",
        ),
        (
            "training.early_stopping.patience",
            "10",
            "default",
            "Epochs without improvement before stopping; 0 switches it off.",
        ),
        ("demo.clips", "1200", "default", "Clips to write, about."),
    ];
    Config {
        rows: rows.iter().map(row).collect(),
        devices: ["auto", "cpu", "cuda", "ndarray"].map(str::to_owned).to_vec(),
    }
}

/// A clip seen closely: a gliding harmonic voice.
pub fn preview(path: PathBuf) -> Preview {
    let (frames, mels) = (140, 64);
    let mut noise = Noise::new(9);
    let mut mel_db = Vec::with_capacity(frames * mels);
    for frame in 0..frames {
        let time = frame as f64 / frames as f64;
        let loud = (std::f64::consts::PI * time).sin().powf(0.6) * (0.6 + 0.4 * (40.0 * time).sin().abs());
        let pitch = 6.0 + 3.0 * (7.0 * time).sin();
        for mel in 0..mels {
            let harmonic = (std::f64::consts::TAU * mel as f64 / pitch).cos().max(0.0);
            let tilt = 42.0 * mel as f64 / mels as f64;
            let level = -76.0 + loud * (72.0 - tilt) * (0.45 + 0.55 * harmonic) + 6.0 * noise.next();
            mel_db.push(level.clamp(-80.0, 0.0) as f32);
        }
    }
    let point = |index: usize| {
        let time = index as f64 / 1024.0;
        let loud = (std::f64::consts::PI * time).sin().powf(1.4) * (0.3 + 0.7 * (30.0 * time).sin().abs());
        let high = (0.31 * loud * (0.7 + 0.3 * noise.next())) as f32;
        (-0.8 * high, high)
    };
    Preview {
        path,
        variant: Variant::Original,
        label: String::new(),
        variants: ["original", "input", "noise", "pitch"]
            .map(|name| name.parse().unwrap())
            .to_vec(),
        wave: Wave {
            samples: vec![0.0; 22_050 * 3],
            rate: 22_050,
        },
        envelope: (0..1024).map(point).collect(),
        frames,
        mels,
        mel_db,
        mel_hz: (0..mels)
            .map(|mel| (700.0 * ((1.0 + 11_025.0 / 700.0f64).powf((mel as f64 + 1.0) / 65.0) - 1.0)) as f32)
            .collect(),
        facts: Arc::new(SampleFacts {
            content: 1,
            frames: 66_150,
            level: Level {
                peak: 0.31,
                rms_dbfs: -24.3,
                clipped: 0.0,
                silent: false,
            },
            glimpse: Vec::new(),
            damage: None,
        }),
        notes: vec![Note::Padded { seconds: 0.4 }],
    }
}

/// One row of the list of runs.
pub fn summary(id: &str, state: RunState, epochs: usize) -> RunSummary {
    let judged = matches!(state, RunState::Finished | RunState::Stopped);
    let time = jiff::Timestamp::UNIX_EPOCH;
    RunSummary {
        id: id.to_owned(),
        created: time,
        state,
        model: "conv1d".to_owned(),
        preset: String::new(),
        corpora: vec!["crema-d".to_owned(), "ravdess".to_owned(), "tess".to_owned()],
        split: "speaker".to_owned(),
        fold: None,
        seed: 1,
        device: "cpu".to_owned(),
        device_note: None,
        synthetic: false,
        epochs,
        max_epochs: 50,
        best_validation_uar: (epochs > 0).then_some(0.55 + 0.003 * epochs as f64),
        test_uar: judged.then_some(0.587),
        test_accuracy: judged.then_some(0.611),
        final_model: false,
        beat: (state == RunState::Running).then(|| Beat {
            host: "office".to_owned(),
            pid: 4711,
            generation: 1,
            at: time,
            phase: format!("epoch {}", epochs + 1),
            done: 52,
            total: 92,
        }),
        usage: (state == RunState::Running).then(|| usage(60).remove(59)),
        queue: None,
        note: RunNote::default(),
        reason: (state == RunState::Failed).then(|| {
            "the loss is NaN in epoch 4; lower training.learning_rate or set training.gradient_clip_norm".to_owned()
        }),
    }
}

/// Runs in every state, the newest first.
pub fn runs() -> Vec<RunSummary> {
    let fold = |index: usize, state, epochs| RunSummary {
        fold: Some((index, 5, "20260611-090000-conv1d".to_owned())),
        ..summary(&format!("20260611-090000-conv1d-fold{}", index + 1), state, epochs)
    };
    vec![
        summary("20260612-153012-conv1d", RunState::Running, 30),
        RunSummary {
            split: "random".to_owned(),
            ..summary("20260612-141500-conv1d", RunState::Finished, 44)
        },
        summary("20260612-140211-conv1d", RunState::Failed, 3),
        summary("20260612-101007-conv1d", RunState::Stopped, 17),
        fold(1, RunState::Queued, 0),
        fold(0, RunState::Dead, 12),
    ]
}

/// What a run on a GPU uses: more while it learns, and its processor tells no power.
pub fn usage(readings: usize) -> Vec<Usage> {
    let mut noise = Noise::new(5);
    let mut reading = |index: usize| {
        let warm = 1.0 - (-(index as f64) / 9.0).exp();
        let seconds = i64::try_from(5 * index).unwrap();
        Usage {
            at: jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(seconds),
            cores: 16,
            process_cores: (index > 0).then(|| 12.0 * warm + 2.0 * noise.next()),
            host_cpu: (index > 0).then(|| 0.8 * warm + 0.1 * noise.next()),
            process_memory: Some(400_000_000 + 10_000_000 * index as u64),
            host_memory: Some(Amount {
                used: 9_000_000_000,
                total: 128_000_000_000,
            }),
            gpu: Some(GpuUsage {
                name: Some("GPU".to_owned()),
                busy: Some(0.9 * warm),
                memory: Some(Amount {
                    used: (21e9 * warm) as u64,
                    total: 80_000_000_000,
                }),
                celsius: Some((32.0 + 40.0 * warm) as u32),
                watts: None,
            }),
        }
    };
    (0..readings).map(&mut reading).collect()
}

/// Runs of which three wait, with or without a worker that will take them.
pub fn queue(worker: bool) -> Vec<RunSummary> {
    let waiting = |minute: usize, place| RunSummary {
        queue: Some(QueuePlace {
            place,
            device: "cpu".to_owned(),
            host: None,
            worker,
        }),
        ..summary(&format!("20260612-16{minute:02}00-conv1d"), RunState::Queued, 0)
    };
    let mut all = vec![waiting(20, 2), waiting(10, 1), waiting(0, 3)];
    all.extend(runs());
    all
}

/// What the first two runs differ in.
pub fn comparison() -> Comparison {
    let row =
        |key: &str, values: [Option<&str>; 2]| (key.to_owned(), values.map(|value| value.map(str::to_owned)).to_vec());
    Comparison {
        runs: runs()[..2].to_vec(),
        settings: vec![
            row("augmentation.mode", [Some("\"on_the_fly\""), Some("\"none\"")]),
            row("model.conv1d.dense_units", [None, Some("128")]),
            row("model.name", [Some("\"crnn\""), Some("\"conv1d\"")]),
            row("seed", [Some("1"), Some("42")]),
            row("training.learning_rate", [Some("0.0005"), Some("0.001")]),
        ],
    }
}

/// What the run of the form would be.
pub fn plan(changes: Vec<(String, String)>) -> RunPlan {
    RunPlan {
        changes,
        model: "conv1d".to_owned(),
        device: "flex".to_owned(),
        input: (108, 22),
        classes: 8,
        parameters: 212_360,
        trainable: 212_360,
        multiply_adds: 10_169_088,
        train: 5820,
        validation: 861,
        test: 1452,
        folds: 1,
        batch: 64,
        epoch: Some(EpochTime {
            seconds: 4.9,
            run_seconds: 392.0,
            source: "as in 20260612-141500-conv1d".to_owned(),
        }),
    }
}

/// So many epochs of a run that learns, and then learns by heart.
pub fn detail(summary: &RunSummary, seed: u64) -> RunDetail {
    let mut noise = Noise::new(seed);
    let mut best = f64::MAX;
    let mut epoch = |epoch: usize| {
        let progress = 1.0 - (-(epoch as f64) / (8.0 + seed as f64)).exp();
        let train_loss = 1.95 - 1.45 * progress + 0.03 * noise.next();
        let validation_loss = 1.9 - 0.85 * progress + 0.008 * (epoch as f64 - 18.0).max(0.0) + 0.08 * noise.next();
        let new_best = validation_loss < best;
        best = best.min(validation_loss);
        EpochFacts {
            epoch,
            train_loss,
            train_accuracy: 0.16 + 0.66 * progress + 0.01 * noise.next(),
            train_uar: 0.15 + 0.65 * progress + 0.01 * noise.next(),
            validation_loss,
            validation_accuracy: 0.18 + 0.44 * progress + 0.03 * noise.next(),
            validation_uar: 0.17 + 0.43 * progress + 0.03 * noise.next(),
            learning_rate: 0.001,
            clips_per_second: 1180.0 + 40.0 * noise.next(),
            seconds: 4.9,
            memory_bytes: 812_000_000,
            best: new_best,
        }
    };
    RunDetail {
        epochs: (1..=summary.epochs).map(&mut epoch).collect(),
        log: vec![
            "2026-06-12 15:30:12 UTC  8,133 clips: 5,820 train, 861 validation, 1,452 test".to_owned(),
            "2026-06-12 15:30:12 UTC  features: 8,133 read from the cache".to_owned(),
            "2026-06-12 15:30:14 UTC  conv1d: 213,000 parameters".to_owned(),
            "2026-06-12 15:31:40 UTC  epoch 17: best so far, checkpoint written".to_owned(),
        ],
        usage: if summary.epochs > 0 { usage(60) } else { Vec::new() },
        seconds_left: (summary.state == RunState::Running).then_some(98.0),
        summary: summary.clone(),
    }
}

fn scores(labels: &[String], counts: &[Vec<usize>]) -> Scores {
    let total: usize = counts.iter().flatten().sum();
    let ratio = |part: usize, whole: usize| if whole == 0 { 0.0 } else { part as f64 / whole as f64 };
    let class = |index: usize| {
        let predicted: usize = counts.iter().map(|row| row[index]).sum();
        let support: usize = counts[index].iter().sum();
        let (precision, recall) = (
            ratio(counts[index][index], predicted),
            ratio(counts[index][index], support),
        );
        let f1 = if precision + recall == 0.0 {
            0.0
        } else {
            2.0 * precision * recall / (precision + recall)
        };
        ClassScores {
            label: labels[index].clone(),
            precision,
            recall,
            f1,
            support,
        }
    };
    let classes: Vec<ClassScores> = (0..labels.len()).map(class).collect();
    let mean = |value: &dyn Fn(&ClassScores) -> f64| classes.iter().map(value).sum::<f64>() / classes.len() as f64;
    let weighted = |value: &dyn Fn(&ClassScores) -> f64| {
        classes
            .iter()
            .map(|class| value(class) * class.support as f64)
            .sum::<f64>()
            / total as f64
    };
    Scores {
        accuracy: ratio((0..labels.len()).map(|index| counts[index][index]).sum(), total),
        unweighted_average_recall: mean(&|class| class.recall),
        macro_precision: mean(&|class| class.precision),
        macro_recall: mean(&|class| class.recall),
        macro_f1: mean(&|class| class.f1),
        weighted_precision: weighted(&|class| class.precision),
        weighted_recall: weighted(&|class| class.recall),
        weighted_f1: weighted(&|class| class.f1),
        support: total,
        classes,
    }
}

/// A report over so many of the seven classes.
pub fn report(run: &RunSummary, survey: &Survey) -> RunReport {
    let labels: Vec<String> = ["neutral", "happy", "sad", "angry", "fearful", "disgust", "surprised"]
        .map(str::to_owned)
        .to_vec();
    let mut noise = Noise::new(5);
    let row = |truth: usize| {
        (0..7)
            .map(|heard| {
                if heard == truth {
                    140 + 12 * truth
                } else {
                    (36.0 * noise.next()) as usize
                }
            })
            .collect()
    };
    let confusion: Vec<Vec<usize>> = (0..7).map(row).collect();
    let normalise = |row: &Vec<usize>| {
        row.iter()
            .map(|count| *count as f64 / row.iter().sum::<usize>().max(1) as f64)
            .collect()
    };
    let mut pairs: Vec<(String, String, usize)> = Vec::new();
    for (truth, row) in confusion.iter().enumerate() {
        let others = row.iter().enumerate().filter(|(heard, _)| *heard != truth);
        pairs.extend(others.map(|(heard, count)| (labels[truth].clone(), labels[heard].clone(), *count)));
    }
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.2));
    pairs.truncate(10);
    let all = scores(&labels, &confusion);
    let part = |share: f64| {
        let counts: Vec<Vec<usize>> = confusion
            .iter()
            .map(|row| row.iter().map(|count| (*count as f64 * share) as usize).collect())
            .collect();
        scores(&labels, &counts)
    };
    let judged = survey
        .catalogue
        .clips
        .iter()
        .step_by(37)
        .enumerate()
        .map(|(index, clip)| {
            let mut probabilities = vec![0.05f32; 7];
            probabilities[index % 7] = 0.5;
            probabilities[index / 7 % 7] += 0.2;
            Judged {
                path: clip.path.clone(),
                corpus: clip.corpus.to_string(),
                speaker: clip.speaker.as_ref().map(ToString::to_string),
                gender: clip.gender.map(|gender| gender.name().to_owned()),
                truth: index / 7 % 7,
                probabilities,
            }
        });
    let protocol_line = "speaker-disjoint: 64 speakers in training, 16 in test, 0 on both sides; 14 of 14 sentences shared; 0 clips with identical samples shared; 3 clips left out (1 digital silence, 2 same samples under another label); tess: validation cut by clip from the training speakers; seed 1";
    let spread = |score: &str, mean: f64| ScoreSpread {
        score: score.to_owned(),
        mean,
        deviation: 0.021,
        values: vec![mean - 0.02, mean, mean + 0.03, mean - 0.01, mean],
    };
    RunReport {
        run: run.clone(),
        judged: judged.collect(),
        spread: vec![
            spread("unweighted_average_recall", 0.587),
            spread("accuracy", 0.611),
            spread("macro_f1", 0.58),
        ],
        report: Report {
            confusion_normalised: confusion.iter().map(normalise).collect(),
            most_confused: pairs,
            by_corpus: vec![
                ("crema-d".to_owned(), part(0.55)),
                ("ravdess".to_owned(), part(0.15)),
                ("tess".to_owned(), part(0.3)),
            ],
            by_gender: vec![("female".to_owned(), part(0.6)), ("male".to_owned(), part(0.4))],
            confusion_by_corpus: Vec::new(),
            confusion_by_gender: Vec::new(),
            protocol: Protocol {
                split: "speaker-disjoint".to_owned(),
                leakage: Leakage::default(),
                ..Protocol::default()
            },
            protocol_line: protocol_line.to_owned(),
            scores: all,
            confusion,
            labels,
        },
    }
}

/// What a model says about a clip.
pub fn judgement(path: PathBuf, run: &str) -> Judgement {
    let labels = ["neutral", "happy", "sad", "angry", "fearful", "disgust", "surprised"];
    let shares = [0.03, 0.11, 0.01, 0.68, 0.09, 0.06, 0.02];
    Judgement {
        path,
        run: run.to_owned(),
        outcome: Ok(Prediction {
            probabilities: labels
                .iter()
                .zip(shares)
                .map(|(label, share)| ((*label).to_owned(), share))
                .collect(),
            warnings: vec![Warning::Short {
                seconds: 1.9,
                wanted: 2.5,
            }],
        }),
        synthetic_model: false,
    }
}

/// Everything that the engine tells when the workbench is opened on three corpora and six runs.
pub fn opening() -> Vec<Event> {
    vec![
        Event::Config(Arc::new(config())),
        Event::Survey(Arc::new(survey())),
        Event::Runs(Arc::new(runs())),
    ]
}

/// A cache with something of everything; or what is left of it, with its features cleared.
pub fn cache(cleared: bool) -> CacheReport {
    let row = |kind, file: &str, corpus: Option<&str>, recipe: Option<&str>, clips, bytes, state| CacheRow {
        kind,
        path: PathBuf::from("cache").join(file),
        corpus: corpus.map(str::to_owned),
        recipe: recipe.map(str::to_owned),
        clips,
        bytes,
        state,
    };
    let pack = |corpus, recipe, clips, bytes, state| {
        row(
            CacheKind::Features,
            "features/x.pack",
            Some(corpus),
            recipe,
            Some(clips),
            bytes,
            state,
        )
    };
    let rows = vec![
        row(
            CacheKind::Scan,
            "scan-index",
            None,
            None,
            Some(8781),
            1_420_000,
            CacheState::Current,
        ),
        row(
            CacheKind::Analysis,
            "analysis",
            None,
            None,
            Some(8781),
            4_310_000,
            CacheState::Current,
        ),
        pack("crema-d", Some("mfcc_zcr_rms"), 4895, 50_124_800, CacheState::Current),
        pack("crema-d", None, 4895, 40_101_888, CacheState::Recipe),
        pack("ravdess", Some("mfcc_zcr_rms"), 1080, 11_063_296, CacheState::Current),
        row(
            CacheKind::Features,
            "features/0123456789abcdef-v1",
            None,
            None,
            None,
            99_900_000,
            CacheState::Version,
        ),
        row(
            CacheKind::Features,
            "features/tess-1-v1.pack",
            None,
            None,
            None,
            4_096,
            CacheState::Damaged,
        ),
        row(
            CacheKind::Other,
            "letter.txt",
            None,
            None,
            None,
            2_048,
            CacheState::Foreign,
        ),
    ];
    let features = |row: &CacheRow| row.kind == CacheKind::Features;
    let (clearing, left): (Vec<_>, Vec<_>) = rows.iter().cloned().partition(features);
    CacheReport {
        folder: "cache".into(),
        rows: if cleared { left } else { rows },
        clearing: if cleared { clearing } else { Vec::new() },
        cleared,
    }
}

/// What trimming would remove from three corpora.
pub fn trimming() -> Trimming {
    let corpus = |name: Option<&str>, clips: usize, seconds: f64| TrimmedCorpus {
        name: name.map(str::to_owned),
        clips,
        seconds,
        rows: [(20.0, 1.62), (25.0, 1.31), (30.0, 1.02), (40.0, 0.55), (60.0, 0.04)]
            .map(|(threshold_db, mean)| TrimRow {
                threshold_db,
                mean,
                median: mean * 0.9,
                p95: mean * 1.7,
                share: mean * clips as f64 / seconds,
                halved: (mean * 0.2 * clips as f64) as usize,
                short: (mean * 0.01 * clips as f64) as usize,
            })
            .to_vec(),
    };
    Trimming {
        corpora: vec![
            corpus(None, 8140, 22_320.0),
            corpus(Some("crema-d"), 4895, 12_450.0),
            corpus(Some("ravdess"), 1080, 3_990.0),
            corpus(Some("tess"), 2165, 5_880.0),
        ],
        refused: vec![(
            "data/crema-d/1001_IEO_ANG_XX.wav".into(),
            "the data end early".to_owned(),
        )],
    }
}
