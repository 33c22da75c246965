use super::*;
use crate::engine::settings::load_settings;

/// A file with this text, tidied, and what it was called.
fn tidy(text: &str) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, text).unwrap();
    let tidying = tidied(&load_settings(Some(&path), &[]).unwrap()).unwrap();
    assert_eq!(
        std::fs::read_to_string(&path).unwrap(),
        text,
        "a question changes nothing"
    );
    for row in &tidying.removed {
        let line = text.lines().nth(row.line - 1).unwrap();
        assert!(line.contains(row.key.rsplit('.').next().unwrap()), "{row:?}: {line}");
    }
    let keys = tidying.removed.iter().map(|row| row.key.clone());
    (keys.collect(), tidying.text)
}

#[test]
fn of_a_whole_copy_nothing_is_left() {
    for shipped in [EARLIER, include_str!("../../../../workbench.toml")] {
        let (keys, text) = tidy(shipped);
        assert!(keys.len() > 60, "{keys:?}");
        assert_eq!(text, "");
        let (_, text) = tidy(&shipped.replace("epochs = 80", "epochs = 7"));
        assert_eq!(
            text,
            "[training]\n# At most this many passes over the training clips.\nepochs = 7\n"
        );
    }
}

#[test]
fn the_users_words_stay_and_what_they_are_about() {
    let text = "# My laptop.\n\nseed = 42 # lucky\nruns = \"runs\"\n\n\n# Small on purpose.\ndevice = \"auto\"\n\n\
                # At work.\n[training]\nbatch_size = 64\nepochs = 9\n\n# Nothing in here.\n[split]\ntest = 0.2\n";
    let (keys, left) = tidy(text);
    assert_eq!(keys, ["seed", "runs", "device", "training.batch_size", "split.test"]);
    let expected = "# My laptop.\n\n# seed = 42 # lucky\n\n# Small on purpose.\n# device = \"auto\"\n\n\
                    # At work.\n[training]\nepochs = 9\n\n# Nothing in here.\n";
    assert_eq!(left, expected);
    assert_eq!(tidy(&left), (Vec::new(), left.clone()), "once is enough");
}

#[test]
fn what_is_meant_stays() {
    // The preset says otherwise, so that the default stands here for a reason.
    let text = "preset = \"best\"\n[training]\nepochs = 80\nmomentum = 0.9\n";
    let (keys, left) = tidy(text);
    assert_eq!(
        (keys, &*left),
        (
            vec!["training.momentum".to_owned()],
            "preset = \"best\"\n[training]\nepochs = 80\n"
        )
    );
    // One's own recipes and presets, lists that are not the same, and spaces that differ in anything.
    for text in [
        "[recipes.mine]\nfeatures = [\"rms\"]\nsample_rate = 22050\n",
        "[presets.mine]\ntraining.epochs = 80\n",
        "[labels]\nmap = { calm = \"neutral\" }\n",
        "[labels.map]\ncalm = \"neutral\"\n",
        "[tuning.space.conv1d]\nmodel.conv1d.kernel_size = { int = [3, 9], step = 2 }\n",
        "[tuning.space.crnn]\n",
        "[[corpora]]\nname = \"a\"\npath = \"x\"\n",
        "split = { test = 0.2, validation = 0.2 }\n",
    ] {
        assert_eq!(tidy(text), (Vec::new(), text.to_owned()), "{text}");
    }
}

#[test]
fn copies_go_however_they_are_written() {
    for text in [
        "training.epochs = 80\r\ntraining.learning_rate = 0.001\r\n",
        "[training]\nweight_decay = 0\n",
        "[recipes.log_mel]\nfeatures = [\n  \"log_mel\",\n]\n",
        "[labels.map]\n",
        "[presets.cremad_time_honest]\nabout = \"mine\"\nextends = \"cremad_time\"\nsplit.kind = \"speaker\"\n",
    ] {
        let (keys, left) = tidy(text);
        assert_eq!(left, if keys.is_empty() { text } else { "" }, "{text}");
        assert!(!keys.is_empty() || text.starts_with("[labels.map]"), "{text}");
    }
    let text = "[recipes.log_mel]\r\nn_mels = 64\r\ntop_db = 60.0\r\n";
    assert_eq!(tidy(text).1, "[recipes.log_mel]\r\ntop_db = 60.0\r\n");
}

#[test]
fn it_is_written_whole_and_the_old_file_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    for (number, name) in ["mine.toml.untidied", "mine.toml.untidied2"].into_iter().enumerate() {
        let text = format!("seed = 42\n[training]\nepochs = {}\n", number + 1);
        std::fs::write(&path, &text).unwrap();
        let mut tidying = tidied(&load_settings(Some(&path), &[]).unwrap()).unwrap();
        tidying.write().unwrap();
        assert_eq!(tidying.kept.unwrap().file_name().unwrap(), name);
        assert_eq!(std::fs::read_to_string(path.with_file_name(name)).unwrap(), text);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), tidying.text);
    }
    let error = tidied(
        &load_settings(Some(&path), &[])
            .map(|mut settings| {
                settings.source.file = Some(folder.path().join("absent.toml"));
                settings
            })
            .unwrap(),
    )
    .unwrap_err();
    assert!(error.to_string().contains("absent.toml"), "{error}");
}
