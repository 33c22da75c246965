//! `workbench.toml` works as shipped, and every mistake in it is refused with file, line, key and remedy.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use undertone::engine::{Origin, load_settings};
use undertone::features::{Feature, MelScale, Recipe};

fn load(text: &str) -> Result<undertone::engine::Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("mine.toml");
    std::fs::write(&path, text).unwrap();
    load_settings(Some(&path), &[]).map_err(|error| error.to_string())
}

fn set(key: &str, value: &str) -> Result<undertone::engine::Settings, String> {
    let empty = tempfile::NamedTempFile::new().unwrap();
    load_settings(Some(empty.path()), &[(key.into(), value.into())]).map_err(|error| error.to_string())
}

#[test]
fn the_shipped_file_resolves_to_the_defaults() {
    let shipped = load_settings(Some(Path::new("workbench.toml")), &[]).unwrap();
    assert_eq!(shipped.training.epochs, 80);
    assert_eq!(shipped.recipes[&shipped.recipe].shape(), (108, 22));
    assert!(matches!(shipped.origins["training.epochs"], Origin::File(_, line) if line > 50));
}

#[test]
fn a_file_with_one_line_changes_one_value() {
    let settings = load("[training]\nepochs = 7\n").unwrap();
    assert_eq!((settings.training.epochs, settings.training.batch_size), (7, 64));
    assert!(matches!(settings.origins["training.epochs"], Origin::File(_, 2)));
    assert_eq!(settings.origins["training.batch_size"], Origin::Default);
}

#[test]
fn mistakes_name_file_line_key_and_remedy() {
    for (text, line, key, words) in [
        (
            "seed = 1\n\n[training]\nepoch = 3\n",
            4,
            "training.epoch",
            "the keys here are",
        ),
        (
            "[training]\nepochs = \"many\"\n",
            2,
            "training.epochs",
            "must be a whole number",
        ),
        ("[training]\n\nepochs = -3\n", 3, "training.epochs", ""),
        (
            "[training]\noptimizer = \"lion\"\n",
            2,
            "training.optimizer",
            "`adam`, `adamw`, `sgd`",
        ),
        (
            "[training]\nlabel_smoothing = 1.5\n",
            2,
            "training.label_smoothing",
            "from 0 to below 1",
        ),
        (
            "[training.average]\nkind = \"mean\"\n",
            2,
            "training.average.kind",
            "`none`, `ema`, `swa`",
        ),
        ("[split]\nkind = \"speakr\"\n", 2, "split.kind", "speaker"),
        ("[training]\nepochs = \n", 2, "epochs =", "correct the line"),
        ("recipe = \"none\"\n", 1, "recipe", "mfcc_zcr_rms"),
        (
            "[[corpora]]\nname = \"a\"\npath = \"x\"\nlayot = \"auto\"\n",
            4,
            "corpora[0]",
            "layout",
        ),
        (
            "corpora = [\n  { name = \"a\", layout = \"b\", path = \"x\" },\n]\n",
            2,
            "corpora[0].layout",
            "ravdess",
        ),
        (
            "[recipes.short]\nsample_rate = 8000\n",
            1,
            "recipes.short",
            "`features` is missing",
        ),
        ("[recipes]\nshort = 1\n", 2, "recipes.short", "must be a table"),
        (
            "[recipes.mine]\nfeatures = [\"rms\"]\nsampel_rate = 8000\n",
            3,
            "recipes.mine.sampel_rate",
            "sample_rate",
        ),
        (
            "[recipes.mine]\nfeatures = [\"rms\", \"mffc\"]\n",
            2,
            "recipes.mine.features[1]",
            "mfcc",
        ),
        (
            "[recipes.mine]\nfeatures = [\"rms\"]\nfunctionals = [\"median\"]\n",
            3,
            "recipes.mine.functionals[0]",
            "p0 to p100",
        ),
        (
            "[recipes.mine]\nfeatures = [\"rms\"]\npad_align = \"top\"\n",
            3,
            "recipes.mine.pad_align",
            "centre",
        ),
        (
            "[recipes.mfcc_zcr_rms]\nhop_lenght = 8\n",
            2,
            "recipes.mfcc_zcr_rms.hop_lenght",
            "hop_length",
        ),
    ] {
        let error = load(text).unwrap_err();
        assert!(error.contains(&format!("mine.toml:{line}")), "{text:?}: {error}");
        assert!(error.contains(key) && error.contains(words), "{text:?}: {error}");
    }
}

