//! Cores, vector units, memory.

use super::Finding;
use std::fs;
use std::thread::available_parallelism;

/// Memory below which the larger networks do not train (bytes).
const MODEST: u64 = 4 << 30;

/// Cores and vector units, then memory.
pub fn look() -> Vec<Finding> {
    let cores = available_parallelism().map_or(1, usize::from);
    let units = vector_units();
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| model(&text));
    let model = model.unwrap_or_else(|| std::env::consts::ARCH.to_owned());
    let words = format!("{model}, {cores} cores, {units}");
    let mut found = vec![if units == "no vector units that are used" {
        Finding::note(
            "processor",
            words,
            "training takes several times as long as with AVX2 or NEON; use another machine for large networks",
        )
    } else {
        Finding::good("processor", words)
    }];
    if let Some((total, free)) = fs::read_to_string("/proc/meminfo").ok().and_then(|text| memory(&text)) {
        let words = format!("{} of {} free", gib(free), gib(total));
        found.push(if free < MODEST {
            Finding::note(
                "memory",
                words,
                "large networks may need more: end other programs, or lower training.batch_size",
            )
        } else {
            Finding::good("memory", words)
        });
    }
    found
}

/// The widest that matrix products and signal processing choose at run time.
fn vector_units() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f") {
            return "AVX-512";
        }
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return "AVX2";
        }
    }
    #[cfg(target_arch = "aarch64")]
    {
        if std::arch::is_aarch64_feature_detected!("neon") {
            return "NEON";
        }
    }
    "no vector units that are used"
}

fn model(cpuinfo: &str) -> Option<String> {
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// (all, what a new program may use), in bytes.
pub(super) fn memory(meminfo: &str) -> Option<(u64, u64)> {
    let field = |name: &str| {
        let line = meminfo.lines().find(|line| line.starts_with(name))?;
        let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
        Some(kibibytes << 10)
    };
    Some((field("MemTotal:")?, field("MemAvailable:")?))
}

/// Bytes in words.
pub(super) fn gib(bytes: u64) -> String {
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_kernel_tells_model_and_memory() {
        let cpuinfo = "processor\t: 0\nmodel name\t: Some CPU @ 2.00GHz\nflags\t: fpu\n";
        assert_eq!(model(cpuinfo).as_deref(), Some("Some CPU @ 2.00GHz"));
        assert_eq!(model("processor: 0\n"), None);
        let meminfo = "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:   8000000 kB\n";
        assert_eq!(memory(meminfo), Some((16_000_000 << 10, 8_000_000 << 10)));
        assert_eq!(memory("MemTotal: lots\n"), None);
    }

    #[test]
    fn this_machine_has_cores() {
        assert!(look()[0].found.contains("cores"));
    }
}
