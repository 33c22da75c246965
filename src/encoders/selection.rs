//! Which hidden states of an encoder are kept, and how they are pooled over time.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Which hidden states are kept: `layer = 3`, `"last"` or `"all"`.
///
/// Layer n is `hidden_states[n]` of `transformers`: 0 is the input of the first transformer layer, the last one has
/// passed the final norm where the family has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Layer {
    /// One of them, counted from 0.
    Index(usize),
    /// The last one.
    #[default]
    Last,
    /// All of them, side by side: layer 0 first.
    All,
}

/// How the frames of a clip become features.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pool {
    /// The mean over the clip's frames: one row of numbers.
    #[default]
    Mean,
    /// The mean, then the standard deviation (divisor n): one row of numbers.
    MeanStd,
    /// No pooling: one row of numbers per frame, as many rows as the clip has frames.
    Frames,
}

impl Serialize for Layer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Index(index) => serializer.serialize_u64(*index as u64),
            Self::Last => serializer.serialize_str("last"),
            Self::All => serializer.serialize_str("all"),
        }
    }
}

impl<'de> Deserialize<'de> for Layer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Layer;

            fn expecting(&self, formatter: &mut std::fmt::Formatter) -> std::fmt::Result {
                write!(formatter, "a layer's number from 0 on, \"last\" or \"all\"")
            }

            fn visit_u64<E: de::Error>(self, index: u64) -> Result<Layer, E> {
                usize::try_from(index).map(Layer::Index).map_err(E::custom)
            }

            fn visit_i64<E: de::Error>(self, index: i64) -> Result<Layer, E> {
                let negative = || E::invalid_value(de::Unexpected::Signed(index), &self);
                usize::try_from(index).map(Layer::Index).map_err(|_| negative())
            }

            fn visit_str<E: de::Error>(self, name: &str) -> Result<Layer, E> {
                match name {
                    "last" => Ok(Layer::Last),
                    "all" => Ok(Layer::All),
                    other => other
                        .parse()
                        .map(Layer::Index)
                        .map_err(|_| E::invalid_value(de::Unexpected::Str(other), &self)),
                }
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layer_is_a_number_or_a_word() {
        for (text, layer) in [
            ("3", Layer::Index(3)),
            ("\"last\"", Layer::Last),
            ("\"all\"", Layer::All),
        ] {
            assert_eq!(serde_json::from_str::<Layer>(text).unwrap(), layer);
            assert_eq!(serde_json::to_string(&layer).unwrap(), text);
        }
        for text in ["-1", "\"first\"", "1.5", "[]"] {
            assert!(serde_json::from_str::<Layer>(text).is_err(), "{text}");
        }
    }
}
