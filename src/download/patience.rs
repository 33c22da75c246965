//! How long to wait for a server, and how often to ask again.

use jiff::Timestamp;
use std::time::Duration;

/// A server that wants to be asked again later than this is not waited for.
const LONGEST: Duration = Duration::from_secs(120);

/// How long to wait for a server, and how often to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// For a connection to be made.
    pub connect: Duration,
    /// For the next bytes; a connection that gives none for so long is dropped.
    pub silence: Duration,
    /// How often it is asked in a row without a byte more of the file.
    pub attempts: u32,
    /// Before it is asked the second time; twice as long before each later one.
    pub pause: Duration,
}

impl Default for Patience {
    /// About half a minute of pauses in all.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            silence: Duration::from_secs(30),
            attempts: 6,
            pause: Duration::from_secs(1),
        }
    }
}

impl Patience {
    /// The pause after so many vain attempts in a row (from 1): what the server asks for, else pause · 2^(attempt − 1).
    /// `None` when it is time to give up.
    pub(super) fn pause_after(&self, attempt: u32, asked_for: Option<Duration>) -> Option<Duration> {
        if attempt >= self.attempts || asked_for.is_some_and(|pause| pause > LONGEST) {
            return None;
        }
        let doubled = self.pause.saturating_mul(1 << (attempt - 1).min(16));
        Some(asked_for.unwrap_or(doubled.min(LONGEST)))
    }
}

/// A `Retry-After` header: seconds, or a date.
pub(super) fn retry_after(header: &str, now: Timestamp) -> Option<Duration> {
    let header = header.trim();
    if let Ok(seconds) = header.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(header).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_says_when_to_come_back_in_seconds_or_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:30Z".parse().unwrap();
        let seconds = |header| retry_after(header, now).map(|pause| pause.as_secs());
        assert_eq!(seconds("7"), Some(7));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:37 GMT"), Some(7));
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:07 GMT"), Some(0));
        assert_eq!(seconds("soon"), None);
        assert_eq!(seconds("-1"), None);
    }

    #[test]
    fn pauses_double_and_end() {
        let patience = Patience {
            attempts: 4,
            pause: Duration::from_secs(1),
            ..Patience::default()
        };
        let pauses: Vec<_> = (1..=4).map(|attempt| patience.pause_after(attempt, None)).collect();
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(pauses, [seconds(1), seconds(2), seconds(4), None]);
        assert_eq!(patience.pause_after(1, seconds(30)), seconds(30));
        assert_eq!(patience.pause_after(1, seconds(3600)), None);
    }
}
