//! Layers of TOML: the embedded defaults, a file, single values; merged with the place of every value.

use super::parse::{dotted, lines, table_of};
use super::shipped::{Shipped, shipped};
use super::table::general;
use super::{Origin, Provenance, SettingsError};
use crate::formats::{Format, SCHEMA};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::LazyLock;

/// The table of presets.
pub(super) const PRESETS: &str = "presets";
/// Tables whose keys are the user's own; a later layer replaces them whole.
pub(super) const FREE_TABLES: [&str; 3] = ["labels.map", "speakers.map", "ui.keys"];
/// The table of free tables whose names are the user's own too.
pub(super) const SPACES: &str = "tuning.space";
/// Tables of tables whose names are the user's own.
const NAMED_TABLES: [Named; 1] = [Named {
    path: "recipes",
    kinds: [
        Like {
            key: "encoder",
            model: "wav2vec2_base_mean",
        },
        Like {
            key: "features",
            model: "mfcc_zcr_rms",
        },
    ],
}];

/// A table of tables of some kinds, of which the last is the usual one.
struct Named {
    path: &'static str,
    kinds: [Like; 2],
}

/// Tables that have the same keys.
struct Like {
    /// The one by which they are known, which none can leave out.
    key: &'static str,
    /// The shipped one whose values stand in for the other keys that one leaves out.
    model: &'static str,
}

impl Named {
    fn at(path: &str) -> Option<&'static Self> {
        NAMED_TABLES.iter().find(|named| named.path == path)
    }

    fn usual(&self) -> &Like {
        let [_, usual] = &self.kinds;
        usual
    }

    /// What the other keys of a table are those of.
    fn like(&self, table: &toml::Table) -> Option<&Like> {
        self.kinds.iter().find(|like| table.contains_key(like.key))
    }
}

/// The shipped recipe whose keys a key of another means.
pub(super) fn model_recipe(field: &str) -> &'static str {
    let [
        Named {
            kinds: [encoder, usual],
            ..
        },
    ] = &NAMED_TABLES;
    match field {
        "encoder" | "layer" | "pool" | "padded" => encoder.model,
        _ => usual.model,
    }
}

/// The key of a table that makes all others of a recipe superfluous.
const IMPORT: &str = "import";

/// A preset in a file of the user's.
#[derive(Debug, Clone)]
pub(super) struct OwnPreset {
    pub provenance: Provenance,
    pub text: String,
}

/// Values by key, and where each came from.
#[derive(Debug, Clone, Default)]
pub(super) struct Layers {
    /// What is merged so far.
    pub table: toml::Table,
    /// The place of every key that was written, by its dotted path (`training.epochs`, `corpora[0].path`).
    pub origins: BTreeMap<String, Origin>,
    /// The presets by name, as written.
    pub presets: BTreeMap<String, toml::Table>,
    /// Of those, the ones that a file has: one of the same name as a shipped one takes its place whole.
    pub own_presets: BTreeMap<String, OwnPreset>,
    /// What stands in for keys that are left out of a named table, by the name of the shipped one.
    models: BTreeMap<&'static str, toml::Table>,
}

impl Layers {
    /// The layer that all others are checked against: its keys are all there are. Read once, since every run's file asks
    /// for it.
    pub fn defaults() -> Result<Self, SettingsError> {
        static DEFAULTS: LazyLock<Result<Layers, SettingsError>> = LazyLock::new(Layers::of_shipped);
        DEFAULTS.clone()
    }

    fn of_shipped() -> Result<Self, SettingsError> {
        let (mut table, mut origins) = (toml::Table::new(), BTreeMap::new());
        for Shipped { table: path, text } in shipped() {
            let place = format!("the built-in [{path}]");
            let keys = lines(text, &place)?.into_keys();
            origins.extend(keys.map(|key| (dotted(&path, &key), Origin::Default)));
            put_in(&mut table, &path, table_of(text, &place)?);
        }
        let presets = table.remove(PRESETS);
        let mut models = BTreeMap::new();
        for named in &NAMED_TABLES {
            let Some(tables) = table.get_mut(named.path).and_then(toml::Value::as_table_mut) else {
                continue;
            };
            for like in &named.kinds {
                models.extend(
                    tables
                        .get(like.model)
                        .and_then(toml::Value::as_table)
                        .map(|table| (like.model, table.clone())),
                );
            }
            for value in tables.iter_mut().filter_map(|(_, value)| value.as_table_mut()) {
                let like = named.like(value).unwrap_or(named.usual());
                if let Some(model) = models.get(like.model) {
                    complete(value, model);
                }
            }
        }
        let mut layers = Self {
            table,
            origins,
            models,
            ..Self::default()
        };
        layers.presets = layers.tables_of_presets(presets)?;
        Ok(layers)
    }

    /// Presets by name, as they are written.
    fn tables_of_presets(&self, presets: Option<toml::Value>) -> Result<BTreeMap<String, toml::Table>, SettingsError> {
        let refuse = |key: &str| self.error(key, "must be a table");
        match presets {
            None => Ok(BTreeMap::new()),
            Some(toml::Value::Table(presets)) => presets
                .into_iter()
                .map(|(name, preset)| match preset {
                    toml::Value::Table(preset) => Ok((name, preset)),
                    _ => Err(refuse(&format!("{PRESETS}.{name}"))),
                })
                .collect(),
            Some(_) => Err(refuse(PRESETS)),
        }
    }

