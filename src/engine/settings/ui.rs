//! How the workbench looks.

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The zone that TZ names, or the machine is in.
const LOCAL: &str = "local";

/// `[ui]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UiSettings {
    /// Colours for which ground.
    pub theme: GroundChoice,
    /// Which characters.
    pub characters: CharacterChoice,
    /// Bytes that go to the terminal in a second, on average and at most.
    pub bytes_per_second: u32,
    /// Whether the mouse is followed.
    pub mouse: bool,
    /// Whether the bell is rung when something ends.
    pub bell: bool,
    /// How the desktop is told of it.
    pub notify: NotifyChoice,
    /// In which zone times are written: `local`, or a name as in `Europe/Berlin` or `UTC`.
    pub time_zone: String,
    /// From a key, with the tab or overlay before it where it is one of that alone, to the shipped key that it stands for.
    #[serde(default)]
    pub keys: BTreeMap<String, String>,
}

impl UiSettings {
    /// Least and most of them.
    pub const BYTES_PER_SECOND: (u32, u32) = (2_000, 1_000_000_000);

    /// The zone in which times are written; that of TZ or of the machine is UTC where neither says which it is.
    ///
    /// # Errors
    /// What is wrong with its name, and the remedy.
    pub fn zone(&self) -> Result<TimeZone, String> {
        match self.time_zone.as_str() {
            LOCAL => Ok(TimeZone::try_system().unwrap_or(TimeZone::UTC)),
            "UTC" => Ok(TimeZone::UTC),
            name => TimeZone::get(name).map_err(|_| {
                format!(
                    "`{name}` is no time zone that this machine knows; write a name as in \"Europe/Berlin\" (they stand in \
                     /usr/share/zoneinfo, of the package tzdata), \"UTC\" or \"local\""
                )
            }),
        }
    }
}

impl Default for UiSettings {
    fn default() -> Self {
        Self {
            theme: GroundChoice::default(),
            characters: CharacterChoice::default(),
            bytes_per_second: 64_000,
            mouse: true,
            bell: true,
            notify: NotifyChoice::default(),
            time_zone: LOCAL.to_owned(),
            keys: BTreeMap::new(),
        }
    }
}

/// Colours for which ground.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GroundChoice {
    /// The one that the terminal has.
    #[default]
    Auto,
    /// A dark one.
    Dark,
    /// A light one.
    Light,
}

/// Which characters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CharacterChoice {
    /// Those that the terminal has.
    #[default]
    Auto,
    /// All.
    Unicode,
    /// Those of ASCII.
    Ascii,
}

/// How the desktop is told that something has ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NotifyChoice {
    /// In every way that the terminal may know.
    #[default]
    Auto,
    /// By OSC 9.
    Osc9,
    /// By OSC 777.
    Osc777,
    /// Not at all.
    None,
}
