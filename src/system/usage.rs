//! What a run uses of the machine, from moment to moment.

use super::Amount;
use super::gpu::{Gpu, GpuUsage};
use super::processor;
use nvml_wrapper::Nvml;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::fs;
use std::thread::available_parallelism;
use std::time::{Duration, Instant};

/// What was used at one moment; `None` is what the machine does not report, which is not the same as nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// When.
    pub at: jiff::Timestamp,
    /// Cores that there are.
    pub cores: usize,
    /// Cores that this process kept busy since the moment before.
    pub process_cores: Option<f64>,
    /// Share of all cores that all processes kept busy since the moment before, from 0 to 1.
    pub host_cpu: Option<f64>,
    /// Memory that this process occupies (bytes).
    pub process_memory: Option<u64>,
    /// Memory that all processes cannot share with a new one.
    pub host_memory: Option<Amount>,
    /// The graphics processor that computes, if one does.
    pub gpu: Option<GpuUsage>,
}

/// Reads it.
#[derive(Debug)]
pub struct UsageMeter {
    /// When this was read last, and the process' time until then.
    process: Option<(Instant, Duration)>,
    /// (idle, all) ticks of the host until then.
    host: Option<(u64, u64)>,
    gpu: Option<Gpu>,
}

impl UsageMeter {
    /// A meter of this process and this host; shares are known from the second reading on.
    pub fn new() -> Self {
        let mut meter = Self {
            process: None,
            host: None,
            gpu: None,
        };
        meter.read();
        meter
    }

    /// Reads a graphics processor as well, by its PCI address; without one, or without NVML, nothing is known of it.
    pub fn watch_gpu(&mut self, address: Option<String>) {
        self.gpu = Some(Gpu::new(Nvml::init().ok(), address));
    }

    /// What is used now.
    pub fn read(&mut self) -> Usage {
        let now = (Instant::now(), process_time());
        let process_cores = self.process.replace(now).and_then(|before| {
            let wall = (now.0 - before.0).as_secs_f64();
            (wall > 0.0).then(|| rounded(now.1.saturating_sub(before.1).as_secs_f64() / wall))
        });
        let ticks = fs::read_to_string("/proc/stat").ok().and_then(|text| ticks(&text));
        let host_cpu = std::mem::replace(&mut self.host, ticks)
            .zip(ticks)
            .and_then(|(before, now)| busy(before, now));
        let host = fs::read_to_string("/proc/meminfo").ok();
        Usage {
            at: jiff::Timestamp::now(),
            cores: available_parallelism().map_or(1, usize::from),
            process_cores,
            host_cpu,
            process_memory: memory_stats::memory_stats().map(|memory| memory.physical_mem as u64),
            host_memory: host
                .and_then(|text| processor::memory(&text))
                .map(|(total, free)| Amount {
                    used: total.saturating_sub(free),
                    total,
                }),
            gpu: self.gpu.as_ref().map(Gpu::usage),
        }
    }
}

impl Default for UsageMeter {
    fn default() -> Self {
        Self::new()
    }
}

/// Of all threads of this process, those that ended included.
fn process_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// (idle, all) of the first line of /proc/stat; waiting for a disk is idle.
fn ticks(stat: &str) -> Option<(u64, u64)> {
    let fields = stat.lines().next()?.strip_prefix("cpu ")?.split_whitespace();
    // What guests use is counted in the first two already.
    let counts = fields.take(8).map(str::parse).collect::<Result<Vec<u64>, _>>().ok()?;
    let idle = counts.get(3)? + counts.get(4).unwrap_or(&0);
    Some((idle, counts.iter().sum()))
}

fn busy(before: (u64, u64), now: (u64, u64)) -> Option<f64> {
    let (idle, all) = (now.0.saturating_sub(before.0), now.1.saturating_sub(before.1));
    (all > 0).then(|| rounded(1.0 - (idle as f64 / all as f64).min(1.0)))
}

/// To three digits: more would only make the file longer.
fn rounded(value: f64) -> f64 {
    (1000.0 * value).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_reports_what_the_host_does() {
        let stat = "cpu  100 0 50 800 50 0 0 0 7 0\ncpu0 1 2 3\n";
        assert_eq!(ticks(stat), Some((850, 1000)));
        assert_eq!(ticks("intr 5\n"), None);
        assert_eq!(ticks("cpu  a b c d\n"), None);
        assert_eq!(busy((850, 1000), (875, 1100)), Some(0.75));
        assert_eq!(busy((850, 1000), (850, 1000)), None);
    }

    #[test]
    fn a_process_that_works_is_seen_to_work() {
        let mut meter = UsageMeter::new();
        let begun = Instant::now();
        let mut sum = 0u64;
        while begun.elapsed() < Duration::from_millis(200) {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        let usage = meter.read();
        assert!(usage.process_cores.unwrap() > 0.1, "{usage:?}");
        assert!(usage.process_memory.unwrap() > 1 << 20, "{usage:?}");
        assert_eq!(usage.gpu, None);
        if cfg!(target_os = "linux") {
            assert!(usage.host_memory.unwrap().used > 0, "{usage:?}");
        }
        let line = serde_json::to_string(&usage).unwrap();
        assert_eq!(serde_json::from_str::<Usage>(&line).unwrap(), usage);
    }
}