    /// Puts a file's values over what is there.
    pub fn file(&mut self, path: &Path, text: &str) -> Result<(), SettingsError> {
        let place = path.display().to_string();
        let lines = lines(text, &place)?;
        let mut table = table_of(text, &place)?;
        Format::Settings
            .check_toml(path, &table)
            .map_err(|newer| SettingsError {
                place: place.clone(),
                key: SCHEMA.to_owned(),
                problem: newer.problem(),
            })?;
        table.remove(SCHEMA);
        let presets = table.remove(PRESETS);
        let origins = lines
            .into_iter()
            .filter(|(key, _)| key != SCHEMA)
            .map(|(key, line)| (key, Origin::File(path.to_owned(), line)))
            .collect();
        self.merge(table, origins)?;
        let presets = self.tables_of_presets(presets)?;
        self.add_own_presets(presets, text);
        Ok(())
    }

    /// Puts one `key=value` over what is there. A value that is no TOML is a string; a single value for a
    /// list is a list of one.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), SettingsError> {
        let mut value = format!("value = {value}")
            .parse::<toml::Table>()
            .ok()
            .and_then(|mut table| table.remove("value"))
            .unwrap_or_else(|| toml::Value::String(value.to_owned()));
        if let Some((list, place)) = key.rsplit_once('.')
            && let (Some(toml::Value::Array(values)), Ok(place)) = (self.lookup(list), place.parse::<usize>())
        {
            // One place of a list, as search spaces name them.
            let mut values = values.clone();
            let Some(slot) = values.get_mut(place) else {
                let problem = format!("there is no index {place} in a list of {}", values.len());
                return Err(SettingsError {
                    place: Origin::Set.to_string(),
                    key: key.to_owned(),
                    problem,
                });
            };
            *slot = value;
            return self.set(list, &toml::Value::Array(values).to_string());
        }
        if matches!(self.lookup(key), Some(toml::Value::Array(_))) && !value.is_array() {
            value = toml::Value::Array(vec![value]);
        }
        let key = match self.with_parameter(key, &value) {
            Some((space, whole)) => {
                value = toml::Value::Table(whole);
                space
            }
            None => key,
        };
        let mut table = toml::Table::new();
        let mut rest = key.rsplit('.');
        table.insert(rest.next().unwrap_or(key).to_owned(), value);
        for name in rest {
            table = toml::Table::from_iter([(name.to_owned(), toml::Value::Table(table))]);
        }
        self.merge(table, BTreeMap::from([(key.to_owned(), Origin::Set)]))
    }

    /// The key of a search space, and the space with one parameter in place of the one that is there.
    fn with_parameter<'a>(&self, key: &'a str, value: &toml::Value) -> Option<(&'a str, toml::Table)> {
        let (architecture, name) = key.strip_prefix(SPACES)?.strip_prefix('.')?.split_once('.')?;
        let space = &key[..SPACES.len() + 1 + architecture.len()];
        let mut whole = self.lookup(space)?.as_table()?.clone();
        whole.remove(name);
        let mut at = &mut whole;
        let mut names = name.split('.').peekable();
        while let Some(part) = names.next() {
            if names.peek().is_none() {
                at.insert(part.to_owned(), value.clone());
                break;
            }
            let inner = at.entry(part).or_insert_with(|| toml::Value::Table(toml::Table::new()));
            at = inner.as_table_mut()?;
        }
        Some((space, whole))
    }

    /// The error for a key, with the place where its value was written.
    pub fn error(&self, key: &str, problem: impl Into<String>) -> SettingsError {
        SettingsError {
            place: self.origin(key).to_string(),
            key: key.to_owned(),
            problem: problem.into(),
        }
    }

    /// The place of a key, or of the nearest table around it that was written somewhere.
    pub fn origin(&self, key: &str) -> Origin {
        let mut key = key;
        loop {
            if let Some(origin) = self.origins.get(key) {
                return origin.clone();
            }
            match key.rfind(['.', '[']) {
                Some(end) => key = &key[..end],
                None => return Origin::Default,
            }
        }
    }

    /// Whose each recipe is; one that anything is set of has been made one's own.
    pub fn recipes(&self, shipped: &Self) -> BTreeMap<String, Provenance> {
        let of = |layers: &Self| {
            layers
                .table
                .get("recipes")
                .and_then(toml::Value::as_table)
                .cloned()
                .unwrap_or_default()
        };
        let (here, shipped) = (of(self), of(shipped));
        let touched = |name: &str| {
            let path = dotted("recipes", name);
            let within = |key: &str| {
                key.strip_prefix(&path)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            self.origins
                .iter()
                .any(|(key, origin)| *origin != Origin::Default && within(key))
        };
        let provenance = |(name, recipe): (String, toml::Value)| {
            let own = touched(&name).then_some(&recipe);
            let provenance = Provenance::of(own, shipped.get(&name));
            (name, provenance)
        };
        here.into_iter().map(provenance).collect()
    }

    /// Whether a dotted key is one value, or (with a number as last part) one place of a list.
    pub fn is_setting(&self, key: &str) -> bool {
        let place = key.rsplit_once('.').and_then(|(list, place)| {
            let values = self.lookup(list)?.as_array()?;
            Some(place.parse::<usize>().is_ok_and(|place| place < values.len()))
        });
        place.unwrap_or_else(|| self.lookup(key).is_some_and(|value| !value.is_table()))
    }

    /// The value of a dotted key.
    pub fn lookup(&self, key: &str) -> Option<&toml::Value> {
        let mut names = key.split('.');
        let first = self.table.get(names.next()?)?;
        names.try_fold(first, |value, name| value.get(name))
    }

    /// What stands in for keys that are left out of such a table.
    fn model(&self, like: &Like) -> toml::Table {
        self.models.get(like.model).cloned().unwrap_or_default()
    }

    pub fn merge(&mut self, table: toml::Table, origins: BTreeMap<String, Origin>) -> Result<(), SettingsError> {
        let written = Self {
            origins,
            models: self.models.clone(),
            ..Self::default()
        };
        merge_tables(&mut self.table, table, "", &written)?;
        for (key, origin) in written.origins {
            // A replaced list or free table takes the places of its old parts with it.
            self.origins.retain(|old, _| !is_part(old, &key));
            self.origins.insert(key, origin);
        }
        Ok(())
    }
}

