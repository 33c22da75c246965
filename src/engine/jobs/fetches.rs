//! What is fetched from the network, and stopping it.

use std::sync::atomic::{AtomicUsize, Ordering};

/// What is fetched of one kind. It is stopped all at once.
#[derive(Debug, Default)]
pub struct Fetches {
    stops: AtomicUsize,
}

impl Fetches {
    /// Asks what is being fetched to stop.
    pub fn stop(&self) {
        self.stops.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether what is fetched from now on is to go on.
    pub fn begin(&self) -> impl Fn() -> bool + '_ {
        let before = self.stops.load(Ordering::Relaxed);
        move || self.stops.load(Ordering::Relaxed) == before
    }
}
