//! The table of settings: type, choices, range, unit and help of every key.
//!
//! Nothing stands twice: a default and its help are the value and the comment in the shipped files, a type is that of the
//! default, and the choices are what the settings' own types read. The ranges are those that these types refuse to be left; a
//! test tries both sides of every end with the loader.

use super::{CharacterChoice, GroundChoice, NotifyChoice, Range, UiSettings};
use crate::audio::augment::NoiseKind;
use crate::audio::{Align, MelScale, Normalise as LevelNormalise, PadMode, Window};
use crate::corpus::{
    Dimensions, Duplicates, Gender, Intensity, LabelSet, LabelSource, Layout, SplitKind, ValidationBy,
};
use crate::device::device_choices;
use crate::encoders::Pool;
use crate::features::{DbReference, Feature, Normalise};
use crate::inference::FinalFit;
use crate::models::{FramePool, LARGEST, Norms, architecture_names};
use crate::training::{AugmentationMode, AverageKind, Monitor, OptimizerKind, ScheduleKind, Target};
use crate::tuning::Objective;
use crate::tuning::settings::{PrunerKind, SamplerKind};
use serde::de::value::Error;
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, Visitor};
use serde::{Serialize, forward_to_deserialize_any};
use std::cell::Cell;

/// The key, with `*` for the name of a recipe or of an architecture whose keys are alike.
pub fn general(key: &str) -> String {
    match key.strip_prefix("recipes.").and_then(|rest| rest.split_once('.')) {
        Some((_, field)) => format!("recipes.*.{field}"),
        None => key.to_owned(),
    }
}

/// What a key may be, where that is one of a few words.
pub fn choices(key: &str) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match key {
        "device" => device_choices(),
        "corpora.layout" => names::<Layout>(),
        "labels.set" => names::<LabelSet>(),
        "filter.gender" => owned(&Gender::ALL.map(Gender::name)),
        "filter.intensity" => owned(&Intensity::ALL.map(Intensity::name)),
        "labels.source" => names::<LabelSource>(),
        "split.kind" => names::<SplitKind>(),
        "split.validation_by" => names::<ValidationBy>(),
        "split.duplicates" => names::<Duplicates>(),
        "model.name" => owned(&architecture_names()),
        "model.mlp.norms" => names::<Norms>(),
        "model.fine_tuned.pool" => names::<FramePool>(),
        "training.target" => names::<Target>(),
        "training.dimensions" => owned(&Dimensions::NAMES),
        "training.optimizer" => names::<OptimizerKind>(),
        "training.schedule" => names::<ScheduleKind>(),
        "training.normalise" => names::<Normalise>(),
        "training.monitor" => names::<Monitor>(),
        "training.final_fit" => names::<FinalFit>(),
        "training.average.kind" => names::<AverageKind>(),
        "augmentation.mode" => names::<AugmentationMode>(),
        "augmentation.wave.noise.kind" => names::<NoiseKind>(),
        "tuning.objective" => names::<Objective>(),
        "tuning.sampler" => names::<SamplerKind>(),
        "tuning.pruner" => names::<PrunerKind>(),
        "tuning.patient.wrapped" => {
            let others = names::<PrunerKind>().into_iter();
            others.filter(|name| name != "patient").collect()
        }
        "ui.theme" => names::<GroundChoice>(),
        "ui.characters" => names::<CharacterChoice>(),
        "ui.notify" => names::<NotifyChoice>(),
        "recipes.*.normalise" => names::<LevelNormalise>(),
        "recipes.*.cut_align" | "recipes.*.pad_align" => names::<Align>(),
        "recipes.*.window" => names::<Window>(),
        "recipes.*.pad_mode" => names::<PadMode>(),
        "recipes.*.mel_scale" => names::<MelScale>(),
        "recipes.*.db_reference" => names::<DbReference>(),
        "recipes.*.features" => names::<Feature>(),
        "recipes.*.pool" => names::<Pool>(),
        _ => Vec::new(),
    }
}