#[test]
fn a_recipe_of_ones_own_leaves_out_what_is_as_usual() {
    let settings =
        load("[recipes.mfcc_zcr_rms]\nn_mels = 40\n[recipes.mine]\nfeatures = [\"rms\"]\nhop_length = 128\n").unwrap();
    let mine = &settings.recipes["mine"];
    let usual = Recipe {
        features: vec![Feature::Rms],
        hop_length: 128,
        ..Recipe::default()
    };
    assert_eq!(*mine, usual, "a change to the shipped recipe is no change to others");
    assert!(matches!(
        settings.origins["recipes.mine.hop_length"],
        Origin::File(_, 5)
    ));
    let settings = set("recipes.log_mel.mel_scale", "htk").unwrap();
    assert_eq!(
        settings.recipes["log_mel"].mel_scale,
        MelScale::Htk,
        "a key that the file leaves out"
    );
}

#[test]
fn the_shipped_recipes_have_the_shapes_they_promise() {
    let settings = load("").unwrap();
    assert_eq!(
        settings.recipes["mfcc_zcr_rms"],
        Recipe::default(),
        "the default in the code is the one of the file"
    );
    for (name, shape) in [
        ("mfcc_zcr_rms", (108, 22)),
        ("time_domain", (108, 2)),
        ("log_mel", (256, 64)),
        ("mfcc40_143", (143, 40)),
        ("mfcc40_143_all", (143, 60)),
        ("functionals", (1, 246)),
    ] {
        assert_eq!(settings.recipes[name].shape(), shape, "{name}");
    }
}

#[test]
fn impossible_values_are_refused_with_their_key() {
    for (key, value) in [
        ("training.batch_size", "0"),
        ("training.epochs", "0"),
        ("training.learning_rate", "-1"),
        ("training.learning_rate", "nan"),
        ("training.gradient_clip_norm", "-1"),
        ("training.reduce_on_plateau.factor", "1.5"),
        ("split.test", "1.5"),
        ("split.validation", "0"),
        ("model.name", "conv9d"),
        ("model.conv1d.dropout", "1.0"),
        ("model.conv1d.kernel_size", "0"),
        ("model.conv1d.filters", "[]"),
        ("recipes.mfcc_zcr_rms.hop_length", "0"),
        ("recipes.mfcc_zcr_rms.n_mfcc", "500"),
        ("recipes.mfcc_zcr_rms.features", "[]"),
        ("demo.speakers", "0"),
        ("device", "abacus"),
        ("filter.gender", "femal"),
    ] {
        let error = set(key, value).unwrap_err();
        assert!(error.contains("--set") && error.contains(key), "{key}={value}: {error}");
    }
}

#[test]
fn set_takes_bare_words_lists_of_one_and_whole_numbers() {
    assert_eq!(set("filter.gender", "female").unwrap().filter.gender, ["female"]);
    assert_eq!(set("training.learning_rate", "1").unwrap().training.learning_rate, 1.0);
    assert_eq!(
        set("labels.map", "{ calm = \"neutral\" }").unwrap().labels.map["calm"],
        "neutral"
    );
    assert_eq!(
        set("model.conv1d.filters", "[8, 16]").unwrap().model.conv1d.filters,
        [8, 16]
    );
}

#[test]
fn relative_paths_start_at_the_folder_of_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.toml");
    std::fs::write(
        &path,
        "runs = \"here\"\ncorpora = [{ name = \"a\", path = \"clips\" }]\n",
    )
    .unwrap();
    let settings = load_settings(Some(&path), &[]).unwrap();
    assert_eq!(settings.runs, folder.path().join("here"));
    assert_eq!(settings.corpora[0].path, folder.path().join("clips"));
    assert_eq!(
        settings.data,
        folder.path().join("data"),
        "defaults move along with the file"
    );
    let settings = load_settings(Some(&path), &[("runs".into(), "there".into())]).unwrap();
    assert_eq!(
        settings.runs,
        std::env::current_dir().unwrap().join("there"),
        "--set is typed in the current folder"
    );
}
