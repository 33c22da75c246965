//! The processes that train: heartbeat, usage of the machine, position in the queue.

use crate::engine::{self, Amount, GpuUsage, QueuePosition};

document! {
    /// The heartbeat of a process that works on a run or a study.
    Heartbeat(heartbeat: engine::Heartbeat) {
        /// The machine.
        host: String,
        /// The process.
        pid: u32,
        /// Raised by every new process.
        generation: u64,
        /// When, by that machine's clock.
        at: jiff::Timestamp,
        /// What it is doing.
        phase: String,
        /// How much of it is done.
        done: u64,
        /// Of how much; 0 when not known.
        total: u64,
    }

    /// What a run uses of the machine; null is what the machine does not report.
    Usage(usage: engine::Usage) {
        /// When.
        at: jiff::Timestamp,
        /// Cores of the machine.
        cores: usize,
        /// Cores that the process keeps busy.
        process_cores: Option<f64>,
        /// Share of all cores that all processes keep busy, from 0 to 1.
        host_cpu: Option<f64>,
        /// Memory of the process (bytes).
        process_memory: Option<u64>,
        /// Memory of the machine.
        host_memory: Option<Memory> = usage.host_memory.as_ref().map(Into::into),
        /// The GPU that computes, if one does.
        gpu: Option<Gpu> = usage.gpu.as_ref().map(Into::into),
    }

    /// Memory in use.
    Memory(amount: Amount) {
        /// Used (bytes).
        used: u64,
        /// All (bytes).
        total: u64,
    }

    /// Usage of a GPU.
    Gpu(gpu: GpuUsage) {
        /// Its name.
        name: Option<String>,
        /// Share of the last moments in which it computed, from 0 to 1.
        busy: Option<f64>,
        /// Its memory.
        memory: Option<Memory> = gpu.memory.as_ref().map(Into::into),
        /// Its temperature (°C).
        celsius: Option<u32>,
        /// Its power (W).
        watts: Option<f64>,
    }

    /// Where a waiting run stands.
    Position(queue: QueuePosition) {
        /// From 1, among the runs that wait for the same device.
        position: usize = queue.place,
        /// The device it waits for.
        device: String,
        /// The machine, when it is another one.
        host: Option<String>,
        /// Whether a worker will take it when its turn comes.
        worker: bool,
    }
}