/// Between which ends a number lies.
pub fn range(key: &str) -> Option<Range> {
    let last = key.rsplit('.').next().unwrap_or(key);
    if let Some(model) = key.strip_prefix("model.") {
        return match (model, last) {
            ("name" | "mlp.norms" | "fine_tuned.pool", _) => None,
            ("logistic.c", _) => Some(Range::above(0.0)),
            ("logistic.inner_folds", _) => Some(Range::at_least(2.0)),
            ("mel_conv2d.prior_bias", _) => None,
            ("crnn.dense_units", _) => Some(Range::between(0.0, LARGEST as f64)),
            (
                _,
                "dropout" | "conv_dropout" | "dense_dropout" | "lstm_dropout" | "statistics_dropout" | "layer_drop",
            ) => Some(Range::below(1.0)),
            (_, "noise_std" | "l1" | "l2" | "learning_rate_factor") => Some(Range::at_least(0.0)),
            (_, "dropout_after") => Some(Range::at_least(1.0)),
            _ => Some(Range::between(1.0, LARGEST as f64)),
        };
    }
    if key.starts_with("augmentation.wave.") && last == "probability" {
        return Some(Range::between(0.0, 1.0));
    }
    Some(match key {
        "seed" | "demo.seed" | "tuning.seed" | "split.kfold" => Range::at_least(0.0),
        "split.seed" => Range::at_least(-1.0),
        "split.test" | "split.validation" => Range::inside(0.0, 1.0),
        "training.epochs" | "training.batch_size" | "training.accumulate" | "training.average.from_epoch" => {
            Range::at_least(1.0)
        }
        "training.learning_rate" => Range::above(0.0),
        "training.momentum" | "training.label_smoothing" => Range::below(1.0),
        "training.average.decay" | "training.reduce_on_plateau.factor" => Range::inside(0.0, 1.0),
        "training.weight_decay"
        | "training.gradient_clip_norm"
        | "training.cosine.warmup_epochs"
        | "training.cosine.minimum"
        | "training.early_stopping.patience"
        | "training.early_stopping.min_delta"
        | "training.reduce_on_plateau.patience"
        | "training.reduce_on_plateau.min_delta"
        | "training.reduce_on_plateau.minimum" => Range::at_least(0.0),
        "augmentation.memory_mb" => Range::at_least(0.0),
        "augmentation.mixup_alpha" => Range::between(0.0, 4.0),
        "augmentation.wave.noise.snr_db" => Range::between(-60.0, 120.0),
        "augmentation.wave.speed.rate" | "augmentation.wave.stretch.rate" => Range::between(0.25, 4.0),
        "augmentation.wave.pitch.semitones" => Range::between(-24.0, 24.0),
        "augmentation.wave.gain.db" => Range::between(-120.0, 60.0),
        "augmentation.wave.shift.seconds" => Range::between(-3600.0, 3600.0),
        "augmentation.wave.room.rt60_seconds" => Range::between(0.01, 10.0),
        "augmentation.wave.room.direct_db" => Range::between(-60.0, 60.0),
        "augmentation.spec_augment.time_share" => Range::between(0.0, 1.0),
        "augmentation.spec_augment.frequency_masks"
        | "augmentation.spec_augment.frequency_width"
        | "augmentation.spec_augment.time_masks"
        | "augmentation.spec_augment.time_width" => Range::at_least(0.0),
        "tuning.trials" | "tuning.workers" | "tuning.tpe.candidates" | "tuning.grid.points" => Range::at_least(1.0),
        "tuning.retries" | "tuning.repeats" | "tuning.tpe.startup_trials" => Range::at_least(0.0),
        "tuning.percentile.percentile" => Range::between(0.0, 100.0),
        "tuning.median.startup_trials"
        | "tuning.median.warmup_steps"
        | "tuning.percentile.startup_trials"
        | "tuning.percentile.warmup_steps"
        | "tuning.patient.patience"
        | "tuning.patient.min_delta" => Range::at_least(0.0),
        "tuning.median.interval_steps"
        | "tuning.median.min_trials"
        | "tuning.percentile.interval_steps"
        | "tuning.percentile.min_trials"
        | "tuning.hyperband.min_resource" => Range::at_least(1.0),
        "tuning.successive_halving.reduction_factor" | "tuning.hyperband.reduction_factor" => Range::at_least(2.0),
        "tuning.successive_halving.min_resource"
        | "tuning.successive_halving.min_early_stopping_rate"
        | "tuning.successive_halving.bootstrap_count"
        | "tuning.hyperband.max_resource"
        | "tuning.hyperband.bootstrap_count" => Range::at_least(0.0),
        "demo.clips" => Range::between(1.0, 2e6),
        "demo.speakers" => Range::between(1.0, 9000.0),
        "ui.bytes_per_second" => {
            let (least, most) = UiSettings::BYTES_PER_SECOND;
            Range::between(f64::from(least), f64::from(most))
        }
        "recipes.*.sample_rate" => Range::between(1000.0, 192_000.0),
        "recipes.*.trim_db" => Range::between(0.0, 200.0),
        "recipes.*.skip_seconds" => Range::between(0.0, 3600.0),
        "recipes.*.take_seconds" => Range::between(0.0, 600.0),
        "recipes.*.frame_length" => Range::between(16.0, 65_536.0),
        "recipes.*.hop_length" | "recipes.*.n_mfcc" => Range::at_least(1.0),
        "recipes.*.n_mels" => Range::between(1.0, 1024.0),
        "recipes.*.mel_low" | "recipes.*.mel_high" => Range::at_least(0.0),
        "recipes.*.top_db" => Range::between(1.0, 200.0),
        "recipes.*.lifter" | "recipes.*.parts" => Range::between(0.0, 1000.0),
        "recipes.*.f0_low" | "recipes.*.f0_high" => Range::at_least(20.0),
        "recipes.*.import.frames" | "recipes.*.import.coefficients" => Range::at_least(1.0),
        _ => return None,
    })
}

