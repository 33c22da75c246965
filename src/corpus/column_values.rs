//! What the columns of a table state that have no meaning of their own: room, session, language, …

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A column and its value.
pub(super) type Pair = (Arc<str>, Arc<str>);

/// The values of further columns by name, in order of the names. Clips that state the same share one copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnValues(Option<Arc<[Pair]>>);

impl ColumnValues {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// The value in the column of this name; case does not matter.
    pub fn get(&self, name: &str) -> Option<&Arc<str>> {
        let pair = self
            .pairs()
            .iter()
            .find(|(column, _)| column.eq_ignore_ascii_case(name));
        pair.map(|(_, value)| value)
    }

    /// Every column with its value.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs().iter().map(|(column, value)| (&**column, &**value))
    }

    pub(super) fn pairs(&self) -> &[Pair] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Over pairs that other clips share.
    pub(super) fn shared(pairs: Arc<[Pair]>) -> Self {
        Self((!pairs.is_empty()).then_some(pairs))
    }
}

impl<N: Into<Arc<str>>, V: Into<Arc<str>>> FromIterator<(N, V)> for ColumnValues {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        let sorted: BTreeMap<Arc<str>, Arc<str>> = pairs
            .into_iter()
            .map(|(column, value)| (column.into(), value.into()))
            .collect();
        Self::shared(sorted.into_iter().collect())
    }
}

impl Serialize for ColumnValues {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for ColumnValues {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        BTreeMap::<Arc<str>, Arc<str>>::deserialize(deserializer).map(Self::from_iter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_by_column_and_read_back() {
        let values: ColumnValues = [("session", "1"), ("Room", "kitchen")].into_iter().collect();
        assert_eq!(values.get("room").map(|value| &**value), Some("kitchen"));
        assert_eq!(values.get("language"), None);
        let json = serde_json::to_string(&values).unwrap();
        assert_eq!(json, r#"{"Room":"kitchen","session":"1"}"#);
        assert_eq!(serde_json::from_str::<ColumnValues>(&json).unwrap(), values);
        let none: ColumnValues = std::iter::empty::<(&str, &str)>().collect();
        assert!(none.is_empty() && none == ColumnValues::default());
    }
}
