//! Layouts by the names that settings have for them.

use super::{DESCRIBED, Layout, schemes};
use serde::de::{EnumAccess, Error, Unexpected, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::sync::LazyLock;

static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| Layout::all().map(Layout::name).collect());

impl Layout {
    /// Every layout, in the order of lists.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let corpora = schemes().iter().copied().chain(DESCRIBED);
        let others = [Self::Pattern, Self::Table, Self::Folders];
        std::iter::once(Self::Auto).chain(corpora).chain(others)
    }
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Layout {
    /// As an enum of all names: whoever asks for the names of an enum finds them.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_enum("Layout", &NAMES, Named)
    }
}

struct Named;

impl<'de> Visitor<'de> for Named {
    type Value = Layout;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        write!(formatter, "one of {}", NAMES.join(", "))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Layout, A::Error> {
        let (name, rest) = access.variant::<String>()?;
        rest.unit_variant()?;
        let found = Layout::all().find(|layout| layout.name() == name);
        found.ok_or_else(|| Error::invalid_value(Unexpected::Str(&name), &self))
    }
}
