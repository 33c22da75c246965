//! The naming schemes of published corpora: each a pure function from a path to the labels that its name states. A new one is
//! an entry of `shipped.toml`, or, where a regular expression does not do, a file here, its `mod` line and its row in
//! `layouts!` below. Corpora that bring files of labels are in [`described`](super::described).

mod crema_d;
mod emodb;
pub(super) mod folders;
mod names;
pub(super) mod pattern;
mod ravdess;
mod recognise;
mod savee;
mod shipped;
mod tess;

pub(super) use recognise::{Votes, majority};
pub use shipped::Shipped;

use super::span::Span;
use super::{ColumnValues, Dimensions, Gender, Intensity, ListenerVotes};
use std::borrow::Cow;
use std::path::Path;
use std::sync::LazyLock;

/// What a name or a table row says about a clip.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Labels {
    /// Instead of the corpus's name in the settings.
    pub corpus: Option<String>,
    /// The speaker, unique within the corpus.
    pub speaker: Option<String>,
    /// The speaker's gender.
    pub gender: Option<Gender>,
    /// The speaker's age in years.
    pub age: Option<u16>,
    /// The speaker's race or ethnicity.
    pub ethnicity: Option<String>,
    /// The emotion.
    pub emotion: Cow<'static, str>,
    /// The part of the corpus's own split that it belongs to, as the corpus calls it.
    pub given_split: Option<String>,
    /// What the other columns of its table state.
    pub columns: ColumnValues,
    /// How strongly it was to be shown.
    pub intensity: Option<Intensity>,
    /// Arousal, dominance and valence, in the corpus's units.
    pub dimensions: Dimensions,
    /// How many listeners chose which label, as the corpus calls them.
    pub votes: Option<ListenerVotes>,
    /// The sentence, or its code.
    pub text: Option<Cow<'static, str>>,
    /// The part of the recording that is meant; none is the whole of it.
    pub segment: Option<Span>,
    /// Whether it is stated to be generated, or to be human.
    pub synthetic: Option<bool>,
    /// The scheme that its name follows.
    pub scheme: Option<Layout>,
    /// Whether age and gender are not stated, but what is published of a known speaker.
    pub completed: bool,
}

/// Why a name gives no labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It is not of the scheme's form at all.
    Foreign,
    /// It has the form, but states something that the scheme does not know or that is not read; in words.
    Stated(String),
}

impl Refusal {
    fn stated(reason: impl Into<String>) -> Self {
        Self::Stated(reason.into())
    }

    /// In words, where one scheme was asked.
    pub fn words(self, scheme: Layout) -> String {
        match self {
            Self::Stated(reason) => reason,
            Self::Foreign => format!("its name is not of the form of {}", form(scheme)),
        }
    }
}

/// All that names every scheme: the module, which is its name in the settings; the corpus's own name; the form of a file's
/// name. The order is that of lists, and of the schemes that are tried on a name; those that are data follow.
macro_rules! layouts {
    ($($name:ident: $layout:ident, $title:literal, $form:literal;)+) => {
        /// What labels the clips of a corpus.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub enum Layout {
            /// Found out.
            #[default]
            Auto,
            $(
                #[doc = concat!($title, ": `", $form, "`.")]
                $layout,
            )+
            /// A naming scheme that is data.
            Shipped(Shipped),
            /// A naming scheme that the corpus's settings describe.
            Pattern,
            /// A data set of audformat: `db.yaml` with its tables.
            Audformat,
            /// IEMOCAP: `dialog/EmoEvaluation/*.txt`.
            Iemocap,
            /// MSP-Podcast: `labels_consensus.csv`.
            MspPodcast,
            /// MELD: `train_sent_emo.csv`, `dev_sent_emo.csv`, `test_sent_emo.csv`.
            Meld,
            /// A table of clips: CSV, TSV or JSON lines.
            Table,
            /// Each clip lies in a folder that is named by its emotion: `angry/a.wav`, `train/angry/a.wav`.
            Folders,
        }

        impl Layout {
            /// The name in the settings.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$layout => stringify!($name),)+
                    Self::Auto => "auto",
                    Self::Shipped(scheme) => scheme.name(),
                    Self::Pattern => "pattern",
                    Self::Audformat => "audformat",
                    Self::Iemocap => "iemocap",
                    Self::MspPodcast => "msp_podcast",
                    Self::Meld => "meld",
                    Self::Table => "table",
                    Self::Folders => "folders",
                }
            }

            /// What the corpus calls itself.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$layout => $title,)+
                    Self::Shipped(scheme) => scheme.title(),
                    Self::Iemocap => "IEMOCAP",
                    Self::MspPodcast => "MSP-Podcast",
                    Self::Meld => "MELD",
                    Self::Auto | Self::Pattern | Self::Audformat | Self::Table | Self::Folders => self.name(),
                }
            }
        }

        /// The layouts that read names.
        static SCHEMES: LazyLock<Vec<Layout>> = LazyLock::new(|| {
            let coded = [$(Layout::$layout),+];
            coded.into_iter().chain(Shipped::all().map(Layout::Shipped)).collect()
        });

        /// The labels that a path states under one scheme; the extension plays no part.
        pub(super) fn read_name(scheme: Layout, path: &Path) -> Result<Labels, Refusal> {
            match scheme {
                $(Layout::$layout => $name::read(path),)+
                Layout::Shipped(scheme) => scheme.read(path),
                Layout::Folders => folders::read(path),
                Layout::Auto | Layout::Pattern | Layout::Table => Err(Refusal::Foreign),
                Layout::Audformat | Layout::Iemocap | Layout::MspPodcast | Layout::Meld => Err(Refusal::Foreign),
            }
        }

        /// The form of a scheme's names, for messages.
        fn form(scheme: Layout) -> String {
            match scheme {
                $(Layout::$layout => concat!($title, " (", $form, ")").to_owned(),)+
                Layout::Shipped(scheme) => format!("{} ({})", scheme.title(), scheme.form()),
                Layout::Folders => "folders that are named by their emotion (emotion/name)".to_owned(),
                Layout::Pattern => "the corpus's own pattern".to_owned(),
                Layout::Audformat | Layout::Iemocap | Layout::MspPodcast | Layout::Meld => scheme.title().to_owned(),
                Layout::Auto | Layout::Table => format!("any scheme that is known ({})", scheme_names()),
            }
        }
    };
}

