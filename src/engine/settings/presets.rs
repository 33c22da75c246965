//! Presets: settings that belong together, by one name.

use super::layers::{Layers, OwnPreset, PRESETS, is_free};
use super::parse::dotted;
use super::shipped::shipped;
use super::{Origin, Provenance, SettingsError};
use std::collections::BTreeMap;
use toml_edit::DocumentMut;

/// What a preset says beside settings: what it is, and the preset that it builds on.
const ABOUT: &str = "about";
const EXTENDS: &str = "extends";

/// Settings that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// Its name.
    pub name: String,
    /// What it is, in one line.
    pub about: String,
    /// The preset that it builds on.
    pub extends: Option<String>,
    /// Dotted keys and their values as TOML, those of what it builds on included.
    pub values: BTreeMap<String, String>,
    /// Whose it is.
    pub provenance: Provenance,
    /// Where it is written (`workbench.toml:12`); `default` for one that ships.
    pub origin: String,
    /// As it is written there.
    pub text: String,
}

impl Layers {
    /// The preset that the values name; empty for none.
    pub fn named_preset(&self) -> String {
        let name = self.table.get("preset").and_then(toml::Value::as_str);
        name.unwrap_or_default().to_owned()
    }

    /// Puts a preset's values over what is there, first those of what it builds on.
    ///
    /// # Errors
    /// An unknown preset, or one that holds what is no setting.
    pub fn preset(&mut self, name: &str) -> Result<(), SettingsError> {
        let chain = self.chain(name)?;
        for (part, values) in chain {
            let mut origins = BTreeMap::new();
            keys(&values, "", &mut |key, _| {
                origins.insert(key, Origin::Preset(name.to_owned()));
            });
            self.merge(values, origins)
                .map_err(|SettingsError { key, problem, .. }| {
                    self.error(&format!("{PRESETS}.{part}.{key}"), problem)
                })?;
        }
        Ok(())
    }

    /// Takes a file's presets in; one of the same name gives way whole.
    pub(super) fn add_own_presets(&mut self, presets: BTreeMap<String, toml::Table>, file: &str) {
        for (name, preset) in presets {
            // What it is is said in words: another wording is no other preset.
            let settings = |preset: &toml::Table| {
                let mut settings = preset.clone();
                settings.remove(ABOUT);
                settings
            };
            let there = self
                .presets
                .get(&name)
                .filter(|_| !self.own_presets.contains_key(&name));
            let provenance = match self.own_presets.get(&name) {
                Some(read_before) => read_before.provenance,
                None => Provenance::of(Some(&settings(&preset)), there.map(settings).as_ref()),
            };
            let text = text_of(file, &name).unwrap_or_default();
            self.own_presets.insert(name.clone(), OwnPreset { provenance, text });
            self.presets.insert(name, preset);
        }
    }

    /// All presets, each whole.
    ///
    /// # Errors
    /// A preset that holds what is no setting.
    pub fn all_presets(&self) -> Result<Vec<Preset>, SettingsError> {
        let files = shipped();
        let preset = |(name, table): (&String, &toml::Table)| {
            let mut tried = self.clone();
            tried.preset(name)?;
            let mut values = BTreeMap::new();
            for (_, part) in self.chain(name)? {
                keys(&part, "", &mut |key, value| {
                    if !value.is_table() || is_free(&key) {
                        values.insert(key, value.to_string());
                    }
                });
            }
            let word = |key: &str| table.get(key).and_then(toml::Value::as_str).map(str::to_owned);
            let path = dotted(PRESETS, name);
            let (provenance, origin, text) = match self.own_presets.get(name) {
                Some(own) => (own.provenance, self.origin(&path), own.text.clone()),
                None => {
                    let text = files
                        .iter()
                        .find(|file| file.table == path)
                        .map_or("", |file| file.text);
                    (Provenance::Shipped, Origin::Default, text.to_owned())
                }
            };
            Ok(Preset {
                provenance,
                origin: origin.to_string(),
                text,
                name: name.clone(),
                about: word(ABOUT).unwrap_or_default(),
                extends: word(EXTENDS),
                values,
            })
        };
        self.presets.iter().map(preset).collect()
    }