/// What a number counts.
pub fn unit(key: &str) -> &'static str {
    match key {
        "training.epochs"
        | "training.average.from_epoch"
        | "training.cosine.warmup_epochs"
        | "training.early_stopping.patience"
        | "training.reduce_on_plateau.patience"
        | "tuning.patient.patience"
        | "tuning.median.warmup_steps"
        | "tuning.median.interval_steps"
        | "tuning.percentile.warmup_steps"
        | "tuning.percentile.interval_steps"
        | "tuning.successive_halving.min_resource"
        | "tuning.hyperband.min_resource"
        | "tuning.hyperband.max_resource" => "epochs",
        "training.batch_size" | "demo.clips" => "clips",
        "training.accumulate" => "batches",
        "ui.bytes_per_second" => "bytes",
        "augmentation.memory_mb" => "MiB",
        "augmentation.wave.noise.snr_db"
        | "augmentation.wave.gain.db"
        | "augmentation.wave.room.direct_db"
        | "recipes.*.trim_db"
        | "recipes.*.top_db" => "dB",
        "augmentation.wave.speed.rate" | "augmentation.wave.stretch.rate" => "times",
        "augmentation.wave.pitch.semitones" => "semitones",
        "augmentation.wave.shift.seconds"
        | "augmentation.wave.room.rt60_seconds"
        | "recipes.*.skip_seconds"
        | "recipes.*.take_seconds" => "s",
        "augmentation.spec_augment.time_width" => "frames",
        "augmentation.spec_augment.frequency_width" => "coefficients",
        "tuning.trials"
        | "tuning.tpe.startup_trials"
        | "tuning.median.startup_trials"
        | "tuning.median.min_trials"
        | "tuning.percentile.startup_trials"
        | "tuning.percentile.min_trials"
        | "tuning.successive_halving.bootstrap_count"
        | "tuning.hyperband.bootstrap_count" => "trials",
        "tuning.workers" => "processes",
        "tuning.percentile.percentile" => "%",
        "demo.speakers" => "speakers",
        "recipes.*.sample_rate"
        | "recipes.*.mel_low"
        | "recipes.*.mel_high"
        | "recipes.*.f0_low"
        | "recipes.*.f0_high" => "Hz",
        "recipes.*.frame_length" | "recipes.*.hop_length" => "samples",
        "recipes.*.n_mels" | "model.attentive_crnn.bands" => "bands",
        "recipes.*.n_mfcc" => "coefficients",
        "model.conv1d.kernel_size"
        | "model.conv1d.pool_size"
        | "model.time_conv1d.kernel_sizes"
        | "model.time_conv1d.pool_size" => "frames",
        "model.attentive_crnn.pool_sizes" => "bands",
        "model.crnn.pool_size" => "coefficients",
        _ => "",
    }
}

