//! How much may be written when, so that a key is never answered behind seconds of frames that are still on their way.
//!
//! A line that is slow is not noticed by writing: a pty, ssh and TCP take a minute of frames before they take no more. So
//! there are two limits:
//!
//! - A budget: so many bytes a second, and a burst that was saved up. It is the only one inside tmux, which answers for itself.
//! - A window: once enough was written, a question follows that the terminal answers behind it (where the cursor is). Until
//!   then only a little more is written, and where no answer comes within a second, a small frame now and then.

use std::time::{Duration, Instant};

/// Saved up at most (bytes): a first picture and the full one.
const BURST: f64 = 40_000.0;
/// A frame of at most this many bytes is small.
pub const SMALL: usize = 4_000;
/// Bytes that may be on their way, beside one large frame.
const WINDOW: usize = 8_000;
/// Without an answer for so long the line is slow, and small frames come as seldom as this.
const SLOW: Duration = Duration::from_secs(1);
/// How long the answer is worth waiting for where something else has to wait for it.
const PATIENCE: Duration = Duration::from_millis(700);
/// Without an answer for so long it is lost.
const LOST: Duration = Duration::from_secs(10);
/// Where the cursor is: answered when everything before it has arrived.
pub const QUESTION: &[u8] = b"\x1b[6n";

/// What was written lately.
#[derive(Debug)]
pub struct Pace {
    bytes_per_second: f64,
    saved: f64,
    counted: Instant,
    /// Whether the terminal at the other end of the line answers.
    answers: bool,
    /// Written since the last answer that was waited for (bytes).
    unconfirmed: usize,
    /// When the question was asked whose answer is waited for.
    asked: Option<Instant>,
    /// When something was written last.
    written: Instant,
}

/// What a frame may be now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Of any size.
    Any,
    /// Of at most so many bytes.
    Small(usize),
    /// It has to wait.
    None,
}

impl Pace {
    /// With so many bytes a second.
    pub fn new(bytes_per_second: u32, now: Instant) -> Self {
        Self {
            bytes_per_second: f64::from(bytes_per_second),
            saved: BURST,
            counted: now,
            answers: false,
            unconfirmed: 0,
            asked: None,
            written: now,
        }
    }

    /// Whether the terminal itself answers questions, not a program in between.
    pub fn answers(&mut self, answers: bool) {
        self.answers = answers;
    }

    /// What was said of that.
    pub fn has_answers(&self) -> bool {
        self.answers
    }

    /// What the next frame may be.
    pub fn room(&mut self, now: Instant) -> Room {
        let earned = now.saturating_duration_since(self.counted).as_secs_f64() * self.bytes_per_second;
        (self.saved, self.counted) = ((self.saved + earned).min(BURST), now);
        if self.saved <= 0.0 {
            return Room::None;
        }
        let Some(asked) = self.asked else { return Room::Any };
        let waited = now.saturating_duration_since(asked);
        if waited >= LOST {
            self.asked = None;
            return Room::Any;
        }
        let is_slow = waited >= SLOW;
        match WINDOW.saturating_sub(self.unconfirmed) {
            0 if is_slow && now.saturating_duration_since(self.written) >= SLOW => Room::Small(SMALL),
            0 => Room::None,
            left => Room::Small(left.min(SMALL)),
        }
    }

    /// A frame of so many bytes is written; whether [`QUESTION`] is to follow it.
    pub fn wrote(&mut self, bytes: usize, now: Instant) -> bool {
        self.saved -= bytes as f64;
        self.unconfirmed += bytes;
        self.written = now;
        let asks = self.answers && self.asked.is_none() && self.unconfirmed > SMALL;
        if asks {
            // What follows is counted against the window, not the large frame itself.
            (self.asked, self.unconfirmed) = (Some(now), 0);
        }
        asks
    }

    /// How long an answer that may still come is worth waiting for.
    pub fn patience(&self, now: Instant) -> Duration {
        let waited = self
            .asked
            .map_or(PATIENCE, |asked| now.saturating_duration_since(asked));
        PATIENCE.saturating_sub(waited)
    }

    /// The terminal has answered.
    pub fn answered(&mut self) {
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_holds_whatever_is_drawn() {
        let begun = Instant::now();
        let mut pace = Pace::new(64_000, begun);
        let mut written = 0;
        for step in 0..1000 {
            let now = begun + Duration::from_millis(10) * step;
            if pace.room(now) != Room::None {
                pace.wrote(9_000, now);
                written += 9_000;
            }
        }
        assert!((600_000..700_000).contains(&written), "{written}");
    }

    #[test]
    fn a_large_frame_waits_for_the_answer_to_the_one_before() {
        let now = Instant::now();
        let mut pace = Pace::new(1_000_000, now);
        pace.answers(true);
        assert!(!pace.wrote(1_000, now));
        assert_eq!(pace.room(now), Room::Any);
        assert!(pace.wrote(9_000, now));
        assert_eq!(pace.room(now), Room::Small(SMALL));
        assert!(!pace.wrote(SMALL, now));
        assert!(!pace.wrote(SMALL, now));
        assert_eq!(pace.room(now), Room::None);
        assert_eq!(pace.room(now + SLOW), Room::Small(SMALL));
        pace.wrote(500, now + SLOW);
        assert_eq!(pace.room(now + SLOW + SLOW / 2), Room::None);
        assert_eq!(pace.patience(now), PATIENCE);
        pace.answered();
        assert_eq!(pace.patience(now), Duration::ZERO);
        assert_eq!(pace.room(now + SLOW), Room::Any);
        assert!(pace.wrote(9_000, now));
        assert_eq!(pace.room(now + LOST), Room::Any);
    }

    #[test]
    fn a_terminal_that_answers_nothing_is_asked_nothing() {
        let now = Instant::now();
        let mut pace = Pace::new(1_000_000, now);
        assert!(!pace.wrote(9_000, now));
        assert_eq!(pace.room(now), Room::Any);
    }
}