    /// A preset after those that it builds on, without what is no setting.
    fn chain(&self, name: &str) -> Result<Vec<(String, toml::Table)>, SettingsError> {
        let mut chain: Vec<(String, toml::Table)> = Vec::new();
        let (mut next, mut asked) = (Some(name.to_owned()), "preset".to_owned());
        while let Some(name) = next {
            let Some(mut values) = self.presets.get(&name).cloned() else {
                let names: Vec<&str> = self.presets.keys().map(String::as_str).collect();
                let problem = format!("there is no preset `{name}`; there are {}", names.join(", "));
                return Err(self.error(&asked, problem));
            };
            if chain.iter().any(|(known, _)| *known == name) {
                let problem = format!("`{name}` builds on itself; remove one `{EXTENDS}`");
                return Err(self.error(&asked, problem));
            }
            asked = format!("{PRESETS}.{name}.{EXTENDS}");
            for (key, needed) in [
                (ABOUT, "a text that says what it is"),
                (EXTENDS, "the name of a preset"),
            ] {
                if values.get(key).is_some_and(|value| !value.is_str()) {
                    let problem = format!("must be {needed}, in quotes");
                    return Err(self.error(&format!("{PRESETS}.{name}.{key}"), problem));
                }
            }
            if values.contains_key("preset") {
                let problem = format!("unknown key; a preset builds on another with `{EXTENDS}`");
                return Err(self.error(&format!("{PRESETS}.{name}.preset"), problem));
            }
            values.remove(ABOUT);
            next = values
                .remove(EXTENDS)
                .and_then(|value| value.as_str().map(str::to_owned));
            chain.push((name, values));
        }
        chain.reverse();
        Ok(chain)
    }
}

/// Every key of a table, tables before what they hold; the keys of a free table are none of ours.
fn keys(table: &toml::Table, path: &str, found: &mut impl FnMut(String, &toml::Value)) {
    for (name, value) in table {
        let key = dotted(path, name);
        found(key.clone(), value);
        if let toml::Value::Table(inner) = value
            && !is_free(&key)
        {
            keys(inner, &key, found);
        }
    }
}

/// A preset as a file has it, with its comments.
fn text_of(file: &str, name: &str) -> Option<String> {
    let mut document: DocumentMut = file.parse().ok()?;
    let presets = document.get_mut(PRESETS)?.as_table_like_mut()?;
    let others: Vec<String> = presets
        .iter()
        .map(|(key, _)| key.to_owned())
        .filter(|key| key != name)
        .collect();
    for other in others {
        presets.remove(&other);
    }
    document.retain(|key, _| key == PRESETS);
    document.set_trailing("");
    Some(document.to_string().trim().to_owned() + "\n")
}

#[cfg(test)]
mod tests {
    use crate::engine::{Origin, Settings, load_settings};
    use crate::features::ResolvedEncoder;
    use crate::training::check_layout;
    use std::path::Path;

    /// States and numbers of each, of the encoders that presets name; none need be on this machine.
    const ENCODERS: [(&str, usize, usize); 2] =
        [("facebook/wav2vec2-base", 13, 768), ("openai/whisper-tiny.en", 5, 384)];

    /// Presets whose protocol keeps speakers apart, published so or our own.
    const HONEST_BY_THEMSELVES: [&str; 5] = [
        "best",
        "best_encoder",
        "emobox",
        "whisper_fine_tuned",
        "whisper_logistic",
    ];

    fn load(text: &str, changes: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        load_from(folder.path(), text, changes)
    }

    fn load_from(folder: &Path, text: &str, changes: &[(&str, &str)]) -> Result<Settings, String> {
        let path = folder.join("mine.toml");
        std::fs::write(&path, text).unwrap();
        let changes: Vec<_> = changes
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        load_settings(Some(&path), &changes).map_err(|error| error.to_string())
    }

    #[test]
    fn every_shipped_preset_can_be_trained_and_has_an_honest_twin() {
        let shipped = load("", &[]).unwrap().source.presets;
        assert!(shipped.len() >= 14, "{}", shipped.len());
        for preset in &shipped {
            assert!(!preset.about.is_empty(), "{}", preset.name);
            let settings = load("", &[("preset", &preset.name)]).unwrap();
            assert_eq!(settings.preset, preset.name);
            let mut recipe = settings.recipe().unwrap().clone();
            if let Some((_, states, width)) = ENCODERS.iter().find(|(encoder, ..)| *encoder == recipe.encoder) {
                recipe.resolved_encoder = Some(ResolvedEncoder {
                    fingerprint: String::new(),
                    states: *states,
                    width: *width,
                    rate: 16_000,
                });
            }
            let (input, name) = (recipe.shape(), &settings.model.name);
            assert!(input.1 > 0, "{}: an encoder of unknown sizes", preset.name);
            check_layout(&settings.model, &recipe).unwrap();
            assert!(
                crate::models::Network::layers_of(&settings.model, input, 6).is_ok(),
                "{name} on {input:?}"
            );
            let honest = matches!(settings.split.kind, crate::corpus::SplitKind::Speaker);
            if HONEST_BY_THEMSELVES.contains(&&*preset.name) {
                assert!(honest, "{}", preset.name);
                continue;
            }
            assert_eq!(preset.name.ends_with("_honest"), honest, "{}", preset.name);
            if !honest {
                let duplicate = format!("{}_honest", preset.name);
                assert!(shipped.iter().any(|preset| preset.name == duplicate), "{duplicate}");
            }
        }
    }