layouts! {
    ravdess: Ravdess, "RAVDESS", "modality-channel-emotion-intensity-statement-repetition-actor";
    crema_d: CremaD, "CREMA-D", "actor_sentence_emotion_intensity";
    tess: Tess, "TESS", "speaker_word_emotion";
    savee: Savee, "SAVEE", "speaker_emotionNN or speaker/emotionNN";
    emodb: Emodb, "EmoDB", "SStttEv";
}

/// The layouts that read files of labels.
const DESCRIBED: [Layout; 4] = [Layout::Audformat, Layout::Iemocap, Layout::MspPodcast, Layout::Meld];

/// The layouts that read names, in the order in which they are tried.
pub(super) fn schemes() -> &'static [Layout] {
    &SCHEMES
}

/// The layouts of corpora by their names in the settings: `ravdess, crema_d, ...`.
pub(super) fn scheme_names() -> String {
    let names: Vec<&str> = schemes().iter().chain(&DESCRIBED).copied().map(Layout::name).collect();
    names.join(", ")
}

/// The corpora that are understood, as they call themselves: `RAVDESS, CREMA-D, ...`.
pub fn known_corpora() -> String {
    let titles: Vec<&str> = schemes().iter().chain(&DESCRIBED).copied().map(Layout::title).collect();
    titles.join(", ")
}

/// The labels that a path states under the first of `schemes` that understands it, with that scheme;
/// else why none does: what a scheme objects to says more than that the name is foreign to the others.
pub(super) fn read_first(schemes: &[Layout], path: &Path) -> Result<(Layout, Labels), String> {
    let mut objection = None;
    for &scheme in schemes {
        match read_name(scheme, path) {
            Ok(labels) => return Ok((scheme, labels)),
            Err(Refusal::Stated(reason)) => objection = objection.or(Some(reason)),
            Err(Refusal::Foreign) => {}
        }
    }
    Err(objection.unwrap_or_else(|| {
        let wanted = if let [scheme] = schemes { *scheme } else { Layout::Auto };
        Refusal::Foreign.words(wanted)
    }))
}

/// The file name without extension, lower case: published names differ in case from copy to copy.
fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase()
}

/// The name of the folder that holds the file, lower case.
fn folder(path: &Path) -> String {
    let folder = path.parent().and_then(Path::file_name).unwrap_or_default();
    folder.to_string_lossy().to_lowercase()
}

fn is_digits(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_scheme_that_understands_a_name_reads_it() {
        let read = |name: &str| read_first(schemes(), Path::new(name)).map(|(scheme, _)| scheme);
        assert_eq!(read("03-01-02-01-01-02-01.wav"), Ok(Layout::Ravdess));
        assert_eq!(read("1006_TIE_HAP_XX.wav"), Ok(Layout::CremaD));
        assert_eq!(read("OA_bite_neutral.wav"), Ok(Layout::Tess));
        assert_eq!(read("DC/su07.wav"), Ok(Layout::Savee));
        assert_eq!(read("03a01Wa.wav"), Ok(Layout::Emodb));
    }

    #[test]
    fn a_scheme_is_called_in_the_settings_as_its_module() {
        for layout in Layout::all() {
            let written = toml::Value::try_from(layout).unwrap();
            assert_eq!(written.as_str(), Some(layout.name()));
            assert_eq!(written.try_into::<Layout>().unwrap(), layout);
        }
    }

    #[test]
    fn an_objection_says_more_than_a_foreign_name() {
        let why = |schemes: &[Layout], name: &str| read_first(schemes, Path::new(name)).unwrap_err();
        assert!(why(schemes(), "1006_TIE_JOY_XX.wav").contains("JOY"));
        assert!(why(schemes(), "holiday.wav").contains("any scheme"));
        assert!(why(&[Layout::Emodb], "holiday.wav").contains("EmoDB"));
    }

    #[test]
    fn no_name_makes_a_scheme_stumble() {
        let odd = [
            "",
            "-",
            "_",
            "__",
            "------",
            "é_ü_ß",
            "03-01-02-01-01-02-é1",
            "03a01",
            "aé",
            "/",
            "..",
            "𝄞a01𝄞a",
        ];
        for name in odd {
            for &scheme in schemes() {
                assert!(read_name(scheme, Path::new(name)).is_err(), "{name} as {scheme:?}");
            }
        }
    }
}
