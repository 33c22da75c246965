//! From a journal's line to what it says.

use super::operation::{NewTrial, Operation};
use crate::tuning::{Direction, TrialState, TuningError, Value, json};
use jiff::Timestamp;
use std::collections::BTreeMap;

impl Operation {
    /// Reads a line; `None` for one of white space.
    ///
    /// # Errors
    /// [`TuningError::Json`], or [`TuningError::Operation`] when something it needs is missing, or when there are
    /// several records.
    pub fn read_line(line: &[u8]) -> Result<Option<Self>, TuningError> {
        if line.trim_ascii().is_empty() {
            return Ok(None);
        }
        let text = str::from_utf8(line).map_err(|error| TuningError::Json {
            position: error.valid_up_to(),
            problem: "not UTF-8",
        })?;
        match json::read_first(text)? {
            (value, end) if end == text.len() => Self::of(value).map(Some),
            (_, end) if text[end..].starts_with('{') => Err(TuningError::Operation {
                problem: "several records on one line".into(),
            }),
            (_, position) => Err(TuningError::Json {
                position,
                problem: "something follows the record",
            }),
        }
    }

    /// What a record says.
    ///
    /// # Errors
    /// [`TuningError::Operation`] when something it needs is missing.
    pub fn of(record: Value) -> Result<Self, TuningError> {
        let line = Fields(record);
        Ok(match line.integer("op_code")? {
            0 => Self::CreateStudy {
                name: line.text("study_name")?,
                directions: line.directions()?,
            },
            1 => Self::DeleteStudy {
                study: line.index("study_id")?,
            },
            2 => Self::StudyUserAttributes {
                study: line.index("study_id")?,
                attributes: line.object("user_attr")?,
            },
            3 => Self::StudySystemAttributes {
                study: line.index("study_id")?,
                attributes: line.object("system_attr")?,
            },
            4 => Self::CreateTrial {
                study: line.index("study_id")?,
                trial: Box::new(line.new_trial()?),
            },
            5 => Self::Parameter {
                trial: line.index("trial_id")?,
                name: line.text("param_name")?,
                internal: line.number("param_value_internal")?,
                distribution: line.text("distribution")?,
            },
            6 => Self::State {
                trial: line.index("trial_id")?,
                state: line.state("state")?,
                values: line.values("values")?,
                at: line.time("datetime_start")?.or(line.time("datetime_complete")?),
            },
            7 => Self::Report {
                trial: line.index("trial_id")?,
                step: line.integer("step")?,
                value: line.reported("intermediate_value")?,
            },
            8 => Self::TrialUserAttributes {
                trial: line.index("trial_id")?,
                attributes: line.object("user_attr")?,
            },
            9 => Self::TrialSystemAttributes {
                trial: line.index("trial_id")?,
                attributes: line.object("system_attr")?,
            },
            _ => Self::Other,
        })
    }
}

/// The fields of a line; whatever is missing or of another kind is named in the error.
struct Fields(Value);

impl Fields {
    fn bad(key: &str) -> TuningError {
        TuningError::Operation {
            problem: format!("`{key}` is missing or of another kind"),
        }
    }