    #[test]
    fn a_preset_lies_over_the_file_and_below_what_is_set() {
        let text = "[training]\nepochs = 7\nbatch_size = 9\n";
        let changes = [("training.batch_size", "3"), ("preset", "crnn_143x40")];
        let folder = tempfile::tempdir().unwrap();
        let settings = load_from(folder.path(), text, &changes).unwrap();
        assert_eq!((settings.training.epochs, settings.training.batch_size), (50, 3));
        assert_eq!(settings.recipe, "mfcc40_143");
        let origin = |key: &str| settings.origins[key].to_string();
        assert_eq!(origin("training.epochs"), "preset crnn_143x40");
        assert_eq!(origin("training.batch_size"), "--set");
        assert_eq!(origin("training.learning_rate"), "default");
        let again = settings.with(&[("preset".into(), "cremad_time".into())]).unwrap();
        assert_eq!((again.recipe.as_str(), again.training.batch_size), ("time_domain", 3));
    }

    #[test]
    fn a_file_that_names_a_preset_has_the_last_word() {
        let text = "preset = \"crnn_143x40\"\n[training]\nepochs = 7\n";
        let settings = load(text, &[]).unwrap();
        assert_eq!((settings.training.epochs, settings.recipe.as_str()), (7, "mfcc40_143"));
        assert!(matches!(settings.origins["training.epochs"], Origin::File(_, 3)));
        let settings = load(text, &[("preset", "cremad_time")]).unwrap();
        assert_eq!(settings.recipe, "time_domain");
        assert_eq!(load(text, &[("preset", "")]).unwrap().recipe, "mfcc_zcr_rms");
    }

    #[test]
    fn ones_own_preset_builds_on_another() {
        let text = "[presets.mine]\nabout = \"a try\"\nextends = \"crnn_143x40\"\ntraining.epochs = 5\n\
                    labels.map = { calm = \"neutral\" }\n[presets.mine2]\nextends = \"mine\"\nlabels.map = {}\n";
        let settings = load(text, &[("preset", "mine")]).unwrap();
        assert_eq!((settings.training.epochs, settings.model.name.as_str()), (5, "crnn"));
        assert_eq!(settings.labels.map["calm"], "neutral");
        let mine = settings
            .source
            .presets
            .iter()
            .find(|preset| preset.name == "mine")
            .unwrap();
        assert_eq!(mine.values["training.epochs"], "5");
        assert_eq!(mine.values["model.name"], "\"crnn\"");
        assert_eq!(mine.values["labels.map"], "{ calm = \"neutral\" }");
        assert!(load(text, &[("preset", "mine2")]).unwrap().labels.map.is_empty());
    }

    #[test]
    fn mistakes_in_presets_name_line_key_and_remedy() {
        for (text, changes, words) in [
            (
                "",
                &[("preset", "nonesuch")][..],
                "--set: preset: there is no preset `nonesuch`; there are ",
            ),
            (
                "preset = \"nonesuch\"\n",
                &[],
                "mine.toml:1: preset: there is no preset",
            ),
            (
                "[presets.mine]\ntraining.epoch = 3\n",
                &[],
                "mine.toml:2: presets.mine.training.epoch: unknown key",
            ),
            (
                "[presets.mine]\ntraining.epochs = \"3\"\n",
                &[],
                "mine.toml:2: presets.mine.training.epochs: \"3\" is a text",
            ),
            (
                "[presets.mine]\nextends = \"yours\"\n",
                &[],
                "mine.toml:2: presets.mine.extends: there is no preset `yours`",
            ),
            (
                "[presets.a]\nextends = \"b\"\n[presets.b]\nextends = \"a\"\n",
                &[],
                "`a` builds on itself",
            ),
            ("[presets.mine]\nabout = 3\n", &[], "presets.mine.about: must be a text"),
            (
                "[presets]\nmine = 3\n",
                &[],
                "mine.toml:2: presets.mine: must be a table",
            ),
            (
                "[presets.mine]\npreset = \"crnn_143x40\"\n",
                &[],
                "presets.mine.preset: unknown key",
            ),
        ] {
            let error = load(text, changes).unwrap_err();
            assert!(error.contains(words), "{text:?}: {error}");
        }
    }
}
