//! Where the time of our own operations goes: named spans, which cost nothing while nobody asks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The direction through the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// From the input to the loss.
    Forward,
    /// Back to the gradients.
    Backward,
}

/// All calls of one operation with one shape of output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// The operation and its output's shape.
    pub operation: String,
    /// Forward or backward.
    pub pass: Pass,
    /// How often it ran.
    pub calls: usize,
    /// How long, together.
    pub time: Duration,
}

static ASKED: AtomicBool = AtomicBool::new(false);
static SPANS: Mutex<Vec<Span>> = Mutex::new(Vec::new());

/// Forgets all spans, and measures from now on. Two measurements at once would share their spans.
pub fn start_spans() {
    SPANS.lock().unwrap_or_else(PoisonError::into_inner).clear();
    ASKED.store(true, Ordering::Relaxed);
}

/// Measures no more; the spans since the start, in the order of their first calls.
pub fn stop_spans() -> Vec<Span> {
    ASKED.store(false, Ordering::Relaxed);
    std::mem::take(&mut SPANS.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Runs the work, and records how long it took while spans are measured. `name` is the operation's type.
pub(super) fn span<T>(name: &str, shape: impl FnOnce(&T) -> Vec<usize>, pass: Pass, work: impl FnOnce() -> T) -> T {
    if !ASKED.load(Ordering::Relaxed) {
        return work();
    }
    let begun = Instant::now();
    let result = work();
    let time = begun.elapsed();
    // What keeps something for the backward pass is named after the operation.
    let name = name.rsplit("::").next().unwrap_or(name).trim_end_matches("Back");
    let shape: Vec<String> = shape(&result).iter().map(ToString::to_string).collect();
    let operation = format!("{name} {}", shape.join("x"));
    let mut spans = SPANS.lock().unwrap_or_else(PoisonError::into_inner);
    match spans
        .iter_mut()
        .find(|span| span.operation == operation && span.pass == pass)
    {
        Some(span) => {
            span.calls += 1;
            span.time += time;
        }
        None => spans.push(Span {
            operation,
            pass,
            calls: 1,
            time,
        }),
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_add_up_by_operation_and_way_while_somebody_asks() {
        let call = |pass| span("a::b::Sum", |_| vec![2, 3], pass, || 5);
        call(Pass::Forward);
        start_spans();
        for pass in [Pass::Forward, Pass::Backward, Pass::Forward] {
            assert_eq!(call(pass), 5);
        }
        let spans = stop_spans();
        // Other tests may run operations of their own meanwhile.
        let ours: Vec<_> = spans.iter().filter(|span| span.operation == "Sum 2x3").collect();
        assert_eq!(ours.len(), 2);
        assert_eq!((ours[0].pass, ours[0].calls), (Pass::Forward, 2));
        assert_eq!((ours[1].pass, ours[1].calls), (Pass::Backward, 1));
        call(Pass::Forward);
        assert!(!stop_spans().iter().any(|span| span.operation == "Sum 2x3"));
    }
}
