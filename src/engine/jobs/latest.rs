//! A mailbox for what only the newest request is worth.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Holds one request at most: a newer one takes the place of one that nobody has taken yet.
#[derive(Debug)]
pub struct Latest<T> {
    slot: Mutex<Slot<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Slot<T> {
    request: Option<T>,
    closed: bool,
}

/// What came of waiting.
#[derive(Debug, PartialEq, Eq)]
pub enum Waited<T> {
    /// The newest request.
    Request(T),
    /// None in that time.
    Nothing,
    /// There will be none any more.
    Closed,
}

impl<T> Default for Latest<T> {
    fn default() -> Self {
        Self {
            slot: Mutex::new(Slot {
                request: None,
                closed: false,
            }),
            changed: Condvar::new(),
        }
    }
}

impl<T> Latest<T> {
    /// Puts a request in; the one that it takes the place of.
    pub fn put(&self, request: T) -> Option<T> {
        let replaced = self.lock().request.replace(request);
        self.changed.notify_all();
        replaced
    }

    /// Whether a request waits to be taken.
    pub fn is_waiting(&self) -> bool {
        self.lock().request.is_some()
    }

    /// Waits for the next request; none when there will be none any more.
    pub fn next(&self) -> Option<T> {
        let mut slot = self.lock();
        while slot.request.is_none() && !slot.closed {
            slot = self.changed.wait(slot).unwrap_or_else(PoisonError::into_inner);
        }
        slot.request.take().filter(|_| !slot.closed)
    }

    /// As [`Latest::next`], at most for this time.
    pub fn next_within(&self, time: Duration) -> Waited<T> {
        let idle = |slot: &mut Slot<T>| slot.request.is_none() && !slot.closed;
        let waited = self.changed.wait_timeout_while(self.lock(), time, idle);
        let (mut slot, _) = waited.unwrap_or_else(PoisonError::into_inner);
        match slot.request.take() {
            _ if slot.closed => Waited::Closed,
            Some(request) => Waited::Request(request),
            None => Waited::Nothing,
        }
    }

    /// No request is taken any more.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Slot<T>> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_request_is_taken_and_none_after_the_end() {
        let latest = Latest::default();
        assert_eq!((latest.put(1), latest.put(2)), (None, Some(1)));
        assert!(latest.is_waiting());
        assert_eq!(latest.next(), Some(2));
        assert_eq!(latest.next_within(Duration::from_millis(1)), Waited::Nothing);
        latest.put(3);
        assert_eq!(latest.next_within(Duration::ZERO), Waited::Request(3));
        latest.put(4);
        latest.close();
        assert_eq!(latest.next_within(Duration::ZERO), Waited::Closed);
        assert_eq!(latest.next(), None);
    }

    #[test]
    fn whoever_waits_is_woken() {
        let latest = Latest::default();
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| (latest.next(), latest.next()));
            std::thread::sleep(Duration::from_millis(20));
            latest.put("request");
            while latest.is_waiting() {
                std::thread::yield_now();
            }
            latest.close();
            assert_eq!(waiting.join().unwrap(), (Some("request"), None));
        });
    }
}
