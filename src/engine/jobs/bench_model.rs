//! Bench: how fast a network is trained and predicts, and where a step's time goes.

use super::context::Context;
use crate::device::{choose_device, device};
use crate::engine::{BatchSpeed, EngineError, ModelSpeed, SpanTime, Task};
use crate::layers::{Pass, Span, start_spans, stop_spans};
use crate::models::{Network, Published, published};
use crate::training::{StepBenchmark, StepTime, clips_of, infer, product_speed};
use burn::tensor::Tensor;

/// Steps before the clock runs: memory is taken and caches are warm.
const WARM: usize = 2;
/// Batches predicted for each step of training, and single clips.
const PREDICTED: usize = 3;

/// Measures one architecture on an input of the size that it was published with.
pub fn measure(
    context: &Context,
    name: Option<&str>,
    batch: usize,
    device_name: Option<&str>,
    steps: usize,
    profile: bool,
) -> Result<ModelSpeed, EngineError> {
    let mut settings = context.settings.model.clone();
    settings.name = name.unwrap_or(&settings.name).to_owned();
    settings.validate()?;
    let device_name = &choose_device(device_name.unwrap_or(&context.settings.device))?.key;
    let Published { input, classes, .. } = published(&settings.name)?;
    let mut step_benchmark = StepBenchmark::new(&settings, input, classes, batch, device_name)?;
    let report = context.progress_reporter();

    let first = step_benchmark.step().total();
    for _ in 1..WARM {
        context.check()?;
        step_benchmark.step();
    }
    let mut times = Vec::with_capacity(steps);
    let mut peak = 0.0f64;
    if profile {
        start_spans();
    }
    for step in 0..steps {
        context.check()?;
        report(Task::Measuring, step, steps);
        times.push(step_benchmark.step());
        peak = peak.max(product_speed(device_name)?);
    }
    let spans = if profile { stop_spans() } else { Vec::new() };
    let memory_peak = memory_peak();
    let (network, parameters) = (step_benchmark.network(), step_benchmark.parameters());
    drop(step_benchmark);

    let device = device(device_name)?;
    let (clips, clip) = (clips_of(batch, input, &device), clips_of(1, input, &device));
    let predicting = |batch: &Tensor<3>| evaluated(context, &network, batch, steps * PREDICTED);
    let (inference, one_clip) = (predicting(&clips)?, predicting(&clip)?);
    report(Task::Measuring, steps, steps);

    let operations = 2.0 * network.multiply_adds(input) as f64;
    let totals = times.iter().map(|time| time.total().as_secs_f64()).collect();
    Ok(ModelSpeed {
        model: settings.name,
        device: device_name.to_owned(),
        threads: rayon::current_num_threads(),
        input,
        classes,
        parameters,
        batch,
        steps,
        first_step_milliseconds: 1e3 * first.as_secs_f64(),
        train: BatchSpeed::new(totals, batch, 3.0 * operations * batch as f64),
        inference: BatchSpeed::new(inference, batch, operations * batch as f64),
        one_clip: BatchSpeed::new(one_clip, 1, operations),
        peak_gflops: peak / 1e9,
        memory_peak,
        profile: if profile { table(&spans, &times) } else { Vec::new() },
    })
}

fn evaluated(context: &Context, network: &Network, batch: &Tensor<3>, times: usize) -> Result<Vec<f64>, EngineError> {
    infer(network, batch);
    let one = |_| {
        context.check()?;
        Ok(infer(network, batch).as_secs_f64())
    };
    (0..times).map(one).collect()
}

/// Each way's operations, longest first, and what Burn's own took besides.
fn table(spans: &[Span], times: &[StepTime]) -> Vec<SpanTime> {
    let steps = times.len().max(1) as f64;
    let mean = |part: fn(&StepTime) -> f64| 1e3 * times.iter().map(part).sum::<f64>() / steps;
    let all = mean(|time| time.total().as_secs_f64()).max(1e-9);
    let row = |phase: &str, operation: &str, calls: f64, milliseconds: f64| SpanTime {
        phase: phase.to_owned(),
        operation: operation.to_owned(),
        calls,
        milliseconds,
        share: milliseconds / all,
    };
    let mut rows = Vec::new();
    let phases = [
        ("forward", Pass::Forward, mean(|time| time.forward.as_secs_f64())),
        ("backward", Pass::Backward, mean(|time| time.backward.as_secs_f64())),
    ];
    for (phase, pass, whole) in phases {
        let of_phase = spans.iter().filter(|span| span.pass == pass);
        let mut found: Vec<SpanTime> = of_phase
            .map(|span| {
                let milliseconds = 1e3 * span.time.as_secs_f64() / steps;
                row(phase, &span.operation, span.calls as f64 / steps, milliseconds)
            })
            .collect();
        found.sort_by(|one, other| other.milliseconds.total_cmp(&one.milliseconds));
        let ours: f64 = found.iter().map(|row| row.milliseconds).sum();
        rows.append(&mut found);
        rows.push(row(phase, "other operations", 1.0, (whole - ours).max(0.0)));
    }
    let optimizer = mean(|time| time.optimizer.as_secs_f64());
    rows.push(row("optimizer", "Adam", 1.0, optimizer));
    rows
}

/// Most memory that this process has held (bytes): the high-water mark where the system keeps one, else what is
/// held now.
fn memory_peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mark = status.lines().find_map(|line| {
        let kilobytes = line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?;
        kilobytes.trim().parse::<u64>().ok()
    });
    let held = || memory_stats::memory_stats().map_or(0, |memory| memory.physical_mem as u64);
    mark.map_or_else(held, |kilobytes| 1024 * kilobytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_rows_of_a_profile_add_up_to_the_step() {
        let ms = Duration::from_millis;
        let span = |operation: &str, pass, time| Span {
            operation: operation.to_owned(),
            pass,
            calls: 2,
            time: ms(time),
        };
        let spans = [
            span("A", Pass::Forward, 4),
            span("B", Pass::Forward, 10),
            span("A", Pass::Backward, 30),
        ];
        let time = StepTime {
            forward: ms(10),
            backward: ms(20),
            optimizer: ms(10),
        };
        let rows = table(&spans, &[time, time]);
        let shown: Vec<(&str, &str, f64)> = rows
            .iter()
            .map(|row| (row.phase.as_str(), row.operation.as_str(), row.milliseconds))
            .collect();
        let expected = [
            ("forward", "B", 5.0),
            ("forward", "A", 2.0),
            ("forward", "other operations", 3.0),
            ("backward", "A", 15.0),
            ("backward", "other operations", 5.0),
            ("optimizer", "Adam", 10.0),
        ];
        assert_eq!(shown.len(), expected.len());
        for (shown, expected) in shown.iter().zip(expected) {
            assert_eq!((shown.0, shown.1), (expected.0, expected.1));
            assert!((shown.2 - expected.2).abs() < 1e-9, "{shown:?}");
        }
        assert!((rows.iter().map(|row| row.share).sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn the_peak_of_memory_is_told_on_linux() {
        assert!(!cfg!(target_os = "linux") || memory_peak() > 1 << 20);
    }
}
