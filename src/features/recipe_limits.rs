//! What a recipe may ask for.

use super::contrast::{FIRST, LAST};
use super::recipe::MOST_SECONDS;
use super::{Feature, FeatureError, Recipe};

impl Recipe {
    /// Refuses what cannot be computed.
    ///
    /// # Errors
    /// [`FeatureError::Recipe`] with the key and the remedy.
    pub fn validate(&self) -> Result<(), FeatureError> {
        if self.has_encoder() {
            return self.validate_encoder();
        }
        if let Some(import) = &self.import {
            return import.validate();
        }
        within("sample_rate", self.sample_rate, 1_000, 192_000, "Hz")?;
        within("trim_db", self.trim_db, 0.0, 200.0, "dB (0 switches it off)")?;
        within("skip_seconds", self.skip_seconds, 0.0, 3600.0, "s")?;
        if self.take_seconds != 0.0 {
            let unit = "s, or 0 for the longest clip";
            within("take_seconds", self.take_seconds, 0.01, MOST_SECONDS, unit)?;
        }
        within("frame_length", self.frame_length, 16, 65_536, "samples")?;
        if !self.frame_length.is_multiple_of(2) {
            let even = self.frame_length + 1;
            return refuse(
                "frame_length",
                format!("{} is odd; use an even number such as {even}", self.frame_length),
            );
        }
        within(
            "hop_length",
            self.hop_length,
            1,
            self.frame_length,
            "samples (frame_length)",
        )?;
        within("n_mels", self.n_mels, 1, 1_024, "bands")?;
        let half = f64::from(self.sample_rate) / 2.0;
        let high = if self.mel_high == 0.0 { half } else { self.mel_high };
        within("mel_high", high, 1.0, half, "Hz (half the rate), or 0 for that")?;
        within("mel_low", self.mel_low, 0.0, high - 1.0, "Hz (below mel_high)")?;
        within("top_db", self.top_db, 1.0, 200.0, "dB")?;
        within("n_mfcc", self.n_mfcc, 1, self.n_mels, "coefficients (n_mels)")?;
        within("lifter", self.lifter, 0, 1_000, "(0 switches it off)")?;
        within("f0_high", self.f0_high, 20.0, half / 2.0, "Hz (a quarter of the rate)")?;
        within("f0_low", self.f0_low, 20.0, self.f0_high * 0.9, "Hz (below f0_high)")?;
        self.validate_lists()?;
        self.validate_sizes()
    }

    fn validate_lists(&self) -> Result<(), FeatureError> {
        if self.features.is_empty() {
            let names: Vec<_> = Feature::ALL.iter().map(|feature| feature.name()).collect();
            let problem = format!("the list is empty; name at least one of {}", names.join(", "));
            return refuse("features", problem);
        }
        if let Some(feature) = twice(&self.features) {
            let name = feature.name();
            return refuse("features", format!("{name} is listed twice; name each feature once"));
        }
        if let Some(functional) = twice(&self.functionals) {
            let name = String::from(*functional);
            let problem = format!("{name} is listed twice; name each functional once");
            return refuse("functionals", problem);
        }
        within("parts", self.parts, 0, 1_000, "(0 takes the whole clip alone)")?;
        if self.parts > 0 && self.functionals.is_empty() {
            let problem = format!(
                "{} parts, and no functionals to take of them; name some in functionals",
                self.parts
            );
            return refuse("parts", problem);
        }
        Ok(())
    }

    /// What some features need.
    fn validate_sizes(&self) -> Result<(), FeatureError> {
        let any = |features: &[Feature]| self.features.iter().any(|feature| features.contains(feature));
        let rate = f64::from(self.sample_rate);
        let frame = self.frame_length as f64;
        if any(&[Feature::F0, Feature::Voicing]) && frame < 2.0 * rate / self.f0_low {
            let problem = format!(
                "a frame of {frame} samples holds less than two periods of {} Hz; raise frame_length or f0_low",
                self.f0_low
            );
            return refuse("frame_length", problem);
        }
        if any(&[Feature::Contrast]) && rate / 2.0 <= LAST {
            let problem = format!(
                "contrast needs a sample_rate above {} Hz; raise it or leave contrast out",
                2.0 * LAST
            );
            return refuse("features", problem);
        }
        if any(&[Feature::Contrast]) && rate / frame > FIRST {
            let least = rate / FIRST;
            let problem = format!("contrast needs frames of {least:.0} samples or more; raise frame_length");
            return refuse("features", problem);
        }
        Ok(())
    }
}

