//! Work done ahead of its use, on threads of its own.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

/// Results in order, some of which are made while earlier ones are used.
pub(super) struct Ahead<T> {
    shared: Arc<Shared<T>>,
}

struct Shared<T> {
    state: Mutex<State<T>>,
    /// Something was made, or nothing more will be.
    made: Condvar,
    /// Something was taken, or nothing more will be.
    taken: Condvar,
}

struct State<T> {
    count: usize,
    /// Handed out to a thread so far.
    begun: usize,
    /// Used so far.
    taken: usize,
    /// From `taken` to `begun`; an empty slot is being worked on.
    ready: VecDeque<Option<T>>,
    ended: bool,
}

/// Makes `make(0..count)` on `threads` threads, at most `bound` of them ahead of what `work` has taken, while
/// `work` runs on this one. When `work` returns, what it did not take is not made any more.
pub(super) fn with_ahead<T: Send, R>(
    count: usize,
    threads: usize,
    bound: usize,
    make: impl Fn(usize) -> T + Sync,
    work: impl FnOnce(&mut Ahead<T>) -> R,
) -> R {
    let shared = Arc::new(Shared {
        state: Mutex::new(State {
            count,
            begun: 0,
            taken: 0,
            ready: VecDeque::new(),
            ended: false,
        }),
        made: Condvar::new(),
        taken: Condvar::new(),
    });
    thread::scope(|scope| {
        for _ in 0..threads.max(1) {
            let (shared, make) = (Arc::clone(&shared), &make);
            scope.spawn(move || {
                let _end = End {
                    shared: &shared,
                    only_panics: true,
                };
                while let Some(index) = shared.begin(bound.max(1)) {
                    shared.finish(index, make(index));
                }
            });
        }
        let _end = End {
            shared: &shared,
            only_panics: false,
        };
        work(&mut Ahead {
            shared: Arc::clone(&shared),
        })
    })
}

impl<T> Ahead<T> {
    /// The next result; none after the last, or when a thread panicked (which is passed on in the end).
    pub fn next(&mut self) -> Option<T> {
        let mut state = self.shared.lock();
        loop {
            if let Some(Some(_)) = state.ready.front() {
                state.taken += 1;
                self.shared.taken.notify_one();
                return state.ready.pop_front().flatten();
            }
            if state.ended || state.taken == state.count {
                return None;
            }
            state = self.shared.made.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next one to be made, when there is room for it.
    fn begin(&self, bound: usize) -> Option<usize> {
        let mut state = self.lock();
        while !state.ended && state.begun < state.count && state.begun >= state.taken + bound {
            state = self.taken.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        if state.ended || state.begun == state.count {
            return None;
        }
        state.begun += 1;
        state.ready.push_back(None);
        Some(state.begun - 1)
    }

    fn finish(&self, index: usize, value: T) {
        let mut state = self.lock();
        // It cannot have been taken before it was made.
        let position = index - state.taken;
        if let Some(slot) = state.ready.get_mut(position) {
            *slot = Some(value);
        }
        drop(state);
        // Only the next one is waited for.
        if position == 0 {
            self.made.notify_one();
        }
    }
}

/// Wakes everybody when the work is over, or a thread panics: nobody waits for what will not come.
struct End<'a, T> {
    shared: &'a Shared<T>,
    only_panics: bool,
}

impl<T> Drop for End<'_, T> {
    fn drop(&mut self) {
        if self.only_panics && !thread::panicking() {
            return;
        }
        self.shared.lock().ended = true;
        self.shared.made.notify_all();
        self.shared.taken.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn results_come_in_order_and_never_too_far_ahead() {
        for (threads, bound) in [(1, 1), (3, 2), (4, 7)] {
            let (made, used) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let make = |index: usize| {
                let ahead = made.fetch_add(1, Ordering::SeqCst) + 1 - used.load(Ordering::SeqCst);
                // One more may be on its way to the one who asked for it.
                assert!(ahead <= bound + 1, "{ahead}");
                if index.is_multiple_of(3) {
                    thread::yield_now();
                }
                index * index
            };
            with_ahead(50, threads, bound, make, |ahead| {
                for index in 0..50 {
                    assert_eq!(ahead.next(), Some(index * index));
                    used.fetch_add(1, Ordering::SeqCst);
                }
                assert_eq!(ahead.next(), None);
            });
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_made() {
        let made = AtomicUsize::new(0);
        let make = |_| made.fetch_add(1, Ordering::SeqCst);
        with_ahead(1_000_000, 2, 4, make, |ahead| ahead.next());
        assert!(made.load(Ordering::SeqCst) < 20);
        with_ahead(0, 2, 4, make, |ahead| assert_eq!(ahead.next(), None));
    }

    #[test]
    fn a_panic_is_passed_on_and_nobody_waits_for_ever() {
        let make = |index: usize| {
            assert!(index < 5, "as asked");
            index
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            with_ahead(100, 2, 3, make, |ahead| while ahead.next().is_some() {});
        }));
        assert!(outcome.is_err());
    }
}
