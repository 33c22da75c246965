//! Settings as the folders of runs and studies keep them.

use super::layers::Layers;
use super::{Settings, resolve};

/// Settings that version 1 of these folders did not have from the start. Programs that do not know them refuse them, and
/// one that was running while this one was installed trains what waits behind its run. So they are left out where they
/// are as by default, which is what their absence means.
const LATER: [&str; 37] = [
    "notify",
    "labels.set",
    "labels.source",
    "training.target",
    "training.dimensions",
    "speakers",
    "split.leave_one_out",
    "split.seed",
    "split.column",
    "split.test_values",
    "split.file",
    "split.test_part",
    "split.test_speakers",
    "split.validation_speakers",
    "split.test_corpora",
    "split.validation_by",
    "split.duplicates",
    "split.share_recordings",
    "training.accumulate",
    "training.checkpointing",
    "tuning.repeats",
    "tuning.space.mlp",
    "tuning.space.weighted_mlp",
    "tuning.space.attentive_pooling",
    "tuning.space.emobox",
    "tuning.space.logistic",
    "model.mlp.norms",
    "model.logistic",
    "model.weighted_mlp",
    "model.attentive_pooling",
    "model.emobox",
    "model.fine_tuned",
    "recipes.wav2vec2_base_mean",
    "recipes.wav2vec2_base_frames",
    "recipes.whisper_tiny",
    "recipes.whisper_tiny_mean_std",
    "recipes.whisper_tiny_2_frames",
];

/// All values, but for [`LATER`] ones that are as by default, and for how a screen looks, which makes no run what it is.
///
/// # Errors
/// A value that TOML cannot hold.
pub fn settings_on_disk(settings: &Settings) -> Result<toml::Table, toml::ser::Error> {
    let mut table = toml::Table::try_from(settings)?;
    table.remove("ui");
    // As they are written, too.
    let Ok(defaults) = Layers::defaults().and_then(|layers| resolve(&layers)) else {
        return Ok(table);
    };
    let defaults = toml::Table::try_from(defaults)?;
    for key in LATER {
        let (parents, name) = key.rsplit_once('.').unwrap_or(("", key));
        let parts = || parents.split('.').filter(|part| !part.is_empty());
        let parent = parts().try_fold(&mut table, |table, part| table.get_mut(part)?.as_table_mut());
        let usual = parts().try_fold(&defaults, |table, part| table.get(part)?.as_table());
        if let Some(parent) = parent
            && parent.get(name) == usual.and_then(|usual| usual.get(name))
        {
            parent.remove(name);
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::load_settings;
    use crate::engine::settings::settings_of_run;

    #[test]
    fn later_settings_are_written_where_they_say_something_and_come_back_either_way() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let usual = load_settings(Some(empty.path()), &[]).unwrap();
        let kept = |key: &str, table: &toml::Table| {
            let mut parts = key.split('.');
            let first = table.get(parts.next().unwrap());
            parts.fold(first, |value, part| value?.get(part)).is_some()
        };
        let table = settings_on_disk(&usual).unwrap();
        for key in LATER {
            assert!(!kept(key, &table), "{key}");
        }
        let back = settings_of_run(table).unwrap();
        assert_eq!((&back.tuning, &back.model), (&usual.tuning, &usual.model));

        let changed = usual.with(&[("tuning.repeats".to_owned(), "2".to_owned())]).unwrap();
        let table = settings_on_disk(&changed).unwrap();
        assert!(kept("tuning.repeats", &table));
        assert_eq!(settings_of_run(table).unwrap().tuning.repeats, 2);

        let light = usual.with(&[("ui.theme".to_owned(), "light".to_owned())]).unwrap();
        assert!(!kept("ui", &settings_on_disk(&light).unwrap()));

        let other = usual
            .with(&[("model.logistic.c".to_owned(), "[0.5]".to_owned())])
            .unwrap();
        let table = settings_on_disk(&other).unwrap();
        assert!(kept("model.logistic.c", &table) && !kept("model.emobox", &table));
        assert_eq!(settings_of_run(table).unwrap().model.logistic.c, [0.5]);
    }
}
