//! How fast the work is.

use super::{SYNTHETIC, percent};
use crate::cli::output::Output;
use crate::cli::table::Table;
use crate::engine::{FeatureSpeed, Measured};
use std::io;

/// What was measured.
pub fn measured(output: Output, measured: &Measured) -> io::Result<()> {
    match measured {
        Measured::Features(speed) => output.either(speed, || features(speed)),
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
        "{}: {} x {} of {} clips ({}), {:.1} s of sound\n\n",
        speed.recipe,
        speed.shape.0,
        speed.shape.1,
        speed.clips,
        rates.join(", "),
        speed.audio_seconds
    );
    let mut stages = Table::new(1, &["stage, one thread", "ms per clip", "%"]);
    for stage in &speed.stages {
        stages.row([
            stage.stage.clone(),
            format!("{:.3}", stage.milliseconds),
            percent(stage.share),
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
    text += &format!("\nmemory at most {:.0} MB\n", speed.memory_peak as f64 / 1e6);
    for (path, reason) in &speed.refused {
        text += &format!("refused: {}: {reason}\n", path.display());
    }
    text
}