/// The names that an enum reads, without those that it reads for older files' sake and writes otherwise.
fn names<T: DeserializeOwned + Serialize>() -> Vec<String> {
    let read = Cell::new([].as_slice());
    // It is asked for its names, not for a value.
    let _ = T::deserialize(Names(&read));
    let written = |name: &str| {
        let value = T::deserialize(IntoDeserializer::<Error>::into_deserializer(name)).ok()?;
        toml::Value::try_from(value).ok()?.as_str().map(str::to_owned)
    };
    let current = |name: &&&str| written(name).as_deref() == Some(**name);
    read.get()
        .iter()
        .filter(current)
        .map(|name| (*name).to_owned())
        .collect()
}

/// A deserializer that only notes which names an enum has.
struct Names<'a>(&'a Cell<&'static [&'static str]>);

impl<'de> Deserializer<'de> for Names<'_> {
    type Error = Error;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Error> {
        self.0.set(names);
        Err(Error::custom("only its names are asked for"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("it is no enum"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::settings::layers::Layers;
    use crate::engine::settings::{load_settings, resolve, rows};
    use crate::engine::{ConfigRow, Kind, SettingsError};

    /// Names and places of the user's own.
    const FREE: [&str; 20] = [
        "ui.time_zone",
        "data",
        "runs",
        "cache",
        "filter.corpus",
        "filter.speaker",
        "filter.emotion",
        "split.column",
        "split.test_values",
        "split.file",
        "split.test_part",
        "split.test_speakers",
        "split.validation_speakers",
        "split.test_corpora",
        "augmentation.wave.noise.folder",
        "augmentation.wave.room.folder",
        "notify.command",
        "tuning.studies",
        "tuning.study",
        "recipes.*.functionals",
    ];

    /// What else must be set so that a key may reach its ends.
    const BESIDE: [(&str, &str, &str); 2] = [
        ("split.validation", "split.test", "1e-9"),
        ("recipes.mfcc_zcr_rms.parts", "recipes.mfcc_zcr_rms.functionals", "mean"),
    ];

    struct Loader(Layers);

    impl Loader {
        /// Whether the loader refuses this value of the key, and not another's for its sake.
        fn refuses(&self, row: &ConfigRow, value: &str) -> bool {
            let mut layers = self.0.clone();
            if let Some((model, _)) = row.key.strip_prefix("model.").and_then(|rest| rest.split_once('.')) {
                // Only the sizes of the chosen architecture are checked.
                layers.set("model.name", model).unwrap();
            }
            if let Some((_, other, value)) = BESIDE.iter().find(|(key, ..)| *key == row.key) {
                layers.set(other, value).unwrap();
            }
            let of_key = |error: SettingsError| error.key.split('[').next() == Some(&row.key);
            let mut set = layers.set(&row.key, value);
            if row.key == "preset" && !value.is_empty() {
                set = set.and_then(|()| layers.preset(value));
            }
            set.and_then(|()| resolve(&layers)).err().is_some_and(of_key)
        }

        /// A list has this value in every place.
        fn refuses_number(&self, row: &ConfigRow, number: f64) -> bool {
            let whole = matches!(row.setting.kind, Kind::Integer | Kind::Integers);
            let text = if whole {
                format!("{number}")
            } else {
                format!("{number:?}")
            };
            let places = row.value.matches(',').count() + 1;
            match row.setting.kind {
                Kind::Integers | Kind::Numbers if row.value != "[]" => {
                    self.refuses(row, &format!("[{}]", vec![text; places].join(", ")))
                }
                _ => self.refuses(row, &text),
            }
        }
    }

    #[test]
    fn every_key_has_a_row_that_the_loader_agrees_with() {
        let empty = tempfile::NamedTempFile::new().unwrap();
        let config = rows(&load_settings(Some(empty.path()), &[]).unwrap());
        let loader = Loader(Layers::defaults().unwrap());
        assert!(config.rows.len() > 200, "{}", config.rows.len());
        let mut problems = Vec::new();
        for row in &config.rows {
            let problem = if row.setting.help.is_empty() {
                Some("has no comment where it ships".to_owned())
            } else if row.key.starts_with("recipes.") && !row.key.starts_with("recipes.mfcc_zcr_rms.") {
                None
            } else {
                disagreement(&loader, row)
            };
            problems.extend(problem.map(|problem| format!("{} {problem}", row.key)));
        }
        assert_eq!(problems, [""; 0]);
    }

    fn disagreement(loader: &Loader, row: &ConfigRow) -> Option<String> {
        let setting = &row.setting;
        match setting.kind {
            Kind::Text | Kind::Texts if setting.choices.is_empty() => {
                let free = FREE.contains(&&*general(&row.key));
                (!free).then(|| "has no choices and is not among the free texts".to_owned())
            }
            Kind::Text | Kind::Texts => {
                let refused = setting.choices.iter().find(|choice| loader.refuses(row, choice));
                let any = !loader.refuses(row, "nonesuch");
                refused
                    .map(|choice| format!("lists {choice} and refuses it"))
                    .or(any.then(|| "takes anything".to_owned()))
            }
            Kind::Integer | Kind::Number | Kind::Integers | Kind::Numbers => wrong_end(loader, row),
            Kind::Boolean | Kind::Table | Kind::Tables => None,
        }
    }

    /// Both sides of both ends are tried.
    fn wrong_end(loader: &Loader, row: &ConfigRow) -> Option<String> {
        let Some(range) = row.setting.range else {
            return Some("is a number without a range".to_owned());
        };
        if range.minimum.or(range.exclusive_minimum).is_none() {
            return Some("has no lower end".to_owned());
        }
        let whole = matches!(row.setting.kind, Kind::Integer | Kind::Integers);
        let step = |end: f64| if whole { 1.0 } else { 1e-6 * end.abs().max(1.0) };
        let (refused, taken) = (
            |number| loader.refuses_number(row, number),
            |number| !loader.refuses_number(row, number),
        );
        let closed = [(range.minimum, -1.0), (range.maximum, 1.0)]
            .into_iter()
            .filter_map(|(end, out)| {
                let end = end?;
                Some(((taken(end) && refused(end + out * step(end))), end))
            });
        let open = [(range.exclusive_minimum, -1.0), (range.exclusive_maximum, 1.0)];
        let open = open.into_iter().filter_map(|(end, out)| {
            let end = end?;
            Some(((refused(end) && taken(end - out * step(end))), end))
        });
        if let Some((_, end)) = closed.chain(open).find(|(agrees, _)| !agrees) {
            return Some(format!("does not end at {end}"));
        }
        let nan = row.setting.kind == Kind::Number && !loader.refuses(row, "nan");
        nan.then(|| "takes what is no number".to_owned())
    }
}