/// Puts keys into the table of this path.
fn put_in(table: &mut toml::Table, path: &str, keys: toml::Table) {
    let mut at = table;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let inner = at.entry(name).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        let toml::Value::Table(inner) = inner else { return };
        at = inner;
    }
    at.extend(keys);
}

fn is_part(key: &str, of: &str) -> bool {
    key.strip_prefix(of).is_some_and(|rest| rest.starts_with('['))
}

fn merge_tables(base: &mut toml::Table, over: toml::Table, path: &str, written: &Layers) -> Result<(), SettingsError> {
    for (name, value) in over {
        let key = dotted(path, &name);
        if !base.contains_key(&name) && path == SPACES && value.is_table() {
            base.insert(name, value);
            continue;
        }
        if !base.contains_key(&name) {
            let Some(named) = Named::at(path) else {
                let known: Vec<_> = base.keys().map(String::as_str).collect();
                let problem = format!("unknown key; the keys here are {}", known.join(", "));
                return Err(written.error(&key, problem));
            };
            let toml::Value::Table(table) = value else {
                return Err(written.error(&key, format!("{value} is {}; it must be a table", kind(&value))));
            };
            if let Some(import) = table.get(IMPORT) {
                // Nothing else of the recipe matters.
                let mut recipe = written.model(named.usual());
                recipe.insert(IMPORT.to_owned(), import.clone());
                base.insert(name, toml::Value::Table(recipe));
                continue;
            }
            let Some(like) = named.like(&table) else {
                let Like { key: missing, model } = named.usual();
                return Err(written.error(
                    &key,
                    format!("`{missing}` is missing; a new table needs it, other keys are those of {model}"),
                ));
            };
            let mut value = written.model(like);
            merge_tables(&mut value, table, &key, written)?;
            base.insert(name, toml::Value::Table(value));
            continue;
        }
        match (base.get_mut(&name), value) {
            (Some(toml::Value::Table(base)), toml::Value::Table(over)) if !is_free(&key) => {
                merge_tables(base, over, &key, written)?;
            }
            (Some(slot), value) => {
                if let (toml::Value::Float(slot), toml::Value::Integer(whole)) = (&mut *slot, &value) {
                    *slot = *whole as f64;
                } else if slot.same_type(&value) || takes_words_and_numbers(&key) {
                    *slot = value;
                } else {
                    let problem = format!("{value} is {}; it must be {}", kind(&value), kind(slot));
                    return Err(written.error(&key, problem));
                }
            }
            (None, _) => {}
        }
    }
    Ok(())
}

/// A layer is a number or a word.
fn takes_words_and_numbers(key: &str) -> bool {
    general(key) == "recipes.*.layer"
}

/// Puts in what is left out.
fn complete(table: &mut toml::Table, model: &toml::Table) {
    for (name, value) in model {
        table.entry(name.clone()).or_insert_with(|| value.clone());
    }
}

/// Whether a table's keys are the user's own.
pub(super) fn is_free(key: &str) -> bool {
    key.rsplit_once('.').is_some_and(|(path, _)| path == SPACES) || FREE_TABLES.contains(&key)
}

fn kind(value: &toml::Value) -> &'static str {
    match value {
        toml::Value::String(_) => "a text (in quotes)",
        toml::Value::Integer(_) => "a whole number",
        toml::Value::Float(_) => "a number",
        toml::Value::Boolean(_) => "true or false",
        toml::Value::Datetime(_) => "a date",
        toml::Value::Array(_) => "a list (in square brackets)",
        toml::Value::Table(_) => "a table",
    }
}
