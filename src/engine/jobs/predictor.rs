//! The model that is asked for, read from its files.

use super::context::Context;
use crate::corpus::{Emotion, LabelSettings};
use crate::encoders::{Outputs, locate};
use crate::engine::{EngineError, LabelChoice, Predictor, Settings};
use crate::inference::{LabelView, Package, ReadyMade};
use crate::runs::{RunFolder, find_predictor};

/// A model that predicts.
#[derive(Debug)]
pub enum Loaded {
    /// A run's.
    Run(RunFolder, Box<Package>),
    /// A checkpoint with a classification head.
    ReadyMade(String, Box<ReadyMade>),
}

/// Reads it for a device by name.
///
/// # Errors
/// No such run or encoder, or one without a model.
pub fn load(context: &Context, by: &Predictor, device: &str) -> Result<Loaded, EngineError> {
    let settings = &context.settings;
    match by {
        Predictor::Run(run) => {
            let folder = find_predictor(&settings.runs, &run.to_string())?;
            if !folder.model().is_dir() {
                return Err(EngineError::State(format!(
                    "run {} has no model; only a run that finished, or was stopped after an epoch, has one",
                    folder.id
                )));
            }
            let package = Package::load(&folder.model(), device)?;
            Ok(Loaded::Run(folder, Box::new(package)))
        }
        Predictor::Encoder(name) => {
            let model = ReadyMade::open(&locate(name)?, device)?;
            Ok(Loaded::ReadyMade(name.clone(), Box::new(model)))
        }
    }
}

impl Loaded {
    /// What it is called.
    pub fn name(&self) -> &str {
        match self {
            Self::Run(folder, _) => &folder.id,
            Self::ReadyMade(name, _) => name,
        }
    }

    /// Whether it is a ready-made classifier.
    pub fn is_ready_made(&self) -> bool {
        matches!(self, Self::ReadyMade(..))
    }

    /// Its dimensions as it calls them; none of a model that has labels.
    pub fn dimensions(&self) -> Vec<String> {
        match self {
            Self::Run(_, package) => package
                .metadata
                .dimensions
                .as_ref()
                .map_or_else(Vec::new, |head| head.names.clone()),
            Self::ReadyMade(_, model) if model.outputs() == Outputs::Dimensions => model.labels().to_vec(),
            Self::ReadyMade(..) => Vec::new(),
        }
    }

    /// Its labels as they are asked for; nothing of a model that has dimensions. A run's labels are what its own label
    /// map has made of them, so the settings' counts for those of others alone.
    ///
    /// # Errors
    /// Labels that it does not have.
    pub fn view(&self, settings: &Settings, choice: &LabelChoice) -> Result<Option<LabelView>, EngineError> {
        let mut map = LabelSettings::default();
        let labels = match self {
            _ if !self.dimensions().is_empty() => {
                if choice.map.is_empty() {
                    return Ok(None);
                }
                return Err(EngineError::Unsuitable(format!(
                    "{} has the dimensions {} and no labels to be mapped",
                    self.name(),
                    self.dimensions().join(", ")
                )));
            }
            Self::Run(_, package) => &package.metadata.labels,
            Self::ReadyMade(_, model) => {
                map.clone_from(&settings.labels);
                model.labels()
            }
        };
        for (from, to) in &choice.map {
            // Names are compared without case, and what is said here counts over the settings.
            map.map.retain(|known, _| Emotion::new(known) != Emotion::new(from));
            map.map.insert(from.clone(), to.clone());
            if !labels.iter().any(|label| Emotion::new(label) == Emotion::new(from)) {
                return Err(EngineError::Unknown(format!(
                    "{} has no label `{from}` to be mapped; it has {}",
                    self.name(),
                    labels.join(", ")
                )));
            }
        }
        let name = |label: &str| map.of_model(label).map(|emotion| emotion.name().to_owned());
        let joined = |label: &String| Emotion::new(label).joined().name().to_owned();
        let wanted: Vec<String> = choice.labels.iter().map(joined).collect();
        Ok(Some(LabelView::new(labels, name)?.restricted(&wanted)?))
    }
}

/// Labels that are no emotion known here. A run's labels are those of its corpora and known to whoever has trained it.
pub fn unknown_labels(loaded: &Loaded, view: Option<&LabelView>) -> Vec<String> {
    let unknown = |label: &&String| loaded.is_ready_made() && !Emotion::KNOWN.contains(&label.as_str());
    let names = view.into_iter().flat_map(LabelView::names);
    names.filter(unknown).cloned().collect()
}
