//! How fast the work is.

use crate::cli::output::Output;
use crate::engine::{FeatureSpeed, Measured, ModelSpeed};
use crate::present::json;
use crate::present::numbers::{bytes, score};
use crate::present::refusals::Refusals;
use crate::present::table::Table;
use crate::present::words::{self, SYNTHETIC};
use std::io;

/// What was measured.
pub fn measured(output: Output, measured: &Measured) -> io::Result<()> {
    match measured {
        Measured::Features(speed) => output.either(|| json::FeatureBench::from(speed), || features(speed)),
        Measured::Model(speed) => output.either(|| json::ModelBench::from(speed), || model(speed)),
    }
}

fn features(speed: &FeatureSpeed) -> String {
    let mut text = String::new();
    if speed.synthetic {
        text += &format!("{SYNTHETIC}\n");
    }
    let rates: Vec<String> = speed
        .rates
        .iter()
        .map(|(rate, clips)| format!("{clips} of {rate} Hz"))
        .collect();
    text += &format!(
        "{}: {} of {} clips ({}), {:.1} s of audio\n\n",
        speed.recipe,
        words::shape(speed.shape),
        speed.clips,
        rates.join(", "),
        speed.audio_seconds
    );
    let mut stages = Table::new(1, &["stage, one thread", "ms per clip", "%"]);
    for stage in &speed.stages {
        stages.row([
            stage.stage.clone(),
            format!("{:.3}", stage.milliseconds),
            score(Some(stage.share)),
        ]);
    }
    text += &stages.render();
    let mut speeds = Table::new(0, &["threads", "ms per clip", "clips/s", "times real time"]);
    for speed in &speed.speeds {
        speeds.row([
            speed.threads.to_string(),
            format!("{:.3}", 1000.0 / speed.clips_per_second),
            format!("{:.0}", speed.clips_per_second),
            format!("{:.0}", speed.times_real_time),
        ]);
    }
    text += &format!("\n{}", speeds.render());
    text += &format!("\nmemory at most {}\n", bytes(speed.memory_peak));
    for group in Refusals::of(speed.refused.iter().map(|(path, reason)| (&**path, &**reason))) {
        text += &format!("refused: {}\n", group.line());
    }
    text
}

fn model(speed: &ModelSpeed) -> String {
    let (frames, coefficients) = speed.input;
    let (parameters, trainable) = speed.parameters;
    let mut text = format!(
        "{}: {frames} x {coefficients} to {} classes, {parameters} parameters ({trainable} trained)\n\
         {}, {} threads, batch {}, medians of {} steps\n\n",
        speed.model, speed.classes, speed.device, speed.threads, speed.batch, speed.steps
    );
    let mut times = Table::new(1, &["", "ms", "fastest", "clips/s", "GFLOP/s", "% of peak"]);
    let rows = [
        ("training step", &speed.train),
        ("inference", &speed.inference),
        ("inference, one clip", &speed.one_clip),
    ];
    for (name, batch) in rows {
        times.row([
            name.to_owned(),
            format!("{:.2}", batch.milliseconds),
            format!("{:.2}", batch.fastest_milliseconds),
            format!("{:.1}", batch.clips_per_second),
            format!("{:.1}", batch.gflops),
            score(Some(batch.gflops / speed.peak_gflops.max(1e-9))),
        ]);
    }
    text += &times.render();
    text += &format!(
        "\nmatrix product at most {:.0} GFLOP/s; first step {:.0} ms; memory at most {}\n",
        speed.peak_gflops,
        speed.first_step_milliseconds,
        bytes(speed.memory_peak)
    );
    if !speed.profile.is_empty() {
        let mut spans = Table::new(2, &["phase", "operation", "calls", "ms", "%"]);
        for span in &speed.profile {
            spans.row([
                span.phase.clone(),
                span.operation.clone(),
                format!("{:.0}", span.calls),
                format!("{:.2}", span.milliseconds),
                score(Some(span.share)),
            ]);
        }
        text += &format!("\n{}", spans.render());
    }
    text
}
