//! Between which ends a number lies.

use serde::Serialize;
use std::fmt;

/// Between which ends a number lies; an end that is left out is open.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Range {
    /// The least.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum: Option<f64>,
    /// What it must be above.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_minimum: Option<f64>,
    /// The most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maximum: Option<f64>,
    /// What it must be below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exclusive_maximum: Option<f64>,
}

impl Range {
    pub(super) fn at_least(end: f64) -> Self {
        Self {
            minimum: Some(end),
            ..OPEN
        }
    }

    pub(super) fn above(end: f64) -> Self {
        Self {
            exclusive_minimum: Some(end),
            ..OPEN
        }
    }

    pub(super) fn between(low: f64, high: f64) -> Self {
        Self {
            maximum: Some(high),
            ..Self::at_least(low)
        }
    }

    /// From 0 to below this.
    pub(super) fn below(end: f64) -> Self {
        Self {
            exclusive_maximum: Some(end),
            ..Self::at_least(0.0)
        }
    }

    pub(super) fn inside(low: f64, high: f64) -> Self {
        Self {
            exclusive_maximum: Some(high),
            ..Self::above(low)
        }
    }

    /// Whether a number lies in it.
    pub fn contains(&self, value: f64) -> bool {
        value.is_finite()
            && self.minimum.is_none_or(|end| value >= end)
            && self.exclusive_minimum.is_none_or(|end| value > end)
            && self.maximum.is_none_or(|end| value <= end)
            && self.exclusive_maximum.is_none_or(|end| value < end)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ends = [
            ("at least", self.minimum),
            ("above", self.exclusive_minimum),
            ("at most", self.maximum),
            ("below", self.exclusive_maximum),
        ];
        let ends = ends
            .into_iter()
            .filter_map(|(word, end)| Some(format!("{word} {}", end?)));
        formatter.write_str(&ends.collect::<Vec<_>>().join(" and "))
    }
}

const OPEN: Range = Range {
    minimum: None,
    exclusive_minimum: None,
    maximum: None,
    exclusive_maximum: None,
};
