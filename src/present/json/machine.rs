//! What the machine has, how fast the work is on it, and the architectures.

use super::{RefusedFile, all, object};
use crate::engine::{
    BatchSpeed, FeatureSpeed, Finding, Health, LayerSummary, ModelRow, ModelSpeed, ModelSummary, SpanTime, Speed,
    StageTime,
};
use std::collections::BTreeMap;

document! {
    /// What this machine has, what it lacks, and what would help.
    Doctor(findings: [Finding]) {
        /// One finding per topic.
        findings: Vec<DoctorFinding> = all(findings),
    }

    /// One thing that was checked.
    DoctorFinding(finding: Finding) {
        /// What was checked.
        topic: String = finding.topic.to_owned(),
        /// Whether it is as it should be.
        health: Health,
        /// What was found.
        found: String,
        /// What would help; empty when nothing needs to.
        remedy: String,
    }

    /// How fast a recipe is on this machine, and where its time goes.
    FeatureBench(speed: FeatureSpeed) {
        /// The recipe.
        recipe: String,
        /// Frames and coefficients of every clip.
        shape: (usize, usize),
        /// Whether clips of the demo corpus are among the measured ones.
        synthetic: bool,
        /// Clips measured.
        clips: usize,
        /// Their length together (s).
        audio_seconds: f64,
        /// How many clips have which sampling rate (Hz).
        rates: BTreeMap<u32, usize> = object(&speed.rates),
        /// Clips that cannot be measured.
        refused: Vec<RefusedFile> = all(&speed.refused),
        /// The stages on one thread, in the order of the work.
        stages: Vec<Stage> = all(&speed.stages),
        /// One thread, then all cores.
        speeds: Vec<ThreadSpeed> = all(&speed.speeds),
        /// Largest memory of the process (bytes); 0 where the system does not report it.
        memory_peak: u64,
    }

    /// One stage of the work.
    Stage(stage: StageTime) {
        /// Its name.
        stage: String,
        /// Mean time per clip (ms).
        milliseconds: f64,
        /// Share of the time of all stages, from 0 to 1.
        share: f64,
    }

    /// The whole work on so many threads.
    ThreadSpeed(speed: Speed) {
        /// Threads.
        threads: usize,
        /// Time for all clips (s).
        seconds: f64,
        /// Clips per second.
        clips_per_second: f64,
        /// Seconds of audio per second.
        times_real_time: f64,
    }

    /// How fast an architecture is on this machine, on random clips.
    ModelBench(speed: ModelSpeed) {
        /// The architecture.
        model: String,
        /// The device.
        device: String,
        /// Threads that the CPU's work is shared by.
        threads: usize,
        /// Frames and coefficients of a clip.
        input: (usize, usize),
        /// Classes.
        classes: usize,
        /// Parameters.
        parameters: usize = speed.parameters.0,
        /// Parameters that are trained.
        trainable: usize = speed.parameters.1,
        /// Clips of a batch.
        batch: usize,
        /// Steps that were timed.
        steps: usize,
        /// The first step, in which devices may prepare what later ones find ready (ms).
        first_step_milliseconds: f64,
        /// A training step.
        train: BatchTime = (&speed.train).into(),
        /// Inference of a batch.
        inference: BatchTime = (&speed.inference).into(),
        /// Inference of one clip.
        one_clip: BatchTime = (&speed.one_clip).into(),
        /// The fastest of several large matrix products (GFLOP/s).
        peak_gflops: f64,
        /// Largest memory of the process (bytes); 0 where the system does not report it.
        memory_peak: u64,
        /// Where a step's time goes, with `--profile`.
        profile: Vec<Operation> = all(&speed.profile),
    }

    /// The time of one batch.
    BatchTime(batch: BatchSpeed) {
        /// The median (ms).
        milliseconds: f64,
        /// The shortest (ms).
        fastest_milliseconds: f64,
        /// Clips per second.
        clips_per_second: f64,
        /// Arithmetic per second (GFLOP/s).
        gflops: f64,
    }

    /// One operation's part of a training step.
    Operation(span: SpanTime) {
        /// `forward`, `backward` or `optimizer`.
        phase: String,
        /// The operation and the shape of its output.
        operation: String,
        /// Calls per step.
        calls: f64,
        /// Mean time per step (ms).
        milliseconds: f64,
        /// Share of the step, from 0 to 1.
        share: f64,
    }

    /// The architectures, with input and classes as published.
    Models(rows: [ModelRow]) {
        /// One entry per architecture.
        models: Vec<Architecture> = all(rows),
    }

    /// An architecture.
    Architecture(row: ModelRow) {
        /// Its name in the settings.
        name: String,
        /// What it is.
        about: String,
        /// Frames and coefficients of a clip.
        input: (usize, usize),
        /// Classes.
        classes: usize,
        /// Parameters, running statistics included.
        parameters: usize,
        /// Multiply-adds of one clip's forward pass.
        multiply_adds: usize,
    }

    /// One architecture for the clips of the settings' recipe, layer by layer.
    Model(summary: ModelSummary) {
        /// Its name in the settings.
        name: String,
        /// What it is.
        about: String,
        /// The recipe.
        recipe: String,
        /// Frames and coefficients that the recipe gives.
        input: (usize, usize),
        /// Classes, as published.
        classes: usize,
        /// The layers, in the order of the forward pass.
        layers: Vec<Layer> = all(&summary.layers),
        /// Parameters that are trained.
        trainable: usize,
        /// Parameters that are not: running statistics.
        fixed: usize,
        /// Multiply-adds of one clip's forward pass.
        multiply_adds: usize,
    }

    /// A layer.
    Layer(layer: LayerSummary) {
        /// What it is, with its sizes.
        layer: String,
        /// Shape of its output for one clip.
        output: Vec<usize>,
        /// Parameters that are trained.
        trainable: usize,
        /// Parameters that are not.
        fixed: usize,
        /// Multiply-adds of one clip's forward pass.
        multiply_adds: usize,
    }
}
