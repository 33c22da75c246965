//! `workbench.toml` works as shipped, and every mistake in it is refused with file, line, key and remedy.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use undertone::audio::MelScale;
use undertone::engine::{Origin, Provenance, load_settings, rows};
use undertone::features::{Feature, Recipe};

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

/// The settings file that shipped before most of it went into files of its own.
const EARLIER: &str = "src/engine/settings/shipped/earlier/workbench.toml";

/// The part of the resolved settings that a file's table names.
fn part(settings: &toml::Table, of: &toml::Table) -> toml::Table {
    let named = |(name, value): (&String, &toml::Value)| {
        let value = match (settings.get(name), value) {
            (Some(toml::Value::Table(settings)), toml::Value::Table(of)) => toml::Value::Table(part(settings, of)),
            (found, _) => found.cloned().unwrap_or_else(|| "is not there".into()),
        };
        (name.clone(), value)
    };
    of.iter().map(named).collect()
}

#[test]
fn the_earlier_shipped_file_stands_for_the_same_settings() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("workbench.toml");
    let text = std::fs::read_to_string(EARLIER).unwrap();
    std::fs::write(&path, &text).unwrap();
    let settings = load_settings(Some(&path), &[]).unwrap();
    let resolved = toml::Table::try_from(&settings).unwrap();
    let mut written: toml::Table = text.parse().unwrap();
    let presets = written.remove("presets").unwrap();
    // They are made absolute, from the folder of the file on.
    for folder in ["data", "runs", "cache"] {
        assert_eq!(resolved[folder].as_str(), path.with_file_name(folder).to_str());
        written.remove(folder);
    }
    let tuning = written["tuning"].as_table_mut().unwrap();
    tuning.remove("studies");
    // Search spaces are resolved under dotted names; below they are compared as such.
    tuning.remove("space");
    assert_eq!(part(&resolved, &written), written);

    std::fs::write(&path, "").unwrap();
    let defaults = load_settings(Some(&path), &[]).unwrap();
    // What ships since then is not in it.
    let of = |table: &toml::Value, name: &str| match table.get(name) {
        Some(_) => Provenance::SameCopy,
        None => Provenance::Shipped,
    };
    for (one, other) in settings.source.presets.iter().zip(&defaults.source.presets) {
        assert_eq!(
            (&one.name, &one.extends, &one.values),
            (&other.name, &other.extends, &other.values)
        );
        assert_eq!(
            (one.provenance, other.provenance),
            (of(&presets, &one.name), Provenance::Shipped)
        );
    }
    for (name, provenance) in &settings.source.recipes {
        assert_eq!(
            (*provenance, defaults.source.recipes[name]),
            (of(&written["recipes"], name), Provenance::Shipped),
            "{name}"
        );
    }
    assert_eq!(settings.without_source(), defaults.without_source());
}

#[test]
fn whose_presets_and_recipes_are_is_told() {
    let text = "[presets.mine]\n# A try.\nabout = \"a try\"\nextends = \"cremad_time\"\n\n[presets.cremad_time_honest]\n\
                about = \"the same, in other words\"\nextends = \"cremad_time\"\nsplit.kind = \"speaker\"\n\
                [presets.crnn_143x40_honest]\nextends = \"crnn_143x40\"\nsplit.kind = \"random\"\n\
                [recipes.log_mel]\nn_mels = 64\n[recipes.time_domain]\nhop_length = 256\n\
                [recipes.mine]\nfeatures = [\"rms\"]\n";
    let settings = load(text).unwrap();
    let preset = |name: &str| {
        settings
            .source
            .presets
            .iter()
            .find(|preset| preset.name == name)
            .unwrap()
    };
    let whose = |name: &str| preset(name).provenance;
    assert_eq!(whose("mine"), Provenance::Own);
    assert_eq!(
        whose("cremad_time_honest"),
        Provenance::SameCopy,
        "another wording is no other preset"
    );
    assert_eq!(whose("crnn_143x40_honest"), Provenance::ChangedCopy);
    assert_eq!(whose("cremad_time"), Provenance::Shipped);
    assert_eq!(
        preset("crnn_143x40_honest").values["split.kind"],
        "\"random\"",
        "one's own wins"
    );
    let own = preset("mine");
    assert_eq!(
        own.text,
        "[presets.mine]\n# A try.\nabout = \"a try\"\nextends = \"cremad_time\"\n"
    );
    assert!(own.origin.ends_with("mine.toml:1"), "{}", own.origin);
    let shipped = preset("cremad_time");
    assert_eq!(shipped.origin, "default");
    assert!(shipped.text.contains("recipe = \"time_domain\""));
    let recipe = |name: &str| settings.source.recipes[name];
    assert_eq!(recipe("mine"), Provenance::Own);
    assert_eq!(recipe("log_mel"), Provenance::SameCopy);
    assert_eq!(recipe("time_domain"), Provenance::ChangedCopy);
    assert_eq!(recipe("mfcc40_143"), Provenance::Shipped);
}

