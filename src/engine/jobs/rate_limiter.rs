//! Not too often.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Lets one of many callers through, at most once per interval.
#[derive(Debug)]
pub struct RateLimiter {
    interval: Duration,
    last: Mutex<Option<Instant>>,
}

impl RateLimiter {
    /// At most once every `interval`; the first caller gets through at once.
    pub fn every(interval: Duration) -> Self {
        Self {
            interval,
            last: Mutex::new(None),
        }
    }

    /// As [`RateLimiter::every`], but the first caller waits as well.
    pub fn after(interval: Duration) -> Self {
        Self {
            interval,
            last: Mutex::new(Some(Instant::now())),
        }
    }

    /// Whether it is time again; whoever is told so has taken the turn.
    pub fn is_due(&self) -> bool {
        // Whoever finds it taken comes too early by definition.
        let Ok(mut last) = self.last.try_lock().or_else(|error| match error {
            std::sync::TryLockError::Poisoned(poisoned) => Ok(PoisonError::into_inner(poisoned)),
            std::sync::TryLockError::WouldBlock => Err(()),
        }) else {
            return false;
        };
        let due = last.is_none_or(|last| last.elapsed() >= self.interval);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_caller_per_interval_gets_through() {
        let rate_limiter = RateLimiter::every(Duration::from_millis(30));
        assert!(rate_limiter.is_due());
        assert!(!rate_limiter.is_due());
        std::thread::sleep(Duration::from_millis(40));
        assert!(rate_limiter.is_due());
        assert!(!RateLimiter::after(Duration::from_secs(60)).is_due());
    }
}
