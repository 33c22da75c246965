//! The encoders that are here, and those that are known to work.

use super::all;
use crate::engine;
use std::path::PathBuf;

document! {
    /// The encoders that are here, and those that are known to work.
    Encoders(report: engine::EncoderReport) {
        /// The cache of the Hugging Face hub.
        cache: PathBuf,
        /// Whether the hub is not to be asked (`HF_HUB_OFFLINE`).
        offline: bool,
        /// Those that are known to work, then the others that are here.
        encoders: Vec<Encoder> = all(&report.rows),
    }

    /// An encoder.
    Encoder(row: engine::EncoderRow) {
        /// Its name on the hub.
        name: String,
        /// What kind of network it is: `model_type` of its configuration.
        family: String,
        /// Where it lies on this machine; null where it does not.
        here: Option<EncoderHere> = row.here.as_ref().map(Into::into),
        /// What is known of it; null where nothing is.
        known: Option<KnownEncoder> = row.known.map(Into::into),
    }

    /// An encoder on this machine.
    EncoderHere(here: engine::EncoderHere) {
        /// The commit of the hub.
        commit: String,
        /// Its files.
        folder: PathBuf,
        /// Their size (bytes).
        bytes: u64,
        /// The file that it lacks to be used; null where it lacks none.
        missing: Option<String>,
        /// Parts of its weights that are no encoder's, such as `decoder`, and are passed over.
        passed_over: Vec<String> = here.passed_over.iter().map(ToString::to_string).collect(),
    }

    /// What is known of an encoder.
    KnownEncoder(known: engine::Known) {
        /// Transformer layers; it has one hidden state more.
        layers: usize,
        /// Numbers of a frame.
        width: usize,
        /// Parameters of the encoder, without heads and decoders.
        parameters: u64,
        /// Bytes to be fetched; null where that is not known.
        download: Option<u64>,
        /// Samples per second that it hears (Hz).
        rate: u32,
        /// Under which licence its weights are published.
        licence: String = known.licence.to_owned(),
        /// What it was trained on.
        trained_on: String = known.trained_on.to_owned(),
        /// Corpora of emotional speech among that.
        emotion_corpora: Vec<String> = known.emotion_corpora.iter().map(ToString::to_string).collect(),
        /// What its head tells apart; null where it has none.
        head: Option<String> = known.head.map(str::to_owned),
        /// What is published of it in speech emotion recognition.
        scores: Vec<PublishedScore> = all(known.scores),
    }

    /// A published score.
    PublishedScore(score: engine::PublishedScore) {
        /// The corpus.
        corpus: String = score.corpus.to_owned(),
        /// What was measured.
        metric: String = score.metric.to_owned(),
        /// The score, in the unit of the metric.
        value: f64,
        /// What was trained, and which clips were left for the test.
        protocol: String = score.protocol.to_owned(),
        /// Whether no speaker of the test was in the training.
        speaker_independent: bool,
        /// Where it is published.
        source: String = score.source.to_owned(),
    }

    /// An encoder was fetched.
    FetchedEncoder(fetched: engine::FetchedEncoder) {
        /// Its name, as asked.
        name: String,
        /// Where it lies now; null when that was stopped.
        folder: Option<PathBuf>,
    }
}