fn twice<T: PartialEq>(list: &[T]) -> Option<&T> {
    let mut rest = list.iter().enumerate();
    rest.find_map(|(index, item)| list[..index].contains(item).then_some(item))
}

pub(super) fn within<T: PartialOrd + std::fmt::Display>(
    key: &str,
    value: T,
    least: T,
    most: T,
    unit: &str,
) -> Result<(), FeatureError> {
    // Written so that a NaN is refused too.
    if value >= least && value <= most {
        return Ok(());
    }
    refuse(key, format!("{value} is out of range; use {least} to {most} {unit}"))
}

fn refuse<T>(key: &str, problem: String) -> Result<T, FeatureError> {
    Err(FeatureError::recipe(key, problem))
}

#[cfg(test)]
mod tests {
    use super::super::recipe::tests::papers;
    use super::*;
    use crate::features::Functional;

    #[test]
    fn what_cannot_be_computed_is_refused_by_key_value_and_remedy() {
        type Change = fn(&mut Recipe);
        let changes: [(&str, &str, Change); 26] = [
            ("sample_rate", "1000 to 192000", |r| r.sample_rate = 0),
            ("trim_db", "-3", |r| r.trim_db = -3.0),
            ("skip_seconds", "-1", |r| r.skip_seconds = -1.0),
            ("skip_seconds", "NaN", |r| r.skip_seconds = f64::NAN),
            ("take_seconds", "600", |r| r.take_seconds = 1e9),
            ("take_seconds", "longest", |r| r.take_seconds = -0.5),
            ("frame_length", "65536", |r| r.frame_length = 1 << 20),
            ("frame_length", "1024", |r| r.frame_length = 1023),
            ("hop_length", "1 to 2048", |r| r.hop_length = 0),
            ("n_mels", "0", |r| r.n_mels = 0),
            ("mel_high", "11025", |r| r.mel_high = 12_000.0),
            ("mel_low", "3999", |r| (r.mel_low, r.mel_high) = (5_000.0, 4_000.0)),
            ("top_db", "1 to 200", |r| r.top_db = 0.0),
            ("n_mfcc", "1 to 128", |r| r.n_mfcc = 129),
            ("lifter", "1000", |r| r.lifter = 9_999),
            ("features", "empty", |r| r.features.clear()),
            ("features", "rms is listed twice", |r| {
                r.features = vec![Feature::Rms, Feature::Zcr, Feature::Rms]
            }),
            ("functionals", "mean is listed twice", |r| {
                r.functionals = vec![Functional::Mean, Functional::Mean]
            }),
            ("parts", "functionals", |r| r.parts = 4),
            ("parts", "1000", |r| {
                (r.parts, r.functionals) = (1_001, vec![Functional::Mean])
            }),
            ("f0_high", "5512.5", |r| r.f0_high = 9_000.0),
            ("f0_low", "450", |r| r.f0_low = 480.0),
            ("frame_length", "two periods of 65 Hz", |r| {
                (r.frame_length, r.hop_length, r.features) = (512, 256, vec![Feature::F0])
            }),
            ("features", "above 12800 Hz", |r| {
                (r.sample_rate, r.features) = (8_000, vec![Feature::Contrast])
            }),
            ("features", "raise frame_length", |r| {
                (r.frame_length, r.hop_length, r.features) = (64, 32, vec![Feature::Contrast])
            }),
            ("mel_high", "NaN", |r| r.mel_high = f64::NAN),
        ];
        for (key, words, change) in changes {
            let mut recipe = papers();
            change(&mut recipe);
            let message = recipe.validate().unwrap_err().to_string();
            assert!(message.starts_with(key) && message.contains(words), "{message}");
        }
    }
}
