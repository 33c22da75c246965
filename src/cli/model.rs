//! Which model predicts, and which of its labels are asked for.

use super::parse::label;
use crate::engine::{LabelChoice, Predictor, RunSelector};
use clap::Args;

/// Which model predicts.
#[derive(Debug, Args)]
pub struct ModelArguments {
    /// A run's id, a unique beginning of it, or `last`: the newest that has a model
    #[arg(long, value_name = "ID", conflicts_with = "encoder")]
    run: Option<RunSelector>,
    /// A checkpoint with a classification head, as it is: its name on the hub, or its folder
    #[arg(long, value_name = "NAME")]
    encoder: Option<String>,
}

impl ModelArguments {
    /// The model, where one is named.
    pub fn predictor(self) -> Option<Predictor> {
        self.encoder.map(Predictor::Encoder).or(self.run.map(Predictor::Run))
    }
}

/// Which of its labels are asked for.
#[derive(Debug, Args)]
pub struct LabelArguments {
    /// Only these labels, their probabilities divided by their sum: neutral,happy,sad,angry
    #[arg(long, value_name = "LABELS", value_delimiter = ',')]
    labels: Vec<String>,
    /// What labels of the model count as, over the settings' [labels]: neu=neutral,hap=happy; nothing drops one
    #[arg(long, value_name = "LABEL=EMOTION", value_delimiter = ',', value_parser = label)]
    map: Vec<(String, String)>,
}

impl LabelArguments {
    /// Labels and map.
    pub fn choice(self) -> LabelChoice {
        LabelChoice {
            labels: self.labels,
            map: self.map,
        }
    }
}