    /// The field, unless it is absent or null.
    fn some(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| **value != Value::Null)
    }

    fn integer(&self, key: &str) -> Result<i64, TuningError> {
        self.some(key).and_then(Value::integer).ok_or_else(|| Self::bad(key))
    }

    fn index(&self, key: &str) -> Result<usize, TuningError> {
        self.integer(key)?.try_into().map_err(|_| Self::bad(key))
    }

    fn number(&self, key: &str) -> Result<f64, TuningError> {
        self.some(key).and_then(Value::number).ok_or_else(|| Self::bad(key))
    }

    fn text(&self, key: &str) -> Result<String, TuningError> {
        self.some(key)
            .and_then(Value::text)
            .map(str::to_owned)
            .ok_or_else(|| Self::bad(key))
    }

    fn object(&self, key: &str) -> Result<BTreeMap<String, Value>, TuningError> {
        match self.some(key) {
            Some(Value::Object(entries)) => Ok(entries.clone()),
            _ => Err(Self::bad(key)),
        }
    }

    fn object_or_empty(&self, key: &str) -> Result<BTreeMap<String, Value>, TuningError> {
        if self.some(key).is_none() {
            Ok(BTreeMap::new())
        } else {
            self.object(key)
        }
    }

    fn directions(&self) -> Result<Vec<Direction>, TuningError> {
        let Some(Value::Array(codes)) = self.some("directions") else {
            return Err(Self::bad("directions"));
        };
        let direction = |code: &Value| match code.integer() {
            Some(1) => Ok(Direction::Minimize),
            Some(2) => Ok(Direction::Maximize),
            _ => Err(Self::bad("directions")),
        };
        codes.iter().map(direction).collect()
    }

    fn state(&self, key: &str) -> Result<TrialState, TuningError> {
        match self.integer(key)? {
            0 => Ok(TrialState::Running),
            1 => Ok(TrialState::Complete),
            2 => Ok(TrialState::Pruned),
            3 => Ok(TrialState::Failed),
            4 => Ok(TrialState::Waiting),
            _ => Err(Self::bad(key)),
        }
    }

    fn values(&self, key: &str) -> Result<Option<Vec<f64>>, TuningError> {
        match self.some(key) {
            None => Ok(None),
            Some(Value::Array(values)) => values
                .iter()
                .map(|value| reported(value).ok_or_else(|| Self::bad(key)))
                .collect::<Result<_, _>>()
                .map(Some),
            Some(_) => Err(Self::bad(key)),
        }
    }

    fn reported(&self, key: &str) -> Result<f64, TuningError> {
        self.0.get(key).and_then(reported).ok_or_else(|| Self::bad(key))
    }

    fn time(&self, key: &str) -> Result<Option<Timestamp>, TuningError> {
        match self.some(key) {
            None => Ok(None),
            Some(value) => value.text().and_then(read_time).map(Some).ok_or_else(|| Self::bad(key)),
        }
    }

    fn new_trial(&self) -> Result<NewTrial, TuningError> {
        let distributions = self.object_or_empty("distributions")?;
        let parameters = self.object_or_empty("params")?.into_iter().map(|(name, internal)| {
            let internal = internal.number().ok_or_else(|| Self::bad("params"))?;
            let distribution = distributions
                .get(&name)
                .and_then(Value::text)
                .ok_or_else(|| Self::bad("distributions"))?;
            Ok((name, (internal, distribution.to_owned())))
        });
        let reports = self
            .object_or_empty("intermediate_values")?
            .into_iter()
            .map(|(step, value)| match (step.parse::<i64>(), reported(&value)) {
                (Ok(step), Some(value)) => Ok((step, value)),
                _ => Err(Self::bad("intermediate_values")),
            });
        Ok(NewTrial {
            state: if self.some("state").is_none() {
                TrialState::Running
            } else {
                self.state("state")?
            },
            values: match self.some("value") {
                Some(value) => Some(vec![reported(value).ok_or_else(|| Self::bad("value"))?]),
                None => self.values("values")?,
            },
            parameters: parameters.collect::<Result<_, TuningError>>()?,
            user_attributes: self.object_or_empty("user_attrs")?,
            system_attributes: self.object_or_empty("system_attrs")?,
            reports: reports.collect::<Result<_, TuningError>>()?,
            started: self.time("datetime_start")?,
            finished: self.time("datetime_complete")?,
        })
    }
}

/// A number, where null and the texts of some writers stand for NaN and the infinities.
fn reported(value: &Value) -> Option<f64> {
    match value {
        Value::Null => Some(f64::NAN),
        Value::Text(text) => text.parse().ok(),
        other => other.number(),
    }
}

/// A time with an offset, or (as old versions wrote it) without one, in this machine's time zone.
fn read_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let local: jiff::civil::DateTime = text.parse().ok()?;
        local
            .to_zoned(jiff::tz::TimeZone::system())
            .ok()
            .map(|zoned| zoned.timestamp())
    })
}
