//! The JSON files beside the weights, asked key by key: what is missing or cannot be is named.

use super::EncoderError;
use serde_json::{Map, Value};
use std::fs;
use std::path::{Path, PathBuf};

/// Longer files are refused: the largest published ones, which hold a filterbank, have 350 KB.
const LONGEST: u64 = 16 << 20;

/// A JSON file that holds an object.
#[derive(Debug)]
pub(super) struct Json {
    path: PathBuf,
    keys: Map<String, Value>,
}

impl Json {
    /// Reads it.
    pub fn read(path: &Path) -> Result<Self, EncoderError> {
        let refuse = |problem: String| refusal(path, problem);
        let size = fs::metadata(path).map_err(|error| refuse(unreadable(&error)))?.len();
        if size > LONGEST {
            return Err(refuse(format!(
                "has {size} bytes, which no such file has; get the encoder again"
            )));
        }
        let text = fs::read(path).map_err(|error| refuse(unreadable(&error)))?;
        let keys = serde_json::from_slice(&text)
            .map_err(|error| refuse(format!("is no JSON object ({error}); get the encoder again")))?;
        Ok(Self {
            path: path.to_owned(),
            keys,
        })
    }

    /// A text, where the key is there.
    pub fn text(&self, key: &str) -> Result<Option<&str>, EncoderError> {
        self.optional(key, "a text", Value::as_str)
    }

    /// A whole number of at least 1 and at most `most`.
    pub fn count(&self, key: &str, most: usize) -> Result<usize, EncoderError> {
        self.count_or(key, most, None)
    }

    /// The same; `default` where the key is not there.
    pub fn count_or(&self, key: &str, most: usize, default: Option<usize>) -> Result<usize, EncoderError> {
        let kind = format!("a whole number from 1 to {most}");
        let count = |value: &Value| {
            let count = usize::try_from(value.as_u64()?).ok()?;
            (1..=most).contains(&count).then_some(count)
        };
        let found = self.optional(key, &kind, count)?.or(default);
        found.ok_or_else(|| self.refuse(format!("lacks `{key}`, {kind}; get the encoder again")))
    }

    /// Whole numbers of at least 1 and at most `most`.
    pub fn counts(&self, key: &str, most: usize) -> Result<Vec<usize>, EncoderError> {
        let kind = format!("whole numbers from 1 to {most}");
        let count = |value: &Value| {
            let count = usize::try_from(value.as_u64()?).ok()?;
            (1..=most).contains(&count).then_some(count)
        };
        let counts = |value: &Value| value.as_array()?.iter().map(count).collect();
        let found = self.optional(key, &kind, counts)?;
        found.ok_or_else(|| self.refuse(format!("lacks `{key}`, {kind}; get the encoder again")))
    }

    /// An object of texts, by name.
    pub fn texts(&self, key: &str) -> Result<Vec<(&str, &str)>, EncoderError> {
        let kind = "an object of texts";
        let texts =
            |value: &'_ Value| -> Option<()> { value.as_object()?.values().all(Value::is_string).then_some(()) };
        if self.optional(key, kind, texts)?.is_none() {
            return Err(self.refuse(format!("lacks `{key}`, {kind}; get the encoder again")));
        }
        let object = self.keys.get(key).and_then(Value::as_object);
        let pairs = object.into_iter().flatten();
        Ok(pairs
            .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
            .collect())
    }

    /// True or false; `default` where the key is not there.
    pub fn flag(&self, key: &str, default: bool) -> Result<bool, EncoderError> {
        Ok(self.optional(key, "true or false", Value::as_bool)?.unwrap_or(default))
    }

    /// A finite number; `default` where the key is not there.
    pub fn number(&self, key: &str, default: f64) -> Result<f64, EncoderError> {
        let finite = |value: &Value| value.as_f64().filter(|number| number.is_finite());
        Ok(self.optional(key, "a number", finite)?.unwrap_or(default))
    }

    /// That this file is no good, and why.
    pub fn refuse(&self, problem: String) -> EncoderError {
        refusal(&self.path, problem)
    }

    /// A key that is absent or null is none; one of another kind is an error.
    fn optional<'a, T>(
        &'a self,
        key: &str,
        kind: &str,
        read: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, EncoderError> {
        let Some(value) = self.keys.get(key).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        match read(value) {
            Some(found) => Ok(Some(found)),
            None => {
                let shown: String = value.to_string().chars().take(60).collect();
                Err(self.refuse(format!("`{key}` is {shown} and must be {kind}")))
            }
        }
    }
}

/// That a file is no good, and why.
pub(super) fn refusal(path: &Path, problem: String) -> EncoderError {
    EncoderError::File {
        path: path.to_owned(),
        problem,
    }
}

/// Why a file cannot be read, and what would help.
pub(super) fn unreadable(error: &std::io::Error) -> String {
    format!(
        "cannot be read: {error}; get the encoder again with `undertone encoders get NAME`, or name a complete folder"
    )
}
