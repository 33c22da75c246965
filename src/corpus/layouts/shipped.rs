//! The naming schemes that are data: `shipped.toml`.

use super::pattern::{Described, NamePattern};
use super::{Labels, Refusal};
use serde::Deserialize;
use std::path::Path;
use std::sync::LazyLock;

const FILE: &str = include_str!("shipped.toml");

static SCHEMES: LazyLock<Vec<Scheme>> = LazyLock::new(|| schemes().unwrap_or_default());

/// One of the naming schemes in the file, by its place there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shipped(usize);

#[derive(Debug)]
struct Scheme {
    name: String,
    entry: Entry,
    pattern: NamePattern,
}

#[derive(Debug, Deserialize)]
struct Entry {
    title: String,
    form: String,
    /// For the readers of the file.
    #[serde(rename = "source")]
    _source: String,
    #[serde(flatten)]
    described: Described,
}

fn schemes() -> Result<Vec<Scheme>, String> {
    let table: toml::Table = FILE.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let scheme = |(name, value): (String, toml::Value)| {
        let entry: Entry = value.try_into().map_err(|error| format!("{name}: {error}"))?;
        let pattern = NamePattern::new(entry.described.clone()).map_err(|why| format!("{name}: {why}"))?;
        Ok(Scheme { name, entry, pattern })
    };
    table.into_iter().map(scheme).collect()
}

impl Shipped {
    /// Every one.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        (0..SCHEMES.len()).map(Self)
    }

    fn scheme(self) -> Option<&'static Scheme> {
        SCHEMES.get(self.0)
    }

    /// The name in the settings.
    pub(super) fn name(self) -> &'static str {
        self.scheme().map_or("", |scheme| &scheme.name)
    }

    /// What the corpus calls itself.
    pub(super) fn title(self) -> &'static str {
        self.scheme().map_or("", |scheme| &scheme.entry.title)
    }

    /// The form of its names, for messages.
    pub(super) fn form(self) -> &'static str {
        self.scheme().map_or("", |scheme| &scheme.entry.form)
    }

    /// The labels that a path states.
    pub(super) fn read(self, path: &Path) -> Result<Labels, Refusal> {
        let scheme = self.scheme().ok_or(Refusal::Foreign)?;
        scheme.pattern.read(path).map_err(|refusal| match refusal {
            Refusal::Stated(why) => Refusal::stated(format!("{}: {why}", scheme.entry.title)),
            Refusal::Foreign => Refusal::Foreign,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Layout, schemes as all_schemes};
    use super::*;
    use crate::corpus::{Gender, Intensity};

    fn read(name: &str, path: &str) -> Labels {
        let shipped = Shipped::all().find(|shipped| shipped.name() == name).unwrap();
        shipped.read(Path::new(path)).unwrap()
    }

    #[test]
    fn the_file_is_read_whole_and_every_scheme_states_its_source() {
        let schemes = schemes().unwrap();
        assert_eq!(schemes.len(), 7);
        for scheme in schemes {
            assert!(
                !scheme.entry._source.is_empty() && !scheme.entry.title.is_empty(),
                "{}",
                scheme.name
            );
        }
    }

    #[test]
    fn names_of_every_corpus_are_read() {
        let gender = |labels: &Labels| labels.gender.unwrap();
        let esd = read("esd", "ESD/0015/Surprise/0015_001401.wav");
        assert_eq!((&*esd.emotion, esd.speaker.as_deref()), ("surprised", Some("0015")));
        assert_eq!((gender(&esd), esd.text.as_deref()), (Gender::Female, Some("001401")));
        assert_eq!(esd.columns.get("language").map(|language| &**language), Some("english"));
        let first = read("esd", "0001/Angry/train/0001_000351.wav");
        assert_eq!(
            (&*first.emotion, first.given_split.as_deref()),
            ("angry", Some("train"))
        );

        let emovo = read("emovo", "EMOVO/m2/GIO-m2-n5.wav");
        assert_eq!((&*emovo.emotion, emovo.speaker.as_deref()), ("happy", Some("m2")));
        assert_eq!(gender(&emovo), Gender::Male);

        let jl = read("jl_corpus", "female1_anxious_10a_1.wav");
        assert_eq!((&*jl.emotion, jl.speaker.as_deref()), ("anxious", Some("female1")));
        assert_eq!((gender(&jl), jl.text.as_deref()), (Gender::Female, Some("10a")));

        let cafe = read("cafe", "CaFE/Colère/Fort/07-C-2-1.wav");
        assert_eq!((&*cafe.emotion, cafe.age), ("angry", Some(15)));
        assert_eq!((gender(&cafe), cafe.intensity), (Gender::Male, Some(Intensity::High)));
        assert_eq!(cafe.text.as_deref(), Some("Un cheval fou dans mon jardin"));

        let nemo = read("nemo", "samples/WR0_surprised_64.wav");
        assert_eq!(
            (&*nemo.emotion, nemo.age, gender(&nemo)),
            ("surprised", Some(23), Gender::Male)
        );

        let asvp = read("asvp_esd", "actor_12/03-01-06-01-02-12-02-01-01-16.wav");
        assert_eq!((&*asvp.emotion, asvp.speaker.as_deref()), ("fearful", Some("12")));
        assert_eq!((gender(&asvp), asvp.intensity), (Gender::Male, Some(Intensity::Normal)));
        assert_eq!(
            read("asvp_esd", "03-02-13-02-02-117-02-01.wav").speaker.as_deref(),
            Some("117")
        );

        let urdu = read("urdu", "Angry/SM4_F15_A067.wav");
        assert_eq!((&*urdu.emotion, urdu.speaker.as_deref()), ("angry", Some("SM4")));
        assert_eq!(gender(&urdu), Gender::Male);
    }

    #[test]
    fn no_name_is_of_two_schemes() {
        let names = [
            "Actor_01/03-01-06-01-02-01-12",
            "1001_DFA_ANG_XX",
            "OAF_back_fear",
            "DC/a01",
            "DC_su07",
            "03a01Wa",
            "0015/Surprise/0015_001401",
            "dis-f1-b1",
            "male2_happy_1b_2",
            "01-C-1-1",
            "WR0_anger_7",
            "03-01-06-01-02-12-02-01-01-16",
            "SF3_F2_H02",
        ];
        for name in names {
            let path = Path::new("x").join(name);
            let readers = all_schemes()
                .iter()
                .filter(|scheme| super::super::read_name(**scheme, &path).is_ok());
            let readers: Vec<Layout> = readers.copied().collect();
            assert_eq!(readers.len(), 1, "{name}: {readers:?}");
        }
    }

    #[test]
    fn unknown_codes_are_refused_by_name_and_other_forms_are_foreign() {
        let refused = |name: &str, path: &str| {
            let shipped = Shipped::all().find(|shipped| shipped.name() == name).unwrap();
            shipped.read(Path::new(path)).unwrap_err()
        };
        assert!(matches!(refused("cafe", "01-Z-1-1"), Refusal::Stated(why) if why.starts_with("CaFE: emotion `Z`")));
        assert!(matches!(refused("emovo", "xyz-f1-b1"), Refusal::Stated(_)));
        for (name, path) in [
            ("cafe", "13-C-1-1"),
            ("cafe", "01-C-3-1"),
            ("esd", "0021/Angry/0021_000351"),
            ("esd", "0001_000351"),
            ("asvp_esd", "03-01-06-01-02-01-12"),
            ("nemo", "WR0_joy_7"),
            ("urdu", "SX1_F1_A01"),
        ] {
            assert_eq!(refused(name, path), Refusal::Foreign, "{name}: {path}");
        }
    }
}
