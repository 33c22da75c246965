//! The files that ship: what holds where nobody says otherwise. No default is written anywhere else.

use crate::models::architectures;

/// A shipped file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// The dotted path of the table that its keys stand in; empty for all of the settings.
    pub table: String,
    /// The text.
    pub text: &'static str,
}

/// The files of a folder, each a table named as its file.
macro_rules! folder {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        [$((concat!($folder, ".", $name), include_str!(concat!("shipped/", $folder, "/", $name, ".toml")))),+]
    };
}

/// The recipes, first the one that stands in for what others leave out; first of those with an encoder the one that does so
/// for them.
const RECIPES: [(&str, &str); 12] = folder!(
    "recipes": "mfcc_zcr_rms", "time_domain", "log_mel", "mfcc40_143", "mfcc40_143_all", "functionals", "log_mel_delta",
    "wav2vec2_base_mean", "wav2vec2_base_frames", "whisper_tiny", "whisper_tiny_mean_std", "whisper_tiny_2_frames",
);
const PRESETS: [(&str, &str); 21] = folder!(
    "presets": "five_layer_cnn_2376", "five_layer_cnn_2376_honest", "crnn_143x40", "crnn_143x40_honest", "cremad_time",
    "cremad_time_honest", "cremad_mel", "cremad_mel_honest", "ravdess_mel_2d", "ravdess_mel_2d_honest",
    "conv1d_six_classes", "conv1d_six_classes_honest", "conv1d_six_classes_female", "conv1d_six_classes_female_honest",
    "wav2vec2_mlp", "wav2vec2_mlp_honest", "emobox", "whisper_logistic", "whisper_fine_tuned",
    "best_encoder", "best",
);

/// All that ships, in the order in which settings are listed.
pub fn shipped() -> Vec<Shipped> {
    let file = |table: &str, text| Shipped {
        table: table.to_owned(),
        text,
    };
    let mut files = vec![file("", include_str!("../../../workbench.toml"))];
    files.extend(
        architectures()
            .iter()
            .map(|each| file(&format!("model.{}", each.name), each.sizes)),
    );
    files.push(file("tuning", include_str!("shipped/tuning.toml")));
    files.extend(RECIPES.iter().chain(&PRESETS).map(|(table, text)| file(table, text)));
    files
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folders_ships() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/settings/shipped");
        for (name, files) in [("recipes", RECIPES.len()), ("presets", PRESETS.len())] {
            let there = std::fs::read_dir(folder.join(name)).unwrap().count();
            assert_eq!(there, files, "a file of {name} is not listed in shipped.rs");
        }
    }
}