/// `docs/settings.md`, from the table of settings.
fn reference() -> String {
    let settings = load("").unwrap();
    let config = rows(&settings);
    let escaped = |text: &str| text.replace('|', "\\|").replace('<', "&lt;");
    let code = |text: &str| format!("`{}`", text.replace('|', "\\|"));
    let mut text = "# Settings\n\nEvery key of `workbench.toml`, in the order in which `undertone config` lists them. \
                    `undertone config --json` has the same for programs. This file is made from the program's own table: \
                    `UNDERTONE_UPDATE_DOCS=1 cargo test --test settings` writes it.\n"
        .to_owned();
    let mut section = None;
    for row in &config.rows {
        let shown = match row.key.strip_prefix("recipes.").and_then(|rest| rest.split_once('.')) {
            Some(("mfcc_zcr_rms", field)) => format!("recipes.NAME.{field}"),
            Some(_) => continue,
            None => row.key.clone(),
        };
        let space = row
            .key
            .strip_prefix("tuning.space.")
            .and_then(|rest| rest.split_once('.'));
        let (table, name) = match space {
            Some((architecture, parameter)) => (format!("tuning.space.{architecture}"), parameter),
            None => shown
                .rsplit_once('.')
                .map_or((String::new(), &*shown), |(table, name)| (table.to_owned(), name)),
        };
        if section.as_ref() != Some(&table) {
            let heading = if table.is_empty() {
                "At the top".to_owned()
            } else {
                format!("`[{table}]`")
            };
            text +=
                &format!("\n## {heading}\n\n| Key | Type | Default | May be | What it is |\n|---|---|---|---|---|\n");
            section = Some(table);
        }
        let setting = &row.setting;
        // Other machines have other devices.
        let choices = setting.choices.iter().filter(|choice| !choice.starts_with("cuda:"));
        let mut allowed: Vec<String> = choices.map(|choice| code(&format!("\"{choice}\""))).collect();
        allowed.extend(setting.range.map(|range| range.to_string()));
        let unit = if setting.unit.is_empty() {
            String::new()
        } else {
            format!(" ({})", setting.unit)
        };
        let value = match row.key.as_str() {
            // As it is written, and not where it leads to.
            "data" | "runs" | "cache" | "tuning.studies" => format!("\"{name}\""),
            _ => row.value.clone(),
        };
        let cells = [
            code(name),
            setting.kind.to_string(),
            code(&value),
            allowed.join(", ") + &unit,
            escaped(&setting.help),
        ];
        text += &format!("| {} |\n", cells.join(" | "));
    }
    text += "\n## Recipes and presets that ship\n\n`undertone presets NAME` prints a preset; the recipes are among the rows of \
             `undertone config`.\n\n| Preset | What it is |\n|---|---|\n";
    for preset in &settings.source.presets {
        let extends = preset
            .extends
            .as_ref()
            .map_or_else(String::new, |other| format!(" (`{other}`)"));
        text += &format!("| `{}` | {}{extends} |\n", preset.name, escaped(&preset.about));
    }
    let recipes: Vec<String> = settings
        .recipes
        .iter()
        .map(|(name, recipe)| {
            let (frames, coefficients) = recipe.shape();
            format!("| `{name}` | {frames} × {coefficients} |\n")
        })
        .collect();
    text + "\n| Recipe | Input of the network |\n|---|---|\n" + &recipes.concat()
}

#[test]
fn the_reference_is_that_of_the_program() {
    let expected = reference();
    if std::env::var_os("UNDERTONE_UPDATE_DOCS").is_some() {
        std::fs::write("docs/settings.md", &expected).unwrap();
    }
    let found = std::fs::read_to_string("docs/settings.md").unwrap_or_default();
    assert!(
        found == expected,
        "docs/settings.md differs; UNDERTONE_UPDATE_DOCS=1 cargo test --test settings writes it"
    );
}
